#include "jobs/engine/valuation_sector.h"

#include "core/str.h"
#include "jobs/engine/figures.h"

#include <stdlib.h>
#include <string.h>

/* One multiple of one row. */
struct place {
	const char *sector;
	double v;
	size_t row;
};

static int
by_sector_and_value(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int c = strcmp(x->sector, y->sector);

	return c ? c : (x->v > y->v) - (x->v < y->v);
}

static size_t
collect(const struct valuation_row *row, size_t n, int m, struct place *out)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		struct num v = row[i].multiple[m];

		if (row[i].sector && *row[i].sector && v.has && v.v > 0)
			out[k++] = (struct place){ row[i].sector, v.v, i };
	}
	return k;
}

/* Places of one sector, ascending: each counts those not above it, equals included. */
static void
rank_sector(struct valuation_row *row, int m, const struct place *p, size_t n)
{
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && p[end].v == p[i].v; end++)
			;
		for (size_t k = i; k < end; k++)
			row[p[k].row].percentile[m] = NUM(half_up(100 * (double)end / (double)n));
	}
}

static void
set_composite(struct valuation_row *r)
{
	double sum = 0;
	int n = 0;

	for (int m = 0; m < RANKED_MULTIPLES; m++) {
		sum += r->percentile[m].has ? r->percentile[m].v : 0;
		n += r->percentile[m].has;
	}
	r->composite = n > 0 ? NUM(half_up(sum / n)) : NUM_NONE;
}

void
valuation_sector(struct valuation_row *row, size_t n)
{
	struct place *p = mem_alloc((n + 1) * sizeof(*p));

	for (int m = 0; m < RANKED_MULTIPLES; m++) {
		size_t k = collect(row, n, m, p);

		for (size_t i = 0; i < n; i++)
			row[i].percentile[m] = NUM_NONE;
		if (k > 1)
			qsort(p, k, sizeof(*p), by_sector_and_value);
		for (size_t i = 0, end; i < k; i = end) {
			for (end = i + 1; end < k && str_same(p[end].sector, p[i].sector); end++)
				;
			rank_sector(row, m, p + i, end - i);
		}
	}
	for (size_t i = 0; i < n; i++)
		set_composite(&row[i]);
	free(p);
}
