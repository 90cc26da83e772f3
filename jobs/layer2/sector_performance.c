#include "core/map.h"
#include "core/str.h"
#include "jobs/common.h"
#include "jobs/jobs.h"
#include "jobs/layer2/asset_date.h"
#include "jobs/layer2/range.h"

#include <string.h>

struct sector_job {
	struct job_ctx *c;
	struct range asof;
	bool industry; /* source=industry */
	char windows[128], cap[NUM_BUF], now[32];
	struct date day; /* of the rows being written */
	struct map *odd; /* sectors outside the eleven, named once */
	struct {	 /* of one day, and of all */
		int64_t rows, input, dropped, thin;
	} one, all;
	int64_t sectors;
};

static int
find_day(void *arg, struct date as_of, struct date *day, struct err *e)
{
	struct sector_job *j = arg;
	char buf[DATE_BUF];
	const char *args[] = { date_iso(as_of, buf), j->windows };
	ROWS_AUTO r = NULL;

	if (!j->industry)
		return asset_date(j->c, windows_canonical, as_of, day, e);
	r = db_query(j->c->db, Q_SECTOR_PERFORMANCE_INDUSTRY_DATE, args, e);
	if (!r)
		return -1;
	*day = rows_date(r, 0, 0);
	return 0;
}

static int
name_sectors(struct sector_job *j, struct err *e)
{
	char buf[DATE_BUF];
	const char *args[] = { date_iso(j->day, buf), j->windows };
	ROWS_AUTO r = db_query(j->c->db, Q_SECTOR_PERFORMANCE_SECTORS, args, e);

	if (!r)
		return -1;
	j->sectors = rows_count(r);
	for (int i = 0; i < rows_count(r); i++) {
		const char *s = rows_text(r, i, 0);

		if (str_has(sectors, s) || map_find(j->odd, s, strlen(s)) != MAP_NONE)
			continue;
		map_add(j->odd, s, strlen(s));
		run_log(j->c, LVL_WARN, "\"%s\" is none of the eleven sectors; kept as it is", s);
	}
	return 0;
}

static int
aggregate(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct sector_job *j = arg;
	char day[DATE_BUF];
	const char *args[] = { date_iso(j->day, day), j->cap, j->windows, j->now };
	ROWS_AUTO r = db_query(c->db,
			       j->industry ? Q_SECTOR_PERFORMANCE_FROM_INDUSTRY
					   : Q_SECTOR_PERFORMANCE_AGGREGATE,
			       args, e);

	if (!r)
		return -1;
	*t = (struct tally){ .inserted = rows_int(r, 0, 1), .updated = rows_int(r, 0, 2) };
	j->one.rows = rows_int(r, 0, 0);
	j->one.input = t->read = rows_int(r, 0, 3);
	j->one.dropped = t->skipped = rows_int(r, 0, 4);
	j->one.thin = rows_int(r, 0, 5);
	t->unchanged = j->one.rows - t->inserted - t->updated;
	return name_sectors(j, e);
}

static int
write_day(void *arg, struct date day, struct err *e)
{
	struct sector_job *j = arg;
	char unit[DATE_BUF];

	j->day = day;
	if (run_unit_done(j->c, date_iso(day, unit)))
		return 0;
	if (run_transaction(j->c, unit, aggregate, j, e) < 0)
		return err_wrap(e, "sector_performance at %s", unit);
	j->all.rows += j->one.rows;
	j->all.input += j->one.input;
	j->all.dropped += j->one.dropped;
	j->all.thin += j->one.thin;
	if (j->one.dropped > 0)
		run_log(j->c, LVL_WARN, "%s: %lld returns beyond +-%s %% left out", unit,
			(long long)j->one.dropped, j->cap);
	if (j->one.rows == 0)
		run_log(j->c, LVL_WARN, "%s: no sector has three active tickers with a return",
			unit);
	return 0;
}

static void
report(struct sector_job *j)
{
	char day[DATE_BUF];

	run_input(j->c, j->industry ? "industry_performance" : "datos_performance", j->day,
		  j->all.input);
	run_result_int(j->c, "processed", j->all.rows);
	run_result_text(j->c, "as_of_date", date_iso(j->day, day));
	run_result_int(j->c, "sectors", j->sectors);
	run_result_int(j->c, "windows", 7);
	run_result_int(j->c, "outliers_dropped", j->all.dropped);
	run_result_int(j->c, "groups_under_three", j->all.thin);
	if (j->all.thin > 0)
		run_log(j->c, LVL_INFO, "%lld sector windows have fewer than three tickers: no row",
			(long long)j->all.thin);
}

static int
work(struct sector_job *j, struct err *e)
{
	struct range_walk walk = { .phase = "aggregate", .find = find_day, .write = write_day };
	char day[DATE_BUF];

	if (range_of(j->c, &j->asof, e) < 0 || asset_date_universe(j->c, NULL, e) < 0 ||
	    range_each(j->c, &j->asof, &walk, j, e) < 0)
		return -1;
	if (!date_is_set(j->day)) {
		date_iso(j->asof.at[j->asof.n - 1], day);
		if (j->industry)
			return err_set(e, ERR_EMPTY,
				       "industry_performance has no canonical window up to %s",
				       day);
		return asset_date_none(j->asof.at[j->asof.n - 1], e);
	}
	report(j);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct sector_job j = { .c = c, .day = DATE_NONE, .odd = map_new() };
	STR_AUTO list = { 0 };
	int rc;

	str_init(&list, sizeof(j.windows) - 1);
	words_array(windows_canonical, &list);
	str_copy(j.windows, sizeof(j.windows), str_c(&list));
	num_text(c->conf->outlier_cap, j.cap);
	(void)fmt_buf(j.now, sizeof(j.now), "%lld", (long long)c->now_ms);
	j.industry = str_same(params_text(c->params, "source"), "industry");
	rc = work(&j, e);
	range_done(&j.asof);
	map_free(j.odd);
	return rc;
}

static const struct param_def params[] = {
	{ "source", PARAM_CHOICE, "datos|industry", "datos",
	  "mean over tickers, or over the industries of a sector", 0, 0 },
	RANGE_PARAMS,
	{ 0 },
};

const struct job job_sector_performance = {
	.name = "sector-performance-aggregator",
	.title = "Mean return per sector and window",
	.layer = 2,
	.phase = 2,
	.step = 10,
	.cadence = DAILY,
	.minutes = { 5, 10 },
	.flags = JOB_RANGE,
	.after = NAMES("performance-bulk", "sync-universe"),
	.reads = NAMES("datos_performance", "fintra_universe"),
	.cases = CASES(
		{ "datos_performance", "source", "datos", "equal_weight_datos_performance" },
		{ "industry_performance", "source", "industry", "aggregated_from_industries" },
		{ "industry_classification", "source", "industry", NULL }),
	.writes = NAMES("sector_performance"),
	.params = params,
	.phases = NAMES("aggregate"),
	.help = "Writes the equal-weight mean return of each sector and canonical window at the "
		"market's date: "
		"at least three tickers, returns beyond outlier_cap left out.  With start and end "
		"one unit "
		"per session.",
	.posts = POSTS({ "sector_rows", Q_POST_SECTOR_ROWS, .kind = POST_OF_LAST, .bound = 0.90 },
		       { "sector_stored", Q_POST_SECTOR_ROWS, .kind = POST_REPORTED,
			 .reported = "processed", .fails = true }),
	.run = run,
};
