/* industry-pe-aggregator (jobs.md 2.20). */
#include "jobs/jobs.h"
#include "jobs/layer3/pe_rows.h"

static int
run(struct job_ctx *c, struct err *e)
{
	static const struct pe_kind kind = { .group = "an industry",
					     .groups = "industries",
					     .table = "industry_pe",
					     .write = Q_PE_ROWS_INDUSTRY,
					     .least = 1 };

	return pe_rows_run(c, &kind, e);
}

const struct job job_industry_pe = {
	.name = "industry-pe-aggregator",
	.title = "Price-earnings ratio per industry",
	.layer = 3,
	.phase = 3,
	.step = 18,
	.cadence = DAILY,
	.after = NAMES("valuation-bulk", "industry-classification-sync"),
	.reads = NAMES("datos_valuacion", "asset_industry_map", "industry_classification",
		       "fintra_universe"),
	.writes = NAMES("industry_pe"),
	.phases = NAMES("aggregate"),
	.help = "Writes the median of the positive price-earnings ratios of each industry's active "
		"stocks, from the newest valuations.  A ticker belongs to the industry that "
		"asset_industry_map holds for that date, else to the universe's.",
	.posts = POSTS(
		{ "industry_pe_rows", Q_POST_INDUSTRY_PE, .kind = POST_OF_LAST, .bound = 0.90 },
		{ "industry_pe_stored", Q_POST_INDUSTRY_PE, .kind = POST_REPORTED,
		  .reported = "processed", .fails = true }),
	.run = run,
};
