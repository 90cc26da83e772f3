/* The logs that panes follow, all in one query, and the details of one run. */
#include "tui/feed_internal.h"

#include "core/clock.h"

#include <string.h>

enum { FIRST_LINES = 5000 /* read when a run is chosen */, BATCH_LINES = 2000 };

static void
set_logs(struct snapshot *s, void *arg)
{
	const struct live_logs *l = arg;

	part_unref((struct part *)s->log);
	s->log = part_ref((struct part *)l->at[0]);
	for (size_t i = 0; i < LOG_MORE; i++) {
		part_unref((struct part *)s->more[i]);
		s->more[i] = part_ref((struct part *)l->at[i + 1]);
	}
}

static struct log_part *
known(const struct live_logs *l, int64_t run)
{
	for (size_t i = 0; i < LOG_PANES; i++)
		if (l->at[i] && l->at[i]->run == run)
			return l->at[i];
	return NULL;
}

static int64_t
last_seq(const struct log_part *p)
{
	return p && p->line.n > 0 ? p->line.at[p->line.n - 1]->seq : -1;
}

/* The lines of `add` that are of that run; they stand together. */
static struct event_list
lines_of(const struct event_list *add, int64_t run)
{
	struct event_list part = { .at = add->at };

	for (size_t i = 0; i < add->n; i++) {
		if (add->at[i].run != run)
			continue;
		if (part.n == 0)
			part.at = &add->at[i];
		part.n++;
	}
	return part;
}

void
feed_logs_done(struct live_logs *l)
{
	for (size_t i = 0; i < LOG_PANES; i++)
		part_unref((struct part *)l->at[i]);
	memset(l, 0, sizeof(*l));
}

/* Publishes when a line came or another set of runs is followed. */
static void
take(struct worker *w, struct live_logs *l, const int64_t run[LOG_PANES],
     const struct event_list *add)
{
	struct live_logs next = { .at = { NULL } };
	bool changed = add->n > 0;

	for (size_t i = 0; i < LOG_PANES; i++) {
		struct log_part *old = run[i] ? known(l, run[i]) : NULL;
		struct event_list mine = lines_of(add, run[i]);

		if (run[i])
			next.at[i] = old && mine.n == 0 ? part_ref(&old->part)
							: log_part_extend(old, run[i], &mine);
		changed |= (next.at[i] ? next.at[i]->run : 0) != (l->at[i] ? l->at[i]->run : 0);
	}
	if (changed)
		feed_publish(w->feed, set_logs, &next);
	feed_logs_done(l);
	*l = next;
}

int
feed_logs_read(struct worker *w, struct live_logs *l, const int64_t run[LOG_PANES], struct err *e)
{
	int64_t ids[LOG_PANES], after[LOG_PANES];
	size_t n = 0, count[LOG_PANES] = { 0 };
	int limit = BATCH_LINES;
	struct event_list add;
	bool more = false;

	for (size_t i = 0; i < LOG_PANES; i++) {
		if (!run[i])
			continue;
		ids[n] = run[i];
		after[n] = last_seq(known(l, run[i]));
		if (after[n++] < 0)
			limit = FIRST_LINES;
	}
	if (ledger_events_of(w->db, ids, after, n, limit, &add, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		count[i] = lines_of(&add, ids[i]).n;
		more |= after[i] >= 0 && count[i] == (size_t)limit;
	}
	take(w, l, run, &add);
	event_list_done(&add);
	return more;
}

static void
set_detail(struct snapshot *s, void *arg)
{
	part_unref((struct part *)s->detail);
	s->detail = part_ref(arg);
}

int
feed_detail_read(struct worker *w, int64_t run, struct err *e)
{
	struct detail_part *p = detail_part_new(run);
	int rc = ledger_detail(w->db, &w->feed->app->conf, run, &p->d, e);

	p->read_ms = clock_wall_ms();
	if (rc == 0)
		feed_publish(w->feed, set_detail, p);
	part_unref(&p->part);
	return rc;
}
