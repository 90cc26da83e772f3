/* valuation-bulk when the vendor refuses, sends something else, or the program is killed: nothing
 * of a refused file is written, and nothing is asked for twice. */
#include "tests/support_program.h"
#include "tests/support_run.h"
#include "tests/support_valuation.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct failure {
	const char *rule;
	int code;
	const char *words[2]; /* in the error text, besides the endpoint */
} failures[] = {
	{ "kind=status-401", 78, { "401", "Invalid API KEY" } },
	{ "kind=status-402-restricted", 77, { "402", "Restricted Endpoint" } },
	{ "kind=status-403", 77, { "403", "Exclusive Endpoint" } },
	{ "kind=status-429", 69, { "429", "Limit Reach" } },
	{ "kind=limit-200", 69, { "200", "Limit Reach" } },
	{ "kind=bandwidth-200", 69, { "200", "Bandwidth" } },
	{ "kind=error-200", 65, { "200", "No Data" } },
	{ "kind=status-404", 0, { "404" } },
	{ "kind=status-500", 69, { "500" } },
	{ "kind=status-502-html", 69, { "502" } },
	{ "kind=html-200", 65, { "200", "DOCTYPE" } },
	{ "kind=empty", 6, { "empty", "200" } },
	{ "kind=empty-list", 6, { "empty", "200" } },
	{ "kind=header-only", 6, { "no usable row among 0", "200" } },
	{ "kind=cut-chunk", 69, { NULL } },
	{ "kind=redirect", 0, { "redirect" } },
	{ "kind=column-renamed,arg=symbol", 76, { "symbol" } },
	{ "kind=duplicate-header", 65, { NULL } },
};

static void
expect_untouched(const struct failure *f, const char *path)
{
	char before[64], after[64], rule[160];
	char *cache = ground_cache(&ground), *now;

	fmt_buf(rule, sizeof(rule), "path=%s,%s", path, f->rule);
	ground_fault(rule);
	ground_sum(&ground, before);
	struct outcome o = valuation_run("force=1", NULL);

	now = ground_cache(&ground);
	ground_sum(&ground, after);
	print_message("%-60s exit %d: %s\n", rule, o.exit_code, o.err.text);
	if (f->code)
		assert_int_equal(o.exit_code, f->code);
	assert_int_not_equal(o.exit_code, 0);
	assert_int_equal(o.state, RUN_FAILURE);
	assert_non_null(strstr(o.err.text, path));
	for (int i = 0; i < 2 && f->words[i]; i++)
		assert_non_null(strstr(o.err.text, f->words[i]));
	assert_null(strstr(o.err.text, "canary-key"));
	assert_string_equal(before, after);
	/* What came before the refused file is good and stays. */
	const char *own = strstr(path, "ratios") ? "== ratios_ttm.csv" : "== metrics_ttm.csv";
	const char *kept = strstr(cache, own), *left = strstr(now, own);

	assert_true(kept && left);
	assert_int_equal(strcspn(kept, "="), strcspn(left, "="));
	assert_int_equal(ground_int(&ground,
				    "SELECT count(*) FROM fintra_ops.unit u JOIN fintra_ops.run r "
				    "ON r.id = u.run_id WHERE u.unit = 'publish' AND r.id = "
				    "(SELECT max(id) FROM fintra_ops.run)"),
			 0);
	free(cache);
	free(now);
}

/* Nothing of a refused file is written or kept: neither rows nor the file in the cache change. */
static void
failures_change_nothing(void **state)
{
	static const char *const paths[] = { RATIOS, METRICS };
	static const struct failure columns[] = {
		{ "kind=column-gone,arg=priceToEarningsRatioTTM",
		  76,
		  { "priceToEarningsRatioTTM" } },
		{ "kind=column-renamed,arg=priceToFreeCashFlowRatioTTM",
		  76,
		  { "priceToFreeCashFlowRatioTTM" } },
		{ "kind=column-gone,arg=evToEBITDATTM", 76, { "evToEBITDATTM" } },
	};

	(void)state;
	valuation_five("failures");
	assert_int_equal(valuation_run(NULL, NULL).exit_code, 0);
	for (size_t p = 0; p < ARRAY_LEN(paths); p++)
		for (size_t i = 0; i < ARRAY_LEN(failures); i++)
			expect_untouched(&failures[i], paths[p]);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		expect_untouched(&columns[i], paths[i == 2]);
	printf("INFO: valuation: %zu pairs of endpoint and fault, nothing written or cached\n",
	       ARRAY_LEN(paths) * ARRAY_LEN(failures) + ARRAY_LEN(columns));
	ground_fault("path=" PROFILES ",kind=column-gone,arg=price");
	struct outcome o = valuation_run("force=1", NULL);

	assert_int_equal(o.exit_code, 76);
	assert_non_null(strstr(o.err.text, "price"));
	ground_fault(NULL);
	assert_int_equal(valuation_run("force=1", NULL).exit_code, 0);
}

static void
columns_may_move(void **state)
{
	static const char *const kinds[] = { "columns-shuffled", "column-added", "bom", "crlf" };

	(void)state;
	valuation_five("moved");
	assert_int_equal(valuation_run(NULL, NULL).exit_code, 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char rule[100];

		fmt_buf(rule, sizeof(rule), "path=" RATIOS ",kind=%s", kinds[i]);
		ground_fault(rule);
		assert_int_equal(valuation_run("force=1", NULL).counts.unchanged, 5);
	}
}

/* Another job kept a file without a row: it is asked for again, once. */
static void
useless_cached_files_are_asked_anew(void **state)
{
	const struct http_req q = { .path = RATIOS, .kind = HTTP_CSV, .bulk = true };

	(void)state;
	valuation_five("useless");
	ground_keep(&ground, "ratios_ttm.csv", &q, RATIO_HEADER);
	assert_int_equal(valuation_run(NULL, NULL).counts.inserted, 5);
	expect("SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'the cached file is of no "
	       "use, asked anew: /stable/ratios-ttm-bulk%'",
	       "1");
	int64_t before = ground_requests();

	assert_int_equal(valuation_run(NULL, NULL).counts.unchanged, 5);
	assert_int_equal(ground_requests(), before);
}

/* Killed while the vendor is silent about the second file, then while another session holds the
 * table: the resumed run asks for nothing that it has and ends with the rows of an undisturbed one,
 * forced or not. */
static void
killed_and_resumed(void **state)
{
	char whole[64], resumed[64];
	struct outcome o;
	int64_t before;
	pid_t pid;

	(void)state;
	valuation_five("killed");
	assert_int_equal(valuation_run(NULL, NULL).exit_code, 0);
	ground_sum(&ground, whole);
	ground_sql(&ground, "TRUNCATE datos_valuacion");
	ground_forget(&ground);
	ground_fault("path=" METRICS ",kind=stall");
	pid = program_start(&ground, NAMES("run", "valuation-bulk", "--as-of", DAY, "--force"));
	EVENTUALLY(ground_int(&ground,
			      "SELECT count(*) FROM fintra_ops.unit u JOIN fintra_ops.run r ON "
			      "r.id = u.run_id WHERE u.unit = 'ratios' AND r.state = 'running'") ==
		   1);
	program_kill(&ground, pid);
	ground_fault(NULL);
	before = ground_requests();
	o = ground_resume(&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 3); /* metrics, two parts of profiles */
	ground_sum(&ground, resumed);
	assert_string_equal(resumed, whole);

	ground_sql(&ground, "TRUNCATE datos_valuacion");
	DB_AUTO holder = support_open(ground.conninfo);
	struct err e = ERR_INIT;

	assert_int_equal(db_exec_sql(holder, "BEGIN; LOCK TABLE datos_valuacion IN SHARE MODE", &e),
			 0);
	pid = program_start(&ground, NAMES("run", "valuation-bulk", "--as-of", DAY, "--force"));
	EVENTUALLY(ground_int(&ground, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
				       "current_database() AND wait_event_type = 'Lock'") == 1);
	kill(pid, SIGKILL);
	db_rollback(holder); /* its server process sees the end only when the lock is there */
	program_kill(&ground, pid);
	before = ground_requests();
	o = ground_resume(&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests(), before);
	ground_sum(&ground, resumed);
	assert_string_equal(resumed, whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_change_nothing),
		cmocka_unit_test(columns_may_move),
		cmocka_unit_test(useless_cached_files_are_asked_anew),
		cmocka_unit_test(killed_and_resumed),
	};
	ground_open(&ground, "valuation_faults");
	int failed = cmocka_run_group_tests_name("valuation_faults", tests, NULL, NULL);

	ground_close(&ground);
	return failed;
}
