/* healthcheck-fmp-bulk: jobs.md 2.27 word for word, and the exit code of a check that found
 * something (console.md 5). */
#include "jobs/jobs.h"
#include "tests/support_cli.h"
#include "tests/support_snapshots.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "healthcheck";

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

static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, database);
	return 0;
}

static struct outcome
look(const char *as_of, const char *param)
{
	return GROUND_RUN(&ground, &job_healthcheck, as_of, param, NULL);
}

#define RESULT "SELECT result::text FROM fintra_ops.run ORDER BY id DESC LIMIT 1"
#define LEDGER "SELECT state || ' ' || exit_code FROM fintra_ops.run ORDER BY id DESC LIMIT 1"

static void
never_ran(void **state)
{
	struct outcome o = look(AS_OF, NULL);

	(void)state;
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.exit_code, 2);
	assert_non_null(strstr(o.why, "fintra run fmp-bulk --as-of 2026-02-02"));
	expect(RESULT, "{\"ok\": false, \"alert\": true, \"reason\": \"never_ran\"}");
	expect(LEDGER, "success 2");
}

/* Snapshots of Monday: good on Monday and for Friday, stale on Tuesday. */
static void
newest_against_the_day(void **state)
{
	int64_t tuples;
	struct outcome o;

	(void)state;
	companies(3, "Energy");
	snapshots_run(NULL, NULL);
	tuples = ground_tuples(&ground);
	o = look(AS_OF, NULL);
	assert_int_equal(o.exit_code, 0);
	assert_int_equal(o.counts.read, 3);
	expect(RESULT, "{\"ok\": true, \"alert\": false, \"last_run\": \"2026-02-02\"}");
	assert_int_equal(look("2026-01-30", NULL).exit_code, 0);
	o = look("2026-02-03", "force=1");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.exit_code, 2);
	expect(RESULT, "{\"ok\": false, \"alert\": true, \"reason\": \"stale\", \"last_run\": "
		       "\"2026-02-02\"}");
	expect(LEDGER, "success 2");
	expect("SELECT string_agg(lvl, ' ' ORDER BY seq DESC) FROM (SELECT lvl, seq FROM "
	       "fintra_ops.event WHERE run_id = (SELECT max(id) FROM fintra_ops.run) ORDER BY seq "
	       "DESC LIMIT 1) e",
	       "warn");
	assert_int_equal(look("2026-02-03", "dry_run=1").exit_code, 2);
	assert_int_equal(ground_tuples(&ground), tuples);
}

/* A gate that refused would hide what the check is to tell. */
static void
strict_gate_lets_it_look(void **state)
{
	(void)state;
	bin_expect(ground.conninfo,
		   NAMES("run", "healthcheck-fmp-bulk", "--as-of", AS_OF, "--gate", "strict"), 2,
		   " - exit 2: there has never been a snapshot");
}

/* What ran once is told alike by every command that looks back at it. */
static void
other_commands_know_it(void **state)
{
	struct json *end;

	(void)state;
	look(AS_OF, NULL);
	bin_expect(ground.conninfo, NAMES("wait", "1"), 2, " - exit 2");
	bin_expect(ground.conninfo, NAMES("show", "1"), 0, "exit code  2");
	bin_expect(ground.conninfo, NAMES("logs", "1", "-f", "--exit-status"), 2, NULL);
	end = bin_json(ground.conninfo,
		       NAMES("run", "healthcheck-fmp-bulk", "--as-of", AS_OF, "--json"), 2);
	assert_string_equal(json_text(end, "state"), "success");
	assert_string_equal(json_text(json_get(end, "result"), "reason"), "never_ran");
	assert_true(json_bool(json_get(end, "result"), "alert", false));
	json_free(end);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(never_ran),
		TEST(newest_against_the_day),
		TEST(strict_gate_lets_it_look),
		TEST(other_commands_know_it),
	};

	return cmocka_run_group_tests_name("healthcheck", tests, open_ground, close_ground);
}
