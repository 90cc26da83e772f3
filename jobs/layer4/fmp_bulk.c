/* fmp-bulk: the snapshot of every company (jobs.md 2.22).  Relative performance comes from
 * performance_windows alone: the tables it was made from are never read here. */
#include "jobs/jobs.h"

#include "jobs/layer4/snapshot_make.h"

static int
run(struct job_ctx *c, struct err *e)
{
	struct snapshot_make m;
	int rc = snapshot_make_begin(&m, c, NULL, e);

	if (rc == 0)
		rc = snapshot_make_all(&m, e);
	if (rc == 0)
		rc = snapshot_make_report(&m, e);
	if (rc == 0) {
		run_result_int(c, "processed", m.processed);
		run_result_int(c, "failed", m.failed);
		run_result_int(c, "skipped", (int64_t)m.stocks.missing_sector);
		run_result_int(c, "with_fgos", m.fgos);
		run_result_int(c, "with_ifs", m.ifs);
		run_result_int(c, "with_relative_1y", m.relative);
	}
	snapshot_make_end(&m);
	return rc;
}

static const struct param_def params[] = {
	{ .name = "offset",
	  .type = PARAM_INT,
	  .help = "skip so many tickers first",
	  .max = INT64_C(1000000000) },
	{ .name = NULL },
};

const struct job job_fmp_bulk = {
	.name = "fmp-bulk",
	.title = "Snapshot of every company",
	.layer = 4,
	.phase = 4,
	.step = 19,
	.cadence = DAILY,
	.minutes = { 30, 60 },
	.flags = JOB_CRITICAL | JOB_OLD_LOCKS,
	.after = NAMES("financials-bulk", "valuation-bulk", "sector-benchmarks",
		       "performance-windows-aggregator", "sync-universe"),
	.reads = NAMES("datos_financieros", "datos_valuacion", "sector_benchmarks",
		       "performance_windows", "fintra_universe", "company_profiles", "sector_pe",
		       "datos_dividendos"),
	.mild = NAMES("performance_windows"),
	.writes = NAMES("fintra_snapshots"),
	.params = params,
	.phases = NAMES("inputs", "snapshots"),
	.help = "Runs the engines over every active stock and writes one snapshot each for the "
		"as-of date.  Relative performance comes from performance_windows alone; where "
		"that has nothing the fields stay NULL and the run succeeds.  Companies without "
		"a sector are skipped.",
	.posts = POSTS({ "stocks_without_snapshot", Q_POST_STOCKS_WITHOUT_SNAPSHOT,
			 .kind = POST_NULLS, .bound = 0.05 },
		       { "snapshots_tickers", Q_POST_SNAPSHOTS_TICKERS, .kind = POST_OF_LAST,
			 .bound = 0.95 },
		       { "snapshots_stored", Q_POST_SNAPSHOTS_TICKERS, .kind = POST_REPORTED,
			 .reported = "processed", .fails = true },
		       { "snapshots_without_fgos", Q_POST_SNAPSHOTS_NO_FGOS, .kind = POST_RISE,
			 .bound = 0.10 }),
	.own_days = 45, /* a sector may come from a snapshot of the last 30 */
	.run = run,
};
