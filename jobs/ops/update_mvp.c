/* update-mvp: snapshots of a watch list with what the vendor says at the moment (jobs.md 2.27): its
 * profile, quote and multiples take the place of what the tables say, the rest is fmp-bulk's.  Only
 * fintra_snapshots is written. */
#include "jobs/jobs.h"

#include "core/calendar.h"
#include "core/clock.h"
#include "jobs/active_stocks.h"
#include "jobs/by_ticker.h"
#include "jobs/common.h"
#include "jobs/fmp/company.h"
#include "jobs/fmp/ratios.h"
#include "jobs/layer4/snapshot_make.h"

#include <stdlib.h>
#include <string.h>

enum { REFUSED_MAX = 3, PUTS_MAX = 4 };

/* Seven of each sector. */
static const char *const watch_list[] = {
	"AAPL",	 "MSFT", "NVDA", "AVGO", "ORCL",  "CRM",  "ADBE", /* Technology */
	"GOOGL", "META", "NFLX", "DIS",	 "CMCSA", "TMUS", "VZ",	  /* Communication Services */
	"AMZN",	 "TSLA", "HD",	 "MCD",	 "NKE",	  "SBUX", "LOW",  /* Consumer Cyclical */
	"WMT",	 "PG",	 "KO",	 "PEP",	 "COST",  "PM",	  "MO",	  /* Consumer Defensive */
	"JPM",	 "BAC",	 "V",	 "MA",	 "BRK-B", "GS",	  "MS",	  /* Financial Services */
	"LLY",	 "UNH",	 "JNJ",	 "ABBV", "MRK",	  "PFE",  "TMO",  /* Healthcare */
	"CAT",	 "GE",	 "HON",	 "UNP",	 "UPS",	  "BA",	  "DE",	  /* Industrials */
	"XOM",	 "CVX",	 "COP",	 "SLB",	 "EOG",	  "OXY",  "MPC",  /* Energy */
	"LIN",	 "SHW",	 "FCX",	 "SCCO", "NEM",	  "DOW",  "APD",  /* Basic Materials */
	"PLD",	 "AMT",	 "EQIX", "CCI",	 "O",	  "SPG",  "PSA",  /* Real Estate */
	"NEE",	 "SO",	 "DUK",	 "SRE",	 "AEP",	  "D",	  "PEG",  /* Utilities */
};

static const struct csv_column quote_columns[] = {
	{ "symbol|ticker", true },
	{ "price", true },
	{ "marketCap|mktCap", false },
};
static const struct ratio_feed quote_feed = { .name = "quote",
					      .one = "/stable/quote",
					      .columns = quote_columns,
					      .n = ARRAY_LEN(quote_columns) };

/* What is asked for besides the profile: a snapshot can do without it. */
static const struct extra {
	const struct ratio_feed *feed;
	struct {
		size_t column, to; /* `to` within struct valuation_at; column 0 ends */
	} put[PUTS_MAX];
} extras[] = {
	{ &quote_feed,
	  { { 1, offsetof(struct valuation_at, price) },
	    { 2, offsetof(struct valuation_at, market_cap) } } },
	{ &ratio_feeds[RATIO_FEED_RATIOS],
	  { { 1, offsetof(struct valuation_at, multiple[MULTIPLE_PE_RATIO]) },
	    { 2, offsetof(struct valuation_at, multiple[MULTIPLE_PRICE_TO_FCF]) },
	    { 5, offsetof(struct valuation_at, multiple[MULTIPLE_PRICE_TO_SALES]) } } },
	{ &ratio_feeds[RATIO_FEED_METRICS],
	  { { 1, offsetof(struct valuation_at, multiple[MULTIPLE_EV_EBITDA]) } } },
};
enum { EXTRAS = ARRAY_LEN(extras) };

struct update {
	struct job_ctx *c;
	struct map *tickers;  /* active stocks that are wanted, in byte order */
	int64_t strangers;    /* wanted, and no active stock */
	struct json *details; /* owned until they are the run's result */
	struct snapshot_make m;
	char at[CLOCK_BUF];
	int refused[EXTRAS]; /* in a row, by the plan */
	/* The ticker at work. */
	const char *ticker;
	const struct extra *extra;
	char *text[COMPANY_COLUMNS]; /* of its profile; owned */
	struct snapshot_news news;
};

/* --- whom --- */

static void
detail(struct update *u, const char *ticker, const char *error)
{
	struct json *o = json_new_object();

	json_set_text(o, "ticker", ticker);
	json_set_text(o, "status", error ? "failed" : "success");
	if (error)
		json_set_text(o, "error", error);
	json_push(u->details, o);
}

static bool
is_watched(const char *ticker)
{
	for (size_t i = 0; i < ARRAY_LEN(watch_list); i++)
		if (strcmp(watch_list[i], ticker) == 0)
			return true;
	return false;
}

static void
tell_strangers(struct update *u, const struct map *all)
{
	for (size_t i = 0; i < ARRAY_LEN(watch_list); i++) {
		const char *t = watch_list[i];

		if (map_find(all, t, strlen(t)) != MAP_NONE)
			continue;
		run_log(u->c, LVL_ERROR, "%s is no active stock of fintra_universe: not asked for",
			t);
		detail(u, t, "no active stock of fintra_universe");
		u->strangers++;
	}
}

static int
choose(struct update *u, struct err *e)
{
	const char *only = params_text(u->c->params, "ticker");
	int64_t limit = params_int(u->c->params, "limit", 0);
	struct active_stocks s = { NULL, NULL };
	int rc = active_stocks_read(u->c, &s, e);

	for (size_t i = 0; rc == 0 && i < map_count(s.all); i++) {
		const char *t = map_key(s.all, i);

		if ((only ? strcmp(only, t) == 0 : is_watched(t)) &&
		    (limit <= 0 || (int64_t)map_count(u->tickers) < limit))
			map_add(u->tickers, t, strlen(t));
	}
	if (rc == 0 && map_count(u->tickers) == 0)
		rc = err_set(e, ERR_EMPTY,
			     "none of the %zu tickers of the watch list is an active stock: give "
			     "--ticker, or fintra run sync-universe",
			     ARRAY_LEN(watch_list));
	if (rc == 0 && !only && limit <= 0)
		tell_strangers(u, s.all);
	active_stocks_done(&s);
	return rc;
}

/* --- what the vendor says --- */

static void
forget(struct update *u)
{
	for (int i = 0; i < COMPANY_COLUMNS; i++) {
		free(u->text[i]);
		u->text[i] = NULL;
	}
	u->news = (struct snapshot_news){ .at = u->at, .now.date = u->c->as_of };
}

static int
on_profile(void *arg, const struct csv_row *row, struct err *e)
{
	struct update *u = arg;
	struct company p;

	if (!company_decode(row, &p))
		return err_set(e, ERR_DATA, "a profile without a usable symbol");
	for (int i = COMPANY_NAME; i <= COMPANY_CEO; i++)
		if (p.text[i].p)
			u->text[i] = mem_ndup(p.text[i].p, p.text[i].len);
	u->news.name = u->text[COMPANY_NAME];
	u->news.country = u->text[COMPANY_COUNTRY];
	u->news.website = u->text[COMPANY_WEBSITE];
	u->news.ceo = u->text[COMPANY_CEO];
	u->news.industry = u->text[COMPANY_INDUSTRY];
	if (p.employees >= 0)
		u->news.employees = NUM((double)p.employees);
	return 0;
}

static int
on_extra(void *arg, const struct csv_row *row, struct err *e)
{
	struct update *u = arg;
	const struct extra *x = u->extra;
	struct ratio_row r;

	if (!ratio_decode(x->feed, row, &r))
		return err_set(e, ERR_DATA, "%s", r.why);
	if (strcmp(r.ticker, u->ticker) != 0)
		return err_set(e, ERR_DATA, "the answer is about %s", r.ticker);
	for (size_t i = 0; i < PUTS_MAX && x->put[i].column; i++) {
		const struct csv_cell *cell = &r.cell[x->put[i].column];
		struct num n = { 0, false };

		n.has = cell->p && num_parse(cell->p, cell->len, &n.v);
		memcpy((char *)&u->news.now + x->put[i].to, &n, sizeof(n));
	}
	if (u->news.now.price.v <= 0) /* the vendor's zero: not known */
		u->news.now.price = NUM_NONE;
	return 0;
}

/* What one ticker lacks, the tables tell; an endpoint that the plan refuses thrice is left alone.
 */
static int
ask_extra(struct update *u, size_t i, struct err *e)
{
	u->extra = &extras[i];
	if (u->refused[i] >= REFUSED_MAX)
		return 0;
	*e = (struct err)ERR_INIT;
	if (ratio_one(u->c, u->extra->feed, u->ticker, on_extra, u, e) == 0) {
		u->refused[i] = 0;
		return 0;
	}
	if (e->cls != ERR_PLAN && trouble_stops(e, 1))
		return -1;
	run_log(u->c, LVL_WARN, "%s: no %s, the tables count: %s", u->ticker, u->extra->feed->name,
		e->text);
	run_count_error(u->c, 1);
	if (e->cls == ERR_PLAN && ++u->refused[i] == REFUSED_MAX)
		run_log(u->c, LVL_WARN, "%s is not asked for any more", u->extra->feed->one);
	*e = (struct err)ERR_INIT;
	return 0;
}

static int
ask(struct update *u, struct err *e)
{
	bool known;

	forget(u);
	if (company_get(u->c, u->ticker, on_profile, u, &known, e) < 0)
		return -1;
	if (!known && !run_looks(u->c))
		return err_set(e, ERR_EMPTY, "the vendor has no profile");
	for (size_t i = 0; i < EXTRAS; i++)
		if (ask_extra(u, i, e) < 0)
			return -1;
	return 0;
}

/* --- its snapshot --- */

static struct stock *
stock_of(const struct update *u)
{
	struct stock *k = u->m.stocks.at;

	while (strcmp(k->ticker, u->ticker) != 0) /* it is there: it was chosen among them */
		k++;
	return k;
}

/* A sector outside the eleven would be compared with nothing. */
static const char *
sector_of(struct update *u, const struct stock *k)
{
	const char *said = u->text[COMPANY_SECTOR];

	if (!said || snapshot_sector(&u->m.shared, said))
		return said ? said : k->sector;
	run_log(u->c, LVL_WARN, "%s: its sector \"%s\" is none of the eleven; %s stays", u->ticker,
		said, str_or(k->sector, "none"));
	return k->sector;
}

static int
write_one(struct update *u, struct err *e)
{
	struct stock *k = stock_of(u), before = *k;
	struct snapshot_unit all = { .stock = u->m.stocks.at, .stocks = u->m.stocks.n };
	size_t place = (size_t)(k - u->m.stocks.at);
	struct span which = snapshot_industry(&all, place);

	if (which.n == 0)
		which = (struct span){ place, 1 };
	k->sector = sector_of(u, k);
	if (!k->sector && !run_looks(u->c))
		return err_set(e, ERR_EMPTY,
			       "missing_sector: neither the vendor nor the tables "
			       "know one");
	k->asked = true;
	u->m.news = &u->news;
	int rc = snapshot_make_unit(&u->m, which, u->ticker, e);

	*k = before;
	return rc;
}

static int
load_one(void *arg, const char *ticker, struct err *e)
{
	struct update *u = arg;

	u->ticker = ticker;
	int rc = ask(u, e);

	if (rc == 0)
		rc = write_one(u, e);
	detail(u, ticker, rc < 0 ? e->text : NULL);
	return rc;
}

static void
report(struct update *u, const struct by_ticker *b)
{
	int64_t total = (int64_t)map_count(u->tickers) + u->strangers, good = b->done + b->resumed;
	struct json *stats = json_new_object();
	char text[100];

	fmt_buf(text, sizeof(text), "%lld ticker%s: %lld refreshed, %lld failed", (long long)total,
		num_s(total), (long long)good, (long long)(total - good));
	json_set_int(stats, "total", total);
	json_set_int(stats, "success", good);
	json_set_int(stats, "failed", total - good);
	run_result_text(u->c, "message", text);
	run_result_json(u->c, "stats", stats);
}

static int
load(struct update *u, struct err *e)
{
	struct by_ticker b = {
		.c = u->c, .tickers = u->tickers, .fn = load_one, .arg = u, .requests = 1 + EXTRAS
	};
	int rc = snapshot_make_begin(&u->m, u->c, u->tickers, e);

	for (size_t i = 0; rc == 0 && i < u->m.stocks.n; i++)
		u->m.stocks.at[i].asked = false; /* one after the other */
	u->m.stocks.missing_sector = 0;
	if (rc == 0) {
		run_phase(u->c, "ask", (int64_t)map_count(u->tickers));
		rc = by_ticker_run(&b, e);
		report(u, &b);
	}
	if (rc == 0) {
		run_count_error(u->c, u->strangers);
		rc = snapshot_make_report(&u->m, e);
	}
	snapshot_make_end(&u->m);
	return rc;
}

/* The vendor tells of today alone: an older day would get figures of its future. */
static int
check_day(const struct job_ctx *c, struct err *e)
{
	struct date newest = calendar_published(c->now_ms, PUBLISH_LAG_MIN);
	char day[DATE_BUF];

	if (date_cmp(c->as_of, newest) >= 0)
		return 0;
	return err_set(e, ERR_USAGE,
		       "update-mvp asks for what is known now, which belongs to %s: leave --as-of "
		       "out, or fintra run fmp-bulk for older days",
		       date_iso(newest, day));
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct update u = { .c = c, .tickers = map_new(), .details = json_new_array() };
	int rc = check_day(c, e);

	clock_iso(c->now_ms, u.at);
	if (rc == 0)
		rc = choose(&u, e);
	if (rc == 0)
		rc = load(&u, e);
	run_result_json(c, "details", u.details);
	forget(&u);
	map_free(u.tickers);
	return rc;
}

const struct job job_update_mvp = {
	.name = "update-mvp",
	.title = "Snapshots with what the vendor says now",
	.layer = LAYER_OPS,
	.cadence = ON_DEMAND,
	.flags = JOB_USES_API,
	.writes = NAMES("fintra_snapshots"),
	.phases = NAMES("inputs", "ask"),
	.help = "Asks the vendor for profile, quote, ratios and key metrics of --ticker, or of 77 "
		"large companies, and makes their snapshots as fmp-bulk does with these in place "
		"of what the tables say.  fmp-bulk keeps sector and profile_structural of such a "
		"snapshot for 24 hours.  What one endpoint lacks, the tables tell (PARTIAL).",
	.run = run,
};
