#include "jobs/backfill/ticker_history.h"

#include "core/db_copy.h"
#include "core/num.h"
#include "jobs/common.h"
#include "jobs/fmp/history.h"

enum { GONE_FREE = 1, GONE_ONE_IN = 100, PART_DIFFERS_MIN = 2 };

struct work {
	struct job_ctx *c;
	struct ticker_history *t;
	struct history h;
	struct tally read;
	int64_t gone;
	bool marked, split; /* split: a part was read that is on another footing than the rest */
};

/* What the staged bars are beside the stored ones. */
struct beside {
	int64_t stored, outside, gone, differ, disagree, compared;
};

static int
send(struct work *w, struct db_copy *copy, struct err *e)
{
	for (size_t i = 0; i < w->h.days; i++) {
		const struct history_bar *b = &w->h.at[i];
		const double figure[] = { b->open, b->high, b->low, b->close, b->adj_close };

		if (b->volume == 0)
			continue;
		db_copy_str(copy, w->t->ticker);
		db_copy_date(copy, date_add_days(w->h.from, (int)i));
		for (size_t k = 0; k < ARRAY_LEN(figure); k++)
			db_copy_num(copy, NUM(figure[k]));
		db_copy_int(copy, b->volume);
		db_copy_str(copy, "fmp_full_history");
		if (db_copy_row(copy, e) < 0)
			return -1;
	}
	return 0;
}

static int
stage(struct work *w, struct err *e)
{
	struct db_copy *copy;

	if (db_exec(w->c->db, Q_PRICES_DAILY_STAGE, NULL, NULL, e) < 0)
		return -1;
	copy = db_copy_begin(w->c->db, Q_PRICES_DAILY_COPY, e);
	if (!copy)
		return -1;
	if (send(w, copy, e) < 0) {
		db_copy_abort(copy);
		return -1;
	}
	return db_copy_end(copy, NULL, e);
}

static int
compare(struct work *w, struct beside *out, struct err *e)
{
	const struct ticker_history *t = w->t;
	char a[DATE_BUF], b[DATE_BUF], from[DATE_BUF];
	const char *args[] = { t->ticker, date_iso(t->from, a), date_iso(t->to, b), RESTATED_BY,
			       date_is_set(t->agree_from) ? date_iso(t->agree_from, from) : NULL };
	ROWS_AUTO r = db_query(w->c->db, Q_STAGE_HISTORY_COMPARE, args, e);

	if (!r)
		return -1;
	*out = (struct beside){ rows_int(r, 0, 0), rows_int(r, 0, 1), rows_int(r, 0, 2),
				rows_int(r, 0, 3), rows_int(r, 0, 4), rows_int(r, 0, 5) };
	return 0;
}

/* A history that the vendor has not restated yet, or has restated once more since the bars of today
 * were sent, would bend the returns in silence: better the mark for another day.  So would one that
 * lacks more than a few odd bars. */
static int
refuse(const struct beside *b, struct err *e)
{
	if (b->disagree > 0)
		return err_set(e, ERR_DATA,
			       "the vendor's history is on another footing than its daily bars "
			       "(%lld of %lld differ)",
			       (long long)b->disagree, (long long)b->compared);
	if (b->gone > GONE_FREE + b->stored / GONE_ONE_IN)
		return err_set(e, ERR_DATA, "the vendor's history lacks %lld of %lld stored bars",
			       (long long)b->gone, (long long)b->stored);
	return 0;
}

static int
clear_marks(struct work *w, struct err *e)
{
	char bars[NUM_BUF], run[NUM_BUF];
	const char *args[] = { w->t->ticker, num_group(w->h.bars, bars),
			       num_int(run_number(w->c), run) };

	if (w->gone > 0 && db_exec(w->c->db, Q_STAGE_HISTORY_REMOVE, args, NULL, e) < 0)
		return -1;
	if (db_exec(w->c->db, Q_TICKER_HISTORY_NOTE, args, NULL, e) < 0)
		return -1;
	return db_exec(w->c->db, Q_TICKER_HISTORY_UNMARK, args, NULL, e);
}

static int
set_mark(struct work *w, struct err *e)
{
	char day[DATE_BUF], from[DATE_BUF], to[DATE_BUF], detail[120], run[NUM_BUF];
	const char *args[] = { w->t->ticker, date_iso(w->c->as_of, day), detail,
			       num_int(run_number(w->c), run) };

	(void)fmt_buf(detail, sizeof(detail), "only %s to %s read again, and restated",
		      date_iso(w->t->from, from), date_iso(w->t->to, to));
	return db_exec(w->c->db, Q_TICKER_HISTORY_MARK, args, NULL, e);
}

/* Compared before the merge, while the old figures are there. */
static int
write_bars(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct work *w = arg;
	struct beside b;

	*t = w->read;
	if (stage(w, e) < 0 || compare(w, &b, e) < 0 || refuse(&b, e) < 0)
		return -1;
	w->gone = b.gone;
	w->split = b.outside > 0 && b.differ >= PART_DIFFERS_MIN;
	if (run_merge(c, Q_PRICES_DAILY_MERGE, NULL, t, e) < 0)
		return -1;
	if (w->split)
		return set_mark(w, e);
	return w->marked && b.outside == 0 ? clear_marks(w, e) : 0;
}

static int
span(struct work *w, struct err *e)
{
	struct ticker_history *t = w->t;
	ROWS_AUTO r = db_query(w->c->db, Q_TICKER_HISTORY_SPAN, &t->ticker, e);

	if (!r)
		return -1;
	w->marked = rows_text(r, 0, 2) != NULL;
	str_copy(t->marks, sizeof(t->marks), str_or(rows_text(r, 0, 2), ""));
	struct date oldest = rows_date(r, 0, 0), newest = rows_date(r, 0, 1);

	if (!t->whole || !date_is_set(oldest))
		return 0;
	if (date_cmp(oldest, t->from) < 0)
		t->from = oldest;
	if (date_cmp(newest, t->to) > 0)
		t->to = newest;
	return 0;
}

static void
say(struct work *w)
{
	char n[NUM_BUF];
	const struct ticker_history *t = w->t;

	if (w->h.unadjusted)
		run_log(w->c, LVL_WARN,
			"%s: no dividend-adjusted series: the close is taken for it", t->ticker);
	if (w->marked && w->gone > 0)
		run_log(w->c, LVL_WARN,
			"%s: %lld bar%s removed that the vendor no longer has: the old footing",
			t->ticker, (long long)w->gone, num_s(w->gone));
	if (w->split)
		run_log(w->c, LVL_WARN,
			"%s: older bars are on another footing: fintra backfill "
			"backfill-ticker-full --restated",
			t->ticker);
	else if (w->marked)
		run_log(w->c, LVL_INFO, "%s: %s, history of %s bar%s reloaded", t->ticker, t->marks,
			num_group(w->h.bars, n), num_s(w->h.bars));
}

/* Everything is read and judged before the database sees a row of it. */
static int
fetch_and_write(struct work *w, struct err *e)
{
	struct ticker_history *t = w->t;
	char a[DATE_BUF], b[DATE_BUF];

	if (span(w, e) < 0 ||
	    history_fetch(w->c, t->ticker, t->from, t->to, &w->h, &w->read, e) < 0)
		return -1;
	if (w->h.bars == 0 && !run_looks(w->c))
		return err_set(
			e, ERR_EMPTY,
			"the vendor has no usable bar from %s to %s (%lld row%s, %lld refused)",
			date_iso(t->from, a), date_iso(t->to, b), (long long)w->read.read,
			num_s(w->read.read), (long long)w->read.rejected);
	return run_transaction(w->c, t->ticker, write_bars, w, e);
}

int
ticker_history_load(struct job_ctx *c, struct ticker_history *t, struct err *e)
{
	struct work w = { .c = c, .t = t };
	int rc = fetch_and_write(&w, e);

	if (rc < 0)
		run_tally(c, &w.read);
	else
		say(&w);
	t->bars = rc < 0 ? 0 : w.h.bars;
	history_done(&w.h);
	return rc;
}
