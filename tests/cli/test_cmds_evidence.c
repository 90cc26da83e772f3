/* fintra show RUN --evidence and fintra replay RUN: what is printed of rows put into the ledger by
 * hand, and the exit code of the refusal's class (console.md 5). */
#include "core/job.h"
#include "core/json.h"
#include "core/str.h"
#include "tests/support_cli.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "symbol,date,open,low,high,close,adjClose,volume\\n" /* as in an E literal */

#define INCOME                                                                              \
	"symbol,date,period,revenue,netIncome,operatingIncome,interestExpense,grossProfit," \
	"ebitda,weightedAverageShsOutDil,weightedAverageShsOut\\n"

static const char *
own(void)
{
	static const char *info;

	if (!info)
		info = support_db("t_cmds_evidence", true);
	return info;
}

/* A run with one kept answer; its id as text. */
static const char *
put(const char *endpoint, const char *format, int status, const char *why, const char *body,
    int more)
{
	static char id[24];
	char sql[3000];

	assert_true(fmt_buf(
		sql, sizeof(sql),
		"WITH r AS (INSERT INTO fintra_ops.run (job, as_of, who, host, pid, origin, gate, "
		"build, lock_key, created_at, state, exit_code) VALUES ('prices-daily-bulk', "
		"'2026-02-02', 'anna', 'far', 1, 'cli', 'warn', 'x', 77, now(), 'failure', 65) "
		"RETURNING id) INSERT INTO fintra_ops.evidence (run_id, endpoint, kind, at, url, "
		"format, status, why, bytes, body) SELECT id, '%s', 'refused', '2026-02-03 "
		"01:00Z', "
		"'%s?date=2026-02-02', '%s', %d, '%s', octet_length(E'%s') + %d, convert_to(E'%s', "
		"'UTF8') FROM r",
		endpoint, endpoint, format, status, why, body, more, body));
	support_sql(own(), sql);
	fmt_buf(id, sizeof(id), "%lld",
		(long long)support_psql_int(own(), "SELECT max(id) FROM fintra_ops.run"));
	return id;
}

static const struct {
	const char *endpoint, *format;
	int status;
	const char *body; /* as in an E'' literal */
	int more, code;
	const char *says;
} cases[] = {
	{ "/stable/eod-bulk", "csv", 200, "{\"Error Message\":\"Limit Reach . \"}", 0, 69,
	  "now:  HTTP 200, the vendor's request limit is reached" },
	{ "/stable/eod-bulk", "csv", 200, "<html>", 0, 65, "now:  HTTP 200, HTML instead of data" },
	{ "/stable/eod-bulk", "csv", 401, "{\"Error Message\":\"Invalid API KEY\"}", 0, 78,
	  "now:  HTTP 401, the vendor refuses the API key" },
	{ "/stable/eod-bulk", "csv", 403, "{\"Error Message\":\"Legacy Endpoint : \"}", 0, 77,
	  "now:  HTTP 403, not in the vendor" },
	/* The mandatory column is gone: 76 and its name. */
	{ "/stable/eod-bulk", "csv", 200,
	  "symbol,date,open,low,high,price,adjClose,volume\\nA,2026-02-02,1,1,1,1,1,1\\n", 0, 76,
	  "columns: 7 of 8 wanted, 0 others; lacking close (mandatory)" },
	{ "/stable/eod-bulk", "csv", 200, HEADER, 0, 6, "now:  a header and no row" },
	/* Today's reader takes it: two rows refused for one reason, one for another. */
	{ "/stable/eod-bulk", "csv", 200,
	  HEADER "A,2026-02-02,1,1,1,1,1,5\\nB,2026-02-02,1,1,1,1,1,0\\nC,2026-02-02,1,1,1,1,1,0\\n"
		 "D,2026-02-02,1,2,1,1,1,5\\n",
	  0, 0, "rejected 2, first in row 2: volume is missing or not above zero" },
	/* Of a part the last line is half, and may end inside quotes. */
	{ "/stable/eod-bulk", "csv", 200, HEADER "A,2026-02-02,1,1,1,1,1,5\\n\"B,20", 900, 0,
	  "rows read: 1 (only a part of the body was kept)" },
	/* Every bulk set of layer 1 has its columns and its judge. */
	{ "/stable/income-statement-bulk", "csv", 200,
	  INCOME "A,2025-12-31,FY,1,1,1,1,1,1,1,1\\nA,2025-12-31,H1,1,1,1,1,1,1,1,1\\n", 0, 0,
	  "rejected 1, first in row 2: period is none of FY, Q1 .. Q4" },
	{ "/stable/income-statement-bulk", "csv", 200, INCOME "A,2026-12-31,FY,1,1,1,1,1,1,1,1\\n",
	  0, 0, "rejected 1, first in row 1: the period ends after the as-of date" },
	{ "/stable/balance-sheet-statement-bulk", "csv", 200,
	  "symbol,date,period,totalStockholdersEquity,totalCurrentAssets,"
	  "totalCurrentLiabilities,cashAndCashEquivalents\\nA,2025-12-31,FY,1,1,1,1\\n",
	  0, 76, "lacking calendarYear|fiscalYear, totalDebt (mandatory)" },
	{ "/stable/cash-flow-statement-bulk", "csv", 200,
	  "symbol,date,period,operatingCashFlow,capitalExpenditure\\nA,2025-12-31,FY,x,1\\n", 0, 0,
	  "rejected 1, first in row 1: a figure is no number of usable size" },
	{ "/stable/ratios-ttm-bulk", "csv", 200, "symbol,priceToBookRatioTTM\\nA,1\\n", 0, 76,
	  "priceToEarningsRatioTTM|priceEarningsRatioTTM|peRatioTTM (mandatory)" },
	{ "/stable/key-metrics-ttm-bulk", "csv", 200, "symbol,evToEBITDATTM\\nA,x\\n", 0, 0,
	  "rejected 1, first in row 1: " },
	{ "/stable/peers-bulk", "csv", 200, "symbol,peers\\nA,B\\n!,B\\n", 0, 0,
	  "rejected 1, first in row 2: symbol is no ticker" },
	{ "/stable/historical-price-eod/full", "json", 200, "[{\"date\":1},{\"date\":2}]", 0, 0,
	  "rows read: 2" },
	{ "/stable/historical-price-eod/full", "json", 200, "[{\"date\":", 0, 65, "now:  " },
	/* Not in this build's table: read all the same, without its columns. */
	{ "/stable/none-bulk", "csv", 200, "a,b\\n1,2\\n", 0, 0, "rows read: 1" },
};

static void
replayed_offline(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *id = put(cases[i].endpoint, cases[i].format, cases[i].status, "then",
				     cases[i].body, cases[i].more);

		bin_expect(own(), NAMES("replay", id), cases[i].code, cases[i].says);
	}
}

static void
replay_as_json(void **state)
{
	const char *id = put("/stable/eod-bulk", "csv", 200, "then",
			     HEADER "A,2026-02-02,1,1,1,1,1,5\\nB,2026-02-02,1,1,1,1,1,0\\n", 0);
	struct json *j = bin_json(own(), NAMES("replay", id, "--json"), 0);
	const struct json *one = json_at(json_get(j, "replay"), 0);

	(void)state;
	assert_true(json_bool(one, "taken", false));
	assert_true(json_num(one, "rows").v == 2);
	assert_true(json_num(one, "columns").v == 8);
	assert_true(json_num(json_get(one, "rejected"), "volume is missing or not above zero").v ==
		    1);
	json_free(j);
}

static void
shown_from_the_run(void **state)
{
	const char *id = put("/stable/eod-bulk", "csv", 200, "HTML instead of data",
			     "<p>\\x1b[31msign in\\n<b>", 70000);
	struct json *j;
	const struct json *one;

	(void)state;
	bin_expect(own(), NAMES("show", id, "--evidence"), 0, "why: HTML instead of data");
	bin_expect(own(), NAMES("show", id, "--evidence"), 0, "refused  /stable/eod-bulk");
	bin_expect(own(), NAMES("show", id, "--evidence"), 0, "  | <b>");
	j = bin_json(own(), NAMES("show", id, "--evidence", "--json"), 0);
	one = json_at(json_get(j, "evidence"), 0);
	assert_string_equal(json_text(one, "kind"), "refused");
	assert_string_equal(json_text(one, "body"), "<p>\033[31msign in\n<b>");
	assert_true(json_num(one, "bytes").v == 70019);
	assert_true(json_num(one, "kept").v == 19);
	json_free(j);
}

static void
nothing_kept_is_said(void **state)
{
	struct support_out out;

	(void)state;
	support_sql(own(), "INSERT INTO fintra_ops.run (job, as_of, who, host, pid, origin, gate, "
			   "build, lock_key, created_at, state) VALUES ('t', '2026-02-02', 'a', "
			   "'b', 1, 'cli', 'warn', 'x', 7, now(), 'success')");
	char *id = support_psql(own(), "SELECT max(id) FROM fintra_ops.run");

	bin_expect(own(), NAMES("show", id, "--evidence"), 0, "kept no answer of the vendor");
	assert_int_equal(bin_run(own(), NAMES("replay", id), &out), 6);
	assert_non_null(strstr(out.err, "kept no refused answer"));
	support_out_done(&out);
	free(id);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replayed_offline),
		cmocka_unit_test(replay_as_json),
		cmocka_unit_test(shown_from_the_run),
		cmocka_unit_test(nothing_kept_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
