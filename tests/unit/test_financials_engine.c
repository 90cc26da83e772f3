/* Expected values: golden vectors of the original engines (FINTRA_REAL_DATA/../engines), and
 * figures worked out by hand. */
#include "core/json.h"
#include "jobs/engine/financials.h"
#include "tests/unit/suite.h"

#include <math.h>

enum { ROWS_MAX = 64 };

static long compared;

static void
assert_near(double got, double want)
{
	double scale = fmax(1, fmax(fabs(got), fabs(want)));

	if (!(fabs(got - want) <= 1e-9 * scale))
		fail_msg("%.17g is not %.17g", got, want);
}

static void
assert_num(struct num got, const struct json *out, const char *key)
{
	struct num want = json_num(out, key);

	if (got.has != want.has)
		fail_msg("%s: %s", key, got.has ? "a value, none expected" : "no value");
	if (got.has)
		assert_near(got.v, want.v);
	compared++;
}

static struct date
day_of(const struct json *j, const char *key)
{
	struct date d;

	assert_true(date_parse(json_text(j, key), &d));
	return d;
}

typedef void vector_fn(const struct json *in, const struct json *out);

static void
each_vector(const char *name, long want, vector_fn *fn)
{
	char path[4096], *line = NULL;
	size_t cap = 0;
	long vectors = 0;
	struct err e = ERR_INIT;
	FILE *f;

	assert_true(fmt_buf(path, sizeof(path), "%s/../engines/%s", real_data(), name));
	f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "SKIP: no %s\n", path);
		skip();
	}
	compared = 0;
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0; vectors++) {
		struct json *j = json_parse(line, (size_t)n, &e);

		assert_non_null(j);
		fn(json_get(j, "in"), json_get(j, "out"));
		json_free(j);
	}
	free(line);
	(void)fclose(f);
	assert_int_equal(vectors, want);
	printf("%s: %ld vectors, %ld values compared\n", name, vectors, compared);
}

static void
ttm_vector(const struct json *in, const struct json *out)
{
	const struct json *list = json_get(in, "quarters");
	struct ttm_quarter q[TTM_QUARTERS];
	struct ttm t;

	assert_int_equal(json_len(list), TTM_QUARTERS);
	for (size_t i = 0; i < TTM_QUARTERS; i++) {
		const struct json *j = json_at(list, i);

		q[i] = (struct ttm_quarter){ json_num(j, "revenue"),
					     json_num(j, "ebitda"),
					     json_num(j, "net_income"),
					     json_num(j, "free_cash_flow"),
					     json_num(j, "shares_outstanding"),
					     json_num(j, "total_debt"),
					     json_num(j, "cash_and_equivalents") };
	}
	ttm_compute(q, json_num(in, "price"), &t);
	assert_num(t.revenue, out, "revenue_ttm");
	assert_num(t.ebitda, out, "ebitda_ttm");
	assert_num(t.net_income, out, "net_income_ttm");
	assert_num(t.eps, out, "eps_ttm");
	assert_num(t.free_cash_flow, out, "free_cash_flow_ttm");
	assert_num(t.net_debt, out, "net_debt");
	assert_num(t.market_cap, out, "market_cap");
	assert_num(t.enterprise_value, out, "enterprise_value");
	assert_num(t.pe, out, "pe_ratio");
	assert_num(t.ev_ebitda, out, "ev_ebitda");
	assert_num(t.price_to_sales, out, "price_to_sales");
	assert_num(t.price_to_fcf, out, "price_to_fcf");
}

static void
test_ttm_vectors(void **state)
{
	(void)state;
	each_vector("ttm.jsonl", 60, ttm_vector);
}

static void
read_statement(const struct json *in, struct statement *s)
{
	*s = (struct statement){
		.is_ttm = str_same(json_text(in, "period_type"), "TTM"),
		.end = day_of(in, "period_end_date"),
		.revenue = json_num(in, "revenue"),
		.net_income = json_num(in, "net_income"),
		.operating_income = json_num(in, "operating_income"),
		.interest_expense = json_num(in, "interest_expense"),
		.gross_profit = json_num(in, "gross_profit"),
		.ebitda = json_num(in, "ebitda"),
		.shares_diluted = json_num(in, "shares_diluted"),
		.shares_basic = json_num(in, "shares_basic"),
		.total_equity = json_num(in, "total_equity"),
		.total_debt = json_num(in, "total_debt"),
		.current_assets = json_num(in, "current_assets"),
		.current_liabilities = json_num(in, "current_liabilities"),
		.operating_cash_flow = json_num(in, "operating_cash_flow"),
		.capex = json_num(in, "capex"),
		.roic_ttm = json_num(in, "roic_ttm"),
		.wacc_ttm = json_num(in, "wacc_ttm"),
	};
}

static size_t
read_history(const struct json *list, struct fiscal_year *y)
{
	size_t n = json_len(list);

	assert_true(n <= ROWS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct json *j = json_at(list, i);
		double fcf =
			free_cash_flow(json_num(j, "operating_cash_flow"), json_num(j, "capex"));

		y[i] = (struct fiscal_year){ day_of(j, "date"), json_num(j, "revenue"),
					     json_num(j, "net_income"), json_num(j, "total_equity"),
					     NUM(fcf) };
	}
	return n;
}

static void
check_metrics(const struct metrics *m, const struct json *out)
{
	assert_num(m->free_cash_flow, out, "free_cash_flow");
	assert_num(m->invested_capital, out, "invested_capital");
	assert_num(m->weighted_shares_out, out, "weighted_shares_out");
	assert_num(m->operating_margin, out, "operating_margin");
	assert_num(m->net_margin, out, "net_margin");
	assert_num(m->gross_margin, out, "gross_margin");
	assert_num(m->ebitda_margin, out, "ebitda_margin");
	assert_num(m->fcf_margin, out, "fcf_margin");
	assert_num(m->roic, out, "roic");
	assert_num(m->roe, out, "roe");
	assert_num(m->wacc, out, "wacc");
	assert_num(m->debt_to_equity, out, "debt_to_equity");
	assert_num(m->interest_coverage, out, "interest_coverage");
	assert_num(m->current_ratio, out, "current_ratio");
	assert_num(m->book_value_per_share, out, "book_value_per_share");
	assert_num(m->revenue_cagr, out, "revenue_cagr");
	assert_num(m->earnings_cagr, out, "earnings_cagr");
	assert_num(m->fcf_cagr, out, "fcf_cagr");
	assert_num(m->equity_cagr, out, "equity_cagr");
	assert_num(NUM(m->data_completeness), out, "data_completeness");
	assert_num(NUM(m->data_freshness), out, "data_freshness");
}

static void
metrics_vector(const struct json *in, const struct json *out)
{
	struct fiscal_year history[ROWS_MAX];
	struct statement s;
	struct metrics m;
	size_t n = read_history(json_get(in, "history"), history);

	read_statement(in, &s);
	metrics_compute(&s, history, n, day_of(in, "as_of"), &m);
	check_metrics(&m, out);
}

static void
test_derived_metrics_vectors(void **state)
{
	(void)state;
	each_vector("derived_metrics.jsonl", 60, metrics_vector);
}

static void
growth_vector(const struct json *in, const struct json *out)
{
	const struct json *rows = json_get(in, "rows");
	struct growth_year y[ROWS_MAX];
	struct growth_row got[ROWS_MAX];
	size_t n = json_len(rows);

	assert_true(n <= ROWS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct json *j = json_at(rows, i);

		y[i] = (struct growth_year){ day_of(j, "period_end_date"),
					     (int)json_num(j, "fiscal_year").v,
					     json_num(j, "revenue"), json_num(j, "net_income"),
					     json_num(j, "free_cash_flow") };
	}
	assert_int_equal(growth_rows(y, n, got), json_len(out));
	for (size_t i = 0; i < json_len(out); i++) {
		const struct json *j = json_at(out, i);

		assert_int_equal(got[i].fiscal_year, (int)json_num(j, "fiscal_year").v);
		assert_num(got[i].revenue, j, "growth_revenue");
		assert_num(got[i].net_income, j, "growth_net_income");
		assert_num(got[i].free_cash_flow, j, "growth_free_cash_flow");
	}
}

static void
test_growth_rows_vectors(void **state)
{
	(void)state;
	each_vector("growth_rows.jsonl", 60, growth_vector);
}

/* 100 -> 121 over 731 days: y = 731/365; 1.21^(365/731) - 1, worked out with bc -l. */
static void
test_cagr_by_hand(void **state)
{
	struct fiscal_year y[4] = {
		{ date_of(2021, 12, 31), NUM(100), NUM(-1), NUM(5), NUM(0) },
		{ date_of(2022, 12, 31), NUM(0), NUM(2), NUM_NONE, NUM(1) },
		{ date_of(2023, 6, 30), NUM(110), NUM(3), NUM(5), NUM(2) },
		{ date_of(2024, 1, 1), NUM(121), NUM(4), NUM(5), NUM(3) },
	};
	struct statement s = { .end = date_of(2024, 1, 1) };
	struct metrics m;

	(void)state;
	metrics_compute(&s, y, 4, s.end, &m);
	assert_true(m.revenue_cagr.has); /* the zero is no point, three are left */
	assert_near(m.revenue_cagr.v, 0.09985658773828725);
	assert_false(m.earnings_cagr.has); /* from -1 to 4: no growth rate */
	assert_true(m.equity_cagr.has);
	assert_near(m.equity_cagr.v, 0);
	assert_false(m.fcf_cagr.has);  /* three points, but 366 days apart */
	s.end = date_of(2023, 12, 31); /* what comes later is not known yet */
	metrics_compute(&s, y, 4, s.end, &m);
	assert_false(m.revenue_cagr.has);
}

static void
test_quarters_that_follow(void **state)
{
	const struct quarter_at q4 = { 2024, 4, date_of(2024, 12, 31) };
	const struct quarter_at q1 = { 2025, 1, date_of(2025, 6, 30) };
	const struct quarter_at q3 = { 2024, 3, date_of(2024, 9, 30) };
	struct quarter_at odd = { 2026, 3, date_add_days(q4.end, 75) };

	(void)state;
	assert_true(quarter_follows(&q4, &q1)); /* labels suffice */
	assert_true(quarter_follows(&q3, &q4));
	assert_false(quarter_follows(&q3, &q1));
	assert_true(quarter_follows(&q4, &odd)); /* 75 .. 105 days suffice */
	odd.end = date_add_days(q4.end, 105);
	assert_true(quarter_follows(&q4, &odd));
	odd.end = date_add_days(q4.end, 106);
	assert_false(quarter_follows(&q4, &odd));
	odd.end = date_add_days(q4.end, 74);
	assert_false(quarter_follows(&q4, &odd));
	assert_false(quarter_follows(&q4, &q3));
}

/* Diluted shares of 0 are none; a zero on either side of a ratio is "not reported". */
static void
test_zero_is_not_reported(void **state)
{
	struct statement s = { .end = date_of(2024, 12, 31),
			       .revenue = NUM(200),
			       .net_income = NUM(0),
			       .shares_diluted = NUM(0),
			       .shares_basic = NUM(50),
			       .total_equity = NUM(400),
			       .total_debt = NUM(0) };
	struct metrics m;

	(void)state;
	metrics_compute(&s, NULL, 0, date_of(2024, 12, 1), &m);
	assert_near(m.weighted_shares_out.v, 50);
	assert_near(m.book_value_per_share.v, 8);
	assert_false(m.net_margin.has || m.roic.has || m.debt_to_equity.has || m.fcf_margin.has);
	assert_true(m.free_cash_flow.has);
	assert_near(m.free_cash_flow.v, 0);
	assert_near(m.data_completeness, 60);		 /* revenue, equity, debt */
	assert_near(free_cash_flow(NUM(10), NUM(3)), 7); /* some send investments above zero */
	assert_near(free_cash_flow(NUM(10), NUM(-3)), 7);
	assert_int_equal(m.data_freshness, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ttm_vectors),
		cmocka_unit_test(test_derived_metrics_vectors),
		cmocka_unit_test(test_growth_rows_vectors),
		cmocka_unit_test(test_cagr_by_hand),
		cmocka_unit_test(test_quarters_that_follow),
		cmocka_unit_test(test_zero_is_not_reported),
	};

	return cmocka_run_group_tests_name("financials_engine", tests, NULL, NULL);
}
