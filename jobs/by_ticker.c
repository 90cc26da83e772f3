#include "jobs/by_ticker.h"

#include "core/clock.h"
#include "jobs/common.h"

enum { REFUSED_MAX = 3, MINUTE_MS = 60000 };

struct loop {
	struct by_ticker *b;
	int64_t next_ms, in_a_row; /* when the next request may leave; failures one after another */
	struct err first;
};

/* Evenly, without bursts: the vendor counts by its own minutes. */
static void
keep_pace(struct loop *l)
{
	const struct job_ctx *c = l->b->c;
	int64_t now = clock_mono_ms();
	int per_min = c->conf->requests_per_min;

	if (per_min <= 0)
		return;
	if (l->next_ms > now) {
		cancel_wait(c->cancel, (int)(l->next_ms - now));
		now = l->next_ms;
	}
	l->next_ms = now + MINUTE_MS / per_min;
}

/* A plan may lack some symbols; one that lacks all of them ends the run, and so does an answer that
 * has changed its form. */
static bool
stops(const struct loop *l, const struct err *e)
{
	if (e->cls == ERR_PLAN || e->cls == ERR_PROTOCOL)
		return l->in_a_row >= REFUSED_MAX;
	return trouble_stops(e, l->in_a_row);
}

/* True when the run must end here. */
static bool
note_failure(struct loop *l, const char *ticker, struct err *e)
{
	err_wrap(e, "%s", ticker);
	l->b->failed++;
	l->in_a_row++;
	if (l->first.cls == ERR_NONE)
		l->first = *e;
	if (stops(l, e))
		return true;
	run_log(l->b->c, LVL_ERROR, "%s", e->text);
	return false;
}

static int
one(struct loop *l, const char *ticker, struct err *e)
{
	struct by_ticker *b = l->b;

	if (run_check(b->c, e) < 0)
		return -1;
	*e = (struct err)ERR_INIT;
	if (run_unit_done(b->c, ticker)) {
		b->resumed++;
		return 0;
	}
	keep_pace(l);
	if (b->fn(b->arg, ticker, e) < 0)
		return note_failure(l, ticker, e) ? -1 : 0;
	b->done++;
	l->in_a_row = 0;
	return 0;
}

int
by_ticker_run(struct by_ticker *b, struct err *e)
{
	struct loop l = { .b = b, .first = ERR_INIT };
	size_t n = map_count(b->tickers);

	for (size_t i = 0; i < n; i++) {
		if (one(&l, map_key(b->tickers, i), e) < 0)
			return -1;
		run_progress(b->c, (int64_t)i + 1);
	}
	if (b->failed > 0 && b->done + b->resumed == 0) {
		*e = l.first;
		return -1;
	}
	run_count_error(b->c, b->failed);
	return 0;
}
