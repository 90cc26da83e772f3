/* backfill-ticker-full: years of daily bars, one ticker after the other (jobs.md 3.1). */
#include "core/calendar.h"
#include "core/db_copy.h"
#include "jobs/backfill/ticker_list.h"
#include "jobs/common.h"
#include "jobs/fmp/history.h"
#include "jobs/jobs.h"

enum { YEARS = 6, REFUSED_MAX = 3 };

struct full {
	struct job_ctx *c;
	struct map *tickers;
	struct date from, to;
	const char *ticker; /* at work */
	struct history h;
	struct tally read;
	int64_t loaded, resumed, failed, in_a_row, bars;
	struct err first; /* of the first ticker that failed */
};

static int
send(struct full *f, struct db_copy *copy, struct err *e)
{
	for (size_t i = 0; i < f->h.days; i++) {
		const struct history_bar *b = &f->h.at[i];
		const double figure[] = { b->open, b->high, b->low, b->close, b->adj_close };

		if (b->volume == 0)
			continue;
		db_copy_str(copy, f->ticker);
		db_copy_date(copy, date_add_days(f->h.from, (int)i));
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
stage(struct full *f, struct err *e)
{
	struct db_copy *copy;

	if (db_exec(f->c->db, Q_PRICES_DAILY_STAGE, NULL, NULL, e) < 0)
		return -1;
	copy = db_copy_begin(f->c->db, Q_PRICES_DAILY_COPY, e);
	if (!copy)
		return -1;
	if (send(f, copy, e) < 0) {
		db_copy_abort(copy);
		return -1;
	}
	return db_copy_end(copy, NULL, e);
}

static int
write_ticker(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct full *f = arg;
	char a[DATE_BUF], b[DATE_BUF];
	const char *args[] = { f->ticker, date_iso(f->from, a), date_iso(f->to, b) };

	*t = f->read;
	if (stage(f, e) < 0 || merge_counts(c, Q_PRICES_DAILY_MERGE, NULL, t, e) < 0)
		return -1;
	return db_exec(c->db, Q_TICKER_FULL_UNFLAG, args, NULL, e);
}

/* Everything is read and judged before the database sees a row of it. */
static int
fetch_and_write(struct full *f, struct err *e)
{
	char a[DATE_BUF], b[DATE_BUF];

	if (history_fetch(f->c, f->ticker, f->from, f->to, &f->h, &f->read, e) < 0)
		return -1;
	if (f->h.bars == 0)
		return err_set(
			e, ERR_EMPTY,
			"the vendor has no usable bar from %s to %s (%lld rows, %lld refused)",
			date_iso(f->from, a), date_iso(f->to, b), (long long)f->read.read,
			(long long)f->read.rejected);
	if (f->h.unadjusted)
		run_log(f->c, LVL_WARN,
			"%s: no dividend-adjusted series: the close is taken for it", f->ticker);
	return run_transaction(f->c, f->ticker, write_ticker, f, e);
}

static int
load(struct full *f, struct err *e)
{
	int rc;

	f->read = (struct tally){ 0 };
	rc = fetch_and_write(f, e);
	if (rc < 0)
		run_tally(f->c, &f->read);
	else
		f->bars += f->h.bars;
	history_done(&f->h);
	return rc;
}

/* A plan may lack some symbols; one that lacks all of them ends the run. */
static bool
stops(const struct full *f, const struct err *e)
{
	if (e->cls == ERR_PLAN)
		return f->in_a_row >= REFUSED_MAX;
	return trouble_stops(e, f->in_a_row);
}

/* True when the run must end here. */
static bool
note_failure(struct full *f, struct err *e)
{
	err_wrap(e, "%s", f->ticker);
	f->failed++;
	f->in_a_row++;
	if (f->first.cls == ERR_NONE)
		f->first = *e;
	if (stops(f, e))
		return true;
	run_log(f->c, LVL_ERROR, "%s", e->text);
	return false;
}

static int
load_each(struct full *f, struct err *e)
{
	size_t n = map_count(f->tickers);

	run_phase(f->c, "load", (int64_t)n);
	for (size_t i = 0; i < n; i++) {
		f->ticker = map_key(f->tickers, i);
		if (run_check(f->c, e) < 0)
			return -1;
		*e = (struct err)ERR_INIT;
		if (run_unit_done(f->c, f->ticker)) {
			f->resumed++;
		} else if (load(f, e) == 0) {
			f->loaded++;
			f->in_a_row = 0;
		} else if (note_failure(f, e)) {
			return -1;
		}
		run_progress(f->c, (int64_t)i + 1);
	}
	return 0;
}

static void
report(struct full *f)
{
	char a[DATE_BUF], b[DATE_BUF];

	run_result_int(f->c, "tickers", (int64_t)map_count(f->tickers));
	run_result_int(f->c, "loaded", f->loaded + f->resumed);
	run_result_int(f->c, "failed", f->failed);
	run_result_int(f->c, "bars", f->bars);
	run_result_text(f->c, "from", date_iso(f->from, a));
	run_result_text(f->c, "to", date_iso(f->to, b));
}

/* Nobody should take this for more than it is. */
static void
say_what_is_left(struct full *f)
{
	char day[DATE_BUF];
	const char *one = params_text(f->c->params, "ticker");

	run_log(f->c, LVL_INFO,
		"only prices_daily was filled: no returns, windows, financials or valuations; "
		"next: "
		"fintra run performance-bulk --as-of %s%s%s",
		date_iso(f->c->as_of, day), one ? " --ticker " : "", str_or(one, ""));
}

static int
conclude(struct full *f, struct err *e)
{
	if (f->failed > 0 && f->loaded + f->resumed == 0) {
		*e = f->first;
		return -1;
	}
	run_count_error(f->c, f->failed);
	if (f->loaded > 0)
		say_what_is_left(f);
	return 0;
}

static int
range(struct full *f, struct err *e)
{
	struct date from = params_date(f->c->params, "start"),
		    to = params_date(f->c->params, "end");
	char a[DATE_BUF], b[DATE_BUF];

	f->to = date_is_set(to) ? to : f->c->as_of;
	f->from = date_is_set(from) ? from : date_add_months(f->to, -12 * YEARS);
	if (date_cmp(f->to, f->c->as_of) > 0)
		return err_set(e, ERR_USAGE, "end %s is after the as-of date %s",
			       date_iso(f->to, a), date_iso(f->c->as_of, b));
	if (date_cmp(f->from, f->to) > 0 || !calendar_covers(f->from))
		return err_set(e, ERR_USAGE, "no range: %s to %s", date_iso(f->from, a),
			       date_iso(f->to, b));
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct full f = { .c = c, .tickers = map_new(), .first = ERR_INIT };
	int rc = -1;

	if (range(&f, e) == 0 && ticker_list(c, f.tickers, e) == 0) {
		rc = load_each(&f, e);
		report(&f);
		if (rc == 0)
			rc = conclude(&f, e);
	}
	map_free(f.tickers);
	return rc;
}

static const struct param_def params[] = {
	TICKER_LIST_PARAMS,
	{ "start", PARAM_DATE, NULL, NULL, "first day; else six years before the last", 0, 0 },
	{ "end", PARAM_DATE, NULL, NULL, "last day; else the as-of date", 0, 0 },
	{ 0 },
};

const struct job job_backfill_ticker_full = {
	.name = "backfill-ticker-full",
	.title = "Years of daily bars, ticker by ticker",
	.layer = LAYER_BACKFILL,
	.cadence = ON_DEMAND,
	.flags = JOB_BACKFILL | JOB_USES_API | JOB_RANGE,
	.after = NAMES("sync-universe"),
	.reads = NAMES("fintra_universe"),
	.writes = NAMES("prices_daily"),
	.params = params,
	.phases = NAMES("load"),
	.help = "Reads the vendor's price history of one ticker, a list, --all or the --restated "
		"ones, six years unless --from and --to say otherwise, and writes it to "
		"prices_daily.  One unit per ticker: what failed is counted, and resume goes on "
		"behind what is done.  Prices only: returns come from performance-bulk afterwards; "
		"financials, dividends and valuations of a ticker are not part of this build.",
	.run = run,
};
