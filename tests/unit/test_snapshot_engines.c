/* The engines of the snapshot where the golden vectors are silent, worked out by hand from
 * engines.md; the sections stand beside the cases. */
#include "jobs/engine/ifs.h"
#include "jobs/engine/industry_profile.h"
#include "jobs/engine/lifecycle.h"
#include "tests/unit/suite.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fiscal_year_is_named_by_its_label),
		cmocka_unit_test(years_count_up_to_the_first_gap),
		cmocka_unit_test(industries_have_a_tempo),
		cmocka_unit_test(zero_takes_part_and_says_nothing),
		cmocka_unit_test(a_week_does_not_count),
	};

	return cmocka_run_group_tests_name("snapshot_engines", tests, NULL, NULL);
}
