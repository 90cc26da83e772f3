#include "jobs/catalogue.h"

#include "jobs/fmp/readers.h"
#include "jobs/jobs.h"
#include "jobs/scatter.h"

#include <stddef.h>

/* Canonical order: the daily pipeline's, then what is run on demand, then backfills. */
static const struct job *const all_jobs[] = {
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
	&job_backfill_performance_windows,
	NULL,
};

static const char *const layer_names[LAYER_COUNT] = {
	"universe",  "raw ingest",   "performance",   "benchmarks",
	"snapshots", "market state", "orchestrators",
};

const struct catalogue fintra_catalogue = {
	.jobs = all_jobs,
	.known = fintra_known_jobs,
	.tables = fintra_tables,
	.checks = fintra_checks,
	.readers = fintra_readers,
	.engines = fintra_engines,
	.layer_names = layer_names,
	.ticker = fintra_ticker,
	.diff = fintra_diff,
	.ticker_like = Q_TICKER_LIKE,
	.scatter = &fintra_scatter,
	.ticker_jobs = NAMES("master-ticker", "fmp-bulk"),
	.incidents = fintra_incidents,
	.build = FINTRA_VERSION,
};
