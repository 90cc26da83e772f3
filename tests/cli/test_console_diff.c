/* --diff from the console: launched from the form, shown, answered; what is written is held against
 * the server's own counters and the sums of every table.  Expected rows: hand arithmetic beside
 * prepare(). */
#include "tests/support_console.h"
#include "tests/support_product.h"
#include "tests/support_ready.h"

#include "core/clock.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WINDOWS "performance-windows-aggregator"
#define QUESTION "Nothing is written yet. 2 rows would change."

static int
set_up(void **state)
{
	*state = (void *)(uintptr_t)product_open();
	return 0;
}

/* ZCZS is one row too high by 5; RUD has lost one, and keeps an older one that is 7 lower. */
static void
prepare(const char *info)
{
	static const char rud[] = "ticker = 'RUD' AND benchmark_ticker = 'SPY' AND window_code = "
				  "'1Y'";
	char sql[700];

	support_sql(info,
		    "UPDATE performance_windows SET alpha = alpha + 5, asset_return = asset_return "
		    "+ 5 WHERE ticker = 'ZCZS' AND benchmark_ticker = 'SPY' AND window_code = "
		    "'1Y'");
	fmt_buf(sql, sizeof(sql),
		"INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, "
		"asset_return, benchmark_return, alpha, as_of_date) SELECT ticker, "
		"benchmark_ticker, window_code, asset_return - 7, benchmark_return, alpha - 7, "
		"'2026-01-30' FROM performance_windows WHERE %s",
		rud);
	support_sql(info, sql);
	fmt_buf(sql, sizeof(sql),
		"DELETE FROM performance_windows WHERE %s AND as_of_date = '" PRODUCT_DAY "'", rud);
	support_sql(info, sql);
}

/* Rows that the server has counted as written in data tables and marks. */
static int64_t
written(const char *info)
{
	support_counted(info);
	return support_psql_int(info, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM "
				      "pg_stat_user_tables WHERE schemaname = 'public' OR relname "
				      "= 'flag'");
}

struct ground {
	struct console_test t;
	char *good; /* sums before the damage */
	char *sums;
	int64_t written;
};

static void
begin(struct ground *g, const char *name, const char *setting, int w, int h)
{
	const char *info = product_copy(name);

	g->good = product_sums(info);
	prepare(info);
	g->sums = product_sums(info);
	g->written = written(info);
	console_open_on(&g->t, info, NULL);
	console_env(&g->t, CLI_NOW);
	if (setting)
		console_env(&g->t, setting);
	console_start(&g->t, w, h);
	SEE(&g->t, " rw ");
	SEE(&g->t, "for " PRODUCT_DAY);
}

static void
end(struct ground *g, bool untouched)
{
	console_close(&g->t);
	if (untouched) {
		char *now = product_sums(g->t.info);

		assert_string_equal(now, g->sums);
		assert_int_equal(written(g->t.info), g->written);
		free(now);
	}
	free(g->good);
	free(g->sums);
}

static void
quit(struct ground *g)
{
	GONE(&g->t, "of mine");
	pty_send(g->t.pty, "Q");
	assert_int_equal(pty_wait_exit(g->t.pty, CONSOLE_WAIT_MS), 0);
}

static int64_t
newest_run(const struct ground *g)
{
	return support_psql_int(g->t.info, "SELECT max(id) FROM fintra_ops.run");
}

/* By the form, with the switch beside dry_run. */
static void
fill_form(struct ground *g)
{
	pty_send(g->t.pty, ":run " WINDOWS "\r");
	SEE(&g->t, "Launch " WINDOWS);
	pty_send(g->t.pty, "\033[Z\033[Z "); /* from the first field backwards: force, diff */
	SEE(&g->t, WINDOWS " --diff");
	SEE(&g->t, "writes it after your yes");
	SEE(&g->t, "all inputs are fresh");
}

/* It does not open by itself. */
static void
launch(struct ground *g)
{
	fill_form(g);
	pty_send(g->t.pty, "\r");
	SEE(&g->t, "1 diff waits: V");
	pty_send(g->t.pty, "V");
	SEE(&g->t, QUESTION);
}

static void
discard(struct ground *g)
{
	pty_send(g->t.pty, "D");
	SEE(&g->t, "Throw these rows away?");
	pty_send(g->t.pty, "y");
}

static void
test_shown_and_thrown_away(void **state)
{
	struct ground g;

	(void)state;
	begin(&g, "con_diff_no", NULL, 80, 24);
	launch(&g);
	SEE(&g.t, "Diff > run ");
	SEE(&g.t, "TABLE                INSERTED  UPDATED  DELETED  UNCHANGED");
	SEE(&g.t, "largest moves of alpha in performance_windows");
	SEE(&g.t, "RUD SPY 1Y 2026-02-02");
	SEE(&g.t, "+7.0000");
	SEE(&g.t, "-5.0000");
	/* Leaving answers nothing; the console works on meanwhile, V leads back. */
	pty_send(g.t.pty, "q");
	GONE(&g.t, QUESTION);
	pty_send(g.t.pty, "2");
	SEE(&g.t, "fintra > Jobs");
	SEE(&g.t, "1 diff waits: V  1 run of mine");
	pty_send(g.t.pty, "V");
	SEE(&g.t, QUESTION);
	pty_send(g.t.pty, "V");
	SEE(&g.t, "no other diff waits for an answer");
	/* One key throws nothing away, nor does the one that has just said no. */
	pty_send(g.t.pty, "D");
	SEE(&g.t, "Throw these rows away?");
	SEE(&g.t, "2 rows inserted, updated or deleted:");
	pty_send(g.t.pty, "Dn");
	GONE(&g.t, "Throw these rows away?");
	pty_send(g.t.pty, "w");
	SEE(&g.t, "Write these rows?");
	pty_send(g.t.pty, "nn");
	GONE(&g.t, "Write these rows?");
	SEE(&g.t, QUESTION);
	discard(&g);
	SEE(&g.t, "thrown away, nothing is written");
	console_sql_until(&g.t,
			  "SELECT state || ' ' || (result -> 'diff' ->> 'kept') || ' ' || "
			  "(params ? 'dry_run')::text FROM fintra_ops.run ORDER BY id DESC LIMIT 1",
			  "success false true");
	pty_send(g.t.pty, "V");
	SEE(&g.t, "no diff waits for an answer");
	quit(&g);
	end(&g, true);
}

/* Keys that mean something on the screen where the diff arrives. */
static void
test_keys_of_another_screen_answer_nothing(void **state)
{
	struct ground g;
	struct err e = ERR_INIT;
	DB_AUTO holder = NULL;
	char *now;

	(void)state;
	begin(&g, "con_diff_keys", NULL, 120, 40);
	fill_form(&g);
	holder = support_open(g.t.info);
	assert_int_equal(db_exec_sql(holder, "BEGIN; LOCK TABLE fintra_ops.run IN SHARE MODE", &e),
			 0);
	pty_send(g.t.pty, "\r");
	SEE(&g.t, "1 run of mine");
	pty_send(g.t.pty, "4");
	SEE(&g.t, "fintra > Logs");
	assert_int_equal(db_exec_sql(holder, "COMMIT", &e), 0);
	SEE(&g.t, "1 diff waits: V");
	pty_send(g.t.pty, "wynDwy");
	pty_send(g.t.pty, "!");
	SEE(&g.t, "Messages, newest first");
	SEE(&g.t, "a diff waits for an answer (V): run ");
	pty_send(g.t.pty, "q");
	GONE(&g.t, "Messages, newest first");
	SEE(&g.t, "fintra > Logs");
	SEE(&g.t, "1 diff waits: V");
	assert_int_equal(
		support_psql_int(g.t.info,
				 "SELECT count(*) FROM fintra_ops.run WHERE state = 'running'"),
		1);
	now = product_sums(g.t.info);
	assert_string_equal(now, g.sums);
	free(now);
	pty_send(g.t.pty, "V");
	SEE(&g.t, QUESTION);
	discard(&g);
	SEE(&g.t, "thrown away, nothing is written");
	quit(&g);
	end(&g, true);
}

/* V leads from one to the other, the answer to the one that is left, the last answer back to where
 * it was opened. */
static void
test_two_questions_at_once(void **state)
{
	static const char other[] = "sector-performance-aggregator";
	struct ground g;

	(void)state;
	begin(&g, "con_diff_two", NULL, 120, 40);
	launch(&g);
	pty_send(g.t.pty, "q");
	GONE(&g.t, QUESTION);
	support_sql(
		g.t.info,
		"UPDATE sector_performance SET return_percent = return_percent + 1 WHERE ctid = "
		"(SELECT ctid FROM sector_performance WHERE performance_date = '" PRODUCT_DAY
		"' AND source = 'equal_weight_datos_performance' ORDER BY sector, window_code "
		"LIMIT 1)");
	free(g.sums);
	g.sums = product_sums(g.t.info);
	g.written = written(g.t.info);
	pty_send(g.t.pty, ":run sector-performance-aggregator --diff\r");
	SEE(&g.t, "Launch sector-performance-aggregator");
	SEE(&g.t, "all inputs are fresh");
	pty_send(g.t.pty, "\r");
	SEE(&g.t, "2 diffs wait: V");
	pty_send(g.t.pty, "V");
	SEE(&g.t, QUESTION);
	pty_send(g.t.pty, "V");
	SEE(&g.t, "Nothing is written yet. 1 row would change.");
	SEE(&g.t, other);
	pty_send(g.t.pty, "V");
	SEE(&g.t, QUESTION);
	discard(&g);
	SEE(&g.t, "Nothing is written yet. 1 row would change.");
	SEE(&g.t, "1 diff waits: V");
	discard(&g);
	GONE(&g.t, "Diff > ");
	SEE(&g.t, "READY for");
	console_sql_until(&g.t,
			  "SELECT string_agg(state || ' ' || (result -> 'diff' ->> 'kept'), ', ') "
			  "FROM fintra_ops.run WHERE params ? 'diff'",
			  "success false, success false");
	quit(&g);
	end(&g, true);
}

/* Neither the key that opens the question nor what was typed ahead of it is a yes. */
static void
test_written_after_a_second_key(void **state)
{
	struct ground g;
	char *now;

	(void)state;
	begin(&g, "con_diff_yes", NULL, 120, 40);
	launch(&g);
	pty_send(g.t.pty, "wy");
	SEE(&g.t, "Write these rows?");
	pty_send(g.t.pty, "w");
	pty_send(g.t.pty, "n");
	GONE(&g.t, "Write these rows?");
	SEE(&g.t, QUESTION);
	assert_int_equal(written(g.t.info), g.written);
	pty_send(g.t.pty, "w");
	SEE(&g.t, "Write these rows?");
	SEE(&g.t, "2 rows inserted, updated or deleted, in one transaction");
	pty_send(g.t.pty, "y");
	SEE(&g.t, WINDOWS ": success: rows written");
	console_sql_until(&g.t,
			  "SELECT state || ' ' || rows_inserted || ' ' || rows_updated || ' ' || "
			  "(params ? 'dry_run')::text || ' ' || (result -> 'diff' ->> 'kept') FROM "
			  "fintra_ops.run ORDER BY id DESC LIMIT 1",
			  "success 1 1 false true");
	quit(&g);
	support_sql(g.t.info, "DELETE FROM performance_windows WHERE as_of_date = '2026-01-30'");
	now = product_sums(g.t.info);
	assert_string_equal(now, g.good);
	free(now);
	end(&g, false);
}

static void
test_a_second_one_has_nothing_to_ask(void **state)
{
	struct ground g;

	(void)state;
	begin(&g, "con_diff_empty", NULL, 80, 24);
	pty_send(g.t.pty, ":run sector-performance-aggregator --diff\r");
	SEE(&g.t, "Launch sector-performance-aggregator");
	SEE(&g.t, "all inputs are fresh");
	pty_send(g.t.pty, "\r");
	SEE(&g.t, "success: nothing would change");
	pty_send(g.t.pty, ":run master-all --diff\r");
	SEE(&g.t, "give --diff to its steps one by one");
	pty_send(g.t.pty, "\033");
	GONE(&g.t, ":run");
	quit(&g);
	end(&g, true);
}

static void
test_no_answer_in_time_is_a_no(void **state)
{
	struct ground g;

	(void)state;
	begin(&g, "con_diff_late", "FINTRA_RUN_ANSWER_S=6", 80, 24);
	launch(&g);
	SEE(&g.t, ": success: no answer, nothing written");
	SEE(&g.t, "nothing waits for an answer here any more");
	pty_send(g.t.pty, "w"); /* too late */
	pty_send(g.t.pty, "q");
	GONE(&g.t, "Diff > ");
	quit(&g);
	end(&g, true);
}

/* The console has ended, and told how the question is asked again. */
static bool
nobody_was_left(struct ground *g)
{
	char says[200];

	fmt_buf(says, sizeof(says),
		"run %lld " WINDOWS ": nothing is kept, nobody is left to answer its diff; ask "
		"again with: fintra resume %lld",
		(long long)newest_run(g), (long long)newest_run(g));
	return strstr(str_c(pty_raw(g->t.pty)), says) != NULL;
}

/* Gone on with in a console, it asks there, and is handed over to nobody either. */
static void
test_a_resumed_one_asks_again(void **state)
{
	struct ground g;
	char line[80];

	(void)state;
	begin(&g, "con_diff_resume", NULL, 120, 40);
	launch(&g);
	pty_send(g.t.pty, "Q");
	SEE(&g.t, "leaving is a no, nothing is written");
	pty_send(g.t.pty, "d");
	assert_int_equal(pty_wait_exit(g.t.pty, CONSOLE_WAIT_MS), 0);
	assert_true(nobody_was_left(&g));
	pty_free(g.t.pty);
	console_start(&g.t, 120, 40);
	SEE(&g.t, " rw ");
	pty_send(g.t.pty, "3");
	SEE(&g.t, "fintra > Runs");
	SEE(&g.t, "cancelled");
	pty_send(g.t.pty, "gR");
	fmt_buf(line, sizeof(line), "Go on with run %lld?", (long long)newest_run(&g));
	SEE(&g.t, line);
	SEE(&g.t, "what is not written is computed again and asked about (V)");
	pty_send(g.t.pty, "y");
	SEE(&g.t, "1 diff waits: V");
	pty_send(g.t.pty, "V");
	SEE(&g.t, QUESTION);
	pty_send(g.t.pty, "Q");
	SEE(&g.t, "1 diff not answered: leaving is a no, nothing is written.");
	pty_send(g.t.pty, "h");
	assert_int_equal(pty_wait_exit(g.t.pty, CONSOLE_WAIT_MS), 0);
	assert_true(nobody_was_left(&g));
	assert_int_equal(support_psql_int(g.t.info, "SELECT max(epoch) FROM fintra_ops.beat"), 2);
	console_sql_until(&g.t, "SELECT state FROM fintra_ops.run ORDER BY id DESC LIMIT 1",
			  "cancelled");
	end(&g, true);
}

/* The lock on its table: there is no diff yet. */
static void
test_leaving_while_it_computes(void **state)
{
	struct ground g;
	struct err e = ERR_INIT;
	DB_AUTO holder = NULL;

	(void)state;
	begin(&g, "con_diff_computes", NULL, 80, 24);
	fill_form(&g);
	holder = support_open(g.t.info);
	assert_int_equal(db_exec_sql(holder, "BEGIN; LOCK TABLE performance_windows", &e), 0);
	pty_send(g.t.pty, "\r");
	console_sql_until(&g.t, "SELECT state FROM fintra_ops.run ORDER BY id DESC LIMIT 1",
			  "running");
	SEE(&g.t, "1 run of mine");
	pty_send(g.t.pty, "Q");
	SEE(&g.t, "1 diff not answered: leaving is a no, nothing is written.");
	pty_send(g.t.pty, "h");
	SEE(&g.t, "draining 1 run, then quit");
	assert_int_equal(db_exec_sql(holder, "COMMIT", &e), 0);
	assert_int_equal(pty_wait_exit(g.t.pty, CONSOLE_WAIT_MS), 0);
	assert_true(nobody_was_left(&g));
	assert_int_equal(support_psql_int(g.t.info, "SELECT max(epoch) FROM fintra_ops.beat"), 1);
	end(&g, true);
}

/* From another terminal, while "write?" is on the screen: yes comes too late. */
static void
test_cancelled_while_the_question_is_open(void **state)
{
	struct support_out out;
	struct ground g;
	char run[24];

	(void)state;
	begin(&g, "con_diff_cancel", NULL, 120, 40);
	launch(&g);
	pty_send(g.t.pty, "w");
	SEE(&g.t, "Write these rows?");
	fmt_buf(run, sizeof(run), "%lld", (long long)newest_run(&g));
	assert_int_equal(product_run(g.t.info, NULL, NAMES("cancel", run), &out), 0);
	support_out_done(&out);
	console_sql_until(&g.t, "SELECT state FROM fintra_ops.run ORDER BY id DESC LIMIT 1",
			  "cancelled");
	GONE(&g.t, "1 diff waits: V");
	pty_send(g.t.pty, "y");
	SEE(&g.t, "waits for no answer any more");
	GONE(&g.t, "Diff > ");
	quit(&g);
	end(&g, true);
}

/* Pages over pages: V says why it opens nothing, and the way out; a question has always room. */
static void
test_too_many_pages(void **state)
{
	struct ground g;

	(void)state;
	begin(&g, "con_diff_pages", NULL, 120, 40);
	launch(&g);
	pty_send(g.t.pty, "qKKKKKKKK");
	SEE(&g.t, "too many pages are open: q leads back");
	pty_send(g.t.pty, "V");
	GONE(&g.t, QUESTION);
	pty_send(g.t.pty, "qV");
	SEE(&g.t, QUESTION);
	discard(&g);
	SEE(&g.t, "thrown away, nothing is written");
	quit(&g);
	end(&g, true);
}

/* With "hand over" chosen: a process of its own would have nobody to ask. */
static void
test_quitting_is_a_no(void **state)
{
	struct ground g;

	(void)state;
	begin(&g, "con_diff_quit", NULL, 80, 24);
	launch(&g);
	pty_send(g.t.pty, "Q");
	SEE(&g.t, "1 diff not answered: leaving is a no, nothing is written.");
	pty_send(g.t.pty, "h");
	assert_int_equal(pty_wait_exit(g.t.pty, CONSOLE_WAIT_MS), 0);
	assert_true(nobody_was_left(&g));
	console_sql_until(
		&g.t,
		"SELECT state || ' ' || (SELECT string_agg(msg, '') FROM fintra_ops.event "
		"WHERE run_id = r.id AND msg LIKE 'diff: nothing %') FROM fintra_ops.run r ORDER "
		"BY id DESC LIMIT 1",
		"cancelled diff: nothing is kept, the run was stopped");
	assert_int_equal(support_psql_int(g.t.info, "SELECT max(epoch) FROM fintra_ops.beat"), 1);
	end(&g, true);
}

static void
test_a_lost_terminal_is_a_no(void **state)
{
	struct ground g;

	(void)state;
	begin(&g, "con_diff_hup", NULL, 80, 24);
	launch(&g);
	pty_hang_up(g.t.pty);
	assert_int_equal(pty_wait_exit(g.t.pty, CONSOLE_WAIT_MS), 129);
	console_sql_until(&g.t, "SELECT state FROM fintra_ops.run ORDER BY id DESC LIMIT 1",
			  "cancelled");
	assert_int_equal(support_psql_int(g.t.info, "SELECT max(epoch) FROM fintra_ops.beat"), 1);
	end(&g, true);
}

/* What moved between two days: the last two by themselves, or those that are named. */
static void
test_what_moved_between_two_days(void **state)
{
	const char *info = product_copy("con_moved");
	struct console_test t;

	(void)state;
	support_sql(info,
		    "INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, "
		    "sector, fgos_score, profile_structural, market_snapshot, valuation, "
		    "market_position, investment_verdict, data_confidence) SELECT ticker, "
		    "'2026-01-30', engine_version, sector, fgos_score + 25, '{}', '{}', '{}', "
		    "'{}', '{}', '{}' FROM fintra_snapshots WHERE ticker = 'ZCZS' AND "
		    "snapshot_date = '" PRODUCT_DAY "'");
	console_open_on(&t, info, NULL);
	console_env(&t, CLI_NOW);
	console_start(&t, 120, 40);
	SEE(&t, "for " PRODUCT_DAY);
	pty_send(t.pty, ":diff\r");
	SEE(&t, "fintra > Moved from 2026-01-30 to 2026-02-02");
	SEE(&t, "Tickers gained and lost");
	pty_send(t.pty, "G");
	SEE(&t, "Runs that changed rows since");
	pty_send(t.pty, ":diff 2026-02-02 2026-01-29\r");
	SEE(&t, "there are no snapshots of 2026-01-29; the nearest day with some is");
	pty_send(t.pty, ":diff yesterday 2026-02-02\r");
	SEE(&t, "yesterday is not a date");
	pty_send(t.pty, "\033");
	GONE(&t, ":diff");
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	console_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shown_and_thrown_away),
		cmocka_unit_test(test_keys_of_another_screen_answer_nothing),
		cmocka_unit_test(test_two_questions_at_once),
		cmocka_unit_test(test_written_after_a_second_key),
		cmocka_unit_test(test_a_second_one_has_nothing_to_ask),
		cmocka_unit_test(test_no_answer_in_time_is_a_no),
		cmocka_unit_test(test_a_resumed_one_asks_again),
		cmocka_unit_test(test_leaving_while_it_computes),
		cmocka_unit_test(test_cancelled_while_the_question_is_open),
		cmocka_unit_test(test_too_many_pages),
		cmocka_unit_test(test_quitting_is_a_no),
		cmocka_unit_test(test_a_lost_terminal_is_a_no),
		cmocka_unit_test(test_what_moved_between_two_days),
	};

	return cmocka_run_group_tests_name("console_diff", tests, set_up, NULL);
}
