/* industry-performance-aggregator: the day's mean return of each industry (jobs.md 2.14). */
#include "jobs/jobs.h"
#include "jobs/layer2/asset_date.h"
#include "jobs/layer2/industry_rows.h"

static const char *const one_day[] = { "1D", NULL };

static int
find_day(void *arg, struct date as_of, struct date *day, struct err *e)
{
	const struct industry_run *r = arg;

	return asset_date(r->c, one_day, as_of, day, e);
}

static int
fill(struct industry_run *r, struct group_windows *g, struct err *e)
{
	return industry_means(r, one_day, g, e);
}

static void
report(const struct industry_run *r)
{
	char day[DATE_BUF];

	run_input(r->c, "datos_performance", r->day, r->all.asset_rows);
	run_result_text(r->c, "as_of_date", date_iso(r->day, day));
	run_result_text(r->c, "table", industry_daily_table(r));
	run_result_int(r->c, "industries", r->all.industries);
	run_result_int(r->c, "rows_written", r->all.changed);
	run_result_int(r->c, "outliers_dropped", r->all.dropped);
}

static int
work(struct industry_run *r, struct err *e)
{
	if (asset_date_universe(r->c, NULL, e) < 0 || industry_run_each(r, e) < 0)
		return -1;
	if (!date_is_set(r->day))
		return asset_date_none(r->asof.at[r->asof.n - 1], e);
	if (r->all.windows == 0 && !r->resumed && !run_looks(r->c))
		return err_set(e, ERR_EMPTY,
			       "no stock with a return has an industry: fintra run "
			       "industry-classification-sync");
	report(r);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct industry_run r = { .c = c, .daily = true, .find = find_day, .fill = fill };
	int rc = work(&r, e);

	industry_run_done(&r);
	return rc;
}

static const struct param_def params[] = {
	RANGE_PARAMS,
	{ 0 },
};

const struct job job_industry_performance = {
	.name = "industry-performance-aggregator",
	.title = "Mean daily return per industry",
	.layer = 2,
	.phase = 2,
	.step = 12,
	.cadence = DAILY,
	.minutes = { 10, 20 },
	.flags = JOB_RANGE,
	.after = NAMES("performance-bulk", "industry-classification-sync"),
	.reads = NAMES("datos_performance", "industry_classification", "asset_industry_map",
		       "fintra_universe"),
	.writes = NAMES("industry_performance"),
	.params = params,
	.phases = NAMES("aggregate"),
	.help = "Writes the equal-weight mean of the one-day returns of each industry's stocks at "
		"the market's date, returns beyond outlier_cap left out.  A ticker belongs to the "
		"industry that asset_industry_map holds for that date, else to the universe's.  "
		"With start and end one unit per session.",
	.posts = POSTS(
		{ "industry_rows", Q_POST_INDUSTRY_ROWS, .kind = POST_OF_LAST, .bound = 0.90 }),
	.run = run,
};
