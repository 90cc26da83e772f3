#include "core/clock.h"
#include "core/run_private.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* Going on with a run that has stopped: the proof (faults.md P4), the next epoch, what is done
 * already. */

/* The locks are ours by now, so the old process has none; it may still beat and write. */
static int
check_proof(struct run *r, struct err *e)
{
	char id[NUM_BUF], epoch[NUM_BUF], stale[NUM_BUF], span[CLOCK_BUF];
	const char *args[] = { num_int(r->l.resume, id), num_int(r->epoch, epoch),
			       num_int(r->conf->abandoned_ms, stale) };
	ROWS_AUTO row = db_query(r->ledger, Q_RUN_CLAIM, args, e);
	enum run_state state;

	if (!row)
		return -1;
	r->refused = true;
	if (!rows_count(row))
		return err_set(e, ERR_LOCK, "run %s has just been resumed by another process", id);
	if (!run_state_parse(rows_text(row, 0, 0), &state))
		return err_set(e, ERR_INTERNAL, "run %s: state %s", id, rows_text(row, 0, 0));
	if (!run_state_ended(state) && !rows_bool(row, 0, 1))
		return err_set(e, ERR_LOCK, "run %s is alive: last heartbeat %s ago", id,
			       clock_span(rows_int(row, 0, 2), span));
	r->refused = false;
	return 0;
}

static int
raise_epoch(struct run *r, struct err *e)
{
	char id[NUM_BUF], pid[NUM_BUF], now[NUM_BUF], epoch[NUM_BUF], guard[NUM_BUF];
	const char *run_args[] = {
		num_int(r->l.resume, id), r->who,	 r->host,
		num_int(getpid(), pid),	  r->cat->build, num_int(clock_wall_ms(), now)
	};
	const char *beat_args[] = { id, num_int(r->epoch + 1, epoch),
				    num_int(r->guard.pid, guard) };

	if (db_exec(r->ledger, Q_RUN_RESCUE, run_args, NULL, e) < 0 ||
	    db_exec(r->ledger, Q_RUN_RESCUE_BEAT, beat_args, NULL, e) < 0 ||
	    db_exec(r->ledger, Q_RUN_REQUEST_CLEAR, run_args, NULL, e) < 0)
		return -1;
	return 0;
}

int
run_load_units(struct run *r, struct err *e)
{
	char id[NUM_BUF];
	const char *args[] = { num_int(atomic_load(&r->id), id) };
	ROWS_AUTO row = db_query(r->ledger, Q_RUN_UNITS_LOAD, args, e);

	if (!row)
		return -1;
	r->units_done = map_new();
	for (int i = 0; i < rows_count(row); i++) {
		const char *unit = rows_text(row, i, 0);

		map_add(r->units_done, unit, strlen(unit));
		run_tally(&r->ctx, &(struct tally){ rows_int(row, i, 1), rows_int(row, i, 2),
						    rows_int(row, i, 3), rows_int(row, i, 4),
						    rows_int(row, i, 5), rows_int(row, i, 6),
						    rows_int(row, i, 7) });
	}
	return 0;
}

static int
load_seq(struct run *r, struct err *e)
{
	char id[NUM_BUF];
	const char *args[] = { num_int(r->l.resume, id) };
	ROWS_AUTO row = db_query(r->ledger, Q_RUN_LAST_SEQ, args, e);

	if (!row)
		return -1;
	outbox_continue(&r->out, rows_int(row, 0, 0), rows_int(row, 0, 1));
	return 0;
}

static void
say_resume(struct run *r)
{
	char day[DATE_BUF];
	STR_AUTO params = { 0 };

	str_init(&params, 64 << 10);
	params_json(&r->params, &params);
	run_emit(r, LVL_INFO, "run.resume",
		 "RESUME epoch=%d job=%s as_of=%s params=%s units_done=%zu build=%s", r->epoch,
		 r->job->name, date_iso(r->ctx.as_of, day), str_c(&params),
		 map_count(r->units_done), r->cat->build);
	atomic_store(&r->last_progress, clock_mono_ms());
}

int
run_rescue(struct run *r, struct err *e)
{
	/* The row is locked from the proof to the commit: waits for a write transaction of the old
	 * epoch, and of two rescuers one sees the other's epoch. */
	if (db_begin(r->ledger, e) < 0)
		return -1;
	if (check_proof(r, e) < 0 || raise_epoch(r, e) < 0 || run_load_units(r, e) < 0 ||
	    load_seq(r, e) < 0) {
		db_rollback(r->ledger);
		return -1;
	}
	if (db_commit(r->ledger, e) < 0)
		return -1;
	r->epoch++;
	atomic_store(&r->last_beat, clock_mono_ms());
	atomic_store(&r->owned, true);
	say_resume(r);
	return 0;
}
