#include "jobs/layer1/financials_rows.h"

#include "core/vec.h"
#include "jobs/engine/financials.h"
#include "jobs/fmp/statements.h"

/* Columns of stage_rows_page; the statements' figures follow in the order of their files. */
enum {
	AT_N,
	AT_TICKER,
	AT_LABEL,
	AT_END,
	AT_YEAR,
	AT_QUARTER,
	AT_HAS_BALANCE,
	AT_HAS_CASH,
	AT_INCOME,
	AT_BALANCE = AT_INCOME + INCOME_BASIC + 1,
	AT_CASH = AT_BALANCE + BALANCE_CASH + 1,
	AT_METRICS = AT_CASH + CASH_CAPEX + 1
};

/* Columns of stage_rows_history. */
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
	const char *text;
	struct num v;
};

struct work {
	const struct page *p;
	struct rows *page, *history; /* borrowed */
	struct db_copy *copy;
	int h; /* first row of the history that is not of an earlier company */
	VEC(struct fiscal_year) years;
};

static void
read_income(const struct rows *r, int i, struct statement *s)
{
	s->revenue = rows_num(r, i, AT_INCOME + INCOME_REVENUE);
	s->net_income = rows_num(r, i, AT_INCOME + INCOME_NET);
	s->operating_income = rows_num(r, i, AT_INCOME + INCOME_OPERATING);
	s->interest_expense = rows_num(r, i, AT_INCOME + INCOME_INTEREST);
	s->gross_profit = rows_num(r, i, AT_INCOME + INCOME_GROSS);
	s->ebitda = rows_num(r, i, AT_INCOME + INCOME_EBITDA);
	s->shares_diluted = rows_num(r, i, AT_INCOME + INCOME_DILUTED);
	s->shares_basic = rows_num(r, i, AT_INCOME + INCOME_BASIC);
}

static void
read_row(const struct rows *r, int i, struct statement *s)
{
	*s = (struct statement){ .end = rows_date(r, i, AT_END) };
	read_income(r, i, s);
	s->total_equity = rows_num(r, i, AT_BALANCE + BALANCE_EQUITY);
	s->total_debt = rows_num(r, i, AT_BALANCE + BALANCE_DEBT);
	s->current_assets = rows_num(r, i, AT_BALANCE + BALANCE_ASSETS);
	s->current_liabilities = rows_num(r, i, AT_BALANCE + BALANCE_LIABILITIES);
	s->operating_cash_flow = rows_num(r, i, AT_CASH + CASH_OPERATING);
	s->capex = rows_num(r, i, AT_CASH + CASH_CAPEX);
}

/* The company's fiscal years as stored; the one under `but` is about to be replaced by *own. */
static void
load_years(struct work *w, int64_t n, const char *but, const struct fiscal_year *own)
{
	const struct rows *h = w->history;

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

/* What stands in the balance sheet, and the shares: of row i, as sent. */
static void
put_standing(const struct rows *r, int i, const struct statement *s, struct figure f[FIGURES])
{
	bool diluted = s->shares_diluted.has && s->shares_diluted.v != 0;

	f[F_EQUITY].text = rows_text(r, i, AT_BALANCE + BALANCE_EQUITY);
	f[F_DEBT].text = rows_text(r, i, AT_BALANCE + BALANCE_DEBT);
	f[F_CASH].text = rows_text(r, i, AT_BALANCE + BALANCE_CASH);
	f[F_SHARES].text = rows_text(r, i, AT_INCOME + (diluted ? INCOME_DILUTED : INCOME_BASIC));
}

static int
copy_out(struct work *w, int i, const char *type, const struct figure f[FIGURES], struct err *e)
{
	const struct rows *r = w->page;
	bool quarterly = rows_int(r, i, AT_QUARTER) > 0;

	db_copy_str(w->copy, rows_text(r, i, AT_TICKER));
	db_copy_str(w->copy, type);
	db_copy_str(w->copy, rows_text(r, i, AT_LABEL));
	db_copy_date(w->copy, rows_date(r, i, AT_END));
	for (int k = 0; k < FIGURES; k++) {
		if (f[k].text)
			db_copy_str(w->copy, f[k].text);
		else
			db_copy_num(w->copy, f[k].v);
	}
	if (db_copy_row(w->copy, e) < 0)
		return -1;
	w->p->built(w->p->arg, rows_text(r, i, AT_TICKER), quarterly);
	return 0;
}

/* A period needs all three statements of its day. */
static int
write_period(struct work *w, int i, struct err *e)
{
	const struct rows *r = w->page;
	bool yearly = rows_int(r, i, AT_QUARTER) == 0;
	struct figure f[FIGURES] = { { NULL, NUM_NONE } };
	struct fiscal_year own;
	struct statement s;
	struct metrics m;

	if (!rows_bool(r, i, AT_HAS_BALANCE) || !rows_bool(r, i, AT_HAS_CASH))
		return 0;
	read_row(r, i, &s);
	own = (struct fiscal_year){ s.end, s.revenue, s.net_income, s.total_equity,
				    NUM(free_cash_flow(s.operating_cash_flow, s.capex)) };
	load_years(w, rows_int(r, i, AT_N), rows_text(r, i, AT_LABEL), yearly ? &own : NULL);
	metrics_compute(&s, w->years.at, w->years.n, w->p->as_of, &m);
	put_computed(&m, f);
	put_standing(r, i, &s, f);
	f[F_REVENUE].text = rows_text(r, i, AT_INCOME + INCOME_REVENUE);
	f[F_NET].text = rows_text(r, i, AT_INCOME + INCOME_NET);
	f[F_EBITDA].text = rows_text(r, i, AT_INCOME + INCOME_EBITDA);
	f[F_CAPEX].text = rows_text(r, i, AT_CASH + CASH_CAPEX);
	return copy_out(w, i, yearly ? "FY" : "Q", f, e);
}

/* The page has the newest first. */
static bool
four_in_a_row(const struct rows *r, int i)
{
	struct quarter_at at[TTM_QUARTERS];

	if (i + TTM_QUARTERS > rows_count(r) ||
	    rows_int(r, i + TTM_QUARTERS - 1, AT_N) != rows_int(r, i, AT_N) ||
	    !rows_bool(r, i, AT_HAS_BALANCE))
		return false;
	for (int k = 0; k < TTM_QUARTERS; k++) {
		if (!rows_bool(r, i + k, AT_HAS_CASH))
			return false;
		at[k] = (struct quarter_at){ (int)rows_int(r, i + k, AT_YEAR),
					     (int)rows_int(r, i + k, AT_QUARTER),
					     rows_date(r, i + k, AT_END) };
	}
	for (int k = 0; k + 1 < TTM_QUARTERS; k++)
		if (!quarter_follows(&at[k + 1], &at[k]))
			return false;
	return true;
}

/* Oldest first, as a sum in double depends on the order. */
static struct num
sum_of(const struct rows *r, int i, int column)
{
	struct num v[TTM_QUARTERS];

	for (int k = 0; k < TTM_QUARTERS; k++)
		v[k] = rows_num(r, i + TTM_QUARTERS - 1 - k, column);
	return ttm_sum(v, TTM_QUARTERS);
}

static void
read_quarters(const struct rows *r, int i, struct ttm_quarter q[TTM_QUARTERS])
{
	for (int k = 0; k < TTM_QUARTERS; k++) {
		struct statement s;

		read_row(r, i + TTM_QUARTERS - 1 - k, &s);
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
read_ttm(const struct rows *r, int i, struct statement *s)
{
	struct ttm_quarter q[TTM_QUARTERS];
	struct ttm t;

	read_row(r, i, s);
	read_quarters(r, i, q);
	ttm_compute(q, NUM_NONE, &t);
	s->is_ttm = true;
	s->revenue = t.revenue;
	s->net_income = t.net_income;
	s->ebitda = t.ebitda;
	s->free_cash_flow = t.free_cash_flow;
	s->operating_income = sum_of(r, i, AT_INCOME + INCOME_OPERATING);
	s->interest_expense = sum_of(r, i, AT_INCOME + INCOME_INTEREST);
	s->gross_profit = sum_of(r, i, AT_INCOME + INCOME_GROSS);
	s->operating_cash_flow = sum_of(r, i, AT_CASH + CASH_OPERATING);
	s->capex = sum_of(r, i, AT_CASH + CASH_CAPEX);
	s->roic_ttm = rows_num(r, i, AT_METRICS + METRICS_ROIC);
	s->wacc_ttm = rows_num(r, i, AT_METRICS + METRICS_WACC);
}

static int
write_ttm(struct work *w, int i, struct err *e)
{
	const struct rows *r = w->page;
	struct figure f[FIGURES] = { { NULL, NUM_NONE } };
	struct statement s;
	struct metrics m;

	if (!four_in_a_row(r, i))
		return 0;
	read_ttm(r, i, &s);
	load_years(w, rows_int(r, i, AT_N), NULL, NULL);
	metrics_compute(&s, w->years.at, w->years.n, w->p->as_of, &m);
	put_computed(&m, f);
	put_standing(r, i, &s, f);
	f[F_REVENUE].v = s.revenue;
	f[F_NET].v = s.net_income;
	f[F_EBITDA].v = s.ebitda;
	f[F_CAPEX].v = s.capex;
	if (s.roic_ttm.has)
		f[F_ROIC].text = rows_text(r, i, AT_METRICS + METRICS_ROIC);
	if (m.wacc.has)
		f[F_WACC].text = rows_text(r, i, AT_METRICS + METRICS_WACC);
	return copy_out(w, i, "TTM", f, e);
}

static int
write_rows(struct work *w, struct err *e)
{
	const struct rows *r = w->page;

	for (int i = 0; i < rows_count(r); i++) {
		bool newest = i == 0 || rows_int(r, i - 1, AT_N) != rows_int(r, i, AT_N);

		if (w->p->kind == PAGE_PERIODS && write_period(w, i, e) < 0)
			return -1;
		if (w->p->kind == PAGE_TTM && newest && write_ttm(w, i, e) < 0)
			return -1;
	}
	return 0;
}

int
page_write(struct db *db, const struct page *p, struct err *e)
{
	char after[24], to[24];
	const char *args[] = { after, to, p->kind == PAGE_TTM ? "4" : "1000000" };
	struct work w = { .p = p };

	fmt_buf(after, sizeof(after), "%lld", (long long)p->after);
	fmt_buf(to, sizeof(to), "%lld", (long long)p->to);
	ROWS_AUTO page = db_query(db, Q_STAGE_ROWS_PAGE, args, e);
	ROWS_AUTO history = page ? db_query(db, Q_STAGE_ROWS_HISTORY, args, e) : NULL;

	w.page = page;
	w.history = history;
	w.copy = history ? db_copy_begin(db, Q_FINANCIALS_RESULT_COPY, e) : NULL;
	if (!w.copy)
		return -1;
	int rc = write_rows(&w, e);

	vec_done(&w.years);
	if (rc < 0)
		db_copy_abort(w.copy);
	return rc < 0 ? -1 : db_copy_end(w.copy, NULL, e);
}
