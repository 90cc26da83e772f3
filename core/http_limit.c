#include "core/http_impl.h"

#include <pthread.h>
#include <string.h>

enum {
	LIMIT_KEYS = 128,
	LIMIT_KEY = 320,
	FAILS_TO_OPEN = 10,
	OPENS_TO_FAIL = 3,
	PROBE_POLL_MS = 100
};

struct line {
	char key[LIMIT_KEY];
	int fails, opens; /* in a row; opens > 0 = the breaker is open or probing */
	int64_t until;	  /* open until */
	int64_t hold;	  /* nobody asks before */
	int64_t slot;	  /* the next free place in the row of requests */
	bool probing;
};

/* The one shared state of the HTTP side: threads of several runs must slow down together (F25). */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards lines, nlines */
static struct line lines[LIMIT_KEYS];
static size_t nlines;

/* Under the mutex.  NULL when the table is full: then nothing is limited. */
static struct line *
line_of(const char *key)
{
	for (size_t i = 0; i < nlines; i++)
		if (strncmp(lines[i].key, key, LIMIT_KEY - 1) == 0)
			return &lines[i];
	if (nlines == LIMIT_KEYS)
		return NULL;
	str_copy(lines[nlines].key, LIMIT_KEY, key);
	return &lines[nlines++];
}

static enum limit_answer
ask_line(struct line *l, int64_t now, int64_t *wait_ms)
{
	if (l->hold > now) {
		*wait_ms = l->hold - now;
		return LIMIT_WAIT;
	}
	if (l->opens == 0)
		return LIMIT_GO;
	if (l->until > now) {
		*wait_ms = l->until - now;
		return LIMIT_WAIT;
	}
	if (l->probing) {
		*wait_ms = PROBE_POLL_MS;
		return LIMIT_WAIT;
	}
	l->probing = true;
	return LIMIT_GO;
}

enum limit_answer
limit_ask(const char *key, int64_t now_ms, int64_t *wait_ms)
{
	enum limit_answer got = LIMIT_GO;

	*wait_ms = 0;
	pthread_mutex_lock(&mutex);
	struct line *l = line_of(key);
	if (l)
		got = ask_line(l, now_ms, wait_ms);
	pthread_mutex_unlock(&mutex);
	return got;
}

static bool
tell_line(struct line *l, enum limit_news news, int64_t now, int64_t open_ms)
{
	l->probing = false;
	if (news == LIMIT_GOOD)
		l->fails = l->opens = 0;
	if (news != LIMIT_BAD)
		return false;
	l->fails++;
	if (l->opens > 0 || l->fails >= FAILS_TO_OPEN) {
		/* Late failures of requests that were under way when it opened are not probes. */
		if (l->opens == 0 || l->until <= now)
			l->opens++;
		l->until = now + open_ms;
	}
	return l->opens >= OPENS_TO_FAIL;
}

bool
limit_tell(const char *key, enum limit_news news, int64_t now_ms, int64_t open_ms)
{
	bool give_up = false;

	pthread_mutex_lock(&mutex);
	struct line *l = line_of(key);
	if (l)
		give_up = tell_line(l, news, now_ms, open_ms);
	pthread_mutex_unlock(&mutex);
	return give_up;
}

void
limit_hold(const char *key, int64_t until_ms)
{
	pthread_mutex_lock(&mutex);
	struct line *l = line_of(key);
	if (l && l->hold < until_ms)
		l->hold = until_ms;
	pthread_mutex_unlock(&mutex);
}

int64_t
limit_slot(const char *key, int64_t now_ms, int64_t gap_ms)
{
	int64_t wait = 0;

	pthread_mutex_lock(&mutex);
	struct line *l = line_of(key);
	if (l) {
		wait = l->slot > now_ms ? l->slot - now_ms : 0;
		l->slot = now_ms + wait + gap_ms;
	}
	pthread_mutex_unlock(&mutex);
	return wait;
}
