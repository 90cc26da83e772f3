#include "core/run_diff.h"

#include "core/run_after.h"
#include "core/run_steps.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Table name of a shadow that stands for one of the ledger's: its real name has a schema. */
static const char flag_name[] = "fintra_ops.flag", flag_shadow[] = "fintra_flag";
static const char unit[] = "diff";

struct later_flag {
	char *ticker, *kind, *detail;
};

/* What a run keeps until it is known whether its rows are. */
struct run_diff {
	struct diff seen;
	int pid; /* of the connection that has the shadows */
	VEC(struct later_flag) flags;
};

int
diff_possible(const struct job *job, struct err *e)
{
	if (job->steps)
		return err_set(e, ERR_USAGE,
			       "%s runs other jobs, each of which reads what the one before has "
			       "stored: give --diff to its steps one by one, the first is "
			       "fintra run %s --diff",
			       job->name, job->steps[0].job);
	if (job->runner != RUNNER_NATIVE)
		return err_set(e, ERR_USAGE,
			       "%s is run by the old system, which writes by itself: --diff is for "
			       "jobs of this build",
			       job->name);
	if (!job->writes || !job->writes[0])
		return err_set(e, ERR_USAGE,
			       "%s writes no table: there is nothing to compare, run it without "
			       "--diff",
			       job->name);
	return 0;
}

bool
run_diff_asked(const struct run *r)
{
	return params_bool(&r->params, "diff");
}

/* In the ledger it is a dry run until its rows are kept, so that nobody takes it for one that has
 * written. */
int
run_diff_open(struct run *r, struct err *e)
{
	if (!run_diff_asked(r))
		return 0;
	if (diff_possible(r->job, e) < 0)
		return -1;
	return params_set(&r->params, r->job->params, "dry_run", "1", e);
}

static int
add_shadow(struct run *r, const struct shadow_spec *spec, const char *name, struct err *e)
{
	struct diff *d = &r->diff->seen;
	struct diff_table *t = &d->at[d->n];
	int made;

	if (d->n == DIFF_TABLES)
		return err_set(e, ERR_INTERNAL, "more than %d tables in a diff", DIFF_TABLES);
	made = db_shadow_make(r->ctx.db, spec, &t->shadow, e);
	t->name = name;
	t->score = spec->score;
	d->n += made == 1;
	if (made != 1)
		shadow_done(&t->shadow);
	return made < 0 ? -1 : 0;
}

/* Whole tables, unless the job's row says that it keeps to some days and the table has a row for
 * each. */
static struct date
first_day(const struct run *r, const struct table *t)
{
	struct date start = params_date(&r->params, "start");

	if (r->job->own_days == 0 || !str_has(t->key, t->date_column))
		return DATE_NONE;
	if (!date_is_set(start) || date_cmp(start, r->ctx.as_of) > 0)
		start = r->ctx.as_of;
	return (struct date){ start.days - r->job->own_days };
}

static int
shadow_table(struct run *r, const struct table *t, struct err *e)
{
	const char *real = db_relation(r->ctx.db, t->name);
	const struct shadow_spec spec = { .schema = "public",
					  .table = real,
					  .shadow = real,
					  .key = t->key,
					  .volatile_columns = t->volatile_columns,
					  .date_column = t->date_column,
					  .from = first_day(r, t),
					  .to = r->ctx.as_of,
					  .score = t->score,
					  .relative = t->relative };

	return add_shadow(r, &spec, t->name, e);
}

/* Marks of tickers go with the bars that they are about. */
static int
shadow_flags(struct run *r, struct err *e)
{
	const struct shadow_spec spec = { .schema = "fintra_ops",
					  .table = "flag",
					  .shadow = flag_shadow,
					  .from = DATE_NONE,
					  .key = NAMES("ticker", "kind", "flagged_on") };

	return add_shadow(r, &spec, flag_name, e) < 0 ||
			       db_rename(r->ctx.db, flag_name, "pg_temp.fintra_flag", e) < 0
		       ? -1
		       : 0;
}

/* The views first: once there is a shadow the server writes their text otherwise. */
static int
shadow_all(struct run *r, struct err *e)
{
	char *views[DIFF_TABLES];
	size_t n = 0;
	int rc = 0;

	for (const struct table *t = r->cat->tables; t->name && rc == 0 && n < DIFF_TABLES; t++)
		if (t->view_of && str_has(r->job->writes, t->view_of)) {
			views[n] = db_shadow_view(r->ctx.db, "public",
						  db_relation(r->ctx.db, t->name), e);
			rc = e->cls == ERR_NONE ? 0 : -1;
			n += views[n] != NULL;
		}
	for (const struct table *t = r->cat->tables; t->name && rc == 0; t++)
		if (!t->view_of && str_has(r->job->writes, t->name))
			rc = shadow_table(r, t, e);
	for (size_t i = 0; i < n; i++) {
		if (rc == 0)
			rc = db_shadow_view_make(r->ctx.db, views[i], e);
		free(views[i]);
	}
	return rc == 0 ? shadow_flags(r, e) : -1;
}

int
run_diff_begin(struct run *r, struct err *e)
{
	r->diff = mem_zalloc(sizeof(*r->diff));
	r->diff->seen.run = atomic_load(&r->id);
	r->diff->seen.job = r->job->name;
	r->diff->seen.as_of = r->ctx.as_of;
	r->diff->pid = db_pid(r->ctx.db);
	run_phase(&r->ctx, "copy", 0);
	if (shadow_all(r, e) < 0)
		return err_wrap(e, "--diff");
	r->ctx.diff = true;
	return 0;
}

void
run_diff_free(struct run *r)
{
	struct run_diff *d = r->diff;

	if (!d)
		return;
	r->diff = NULL;
	for (size_t i = 0; i < d->seen.n; i++) {
		shadow_done(&d->seen.at[i].shadow);
		rows_free(d->seen.at[i].moves);
	}
	for (size_t i = 0; i < d->flags.n; i++) {
		free(d->flags.at[i].ticker);
		free(d->flags.at[i].kind);
		free(d->flags.at[i].detail);
	}
	vec_done(&d->flags);
	free(d);
}

void
run_diff_flag(struct run *r, const char *ticker, const char *kind, const char *detail)
{
	struct later_flag f = { mem_dup(ticker), mem_dup(kind), mem_dup(detail) };

	pthread_mutex_lock(&r->lock);
	vec_push(&r->diff->flags, f);
	pthread_mutex_unlock(&r->lock);
}

static int
compare(struct run *r, struct err *e)
{
	struct diff *d = &r->diff->seen;

	run_phase(&r->ctx, "compare", (int64_t)d->n);
	for (size_t i = 0; i < d->n; i++) {
		struct diff_table *t = &d->at[i];

		if (run_check(&r->ctx, e) < 0 || db_shadow_compare(r->ctx.db, &t->shadow, e) < 0)
			return -1;
		t->moves = db_shadow_moves(r->ctx.db, &t->shadow, e);
		if (e->cls != ERR_NONE)
			return err_wrap(e, "largest moves of %s", t->name);
		run_progress_add(&r->ctx, 1);
	}
	/* Most runs mark no ticker, and none is what nobody asked about. */
	if (str_same(d->at[d->n - 1].name, flag_name) && !diff_table_changes(&d->at[d->n - 1]))
		shadow_done(&d->at[--d->n].shadow);
	return 0;
}

/* Where nobody looks on, the log tells all there is. */
static void
tell(struct run *r)
{
	const struct diff *d = &r->diff->seen;
	STR_AUTO text = { 0 };
	char *line, *rest;

	str_init(&text, OUTBOX_RAW * DIFF_TABLES);
	diff_text(d, &text);
	rest = text.len ? text.p : NULL;
	while (rest && *rest) {
		line = rest;
		rest = strchr(line, '\n');
		if (rest)
			*rest++ = '\0';
		if (*line)
			run_log(&r->ctx, LVL_INFO, "%s", line);
	}
}

/* Two runs that write the same table and date exclude each other; a diff takes those locks only
 * while it writes. */
static int
take_table_locks(struct job_ctx *c, struct err *e)
{
	struct guard g;
	char key[NUM_BUF];
	const char *args[] = { key };

	guard_plan(&g, c->run->cat, c->job, NULL, c->as_of, DATE_NONE, true);
	for (size_t i = 0; i < g.n; i++) {
		if (g.at[i].job)
			continue;
		num_int(g.at[i].key, key);
		ROWS_AUTO got = db_query(c->db, Q_RUN_DIFF_LOCK, args, e);

		if (!got)
			return -1;
		if (!rows_bool(got, 0, 0))
			return err_set(e, ERR_LOCK,
				       "another run is writing %s: nothing is kept; run it again "
				       "with --diff",
				       g.at[i].what);
	}
	return 0;
}

static int
keep(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct run *r = c->run;
	struct diff *d = &r->diff->seen;
	char id[NUM_BUF];
	const char *args[] = { num_int(atomic_load(&r->id), id) };

	*t = *(const struct tally *)arg;
	if (db_pid(c->db) != r->diff->pid)
		return err_set(e, ERR_DB,
			       "the connection was lost with what was staged on it: "
			       "nothing is kept; run it again with --diff");
	if (take_table_locks(c, e) < 0)
		return -1;
	for (size_t i = 0; i < d->n; i++)
		if (diff_table_changes(&d->at[i]) &&
		    db_shadow_apply(c->db, &d->at[i].shadow, e) < 0)
			return -1;
	return db_exec(c->db, Q_RUN_DIFF_KEPT, args, NULL, e);
}

/* From here on it is a run like any other, whose one unit is the whole diff. */
static int
write_rows(struct run *r, struct err *e)
{
	struct job_ctx *c = &r->ctx;
	struct tally all = r->sum;

	r->sum = (struct tally){ 0 };
	c->dry_run = c->diff = false;
	if (run_transaction(c, unit, keep, &all, e) < 0) {
		r->sum = all;
		c->dry_run = true;
		return -1;
	}
	for (size_t i = 0; i < r->diff->flags.n; i++) {
		const struct later_flag *f = &r->diff->flags.at[i];

		run_flag(c, f->ticker, f->kind, f->detail);
	}
	db_forget_shape(c->db); /* what was renamed has its own name again */
	return db_shadow_end(c->db, e);
}

static bool
agreed(struct run *r, struct err *e)
{
	const struct diff *d = &r->diff->seen;

	run_phase(&r->ctx, "review", 0);
	if (!r->l.review) {
		tell(r);
		return false;
	}
	return r->l.review(r->l.review_arg, d, &r->cancel) && run_check(&r->ctx, e) == 0;
}

int
run_diff_end(struct run *r, struct err *e)
{
	bool yes;

	if (compare(r, e) < 0)
		return -1;
	yes = agreed(r, e);
	if (run_check(&r->ctx, e) < 0) {
		run_log(&r->ctx, LVL_WARN, "diff: nothing is kept, the run was stopped");
		return -1;
	}
	if (yes && write_rows(r, e) < 0)
		return -1;
	struct json *j = diff_json(&r->diff->seen);

	json_set_bool(j, "kept", yes);
	run_result_json(&r->ctx, "diff", j);
	run_log(&r->ctx, LVL_INFO, yes ? "diff: the rows are written" : "diff: nothing is kept");
	return 0;
}

bool
run_diff_kept(struct run *r)
{
	return run_diff_asked(r) && !r->ctx.dry_run && run_unit_done(&r->ctx, unit);
}
