/* fintra wait: ends when a run ends, wherever it works. */
#include "core/clock.h"
#include "core/commands.h"
#include "core/signals.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>

enum { POLL_MS = 1000, RECONNECT_MS = 60000, TIMED_OUT = 124, EXIT_SIGNAL = 128 };

struct waiting {
	const struct app *app;
	struct db *db;	/* NULL while the database is away */
	int64_t run;	/* 0 until the first look */
	int64_t until;	/* monotonic; 0 = no limit */
	int64_t failed; /* since when the database does not answer; 0 = it does */
};

/* Time left for one nap, at most POLL_MS; 0 when the limit is reached. */
static int
nap_ms(const struct waiting *w)
{
	int64_t left = w->until ? w->until - clock_mono_ms() : POLL_MS;

	return (int)(left < 0 ? 0 : left > POLL_MS ? POLL_MS : left);
}

/* LISTEN only makes it quicker: where it is refused (a pooler), the looks by the clock are enough.
 */
static int
connect_again(struct waiting *w, struct err *e)
{
	struct err unused = ERR_INIT;

	w->db = app_db(w->app, e);
	if (!w->db)
		return -1;
	(void)!db_listen(w->db, Q_LOGS_LISTEN, &unused);
	return 0;
}

static int
look(struct waiting *w, const char *what, struct run_list *out, struct err *e)
{
	struct run_filter f = { .id = w->run, .limit = 1 };

	if (!w->db && connect_again(w, e) < 0)
		return -1;
	if (w->run == 0)
		return ledger_find(w->db, &w->app->conf, w->app->cat, what, out, e);
	if (ledger_runs(w->db, &w->app->conf, &f, out, e) < 0)
		return -1;
	return out->n ? 0 : err_set(e, ERR_USAGE, "run %" PRId64 " is gone", w->run);
}

/* A database that restarts is waited for; only what was never there is an error at once. */
static bool
may_go_on(struct waiting *w, const struct err *e)
{
	int64_t now = clock_mono_ms();

	if (!e->disconnected || w->run == 0)
		return false;
	db_close(w->db);
	w->db = NULL;
	w->failed = w->failed ? w->failed : now;
	return now - w->failed < RECONNECT_MS;
}

static void
nap(struct waiting *w)
{
	if (!w->db) {
		poll(NULL, 0, nap_ms(w));
		return;
	}
	db_wait(w->db, -1, nap_ms(w));
	db_notified(w->db);
}

/* As a step of `fix` signals are only remembered.  An alarm is the end of the time. */
static int
asked_to_stop(void)
{
	int sig = signals_stop();

	return sig == SIGALRM ? 0 : sig;
}

/* 0 and the run as last seen, ended or not when the time is up or a signal has come. */
static int
follow(struct waiting *w, const char *what, struct run_list *run, struct err *e)
{
	for (;;) {
		struct run_list l = { NULL, 0 };

		if (look(w, what, &l, e) == 0) {
			run_list_done(run);
			*run = l;
			w->run = l.at[0].id;
			w->failed = 0;
			if (run_state_ended(l.at[0].state))
				return 0;
		} else if (!may_go_on(w, e)) {
			return -1;
		}
		if (nap_ms(w) == 0 || asked_to_stop())
			return 0;
		nap(w);
	}
}

static void
print_end(const struct app *app, const struct run_info *r)
{
	STR_AUTO line = { 0 }, job = { 0 };
	struct outcome o;

	out_run_outcome(r, &o);
	str_init(&line, ERR_TEXT_MAX * 4);
	out_run_summary(out_clean(&job, r->job), &o, &line);
	if (!app->g.quiet && !(app->g.cron && o.exit_code == 0))
		printf("%s\n", str_c(&line));
}

static void
hint(const struct run_info *r)
{
	fflush(stdout);
	if (r->state == RUN_ABANDONED)
		fprintf(stderr,
			"fintra: run %" PRId64
			" is abandoned: no heartbeat, and its lock is free\n",
			r->id);
	if (run_state_resumable(r->state))
		fprintf(stderr, "fintra: fintra resume %" PRId64 " goes on with it\n", r->id);
}

static int
report(const struct app *app, struct waiting *w, const struct run_info *r)
{
	bool ended = run_state_ended(r->state);
	char span[CLOCK_BUF];
	STR_AUTO job = { 0 };

	if (app->g.json) {
		struct json *o = json_run(w->db, r);

		json_set_int(o, "v", 1);
		out_json(o);
	} else if (ended) {
		print_end(app, r);
	}
	if (ended) {
		hint(r);
		return ledger_exit_code(r);
	}
	fflush(stdout);
	fprintf(stderr, "fintra: run %" PRId64 " of %s is still %s", r->id, out_clean(&job, r->job),
		run_state_name(r->state));
	if (asked_to_stop()) {
		fprintf(stderr, "; no longer waited for\n");
		return EXIT_SIGNAL + asked_to_stop();
	}
	fprintf(stderr, " after %s\n", clock_span(app->g.timeout_ms, span));
	return TIMED_OUT;
}

int
cmd_wait(struct app *app)
{
	struct waiting w = { .app = app };
	struct run_list run = { NULL, 0 };
	struct err e = ERR_INIT;
	struct cli cli;
	int rc;

	if (command_parse(app, &cli, false, 1, 1, &e) < 0)
		return app_fail(&e, "fintra help wait");
	if (app->g.timeout_ms)
		w.until = clock_mono_ms() + app->g.timeout_ms;
	rc = follow(&w, cli.arg[0], &run, &e);
	if (rc == 0)
		rc = report(app, &w, &run.at[0]);
	db_close(w.db);
	run_list_done(&run);
	return rc < 0 ? app_fail(&e, NULL) : rc;
}
