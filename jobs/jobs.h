/* Every job of this build; one definition per file under jobs/layerN and jobs/backfill. */
#ifndef FINTRA_JOBS_JOBS_H
#define FINTRA_JOBS_JOBS_H

#include "core/job.h"

extern const struct job job_sync_universe;
extern const struct job job_industry_classification;
extern const struct job job_prices_daily;
extern const struct job job_financials_bulk;
extern const struct job job_company_profile;
extern const struct job job_dividends;
extern const struct job job_valuation;
extern const struct job job_peers_bulk;
extern const struct job job_sec_10k;
extern const struct job job_sec_8k;
extern const struct job job_performance_bulk;
extern const struct job job_sector_performance;
extern const struct job job_sector_windows;
extern const struct job job_industry_performance;
extern const struct job job_industry_windows;
extern const struct job job_performance_windows;
extern const struct job job_sector_benchmarks;
extern const struct job job_industry_benchmarks;
extern const struct job job_sector_pe;
extern const struct job job_industry_pe;
extern const struct job job_master_benchmark;
extern const struct job job_fmp_bulk;
extern const struct job job_compute_ranks;
extern const struct job job_market_state;
extern const struct job job_master_ticker;
extern const struct job job_master_all;
extern const struct job job_backfill_peers;
extern const struct job job_bulk_update;
extern const struct job job_fmp_batch;
extern const struct job job_bulk_health;
extern const struct job job_sample_financial;
extern const struct job job_healthcheck;
extern const struct job job_update_mvp;
extern const struct job job_validation;
extern const struct job job_backfill_ticker_full;
extern const struct job job_backfill_performance_windows;

/* A section of `fintra ticker` (layer4/ticker_snapshot.c). */
section_tell ticker_snapshot_tell;

#endif
