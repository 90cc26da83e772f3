#include "jobs/layer4/snapshot_inputs.h"

#include "jobs/common.h"

#include <stdlib.h>

enum { LIST_BYTES = 64 << 20 };

/* Columns of the queries, n being the first of each. */
enum { FIN_TYPE = 1, FIN_LABEL, FIN_END, FIN_METRICS };
enum { FIN_FIGURES = FIN_METRICS + METRIC_FGOS_COUNT };
enum { VAL_DATE = 1, VAL_PRICE, VAL_CAP, VAL_MULTIPLES };
enum { WIN_MARKET = 1, WIN_CODE, WIN_DATE, WIN_ASSET, WIN_AGAINST, WIN_DRAWDOWN };
enum { DIV_YEAR = 1, DIV_HAS, DIV_SHARE, DIV_EPS, DIV_FCF, DIV_END };
enum { PRO_NAME = 1, PRO_COUNTRY, PRO_SITE, PRO_CEO, PRO_STAFF, PRO_HAS };

/* Rows without a session have the date of the run that made them: its job is named. */
static const struct input {
	const char *table, *job;
} inputs[SNAPSHOT_INPUTS] = {
	[INPUT_FINANCIALS] = { "datos_financieros", "financials-bulk" },
	[INPUT_VALUATION] = { "datos_valuacion", NULL },
	[INPUT_WINDOWS] = { "performance_windows", NULL },
	[INPUT_DIVIDENDS] = { "datos_dividendos", "dividends-bulk-v2" },
	[INPUT_PROFILES] = { "company_profiles", "company-profile-bulk" },
};

int
snapshot_inputs_record(struct job_ctx *c, const struct input_read read[SNAPSHOT_INPUTS],
		       struct err *e)
{
	for (int t = 0; t < SNAPSHOT_INPUTS; t++)
		if (!inputs[t].job)
			run_input(c, inputs[t].table, read[t].newest, read[t].rows);
		else if (input_of_job(c, inputs[t].table, inputs[t].job, read[t].rows, e) < 0)
			return -1;
	return column_wanted(c, "datos_financieros", metric_name(METRIC_FCF_CAGR), e);
}

/* What is asked for: companies and their sectors as array literals. */
struct question {
	struct job_ctx *c;
	struct snapshot_unit *u;
	char day[DATE_BUF];
	struct str tickers, sectors, windows;
};

/* Dates are those of a table that has the session in its key. */
static void
count(struct snapshot_unit *u, enum snapshot_input_table t, struct date day)
{
	u->read[t].rows++;
	if (date_cmp(day, u->read[t].newest) > 0)
		u->read[t].newest = day;
}

/* The company that row i answers for. */
static struct unit_company *
company_of(struct snapshot_unit *u, const struct rows *r, int i)
{
	return &u->company.at[rows_int(r, i, 0) - 1];
}

static void
grow(struct span *s, size_t at)
{
	if (s->n++ == 0)
		s->at = at;
}

static struct financial_row
financial_of(const struct rows *r, int i)
{
	struct financial_row f = {
		.end = rows_date(r, i, FIN_END),
		.type = period_type_find(rows_text(r, i, FIN_TYPE)),
		.revenue = rows_num(r, i, FIN_FIGURES),
		.net_income = rows_num(r, i, FIN_FIGURES + 1),
		.free_cash_flow = rows_num(r, i, FIN_FIGURES + 2),
		.roe = rows_num(r, i, FIN_FIGURES + 3),
		.gross_margin = rows_num(r, i, FIN_FIGURES + 4),
		.invested_capital = rows_num(r, i, FIN_FIGURES + 5),
		.weighted_shares_out = rows_num(r, i, FIN_FIGURES + 6),
	};

	f.fiscal_year = fiscal_year_of(rows_text(r, i, FIN_LABEL), f.end);
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		f.metric[m] = rows_num(r, i, FIN_METRICS + m);
	return f;
}

/* Of all stocks: those that are not asked for are peers of those that are. */
static int
read_financials(struct question *q, struct err *e)
{
	struct snapshot_unit *u = q->u;
	const char **word = mem_zalloc((u->stocks + 1) * sizeof(*word));
	STR_AUTO list = { .max = LIST_BYTES };

	for (size_t i = 0; i < u->stocks; i++)
		word[i] = u->stock[i].ticker;
	words_array(word, &list);
	free(word);
	const char *args[] = { q->day, str_c(&list) };
	ROWS_AUTO r = db_query(q->c->db, Q_SNAPSHOT_FINANCIALS, args, e);

	if (!r)
		return -1;
	u->filed = mem_zalloc((u->stocks + 1) * sizeof(*u->filed));
	vec_reserve(&u->financial, (size_t)rows_count(r) + 1);
	for (int i = 0; i < rows_count(r); i++) {
		struct iqs_company *k = &u->filed[rows_int(r, i, 0) - 1];

		if (k->n++ == 0)
			k->row = u->financial.at + u->financial.n; /* reserved: it stays there */
		vec_push(&u->financial, financial_of(r, i));
		count(u, INPUT_FINANCIALS, DATE_NONE);
	}
	return 0;
}

static int
read_valuations(struct question *q, struct err *e)
{
	struct snapshot_unit *u = q->u;
	const char *args[] = { q->day, str_c(&q->tickers) };
	ROWS_AUTO r = db_query(q->c->db, Q_SNAPSHOT_VALUATIONS, args, e);

	for (int i = 0; r && i < rows_count(r); i++) {
		struct valuation_at v = { .date = rows_date(r, i, VAL_DATE),
					  .price = rows_num(r, i, VAL_PRICE),
					  .market_cap = rows_num(r, i, VAL_CAP) };

		for (int m = 0; m < MULTIPLE_COUNT; m++)
			v.multiple[m] = rows_num(r, i, VAL_MULTIPLES + m);
		grow(&company_of(u, r, i)->valuation, u->valuation.n);
		vec_push(&u->valuation, v);
		count(u, INPUT_VALUATION, v.date);
	}
	return r ? 0 : -1;
}

static int
read_windows(struct question *q, struct err *e)
{
	struct snapshot_unit *u = q->u;
	const char *args[] = { q->day, str_c(&q->tickers), str_c(&q->sectors), SNAPSHOT_MARKET,
			       str_c(&q->windows) };
	ROWS_AUTO r = db_query(q->c->db, Q_SNAPSHOT_WINDOWS, args, e);

	for (int i = 0; r && i < rows_count(r); i++) {
		struct unit_company *k = company_of(u, r, i);
		bool market = rows_bool(r, i, WIN_MARKET);
		struct performance_row p = {
			.as_of = rows_date(r, i, WIN_DATE),
			.window = (enum window)window_find(rows_text(r, i, WIN_CODE)),
			.benchmark = market ? SNAPSHOT_MARKET : k->stock->sector,
			.asset = rows_num(r, i, WIN_ASSET),
			.against = rows_num(r, i, WIN_AGAINST),
			.max_drawdown = rows_num(r, i, WIN_DRAWDOWN),
		};

		grow(&k->performance, u->performance.n);
		vec_push(&u->performance, p);
		count(u, INPUT_WINDOWS, p.as_of);
		if (!market && date_cmp(p.as_of, k->newest_window) > 0)
			k->newest_window = p.as_of;
	}
	return r ? 0 : -1;
}

/* Adds the figures of the fiscal year of the same end: its label is that of a calendar year, so a
 * year that ends in January has another one.  Without an end the label must do. */
static void
add_statement(const struct iqs_company *filed, struct date end, struct dividend_year *d)
{
	for (size_t i = 0; i < filed->n; i++) {
		const struct financial_row *f = &filed->row[i];
		bool same =
			date_is_set(end) ? date_cmp(f->end, end) == 0 : f->fiscal_year == d->year;

		if (f->type != PERIOD_FY || !same)
			continue;
		d->net_income = f->net_income;
		d->free_cash_flow = f->free_cash_flow;
		return;
	}
}

static int
read_dividends(struct question *q, struct err *e)
{
	struct snapshot_unit *u = q->u;
	const char *args[] = { q->day, str_c(&q->tickers) };
	ROWS_AUTO r = db_query(q->c->db, Q_SNAPSHOT_DIVIDENDS, args, e);

	for (int i = 0; r && i < rows_count(r); i++) {
		struct dividend_year d = {
			.year = (int)rows_int(r, i, DIV_YEAR),
			.has_dividend = rows_bool(r, i, DIV_HAS),
			.per_share = rows_num(r, i, DIV_SHARE),
			.payout_eps = rows_num(r, i, DIV_EPS),
			.payout_fcf = rows_num(r, i, DIV_FCF),
		};
		struct unit_company *k = company_of(u, r, i);

		add_statement(&u->filed[k->place], rows_date(r, i, DIV_END), &d);
		grow(&k->dividend, u->dividend.n);
		vec_push(&u->dividend, d);
		count(u, INPUT_DIVIDENDS, DATE_NONE);
	}
	return r ? 0 : -1;
}

static int
read_profiles(struct question *q, struct err *e)
{
	struct snapshot_unit *u = q->u;
	const char *args[] = { str_c(&q->tickers) };
	struct rows *r = u->profiles = db_query(q->c->db, Q_SNAPSHOT_PROFILES, args, e);

	for (int i = 0; r && i < rows_count(r); i++) {
		struct unit_company *k = company_of(u, r, i);

		k->shown = (struct snapshot_company){
			.ticker = k->stock->ticker,
			.name = rows_text(r, i, PRO_NAME),
			.has_profile = rows_bool(r, i, PRO_HAS),
			.country = rows_text(r, i, PRO_COUNTRY),
			.website = rows_text(r, i, PRO_SITE),
			.ceo = rows_text(r, i, PRO_CEO),
			.employees = rows_num(r, i, PRO_STAFF),
			.sector_of_profile = k->stock->fallback,
		};
		if (k->shown.has_profile)
			count(u, INPUT_PROFILES, DATE_NONE);
	}
	return r ? 0 : -1;
}

static void
list_companies(struct snapshot_unit *u)
{
	for (size_t i = 0; i < u->stocks; i++) {
		struct unit_company k = { .stock = &u->stock[i],
					  .place = i,
					  .newest_window = DATE_NONE };

		if (k.stock->asked && k.stock->sector)
			vec_push(&u->company, k);
	}
}

static void
write_lists(struct question *q)
{
	const struct snapshot_unit *u = q->u;
	const char **word = mem_zalloc((u->company.n + 1) * sizeof(*word));

	for (size_t i = 0; i < u->company.n; i++)
		word[i] = u->company.at[i].stock->ticker;
	words_array(word, &q->tickers);
	for (size_t i = 0; i < u->company.n; i++)
		word[i] = u->company.at[i].stock->sector;
	words_array(word, &q->sectors);
	words_array(windows_canonical, &q->windows);
	free(word);
}

int
snapshot_unit_read(struct job_ctx *c, const struct snapshot_stocks *list, struct span which,
		   struct snapshot_unit *u, struct err *e)
{
	struct question q = { .c = c,
			      .u = u,
			      .tickers.max = LIST_BYTES,
			      .sectors.max = LIST_BYTES,
			      .windows.max = LIST_BYTES };
	int rc;

	*u = (struct snapshot_unit){ .stock = list->at + which.at, .stocks = which.n };
	for (int t = 0; t < SNAPSHOT_INPUTS; t++)
		u->read[t].newest = DATE_NONE;
	date_iso(c->as_of, q.day);
	list_companies(u);
	write_lists(&q);
	rc = u->company.n == 0 || (read_financials(&q, e) == 0 && read_valuations(&q, e) == 0 &&
				   read_windows(&q, e) == 0 && read_dividends(&q, e) == 0 &&
				   read_profiles(&q, e) == 0)
		     ? 0
		     : -1;
	str_done(&q.tickers);
	str_done(&q.sectors);
	str_done(&q.windows);
	return rc;
}

static void
take_text(const char **to, const char *said)
{
	if (said)
		*to = said;
}

static void
take_num(struct num *to, struct num said)
{
	if (said.has)
		*to = said;
}

/* Takes the place of the day's valuation; without one, and with a price, it comes before the older
 * ones. */
static void
take_valuation(struct snapshot_unit *u, struct unit_company *k, const struct valuation_at *said)
{
	struct span old = k->valuation;
	struct valuation_at now = { .date = said->date };

	if (old.n > 0 && date_eq(u->valuation.at[old.at].date, said->date)) {
		now = u->valuation.at[old.at++];
		old.n--;
	}
	take_num(&now.price, said->price);
	take_num(&now.market_cap, said->market_cap);
	for (int m = 0; m < MULTIPLE_COUNT; m++)
		take_num(&now.multiple[m], said->multiple[m]);
	if (!now.price.has)
		return;
	k->valuation = (struct span){ u->valuation.n, old.n + 1 };
	vec_push(&u->valuation, now);
	for (size_t i = 0; i < old.n; i++) {
		struct valuation_at older = u->valuation.at[old.at + i];

		vec_push(&u->valuation, older);
	}
}

void
snapshot_unit_news(struct snapshot_unit *u, const struct snapshot_news *news)
{
	struct unit_company *k = &u->company.at[0];
	struct snapshot_company *shown = &k->shown;

	shown->has_profile = true;
	shown->asked_at = news->at;
	shown->industry = news->industry ? news->industry : k->stock->industry;
	take_text(&shown->name, news->name);
	take_text(&shown->country, news->country);
	take_text(&shown->website, news->website);
	take_text(&shown->ceo, news->ceo);
	take_num(&shown->employees, news->employees);
	take_valuation(u, k, &news->now);
}

void
snapshot_unit_done(struct snapshot_unit *u)
{
	vec_done(&u->company);
	vec_done(&u->financial);
	vec_done(&u->valuation);
	vec_done(&u->performance);
	vec_done(&u->dividend);
	free(u->filed);
	rows_free(u->profiles);
	*u = (struct snapshot_unit){ 0 };
}

struct span
snapshot_industry(const struct snapshot_unit *u, size_t place)
{
	const char *name = u->stock[place].industry;
	struct span s = { place, 0 };

	if (!name)
		return s;
	while (s.at > 0 && str_same(u->stock[s.at - 1].industry, name))
		s.at--;
	for (size_t i = s.at; i < u->stocks && str_same(u->stock[i].industry, name); i++)
		s.n++;
	return s;
}
