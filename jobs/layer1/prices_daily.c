/* prices-daily-bulk: the bars of one day or a range of days (jobs.md 2.3). */
#include "jobs/jobs.h"

#include "core/calendar.h"
#include "core/vec.h"
#include "jobs/common.h"
#include "jobs/fmp/eod.h"
#include "jobs/layer1/prices_day.h"

#include <string.h>

enum { DEFAULT_DAYS = 5 };

/* The list, and how it went. */
struct days {
	VEC(struct date) list;
	int64_t loaded, failed, in_a_row;
	struct err first, as_of; /* of the first failed day; of the as-of day */
};

static const struct param_def params[] = {
	{ "start", PARAM_DATE, NULL, NULL, "first day; alone: up to the as-of date", 0, 0 },
	{ "end", PARAM_DATE, NULL, NULL, "last day; alone: only that day", 0, 0 },
	{ NULL, PARAM_TEXT, NULL, NULL, NULL, 0, 0 },
};

/* Without dates the sessions among the last five calendar days: a late correction of one of them is
 * picked up. */
static int
list_days(struct job_ctx *c, struct days *d, struct err *e)
{
	struct date start = params_date(c->params, "start"), end = params_date(c->params, "end");
	char a[DATE_BUF], b[DATE_BUF];

	if (!date_is_set(end))
		end = c->as_of;
	else if (!date_is_set(start))
		start = end;
	if (!date_is_set(start))
		start = date_add_days(c->as_of, 1 - DEFAULT_DAYS);
	if (date_cmp(end, c->as_of) > 0)
		return err_set(e, ERR_USAGE, "end %s is after the as-of date %s", date_iso(end, a),
			       date_iso(c->as_of, b));
	for (struct date day = start; date_cmp(day, end) <= 0; day = date_add_days(day, 1)) {
		if (calendar_is_session(day))
			vec_push(&d->list, day);
	}
	if (d->list.n == 0)
		return err_set(e, ERR_USAGE, "there is no session from %s to %s",
			       date_iso(start, a), date_iso(end, b));
	return 0;
}

/* Where no day of the range's begin is stored yet, the newest one before it comes along: without a
 * bar to compare with nobody would see that the vendor has restated what is stored. */
static int
add_before(struct price_run *r, struct days *d, struct err *e)
{
	char a[DATE_BUF], b[DATE_BUF];
	const char *args[] = { date_iso(d->list.at[0], a), date_iso(d->list.at[d->list.n - 1], b) };
	ROWS_AUTO s = db_query(r->c->db, Q_PRICES_DAILY_BEFORE, args, e);

	if (!s)
		return -1;
	r->first = rows_date(s, 0, 1);
	if (rows_bool(s, 0, 0) || !date_is_set(r->first) || !calendar_is_session(r->first)) {
		r->first = d->list.at[0];
		return 0;
	}
	vec_push(&d->list, r->first);
	memmove(d->list.at + 1, d->list.at, (d->list.n - 1) * sizeof(d->list.at[0]));
	d->list.at[0] = r->first;
	return 0;
}

/* True when the run must end here. */
static bool
note_failure(struct job_ctx *c, struct days *d, struct date day, struct err *e)
{
	char iso[DATE_BUF];

	err_wrap(e, "%s", date_iso(day, iso));
	d->failed++;
	d->in_a_row++;
	if (d->first.cls == ERR_NONE)
		d->first = *e;
	if (date_eq(day, c->as_of))
		d->as_of = *e;
	if (trouble_stops(e, d->in_a_row))
		return true;
	run_log(c, e->cls == ERR_NOT_READY ? LVL_WARN : LVL_ERROR, "%s", e->text);
	return false;
}

/* Oldest first: each day is guarded by those before it. */
static int
load_days(struct price_run *r, struct days *d, struct err *e)
{
	struct job_ctx *c = r->c;
	bool history = false;
	char iso[DATE_BUF];

	run_phase(c, "load", (int64_t)d->list.n);
	for (size_t i = 0; i < d->list.n; i++) {
		struct date day = d->list.at[i];

		if (run_unit_done(c, date_iso(day, iso))) {
			d->loaded++;
			continue;
		}
		if (history)
			cancel_wait(c->cancel, c->conf->day_pause_ms);
		if (run_check(c, e) < 0 ||
		    (!history && !run_looks(c) && price_run_history(r, day, e) < 0))
			return -1;
		history = true;
		*e = (struct err)ERR_INIT;
		if (price_day(r, day, e) == 0) {
			d->loaded++;
			d->in_a_row = 0;
		} else if (note_failure(c, d, day, e)) {
			return -1;
		}
		run_progress(c, (int64_t)i + 1);
	}
	return 0;
}

/* The as-of day decides: without it the run has failed, whatever else was loaded. */
static int
conclude(struct job_ctx *c, const struct days *d, struct err *e)
{
	const struct err *why = d->as_of.cls != ERR_NONE ? &d->as_of : &d->first;

	if (d->failed == 0)
		return 0;
	if (d->loaded == 0 || d->as_of.cls != ERR_NONE) {
		*e = *why;
		if (d->list.n > 1)
			run_log(c, LVL_WARN, "%lld of %zu days loaded", (long long)d->loaded,
				d->list.n);
		return -1;
	}
	run_count_error(c, d->failed);
	return 0;
}

/* Results are told even when the run fails half-way: some days are stored. */
static int
run_days(struct price_run *r, struct days *d, struct err *e)
{
	char day[DATE_BUF];
	int rc = load_days(r, d, e);

	if (rc == 0)
		rc = price_actions(r, e);

	run_result_text(r->c, "date", date_iso(d->list.at[d->list.n - 1], day));
	run_result_int(r->c, "days", d->loaded);
	run_result_int(r->c, "days_failed", d->failed);
	run_result_int(r->c, "processed", r->processed);
	return rc < 0 ? -1 : conclude(r->c, d, e);
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct days d = { .first = ERR_INIT, .as_of = ERR_INIT };
	struct price_run r;
	int rc = -1;

	if (list_days(c, &d, e) == 0) {
		run_phase(c, "prepare", 0);
		cache_sweep(c);
		if (price_run_open(&r, c, e) == 0 && add_before(&r, &d, e) == 0)
			rc = run_days(&r, &d, e);
		price_run_close(&r);
	}
	vec_done(&d.list);
	return rc;
}

const struct job job_prices_daily = {
	.name = "prices-daily-bulk",
	.title = "Daily bars of every active ticker",
	.layer = 1,
	.phase = 1,
	.step = 3,
	.cadence = DAILY,
	.minutes = { 10, 15 },
	.flags = JOB_CRITICAL | JOB_USES_API | JOB_RANGE,
	.after = NAMES("sync-universe"),
	.reads = NAMES("fintra_universe"),
	.writes = NAMES("prices_daily"),
	.params = params,
	.phases = NAMES("prepare", "load", "examine", "reload"),
	.help = "Loads the sessions among the last five days, or --from/--to. The newest sessions "
		"are read "
		"again each time, since the vendor corrects them. A day that fails its guard is "
		"left out.  Where a split or dividend has restated what is stored, the ticker is "
		"marked and its whole history read again in the same run.",
	.posts =
		POSTS({ "prices_newest", Q_POST_PRICES_NEWEST, .kind = POST_NEWEST, .fails = true },
		      { "prices_rows", Q_POST_PRICES_ROWS, .kind = POST_OF_LAST, .bound = 0.90,
			.first = 1 },
		      { "prices_stored", Q_POST_PRICES_ROWS, .kind = POST_REPORTED,
			.reported = "rows_newest_day", .fails = true },
		      { "prices_without_adj_close", Q_POST_PRICES_UNADJUSTED, .kind = POST_RISE,
			.bound = 0.10 }),
	.run = run,
};
