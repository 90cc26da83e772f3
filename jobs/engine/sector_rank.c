#include "jobs/engine/sector_rank.h"

#include "core/str.h"

#include <stdlib.h>
#include <string.h>

static bool
is_ranked(const struct rank_row *r)
{
	return r->sector && *r->sector && r->position != IFS_NONE && r->score.has;
}

/* Much pressure is good for a leader and bad for a laggard. */
static int
by_pressure(const struct rank_row *x, const struct rank_row *y)
{
	int less = (x->pressure < y->pressure) - (x->pressure > y->pressure);

	return x->position == IFS_LAGGARD ? -less : less;
}

static int
in_order(const void *a, const void *b)
{
	const struct rank_row *x = a, *y = b;
	int c = is_ranked(y) - is_ranked(x);

	if (c || !is_ranked(x))
		return c;
	c = strcmp(x->sector, y->sector);
	if (!c) /* leader, follower, laggard */
		c = (int)x->position - (int)y->position;
	if (!c)
		c = by_pressure(x, y);
	if (!c)
		c = (x->score.v < y->score.v) - (x->score.v > y->score.v);
	return c ? c : strcmp(x->ticker, y->ticker);
}

void
sector_rank(struct rank_row *row, size_t n)
{
	size_t end;

	if (n > 1)
		qsort(row, n, sizeof(*row), in_order);
	for (size_t i = 0; i < n; i++)
		row[i].rank = row[i].total = 0;
	for (size_t i = 0; i < n && is_ranked(&row[i]); i = end) {
		for (end = i;
		     end < n && is_ranked(&row[end]) && str_same(row[end].sector, row[i].sector);
		     end++)
			row[end].rank = (int)(end - i) + 1;
		for (size_t k = i; k < end; k++)
			row[k].total = (int)(end - i);
	}
}
