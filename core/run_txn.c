#include "core/clock.h"
#include "core/fault.h"
#include "core/look.h"
#include "core/run_after.h"

#include <inttypes.h>

/* Transactions of a run: fence, work, checkpoint, commit - and what to do when one of them fails.
 */

enum {
	REDO_MAX = 5,	      /* deadlock, serialisation failure */
	RECONNECT_MS = 60000, /* all in all */
	BACKOFF_MIN_MS = 100,
	BACKOFF_MAX_MS = 5000,
	LOCK_POLL_MS = 50,
	NUM_TEXT = 24
};

struct ids {
	char run[NUM_TEXT], epoch[NUM_TEXT];
};

static void
ids_fill(const struct run *r, struct ids *ids)
{
	fmt_buf(ids->run, sizeof(ids->run), "%lld", atomic_load(&r->id));
	fmt_buf(ids->epoch, sizeof(ids->epoch), "%d", r->epoch);
}

/* Nobody writes while the keeper retakes the locks, or has yet to see that they are gone. */
static int
await_locks(struct job_ctx *c, struct err *e)
{
	struct run *r = c->run;

	while (!atomic_load(&r->lost) &&
	       (atomic_load(&r->locks) != LOCKS_HELD || !guard_quiet(&r->guard))) {
		keeper_hurry(&r->keeper);
		if (cancel_wait(c->cancel, LOCK_POLL_MS))
			break;
	}
	return run_check(c, e);
}

static int
fence(struct job_ctx *c, struct err *e)
{
	struct ids ids;
	const char *args[] = { ids.run, ids.epoch };

	ids_fill(c->run, &ids);
	ROWS_AUTO r = db_query(c->db, Q_RUN_FENCE, args, e);

	if (!r)
		return -1;
	if (rows_count(r) == 1)
		return 0;
	run_lost(c->run, "another process has taken the run over (epoch %d is gone)",
		 c->run->epoch);
	return err_set(e, ERR_LOST, "epoch %d of run %s may not write any more", c->run->epoch,
		       ids.run);
}

static int
begin(struct job_ctx *c, struct err *e)
{
	if (await_locks(c, e) < 0 || db_begin(c->db, e) < 0)
		return -1;
	if (fence(c, e) == 0)
		return 0;
	db_rollback(c->db);
	return -1;
}

static int
put_unit(struct job_ctx *c, const char *unit, const struct tally *t, struct err *e)
{
	struct ids ids;
	struct tally_text text;
	char now[NUM_TEXT];
	const char *args[11] = { ids.run, unit, "done" };

	ids_fill(c->run, &ids);
	tally_args(t, &text, args + 3);
	fmt_buf(now, sizeof(now), "%" PRId64, clock_wall_ms());
	args[10] = now;
	return db_exec(c->db, Q_RUN_UNIT_PUT, args, NULL, e);
}

/* Drain was asked in the meantime: the present batch is still committed; a lost lock is not. */
static int
may_commit(struct job_ctx *c, struct err *e)
{
	struct err unused = ERR_INIT;

	if (await_locks(c, &unused) < 0 && atomic_load(&c->run->lost))
		return err_set(e, ERR_LOST, "the run has lost its right to write");
	return 0;
}

static void
settle(struct job_ctx *c, const char *unit, const struct tally *t)
{
	run_tally(c, t);
	run_refused_keep(c->run, unit);
}

static int
commit_unit(struct job_ctx *c, const char *unit, const struct tally *t, struct err *e)
{
	int rc;

	/* P2: the checkpoint is in the transaction whose data it stands for. */
	rc = put_unit(c, unit, t, e);
	if (rc == 0 && FAULT("run.before_commit"))
		rc = err_set(e, ERR_INTERNAL, "run.before_commit: told to fail");
	if (rc == 0)
		rc = may_commit(c, e);
	if (rc == 0)
		rc = db_commit(c->db, e);
	if (rc < 0) {
		if (!e->disconnected)
			db_rollback(c->db);
		return -1;
	}
	if (FAULT("run.after_commit")) { /* the answer of COMMIT did not arrive */
		err_set(e, ERR_DB, "run.after_commit: told to fail");
		e->disconnected = true;
		return -1;
	}
	return 0;
}

static int
commit(struct job_ctx *c, const char *unit, const struct tally *t, struct err *e)
{
	int rc = 0;

	if (c->diff) /* to the shadows, where the next unit finds it; no checkpoint */
		rc = db_commit(c->db, e);
	else if (c->dry_run)
		db_rollback(c->db);
	else
		rc = commit_unit(c, unit, t, e);
	if (rc == 0)
		settle(c, unit, t);
	return rc;
}

/* The old backend must be gone before its unit's row tells whether its COMMIT took place. */
static int
end_backend(struct job_ctx *c, int pid, int64_t until, struct err *e)
{
	char pid_text[NUM_TEXT];
	const char *args[] = { pid_text, c->run->app };

	fmt_buf(pid_text, sizeof(pid_text), "%d", pid);
	for (;;) {
		ROWS_AUTO r = db_query(c->db, Q_RUN_BACKEND_END, args, e);

		if (!r)
			return -1;
		if (!rows_count(r))
			return 0;
		if (clock_mono_ms() > until)
			return err_set(e, ERR_DB, "the lost connection's backend %d does not end",
				       pid);
		if (cancel_wait(c->cancel, LOCK_POLL_MS))
			return run_check(c, e);
	}
}

/* The dead connection stays in c->db until there is a new one, so that it always is a connection.
 */
static int
reconnect(struct job_ctx *c, int pid, int64_t until, struct err *e)
{
	int pause = BACKOFF_MIN_MS;
	struct db *fresh;

	while (!(fresh = run_connect(c->run, e))) {
		if (clock_mono_ms() + pause > until || e->cls == ERR_CANCELLED)
			return -1;
		if (cancel_wait(c->cancel, pause))
			return run_check(c, e);
		pause = pause * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : pause * 2;
	}
	db_close(c->db);
	c->db = fresh;
	return end_backend(c, pid, until, e);
}

/* 1 when the unit's row says done, 0 when the unit is to be redone. */
static int
recover(struct job_ctx *c, const char *unit, struct err *e)
{
	struct ids ids;
	const char *args[] = { ids.run, unit };
	int64_t until = clock_mono_ms() + RECONNECT_MS;
	int pid = db_pid(c->db);

	ids_fill(c->run, &ids);
	run_emit_unit(c->run, LVL_WARN, "retry", unit, "connection lost (%s): reconnects", e->text);
	while (reconnect(c, pid, until, e) < 0)
		if (!e->disconnected || e->cls == ERR_CANCELLED || clock_mono_ms() > until)
			return -1;
	ROWS_AUTO r = db_query(c->db, Q_RUN_UNIT_DONE, args, e);

	if (!r)
		return -1;
	run_emit_unit(c->run, LVL_INFO, "retry", unit, "connected again: the batch %s",
		      rows_count(r) ? "had been committed" : "is done anew");
	return rows_count(r) > 0;
}

static int
attempt(struct job_ctx *c, const char *unit, run_txn_fn *fn, void *arg, struct tally *t,
	struct err *e)
{
	*t = (struct tally){ 0 };
	*e = (struct err)ERR_INIT;
	run_refused_forget(c->run);
	if (begin(c, e) < 0)
		return -1;
	if (fn(c, arg, t, e) == 0)
		return commit(c, unit, t, e);
	db_rollback(c->db);
	return -1;
}

static bool
may_redo(const struct err *e, int tries)
{
	if (str_same(e->sqlstate, "40001") || str_same(e->sqlstate, "40P01"))
		return tries <= REDO_MAX;
	return str_same(e->sqlstate, "55P03") && tries < LOCK_TRIES;
}

static void
tell_retry(struct run *r, const char *unit, const struct err *e, int tries)
{
	char who[BLOCK_TEXT];

	if (str_same(e->sqlstate, "55P03"))
		run_emit_unit(r, LVL_WARN, "retry", unit, "%s; %s: done anew (%d)", e->text,
			      run_block_who(r, who), tries);
	else
		run_emit_unit(r, LVL_WARN, "retry", unit, "%s: done anew (%d)", e->text, tries);
}

int
run_transaction(struct job_ctx *c, const char *unit, run_txn_fn *fn, void *arg, struct err *e)
{
	struct tally t;
	int done;

	if (run_looks(c)) {
		look_unit(c->run, unit);
		return 0;
	}
	for (int tries = 1, lost = 0; attempt(c, unit, fn, arg, &t, e) < 0; tries++) {
		if (e->disconnected && c->diff) /* and with it the shadows */
			return err_wrap(e, "what --diff had staged is lost, run it again");
		if (e->cls == ERR_DB && e->disconnected && lost++ < REDO_MAX) {
			done = recover(c, unit, e);
			if (done < 0)
				return -1;
			if (done) {
				settle(c, unit, &t); /* of the attempt whose answer was lost */
				*e = (struct err)ERR_INIT;
				return 0;
			}
			continue;
		}
		if (!may_redo(e, tries))
			return -1;
		tell_retry(c->run, unit, e, tries);
		if (cancel_wait(c->cancel, BACKOFF_MIN_MS * tries))
			return run_check(c, e);
	}
	return 0;
}
