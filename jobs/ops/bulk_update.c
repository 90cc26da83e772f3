/* bulk-update: the snapshots of a slice of the companies once more (jobs.md 2.27). */
#include "jobs/jobs.h"

#include "core/clock.h"
#include "jobs/layer4/snapshot_make.h"

#include <string.h>

/* Of the stocks with a price and a sector those behind `offset`, at most `limit`. */
static int
choose(struct job_ctx *c, int64_t offset, struct map *slice, struct err *e)
{
	int64_t limit = params_int(c->params, "limit", 0);
	char day[DATE_BUF];
	const char *args[] = { date_iso(c->as_of, day), params_text(c->params, "ticker") };
	ROWS_AUTO r = db_query(c->db, Q_BULK_UPDATE_STOCKS, args, e);

	if (!r)
		return -1;
	int64_t n = rows_count(r), end = limit > 0 && limit < n - offset ? offset + limit : n;

	for (int64_t i = offset; i < end; i++) {
		const char *ticker = rows_text(r, (int)i, 0);

		map_add(slice, ticker, strlen(ticker));
	}
	if (map_count(slice) > 0)
		return 0;
	if (args[1] && n == 0)
		return err_set(e, ERR_EMPTY,
			       "%s is no active stock with a sector and a price up to %s: fintra "
			       "ticker %s",
			       args[1], day, args[1]);
	return err_set(e, ERR_EMPTY,
		       "offset %lld is behind the last of %lld active stocks with a sector and a "
		       "price up to %s",
		       (long long)offset, (long long)n, day);
}

static int
make(struct snapshot_make *m, struct job_ctx *c, const struct map *slice, struct err *e)
{
	int rc = snapshot_make_begin(m, c, slice, e);

	if (rc == 0)
		rc = snapshot_make_all(m, e);
	if (rc == 0)
		rc = snapshot_make_report(m, e);
	snapshot_make_end(m);
	return rc;
}

static int
run(struct job_ctx *c, struct err *e)
{
	int64_t began = clock_mono_ms(), offset = params_int(c->params, "offset", 0);
	struct map *slice = map_new();
	struct snapshot_make m;
	int rc = choose(c, offset, slice, e);

	if (rc == 0)
		rc = make(&m, c, slice, e);
	run_result_json(c, "success", json_new_bool(rc == 0));
	if (rc == 0) {
		run_result_int(c, "processed", m.processed);
		run_result_int(c, "inserted", m.inserted);
		run_result_int(c, "next_offset", offset + (int64_t)map_count(slice));
		run_result_int(c, "time_ms", clock_mono_ms() - began);
	}
	map_free(slice);
	return rc;
}

static const struct param_def params[] = {
	{ .name = "offset",
	  .type = PARAM_INT,
	  .help = "skip so many tickers first",
	  .max = INT64_C(1000000000) },
	{ .name = NULL },
};

const struct job job_bulk_update = {
	.name = "bulk-update",
	.title = "Snapshots of a slice, again",
	.layer = LAYER_OPS,
	.cadence = ON_DEMAND,
	.after = NAMES("fmp-bulk"),
	.reads = NAMES("datos_financieros", "datos_valuacion", "sector_benchmarks",
		       "performance_windows", "fintra_universe", "company_profiles", "sector_pe",
		       "datos_dividendos"),
	.mild = NAMES("performance_windows"),
	.writes = NAMES("fintra_snapshots"),
	.params = params,
	.phases = NAMES("inputs", "snapshots"),
	.help = "Makes the snapshots of the as-of date once more, as fmp-bulk does, for the stocks "
		"from --offset on, at most --limit, of those that have a sector and a price in "
		"their newest valuation.  next_offset is where the next slice begins.",
	.posts = POSTS({ "snapshots_stored", Q_POST_SNAPSHOTS_TICKERS, .kind = POST_REPORTED,
			 .reported = "processed", .fails = true }),
	.run = run,
};
