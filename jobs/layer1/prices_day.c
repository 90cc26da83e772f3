#include "jobs/layer1/prices_day.h"

#include "core/calendar.h"
#include "core/db_copy.h"
#include "core/num.h"
#include "jobs/common.h"
#include "jobs/fmp/eod.h"

#include <stdlib.h>
#include <string.h>

enum { PUBLISHED_AFTER_MS = 2 * 60 * 60 * 1000, RELOADED_SESSIONS = 5, CHECK_EVERY = 4096 };
struct day {
	struct price_run *r;
	struct date day;
	struct cache_file file;
	struct tally t;
	int64_t wanted;	    /* rows of active tickers */
	int64_t other_date; /* of them dated on another day */
	int64_t chosen;	    /* tickers with a row that counts */
	int64_t repeated, differing;
	bool merge; /* the day has rows already: staging and upsert */
	struct db_copy *copy;
};

/* Number of the ticker in the universe, -1 when it was not asked for. */
static int64_t
find_ticker(const struct price_run *r, const struct csv_row *row)
{
	char ticker[TICKER_BUF];

	if (!ticker_normal(row->cell[EOD_SYMBOL].p, row->cell[EOD_SYMBOL].len, ticker))
		return -1;
	size_t at = map_find(r->tickers, ticker, strlen(ticker));

	return at == MAP_NONE ? -1 : (int64_t)at;
}

/* The last row of a ticker wins. */
static void
choose(struct day *d, size_t at, const struct csv_row *row, const struct eod_bar *b)
{
	struct price_run *r = d->r;

	if (r->row[at] != 0) {
		d->repeated++;
		d->t.skipped++;
		d->differing += r->close[at] != b->close || r->adj[at] != b->adj_close;
	} else {
		d->chosen++;
	}
	r->row[at] = row->number;
	r->close[at] = b->close;
	r->adj[at] = b->adj_close;
}

/* First reading: judges, counts, and remembers which row of a ticker counts. */
static int
scan_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct day *d = arg;
	struct eod_bar b;

	d->t.read++;
	if (row->number % CHECK_EVERY == 0 && run_check(d->r->c, e) < 0)
		return -1;
	if (row->bad) {
		reject_row(d->r->c, &d->t, row->bad, row, EOD_COLUMNS);
		return 0;
	}
	int64_t at = find_ticker(d->r, row);

	if (at < 0) {
		d->t.skipped++;
		return 0;
	}
	const char *why = eod_decode(row, d->day, &b);

	d->wanted++;
	d->other_date += !date_eq(b.date, d->day);
	if (why)
		reject_row(d->r->c, &d->t, why, row, EOD_COLUMNS);
	else
		choose(d, (size_t)at, row, &b);
	return 0;
}

/* From then on an empty file is the vendor's fault. */
static bool
published(const struct job_ctx *c, struct date day)
{
	return calendar_close_ms(day) + PUBLISHED_AFTER_MS <= c->now_ms;
}

/* No rows are never "0 rows, fine" (faults.md F29). */
static int
empty(const struct day *d, const char *what, struct err *e)
{
	const struct http_resp *p = &d->file.resp;

	if (!published(d->r->c, d->day))
		return err_set(e, ERR_NOT_READY, "%s: feed not ready: %s (status %d, \"%.100s\")",
			       eod_path, what, p->status, p->head);
	return err_set(e, ERR_EMPTY, "%s: %s on a session day (status %d, \"%.100s\")", eod_path,
		       what, p->status, p->head);
}

/* The whole file is read and judged before the database sees a row of it. */
static int
scan(struct day *d, struct err *e)
{
	if (d->file.empty)
		return empty(d, "the answer is empty", e);
	if (csv_read_file(d->file.path, eod_columns, EOD_COLUMNS, scan_row, d, NULL, e) < 0) {
		if (e->cls == ERR_EMPTY)
			return empty(d, "the file is empty", e);
		return err_wrap(e, "%s: status %d, \"%.100s\"", eod_path, d->file.resp.status,
				d->file.resp.head);
	}
	if (d->t.read == 0)
		return empty(d, "the file has a header and no row", e);
	if (d->wanted > 0 && 2 * d->other_date > d->wanted)
		return err_set(e, ERR_NOT_READY,
			       "%s: feed not ready: %lld of %lld rows are dated on another day",
			       eod_path, (long long)d->other_date, (long long)d->wanted);
	if (d->chosen == 0 && d->r->full)
		return empty(d, "no usable row of an active ticker", e);
	if (d->repeated > 0)
		run_log(d->r->c, LVL_WARN,
			"%lld ticker%s repeated, %lld with other figures: the last counts",
			(long long)d->repeated, num_s(d->repeated), (long long)d->differing);
	return 0;
}

/* Second reading: the chosen rows only, their figures as the text that was sent. */
static int
send_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct day *d = arg;
	struct eod_bar b;
	int64_t at = row->bad ? -1 : find_ticker(d->r, row);

	if (at < 0 || d->r->row[at] != row->number || eod_decode(row, d->day, &b))
		return 0;
	db_copy_str(d->copy, map_key(d->r->tickers, (size_t)at));
	db_copy_date(d->copy, d->day);
	for (int i = EOD_OPEN; i <= EOD_ADJ_CLOSE; i++)
		db_copy_text(d->copy, b.text[i].p, b.text[i].len);
	db_copy_int(d->copy, b.volume);
	db_copy_str(d->copy, "fmp_eod_bulk");
	return db_copy_row(d->copy, e);
}

static int
send(struct day *d, enum query q, int64_t *rows, struct err *e)
{
	d->copy = db_copy_begin(d->r->c->db, q, e);
	if (!d->copy)
		return -1;
	if (csv_read_file(d->file.path, eod_columns, EOD_COLUMNS, send_row, d, NULL, e) < 0) {
		db_copy_abort(d->copy);
		return -1;
	}
	return db_copy_end(d->copy, rows, e);
}

static int
any_stored(struct day *d, bool *any, struct err *e)
{
	char iso[DATE_BUF];
	const char *args[] = { date_iso(d->day, iso) };
	ROWS_AUTO r = db_query(d->r->c->db, Q_PRICES_DAILY_ANY, args, e);

	if (!r)
		return -1;
	*any = rows_bool(r, 0, 0);
	return 0;
}

/* A day without a row needs neither staging nor upsert: half the work of a first load. */
static int
transaction(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct day *d = arg;
	int64_t rows = 0;
	bool any = true;

	*t = d->t;
	if (price_marks_paused(d->r, d->day, e) < 0 || (!d->merge && any_stored(d, &any, e) < 0))
		return -1;
	if (!any) {
		if (send(d, Q_PRICES_DAILY_DIRECT, &rows, e) < 0)
			return -1;
		t->inserted += rows;
		return 0;
	}
	if (db_exec(c->db, Q_PRICES_DAILY_STAGE, NULL, NULL, e) < 0 ||
	    send(d, Q_PRICES_DAILY_COPY, &rows, e) < 0 || price_marks_restated(d->r, d->day, e) < 0)
		return -1;
	return run_merge(c, Q_PRICES_DAILY_MERGE, NULL, t, e);
}

/* Flags, the next day's guard and the totals move only with a committed day. */
static int
store(struct day *d, struct err *e)
{
	char unit[DATE_BUF];
	struct job_ctx *c = d->r->c;
	int rc = run_transaction(c, date_iso(d->day, unit), transaction, d, e);

	/* Somebody stored the day's first rows meanwhile, or a row is refused: a merge finds it. */
	if (rc < 0 && !d->merge &&
	    (strncmp(e->sqlstate, "22", 2) == 0 || strncmp(e->sqlstate, "23", 2) == 0)) {
		d->merge = true;
		rc = run_transaction(c, unit, transaction, d, e);
	}
	if (rc < 0)
		return -1;
	if (run_looks(c))
		return 0;
	if (d->r->full)
		price_guard_flag(d->r, d->day);
	price_guard_push(d->r, d->day);
	price_marks_stored(d->r);
	d->r->processed += d->chosen;
	if (date_eq(d->day, calendar_floor(c->as_of)))
		run_result_int(c, "rows_newest_day", d->chosen);
	return 0;
}

static int
guard(struct price_run *r, struct date day, struct err *e)
{
	if (price_guard_counts(r, day, e) < 0 || price_guard_moves(r, e) < 0)
		return err_wrap(e, "%s: guard", eod_path);
	return 0;
}

static int
check_and_store(struct day *d, struct err *e)
{
	struct price_run *r = d->r;

	if (run_looks(r->c))
		return store(d, e);
	memset(r->row, 0, r->n * sizeof(r->row[0]));
	if (scan(d, e) < 0 || guard(r, d->day, e) < 0 || store(d, e) < 0) {
		run_tally(r->c, &d->t);
		return -1;
	}
	return 0;
}

/* The newest sessions are asked for again: the vendor corrects them.  An older file counts only
 * when it came after the last close: every split and dividend since then has restated its figures.
 */
static int64_t
cache_age(const struct job_ctx *c, struct date day)
{
	if (calendar_sessions_between(day, c->as_of) < RELOADED_SESSIONS)
		return 0;
	return c->now_ms - calendar_close_ms(calendar_published(c->now_ms, 0));
}

int
price_day(struct price_run *r, struct date day, struct err *e)
{
	struct job_ctx *c = r->c;
	struct day d = { .r = r, .day = day };
	int rc = eod_fetch(c, day, cache_age(c, day), &d.file, e);

	if (rc == 0)
		rc = check_and_store(&d, e);
	if (rc == 0 && !date_eq(day, c->as_of))
		cache_keep(c, &d.file);
	if (rc == 0)
		run_log(c, LVL_DEBUG, "%lld row%s read, %lld ticker%s", (long long)d.t.read,
			num_s(d.t.read), (long long)d.chosen, num_s(d.chosen));
	cache_done(&d.file);
	return rc;
}
