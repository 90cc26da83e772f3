/* The cancel request has a thread of its own: PQcancel() connects and waits for the server to
 * close, both without a bound, and whoever waits for a database has one. */
#include "core/clock.h"
#include "core/db_internal.h"
#include "core/signals.h"
#include "core/str.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct canceller {
	PGcancel *request;
	int done;	   /* eventfd: readable once the server has taken it, or never will */
	atomic_int owners; /* the connection and the thread; the last one frees */
};

static void
let_go(struct canceller *c)
{
	if (atomic_fetch_sub(&c->owners, 1) > 1)
		return;
	PQfreeCancel(c->request);
	close(c->done);
	free(c);
}

static void *
send_request(void *arg)
{
	struct canceller *c = arg;
	char unused[256];

	signals_block_in_thread();
	/* If it fails, the wait for the statement runs into its bound. */
	PQcancel(c->request, unused, sizeof(unused));
	(void)!write(c->done, &(uint64_t){ 1 }, sizeof(uint64_t));
	let_go(c);
	return NULL;
}

void
dbi_cancel(struct db *db)
{
	PGcancel *request = PQgetCancel(db->conn);
	struct canceller *c;
	pthread_t t;

	db->cancel_sent = true;
	db->give_up_ms = clock_mono_ms() + DBI_ANSWER_MS;
	if (!request)
		return;
	c = mem_zalloc(sizeof(*c));
	c->request = request;
	c->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	atomic_init(&c->owners, 2);
	db->canceller = c;
	if (pthread_create(&t, NULL, send_request, c) == 0)
		pthread_detach(t);
	else
		send_request(c);
}

bool
dbi_cancel_settled(struct db *db)
{
	struct pollfd p = { .events = POLLIN };
	int64_t left;
	int n;

	if (!db->canceller)
		return true;
	p.fd = db->canceller->done;
	do {
		left = db->give_up_ms - clock_mono_ms();
		n = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	if (n != 1)
		return false;
	dbi_cancel_forget(db);
	return true;
}

void
dbi_cancel_forget(struct db *db)
{
	if (db->canceller)
		let_go(db->canceller);
	db->canceller = NULL;
}
