/* One round of keep() per tick: connect if need be, beat, look after the locks, read requests,
 * store lines. Every failure ends the round and is tried again; only the fence (core/pacer.c) and a
 * gone epoch are final. */
#include "core/keeper.h"

#include "core/clock.h"
#include "core/fault.h"
#include "core/run_private.h"
#include "core/signals.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

enum {
	TICK_MS = 200,
	REQUEST_MS = 500,
	BACKOFF_MIN_MS = 250,
	BACKOFF_MAX_MS = 5000,
	NUM_TEXT = 24
};

struct keeping { /* of the keeper's thread */
	struct run *r;
	struct db *db;
	int64_t next_beat, next_request, next_try;
	int64_t retake_until; /* 0 = locks are fine */
	int backoff;
	bool told; /* that the ledger cannot be reached */
};

void
keeper_init(struct keeper *k)
{
	pthread_condattr_t attr;

	*k = (struct keeper){ .started = false };
	cancel_init(&k->cancel);
	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&k->wake, &attr);
	pthread_condattr_destroy(&attr);
}

void
keeper_done(struct keeper *k)
{
	cancel_done(&k->cancel);
	pthread_mutex_destroy(&k->lock);
	pthread_cond_destroy(&k->wake);
}

/* A trouble with the keeper's connection: told once, the fence of run_pace() decides. */
static void
trouble(struct keeping *k, const struct err *e)
{
	if (!k->told)
		run_emit(k->r, LVL_WARN, "warn", "ledger: %s", e->text);
	k->told = true;
	if (!e->disconnected)
		return;
	db_close(k->db);
	k->db = NULL;
	k->next_try = clock_mono_ms() + k->backoff;
	k->backoff = k->backoff * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : k->backoff * 2;
}

static void
connect_db(struct keeping *k)
{
	struct err e = ERR_INIT;
	char app[64];

	str_copy(app, sizeof(app), k->r->app);
	fmt_buf(app, sizeof(app), "%s keeper", k->r->app);
	k->db = db_open(k->r->conf, app, &k->r->keeper.cancel, &e);
	if (!k->db) {
		e.disconnected = true;
		trouble(k, &e);
		return;
	}
	k->backoff = BACKOFF_MIN_MS;
	k->next_beat = 0;
}

static int
send_beat(struct keeping *k, int64_t *rows, struct err *e)
{
	struct run *r = k->r;
	char id[NUM_TEXT], epoch[NUM_TEXT], pid[NUM_TEXT], done[NUM_TEXT], total[NUM_TEXT];
	char phase[sizeof(r->phase)], waits[sizeof(r->waits_for)];
	bool locked = atomic_load(&r->locks) != LOCKS_NONE;

	pthread_mutex_lock(&r->lock);
	str_copy(phase, sizeof(phase), r->phase);
	str_copy(waits, sizeof(waits), r->waits_for);
	pthread_mutex_unlock(&r->lock);
	fmt_buf(id, sizeof(id), "%lld", atomic_load(&r->id));
	fmt_buf(epoch, sizeof(epoch), "%d", r->epoch);
	fmt_buf(pid, sizeof(pid), "%d", locked ? r->guard.pid : 0);
	fmt_buf(done, sizeof(done), "%lld", atomic_load(&r->done));
	fmt_buf(total, sizeof(total), "%lld", atomic_load(&r->total));
	const char *args[] = { id, epoch, pid, phase, done, total, *waits ? waits : NULL };

	if (FAULT("keeper.beat"))
		return err_set(e, ERR_DB, "keeper.beat: told to fail");
	return db_exec(k->db, Q_KEEPER_BEAT, args, rows, e);
}

static void
beat(struct keeping *k)
{
	int64_t asked = clock_mono_ms(), rows = 0; /* before the answer: the careful side */
	struct err e = ERR_INIT;

	if (send_beat(k, &rows, &e) < 0) {
		trouble(k, &e);
		return;
	}
	if (!rows) {
		run_lost(k->r, "another process has taken the run over (epoch %d is gone)",
			 k->r->epoch);
		return;
	}
	atomic_store(&k->r->last_beat, asked);
	k->next_beat = asked + k->r->conf->heartbeat_ms;
	if (k->told)
		run_emit(k->r, LVL_INFO, "log", "ledger: reached again");
	k->told = false;
}

static void
retake(struct keeping *k)
{
	struct run *r = k->r;
	struct err e = ERR_INIT;
	char app[64], span[CLOCK_BUF];
	int got;

	fmt_buf(app, sizeof(app), "%s guard", r->app);
	got = guard_retake(&r->guard, r->conf, app, &e);
	if (got == 1) {
		atomic_store(&r->locks, LOCKS_HELD);
		k->retake_until = 0;
		k->next_beat = 0; /* the new backend goes into the beat */
		run_emit(r, LVL_INFO, "log", "the locks are held again");
	} else if (clock_mono_ms() >= k->retake_until) {
		run_lost(r, "the locks were lost and could not be retaken within %s%s%s",
			 clock_span(r->conf->drain_ms, span), got < 0 ? ": " : "",
			 got < 0 ? e.text : "");
	}
}

/* With the keeper's own connection up, so a server that restarts does not eat the time to retake.
 */
static void
watch_locks(struct keeping *k, bool ask)
{
	struct run *r = k->r;
	struct err e = ERR_INIT;
	int held = 1;

	if (k->retake_until) {
		retake(k);
		return;
	}
	if (!db_alive(r->guard.db))
		held = 0;
	else if (ask)
		held = guard_held(&r->guard, k->db, &e);
	if (held < 0)
		trouble(k, &e);
	if (held != 0)
		return;
	atomic_store(&r->locks, LOCKS_RETAKING);
	k->retake_until = clock_mono_ms() + r->conf->drain_ms;
	run_emit(r, LVL_WARN, "warn", "the lock connection is lost: writing pauses");
	retake(k);
}

static void
read_request(struct keeping *k)
{
	struct err e = ERR_INIT;
	char id[NUM_TEXT];
	const char *args[] = { id };
	enum cancel_level level;

	fmt_buf(id, sizeof(id), "%lld", atomic_load(&k->r->id));
	ROWS_AUTO rows = db_query(k->db, Q_KEEPER_REQUEST, args, &e);

	if (!rows) {
		trouble(k, &e);
		return;
	}
	if (!rows_count(rows))
		return;
	level = str_same(rows_text(rows, 0, 0), "abort") ? CANCEL_ABORT : CANCEL_DRAIN;
	if (level > cancel_level(&k->r->cancel))
		run_emit(k->r, LVL_WARN, "warn", "%s asks the run to stop", rows_text(rows, 0, 1));
	cancel_raise(&k->r->cancel, level);
}

/* Before anything else is done about it: it may be over in a second. */
static void
look_for_block(struct keeping *k)
{
	struct err e = ERR_INIT;

	if (k->db && run_block_look(k->r, k->db, &e) < 0)
		trouble(k, &e);
}

static void
flush(struct keeping *k)
{
	struct err e = ERR_INIT;
	int rc;

	if (outbox_empty(&k->r->out))
		return;
	rc = outbox_flush(&k->r->out, k->db, atomic_load(&k->r->id), k->r->epoch, &e);
	if (rc < 0)
		trouble(k, &e);
	else if (rc == 0)
		run_lost(k->r, "another process has taken the run over (epoch %d is gone)",
			 k->r->epoch);
}

static void
keep(struct keeping *k, bool hurry)
{
	int64_t now = clock_mono_ms();
	bool due;

	if (!k->db && now >= k->next_try)
		connect_db(k);
	due = hurry || now >= k->next_beat;
	if (k->db && due)
		beat(k);
	if (k->db && atomic_load(&k->r->locks) != LOCKS_NONE && !atomic_load(&k->r->lost))
		watch_locks(k, due);
	if (k->db && now >= k->next_request) {
		read_request(k);
		look_for_block(k);
		k->next_request = now + REQUEST_MS;
	}
	if (k->db)
		flush(k);
}

/* True when asked to stop. */
static bool
rest(struct keeper *k, int ms, bool *hurry)
{
	struct timespec until;
	bool stop;
	int rc = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&k->lock);
	while (!k->stop && !k->hurry && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&k->wake, &k->lock, &until);
	stop = k->stop;
	*hurry = k->hurry;
	k->hurry = false;
	pthread_mutex_unlock(&k->lock);
	return stop;
}

static void *
keeper_main(void *arg)
{
	struct keeping k = { .r = arg, .backoff = BACKOFF_MIN_MS };
	int heartbeat = k.r->conf->heartbeat_ms;
	int tick = heartbeat > 0 && heartbeat < TICK_MS ? heartbeat : TICK_MS;
	bool hurry = false;

	signals_block_in_thread();
	do
		keep(&k, hurry);
	while (!rest(&k.r->keeper, tick, &hurry));
	if (k.db)
		flush(&k);
	db_close(k.db);
	return NULL;
}

int
keeper_start(struct run *r, struct err *e)
{
	int rc = pthread_create(&r->keeper.thread, NULL, keeper_main, r);

	if (rc != 0)
		return err_errno(e, ERR_INTERNAL, rc, "no thread for the run's keeper");
	r->keeper.started = true;
	return 0;
}

static void
nudge(struct keeper *k, bool *what)
{
	pthread_mutex_lock(&k->lock);
	*what = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
}

void
keeper_hurry(struct keeper *k)
{
	nudge(k, &k->hurry);
}

void
keeper_stop(struct keeper *k)
{
	if (!k->started)
		return;
	nudge(k, &k->stop);
	pthread_join(k->thread, NULL);
	k->started = false;
}
