/* valuation-bulk against the stand-in and a real database: which rows it writes and how it ranks
 * them.  Expected values are written out by hand beside the body. */
#include "tests/support_valuation.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RANKS                                                                                \
	"SELECT string_agg(concat_ws('/', ticker, coalesce(pe_percentile::text, '-'), "      \
	"coalesce(ev_ebitda_percentile::text, '-'), coalesce(p_fcf_percentile::text, '-'), " \
	"coalesce(composite_percentile::text, '-')), ' ' ORDER BY ticker) FROM datos_valuacion"

static void
rows_and_ranks(void **state)
{
	(void)state;
	valuation_five("value");
	struct outcome o = valuation_run(NULL, NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 15);
	assert_int_equal(o.counts.inserted, 5);
	assert_int_equal(o.counts.rejected + o.counts.skipped, 0);
	/* Energy: pe 10, 20 of two positive; ev/ebitda 7, 8; p/fcf 20, 10, 30.  Technology: one
	 * each. */
	expect(RANKS, "AAA/50/50/67/56 BBB/100/100/33/78 CCC/-/-/100/100 "
		      "DDD/100/100/100/100 EEE/-/-/-/-");
	expect("SELECT concat_ws('|', valuation_date, denominator_type, denominator_period, "
	       "sector, price, market_cap, enterprise_value, pe_ratio, peg_ratio, ev_ebitda, "
	       "ev_sales, price_to_book, price_to_sales, price_to_fcf, dividend_yield, "
	       "data_freshness, source, coalesce(pe_forward::text, 'none'), "
	       "coalesce(valuation_status, 'none')) FROM datos_valuacion WHERE ticker = 'BBB'",
	       DAY "|TTM|TTM|Energy|50.5|2000|100|20|1|8|4|2|3|10|0.01|0|fmp_bulk_ttm|none|"
		   "none");
	expect("SELECT result->>'upserted' FROM fintra_ops.run", "5");
}

/* Why a row is not taken: each reason once. */
static void
rows_that_do_not_count(void **state)
{
	(void)state;
	ground_reset(&ground, "reasons");
	valuation_active("'AAA', 'BBB', 'CCC', 'DDD', 'FFF'");
	ground_sql(&ground, "UPDATE fintra_universe SET is_active = false WHERE ticker = 'FFF'");
	valuation_bodies(RATIO_HEADER "aaa ,10,1,2,3,20,0.01,1\n"
				      "AAA,11,1,2,3,20,0.01,1\n"
				      "BBB,1,1,2,3,20,0.01,1\n"
				      "CCC,1,1,2,3,20,0.01,1\n"
				      "DDD,1,1,2,3,20,0.01,1\n"
				      "FFF,1,1,2,3,20,0.01,1\n"
				      "ZZZ,1,1,2,3,20,0.01,1\n"
				      "NOT A TICKER,1,1,2,3,20,0.01,1\n"
				      "GGG,abc,1,2,3,20,0.01,1\n"
				      "HHH,1,1\n",
			 METRIC_HEADER "AAA,9,100,4,inf\nAAA,9,N/A,4,null\n",
			 PROFILE_HEADER "AAA,100,1000" PROFILE_TAIL("Energy") //
			 "CCC,100,1000" PROFILE_TAIL("")		      //
			 "DDD,0,1000" PROFILE_TAIL("Energy")		      //
			 "FFF,100,1000" PROFILE_TAIL("Energy"));
	struct outcome o = valuation_run(NULL, NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 16);
	assert_int_equal(o.counts.inserted, 1);
	assert_int_equal(o.counts.skipped, 5);
	assert_int_equal(o.counts.rejected, 4);
	expect("SELECT string_agg(reason, '; ' ORDER BY reason) FROM fintra_ops.reject",
	       "evToEBITDATTM is no number; has 3 fields of 8; "
	       "priceToEarningsRatioTTM is no number; symbol is no ticker");
	expect("SELECT concat_ws('|', ticker, pe_ratio, coalesce(enterprise_value::text, 'none')"
	       ") FROM datos_valuacion",
	       "AAA|11|none");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg ~ 'left out: (not in the active "
	       "universe|without a profile|without a sector|without a price)$'",
	       "4");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'ratios: 1 symbols were "
	       "sent more than once, 1 of them with other figures (AAA)%'",
	       "1");
}

/* The names that the old system looked for, read where the new ones are not. */
static void
old_names_are_read(void **state)
{
	(void)state;
	ground_reset(&ground, "aliases");
	valuation_active("'AAA'");
	valuation_bodies(
		"ticker,peRatioTTM,priceEarningsToGrowthRatioTTM,priceToFreeCashFlowsRatioTTM,"
		"dividendYielTTM\nAAA,1.5,2.5,3.5,4.5\n",
		"symbol,enterpriseValueOverEBITDATTM,enterpriseValue\nAAA,5.5,6.5\n",
		"symbol,price,mktCap,marketCap,companyName,currency,exchangeFullName,exchange,"
		"industry,sector,country,isEtf,isAdr,isFund\n"
		"AAA,7.5,8.5,9.5" PROFILE_TAIL("Energy"));
	assert_int_equal(valuation_run(NULL, NULL).exit_code, 0);
	expect("SELECT concat_ws('|', pe_ratio, peg_ratio, price_to_fcf, dividend_yield, "
	       "ev_ebitda, enterprise_value, price, market_cap) FROM datos_valuacion",
	       "1.5|2.5|3.5|4.5|5.5|6.5|7.5|8.5");
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE '%has no column%'", "3");
	/* Of two spellings in one file the first counts. */
	ground_body(&ground, RATIOS, 200,
		    "symbol,priceEarningsRatioTTM,priceToEarningsRatioTTM,"
		    "priceToFreeCashFlowRatioTTM\nAAA,1,2,3\n");
	assert_int_equal(valuation_run("force=1", NULL).exit_code, 0);
	expect("SELECT pe_ratio FROM datos_valuacion", "2");
}

/* What the file says is what is stored: no double in between. */
static void
figures_are_stored_as_sent(void **state)
{
	(void)state;
	ground_reset(&ground, "exact");
	valuation_active("'AAA'");
	valuation_bodies(
		RATIO_HEADER
		"AAA,0.1234567890123456789012345,6.344979e-10,-0.00,1e-30000,20.10,1E2,1\n",
		METRIC_HEADER "AAA,9,9007199254740993,1.10,12345678901234567890.5\n",
		PROFILE_HEADER "AAA,1e-11,5000000000000000001" PROFILE_TAIL("Energy"));
	assert_int_equal(valuation_run(NULL, NULL).exit_code, 0);
	expect("SELECT concat_ws('|', pe_ratio, peg_ratio, price_to_book, price_to_sales, "
	       "price_to_fcf, dividend_yield, enterprise_value, ev_sales, ev_ebitda, price, "
	       "market_cap) FROM datos_valuacion",
	       "0.1234567890123456789012345|0.0000000006344979|0.00|0|20.10|100|9007199254740993|"
	       "1.10|12345678901234567890.5|0.00000000001|5000000000000000001");
}

static void
second_run_changes_nothing(void **state)
{
	(void)state;
	valuation_five("again");
	assert_int_equal(valuation_run(NULL, NULL).exit_code, 0);
	int64_t tuples = ground_tuples(&ground);
	struct outcome o = valuation_run("force=1", NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 15);
	assert_int_equal(o.counts.unchanged, 5);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_true(tuples > 0);
	assert_int_equal(ground_tuples(&ground), tuples);
}

/* AAA's ratio becomes 25: its rank changes, and with it BBB's; the other sector stays. */
static void
restated_figures_change_rows(void **state)
{
	(void)state;
	valuation_five("restated");
	assert_int_equal(valuation_run(NULL, NULL).exit_code, 0);
	ground_body(&ground, RATIOS, 200,
		    RATIO_HEADER "AAA,25,1,2,3,20,0.01,1\n"
				 "BBB,20,1,2,3,10,0.01,1\n"
				 "CCC,-5,1,2,3,30,0.01,1\n"
				 "DDD,30,1,2,3,40,0.01,1\n"
				 "EEE,,1,2,3,0,0.01,1\n");
	struct outcome o = valuation_run(NULL, NULL); /* from the cache of the last hour */

	assert_int_equal(o.counts.updated, 0);
	o = valuation_run("force=1", NULL);
	assert_int_equal(o.counts.updated, 2);
	assert_int_equal(o.counts.unchanged, 3);
	expect(RANKS, "AAA/100/50/67/72 BBB/50/100/33/61 CCC/-/-/100/100 "
		      "DDD/100/100/100/100 EEE/-/-/-/-");
	assert_int_equal(valuation_run("force=1", NULL).counts.updated, 0);
}

/* Narrow runs write less, but rank against everybody. */
static void
ticker_and_limit(void **state)
{
	(void)state;
	valuation_five("narrow");
	struct outcome o = valuation_run("ticker=BBB", NULL);

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 1);
	assert_int_equal(o.counts.skipped, 4);
	expect(RANKS, "BBB/100/100/33/78");
	o = valuation_run("limit=1", NULL);
	assert_int_equal(o.counts.inserted, 1);
	expect(RANKS, "AAA/50/50/67/56 BBB/100/100/33/78");
	o = valuation_run("ticker=NONE", NULL);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 0);
	expect("SELECT msg FROM fintra_ops.event WHERE msg LIKE 'NONE%'",
	       "NONE gets no row; the lines above say why");
}

static void
single(const char *ticker, const char *ratios, const char *profile)
{
	char request[100];

	fmt_buf(request, sizeof(request), "/stable/ratios-ttm?symbol=%s", ticker);
	ground_body(&ground, request, 200, ratios);
	fmt_buf(request, sizeof(request), "/stable/profile?symbol=%s", ticker);
	ground_body(&ground, request, 200, profile);
}

/* The API's answer for one ticker: figures as shortest text, ranks only where two peers are stored.
 */
static void
debug_asks_for_one(void **state)
{
	(void)state;
	ground_reset(&ground, "debug");
	valuation_active("'MSFT', 'AAA', 'BBB', 'CCC'");
	if (!support_real("fmp/json/key-metrics-ttm_MSFT.json"))
		skip();
	assert_true(ground_real_body(&ground, "/stable/key-metrics-ttm?symbol=MSFT", 200,
				     "fmp/json/key-metrics-ttm_MSFT.json"));
	single("MSFT",
	       "[{\"symbol\":\"MSFT\",\"priceToEarningsRatioTTM\":23.723,"
	       "\"priceToFreeCashFlowRatioTTM\":\"40.75\",\"priceToBookRatioTTM\":null,"
	       "\"dividendYieldTTM\":9.1e-3}]",
	       "[{\"symbol\":\"MSFT\",\"price\":399.95,\"marketCap\":2971483426450,"
	       "\"sector\":\"Technology\"}]");
	struct outcome o = valuation_run("ticker=MSFT", "debug=1");

	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 3);
	assert_int_equal(o.counts.inserted, 1);
	expect("SELECT concat_ws('|', sector, price, market_cap, enterprise_value, pe_ratio, "
	       "ev_ebitda, ev_sales, price_to_fcf, dividend_yield, "
	       "num_nulls(price_to_book, peg_ratio, pe_percentile, ev_ebitda_percentile, "
	       "p_fcf_percentile, composite_percentile)) FROM datos_valuacion",
	       "Technology|399.95|2971483426450|3064810426450|23.723|15.250923951900635|"
	       "9.629501800184117|40.75|0.0091|6");
	ground_sql(&ground,
		   "INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
		   "denominator_period, sector, price, pe_ratio, source) "
		   "VALUES ('AAA', '" DAY "', 'TTM', 'TTM', 'Technology', 1, 30, 'x')");
	assert_int_equal(valuation_run("ticker=MSFT", "debug=1").counts.unchanged,
			 1); /* one peer */
	ground_sql(&ground,
		   "INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
		   "denominator_period, sector, price, pe_ratio, source) "
		   "VALUES ('BBB', '" DAY "', 'TTM', 'TTM', 'Technology', 1, 40, 'x'), "
		   "('CCC', '" DAY "', 'TTM', 'TTM', 'Energy', 1, 1, 'x')");
	assert_int_equal(valuation_run("ticker=MSFT", "debug=1").counts.updated, 1);
	expect(RANKS " WHERE ticker = 'MSFT'", "MSFT/33/100/100/78");
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM datos_valuacion"), 4);
}

static void
debug_needs_answers(void **state)
{
	(void)state;
	ground_reset(&ground, "debug_bad");
	valuation_active("'AAA'");
	struct outcome o = valuation_run("debug=1", NULL);

	assert_int_equal(o.exit_code, 64);
	assert_non_null(strstr(o.err.text, "ticker"));
	single("AAA", "[]", "[]");
	o = valuation_run("ticker=AAA", "debug=1");
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "/stable/ratios-ttm: the vendor has nothing on AAA"));
	single("AAA", "[{\"symbol\":\"AAA\",\"priceToFreeCashFlowRatioTTM\":1}]", "[]");
	o = valuation_run("ticker=AAA", "debug=1");
	assert_int_equal(o.exit_code, 76);
	assert_non_null(strstr(o.err.text, "priceToEarningsRatioTTM"));
	single("AAA",
	       "[{\"symbol\":\"BBB\",\"priceToEarningsRatioTTM\":1,"
	       "\"priceToFreeCashFlowRatioTTM\":1}]",
	       "[]");
	o = valuation_run("ticker=AAA", "debug=1");
	assert_int_equal(o.exit_code, 65);
	assert_non_null(strstr(o.err.text, "the answer is about BBB"));
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM datos_valuacion"), 0);
}

static void
nobody_to_value_is_a_failure(void **state)
{
	(void)state;
	ground_reset(&ground, "nobody");
	valuation_bodies(valuation_five_ratios, valuation_five_metrics, valuation_five_profiles);
	struct outcome o = valuation_run(NULL, NULL);

	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "run sync-universe first"));
}

static void
dry_run_writes_nothing(void **state)
{
	char before[64], after[64];

	(void)state;
	valuation_five("dry");
	ground_sum(&ground, before);
	char *cache = ground_cache(&ground);
	struct outcome o = valuation_run("dry_run=1", NULL);
	char *now = ground_cache(&ground);

	ground_sum(&ground, after);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.inserted, 5);
	assert_string_equal(before, after);
	assert_string_equal(cache, now);
	free(cache);
	free(now);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_and_ranks),
		cmocka_unit_test(rows_that_do_not_count),
		cmocka_unit_test(old_names_are_read),
		cmocka_unit_test(figures_are_stored_as_sent),
		cmocka_unit_test(second_run_changes_nothing),
		cmocka_unit_test(restated_figures_change_rows),
		cmocka_unit_test(ticker_and_limit),
		cmocka_unit_test(debug_asks_for_one),
		cmocka_unit_test(debug_needs_answers),
		cmocka_unit_test(nobody_to_value_is_a_failure),
		cmocka_unit_test(dry_run_writes_nothing),
	};
	ground_open(&ground, "valuation");
	int failed = cmocka_run_group_tests_name("valuation", tests, NULL, NULL);

	ground_close(&ground);
	return failed;
}
