/* master-all: the daily pipeline, 21 steps in six phases (jobs.md 2.26 and 4). */
#include "core/run.h"
#include "core/run_steps.h"
#include "jobs/jobs.h"

enum { AT_ONCE = 4 }; /* with this run's own, within the process's working connections */

static const struct param_def params[] = {
	{ .name = "jobs",
	  .type = PARAM_INT,
	  .dflt = "1",
	  .help = "steps at the same time, as far as they do not depend on each other",
	  .min = 1,
	  .max = AT_ONCE },
	{ .name = "weekly",
	  .type = PARAM_BOOL,
	  .help = "also the weekly steps that are not due: seven days after their last good run" },
	{ .name = "from_step", .type = PARAM_TEXT, .help = "leave out the steps before this job" },
	{ .name = NULL },
};

static int
run(struct job_ctx *c, struct err *e)
{
	const char *ticker = params_text(c->params, "ticker");

	if (ticker)
		return err_set(e, ERR_USAGE,
			       "benchmarks are of all: fintra run master-ticker --ticker %s",
			       ticker);
	run_result_text(c, "mode", "FULL_MARKET_CANONICAL");
	return run_steps(c, e);
}

const struct job job_master_all = {
	.name = "master-all",
	.title = "The daily pipeline",
	.layer = 6,
	.cadence = ON_DEMAND,
	.params = params,
	.steps = STEPS({ "sync-universe", STEP_CRITICAL | STEP_WHOLE, NULL, NULL },
		       { "industry-classification-sync", 0, NULL, NULL },
		       { "prices-daily-bulk", STEP_CRITICAL, NULL, NULL },
		       { "financials-bulk", STEP_CRITICAL, NULL, NULL },
		       { "company-profile-bulk", 0, NULL, NULL },
		       { "dividends-bulk-v2", 0, NULL, NULL }, { "valuation-bulk", 0, NULL, NULL },
		       { "fmp-peers-bulk", 0, NULL, NULL },
		       { "performance-bulk", STEP_CRITICAL, NULL, NULL },
		       { "sector-performance-aggregator", STEP_CRITICAL, NULL, NULL },
		       { "sector-performance-windows-aggregator", 0, NULL, NULL },
		       { "industry-performance-aggregator", 0, NULL, NULL },
		       { "industry-performance-windows-aggregator", 0, NULL, NULL },
		       { "performance-windows-aggregator", STEP_CRITICAL, NULL, NULL },
		       { "sector-benchmarks", STEP_CRITICAL, NULL, NULL },
		       { "industry-benchmarks-aggregator", 0, NULL, NULL },
		       { "sector-pe-aggregator", 0, NULL, NULL },
		       { "industry-pe-aggregator", 0, NULL, NULL },
		       { "fmp-bulk", STEP_CRITICAL, NULL, NULL },
		       { "compute-ranks", STEP_WHOLE, NULL, NULL },
		       { "market-state-bulk", 0, NULL, NULL }),
	.phases = NAMES("steps"),
	.help = "Runs the 21 jobs of the daily order, each as a run of its own that starts only "
		"when its inputs are of the date and complete.  A critical step that fails ends "
		"it; another one is recorded, what needs it is skipped, the rest is done, and it "
		"ends PARTIAL: fintra retry RUN --failed then does what is missing.",
	.run = run,
};
