/* financials-bulk: fiscal years, quarters and trailing twelve months of every active stock from the
 * vendor's statement files (jobs.md 2.4). */
#include "jobs/jobs.h"

#include "core/num.h"
#include "jobs/common.h"
#include "jobs/layer1/financials_build.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT_BUF = 24 };

static int
load_universe(struct job_ctx *c, struct map *universe, struct err *e)
{
	const char *only = params_text(c->params, "ticker");
	int64_t limit = params_int(c->params, "limit", 0);
	char n[LIMIT_BUF];
	const char *args[] = { limit > 0 ? n : NULL };
	struct date newest = DATE_NONE;

	if (only) { /* even one that is not active any more */
		map_add(universe, only, strlen(only));
		return 0;
	}
	fmt_buf(n, sizeof(n), "%lld", (long long)limit);
	ROWS_AUTO r = db_query(c->db, Q_FINANCIALS_UNIVERSE, args, e);

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r); i++) {
		struct date seen = rows_date(r, i, 1);

		map_add(universe, rows_text(r, i, 0), strlen(rows_text(r, i, 0)));
		if (date_is_set(seen) && (!date_is_set(newest) || date_cmp(seen, newest) > 0))
			newest = seen;
	}
	if (map_count(universe) == 0)
		return err_set(e, ERR_EMPTY, "no active stock: fintra run sync-universe");
	run_input(c, "fintra_active_stocks", newest, rows_count(r));
	return 0;
}

/* Fiscal years first, oldest first: each period's growth looks back at those that are stored. */
static int
build_all(struct build *b, struct err *e)
{
	int64_t done = 0, total = 1;

	for (int y = 0; y < YEARS; y++)
		total += b->files->wanted[y] ? STATEMENT_PERIODS : 0;
	run_phase(b->c, "build", total);
	for (int p = STATEMENT_FY; p < STATEMENT_PERIODS; p++)
		for (int y = 0; y < YEARS; y++) {
			if (!b->files->wanted[y])
				continue;
			if (build_period(b, y + YEAR_FIRST, p, e) < 0)
				return -1;
			run_progress(b->c, ++done);
		}
	run_phase(b->c, "ttm", 0);
	return build_ttm(b, e);
}

static void
report(struct build *b)
{
	int64_t processed = 0;

	for (size_t i = 0; i < map_count(b->universe); i++)
		processed += b->built[i];
	for (size_t i = 0; i < b->refused.rows.n; i++)
		run_log(b->c, LVL_WARN, "refused: %s: %lld row%s", map_key(b->refused.reasons, i),
			(long long)b->refused.rows.at[i], num_s(b->refused.rows.at[i]));
	if (b->rows > 0 && b->complete == 0) {
		run_log(b->c, LVL_WARN,
			"%lld income rows, but none with a balance sheet and a cash flow of the "
			"same "
			"day: 0 periods built",
			(long long)b->rows);
		run_taint(b->c, "0 periods built: income rows without balance sheet or cash flow");
	}
	run_result_int(b->c, "processed", processed);
	run_result_int(b->c, "skipped", (int64_t)map_count(b->universe) - processed);
	run_result_int(b->c, "fy_built", b->fy);
	run_result_int(b->c, "q_built", b->q);
	run_result_int(b->c, "ttm_built", b->ttm);
}

static int
build(struct job_ctx *c, struct statement_files *files, struct map *universe, struct err *e)
{
	struct build b = { .c = c, .files = files, .universe = universe };
	int rc;

	b.built = mem_zalloc(map_count(universe));
	rc = build_all(&b, e);
	if (rc == 0)
		report(&b);
	refused_done(&b.refused);
	free(b.built);
	return rc;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct statement_files files;
	struct map *universe = map_new();
	int rc;

	cache_sweep(c);
	rc = statement_files_open(&files, c, params_text(c->params, "years"), e);
	if (rc == 0)
		rc = load_universe(c, universe, e);
	if (rc == 0)
		rc = statement_files_get(&files, e);
	if (rc == 0)
		rc = build(c, &files, universe, e);
	statement_files_close(&files);
	map_free(universe);
	return rc;
}

static const struct param_def params[] = {
	{ .name = "years", .type = PARAM_TEXT, .help = "2022-2026, or a list of years" },
	{ .name = "skip_download", .type = PARAM_BOOL, .help = "only what is in the cache" },
	{ .name = NULL },
};

const struct job job_financials_bulk = {
	.name = "financials-bulk",
	.title = "Financial statements per period",
	.layer = 1,
	.phase = 1,
	.step = 4,
	.cadence = DAILY,
	.minutes = { 15, 20 },
	.flags = JOB_USES_API,
	.after = NAMES("sync-universe"),
	.reads = NAMES("fintra_active_stocks"),
	.writes = NAMES("datos_financieros"),
	.params = params,
	.phases = NAMES("download", "build", "ttm"),
	.help = "Reads the vendor's statement files of 2010 to next year, of which only the "
		"present "
		"year's (until March the last one's too) are downloaded again, and stores fiscal "
		"years, quarters and trailing twelve months with their ratios and growth.  With "
		"force "
		"every file is downloaded again and every stored period may change; with "
		"skip_download the cache alone is read.",
	/* Rows of old years stay whatever a run builds, and two fiscal years may share a label:
	 * what tells is who has recent statements.  No period ends on the as-of date: no newest
	 * date. */
	.posts = POSTS({ "financials_tickers", Q_POST_FINANCIALS_TICKERS, .kind = POST_OF_LAST,
			 .bound = 0.95 },
		       { "financials_without_revenue", Q_POST_FINANCIALS_UNSOLD, .kind = POST_RISE,
			 .bound = 0.10 },
		       { "financials_without_equity", Q_POST_FINANCIALS_UNFUNDED, .kind = POST_RISE,
			 .bound = 0.10 }),
	.run = run,
};
