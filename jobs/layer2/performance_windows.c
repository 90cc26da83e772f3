#include "jobs/common.h"
#include "jobs/jobs.h"
#include "jobs/layer2/asset_date.h"
#include "jobs/layer2/windows_merge.h"

struct windows_job {
	struct windows_request q;
	struct windows_counts n;
};

/* Benchmarks must be of the same date; an older one counts only up to max_benchmark_age days, and
 * then the rows are mixed: said, and PARTIAL at best. */
static int
pick_benchmark(struct job_ctx *c, struct windows_request *q, struct err *e)
{
	int64_t age = params_int(c->params, "max_benchmark_age", 0);
	char want[DATE_BUF], have[DATE_BUF], run[DATE_BUF], why[120];
	struct date after;

	if (windows_benchmarks(c, q->as_of, &q->benchmark, &after, e) < 0)
		return -1;
	date_iso(q->as_of, want);
	date_iso(c->as_of, run);
	date_iso(q->benchmark, have);
	if (!date_is_set(q->benchmark) && !date_is_set(after))
		return err_set(e, ERR_EMPTY,
			       "no_sector_data: sector_performance has no row: "
			       "fintra run sector-performance-aggregator --as-of %s",
			       run);
	if (!date_is_set(q->benchmark) || q->as_of.days - q->benchmark.days > age)
		return err_set(
			e, ERR_EMPTY,
			"no_sector_rows_for_as_of_date: sector_performance has %s, wanted %s: "
			"fintra run sector-performance-aggregator --as-of %s; "
			"fintra run performance-windows-aggregator --as-of %s",
			have, want, run, run);
	if (date_eq(q->benchmark, q->as_of))
		return 0;
	(void)fmt_buf(why, sizeof(why), "benchmarks of %s for windows of %s", have, want);
	run_log(c, LVL_WARN, "%s", why);
	run_taint(c, why);
	return 0;
}

static int
merge(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct windows_job *j = arg;

	return windows_merge(c, &j->q, &j->n, t, e);
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct windows_job j = { .q = { .source = "aggregated_from_datos_performance" } };
	struct windows_request *q = &j.q;
	bool market =
		!params_text(c->params, "with_market") || params_bool(c->params, "with_market");
	char last[32], unit[DATE_BUF];

	q->market = DATE_NONE;
	q->ticker = params_text(c->params, "ticker");
	q->last = last;
	q->industry = params_bool(c->params, "with_industry");
	if (asset_date_required(c, c->as_of, &q->as_of, e) < 0 ||
	    windows_universe(c, false, last, e) < 0 || pick_benchmark(c, q, e) < 0)
		return -1;
	if (market && windows_market(c, q->as_of, params_int(c->params, "max_benchmark_age", 0),
				     &q->market, e) < 0)
		return -1;
	run_phase(c, "merge", 1);
	if (run_unit_done(c, date_iso(q->as_of, unit)))
		return 0;
	if (run_transaction(c, unit, merge, &j, e) < 0)
		return err_wrap(e, "windows for %s", unit);
	run_progress(c, 1);
	return windows_report(c, q, &j.n, e);
}

static const struct param_def params[] = {
	{ "max_benchmark_age", PARAM_INT, NULL, "0",
	  "days that benchmarks may be older than the windows", 0, 365 },
	{ "with_market", PARAM_BOOL, NULL, "1", "rows against SPY too", 0, 0 },
	{ "with_industry", PARAM_BOOL, NULL, "0", "rows against the industry too", 0, 0 },
	{ 0 },
};

const struct job job_performance_windows = {
	.name = "performance-windows-aggregator",
	.title = "Relative performance by window",
	.layer = 2,
	.phase = 2,
	.step = 14,
	.cadence = DAILY,
	.minutes = { 20, 30 },
	.flags = JOB_CRITICAL,
	.after = NAMES("performance-bulk", "sector-performance-aggregator",
		       "sector-performance-windows-aggregator", "sync-universe"),
	.reads = NAMES("datos_performance", "sector_performance", "fintra_universe"),
	.cases = CASES({ "industry_performance", NULL, NULL, NULL }),
	.writes = NAMES("performance_windows"),
	.params = params,
	.phases = NAMES("merge"),
	.help = "Joins each stock's windows with those of its sector (and of SPY) at the market's "
		"date: alpha = "
		"asset return less benchmark return.  Needs sector_performance of the same date "
		"unless "
		"max_benchmark_age allows an older one; then the run is PARTIAL.",
	.posts = POSTS({ "windows_tickers", Q_POST_WINDOWS_TICKERS, .kind = POST_OF_LAST,
			 .bound = 0.95, .first = 1 }),
	.own_days = 45, /* the market's date may lie some days back */
	.run = run,
};
