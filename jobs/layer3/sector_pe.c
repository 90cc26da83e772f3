/* sector-pe-aggregator (jobs.md 2.19). */
#include "jobs/jobs.h"
#include "jobs/layer3/pe_rows.h"

static int
run(struct job_ctx *c, struct err *e)
{
	static const struct pe_kind kind = { .group = "a sector",
					     .groups = "sectors",
					     .table = "sector_pe",
					     .write = Q_PE_ROWS_SECTOR,
					     .least = 3 };

	return pe_rows_run(c, &kind, e);
}

const struct job job_sector_pe = {
	.name = "sector-pe-aggregator",
	.title = "Price-earnings ratio per sector",
	.layer = 3,
	.phase = 3,
	.step = 17,
	.cadence = DAILY,
	.after = NAMES("valuation-bulk"),
	.reads = NAMES("datos_valuacion", "fintra_universe"),
	.writes = NAMES("sector_pe"),
	.phases = NAMES("aggregate"),
	.help = "Writes the median of the positive price-earnings ratios of each sector's active "
		"stocks, from the newest valuations; at least three make a row.",
	.posts = POSTS({ "sector_pe_rows", Q_POST_SECTOR_PE, .kind = POST_OF_LAST, .bound = 0.90 },
		       { "sector_pe_stored", Q_POST_SECTOR_PE, .kind = POST_REPORTED,
			 .reported = "processed", .fails = true }),
	.run = run,
};
