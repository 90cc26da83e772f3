/* What the golden vectors leave out, worked out by hand from engines.md; the sections stand beside
 * the cases. */
#include "jobs/engine/fgos.h"
#include "jobs/engine/fgos_confidence.h"
#include "jobs/engine/sector_benchmark.h"
#include "jobs/engine/sector_defaults.h"
#include "jobs/engine/valuation.h"
#include "jobs/engine/valuation_sector.h"
#include "tests/unit/suite.h"

#include <math.h>

static const struct benchmark tenths = { { 0.1, true }, { 0.2, true }, { 0.3, true },
					 { 0.4, true }, { 0.5, true }, 40,
					 BENCHMARK_HIGH };

static void
assert_near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-12))
		fail_msg("%.17g is not %.17g", got, want);
}

static void
every_benchmark(struct benchmark_set *set)
{
	memset(set, 0, sizeof(*set));
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		benchmark_put(set, (enum metric)m, &tenths);
}

/* 3.3: D/E 0.05 is below p10, raw 10, turned to 90; 0.6 is above p75, 90 turned to 10. */
static void
less_debt_scores_higher(void **state)
{
	struct benchmark_set set;
	struct fgos_input in = { .sector = "Energy", .benchmarks = &set };
	struct fgos out;

	(void)state;
	every_benchmark(&set);
	in.value[METRIC_DEBT_TO_EQUITY] = NUM(0.05);
	fgos(&in, &out);
	assert_near(out.dimension[FGOS_SOLVENCY].v, 90);
	assert_near(out.score.v, 90);
	in.value[METRIC_DEBT_TO_EQUITY] = NUM(0.6);
	fgos(&in, &out);
	assert_near(out.dimension[FGOS_SOLVENCY].v, 10);
	in.value[METRIC_INTEREST_COVERAGE] = NUM(0.6);
	fgos(&in, &out);
	assert_near(out.dimension[FGOS_SOLVENCY].v, 50);
	assert_near(metric_score(NUM(0.05), &tenths, MORE_IS_BETTER).raw, 10);
}

/* 3.3, 2.4: turned before the confidence step.  Raw 90 turned to 10, w = 5/20: 10*w + 50*(1-w). */
static void
low_confidence_pulls_to_the_middle(void **state)
{
	struct benchmark few = tenths;
	struct metric_score s;

	(void)state;
	few.sample_size = 5;
	few.confidence = BENCHMARK_LOW;
	s = metric_score(NUM(9), &few, LESS_IS_BETTER);
	assert_near(s.raw, 10);
	assert_near(s.effective, 40);
	few.p75 = NUM_NONE;
	assert_false(metric_score(NUM(9), &few, LESS_IS_BETTER).has);
}

/* 1.2: an exact zero is a value.  Zero lies below p10 of each metric: raw 10, debt 90.  Growth,
 * profitability, efficiency 10; solvency (90 + 10) / 2 = 50: 0.75 * 10 + 0.25 * 50 = 20. */
static void
zero_is_a_value(void **state)
{
	struct benchmark_set set;
	struct fgos_input in = { .sector = "Energy", .benchmarks = &set };
	struct fgos out;

	(void)state;
	every_benchmark(&set);
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		in.value[m] = NUM(0);
	fgos(&in, &out);
	assert_near(out.base.v, 20);
	assert_int_equal(out.confidence, 66); /* four dimensions of six, rounded down */
	assert_int_equal(out.confidence_label, TRUST_MEDIUM);
	assert_int_equal(out.category, FGOS_LOW);
}

/* 3.2: what is stored recombines to the score: the figures of the metrics give the components, the
 * components the base. */
static void
components_recombine(void **state)
{
	struct benchmark_set set;
	struct fgos_input in = { .sector = "Energy", .benchmarks = &set };
	struct fgos out;
	double sum = 0;

	(void)state;
	every_benchmark(&set);
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		in.value[m] = NUM(0.08 + 0.06 * m);
	fgos(&in, &out);
	for (int c = 0; c < FGOS_COMPONENTS; c++) {
		const struct fgos_component *k = &fgos_components[c];
		double mean = 0;

		for (size_t i = 0; i < k->n; i++)
			mean += out.metric[k->metric[i]].effective / (double)k->n;
		assert_near(out.dimension[c].v, mean);
		sum += k->weight * mean;
	}
	assert_near(out.score.v, floor(sum + 0.5));
}

/* 3.2 step 1: one of the nine benchmarks lacks. */
static void
no_score_without_all_nine(void **state)
{
	struct benchmark_set set;
	struct fgos_input in = { .sector = "Energy", .benchmarks = &set };
	struct fgos out;

	(void)state;
	every_benchmark(&set);
	in.value[METRIC_ROIC] = NUM(0.3);
	set.has[METRIC_FCF_CAGR] = false;
	fgos(&in, &out);
	assert_true(out.incomplete && !out.score.has);
	assert_string_equal(fgos_status_name(&out), "Incomplete");
	in.benchmarks = NULL;
	fgos(&in, &out);
	assert_true(out.incomplete);
}

/* 9.2: a sector whose median margin is zero gives no measure for margins of zero (0 / 0). */
static void
moat_without_a_measure(void **state)
{
	struct annual y[3] = { { .roic = { 0.1, true }, .gross_margin = { 0, true } },
			       { .roic = { 0.1, true }, .gross_margin = { 0, true } },
			       { .roic = { 0.1, true }, .gross_margin = { 0, true } } };
	struct moat_sector sector = { NUM(0.1), NUM(0), NULL };
	struct moat out;

	(void)state;
	moat(y, 3, &sector, &out);
	assert_false(out.score.has);
	assert_int_equal(out.status, MOAT_PENDING);
	sector.margin_median = NUM(0.5);
	moat(y, 3, &sector, &out);
	assert_int_equal(out.status, MOAT_PARTIAL);
	assert_near(out.margin_stability.v, 50); /* level 0, no deviation */
}

/* 9.2: capital that was nothing has no growth; then returns and margins weigh 0.7 and 0.3.  ROIC
 * above 0.05 in all years: 100; margins 0.5 at the median, steady: 0.5 * 50 + 0.5 * 100 = 75. */
static void
moat_without_old_capital(void **state)
{
	struct annual y[3];
	struct moat_sector sector = { NUM(0.05), NUM(0.5), NULL };
	struct moat out;

	(void)state;
	memset(y, 0, sizeof(y));
	for (int i = 0; i < 3; i++)
		y[i] = (struct annual){ .roic = NUM(0.1),
					.gross_margin = NUM(0.5),
					.invested_capital = NUM(i == 2 ? 0 : 10) };
	moat(y, 3, &sector, &out);
	assert_false(out.capital_discipline.has);
	assert_near(out.score.v, 93); /* 0.7 * 100 + 0.3 * 75 = 92.5 */
}

/* 3.5: population deviations of {0.1, 0.3} 0.1, of {0, 0.4} 0.2, of {0, 1} 0.5. */
static void
volatility_of_growth(void **state)
{
	(void)state;
	assert_int_equal(volatility_class((double[]){ 0.1, 0.3 }, 2), VOLATILITY_LOW);
	assert_int_equal(volatility_class((double[]){ 0, 0.4 }, 2), VOLATILITY_MEDIUM);
	assert_int_equal(volatility_class((double[]){ 0, 1 }, 2), VOLATILITY_HIGH);
	assert_int_equal(volatility_class((double[]){ 9 }, 1), VOLATILITY_MEDIUM);
}

/* 9.6 */
static void
defaults_of_a_sector(void **state)
{
	(void)state;
	assert_string_equal(sector_defaults("  ")->name, "_default");
	assert_string_equal(sector_defaults(NULL)->name, "_default");
	assert_string_equal(sector_defaults("tech")->name, "Technology");
	assert_string_equal(sector_defaults("x")->name, "_default");
}

/* 5.2 step 5: a young company whose multiples disagree by half of the range (R(40 * 0.5) = 20), or
 * whose industry looks at no whole year, gets no word. */
static void
young_companies_are_guarded(void **state)
{
	struct benchmark_set set;
	struct valuation_input in = { .benchmarks = &set, .maturity = MATURITY_DEVELOPING };
	struct valuation out;

	(void)state;
	memset(&set, 0, sizeof(set));
	for (int i = 0; i < VALUATION_MULTIPLES; i++)
		benchmark_put(&set, (enum metric)(METRIC_PE_RATIO + i), &tenths);
	in.multiple[0] = in.multiple[1] = in.multiple[2] = NUM(0.2);
	horizons_add(&in.dominant, "6M");
	valuation(&in, &out);
	assert_int_equal(out.status, VALUATION_PENDING);
	horizons_add(&in.dominant, "3Y");
	valuation(&in, &out);
	assert_int_equal(out.status, VALUATION_POTENTIALLY_CHEAP);
	in.multiple[2] = NUM(0.4); /* 25, 25, 75 */
	valuation(&in, &out);
	assert_int_equal(out.status, VALUATION_PENDING);
	assert_near(out.median.v, 25);
	in.maturity = MATURITY_ESTABLISHED;
	valuation(&in, &out);
	assert_int_equal(out.status, VALUATION_CHEAP);
}

/* 5.3: of 10, 10, 20 in S1 the first two count two of three: R(66.67) = 67. */
static void
ranks_within_the_sector(void **state)
{
	struct valuation_row r[5] = { { .sector = "S1", .multiple = { { 10, true } } },
				      { .sector = "S1", .multiple = { { 20, true } } },
				      { .sector = "S1", .multiple = { { 10, true } } },
				      { .sector = "S2", .multiple = { { 1, true } } },
				      { .sector = "", .multiple = { { 1, true } } } };

	(void)state;
	valuation_sector(r, 5);
	assert_near(r[0].percentile[0].v, 67);
	assert_near(r[1].percentile[0].v, 100);
	assert_near(r[2].composite.v, 67);
	assert_near(r[3].percentile[0].v, 100);
	assert_false(r[4].percentile[0].has || r[4].composite.has);
}

/* 2.1: the mean of three draws from {0, 3, 6} is 0 in 1 of 27 cases and at most 1 in 4 of 27, so
 * its 5 % point is 1, and by symmetry its 95 % point is 5. */
static void
resampled_means_lie_where_they_must(void **state)
{
	double v[] = { 6, 0, 3 }, again[] = { 3, 6, 0 };
	struct date day = { 17730 }; /* 2018-07-18 */
	uint64_t seed = sector_benchmark_seed("Energy", METRIC_ROIC, day);
	struct sector_benchmark b, twin;

	(void)state;
	assert_true(sector_benchmark(v, 3, seed, &b));
	assert_near(b.mean_low.v, 1);
	assert_near(b.mean_high.v, 5);
	assert_true(sector_benchmark(again, 3, seed, &twin));
	assert_true(twin.mean_low.v == b.mean_low.v && twin.mean_high.v == b.mean_high.v);
	assert_true(twin.mean.v == b.mean.v && twin.median.v == b.median.v);
	assert_true(twin.points.p10.v == b.points.p10.v && twin.points.p90.v == b.points.p90.v);
	assert_true(seed != sector_benchmark_seed("Energy", METRIC_FCF_CAGR, day));
	assert_true(seed != sector_benchmark_seed("Utilities", METRIC_ROIC, day));
	day.days++;
	assert_true(seed != sector_benchmark_seed("Energy", METRIC_ROIC, day));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(less_debt_scores_higher),
		cmocka_unit_test(low_confidence_pulls_to_the_middle),
		cmocka_unit_test(zero_is_a_value),
		cmocka_unit_test(components_recombine),
		cmocka_unit_test(no_score_without_all_nine),
		cmocka_unit_test(moat_without_a_measure),
		cmocka_unit_test(moat_without_old_capital),
		cmocka_unit_test(volatility_of_growth),
		cmocka_unit_test(defaults_of_a_sector),
		cmocka_unit_test(young_companies_are_guarded),
		cmocka_unit_test(ranks_within_the_sector),
		cmocka_unit_test(resampled_means_lie_where_they_must),
	};

	return cmocka_run_group_tests_name("engines_by_hand", tests, NULL, NULL);
}
