/* The live thread: connection state, runs, the followed run's log, cancel requests. */
#include "tui/feed_internal.h"

#include "core/audit.h"
#include "core/clock.h"
#include "core/migrate.h"

#include <string.h>
#include <unistd.h>

enum {
	RUNS_EVERY_MS = 1000,
	LOG_EVERY_MS = 300, /* while the followed run works; a notification comes sooner */
	RECENT_RUNS = 200,
	ACTIVE_RUNS = 50,
	DETAIL_EVERY_MS = 1000,
	BACKOFF_FIRST_MS = 1000,
	BACKOFF_MAX_MS = 30000
};

struct live {
	struct worker *w;
	int64_t runs_at; /* monotonic: when they were read */
	uint64_t digest; /* of the runs last published */
	int64_t newest_end;
	struct live_logs logs;
	int64_t detail, detail_at;
};

struct connection {
	enum conn_state state;
	int64_t retry_at_ms;
	char error[240], server[80], why[240];
	bool may_write;
};

static void
set_connection(struct snapshot *s, void *arg)
{
	const struct connection *c = arg;

	if (s->conn != c->state)
		s->conn_since_ms = clock_wall_ms();
	s->conn = c->state;
	s->retry_at_ms = c->retry_at_ms;
	str_copy(s->conn_error, sizeof(s->conn_error), c->error);
	if (c->server[0])
		str_copy(s->server, sizeof(s->server), c->server);
	s->may_write = c->may_write;
	str_copy(s->ledger_why, sizeof(s->ledger_why), c->why);
}

static void
down(struct live *l, const struct err *e)
{
	struct connection c = { .state = CONN_DOWN };
	struct worker *w = l->w;

	db_close(w->db);
	w->db = NULL;
	w->backoff_ms = w->backoff_ms ? w->backoff_ms * 2 : BACKOFF_FIRST_MS;
	if (w->backoff_ms > BACKOFF_MAX_MS)
		w->backoff_ms = BACKOFF_MAX_MS;
	c.retry_at_ms = clock_wall_ms() + w->backoff_ms;
	str_copy(c.error, sizeof(c.error), e->text);
	feed_publish(w->feed, set_connection, &c);
}

/* Who the server is, and whether runs can be recorded there. */
static int
look_around(struct worker *w, struct connection *c, struct err *e)
{
	enum schema_state state;
	bool pooled;
	int version;
	char host[65] = "";
	ROWS_AUTO server = db_query(w->db, Q_CONSOLE_SERVER, NULL, e);

	if (!server)
		return -1;
	gethostname(host, sizeof(host) - 1);
	fmt_buf(c->server, sizeof(c->server), "%s@%s", str_or(rows_text(server, 0, 0), "?"),
		str_or(rows_text(server, 0, 1), host));
	if (migrate_state(w->db, &state, &version, e) < 0 || db_pooled(w->db, &pooled, e) < 0)
		return -1;
	if (state == SCHEMA_NEWER || state == SCHEMA_OLD)
		fmt_buf(c->why, sizeof(c->why), "schema version %d, this program has %d%s", version,
			migrate_latest(), state == SCHEMA_OLD ? ": fintra db migrate" : "");
	else if (state == SCHEMA_ABSENT)
		fmt_buf(c->why, sizeof(c->why),
			"this database has no FINTRA tables: fintra db init");
	else if (state == SCHEMA_FOREIGN)
		str_copy(c->why, sizeof(c->why), no_ledger_text);
	else if (pooled)
		str_copy(c->why, sizeof(c->why), db_pooled_text);
	if (c->why[0])
		return 0;
	ROWS_AUTO rights = db_query(w->db, Q_CONSOLE_RIGHTS, NULL, e);
	if (!rights)
		return -1;
	if (rows_bool(server, 0, 3))
		fmt_buf(c->why, sizeof(c->why), "this server is a standby");
	else if (!rows_bool(rights, 0, 0))
		fmt_buf(c->why, sizeof(c->why), "role %s may only read",
			str_or(rows_text(server, 0, 2), "?"));
	c->may_write = !c->why[0];
	return 0;
}

static void
connect_now(struct live *l)
{
	struct err e = ERR_INIT;
	struct connection c = { .state = CONN_UP };
	struct worker *w = l->w;

	w->db = db_open(&w->feed->app->conf, w->name, &w->feed->stop, &e);
	if (!w->db || db_listen(w->db, Q_CONSOLE_LISTEN, &e) < 0 || look_around(w, &c, &e) < 0) {
		down(l, &e);
		return;
	}
	w->backoff_ms = 0;
	atomic_store(&w->feed->answered_ms, clock_mono_ms());
	l->runs_at = l->detail_at = 0;
	l->detail = 0;
	l->digest = 0;
	feed_publish(w->feed, set_connection, &c);
	feed_wake(&w->feed->slow);
}

/* After a failed query: gone, or only refused (no ledger, no right), which the header says already.
 */
static void
failed(struct live *l, const struct err *e)
{
	if (!l->w->db)
		return;
	if (e->disconnected || !db_alive(l->w->db))
		down(l, e);
}

static uint64_t
mix(uint64_t h, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ ((const unsigned char *)p)[i]) * UINT64_C(1099511628211);
	return h;
}

/* What can change in a run without its id. */
static uint64_t
digest_of(const struct run_list *l)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < l->n; i++) {
		const struct run_info *r = &l->at[i];
		int64_t figures[] = { r->id,	      (int64_t)r->state, r->done,
				      r->total,	      r->started_ms,	 r->ended_ms,
				      r->counts.read, (int64_t)r->epoch, r->counts.errors };

		h = mix(h, figures, sizeof(figures));
		h = mix(h, r->phase, strlen(r->phase));
		h = mix(h, r->waits_for, strlen(r->waits_for));
	}
	return h;
}

/* Active runs that are older than all the recent ones go to the end. */
static void
append_missing(struct run_list *l, struct run_list *active)
{
	for (size_t i = 0; i < active->n; i++) {
		bool there = false;

		for (size_t k = 0; k < l->n && !there; k++)
			there = l->at[k].id == active->at[i].id;
		if (there)
			continue;
		l->at = mem_realloc(l->at, (l->n + 1) * sizeof(*l->at));
		l->at[l->n++] = active->at[i];
		/* Moved, not copied: what it owns must not be freed with `active`. */
		active->at[i] = (struct run_info){ 0 };
	}
}

static void
set_runs(struct snapshot *s, void *arg)
{
	part_unref((struct part *)s->runs);
	s->runs = part_ref(arg);
}

static int
read_runs(struct live *l)
{
	const struct conf *conf = &l->w->feed->app->conf;
	struct run_filter recent = { .limit = RECENT_RUNS };
	struct run_filter open = { .active_only = true, .limit = ACTIVE_RUNS };
	struct runs_part *p = runs_part_new();
	struct run_list active = { 0 };
	struct err e = ERR_INIT;
	uint64_t digest;
	int64_t end = 0;

	if (ledger_runs(l->w->db, conf, &recent, &p->l, &e) < 0 ||
	    ledger_runs(l->w->db, conf, &open, &active, &e) < 0) {
		part_unref(&p->part);
		failed(l, &e);
		return -1;
	}
	append_missing(&p->l, &active);
	run_list_done(&active);
	digest = digest_of(&p->l);
	for (size_t i = 0; i < p->l.n; i++)
		if (p->l.at[i].ended_ms > end)
			end = p->l.at[i].ended_ms;
	if (digest != l->digest)
		feed_publish(l->w->feed, set_runs, p);
	if (end > l->newest_end && l->digest != 0)
		feed_refresh(l->w->feed);
	l->digest = digest;
	l->newest_end = end;
	part_unref(&p->part);
	return 0;
}

/* The runs to follow now, and whether one of them still works. */
static bool
followed(struct live *l, int64_t run[LOG_PANES], int64_t *detail)
{
	struct feed *f = l->w->feed;
	struct snapshot *s = feed_now(f);
	struct model m = { .s = s };
	const struct run_info *r;
	bool works = false;

	pthread_mutex_lock(&f->lock);
	run[0] = f->follow;
	memcpy(run + 1, f->more, sizeof(f->more));
	*detail = f->detail;
	pthread_mutex_unlock(&f->lock);
	r = run[0] ? NULL : model_default_run(&m);
	if (r)
		run[0] = r->id;
	for (size_t i = 0; i < LOG_PANES; i++) {
		r = run[i] ? model_run(&m, run[i]) : NULL;
		works |= r && !run_state_ended(r->state);
		for (size_t k = 0; k < i; k++)
			if (run[k] == run[i])
				run[i] = 0;
	}
	part_unref(&s->part);
	return works;
}

/* Owned by the screen that is open: read again every second, at once when another is asked for. */
static void
read_detail(struct live *l, int64_t run, int64_t now)
{
	struct err e = ERR_INIT;

	if (run == l->detail && now - l->detail_at < DETAIL_EVERY_MS)
		return;
	l->detail = run;
	l->detail_at = now;
	if (run && feed_detail_read(l->w, run, &e) < 0)
		failed(l, &e);
}

static void
do_cancel(struct live *l, const struct cancel_request *r)
{
	struct err e = ERR_INIT;
	char who[64], host[64];
	const char *word = r->level == CANCEL_ABORT ? "abort" : "drain";
	struct audit_entry a = { .run = r->run, .action = "cancel", .detail = word };
	int rc;

	ledger_identity(who, host);
	rc = r->own ? audit_put(l->w->db, &a, &e)
		    : ledger_request_cancel(l->w->db, r->run, r->level, who, NULL, &e);
	if (rc < 0) {
		feed_note(l->w->feed, LVL_ERROR, "cancel of run %lld: %s", (long long)r->run,
			  e.text);
		failed(l, &e);
	} else if (!r->own) {
		feed_note(l->w->feed, LVL_INFO, "run %lld is asked to %s", (long long)r->run, word);
	}
}

static void
do_notice(struct live *l, const struct notice_call *c)
{
	static const char *const done[][2] = {
		[NOTICE_ACK] = { "acknowledged", "no longer acknowledged" },
		[NOTICE_PAUSE] = { "paused", "no longer paused" },
		[NOTICE_NOTE] = { "noted", "" },
	};
	struct notice_wish w = { .kind = c->kind,
				 .end = c->end,
				 .target = c->target,
				 .state = c->state,
				 .words = c->words[0] ? c->words : NULL,
				 .now_ms = clock_wall_ms(),
				 .until_ms = c->until_ms };
	struct err e = ERR_INIT;

	if (notice_do(l->w->db, &w, &e) < 0) {
		feed_note(l->w->feed, LVL_ERROR, "%s", e.text);
		failed(l, &e);
		return;
	}
	feed_note(l->w->feed, LVL_INFO, "%s%s%s", c->target, c->target[0] ? " is " : "",
		  done[c->kind][c->end]);
	feed_refresh(l->w->feed);
}

static void
do_notices(struct live *l)
{
	struct feed *f = l->w->feed;
	struct notice_call todo[FEED_NOTICES];
	size_t n;

	pthread_mutex_lock(&f->lock);
	n = f->nnotice;
	memcpy(todo, f->notice, n * sizeof(*todo));
	f->nnotice = 0;
	pthread_mutex_unlock(&f->lock);
	for (size_t i = 0; i < n && l->w->db; i++)
		do_notice(l, &todo[i]);
}

static void
do_requests(struct live *l)
{
	struct feed *f = l->w->feed;
	struct cancel_request todo[FEED_CANCELS];
	size_t n;

	pthread_mutex_lock(&f->lock);
	n = f->ncancel;
	memcpy(todo, f->cancel, n * sizeof(*todo));
	f->ncancel = 0;
	pthread_mutex_unlock(&f->lock);
	for (size_t i = 0; i < n && l->w->db; i++)
		do_cancel(l, &todo[i]);
}

/* One round; returns how long to wait for the next. */
static int
step(struct live *l)
{
	int64_t now = clock_mono_ms(), run[LOG_PANES], detail;
	bool hint = db_notified(l->w->db), works;
	struct err e = ERR_INIT;
	int more = 1;

	do_requests(l);
	if (l->w->db)
		do_notices(l);
	if (l->w->db && (hint || now - l->runs_at >= RUNS_EVERY_MS || l->runs_at == 0)) {
		l->runs_at = now;
		if (read_runs(l) < 0)
			return RUNS_EVERY_MS;
	}
	works = followed(l, run, &detail);
	while (l->w->db && more > 0 && !feed_stopping(l->w->feed)) {
		more = feed_logs_read(l->w, &l->logs, run, &e);
		if (more < 0)
			failed(l, &e);
	}
	if (l->w->db)
		read_detail(l, detail, now);
	if (l->w->db)
		atomic_store(&l->w->feed->answered_ms, clock_mono_ms());
	return works ? LOG_EVERY_MS : RUNS_EVERY_MS;
}

void *
feed_live_main(void *worker)
{
	struct live l = { .w = worker };
	int ms;

	while (!feed_stopping(l.w->feed)) {
		if (l.w->db && !db_alive(l.w->db)) {
			struct err e = ERR_INIT;

			err_set(&e, ERR_DB, "the server closed the connection");
			down(&l, &e);
		}
		if (!l.w->db)
			connect_now(&l);
		ms = l.w->db ? step(&l) : l.w->backoff_ms;
		feed_wait(l.w, ms);
	}
	feed_logs_done(&l.logs);
	db_close(l.w->db);
	l.w->db = NULL;
	return NULL;
}
