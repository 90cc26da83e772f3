/* Trees and plans of `why`.  Expected orders: jobs.md section 4. */
#include "core/why.h"
#include "jobs/catalogue.h"
#include "tests/support.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#define AFTER_ALL "2026-02-03T12:00:00Z"

static const char *
broken_by(const char *sql)
{
	const char *info = support_db("t_why", true);

	support_ready(info);
	support_sql(info, sql);
	return info;
}

/* `jobs` in order, NULL-terminated. */
static void
expect_plan(const char *sql, const char *target, const char *cause, const char *const *jobs)
{
	struct freshness f;
	struct why w;
	struct err e = ERR_INIT;
	size_t n = 0;

	support_fresh(broken_by(sql), "2026-02-02", AFTER_ALL, &f);
	assert_int_equal(why_build(&fintra_catalogue, &f, target, &w, &e), 0);
	for (; jobs[n]; n++) {
		char want[160];

		fmt_buf(want, sizeof(want), "fintra run %s --as-of 2026-02-02", jobs[n]);
		assert_true(n < w.plan_n);
		assert_string_equal(w.plan[n].command, want);
	}
	assert_int_equal(w.plan_n, n);
	if (cause)
		assert_non_null(strstr(w.text, cause));
	why_done(&w);
	freshness_done(&f);
}

static void
whole_chain(void **state)
{
	(void)state;
	expect_plan("DELETE FROM prices_daily WHERE price_date = '2026-02-02';"
		    "UPDATE datos_performance SET performance_date = '2026-01-30';"
		    "DELETE FROM sector_performance WHERE performance_date = '2026-02-02';"
		    "UPDATE performance_windows SET as_of_date = '2026-01-30'",
		    NULL, "First cause: prices_daily late 1 session",
		    NAMES("prices-daily-bulk", "performance-bulk", "sector-performance-aggregator",
			  "performance-windows-aggregator"));
}

static void
only_what_is_broken(void **state)
{
	(void)state;
	expect_plan("TRUNCATE performance_windows", "performance_windows",
		    "performance_windows is EMPTY", NAMES("performance-windows-aggregator"));
}

/* Rows missing at the right date: the job that fills gaps follows the one that makes them. */
static void
second_writer_fills_gaps(void **state)
{
	(void)state;
	expect_plan(
		"DELETE FROM sector_performance WHERE window_code IN ('3Y', '5Y') AND "
		"performance_date = '2026-02-02';"
		"DELETE FROM performance_windows WHERE window_code IN ('3Y', '5Y')",
		"sector_performance", "sector_performance is PARTIAL",
		NAMES("sector-performance-aggregator", "sector-performance-windows-aggregator"));
}

static void
nothing_to_do(void **state)
{
	(void)state;
	expect_plan("SELECT 1", NULL, "everything is fresh for 2026-02-02", NAMES(NULL));
	expect_plan("SELECT 1", "prices_daily", "prices_daily is fresh", NAMES(NULL));
}

/* Built here and asked for, so that every break has its own ground. */
struct asked {
	struct freshness f;
	struct why w;
};

static void
ask(struct asked *a, const char *sql, const char *target)
{
	struct err e = ERR_INIT;

	support_fresh(broken_by(sql), "2026-02-02", AFTER_ALL, &a->f);
	if (why_build(&fintra_catalogue, &a->f, target, &a->w, &e) < 0)
		fail_msg("%s", e.text);
}

/* As a build would answer that does not contain `job`. */
static void
ask_without(const char *job, struct asked *a, const char *sql, const char *target)
{
	static const struct job *jobs[64];
	static struct catalogue cat;
	const char *info = broken_by(sql);
	DB_AUTO db = support_open(info);
	struct conf conf = support_conf(info);
	struct err e = ERR_INIT;
	size_t n = 0;

	for (size_t i = 0; fintra_catalogue.jobs[i] && n < ARRAY_LEN(jobs) - 1; i++)
		if (!str_same(fintra_catalogue.jobs[i]->name, job))
			jobs[n++] = fintra_catalogue.jobs[i];
	jobs[n] = NULL;
	cat = fintra_catalogue;
	cat.jobs = jobs;
	conf.abandoned_ms = 60000;
	if (freshness_measure(db, &conf, &cat, support_date("2026-02-02"), support_ms(AFTER_ALL),
			      &a->f, &e) < 0 ||
	    why_build(&cat, &a->f, target, &a->w, &e) < 0)
		fail_msg("%s", e.text);
}

static void
asked_done(struct asked *a)
{
	why_done(&a->w);
	freshness_done(&a->f);
}

static const struct why_node *
child(const struct why_node *node, const char *table)
{
	for (size_t i = 0; node && i < node->n; i++)
		if (str_same(node->child[i]->status->table->name, table))
			return node->child[i];
	return NULL;
}

/* A run that ended well, with its parameters and what it read. */
#define RUN_SQL(job, state, params, more)                                                      \
	"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, build, " \
	"lock_key, created_at, params) VALUES ('" job "', '2026-02-02', '" state               \
	"', 'lucia', 'db1', 1, 'cli', 'warn', 'x', 1, now(), '" params "');" more
#define INPUT_SQL(table)                                       \
	"INSERT INTO fintra_ops.input SELECT max(id), '" table \
	"', '2026-02-02', 10 FROM fintra_ops.run;"
#define SECTOR "sector-performance-aggregator"

static void
made_by_another_system(void **state)
{
	static struct asked a;

	(void)state;
	ask_without("sector-pe-aggregator", &a, "DELETE FROM sector_pe", "sector_pe");
	assert_string_equal(a.w.text, "sector_pe is EMPTY. First cause: sector_pe empty; "
				      "no job of this build writes sector_pe");
	assert_int_equal(a.w.plan_n, 1);
	assert_string_equal(a.w.plan[0].command,
			    "# sector-pe-aggregator: not launched from here (as of 2026-02-02)");
	assert_false(a.w.plan[0].launchable);
	asked_done(&a);
	ask_without("sector-pe-aggregator", &a,
		    "DELETE FROM sector_pe; DELETE FROM datos_valuacion", "sector_pe");
	assert_string_equal(a.w.text, "sector_pe is EMPTY. First cause: datos_valuacion empty; "
				      "no job of this build writes sector_pe");
	assert_int_equal(a.w.plan_n, 2);
	assert_string_equal(a.w.plan[0].command, "fintra run valuation-bulk --as-of 2026-02-02");
	assert_string_equal(a.w.plan[1].job->name, "sector-pe-aggregator");
	assert_false(a.w.plan[1].launchable);
	asked_done(&a);
}

static void
several_first_causes(void **state)
{
	static struct asked a;

	(void)state;
	ask(&a,
	    "DELETE FROM prices_daily WHERE price_date = '2026-02-02';"
	    "DELETE FROM sector_performance WHERE performance_date = '2026-02-02'",
	    NULL);
	assert_non_null(strstr(a.w.text, "First causes: prices_daily late 1 session, "
					 "sector_performance late 1 session"));
	assert_int_equal(a.w.n_causes, 2);
	asked_done(&a);
}

/* Without a run the job's row decides; a run decides better; so do rows that tell it. */
static void
lineage_follows_the_source(void **state)
{
	static const struct {
		const char *sql;
		bool datos, industry;
	} cases[] = {
		{ "SELECT 1", true, false },
		{ RUN_SQL(SECTOR, "success", "{}", INPUT_SQL("datos_performance")), true, false },
		{ RUN_SQL(SECTOR, "success", "{\"source\":\"industry\"}",
			  INPUT_SQL("industry_performance") INPUT_SQL("datos_performance")),
		  false, true },
		{ RUN_SQL(SECTOR, "success", "{\"source\":\"industry\"}", "")
			  RUN_SQL(SECTOR, "failure", "{\"source\":\"datos\"}", ""),
		  false, true },
		{ RUN_SQL(SECTOR, "success", "{\"source\":\"industry\",\"ticker\":\"T01\"}", ""),
		  true, false },
		{ "UPDATE sector_performance SET source = 'aggregated_from_industries'", false,
		  true },
		{ "UPDATE sector_performance SET source = 'aggregated_from_industries';" RUN_SQL(
			  SECTOR, "success", "{}", ""),
		  true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static struct asked a;

		ask(&a, cases[i].sql, "sector_performance");
		if (!child(a.w.root, "datos_performance") == cases[i].datos ||
		    !child(a.w.root, "industry_performance") == cases[i].industry)
			fail_msg("case %zu: %s%s", i,
				 child(a.w.root, "datos_performance") ? "datos " : "",
				 child(a.w.root, "industry_performance") ? "industry" : "");
		asked_done(&a);
	}
}

/* company_profiles is empty here: no cause, until a run says that it read it. */
static void
fallback_only_when_used(void **state)
{
	static const char behind[] = "DELETE FROM company_profiles;"
				     "UPDATE fintra_ops.run SET as_of = '2026-01-30'";
	static struct asked a;

	(void)state;
	ask(&a, behind, "asset_industry_map");
	assert_string_equal(a.w.text, "asset_industry_map is LATE. First cause: asset_industry_map "
				      "late 1 session");
	assert_null(child(a.w.root, "company_profiles"));
	asked_done(&a);
	ask(&a,
	    "DELETE FROM company_profiles; UPDATE fintra_ops.run SET as_of = "
	    "'2026-01-30';" INPUT_SQL("company_profiles"),
	    "asset_industry_map");
	assert_string_equal(a.w.text,
			    "asset_industry_map is BLOCKED. First cause: company_profiles "
			    "empty");
	assert_non_null(child(a.w.root, "company_profiles"));
	asked_done(&a);
}

static void
says_what_the_last_run_came_to(void **state)
{
	static struct asked a;
	const struct last_run *l;

	(void)state;
	ask(&a,
	    "DELETE FROM sector_performance WHERE performance_date = '2026-02-02';" RUN_SQL(
		    SECTOR, "failure", "{}",
		    "") "UPDATE fintra_ops.run SET err_class = 'DATA', error = 'general', ended_at "
			"= "
			"'2026-02-03 08:58Z' WHERE state = 'failure';"
			"INSERT INTO fintra_ops.event (run_id, seq, ts, lvl, ev, job, msg) SELECT "
			"max(id), s, now(),"
			" CASE WHEN s = 2 THEN 'error' ELSE 'info' END, 'log', 'x', 'line ' || s "
			"FROM "
			"fintra_ops.run, generate_series(1, 3) s GROUP BY s",
	    "sector_performance");
	l = &a.w.root->status->last;
	assert_string_equal(l->job, SECTOR);
	assert_string_equal(l->state, "failure");
	assert_string_equal(l->err_class, "DATA");
	assert_string_equal(l->error, "line 2");
	assert_string_equal(l->who, "lucia");
	assert_int_equal(l->at_ms, support_ms("2026-02-03T08:58:00Z"));
	asked_done(&a);
}

/* A run that was stopped half way is gone on with; a failed one only if it got somewhere; one of
 * another date, or of a part, is not; one that is under way is waited for. */
static void
goes_on_with_a_stopped_run(void **state)
{
	static const char late[] =
		"DELETE FROM sector_performance WHERE performance_date = '2026-02-02';";
	static const struct {
		const char *sql, *command;
	} cases[] = {
		{ RUN_SQL(SECTOR, "cancelled", "{}", ""), "fintra resume " },
		{ RUN_SQL(SECTOR, "failure", "{}", ""), "fintra run " },
		{ RUN_SQL(SECTOR, "failure", "{}", "") "INSERT INTO fintra_ops.unit (run_id, unit, "
						       "state) SELECT max(id), 'u', 'done' FROM "
						       "fintra_ops.run",
		  "fintra resume " },
		{ RUN_SQL(SECTOR, "cancelled", "{\"limit\":\"5\"}", ""), "fintra run " },
		{ RUN_SQL(SECTOR, "cancelled", "{}", "") "UPDATE fintra_ops.run SET as_of = "
							 "'2026-01-30' WHERE state = 'cancelled'",
		  "fintra run " },
		{ RUN_SQL(SECTOR, "running", "{}", ""), "fintra wait " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static struct asked a;
		char sql[2048];

		fmt_buf(sql, sizeof(sql), "%s%s", late, cases[i].sql);
		ask(&a, sql, "sector_performance");
		assert_int_equal(a.w.plan_n, 1);
		if (!str_starts(a.w.plan[0].command, cases[i].command))
			fail_msg("case %zu: %s", i, a.w.plan[0].command);
		asked_done(&a);
	}
}

/* Medians of the last five whole good runs of one date: by hand 30, 10, 20, 50, 40 rows; 4 s. */
static void
plan_knows_rows_and_seconds(void **state)
{
	static struct asked a;
	static struct why p;
	struct err e = ERR_INIT;

	(void)state;
	ask(&a,
	    "DELETE FROM sector_performance WHERE performance_date = '2026-02-02';"
	    "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, build, "
	    "lock_key,"
	    " created_at, started_at, ended_at, rows_inserted, params) SELECT '" SECTOR
	    "', '2026-01-30', 'success', 'a', 'h', 1, 'cli', 'warn', 'x', 1, now(), '2026-02-01 "
	    "00:00Z',"
	    " '2026-02-01 00:00Z'::timestamptz + s * interval '1 s', n, p::jsonb FROM (VALUES (9, "
	    "900, '{}'),"
	    " (2, 30, '{}'), (3, 10, '{}'), (4, 20, '{}'), (5, 50, '{}'), (6, 40, '{}'), (99, 7, "
	    "'{\"limit\":\"1\"}'),"
	    " (99, 7, '{\"start\":\"2026-01-02\"}')) v (s, n, p)",
	    NULL);
	assert_int_equal(plan_build(&fintra_catalogue, &a.f, "sector_performance", &p, &e), 0);
	assert_int_equal(p.plan_n, 1);
	assert_int_equal(p.plan[0].rows, 30);
	assert_int_equal(p.plan[0].ms, 4000);
	assert_int_equal(p.plan[0].calls, 0);
	assert_true(p.plan[0].gate_ok);
	assert_string_equal(p.text, "1 step, ~4 s");
	why_done(&p);
	asked_done(&a);
}

/* Median of what the last good runs asked, by hand 2, 3, 30; one that did not count tells nothing.
 */
static void
plan_knows_calls(void **state)
{
	static struct asked a;
	static struct why p;
	struct err e = ERR_INIT;

	(void)state;
	ask(&a,
	    "DELETE FROM prices_daily WHERE price_date = '2026-02-02';"
	    "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, build, "
	    "lock_key,"
	    " created_at, started_at, ended_at, params, result) SELECT 'prices-daily-bulk', "
	    "'2026-01-30', 'success', 'a', 'h', 1, 'cli', 'warn', 'x', 1, now(), now(), now(), "
	    "'{}', r::jsonb FROM (VALUES ('{\"calls\":30}'), ('{\"calls\":2}'), (NULL), "
	    "('{\"calls\":3}')) v (r)",
	    NULL);
	assert_int_equal(plan_build(&fintra_catalogue, &a.f, "prices-daily-bulk", &p, &e), 0);
	assert_int_equal(p.plan[0].calls, 3);
	why_done(&p);
	asked_done(&a);
}

static void
plan_of_targets(void **state)
{
	static struct asked a;
	static struct why p;
	struct err e = ERR_INIT;
	static const struct {
		const char *target;
		size_t steps;
	} cases[] = { { NULL, 10 }, /* and what is computed from them */
		      { "layer:2", 3 },
		      { "layer:0-1", 1 },
		      { "prices-daily-bulk", 1 },
		      { "performance-bulk", 2 },
		      { "sector_performance", 0 },
		      { "performance_windows", 3 } };

	(void)state;
	ask(&a,
	    "DELETE FROM prices_daily WHERE price_date = '2026-02-02';"
	    "UPDATE datos_performance SET performance_date = '2026-01-30';"
	    "UPDATE performance_windows SET as_of_date = '2026-01-30'",
	    NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(plan_build(&fintra_catalogue, &a.f, cases[i].target, &p, &e), 0);
		/* sector_performance itself is fresh, what it is made from is not */
		if (p.plan_n != cases[i].steps && !str_same(cases[i].target, "sector_performance"))
			fail_msg("%s: %zu steps", str_or(cases[i].target, "all"), p.plan_n);
		why_done(&p);
	}
	assert_int_equal(plan_build(&fintra_catalogue, &a.f, "performance-bulk", &p, &e), 0);
	assert_string_equal(p.plan[0].job->name, "prices-daily-bulk");
	assert_true(p.plan[0].gate_ok);
	assert_false(p.plan[1].gate_ok);
	assert_string_equal(p.plan[1].gate, "prices_daily has 2026-01-30, needs 2026-02-02 (late)");
	assert_int_equal(p.plan[0].ms, -1);
	assert_int_equal(p.plan[0].calls, -1);
	why_done(&p);
	asked_done(&a);
}

/* Downwards, transitively; jobs.md 1. */
static void
impact_of_prices(void **state)
{
	static struct asked a;
	static struct why w;
	struct err e = ERR_INIT;
	const struct why_node *datos;

	(void)state;
	ask(&a, "TRUNCATE performance_windows", NULL);
	assert_int_equal(impact_build(&fintra_catalogue, &a.f, "prices_daily", &w, &e), 0);
	datos = child(w.root, "datos_performance");
	assert_non_null(datos);
	assert_non_null(child(datos, "sector_performance"));
	assert_non_null(child(child(datos, "sector_performance"), "performance_windows"));
	assert_non_null(child(w.root, "fintra_market_state"));
	assert_null(child(w.root, "fintra_universe"));
	why_done(&w);
	assert_int_equal(impact_build(&fintra_catalogue, &a.f, "performance_windows", &w, &e), 0);
	assert_non_null(child(w.root, "fintra_snapshots"));
	assert_non_null(child(child(w.root, "fintra_snapshots"), "fintra_market_state"));
	assert_string_equal(w.text, "2 tables are made from performance_windows, 0 not fresh");
	why_done(&w);
	assert_int_equal(impact_build(&fintra_catalogue, &a.f, "fintra_market_state", &w, &e), 0);
	assert_string_equal(w.text, "nothing is made from fintra_market_state");
	why_done(&w);
	asked_done(&a);
}

static size_t
expanded(const struct why_node *node, const char *table)
{
	size_t n = str_same(node->status->table->name, table) && node->n > 0;

	for (size_t i = 0; i < node->n; i++)
		n += expanded(node->child[i], table);
	return n;
}

/* Each table with what is above it is shown once. */
static void
shown_once(void **state)
{
	static struct asked a;

	(void)state;
	ask(&a, "SELECT 1", "performance_windows");
	assert_int_equal(expanded(a.w.root, "datos_performance"), 1);
	asked_done(&a);
}

static void
unknown_names(void **state)
{
	struct freshness f;
	struct why w;
	struct err e = ERR_INIT;

	(void)state;
	support_fresh(broken_by("SELECT 1"), "2026-02-02", AFTER_ALL, &f);
	assert_int_equal(why_build(&fintra_catalogue, &f, "sector_performanse", &w, &e), -1);
	assert_int_equal(e.cls, ERR_USAGE);
	assert_non_null(strstr(e.text, "sector_performance?"));
	why_done(&w);
	freshness_done(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_chain),
		cmocka_unit_test(only_what_is_broken),
		cmocka_unit_test(second_writer_fills_gaps),
		cmocka_unit_test(nothing_to_do),
		cmocka_unit_test(unknown_names),
		cmocka_unit_test(made_by_another_system),
		cmocka_unit_test(several_first_causes),
		cmocka_unit_test(lineage_follows_the_source),
		cmocka_unit_test(fallback_only_when_used),
		cmocka_unit_test(says_what_the_last_run_came_to),
		cmocka_unit_test(goes_on_with_a_stopped_run),
		cmocka_unit_test(plan_knows_rows_and_seconds),
		cmocka_unit_test(plan_knows_calls),
		cmocka_unit_test(plan_of_targets),
		cmocka_unit_test(impact_of_prices),
		cmocka_unit_test(shown_once),
	};

	return cmocka_run_group_tests_name("why", tests, NULL, NULL);
}
