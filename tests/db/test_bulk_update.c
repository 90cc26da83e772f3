/* bulk-update: which slice it takes, and that what it writes is what fmp-bulk writes. */
#include "jobs/jobs.h"
#include "tests/support_snapshots.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "bulk_update";

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, database);
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

/* Of C001 to C008, C002 has no sector, C004 has a price of zero since the last valuation, C005 none
 * before tomorrow, C006 is not active: C001, C003, C007, C008 remain. */
static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, database);
	companies(8, "Energy");
	ground_sql(&ground,
		   "UPDATE fintra_universe SET sector = ' ' WHERE ticker = 'C002';"
		   "UPDATE datos_valuacion SET valuation_date = '2026-01-30' WHERE ticker = "
		   "'C004';"
		   "INSERT INTO datos_valuacion SELECT (jsonb_populate_record(v, "
		   "'{\"valuation_date\": \"" AS_OF "\", \"price\": 0}')).* FROM datos_valuacion v "
		   "WHERE ticker = 'C004';"
		   "UPDATE datos_valuacion SET valuation_date = '2026-02-03' WHERE ticker = "
		   "'C005';"
		   "UPDATE fintra_universe SET is_active = false WHERE ticker = 'C006'");
	return 0;
}

static struct outcome
update(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_bulk_update, AS_OF, a, a ? b : NULL, NULL);
}

#define TICKERS \
	"SELECT coalesce(string_agg(ticker, ' ' ORDER BY ticker), 'none') FROM fintra_snapshots"
#define RESULT                                                                            \
	"SELECT concat_ws(' ', result ->> 'success', result ->> 'processed', result ->> " \
	"'inserted', result ->> 'next_offset', (result ->> 'time_ms')::int >= 0) FROM "   \
	"fintra_ops.run ORDER BY id DESC LIMIT 1"

static void
slice_after_slice(void **state)
{
	(void)state;
	assert_int_equal(update("limit=2", NULL).state, RUN_SUCCESS);
	expect(TICKERS, "C001 C003");
	expect(RESULT, "true 2 2 2 t");
	assert_int_equal(update("offset=1", "limit=2").counts.unchanged, 1);
	expect(TICKERS, "C001 C003 C007");
	expect(RESULT, "true 2 1 3 t");
	update("offset=3", "limit=2");
	expect(TICKERS, "C001 C003 C007 C008");
	expect(RESULT, "true 1 1 4 t");
}

static void
whole(void **state)
{
	struct outcome o = update(NULL, NULL);

	(void)state;
	assert_int_equal(o.counts.inserted, 4);
	assert_true(o.counts.read > 0);
	expect(RESULT, "true 4 4 4 t");
	expect("SELECT result -> 'posts' -> 'snapshots_stored' ->> 'verdict' FROM fintra_ops.run",
	       "ok");
}

/* fmp-bulk finds nothing to change in what bulk-update wrote, nor does a second run. */
static void
same_as_fmp_bulk(void **state)
{
	char first[64], second[64];
	int64_t tuples;
	struct outcome o;

	(void)state;
	update(NULL, NULL);
	ground_sum(&ground, first);
	tuples = ground_tuples(&ground);
	o = update("force=1", NULL);
	assert_int_equal(o.counts.unchanged, 4);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&ground), tuples);
	assert_int_equal(snapshots_run("ticker=C003", NULL).counts.unchanged, 1);
	ground_sum(&ground, second);
	assert_string_equal(second, first);
}

static void
nobody_is_left(void **state)
{
	struct outcome o = update("offset=4", NULL);

	(void)state;
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "offset 4 is behind the last of 4 active stocks with a "
					   "sector and a price up to 2026-02-02"));
	o = update("ticker=C002", NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "C002 is no active stock with a sector and a price"));
	assert_int_equal(update("ticker=C003", NULL).counts.inserted, 1);
	expect(TICKERS, "C003");
	assert_int_equal(update("ticker=C003", "offset=1").exit_code, 6);
}

static void
dry_run_writes_nothing(void **state)
{
	char before[64], after[64];

	(void)state;
	ground_sum(&ground, before);
	assert_int_equal(update("dry_run=1", NULL).counts.inserted, 4);
	ground_sum(&ground, after);
	assert_string_equal(after, before);
	expect(TICKERS, "none");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slice_after_slice),      TEST(whole),
		TEST(same_as_fmp_bulk),	      TEST(nobody_is_left),
		TEST(dry_run_writes_nothing),
	};

	return cmocka_run_group_tests_name("bulk_update", tests, open_ground, close_ground);
}
