#include "tui/review.h"

#include "core/clock.h"
#include "core/run_diff.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 20, LOOK_MS = 200 };

/* On the stack of the run's thread. */
struct review_wait {
	struct review seen;
	int answered; /* eventfd */
	enum review_end end;
	struct review_wait *next;
};

void
review_list_done(struct review_list *l)
{
	for (size_t i = 0; i < l->at.n; i++)
		free(l->at.at[i].text);
	vec_done(&l->at);
}

void
reviews_init(struct reviews *r, int wake, int wait_ms)
{
	*r = (struct reviews){ .wake = wake, .wait_ms = wait_ms };
	pthread_mutex_init(&r->lock, NULL);
}

void
reviews_done(struct reviews *r)
{
	vec_done(&r->past);
	pthread_mutex_destroy(&r->lock);
}

static void
changed(struct reviews *r)
{
	r->serial++;
	(void)!write(r->wake, &(uint64_t){ 1 }, sizeof(uint64_t));
}

static void
put(struct reviews *r, struct review_wait *w)
{
	struct review_wait **at = &r->first;

	pthread_mutex_lock(&r->lock);
	while (*at)
		at = &(*at)->next;
	*at = w;
	changed(r);
	pthread_mutex_unlock(&r->lock);
}

static void
take_out(struct reviews *r, struct review_wait *w)
{
	struct review_wait **at = &r->first;

	pthread_mutex_lock(&r->lock);
	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
	vec_push(&r->past, ((struct review_past){ w->seen.run, w->end }));
	changed(r);
	pthread_mutex_unlock(&r->lock);
}

static enum review_end
end_of(struct reviews *r, const struct review_wait *w)
{
	enum review_end end;

	pthread_mutex_lock(&r->lock);
	end = w->end;
	pthread_mutex_unlock(&r->lock);
	return end;
}

/* Until somebody answers, the run is told to stop, or the time is over. */
static void
await(struct reviews *r, struct review_wait *w, const struct cancel *cancel)
{
	int64_t until = clock_mono_ms() + r->wait_ms, left;
	struct pollfd p[] = { { .fd = w->answered, .events = POLLIN },
			      { .fd = cancel->fd, .events = POLLIN } };
	enum review_end end = REVIEW_OPEN;

	while ((end = end_of(r, w)) == REVIEW_OPEN && !cancel_asked(cancel) &&
	       (left = until - clock_mono_ms()) > 0)
		/* Without a descriptor it is looked for. */
		if (poll(p, ARRAY_LEN(p), p[0].fd < 0 || p[1].fd < 0 ? LOOK_MS : (int)left) < 0 &&
		    errno != EINTR)
			break;
	pthread_mutex_lock(&r->lock);
	if (cancel_asked(cancel))
		w->end = REVIEW_STOPPED;
	else if (w->end == REVIEW_OPEN)
		w->end = REVIEW_LATE;
	pthread_mutex_unlock(&r->lock);
}

static void
count_rows(const struct diff *d, struct review *out)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct shadow *s = &d->at[i].shadow;

		out->changes += s->inserted + s->updated + s->deleted;
		out->touched += s->touched;
	}
}

bool
review_ask(void *arg, const struct diff *d, const struct cancel *cancel)
{
	struct reviews *r = arg;
	struct review_wait w = { .seen = { .run = d->run,
					   .job = d->job,
					   .as_of = d->as_of,
					   .until_ms = clock_wall_ms() + r->wait_ms } };
	STR_AUTO text = { 0 };

	if (diff_is_empty(d)) {
		w.end = REVIEW_EMPTY;
		take_out(r, &w);
		return false;
	}
	count_rows(d, &w.seen);
	str_init(&text, TEXT_MAX);
	diff_text(d, &text);
	w.seen.text = text.p;
	w.answered = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	put(r, &w);
	await(r, &w, cancel);
	take_out(r, &w);
	close(w.answered);
	return w.end == REVIEW_KEPT;
}

bool
reviews_take(struct reviews *r, unsigned *serial, struct review_list *out)
{
	bool news;

	pthread_mutex_lock(&r->lock);
	news = *serial != r->serial;
	*serial = r->serial;
	if (news) {
		review_list_done(out);
		for (const struct review_wait *w = r->first; w; w = w->next) {
			struct review seen = w->seen;

			seen.text = mem_dup(seen.text);
			if (w->end == REVIEW_OPEN)
				vec_push(&out->at, seen);
			else
				free(seen.text);
		}
	}
	pthread_mutex_unlock(&r->lock);
	return news;
}

bool
reviews_answer(struct reviews *r, int64_t run, bool keep)
{
	struct review_wait *w;

	pthread_mutex_lock(&r->lock);
	for (w = r->first; w && (w->seen.run != run || w->end != REVIEW_OPEN); w = w->next)
		;
	if (w) {
		w->end = keep ? REVIEW_KEPT : REVIEW_DROPPED;
		(void)!write(w->answered, &(uint64_t){ 1 }, sizeof(uint64_t));
		changed(r);
	}
	pthread_mutex_unlock(&r->lock);
	return w != NULL;
}

enum review_end
reviews_past(struct reviews *r, int64_t run)
{
	enum review_end end = REVIEW_NONE;

	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->past.n; i++)
		if (r->past.at[i].run == run)
			end = r->past.at[i].end;
	pthread_mutex_unlock(&r->lock);
	return end;
}
