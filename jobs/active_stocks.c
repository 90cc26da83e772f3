#include "jobs/active_stocks.h"

#include <string.h>

static void
take(struct active_stocks *s, const char *ticker, const char *only, int64_t limit)
{
	size_t n = strlen(ticker);

	map_add(s->all, ticker, n);
	if ((!only || strcmp(only, ticker) == 0) &&
	    (limit <= 0 || (int64_t)map_count(s->asked) < limit))
		map_add(s->asked, ticker, n);
}

int
active_stocks_read(struct job_ctx *c, struct active_stocks *s, struct err *e)
{
	const char *only = params_text(c->params, "ticker");
	int64_t limit = params_int(c->params, "limit", 0);

	s->all = map_new();
	s->asked = map_new();
	ROWS_AUTO r = db_query(c->db, Q_ACTIVE_STOCKS, NULL, e);

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r); i++)
		take(s, rows_text(r, i, 0), only, limit);
	if (map_count(s->all) == 0)
		return err_set(e, ERR_EMPTY, "no active stock: fintra run sync-universe");
	if (map_count(s->asked) == 0)
		return err_set(e, ERR_EMPTY, "%s is no active stock of fintra_universe", only);
	return 0;
}

void
active_stocks_done(struct active_stocks *s)
{
	map_free(s->all);
	map_free(s->asked);
	*s = (struct active_stocks){ NULL, NULL };
}
