#include "core/clock.h"
#include "core/fault.h"
#include "core/run_after.h"
#include "core/run_pause.h"

/* The life of a run, in order.  Runs in the run's own thread. */

static void
note(void *arg, const char *text)
{
	run_emit(arg, LVL_INFO, "retry", "%s", text);
}

static int
check_key(const struct run *r, struct err *e)
{
	if (!(r->job->flags & JOB_USES_API) || *str_or(r->conf->api_key, ""))
		return 0;
	return err_set(
		e, ERR_CONFIG,
		"no key for the vendor's API: set FINTRA_FMP_API_KEY or api_key_file in [fmp]");
}

static int
do_work(struct run *r, struct err *e)
{
	if (!run_diff_asked(r))
		return r->job->run(&r->ctx, e);
	return run_diff_begin(r, e) < 0 || r->job->run(&r->ctx, e) < 0 ? -1 : run_diff_end(r, e);
}

static int
run_job(struct run *r, struct err *e)
{
	int rc;

	r->ctx.now_ms = r->began_wall;
	r->ctx.db = run_connect(r, e);
	if (!r->ctx.db)
		return -1;
	if (r->job->flags & JOB_USES_API) {
		r->http = r->ctx.http = http_new(r->conf, &r->cancel, note, r);
		run_evidence_watch(r);
		http_pace(r->http, run_pace, r);
	}
	rc = run_check(&r->ctx, e);
	if (rc == 0 && FAULT("run.start"))
		rc = err_set(e, ERR_INTERNAL, "run.start: told to fail");
	if (rc == 0 && !run_diff_kept(r))
		rc = do_work(r, e);
	if (rc == 0)
		rc = run_posts(r, e);
	if (rc < 0 && e->cls == ERR_NONE)
		err_set(e, ERR_INTERNAL, "%s failed without saying why", r->job->name);
	db_close(r->ctx.db); /* ends what it left open, before the ending is written */
	r->ctx.db = NULL;
	return rc;
}

static int
work_new(struct run *r, struct err *e)
{
	if (keeper_start(r, e) < 0 || run_check(&r->ctx, e) < 0 || run_check_pause(r, e) < 0 ||
	    check_key(r, e) < 0 || run_gate(r, e) < 0 || run_take_locks(r, e) < 0 ||
	    run_mark_started(r, e) < 0 || run_yield_job_lock(r, e) < 0)
		return -1;
	atomic_store(&r->locks, LOCKS_HELD);
	keeper_hurry(&r->keeper);
	return run_job(r, e);
}

static int
work_resumed(struct run *r, struct err *e)
{
	if (run_check_pause(r, e) < 0 || run_take_locks(r, e) < 0 || run_rescue(r, e) < 0 ||
	    run_yield_job_lock(r, e) < 0)
		return -1;
	atomic_store(&r->locks, LOCKS_HELD);
	if (keeper_start(r, e) < 0 || run_check(&r->ctx, e) < 0 || check_key(r, e) < 0 ||
	    run_gate(r, e) < 0)
		return -1;
	return run_job(r, e);
}

/* Nothing is recorded where no lock would hold. */
static int
check_session(struct run *r, struct err *e)
{
	bool pooled;

	if (db_pooled(r->ledger, &pooled, e) < 0)
		return -1;
	return pooled ? err_set(e, ERR_PERMISSION, "%s", db_pooled_text) : 0;
}

static int
work(struct run *r, struct err *e)
{
	/* Not under the run's token: the ending is written after an abort too. */
	r->ledger = db_open(r->conf, "fintra ledger", NULL, e);
	if (!r->ledger || check_session(r, e) < 0)
		return -1;
	if (!r->l.resume)
		return run_open_new(r, e) < 0 ? -1 : work_new(r, e);
	if (run_open_resumed(r, e) < 0)
		return -1;
	return r->finished ? 0 : work_resumed(r, e);
}

void
run_life(struct run *r)
{
	struct err e = ERR_INIT;
	int rc;

	r->began_mono = clock_mono_ms();
	r->began_wall = clock_wall_ms();
	ledger_identity(r->who, r->host);
	rc = work(r, &e);
	/* From here on this thread alone speaks for the run; the locks go last. */
	keeper_stop(&r->keeper);
	pacer_leave(r);
	run_block_explain(r, &e);
	run_evidence_end(r, rc, &e);
	run_end(r, rc, &e);
	http_free(r->http);
	run_refused_forget(r);
	run_diff_free(r);
	guard_release(&r->guard);
	db_close(r->ledger);
	r->ledger = NULL;
}
