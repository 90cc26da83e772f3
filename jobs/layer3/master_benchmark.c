/* master-benchmark: the benchmark jobs in turn (jobs.md 2.21). */
#include "core/run_steps.h"
#include "jobs/jobs.h"

static const struct param_def params[] = {
	{ .name = "with_pe",
	  .type = PARAM_BOOL,
	  .help = "the price-earnings ratios of sectors and industries, too" },
	{ .name = NULL },
};

const struct job job_master_benchmark = {
	.name = "master-benchmark",
	.title = "Both benchmark jobs",
	.layer = 3,
	.phase = 3,
	.cadence = ON_DEMAND,
	.params = params,
	.steps = STEPS({ "sector-benchmarks", NULL }, { "industry-benchmarks-aggregator", NULL },
		       { "sector-pe-aggregator", "with_pe" },
		       { "industry-pe-aggregator", "with_pe" }),
	.phases = NAMES("steps"),
	.help = "Runs sector-benchmarks and industry-benchmarks-aggregator one after the other, "
		"each "
		"as a run of its own, and stops at the first that fails.",
	.run = run_steps,
};
