#include "tui/model.h"

#include <stdlib.h>
#include <string.h>

enum { SILENT_MS = 5000 };

static void
snapshot_done(struct part *p)
{
	struct snapshot *s = (struct snapshot *)p;

	part_unref((struct part *)s->fresh);
	part_unref((struct part *)s->health);
	part_unref((struct part *)s->standing);
	part_unref((struct part *)s->runs);
	part_unref((struct part *)s->log);
	for (size_t i = 0; i < LOG_MORE; i++)
		part_unref((struct part *)s->more[i]);
	part_unref((struct part *)s->detail);
	part_unref((struct part *)s->gates);
	for (size_t i = 0; i < LOOK_PARTS; i++)
		part_unref(s->look[i]);
	free(s);
}

struct snapshot *
snapshot_new(const struct snapshot *from)
{
	struct snapshot *s = mem_zalloc(sizeof(*s));

	if (from) {
		memcpy((char *)s + sizeof(struct part), (const char *)from + sizeof(struct part),
		       sizeof(*s) - sizeof(struct part));
		part_ref((struct part *)s->fresh);
		part_ref((struct part *)s->health);
		part_ref((struct part *)s->standing);
		part_ref((struct part *)s->runs);
		part_ref((struct part *)s->log);
		for (size_t i = 0; i < LOG_MORE; i++)
			part_ref((struct part *)s->more[i]);
		part_ref((struct part *)s->detail);
		part_ref((struct part *)s->gates);
		for (size_t i = 0; i < LOOK_PARTS; i++)
			part_ref(s->look[i]);
	}
	part_init(&s->part, snapshot_done);
	return s;
}

/* The live thread asks every second; a busy server may take a few. */
bool
model_silent(const struct model *m)
{
	return m->s->conn == CONN_UP && m->silent_ms > SILENT_MS;
}

const char *
model_why_read_only(const struct model *m)
{
	if (m->read_only)
		return "started with --read-only";
	if (m->s->conn != CONN_UP)
		return "no database connection";
	if (!m->s->may_write)
		return m->s->ledger_why[0] ? m->s->ledger_why : "this database has no ledger";
	return NULL;
}

const struct run_info *
model_run(const struct model *m, int64_t id)
{
	const struct runs_part *r = m->s->runs;

	for (size_t i = 0; r && i < r->l.n; i++)
		if (r->l.at[i].id == id)
			return &r->l.at[i];
	return NULL;
}

const struct log_part *
model_log(const struct model *m, int64_t run)
{
	const struct snapshot *s = m->s;

	if (s->log && s->log->run == run)
		return s->log;
	for (size_t i = 0; i < LOG_MORE; i++)
		if (s->more[i] && s->more[i]->run == run)
			return s->more[i];
	return NULL;
}

const struct run_info *
model_default_run(const struct model *m)
{
	const struct runs_part *r = m->s->runs;

	for (size_t i = 0; r && i < r->l.n; i++)
		if (!run_state_ended(r->l.at[i].state))
			return &r->l.at[i];
	return r && r->l.n > 0 ? &r->l.at[0] : NULL;
}

int
model_active_runs(const struct model *m)
{
	const struct runs_part *r = m->s->runs;
	int n = 0;

	for (size_t i = 0; r && i < r->l.n; i++)
		n += !run_state_ended(r->l.at[i].state);
	return n;
}

int
model_count_failed_since(const struct snapshot *s, int64_t since_ms)
{
	int n = 0;

	for (size_t i = 0; s->runs && i < s->runs->l.n; i++) {
		const struct run_info *r = &s->runs->l.at[i];

		if ((r->state == RUN_FAILURE || r->state == RUN_ABANDONED ||
		     r->state == RUN_LOST) &&
		    (r->ended_ms > since_ms || r->beat_ms > since_ms))
			n++;
	}
	return n;
}

/* What somebody knows already comes behind what nobody does; those that do not count come last,
 * whatever they say. */
static int
check_rank(const struct check_result *r)
{
	static const int ranks[] = {
		[CHECK_CRITICAL] = 0,
		[CHECK_UNKNOWN] = 1,
		[CHECK_WARNING] = 2,
		[CHECK_OK] = 4,
	};

	return r->idle ? 5 : r->acked ? 3 : ranks[r->state];
}

const struct check_result *
model_check(const struct model *m, size_t n)
{
	const struct health_part *h = m->s->health;

	for (int rank = 0; h && rank < 6; rank++)
		for (size_t i = 0; i < h->h.n; i++)
			if (check_rank(&h->h.at[i]) == rank && n-- == 0)
				return &h->h.at[i];
	return NULL;
}
