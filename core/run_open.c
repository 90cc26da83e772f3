#include "core/audit.h"
#include "core/clock.h"
#include "core/num.h"
#include "core/old.h"
#include "core/run_after.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* From a launch to a row of the ledger whose locks are held. */

enum { LOCK_POLL_MS = 200, TABLE_WAIT_MS = 60000, PARAMS_BYTES = 64 << 10 };

static struct date
utc_day(int64_t ms)
{
	return (struct date){ (int32_t)(ms / 86400000) };
}

static void
adopt(struct run *r, const struct job *job, struct date as_of)
{
	r->job = job;
	r->ctx.job = job;
	r->ctx.as_of = as_of;
	r->ctx.dry_run = params_bool(&r->params, "dry_run");
}

/* The locks of the launch, and the names of its connections. */
static void
plan_locks(struct run *r)
{
	struct date today = r->l.as_of_given ? DATE_NONE : utc_day(r->began_wall);

	/* A route that locks itself takes the day's lock for a single ticker, too. */
	const char *ticker = old_locks_itself(r->job) ? NULL : params_text(&r->params, "ticker");

	guard_plan(&r->guard, r->cat, r->job, ticker, r->ctx.as_of, today, !r->ctx.dry_run);
	fmt_buf(r->app, sizeof(r->app), "fintra %s run %lld", r->job->name, atomic_load(&r->id));
}

static int
insert_row(struct run *r, struct err *e)
{
	char parent[NUM_BUF], day[DATE_BUF], pid[NUM_BUF], key[NUM_BUF], now[NUM_BUF];
	char tty[AUDIT_TTY];
	STR_AUTO params = { 0 }, words = { 0 };

	str_init(&params, PARAMS_BYTES);
	str_init(&words, PARAMS_BYTES);
	params_json(&r->params, &params);
	params_command(&r->params, &words);
	const char *args[] = { num_int(r->l.parent, parent),
			       r->job->name,
			       date_iso(r->ctx.as_of, day),
			       r->who,
			       r->host,
			       num_int(getpid(), pid),
			       r->origin,
			       gate_name(r->l.gate),
			       r->reason,
			       str_c(&params),
			       r->cat->build,
			       num_int(r->guard.at[0].key, key),
			       num_int(r->began_wall, now),
			       audit_tty(tty),
			       str_c(&words) };
	ROWS_AUTO row = db_query(r->ledger, Q_RUN_INSERT, args, e);

	if (!row)
		return -1;
	atomic_store(&r->id, rows_int(row, 0, 0));
	return 0;
}

static int
audit_force(struct run *r, struct err *e)
{
	STR_AUTO cmd = { 0 };

	str_init(&cmd, PARAMS_BYTES);
	if (!params_bool(&r->params, "force"))
		return 0;
	params_command(&r->params, &cmd);
	struct audit_entry a = { .run = atomic_load(&r->id),
				 .who = r->who,
				 .action = "force",
				 .target = r->job->name,
				 .detail = str_c(&cmd),
				 .reason = r->reason };
	return audit_put(r->ledger, &a, e);
}

static void
say_start(struct run *r)
{
	char day[DATE_BUF];
	STR_AUTO params = { 0 };

	str_init(&params, PARAMS_BYTES);
	params_json(&r->params, &params);
	run_emit(r, LVL_INFO, "run.start", "START job=%s as_of=%s params=%s gate=%s build=%s",
		 r->job->name, date_iso(r->ctx.as_of, day), str_c(&params), gate_name(r->l.gate),
		 r->cat->build);
	if (r->ctx.dry_run)
		run_emit(r, LVL_INFO, "log",
			 run_diff_asked(r)
				 ? "diff: computed on copies, the tables stay as they are until "
				   "you say yes"
				 : "dry run: the tables stay as they are, only the ledger is "
				   "written");
	atomic_store(&r->last_progress, clock_mono_ms());
}

/* The units become this run's own, with counts of zero: it can be resumed like any other. */
static int
keep_units(struct run *r, struct err *e)
{
	char id[NUM_BUF], from[NUM_BUF];
	const char *args[] = { num_int(atomic_load(&r->id), id), num_int(r->l.keep_from, from) };

	if (!r->l.keep_from)
		return 0;
	if (db_exec(r->ledger, Q_RUN_UNITS_KEEP, args, NULL, e) < 0 || run_load_units(r, e) < 0)
		return -1;
	run_emit(r, LVL_INFO, "log", "%zu unit%s of run %s kept: done", map_count(r->units_done),
		 num_s((int64_t)map_count(r->units_done)), from);
	return 0;
}

int
run_open_new(struct run *r, struct err *e)
{
	if (run_diff_open(r, e) < 0)
		return -1;
	adopt(r, r->l.job, r->l.as_of);
	plan_locks(r);
	r->epoch = 1;
	if (insert_row(r, e) < 0)
		return -1;
	/* A run that refuses below still has a row, and says why there. */
	plan_locks(r); /* again: the connections' names hold the id */
	atomic_store(&r->last_beat, clock_mono_ms());
	atomic_store(&r->owned, true);
	say_start(r);
	return audit_force(r, e) < 0 ? -1 : keep_units(r, e);
}

static int
load_row(struct run *r, enum run_state *state, struct err *e)
{
	char id[NUM_BUF];
	const char *args[] = { num_int(r->l.resume, id) };
	ROWS_AUTO row = db_query(r->ledger, Q_RUN_LOAD, args, e);
	const struct job *job;

	if (!row)
		return -1;
	if (!rows_count(row))
		return err_set(e, ERR_USAGE, "there is no run %s", id);
	job = catalogue_job(r->cat, rows_text(row, 0, 0));
	if (!job)
		return err_set(e, ERR_USAGE, "run %s is of %s, which this build does not have", id,
			       rows_text(row, 0, 0));
	params_done(&r->params);
	if (params_from_json(&r->params, job->params, str_or(rows_text(row, 0, 4), "{}"), e) < 0)
		return err_wrap(e, "parameters of run %s", id);
	if (!run_state_parse(rows_text(row, 0, 2), state))
		*state = RUN_LOST;
	r->epoch = (int)rows_int(row, 0, 3);
	r->l.as_of_given = true;
	r->l.gate = str_same(rows_text(row, 0, 5), "strict") ? GATE_STRICT
		    : str_same(rows_text(row, 0, 5), "warn") ? GATE_WARN
							     : GATE_OFF;
	str_copy(r->taint, sizeof(r->taint), str_or(rows_text(row, 0, 6), ""));
	adopt(r, job, rows_date(row, 0, 1));
	return 0;
}

int
run_open_resumed(struct run *r, struct err *e)
{
	enum run_state state;

	if (load_row(r, &state, e) < 0)
		return -1;
	atomic_store(&r->id, r->l.resume);
	plan_locks(r);
	r->finished = state == RUN_SUCCESS;
	if (state == RUN_SKIPPED)
		return err_set(e, ERR_USAGE, "run %" PRId64 " was skipped: launch it anew",
			       r->l.resume);
	return 0;
}

/* Lock i is held by another.  Waits, or refuses with what to say. */
static int
wait_for(struct run *r, size_t i, const char *holder, int64_t until, struct err *e)
{
	const struct guard_lock *l = &r->guard.at[i];
	char day[DATE_BUF], text[sizeof(r->waits_for)];

	if ((l->job && r->l.overlap != OVERLAP_WAIT) || clock_mono_ms() >= until) {
		r->refused = true;
		return err_set(e, ERR_LOCK, "%s for %s is held by %s", l->what,
			       date_iso(r->ctx.as_of, day), holder);
	}
	fmt_buf(text, sizeof(text), "%s, held by %s", l->what, holder);
	if (!str_same(text, r->waits_for)) {
		run_emit(r, LVL_INFO, "log", "waits for %s", text);
		run_set_waits_for(r, text);
	}
	if (cancel_wait(&r->cancel, LOCK_POLL_MS))
		return run_check(&r->ctx, e);
	return 0;
}

static int
mark_overtaken(struct run *r, struct err *e)
{
	char key[NUM_BUF], id[NUM_BUF], stale[NUM_BUF], now[NUM_BUF];
	const char *args[] = { num_int(r->guard.at[0].key, key), num_int(atomic_load(&r->id), id),
			       num_int(r->conf->abandoned_ms, stale),
			       num_int(clock_wall_ms(), now) };

	return db_exec(r->ledger, Q_RUN_OVERTAKEN, args, NULL, e);
}

int
run_take_locks(struct run *r, struct err *e)
{
	char app[64], holder[GUARD_HOLDER];
	int64_t until;

	fmt_buf(app, sizeof(app), "%s guard", r->app);
	if (guard_open(&r->guard, r->conf, app, e) < 0)
		return -1;
	until = clock_mono_ms() + (r->l.wait_ms > 0 ? r->l.wait_ms : TABLE_WAIT_MS);
	for (size_t i = 0; i < r->guard.n; i++) {
		int got;

		while ((got = guard_try(&r->guard, i, holder, e)) == 0)
			if (wait_for(r, i, holder, until, e) < 0)
				return -1;
		if (got < 0)
			return -1;
	}
	if (*r->waits_for)
		run_set_waits_for(r, "");
	return r->l.resume ? 0 : mark_overtaken(r, e);
}

int
run_mark_started(struct run *r, struct err *e)
{
	char id[NUM_BUF], epoch[NUM_BUF], now[NUM_BUF];
	const char *args[] = { num_int(atomic_load(&r->id), id), num_int(r->epoch, epoch),
			       num_int(clock_wall_ms(), now) };
	int64_t rows;

	if (db_exec(r->ledger, Q_RUN_STARTED, args, &rows, e) < 0)
		return -1;
	if (rows != 1)
		return err_set(e, ERR_LOST, "another process has taken run %s over", id);
	return 0;
}
