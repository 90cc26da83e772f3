/* What every job of the catalogue owes its stored log, and where the API key must not be: the real
 * binary on a synthetic market, each job run twice, the second time with --force. */
#include "jobs/catalogue.h"
#include "tests/support.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CANARY "CANARYkey0123456789"
#define LAST "2026-02-02"

enum { PROGRESS_MS = 400, SLACK_MS = 1600, ARGS = 12, DAY_PAUSE_MS = 150 };

struct ground {
	const char *info;
	char db[600], url[200], sec[200], cache[200], binary[300];
};

static int
fintra(const struct ground *g, const char *const *args, struct support_out *out)
{
	char progress[60], pause[60];
	const char *argv[ARGS + 2] = { g->binary };
	const char *env[] = { g->db,
			      g->url,
			      g->sec,
			      g->cache,
			      "FINTRA_SEC_USER_AGENT=fintra tests ops@example.com",
			      "FINTRA_SEC_REQUESTS_PER_S=1000",
			      progress,
			      pause,
			      "FINTRA_FMP_API_KEY=" CANARY,
			      "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:00:00Z",
			      "HOME=/nonexistent",
			      "XDG_CONFIG_HOME=/nonexistent",
			      NULL };

	fmt_buf(progress, sizeof(progress), "FINTRA_RUN_PROGRESS_MS=%d", PROGRESS_MS);
	fmt_buf(pause, sizeof(pause), "FINTRA_FMP_DAY_PAUSE_MS=%d", DAY_PAUSE_MS);
	for (size_t i = 0; args[i] && i < ARGS; i++)
		argv[i + 1] = args[i];
	return support_exec(argv, env, out);
}

enum { TOLD = 4 };

/* What a job must be told, and how it ends; the others know by themselves and succeed.  The market
 * is shorter than a year, so gates only warn; orchestrators begin behind the downloads, which have
 * had their turn. */
static const struct told {
	const char *job, *words[TOLD];
	bool partial;
} told[] = {
	{ "financials-bulk", { "--years", "2024-2026" }, false },
	{ "backfill-ticker-full", { "--ticker", "SPY" }, false },
	{ "backfill/peers", { "--all" }, false },
	{ "update-mvp", { "--ticker", "AAA" }, false }, /* one of the market's */
	{ "validation", { NULL }, true },		/* which wants thirty days */
	{ "master-benchmark", { "--gate", "warn" }, false },
	{ "master-all", { "--gate", "warn", "--from-step", "performance-bulk" }, false },
	{ "master-ticker", { "--ticker", "AAA", "--from-step", "fmp-bulk" }, false },
};

static const struct told *
find_told(const char *job)
{
	static const struct told nothing = { NULL, { NULL }, false };

	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (strcmp(told[i].job, job) == 0)
			return &told[i];
	return &nothing;
}

/* It ended as it must; the key is in neither stream. */
static bool
run_ok(const struct ground *g, const struct told *how, const char *const *args)
{
	struct support_out out;
	int code = fintra(g, args, &out);
	bool ok = code == (how->partial ? 4 : 0);

	if (!ok)
		print_error("%s %s: exit %d\n%s%s\n", args[0], args[1], code, out.out, out.err);
	assert_null(strstr(out.out, CANARY));
	assert_null(strstr(out.err, CANARY));
	support_out_done(&out);
	return ok;
}

/* Twice, the second time with --force. */
static bool
run_job(const struct ground *g, const struct job *j)
{
	const char *verb = j->flags & JOB_BACKFILL ? "backfill" : "run";
	const struct told *how = find_told(j->name);
	const char *const *w = how->words;
	bool range = !how->job && (j->flags & JOB_USES_API) && (j->flags & JOB_RANGE);

	if (range && !run_ok(g, how, NAMES(verb, j->name, "--from", "2025-12-15", "--to", LAST)))
		return false;
	if (!range && !run_ok(g, how, NAMES(verb, j->name, w[0], w[1], w[2], w[3])))
		return false;
	return run_ok(g, how, NAMES(verb, j->name, "--force", w[0], w[1], w[2], w[3]));
}

static int
setup(void **state)
{
	static struct ground g;

	g.info = support_db("t_contract", true);
	fmt_buf(g.binary, sizeof(g.binary), "%s/fintra", str_or(getenv("BUILD"), "build"));
	fmt_buf(g.db, sizeof(g.db), "FINTRA_DB_CONNINFO=%s", g.info);
	fmt_buf(g.url, sizeof(g.url), "FINTRA_FMP_BASE_URL=%s",
		support_fake(NAMES("--tickers", "60", "--seed", "11", "--start", "2025-12-01",
				   "--end", LAST, "--key", CANARY)));
	fmt_buf(g.sec, sizeof(g.sec), "FINTRA_SEC_BASE_URL=%s", strchr(g.url, '=') + 1);
	fmt_buf(g.cache, sizeof(g.cache), "FINTRA_PATHS_CACHE_DIR=%s/contract-cache",
		str_or(getenv("RUN_DIR"), "/tmp"));
	*state = &g;
	for (size_t i = 0; fintra_catalogue.jobs[i]; i++)
		if (!run_job(&g, fintra_catalogue.jobs[i]))
			return -1;
	return 0;
}

static int64_t
count(const struct ground *g, const char *job, const char *what)
{
	char sql[900];

	fmt_buf(sql, sizeof(sql),
		"SELECT count(*) FROM fintra_ops.run r WHERE r.parent IS NULL AND r.job = '%s' AND "
		"%s",
		job, what);
	return support_psql_int(g->info, sql);
}

#define LINES "(SELECT count(*) FROM fintra_ops.event v WHERE v.run_id = r.id AND "

/* One START with parameters and as-of, one ending with duration and counts, START first, ending
 * last. */
static void
start_and_ending(void **state)
{
	const struct ground *g = *state;

	for (size_t i = 0; fintra_catalogue.jobs[i]; i++) {
		const char *job = fintra_catalogue.jobs[i]->name;
		bool partial = find_told(job)->partial;

		assert_int_equal(
			count(g, job, partial ? "r.state = 'partial'" : "r.state = 'success'"), 2);
		assert_int_equal(count(g, job,
				       LINES "v.msg ~ '^START job=[a-z0-9/-]+ as_of=" LAST
					     " params=[{].*[}] gate=' AND v.seq = 1) = 1 AND " LINES
					     "v.msg LIKE 'START %') = 1"),
				 2);
		assert_int_equal(
			count(g, job,
			      LINES
			      "v.msg ~ '^(SUCCESS|PARTIAL) job=.* duration=[0-9a-z.]+ read=[0-9]+ "
			      "inserted=[0-9]+ updated=[0-9]+ unchanged=[0-9]+' AND v.seq "
			      "= (SELECT "
			      "max(seq) FROM fintra_ops.event w WHERE w.run_id = r.id)) = "
			      "1 AND " LINES "v.ev = 'run.end') = 1"),
			2);
		assert_true(count(g, job, LINES "v.msg LIKE 'PROGRESS %') > 0") == 2);
	}
}

/* Between START, PROGRESS and the ending never more than progress_ms and what scheduling adds. */
static void
progress_keeps_coming(void **state)
{
	const struct ground *g = *state;
	char sql[800];
	int64_t gap, runs;

	fmt_buf(sql, sizeof(sql),
		"SELECT coalesce(max(extract(epoch FROM ts - before) * 1000), 0)::bigint FROM "
		"(SELECT ts, "
		"lag(ts) OVER (PARTITION BY run_id ORDER BY seq) AS before FROM fintra_ops.event "
		"WHERE "
		"msg ~ '^(START|PROGRESS|SUCCESS|PARTIAL) ') x");
	gap = support_psql_int(g->info, sql);
	runs = support_psql_int(g->info,
				"SELECT count(*) FROM fintra_ops.run WHERE ended_at - started_at "
				"> interval '3 seconds'");
	printf("INFO: longest silence %" PRId64 " ms at progress_ms %d, %" PRId64
	       " runs over 3 s\n",
	       gap, PROGRESS_MS, runs);
	assert_true(runs >= 1);
	assert_true(gap <= PROGRESS_MS + SLACK_MS);
}

/* --force reads rows and changes none. */
static void
second_run_changes_nothing(void **state)
{
	const struct ground *g = *state;

	for (size_t i = 0; fintra_catalogue.jobs[i]; i++)
		assert_int_equal(
			count(g, fintra_catalogue.jobs[i]->name,
			      "r.params ? 'force' AND r.rows_read > 0 AND r.rows_inserted = 0 AND "
			      "r.rows_updated = 0"),
			1);
}

static void
key_is_nowhere(void **state)
{
	const struct ground *g = *state;
	struct support_out out;
	const char *dir = strchr(g->cache, '=') + 1;

	assert_int_equal(
		support_psql_int(
			g->info,
			"SELECT (SELECT count(*) FROM fintra_ops.event e WHERE e::text LIKE "
			"'%" CANARY "%') + (SELECT count(*) FROM fintra_ops.run r WHERE "
			"r::text LIKE '%" CANARY "%') + (SELECT count(*) FROM "
			"fintra_ops.audit a WHERE a::text LIKE '%" CANARY "%')"),
		0);
	support_exec(NAMES("grep", "-rl", CANARY, dir), NULL, &out);
	assert_int_equal(out.code, 1); /* grep: no match, and the folder is there */
	support_out_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_and_ending),
		cmocka_unit_test(progress_keeps_coming),
		cmocka_unit_test(second_run_changes_nothing),
		cmocka_unit_test(key_is_nowhere),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
