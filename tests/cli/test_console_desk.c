/* Acknowledging, pausing, noting and the audit by keys on the real console, with the questions in
 * between; what is recorded is read back by SQL. */
#include "tests/support_console.h"
#include "tests/support_ready.h"

#include "core/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define CHECK "performance_windows_empty"
#define JOB "sector-performance-aggregator"

/* All is fresh but for performance_windows, which is empty: 07:00 in New York, past its deadline.
 */
static const char *
no_windows(const char *name)
{
	const char *info = support_db(name, true);

	support_ready(info);
	support_sql(info, "TRUNCATE performance_windows");
	return info;
}

static void
open_on(struct console_test *t, const char *info, int w, int h)
{
	console_open_on(t, info, NULL);
	console_env(t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:00:00Z");
	console_start(t, w, h);
	SEE(t, "READY for 2026-02-02");
}

/* The list with this one row. */
static void
one_row(struct console_test *t, const char *key, const char *title, const char *filter)
{
	pty_send(t->pty, key);
	SEE(t, title);
	pty_send(t->pty, "/");
	pty_send(t->pty, filter);
	pty_send(t->pty, "\r");
	SEE(t, filter);
}

static void
test_acknowledge_and_take_back(void **state)
{
	const char *info = no_windows("con_ack");
	struct console_test t;

	(void)state;
	open_on(&t, info, 120, 40);
	one_row(&t, "6", "fintra > Health", CHECK);
	SEE(&t, "CRIT");
	pty_send(t.pty, "a");
	SEE(&t, "Acknowledge " CHECK);
	pty_send(t.pty, "\r");
	SEE(&t, "the reason is missing");
	pty_send(t.pty, "rebuilt tonight\t2h");
	SEE(&t, "= Tue 2026-02-03 09:0"); /* two hours after 07:00 */
	pty_send(t.pty, "\r");
	SEE(&t, CHECK " is acknowledged");
	SEE(&t, "CRIT A " CHECK);
	SEE(&t, "1 acknowledged");
	console_sql_until(&t,
			  "SELECT concat_ws(' ', target, state, words, abs(extract(epoch FROM "
			  "until_at - at) - 7200) < 60) FROM "
			  "fintra_ops.notice",
			  CHECK " critical rebuilt tonight t");
	pty_send(t.pty, "a");
	SEE(&t, "Take the acknowledgement of " CHECK " back?");
	pty_send(t.pty, "a"); /* the key that opened the question does not answer it */
	pty_send(t.pty, "n");
	GONE(&t, "Take the acknowledgement");
	pty_send(t.pty, "a");
	SEE(&t, "Take the acknowledgement");
	pty_send(t.pty, "y");
	SEE(&t, "is no longer acknowledged");
	GONE(&t, "CRIT A");
	console_sql_until(&t,
			  "SELECT string_agg(action, ' ' ORDER BY id) FROM fintra_ops.audit "
			  "WHERE action <> 'launch'",
			  "ack ack-clear");
	console_quit(&t);
}

/* From the overview's pane of checks; Esc writes nothing. */
static void
test_from_the_overview(void **state)
{
	const char *info = no_windows("con_ack_over");
	struct console_test t;

	(void)state;
	open_on(&t, info, 80, 24);
	SEE(&t, "CRIT");
	pty_send(t.pty, "w"); /* on a layer where all is well: of the verdict */
	SEE(&t, "performance_windows is EMPTY");
	pty_send(t.pty, "q");
	SEE(&t, "CRIT");
	pty_send(t.pty, "\ta");
	SEE(&t, "Acknowledge ");
	pty_send(t.pty, "x\033");
	GONE(&t, "Acknowledge ");
	pty_send(t.pty, "a");
	SEE(&t, "Acknowledge ");
	pty_send(t.pty, "seen\r");
	SEE(&t, " is acknowledged");
	SEE(&t, " A1 ");
	console_sql_until(&t, "SELECT words FROM fintra_ops.notice", "seen");
	pty_send(t.pty, "\r"); /* the check's own page */
	SEE(&t, "fintra > Health > ");
	SEE(&t, "until it is ok again: seen");
	console_quit(&t);
}

static void
test_remedy_why_and_detail(void **state)
{
	const char *info = no_windows("con_health");
	struct console_test t;

	(void)state;
	open_on(&t, info, 120, 40);
	one_row(&t, "6", "fintra > Health", "performance_windows_stale");
	pty_send(t.pty, "\r");
	SEE(&t, "fintra > Health > performance_windows_stale");
	SEE(&t, "$ fintra run performance-windows-aggregator --as-of 2026-02-02   (r)");
	SEE(&t, "2026-02-02      critical"); /* this session is recorded by now */
	pty_send(t.pty, "r");
	SEE(&t, "Launch performance-windows-aggregator");
	pty_send(t.pty, "\033"); /* back to where it was opened from */
	GONE(&t, "Launch performance-windows-aggregator");
	SEE(&t, "fintra > Health > performance_windows_stale");
	pty_send(t.pty, "w");
	SEE(&t, "fintra > Why performance_windows");
	console_quit(&t);
}

static void
test_pause_and_let_go(void **state)
{
	const char *info = no_windows("con_pause");
	struct console_test t;

	(void)state;
	open_on(&t, info, 120, 40);
	one_row(&t, "2", "fintra > Jobs", JOB);
	pty_send(t.pty, "P");
	SEE(&t, "Pause " JOB);
	pty_send(t.pty, "feed is down\r");
	SEE(&t, "Pause " JOB "?");
	SEE(&t, "until it is taken back; runs under way go on");
	pty_send(t.pty, "\r"); /* the key that opened the question does not answer it */
	pty_send(t.pty, "n");
	GONE(&t, "runs under way go on");
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.notice"), 0);
	pty_send(t.pty, "\r");
	SEE(&t, "runs under way go on");
	pty_send(t.pty, "y");
	SEE(&t, JOB " is paused");
	SEE(&t, "1 paused");
	SEE(&t, "= launch: paused by ");
	/* Launched all the same, it is refused and says who and why. */
	pty_send(t.pty, "r");
	SEE(&t, "Launch " JOB);
	SEE(&t, "all inputs are fresh");
	pty_send(t.pty, "\r");
	SEE(&t, "skipped: paused by ");
	SEE(&t, ": feed is down; fintra unpause ");
	console_sql_until(&t, "SELECT state FROM fintra_ops.run WHERE origin = 'console'",
			  "skipped");
	pty_send(t.pty, "P");
	SEE(&t, "Let " JOB " be started again?");
	pty_send(t.pty, "y");
	SEE(&t, "is no longer paused");
	GONE(&t, "1 paused");
	console_quit(&t);
}

static void
test_notes_and_audit(void **state)
{
	const char *info = no_windows("con_note");
	struct console_test t;

	(void)state;
	open_on(&t, info, 160, 48);
	SEE(&t, "Handover notes and audit");
	pty_send(t.pty, "N");
	SEE(&t, "Handover note ");
	pty_send(t.pty, "do not retry dividends\r");
	SEE(&t, "noted");
	SEE(&t, "do not retry dividends");
	SEE(&t, "note (");
	pty_send(t.pty, "A");
	SEE(&t, "fintra > Audit");
	SEE(&t, "do not retry dividends");
	pty_send(t.pty, "N");
	SEE(&t, "Handover note ");
	pty_send(t.pty, "second\r");
	SEE(&t, "second");
	console_sql_until(&t, "SELECT count(*) FROM fintra_ops.notice WHERE kind = 'note'", "2");
	console_quit(&t);
}

static void
test_the_same_in_the_bar(void **state)
{
	const char *info = no_windows("con_desk_bar");
	struct console_test t;

	(void)state;
	open_on(&t, info, 120, 40);
	SEE(&t, "CRIT");
	pty_send(t.pty, ":ack " CHECK " --reason 'in the bar' --until 2h\r");
	SEE(&t, CHECK " is acknowledged");
	pty_send(t.pty, ":pause " JOB " --reason nightly\r");
	SEE(&t, "Pause " JOB "?");
	pty_send(t.pty, "y");
	SEE(&t, JOB " is paused");
	pty_send(t.pty, ":note typed in the bar\r");
	SEE(&t, "noted");
	pty_send(t.pty, ":pause " JOB " --until yesterday --reason x\r");
	SEE(&t, "until yesterday is no span");
	pty_send(t.pty, "\033:audit\r");
	SEE(&t, "fintra > Audit");
	SEE(&t, "typed in the bar");
	pty_send(t.pty, ":health " CHECK "\r");
	SEE(&t, "fintra > Health > " CHECK);
	console_sql_until(&t,
			  "SELECT string_agg(kind || ' ' || words, ', ' ORDER BY id) FROM "
			  "fintra_ops.notice",
			  "ack in the bar, pause nightly, note typed in the bar");
	console_quit(&t);
}

/* From the check to the remedy: what may be behind it, and its commands in the command bar. */
static void
test_playbook_of_what_is_wrong(void **state)
{
	const char *info = no_windows("con_playbook");
	struct console_test t;

	(void)state;
	open_on(&t, info, 80, 24);
	one_row(&t, "6", "fintra > Health", CHECK);
	pty_send(t.pty, "K"); /* one playbook names it */
	SEE(&t, "fintra > Playbooks > windows-empty");
	SEE(&t, "Symptom: performance_windows_empty is critical");
	SEE(&t, "Cause: the table was emptied, or never filled.");
	SEE(&t, "fintra health performance_windows_empty snapshots_pct_missing");
	SEE(&t, "fintra run performance-windows-aggregator --as-of 2026-02-02");
	pty_send(t.pty, "Gkkkkkk\r"); /* up from "To practise it" */
	SEE(&t, ":run performance-windows-aggregator --as-of 2026-02-02_");
	pty_send(t.pty, "\r");
	SEE(&t, "Launch performance-windows-aggregator");
	pty_send(t.pty, "\033");
	GONE(&t, "Launch performance-windows-aggregator");
	pty_send(t.pty, ":why performance_windows\r");
	SEE(&t, "fintra > Why performance_windows");
	pty_send(t.pty, "K");
	SEE(&t, "Of performance_windows");
	SEE(&t, "sector-stale     performance_windows has benchmarks of the session before");
	SEE(&t, "killed-backfill");
	SEE(&t, "All others");
	pty_send(t.pty, "j\r");
	SEE(&t, "fintra > Playbooks > windows-empty");
	pty_send(t.pty, "q");
	SEE(&t, "Of performance_windows");
	pty_send(t.pty, "2K"); /* of the job that is selected */
	SEE(&t, "Of sync-universe");
	SEE(&t, "none is known: w = why");
	pty_send(t.pty, "0K");
	SEE(&t, "Known troubles");
	SEE(&t, "half-feed        the vendor's file of the day has half of the tickers");
	pty_send(t.pty, ":playbook spli\r");
	SEE(&t, "did you mean split?");
	pty_send(t.pty, "\033");
	console_quit(&t);
}

static void
test_a_reader_is_told(void **state)
{
	const char *info = no_windows("con_desk_reader");
	char role[40], sql[400], reader[600];
	struct console_test t;

	(void)state;
	fmt_buf(role, sizeof(role), "t_desk_%d", (int)getpid());
	fmt_buf(sql, sizeof(sql),
		"CREATE ROLE %s LOGIN; GRANT USAGE ON SCHEMA public, fintra_ops TO %s; GRANT "
		"SELECT "
		"ON ALL TABLES IN SCHEMA public, fintra_ops TO %s",
		role, role, role);
	support_sql(info, sql);
	fmt_buf(reader, sizeof(reader), "%s user=%s", info, role);
	open_on(&t, reader, 120, 40);
	SEE(&t, " ro ");
	one_row(&t, "6", "fintra > Health", CHECK);
	pty_send(t.pty, "a");
	SEE(&t, "nothing can be recorded, read only: role t_desk_");
	pty_send(t.pty, "AN");
	SEE(&t, "fintra > Audit");
	SEE(&t, "nothing can be recorded, read only: role t_desk_");
	console_quit(&t);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.notice"), 0);
	fmt_buf(sql, sizeof(sql), "DROP OWNED BY %s; DROP ROLE %s", role, role);
	support_sql(info, sql);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_acknowledge_and_take_back),
		cmocka_unit_test(test_from_the_overview),
		cmocka_unit_test(test_remedy_why_and_detail),
		cmocka_unit_test(test_pause_and_let_go),
		cmocka_unit_test(test_notes_and_audit),
		cmocka_unit_test(test_the_same_in_the_bar),
		cmocka_unit_test(test_playbook_of_what_is_wrong),
		cmocka_unit_test(test_a_reader_is_told),
	};

	return cmocka_run_group_tests_name("console_desk", tests, NULL, NULL);
}
