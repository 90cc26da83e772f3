/* From marks to histories that are on one footing again.  Both phases go by the marks in the
 * database, so a resumed run, and the next one, go on where this one ends. */
#include "core/calendar.h"
#include "jobs/backfill/ticker_history.h"
#include "jobs/common.h"
#include "jobs/fmp/actions.h"
#include "jobs/layer1/prices_day.h"

#include <string.h>

enum { ASKED_MAX = 2000, REFUSED_MAX = 3, MARK_DAYS = 7, BAR_MAX = 64, DETAIL_BUF = 160 };

struct waiting { /* a marked ticker */
	const char *ticker;
	size_t at;
	bool ask, paused;
	struct date flagged, last; /* oldest mark; newest stored day before the run, or none */
};

struct work {
	struct price_run *r;
	struct rows *rows; /* owned; the tickers' texts */
	VEC(struct waiting) list;
	int64_t asked, found, reloaded, left;
	int refused, in_a_row; /* by the plan; one after the other */
	bool stopped;	       /* the vendor answers no more */
	char why[100];	       /* the first ticker that keeps its mark */
};

struct finding {
	const char *ticker, *kind; /* kind NULL: nothing happened to it */
	char detail[DETAIL_BUF];
};

static int
read_waiting(struct work *w, struct err *e)
{
	char first[DATE_BUF];
	const char *args[] = { date_iso(w->r->first, first) };

	rows_free(w->rows);
	w->list.n = 0;
	w->rows = db_query(w->r->c->db, Q_PRICES_ACTIONS_WAITING, args, e);
	for (int i = 0; w->rows && i < rows_count(w->rows); i++) {
		const char *t = rows_text(w->rows, i, 0);
		struct waiting x = { .ticker = t,
				     .at = map_find(w->r->tickers, t, strlen(t)),
				     .ask = rows_bool(w->rows, i, 1),
				     .paused = rows_bool(w->rows, i, 2),
				     .flagged = rows_date(w->rows, i, 3),
				     .last = rows_date(w->rows, i, 4) };

		if (x.at != MAP_NONE)
			vec_push(&w->list, x);
	}
	return w->rows ? 0 : -1;
}

static void
note_left(struct work *w, const struct waiting *x, const char *why)
{
	if (!w->why[0])
		(void)fmt_buf(w->why, sizeof(w->why), "%s: %.70s", x->ticker, why);
}

/* Bars of this run that the vendor restated, oldest first; their days' ends in *from and *to. */
static size_t
bars_of(const struct work *w, const struct waiting *x, struct restated_bar bar[BAR_MAX],
	struct date *from, struct date *to)
{
	const struct price_run *r = w->r;
	size_t n = 0;

	for (size_t i = 0; i < r->marks.n && n < BAR_MAX; i++) {
		if (r->marks.at[i].at != x->at)
			continue;
		*from = n == 0 ? r->marks.at[i].day : *from;
		*to = r->marks.at[i].day;
		bar[n++] = r->marks.at[i].bar;
	}
	return n;
}

/* Marks of an earlier process have lost their bars: reading the history again is right in any case.
 */
static void
conclude(const struct restated_bar *bar, size_t n, bool named, const struct waiting *x,
	 struct finding *f)
{
	double factor = 1;
	enum restated what = n > 0 ? restated_judge(bar, n, named, &factor) : RESTATED_UNEVEN;

	f->kind = "restated";
	if (n == 0)
		(void)fmt_buf(f->detail, sizeof(f->detail), "%s",
			      x->paused ? "back after a pause" : "restated");
	else if (what == RESTATED_CORRECTION)
		f->kind = "corrected";
	else if (what == RESTATED_FACTOR)
		(void)fmt_buf(f->detail, sizeof(f->detail), "restated by %.8g", factor);
	else
		(void)fmt_buf(f->detail, sizeof(f->detail), "restated by several factors");
}

/* An action that explains bars up to a day is younger than that day. */
static bool
explains(const struct actions *a, struct date newest)
{
	return a->list.n > 0 && date_cmp(a->list.at[a->list.n - 1].day, newest) > 0;
}

static struct date
now_there(const struct job_ctx *c)
{
	struct date today = calendar_ny_date(c->now_ms, NULL);

	return date_cmp(today, c->as_of) > 0 ? today : c->as_of;
}

/* A plan without the endpoints leaves the names open, not the footing. */
static bool
goes_unasked(struct work *w, const struct err *e)
{
	if (e->cls != ERR_PLAN)
		return false;
	if (w->refused++ == 0)
		run_log(w->r->c, LVL_WARN, "splits and dividends cannot be named: %s", e->text);
	return true;
}

static int
find_out(struct work *w, const struct waiting *x, struct finding *f, struct err *e)
{
	struct restated_bar bar[BAR_MAX];
	struct date from = date_add_days(x->flagged, -MARK_DAYS), to = from;
	size_t n = bars_of(w, x, bar, &from, &to);
	struct actions acts = { .list = { 0 } };
	bool asked = w->refused < REFUSED_MAX;
	int rc = 0;

	if (x->paused && date_is_set(x->last))
		from = to = x->last;
	if (asked && actions_fetch(w->r->c, x->ticker, from, now_there(w->r->c), &acts, e) < 0) {
		asked = false;
		rc = goes_unasked(w, e) ? 0 : -1;
	}
	conclude(bar, n, !asked || explains(&acts, to), x, f);
	if (asked && x->paused && n == 0 && acts.list.n == 0)
		f->kind = NULL;
	if (str_same(f->kind, "corrected"))
		(void)fmt_buf(f->detail, sizeof(f->detail), "one bar corrected");
	else if (acts.list.n > 0)
		actions_text(&acts, f->detail, sizeof(f->detail));
	actions_done(&acts);
	return rc;
}

static int
put_finding(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	const struct finding *f = arg;
	char run[NUM_BUF];
	const char *args[] = { f->ticker, f->kind, f->detail, num_int(run_number(c), run) };

	(void)t;
	if (f->kind && db_exec(c->db, Q_PRICES_ACTIONS_PUT, args, NULL, e) < 0)
		return -1;
	return db_exec(c->db, Q_PRICES_ACTIONS_ASKED, args, NULL, e);
}

static int
examine(struct work *w, const struct waiting *x, struct err *e)
{
	struct finding f = { .ticker = x->ticker };
	char unit[TICKER_BUF + 8];

	if (find_out(w, x, &f, e) < 0)
		return -1;
	(void)fmt_buf(unit, sizeof(unit), "mark %s", x->ticker);
	if (run_transaction(w->r->c, unit, put_finding, &f, e) < 0)
		return -1;
	if (!f.kind)
		return 0;
	w->found += str_same(f.kind, "restated");
	run_log(w->r->c, LVL_INFO, "%s: %s", x->ticker, f.detail);
	return 0;
}

/* True when the run must end here.  Trouble with the vendor only ends the asking: the day is
 * stored, and the marks stay. */
static bool
failed(struct work *w, const struct waiting *x, struct err *e)
{
	err_wrap(e, "%s", x->ticker);
	w->in_a_row++;
	bool stops = e->cls != ERR_PLAN && trouble_stops(e, w->in_a_row);

	if (stops && (e->cls == ERR_CANCELLED || e->cls == ERR_LOST || e->cls == ERR_DB))
		return true;
	w->stopped = stops;
	note_left(w, x, e->text + strlen(x->ticker) + 2);
	run_log(w->r->c, LVL_ERROR, "%s", e->text);
	return false;
}

static int
examine_all(struct work *w, struct err *e)
{
	if (read_waiting(w, e) < 0)
		return -1;
	run_phase(w->r->c, "examine", (int64_t)w->list.n);
	if (run_looks(w->r->c) && w->list.n > 0) { /* what the vendor says of them decides */
		run_look_units(w->r->c, true);
		run_look_calls(w->r->c, 0);
	}
	for (size_t i = 0; i < w->list.n; i++) {
		const struct waiting *x = &w->list.at[i];

		*e = (struct err)ERR_INIT;
		if (!x->ask || w->stopped || w->asked++ >= ASKED_MAX)
			continue;
		if (examine(w, x, e) == 0)
			w->in_a_row = 0;
		else if (failed(w, x, e))
			return -1;
		run_progress(w->r->c, (int64_t)i + 1);
	}
	return 0;
}

static int
reload(struct work *w, const struct waiting *x, struct err *e)
{
	struct ticker_history t = { .ticker = x->ticker,
				    .from = w->r->first,
				    .to = w->r->c->as_of,
				    .whole = true,
				    .agree_from = w->r->first };

	if (ticker_history_load(w->r->c, &t, e) < 0)
		return err_wrap(e, "%s", t.marks);
	w->reloaded++;
	return 0;
}

static int
reload_all(struct work *w, struct err *e)
{
	int64_t tried = 0, max = w->r->c->conf->reloads;

	w->in_a_row = 0;
	if (read_waiting(w, e) < 0)
		return -1;
	run_phase(w->r->c, "reload", (int64_t)w->list.n);
	for (size_t i = 0; i < w->list.n; i++) {
		const struct waiting *x = &w->list.at[i];

		*e = (struct err)ERR_INIT;
		bool asks = x->ask && !run_looks(w->r->c); /* a look takes it for asked by then */

		if (asks || w->stopped || tried >= max) {
			w->left++;
			note_left(w, x, rows_text(w->rows, (int)i, 5));
			continue;
		}
		tried++;
		if (reload(w, x, e) == 0)
			w->in_a_row = 0;
		else if (failed(w, x, e))
			return -1;
		else
			w->left++;
		run_progress(w->r->c, (int64_t)i + 1);
	}
	return 0;
}

/* The ending names what is left, and the command that works it off. */
static void
report(struct work *w)
{
	char text[200];

	run_result_int(w->r->c, "restated", w->found);
	run_result_int(w->r->c, "reloaded", w->reloaded);
	run_result_int(w->r->c, "waiting", w->left);
	if (w->left == 0)
		return;
	(void)fmt_buf(text, sizeof(text),
		      "%lld marked (%s): fintra backfill backfill-ticker-full --restated",
		      (long long)w->left, w->why);
	run_log(w->r->c, LVL_WARN, "%s", text);
	run_taint(w->r->c, text);
}

/* Without a write there is no mark; what was seen is told all the same. */
static void
tell_only(struct price_run *r)
{
	for (size_t i = 0; i < r->marks.n && i < BAR_MAX; i++)
		run_log(r->c, LVL_INFO, "%s: restated by %.8g; its history would be read again",
			map_key(r->tickers, r->marks.at[i].at),
			r->marks.at[i].bar.sent / r->marks.at[i].bar.was);
}

int
price_actions(struct price_run *r, struct err *e)
{
	struct work w = { .r = r };
	int rc;

	if (r->c->dry_run && !r->c->diff) {
		tell_only(r);
		return 0;
	}
	rc = examine_all(&w, e);
	if (rc == 0)
		rc = reload_all(&w, e);
	report(&w);
	rows_free(w.rows);
	vec_done(&w.list);
	return rc;
}
