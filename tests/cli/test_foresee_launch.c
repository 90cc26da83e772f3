/* plan with options, of an order, of a run that is resumed and of one who may only read. */
#include "jobs/catalogue.h"
#include "tests/support_foresee.h"
#include "tests/support_production.h"
#include "tests/support_ready.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Some units are done, then somebody stopped it: `left` are not, nor are their rows there. */
static void
stop_half_way(const char *info, const char *job, const char *table_sql, const char *left)
{
	char sql[600];

	fmt_buf(sql, sizeof(sql),
		"UPDATE fintra_ops.run SET state = 'cancelled' WHERE id = (SELECT max(id) FROM "
		"fintra_ops.run WHERE job = '%s')",
		job);
	free(support_psql(info, sql));
	fmt_buf(sql, sizeof(sql),
		"DELETE FROM fintra_ops.unit WHERE run_id = (SELECT max(id) FROM fintra_ops.run "
		"WHERE job = '%s') AND %s",
		job, left);
	free(support_psql(info, sql));
	free(support_psql(info, table_sql));
}

static void
resume_of(const char *info, const char *const *more, const struct job *job, const char *table,
	  struct str *wrong)
{
	static const char units[] =
		"(SELECT count(*) FROM fintra_ops.unit u WHERE u.run_id = r.id)";
	static const char rows[] =
		"(SELECT sum(u.rows_inserted + u.rows_updated + u.rows_unchanged) "
		"FROM fintra_ops.unit u WHERE u.run_id = r.id)";
	int64_t id = foresee_last_run(info, job->name), had = foresee_of_run(info, id, units),
		asked, had_rows;
	char command[60], number[24];
	struct figures said, was;
	struct support_out out;

	had_rows = foresee_of_run(info, id, rows);
	foresee_tick();
	asked = foresee_requests();
	said = foresee_first(info, more, NAMES(table));
	fmt_buf(number, sizeof(number), "%lld", (long long)id);
	fmt_buf(command, sizeof(command), "fintra resume %s", number);
	assert_string_equal(said.command, command);
	assert_int_equal(foresee_requests(), asked);
	assert_true(had > 0);
	foresee_fintra(info, more, NAMES("resume", number), &out);
	if (out.code != 0 && out.code != 4) /* rows of the unit at the edge are gone */
		fail_msg("resume %s: exit %d\n%s", number, out.code, out.err);
	support_out_done(&out);
	was = foresee_did(info, id, asked);
	was.units -= had;
	was.rows = foresee_of_run(info, id, rows) - had_rows;
	assert_true(was.units > 0);
	foresee_compare(table, &said, &was, wrong);
}

/* Units that are done are not done again, nor asked for. */
static void
resumed(void **state)
{
	static const char *const small[] = { "FINTRA_RUN_BATCH_ROWS=100", NULL }, *const tiny[] = {
		"FINTRA_RUN_BATCH_ROWS=20", NULL
	};
	const char *info = product_copy("t_foresee_resume");
	const struct job *returns = catalogue_job(&fintra_catalogue, "performance-bulk");
	const struct job *market = catalogue_job(&fintra_catalogue, "market-state-bulk");
	const struct job *profiles = catalogue_job(&fintra_catalogue, "company-profile-bulk");
	STR_AUTO wrong = { 0 };

	(void)state;
	str_init(&wrong, 1 << 14);
	foresee_and_run(info, small, "performance-bulk (cells)", returns, NAMES(NULL), &wrong);
	foresee_and_run(info, small, "performance-bulk (cells again)", returns, NAMES(NULL),
			&wrong);
	stop_half_way(info, returns->name, "DELETE FROM datos_performance WHERE ticker > 'M'",
		      "unit > 'M'");
	resume_of(info, small, returns, "datos_performance", &wrong);
	foresee_and_run(info, NULL, "company-profile-bulk", profiles, NAMES(NULL), &wrong);
	stop_half_way(info, profiles->name, "DELETE FROM company_profiles WHERE ticker > 'M'",
		      "unit > 'M'");
	resume_of(info, NULL, profiles, "company_profiles", &wrong);
	foresee_and_run(info, tiny, "market-state-bulk (tiny)", market, NAMES(NULL), &wrong);
	stop_half_way(info, market->name, "DELETE FROM fintra_market_state WHERE ticker < 'M'",
		      "unit < 'M' AND unit LIKE '%..%'");
	resume_of(info, tiny, market, "fintra_market_state", &wrong);
	foresee_none_wrong(&wrong, 18);
}

/* The steps that are due and no others, each as it then is: with an empty cache, of which one step
 * finds what another has fetched. */
static void
daily_order(void **state)
{
	static char cache[300];
	const char *info = product_copy("t_foresee_daily");
	struct json *plan, *again;
	STR_AUTO wrong = { 0 };
	struct support_out out;
	int64_t run;
	char *jobs;

	(void)state;
	str_init(&wrong, 1 << 14);
	fmt_buf(cache, sizeof(cache), "FINTRA_PATHS_CACHE_DIR=%s/daily-%d",
		str_or(getenv("RUN_DIR"), "/tmp"), (int)getpid());
	foresee_cache = cache;
	foresee_tick();
	plan = foresee_json(info, NULL, NAMES("--json", "plan", "master-all"), 10);
	again = foresee_json(info, NULL, NAMES("--json", "plan", "pipeline", "daily"), 10);
	/* Weekly ones were run with the layers. */
	assert_int_equal(json_len(json_get(plan, "steps")), 19);
	assert_int_equal(json_len(json_get(again, "steps")), 19);
	assert_int_equal(json_len(json_get(plan, "passed_over")), 2);
	assert_string_equal(json_text(json_at(json_get(plan, "passed_over"), 0), "job"),
			    "company-profile-bulk");
	json_free(again);
	foresee_fintra(info, NULL, NAMES("run", "master-all"), &out);
	assert_int_equal(out.code, 0);
	support_out_done(&out);
	run = foresee_last_run(info, "master-all");
	for (size_t i = 0; i < 19; i++) {
		char sql[300];
		struct figures said = foresee_step(plan, i), was = { 0 };
		const char *job = json_text(json_at(json_get(plan, "steps"), i), "job");
		int64_t id;

		fmt_buf(sql, sizeof(sql),
			"SELECT coalesce(max(id), 0) FROM fintra_ops.run WHERE parent = %lld "
			"AND job "
			"= '%s'",
			(long long)run, job);
		id = support_psql_int(info, sql);
		if (id == 0)
			fail_msg("%s was not run", job);
		was = foresee_did(info, id, foresee_requests());
		was.calls = foresee_of_run(info, id, "coalesce((r.result ->> 'calls')::bigint, 0)");
		said.units_exact = said.calls_exact = true; /* nothing has changed meanwhile */
		foresee_compare(job, &said, &was, &wrong);
	}
	jobs = support_psql(info, "SELECT count(*) FROM fintra_ops.run WHERE parent = (SELECT "
				  "max(id) FROM fintra_ops.run WHERE job = 'master-all')");
	assert_string_equal(jobs, "19");
	free(jobs);
	foresee_cache = NULL;
	json_free(plan);
	foresee_none_wrong(&wrong, 50);
}

/* The step that mends has options of its own. */
static void
mends_what_is_marked(void **state)
{
	const char *info = product_copy("t_foresee_marked");
	struct figures said, was;
	STR_AUTO wrong = { 0 };
	struct support_out out;
	int64_t asked;
	char sql[200];

	(void)state;
	str_init(&wrong, 1 << 12);
	fmt_buf(sql, sizeof(sql),
		"INSERT INTO fintra_ops.flag (ticker, kind, flagged_on) VALUES ('%s', 'restated', "
		"'2026-02-02')",
		foresee_stock);
	support_sql(info, sql);
	foresee_tick();
	asked = foresee_requests();
	said = foresee_first(info, NULL, NAMES("prices_daily"));
	assert_string_equal(said.command, "fintra backfill backfill-ticker-full --restated");
	foresee_fintra(info, NULL, NAMES("backfill", "backfill-ticker-full", "--restated"), &out);
	assert_int_equal(out.code, 0);
	support_out_done(&out);
	was = foresee_did(info, foresee_last_run(info, "backfill-ticker-full"), asked);
	assert_int_equal(was.units, 1);
	foresee_compare("restated", &said, &was, &wrong);
	foresee_none_wrong(&wrong, 2);
}

/* The launch does the others, and so does the plan: of the one it says why. */
static void
one_step_is_refused(const char *info, const char *const *args)
{
	struct json *plan;
	const struct json *steps;
	int refused = 0;

	foresee_tick();
	plan = foresee_json(info, NULL, args, 10);
	steps = json_get(plan, "steps");
	for (size_t i = 0; i < json_len(steps); i++) {
		struct figures f = foresee_step(plan, i);
		const char *job = json_text(json_at(steps, i), "job");

		if (strcmp(job, "market-state-bulk") != 0)
			continue;
		assert_non_null(strstr(f.why, "would replace a newer one"));
		assert_int_equal(f.units, -1);
		refused++;
	}
	assert_int_equal(refused, 1);
	assert_true(json_len(steps) > 15);
	json_free(plan);
}

static void
refused_among_others(void **state)
{
	const char *info = product_copy("t_foresee_refused");

	(void)state;
	support_sql(info, "UPDATE fintra_snapshots SET snapshot_date = '2026-01-30'");
	one_step_is_refused(info, NAMES("--json", "plan", "layer:0-5", "--as-of", "2026-01-30",
					"--gate", "warn"));
	one_step_is_refused(info, NAMES("--json", "plan", "master-all", "--as-of", "2026-01-30",
					"--gate", "warn"));
	foresee_tick();
	product_expect(
		info, NAMES("plan", "market-state-bulk", "--as-of", "2026-01-30", "--gate", "warn"),
		64, "would replace a newer one");
}

/* Names, sizes and times of all files of the cache; owned. */
static char *
cache_files(void)
{
	char *at = NULL;
	struct support_out out;
	char dir[300];

	fmt_buf(dir, sizeof(dir), "%s/product-cache-%d", str_or(getenv("RUN_DIR"), "/tmp"),
		(int)getpid());
	support_exec(NAMES("find", dir, "-printf", "%p %s %T@\n"), NULL, &out);
	assert_true(strlen(out.out) > 1000);
	at = mem_dup(out.out);
	support_out_done(&out);
	return at;
}

static int64_t
traces(const char *info)
{
	support_counted(info);
	return support_psql_int(info,
				"SELECT (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM "
				"pg_stat_user_tables) + 1000000 * (SELECT count(*) FROM pg_locks "
				"WHERE locktype = 'advisory' AND database = (SELECT oid FROM "
				"pg_database WHERE datname = current_database()))");
}

/* What `plan` needs besides the name: a ticker. */
static bool
by_list(const char *job)
{
	return strcmp(job, "backfill/peers") == 0 || strcmp(job, "backfill-ticker-full") == 0 ||
	       strcmp(job, "update-mvp") == 0;
}

static void
all_as(const char *reader, bool ledger)
{
	int told = 0;

	for (const struct job *const *j = fintra_catalogue.jobs; *j; j++) {
		const char *gate[] = { (*j)->name, "--gate", "warn", NULL };
		const char *one[] = { (*j)->name, "--ticker", foresee_stock, NULL };
		struct figures f;

		/* The ledger alone tells of filings; an orchestrator is its steps. */
		if ((*j)->steps || (!ledger && strstr((*j)->name, "sec-")))
			continue;
		f = foresee_first(reader, NULL, by_list((*j)->name) ? one : gate);
		if (f.units < 0)
			fail_msg("%s: %s", (*j)->name, f.why);
		told++;
	}
	printf("INFO: %d plans as a reader, %s a ledger\n", told, ledger ? "with" : "without");
}

/* Who may only read plans as well, with a ledger or without; nothing is left of it. */
static void
leaves_nothing_behind(void **state)
{
	const char *info = product_copy("t_foresee_reader");
	const char *reader = support_production_reader(info),
		   *role = strstr(reader, "fintra_reader");
	char *files = cache_files(), *after, grant[300];
	int64_t before = traces(info), asked = foresee_requests();

	(void)state;
	foresee_tick();
	all_as(reader, false);
	fmt_buf(grant, sizeof(grant),
		"GRANT USAGE ON SCHEMA fintra_ops TO %s; GRANT SELECT ON ALL TABLES IN SCHEMA "
		"fintra_ops TO %s",
		role, role);
	support_sql(info, grant);
	all_as(reader, true);
	after = cache_files();
	assert_string_equal(after, files);
	assert_int_equal(traces(info), before);
	assert_int_equal(foresee_requests(), asked);
	free(files);
	free(after);
}

/* Containers that share a cache may share process numbers, too: what another one is downloading
 * stays.
 */
static void
leaves_downloads_of_others(void **state)
{
	static const char plan[] =
		"mkdir -p \"$1\" && touch "
		"\"$1/income_2012_FY.csv.financials-bulk.2026-02-02.$$.tmp\" "
		"&& exec \"$2\" plan financials-bulk --as-of 2026-02-02 --gate warn";
	char dir[300], db[600], cache[340];
	const char *env[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:00:00Z",
			      "HOME=/nonexistent",
			      "XDG_CONFIG_HOME=/nonexistent",
			      db,
			      cache,
			      NULL };
	struct support_out out;

	(void)state;
	fmt_buf(dir, sizeof(dir), "%s/others-%d", str_or(getenv("RUN_DIR"), "/tmp"), (int)getpid());
	fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", foresee_product);
	fmt_buf(cache, sizeof(cache), "FINTRA_PATHS_CACHE_DIR=%s", dir);
	support_exec(NAMES("sh", "-c", plan, "sh", dir, support_fintra()), env, &out);
	if (out.code != 10)
		fail_msg("exit %d\n%s%s", out.code, out.out, out.err);
	support_out_done(&out);
	support_exec(NAMES("find", dir, "-name", "*.tmp"), NULL, &out);
	assert_non_null(strstr(out.out, "/income_2012_FY.csv.financials-bulk.2026-02-02."));
	support_out_done(&out);
}

static void
usage(const char *says, const char *const *args)
{
	foresee_tick();
	product_expect(foresee_product, args, 64, says);
}

/* As run and backfill would refuse them. */
static void
refuses_like_run(void **state)
{
	(void)state;
	usage("performance-bulk has no option --modes",
	      NAMES("plan", "performance-bulk", "--modes", "x"));
	usage("did you mean --windows?", NAMES("plan", "performance-bulk", "--window", "1Y"));
	usage("for which tickers", NAMES("plan", "backfill-ticker-full"));
	usage("needs a ticker", NAMES("plan", "master-ticker"));
	usage("no range", NAMES("plan", "performance-bulk", "--from", "2027-01-01"));
	usage("leave out ticker", NAMES("plan", "compute-ranks", "--ticker", "SPY"));
	usage("there is no pipeline weekly", NAMES("plan", "pipeline", "weekly"));
	usage("prices_daily is a table", NAMES("plan", "prices_daily", "--force"));
	usage("leave --diff away", NAMES("plan", "sync-universe", "--diff"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resumed),
		cmocka_unit_test(daily_order),
		cmocka_unit_test(mends_what_is_marked),
		cmocka_unit_test(refused_among_others),
		cmocka_unit_test(leaves_nothing_behind),
		cmocka_unit_test(leaves_downloads_of_others),
		cmocka_unit_test(refuses_like_run),
	};

	return cmocka_run_group_tests_name("foresee launches", tests, foresee_set_up, NULL);
}
