/* Every job of the pipeline in canonical order.  Rows defined here are jobs that this build does
 * not contain: they tell who writes a table and from what, and a configured runner of the old
 * system may launch them. */
#include "jobs/catalogue.h"

#include "jobs/jobs.h"

#include <stddef.h>

#define READS NAMES
#define WRITES NAMES
#define BACKFILL(reads_, writes_)                                                              \
	.layer = LAYER_BACKFILL, .cadence = ON_DEMAND, .flags = JOB_BACKFILL, .reads = reads_, \
	.writes = writes_

/* Parameters of the old system's routes and scripts, by the names that they have there. */
static const struct param_def days[] = {
	{ .name = "start", .type = PARAM_DATE, .help = "first day" },
	{ .name = "end", .type = PARAM_DATE, .help = "last day" },
	{ .name = NULL },
};
static const struct param_def years[] = {
	{ .name = "start", .type = PARAM_INT, .help = "first year", .min = 1980, .max = 2100 },
	{ .name = "end", .type = PARAM_INT, .help = "last year", .min = 1980, .max = 2100 },
	{ .name = NULL },
};
static const struct param_def everything[] = {
	{ .name = "all", .type = PARAM_BOOL, .help = "every active stock" },
	{ .name = NULL },
};

static const struct job backfill_industry_history = {
	.name = "backfill-industry-performance-historical",
	.params = years,
	.title = "Daily industry means of past years",
	BACKFILL(READS("industry_classification"), WRITES("industry_performance")),
};
static const struct job backfill_sectors = {
	.name = "backfill-sector-performance",
	.params = days,
	.title = "Sector means from industries",
	BACKFILL(READS("industry_performance", "industry_classification"),
		 WRITES("sector_performance")),
};
static const struct job backfill_sector_pe = {
	.name = "backfill-sector-pe",
	.title = "Price-earnings ratio per sector, history",
	BACKFILL(NULL, WRITES("sector_pe")),
};
static const struct job backfill_industry_pe = {
	.name = "backfill-industry-pe-historical",
	.params = years,
	.title = "Price-earnings ratio per industry, history",
	BACKFILL(READS("fintra_universe"), WRITES("industry_pe")),
};
static const struct job backfill_sector_stats = {
	.name = "backfill-sector-stats",
	.title = "Statistics per sector",
	BACKFILL(READS("datos_financieros", "fintra_universe"), WRITES("sector_stats")),
};
static const struct job backfill_industry_days = {
	.name = "backfill-industry-performance",
	.params = days,
	.title = "Daily industry means by day",
	BACKFILL(NULL, WRITES("industry_performance")),
};
static const struct job backfill_valuation = {
	.name = "backfill-valuation-history",
	.params = everything,
	.title = "Valuation multiples at month ends",
	BACKFILL(READS("prices_daily", "datos_financieros", "fintra_universe"),
		 WRITES("datos_valuacion")),
};

const struct job *const fintra_known_jobs[] = {
	&job_sync_universe,
	&job_industry_classification,
	&job_prices_daily,
	&job_financials_bulk,
	&job_company_profile,
	&job_dividends,
	&job_valuation,
	&job_peers_bulk,
	&job_sec_10k,
	&job_sec_8k,
	&job_performance_bulk,
	&job_sector_performance,
	&job_sector_windows,
	&job_industry_performance,
	&job_industry_windows,
	&job_performance_windows,
	&job_sector_benchmarks,
	&job_industry_benchmarks,
	&job_sector_pe,
	&job_industry_pe,
	&job_master_benchmark,
	&job_fmp_bulk,
	&job_compute_ranks,
	&job_market_state,
	&job_master_ticker,
	&job_master_all,
	&job_backfill_peers,
	&job_bulk_update,
	&job_fmp_batch,
	&job_bulk_health,
	&job_sample_financial,
	&job_healthcheck,
	&job_update_mvp,
	&job_validation,
	&job_backfill_ticker_full,
	&backfill_industry_history,
	&backfill_sectors,
	&job_backfill_performance_windows,
	&backfill_sector_pe,
	&backfill_industry_pe,
	&backfill_sector_stats,
	&backfill_industry_days,
	&backfill_valuation,
	NULL,
};
