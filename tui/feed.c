#include "tui/feed_internal.h"

#include "core/clock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void
poke(int fd)
{
	(void)!write(fd, &(uint64_t){ 1 }, sizeof(uint64_t));
}

static void
empty(int fd)
{
	uint64_t n;

	(void)!read(fd, &n, sizeof(n));
}

static void
worker_start(struct feed *f, struct worker *w, const char *name, void *(*main)(void *))
{
	w->feed = f;
	w->name = name;
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->started = pthread_create(&w->thread, NULL, main, w) == 0;
}

struct feed *
feed_new(const struct app *app)
{
	struct feed *f = mem_zalloc(sizeof(*f));

	f->app = app;
	atomic_init(&f->refresh_ms, app->conf.refresh_ms);
	cancel_init(&f->stop);
	pthread_mutex_init(&f->lock, NULL);
	f->ui = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->now = snapshot_new(NULL);
	worker_start(f, &f->live, "fintra console", feed_live_main);
	worker_start(f, &f->slow, "fintra console (tables)", feed_slow_main);
	worker_start(f, &f->look, "fintra console (screens)", feed_look_main);
	if (!f->live.started || !f->slow.started || !f->look.started)
		feed_note(f, LVL_ERROR, "no thread could be had: the screen shows nothing new");
	return f;
}

void
feed_free(struct feed *f)
{
	struct worker *w[3];

	if (!f)
		return;
	cancel_raise(&f->stop, CANCEL_ABORT);
	w[0] = &f->live;
	w[1] = &f->slow;
	w[2] = &f->look;
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		poke(w[i]->wake);
		if (w[i]->started)
			pthread_join(w[i]->thread, NULL);
		close(w[i]->wake);
	}
	part_unref(&f->now->part);
	close(f->ui);
	pthread_mutex_destroy(&f->lock);
	cancel_done(&f->stop);
	free(f);
}

int64_t
feed_silent_ms(const struct feed *f)
{
	return clock_mono_ms() - atomic_load(&f->answered_ms);
}

bool
feed_stopping(const struct feed *f)
{
	return cancel_level(&f->stop) != CANCEL_NONE;
}

void
feed_wake(struct worker *w)
{
	poke(w->wake);
}

void
feed_wait(struct worker *w, int ms)
{
	struct pollfd p = { .fd = w->wake, .events = POLLIN };

	if (w->db && db_alive(w->db))
		db_wait(w->db, w->wake, ms);
	else
		poll(&p, 1, ms);
	empty(w->wake);
}

int
feed_fd(const struct feed *f)
{
	return f->ui;
}

struct snapshot *
feed_now(struct feed *f)
{
	struct snapshot *s;

	pthread_mutex_lock(&f->lock);
	s = part_ref(&f->now->part);
	pthread_mutex_unlock(&f->lock);
	return s;
}

struct snapshot *
feed_take(struct feed *f)
{
	empty(f->ui);
	return feed_now(f);
}

void
feed_publish_quietly(struct feed *f, feed_edit *edit, void *arg)
{
	struct snapshot *old, *s;

	pthread_mutex_lock(&f->lock);
	old = f->now;
	s = snapshot_new(old);
	edit(s, arg);
	f->now = s;
	pthread_mutex_unlock(&f->lock);
	part_unref(&old->part);
}

void
feed_publish(struct feed *f, feed_edit *edit, void *arg)
{
	feed_publish_quietly(f, edit, arg);
	poke(f->ui);
}

struct note {
	enum level level;
	char text[240];
};

static void
set_note(struct snapshot *s, void *arg)
{
	const struct note *n = arg;

	s->note_serial++;
	s->note_level = n->level;
	str_copy(s->note, sizeof(s->note), n->text);
}

void
feed_note(struct feed *f, enum level l, const char *fmt, ...)
{
	struct note n = { .level = l };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(n.text, sizeof(n.text), fmt, ap);
	va_end(ap);
	feed_publish(f, set_note, &n);
}

void
feed_follow(struct feed *f, int64_t run)
{
	pthread_mutex_lock(&f->lock);
	f->follow = run;
	pthread_mutex_unlock(&f->lock);
	poke(f->live.wake);
}

void
feed_follow_more(struct feed *f, const int64_t runs[LOG_MORE])
{
	pthread_mutex_lock(&f->lock);
	memcpy(f->more, runs, sizeof(f->more));
	pthread_mutex_unlock(&f->lock);
	poke(f->live.wake);
}

void
feed_detail(struct feed *f, int64_t run)
{
	pthread_mutex_lock(&f->lock);
	f->detail = run;
	pthread_mutex_unlock(&f->lock);
	poke(f->live.wake);
}

void
feed_refresh(struct feed *f)
{
	pthread_mutex_lock(&f->lock);
	f->refresh = f->look_again = true;
	pthread_mutex_unlock(&f->lock);
	poke(f->slow.wake);
	poke(f->live.wake);
	poke(f->look.wake);
}

void
feed_interval(struct feed *f, int ms)
{
	atomic_store(&f->refresh_ms, ms);
	feed_refresh(f); /* the wait that is under way was for the old one */
}

void
feed_look(struct feed *f, const struct wish *what)
{
	pthread_mutex_lock(&f->lock);
	f->want = *what;
	f->look_again = true;
	pthread_mutex_unlock(&f->lock);
	poke(f->look.wake);
}

void
feed_gates(struct feed *f, const struct job *job, struct date as_of)
{
	pthread_mutex_lock(&f->lock);
	f->gates_job = job;
	f->gates_as_of = as_of;
	f->gates_asked = true;
	pthread_mutex_unlock(&f->lock);
	poke(f->slow.wake);
}

void
feed_cancel(struct feed *f, int64_t run, enum cancel_level level, bool own)
{
	bool full;

	pthread_mutex_lock(&f->lock);
	full = f->ncancel == FEED_CANCELS;
	if (!full)
		f->cancel[f->ncancel++] = (struct cancel_request){ run, level, own };
	pthread_mutex_unlock(&f->lock);
	if (full)
		feed_note(f, LVL_ERROR, "not cancelled: %d requests are waiting for the database",
			  FEED_CANCELS);
	poke(f->live.wake);
}

void
feed_alert_test(struct feed *f)
{
	pthread_mutex_lock(&f->lock);
	f->alert_test = true;
	pthread_mutex_unlock(&f->lock);
	poke(f->look.wake);
}

void
feed_notice(struct feed *f, const struct notice_call *c)
{
	bool full;

	pthread_mutex_lock(&f->lock);
	full = f->nnotice == FEED_NOTICES;
	if (!full)
		f->notice[f->nnotice++] = *c;
	pthread_mutex_unlock(&f->lock);
	if (full)
		feed_note(f, LVL_ERROR, "not recorded: %d others are waiting for the database",
			  FEED_NOTICES);
	poke(f->live.wake);
}
