#include "tests/support_layer2.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct ground ground;

void
expect(const char *sql, const char *want)
{
	char got[512];

	ground_text(&ground, sql, got, sizeof(got));
	assert_string_equal(got, want);
}

void
stock(const char *ticker, const char *sector)
{
	char sql[400];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO fintra_universe (ticker, name, sector, instrument_type, "
		      "is_active, last_seen) "
		      "VALUES ('%s', '%s Inc', nullif('%s', ''), 'EQUITY', true, '" AS_OF "')",
		      ticker, ticker, sector);
	ground_sql(&ground, sql);
}

void
asset(const char *ticker, const char *window, const char *date, const char *ret)
{
	char sql[400];

	(void)fmt_buf(
		sql, sizeof(sql),
		"INSERT INTO datos_performance (ticker, window_code, performance_date, "
		"return_percent, "
		"volatility, max_drawdown, source) VALUES ('%s', '%s', '%s', %s, 1.5, 7, 'test')",
		ticker, window, date, ret);
	ground_sql(&ground, sql);
}

void
sector(const char *name, const char *window, const char *date, const char *ret)
{
	char sql[400];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO sector_performance (sector, window_code, performance_date, "
		      "return_percent, source) "
		      "VALUES ('%s', '%s', '%s', %s, 'test')",
		      name, window, date, ret);
	ground_sql(&ground, sql);
}
