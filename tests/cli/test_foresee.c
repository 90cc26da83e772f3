/* plan tells what the run then does: units, requests and rows of every job, beside what the ledger
 * and the vendor's stand-in counted. */
#include "core/job.h"
#include "core/num.h"
#include "jobs/catalogue.h"
#include "tests/support_product.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGS = 16, LINE = 4096 };

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

struct figures {
	int64_t units, calls, rows; /* -1 = unknown */
	bool units_exact, calls_exact;
	char command[400], why[200];
};

static const char *product;
static char stock[24]; /* an active one */
static int compared, estimates, unknown;

/* Each launch some seconds after the one before: a file from the future is not taken. */
static char clock_now[60];
static const char *cache_dir; /* NULL = the product's */

static void
tick(void)
{
	static int seconds = 1200;

	seconds += 20;
	fmt_buf(clock_now, sizeof(clock_now), "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:%02d:%02dZ",
		seconds / 60, seconds % 60);
}

static int
fintra(const char *info, const char *const *more, const char *const *args, struct support_out *out)
{
	const char *env[ARGS] = { clock_now };
	size_t n = 1;

	if (cache_dir)
		env[n++] = cache_dir;
	for (; more && *more && n + 1 < ARGS; more++)
		env[n++] = *more;
	return product_run(info, env, args, out);
}

static struct json *
fintra_json(const char *info, const char *const *more, const char *const *args, int code)
{
	struct support_out out;
	struct err e = ERR_INIT;
	struct json *j;

	if (fintra(info, more, args, &out) != code)
		fail_msg("%s %s: exit %d, not %d\n%s%s", args[1], str_or(args[2], ""), out.code,
			 code, out.out, out.err);
	j = json_parse(out.out, strlen(out.out), &e);
	if (!j)
		fail_msg("%s: %s", e.text, out.out);
	support_out_done(&out);
	return j;
}

static int64_t
known(const struct json *o, const char *name)
{
	struct num n = json_num(o, name);

	return n.has ? (int64_t)n.v : -1;
}

static struct figures
step_of(const struct json *plan, size_t i)
{
	const struct json *s = json_at(json_get(plan, "steps"), i);
	struct figures f = { .units = known(s, "units"),
			     .calls = known(s, "calls"),
			     .rows = known(s, "rows"),
			     .units_exact = json_bool(s, "units_exact", false),
			     .calls_exact = json_bool(s, "calls_exact", false) };

	assert_non_null(s);
	str_copy(f.command, sizeof(f.command), str_or(json_text(s, "command"), ""));
	str_copy(f.why, sizeof(f.why), str_or(json_text(s, "unknown"), ""));
	return f;
}

/* plan --json WORDS: its first step. */
static struct figures
foresee(const char *info, const char *const *more, const char *const *words)
{
	const char *args[ARGS] = { "--json", "plan" };
	struct json *j;
	struct figures f;

	for (size_t i = 0; words[i] && i + 3 < ARGS; i++)
		args[i + 2] = words[i];
	j = fintra_json(info, more, args, 10);
	f = step_of(j, 0);
	json_free(j);
	return f;
}

static int64_t
requests(void)
{
	char *text = support_fake_get("/__stats");
	struct err e = ERR_INIT;
	struct json *j = json_parse(text, strlen(text), &e);
	int64_t n = (int64_t)json_num(j, "requests").v;

	json_free(j);
	free(text);
	return n;
}

static int64_t
last_run(const char *info, const char *job)
{
	char sql[200];

	fmt_buf(sql, sizeof(sql),
		"SELECT coalesce(max(id), 0) FROM fintra_ops.run WHERE job = '%s'", job);
	return support_psql_int(info, sql);
}

static int64_t
of_run(const char *info, int64_t run, const char *what)
{
	char sql[300];

	fmt_buf(sql, sizeof(sql), "SELECT %s FROM fintra_ops.run r WHERE r.id = %lld", what,
		(long long)run);
	return support_psql_int(info, sql);
}

/* Units that the ledger has, requests that the stand-in was sent, rows written or found equal. */
static struct figures
did(const char *info, int64_t run, int64_t asked)
{
	return (struct figures){
		.units = of_run(info, run,
				"(SELECT count(*) FROM fintra_ops.unit u WHERE u.run_id = r.id)"),
		.calls = requests() - asked,
		.rows = of_run(info, run, "rows_inserted + rows_updated + rows_unchanged")
	};
}

static void
one_figure(const char *name, const char *what, int64_t said, bool exact, int64_t was,
	   struct str *wrong)
{
	if (said < 0) {
		unknown++;
		printf("INFO: %s: %s unknown, were %lld\n", name, what, (long long)was);
	} else if (!exact) {
		estimates++;
		printf("INFO: %s: %s ~%lld, were %lld\n", name, what, (long long)said,
		       (long long)was);
	} else {
		compared++;
		if (said != was)
			str_fmt(wrong, "%s: %s %lld, were %lld\n", name, what, (long long)said,
				(long long)was);
	}
}

static void
compare(const char *name, const struct figures *said, const struct figures *was, struct str *wrong)
{
	int64_t off = llabs(said->rows - was->rows);

	if (said->units < 0)
		str_fmt(wrong, "%s: no forecast of its units: %s\n", name, said->why);
	one_figure(name, "units", said->units, said->units_exact, was->units, wrong);
	one_figure(name, "calls", said->calls, said->calls_exact, was->calls, wrong);
	if (said->rows < 0) {
		unknown++;
		printf("INFO: %s: rows unknown, were %lld\n", name, (long long)was->rows);
		return;
	}
	compared++;
	if (10 * off > was->rows)
		str_fmt(wrong, "%s: rows %lld, were %lld\n", name, (long long)said->rows,
			(long long)was->rows);
}

/* plan, then the launch that it names. */
static void
plan_and_run(const char *info, const char *const *more, const char *name, const struct job *job,
	     const char *const *args, struct str *wrong)
{
	const char *plan[ARGS] = { job->name }, *run[ARGS] = { "run", job->name };
	struct figures said, was;
	struct support_out out;
	size_t n = 0;

	if (job->flags & JOB_BACKFILL)
		run[0] = "backfill";
	for (; args[n]; n++)
		plan[n + 1] = run[n + 2] = args[n];
	plan[n + 1] = run[n + 2] = "--gate";
	plan[n + 2] = run[n + 3] = "warn";

	int64_t before = last_run(info, job->name), asked = requests();

	tick();
	said = foresee(info, more, plan);
	if (requests() != asked || last_run(info, job->name) != before)
		str_fmt(wrong, "%s: plan asked the vendor or left a run\n", name);
	fintra(info, more, run, &out);
	if (out.code != 0 && out.code != 4)
		str_fmt(wrong, "%s: exit %d\n%s", name, out.code, out.err);
	support_out_done(&out);

	int64_t id = last_run(info, job->name);

	if (id == before) {
		str_fmt(wrong, "%s: no run\n", name);
		return;
	}
	was = did(info, id, asked);
	if (was.calls != of_run(info, id, "coalesce((r.result ->> 'calls')::bigint, 0)"))
		str_fmt(wrong, "%s: the ledger and the stand-in count other requests\n", name);
	compare(name, &said, &was, wrong);
}

static void
none_wrong(struct str *wrong)
{
	printf("INFO: %d figures compared, %d estimates, %d unknown\n", compared, estimates,
	       unknown);
	if (wrong->len)
		fail_msg("%s", str_c(wrong));
}

static const char *const *
with_stock(const char *const *args, const char *out[ARGS])
{
	for (size_t i = 0; i < ARGS; i++)
		out[i] = NULL;
	for (size_t i = 0; args[i]; i++)
		out[i] = args[i];
	if (out[0] && strcmp(out[0], "--ticker") == 0 && !out[1])
		out[1] = stock;
	return out;
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
		if (!needs)
			plan_and_run(info, NULL, (*j)->name, *j, NAMES(NULL), &wrong);
		for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
			if (strcmp(typed[i].job, (*j)->name) != 0)
				continue;
			fmt_buf(name, sizeof(name), "%s (%s)", (*j)->name, typed[i].how);
			plan_and_run(info, NULL, name, *j, with_stock(typed[i].args, args), &wrong);
		}
	}
	none_wrong(&wrong);
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
	cache_dir = env;
	for (size_t i = 0; jobs[i]; i++) {
		const struct job *job = catalogue_job(&fintra_catalogue, jobs[i]);

		fmt_buf(name, sizeof(name), "%s (cold)", jobs[i]);
		if (i == 0) {
			(void)foresee(info, NULL, NAMES(jobs[0], "--gate", "warn"));
			assert_int_equal(access(dir, F_OK), -1); /* a look makes no directory */
		}
		plan_and_run(info, NULL, name, job, NAMES(NULL), &wrong);
		fmt_buf(name, sizeof(name), "%s (warm)", jobs[i]);
		plan_and_run(info, NULL, name, job, NAMES(NULL), &wrong);
	}
	cache_dir = NULL;
	none_wrong(&wrong);
}

static int
set_up(void **state)
{
	char *t;

	(void)state;
	tick();
	product = product_open();
	t = support_psql(product, "SELECT ticker FROM fintra_snapshots ORDER BY ticker LIMIT 1");
	str_copy(stock, sizeof(stock), t);
	free(t);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job),
		cmocka_unit_test(cache_cold_and_warm),
	};

	return cmocka_run_group_tests_name("foresee", tests, set_up, NULL);
}
