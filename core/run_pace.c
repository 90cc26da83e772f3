/* The vendor's budget of bulk calls, and its "not before", shared through the ledger by all
 * processes and hosts (fmp.md 1, faults.md F25): waiting, not error. */
#include "core/clock.h"
#include "core/run_after.h"

#include <inttypes.h>

/* A caller that has its moment looks this often whether the vendor has told somebody else to wait.
 */
enum { LOOK_MS = 1000, TOLD_MS = 1000, BULK_INTERVAL_MS = 30000 };

static int64_t
interval_of(const struct conf *c, bool bulk)
{
	if (!bulk)
		return 0;
	if (c->bulk_interval_ms >= 0)
		return c->bulk_interval_ms;
	return http_is_loopback(str_or(c->base_url, "")) ? 0 : BULK_INTERVAL_MS; /* a stand-in */
}

/* The first cell in ms; a lost connection is opened anew once. */
static int
ask(struct run *r, enum query q, const char *const *args, int64_t *ms, struct err *e)
{
	for (int tries = 0;; tries++) {
		ROWS_AUTO rows = db_query(r->ledger, q, args, e);

		if (rows) {
			*ms = rows_count(rows) > 0 ? rows_int(rows, 0, 0) : 0;
			return 0;
		}
		if (!e->disconnected || tries > 0)
			return -1;
		struct db *fresh = db_open(r->conf, "fintra ledger", NULL, e);

		if (!fresh)
			return -1;
		db_close(r->ledger);
		r->ledger = fresh;
	}
}

static int
wait_ms(struct run *r, const char *budget, int64_t ms, struct err *e)
{
	char text[160], span[CLOCK_BUF];

	if (ms > TOLD_MS) {
		fmt_buf(text, sizeof(text), "the vendor's %s budget, %s", budget,
			clock_span(ms, span));
		run_set_waits_for(r, text);
		run_emit(r, LVL_INFO, "retry", "waits for %s", text);
	}
	cancel_wait(&r->cancel, (int)ms);
	if (ms > TOLD_MS)
		run_set_waits_for(r, "");
	return run_check(&r->ctx, e);
}

/* In slices: somebody else may be told to wait meanwhile.  1: the moment is there, 0: held back. */
static int
await_moment(struct run *r, const char *key, const char *budget, int64_t ms, struct err *e)
{
	const char *args[] = { key };
	int64_t until = clock_mono_ms() + ms, held = 0, left = ms;

	if (ms > TOLD_MS && wait_ms(r, budget, ms - LOOK_MS, e) < 0)
		return -1;
	while ((left = until - clock_mono_ms()) > 0)
		if (wait_ms(r, budget, left < LOOK_MS ? left : LOOK_MS, e) < 0)
			return -1;
	if (ask(r, Q_PACE_HELD, args, &held, e) < 0)
		return -1;
	return held <= 0;
}

static int
take_turn(struct run *r, const char *key, bool bulk, struct err *e)
{
	char text[NUM_BUF];
	int64_t interval = interval_of(r->conf, bulk), ms = 0;
	const char *args[] = { key, num_int(interval, text) }, *budget = bulk ? "bulk" : "request";
	int there;

	do {
		if (ask(r, interval > 0 ? Q_PACE_TAKE : Q_PACE_HELD, args, &ms, e) < 0)
			return -1;
		there = await_moment(r, key, budget, ms > 0 ? ms : 0, e);
	} while (there == 0);
	return there < 0 ? -1 : 0;
}

/* Without the ledger's row the process still keeps the distance by itself. */
static int
alone(struct run *r, bool bulk, const struct err *why, struct err *e)
{
	run_emit(r, LVL_WARN, "warn", "the budget shared with other processes cannot be asked: %s",
		 why->text);
	return wait_ms(r, "own", interval_of(r->conf, bulk), e);
}

int
run_pace(void *arg, const char *key, bool bulk, int64_t hold_ms, struct err *e)
{
	struct run *r = arg;
	struct err why = ERR_INIT;
	char text[NUM_BUF];
	const char *args[] = { key, num_int(hold_ms, text) };

	if (!atomic_load(&r->owned))
		return 0;
	if (hold_ms > 0) {
		if (db_exec(r->ledger, Q_PACE_HOLD, args, NULL, &why) < 0)
			run_emit(r, LVL_WARN, "warn", "other processes are not held back: %s",
				 why.text);
		return 0;
	}
	if (take_turn(r, key, bulk, &why) == 0)
		return 0;
	if (why.cls == ERR_CANCELLED || why.cls == ERR_LOST) {
		*e = why;
		return -1;
	}
	return alone(r, bulk, &why, e);
}
