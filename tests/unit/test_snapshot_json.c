/* The JSONB columns of a snapshot.  Expected texts are written by hand from the paths of engines.md
 * 1.2 and the figures from its formulas; sections stand beside the cases. */
#include "core/json.h"
#include "jobs/engine/snapshot_json.h"
#include "tests/unit/suite.h"

#include <math.h>

static const struct benchmark points = { { 0.1, true }, { 0.2, true }, { 0.3, true },
					 { 0.4, true }, { 0.5, true }, 40,
					 BENCHMARK_HIGH };

/* A company and what is made of it. */
struct scene {
	struct financial_row year;
	struct valuation_at paid[2];
	struct performance_row against[3];
	struct benchmark_set benchmarks;
	struct snapshot_input rows;
	struct snapshot snapshot;
	struct appraisal appraisal;
	struct snapshot_view view;
};

static void
look(struct scene *c, const struct iqs_company *industry, size_t companies)
{
	struct appraisal_input in = { .rows = &c->rows,
				      .snapshot = &c->snapshot,
				      .industry = industry,
				      .companies = companies };

	snapshot(&c->rows, &c->snapshot);
	appraisal(&in, &c->appraisal);
	c->view.rows = &c->rows;
	c->view.snapshot = &c->snapshot;
	c->view.appraisal = &c->appraisal;
}

static void
bare(struct scene *c)
{
	memset(c, 0, sizeof(*c));
	c->rows.date = date_of(2026, 2, 2);
	c->rows.sector = "Energy";
	c->rows.profile = &industry_profile_default;
	c->view.company.ticker = "XOM";
	c->view.sector_pe.date = DATE_NONE;
}

/* 2.4: of p10..p90 = 0.1..0.5 a figure of 0.35 is raw 75.  The benchmark of ROIC is of five values:
 * w = 5/20, 75 * 0.25 + 50 * 0.75 = 56.25. */
static void
full(struct scene *c)
{
	struct benchmark few = points;

	bare(c);
	few.sample_size = 5;
	few.confidence = BENCHMARK_LOW;
	c->year = (struct financial_row){ .end = date_of(2025, 12, 31),
					  .type = PERIOD_FY,
					  .fiscal_year = 2025 };
	c->year.revenue = c->year.net_income = c->year.free_cash_flow = NUM(1);
	for (int m = 0; m < METRIC_FGOS_COUNT; m++) {
		c->year.metric[m] = NUM(0.35);
		benchmark_put(&c->benchmarks, (enum metric)m, m == METRIC_ROIC ? &few : &points);
	}
	c->year.metric[METRIC_DEBT_TO_EQUITY] = NUM_NONE;
	c->rows.financial = &c->year;
	c->rows.financials = 1;
	c->rows.altman_z = NUM(1.5);
	c->rows.benchmarks = &c->benchmarks;
	c->paid[0] = (struct valuation_at){ .date = date_of(2026, 2, 2),
					    .price = NUM(50),
					    .market_cap = NUM(1000) };
	c->paid[0].multiple[MULTIPLE_PE_RATIO] = NUM(15);
	c->paid[0].multiple[MULTIPLE_PRICE_TO_SALES] = NUM(2.5);
	c->paid[1] = (struct valuation_at){ .date = date_of(2025, 2, 3) };
	c->paid[1].multiple[MULTIPLE_PE_RATIO] = NUM(10);
	c->rows.valuation = c->paid;
	c->rows.valuations = 2;
	c->against[0] = (struct performance_row){
		date_of(2026, 2, 2), WIN_1Y, "Energy", NUM(20), NUM(15), NUM(9)
	};
	c->against[1] = c->against[0];
	c->against[1].window = WIN_3Y;
	c->against[2] = (struct performance_row){
		date_of(2026, 2, 2), WIN_1Y, "SPY", NUM(20), NUM(10), NUM(9)
	};
	c->rows.performance = c->against;
	c->rows.performances = 3;
}

static void
assert_column(const struct scene *c, enum snapshot_column column, const char *want)
{
	STR_AUTO s = { 0 };

	str_init(&s, 1 << 16);
	assert_int_equal(snapshot_json(&c->view, column, &s), want != NULL);
	assert_string_equal(str_c(&s), want ? want : "");
}

/* Owned: json_free(). */
static struct json *
column_of(const struct scene *c, enum snapshot_column column)
{
	struct err e = ERR_INIT;
	STR_AUTO s = { 0 };
	struct json *j;

	str_init(&s, 1 << 16);
	assert_true(snapshot_json(&c->view, column, &s));
	j = json_parse(str_c(&s), s.len, &e);
	assert_non_null(j);
	return j;
}

/* schema.md 6: of a company of which nothing is known six columns still are objects. */
static void
what_is_pending_is_an_object(void **state)
{
	static const char nothing[] = "{\"status\":\"pending\",\"reason\":\"no_financials\"}";
	struct scene c;

	(void)state;
	bare(&c);
	look(&c, NULL, 0);
	for (int i = 0; i <= SNAPSHOT_DATA_CONFIDENCE; i++) {
		struct json *j = column_of(&c, (enum snapshot_column)i);

		assert_true(json_is_object(j));
		json_free(j);
	}
	assert_column(&c, SNAPSHOT_MARKET_POSITION, nothing);
	assert_column(&c, SNAPSHOT_INVESTMENT_VERDICT, nothing);
	assert_column(&c, SNAPSHOT_STRATEGIC_STATE, nothing);
	assert_column(&c, SNAPSHOT_IFS_JSON, NULL);
	assert_column(&c, SNAPSHOT_IFS_FY, NULL);
	assert_column(&c, SNAPSHOT_FGOS_COMPONENTS, NULL);
	assert_column(&c, SNAPSHOT_SECTOR_PERFORMANCE, "{\"status\":\"missing\"}");
	assert_column(&c, SNAPSHOT_INDUSTRY_PERFORMANCE, "{\"status\":\"missing\"}");
	assert_column(&c, SNAPSHOT_SECTOR_PE,
		      "{\"status\":\"missing\",\"pe\":null,\"pe_date\":null}");
	assert_column(&c, SNAPSHOT_MARKET_SNAPSHOT,
		      "{\"status\":\"pending\",\"reason\":\"no_valuation_of_the_day\"}");
	assert_column(&c, SNAPSHOT_RELATIVE_RETURN,
		      "{\"status\":\"pending\",\"reason\":\"no_returns_against_the_market\"}");
	assert_column(&c, SNAPSHOT_VALUATION_JSON,
		      "{\"pe_ratio\":null,\"ev_ebitda\":null,\"price_to_fcf\":null,"
		      "\"price_to_sales\":null,\"valuation_status\":\"pending\","
		      "\"canonical_status\":\"pending\",\"stage\":\"pending\","
		      "\"confidence\":{\"label\":\"Low\",\"percent\":0,\"valid_metrics_count\":0},"
		      "\"explanation\":\"There is no valuation of this day.\"}");
	assert_column(&c, SNAPSHOT_FUNDAMENTALS_GROWTH,
		      "{\"revenue_cagr\":null,\"earnings_cagr\":null,\"fcf_cagr\":null,"
		      "\"status\":\"pending\",\"confidence\":\"low\",\"valid_windows\":0,"
		      "\"required_windows\":1}");
}

/* 1.2, 6: no year counts as early, which leaves three layers without structure. */
static void
confidence_says_what_lacks(void **state)
{
	struct scene c;

	(void)state;
	bare(&c);
	look(&c, NULL, 0);
	assert_column(&c, SNAPSHOT_DATA_CONFIDENCE,
		      "{\"has_profile\":false,\"has_financials\":false,\"has_valuation\":false,"
		      "\"has_performance\":false,\"has_fgos\":false,\"has_ifs\":false,"
		      "\"snapshot_source\":\"local_backfill_v1\",\"fundamentals_years_count\":0,"
		      "\"fundamentals_first_year\":null,\"fundamentals_last_year\":null,"
		      "\"layer_status\":{\"ifs\":{\"state\":\"structurally_unavailable\","
		      "\"version\":\"1.2\",\"blocking_reason\":\"maturity_insufficient\"},"
		      "\"fundamentals_growth\":{\"state\":\"structurally_unavailable\","
		      "\"version\":\"2.0\",\"blocking_reason\":\"early_no_growth\"},"
		      "\"valuation\":{\"state\":\"structurally_unavailable\","
		      "\"blocking_reason\":\"early_no_valuation\"},"
		      "\"industry_performance\":{\"state\":\"pending_recalculation\","
		      "\"blocking_reason\":\"industry_data_missing\"}},"
		      "\"interpretation_context\":{\"industry_cadence\":\"medium\","
		      "\"structural_horizon_min_years\":3,"
		      "\"dominant_horizons_used\":[\"6M\",\"1Y\",\"2Y\",\"3Y\"]},"
		      "\"confidence_level\":\"low\",\"coverage\":{\"valid_windows\":0,"
		      "\"required_windows\":1,\"valid_metrics\":0,\"required_metrics\":3},"
		      "\"limiting_factor\":\"early_stage_maturity\"}");
}

/* Profitability (56.25 + 75 + 75) / 3, efficiency (56.25 + 75) / 2.  9.3: one year of ROIC 0.35 is
 * level 75, unsteady for want of a second: 0.30 * 75.  9.1: P/E 15 after 10 deviates by 0.5,
 * 50 + 0.7 * 50 * 0.5 / 1.5 = 61.67; confidence R(25 * (0.5 / 3 + 0.5 / 4)) = 7. */
static void
components_of_fgos(void **state)
{
	struct scene c;

	(void)state;
	full(&c);
	look(&c, NULL, 0);
	assert_column(
		&c, SNAPSHOT_FGOS_COMPONENTS,
		"{\"growth\":75,\"profitability\":68.75,\"efficiency\":65.625,\"solvency\":75,"
		"\"moat\":null,\"sentiment\":null,\"benchmark_low_confidence\":true,"
		"\"profitability_impact\":{\"raw_percentile\":75,"
		"\"effective_percentile\":68.75,\"sample_size\":5,\"weight\":0.25,"
		"\"benchmark_low_confidence\":true},"
		"\"efficiency_impact\":{\"raw_percentile\":75,"
		"\"effective_percentile\":65.625,\"sample_size\":5,\"weight\":0.25,"
		"\"benchmark_low_confidence\":true},"
		"\"competitive_advantage\":{\"score\":22.5,\"band\":\"weak\","
		"\"confidence\":30,\"axes\":{\"return_persistence\":22.5,"
		"\"operating_stability\":null,\"capital_discipline\":null},"
		"\"years_analyzed\":1},"
		"\"sentiment_details\":{\"value\":62,\"band\":\"optimistic\","
		"\"confidence\":7,\"status\":\"partial\","
		"\"signals\":{\"relative_deviation\":0.5,\"directional_consistency\":70,"
		"\"intensity\":100}},"
		"\"quality_brakes\":{\"applied\":true,\"reasons\":[\"altman_distress\"]}}");
	c.rows.valuations = 0;
	look(&c, NULL, 0);
	struct json *j = column_of(&c, SNAPSHOT_FGOS_COMPONENTS);
	const struct json *mood = json_get(j, "sentiment_details");

	assert_string_equal(json_text(mood, "status"), "pending");
	assert_null(json_get(mood, "signals"));
	json_free(j);
}

/* 4: two blocks ahead, two windows of seven known: R(11.43 + 16 + 15).  8.3: three buckets of 75,
 * one of them of a low benchmark. */
static void
position_and_returns(void **state)
{
	struct scene c;

	(void)state;
	full(&c);
	look(&c, NULL, 0);
	assert_column(&c, SNAPSHOT_IFS_JSON,
		      "{\"position\":\"leader\",\"pressure\":2,\"confidence\":42,"
		      "\"confidence_label\":\"Low\",\"interpretation\":"
		      "\"Ahead of its sector over 2 of the short, middle and long windows.\"}");
	assert_column(&c, SNAPSHOT_MARKET_POSITION,
		      "{\"status\":\"computed\",\"size\":null,\"roic\":75,\"margin\":75,"
		      "\"growth\":75,\"summary\":\"leader\",\"confidence\":\"medium\"}");
	assert_column(&c, SNAPSHOT_MARKET_SNAPSHOT,
		      "{\"status\":\"computed\",\"price\":50,\"market_cap\":1000,"
		      "\"date\":\"2026-02-02\"}");
}

/* 8.2: alpha 10 of 20 scores 75; 0.7 * 75 + 0.3 * 50 = 67.5. */
static void
returns_against_the_market(void **state)
{
	struct scene c;
	struct json *j;

	(void)state;
	full(&c);
	look(&c, NULL, 0);
	j = column_of(&c, SNAPSHOT_RELATIVE_RETURN);
	assert_true(json_num(j, "score").v == 67.5);
	assert_string_equal(json_text(j, "band"), "outperformer");
	assert_true(json_num(json_get(json_get(j, "components"), "alpha"), "1Y").v == 10);
	assert_int_equal(json_len(json_get(j, "windows_used")), 1);
	json_free(j);
}

/* 8.6: FGOS R(71.25) = 71, High; + 7 for returns, - 3 for the mood.  Confidences 66, 30, 7 and
 * 30 + 40 / 3 * 0.7 = 39.33 of four modules: mean 35.58 * 0.9 = 32.03.  An advantage that is weak
 * is not strong.  No multiple has a benchmark, so no view of the price. */
static void
verdict_and_its_modules(void **state)
{
	struct scene c;
	struct json *j;
	const struct json *m;

	(void)state;
	full(&c);
	look(&c, NULL, 0);
	j = column_of(&c, SNAPSHOT_INVESTMENT_VERDICT);
	assert_string_equal(json_text(j, "status"), "computed");
	assert_string_equal(json_text(j, "verdict"), "balanced");
	assert_true(json_num(j, "score").v == 75);
	assert_true(fabs(json_num(j, "confidence").v - 32.025) < 1e-9);
	assert_int_equal(json_len(json_get(j, "positives")), 2);
	assert_string_equal(json_as_text(json_first(json_get(j, "negatives"))), "advantage_weak");
	m = json_get(json_get(j, "modules"), "dividend_quality");
	assert_true(json_is_object(m) && !json_num(m, "score").has);
	assert_null(json_get(j, "legacy"));
	json_free(j);
	c.benchmarks.has[METRIC_NET_MARGIN] = false;
	look(&c, NULL, 0);
	assert_column(&c, SNAPSHOT_INVESTMENT_VERDICT,
		      "{\"status\":\"pending\",\"reason\":\"no_core_score\"}");
}

/* 5.2: P/E alone is one of three, so pending; early says descriptive only, whatever the number. */
static void
valuation_keeps_what_it_saw(void **state)
{
	struct scene c;

	(void)state;
	full(&c);
	benchmark_put(&c.benchmarks, METRIC_PE_RATIO, &points);
	look(&c, NULL, 0);
	assert_column(&c, SNAPSHOT_VALUATION_JSON,
		      "{\"pe_ratio\":15,\"ev_ebitda\":null,\"price_to_fcf\":null,"
		      "\"price_to_sales\":2.5,\"valuation_status\":\"pending\","
		      "\"canonical_status\":\"descriptive_only\",\"stage\":\"pending\","
		      "\"confidence\":{\"label\":\"Low\",\"percent\":33,\"valid_metrics_count\":1},"
		      "\"explanation\":\"1 of 3 multiples can be compared with the sector; "
		      "two are needed.\"}");
}

/* jobs.md 2.22: classification, and the P/E of an older day is partial. */
static void
names_and_classes(void **state)
{
	struct scene c;

	(void)state;
	full(&c);
	c.rows.industry = "Oil \"&\" Gas";
	c.view.company.name = "Exxon";
	c.view.company.sector_of_profile = true;
	c.view.sector_pe = (struct snapshot_sector_pe){ date_of(2026, 1, 30), NUM(12.5) };
	look(&c, NULL, 0);
	assert_column(&c, SNAPSHOT_CLASSIFICATION,
		      "{\"status\":\"full\",\"sector\":\"Energy\",\"industry\":"
		      "\"Oil \\\"&\\\" Gas\",\"source\":\"profile_fallback\"}");
	assert_column(&c, SNAPSHOT_SECTOR_PE,
		      "{\"status\":\"partial\",\"pe\":12.5,\"pe_date\":\"2026-01-30\"}");
	struct json *j = column_of(&c, SNAPSHOT_PROFILE_STRUCTURAL);

	assert_string_equal(json_text(json_get(j, "identity"), "name"), "Exxon");
	assert_true(json_num(json_get(j, "metrics"), "roic").v == 0.35);
	assert_string_equal(json_text(json_get(j, "classification"), "sector"), "Energy");
	assert_true(json_num(json_get(j, "financial_scores"), "altman_z").v == 1.5);
	json_free(j);
}

/* 4.1: ahead of three peers in five figures of which four are known: 0.85 * 100 + 0.15 * 50. */
static void
positions_by_fiscal_year(void **state)
{
	struct financial_row peer;
	struct iqs_company company[4];
	struct scene c;

	(void)state;
	full(&c);
	peer = c.year;
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		peer.metric[m] = NUM(0.1);
	company[0] = (struct iqs_company){ &c.year, 1 };
	for (int i = 1; i < 4; i++)
		company[i] = (struct iqs_company){ &peer, 1 };
	look(&c, company, 4);
	assert_column(&c, SNAPSHOT_IFS_FY,
		      "{\"mode\":\"fy_industry_structural\",\"fiscal_years\":[2025],"
		      "\"fiscal_positions\":[{\"fiscal_year\":2025,\"position\":\"leader\","
		      "\"percentile\":93}],\"current_fy\":{\"fiscal_year\":2025,"
		      "\"position\":\"leader\",\"percentile\":93},\"confidence\":20}");
}

/* jobs.md 2.22 step 3: the valuation nearest to a year ago, at most 60 days away, never one after
 * the date. */
static void
an_old_multiple_is_near_its_day(void **state)
{
	struct scene c;

	(void)state;
	full(&c);
	c.paid[1].date = date_of(2025, 4, 3); /* 60 days after 2025-02-02 */
	look(&c, NULL, 0);
	assert_true(c.appraisal.sentiment.relative_deviation.v == 0.5);
	c.paid[1].date = date_of(2025, 4, 4);
	look(&c, NULL, 0);
	assert_int_equal(c.appraisal.sentiment.status, SENTIMENT_PENDING);
	c.paid[1].date = date_of(2025, 2, 2);
	c.paid[0].date = date_of(2026, 2, 3);
	look(&c, NULL, 0);
	assert_int_equal(c.appraisal.sentiment.status, SENTIMENT_PENDING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_pending_is_an_object),
		cmocka_unit_test(confidence_says_what_lacks),
		cmocka_unit_test(components_of_fgos),
		cmocka_unit_test(position_and_returns),
		cmocka_unit_test(returns_against_the_market),
		cmocka_unit_test(verdict_and_its_modules),
		cmocka_unit_test(valuation_keeps_what_it_saw),
		cmocka_unit_test(names_and_classes),
		cmocka_unit_test(positions_by_fiscal_year),
		cmocka_unit_test(an_old_multiple_is_near_its_day),
	};

	return cmocka_run_group_tests_name("snapshot_json", tests, NULL, NULL);
}
