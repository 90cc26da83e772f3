/* The slower thread: freshness of all tables, checks, gates of the launch dialog. */
#include "tui/feed_internal.h"

#include "core/clock.h"

#include <string.h>

enum {
	PATIENCE = 4, /* a measurement that takes long is repeated less often: at most 1/5 of the
			 time */
	PATIENCE_MAX_MS = 30000 /* a stall is no work */
};

struct measured {
	struct fresh_part *fresh;
	struct health_part *health;
	struct standing_part *standing;
	char error[240];
};

static void
set_measured(struct snapshot *s, void *arg)
{
	const struct measured *m = arg;

	str_copy(s->fresh_error, sizeof(s->fresh_error), m->error);
	if (m->fresh) {
		part_unref((struct part *)s->fresh);
		s->fresh = part_ref(&m->fresh->part);
	}
	if (m->health) {
		part_unref((struct part *)s->health);
		s->health = part_ref(&m->health->part);
	}
	if (m->standing) {
		part_unref((struct part *)s->standing);
		s->standing = part_ref(&m->standing->part);
	}
}

/* A ledger that this role may not read is told, and hides nothing else. */
static struct standing_part *
read_standing(struct db *db, int64_t now_ms)
{
	struct standing_part *p = standing_part_new();
	struct err e = ERR_INIT;

	if (notice_read(db, NOTICE_PAUSE, now_ms, NOTICE_MOST, &p->pauses, &e) < 0 ||
	    notice_read(db, NOTICE_NOTE, now_ms, STANDING_NEWEST, &p->notes, &e) < 0 ||
	    audit_read(db, NULL, 0, STANDING_NEWEST, &p->audit, &e) < 0)
		str_copy(p->error, sizeof(p->error), e.text);
	return p;
}

static int
measure_into(struct worker *w, struct measured *m, struct err *e)
{
	const struct app *app = w->feed->app;
	struct check_env env = { .db = w->db, .conf = &app->conf, .cat = app->cat };

	env.now_ms = clock_wall_ms();
	if (app_as_of(app, &env.as_of, e) < 0)
		return -1;
	m->fresh = fresh_part_new();
	if (freshness_measure(w->db, &app->conf, app->cat, env.as_of, env.now_ms, &m->fresh->f, e) <
	    0) {
		part_unref(&m->fresh->part);
		m->fresh = NULL;
		return -1;
	}
	m->fresh->measured_ms = env.now_ms;
	env.fresh = &m->fresh->f;
	m->health = health_part_new();
	if (health_measure(&env, &m->health->h, e) < 0) {
		part_unref(&m->health->part);
		m->health = NULL;
		return -1;
	}
	m->standing = read_standing(w->db, env.now_ms);
	return 0;
}

static void
drop_connection(struct worker *w)
{
	db_close(w->db);
	w->db = NULL;
}

/* Whatever is left or taken back writes a line of the audit; what expires does not. */
static bool
standing_differs(const struct standing_part *a, const struct standing_part *b)
{
	int64_t x = a->audit.n ? a->audit.at[0].id : 0, y = b->audit.n ? b->audit.at[0].id : 0;

	return x != y || a->pauses.n != b->pauses.n || !str_same(a->error, b->error);
}

/* What the screen shows of a measurement, but for its age. */
static bool
differs(const struct snapshot *old, const struct measured *m)
{
	if (!m->fresh || !m->health || !m->standing || !old->fresh || !old->health ||
	    !old->standing || standing_differs(old->standing, m->standing) ||
	    strcmp(old->fresh_error, m->error) != 0)
		return true;
	if (strcmp(old->fresh->f.verdict, m->fresh->f.verdict) != 0 ||
	    old->health->h.n != m->health->h.n)
		return true;
	for (size_t i = 0; i < m->fresh->f.n; i++)
		if (old->fresh->f.at[i].state != m->fresh->f.at[i].state ||
		    old->fresh->f.at[i].rows != m->fresh->f.at[i].rows)
			return true;
	for (size_t i = 0; i < m->health->h.n; i++)
		if (old->health->h.at[i].state != m->health->h.at[i].state ||
		    old->health->h.at[i].acked != m->health->h.at[i].acked)
			return true;
	return false;
}

static void
publish(struct feed *f, struct measured *m)
{
	struct snapshot *old = feed_now(f);

	if (differs(old, m))
		feed_publish(f, set_measured, m);
	else
		feed_publish_quietly(f, set_measured, m);
	part_unref(&old->part);
}

/* Monotonic time of the next measurement; 0 = with the next connection. */
static int64_t
measure(struct worker *w)
{
	int64_t start = clock_mono_ms(), rest;
	struct measured m = { 0 };
	struct err e = ERR_INIT;

	if (measure_into(w, &m, &e) < 0)
		str_copy(m.error, sizeof(m.error), e.text);
	if (!feed_stopping(w->feed))
		publish(w->feed, &m);
	part_unref((struct part *)m.fresh);
	part_unref((struct part *)m.health);
	part_unref((struct part *)m.standing);
	if (e.disconnected || !db_alive(w->db)) {
		drop_connection(w);
		return 0;
	}
	rest = (clock_mono_ms() - start) * PATIENCE;
	if (rest > PATIENCE_MAX_MS)
		rest = PATIENCE_MAX_MS;
	if (rest < atomic_load(&w->feed->refresh_ms))
		rest = atomic_load(&w->feed->refresh_ms);
	return clock_mono_ms() + rest;
}

static void
set_gates(struct snapshot *s, void *arg)
{
	part_unref((struct part *)s->gates);
	s->gates = part_ref(arg);
}

static void
do_gates(struct worker *w)
{
	struct feed *f = w->feed;
	struct err e = ERR_INIT;
	struct gates_part *g;
	bool asked;

	pthread_mutex_lock(&f->lock);
	asked = f->gates_asked;
	f->gates_asked = false;
	g = gates_part_new(f->gates_job, f->gates_as_of);
	pthread_mutex_unlock(&f->lock);
	if (asked) {
		if (gate_measure(w->db, &f->app->conf, f->app->cat, g->job, g->as_of, &g->report,
				 &e) < 0) {
			g->failed = true;
			str_copy(g->text, sizeof(g->text), e.text);
		}
		feed_publish(f, set_gates, g);
	}
	part_unref(&g->part);
	if (e.disconnected)
		drop_connection(w);
}

static bool
take_refresh(struct feed *f)
{
	bool asked;

	pthread_mutex_lock(&f->lock);
	asked = f->refresh;
	f->refresh = false;
	pthread_mutex_unlock(&f->lock);
	return asked;
}

void *
feed_slow_main(void *worker)
{
	struct worker *w = worker;
	struct feed *f = w->feed;
	int64_t due = 0;

	while (!feed_stopping(f)) {
		int64_t now = clock_mono_ms();
		struct err e = ERR_INIT;

		/* A failure is told by the live thread, which wakes this one when it has got
		 * through. */
		if (!w->db)
			w->db = db_open(&f->app->conf, w->name, &f->stop, &e);
		if (w->db)
			do_gates(w);
		if (w->db && (take_refresh(f) || now >= due))
			due = measure(w);
		now = clock_mono_ms();
		feed_wait(w, w->db ? due > now ? (int)(due - now) : 1 : 5000);
	}
	drop_connection(w);
	return NULL;
}
