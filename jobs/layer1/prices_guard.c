/* The guards of prices-daily-bulk (faults.md 4).  They work on arrays kept in memory, loaded once:
 * a day costs no round trip for them. */
#include "jobs/layer1/prices_day.h"

#include "jobs/common.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOVES_COMPARED_MIN = 50, FLAGGED_MAX = 200 };

#define MOVE_LARGE 0.5 /* of the day before */
#define MOVE_HUGE 3.0  /* flagged even when alone */
#define MOVES_FLAG_SHARE 0.01
#define MOVES_STOP_SHARE 0.05
#define RAW_ADJUSTED_GAP 0.5 /* F34: raw and adjusted return disagree */

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Median of the past sessions' count: of all tickers (exchange MAP_NONE) or of one exchange. */
static double
past_median(const struct price_run *r, size_t exchange)
{
	int64_t v[GUARD_DAYS] = { 0 };
	size_t n = (size_t)r->npast;

	for (size_t i = 0; i < n; i++)
		v[i] = exchange == MAP_NONE ? r->past[i].total : r->past[i].exchange[exchange];
	qsort(v, n, sizeof(v[0]), by_value);
	return n % 2 ? (double)v[n / 2] : (double)(v[n / 2 - 1] + v[n / 2]) / 2;
}

/* The present file's tickers that have a usable row. */
static struct day_count
count_day(const struct price_run *r, struct date day)
{
	struct day_count d = { day, 0,
			       mem_zalloc((map_count(r->exchanges) + 1) * sizeof(int64_t)) };

	for (size_t i = 0; i < r->n; i++) {
		if (r->row[i] == 0)
			continue;
		d.total++;
		d.exchange[r->exchange[i]]++;
	}
	return d;
}

/* False and why. */
static bool
counts_hold(const struct price_run *r, const struct day_count *d, char why[160])
{
	const struct conf *conf = r->c->conf;
	double want = past_median(r, MAP_NONE);

	if ((double)d->total <= conf->guard_tickers * want)
		return !fmt_buf(why, 160, "%lld tickers came, the last %d sessions had %.0f",
				(long long)d->total, r->npast, want);
	for (size_t x = 0; x < map_count(r->exchanges); x++) {
		want = past_median(r, x);
		if (want > GUARD_EXCHANGE_MIN &&
		    (double)d->exchange[x] < conf->guard_exchange * want)
			return !fmt_buf(why, 160,
					"%lld tickers of exchange %.40s came, the last %d sessions "
					"had %.0f",
					(long long)d->exchange[x], map_key(r->exchanges, x),
					r->npast, want);
	}
	return true;
}

/* With fewer than three sessions there is nothing to compare with: a first load passes. */
int
price_guard_counts(struct price_run *r, struct date day, struct err *e)
{
	char why[160] = "";

	if (!r->full || r->npast < GUARD_DAYS_MIN)
		return 0;
	struct day_count d = count_day(r, day);
	bool holds = counts_hold(r, &d, why);

	free(d.exchange);
	if (holds)
		return 0;
	if (!r->force)
		return err_set(e, ERR_DATA, "%s; the day is not published", why);
	run_taint(r->c, "guard overridden: day with too few tickers published");
	run_log(r->c, LVL_WARN, "guard overridden by force: %s", why);
	return 0;
}

/* 0 when there is no price before. */
static double
move(double now, double before)
{
	return before > 0 ? now / before - 1 : 0;
}

static void
count_moves(const struct price_run *r, int64_t *compared, int64_t *large)
{
	*compared = *large = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (r->row[i] == 0 || r->prev_adj[i] <= 0)
			continue;
		++*compared;
		*large += fabs(move(r->adj[i], r->prev_adj[i])) > MOVE_LARGE;
	}
}

/* So many large moves at once are a wrong file, not a market.  Small universes are left alone:
 * there one share is already a large part. */
int
price_guard_moves(struct price_run *r, struct err *e)
{
	int64_t compared, large;

	if (!r->full)
		return 0;
	count_moves(r, &compared, &large);
	if (compared < MOVES_COMPARED_MIN || (double)large <= MOVES_STOP_SHARE * (double)compared)
		return 0;
	if (!r->force)
		return err_set(e, ERR_DATA,
			       "%lld of %lld tickers moved by more than 50 %%; the day is not "
			       "published",
			       (long long)large, (long long)compared);
	run_taint(r->c, "guard overridden: day with too many large moves published");
	return 0;
}

/* Single large moves are stored and flagged, as are shares whose raw and adjusted moves disagree:
 * an unknown split, or a restated history. */
void
price_guard_flag(struct price_run *r, struct date day)
{
	int64_t compared, large, flagged = 0;
	char iso[DATE_BUF], detail[120];

	count_moves(r, &compared, &large);
	bool many = (double)large > MOVES_FLAG_SHARE * (double)compared;

	date_iso(day, iso);
	for (size_t i = 0; i < r->n && flagged < FLAGGED_MAX; i++) {
		if (r->row[i] == 0 || r->prev_adj[i] <= 0)
			continue;
		double adj = move(r->adj[i], r->prev_adj[i]);
		double raw = move(r->close[i], r->prev_close[i]);

		fmt_buf(detail, sizeof(detail), "%s: adjusted %+.1f %%, raw %+.1f %%", iso,
			adj * 100, raw * 100);
		if (fabs(adj) > MOVE_HUGE || (many && fabs(adj) > MOVE_LARGE)) {
			run_flag(r->c, map_key(r->tickers, i), "large_move", detail);
			flagged++;
		}
		if (fabs(adj - raw) > RAW_ADJUSTED_GAP) {
			run_flag(r->c, map_key(r->tickers, i), "raw_adjusted_disagree", detail);
			flagged++;
		}
	}
	if (flagged > 0)
		run_log(r->c, LVL_WARN, "%s: %lld flags for large moves", iso, (long long)flagged);
}

void
price_guard_push(struct price_run *r, struct date day)
{
	struct day_count d = count_day(r, day);

	if (r->full && d.total > 0) {
		if (r->npast == GUARD_DAYS) {
			free(r->past[0].exchange);
			memmove(r->past, r->past + 1, (GUARD_DAYS - 1) * sizeof(r->past[0]));
			r->npast--;
		}
		r->past[r->npast++] = d;
	} else {
		free(d.exchange);
	}
	for (size_t i = 0; i < r->n; i++) {
		if (r->row[i] == 0)
			continue;
		r->prev_close[i] = r->close[i];
		r->prev_adj[i] = r->adj[i];
	}
}
