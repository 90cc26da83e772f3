/* fintra ack, pause, note, audit: who sees what, until when, what still alarms and what does not
 * start.  The clock is rehearsed; each expectation is the sentence of console.md section 5 or 7
 * beside it. */
#include "core/str.h"
#include "tests/support_cli.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char role[40]; /* of this process alone: roles outlive databases */

/* All is fresh but for one run that was lost: the check runs_lost warns, nothing else does. */
static const char *
one_warning(const char *name)
{
	const char *info = support_db(name, true);

	support_ready(info);
	support_sql(info,
		    "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		    "build, lock_key, created_at) VALUES ('t-lost', '2026-02-02', 'lost', 'x', "
		    "'h', 1, 'cli', 'warn', 'x', 1, now())");
	return info;
}

static void
at(const char *info, const char *now, const char *const *args, int code, const char *says)
{
	char clock[80];
	struct support_out out;

	fmt_buf(clock, sizeof(clock), "FINTRA_RUN_REHEARSE_NOW=%s", now);
	bin_run_env(info, NAMES(clock), args, &out);
	if (out.code != code || (says && !strstr(out.out, says) && !strstr(out.err, says)))
		fail_msg("exit %d, wanted %d and \"%s\": %s%s", out.code, code, str_or(says, ""),
			 out.out, out.err);
	support_out_done(&out);
}

static int64_t
audits(const char *info, const char *where)
{
	char sql[300];

	fmt_buf(sql, sizeof(sql), "SELECT count(*) FROM fintra_ops.audit WHERE %s", where);
	return support_psql_int(info, sql);
}

static void
an_ack_excuses_and_is_told(void **state)
{
	const char *info = one_warning("t_ack");
	struct json *j;

	(void)state;
	bin_expect(info, NAMES("health"), 1, "WARNING: 1 bad");
	bin_expect(info, NAMES("ack", "runs_lost", "--reason", "ticket 4412", "--until", "2h"), 0,
		   "runs_lost: warning, acknowledged until Tue 2026-02-03 09:00 NY");
	bin_expect(info, NAMES("health"), 0, "OK: 0 bad, 1 acknowledged");
	bin_expect(info, NAMES("health", "runs_lost"), 0, "WARNING A runs_lost");
	bin_expect(info, NAMES("health", "runs_lost"), 0, "until Tue 2026-02-03 09:00 NY: ticket");
	bin_expect(info, NAMES("health", "--nagios"), 0, "FINTRA OK - 0 of");
	bin_expect(info, NAMES("health", "--nagios"), 0, "runs_lost warning A (1)");
	bin_expect(info, NAMES("health", "--strict", "runs_lost"), 1, "WARNING: 1 bad");
	bin_expect(info, NAMES("ack", "--list"), 0, "ticket 4412");
	j = bin_json(info, NAMES("health", "runs_lost", "--json"), 0);
	const struct json *c = json_first(json_get(j, "checks"));
	assert_string_equal(json_text(j, "state"), "ok");
	assert_string_equal(json_text(c, "state"), "warning"); /* it keeps its state */
	assert_string_equal(json_text(json_get(c, "ack"), "text"), "ticket 4412");
	json_free(j);
	assert_int_equal(audits(info, "action = 'ack' AND target = 'runs_lost' AND reason = "
				      "'ticket 4412' AND detail LIKE 'until Tue 2026-02-03%'"),
			 1);
}

/* 12:00 UTC is 07:00 in New York: two hours end at 09:00 there, 14:00 UTC. */
static void
it_expires_by_itself(void **state)
{
	const char *info = one_warning("t_ack_until");

	(void)state;
	bin_expect(info, NAMES("ack", "runs_lost", "--reason", "x", "--until", "09:00"), 0, NULL);
	at(info, "2026-02-03T13:58:00Z", NAMES("health"), 0, "1 acknowledged");
	at(info, "2026-02-03T14:00:01Z", NAMES("health"), 1, "WARNING: 1 bad\n");
	at(info, "2026-02-03T14:00:01Z", NAMES("ack", "--list"), 0, "none");
}

static void
recovery_ends_it(void **state)
{
	const char *info = one_warning("t_ack_ok");

	(void)state;
	bin_expect(info, NAMES("ack", "runs_lost", "--reason", "x"), 0, "until it is ok again");
	support_sql(info, "UPDATE fintra_ops.run SET state = 'success'");
	bin_expect(info, NAMES("health", "runs_lost"), 0, "OK: 0 bad\n");
	assert_int_equal(audits(info, "action = 'ack-clear' AND detail = 'the check is ok again'"),
			 1);
	support_sql(info, "UPDATE fintra_ops.run SET state = 'lost'");
	bin_expect(info, NAMES("health", "runs_lost"), 1, "WARNING: 1 bad\n");
}

/* The deadline of sector_performance is 04:00 in New York (design.md 7): before it one session
 * behind is a warning, after it critical.  The warning's ack does not cover that. */
static void
worse_is_news(void **state)
{
	const char *info = support_db("t_ack_worse", true);

	(void)state;
	support_ready(info);
	support_sql(info, "DELETE FROM sector_performance WHERE performance_date = '2026-02-02'");
	at(info, "2026-02-03T06:00:00Z",
	   NAMES("ack", "sector_performance_stale", "--reason", "late feed"), 0, "warning");
	at(info, "2026-02-03T06:05:00Z", NAMES("health", "sector_performance_stale"), 0,
	   "WARNING A");
	at(info, "2026-02-03T12:00:00Z", NAMES("health", "sector_performance_stale"), 2,
	   "worse than what was acknowledged by");
}

static void
what_makes_no_sense_is_refused(void **state)
{
	const char *info = one_warning("t_ack_bad");
	const struct {
		const char *const *args;
		int code;
		const char *says;
	} cases[] = {
		{ NAMES("ack"), 64, "usage: fintra ack CHECK" },
		{ NAMES("ack", "runs_lost"), 64, "say why: --reason TEXT" },
		{ NAMES("ack", "runs_lost", "--reason", " "), 64, "say why" },
		{ NAMES("ack", "run_lost", "--reason", "x"), 64, "did you mean runs_lost?" },
		{ NAMES("ack", "scatter_data", "--reason", "x"), 64, "nothing to acknowledge" },
		{ NAMES("ack", "runs_lost", "--clear"), 64, "runs_lost is not acknowledged" },
		{ NAMES("ack", "runs_lost", "--reason", "x", "--until", "soon"), 64, "no span" },
		{ NAMES("ack", "runs_lost", "--reason", "x", "--until", "2026-02-03"), 64,
		  "over already" }, /* midnight in New York was seven hours ago */
		{ NAMES("ack", "runs_lost", "--reason", "x", "--until", "25:00"), 64, "no span" },
		{ NAMES("ack", "runs_lost", "--reason", "x", "--read-only"), 77, "--read-only" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		bin_expect(info, cases[i].args, cases[i].code, cases[i].says);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.notice"), 0);
	assert_int_equal(audits(info, "action <> 'launch'"), 0);
}

static void
role_sql(const char *info, const char *before, const char *after)
{
	char sql[300];

	fmt_buf(sql, sizeof(sql), "%s%s%s", before, role, after);
	support_sql(info, sql);
}

/* With these rights on the ledger's tables. */
static const char *
as_role(const char *info, const char *rights)
{
	static char other[600];

	fmt_buf(role, sizeof(role), "t_notice_%d", (int)getpid());
	role_sql(info, "CREATE ROLE ", " LOGIN");
	role_sql(info, "GRANT USAGE ON SCHEMA public, fintra_ops TO ", "");
	role_sql(info, "GRANT SELECT ON ALL TABLES IN SCHEMA public, fintra_ops TO ", "");
	if (rights)
		role_sql(info, rights, "");
	fmt_buf(other, sizeof(other), "%s user=%s", info, role);
	return other;
}

static void
forget_role(const char *info)
{
	role_sql(info, "DROP OWNED BY ", "");
	role_sql(info, "DROP ROLE ", "");
}

static void
a_reader_sees_and_leaves_nothing(void **state)
{
	const char *info = one_warning("t_ack_reader"), *reader = as_role(info, NULL);

	(void)state;
	bin_expect(reader, NAMES("ack", "runs_lost", "--reason", "x"), 77,
		   "nothing was recorded: this needs a role with SELECT");
	bin_expect(info, NAMES("ack", "runs_lost", "--reason", "seen"), 0, NULL);
	bin_expect(reader, NAMES("health"), 0, "1 acknowledged");
	bin_expect(reader, NAMES("ack", "--list"), 0, "seen");
	role_sql(info, "REVOKE SELECT ON fintra_ops.notice FROM ", "");
	/* What is not known excuses nothing. */
	bin_expect(reader, NAMES("health", "runs_lost"), 1, "acknowledgements are not known");
	forget_role(info);
}

#define JOB "sector-performance-aggregator"

static const char *
calm(const char *name)
{
	const char *info = support_db(name, true);

	support_ready(info);
	return info;
}

static void
runs_are(const char *info, const char *want)
{
	char *have = support_psql(info, "SELECT string_agg(concat_ws(' ', job, state, exit_code), "
					"', ' ORDER BY id) FROM fintra_ops.run WHERE origin IN "
					"('cli', 'cron')");

	assert_string_equal(have, want);
	free(have);
}

static void
forget_runs(const char *info)
{
	support_sql(info, "UPDATE fintra_ops.run SET origin = 'x'");
}

static void
a_paused_job_is_refused_and_says_why(void **state)
{
	const char *info = calm("t_pause");
	struct support_out out;

	(void)state;
	forget_runs(info);
	bin_expect(info, NAMES("pause", JOB, "--reason", "vendor bug", "--until", "2h"), 0,
		   "paused until Tue 2026-02-03 09:00 NY; what runs now goes on");
	bin_expect(info, NAMES("run", JOB), 75, " until Tue 2026-02-03 09:00 NY: vendor bug");
	bin_expect(info, NAMES("run", JOB), 75, "; fintra unpause " JOB);
	runs_are(info, JOB " skipped 75, " JOB " skipped 75");
	bin_run(info, NAMES("--cron", "run", JOB), &out);
	assert_int_equal(out.code, 0);
	assert_string_equal(out.out, "");
	assert_string_equal(out.err, "");
	support_out_done(&out);
	bin_expect(info, NAMES("health"), 1, "jobs_paused");
	bin_expect(info, NAMES("jobs"), 0, "paused: " JOB " by ");
	bin_expect(info, NAMES("status"), 0, "paused: " JOB " by ");
	bin_expect(info, NAMES("pause", "--list"), 0, "vendor bug");
	/* Its time over, nobody has to do anything. */
	at(info, "2026-02-03T14:00:01Z", NAMES("run", JOB), 0, "SUCCESS");
	bin_expect(info, NAMES("unpause", JOB), 0, "no longer paused");
	bin_expect(info, NAMES("run", JOB), 0, "SUCCESS");
	bin_expect(info, NAMES("unpause", JOB), 64, JOB " is not paused");
	assert_int_equal(audits(info, "action = 'pause' AND target = '" JOB "'"), 1);
	assert_int_equal(audits(info, "action = 'unpause' AND target = '" JOB "'"), 1);
	assert_int_equal(audits(info, "action = 'launch' AND target = '" JOB "'"), 5);
}

/* A skip must not stall a chain (console.md section 7). */
static void
others_of_a_row_go_on(void **state)
{
	const char *info = calm("t_pause_row");

	(void)state;
	forget_runs(info);
	bin_expect(info, NAMES("pause", JOB, "--reason", "x"), 0, "until it is taken back");
	bin_expect(info, NAMES("run", JOB, "performance-windows-aggregator"), 0, "paused by");
	runs_are(info, JOB " skipped 0, performance-windows-aggregator success 0");
}

/* Neither a resume: the run stays what it was. */
static void
a_resume_is_refused_too(void **state)
{
	const char *info = calm("t_pause_resume");
	char id[24];

	(void)state;
	fmt_buf(id, sizeof(id), "%lld",
		(long long)support_psql_int(
			info, "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, "
			      "origin, gate, build, lock_key, created_at) VALUES ('" JOB
			      "', '2026-02-02', 'cancelled', 'x', 'h', 1, 'x', 'warn', 'x', 1, "
			      "now()) RETURNING id"));
	bin_expect(info, NAMES("pause", JOB, "--reason", "x"), 0, NULL);
	bin_expect(info, NAMES("resume", id), 75, "paused by");
	assert_int_equal(support_psql_int(info,
					  "SELECT count(*) FROM fintra_ops.run WHERE job = '" JOB
					  "' AND state = 'cancelled'"),
			 1);
}

static void
bad_pauses_are_refused(void **state)
{
	const char *info = calm("t_pause_bad");

	(void)state;
	bin_expect(info, NAMES("pause", JOB), 64, "say why: --reason TEXT");
	bin_expect(info, NAMES("pause", "sector-performance-agregator", "--reason", "x"), 64, JOB);
	bin_expect(info, NAMES("pause"), 64, "usage: fintra pause JOB");
	bin_expect(info, NAMES("pause", JOB, "--reason", "x", "--read-only"), 77, "--read-only");
	bin_expect(info, NAMES("unpause", JOB), 64, "is not paused");
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.notice"), 0);
}

static void
notes_and_audit(void **state)
{
	const char *info = calm("t_note");
	const struct json *l;
	struct json *j;

	(void)state;
	forget_runs(info);
	bin_expect(info, NAMES("note", "do", "not", "retry", "dividends"), 0, "noted");
	bin_expect(info, NAMES("note", "second\033[2J"), 0, NULL);
	bin_expect(info, NAMES("note", " "), 64, "the note is empty");
	bin_expect(info, NAMES("note"), 64, "usage: fintra note TEXT");
	bin_expect(info, NAMES("notes"), 0, "do not retry dividends");
	bin_expect(info, NAMES("notes"), 0, "second\\x1b[2J"); /* T7: no escape goes through */
	j = bin_json(info, NAMES("notes", "--json"), 0);
	assert_int_equal(json_len(json_get(j, "notes")), 2);
	l = json_first(json_get(j, "notes")); /* newest first */
	assert_string_equal(json_text(l, "text"), "second\033[2J");
	json_free(j);
	bin_expect(info, NAMES("run", JOB, "--force", "--reason", "vendor corrected"), 0, NULL);
	bin_expect(info, NAMES("audit"), 0, "launch " JOB " (run ");
	bin_expect(info, NAMES("audit"), 0, "reason: vendor corrected");
	bin_expect(info, NAMES("audit", "--user", "nobody-else"), 0, NULL);
	j = bin_json(info, NAMES("audit", "--json", "-n", "2"), 0);
	/* Of the run two lines, newest first: what was forced, then the launch. */
	l = json_first(json_get(j, "audit"));
	has_members(l, NAMES("id", "at", "who", "host", "role", "tty", "action", "target", "run",
			     "run_state", "reason", "detail"));
	assert_string_equal(json_text(l, "action"), "force");
	assert_string_equal(json_text(json_next(l), "action"), "launch");
	assert_string_equal(json_text(json_next(l), "reason"), "vendor corrected");
	assert_string_equal(json_text(json_next(l), "detail"), "as of 2026-02-02 by cli --force");
	assert_string_equal(json_text(json_next(l), "run_state"), "success");
	json_free(j);
	j = bin_json(info, NAMES("audit", "--json", "--user", "nobody-else"), 0);
	assert_int_equal(json_len(json_get(j, "audit")), 0);
	json_free(j);
	bin_expect(info, NAMES("audit", "--since", "soon"), 64, "--since soon is no span");
}

/* T13: what happened is not undone by whoever writes runs. */
static void
the_audit_only_grows(void **state)
{
	const char *info = calm("t_audit_grows"),
		   *writer = as_role(info, "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "
					   "public, fintra_ops TO ");

	(void)state;
	bin_expect(writer, NAMES("doctor"), 1, "may change the audit");
	role_sql(info, "REVOKE UPDATE, DELETE, TRUNCATE ON fintra_ops.audit FROM ", "");
	role_sql(info, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA fintra_ops TO ", "");
	bin_expect(writer, NAMES("note", "as a writer"), 0, "noted");
	bin_expect(writer, NAMES("pause", JOB, "--reason", "x"), 0, NULL);
	bin_expect(writer, NAMES("unpause", JOB), 0, NULL);
	assert_int_equal(audits(info, "db_role LIKE 't_notice_%'"), 3);
	{
		DB_AUTO db = support_open(writer);
		struct err e = ERR_INIT;

		assert_int_equal(db_exec_sql(db, "DELETE FROM fintra_ops.audit", &e), -1);
		assert_int_equal(db_exec_sql(db, "UPDATE fintra_ops.audit SET who = 'x'", &e), -1);
		assert_string_equal(e.sqlstate, "42501");
	}
	for (int i = 0; i < Q_COUNT; i++)
		assert_false(strstr(queries[i].text, "UPDATE fintra_ops.audit") ||
			     strstr(queries[i].text, "DELETE FROM fintra_ops.audit"));
	forget_role(info);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ack_excuses_and_is_told),
		cmocka_unit_test(it_expires_by_itself),
		cmocka_unit_test(recovery_ends_it),
		cmocka_unit_test(worse_is_news),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(a_reader_sees_and_leaves_nothing),
		cmocka_unit_test(a_paused_job_is_refused_and_says_why),
		cmocka_unit_test(others_of_a_row_go_on),
		cmocka_unit_test(a_resume_is_refused_too),
		cmocka_unit_test(bad_pauses_are_refused),
		cmocka_unit_test(notes_and_audit),
		cmocka_unit_test(the_audit_only_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
