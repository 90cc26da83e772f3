#include "core/session.h"

#include "core/clock.h"
#include "core/commands.h"
#include "core/cron.h"
#include "core/freshness.h"
#include "core/http.h"
#include "core/run_diff.h"
#include "core/signals.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { EXIT_PARTIAL = 4, TAIL = 10, LINE_ROOM = 64 << 10, NUMBER_LOOK_MS = 20 };

struct session {
	struct app *app;
	struct runner *runner;
	bool journal;	      /* stderr is systemd's journal */
	bool yes;	      /* what a diff shows is kept */
	pthread_mutex_t lock; /* guards the rest */
	char *tail[TAIL];
	size_t tail_n;
	const char *job;    /* of the present run; its steps have others */
	struct event end;   /* of the present run; msg NULL = not seen */
	struct event cause; /* the first end that was a failure; msg NULL = none */
	struct outcome bad;
	char bad_job[64];
	bool any_bad;
	bool asking; /* progress would write over the question */
};

/* stderr leads to the journal when JOURNAL_STREAM names its device and inode. */
static bool
stderr_is_journal(void)
{
	const char *env = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (!env || fstat(2, &st) < 0)
		return false;
	fmt_buf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(env, own) == 0;
}

static void
keep_tail(struct session *s, const char *line)
{
	char **slot = &s->tail[s->tail_n++ % TAIL];

	free(*slot);
	*slot = mem_dup(line);
}

static void
show_line(struct session *s, const struct event *ev)
{
	static const char *const journal[] = { "<7>", "<6>", "<4>", "<3>" };
	const struct globals *g = &s->app->g;
	STR_AUTO line = { 0 };

	str_init(&line, LINE_ROOM);
	event_line(ev, 1, &line);
	if (ev->lvl >= LVL_INFO)
		keep_tail(s, str_c(&line));
	if (s->asking && ev->lvl < LVL_WARN)
		return;
	if (g->cron || g->json || g->quiet || ev->lvl < (g->verbose ? LVL_DEBUG : LVL_INFO))
		return;
	fprintf(stderr, "%s%s\n", s->journal ? journal[ev->lvl] : "", str_c(&line));
}

static void
keep_end(struct session *s, const struct event *ev)
{
	event_done(&s->end);
	event_copy(&s->end, ev);
}

static void
sink(void *arg, const struct event *ev)
{
	struct session *s = arg;
	bool end = strcmp(ev->ev, "run.end") == 0;

	pthread_mutex_lock(&s->lock);
	show_line(s, ev);
	if (end && ev->lvl == LVL_ERROR && !s->cause.msg)
		event_copy(&s->cause, ev);
	if (end && (!*ev->job || str_same(ev->job, s->job))) {
		keep_end(s, ev);
	} else if (s->app->g.json) {
		STR_AUTO line = { 0 };

		str_init(&line, LINE_ROOM);
		event_json(ev, &line);
		out_json_line(str_c(&line));
		fflush(stdout);
	}
	pthread_mutex_unlock(&s->lock);
}

struct session *
session_new(struct app *app, bool yes)
{
	struct session *s = mem_zalloc(sizeof(*s));

	http_global_init();
	s->app = app;
	s->yes = yes;
	s->journal = stderr_is_journal();
	pthread_mutex_init(&s->lock, NULL);
	s->runner = runner_new(&app->conf, app->cat, sink, s);
	signals_install(s->runner, true);
	return s;
}

/* The data of a run's last event; NULL = none. */
static struct json *
end_data(const struct event *end)
{
	struct err e = ERR_INIT;
	STR_AUTO data = { 0 };

	str_init(&data, LINE_ROOM);
	if (!end->data)
		return NULL;
	str_fmt(&data, "{%s}", end->data);
	return json_parse(str_c(&data), data.len, &e);
}

/* What jobs.md calls the result. */
static void
set_result(struct json *o, const struct event *end)
{
	struct json *parsed = end_data(end);
	struct err e = ERR_INIT;
	STR_AUTO text = { 0 };

	str_init(&text, LINE_ROOM);
	if (parsed && json_get(parsed, "result")) {
		json_print(json_get(parsed, "result"), &text);
		struct json *copy = json_parse(str_c(&text), text.len, &e);
		if (copy)
			json_set(o, "result", copy);
	}
	json_free(parsed);
}

static void
print_end(struct session *s, const char *job, const struct outcome *o)
{
	struct json *j = json_new_object();
	char ts[CLOCK_BUF];

	json_set_int(j, "v", 1);
	json_set_text(j, "ts", clock_iso(clock_wall_ms(), ts));
	json_set_text(j, "ev", "run.end");
	json_set_int(j, "run", o->run);
	json_set_text(j, "job", job);
	json_set_text(j, "state", run_state_name(o->state));
	json_set_date(j, "as_of", o->as_of);
	json_set_int(j, "duration_ms", o->duration_ms);
	json_set_int(j, "exit_code", o->exit_code);
	json_set(j, "counts", json_counts(&o->counts));
	set_result(j, &s->end);
	if (o->err.cls != ERR_NONE) {
		json_set_text(j, "error", o->err.text);
		json_set_text(j, "err", err_class_name(o->err.cls));
	}
	if (*o->why)
		json_set_text(j, "why", o->why);
	out_json(j);
	fflush(stdout);
}

static void
report_end(struct session *s, const char *job, const struct outcome *o)
{
	STR_AUTO line = { 0 };

	str_init(&line, LINE_ROOM);
	if (s->app->g.json) {
		print_end(s, job, o);
		return;
	}
	if (s->app->g.cron)
		return;
	out_run_summary(job, o, &line);
	printf("%s\n", str_c(&line));
	fflush(stdout);
}

/* Who watches the command is told the number of its first run, which that gets after its start. */
static void
await_number(struct session *s, int handle)
{
	struct outcome o;

	if (!s->app->watch.on || s->app->watch.run)
		return;
	while (!runner_poll(s->runner, handle, &o) && !runner_run_id(s->runner, handle))
		(void)poll(NULL, 0, NUMBER_LOOK_MS);
	if (runner_run_id(s->runner, handle))
		cron_began(s->app, runner_run_id(s->runner, handle));
}

static void
show_diff(struct session *s, const struct diff *d)
{
	STR_AUTO text = { 0 };

	if (s->app->g.json) {
		struct json *j = json_new_object();

		json_set_int(j, "v", 1);
		json_set_text(j, "ev", "diff");
		json_set_int(j, "run", d->run);
		json_set_text(j, "job", d->job);
		json_set_date(j, "as_of", d->as_of);
		json_set(j, "diff", diff_json(d));
		out_json(j);
	} else {
		str_init(&text, LINE_ROOM * DIFF_TABLES);
		diff_text(d, &text);
		fputs(str_c(&text), stdout);
	}
	fflush(stdout);
}

static void
set_asking(struct session *s, bool asking)
{
	pthread_mutex_lock(&s->lock);
	s->asking = asking;
	pthread_mutex_unlock(&s->lock);
}

/* A launch_review_fn.  A diff without changes is not asked about. */
static bool
review(void *arg, const struct diff *d, const struct cancel *cancel)
{
	struct session *s = arg;
	bool yes;

	pthread_mutex_lock(&s->lock);
	show_diff(s, d);
	pthread_mutex_unlock(&s->lock);
	if (diff_is_empty(d) && !s->yes)
		return false;
	set_asking(s, true);
	yes = out_agreed_until(s->app, s->yes, "write these rows", cancel);
	set_asking(s, false);
	return yes;
}

int
session_run(struct session *s, const struct launch *launch)
{
	struct launch with_review = *launch, *l = &with_review;
	struct outcome o;
	struct err e = ERR_INIT;
	int handle;

	s->app->occasion = s->app->occasion || l->job->steps;
	l->review = review;
	l->review_arg = s;
	pthread_mutex_lock(&s->lock);
	event_done(&s->end);
	s->job = l->job->name;
	pthread_mutex_unlock(&s->lock);
	handle = runner_start(s->runner, l, &e);
	if (handle < 0) {
		memset(&o, 0, sizeof(o));
		o.state = RUN_FAILURE;
		o.as_of = l->as_of;
		o.err = e;
		o.exit_code = err_exit_code(&e);
	} else {
		await_number(s, handle);
		runner_wait(s->runner, handle, &o);
	}
	if (o.state == RUN_SKIPPED && o.err.cls != ERR_NONE)
		s->app->watch.held = true;
	pthread_mutex_lock(&s->lock);
	report_end(s, l->job->name, &o);
	if (o.exit_code != 0) {
		s->any_bad = true;
		s->bad = o;
		str_copy(s->bad_job, sizeof(s->bad_job), l->job->name);
	}
	pthread_mutex_unlock(&s->lock);
	if (ferror(stdout))
		return o.exit_code ? o.exit_code : 1;
	return o.exit_code;
}

/* "first cause: prices-daily-bulk run 6: HTTP 500 ...": of the runs here, else of the tables. */
static void
report_cause(const struct session *s, const struct freshness *f)
{
	struct json *data = end_data(&s->cause);
	const char *error = data ? json_text(data, "error") : NULL;
	char phrase[128];
	STR_AUTO text = { 0 };

	if (error)
		fprintf(stderr, "first cause: %s run %" PRId64 ": %s\n", s->cause.job, s->cause.run,
			out_clean(&text, error));
	else if (f && f->cause)
		fprintf(stderr, "first cause: %s %s\n", f->cause->table->name,
			table_status_phrase(f->cause, phrase, sizeof(phrase)));
	json_free(data);
}

static void
report_verdict(struct session *s)
{
	struct err e = ERR_INIT;
	struct freshness f;
	STR_AUTO text = { 0 };
	DB_AUTO db = app_look(s->app, &e);

	if (!db || freshness_measure(db, &s->app->conf, s->app->cat, s->bad.as_of, clock_wall_ms(),
				     &f, &e) < 0) {
		fprintf(stderr, "verdict unknown: %s\n", out_clean(&text, e.text));
		report_cause(s, NULL);
		return;
	}
	fprintf(stderr, "%s\n", out_clean(&text, f.verdict));
	report_cause(s, &f);
	freshness_done(&f);
}

static void
report_command(const struct session *s)
{
	const struct outcome *o = &s->bad;
	char day[DATE_BUF];

	date_iso(o->as_of, day);
	if (o->run && run_state_resumable(o->state))
		fprintf(stderr, "$ fintra resume %" PRId64 "\n", o->run);
	else if (o->err.cls == ERR_GATE)
		fprintf(stderr, "$ fintra why --as-of %s\n", day);
	else if (o->run && (o->state == RUN_FAILURE || o->state == RUN_PARTIAL))
		fprintf(stderr, "$ fintra retry %" PRId64 " --failed\n", o->run);
	else
		fprintf(stderr, "$ fintra run %s --as-of %s\n", s->bad_job, day);
}

/* The digest, at most 25 lines: what ended how with its counters, the product's verdict, the first
 * cause, the last log lines, what to type, the run. */
static void
report_cron(struct session *s)
{
	const struct outcome *o = &s->bad;
	size_t first = s->tail_n > TAIL ? s->tail_n - TAIL : 0;
	STR_AUTO line = { 0 };

	str_init(&line, LINE_ROOM);
	out_run_summary(s->bad_job, o, &line);
	fprintf(stderr, "fintra: %s\n", str_c(&line));
	report_verdict(s);
	for (size_t i = first; i < s->tail_n; i++)
		fprintf(stderr, "  %s\n", s->tail[i % TAIL]);
	report_command(s);
	if (o->run)
		fprintf(stderr, "run %" PRId64 ", exit %d; fintra logs %" PRId64 "\n", o->run,
			o->exit_code, o->run);
}

int
session_free(struct session *s, int exit_code)
{
	runner_free(s->runner);
	signals_install(NULL, true);
	signals_deadline(0);
	if (s->app->g.cron && s->any_bad && !(s->app->one_of_many && exit_code == EXIT_PARTIAL))
		report_cron(s);
	if (ferror(stdout) || fflush(stdout) != 0) {
		fprintf(stderr, "fintra: the output could not be written\n");
		exit_code = exit_code ? exit_code : 1;
	}
	for (size_t i = 0; i < TAIL; i++)
		free(s->tail[i]);
	event_done(&s->end);
	event_done(&s->cause);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return exit_code;
}
