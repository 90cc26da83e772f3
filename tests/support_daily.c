#include "tests/support_daily.h"

#include "core/calendar.h"
#include "core/clock.h"
#include "jobs/jobs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
set(const char *section, const char *name, const char *value)
{
	struct err e = ERR_INIT;

	if (conf_set(&ground.conf, section, name, value, &e) < 0)
		fail_msg("%s", e.text);
}

void
daily_open(const char *name)
{
	static const char *const market[] = { "--clean", "--tickers", "16",    "--years",    "2",
					      "--seed",	 "4",	      "--end", "2025-07-15", NULL };

	ground_open(&ground, name);
	set("fmp", "base_url", support_fake(market));
	set("run", "guard_tickers", "0.5"); /* one halted share is a sixth of this market */
}

void
daily_use(const char *conninfo)
{
	ground.conninfo = conninfo;
	set("db", "conninfo", conninfo);
}

const char *
daily_database(const char *name)
{
	static const char *const tickers[] = { DAILY_TICKERS, NULL };

	daily_use(support_db(name, true));
	for (size_t i = 0; tickers[i]; i++)
		stock(tickers[i], "Technology");
	return ground.conninfo;
}

void
daily_today(const char *day)
{
	char path[64];
	struct date d;

	if (!date_parse(day, &d))
		fail_msg("%s is no day", day);
	(void)fmt_buf(path, sizeof(path), "/__today?date=%s", day);
	free(support_fake_get(path));
	clock_rehearse(calendar_ny_to_utc_ms(d, 20 * 60));
}

struct outcome
daily_prices(const char *day, const char *param)
{
	return GROUND_RUN(&ground, &job_prices_daily, day, param, NULL);
}

struct outcome
daily_performance(const char *day)
{
	return GROUND_RUN(&ground, &job_performance_bulk, day, NULL);
}

void
daily_fresh(const char *day)
{
	ground_sql(&ground, "TRUNCATE prices_daily");
	assert_int_equal(GROUND_RUN(&ground, &job_backfill_ticker_full, day, "all=1", NULL).state,
			 RUN_SUCCESS);
}
