/* fmp-bulk: the snapshot of every company (jobs.md 2.22).  Relative performance comes from
 * performance_windows alone: the tables it was made from are never read here. */
#include "core/map.h"
#include "jobs/common.h"
#include "jobs/jobs.h"
#include "jobs/layer4/snapshot_build.h"

#include <stdlib.h>
#include <string.h>

enum {
	UNIT_STOCKS = 2000, /* a few thousand rows of some kilobytes: one transaction */
	OLD_DAYS = 7,	    /* windows that are older are said */
	NAMED_MAX = 5	    /* companies named in one line of the log */
};

struct bulk {
	struct job_ctx *c;
	struct snapshot_stocks stocks;
	struct snapshot_shared shared;
	struct input_read read[SNAPSHOT_INPUTS];
	int64_t processed, failed, fgos, ifs, relative, old_windows;
	/* The unit at work. */
	struct snapshot_unit unit;
	struct snapshot_row *row;
	int64_t refused;
};

static int
write_unit(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct bulk *b = arg;
	size_t n = b->unit.company.n;

	*t = (struct tally){ 0 };
	for (int i = 0; i < SNAPSHOT_INPUTS; i++)
		t->read += b->unit.read[i].rows;
	if (snapshot_rows_write(c, b->row, n, t, e) < 0)
		return -1;
	b->refused = (int64_t)n - t->inserted - t->updated - t->unchanged;
	return 0;
}

static void
add_up(struct bulk *b)
{
	const struct snapshot_unit *u = &b->unit;

	for (int t = 0; t < SNAPSHOT_INPUTS; t++) {
		b->read[t].rows += u->read[t].rows;
		if (date_cmp(u->read[t].newest, b->read[t].newest) > 0)
			b->read[t].newest = u->read[t].newest;
	}
	for (size_t i = 0; i < u->company.n; i++) {
		struct date newest = u->company.at[i].newest_window;

		b->fgos += b->row[i].fgos_score.has;
		b->ifs += b->row[i].json[SNAPSHOT_IFS_JSON] != NULL;
		b->relative += b->row[i].against_sector[WIN_1Y].has;
		b->old_windows += date_is_set(newest) && b->c->as_of.days - newest.days > OLD_DAYS;
	}
	b->processed += (int64_t)u->company.n - b->refused;
	b->failed += b->refused;
}

static int
make_unit(struct bulk *b, struct span which, const char *name, struct err *e)
{
	struct snapshot_unit *u = &b->unit;
	size_t n;
	int rc = snapshot_unit_read(b->c, &b->stocks, which, u, e);

	n = u->company.n;
	b->row = mem_zalloc((n + 1) * sizeof(*b->row));
	if (rc == 0)
		snapshot_build(u, &b->shared, b->c->as_of, b->c->conf->workers, b->row);
	if (rc == 0)
		rc = run_transaction(b->c, name, write_unit, b, e);
	if (rc == 0)
		add_up(b);
	run_progress_add(b->c, (int64_t)n);
	for (size_t i = 0; i < n; i++)
		snapshot_row_done(&b->row[i]);
	free(b->row);
	snapshot_unit_done(u);
	return rc < 0 ? err_wrap(e, "fintra_snapshots, %s", name) : 0;
}

/* A unit that an earlier epoch of this run has written: its figures come from the table. */
static int
count_unit(struct bulk *b, struct span which, struct err *e)
{
	char day[DATE_BUF];
	struct map *tickers = map_new();
	STR_AUTO list = { .max = (size_t)64 << 20 };

	for (size_t i = which.at; i < which.at + which.n; i++) {
		const struct stock *k = &b->stocks.at[i];

		if (k->asked && k->sector)
			map_add(tickers, k->ticker, strlen(k->ticker));
	}
	keys_array(tickers, &list);
	map_free(tickers);
	const char *args[] = { date_iso(b->c->as_of, day), SNAPSHOT_ENGINE, str_c(&list) };
	ROWS_AUTO r = db_query(b->c->db, Q_SNAPSHOT_COUNTED, args, e);

	if (!r)
		return -1;
	b->processed += rows_int(r, 0, 0);
	b->fgos += rows_int(r, 0, 1);
	b->ifs += rows_int(r, 0, 2);
	b->relative += rows_int(r, 0, 3);
	run_progress_add(b->c, rows_int(r, 0, 0));
	return 0;
}

/* Somebody in it gets a snapshot. */
static bool
is_wanted(const struct bulk *b, struct span which)
{
	for (size_t i = which.at; i < which.at + which.n; i++)
		if (b->stocks.at[i].asked && b->stocks.at[i].sector)
			return true;
	return false;
}

static size_t
unit_size(const struct conf *conf)
{
	return conf->batch_rows < UNIT_STOCKS ? (size_t)conf->batch_rows : UNIT_STOCKS;
}

static int
make_all(struct bulk *b, struct err *e)
{
	char name[UNIT_NAME];

	run_phase(b->c, "snapshots", (int64_t)(b->stocks.asked - b->stocks.missing_sector));
	for (size_t at = 0, end; at < b->stocks.n; at = end) {
		struct span which = { at, 0 };

		end = snapshot_unit_end(&b->stocks, at, unit_size(b->c->conf));
		which.n = end - at;
		if (!is_wanted(b, which))
			continue;
		snapshot_unit_name(&b->stocks, at, end, name);
		if (run_unit_done(b->c, name) ? count_unit(b, which, e) < 0
					      : make_unit(b, which, name, e) < 0)
			return -1;
		if (run_breathe(b->c, e) < 0)
			return -1;
	}
	return 0;
}

/* Companies without a sector cannot be compared with anything. */
static void
report_missing(struct bulk *b)
{
	struct tally t = { .skipped = (int64_t)b->stocks.missing_sector };
	STR_AUTO names = { .max = 256 };
	size_t named = 0;

	if (t.skipped == 0)
		return;
	run_tally(b->c, &t);
	for (size_t i = 0; i < b->stocks.n && named < NAMED_MAX; i++) {
		const struct stock *k = &b->stocks.at[i];

		if (k->asked && !k->sector)
			str_fmt(&names, "%s%s", named++ ? ", " : "", k->ticker);
	}
	run_log(b->c, LVL_WARN, "missing_sector: %lld compan%s skipped (%s%s)",
		(long long)t.skipped, t.skipped == 1 ? "y is" : "ies are", str_c(&names),
		(size_t)t.skipped > named ? ", ..." : "");
}

/* What is not there leaves fields pending; that is right, but somebody should know. */
static void
report_thin(struct bulk *b)
{
	char day[DATE_BUF];

	date_iso(b->c->as_of, day);
	if (b->processed > 0 && b->read[INPUT_WINDOWS].rows == 0 && b->relative == 0)
		run_log(b->c, LVL_WARN,
			"performance_windows has no row for these companies up to %s: relative "
			"performance stays NULL; fintra run performance-windows-aggregator, then "
			"fmp-bulk again",
			day);
	if (b->old_windows > 0)
		run_log(b->c, LVL_WARN,
			"%lld compan%s windows that are more than %d days older than %s",
			(long long)b->old_windows, b->old_windows == 1 ? "y has" : "ies have",
			OLD_DAYS, day);
	if (b->shared.benchmarks == 0)
		run_log(b->c, LVL_WARN,
			"sector_benchmarks has no row up to %s: FGOS and valuation stay pending; "
			"fintra run sector-benchmarks, then fmp-bulk again",
			day);
}

static void
report(struct bulk *b)
{
	for (int t = 0; t < SNAPSHOT_INPUTS; t++)
		run_input(b->c, snapshot_input_table((enum snapshot_input_table)t),
			  b->read[t].newest, b->read[t].rows);
	run_input(b->c, "fintra_universe", b->stocks.newest, (int64_t)b->stocks.n);
	run_input(b->c, "sector_benchmarks", b->shared.benchmarks_date, b->shared.benchmarks);
	run_input(b->c, "sector_pe", b->shared.pe_date, b->shared.pes);
	report_missing(b);
	report_thin(b);
	run_result_int(b->c, "processed", b->processed);
	run_result_int(b->c, "failed", b->failed);
	run_result_int(b->c, "skipped", (int64_t)b->stocks.missing_sector);
	run_result_int(b->c, "with_fgos", b->fgos);
	run_result_int(b->c, "with_ifs", b->ifs);
	run_result_int(b->c, "with_relative_1y", b->relative);
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct bulk b = { .c = c };
	int rc;

	for (int t = 0; t < SNAPSHOT_INPUTS; t++)
		b.read[t].newest = DATE_NONE;
	run_phase(c, "inputs", 0);
	rc = snapshot_stocks_read(c, &b.stocks, e);
	if (rc == 0) {
		rc = snapshot_shared_read(c, &b.stocks, &b.shared, e);
		if (rc == 0)
			rc = make_all(&b, e);
		if (rc == 0)
			report(&b);
		snapshot_shared_done(&b.shared);
	}
	snapshot_stocks_done(&b.stocks);
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
	.run = run,
};
