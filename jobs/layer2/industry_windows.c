/* industry-performance-windows-aggregator: canonical windows of each industry (jobs.md 2.15). */
#include "jobs/common.h"
#include "jobs/jobs.h"
#include "jobs/layer2/asset_date.h"
#include "jobs/layer2/industry_rows.h"

static int
find_day(void *arg, struct date as_of, struct date *day, struct err *e)
{
	return industry_daily_newest(arg, as_of, day, e);
}

/* Means first; what they leave open is compounded. */
static int
fill(struct industry_run *r, struct group_windows *g, struct err *e)
{
	const char *mode = params_text(r->c->params, "mode");

	if (!str_same(mode, "compound") && industry_means(r, windows_canonical, g, e) < 0)
		return -1;
	return str_same(mode, "mean") ? 0 : industry_compound(r, g, e);
}

static void
report(const struct industry_run *r)
{
	char day[DATE_BUF];

	run_input(r->c, "datos_performance", r->day, r->all.asset_rows);
	run_input(r->c, "industry_performance", r->day, r->all.days);
	run_result_text(r->c, "as_of_date", date_iso(r->day, day));
	run_result_int(r->c, "windows_written", r->all.windows);
	run_result_int(r->c, "industries_processed", r->all.industries);
	run_result_int(r->c, "windows_skipped", r->all.gaps);
	run_result_int(r->c, "outliers_dropped", r->all.dropped);
}

static int
work(struct industry_run *r, struct err *e)
{
	char day[DATE_BUF];

	if (asset_date_universe(r->c, NULL, e) < 0 || industry_run_each(r, e) < 0)
		return -1;
	if (!date_is_set(r->day)) {
		date_iso(r->asof.at[r->asof.n - 1], day);
		return err_set(e, ERR_EMPTY,
			       "%s has no daily row up to %s: fintra run "
			       "industry-performance-aggregator --as-of %s",
			       industry_daily_table(r), day, day);
	}
	report(r);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct industry_run r = { .c = c, .find = find_day, .fill = fill };
	int rc = work(&r, e);

	industry_run_done(&r);
	return rc;
}

static const struct param_def params[] = {
	{ "mode", PARAM_CHOICE, "auto|mean|compound", "auto",
	  "means over tickers, compounded daily rows, or means first", 0, 0 },
	RANGE_PARAMS,
	{ 0 },
};

const struct job job_industry_windows = {
	.name = "industry-performance-windows-aggregator",
	.title = "Return per industry and window",
	.layer = 2,
	.phase = 2,
	.step = 13,
	.cadence = DAILY,
	.flags = JOB_RANGE | JOB_COMPLETES,
	.after = NAMES("industry-performance-aggregator"),
	.reads = NAMES("industry_performance", "datos_performance", "industry_classification",
		       "asset_industry_map", "fintra_universe"),
	.writes = NAMES("industry_performance"),
	.params = params,
	.phases = NAMES("aggregate"),
	.help = "Writes each industry's canonical windows at the newest date with daily rows: the "
		"equal-weight mean over its stocks, and where no stock has the window the last 21 "
		"to 1,260 daily returns compounded.  mode fixes one of the two.",
	.posts = POSTS({ "industry_window_rows", Q_POST_INDUSTRY_WINDOW_ROWS, .kind = POST_OF_LAST,
			 .bound = 0.90 }),
	.run = run,
};
