#include "jobs/by_ticker.h"

#include "core/clock.h"
#include "jobs/failures.h"

enum { MINUTE_MS = 60000 };

struct loop {
	struct by_ticker *b;
	int64_t next_ms; /* when the next request may leave */
	struct failures f;
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
	l->next_ms = now + (int64_t)MINUTE_MS * (l->b->requests > 0 ? l->b->requests : 1) / per_min;
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
		return failures_note(b->c, &l->f, ticker, e) ? -1 : 0;
	b->done++;
	l->f.in_a_row = 0;
	return 0;
}

int
by_ticker_run(struct by_ticker *b, struct err *e)
{
	struct loop l = { .b = b, .f = { .first = ERR_INIT } };
	size_t n = map_count(b->tickers);
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = one(&l, map_key(b->tickers, i), e);
		run_progress(b->c, (int64_t)i + 1);
	}
	b->failed = l.f.failed;
	return rc < 0 ? -1 : failures_conclude(b->c, &l.f, b->done + b->resumed, e);
}
