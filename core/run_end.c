#include "core/clock.h"
#include "core/fault.h"
#include "core/run_private.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

/* The ending: exactly one state, one last line, both in one transaction behind the fence. */

enum {
	STORE_MS = 30000,
	STORE_ABORTED_MS = 3000,
	STORE_PAUSE_MS = 250,
	NUM_TEXT = 24,
	JSON_BYTES = 1 << 20
};

static bool
is_retryable(const struct err *e)
{
	return e->disconnected || e->cls == ERR_NETWORK || e->cls == ERR_QUOTA ||
	       e->cls == ERR_LOCK || e->cls == ERR_DB_TIMEOUT || e->cls == ERR_NOT_READY;
}

static enum run_state
state_of(const struct run *r, int rc, const struct err *e)
{
	if (atomic_load(&r->lost) || (rc < 0 && e->cls == ERR_LOST))
		return RUN_LOST;
	if (rc < 0 && (r->refused || r->paused || e->cls == ERR_NOT_READY ||
		       (r->l.step && e->cls == ERR_GATE)))
		return RUN_SKIPPED;
	if (rc < 0)
		return e->cls == ERR_CANCELLED ? RUN_CANCELLED : RUN_FAILURE;
	return r->sum.errors > 0 || *r->taint ? RUN_PARTIAL : RUN_SUCCESS;
}

static int
exit_code_of(const struct run *r, enum run_state state, const struct err *e)
{
	int sig = runner_stop_signal(r->runner), code;

	switch (state) {
	case RUN_SUCCESS:
		return r->finding_code;
	case RUN_PARTIAL:
		return 4;
	case RUN_SKIPPED:
		if (r->paused)
			return r->l.pause_is_fine ? 0 : err_exit_code(e);
		return r->refused && r->l.overlap == OVERLAP_SKIP ? 0 : err_exit_code(e);
	case RUN_CANCELLED:
		return sig == SIGALRM ? 124 : sig == SIGTERM || sig == SIGHUP ? 143 : 130;
	case RUN_FAILURE:
		if (r->finding_code)
			return r->finding_code;
		break;
	default:
		break;
	}
	code = err_exit_code(e);
	return code ? code : 1;
}

/* Nobody else writes any more, so the run's fields are read without its lock. */
static void
decide(struct run *r, int rc, struct err *e)
{
	struct outcome *o = &r->outcome;

	o->run = atomic_load(&r->id);
	o->state = state_of(r, rc, e);
	if (o->state == RUN_LOST && *r->lost_why)
		err_set(e, ERR_LOST, "%s", r->lost_why);
	if (rc == 0 && o->state != RUN_LOST)
		*e = (struct err)ERR_INIT;
	o->exit_code = exit_code_of(r, o->state, e);
	o->paused = r->paused;
	o->counts = r->sum;
	o->as_of = r->ctx.as_of;
	o->duration_ms = clock_mono_ms() - r->began_mono;
	o->err = *e;
	o->why[0] = '\0';
	if (rc < 0)
		str_copy(o->why, sizeof(o->why), e->text);
	else if (r->finished)
		str_copy(o->why, sizeof(o->why), "it has ended already: nothing to do");
	else if (*r->taint)
		str_copy(o->why, sizeof(o->why), r->taint);
	else if (r->sum.errors > 0)
		fmt_buf(o->why, sizeof(o->why), "%" PRId64 " of its parts failed", r->sum.errors);
	else
		str_copy(o->why, sizeof(o->why), r->finding);
}

static void
state_word(enum run_state s, char out[16])
{
	str_copy(out, 16, run_state_name(s));
	for (char *p = out; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
}

static char *
last_line(const struct run *r)
{
	const struct outcome *o = &r->outcome;
	char word[16], day[DATE_BUF], span[CLOCK_BUF];
	struct str s;

	str_init(&s, ERR_TEXT_MAX + 1024);
	state_word(o->state, word);
	str_fmt(&s, "%s job=%s as_of=%s duration=%s ", word, r->job ? r->job->name : "?",
		date_iso(o->as_of, day), clock_span(o->duration_ms, span));
	tally_put(&o->counts, '=', &s);
	if (r->ctx.dry_run)
		str_puts(&s, " (dry run)");
	if (o->err.cls != ERR_NONE)
		str_fmt(&s, ": %s", o->err.text);
	else if (*o->why)
		str_fmt(&s, ": %s", o->why);
	return str_take(&s);
}

static struct json *
err_json(const struct err *e)
{
	struct json *j = json_new_object();

	json_set_text(j, "class", err_class_name(e->cls));
	json_set_text(j, "sqlstate", *e->sqlstate ? e->sqlstate : NULL);
	if (e->http)
		json_set_int(j, "http", e->http);
	else
		json_set_null(j, "http");
	json_set_bool(j, "retryable", is_retryable(e));
	return j;
}

/* Owned text of a JSON value; `inner` leaves the outer braces away. */
static char *
json_string(const struct json *j, bool inner)
{
	struct str s;
	char *all, *part;

	str_init(&s, JSON_BYTES);
	json_print(j, &s);
	all = str_take(&s);
	if (!inner)
		return all;
	part = mem_ndup(all + 1, strlen(all) - 2);
	free(all);
	return part;
}

static char *
last_data(const struct run *r)
{
	const struct outcome *o = &r->outcome;
	struct json *j = json_new_object(), *copy;
	struct err unused = ERR_INIT;
	char day[DATE_BUF], *result = json_string(r->result, false), *text;

	json_set_text(j, "state", run_state_name(o->state));
	json_set_text(j, "as_of", date_iso(o->as_of, day));
	json_set_int(j, "duration_ms", o->duration_ms);
	json_set(j, "counts", json_counts(&o->counts));
	json_set_int(j, "exit_code", o->exit_code);
	if (o->err.cls != ERR_NONE) {
		json_set_text(j, "error", o->err.text);
		json_set(j, "err", err_json(&o->err));
	} else if (*o->why) {
		json_set_text(j, "why", o->why);
	}
	copy = json_parse(result, strlen(result), &unused);
	if (copy)
		json_set(j, "result", copy);
	text = json_string(j, true);
	json_free(j);
	free(result);
	return text;
}

static void
make_event(struct run *r, struct event *ev)
{
	enum run_state s = r->outcome.state;
	bool found = s == RUN_SUCCESS && r->finding_code;

	run_event_init(r, ev,
		       (s == RUN_SUCCESS && !found) || s == RUN_SKIPPED	 ? LVL_INFO
		       : found || s == RUN_PARTIAL || s == RUN_CANCELLED ? LVL_WARN
									 : LVL_ERROR,
		       "run.end");
	ev->msg = last_line(r);
	ev->data = last_data(r);
}

static int
finish_row(struct run *r, int64_t *rows, struct err *e)
{
	const struct outcome *o = &r->outcome;
	bool failed = o->err.cls != ERR_NONE;
	char id[NUM_TEXT], epoch[NUM_TEXT], http[NUM_TEXT], code[NUM_TEXT], now[NUM_TEXT];
	char *result = json_string(r->result, false);
	struct tally_text counts;
	const char *args[18] = { id, epoch, run_state_name(o->state) };
	int rc;

	fmt_buf(id, sizeof(id), "%lld", atomic_load(&r->id));
	fmt_buf(epoch, sizeof(epoch), "%d", r->epoch);
	fmt_buf(http, sizeof(http), "%d", o->err.http);
	fmt_buf(code, sizeof(code), "%d", o->exit_code);
	fmt_buf(now, sizeof(now), "%" PRId64, clock_wall_ms());
	tally_args(&o->counts, &counts, args + 3);
	args[10] = *r->taint ? r->taint : NULL;
	args[11] = failed ? o->err.text : NULL;
	args[12] = failed ? err_class_name(o->err.cls) : NULL;
	args[13] = *o->err.sqlstate ? o->err.sqlstate : NULL;
	args[14] = http;
	args[15] = code;
	args[16] = str_same(result, "{}") ? NULL : result;
	args[17] = now;
	rc = db_exec(r->ledger, Q_RUN_FINISH, args, rows, e);
	free(result);
	return rc;
}

/* The calendar day (design.md section 7), and only of runs over everything. */
static int
cron_state(struct run *r, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = {
		r->job->name, date_iso((struct date){ (int32_t)(r->began_wall / 86400000) }, day)
	};

	if (r->outcome.state != RUN_SUCCESS || r->ctx.dry_run ||
	    params_text(&r->params, "ticker") || params_text(&r->params, "tickers") ||
	    params_text(&r->params, "offset") || params_int(&r->params, "limit", 0) > 0)
		return 0;
	return db_exec(r->ledger, Q_RUN_CRON_STATE, args, NULL, e);
}

/* 1 stored, 0 the row is not ours any more, -1 error. */
static int
store_once(struct run *r, const struct event *ev, struct err *e)
{
	int64_t rows = 0;
	int rc;

	/* Before it: a reader that follows by seq must not see the last line first. */
	rc = outbox_flush(&r->out, r->ledger, ev->run, r->epoch, e);
	if (rc < 1)
		return rc;
	if (db_begin(r->ledger, e) < 0)
		return -1;
	rc = outbox_write_one(r->ledger, ev->run, r->epoch, ev, e);
	if (rc == 1)
		rc = finish_row(r, &rows, e) < 0 || cron_state(r, e) < 0 ? -1 : rows == 1;
	if (rc == 1 && FAULT("run.ending"))
		rc = err_set(e, ERR_INTERNAL, "run.ending: told to fail");
	if (rc == 1)
		return db_commit(r->ledger, e) < 0 ? -1 : 1;
	db_rollback(r->ledger);
	return rc;
}

/* After a COMMIT without answer: the row says whether it took place. */
static int
stored_already(struct run *r, struct err *e)
{
	char id[NUM_TEXT];
	const char *args[] = { id };

	fmt_buf(id, sizeof(id), "%lld", atomic_load(&r->id));
	ROWS_AUTO row = db_query(r->ledger, Q_RUN_STATE, args, e);

	if (!row)
		return -1;
	return rows_count(row) == 1 && rows_int(row, 0, 0) == r->epoch &&
	       str_same(rows_text(row, 0, 1), run_state_name(r->outcome.state));
}

static int
store(struct run *r, const struct event *ev, struct err *e)
{
	bool hurry = cancel_level(&r->cancel) == CANCEL_ABORT;
	int64_t until = clock_mono_ms() + (hurry ? STORE_ABORTED_MS : STORE_MS);

	for (;;) {
		int rc = store_once(r, ev, e);

		if (rc >= 0 || clock_mono_ms() >= until)
			return rc;
		if (!e->disconnected && !str_same(e->sqlstate, "40001") &&
		    !str_same(e->sqlstate, "40P01"))
			return -1;
		cancel_wait(NULL, STORE_PAUSE_MS);
		if (!e->disconnected)
			continue;
		db_close(r->ledger);
		r->ledger = db_open(r->conf, "fintra ledger", NULL, e);
		if (!r->ledger)
			return -1;
		if (stored_already(r, e) == 1)
			return 1;
	}
}

/* The ending could not be stored: say what is true now. */
static void
not_stored(struct run *r, int rc, struct event *ev, const struct err *why)
{
	struct outcome *o = &r->outcome;

	r->finding_code = 0; /* this is the job's no more */
	if (rc == 0) {
		o->state = RUN_LOST;
		err_set(&o->err, ERR_LOST, "another process has taken run %" PRId64 " over",
			o->run);
	} else {
		o->state = RUN_FAILURE;
		o->err = *why;
		err_wrap(&o->err, "the ending could not be written to the ledger");
	}
	o->exit_code = exit_code_of(r, o->state, &o->err);
	str_copy(o->why, sizeof(o->why), o->err.text);
	event_done(ev);
	make_event(r, ev);
}

void
run_end(struct run *r, int rc, struct err *e)
{
	struct err trouble = ERR_INIT;
	struct event ev;
	int64_t seq;
	int stored;

	decide(r, rc, e);
	make_event(r, &ev);
	if (atomic_load(&r->owned) && r->ledger) {
		seq = outbox_next_seq(&r->out);
		ev.seq = seq;
		stored = store(r, &ev, &trouble);
		if (stored != 1)
			not_stored(r, stored, &ev, &trouble);
		ev.seq = seq;
	}
	runner_deliver(r->runner, &ev);
	event_done(&ev);
}
