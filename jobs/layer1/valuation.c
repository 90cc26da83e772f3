/* valuation-bulk: multiples of every company, ranked within its sector (jobs.md 2.7). */
#include "jobs/jobs.h"

#include "core/clock.h"
#include "core/db_copy.h"
#include "core/num.h"
#include "jobs/common.h"
#include "jobs/fmp/profile.h"
#include "jobs/fmp/ratios.h"

#include <stdlib.h>
#include <string.h>

enum { CHECK_EVERY = 1000, LOGGED_MAX = 20, TEXT_MAX = 256, DEBUG_ROWS_MIN = 3 };

static const enum query copy_of[RATIO_FEED_COUNT] = { [RATIO_FEED_RATIOS] = Q_VALUATION_RATIOS_COPY,
						      [RATIO_FEED_METRICS] =
							      Q_VALUATION_METRICS_COPY,
						      [RATIO_FEED_QUOTES] =
							      Q_VALUATION_QUOTES_COPY };

/* The row of one symbol, as the API gave it; its cells point into `text`. */
struct one {
	struct ratio_row row;
	char text[RATIO_FEED_COLUMNS_MAX][TEXT_MAX];
};

struct part {
	struct cache_file file;
	int64_t read, rejected;
	struct one one; /* with `debug` */
};

struct valuation {
	struct job_ctx *c;
	const char *ticker; /* only this one, or NULL */
	bool debug;
	struct part part[RATIO_FEED_COUNT];
	const struct ratio_feed *feed; /* being read */
	struct db_copy *copy;	       /* NULL: it is only looked at */
	int64_t read, rejected, usable;
	int64_t kept, written;
	const char *sectors; /* text[] literal */
};

/* Columns that are not mandatory may be missing (fmp.md 4), but not silently. */
static void
look_at_columns(struct valuation *v, const struct csv_row *row)
{
	for (size_t i = 0; i < v->feed->n; i++) {
		if (!row->cell[i].p)
			run_log(v->c, LVL_WARN, "%s has no column %s: stored as NULL",
				v->feed->bulk, v->feed->columns[i].names);
	}
}

static int
copy_row(struct valuation *v, int64_t seq, const struct ratio_row *r, struct err *e)
{
	db_copy_str(v->copy, v->feed->name);
	db_copy_int(v->copy, seq);
	db_copy_str(v->copy, r->ticker);
	for (size_t i = 1; i < v->feed->n; i++) {
		if (r->cell[i].p)
			db_copy_text(v->copy, r->cell[i].p, r->cell[i].len);
		else
			db_copy_null(v->copy);
	}
	return db_copy_row(v->copy, e);
}

static void
refuse(struct valuation *v, const char *why, const struct csv_row *row)
{
	struct tally t = { 0 };

	v->rejected++;
	if (!v->copy)
		reject_row(v->c, &t, why, row, v->feed->n);
}

/* Both passes over a file: first it is looked at as a whole, then staged. */
static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct valuation *v = arg;
	struct ratio_row r;

	v->read++;
	if (row->number % CHECK_EVERY == 0) {
		run_progress(v->c, row->number);
		if (run_check(v->c, e) < 0)
			return -1;
	}
	if (row->bad) {
		refuse(v, row->bad, row);
		return 0;
	}
	if (!v->copy && row->number == 1)
		look_at_columns(v, row);
	if (!ratio_decode(v->feed, row, &r)) {
		refuse(v, r.why, row);
		return 0;
	}
	v->usable++;
	return v->copy ? copy_row(v, row->number, &r, e) : 0;
}

static void
begin_feed(struct valuation *v, enum ratio_feed_id id, struct db_copy *copy)
{
	v->feed = &ratio_feeds[id];
	v->copy = copy;
	v->read = v->rejected = v->usable = 0;
}

/* A file counts as whole when it reads to its end, has its mandatory columns and a usable row. */
static int
look_at(struct valuation *v, enum ratio_feed_id id, struct err *e)
{
	struct part *p = &v->part[id];
	const struct http_resp *resp = &p->file.resp;

	begin_feed(v, id, NULL);
	if (csv_read_file(p->file.path, v->feed->columns, v->feed->n, on_row, v, NULL, e) < 0)
		return err_wrap(e, "%s (status %d, \"%.120s\")", v->feed->bulk, resp->status,
				resp->head);
	p->read = v->read;
	p->rejected = v->rejected;
	if (v->usable == 0)
		return err_set(e, ERR_EMPTY, "%s: no usable row among %lld (status %d, \"%.100s\")",
			       v->feed->bulk, (long long)v->read, resp->status, resp->head);
	run_log(v->c, LVL_INFO, "%s: %lld row%s, %lld rejected", v->feed->bulk, (long long)p->read,
		num_s(p->read), (long long)p->rejected);
	return 0;
}

static int
count_part(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	const struct part *p = arg;

	(void)c;
	(void)e;
	*t = (struct tally){ .read = p->read, .rejected = p->rejected };
	return 0;
}

static int
fetch(struct valuation *v, enum ratio_feed_id id, bool fresh, int64_t age, struct err *e)
{
	struct part *p = &v->part[id];

	if ((id == RATIO_FEED_QUOTES ? profile_fetch(v->c, fresh, &p->file, e)
				     : ratio_fetch(v->c, &ratio_feeds[id], age, &p->file, e)) < 0)
		return -1;
	return run_looks(v->c) ? 0 : look_at(v, id, e);
}

/* Each file is a unit: what is whole is kept at once, so that a run that is taken up again does not
 * ask for it a second time.  Another job may have kept a file that is of no use here: asked anew.
 */
static int
download(struct valuation *v, enum ratio_feed_id id, struct err *e)
{
	struct job_ctx *c = v->c;
	const struct ratio_feed *f = &ratio_feeds[id];
	struct part *p = &v->part[id];
	bool done = run_unit_done(c, f->name);
	bool fresh = params_bool(c->params, "force") && !done;
	int64_t age = done ? CACHE_ANY_AGE : fresh ? 0 : RATIO_FEED_CACHE_MS;
	int rc = fetch(v, id, fresh, age, e);

	if (rc < 0 && p->file.reused && !trouble_stops(e, 1)) {
		run_log(c, LVL_WARN, "the cached file is of no use, asked anew: %s", e->text);
		cache_done(&p->file);
		*e = (struct err)ERR_INIT;
		rc = fetch(v, id, true, 0, e);
	}
	if (rc < 0) {
		cache_drop_for(&p->file, e);
		return -1;
	}
	cache_keep(c, &p->file);
	return done ? 0 : run_transaction(c, f->name, count_part, p, e);
}

/* Asked for a single ticker by API: its row is kept until the transaction begins. */
static int
keep_one(void *arg, const struct csv_row *row, struct err *e)
{
	struct valuation *v = arg;
	struct one *one = &v->part[v->feed - ratio_feeds].one;

	v->read++;
	look_at_columns(v, row);
	if (!ratio_decode(v->feed, row, &one->row))
		return err_set(e, ERR_DATA, "%s", one->row.why);
	if (strcmp(one->row.ticker, v->ticker) != 0)
		return err_set(e, ERR_DATA, "the answer is about %s", one->row.ticker);
	for (size_t i = 1; i < v->feed->n; i++) {
		struct csv_cell *cell = &one->row.cell[i];

		if (cell->p && !fmt_buf(one->text[i], TEXT_MAX, "%.*s", (int)cell->len, cell->p))
			return err_set(e, ERR_DATA, "%s is too long", v->feed->columns[i].names);
		cell->p = cell->p ? one->text[i] : NULL;
	}
	return 0;
}

static int
ask_one(struct valuation *v, enum ratio_feed_id id, struct err *e)
{
	begin_feed(v, id, NULL);
	if (ratio_one(v->c, v->feed, v->ticker, keep_one, v, e) < 0)
		return -1;
	return 0;
}

static int
get_all(struct valuation *v, struct err *e)
{
	run_phase(v->c, "download", 0);
	for (enum ratio_feed_id id = 0; id < RATIO_FEED_COUNT; id++) {
		if ((v->debug ? ask_one(v, id, e) : download(v, id, e)) < 0)
			return -1;
	}
	return 0;
}

/* The file once more, into the temporary table; the row of an API answer likewise. */
static int
stage_feed(struct valuation *v, enum ratio_feed_id id, struct err *e)
{
	struct db_copy *copy = db_copy_begin(v->c->db, copy_of[id], e);
	const struct ratio_feed *f = &ratio_feeds[id];
	int rc;

	if (!copy)
		return -1;
	begin_feed(v, id, copy);
	rc = v->debug ? copy_row(v, 1, &v->part[id].one.row, e)
		      : csv_read_file(v->part[id].file.path, f->columns, f->n, on_row, v, NULL, e);
	if (rc < 0) {
		db_copy_abort(copy);
		return err_wrap(e, "%s", f->bulk);
	}
	return db_copy_end(copy, NULL, e);
}

/* Symbols that came twice are said, once per file (faults.md F32). */
static int
tell_repeats(struct valuation *v, struct err *e)
{
	ROWS_AUTO r = db_query(v->c->db, Q_STAGE_FEED_REPEATS, NULL, e);

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r); i++)
		run_log(v->c, LVL_WARN,
			"%s: %s symbols were sent more than once, %s of them with other figures "
			"(%s): the last one counts",
			rows_text(r, i, 0), rows_text(r, i, 1), rows_text(r, i, 2),
			str_or(rows_text(r, i, 3), "none"));
	return 0;
}

/* How many rows are kept, and how many are left out for which reason. */
static int
tell_reasons(struct valuation *v, struct tally *t, struct err *e)
{
	ROWS_AUTO r = db_query(v->c->db, Q_STAGE_VALUATION_REASONS, NULL, e);

	if (!r)
		return -1;
	v->kept = 0;
	for (int i = 0; i < rows_count(r); i++) {
		if (!rows_text(r, i, 0)) {
			v->kept = rows_int(r, i, 1);
			continue;
		}
		t->skipped += rows_int(r, i, 1);
		run_log(v->c, LVL_INFO, "of the ratios %s ticker%s left out: %s",
			rows_text(r, i, 1), rows_int(r, i, 1) == 1 ? " is" : "s are",
			rows_text(r, i, 0));
	}
	return 0;
}

/* A sector outside the list is kept as text, and said. */
static int
tell_sectors(struct valuation *v, struct err *e)
{
	ROWS_AUTO r = db_query(v->c->db, Q_STAGE_VALUATION_FOREIGN, &v->sectors, e);

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r) && i < LOGGED_MAX; i++)
		run_log(v->c, LVL_WARN, "sector \"%s\" of %s ticker%s is none of the eleven",
			rows_text(r, i, 0), rows_text(r, i, 1), num_s(rows_int(r, i, 1)));
	return 0;
}

static int
fill(struct valuation *v, struct tally *t, struct err *e)
{
	struct db *db = v->c->db;
	char day[DATE_BUF];
	const char *args[] = { date_iso(v->c->as_of, day) };

	if (db_exec(db, Q_VALUATION_FEED_STAGE, NULL, NULL, e) < 0 ||
	    db_exec(db, Q_VALUATION_ROWS_STAGE, NULL, NULL, e) < 0)
		return -1;
	for (enum ratio_feed_id id = 0; id < RATIO_FEED_COUNT; id++) {
		if (stage_feed(v, id, e) < 0)
			return -1;
	}
	if (tell_repeats(v, e) < 0 || db_exec(db, Q_STAGE_VALUATION_FILL, NULL, NULL, e) < 0 ||
	    tell_reasons(v, t, e) < 0 || tell_sectors(v, e) < 0)
		return -1;
	return v->debug ? db_exec(db, Q_STAGE_VALUATION_PEERS, args, NULL, e) : 0;
}

/* The whole sector is ranked even when only one ticker or the first ones are written. */
static int
merge(struct valuation *v, struct tally *t, struct err *e)
{
	char day[DATE_BUF], now[CLOCK_BUF], limit[24], least[24];
	const char *args[] = { date_iso(v->c->as_of, day), clock_iso(v->c->now_ms, now), v->ticker,
			       limit, least };

	fmt_buf(limit, sizeof(limit), "%lld", (long long)params_int(v->c->params, "limit", 0));
	fmt_buf(least, sizeof(least), "%d", v->debug ? DEBUG_ROWS_MIN : 1);
	if (run_merge(v->c, Q_VALUATION_MERGE, args, t, e) < 0)
		return -1;
	v->written = t->inserted + t->updated + t->unchanged;
	t->skipped += v->kept - v->written;
	return 0;
}

static int
publish(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct valuation *v = arg;

	*t = (struct tally){ .read = v->debug ? RATIO_FEED_COUNT
					      : 0 }; /* files count on their own */
	run_phase(c, "stage", 0);
	if (fill(v, t, e) < 0)
		return -1;
	if (v->kept == 0 && !v->ticker)
		return err_set(e, ERR_EMPTY,
			       "none of the vendor's tickers is active with a sector and a price: "
			       "run sync-universe first");
	run_phase(c, "merge", v->kept);
	return merge(v, t, e);
}

/* The date of the universe shows later what this day was made from. */
static int
note_input(struct valuation *v, struct err *e)
{
	ROWS_AUTO r = db_query(v->c->db, Q_VALUATION_INPUTS, NULL, e);

	if (!r)
		return -1;
	run_input(v->c, "fintra_universe", rows_date(r, 0, 0), rows_int(r, 0, 1));
	return 0;
}

static int
work(struct valuation *v, struct err *e)
{
	struct job_ctx *c = v->c;

	if (v->debug && !v->ticker)
		return err_set(e, ERR_USAGE, "debug asks for a single ticker: give ticker=T");
	if (run_unit_done(c, "publish"))
		return 0;
	cache_sweep(c);
	if (note_input(v, e) < 0 || get_all(v, e) < 0)
		return -1;
	if (run_transaction(c, "publish", publish, v, e) < 0)
		return err_wrap(e, "datos_valuacion");
	if (run_looks(c)) /* nothing was written: there is nothing to tell */
		return 0;
	if (v->written == 0)
		run_log(c, LVL_WARN, "%s gets no row; the lines above say why", v->ticker);
	run_result_int(c, "upserted", v->written);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct valuation *v = mem_zalloc(sizeof(*v));
	STR_AUTO list = { 0 };
	int rc;

	str_init(&list, 1024);
	words_array(sectors, &list);
	v->c = c;
	v->ticker = params_text(c->params, "ticker");
	v->debug = params_bool(c->params, "debug");
	v->sectors = str_c(&list);
	rc = work(v, e);
	for (enum ratio_feed_id id = 0; id < RATIO_FEED_COUNT; id++)
		cache_done(&v->part[id].file);
	free(v);
	return rc;
}

static const struct param_def params[] = {
	{ .name = "debug",
	  .type = PARAM_BOOL,
	  .help = "one ticker by single requests, ranked against what is stored for the day" },
	{ .name = NULL },
};

const struct job job_valuation = {
	.name = "valuation-bulk",
	.title = "Valuation multiples",
	.layer = 1,
	.phase = 1,
	.step = 7,
	.cadence = DAILY,
	.minutes = { 5, 10 },
	.flags = JOB_USES_API,
	.after = NAMES("sync-universe"),
	.reads = NAMES("fintra_universe"),
	.writes = NAMES("datos_valuacion"),
	.params = params,
	.phases = NAMES("download", "stage", "merge"),
	.help = "Joins the vendor's ratios, key metrics and profiles into one row per active "
		"ticker "
		"and day, and ranks three multiples within each sector. A single ticker is ranked "
		"against its whole sector.",
	.posts = POSTS(
		{ "valuation_newest", Q_POST_VALUATION_NEWEST, .kind = POST_NEWEST, .fails = true },
		{ "valuation_tickers", Q_POST_VALUATION_TICKERS, .kind = POST_OF_LAST,
		  .bound = 0.95 },
		{ "valuation_stored", Q_POST_VALUATION_TICKERS, .kind = POST_REPORTED,
		  .reported = "upserted", .fails = true },
		{ "valuation_without_pe", Q_POST_VALUATION_NO_PE, .kind = POST_RISE,
		  .bound = 0.10 }),
	.run = run,
};
