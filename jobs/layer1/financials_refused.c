#include "jobs/layer1/financials_refused.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_MAX = 1000 }; /* more are not kept of a run (run.h) */

static void
count(struct refused *r, const char *reason, int64_t rows)
{
	if (!r->reasons)
		r->reasons = map_new();
	size_t i = map_add(r->reasons, reason, strlen(reason));

	if (i == r->rows.n)
		vec_push(&r->rows, 0);
	r->rows.at[i] += rows;
}

void
refused_add(struct refused *r, const char *reason, const struct csv_row *row, size_t cells)
{
	STR_AUTO raw = { 0 };
	struct refused_row kept = { 0 };

	count(r, reason, 1);
	if (r->kept.n >= KEPT_MAX)
		return;
	row_raw(row, cells, &raw);
	kept.reason = mem_dup(reason);
	kept.n = raw.len;
	kept.raw = str_take(&raw);
	vec_push(&r->kept, kept);
}

void
refused_join(struct refused *to, struct refused *from)
{
	for (size_t i = 0; i < from->rows.n; i++)
		count(to, map_key(from->reasons, i), from->rows.at[i]);
	for (size_t i = 0; i < from->kept.n; i++)
		vec_push(&to->kept, from->kept.at[i]);
	from->kept.n = 0;
	refused_done(from);
}

static void
drop_kept(struct refused *r)
{
	for (size_t i = 0; i < r->kept.n; i++) {
		free(r->kept.at[i].reason);
		free(r->kept.at[i].raw);
	}
	vec_done(&r->kept);
}

void
refused_tell(struct refused *r, struct job_ctx *c)
{
	for (size_t i = 0; i < r->kept.n; i++)
		run_reject(c, r->kept.at[i].reason, r->kept.at[i].raw, r->kept.at[i].n);
	drop_kept(r);
}

void
refused_done(struct refused *r)
{
	drop_kept(r);
	map_free(r->reasons);
	r->reasons = NULL;
	vec_done(&r->rows);
}
