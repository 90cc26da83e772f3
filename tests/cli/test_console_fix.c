/* A plan that the console carries out: asked for once, each step once; what ends it, and what is
 * told then.  Expected: design.md 7 and 8, console.md 5. */
#include "core/job.h"
#include "tests/support_console.h"
#include "tests/support_hold.h"
#include "tests/support_product.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECTORS "sector-performance-aggregator"
#define WINDOWS "performance-windows-aggregator"
#define WAITING                                                                                  \
	"SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted " \
	"AND l.locktype = 'advisory' AND a.datname = current_database()"

static int
set_up(void **state)
{
	*state = (void *)(uintptr_t)product_open();
	return 0;
}

/* The same plan by keys: asked for once, then each step once; one that is refused ends it. */
static void
whole_plan_on_the_console(void **state)
{
	const char *info = product_copy("t_fix_console");
	char *sums = product_sums(info);
	struct console_test t;
	int64_t before;

	(void)state;
	product_break_windows(info);
	before = product_runs(info);
	console_open_on(&t, info, NULL);
	console_env(&t, CLI_NOW);
	console_start(&t, 120, 40);
	SEE(&t, "NOT READY");
	pty_send(t.pty, ":fix performance_windows\r");
	SEE(&t, "Run the whole plan, 2 steps, for performance_windows?");
	SEE(&t, "sector-performance-aggregator, performance-windows-aggregator");
	pty_send(t.pty, "\r"); /* the key that opened the question does not answer it */
	pty_send(t.pty, "n");
	GONE(&t, "Run the whole plan");
	assert_int_equal(product_runs(info), before);
	pty_send(t.pty, "\033");
	GONE(&t, ":fix");
	product_expect(info, NAMES("pause", "sector-performance-aggregator", "--reason", "x"), 0,
		       "paused until");
	pty_send(t.pty, ":plan performance_windows\r");
	SEE(&t, "fintra > Why performance_windows");
	pty_send(t.pty, "Fy"); /* typed ahead */
	SEE(&t, "Run the whole plan, 2 steps");
	pty_send(t.pty, "F");
	pty_send(t.pty, "y");
	SEE(&t, "fix stopped after 0 of 2 steps; still missing: sector_performance, performance_");
	product_expect(info, NAMES("unpause", "sector-performance-aggregator"), 0, "");
	pty_send(t.pty, "F");
	SEE(&t, "Run the whole plan, 2 steps");
	pty_send(t.pty, "y");
	SEE(&t, "performance_windows is repaired; READY for " PRODUCT_DAY);
	console_sql_until(&t,
			  "SELECT string_agg(job || ' ' || gate || ' ' || reason || ' ' || state, "
			  "', ' ORDER BY id) FROM (SELECT * FROM fintra_ops.run ORDER BY id DESC "
			  "LIMIT 2) x",
			  "sector-performance-aggregator strict fix performance_windows success, "
			  "performance-windows-aggregator strict fix performance_windows success");
	SEE(&t, "performance_windows is fresh");
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	console_close(&t);
	product_same_as(info, sums);
	free(sums);
}

/* A plan of two steps under way, the end of the first one held. */
struct held {
	struct console_test t;
	struct db *holder;
	int64_t before; /* the last run before it */
};

static void
begin_held(struct held *h, const char *name)
{
	const char *info = product_copy(name);
	struct err e = ERR_INIT;

	product_break_windows(info);
	h->before = hold_last_run(info);
	hold_the_end_of(info, SECTORS);
	h->holder = support_open(info);
	assert_int_equal(db_exec_sql(h->holder, HOLD, &e), 0);
	console_open_on(&h->t, info, NULL);
	console_env(&h->t, CLI_NOW);
	console_start(&h->t, 120, 40);
	SEE(&h->t, "NOT READY");
	pty_send(h->t.pty, ":fix performance_windows\r");
	SEE(&h->t, "Run the whole plan, 2 steps");
	pty_send(h->t.pty, "y");
	SEE(&h->t, "fix: step 1 of 2: " SECTORS);
	console_sql_until(&h->t, WAITING, "1");
}

static void
end_held(struct held *h, const char *want)
{
	char *states = hold_states_after(h->t.info, h->before);

	assert_string_equal(states, want);
	free(states);
	db_close(h->holder);
	console_close(&h->t);
}

/* The step under way ends well meanwhile: nothing begins after it. */
static void
no_step_begins_after_sigterm(void **state)
{
	struct held h;

	(void)state;
	begin_held(&h, "t_cfix_term");
	hold_terminate(h.t.pty);
	db_rollback(h.holder);
	assert_int_equal(pty_wait_exit(h.t.pty, CONSOLE_WAIT_MS), 143);
	end_held(&h, SECTORS " success");
}

static void
no_step_begins_after_a_hang_up(void **state)
{
	struct held h;
	char sql[160];

	(void)state;
	begin_held(&h, "t_cfix_hangup");
	pty_hang_up(h.t.pty);
	/* The sessions of the screen end, that of the step waits. */
	console_sql_until(&h.t, WAITING, "1");
	db_rollback(h.holder);
	assert_int_equal(pty_wait_exit(h.t.pty, CONSOLE_WAIT_MS), 129);
	fmt_buf(sql, sizeof(sql),
		"SELECT count(*) FROM fintra_ops.run WHERE id > %lld AND ended_at "
		"IS NULL",
		(long long)h.before);
	console_sql_until(&h.t, sql, "0");
	end_held(&h, SECTORS " success");
}

/* Its step ends well all the same; who asked for an end did not ask for the next one. */
static void
a_cancel_that_comes_too_late_ends_the_plan(void **state)
{
	struct held h;

	(void)state;
	begin_held(&h, "t_cfix_late");
	pty_send(h.t.pty, ":cancel " SECTORS "\r");
	SEE(&h.t, "Cancel run ");
	pty_send(h.t.pty, "y");
	SEE(&h.t, ": draining");
	db_rollback(h.holder);
	SEE(&h.t, "fix stopped after 1 of 2 steps; still missing: performance_windows; you asked "
		  "it to stop");
	GONE(&h.t, "of mine");
	pty_send(h.t.pty, "Q");
	assert_int_equal(pty_wait_exit(h.t.pty, CONSOLE_WAIT_MS), 0);
	end_held(&h, SECTORS " success");
}

static void
begin_plain(struct console_test *t, const char *info)
{
	console_open_on(t, info, NULL);
	console_env(t, CLI_NOW);
	console_start(t, 120, 40);
	SEE(t, "NOT READY");
}

/* While the question stands more breaks: yes is for what was asked, and its gate stops it. */
static void
the_plan_that_was_asked_about_runs(void **state)
{
	const char *info = product_copy("t_cfix_asked");
	struct console_test t;
	int64_t before;
	char *states;

	(void)state;
	product_break_windows(info);
	before = hold_last_run(info);
	begin_plain(&t, info);
	pty_send(t.pty, ":fix performance_windows\r");
	SEE(&t, "Run the whole plan, 2 steps");
	SEE(&t, "as of " PRODUCT_DAY ", gates strict");
	free(support_psql(info, "DELETE FROM datos_performance"));
	SEE(&t, "datos_performance empty");
	pty_send(t.pty, "y");
	SEE(&t, "fix stopped after 0 of 2 steps; still missing: datos_performance, sector_perf");
	states = hold_states_after(info, before);
	assert_string_equal(states, SECTORS " failure");
	free(states);
	console_quit(&t);
}

static void
a_step_under_way_is_waited_for(void **state)
{
	const char *info = product_copy("t_cfix_busy");
	struct console_test t;
	char says[120];
	int64_t run;

	(void)state;
	product_break_windows(info);
	begin_plain(&t, info);
	run = console_foreign_run(&t, SECTORS);
	fmt_buf(says, sizeof(says), "run %lld of " SECTORS " is under way: wait for it",
		(long long)run);
	SEE(&t, SECTORS);
	pty_send(t.pty, ":plan performance_windows\r");
	SEE(&t, "fintra wait ");
	pty_send(t.pty, "F");
	SEE(&t, says);
	assert_int_equal(hold_last_run(info), run);
	console_quit(&t);
}

/* Without a target what is computed from the repaired is made again, too: `fintra plan` says so,
 * and the screen shows the same steps as the question. */
static void
the_screen_shows_the_plan_that_runs(void **state)
{
	const char *info = product_copy("t_cfix_screen");
	struct console_test t;

	(void)state;
	product_break_windows(info);
	begin_plain(&t, info);
	product_expect(info, NAMES("plan"), 10, "6 steps");
	pty_send(t.pty, ":plan\r");
	SEE(&t, " 6  fintra run market-state-bulk --as-of " PRODUCT_DAY);
	SEE(&t, "rows ~92 "); /* of the runs before: an estimate */
	pty_send(t.pty, "F");
	SEE(&t, "Run the whole plan, 6 steps, for the product?");
	SEE(&t, "industry-benchmarks-aggregator, fmp-bulk, compute-ranks, ");
	pty_send(t.pty, "n");
	console_quit(&t);
}

/* g asks for one step; the next one when it is done. */
static void
step_by_step(void **state)
{
	const char *info = product_copy("t_cfix_step");
	char *sums = product_sums(info), *states;
	struct console_test t;
	int64_t before;

	(void)state;
	product_break_windows(info);
	before = hold_last_run(info);
	begin_plain(&t, info);
	pty_send(t.pty, ":fix performance_windows --step\r");
	SEE(&t, "fintra > Why performance_windows");
	assert_int_equal(hold_last_run(info), before);
	pty_send(t.pty, "g");
	SEE(&t, "Run step 1 of 2: " SECTORS "?");
	pty_send(t.pty, "y");
	SEE(&t, " 1  fintra run " WINDOWS);
	pty_send(t.pty, "g");
	SEE(&t, "Run step 1 of 1: " WINDOWS "?");
	pty_send(t.pty, "y");
	SEE(&t, "performance_windows is fresh");
	GONE(&t, "of mine");
	states = hold_states_after(info, before);
	assert_string_equal(states, SECTORS " success, " WINDOWS " success");
	free(states);
	console_quit(&t);
	product_same_as(info, sums);
	free(sums);
}

/* The daily pipeline from the step whose table is gone: those before are left out. */
static void
the_pipeline_is_launched_and_seen(void **state)
{
	const char *info = product_copy("t_cfix_daily");
	struct console_test t = { .info = info };
	int64_t before = hold_last_run(info);
	char *sums = product_sums(info), *now, *states, *state_line, seen[60];

	(void)state;
	free(support_psql(info, "DELETE FROM performance_windows"));
	t.pty = product_pty(info, NAMES(NULL));
	SEE(&t, "NOT READY");
	pty_send(t.pty, ":pipeline daily --from-step " WINDOWS "\r");
	SEE(&t, "Launch master-all");
	SEE(&t, "$ fintra run master-all --from-step " WINDOWS);
	pty_send(t.pty, "\r");
	SEE(&t, "master-all started");
	pty_send(t.pty, "3");
	fmt_buf(seen, sizeof(seen), "%lld market-state-bulk ", (long long)before + 9);
	SEE(&t, seen);
	fmt_buf(seen, sizeof(seen), "run %lld master-all: success", (long long)before + 1);
	SEE(&t, seen);
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	pty_free(t.pty);
	states = hold_states_after(info, before);
	assert_string_equal(states, "master-all success, " WINDOWS " success, "
				    "sector-benchmarks success, "
				    "industry-benchmarks-aggregator success, "
				    "sector-pe-aggregator success, "
				    "industry-pe-aggregator success, fmp-bulk success, "
				    "compute-ranks success, market-state-bulk success");
	free(states);
	now = product_sums(info);
	/* All but the state of the jobs, which knows one more. */
	state_line = strstr(sums, "\ncron_state ");
	assert_non_null(state_line);
	assert_memory_equal(now, sums, (size_t)(state_line - sums));
	free(now);
	free(sums);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_plan_on_the_console),
		cmocka_unit_test(no_step_begins_after_sigterm),
		cmocka_unit_test(no_step_begins_after_a_hang_up),
		cmocka_unit_test(a_cancel_that_comes_too_late_ends_the_plan),
		cmocka_unit_test(the_plan_that_was_asked_about_runs),
		cmocka_unit_test(a_step_under_way_is_waited_for),
		cmocka_unit_test(the_screen_shows_the_plan_that_runs),
		cmocka_unit_test(step_by_step),
		cmocka_unit_test(the_pipeline_is_launched_and_seen),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
