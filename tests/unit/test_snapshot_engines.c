/* The engines of the snapshot where the golden vectors are silent, worked out by hand from
 * engines.md; the sections stand beside the cases. */
#include "jobs/engine/dividend_quality.h"
#include "jobs/engine/fundamentals_growth.h"
#include "jobs/engine/ifs.h"
#include "jobs/engine/industry_profile.h"
#include "jobs/engine/iqs.h"
#include "jobs/engine/lifecycle.h"
#include "jobs/engine/sector_rank.h"
#include "jobs/engine/strategic_state.h"
#include "jobs/engine/verdict.h"
#include "tests/unit/suite.h"

#include <math.h>

static void
assert_near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-12))
		fail_msg("%.17g is not %.17g", got, want);
}

static struct financial_row
year_row(const char *label, int year, int month, int day)
{
	struct financial_row r = { .type = PERIOD_FY, .end = date_of(year, month, day) };

	r.fiscal_year = fiscal_year_of(label, r.end);
	r.revenue = r.net_income = r.free_cash_flow = NUM(1);
	return r;
}

/* 6.1: the label names the year, also where the year ends in the next January and is the only
 * one. */
static void
a_fiscal_year_is_named_by_its_label(void **state)
{
	struct financial_row r = year_row("2023", 2024, 1, 28);
	struct lifecycle l;

	(void)state;
	lifecycle(&r, 1, &l);
	assert_int_equal(l.years, 1);
	assert_int_equal(l.first_year, 2023);
	assert_int_equal(l.last_year, 2023);
	assert_int_equal(fiscal_year_of(" 2019Q4", r.end), 2019);
	assert_int_equal(fiscal_year_of("FY2019", r.end), 2024);
	assert_int_equal(fiscal_year_of(NULL, r.end), 2024);
	assert_int_equal(fiscal_year_of(NULL, DATE_NONE), 0);
}

/* 6.1: a year told twice counts once; a gap ends the count; zero is a figure. */
static void
years_count_up_to_the_first_gap(void **state)
{
	struct financial_row r[5] = { year_row("2024", 2024, 12, 31), year_row("2024", 2024, 6, 30),
				      year_row("2023", 2023, 12, 31),
				      year_row("2022", 2022, 12, 31),
				      year_row("2020", 2020, 12, 31) };
	struct lifecycle l;

	(void)state;
	r[3].revenue = NUM(0);
	lifecycle(r, 5, &l);
	assert_int_equal(l.years, 3);
	assert_int_equal(l.first_year, 2022);
	assert_int_equal(l.maturity, MATURITY_DEVELOPING);
	r[2].net_income = NUM_NONE;
	lifecycle(r, 5, &l);
	assert_int_equal(l.years, 1);
}

/* 1.1 */
static void
industries_have_a_tempo(void **state)
{
	const struct industry_profile *p =
		industry_profile_find(industry_profiles, industry_profiles_n, "Asset Management");

	(void)state;
	assert_string_equal(p->industry, "Asset Management");
	p = industry_profile_find(industry_profiles, industry_profiles_n, "semiconductors");
	assert_ptr_equal(p, &industry_profile_default);
	assert_ptr_equal(industry_profile_find(NULL, 0, NULL), p);
	assert_int_equal(p->cadence, CADENCE_MEDIUM);
	assert_int_equal(p->min_years, 3);
	assert_true(horizons_has(&p->dominant, WIN_6M) && horizons_has(&p->dominant, WIN_3Y));
	assert_false(horizons_has(&p->dominant, WIN_3M) || horizons_has(&p->dominant, WIN_5Y));
}

/* 4: with a profile a block of zeros takes part: two blocks, one vote.  1Y and 3Y known of seven:
 * R(0.4 * 100 * 2/7 + 0.4 * 100 * 0.4 + 0.2 * 75) = R(11.43 + 16 + 15) = 42.  Without one a block
 * has to say something. */
static void
zero_takes_part_and_says_nothing(void **state)
{
	struct num relative[WIN_COUNT] = { { 0, false } };
	struct horizons dominant = { true, 1u << WIN_1Y | 1u << WIN_3Y };
	struct ifs i;

	(void)state;
	relative[WIN_1Y] = NUM(5);
	relative[WIN_3Y] = NUM(0);
	ifs(relative, &dominant, &i);
	assert_int_equal(i.position, IFS_LEADER);
	assert_int_equal(i.pressure, 1);
	assert_int_equal(i.confidence, 42);
	assert_int_equal(i.label, TRUST_LOW);
	dominant.given = false;
	ifs(relative, &dominant, &i);
	assert_int_equal(i.position, IFS_NONE);
}

/* 4: windows that are not canonical are no windows of IFS: seven at most make the share. */
static void
a_week_does_not_count(void **state)
{
	struct num relative[WIN_COUNT] = { { 0, false } };
	struct horizons dominant = { true, 1u << WIN_1Y | 1u << WIN_3Y };
	struct ifs i;

	(void)state;
	for (int w = 0; w < WIN_COUNT; w++)
		relative[w] = NUM(1);
	ifs(relative, &dominant, &i);
	assert_int_equal(i.confidence, 71); /* R(40 + 16 + 15) */
	assert_int_equal(i.pressure, 2);
}

/* 8.1: a fall by 150 % leads to no rate (1Y: -0.5 * 1 = below nothing); two such years multiply to
 * more than nothing again (3Y: 0.25 * 8 = 2, its cube root less one). */
static void
no_rate_leads_below_nothing(void **state)
{
	struct growth_row r[3] = { { .revenue = { -1.5, true } },
				   { .revenue = { -1.5, true } },
				   { .revenue = { 7, true } } };
	struct fundamentals_growth_input in = { .row = r, .n = 3, .maturity = MATURITY_EARLY };
	struct fundamentals_growth g;

	(void)state;
	fundamentals_growth(&in, &g);
	assert_int_equal(g.valid_windows, 1);
	assert_int_equal(g.status, GROWTH_EMERGING);
	assert_near(g.revenue_cagr.v, 4.0 / 3);
	in.min_years = 5;
	fundamentals_growth(&in, &g);
	assert_int_equal(g.status, GROWTH_PENDING);
	assert_int_equal(g.valid_windows, 0);
}

/* 8.1: 5Y is dominant and long, so it counts twice: (0.2 + 0.12 + 0.12) / 3 = 0.147, where once
 * would be strong (0.16). */
static void
a_long_window_counts_twice(void **state)
{
	struct growth_row r[5];
	struct fundamentals_growth_input in = { .row = r,
						.n = 5,
						.maturity = MATURITY_ESTABLISHED,
						.dominant = { true, 1u << WIN_1Y | 1u << WIN_5Y } };
	struct fundamentals_growth g;

	(void)state;
	memset(r, 0, sizeof(r));
	for (int i = 0; i < 5; i++)
		r[i].revenue = NUM(0);
	r[0].revenue = NUM(0.2);
	r[1].revenue = NUM(pow(1.12, 5) / 1.2 - 1);
	fundamentals_growth(&in, &g);
	assert_int_equal(g.status, GROWTH_MODERATE);
	assert_int_equal(g.confidence, DEGREE_HIGH);
	assert_int_equal(g.valid_windows, 2);
	in.n = 4;
	fundamentals_growth(&in, &g);
	assert_int_equal(g.status, GROWTH_PENDING);
	assert_int_equal(g.confidence, DEGREE_MEDIUM);
	assert_int_equal(g.valid_windows, 1);
}

static void
fill_company(struct iqs_company *c, struct financial_row *row, double v)
{
	*row = year_row("2024", 2024, 12, 31);
	row->metric[METRIC_ROIC] = row->metric[METRIC_OPERATING_MARGIN] = NUM(v);
	*c = (struct iqs_company){ row, 1 };
}

/* 4.1: against three others, not itself.  Two of three are not above: 66.67; the three unknown
 * parts count 50: (0.30 + 0.25) * 66.67 + 0.45 * 50 = 59.17.  A peer whose year ended later is not
 * known yet: two are too few. */
static void
a_company_is_no_peer_of_itself(void **state)
{
	struct financial_row row[4];
	struct iqs_company company[4];
	struct iqs q;

	(void)state;
	for (int i = 0; i < 4; i++)
		fill_company(&company[i], &row[i], i);
	iqs(company, 4, 2, date_of(2024, 12, 31), &q);
	assert_int_equal(q.years, 1);
	assert_int_equal(q.year[0].percentile, 59);
	assert_int_equal(q.year[0].position, IFS_FOLLOWER);
	assert_int_equal(q.confidence, 20);
	row[2].end = date_of(2024, 6, 30);
	iqs(company, 4, 2, date_of(2024, 6, 30), &q);
	assert_int_equal(q.years, 0);
}

/* 8.4: equal in all, the ticker decides; laggards with less pressure come first. */
static void
ties_are_broken_by_ticker(void **state)
{
	struct rank_row r[4] = { { "B", "S", IFS_LAGGARD, 1, { 5, true }, 9, 9 },
				 { "A", "S", IFS_LAGGARD, 1, { 5, true }, 9, 9 },
				 { "C", "S", IFS_LAGGARD, 0, { 1, true }, 9, 9 },
				 { "D", "S", IFS_LAGGARD, 0, { 0, false }, 9, 9 } };

	(void)state;
	sector_rank(r, 4);
	assert_string_equal(r[0].ticker, "C");
	assert_string_equal(r[1].ticker, "A");
	assert_int_equal(r[1].rank, 2);
	assert_int_equal(r[2].total, 3);
	assert_string_equal(r[3].ticker, "D");
	assert_int_equal(r[3].rank, 0);
	assert_int_equal(r[3].total, 0);
}

/* 9.4: one year that pays: consistency 100, payout (90 + 20) / 2 - 25 = 30; growth and discipline
 * need two.  (0.4 * 100 + 0.3 * 30) / 0.7 = 70; confidence 30 + 50 * 2/4 * 1/8 = 33.125. */
static void
a_dividend_paid_out_of_a_loss(void **state)
{
	struct dividend_year y = { 2024, true, NUM(1), NUM(50), NUM(-1), NUM(0), NUM(1) };
	struct dividend_quality q;

	(void)state;
	dividend_quality(&y, 1, &q);
	assert_near(q.consistency.v, 100);
	assert_near(q.payout_sustainability.v, 30);
	assert_false(q.growth_reliability.has || q.capital_discipline.has);
	assert_near(q.score.v, 70);
	assert_int_equal(q.band, DIVIDEND_HIGH);
	assert_near(q.confidence.v, 33.125);
	y.has_dividend = false; /* 0 - min(30, 8 + 4), at least 0 */
	dividend_quality(&y, 1, &q);
	assert_near(q.score.v, 0);
}

/* 8.6: FGOS alone, strong, is strong; confidence 0.6 * 50 = 30 of one module is too little to
 * conclude, 0.6 * 60 = 36 is enough. */
static void
a_verdict_of_one_module(void **state)
{
	struct verdict_input in = { .fgos = { NUM(80), NUM(60) }, .fgos_band = ADVANTAGE_STRONG };
	struct verdict v;

	(void)state;
	verdict(&in, &v);
	assert_int_equal(v.label, VERDICT_STRONG);
	assert_near(v.score.v, 80);
	assert_near(v.confidence.v, 36);
	in.fgos.confidence = NUM(50);
	verdict(&in, &v);
	assert_int_equal(v.label, VERDICT_INCONCLUSIVE);
	assert_near(v.score.v, 80);
	in.fgos.confidence = NUM_NONE;
	verdict(&in, &v);
	assert_int_equal(v.label, VERDICT_STRONG);
	assert_false(v.confidence.has);
}

/* 8.5 */
static void
mood_against_standing(void **state)
{
	struct market_position p = { .computed = true, .summary = MARKET_LEADER };

	(void)state;
	assert_int_equal(strategic_state(ADVANTAGE_NONE, NULL, SENTIMENT_PESSIMISTIC),
			 STATE_ALIGNED);
	assert_int_equal(strategic_state(ADVANTAGE_NONE, NULL, SENTIMENT_NONE), STATE_OUT_OF_STEP);
	assert_int_equal(strategic_state(ADVANTAGE_STRONG, NULL, SENTIMENT_NEUTRAL),
			 STATE_IN_TENSION);
	assert_int_equal(strategic_state(ADVANTAGE_WEAK, &p, SENTIMENT_OPTIMISTIC), STATE_ALIGNED);
	p.summary = MARKET_AVERAGE;
	assert_int_equal(strategic_state(ADVANTAGE_STRONG, &p, SENTIMENT_NONE), STATE_ALIGNED);
	p.summary = MARKET_WEAK;
	assert_int_equal(strategic_state(ADVANTAGE_STRONG, &p, SENTIMENT_NONE), STATE_IN_TENSION);
	p = (struct market_position){ .computed = false };
	assert_int_equal(strategic_state(ADVANTAGE_STRONG, &p, SENTIMENT_NONE), STATE_IN_TENSION);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fiscal_year_is_named_by_its_label),
		cmocka_unit_test(years_count_up_to_the_first_gap),
		cmocka_unit_test(industries_have_a_tempo),
		cmocka_unit_test(zero_takes_part_and_says_nothing),
		cmocka_unit_test(a_week_does_not_count),
		cmocka_unit_test(no_rate_leads_below_nothing),
		cmocka_unit_test(a_long_window_counts_twice),
		cmocka_unit_test(a_company_is_no_peer_of_itself),
		cmocka_unit_test(ties_are_broken_by_ticker),
		cmocka_unit_test(a_dividend_paid_out_of_a_loss),
		cmocka_unit_test(a_verdict_of_one_module),
		cmocka_unit_test(mood_against_standing),
	};

	return cmocka_run_group_tests_name("snapshot_engines", tests, NULL, NULL);
}
