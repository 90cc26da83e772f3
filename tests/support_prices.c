#include "tests/support_prices.h"

#include "jobs/jobs.h"

#include <setjmp.h>

#include <cmocka.h>

struct outcome
prices_run(struct ground *g, const char *as_of, const char *param)
{
	return GROUND_RUN(g, &job_prices_daily, as_of, param, NULL);
}

void
prices_body(struct ground *g, const char *day, int status, const char *text)
{
	char request[80];

	fmt_buf(request, sizeof(request), "/stable/eod-bulk?datatype=csv&date=%s", day);
	ground_body(g, request, status, text);
}

void
prices_market_at(struct ground *g, const char *day, const char *dated, int from, int to,
		 double price)
{
	struct str s;

	str_init(&s, 1 << 20);
	str_puts(&s, PRICES_HEADER);
	for (int i = from; i < to; i++)
		str_fmt(&s, "T%03d,%s,%.2f,%.2f,%.2f,%.2f,%.2f,%d\n", i, dated, price, price - 1,
			price + 1, price, price, 1000 + i);
	prices_body(g, day, 200, str_c(&s));
	str_done(&s);
}

void
prices_market(struct ground *g, const char *day, int from, int to)
{
	prices_market_at(g, day, day, from, to, 100);
}

void
prices_universe(struct ground *g, int n)
{
	char sql[400];

	fmt_buf(sql, sizeof(sql),
		"INSERT INTO fintra_universe (ticker, exchange_short, is_active, last_seen) "
		"SELECT 'T' || lpad(i::text, 3, '0'), CASE WHEN i < 60 THEN 'NYSE' ELSE 'NASDAQ' "
		"END, true, "
		"'" PRICES_DAY "' FROM generate_series(0, %d) i",
		n - 1);
	ground_sql(g, sql);
}

/* The five sessions before those of PRICES_DAY's run. */
static const char *const before[] = { "2026-01-22", "2026-01-23", "2026-01-26", "2026-01-27",
				      "2026-01-28" };

void
prices_stand(struct ground *g, const char *name)
{
	ground_reset(g, name);
	prices_universe(g, PRICES_TICKERS);
	for (size_t i = 0; i < ARRAY_LEN(before); i++)
		prices_market(g, before[i], 0, PRICES_TICKERS);
	prices_market(g, "2026-01-29", 0, PRICES_TICKERS);
	prices_market(g, "2026-01-30", 0, PRICES_TICKERS);
	prices_market(g, PRICES_DAY, 0, PRICES_TICKERS);
	assert_int_equal(prices_run(g, "2026-01-28", "start=2026-01-22").exit_code, 0);
}

int64_t
prices_stored(const struct ground *g, const char *day)
{
	char sql[120];

	fmt_buf(sql, sizeof(sql), "SELECT count(*) FROM prices_daily WHERE price_date = '%s'", day);
	return ground_int(g, sql);
}
