#include "jobs/ops/bulk_sets.h"

#include "jobs/fmp/profile.h"

#include <string.h>

enum { KEY_MAX = 80, MINUTE_MS = 60000 };

static const struct csv_column income[] = {
	[SET_SYMBOL] = { "symbol|ticker", true }, [SET_DATE] = { "date", true },
	[SET_PERIOD] = { "period", true },	  [SET_REVENUE] = { "revenue", true },
	[SET_NET] = { "netIncome", true },
};
static const struct csv_column balance[] = {
	{ "symbol|ticker", true },	     { "date", true },	    { "period", true },
	{ "totalStockholdersEquity", true }, { "totalDebt", true },
};
static const struct csv_column cashflow[] = {
	{ "symbol|ticker", true },
	{ "date", true },
	{ "period", true },
	{ "operatingCashFlow|netCashProvidedByOperatingActivities", true },
	{ "capitalExpenditure", true },
};
static const struct csv_column ratios[] = {
	{ "symbol|ticker", true },
	{ "priceToEarningsRatioTTM|priceEarningsRatioTTM|peRatioTTM", true },
	{ "priceToBookRatioTTM", true },
};
static const struct csv_column metrics[] = {
	{ "symbol|ticker", true },
	{ "evToEBITDATTM|enterpriseValueOverEBITDATTM", true },
};

#define STATEMENT(name_, path_, key_)                                                 \
	{                                                                             \
		.name = #name_, .path = "/stable/" path_ "-bulk", .columns = (name_), \
		.n = ARRAY_LEN(name_), .by_period = true, .cache_key = key_ "_"       \
	}
#define TTM(name_, path_, key_)                                                       \
	{                                                                             \
		.name = #name_, .path = "/stable/" path_ "-bulk", .columns = (name_), \
		.n = ARRAY_LEN(name_), .cache_key = key_ "_ttm.csv"                   \
	}

const struct bulk_set bulk_sets[] = {
	{ .name = "profiles",
	  .path = "/stable/profile-bulk",
	  .columns = profile_columns,
	  .n = PROFILE_COLUMNS,
	  .in_parts = true,
	  .cache_key = "profile-bulk_latest.csv" },
	STATEMENT(income, "income-statement", "income"),
	STATEMENT(balance, "balance-sheet-statement", "balance"),
	STATEMENT(cashflow, "cash-flow-statement", "cashflow"),
	TTM(ratios, "ratios-ttm", "ratios"),
	TTM(metrics, "key-metrics-ttm", "metrics"),
	{ .name = NULL },
};

const struct bulk_set *const bulk_set_income = &bulk_sets[1];

struct bulk_period
bulk_period_of(const struct job_ctx *c)
{
	return (struct bulk_period){ params_int(c->params, "year", date_year(c->as_of) - 1),
				     str_or(params_text(c->params, "period"), "FY") };
}

void
bulk_set_title(const struct bulk_set *s, const struct bulk_period *p, char *out, size_t n)
{
	const char *name = s->path + strlen("/stable/");

	if (s->by_period)
		fmt_buf(out, n, "%s %lld %s", name, (long long)p->year, p->period);
	else
		str_copy(out, n, name);
}

/* A request and its place in the cache, as the job that keeps the file names them. */
struct asked {
	char key[KEY_MAX], year[NUM_BUF];
	struct http_arg args[3];
	struct http_req q;
};

static void
ask(const struct bulk_set *s, const struct bulk_period *p, struct asked *a)
{
	*a = (struct asked){ .q = { .path = s->path, .kind = HTTP_CSV, .bulk = true } };
	if (!s->by_period) {
		str_copy(a->key, sizeof(a->key), s->cache_key);
		return;
	}
	fmt_buf(a->key, sizeof(a->key), "%s%lld_%s.csv", s->cache_key, (long long)p->year,
		p->period);
	a->args[0] = (struct http_arg){ "year", num_int(p->year, a->year) };
	a->args[1] = (struct http_arg){ "period", p->period };
	a->q.args = a->args;
}

int
bulk_set_fetch(struct job_ctx *c, const struct bulk_set *s, const struct bulk_period *p,
	       struct cache_file *f, struct err *e)
{
	struct asked a;

	if (s->in_parts)
		return profile_fetch(c, true, f, e);
	ask(s, p, &a);
	if (cache_fetch(c, a.key, &a.q, f, e) < 0)
		return -1;
	if (f->empty && !run_looks(c))
		return err_set(e, ERR_EMPTY, "%s: the answer is empty (status %d, \"%s\")", s->path,
			       f->resp.status, f->resp.head);
	return 0;
}

bool
bulk_set_find(struct job_ctx *c, const struct bulk_set *s, const struct bulk_period *p,
	      int64_t max_age_ms, struct cache_file *f)
{
	struct asked a;

	ask(s, p, &a);
	return cache_find(c, a.key, &a.q, max_age_ms, f);
}

int64_t
bulk_set_cached_min(struct job_ctx *c, const struct bulk_set *s, const struct bulk_period *p)
{
	CACHE_AUTO f = CACHE_FILE_INIT;

	if (!bulk_set_find(c, s, p, CACHE_ANY_AGE, &f))
		return -1;
	return (c->now_ms - f.at_ms) / MINUTE_MS;
}
