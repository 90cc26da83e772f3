/* backfill-ticker-full: years of daily bars, one ticker after the other (jobs.md 3.1). */
#include "core/calendar.h"
#include "jobs/backfill/ticker_history.h"
#include "jobs/backfill/ticker_list.h"
#include "jobs/common.h"
#include "jobs/jobs.h"

enum { YEARS = 6, REFUSED_MAX = 3 };

struct full {
	struct job_ctx *c;
	struct map *tickers;
	struct date from, to;
	bool given;	    /* the range was */
	const char *ticker; /* at work */
	int64_t loaded, resumed, failed, in_a_row, bars;
	struct err first; /* of the first ticker that failed */
};

static int
load(struct full *f, struct err *e)
{
	struct ticker_history t = { .ticker = f->ticker,
				    .from = f->from,
				    .to = f->to,
				    .whole = params_bool(f->c->params, "restated") && !f->given,
				    .agree_from = DATE_NONE };
	int rc = ticker_history_load(f->c, &t, e);

	f->bars += t.bars;
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

	f->given = date_is_set(from) || date_is_set(to);
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
		"ones, six years unless --from and --to say otherwise (--restated: all that is "
		"stored), and writes it to prices_daily.  One unit per ticker: what failed is "
		"counted, and resume goes on "
		"behind what is done.  Prices only: returns come from performance-bulk afterwards; "
		"financials, dividends and valuations of a ticker are not part of this build.",
	.run = run,
};
