#include "jobs/layer4/snapshot_stocks.h"

#include "core/clock.h"
#include "jobs/layer4/snapshot_rows.h"

#include <stdlib.h>
#include <string.h>

/* Columns of the query snapshot_stocks. */
enum { COL_TICKER, COL_SECTOR, COL_INDUSTRY, COL_FALLBACK, COL_PLACE, COL_SEEN };

/* Of those behind `offset` the first `limit`. */
static bool
is_asked(const struct job_ctx *c, const char *ticker, int64_t place)
{
	const char *only = params_text(c->params, "ticker");
	int64_t limit = params_int(c->params, "limit", 0);
	int64_t offset = params_int(c->params, "offset", 0);

	if (only)
		return str_same(ticker, only);
	return place > offset && (limit <= 0 || place <= offset + limit);
}

static void
take(struct snapshot_stocks *s, const struct job_ctx *c, const struct map *only, int row)
{
	struct stock *k = &s->at[row];
	struct date seen = rows_date(s->rows, row, COL_SEEN);

	k->ticker = rows_text(s->rows, row, COL_TICKER);
	k->sector = rows_text(s->rows, row, COL_SECTOR);
	k->industry = rows_text(s->rows, row, COL_INDUSTRY);
	k->fallback = rows_bool(s->rows, row, COL_FALLBACK);
	k->asked = only ? map_find(only, k->ticker, strlen(k->ticker)) != MAP_NONE
			: is_asked(c, k->ticker, rows_int(s->rows, row, COL_PLACE));
	s->asked += k->asked;
	s->missing_sector += k->asked && !k->sector;
	if (date_cmp(seen, s->newest) > 0)
		s->newest = seen;
}

static int
nobody(const struct job_ctx *c, const struct snapshot_stocks *s, struct err *e)
{
	const char *only = params_text(c->params, "ticker");

	if (s->n == 0)
		return err_set(e, ERR_EMPTY, "no active stocks: fintra run sync-universe");
	if (only)
		return err_set(e, ERR_EMPTY, "no active stocks: %s is none of fintra_universe",
			       only);
	return err_set(e, ERR_EMPTY, "no active stocks: none of %zu is asked for", s->n);
}

int
snapshot_stocks_read(struct job_ctx *c, const struct map *only, struct snapshot_stocks *s,
		     struct err *e)
{
	char day[DATE_BUF], asked[CLOCK_BUF];
	const char *args[] = { date_iso(c->as_of, day), SNAPSHOT_ENGINE,
			       clock_iso(c->now_ms - SNAPSHOT_ASKED_MS, asked) };

	*s = (struct snapshot_stocks){ .newest = DATE_NONE };
	s->rows = db_query(c->db, Q_SNAPSHOT_STOCKS, args, e);
	if (!s->rows)
		return -1;
	s->n = (size_t)rows_count(s->rows);
	s->at = mem_zalloc((s->n + 1) * sizeof(*s->at));
	for (size_t i = 0; i < s->n; i++)
		take(s, c, only, (int)i);
	return s->asked > 0 ? 0 : nobody(c, s, e);
}

void
snapshot_stocks_done(struct snapshot_stocks *s)
{
	rows_free(s->rows);
	free(s->at);
	*s = (struct snapshot_stocks){ .newest = DATE_NONE };
}

size_t
snapshot_unit_end(const struct snapshot_stocks *s, size_t from, size_t most)
{
	size_t to = s->n - from < most ? s->n : from + most;

	while (to < s->n && s->at[to].industry &&
	       str_same(s->at[to].industry, s->at[to - 1].industry))
		to++;
	return to;
}

void
snapshot_unit_name(const struct snapshot_stocks *s, size_t from, size_t to, char out[UNIT_NAME])
{
	(void)fmt_buf(out, UNIT_NAME, "%s..%s", s->at[from].ticker, s->at[to - 1].ticker);
}
