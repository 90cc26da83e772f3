/* fintra ticker: one ticker through all layers.  The rows are put there by the test. */
#include "core/str.h"
#include "tests/support_cli.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const char *
place(void)
{
	static const char *info;
	static const char rows[] =
		"INSERT INTO fintra_universe (ticker, name, sector, is_active) VALUES ('AAPL', "
		"E'Apple\\x1b[31m Inc', 'Technology', true), ('MSFT', 'Microsoft', 'Technology', "
		"true);"
		"INSERT INTO prices_daily (ticker, price_date, close, adj_close, volume) VALUES "
		"('AAPL', '2026-01-30', 200.5, 200.25, 10), ('AAPL', '2026-02-02', 201, 201, 11), "
		"('AAPL', '2026-02-03', 999, 999, 11);"
		"INSERT INTO fintra_ops.flag (ticker, kind, flagged_on, detail) VALUES ('AAPL', "
		"'reloaded', '2025-11-10', 'dividend 0.26 on 2025-11-10: 1,512 bars read again'), "
		"('AAPL', 'restated', '2026-02-02', 'split 4:1 on 2026-02-02');"
		"INSERT INTO datos_performance (ticker, window_code, performance_date, "
		"return_percent, source) VALUES ('AAPL', '1M', '2026-01-30', 3.25, 'x'), ('AAPL', "
		"'1D', '2026-01-30', -0.5, 'x'), ('AAPL', '1D', '2026-01-29', 7, 'x')";

	if (!info) {
		struct err e = ERR_INIT;

		info = support_db("t_ticker", true);
		DB_AUTO db = support_open(info);

		if (db_exec_sql(db, rows, &e) < 0)
			fail_msg("%s", e.text);
	}
	return info;
}

static void
sections_and_marks(void **state)
{
	struct support_out out;

	(void)state;
	bin_run(place(), NAMES_OF("ticker", "aapl"), &out);
	assert_int_equal(out.code, 0);
	assert_non_null(strstr(out.out, "split 4:1 on 2026-02-02"));
	assert_non_null(strstr(out.out, "dividend 0.26 on 2025-11-10"));
	/* The open mark comes before what is done. */
	assert_true(strstr(out.out, "split 4:1") < strstr(out.out, "dividend 0.26"));
	assert_non_null(strstr(out.out, "Valuation\n  nothing\n"));
	assert_non_null(strstr(out.out,
			       "Snapshot\n  none of engine fintra-local-v1 by this date: it is "
			       "none of the active stocks\n"));
	assert_non_null(strstr(out.out, "Market state\n  nothing\n"));
	assert_null(strstr(out.out, "999")); /* behind the as-of date */
	assert_null(strchr(out.out, 27));
	support_out_done(&out);
}

static void
as_json(void **state)
{
	struct json *j = bin_json(place(), NAMES_OF("ticker", "AAPL", "--json"), 0);
	const struct json *p = json_get(j, "prices");

	(void)state;
	assert_string_equal(json_text(j, "as_of"), "2026-02-02");
	assert_int_equal(json_len(p), 1);
	assert_true(json_num(json_first(p), "close").v == 201);
	assert_int_equal(json_len(json_get(j, "performance")), 2);
	assert_string_equal(json_text(json_first(json_get(j, "performance")), "window_code"), "1D");
	assert_int_equal(json_len(json_get(j, "actions")), 2);
	assert_string_equal(json_text(json_get(j, "snapshot"), "engine_version"),
			    "fintra-local-v1");
	assert_int_equal(json_len(json_get(j, "market_state")), 0);
	json_free(j);
	j = bin_json(place(), NAMES_OF("ticker", "AAPL", "--history", "--json"), 0);
	assert_int_equal(json_len(json_get(j, "prices")), 2);
	assert_int_equal(json_len(json_get(j, "performance")), 3);
	json_free(j);
}

static void
unknown_tickers(void **state)
{
	(void)state;
	bin_expect(place(), NAMES_OF("ticker", "AAPM"), 64,
		   "there is no ticker AAPM; did you mean AAPL?");
	bin_expect(place(), NAMES_OF("ticker", "ZZZZZZ"), 64, "there is no ticker ZZZZZZ");
	bin_expect(place(), NAMES_OF("ticker"), 64, "usage: fintra ticker SYM");
	bin_expect(place(), NAMES_OF("ticker", "ABCDEFGHIJKLMNOPQRSTUVW"), 64, "is no ticker");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_and_marks),
		cmocka_unit_test(as_json),
		cmocka_unit_test(unknown_tickers),
	};

	return cmocka_run_group_tests_name("ticker", tests, NULL, NULL);
}
