/* The market of the valuation suites: the vendor's three files as bodies of the stand-in, on the
 * ground of support_layer2.h. */
#ifndef FINTRA_TESTS_SUPPORT_VALUATION_H
#define FINTRA_TESTS_SUPPORT_VALUATION_H

#include "tests/support_layer2.h"

#define DAY "2026-02-02"
#define RATIOS "/stable/ratios-ttm-bulk"
#define METRICS "/stable/key-metrics-ttm-bulk"
#define PROFILES "/stable/profile-bulk"
#define RATIO_HEADER                                                                        \
	"symbol,priceToEarningsRatioTTM,priceToEarningsGrowthRatioTTM,priceToBookRatioTTM," \
	"priceToSalesRatioTTM,priceToFreeCashFlowRatioTTM,dividendYieldTTM,enterpriseValueTTM\n"
#define METRIC_HEADER "symbol,marketCap,enterpriseValueTTM,evToSalesTTM,evToEBITDATTM\n"
#define PROFILE_HEADER                                                                           \
	"symbol,price,marketCap,companyName,currency,exchangeFullName,exchange,industry,sector," \
	"country,isEtf,isAdr,isFund\n"
#define PROFILE_TAIL(sector) ",Name,USD,New York,NYSE,Industry," sector ",US,false,false,false\n"

/* A market of five in two sectors, AAA to CCC and DDD, EEE. */
extern const char valuation_five_ratios[], valuation_five_metrics[], valuation_five_profiles[];

/* valuation-bulk on DAY; parameters as "name=value", NULL = none. */
struct outcome valuation_run(const char *param, const char *other);
/* What the vendor sends: the files, and a second part of the profiles that does not exist. */
void valuation_bodies(const char *ratios, const char *metrics, const char *profiles);
void valuation_active(const char *list);   /* "'AAA', 'BBB'": active stocks */
void valuation_five(const char *database); /* a fresh ground with the market of five */

#endif
