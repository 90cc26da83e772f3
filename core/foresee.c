#include "core/foresee.h"

#include "core/clock.h"
#include "core/look.h"
#include "core/run_after.h"
#include "core/words.h"

#include <math.h>
#include <stdlib.h>

enum { PARAMS_BYTES = 64 << 10, LIST_BYTES = 64 << 20 };

struct foresight {
	struct conf conf; /* nobody waits in a look: its pauses are 0; texts borrowed */
	const struct catalogue *cat;
	struct db *db;
	struct map *kept;
};

struct foresight *
foresee_begin(const struct conf *conf, const struct catalogue *cat, struct db *db)
{
	struct foresight *f = mem_zalloc(sizeof(*f));

	f->conf = *conf;
	f->conf.part_pause_ms = f->conf.day_pause_ms = f->conf.batch_pause_ms = 0;
	f->conf.requests_per_min = 0;
	f->cat = cat;
	f->db = db;
	f->kept = map_new();
	return f;
}

void
foresee_end(struct foresight *f)
{
	if (!f)
		return;
	map_free(f->kept);
	free(f);
}

/* Job and parameters of a run that is gone on with are its own, and what it has done is done. */
static int
take_up(struct run *r, struct err *e)
{
	if (!r->l.resume)
		return 0;
	return run_open_resumed(r, e) < 0 ? -1 : run_load_units(r, e);
}

static int
look_ahead(struct run *r, struct err *e)
{
	r->began_wall = r->ctx.now_ms = clock_wall_ms();
	r->ctx.dry_run = params_bool(&r->params, "dry_run");
	if (take_up(r, e) < 0)
		return -1;
	if (r->finished)
		return 0;
	if (r->job->runner != RUNNER_NATIVE)
		return err_set(e, ERR_NOT_READY, "%s is done by the old system", r->job->name);
	if (r->job->flags & JOB_USES_API)
		r->http = r->ctx.http = http_look(r->conf);
	return r->job->run(&r->ctx, e);
}

static void
put_counts(const struct run *r, struct forecast *out)
{
	const struct look *k = r->look;
	int64_t done = r->units_done ? (int64_t)map_count(r->units_done) : 0;

	out->units = (int64_t)map_count(k->units);
	out->calls = r->http ? http_calls(r->http) + k->about : 0;
	if (k->last_units >= 0)
		out->units = k->last_units > done ? k->last_units - done : 0;
	if (k->last_calls >= 0)
		out->calls = k->last_calls;
	out->units_exact = k->units_known && k->units_exact;
	out->calls_exact = k->calls_known && k->calls_exact;
	if (r->ctx.dry_run) /* nothing is kept, its units neither */
		out->units = 0;
	if (!k->units_known)
		out->units = -1;
	if (!k->calls_known)
		out->calls = -1;
}

static void
list_units(const struct look *k, struct str *list, size_t *n, int64_t *told)
{
	const char **word = mem_zalloc((k->rows.n + 1) * sizeof(*word));

	*n = 0;
	*told = 0;
	for (size_t i = 0; i < k->rows.n; i++)
		if (k->rows.at[i] < 0)
			word[(*n)++] = map_key(k->units, i);
		else
			*told += k->rows.at[i];
	str_init(list, LIST_BYTES);
	words_array(word, list);
	free(word);
}

/* As the last good runs with these parameters had them. */
static int
put_rows(struct run *r, struct forecast *out, struct err *e)
{
	const struct look *k = r->look;
	STR_AUTO params = { 0 }, list = { 0 };
	int64_t told;
	size_t n; /* units of which the job does not know the rows */

	if (r->job->steps || !k->units_known || k->last_units >= 0)
		return 0;
	str_init(&params, PARAMS_BYTES);
	params_json(&r->params, &params);
	list_units(k, &list, &n, &told);
	const char *args[] = { r->job->name, str_c(&params), str_c(&list) };
	ROWS_AUTO rows = db_query(r->ctx.db, Q_FORESEE_ROWS, args, e);

	if (!rows)
		return -1;
	if (n == 0 && k->units_exact) /* it knows all of them, also that there are none */
		out->rows = told;
	else if (rows_bool(rows, 0, 0))
		out->rows = told + llround(rows_num(rows, 0, 1).v);
	return 0;
}

static void
hand_over(struct look *k, struct planned_steps *out)
{
	out->at = mem_zalloc((k->steps.n + 1) * sizeof(*out->at));
	for (size_t i = 0; i < k->steps.n; i++) {
		struct look_step *s = &k->steps.at[i];

		out->at[out->n++] = (struct planned_step){ s->job, s->params, s->why };
	}
	k->steps.n = 0; /* theirs now */
}

int
foresee(struct foresight *f, const struct launch *l, struct forecast *out,
	struct planned_steps *steps, struct err *e)
{
	struct run *r = run_new(&f->conf, f->cat, l);
	struct look look;
	int rc;

	*out = (struct forecast)FORECAST_NONE;
	look_init(&look, f->kept);
	r->look = &look;
	r->ledger = r->ctx.db = f->db;
	rc = db_begin_read(f->db, e);
	if (rc == 0)
		rc = look_ahead(r, e);
	if (rc == 0) {
		put_counts(r, out);
		rc = put_rows(r, out, e);
	}
	db_rollback(f->db);
	if (rc < 0) {
		*out = (struct forecast)FORECAST_NONE;
		str_copy(out->why, sizeof(out->why), e->text);
	} else if (steps) {
		hand_over(&look, steps);
	}
	http_free(r->http);
	look_done(&look);
	run_free(r);
	return rc;
}

void
planned_steps_done(struct planned_steps *s)
{
	for (size_t i = 0; i < s->n; i++) {
		params_done(&s->at[i].params);
		free(s->at[i].why);
	}
	free(s->at);
	*s = (struct planned_steps){ NULL, 0 };
}
