/* backfill-ticker-full: years of daily bars, one ticker after the other (jobs.md 3.1). */
#include "core/calendar.h"
#include "jobs/backfill/ticker_history.h"
#include "jobs/backfill/ticker_list.h"
#include "jobs/by_ticker.h"
#include "jobs/common.h"
#include "jobs/jobs.h"

enum { YEARS = 6 };

struct full {
	struct job_ctx *c;
	struct date from, to;
	bool given; /* the range was */
	int64_t bars;
};

static int
load(void *arg, const char *ticker, struct err *e)
{
	struct full *f = arg;
	struct ticker_history t = { .ticker = ticker,
				    .from = f->from,
				    .to = f->to,
				    .whole = params_bool(f->c->params, "restated") && !f->given,
				    .agree_from = DATE_NONE };
	int rc = ticker_history_load(f->c, &t, e);

	f->bars += t.bars;
	return rc;
}

static void
report(const struct full *f, const struct by_ticker *b)
{
	char from[DATE_BUF], to[DATE_BUF];

	run_result_int(f->c, "tickers", (int64_t)map_count(b->tickers));
	run_result_int(f->c, "loaded", b->done + b->resumed);
	run_result_int(f->c, "failed", b->failed);
	run_result_int(f->c, "bars", f->bars);
	run_result_text(f->c, "from", date_iso(f->from, from));
	run_result_text(f->c, "to", date_iso(f->to, to));
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
	struct full f = { .c = c };
	struct map *tickers = map_new();
	struct by_ticker b = { .c = c, .tickers = tickers, .fn = load, .arg = &f };
	int rc = -1;

	if (range(&f, e) == 0 && ticker_list(c, tickers, e) == 0) {
		run_phase(c, "load", (int64_t)map_count(tickers));
		rc = by_ticker_run(&b, e);
		report(&f, &b);
		if (rc == 0 && b.done > 0)
			say_what_is_left(&f);
	}
	map_free(tickers);
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
		"behind what is done.  Prices only: returns come from performance-bulk afterwards, "
		"financials, dividends and valuations from their own jobs.",
	.run = run,
};
