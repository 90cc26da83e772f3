#include "jobs/layer4/snapshot_ahead.h"

#include <pthread.h>
#include <stdlib.h>

struct snapshot_ahead {
	struct job_ctx *c;
	const struct snapshot_stocks *stocks;
	struct job_ctx reader; /* the same run with a connection of its own; db may be NULL */
	struct span which;
	pthread_t thread;
	bool under_way;
	/* Of the thread until it is joined. */
	struct snapshot_unit unit;
	struct err e;
	int rc;
};

struct snapshot_ahead *
snapshot_ahead_new(struct job_ctx *c, const struct snapshot_stocks *stocks)
{
	struct snapshot_ahead *a = mem_zalloc(sizeof(*a));
	struct err why = ERR_INIT;

	a->c = c;
	a->stocks = stocks;
	a->reader = *c;
	a->reader.db = run_db_open(c, &why);
	if (!a->reader.db)
		run_log(c, LVL_INFO, "reads and writes in turn: %s", why.text);
	return a;
}

static void *
work(void *arg)
{
	struct snapshot_ahead *a = arg;

	a->rc = snapshot_unit_read(&a->reader, a->stocks, a->which, &a->unit, &a->e);
	return NULL;
}

void
snapshot_ahead_start(struct snapshot_ahead *a, struct span which)
{
	a->which = which;
	a->e = (struct err)ERR_INIT;
	a->under_way = a->reader.db && pthread_create(&a->thread, NULL, work, a) == 0;
}

int
snapshot_ahead_take(struct snapshot_ahead *a, struct snapshot_unit *u, struct err *e)
{
	if (!a->under_way)
		return snapshot_unit_read(a->c, a->stocks, a->which, u, e);
	pthread_join(a->thread, NULL);
	a->under_way = false;
	*u = a->unit;
	if (a->rc < 0)
		*e = a->e;
	return a->rc;
}

void
snapshot_ahead_free(struct snapshot_ahead *a)
{
	if (a->under_way) {
		pthread_join(a->thread, NULL);
		snapshot_unit_done(&a->unit);
	}
	db_close(a->reader.db);
	free(a);
}
