#include "tests/support_valuation.h"

#include "core/str.h"
#include "jobs/jobs.h"

#include <setjmp.h>
#include <stdio.h>

#include <cmocka.h>

struct outcome
valuation_run(const char *param, const char *other)
{
	return GROUND_RUN(&ground, &job_valuation, DAY, param, param ? other : NULL, NULL);
}

void
valuation_bodies(const char *ratios, const char *metrics, const char *profiles)
{
	ground_body(&ground, RATIOS, 200, ratios);
	ground_body(&ground, METRICS, 200, metrics);
	ground_body(&ground, PROFILES "?part=0", 200, profiles);
	ground_body(&ground, PROFILES "?part=1", 400,
		    "Query Error: Invalid or missing query parameter - part");
}

void
valuation_active(const char *list)
{
	char sql[1000];

	fmt_buf(sql, sizeof(sql),
		"INSERT INTO fintra_universe (ticker, name, is_active, last_seen, instrument_type) "
		"SELECT t, t, true, '" DAY "', 'EQUITY' FROM unnest(ARRAY[%s]) t",
		list);
	ground_sql(&ground, sql);
}

const char valuation_five_ratios[] = RATIO_HEADER "AAA,10,1,2,3,20,0.01,1\n"
						  "BBB,20,1,2,3,10,0.01,1\n"
						  "CCC,-5,1,2,3,30,0.01,1\n"
						  "DDD,30,1,2,3,40,0.01,1\n"
						  "EEE,,1,2,3,0,0.01,1\n";
const char valuation_five_metrics[] = METRIC_HEADER "AAA,9,100,4,7\n"
						    "BBB,9,100,4,8\n"
						    "CCC,9,100,4,\n"
						    "DDD,9,100,4,5\n"
						    "EEE,9,100,4,-6\n";
const char valuation_five_profiles[] = PROFILE_HEADER "AAA,100,1000" PROFILE_TAIL("Energy") //
	"BBB,50.5,2000" PROFILE_TAIL("Energy")						    //
	"CCC,1,3000" PROFILE_TAIL("Energy")						    //
	"DDD,1,4000" PROFILE_TAIL("Technology")						    //
	"EEE,1,5000" PROFILE_TAIL("Technology");

void
valuation_five(const char *database)
{
	ground_reset(&ground, database);
	valuation_active("'AAA', 'BBB', 'CCC', 'DDD', 'EEE'");
	valuation_bodies(valuation_five_ratios, valuation_five_metrics, valuation_five_profiles);
}
