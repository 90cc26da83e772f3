/* Rewriting SQL to the names of a database that fintra did not create (schema.md section 4). */
#include "core/db_names.h"
#include "tests/unit/suite.h"

static const struct alias two[] = {
	{ .from = "company_profiles", .to = "company_profile" },
	{ .from = "fintra_ops.run", .to = "no_run", .body = "SELECT 1 AS id WHERE false" },
};

static void
expect(const char *sql, const char *want)
{
	STR_AUTO out = { 0 };

	str_init(&out, 10000);
	names_rewrite(sql, two, 2, &out);
	assert_string_equal(str_c(&out), want);
}

static void
whole_names_only(void **state)
{
	(void)state;
	expect("SELECT company_profiles.x FROM public.company_profiles",
	       "SELECT company_profile.x FROM public.company_profile");
	expect("SELECT old_company_profiles, company_profiles_2, company_profile",
	       "SELECT old_company_profiles, company_profiles_2, company_profile");
	expect("", "");
}

static void
not_in_texts_and_comments(void **state)
{
	(void)state;
	expect("SELECT 'company_profiles', 'it''s company_profiles', \"company_profiles\"",
	       "SELECT 'company_profiles', 'it''s company_profiles', \"company_profiles\"");
	expect("/* company_profiles */ SELECT 1 -- company_profiles\n, company_profiles",
	       "/* company_profiles */ SELECT 1 -- company_profiles\n, company_profile");
	expect("SELECT 'company_profiles", "SELECT 'company_profiles");
}

static void
what_is_missing_becomes_a_cte(void **state)
{
	(void)state;
	expect("SELECT 1 FROM fintra_ops.run r",
	       "WITH no_run AS (SELECT 1 AS id WHERE false)\nSELECT 1 FROM no_run r");
	expect("WITH a AS (SELECT 1 FROM fintra_ops.run)\nSELECT 2 FROM a",
	       "WITH no_run AS (SELECT 1 AS id WHERE false), a AS (SELECT 1 FROM no_run)\nSELECT 2 "
	       "FROM a");
	expect("SELECT 1 FROM fintra_ops.runner", "SELECT 1 FROM fintra_ops.runner");
}

static bool
sends(const struct alias *a, size_t n, const char *from, const char *to)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(a[i].from, from) == 0)
			return strcmp(a[i].to, to) == 0;
	return false;
}

static void
industry_benchmarks_by_shape(void **state)
{
	struct alias a[ALIAS_MAX];
	struct names_found own = { .company_profiles = true,
				   .fmp_peers = true,
				   .industry_alpha = true,
				   .industry_benchmarks = true,
				   .benchmarks_have_metric = true,
				   .ledger = true };
	struct names_found other = { .company_profile = true,
				     .stock_peers = true,
				     .industry_benchmarks = true };
	size_t n;

	(void)state;
	assert_int_equal(names_resolve(&own, a), 0);
	n = names_resolve(&other, a);
	assert_true(sends(a, n, "industry_alpha", "industry_benchmarks"));
	assert_true(sends(a, n, "industry_benchmarks", "industry_metric_benchmarks"));
	assert_true(sends(a, n, "company_profiles", "company_profile"));
	assert_true(sends(a, n, "fmp_peers", "stock_peers"));
	assert_true(sends(a, n, "fintra_ops.run", "no_ledger_run"));
	own.company_profile = true; /* both: the canonical name wins */
	assert_int_equal(names_resolve(&own, a), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_names_only),
		cmocka_unit_test(not_in_texts_and_comments),
		cmocka_unit_test(what_is_missing_becomes_a_cte),
		cmocka_unit_test(industry_benchmarks_by_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
