#include "jobs/layer1/financials_rows.h"

#include "jobs/engine/financials.h"
#include "jobs/layer1/financials_held.h"

/* Columns of financials_history. */
enum { HAS_N, HAS_LABEL, HAS_END, HAS_REVENUE, HAS_NET, HAS_EQUITY, HAS_FCF };

/* Figures of stage_financials, in their order. */
enum {
	F_REVENUE,
	F_NET,
	F_EBITDA,
	F_FCF,
	F_CAPEX,
	F_EQUITY,
	F_DEBT,
	F_INVESTED,
	F_BOOK,
	F_SHARES,
	F_CASH,
	F_GROSS_MARGIN,
	F_OPERATING_MARGIN,
	F_EBITDA_MARGIN,
	F_NET_MARGIN,
	F_FCF_MARGIN,
	F_ROIC,
	F_ROE,
	F_WACC,
	F_CURRENT,
	F_DEBT_TO_EQUITY,
	F_COVERAGE,
	F_REVENUE_CAGR,
	F_EARNINGS_CAGR,
	F_EQUITY_CAGR,
	F_FCF_CAGR,
	F_COMPLETENESS,
	F_FRESHNESS,
	FIGURES
};

struct figure { /* what was sent goes on as its text; what was computed as a number */
	struct csv_cell text;
	struct num v;
};

struct work {
	struct page *p;
	const struct rows *history; /* borrowed */
	struct db_copy *copy;
	int h;		/* first row of the history that is not of an earlier company */
	size_t company; /* the present one, by its number in the universe */
	int64_t place;	/* and by that among the page's, from 1 */
	struct filings filings;
	VEC(struct fiscal_year) years;
};

static struct num
num_of(const struct period *p, enum statement_kind kind, int figure)
{
	return figure_num(&p->figure[kind][figure]);
}

static void
read_period(const struct period *p, struct statement *s)
{
	*s = (struct statement){ .end = p->end };
	s->revenue = num_of(p, STATEMENT_INCOME, INCOME_REVENUE);
	s->net_income = num_of(p, STATEMENT_INCOME, INCOME_NET);
	s->operating_income = num_of(p, STATEMENT_INCOME, INCOME_OPERATING);
	s->interest_expense = num_of(p, STATEMENT_INCOME, INCOME_INTEREST);
	s->gross_profit = num_of(p, STATEMENT_INCOME, INCOME_GROSS);
	s->ebitda = num_of(p, STATEMENT_INCOME, INCOME_EBITDA);
	s->shares_diluted = num_of(p, STATEMENT_INCOME, INCOME_DILUTED);
	s->shares_basic = num_of(p, STATEMENT_INCOME, INCOME_BASIC);
	s->total_equity = num_of(p, STATEMENT_BALANCE, BALANCE_EQUITY);
	s->total_debt = num_of(p, STATEMENT_BALANCE, BALANCE_DEBT);
	s->current_assets = num_of(p, STATEMENT_BALANCE, BALANCE_ASSETS);
	s->current_liabilities = num_of(p, STATEMENT_BALANCE, BALANCE_LIABILITIES);
	s->operating_cash_flow = num_of(p, STATEMENT_CASH, CASH_OPERATING);
	s->capex = num_of(p, STATEMENT_CASH, CASH_CAPEX);
}

/* The company's fiscal years as stored; the one under `but` is about to be replaced by *own. */
static void
load_years(struct work *w, const char *but, const struct fiscal_year *own)
{
	const struct rows *h = w->history;
	const int64_t n = w->place;

	w->years.n = 0;
	while (w->h < rows_count(h) && rows_int(h, w->h, HAS_N) < n)
		w->h++;
	for (int i = w->h; i < rows_count(h) && rows_int(h, i, HAS_N) == n; i++) {
		struct fiscal_year y = { rows_date(h, i, HAS_END), rows_num(h, i, HAS_REVENUE),
					 rows_num(h, i, HAS_NET), rows_num(h, i, HAS_EQUITY),
					 rows_num(h, i, HAS_FCF) };

		if (own && str_same(rows_text(h, i, HAS_LABEL), but))
			continue;
		vec_push(&w->years, y);
	}
	if (!own)
		return;
	vec_push(&w->years, *own);
	for (size_t i = w->years.n - 1;
	     i > 0 && date_cmp(w->years.at[i - 1].end, w->years.at[i].end) > 0; i--) {
		struct fiscal_year y = w->years.at[i];

		w->years.at[i] = w->years.at[i - 1];
		w->years.at[i - 1] = y;
	}
}

static void
put_computed(const struct metrics *m, struct figure f[FIGURES])
{
	f[F_FCF].v = m->free_cash_flow;
	f[F_INVESTED].v = m->invested_capital;
	f[F_BOOK].v = m->book_value_per_share;
	f[F_GROSS_MARGIN].v = m->gross_margin;
	f[F_OPERATING_MARGIN].v = m->operating_margin;
	f[F_EBITDA_MARGIN].v = m->ebitda_margin;
	f[F_NET_MARGIN].v = m->net_margin;
	f[F_FCF_MARGIN].v = m->fcf_margin;
	f[F_ROIC].v = m->roic;
	f[F_ROE].v = m->roe;
	f[F_WACC].v = m->wacc;
	f[F_CURRENT].v = m->current_ratio;
	f[F_DEBT_TO_EQUITY].v = m->debt_to_equity;
	f[F_COVERAGE].v = m->interest_coverage;
	f[F_REVENUE_CAGR].v = m->revenue_cagr;
	f[F_EARNINGS_CAGR].v = m->earnings_cagr;
	f[F_EQUITY_CAGR].v = m->equity_cagr;
	f[F_FCF_CAGR].v = m->fcf_cagr;
	f[F_COMPLETENESS].v = NUM(m->data_completeness);
	f[F_FRESHNESS].v = NUM(m->data_freshness);
}

/* What stands in the balance sheet, and the shares: as sent. */
static void
put_standing(const struct period *p, const struct statement *s, struct figure f[FIGURES])
{
	bool diluted = s->shares_diluted.has && s->shares_diluted.v != 0;

	f[F_EQUITY].text = p->figure[STATEMENT_BALANCE][BALANCE_EQUITY];
	f[F_DEBT].text = p->figure[STATEMENT_BALANCE][BALANCE_DEBT];
	f[F_CASH].text = p->figure[STATEMENT_BALANCE][BALANCE_CASH];
	f[F_SHARES].text = p->figure[STATEMENT_INCOME][diluted ? INCOME_DILUTED : INCOME_BASIC];
}

static int
copy_out(struct work *w, const struct period *p, const char *type, const struct figure f[FIGURES],
	 struct err *e)
{
	db_copy_str(w->copy, map_key(w->p->universe, w->company));
	db_copy_str(w->copy, type);
	db_copy_str(w->copy, p->label);
	db_copy_date(w->copy, p->end);
	for (int k = 0; k < FIGURES; k++) {
		if (f[k].text.p)
			db_copy_text(w->copy, f[k].text.p, f[k].text.len);
		else
			db_copy_num(w->copy, f[k].v);
	}
	if (db_copy_row(w->copy, e) < 0)
		return -1;
	w->p->built(w->p->arg, w->company, p->quarter > 0);
	return 0;
}

/* A period needs all three statements of its day. */
static int
write_period(struct work *w, const struct period *p, struct err *e)
{
	bool yearly = p->quarter == 0;
	struct figure f[FIGURES] = { { { NULL, 0 }, NUM_NONE } };
	struct fiscal_year own;
	struct statement s;
	struct metrics m;

	if (!p->has[STATEMENT_BALANCE] || !p->has[STATEMENT_CASH])
		return 0;
	read_period(p, &s);
	own = (struct fiscal_year){ s.end, s.revenue, s.net_income, s.total_equity,
				    NUM(free_cash_flow(s.operating_cash_flow, s.capex)) };
	load_years(w, p->label, yearly ? &own : NULL);
	metrics_compute(&s, w->years.at, w->years.n, w->p->as_of, &m);
	put_computed(&m, f);
	put_standing(p, &s, f);
	f[F_REVENUE].text = p->figure[STATEMENT_INCOME][INCOME_REVENUE];
	f[F_NET].text = p->figure[STATEMENT_INCOME][INCOME_NET];
	f[F_EBITDA].text = p->figure[STATEMENT_INCOME][INCOME_EBITDA];
	f[F_CAPEX].text = p->figure[STATEMENT_CASH][CASH_CAPEX];
	return copy_out(w, p, yearly ? "FY" : "Q", f, e);
}

/* The newest four, which come first. */
static bool
four_in_a_row(const struct filings *f)
{
	const struct period *p = f->periods.at;
	struct quarter_at at[TTM_QUARTERS];

	if (f->periods.n < TTM_QUARTERS || !p[0].has[STATEMENT_BALANCE])
		return false;
	for (int k = 0; k < TTM_QUARTERS; k++) {
		if (!p[k].has[STATEMENT_CASH])
			return false;
		at[k] = (struct quarter_at){ p[k].year, p[k].quarter, p[k].end };
	}
	for (int k = 0; k + 1 < TTM_QUARTERS; k++)
		if (!quarter_follows(&at[k + 1], &at[k]))
			return false;
	return true;
}

/* Oldest first, as a sum in double depends on the order. */
static struct num
sum_of(const struct period *newest, enum statement_kind kind, int figure)
{
	struct num v[TTM_QUARTERS];

	for (int k = 0; k < TTM_QUARTERS; k++)
		v[k] = num_of(&newest[TTM_QUARTERS - 1 - k], kind, figure);
	return ttm_sum(v, TTM_QUARTERS);
}

static void
read_quarters(const struct period *newest, struct ttm_quarter q[TTM_QUARTERS])
{
	for (int k = 0; k < TTM_QUARTERS; k++) {
		struct statement s;

		read_period(&newest[TTM_QUARTERS - 1 - k], &s);
		q[k] = (struct ttm_quarter){
			.revenue = s.revenue,
			.ebitda = s.ebitda,
			.net_income = s.net_income,
			.free_cash_flow = NUM(free_cash_flow(s.operating_cash_flow, s.capex)),
			.shares = NUM_NONE,
			.total_debt = s.total_debt,
		};
	}
}

/* Flows are sums, what stands is the newest quarter's: so are the shares, which a sum would make
 * four times too many. */
static void
read_ttm(const struct filings *filings, struct statement *s)
{
	const struct period *newest = filings->periods.at;
	struct ttm_quarter q[TTM_QUARTERS];
	struct ttm t;

	read_period(newest, s);
	read_quarters(newest, q);
	ttm_compute(q, NUM_NONE, &t);
	s->is_ttm = true;
	s->revenue = t.revenue;
	s->net_income = t.net_income;
	s->ebitda = t.ebitda;
	s->free_cash_flow = t.free_cash_flow;
	s->operating_income = sum_of(newest, STATEMENT_INCOME, INCOME_OPERATING);
	s->interest_expense = sum_of(newest, STATEMENT_INCOME, INCOME_INTEREST);
	s->gross_profit = sum_of(newest, STATEMENT_INCOME, INCOME_GROSS);
	s->operating_cash_flow = sum_of(newest, STATEMENT_CASH, CASH_OPERATING);
	s->capex = sum_of(newest, STATEMENT_CASH, CASH_CAPEX);
	s->roic_ttm = figure_num(&filings->trailing[METRICS_ROIC]);
	s->wacc_ttm = figure_num(&filings->trailing[METRICS_WACC]);
}

static int
write_ttm(struct work *w, struct err *e)
{
	const struct filings *filings = &w->filings;
	const struct period *newest = filings->periods.at;
	struct figure f[FIGURES] = { { { NULL, 0 }, NUM_NONE } };
	struct statement s;
	struct metrics m;

	if (!four_in_a_row(filings))
		return 0;
	read_ttm(filings, &s);
	load_years(w, NULL, NULL);
	metrics_compute(&s, w->years.at, w->years.n, w->p->as_of, &m);
	put_computed(&m, f);
	put_standing(newest, &s, f);
	f[F_REVENUE].v = s.revenue;
	f[F_NET].v = s.net_income;
	f[F_EBITDA].v = s.ebitda;
	f[F_CAPEX].v = s.capex;
	if (s.roic_ttm.has)
		f[F_ROIC].text = filings->trailing[METRICS_ROIC];
	if (m.wacc.has)
		f[F_WACC].text = filings->trailing[METRICS_WACC];
	return copy_out(w, newest, "TTM", f, e);
}

static void
note(struct work *w)
{
	struct page *p = w->p;

	p->companies += w->filings.periods.n > 0;
	p->complete += w->filings.complete;
	p->repeated += w->filings.repeated;
	p->differing += w->filings.differing;
	if (w->filings.differing > 0 && !p->example)
		p->example = map_key(p->universe, w->company);
}

static int
write_company(struct work *w, struct filed *row, size_t n, struct err *e)
{
	filings_of(row, n, &w->filings);
	note(w);
	if (w->p->kind == PAGE_TTM)
		return write_ttm(w, e);
	for (size_t i = 0; i < w->filings.periods.n; i++)
		if (write_period(w, &w->filings.periods.at[i], e) < 0)
			return -1;
	return 0;
}

static int
write_companies(struct work *w, struct err *e)
{
	struct filed *row = w->p->row, *end = row + w->p->n;

	while (row < end) {
		size_t n = held_company(row, end);

		w->company = row->company;
		w->place++;
		if (write_company(w, row, n, e) < 0)
			return -1;
		row += n;
	}
	return 0;
}

/* The fiscal years that are stored of the page's companies, in their order. */
static struct rows *
read_history(struct db *db, const struct page *p, struct err *e)
{
	const struct filed *row = p->row, *end = row + p->n;
	VEC(const char *) word = { 0 };
	STR_AUTO list = { 0 };
	const char *args[] = { NULL };

	for (; row < end; row += held_company(row, end))
		vec_push(&word, map_key(p->universe, row->company));
	vec_push(&word, NULL);
	str_init(&list, (size_t)1 << 20);
	words_array(word.at, &list);
	vec_done(&word);
	args[0] = str_c(&list);
	return db_query(db, Q_FINANCIALS_HISTORY, args, e);
}

int
page_write(struct db *db, struct page *p, struct err *e)
{
	ROWS_AUTO history = read_history(db, p, e);
	struct work w = { .p = p, .history = history };
	int rc;

	w.copy = history ? db_copy_begin(db, Q_FINANCIALS_RESULT_COPY, e) : NULL;
	if (!w.copy)
		return -1;
	rc = write_companies(&w, e);
	if (rc == 0)
		rc = db_copy_end(w.copy, NULL, e);
	else
		db_copy_abort(w.copy);
	vec_done(&w.filings.periods);
	vec_done(&w.years);
	return rc;
}
