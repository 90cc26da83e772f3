/* The scatter chart of the seed's section 7: quality against the year's relative return. */
#include "jobs/scatter.h"

#include "core/job.h"
#include "jobs/layer4/snapshot_rows.h"
#include "queries.h"

const struct scatter_spec fintra_scatter = {
	.check = "scatter_data",
	.version = SNAPSHOT_ENGINE,
	.title = "FGOS against return relative to the sector, 1Y",
	.x = "relative return",
	.y = "score",
	.x_short = "relative 1Y",
	.y_short = "FGOS",
	.x_unit = "pp",
	.rows = "snapshot",
	.columns = NAMES("ticker", "sector", "fgos_score", "relative_vs_sector_1y"),
	.y_lo = 0,
	.y_hi = 100,
	/* The seed's section 8. */
	.remedy = NAMES("performance-windows", "fmp-bulk"),
	.query = Q_SCATTER,
};
