/* The small services of core/run.h: counts, phases, results.  Whatever several threads of a job may
 * call goes through an atomic, the outbox, or the run's lock. */
#include "core/run.h"

#include "core/clock.h"
#include "core/run_after.h"

#include <inttypes.h>
#include <string.h>

void
tally_add(struct tally *to, const struct tally *t)
{
	to->read += t->read;
	to->inserted += t->inserted;
	to->updated += t->updated;
	to->unchanged += t->unchanged;
	to->rejected += t->rejected;
	to->skipped += t->skipped;
	to->errors += t->errors;
}

void
tally_args(const struct tally *t, struct tally_text *text, const char **args)
{
	const int64_t v[] = { t->read,	   t->inserted, t->updated, t->unchanged,
			      t->rejected, t->skipped,	t->errors };

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		fmt_buf(text->at[i], sizeof(text->at[i]), "%" PRId64, v[i]);
		args[i] = text->at[i];
	}
}

void
run_phase(struct job_ctx *c, const char *phase, int64_t total)
{
	struct run *r = c->run;

	pthread_mutex_lock(&r->lock);
	str_copy(r->phase, sizeof(r->phase), phase);
	pthread_mutex_unlock(&r->lock);
	atomic_store(&r->done, 0);
	atomic_store(&r->total, total);
	run_emit_progress(r);
}

void
run_progress(struct job_ctx *c, int64_t done)
{
	atomic_store(&c->run->done, done);
}

void
run_progress_add(struct job_ctx *c, int64_t n)
{
	atomic_fetch_add(&c->run->done, n);
}

void
run_set_waits_for(struct run *r, const char *text)
{
	pthread_mutex_lock(&r->lock);
	str_copy(r->waits_for, sizeof(r->waits_for), text);
	pthread_mutex_unlock(&r->lock);
	keeper_hurry(&r->keeper);
}

bool
run_unit_done(struct job_ctx *c, const char *unit)
{
	const struct map *done = c->run->units_done;

	return done && map_find(done, unit, strlen(unit)) != MAP_NONE;
}

void
run_tally(struct job_ctx *c, const struct tally *t)
{
	pthread_mutex_lock(&c->run->lock);
	tally_add(&c->run->sum, t);
	pthread_mutex_unlock(&c->run->lock);
}

void
run_count_error(struct job_ctx *c, int64_t n)
{
	run_tally(c, &(struct tally){ .errors = n });
}

void
run_reject(struct job_ctx *c, const char *reason, const char *raw, size_t n)
{
	outbox_reject(&c->run->out, reason, raw, n);
}

void
run_input(struct job_ctx *c, const char *table, struct date as_of, int64_t rows)
{
	outbox_input(&c->run->out, table, as_of, rows);
}

int64_t
run_number(const struct job_ctx *c)
{
	return atomic_load(&c->run->id);
}

void
run_flag(struct job_ctx *c, const char *ticker, const char *kind, const char *detail)
{
	if (c->diff)
		run_diff_flag(c->run, ticker, kind, detail);
	else if (!c->dry_run)
		outbox_flag(&c->run->out, ticker, kind, c->as_of, detail);
}

void
run_result_int(struct job_ctx *c, const char *name, int64_t v)
{
	pthread_mutex_lock(&c->run->lock);
	json_set_int(c->run->result, name, v);
	pthread_mutex_unlock(&c->run->lock);
}

void
run_result_text(struct job_ctx *c, const char *name, const char *v)
{
	pthread_mutex_lock(&c->run->lock);
	json_set_text(c->run->result, name, v);
	pthread_mutex_unlock(&c->run->lock);
}

void
run_result_null(struct job_ctx *c, const char *name)
{
	run_result_text(c, name, NULL);
}

void
run_result_json(struct job_ctx *c, const char *name, struct json *v)
{
	pthread_mutex_lock(&c->run->lock);
	json_set(c->run->result, name, v);
	pthread_mutex_unlock(&c->run->lock);
}

void
run_taint(struct job_ctx *c, const char *why)
{
	struct run *r = c->run;
	char both[sizeof(r->taint)];

	pthread_mutex_lock(&r->lock);
	fmt_buf(both, sizeof(both), "%s%s%s", r->taint, *r->taint ? "; " : "", why);
	str_copy(r->taint, sizeof(r->taint), both);
	pthread_mutex_unlock(&r->lock);
	run_emit(r, LVL_WARN, "warn", "ends PARTIAL at best: %s", why);
}

void
run_finding(struct job_ctx *c, int exit_code, const char *why)
{
	struct run *r = c->run;

	pthread_mutex_lock(&r->lock);
	r->finding_code = exit_code;
	str_copy(r->finding, sizeof(r->finding), why);
	pthread_mutex_unlock(&r->lock);
}

/* The server's count includes connections of workers that are just ending: the careful side. */
static int
check_sessions(struct run *r, struct db *db, struct err *e)
{
	const char *args[] = { r->app };
	ROWS_AUTO rows = db_query(db, Q_RUN_SESSIONS, args, e);

	if (!rows)
		return -1;
	if (rows_int(rows, 0, 0) <= r->conf->connections)
		return 0;
	return err_set(e, ERR_DB, "more than db.connections = %" PRId64 " connections",
		       r->conf->connections);
}

struct db *
run_db_open(struct job_ctx *c, struct err *e)
{
	struct db *db = NULL;

	if (run_looks(c))
		return err_set(e, ERR_INTERNAL, "a look ahead has one connection"), NULL;
	db = run_connect(c->run, e);
	if (db && check_sessions(c->run, db, e) < 0) {
		db_close(db);
		return NULL;
	}
	return db;
}

int
run_check(struct job_ctx *c, struct err *e)
{
	if (atomic_load(&c->run->lost))
		return err_set(e, ERR_LOST, "the run has lost its right to write");
	return cancel_asked(c->cancel) ? err_set(e, ERR_CANCELLED, "stopped on request") : 0;
}

int
run_breathe(struct job_ctx *c, struct err *e)
{
	if (c->conf->batch_pause_ms > 0)
		cancel_wait(c->cancel, c->conf->batch_pause_ms);
	return run_check(c, e);
}
