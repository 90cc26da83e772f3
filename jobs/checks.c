/* The seed's section 7 checks and those without which its alerts never fire a second time. */
#include "core/alert.h"
#include "core/calendar.h"
#include "core/ledger.h"
#include "core/num.h"
#include "jobs/catalogue.h"

#include <stdlib.h>
#include <string.h>

enum { MIN_WINDOWS = 6, MIN_SCATTER = 10, MAX_MISSING = 50, HORIZON_DAYS = 366 };

static void
remedy(const struct check_env *env, struct check_result *r, size_t i, const char *verb,
       const char *job)
{
	char as_of[DATE_BUF];
	const struct job *j = catalogue_job(env->cat, job);

	if (j)
		fmt_buf(r->remedy[i], sizeof(r->remedy[i]), "fintra %s %s --as-of %s", verb, job,
			date_iso(env->as_of, as_of));
}

/* Refreshing the windows, benchmarks first when those are what is behind. */
static void
remedy_windows(const struct check_env *env, struct check_result *r)
{
	const struct table_status *s = freshness_find(env->fresh, "sector_performance");
	size_t i = 0;

	if (s && s->state != TABLE_FRESH)
		remedy(env, r, i++, "run", "sector-performance-aggregator");
	remedy(env, r, i, "run", "performance-windows-aggregator");
}

/* Snapshots lack what good windows have when they were made before these. */
static void
remedy_snapshots(const struct check_env *env, struct check_result *r)
{
	const struct table_status *s = freshness_find(env->fresh, "performance_windows");

	if (!s || s->state != TABLE_FRESH) {
		remedy_windows(env, r);
		return;
	}
	remedy(env, r, 0, "run", "fmp-bulk");
	remedy(env, r, 1, "run", "compute-ranks");
}

static void
strict_is(struct check_result *r, bool ok, const char *value)
{
	r->has_strict = true;
	r->strict = ok ? CHECK_OK : CHECK_CRITICAL;
	str_copy(r->strict_value, sizeof(r->strict_value), value);
}

static void
idle_without_writer(const struct check_env *env, struct check_result *r, const char *table)
{
	r->idle = catalogue_writer(env->cat, table) == NULL;
}

static int
windows_empty(const struct check_env *env, struct check_result *r, struct err *e)
{
	ROWS_AUTO q = db_query(env->db, Q_HEALTH_WINDOWS_ANY, NULL, e);

	if (!q)
		return -1;
	bool any = rows_bool(q, 0, 0);
	r->state = any ? CHECK_OK : CHECK_CRITICAL;
	r->figure = NUM(any);
	str_copy(r->value, sizeof(r->value), any ? "has rows" : "0 rows");
	str_copy(r->bound, sizeof(r->bound), "> 0 rows");
	strict_is(r, any, r->value);
	if (any)
		return 0;
	remedy(env, r, 0, "backfill", "performance-windows");
	remedy(env, r, 1, "run", "fmp-bulk");
	return 0;
}

static int
sector_stale(const struct check_env *env, struct check_result *r, struct err *e)
{
	char as_of[DATE_BUF], have[DATE_BUF];
	const char *args[] = { date_iso(env->as_of, as_of) };
	const struct table_status *s = freshness_find(env->fresh, "sector_performance");
	ROWS_AUTO q = db_query(env->db, Q_HEALTH_SECTOR_NEWEST, args, e);

	if (!q)
		return -1;
	if (s && s->state == TABLE_UNKNOWN)
		return err_set(e, ERR_DB, "%s", s->detail);
	struct date newest = rows_date(q, 0, 0);
	date_iso(newest, have);
	strict_is(r, date_cmp(newest, env->as_of) >= 0, have);
	/* A blocked table is behind too: its own deadline says how bad that is. */
	r->state = s && date_cmp(s->have, env->as_of) >= 0 ? CHECK_OK
		   : s && s->deadline_ms > env->now_ms && date_is_set(s->have) &&
				   calendar_sessions_between(s->have, env->as_of) == 1
			   ? CHECK_WARNING
			   : CHECK_CRITICAL;
	date_iso(s ? s->have : newest, r->value);
	fmt_buf(r->bound, sizeof(r->bound), "%s", as_of);
	if (r->state != CHECK_OK) {
		remedy(env, r, 0, "run", "sector-performance-aggregator");
		remedy(env, r, 1, "run", "performance-windows-aggregator");
	}
	return 0;
}

static int
windows_populated(const struct check_env *env, struct check_result *r, struct err *e)
{
	char as_of[DATE_BUF], newest[DATE_BUF], oldest[DATE_BUF], n[NUM_BUF], t[NUM_BUF];
	const char *args[] = { date_iso(env->as_of, as_of) };
	ROWS_AUTO q = db_query(env->db, Q_HEALTH_WINDOWS_TOTALS, args, e);

	if (!q)
		return -1;
	int64_t windows = rows_int(q, 0, 4);
	r->figure = NUM((double)rows_int(q, 0, 2));
	r->state = rows_int(q, 0, 2) == 0  ? CHECK_CRITICAL
		   : windows < MIN_WINDOWS ? CHECK_WARNING
					   : CHECK_OK;
	fmt_buf(r->value, sizeof(r->value), "%s row%s, %s ticker%s, %d window%s, %s..%s",
		num_group(rows_int(q, 0, 2), n), num_s(rows_int(q, 0, 2)),
		num_group(rows_int(q, 0, 3), t), num_s(rows_int(q, 0, 3)), (int)windows,
		num_s(windows), date_iso(rows_date(q, 0, 1), oldest),
		date_iso(rows_date(q, 0, 0), newest));
	fmt_buf(r->bound, sizeof(r->bound), "> 0 rows, >= %d windows", MIN_WINDOWS);
	strict_is(r, rows_int(q, 0, 2) > 0, r->value);
	if (r->state != CHECK_OK)
		remedy(env, r, 0, "backfill", "performance-windows");
	return 0;
}

static struct rows *
snapshots(const struct check_env *env, struct check_result *r, struct err *e)
{
	char as_of[DATE_BUF];
	const char *args[] = { date_iso(env->as_of, as_of) };
	struct rows *q = db_query(env->db, Q_HEALTH_SNAPSHOTS, args, e);

	idle_without_writer(env, r, "fintra_snapshots");
	if (q && rows_int(q, 0, 0) == 0) {
		r->state = CHECK_CRITICAL;
		fmt_buf(r->value, sizeof(r->value), "no snapshots for %s", as_of);
		strict_is(r, false, r->value);
		remedy(env, r, 0, "run", "fmp-bulk");
	}
	return q;
}

/* Two engine versions of one day: the seed's figure counts both, so it says how many each has. */
static void
tell_versions(const struct rows *q, struct check_result *r)
{
	char value[sizeof(r->value)];

	if (!rows_text(q, 0, 4))
		return;
	str_copy(value, sizeof(value), r->value);
	(void)fmt_buf(r->value, sizeof(r->value), "%s (%s)", value, rows_text(q, 0, 4));
}

static int
pct_missing(const struct check_env *env, struct check_result *r, struct err *e)
{
	ROWS_AUTO q = snapshots(env, r, e);

	if (!q)
		return -1;
	fmt_buf(r->bound, sizeof(r->bound), "<= %d%%", MAX_MISSING);
	int64_t total = rows_int(q, 0, 0);
	if (total == 0)
		return 0;
	double pct = 100.0 * (double)(total - rows_int(q, 0, 1)) / (double)total;
	r->state = pct > MAX_MISSING ? CHECK_CRITICAL : CHECK_OK;
	r->figure = NUM(pct);
	fmt_buf(r->value, sizeof(r->value), "%.1f%%", pct);
	strict_is(r, r->state == CHECK_OK, r->value);
	tell_versions(q, r);
	if (r->state != CHECK_OK)
		remedy_snapshots(env, r);
	return 0;
}

static int
relative_1y(const struct check_env *env, struct check_result *r, struct err *e)
{
	ROWS_AUTO q = snapshots(env, r, e);
	char with[NUM_BUF], total[NUM_BUF];

	if (!q)
		return -1;
	str_copy(r->bound, sizeof(r->bound), "> 0");
	if (rows_int(q, 0, 0) == 0)
		return 0;
	r->state = rows_int(q, 0, 1) > 0 ? CHECK_OK : CHECK_CRITICAL;
	r->figure = NUM((double)rows_int(q, 0, 1));
	fmt_buf(r->value, sizeof(r->value), "%s of %s", num_group(rows_int(q, 0, 1), with),
		num_group(rows_int(q, 0, 0), total));
	strict_is(r, r->state == CHECK_OK, r->value);
	tell_versions(q, r);
	if (r->state != CHECK_OK)
		remedy_snapshots(env, r);
	return 0;
}

static int
scatter(const struct check_env *env, struct check_result *r, struct err *e)
{
	ROWS_AUTO q = snapshots(env, r, e);
	char n[NUM_BUF];

	if (!q)
		return -1;
	fmt_buf(r->bound, sizeof(r->bound), ">= %d points", MIN_SCATTER);
	if (rows_int(q, 0, 0) == 0)
		return 0;
	int64_t points = rows_int(q, 0, 2);
	r->figure = NUM((double)points);
	r->state = points == 0 ? CHECK_CRITICAL : points < MIN_SCATTER ? CHECK_WARNING : CHECK_OK;
	fmt_buf(r->value, sizeof(r->value), "%s points", num_group(points, n));
	strict_is(r, points >= MIN_SCATTER, r->value);
	if (r->state != CHECK_OK)
		remedy_snapshots(env, r);
	return 0;
}

static int
windows_stale(const struct check_env *env, struct check_result *r, struct err *e)
{
	const struct table_status *s = freshness_find(env->fresh, "performance_windows");
	char have[DATE_BUF], want[DATE_BUF], tickers[64] = "";

	if (!s || s->state == TABLE_UNKNOWN)
		return err_set(e, ERR_DB, "performance_windows could not be measured%s%s",
			       s ? ": " : "", s ? s->detail : "");
	r->state = check_of_table(s);
	if (s->coverage >= 0)
		r->figure = NUM(s->coverage * 100);
	if (s->coverage >= 0)
		fmt_buf(tickers, sizeof(tickers), ", %.1f%% of %lld ticker%s", s->coverage * 100,
			(long long)s->den, num_s(s->den));
	fmt_buf(r->value, sizeof(r->value), "%s%s", date_iso(s->have, have), tickers);
	fmt_buf(r->bound, sizeof(r->bound), "%s, >= %.0f%%", date_iso(s->want, want),
		s->floor * 100);
	if (r->state != CHECK_OK)
		remedy_windows(env, r);
	return 0;
}

static int
snapshot_inputs(const struct check_env *env, struct check_result *r, struct err *e)
{
	char as_of[DATE_BUF], day[DATE_BUF], other[DATE_BUF];
	const char *args[] = { date_iso(env->as_of, as_of) };
	ROWS_AUTO q = db_query(env->db, Q_HEALTH_SNAPSHOT_INPUTS, args, e);

	idle_without_writer(env, r, "fintra_snapshots");
	if (!q)
		return -1;
	struct date snap = rows_count(q) > 0 ? rows_date(q, 0, 0) : DATE_NONE;
	if (!date_is_set(snap))
		return err_set(e, ERR_EMPTY, "there are no snapshots to judge");
	r->state = CHECK_OK;
	fmt_buf(r->value, sizeof(r->value), "all of %s", date_iso(snap, day));
	fmt_buf(r->bound, sizeof(r->bound), "inputs of %s", day);
	for (int i = 0; i < rows_count(q); i++) {
		if (date_eq(rows_date(q, i, 2), snap))
			continue;
		r->state = CHECK_CRITICAL;
		fmt_buf(r->value, sizeof(r->value), "%s with %s of %s", day, rows_text(q, i, 1),
			date_iso(rows_date(q, i, 2), other));
		remedy(env, r, 0, "run", "fmp-bulk");
	}
	const struct table_status *s = freshness_find(env->fresh, "fintra_snapshots");
	if (s && s->state == TABLE_MIXED) { /* the dates agree, the values do not */
		r->state = CHECK_CRITICAL;
		str_copy(r->value, sizeof(r->value), s->mixed_text);
		remedy_snapshots(env, r);
	}
	return 0;
}

static int
dates_agree(const struct check_env *env, struct check_result *r, struct err *e)
{
	const struct table_status *w = freshness_find(env->fresh, "performance_windows");
	const struct table_status *s = freshness_find(env->fresh, "sector_performance");
	char wd[DATE_BUF], sd[DATE_BUF];

	if (!w || !s || w->state == TABLE_UNKNOWN || s->state == TABLE_UNKNOWN)
		return err_set(e, ERR_DB,
			       "performance_windows or sector_performance could not be measured");
	bool agree = date_is_set(w->have) && date_eq(w->have, s->have) && w->state != TABLE_MIXED;
	struct date bench =
		w->state == TABLE_MIXED && date_is_set(w->mixed_with) ? w->mixed_with : s->have;
	r->state = agree ? CHECK_OK : env->now_ms < w->deadline_ms ? CHECK_WARNING : CHECK_CRITICAL;
	fmt_buf(r->value, sizeof(r->value), "windows %s, benchmarks %s", date_iso(w->have, wd),
		date_iso(bench, sd));
	str_copy(r->bound, sizeof(r->bound), "same session");
	if (!agree)
		remedy_windows(env, r);
	return 0;
}

static int
calendar_horizon(const struct check_env *env, struct check_result *r, struct err *e)
{
	int days = calendar_last().days - env->as_of.days;
	char last[DATE_BUF];

	(void)e;
	r->state = !calendar_covers(env->as_of) || days < HORIZON_DAYS ? CHECK_WARNING : CHECK_OK;
	fmt_buf(r->value, sizeof(r->value), "%d day%s, until %s", days, num_s(days),
		date_iso(calendar_last(), last));
	fmt_buf(r->bound, sizeof(r->bound), ">= %d days", HORIZON_DAYS);
	return 0;
}

static int
runs_lost(const struct check_env *env, struct check_result *r, struct err *e)
{
	char ms[NUM_BUF];

	fmt_buf(ms, sizeof(ms), "%d", env->conf->abandoned_ms);
	const char *args[] = { ms };
	ROWS_AUTO q = db_query(env->db, Q_HEALTH_RUNS_LOST, args, e);
	if (!q)
		return -1;
	int64_t n = rows_int(q, 0, 0);
	r->state = n > 0 ? CHECK_WARNING : CHECK_OK;
	r->figure = NUM((double)n);
	fmt_buf(r->value, sizeof(r->value), "%lld", (long long)n);
	str_copy(r->bound, sizeof(r->bound), "0 in 7 days");
	if (n > 0)
		fmt_buf(r->remedy[0], sizeof(r->remedy[0]), "fintra resume %lld",
			(long long)rows_int(q, 0, 1));
	return 0;
}

/* Nobody misses what a paused job does not do. */
static int
jobs_paused(const struct check_env *env, struct check_result *r, struct err *e)
{
	struct notice_list l;
	char until[64];

	if (notice_read(env->db, NOTICE_PAUSE, env->now_ms, NOTICE_MOST, &l, e) < 0)
		return -1;
	r->state = l.n > 0 ? CHECK_WARNING : CHECK_OK;
	r->figure = NUM((double)l.n);
	str_copy(r->value, sizeof(r->value), "none");
	if (l.n > 0) {
		const struct notice *n =
			&l.at[l.n - 1]; /* the oldest, which is nearest to forgotten */

		fmt_buf(r->value, sizeof(r->value), "%zu: %s by %s until %s", l.n, n->target,
			n->who, notice_until_text(NOTICE_PAUSE, n->until_ms, until, sizeof(until)));
		fmt_buf(r->remedy[0], sizeof(r->remedy[0]), "fintra unpause %s", n->target);
	}
	str_copy(r->bound, sizeof(r->bound), "none");
	notice_list_done(&l);
	return 0;
}

/* The jobs in canonical order: the first one is what the others wait for. */
static void
count_missed(const struct check_env *env, const struct job_runs_list *runs,
	     const struct notice_list *pauses, int *n, struct missed_run *first)
{
	for (size_t i = 0; i < runs->n; i++) {
		const char *name = runs->at[i].job->name;
		struct missed_run m;
		bool missed = false;

		for (size_t t = 0; t < env->fresh->n && !missed; t++)
			missed = env->fresh->at[t].writer == runs->at[i].job &&
				 job_run_missed(env->fresh, &env->fresh->at[t], runs, &m);
		if (!missed || notice_find(pauses, name))
			continue;
		if ((*n)++ == 0)
			*first = m;
	}
}

/* Seen by whoever looks next, even if nothing of fintra has run since.  A paused job is not missed.
 */
static int
runs_missed(const struct check_env *env, struct check_result *r, struct err *e)
{
	struct job_runs_list runs;
	struct notice_list pauses = { NULL, 0 };
	struct missed_run first = { .of = NULL };
	char session[DATE_BUF], day[DATE_BUF], others[32] = "";
	int n = 0, minutes;
	bool ledger;

	if (db_has_ledger(env->db, &ledger, e) < 0 ||
	    notice_read(env->db, NOTICE_PAUSE, env->now_ms, NOTICE_MOST, &pauses, e) < 0)
		return -1;
	r->idle = !ledger;
	if (job_runs_read(env->db, env->conf, env->cat, &runs, e) < 0) {
		notice_list_done(&pauses);
		return -1;
	}
	count_missed(env, &runs, &pauses, &n, &first);
	r->state = !ledger ? CHECK_UNKNOWN : n > 0 ? CHECK_CRITICAL : CHECK_OK;
	r->figure = NUM((double)n);
	str_copy(r->value, sizeof(r->value), ledger ? "none" : "no ledger records runs here");
	str_copy(r->bound, sizeof(r->bound), "none");
	if (n > 0 && ledger) {
		date_iso(calendar_ny_date(first.deadline_ms, &minutes), day);
		if (n > 1)
			fmt_buf(others, sizeof(others), ", %d more", n - 1);
		fmt_buf(r->value, sizeof(r->value), "%s for %s, deadline %s %02d:%02d NY%s",
			first.of->job->name, date_iso(first.session, session), day, minutes / 60,
			minutes % 60, others);
		remedy(env, r, 0, "run", first.of->job->name);
	}
	free(runs.at);
	notice_list_done(&pauses);
	return 0;
}

static int
alerts_undelivered(const struct check_env *env, struct check_result *r, struct err *e)
{
	const char *incomplete = alert_incomplete(env->conf);
	char before[NUM_BUF];
	STR_AUTO channels = { 0 };
	int configured;

	str_init(&channels, 128);
	configured = alert_configured(env->conf, &channels);
	const char *args[] = { str_c(&channels), num_int(env->now_ms - ALERT_CLAIM_MS, before) };
	ROWS_AUTO q = db_query(env->db, Q_HEALTH_UNDELIVERED, args, e);
	if (!q)
		return -1;
	int64_t n = rows_int(q, 0, 0);
	r->state = n > 0 ? CHECK_WARNING : CHECK_OK;
	r->figure = NUM((double)n);
	str_copy(r->bound, sizeof(r->bound), "0");
	if (n > 0)
		(void)fmt_buf(r->value, sizeof(r->value), "%lld by %s: %s", (long long)n,
			      rows_text(q, 0, 1), str_or(rows_text(q, 0, 2), "the sender died"));
	else
		str_copy(r->value, sizeof(r->value),
			 incomplete   ? incomplete
			 : configured ? "0"
				      : "0, no channel is configured");
	if (n > 0)
		str_copy(r->remedy[0], sizeof(r->remedy[0]), "fintra alerts --test");
	return 0;
}

const struct check fintra_checks[] = {
	{ "performance_windows_empty", "performance_windows has rows", true, windows_empty,
	  "performance_windows",
	  "Snapshots read relative performance from this table alone: without rows they are "
	  "written with empty fields.",
	  .because = NULL },
	{ "sector_performance_stale", "sector_performance is of the session", true, sector_stale,
	  "sector_performance",
	  "Windows are measured against these means: when they are old, so is every alpha against "
	  "a sector.",
	  .because = NULL },
	{ "snapshots_pct_missing", "snapshots without relative performance", true, pct_missing,
	  "fintra_snapshots",
	  "Companies whose relative performance is missing; more than half of them means that the "
	  "windows were not there when the snapshots were made.",
	  .because = "performance_windows" },
	{ "performance_windows_populated", "what performance_windows holds", true,
	  windows_populated, "performance_windows",
	  "Rows, tickers and windows of the newest session; a window that is missing is missing in "
	  "every snapshot.",
	  .because = NULL },
	{ "snapshots_relative_1y", "snapshots with relative_vs_sector_1y", true, relative_1y,
	  "fintra_snapshots",
	  "The year against the sector is what the product shows first; none at all means that the "
	  "windows were not ready.",
	  .because = "performance_windows" },
	{ "scatter_data", "points of the scatter chart", true, scatter, "fintra_snapshots",
	  "Companies with both a score and a year against the sector: each is a point of the "
	  "chart.",
	  .because = "performance_windows" },
	{ "performance_windows_stale", "performance_windows is of the session and whole", false,
	  windows_stale, "performance_windows",
	  "The date says little when most tickers are missing: both are asked here.",
	  .because = NULL },
	{ "snapshots_inputs_mixed", "snapshots and their inputs are of one session", false,
	  snapshot_inputs, "fintra_snapshots",
	  "A snapshot of one session made from benchmarks of another compares what cannot be "
	  "compared.",
	  .because = NULL },
	{ "sector_windows_dates_agree", "windows were built from benchmarks of their own session",
	  false, dates_agree, "performance_windows",
	  "Alpha is asset minus benchmark of the same session; else it is a number without "
	  "meaning.",
	  .because = "sector_performance" },
	{ "calendar_horizon", "the exchange calendar reaches far enough", false, calendar_horizon,
	  NULL, "Beyond it no session is known and nothing can be due.", .because = NULL },
	{ "runs_lost", "runs that vanished and were not made good", false, runs_lost, NULL,
	  "Their process died or lost its lock; what they had committed is there, the rest is "
	  "not.",
	  .quiet = true },
	{ "jobs_paused", "jobs that an operator has paused", false, jobs_paused, NULL,
	  "A pause is meant to end: what the job writes gets older every night.", .quiet = true },
	{ "runs_missed", "jobs that have no run for a session whose deadline is over", false,
	  runs_missed, NULL,
	  "Nothing has started them: the crontab, its machine or the pause of the job is where to "
	  "look first.",
	  .quiet = true },
	{ "alerts_undelivered", "alerts that did not arrive", false, alerts_undelivered, NULL,
	  "Nobody is told of what is wrong until the channel works again; each is sent at the next "
	  "occasion.",
	  .quiet = true },
	{ NULL, NULL, false, NULL, NULL, NULL, NULL, false },
};
