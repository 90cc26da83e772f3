/* master-benchmark: the benchmark jobs in turn (jobs.md 2.21). */
#include "core/run.h"
#include "core/run_steps.h"
#include "jobs/jobs.h"

static const struct param_def params[] = {
	{ .name = "with_pe",
	  .type = PARAM_BOOL,
	  .help = "the price-earnings ratios of sectors and industries, too" },
	{ .name = NULL },
};

static int
run(struct job_ctx *c, struct err *e)
{
	run_result_text(c, "mode", "steps");
	return run_steps(c, e);
}

const struct job job_master_benchmark = {
	.name = "master-benchmark",
	.title = "Both benchmark jobs",
	.layer = 3,
	.phase = 3,
	.cadence = ON_DEMAND,
	.params = params,
	.steps = STEPS({ "sector-benchmarks", STEP_CRITICAL, NULL, NULL },
		       { "industry-benchmarks-aggregator", STEP_CRITICAL, NULL, NULL },
		       { "sector-pe-aggregator", STEP_CRITICAL, "with_pe", NULL },
		       { "industry-pe-aggregator", STEP_CRITICAL, "with_pe", NULL }),
	.phases = NAMES("steps"),
	.help = "Runs sector-benchmarks and industry-benchmarks-aggregator one after the other, "
		"each "
		"as a run of its own, and stops at the first that fails.",
	.run = run,
};
