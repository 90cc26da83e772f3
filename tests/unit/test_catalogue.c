#include "core/job.h"
#include "tests/unit/suite.h"

/* A small catalogue of this test's own. */
static const struct job universe = { .name = "sync-universe",
				     .layer = 0,
				     .writes = NAMES("fintra_universe") };
static const struct job prices = { .name = "prices-daily-bulk",
				   .layer = 1,
				   .writes = NAMES("prices_daily") };
static const struct job sectors = { .name = "sector-performance-aggregator",
				    .layer = 2,
				    .writes = NAMES("sector_performance") };
static const struct job windows = { .name = "sector-performance-windows-aggregator",
				    .layer = 2,
				    .writes = NAMES("sector_performance") };
static const struct job health = { .name = "healthcheck", .layer = LAYER_OPS };
static const struct job refill = { .name = "backfill-sector-pe",
				   .layer = 3,
				   .flags = JOB_BACKFILL,
				   .writes = NAMES("sector_pe") };

static const struct job *const jobs[] = { &universe, &prices, &sectors, &windows,
					  &health,   &refill, NULL };
static const struct table tables[] = { { .name = "prices_daily" },
				       { .name = "sector_pe" },
				       { .name = NULL } };
static const struct catalogue cat = { .jobs = jobs, .tables = tables };

static void
finds_jobs_and_tables(void **state)
{
	(void)state;
	assert_ptr_equal(catalogue_job(&cat, "sync-universe"), &universe);
	assert_ptr_equal(catalogue_job(&cat, "sector-pe"), &refill);
	assert_ptr_equal(catalogue_job(&cat, "backfill-sector-pe"), &refill);
	assert_null(catalogue_job(&cat, "backfill-sync-universe"));
	assert_null(catalogue_job(&cat, ""));
	assert_ptr_equal(catalogue_table(&cat, "sector_pe"), &tables[1]);
	assert_null(catalogue_table(&cat, "nothing"));
}

static void
first_daily_job_is_the_writer(void **state)
{
	(void)state;
	assert_ptr_equal(catalogue_writer(&cat, "sector_performance"), &sectors);
	assert_null(catalogue_writer(&cat, "sector_pe"));
	assert_null(catalogue_writer(&cat, "nothing"));
}

static int
count(const char *target, const struct job **out)
{
	struct err e = ERR_INIT;
	int n = catalogue_select(&cat, target, out, 8, &e);

	if (n < 0)
		assert_int_equal(e.cls, ERR_USAGE);
	return n;
}

static void
selects(void **state)
{
	const struct job *out[8];

	(void)state;
	assert_int_equal(count("prices-daily-bulk", out), 1);
	assert_ptr_equal(out[0], &prices);
	assert_int_equal(count("layer:2", out), 2);
	assert_ptr_equal(out[0], &sectors);
	assert_ptr_equal(out[1], &windows);
	assert_int_equal(count("layer:0-5", out), 4);
	assert_ptr_equal(out[0], &universe);
	assert_int_equal(count("sector-pe", out), 1);
	assert_int_equal(count("layer:3", out), -1);
	assert_int_equal(count("layer:7", out), -1);
	assert_int_equal(count("layer:2-1", out), -1);
	assert_int_equal(count("layer:", out), -1);
	assert_int_equal(count("layer:2x", out), -1);
	assert_int_equal(count("nothing", out), -1);
}

static void
errors_name_the_nearest(void **state)
{
	const struct job *out[1];
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(catalogue_select(&cat, "sync-univers", out, 1, &e), -1);
	assert_non_null(strstr(e.text, "sync-universe"));
	assert_int_equal(catalogue_select(&cat, "sector", out, 1, &e), -1);
	assert_non_null(strstr(e.text, "sector-performance-windows-aggregator"));
	assert_non_null(strstr(e.text, "backfill-sector-pe"));
	assert_int_equal(catalogue_select(&cat, "layer:2", out, 1, &e), -1);
	assert_int_equal(e.cls, ERR_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_jobs_and_tables),
		cmocka_unit_test(first_daily_job_is_the_writer),
		cmocka_unit_test(selects),
		cmocka_unit_test(errors_name_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
