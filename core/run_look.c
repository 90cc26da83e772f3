#include "core/look.h"

#include "core/num.h"

#include <stdlib.h>
#include <string.h>

/* The side of a look ahead that jobs and run_transaction() meet. */

enum { PARAMS_BYTES = 64 << 10 };

bool
run_looks(const struct job_ctx *c)
{
	return c->run && c->run->look;
}

void
run_look_calls(struct job_ctx *c, int64_t about)
{
	struct look *k = c->run->look;

	k->calls_exact = false;
	if (about < 0)
		k->calls_known = false;
	else
		k->about += about;
}

void
run_look_units(struct job_ctx *c, bool known)
{
	struct look *k = c->run->look;

	k->units_exact = false;
	k->units_known = k->units_known && known;
}

void
run_look_rows(struct job_ctx *c, const char *unit, int64_t rows)
{
	struct look *k = c->run->look;
	size_t i = map_find(k->units, unit, strlen(unit));

	if (i != MAP_NONE)
		k->rows.at[i] = rows;
}

int
run_look_as_last(struct job_ctx *c, struct err *e)
{
	struct look *k = c->run->look;
	STR_AUTO params = { 0 };

	str_init(&params, PARAMS_BYTES);
	params_json(c->params, &params);
	const char *args[] = { c->job->name, str_c(&params) };
	ROWS_AUTO r = db_query(c->db, Q_FORESEE_LAST, args, e);

	if (!r)
		return -1;
	bool any = rows_count(r) > 0;

	run_look_units(c, any);
	run_look_calls(c, any && rows_text(r, 0, 0) ? 0 : -1);
	if (!any)
		return 0;
	k->last_calls = rows_int(r, 0, 0);
	k->last_units = rows_int(r, 0, 1);
	return 0;
}

void
run_look_kept(struct job_ctx *c, const char *path)
{
	map_add(c->run->look->kept, path, strlen(path));
}

bool
run_look_keeps(const struct job_ctx *c, const char *path)
{
	return map_find(c->run->look->kept, path, strlen(path)) != MAP_NONE;
}

void
look_init(struct look *k, struct map *kept)
{
	*k = (struct look){ .units = map_new(),
			    .kept = kept,
			    .calls_known = true,
			    .calls_exact = true,
			    .units_known = true,
			    .units_exact = true,
			    .last_units = -1,
			    .last_calls = -1 };
}

void
look_done(struct look *k)
{
	for (size_t i = 0; i < k->steps.n; i++) {
		params_done(&k->steps.at[i].params);
		free(k->steps.at[i].why);
	}
	vec_done(&k->steps);
	vec_done(&k->rows);
	map_free(k->units);
}

/* Named, since a unit that is done twice is one. */
void
look_unit(struct run *r, const char *unit)
{
	struct look *k = r->look;

	if (!run_unit_done(&r->ctx, unit) && map_add(k->units, unit, strlen(unit)) == k->rows.n)
		vec_push(&k->rows, -1);
}

void
look_step(struct run *r, const struct job *job, const struct params *params, const char *why)
{
	struct look_step s = { .job = job, .why = mem_dup(why) };

	params_copy(&s.params, params);
	vec_push(&r->look->steps, s);
}
