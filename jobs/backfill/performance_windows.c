#include "jobs/common.h"
#include "jobs/jobs.h"
#include "jobs/layer2/asset_date.h"
#include "jobs/layer2/range.h"
#include "jobs/layer2/windows_merge.h"

struct backfill {
	struct job_ctx *c;
	struct range asof;
	struct windows_request q;
	struct windows_counts n;
	int64_t dates, rows;
};

/* The nearest date, an older one before a newer one: a backfill would rather have benchmarks of
 * another day than none. */
static int
pick_benchmark(struct backfill *b, struct err *e)
{
	struct windows_request *q = &b->q;
	char want[DATE_BUF], have[DATE_BUF];
	struct date after;

	if (windows_benchmarks(b->c, q->as_of, &q->benchmark, &after, e) < 0)
		return -1;
	if (!date_is_set(q->benchmark))
		q->benchmark = after;
	if (!date_is_set(q->benchmark))
		return err_set(e, ERR_EMPTY,
			       "no_sector_data: sector_performance has no row: "
			       "fintra run sector-performance-aggregator");
	if (!date_eq(q->benchmark, q->as_of))
		run_log(b->c, LVL_WARN, "benchmarks of %s for windows of %s",
			date_iso(q->benchmark, have), date_iso(q->as_of, want));
	return 0;
}

static int
merge(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct backfill *b = arg;

	return windows_merge(c, &b->q, &b->n, t, e);
}

static int
write_date(struct backfill *b, struct err *e)
{
	char unit[DATE_BUF];
	bool market = !params_text(b->c->params, "with_market") ||
		      params_bool(b->c->params, "with_market");

	b->dates++;
	if (run_unit_done(b->c, date_iso(b->q.as_of, unit)))
		return 0;
	b->q.market = DATE_NONE;
	if (pick_benchmark(b, e) < 0)
		return -1;
	if (market && windows_market(b->c, b->q.as_of, 0, &b->q.market, e) < 0)
		return -1;
	if (run_transaction(b->c, unit, merge, b, e) < 0)
		return err_wrap(e, "windows for %s", unit);
	b->rows += b->n.prepared;
	return windows_report(b->c, &b->q, &b->n, e);
}

/* In a range, a date that yields nothing is counted and the next one is tried. */
static int
forgive(struct backfill *b, const struct err *e)
{
	if (!b->asof.given || e->cls != ERR_EMPTY)
		return -1;
	run_log(b->c, LVL_ERROR, "%s", e->text);
	run_count_error(b->c, 1);
	return 0;
}

static int
find_day(void *arg, struct date as_of, struct date *day, struct err *e)
{
	struct backfill *b = arg;

	return asset_date(b->c, windows_canonical, as_of, day, e);
}

static int
write_day(void *arg, struct date day, struct err *e)
{
	struct backfill *b = arg;

	b->q.as_of = day;
	return write_date(b, e) < 0 ? forgive(b, e) : 0;
}

static int
work(struct backfill *b, struct err *e)
{
	struct range_walk walk = { .phase = "merge", .find = find_day, .write = write_day };
	char last[32];

	if (range_of(b->c, &b->asof, e) < 0 || windows_universe(b->c, true, last, e) < 0)
		return -1;
	b->q.last = last;
	if (range_each(b->c, &b->asof, &walk, b, e) < 0)
		return -1;
	if (b->dates == 0)
		return asset_date_none(b->asof.at[b->asof.n - 1], e);
	run_result_int(b->c, "dates", b->dates);
	run_result_int(b->c, "rows", b->rows);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct backfill b = { .c = c };
	int rc;

	b.q = (struct windows_request){ .as_of = DATE_NONE,
					.source = "backfill_v1_2026_02_02",
					.inactive = true,
					.ticker = params_text(c->params, "ticker"),
					.industry = params_bool(c->params, "with_industry") };
	rc = work(&b, e);
	range_done(&b.asof);
	return rc;
}

static const struct param_def params[] = {
	{ "with_market", PARAM_BOOL, NULL, "1", "rows against SPY too", 0, 0 },
	{ "with_industry", PARAM_BOOL, NULL, "0", "rows against the industry too", 0, 0 },
	RANGE_PARAMS,
	{ 0 },
};

const struct job job_backfill_performance_windows = {
	.name = "backfill-performance-windows",
	.title = "Fills performance_windows from stored returns",
	.layer = LAYER_BACKFILL,
	.cadence = ON_DEMAND,
	.minutes = { 15, 15 },
	.flags = JOB_BACKFILL | JOB_RANGE,
	.after = NAMES("performance-bulk", "sector-performance-aggregator"),
	.reads = NAMES("datos_performance", "sector_performance", "fintra_universe"),
	.writes = NAMES("performance_windows"),
	.params = params,
	.phases = NAMES("merge"),
	.help = "Writes performance_windows for the market's date, or for each date of a range, "
		"with the sector "
		"benchmarks of the nearest date (an older one first) and a warning when that is "
		"another day.",
	.own_days = 45, /* the market's date may lie some days back */
	.run = run,
};
