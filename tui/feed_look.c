/* The thread that reads what only the open screen needs.  Each figure of System is a query of its
 * own, so that a right that is missing hides that one line and no other. */
#include "tui/feed_internal.h"
#include "tui/look_desk.h"

#include "core/calendar.h"
#include "core/clock.h"
#include "core/migrate.h"
#include "tui/scatter.h"
#include "tui/ticker.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
	RETRY_MS = 5000,
	GRID_BUDGET_MS = 2500, /* sessions that do not fit into it are shown as not measured */
	JOB_RUNS = 30,
	NAMED_SESSIONS = 10 /* back from as-of: whose locks are known by name */
};

static const int every_ms[] = {
	[LOOK_NONE] = 3600000, [LOOK_JOBS] = 2000,   [LOOK_TABLES] = 5000,   [LOOK_SYSTEM] = 2000,
	[LOOK_JOB] = 2000,     [LOOK_TABLE] = 60000, [LOOK_SCATTER] = 60000, [LOOK_TICKER] = 30000,
	[LOOK_HEALTH] = 30000, [LOOK_AUDIT] = 2000,  [LOOK_ALERTS] = 5000,   [LOOK_MOVED] = 3600000,
};

struct looker {
	struct worker *w;
	struct wish want;
	struct date as_of;
	int64_t now_ms;
	bool first;	   /* of this screen: shown at once, later ones at the next tick */
	struct err failed; /* the last failure of this round */
};

struct replacement {
	enum look_part which;
	struct part *part;
};

static void
set_part(struct snapshot *s, void *arg)
{
	const struct replacement *r = arg;

	part_unref(s->look[r->which]);
	s->look[r->which] = part_ref(r->part);
}

static void
publish(const struct looker *l, enum look_part which, void *part)
{
	struct replacement r = { which, part };

	if (l->first)
		feed_publish(l->w->feed, set_part, &r);
	else
		feed_publish_quietly(l->w->feed, set_part, &r);
	part_unref(part);
}

/* The rows of a query, or NULL with the reason in `why`. */
static struct rows *
ask(struct looker *l, enum query q, const char *const *args, char *why, size_t n)
{
	struct err e = ERR_INIT;
	struct rows *r = db_query(l->w->db, q, args, &e);

	why[0] = '\0';
	if (r)
		return r;
	str_copy(why, n, e.text);
	l->failed = e;
	return NULL;
}

static void
copy(char *dst, size_t n, const struct rows *r, int row, int col)
{
	str_copy(dst, n, str_or(rows_text(r, row, col), ""));
}

static void
fill_job(struct job_stat *s, const struct rows *r, int i)
{
	s->last = rows_int(r, i, 0);
	if (!run_state_parse(rows_text(r, i, 1), &s->state))
		s->state = RUN_LOST;
	s->as_of = rows_date(r, i, 2);
	copy(s->who, sizeof(s->who), r, i, 3);
	copy(s->host, sizeof(s->host), r, i, 4);
	copy(s->origin, sizeof(s->origin), r, i, 5);
	s->created_ms = rows_int(r, i, 6);
	s->started_ms = rows_int(r, i, 7);
	s->ended_ms = rows_int(r, i, 8);
	s->good = rows_int(r, i, 9);
	s->good_as_of = rows_date(r, i, 10);
	copy(s->good_who, sizeof(s->good_who), r, i, 11);
	s->good_ms = rows_int(r, i, 12);
	s->p50_ms = rows_int(r, i, 13);
	s->p50_n = (int)rows_int(r, i, 14);
}

static void
look_at_jobs(struct looker *l)
{
	const struct catalogue *cat = l->w->feed->app->cat;
	struct jobs_part *p = look_part_new(LOOK_PART_JOBS);
	STR_AUTO names = { 0 };
	const char *args[1];

	str_init(&names, 1 << 16);
	for (size_t i = 0; cat->jobs[i]; i++)
		str_fmt(&names, "%c%s", i ? ',' : '{', cat->jobs[i]->name);
	str_puts(&names, names.len ? "}" : "{}");
	args[0] = str_c(&names);
	ROWS_AUTO r = ask(l, Q_CONSOLE_JOBS, args, p->error, sizeof(p->error));

	p->measured_ms = l->now_ms;
	p->n = r ? (size_t)rows_count(r) : 0;
	p->at = mem_zalloc((p->n + 1) * sizeof(*p->at));
	for (size_t i = 0; i < p->n; i++)
		fill_job(&p->at[i], r, (int)i);
	publish(l, LOOK_PART_JOBS, p);
}

/* Lock keys are hashes: the name is found by hashing what could be locked. */
static bool
named(int64_t key, const char *kind, const char *what, struct date d, char *buf, size_t n)
{
	char iso[DATE_BUF];

	fmt_buf(buf, n, "%s-%s-%s", kind, what, date_iso(d, iso));
	if (guard_key(buf) == key)
		return true;
	buf[0] = '\0';
	return false;
}

static void
name_lock(const struct looker *l, struct lock_info *k)
{
	const struct catalogue *cat = l->w->feed->app->cat;
	struct date today = { (int32_t)(l->now_ms / 86400000) }, d = l->as_of;

	for (int i = -1; i < NAMED_SESSIONS; i++) {
		struct date day = i < 0 ? today : d;

		for (size_t j = 0; cat->jobs[j]; j++)
			if (named(k->key, "cron", cat->jobs[j]->name, day, k->name,
				  sizeof(k->name)))
				return;
		for (const struct table *t = cat->tables; t->name; t++)
			if (named(k->key, "table", t->name, day, k->name, sizeof(k->name)))
				return;
		if (i >= 0)
			d = calendar_prev(d);
	}
}

static void
look_at_waits(struct looker *l, struct locks_part *p)
{
	ROWS_AUTO r = ask(l, Q_CONSOLE_WAITS, NULL, p->wait_error, sizeof(p->wait_error));

	for (int i = 0; r && i < rows_count(r); i++) {
		struct wait_info w = { .run = rows_int(r, i, 0) };

		copy(w.job, sizeof(w.job), r, i, 1);
		copy(w.what, sizeof(w.what), r, i, 2);
		vec_push(&p->wait, w);
	}
}

static void
look_at_locks(struct looker *l)
{
	struct locks_part *p = look_part_new(LOOK_PART_LOCKS);
	ROWS_AUTO r = ask(l, Q_CONSOLE_LOCKS, NULL, p->error, sizeof(p->error));

	p->measured_ms = l->now_ms;
	for (int i = 0; r && i < rows_count(r); i++) {
		struct lock_info k = { .key = rows_int(r, i, 0), .granted = rows_bool(r, i, 1) };

		k.pid = (int)rows_int(r, i, 2);
		copy(k.app, sizeof(k.app), r, i, 3);
		copy(k.user, sizeof(k.user), r, i, 4);
		k.run = rows_int(r, i, 5);
		name_lock(l, &k);
		vec_push(&p->lock, k);
	}
	look_at_waits(l, p);
	publish(l, LOOK_PART_LOCKS, p);
}

static void
look_at_tables(struct looker *l)
{
	const struct catalogue *cat = l->w->feed->app->cat;
	struct tables_part *p = look_part_new(LOOK_PART_TABLES);
	STR_AUTO names = { 0 };
	const char *args[1], *kind;

	str_init(&names, 1 << 16);
	for (const struct table *t = cat->tables; t->name; t++)
		str_fmt(&names, "%c%s", t == cat->tables ? '{' : ',',
			db_relation(l->w->db, t->name));
	str_puts(&names, names.len ? "}" : "{}");
	args[0] = str_c(&names);
	ROWS_AUTO r = ask(l, Q_CONSOLE_TABLES, args, p->error, sizeof(p->error));

	p->measured_ms = l->now_ms;
	p->n = r ? (size_t)rows_count(r) : 0;
	p->at = mem_zalloc((p->n + 1) * sizeof(*p->at));
	for (int i = 0; i < (int)p->n; i++) {
		struct table_size *s = &p->at[i];

		kind = rows_text(r, i, 0);
		s->kind = kind ? kind[0] : '\0';
		s->bytes = rows_text(r, i, 1) ? rows_int(r, i, 1) : -1;
		s->n_about = rows_text(r, i, 2) ? rows_int(r, i, 2) : -1;
		s->readable = rows_bool(r, i, 3);
	}
	publish(l, LOOK_PART_TABLES, p);
}

static void
server_facts(struct looker *l, struct system_part *p)
{
	char span[CLOCK_BUF];
	ROWS_AUTO r = ask(l, Q_CONSOLE_FACTS, NULL, p->server.error, sizeof(p->server.error));

	if (!r)
		return;
	copy(p->role, sizeof(p->role), r, 0, 2);
	fmt_buf(p->server.text, sizeof(p->server.text), "PostgreSQL %s%s, up %s",
		str_or(rows_text(r, 0, 0), "?"), rows_bool(r, 0, 1) ? ", standby" : "",
		clock_span(l->now_ms - rows_int(r, 0, 4), span));
	/* A pooler hands out backends of its own: then libpq knows another number. */
	str_copy(p->pooler.text, sizeof(p->pooler.text),
		 rows_int(r, 0, 3) == db_pid(l->w->db) ? "none: this session has its own backend"
						       : "a pooler is in between, mode unknown");
}

static void
size_facts(struct looker *l, struct system_part *p)
{
	char buf[24];
	ROWS_AUTO size = ask(l, Q_CONSOLE_SIZE, NULL, p->size.error, sizeof(p->size.error));
	ROWS_AUTO n = ask(l, Q_CONSOLE_CONNECTIONS, NULL, p->connections.error,
			  sizeof(p->connections.error));

	if (size)
		str_copy(p->size.text, sizeof(p->size.text), look_bytes(rows_int(size, 0, 0), buf));
	if (n)
		fmt_buf(p->connections.text, sizeof(p->connections.text),
			"%lld of ours, %lld to this database, %lld of %s in all",
			(long long)rows_int(n, 0, 2), (long long)rows_int(n, 0, 1),
			(long long)rows_int(n, 0, 0), str_or(rows_text(n, 0, 3), "?"));
}

static void
schema_fact(struct looker *l, struct system_part *p)
{
	static const char *const words[] = {
		[SCHEMA_ABSENT] = "no ledger, and no tables of FINTRA",
		[SCHEMA_FOREIGN] = "tables of another system, no ledger: looking only",
		[SCHEMA_OLD] = "older than this program: fintra db migrate",
		[SCHEMA_CURRENT] = "current",
		[SCHEMA_NEWER] = "newer than this program",
	};
	struct err e = ERR_INIT;
	enum schema_state state;
	int version;

	if (migrate_state(l->w->db, &state, &version, &e) < 0) {
		str_copy(p->schema.error, sizeof(p->schema.error), e.text);
		l->failed = e;
		return;
	}
	if (version > 0)
		fmt_buf(p->schema.text, sizeof(p->schema.text), "version %d, %s", version,
			words[state]);
	else
		str_copy(p->schema.text, sizeof(p->schema.text), words[state]);
}

static void
sessions(struct looker *l, struct system_part *p)
{
	ROWS_AUTO r = ask(l, Q_CONSOLE_SESSIONS, NULL, p->session_error, sizeof(p->session_error));

	for (int i = 0; r && i < rows_count(r); i++) {
		struct session_info s = { .pid = (int)rows_int(r, i, 0) };

		copy(s.app, sizeof(s.app), r, i, 1);
		copy(s.user, sizeof(s.user), r, i, 2);
		copy(s.host, sizeof(s.host), r, i, 3);
		copy(s.state, sizeof(s.state), r, i, 4);
		copy(s.wait, sizeof(s.wait), r, i, 5);
		s.since_ms = rows_int(r, i, 6);
		s.xact_ms = rows_int(r, i, 7);
		vec_push(&p->session, s);
	}
}

/* Of the path, or of the nearest folder above it that exists already. */
static void
measure_disk(struct disk_info *d)
{
	char path[sizeof(d->path)];
	struct statvfs fs;
	char *slash;

	str_copy(path, sizeof(path), d->path);
	while (statvfs(path, &fs) < 0) {
		slash = strrchr(path, '/');
		if (!slash || !path[1]) {
			str_copy(d->error, sizeof(d->error), "the file system does not answer");
			return;
		}
		slash[slash == path] = '\0';
	}
	d->free = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	d->size = (int64_t)fs.f_blocks * (int64_t)fs.f_frsize;
}

static void
disks(const struct conf *conf, struct system_part *p)
{
	struct err e = ERR_INIT;
	STR_AUTO cache = { 0 };

	p->disk[0].what = "download cache";
	p->disk[1].what = "log file";
	str_init(&cache, sizeof(p->disk[0].path) - 1);
	if (conf_cache_path(conf, &cache, &e) == 0)
		str_copy(p->disk[0].path, sizeof(p->disk[0].path), str_c(&cache));
	else
		str_copy(p->disk[0].error, sizeof(p->disk[0].error), e.text);
	str_copy(p->disk[1].path, sizeof(p->disk[1].path), str_or(conf->log_file, ""));
	for (size_t i = 0; i < LOOK_DISKS; i++)
		if (p->disk[i].path[0])
			measure_disk(&p->disk[i]);
}

static int
count_threads(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Threads: %d", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

static void
look_at_system(struct looker *l)
{
	struct system_part *p = look_part_new(LOOK_PART_SYSTEM);

	p->measured_ms = l->now_ms;
	server_facts(l, p);
	schema_fact(l, p);
	size_facts(l, p);
	sessions(l, p);
	disks(&l->w->feed->app->conf, p);
	p->threads = count_threads();
	publish(l, LOOK_PART_SYSTEM, p);
}

static void
look_at_runs_of(struct looker *l)
{
	const struct app *app = l->w->feed->app;
	struct job_runs_part *p = look_part_new(LOOK_PART_RUNS);
	struct run_filter f = { .job = l->want.name, .limit = JOB_RUNS };
	struct err e = ERR_INIT;

	p->measured_ms = l->now_ms;
	str_copy(p->job, sizeof(p->job), l->want.name);
	if (ledger_runs(l->w->db, &app->conf, &f, &p->l, &e) < 0) {
		str_copy(p->error, sizeof(p->error), e.text);
		l->failed = e;
	}
	publish(l, LOOK_PART_RUNS, p);
}

/* The same measurement as freshness makes, once for each session, until the time is used up. */
static void
look_at_grid(struct looker *l)
{
	const struct app *app = l->w->feed->app;
	const struct table *t = catalogue_table(app->cat, l->want.name);
	struct grid_part *p = look_part_new(LOOK_PART_GRID);
	int64_t end = clock_mono_ms() + GRID_BUDGET_MS;
	struct date d = l->as_of;
	struct err e = ERR_INIT;

	p->measured_ms = l->now_ms;
	str_copy(p->table, sizeof(p->table), l->want.name);
	for (; t && t->date_column && p->n < LOOK_GRID; p->n++, d = calendar_prev(d)) {
		struct grid_cell *c = &p->at[p->n];

		c->session = d;
		if (e.cls != ERR_NONE || clock_mono_ms() > end || feed_stopping(l->w->feed))
			continue;
		c->measured = freshness_measure_one(l->w->db, &app->conf, app->cat, t, d, l->now_ms,
						    &c->s, &e) == 0;
	}
	if (e.cls != ERR_NONE) {
		str_copy(p->error, sizeof(p->error), e.text);
		l->failed = e;
	}
	publish(l, LOOK_PART_GRID, p);
}

static void
look_at_scatter(struct looker *l)
{
	const struct scatter_spec *spec = l->w->feed->app->cat->scatter;
	struct scatter_part *p = look_part_new(LOOK_PART_SCATTER);
	struct err e = ERR_INIT;

	p->measured_ms = l->now_ms;
	if (scatter_read(l->w->db, spec, l->as_of, &p->s, &e) < 0) {
		str_copy(p->error, sizeof(p->error), e.text);
		l->failed = e;
	}
	publish(l, LOOK_PART_SCATTER, p);
}

static void
look_at_ticker(struct looker *l)
{
	struct ticker_part *p = look_part_new(LOOK_PART_TICKER);
	struct ticker_ask ask = {
		.db = l->w->db, .symbol = l->want.name, .as_of = l->as_of, .rows = 1
	};
	struct err e = ERR_INIT;

	p->measured_ms = l->now_ms;
	str_copy(p->symbol, sizeof(p->symbol), l->want.name);
	if (ticker_look(l->w->feed->app->cat, &ask, &p->look, &e) < 0) {
		str_copy(p->error, sizeof(p->error), e.text);
		l->failed = e;
	}
	publish(l, LOOK_PART_TICKER, p);
}

static void
look_at_days(struct looker *l)
{
	struct days_part *p = look_part_new(LOOK_PART_DAYS);
	char day[DATE_BUF], n[NUM_BUF];
	const char *args[] = { date_iso(l->as_of, day), num_int(LOOK_DAYS, n) };
	ROWS_AUTO r = ask(l, Q_HEALTH_DAYS, args, p->error, sizeof(p->error));

	p->measured_ms = l->now_ms;
	for (int i = 0; r && i < rows_count(r); i++) {
		struct check_day d = { .as_of = rows_date(r, i, 1), .state = CHECK_UNKNOWN };

		copy(d.name, sizeof(d.name), r, i, 0);
		(void)check_state_parse(str_or(rows_text(r, i, 2), ""), &d.state);
		d.figure = rows_num(r, i, 3);
		vec_push(&p->day, d);
	}
	publish(l, LOOK_PART_DAYS, p);
}

/* What another file reads: its part of the snapshot, an error is told in the part. */
static void
look_at_told(struct looker *l, enum look_part which, feed_read *read)
{
	struct told_part *p = look_part_new(which);
	struct err e = ERR_INIT;

	p->measured_ms = l->now_ms;
	if (read(l->w, l->want.name, p, &e) < 0) {
		str_copy(p->error, sizeof(p->error), e.text);
		l->failed = e;
	}
	publish(l, which, p);
}

static void
look_at_audit(struct looker *l)
{
	look_at_told(l, LOOK_PART_AUDIT, feed_audit_read);
}

static void
look_at_alerts(struct looker *l)
{
	look_at_told(l, LOOK_PART_ALERTS, feed_alerts_read);
}

static void
look_at_moved(struct looker *l)
{
	look_at_told(l, LOOK_PART_MOVED, feed_moved_read);
}

static void
look_round(struct looker *l)
{
	/* What each screen is made of. */
	static void (*const steps[][4])(struct looker *) = {
		[LOOK_NONE] = { NULL },
		[LOOK_JOBS] = { look_at_jobs, look_at_locks },
		[LOOK_TABLES] = { look_at_tables, look_at_jobs },
		[LOOK_SYSTEM] = { look_at_system, look_at_locks },
		[LOOK_JOB] = { look_at_runs_of, look_at_jobs, look_at_locks },
		[LOOK_TABLE] = { look_at_tables, look_at_jobs, look_at_grid },
		[LOOK_SCATTER] = { look_at_scatter },
		[LOOK_TICKER] = { look_at_ticker },
		[LOOK_HEALTH] = { look_at_days },
		[LOOK_AUDIT] = { look_at_audit },
		[LOOK_ALERTS] = { look_at_alerts },
		[LOOK_MOVED] = { look_at_moved },
	};
	struct err e = ERR_INIT;

	l->failed = e;
	l->now_ms = clock_wall_ms();
	if (app_as_of(l->w->feed->app, &l->as_of, &e) < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(steps[0]) && steps[l->want.what][i]; i++) {
		steps[l->want.what][i](l);
		/* Told by the live thread; this one connects again in its own time. */
		if (l->failed.disconnected || !db_alive(l->w->db)) {
			db_close(l->w->db);
			l->w->db = NULL;
			return;
		}
	}
}

/* True when it is to be read now: asked for, or another screen. */
static bool
take_wish(struct looker *l)
{
	struct feed *f = l->w->feed;
	bool again;

	pthread_mutex_lock(&f->lock);
	again = f->look_again;
	f->look_again = false;
	if (l->want.what != f->want.what || !str_same(l->want.name, f->want.name))
		l->first = true;
	l->want = f->want;
	pthread_mutex_unlock(&f->lock);
	return again;
}

void *
feed_look_main(void *worker)
{
	struct looker l = { .w = worker };
	struct worker *w = worker;
	int64_t due = 0, now;

	while (!feed_stopping(w->feed)) {
		struct err e = ERR_INIT;
		bool asked = take_wish(&l);
		int every = every_ms[l.want.what];

		now = clock_mono_ms();
		if ((l.want.what != LOOK_NONE && (asked || now >= due)) ||
		    feed_alerts_asked(w->feed)) {
			if (!w->db)
				w->db = db_open(&w->feed->app->conf, w->name, &w->feed->stop, &e);
			feed_alerts_test(w);
			if (w->db) {
				look_round(&l);
				l.first = false;
			}
			due = clock_mono_ms() + (w->db ? every : RETRY_MS);
		}
		now = clock_mono_ms();
		feed_wait(w, l.want.what == LOOK_NONE ? every : due > now ? (int)(due - now) : 1);
	}
	db_close(w->db);
	w->db = NULL;
	return NULL;
}
