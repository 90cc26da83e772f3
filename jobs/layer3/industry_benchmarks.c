/* industry-benchmarks-aggregator: what is usual in each industry, and how it did against its sector
 * and the market (jobs.md 2.18). */
#include "core/num.h"
#include "jobs/jobs.h"
#include "jobs/layer3/benchmark_rows.h"

static const char percentiles[] = "percentiles", alpha[] = "alpha";

struct industry_job {
	struct job_ctx *c;
	struct benchmark_rows rows;
	int64_t benchmarks_changed, alpha_changed;
	struct date alpha_date; /* of the returns */
	struct {
		int64_t rows, industries, returns, sectorless, empty, sector, market;
	} alpha;
	char day[DATE_BUF], alpha_day[DATE_BUF], now[NUM_BUF];
};

static int
write_percentiles(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct industry_job *j = arg;
	const char *args[] = { j->day };

	*t = (struct tally){ 0 };
	if (benchmark_rows_read(&j->rows, e) < 0)
		return -1;
	t->read = j->rows.tickers;
	t->skipped = j->rows.groupless;
	if (benchmark_rows_stage(&j->rows, e) < 0 ||
	    run_merge(c, Q_INDUSTRY_BENCHMARKS_MERGE, args, t, e) < 0)
		return -1;
	j->benchmarks_changed = t->inserted + t->updated;
	return 0;
}

/* A database of the old system has no table for them, and no job makes tables there. */
static int
has_table(struct industry_job *j, bool only, bool *out, struct err *e)
{
	const char *name = db_relation(j->c->db, "industry_benchmarks");
	ROWS_AUTO r = db_query(j->c->db, Q_INDUSTRY_BENCHMARKS_PLACE, &name, e);

	if (!r)
		return -1;
	*out = rows_bool(r, 0, 0);
	if (*out)
		return 0;
	if (only)
		return err_set(e, ERR_CONFIG,
			       "there is no table %s here: make it with the columns of "
			       "sector_benchmarks, industry in place of sector",
			       name);
	run_log(j->c, LVL_WARN,
		"there is no table %s here: alpha rows only.  Make it with the columns of "
		"sector_benchmarks, industry in place of sector; or say mode=alpha",
		name);
	run_taint(j->c, "no table for the percentiles");
	return 0;
}

static int
do_percentiles(struct industry_job *j, bool only, struct err *e)
{
	bool there;

	if (has_table(j, only, &there, e) < 0)
		return -1;
	if (!there || run_unit_done(j->c, percentiles))
		return 0;
	run_phase(j->c, percentiles, 0);
	if (run_transaction(j->c, percentiles, write_percentiles, j, e) < 0)
		return err_wrap(e, "industry_benchmarks at %s", j->day);
	return benchmark_rows_inputs(&j->rows, e);
}

static int
write_alpha(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct industry_job *j = arg;
	const char *args[] = { j->alpha_day, j->now };
	ROWS_AUTO r = db_query(c->db, Q_INDUSTRY_BENCHMARKS_ALPHA, args, e);

	if (!r)
		return -1;
	j->alpha.rows = rows_int(r, 0, 0);
	j->alpha.industries = rows_int(r, 0, 3);
	j->alpha.returns = rows_int(r, 0, 4);
	j->alpha.sectorless = rows_int(r, 0, 5);
	j->alpha.empty = rows_int(r, 0, 6);
	j->alpha.sector = rows_int(r, 0, 7);
	j->alpha.market = rows_int(r, 0, 8);
	*t = (struct tally){ .read = j->alpha.returns,
			     .inserted = rows_int(r, 0, 1),
			     .updated = rows_int(r, 0, 2),
			     .skipped = j->alpha.sectorless };
	t->unchanged = j->alpha.rows - t->inserted - t->updated;
	j->alpha_changed = t->inserted + t->updated;
	return 0;
}

static int
find_alpha_date(struct industry_job *j, struct err *e)
{
	const char *args[] = { j->day };
	ROWS_AUTO r = db_query(j->c->db, Q_INDUSTRY_BENCHMARKS_NEWEST, args, e);

	if (!r)
		return -1;
	j->alpha_date = rows_date(r, 0, 0);
	date_iso(j->alpha_date, j->alpha_day);
	return 0;
}

static void
note_alpha(struct industry_job *j)
{
	struct job_ctx *c = j->c;

	if (j->alpha.sectorless > 0)
		run_log(c, LVL_WARN,
			"%s: %lld industry return%s of no known sector: only against the market",
			j->alpha_day, (long long)j->alpha.sectorless, num_s(j->alpha.sectorless));
	if (j->alpha.empty > 0)
		run_log(c, LVL_WARN,
			"%s: %lld alpha row%s without a value: the return, or that of the sector "
			"or "
			"of SPY, is missing",
			j->alpha_day, (long long)j->alpha.empty, num_s(j->alpha.empty));
	run_input(c, "industry_performance", j->alpha_date, j->alpha.returns);
	run_input(c, "sector_performance", j->alpha_date, j->alpha.sector);
	run_input(c, "datos_performance", j->alpha_date, j->alpha.market);
}

/* Without returns there is nothing to compare: no failure (jobs.md 2.18). */
static int
do_alpha(struct industry_job *j, struct err *e)
{
	struct job_ctx *c = j->c;

	if (run_unit_done(c, alpha))
		return 0;
	run_phase(c, alpha, 0);
	if (find_alpha_date(j, e) < 0)
		return -1;
	if (!date_is_set(j->alpha_date)) {
		run_log(c, LVL_WARN,
			"industry_performance has no row up to %s: no alpha; fintra run "
			"industry-performance-aggregator --as-of %s",
			j->day, j->day);
		return 0;
	}
	if (run_transaction(c, alpha, write_alpha, j, e) < 0)
		return err_wrap(e, "industry_alpha at %s", j->alpha_day);
	note_alpha(j);
	return 0;
}

static void
report(struct industry_job *j)
{
	struct job_ctx *c = j->c;
	int64_t groups = (int64_t)map_count(j->rows.name);

	run_result_text(c, "as_of_date", j->day);
	run_result_int(c, "industries_processed",
		       groups > j->alpha.industries ? groups : j->alpha.industries);
	run_result_int(c, "rows_written", j->benchmarks_changed + j->alpha_changed);
	run_result_int(c, "rows_skipped", j->rows.thin + j->alpha.sectorless);
	run_result_int(c, "benchmarks_generated", j->rows.made);
	run_result_int(c, "alpha_rows", j->alpha.rows);
	if (date_is_set(j->alpha_date))
		run_result_text(c, "performance_date", j->alpha_day);
}

static int
work(struct industry_job *j, struct err *e)
{
	const char *mode = str_or(params_text(j->c->params, "mode"), "both");

	if (params_text(j->c->params, "ticker"))
		return err_set(e, ERR_USAGE, "one company cannot make an industry: give no ticker");
	if (!str_same(mode, alpha) && do_percentiles(j, str_same(mode, percentiles), e) < 0)
		return -1;
	if (!str_same(mode, percentiles) && do_alpha(j, e) < 0)
		return -1;
	report(j);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct industry_job j = { .c = c, .alpha_date = DATE_NONE };
	int rc;

	benchmark_rows_init(&j.rows, c, BENCHMARK_OF_INDUSTRY, NULL);
	date_iso(c->as_of, j.day);
	num_int(c->now_ms, j.now);
	rc = work(&j, e);
	benchmark_rows_done(&j.rows);
	return rc;
}

static const struct param_def params[] = {
	{ "mode", PARAM_CHOICE, "both|percentiles|alpha", "both",
	  "percentiles of metrics, returns against sector and market, or both", 0, 0 },
	{ 0 },
};

#define EITHER(table, mode)               \
	{ table, "mode", "both", NULL },  \
	{                                 \
		table, "mode", mode, NULL \
	}

const struct job job_industry_benchmarks = {
	.name = "industry-benchmarks-aggregator",
	.title = "Percentiles and alpha per industry",
	.layer = 3,
	.phase = 3,
	.step = 16,
	.cadence = DAILY,
	.after = NAMES("financials-bulk", "valuation-bulk", "industry-classification-sync",
		       "industry-performance-windows-aggregator",
		       "sector-performance-windows-aggregator"),
	.reads = NAMES("datos_financieros", "datos_valuacion", "asset_industry_map",
		       "industry_classification", "fintra_universe", "industry_performance",
		       "sector_performance", "datos_performance"),
	.cases = CASES(EITHER("datos_financieros", "percentiles"),
		       EITHER("datos_valuacion", "percentiles"),
		       EITHER("asset_industry_map", "percentiles"),
		       EITHER("fintra_universe", "percentiles"),
		       EITHER("industry_performance", "alpha"),
		       EITHER("sector_performance", "alpha"), EITHER("datos_performance", "alpha")),
	.writes = NAMES("industry_benchmarks", "industry_alpha"),
	.params = params,
	.phases = NAMES("percentiles", "alpha"),
	.help = "Writes p10 to p90 of twelve metrics per industry, as sector-benchmarks does per "
		"sector, and each industry's returns less those of its sector and of SPY at the "
		"newest date of industry_performance.  mode does one of the two.",
	.posts = POSTS({ "industry_benchmarks_rows", Q_POST_INDUSTRY_BENCHMARKS,
			 .kind = POST_OF_LAST, .bound = 0.90 },
		       { "industry_benchmarks_stored", Q_POST_INDUSTRY_BENCHMARKS,
			 .kind = POST_REPORTED, .reported = "benchmarks_generated", .fails = true },
		       { "industry_alpha_rows", Q_POST_INDUSTRY_ALPHA, .kind = POST_OF_LAST,
			 .bound = 0.90 },
		       { "industry_alpha_stored", Q_POST_INDUSTRY_ALPHA, .kind = POST_REPORTED,
			 .reported = "alpha_rows", .fails = true }),
	.run = run,
};
