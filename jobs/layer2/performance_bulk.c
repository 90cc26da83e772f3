#include "core/clock.h"
#include "core/db_copy.h"
#include "core/num.h"
#include "core/vec.h"
#include "jobs/common.h"
#include "jobs/engine/window.h"
#include "jobs/jobs.h"
#include "jobs/layer2/price_store.h"
#include "jobs/layer2/range.h"

#include <math.h>
#include <string.h>

enum {
	UNIT_MAX = 64,
	TICKER_BYTES = 16384 /* five years of prices of one ticker in memory */
};

static const char market[] = "SPY";

struct bulk {
	struct job_ctx *c;
	struct map *ticker; /* in byte order: number = place */
	struct map *marked, *left_out;
	struct range asof;
	bool wanted[WIN_COUNT];
	struct price_store *store;
	struct window_series series;
	struct price_series prices;
	size_t cell;	 /* tickers of one unit */
	size_t from, to; /* the unit at work */
	int64_t priced;	 /* its tickers with a price */
	int64_t fresh;	 /* rows that it inserted */
	int64_t processed, resumed, inserted;
	double usual; /* of a look ahead: rows of a ticker and date, 0 = unknown */
};

static int
read_marked(struct bulk *b, struct err *e)
{
	ROWS_AUTO r = db_query(b->c->db, Q_PERFORMANCE_MARKED, NULL, e);

	for (int i = 0; r && i < rows_count(r); i++) {
		const char *t = rows_text(r, i, 0);

		map_add(b->marked, t, strlen(t));
	}
	return r ? 0 : -1;
}

/* A return across a split or dividend that only a part of the history knows of would be wrong: none
 * is written. */
static void
add_ticker(struct bulk *b, const char *ticker)
{
	size_t n = strlen(ticker);

	if (map_find(b->marked, ticker, n) == MAP_NONE)
		map_add(b->ticker, ticker, n);
	else
		map_add(b->left_out, ticker, n);
}

static int
no_ticker(const struct bulk *b, const char *only, struct err *e)
{
	if (map_count(b->left_out) > 0)
		return err_set(e, ERR_EMPTY,
			       "%s waits for its history to be read again: fintra backfill "
			       "backfill-ticker-full --restated",
			       map_key(b->left_out, 0));
	return err_set(e, ERR_EMPTY, "%s is no active stock", only);
}

/* Active stocks, and among them the market, whose own windows are the benchmark of
 * relative_vs_market_*. */
static int
add_tickers(struct bulk *b, struct err *e)
{
	const char *only = params_text(b->c->params, "ticker");
	int64_t limit = only ? 0 : params_int(b->c->params, "limit", 0);
	ROWS_AUTO r = db_query(b->c->db, Q_PERFORMANCE_TICKERS, NULL, e);

	if (!r)
		return -1;
	if (rows_count(r) == 0)
		return err_set(e, ERR_EMPTY, "no active stock: fintra run sync-universe");
	for (int i = 0; i < rows_count(r) && (limit <= 0 || i < limit); i++) {
		const char *t = rows_text(r, i, 0);

		if (!only && strcmp(t, market) > 0)
			add_ticker(b, market);
		if (!only || str_same(t, only))
			add_ticker(b, t);
	}
	if (!only || str_same(only, market))
		add_ticker(b, market);
	if (map_count(b->ticker) == 0)
		return no_ticker(b, only, e);
	if (map_count(b->left_out) > 0)
		run_log(b->c, LVL_WARN, "%zu marked tickers are left out (%s)",
			map_count(b->left_out), map_key(b->left_out, 0));
	return 0;
}

static int
pick_windows(struct bulk *b, struct err *e)
{
	const char *list = params_text(b->c->params, "windows");

	for (int w = 0; w < WIN_COUNT; w++)
		b->wanted[w] = !list;
	while (list && *list) {
		size_t n = strcspn(list, ", ");
		char code[8] = "";
		int w;

		if (n > 0 && n < sizeof(code))
			memcpy(code, list, n);
		w = window_find(code);
		if (n > 0 && w < 0)
			return err_set(e, ERR_USAGE, "windows: no window %.*s", (int)n, list);
		if (w >= 0)
			b->wanted[w] = true;
		list += n + strspn(list + n, ", ");
	}
	return 0;
}

static int
copy_rows(struct bulk *b, struct db_copy *copy, const char *ticker, struct date as_of,
	  struct date end, const struct window_row *row, struct err *e)
{
	for (int w = 0; w < WIN_COUNT; w++) {
		const struct window_stats *s = &row[w].stats;

		if (!row[w].has || !b->wanted[w])
			continue;
		db_copy_str(copy, ticker);
		db_copy_str(copy, window_code((enum window)w));
		db_copy_date(copy, end);
		db_copy_num(copy, s->ret);
		db_copy_num(copy, s->abs);
		db_copy_num(copy, s->vol);
		db_copy_num(copy, w == WIN_1D ? NUM_NONE : s->dd);
		db_copy_int(copy, as_of.days - end.days);
		if (db_copy_row(copy, e) < 0)
			return -1;
	}
	return 0;
}

/* Consecutive as-of dates that see the same newest price see the same windows: written once. */
static int
copy_ticker(struct bulk *b, struct db_copy *copy, size_t i, struct err *e)
{
	long before = -1;

	price_store_series(b->store, i, &b->prices);
	if (b->prices.n == 0)
		return 0;
	window_series_load(&b->series, b->prices.day, b->prices.price, b->prices.n);
	for (size_t d = 0; d < b->asof.n; d++) {
		struct window_row row[WIN_COUNT];
		long last = window_last(&b->series, b->asof.at[d]);

		if (last < 0 || last == before)
			continue;
		before = last;
		window_returns(&b->series, (size_t)last, true, row);
		if (copy_rows(b, copy, map_key(b->ticker, i), b->asof.at[d],
			      (struct date){ b->prices.day[last] }, row, e) < 0)
			return -1;
	}
	b->priced++;
	return 0;
}

static int
stage(struct bulk *b, struct err *e)
{
	struct db_copy *copy;

	if (db_exec(b->c->db, Q_PERFORMANCE_MEMORY, NULL, NULL, e) < 0 ||
	    db_exec(b->c->db, Q_PERFORMANCE_STAGE, NULL, NULL, e) < 0)
		return -1;
	copy = db_copy_begin(b->c->db, Q_PERFORMANCE_COPY, e);
	if (!copy)
		return -1;
	b->priced = 0;
	for (size_t i = b->from; i < b->to; i++)
		if (copy_ticker(b, copy, i, e) < 0) {
			db_copy_abort(copy);
			return -1;
		}
	return db_copy_end(copy, NULL, e);
}

static int
write_cell(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	char now[24];
	const char *args[] = { now };
	struct bulk *b = arg;

	(void)fmt_buf(now, sizeof(now), "%lld", (long long)c->now_ms);
	if (stage(b, e) < 0 || run_merge(c, Q_PERFORMANCE_MERGE, args, t, e) < 0)
		return -1;
	b->fresh = t->inserted;
	return 0;
}

/* Units are cells of a fixed grid over the tickers, named by their ends: a resumed run finds the
 * same ones. */
static bool
cell_at(struct bulk *b, size_t i, char unit[UNIT_MAX])
{
	size_t n = map_count(b->ticker);

	b->from = i;
	b->to = n - i < b->cell ? n : i + b->cell;
	(void)fmt_buf(unit, UNIT_MAX, "%s..%s", map_key(b->ticker, b->from),
		      map_key(b->ticker, b->to - 1));
	return !run_unit_done(b->c, unit);
}

static size_t
grid(const struct bulk *b)
{
	size_t by_rows = (size_t)b->c->conf->batch_rows / (b->asof.n * WIN_COUNT);
	size_t by_memory = ((size_t)b->c->conf->perf_memory_mb << 20) / 4 / TICKER_BYTES;
	size_t cell = by_rows < by_memory ? by_rows : by_memory;

	return cell > 0 ? cell : 1;
}

static int
write_range(struct bulk *b, size_t from, size_t to, struct err *e)
{
	char unit[UNIT_MAX];

	run_phase(b->c, "write", (int64_t)(to - from));
	for (size_t i = from; i < to; i += b->cell) {
		if (cell_at(b, i, unit)) {
			if (run_transaction(b->c, unit, write_cell, b, e) < 0)
				return err_wrap(e, "datos_performance, %s", unit);
			if (b->usual > 0)
				run_look_rows(b->c, unit,
					      llround((double)((b->to - b->from) * b->asof.n) *
						      b->usual));
			b->processed += b->priced;
			b->inserted += b->fresh;
		}
		run_progress(b->c, (int64_t)(b->to - from));
		if (b->to < to && run_breathe(b->c, e) < 0)
			return -1;
	}
	return 0;
}

/* First cell that an earlier epoch of this run has not written. */
static size_t
resume_at(struct bulk *b)
{
	char unit[UNIT_MAX];
	size_t n = map_count(b->ticker), i = 0;

	while (i < n && !cell_at(b, i, unit))
		i += b->cell;
	if (i > 0)
		run_log(b->c, LVL_INFO, "goes on after %zu of %zu tickers", i < n ? i : n, n);
	return i;
}

/* One pass when the prices fit into the budget, else as many as it takes: each reads a part of the
 * tickers. */
static int
run_passes(struct bulk *b, struct err *e)
{
	struct date last = b->asof.at[b->asof.n - 1];
	size_t n = map_count(b->ticker), at = resume_at(b), part = n;

	b->resumed = at > 0;
	while (at < n) {
		size_t to = n - at < part ? n : at + part;
		bool full = false;

		run_phase(b->c, "read", 0);
		if (!run_looks(b->c) &&
		    price_store_read(b->store, at, to, last, part > b->cell ? &full : NULL, e) < 0)
			return -1;
		if (full) {
			part = (part / 2 + b->cell - 1) / b->cell * b->cell;
			run_log(b->c, LVL_WARN,
				"prices need more than perf_memory_mb = %d: parts of %zu tickers",
				b->c->conf->perf_memory_mb, part);
			continue;
		}
		if (write_range(b, at, to, e) < 0)
			return -1;
		at = to;
		if (price_store_roomy(b->store))
			part *= 2;
		if (at < n && run_breathe(b->c, e) < 0)
			return -1;
	}
	return 0;
}

/* As the last whole run had them, of which some tickers are too young for the long windows. */
static int
find_usual(struct bulk *b, struct err *e)
{
	ROWS_AUTO r = db_query(b->c->db, Q_PERFORMANCE_USUAL, &b->c->job->name, e);
	int windows = 0;

	if (!r)
		return -1;
	for (int w = 0; w < WIN_COUNT; w++)
		windows += b->wanted[w];
	if (rows_count(r) > 0)
		b->usual = rows_num(r, 0, 0).v * windows / WIN_COUNT;
	return 0;
}

static void
announce(struct bulk *b)
{
	char a[DATE_BUF], z[DATE_BUF], n[NUM_BUF];

	if (!b->asof.given)
		return;
	run_log(b->c, LVL_INFO, "%zu as-of date%s %s to %s, up to %s rows (about %lld MB)",
		b->asof.n, num_s((int64_t)b->asof.n), date_iso(b->asof.at[0], a),
		date_iso(b->asof.at[b->asof.n - 1], z),
		num_group((int64_t)(map_count(b->ticker) * b->asof.n * WIN_COUNT), n),
		(long long)(map_count(b->ticker) * b->asof.n * WIN_COUNT * 290 >> 20));
}

static void
report(struct bulk *b)
{
	struct tally t = { .read = price_store_rows(b->store),
			   .skipped = price_store_unusable(b->store) };
	char now[CLOCK_BUF];

	run_tally(b->c, &t);
	run_input(b->c, "prices_daily", price_store_newest(b->store), t.read);
	run_result_int(b->c, "processed", b->processed);
	run_result_int(b->c, "failures", 0);
	run_result_int(b->c, "total", (int64_t)map_count(b->ticker));
	run_result_int(b->c, "left_out", (int64_t)map_count(b->left_out));
	run_result_text(b->c, "timestamp", clock_iso(b->c->now_ms, now));
}

/* The next jobs come at once, long before autovacuum: without statistics of a table that has just
 * been filled they would be planned as if it were empty. */
static int
refresh_statistics(struct bulk *b, struct err *e)
{
	char rows[24];
	const char *args[] = { rows };
	ROWS_AUTO r = NULL;

	if (b->c->dry_run || b->inserted == 0)
		return 0;
	(void)fmt_buf(rows, sizeof(rows), "%lld", (long long)b->inserted);
	r = db_query(b->c->db, Q_PERFORMANCE_OUTGROWN, args, e);
	if (!r)
		return -1;
	if (rows_count(r) == 0 || !rows_bool(r, 0, 0))
		return 0;
	return db_exec(b->c->db, Q_PERFORMANCE_ANALYZE, NULL, NULL, e);
}

static int
compute(struct bulk *b, struct err *e)
{
	char day[DATE_BUF];

	if (pick_windows(b, e) < 0 || range_of(b->c, &b->asof, e) < 0 || read_marked(b, e) < 0 ||
	    add_tickers(b, e) < 0)
		return -1;
	b->cell = grid(b);
	announce(b);
	if (run_looks(b->c) && find_usual(b, e) < 0)
		return -1;
	if (run_passes(b, e) < 0 || refresh_statistics(b, e) < 0)
		return -1;
	report(b);
	if (b->processed > 0 || b->resumed || run_looks(b->c))
		return 0;
	date_iso(b->asof.at[b->asof.n - 1], day);
	return err_set(e, ERR_EMPTY,
		       "prices_daily has no price of %zu ticker%s up to %s: fintra run "
		       "prices-daily-bulk --as-of %s",
		       map_count(b->ticker), num_s((int64_t)map_count(b->ticker)), day, day);
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct bulk b = { .c = c, .ticker = map_new(), .marked = map_new(), .left_out = map_new() };
	int rc;

	b.store = price_store_new(c, b.ticker);
	window_series_init(&b.series);
	rc = compute(&b, e);
	window_series_done(&b.series);
	price_series_done(&b.prices);
	price_store_free(b.store);
	range_done(&b.asof);
	map_free(b.ticker);
	map_free(b.marked);
	map_free(b.left_out);
	return rc;
}

static const struct param_def params[] = {
	{ "windows", PARAM_WINDOWS, NULL, "all", "only these windows, comma separated", 0, 0 },
	RANGE_PARAMS,
	{ 0 },
};

const struct job job_performance_bulk = {
	.name = "performance-bulk",
	.title = "Returns, volatility and drawdown per ticker",
	.layer = 2,
	.phase = 2,
	.step = 9,
	.cadence = DAILY,
	.minutes = { 15, 20 },
	.flags = JOB_RANGE,
	.after = NAMES("prices-daily-bulk"),
	.reads = NAMES("prices_daily", "fintra_universe"),
	.writes = NAMES("datos_performance"),
	.params = params,
	.phases = NAMES("read", "write"),
	.help = "Computes the ten windows of every active stock and of SPY from adjusted closes up "
		"to the "
		"as-of date and writes them to datos_performance.  With start and end one rolling "
		"pass over "
		"the prices writes every session of the range.",
	.posts = POSTS({ "performance_tickers", Q_POST_PERFORMANCE_TICKERS, .kind = POST_OF_LAST,
			 .bound = 0.95 },
		       { "performance_without_volatility", Q_POST_PERFORMANCE_VOLATILITY_NULLS,
			 .kind = POST_RISE, .bound = 0.10 }),
	.own_days = 45, /* the market's date may lie some days back */
	.run = run,
};
