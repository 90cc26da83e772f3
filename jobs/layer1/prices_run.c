/* What the days of a run share: loaded once, so that a day needs no query of its own for it. */
#include "jobs/layer1/prices_day.h"

#include "core/calendar.h"
#include "jobs/common.h"

#include <stdlib.h>
#include <string.h>

/* Tickers are numbered in order; everything about them lies in arrays by that number. */
static int
load_universe(struct price_run *r, struct err *e)
{
	int64_t limit = params_int(r->c->params, "limit", 0);
	char n[24];
	const char *args[] = { params_text(r->c->params, "ticker"), limit > 0 ? n : NULL };

	fmt_buf(n, sizeof(n), "%lld", (long long)limit);
	ROWS_AUTO u = db_query(r->c->db, Q_PRICES_DAILY_UNIVERSE, args, e);

	if (!u)
		return -1;
	r->n = (size_t)rows_count(u);
	r->exchange = mem_zalloc((r->n + 1) * sizeof(*r->exchange));
	for (int i = 0; i < rows_count(u); i++) {
		const char *ticker = rows_text(u, i, 0), *x = rows_text(u, i, 1);
		size_t at = map_add(r->tickers, ticker, strlen(ticker));

		r->exchange[at] = map_add(r->exchanges, x, strlen(x));
	}
	r->full = !args[0] && limit == 0;
	if (r->n > 0)
		return 0;
	if (!r->full)
		return err_set(e, ERR_EMPTY, "%s is no active ticker of fintra_universe",
			       str_or(args[0], "none"));
	return err_set(e, ERR_EMPTY,
		       "no active ticker in fintra_universe: run sync-universe first");
}

/* What the universe was when these prices were chosen. */
static int
note_universe(struct price_run *r, struct err *e)
{
	ROWS_AUTO d = db_query(r->c->db, Q_PRICES_DAILY_UNIVERSE_DATE, NULL, e);

	if (!d)
		return -1;
	run_input(r->c, "fintra_universe", rows_date(d, 0, 0), rows_int(d, 0, 1));
	return 0;
}

int
price_run_open(struct price_run *r, struct job_ctx *c, struct err *e)
{
	*r = (struct price_run){ .c = c, .tickers = map_new(), .exchanges = map_new() };
	r->force = params_bool(c->params, "force");
	if (load_universe(r, e) < 0 || note_universe(r, e) < 0)
		return -1;
	r->prev_close = mem_zalloc(r->n * sizeof(double));
	r->prev_adj = mem_zalloc(r->n * sizeof(double));
	r->close = mem_zalloc(r->n * sizeof(double));
	r->adj = mem_zalloc(r->n * sizeof(double));
	r->row = mem_zalloc(r->n * sizeof(int64_t));
	r->known = mem_zalloc(r->n * sizeof(bool));
	return 0;
}

/* Only of the newest stored session: an older close would make a long pause look like a jump. */
static int
load_previous(struct price_run *r, const char *first, struct err *e)
{
	ROWS_AUTO p = db_query(r->c->db, Q_PRICES_DAILY_PREVIOUS, &first, e);

	if (!p)
		return -1;
	for (int i = 0; i < rows_count(p); i++) {
		const char *ticker = rows_text(p, i, 0);
		size_t at = map_find(r->tickers, ticker, strlen(ticker));

		if (at == MAP_NONE)
			continue;
		r->prev_close[at] = rows_num(p, i, 1).v;
		r->prev_adj[at] = rows_num(p, i, 2).v;
	}
	return 0;
}

/* Counts are of tickers that are active now, so delistings do not weigh on the guard. */
int
price_run_history(struct price_run *r, struct date first, struct err *e)
{
	char from[DATE_BUF], to[DATE_BUF];
	const char *args[] = { date_iso(calendar_add_sessions(first, -GUARD_DAYS), from),
			       date_iso(first, to) };

	if (load_previous(r, to, e) < 0)
		return -1;
	ROWS_AUTO h = r->full ? db_query(r->c->db, Q_PRICES_DAILY_HISTORY, args, e) : NULL;

	if (!h)
		return r->full ? -1 : 0;
	for (int i = 0; i < rows_count(h); i++) {
		struct date day = rows_date(h, i, 0);
		const char *x = rows_text(h, i, 1);
		size_t at = map_find(r->exchanges, x, strlen(x));

		if (r->npast == 0 || !date_eq(r->past[r->npast - 1].day, day)) {
			if (r->npast == GUARD_DAYS)
				break;
			r->past[r->npast++] = (struct day_count){
				day, 0, mem_zalloc((map_count(r->exchanges) + 1) * sizeof(int64_t))
			};
		}
		r->past[r->npast - 1].total += rows_int(h, i, 2);
		if (at != MAP_NONE)
			r->past[r->npast - 1].exchange[at] = rows_int(h, i, 2);
	}
	return 0;
}

void
price_run_close(struct price_run *r)
{
	for (int i = 0; i < r->npast; i++)
		free(r->past[i].exchange);
	free(r->exchange);
	free(r->prev_close);
	free(r->prev_adj);
	free(r->close);
	free(r->adj);
	free(r->row);
	free(r->known);
	vec_done(&r->marks);
	map_free(r->tickers);
	map_free(r->exchanges);
}
