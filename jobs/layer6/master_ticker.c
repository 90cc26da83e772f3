/* master-ticker: the steps that renew one ticker, in the seed's order (jobs.md 2.25). */
#include "core/run.h"
#include "core/run_steps.h"
#include "jobs/jobs.h"

static const struct param_def params[] = {
	{ .name = "order",
	  .type = PARAM_CHOICE,
	  .choices = "seed|canonical",
	  .dflt = "seed",
	  .help = "seed: as listed there, the snapshot before the returns; canonical: as the daily "
		  "order has them, with performance-windows-aggregator" },
	{ .name = "from_step", .type = PARAM_TEXT, .help = "leave out the steps before this job" },
	{ .name = NULL },
};

static int
run(struct job_ctx *c, struct err *e)
{
	const char *ticker = params_text(c->params, "ticker");

	if (!ticker)
		return err_set(e, ERR_USAGE, "%s needs a ticker: --ticker SYM", c->job->name);
	run_result_text(c, "ticker", ticker);
	run_result_text(c, "mode", "SINGLE_TICKER_CANONICAL");
	return str_same(params_text(c->params, "order"), "canonical") ? run_steps_by_catalogue(c, e)
								      : run_steps(c, e);
}

const struct job job_master_ticker = {
	.name = "master-ticker",
	.title = "All steps for one ticker",
	.layer = 6,
	.cadence = ON_DEMAND,
	.flags = JOB_NEEDS_TICKER,
	.params = params,
	.steps = STEPS(
		{ "sync-universe", STEP_CRITICAL, NULL, NULL },
		{ "prices-daily-bulk", STEP_CRITICAL, NULL, NULL },
		{ "financials-bulk", STEP_CRITICAL, NULL, NULL },
		{ "fmp-bulk", STEP_CRITICAL, NULL, NULL },
		{ "valuation-bulk", STEP_CRITICAL, NULL, NULL },
		{ "sector-benchmarks", STEP_CRITICAL | STEP_WHOLE | STEP_IF_MISSING, NULL, NULL },
		{ "performance-bulk", STEP_CRITICAL, NULL, NULL },
		{ "performance-windows-aggregator", STEP_CRITICAL, "order", "canonical" },
		{ "market-state-bulk", STEP_CRITICAL, NULL, NULL }),
	.phases = NAMES("steps"),
	.help = "Renews one ticker from the list of instruments to its market state and stops at "
		"the first step that fails.  The benchmarks of the sectors are made only when "
		"there are none of the date, and then for all.",
	.run = run,
};
