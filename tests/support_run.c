#include "tests/support_run.h"

#include "core/db_copy.h"
#include "core/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct script script;

static int
put_row(struct job_ctx *c, const char *sector, struct tally *t, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { sector, date_iso(c->as_of, day) };
	ROWS_AUTO r = db_query_sql(
		c->db,
		"INSERT INTO sector_performance (sector, window_code, performance_date,"
		" return_percent) VALUES ($1, '1Y', $2::date, 1) ON CONFLICT DO NOTHING"
		" RETURNING 1",
		args, 2, e);

	if (!r)
		return -1;
	t->read = 1;
	t->inserted = rows_count(r);
	t->unchanged = 1 - t->inserted;
	return 0;
}

static int
step(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	if (put_row(c, arg, t, e) < 0)
		return -1;
	atomic_fetch_add(&script.worked, 1);
	return 0;
}

static int
run_steps(struct job_ctx *c, struct err *e)
{
	char unit[32];

	run_phase(c, "steps", script.steps);
	for (int i = 1; i <= script.steps; i++) {
		snprintf(unit, sizeof(unit), "step %d", i);
		atomic_store(&script.at, i);
		while (atomic_load(&script.hold) == i && !cancel_wait(c->cancel, 5))
			;
		if (run_unit_done(c, unit))
			continue;
		if (run_check(c, e) < 0 || run_transaction(c, unit, step, unit, e) < 0)
			return -1;
		run_progress(c, i);
	}
	return 0;
}

static int
sleep_long(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	char seconds[16];
	const char *args[] = { seconds };

	(void)arg;
	(void)t;
	snprintf(seconds, sizeof(seconds), "%d", script.steps);
	atomic_store(&script.at, 1);
	ROWS_AUTO r = db_query_sql(c->db, "SELECT pg_sleep($1::int / 10.0)", args, 1, e);
	return r ? 0 : -1;
}

static int
run_sleep(struct job_ctx *c, struct err *e)
{
	run_phase(c, "sleep", 0);
	return run_transaction(c, "sleep", sleep_long, NULL, e);
}

/* Bars of R01, R02 ...: close and volume are their number. */
static int
stage_rows(struct job_ctx *c, struct err *e)
{
	struct db_copy *copy;

	if (db_exec(c->db, Q_PRICES_DAILY_STAGE, NULL, NULL, e) < 0)
		return -1;
	copy = db_copy_begin(c->db, Q_PRICES_DAILY_COPY, e);
	for (int i = 1; copy && i <= script.steps; i++) {
		char ticker[16];

		snprintf(ticker, sizeof(ticker), "R%02d", i);
		db_copy_str(copy, ticker);
		db_copy_date(copy, c->as_of);
		for (int k = 0; k < 6; k++)
			db_copy_int(copy, i);
		db_copy_str(copy, "test");
		if (db_copy_row(copy, e) < 0) {
			db_copy_abort(copy);
			return -1;
		}
	}
	return copy ? db_copy_end(copy, NULL, e) : -1;
}

static int
merge_rows(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	(void)arg;
	t->read = script.steps;
	atomic_fetch_add(&script.worked, 1);
	return stage_rows(c, e) < 0 ? -1 : run_merge(c, Q_PRICES_DAILY_MERGE, NULL, t, e);
}

static int
run_merging(struct job_ctx *c, struct err *e)
{
	return run_transaction(c, "bars", merge_rows, NULL, e);
}

/* Reads outside a transaction, as jobs do before they write. */
static int
run_look(struct job_ctx *c, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { date_iso(c->as_of, day) };
	ROWS_AUTO r = db_query(c->db, Q_FRESH_SECTOR_PERFORMANCE, args, e);

	return r ? 0 : -1;
}

static void
talk(struct job_ctx *c)
{
	static const char broken[] = "bad \xff\xfe bytes \x1b[31m";
	char *huge = mem_alloc(1 << 20);

	memset(huge, 'x', (1 << 20) - 1);
	huge[(1 << 20) - 1] = '\0';
	run_log(c, LVL_INFO, "long %s", huge);
	run_log(c, LVL_WARN, "%s", broken);
	free(huge);
	run_reject(c, "price is zero", broken, sizeof(broken) - 1);
	run_flag(c, "ABC", "split", "factor 2");
	run_input(c, "prices_daily", c->as_of, 41);
	run_input(c, "prices_daily", c->as_of, 42);
	run_result_int(c, "windows", 7);
	run_tally(c, &(struct tally){ .read = 3, .rejected = 1, .skipped = 2 });
}

static int
run_end_as_told(struct job_ctx *c, struct err *e)
{
	if (script.talk)
		talk(c);
	if (script.errors)
		run_count_error(c, script.errors);
	if (script.taint)
		run_taint(c, script.taint);
	return script.cls == ERR_NONE ? 0 : err_set(e, script.cls, "told to fail");
}

static const struct job steps = {
	.name = "t-steps", .layer = 2, .writes = NAMES("sector_performance"), .run = run_steps
};
static const struct job steps_too = {
	.name = "t-steps-too", .layer = 2, .writes = NAMES("sector_performance"), .run = run_steps
};
static const struct job sleeps = { .name = "t-sleep", .layer = 2, .run = run_sleep };
static const struct job merges = { .name = "t-merge", .layer = 1, .run = run_merging };
static const struct job looks = { .name = "t-look", .layer = 2, .run = run_look };
static const struct job ends = { .name = "t-end", .layer = 2, .run = run_end_as_told };
static const struct job reads = {
	.name = "t-reads", .layer = 2, .reads = NAMES("sector_performance"), .run = run_end_as_told
};
static const struct job reads_if_any = { .name = "t-reads-if-any",
					 .layer = 2,
					 .reads = NAMES("sector_performance"),
					 .mild = NAMES("sector_performance"),
					 .run = run_end_as_told };
static const struct job api = {
	.name = "t-api", .layer = 0, .flags = JOB_USES_API, .run = run_end_as_told
};

static const struct table tables[] = {
	{ .name = "sector_performance",
	  .layer = 2,
	  .date_column = "performance_date",
	  .deadline_min = 240,
	  .measure = Q_FRESH_SECTOR_PERFORMANCE,
	  .mixed = -1 },
	{ .name = NULL },
};

static const struct job *const jobs[] = { &steps, &steps_too, &sleeps,	     &merges, &looks,
					  &ends,  &reads,     &reads_if_any, &api,    NULL };

const struct catalogue bench_catalogue = { .jobs = jobs, .tables = tables, .build = "test build" };

static void
collect(void *arg, const struct event *ev)
{
	struct bench *b = arg;
	struct event copy;

	event_copy(&copy, ev);
	pthread_mutex_lock(&b->lock);
	vec_push(&b->seen, copy);
	pthread_mutex_unlock(&b->lock);
}

void
bench_open(struct bench *b, const char *info)
{
	memset(b, 0, sizeof(*b));
	script = (struct script){ .steps = 3 };
	b->info = info;
	b->conf = support_conf(info);
	b->conf.connections = 6;
	b->conf.heartbeat_ms = 100;
	b->conf.abandoned_ms = 15000;
	b->conf.fence_ms = 10000;
	b->conf.drain_ms = 5000;
	b->conf.progress_ms = 5000;
	pthread_mutex_init(&b->lock, NULL);
	bench_sql(b, "TRUNCATE sector_performance, cron_state");
	b->runner = runner_new(&b->conf, &bench_catalogue, collect, b);
}

void
bench_close(struct bench *b)
{
	runner_free(b->runner);
	for (size_t i = 0; i < b->seen.n; i++)
		event_done(&b->seen.at[i]);
	vec_done(&b->seen);
	pthread_mutex_destroy(&b->lock);
}

struct launch
bench_launch(const char *job)
{
	return (struct launch){ .job = catalogue_job(&bench_catalogue, job),
				.as_of = date_of(2026, 2, 2),
				.as_of_given = true,
				.origin = "cli" };
}

static void
die(const char *what)
{
	fprintf(stderr, "test support: %s\n", what);
	abort();
}

int
bench_start(struct bench *b, const struct launch *l)
{
	struct err e = ERR_INIT;
	int h = runner_start(b->runner, l, &e);

	if (h < 0)
		die(e.text);
	return h;
}

struct outcome
bench_wait(struct bench *b, int handle)
{
	struct outcome o;

	runner_wait(b->runner, handle, &o);
	return o;
}

struct outcome
bench_run(struct bench *b, const struct launch *l)
{
	return bench_wait(b, bench_start(b, l));
}

int
bench_lines(struct bench *b, int64_t run, const char *prefix)
{
	DB_AUTO db = support_open(b->info);
	struct err e = ERR_INIT;
	struct event_list l;
	int n = 0;

	if (ledger_events(db, run, 0, 100000, &l, &e) < 0)
		die(e.text);
	for (size_t i = 0; i < l.n; i++)
		n += str_starts(l.at[i].msg, prefix);
	event_list_done(&l);
	return n;
}

int
bench_seen(struct bench *b, const char *prefix)
{
	int n = 0;

	pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->seen.n; i++)
		n += str_starts(b->seen.at[i].msg, prefix);
	pthread_mutex_unlock(&b->lock);
	return n;
}

struct run_info
bench_row(struct bench *b, int64_t run)
{
	DB_AUTO db = support_open(b->info);
	struct run_filter f = { .id = run };
	struct err e = ERR_INIT;
	struct run_list l;
	struct run_info i;

	if (ledger_runs(db, &b->conf, &f, &l, &e) < 0)
		die(e.text);
	if (l.n != 1)
		die("no such run");
	i = l.at[0];
	run_list_done(&l);
	i.reason = i.params = i.error = i.result = NULL;
	return i;
}

int64_t
bench_int(struct bench *b, const char *fmt, ...)
{
	char sql[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sql, sizeof(sql), fmt, ap);
	va_end(ap);
	return support_psql_int(b->info, sql);
}

void
bench_sql(struct bench *b, const char *fmt, ...)
{
	char sql[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sql, sizeof(sql), fmt, ap);
	va_end(ap);
	free(support_psql(b->info, sql));
}

int
bench_rows(struct bench *b)
{
	return (int)bench_int(b, "SELECT count(*) FROM sector_performance");
}

void
bench_nap(void)
{
	struct timespec t = { 0, 5000000 };

	nanosleep(&t, NULL);
}
