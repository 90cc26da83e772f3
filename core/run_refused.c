/* Of the run's own thread, like the batch itself. */
#include "core/run_after.h"
#include "core/vec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { REASONS_TOLD = 5 };

struct refused_row {
	char *reason, *text; /* owned */
};

struct run_refused {
	VEC(struct refused_row) row;
};

void
run_refused_add(struct run *r, const char *reason, const char *row)
{
	struct refused_row one = { mem_dup(reason), mem_dup(row) };

	if (!r->refused_rows)
		r->refused_rows = mem_zalloc(sizeof(*r->refused_rows));
	vec_push(&r->refused_rows->row, one);
}

static void
tell(struct run *r, const char *unit, const struct map *reasons, const int64_t *count)
{
	for (size_t i = 0; i < map_count(reasons) && i < REASONS_TOLD; i++)
		run_emit_unit(r, LVL_WARN, "warn", unit,
			      "%" PRId64 " %s %s; the other rows are kept", count[i],
			      count[i] == 1 ? "row" : "rows", map_key(reasons, i));
	if (map_count(reasons) > REASONS_TOLD)
		run_emit_unit(r, LVL_WARN, "warn", unit, "%zu more reasons: fintra show %lld",
			      map_count(reasons) - REASONS_TOLD, atomic_load(&r->id));
}

void
run_refused_keep(struct run *r, const char *unit)
{
	struct run_refused *all = r->refused_rows;
	struct map *reasons;
	int64_t *count;

	if (!all)
		return;
	reasons = map_new();
	count = mem_zalloc(all->row.n * sizeof(*count));
	for (size_t i = 0; i < all->row.n; i++) {
		const struct refused_row *one = &all->row.at[i];

		count[map_add(reasons, one->reason, strlen(one->reason))]++;
		outbox_reject(&r->out, one->reason, one->text, strlen(one->text));
	}
	tell(r, unit, reasons, count);
	map_free(reasons);
	free(count);
	run_refused_forget(r);
}

void
run_refused_forget(struct run *r)
{
	struct run_refused *all = r->refused_rows;

	for (size_t i = 0; all && i < all->row.n; i++) {
		free(all->row.at[i].reason);
		free(all->row.at[i].text);
	}
	if (all)
		vec_done(&all->row);
	free(all);
	r->refused_rows = NULL;
}
