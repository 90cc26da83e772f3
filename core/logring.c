/* A circular array that doubles; its lines are copies, so that a reader never holds the lock while
 * it draws. */
#include "core/logring.h"

#include "core/vec.h"

#include <pthread.h>
#include <string.h>

struct logring {
	pthread_mutex_t lock; /* guards all below */
	struct event *at;     /* circular, cap places, first line at `head` */
	size_t head, n, cap;
	size_t bytes, max;
	int64_t first, dropped;
};

static size_t
weight(const struct event *ev)
{
	return sizeof(*ev) + (ev->msg ? strlen(ev->msg) : 0) + (ev->data ? strlen(ev->data) : 0);
}

struct logring *
logring_new(size_t max_bytes)
{
	struct logring *r = mem_zalloc(sizeof(*r));

	pthread_mutex_init(&r->lock, NULL);
	r->max = max_bytes;
	return r;
}

static void
drop_oldest(struct logring *r)
{
	struct event *ev = &r->at[r->head];

	r->bytes -= weight(ev);
	event_done(ev);
	r->head = (r->head + 1) % r->cap;
	r->n--;
	r->first++;
}

void
logring_free(struct logring *r)
{
	if (!r)
		return;
	while (r->n)
		drop_oldest(r);
	pthread_mutex_destroy(&r->lock);
	free(r->at);
	free(r);
}

static void
grow(struct logring *r)
{
	size_t cap = r->cap ? r->cap * 2 : 64;
	struct event *at = mem_alloc(cap * sizeof(*at));

	for (size_t i = 0; i < r->n; i++)
		at[i] = r->at[(r->head + i) % r->cap];
	free(r->at);
	r->at = at;
	r->cap = cap;
	r->head = 0;
}

void
logring_push(struct logring *r, const struct event *ev)
{
	size_t w = weight(ev);

	pthread_mutex_lock(&r->lock);
	while (r->n && r->bytes + w > r->max) {
		drop_oldest(r);
		r->dropped++;
	}
	if (w > r->max) {
		r->first++; /* it keeps its number, so that the gap shows */
		r->dropped++;
	} else {
		if (r->n == r->cap)
			grow(r);
		event_copy(&r->at[(r->head + r->n) % r->cap], ev);
		r->n++;
		r->bytes += w;
	}
	pthread_mutex_unlock(&r->lock);
}

static int64_t
look(struct logring *r, const int64_t *field, bool plus_kept)
{
	int64_t v;

	pthread_mutex_lock(&r->lock);
	v = *field + (plus_kept ? (int64_t)r->n : 0);
	pthread_mutex_unlock(&r->lock);
	return v;
}

int64_t
logring_first(struct logring *r)
{
	return look(r, &r->first, false);
}

int64_t
logring_end(struct logring *r)
{
	return look(r, &r->first, true);
}

int64_t
logring_dropped(struct logring *r)
{
	return look(r, &r->dropped, false);
}

bool
logring_get(struct logring *r, int64_t i, struct event *out)
{
	bool there;

	pthread_mutex_lock(&r->lock);
	there = i >= r->first && i < r->first + (int64_t)r->n;
	if (there)
		event_copy(out, &r->at[(r->head + (size_t)(i - r->first)) % r->cap]);
	pthread_mutex_unlock(&r->lock);
	return there;
}

void
logring_clear(struct logring *r)
{
	pthread_mutex_lock(&r->lock);
	while (r->n)
		drop_oldest(r);
	pthread_mutex_unlock(&r->lock);
}
