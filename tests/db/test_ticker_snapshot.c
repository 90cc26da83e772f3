/* What `ticker` says of a snapshot, by hand: each missing input is named where its figure is
 * missing, weights are those over the components that are there (engines.md 3.1, 3.2), and a
 * snapshot whose inputs are others now says so.  Benchmarks are 1, 2, 3, 4, 5 of 30 values. */
#include "core/ticker.h"
#include "jobs/catalogue.h"
#include "jobs/jobs.h"
#include "tests/support_snapshots.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NINE "2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5" /* each in the bucket of 50 */

static struct ticker_look seen;
static const struct json *snap;

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "ticker_snapshot");
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, "ticker_snapshot");
	stock("AAA", "Energy");
	return 0;
}

static int
forget(void **state)
{
	(void)state;
	ticker_look_done(&seen);
	return 0;
}

static void
look(const char *symbol, const char *day)
{
	struct err e = ERR_INIT;
	struct ticker_ask ask = { .symbol = symbol, .rows = 1 };

	DB_AUTO db = support_open(ground.conninfo);

	ticker_look_done(&seen);
	ask.db = db;
	assert_true(date_parse(day, &ask.as_of));
	if (ticker_look(&fintra_catalogue, &ask, &seen, &e) < 0)
		fail_msg("%s", e.text);
	snap = json_get(seen.json, "snapshot");
}

static void
make_and_look(void)
{
	struct outcome o = snapshots_run(NULL, NULL);

	if (o.state != RUN_SUCCESS)
		fail_msg("%s", o.err.text);
	look("AAA", AS_OF);
}

/* The member called `name` of a list. */
static const struct json *
named(const struct json *list, const char *key, const char *name)
{
	for (const struct json *j = json_first(list); j; j = json_next(j))
		if (str_same(json_text(j, key), name))
			return j;
	fail_msg("no %s %s", key, name);
	return NULL;
}

static const struct json *
component(const char *name)
{
	return named(json_get(json_get(snap, "fgos"), "components"), "name", name);
}

static const struct json *
metric(const char *of, const char *name)
{
	return named(json_get(component(of), "metrics"), "name", name);
}

static const struct json *
multiple(const char *name)
{
	return named(json_get(json_get(snap, "valuation"), "multiples"), "name", name);
}

static void
absent(const struct json *j, const char *key, const char *reason)
{
	assert_false(json_num(j, key).has);
	assert_string_equal(str_or(json_text(j, "reason"), "none"), reason);
}

static bool
told(const char *words)
{
	for (size_t i = 0; i < seen.text.line.n; i++)
		if (strstr(seen.text.line.at[i].text, words))
			return true;
	return false;
}

static void
nothing_is_there(void **state)
{
	(void)state;
	stock("BBB", "");
	look("AAA", AS_OF);
	assert_null(json_text(snap, "date"));
	assert_string_equal(json_text(snap, "reason"), "fmp-bulk has not run");
	look("BBB", AS_OF);
	assert_non_null(strstr(json_text(snap, "reason"), "missing_sector"));
	assert_true(told("no sector is known of it"));
	make_and_look();
	absent(json_get(snap, "fgos"), "stored", "no_statement");
	absent(metric("solvency", "debt_to_equity"), "score", "no_statement");
	absent(multiple("pe_ratio"), "percentile", "no_valuation");
	assert_string_equal(json_text(json_get(snap, "ifs"), "reason"), "few_blocks");
	absent(named(json_get(json_get(snap, "ifs"), "windows"), "window", "1Y"), "relative",
	       "no_window");
	absent(json_get(snap, "sector_rank"), "rank", "no_ifs");
	assert_true(told("no TTM or FY statement ends on or before the date"));
}

static void
no_benchmarks_of_anybody(void **state)
{
	(void)state;
	statement("AAA", "FY", "2025", "2025-12-31", NINE);
	multiples_of("AAA", AS_OF, "2, 2, 2, 2");
	make_and_look();
	absent(json_get(snap, "fgos"), "stored", "no_benchmarks");
	absent(metric("growth", "fcf_cagr"), "score", "no_benchmarks");
	absent(multiple("pe_ratio"), "percentile", "no_benchmarks");
}

/* One of nine benchmarks is missing, or is of two companies. */
static void
one_benchmark_lacks(void **state)
{
	static const struct {
		const char *sql, *reason;
	} lack[] = {
		{ "DELETE FROM sector_benchmarks WHERE metric = 'net_margin'", "no_benchmark" },
		{ "UPDATE sector_benchmarks SET sample_size = 2 WHERE metric = 'net_margin'",
		  "small_sample" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lack); i++) {
		const struct json *f;

		fresh(NULL);
		statement("AAA", "FY", "2025", "2025-12-31", NINE);
		benchmarks("Energy", AS_OF);
		ground_sql(&ground, lack[i].sql);
		make_and_look();
		f = json_get(snap, "fgos");
		absent(f, "stored", "benchmarks_missing");
		assert_int_equal(json_len(json_get(f, "benchmarks_missing")), 1);
		assert_string_equal(json_as_text(json_first(json_get(f, "benchmarks_missing"))),
				    "net_margin");
		absent(metric("profitability", "net_margin"), "score", lack[i].reason);
		absent(metric("profitability", "roic"), "score", "benchmarks_missing");
		assert_true(told("lacking: net_margin"));
	}
}

/* growth has no figure: the others weigh 0.30, 0.20 and 0.25 of 0.75.  roic 4.5 is in the bucket of
 * 90, margins 1.5 in that of 25, debt 1.5 in that of 25 and so scores 75.
 *   profitability (90 + 25 + 25) / 3 = 46.67, efficiency (90 + 25) / 2 = 57.5, solvency 75
 *   (0.30 * 46.67 + 0.20 * 57.5 + 0.25 * 75) / 0.75 = (14 + 11.5 + 18.75) / 0.75 = 59 */
static void
weights_are_of_what_is_there(void **state)
{
	const struct json *f;

	(void)state;
	statement("AAA", "TTM", "2025-12-31", "2025-12-31",
		  "NULL, NULL, NULL, 4.5, 1.5, 1.5, 1.5, 1.5, NULL");
	benchmarks("Energy", AS_OF);
	make_and_look();
	f = json_get(snap, "fgos");
	absent(component("growth"), "score", "no_metric");
	absent(metric("growth", "revenue_cagr"), "score", "no_value");
	assert_true(json_num(component("growth"), "weight").v == 0);
	assert_float_equal(json_num(component("profitability"), "weight").v, 0.4, 1e-12);
	assert_float_equal(json_num(component("profitability"), "score").v, 140.0 / 3, 1e-12);
	assert_float_equal(json_num(component("efficiency"), "score").v, 57.5, 1e-12);
	assert_float_equal(json_num(component("solvency"), "score").v, 75, 1e-12);
	assert_float_equal(json_num(f, "base").v, 59, 1e-9);
	assert_true(json_num(f, "stored").v == 59 && json_num(f, "recombined").v == 59);
	assert_true(json_bool(metric("solvency", "debt_to_equity"), "inverted", false));
	assert_true(json_num(metric("solvency", "debt_to_equity"), "percentile").v == 25);
	assert_string_equal(
		json_text(json_get(json_get(snap, "inputs"), "statement"), "period_type"), "TTM");
	assert_true(told("match: it is the stored score"));
}

static void
benchmarks_of_general(void **state)
{
	const struct json *in;

	(void)state;
	statement("AAA", "FY", "2025", "2025-12-31", NINE);
	benchmarks("General", "2026-01-30");
	make_and_look();
	in = json_get(snap, "inputs");
	assert_string_equal(json_text(in, "benchmarks_of"), "General");
	assert_string_equal(json_text(in, "benchmarks_date"), "2026-01-30");
	assert_string_equal(json_text(json_get(metric("growth", "fcf_cagr"), "benchmark"), "group"),
			    "General");
	assert_true(told("2026-01-30 of General: Energy has none"));
}

/* 4.5 lies half-way between p75 = 4 and p90 = 5: 82.5; the median is 3: half above it. */
static void
each_multiple_has_its_reason(void **state)
{
	(void)state;
	multiples_of("AAA", AS_OF, "4.5, 0, NULL, 2");
	benchmarks("Energy", AS_OF);
	make_and_look();
	assert_float_equal(json_num(multiple("pe_ratio"), "percentile").v, 82.5, 1e-12);
	assert_float_equal(json_num(multiple("pe_ratio"), "above_median").v, 0.5, 1e-12);
	absent(multiple("ev_ebitda"), "percentile", "not_positive");
	absent(multiple("price_to_fcf"), "percentile", "no_value");
	absent(json_get(snap, "valuation"), "median", "few_multiples");
}

/* 6M +2 and 1Y -1 cancel out, 3Y is ahead; 1M is not dominant where no industry is known. */
static void
windows_vote(void **state)
{
	const struct json *ifs, *w, *b;

	(void)state;
	against("AAA", "Energy", "1M", AS_OF, "9, 1");
	against("AAA", "Energy", "6M", AS_OF, "5, 3");
	against("AAA", "Energy", "1Y", "2026-01-30", "5, 6");
	against("AAA", "Energy", "3Y", AS_OF, "7, 3");
	against("AAA", "Energy", "2Y", AS_OF, "7, NULL");
	make_and_look();
	ifs = json_get(snap, "ifs");
	w = json_get(ifs, "windows");
	b = json_get(ifs, "blocks");
	assert_string_equal(json_text(ifs, "position"), "leader");
	assert_false(json_num(named(w, "window", "1M"), "vote").has);
	assert_true(json_num(named(w, "window", "6M"), "vote").v == 1);
	assert_true(json_num(named(w, "window", "1Y"), "vote").v == -1);
	assert_string_equal(json_text(named(w, "window", "1Y"), "as_of"), "2026-01-30");
	absent(named(w, "window", "2Y"), "relative", "no_window");
	assert_true(json_num(named(b, "name", "short"), "windows").v == 0);
	assert_true(json_num(named(b, "name", "mid"), "vote").v == 0);
	assert_true(json_num(named(b, "name", "long"), "vote").v == 1);
	assert_true(told("short takes no part, mid +0, long +1"));
	absent(json_get(snap, "sector_rank"), "rank", "no_score");
	statement("AAA", "FY", "2025", "2025-12-31", NINE);
	benchmarks("Energy", AS_OF);
	make_and_look();
	absent(json_get(snap, "sector_rank"), "rank", "not_ranked");
	absent(json_get(snap, "industry_rank"), "rank", "no_industry");
	assert_int_equal(GROUND_RUN(&ground, &job_compute_ranks, AS_OF, NULL).state, RUN_SUCCESS);
	look("AAA", AS_OF);
	assert_true(json_num(json_get(snap, "sector_rank"), "rank").v == 1);
}

/* A statement that is loaded afterwards: what is stored was another score. */
static void
changed_inputs_are_told(void **state)
{
	const struct json *f;

	(void)state;
	statement("AAA", "FY", "2024", "2024-12-31", NINE);
	benchmarks("Energy", AS_OF);
	make_and_look();
	assert_false(json_bool(snap, "inputs_changed", true));
	assert_true(told("unchanged: it would be written as it is"));
	statement("AAA", "FY", "2025", "2025-12-31", "6, 6, 6, 6, 6, 6, 6, 0.5, 6");
	look("AAA", AS_OF);
	f = json_get(snap, "fgos");
	assert_true(json_bool(snap, "inputs_changed", false));
	assert_true(json_num(f, "stored").v == 50 && json_num(f, "recombined").v == 90);
	assert_false(json_bool(f, "match", true));
	assert_true(json_num(component("growth"), "stored").v == 50);
	assert_true(told("inputs have changed since this snapshot"));
	assert_true(told("MISMATCH"));
	assert_non_null(strstr(seen.text.head, "INPUTS CHANGED"));
}

/* Neither a later snapshot nor a later statement is looked at. */
static void
as_of_an_earlier_day(void **state)
{
	(void)state;
	statement("AAA", "FY", "2024", "2024-12-31", NINE);
	benchmarks("Energy", "2026-01-30");
	assert_int_equal(GROUND_RUN(&ground, &job_fmp_bulk, "2026-01-30", NULL).state, RUN_SUCCESS);
	statement("AAA", "FY", "2025", "2026-01-31", "6, 6, 6, 6, 6, 6, 6, 0.5, 6");
	make_and_look();
	assert_true(json_num(json_get(snap, "fgos"), "stored").v == 90);
	look("AAA", "2026-02-01");
	assert_string_equal(json_text(snap, "date"), "2026-01-30");
	assert_false(json_bool(snap, "inputs_changed", true));
	assert_true(json_num(json_get(snap, "fgos"), "recombined").v == 50);
}

static void
no_longer_active(void **state)
{
	(void)state;
	make_and_look();
	stock("BBB", "Energy");
	ground_sql(&ground, "UPDATE fintra_universe SET is_active = false WHERE ticker = 'AAA'");
	look("AAA", AS_OF);
	assert_string_equal(json_text(snap, "date"), AS_OF);
	assert_string_equal(json_text(snap, "reason"), "it is none of the active stocks");
	assert_null(json_get(snap, "fgos"));
}

/* The old system's database has its own columns: the section is unknown, the others are shown. */
static void
a_table_that_is_not_there(void **state)
{
	(void)state;
	make_and_look();
	ground_sql(&ground, "ALTER TABLE datos_valuacion RENAME COLUMN price_to_fcf TO pfcf");
	look("AAA", AS_OF);
	assert_null(snap);
	assert_true(told("unknown: this database does not have it"));
	assert_int_equal(json_len(json_get(seen.json, "universe")), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_there, fresh, forget),
		cmocka_unit_test_setup_teardown(no_benchmarks_of_anybody, fresh, forget),
		cmocka_unit_test_setup_teardown(one_benchmark_lacks, fresh, forget),
		cmocka_unit_test_setup_teardown(weights_are_of_what_is_there, fresh, forget),
		cmocka_unit_test_setup_teardown(benchmarks_of_general, fresh, forget),
		cmocka_unit_test_setup_teardown(each_multiple_has_its_reason, fresh, forget),
		cmocka_unit_test_setup_teardown(windows_vote, fresh, forget),
		cmocka_unit_test_setup_teardown(changed_inputs_are_told, fresh, forget),
		cmocka_unit_test_setup_teardown(as_of_an_earlier_day, fresh, forget),
		cmocka_unit_test_setup_teardown(no_longer_active, fresh, forget),
		cmocka_unit_test_setup_teardown(a_table_that_is_not_there, fresh, forget),
	};

	return cmocka_run_group_tests_name("ticker_snapshot", tests, open_ground, close_ground);
}
