/* plan tells what the run then does: units, requests and rows of every job, beside what the ledger
 * and the vendor's stand-in counted. */
#include "jobs/catalogue.h"
#include "tests/support_foresee.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What is typed behind the job's name; the others take nothing.  A gate makes it a launch where
 * `plan` would ask what is due. */
static const struct typed {
	const char *job, *how;
	const char *const *args;
} typed[] = {
	{ "sync-universe", "cold", NAMES("--force") },
	{ "prices-daily-bulk", "range", NAMES("--from", "2026-01-26", "--to", "2026-01-28") },
	{ "prices-daily-bulk", "one", NAMES("--ticker", "SPY") },
	{ "financials-bulk", "forced", NAMES("--force", "--years", "2023-2024") },
	{ "sec-10k-ingest", "forced", NAMES("--force") },
	{ "company-profile-bulk", "bulk", NAMES("--mode", "bulk") },
	{ "valuation-bulk", "forced", NAMES("--force") },
	{ "fmp-peers-bulk", "forced", NAMES("--force") },
	{ "performance-bulk", "range", NAMES("--from", "2026-01-20", "--to", "2026-02-02") },
	{ "sector-performance-aggregator", "range", NAMES("--from", "2026-01-20") },
	{ "sector-benchmarks", "forced", NAMES("--force") },
	{ "industry-benchmarks-aggregator", "alpha", NAMES("--mode", "alpha") },
	{ "fmp-bulk", "limit", NAMES("--limit", "10") },
	{ "market-state-bulk", "limit", NAMES("--limit", "10") },
	{ "master-ticker", "one", NAMES("--ticker", NULL) },
	{ "backfill/peers", "all", NAMES("--all") },
	{ "update-mvp", "one", NAMES("--ticker", NULL) },
	{ "validation", "dry", NAMES("--dry-run") },
	{ "backfill-ticker-full", "all", NAMES("--all", "--from", "2025-12-01") },
	{ "backfill-ticker-full", "listed", NAMES("--tickers", "SPY,SPY", "--limit", "1") },
	{ "backfill-performance-windows", "range", NAMES("--from", "2026-01-20") },
};

static void
once(const char *info, const char *job)
{
	struct support_out out;

	foresee_tick();
	assert_int_equal(foresee_fintra(info, NULL, NAMES("run", job, "--gate", "warn"), &out), 0);
	support_out_done(&out);
}

/* As cron would launch it, then in the ways listed above. */
static void
every_job(void **state)
{
	const char *info = product_copy("t_foresee"), *args[ARGS];
	STR_AUTO wrong = { 0 };
	char name[120];

	(void)state;
	str_init(&wrong, 1 << 16);
	for (const struct job *const *j = fintra_catalogue.jobs; *j; j++) {
		bool needs = strstr((*j)->name, "ticker") ||
			     strcmp((*j)->name, "update-mvp") == 0 ||
			     strcmp((*j)->name, "backfill/peers") == 0;

		if ((*j)->steps)
			continue;
		/* Its first run reads a month, those behind it what is new. */
		if (strcmp((*j)->name, "sec-8k-ingest") == 0)
			once(info, (*j)->name);
		if (!needs)
			foresee_and_run(info, NULL, (*j)->name, *j, NAMES(NULL), &wrong);
		for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
			if (strcmp(typed[i].job, (*j)->name) != 0)
				continue;
			fmt_buf(name, sizeof(name), "%s (%s)", (*j)->name, typed[i].how);
			foresee_and_run(info, NULL, name, *j,
					foresee_with_stock(typed[i].args, args), &wrong);
		}
	}
	foresee_none_wrong(&wrong, 125);
}

/* An empty cache of its own: cold, then warm. */
static void
cache_cold_and_warm(void **state)
{
	static const char *const jobs[] = { "sync-universe",
					    "prices-daily-bulk",
					    "financials-bulk",
					    "valuation-bulk",
					    "fmp-peers-bulk",
					    "fmp-batch",
					    NULL };
	const char *info = product_copy("t_foresee_cache");
	char dir[300], env[340], name[80];
	STR_AUTO wrong = { 0 };

	(void)state;
	str_init(&wrong, 1 << 16);
	fmt_buf(dir, sizeof(dir), "%s/foresee-%d", str_or(getenv("RUN_DIR"), "/tmp"),
		(int)getpid());
	fmt_buf(env, sizeof(env), "FINTRA_PATHS_CACHE_DIR=%s", dir);
	foresee_cache = env;
	for (size_t i = 0; jobs[i]; i++) {
		const struct job *job = catalogue_job(&fintra_catalogue, jobs[i]);

		fmt_buf(name, sizeof(name), "%s (cold)", jobs[i]);
		if (i == 0) {
			(void)foresee_first(info, NULL, NAMES(jobs[0], "--gate", "warn"));
			assert_int_equal(access(dir, F_OK), -1); /* a look makes no directory */
		}
		foresee_and_run(info, NULL, name, job, NAMES(NULL), &wrong);
		fmt_buf(name, sizeof(name), "%s (warm)", jobs[i]);
		foresee_and_run(info, NULL, name, job, NAMES(NULL), &wrong);
	}
	foresee_cache = NULL;
	foresee_none_wrong(&wrong, 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job),
		cmocka_unit_test(cache_cold_and_warm),
	};

	return cmocka_run_group_tests_name("foresee", tests, foresee_set_up, NULL);
}
