#include "core/cancel.h"

#include "core/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { POLL_SLICE_MS = 20 }; /* without a descriptor the level is looked at this often */

void
cancel_init(struct cancel *c)
{
	atomic_init(&c->level, CANCEL_NONE);
	c->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

void
cancel_done(struct cancel *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

void
cancel_raise(struct cancel *c, enum cancel_level level)
{
	const uint64_t one = 1;
	int saved = errno;
	int was = atomic_load(&c->level);

	while (was < (int)level)
		if (atomic_compare_exchange_weak(&c->level, &was, (int)level))
			break;
	if (level > CANCEL_NONE && c->fd >= 0) {
		/* Fails only when the counter is full, and then it is readable anyway. */
		ssize_t n = write(c->fd, &one, sizeof(one));
		(void)n;
	}
	errno = saved;
}

enum cancel_level
cancel_level(const struct cancel *c)
{
	return c ? (enum cancel_level)atomic_load(&c->level) : CANCEL_NONE;
}

bool
cancel_asked(const struct cancel *c)
{
	return cancel_level(c) != CANCEL_NONE;
}

bool
cancel_wait(const struct cancel *c, int ms)
{
	int64_t end = clock_mono_ms() + (ms > 0 ? ms : 0);

	for (;;) {
		struct pollfd p = { .fd = c ? c->fd : -1, .events = POLLIN };
		int64_t left = end - clock_mono_ms();

		if (cancel_asked(c))
			return true;
		if (left <= 0)
			return false;
		if (c && c->fd < 0 && left > POLL_SLICE_MS)
			left = POLL_SLICE_MS;
		poll(&p, 1, (int)left);
	}
}
