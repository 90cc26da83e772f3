/* What each table was really made from: the ledger knows it of the last good run; where it knows
 * none, the rows may tell by their `source`. */
#include "core/freshness.h"

#include "core/json.h"
#include "core/ledger.h"

#include <stdlib.h>
#include <string.h>

enum {
	COL_JOB,
	COL_GOOD,
	COL_PARAMS,
	COL_READ,
	COL_COUNT,
	COL_ROWS,
	COL_MS,
	COL_CALLS,
	COL_LAST_MS,
	COL_LAST,
	COL_STATE,
	COL_AS_OF,
	COL_WHOLE,
	COL_UNITS
};

static const struct job *const *
known_jobs(const struct catalogue *cat)
{
	return cat->known ? cat->known : cat->jobs;
}

static const char *
param_in_json(const void *params, const char *name)
{
	return json_text(params, name);
}

/* "a,b,c" holds name. */
static bool
listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = list; p && *p; p += strcspn(p, ","), p += *p == ',')
		if (strncmp(p, name, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	return false;
}

static bool
is_fallback(const struct job *job, const char *table)
{
	for (const struct input_case *k = job->cases; k && k->table; k++)
		if (!k->param && str_same(k->table, table))
			return true;
	return false;
}

static void
add_once(const char *out[INPUTS_MAX + 1], size_t *n, const char *table)
{
	for (size_t i = 0; i < *n; i++)
		if (str_same(out[i], table))
			return;
	if (*n < INPUTS_MAX)
		out[(*n)++] = table;
	out[*n] = NULL;
}

static bool
has_case(const struct job *job, const char *table)
{
	for (const struct input_case *k = job->cases; k && k->table; k++)
		if (str_same(k->table, table))
			return true;
	return false;
}

/* What does not count is no input of what counts, unless it is known to have been read. */
static bool
proven(const struct catalogue *cat, const struct job *job, const char *table, const char *list)
{
	return catalogue_writer(cat, table) || !catalogue_job(cat, job->name) ||
	       has_case(job, table) || listed(list, table);
}

/* What the row says of a run with these parameters, and what the run itself recorded beyond that,
 * unless its parameters exclude it. */
static void
inputs_of_run(const struct catalogue *cat, struct job_record *rec, const char *params,
	      const char *list)
{
	struct err e = ERR_INIT;
	struct json *p = params ? json_parse(params, strlen(params), &e) : NULL;
	const char *said[INPUTS_MAX + 1];
	size_t n = 0;

	job_inputs(rec->job, p ? param_in_json : NULL, p, said);
	for (size_t i = 0; said[i]; i++)
		if (proven(cat, rec->job, said[i], list))
			add_once(rec->inputs, &n, said[i]);
	for (const struct table *t = cat->tables; t->name; t++)
		if (listed(list, t->name) &&
		    (is_fallback(rec->job, t->name) ||
		     job_input_holds(rec->job, t->name, p ? param_in_json : NULL, p)))
			add_once(rec->inputs, &n, t->name);
	json_free(p);
}

/* A running row whose process is gone reads ABANDONED: only the ledger's own reader can tell. */
static enum run_state
true_state(struct db *db, const struct conf *conf, int64_t id, const char *text)
{
	struct run_filter f = { .id = id, .limit = 1 };
	struct run_list list = { NULL, 0 };
	struct err e = ERR_INIT;
	enum run_state st;

	if (!run_state_parse(text, &st))
		return RUN_LOST;
	if (!run_state_ended(st) && ledger_runs(db, conf, &f, &list, &e) == 0 && list.n == 1)
		st = list.at[0].state;
	run_list_done(&list);
	return st;
}

/* Going on is worth while where a run was stopped; a failed one only if it got somewhere. */
static bool
worth_resuming(enum run_state st, bool units)
{
	return st == RUN_CANCELLED || st == RUN_ABANDONED || st == RUN_LOST ||
	       (st == RUN_FAILURE && units);
}

static int64_t
int_or_unknown(const struct rows *r, int row, int col)
{
	return rows_text(r, row, col) ? rows_int(r, row, col) : -1;
}

static void
fill(struct db *db, const struct conf *conf, struct job_record *rec, const struct rows *r, int row)
{
	rec->good = rows_int(r, row, COL_GOOD);
	rec->n_good = (int)rows_int(r, row, COL_COUNT);
	rec->rows = int_or_unknown(r, row, COL_ROWS);
	rec->ms = int_or_unknown(r, row, COL_MS);
	rec->calls = int_or_unknown(r, row, COL_CALLS);
	rec->last_ms = int_or_unknown(r, row, COL_LAST_MS);
	rec->last = rows_int(r, row, COL_LAST);
	if (!rec->last)
		return;
	enum run_state st = true_state(db, conf, rec->last, rows_text(r, row, COL_STATE));

	rec->last_as_of = rows_date(r, row, COL_AS_OF);
	rec->under_way = !run_state_ended(st);
	rec->resumable =
		rows_bool(r, row, COL_WHOLE) && worth_resuming(st, rows_bool(r, row, COL_UNITS));
	rec->vanished = rec->resumable && (st == RUN_ABANDONED || st == RUN_LOST);
}

static struct job_record *
record_of(const struct freshness *f, const char *job)
{
	for (size_t i = 0; i < f->n_jobs; i++)
		if (str_same(f->job[i].job->name, job))
			return &f->job[i];
	return NULL;
}

const struct job_record *
freshness_job(const struct freshness *f, const struct job *job)
{
	return job ? record_of(f, job->name) : NULL;
}

static int
read_ledger(struct db *db, const struct conf *conf, const struct catalogue *cat,
	    struct freshness *f, struct err *e)
{
	char as_of[DATE_BUF];
	STR_AUTO names = { 0 };

	str_init(&names, 16 << 10);
	for (size_t i = 0; i < f->n_jobs; i++)
		str_fmt(&names, "%s%s", i ? "," : "{", f->job[i].job->name);
	str_puts(&names, f->n_jobs ? "}" : "{}");
	const char *args[] = { str_c(&names), date_iso(f->as_of, as_of) };
	ROWS_AUTO r = db_query(db, Q_LINEAGE_JOBS, args, e);

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r); i++) {
		struct job_record *rec = record_of(f, rows_text(r, i, COL_JOB));

		if (!rec)
			continue;
		fill(db, conf, rec, r, i);
		if (rec->good)
			inputs_of_run(cat, rec, rows_text(r, i, COL_PARAMS),
				      rows_text(r, i, COL_READ));
	}
	return 0;
}

/* Of several jobs that make a table the last one made it; one that reads the table only adds to it.
 */
static const struct job_record *
maker_of(const struct freshness *f, const char *table)
{
	const struct job_record *best = NULL;

	for (size_t i = 0; i < f->n_jobs; i++) {
		const struct job_record *rec = &f->job[i];

		if (rec->good && str_has(rec->job->writes, table) &&
		    !str_has(rec->job->reads, table) && (!best || rec->good > best->good))
			best = rec;
	}
	return best;
}

/* The case whose rows say that they are of it, NULL = they do not tell. */
static const struct input_case *
case_by_source(const struct table_status *s)
{
	const struct input_case *k = s->source ? s->source->cases : NULL;

	for (; k && k->table; k++)
		if (k->param && k->source && str_same(k->source, s->row_source))
			return k;
	return NULL;
}

static const char *
param_of_case(const void *from, const char *name)
{
	const struct input_case *k = from;

	return str_same(k->param, name) ? k->value : NULL;
}

static void
set_inputs(const struct freshness *f, struct table_status *s)
{
	const struct job_record *rec = maker_of(f, s->table->name);
	const struct input_case *k = rec ? NULL : case_by_source(s);

	if (rec) {
		memcpy(s->inputs, rec->inputs, sizeof(s->inputs));
		s->made_by = rec->good;
	} else if (k) {
		job_inputs(s->source, param_of_case, k, s->inputs);
	}
}

int
lineage_measure(struct db *db, const struct conf *conf, const struct catalogue *cat,
		struct freshness *f, struct err *e)
{
	const struct job *const *jobs = known_jobs(cat);
	struct err own = ERR_INIT;

	for (f->n_jobs = 0; jobs[f->n_jobs]; f->n_jobs++)
		;
	f->job = mem_zalloc((f->n_jobs + 1) * sizeof(*f->job));
	for (size_t i = 0; i < f->n_jobs; i++)
		f->job[i] = (struct job_record){ .job = jobs[i],
						 .rows = -1,
						 .ms = -1,
						 .last_ms = -1,
						 .calls = -1,
						 .last_as_of = DATE_NONE };
	if (read_ledger(db, conf, cat, f, &own) < 0 &&
	    (own.disconnected || own.cls == ERR_CANCELLED)) {
		*e = own;
		return err_wrap(e, "lineage");
	}
	for (size_t i = 0; i < f->n; i++)
		set_inputs(f, &f->at[i]);
	return 0;
}
