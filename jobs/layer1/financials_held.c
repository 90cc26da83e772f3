#include "jobs/layer1/financials_held.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 1 << 18 };

void
held_add(struct held *h, const struct filed *row)
{
	size_t len = strlen(row->figures) + 1;
	struct filed f = *row;

	if (h->size - h->used < len) {
		h->size = len > BLOCK_BYTES ? len : BLOCK_BYTES;
		h->used = 0;
		vec_push(&h->block, mem_alloc(h->size));
	}
	f.figures = memcpy(h->block.at[h->block.n - 1] + h->used, row->figures, len);
	h->used += len;
	vec_push(&h->row, f);
}

void
held_join(struct held *to, struct held *from)
{
	vec_reserve(&to->row, to->row.n + from->row.n);
	for (size_t i = 0; i < from->row.n; i++)
		vec_push(&to->row, from->row.at[i]);
	for (size_t i = 0; i < from->block.n; i++)
		vec_push(&to->block, from->block.at[i]);
	/* What is left of the last block goes unused. */
	to->used = to->size = 0;
	from->block.n = 0;
	held_done(from);
}

static int
by_company(const void *a, const void *b)
{
	const struct filed *x = a, *y = b;

	return (x->company > y->company) - (x->company < y->company);
}

void
held_sort(struct held *h)
{
	if (h->row.n > 1)
		qsort(h->row.at, h->row.n, sizeof(*h->row.at), by_company);
}

size_t
held_company(const struct filed *row, const struct filed *end)
{
	size_t n = 1;

	while (row + n < end && row[n].company == row->company)
		n++;
	return n;
}

void
held_done(struct held *h)
{
	for (size_t i = 0; i < h->block.n; i++)
		free(h->block.at[i]);
	vec_done(&h->block);
	vec_done(&h->row);
	h->used = h->size = 0;
}
