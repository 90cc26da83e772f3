/* What a line of a crontab promises: silence when fine, else at most 25 lines with the first cause,
 * the command to type and the run; one check of a deadman's switch per line.  Expected: console.md
 * 5, README "Alerts"; the addresses of pings are those of healthchecks. */
#include "core/job.h"
#include "core/proc.h"
#include "tests/support_alerts.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { DIGEST_LINES = 25 };

#define NO_TELEGRAM "TELEGRAM_CHAT_ID", "TELEGRAM_BOT_TOKEN"
#define VENDOR_DOWN "FINTRA_FMP_BASE_URL=http://127.0.0.1:9", "FINTRA_FMP_RETRY_BASE_MS=1"

/* fintra --cron with pings and nobody else to tell; then `more`. */
static int
cron(const char *info, const char *const *more, const char *const *args, struct support_out *out)
{
	const char *env[12] = { alerts_ping_url(), NO_TELEGRAM };
	const char *words[12] = { "--cron" };

	for (size_t i = 0; more && more[i]; i++)
		env[i + 3] = more[i];
	for (size_t i = 0; args[i]; i++)
		words[i + 1] = args[i];
	return product_run(info, env, words, out);
}

static void
silent(const char *info, const char *const *more, const char *const *args)
{
	struct support_out out;

	cron(info, more, args, &out);
	if (out.code != 0 || *out.out || *out.err)
		fail_msg("exit %d:\n%s%s", out.code, out.out, out.err);
	support_out_done(&out);
}

/* Ends with `code`; the report is short and holds every one of `says`. */
static void
digest(const char *info, const char *const *more, const char *const *args, int code,
       const char *const *says)
{
	struct support_out out;
	int lines = 0;

	cron(info, more, args, &out);
	for (const char *p = out.err; *p; p++)
		lines += *p == '\n';
	if (out.code != code || *out.out || lines > DIGEST_LINES)
		fail_msg("exit %d, %d lines:\n%s%s", out.code, lines, out.out, out.err);
	for (; *says; says++)
		if (!strstr(out.err, *says))
			fail_msg("not \"%s\" in:\n%s", *says, out.err);
	support_out_done(&out);
}

static int64_t
first_run_after(const char *info, int64_t run)
{
	char sql[120];

	fmt_buf(sql, sizeof(sql), "SELECT min(id) FROM fintra_ops.run WHERE id > %lld",
		(long long)run);
	return support_psql_int(info, sql);
}

static int64_t
last_run(const char *info)
{
	return support_psql_int(info, "SELECT max(id) FROM fintra_ops.run");
}

static void
is_ping(int i, const char *end, int64_t run)
{
	char want[200];

	fmt_buf(want, sizeof(want),
		run ? "GET /ping/CANARYping-7%s?rid=00000000-0000-0000-0000-%012lld HTTP/1.1"
		    : "GET /ping/CANARYping-7%s HTTP/1.1",
		end, (long long)run);
	alerts_holds(i, want);
}

static void
break_windows(const char *info)
{
	free(support_psql(info, "DELETE FROM sector_performance WHERE performance_date = "
				"'" PRODUCT_DAY "'"));
	free(support_psql(info, "DELETE FROM performance_windows"));
}

/* Two steps, two runs: one line of the crontab, one check. */
static void
a_fix_is_one_check(void **state)
{
	const char *info = product_copy("t_cron_fix");
	int64_t before = last_run(info), first;

	(void)state;
	phone_clear();
	break_windows(info);
	silent(info, NULL, NAMES("fix", "performance_windows", "--yes"));
	first = first_run_after(info, before);
	assert_int_equal(last_run(info), first + 1);
	alerts_came(2);
	is_ping(0, "/start", first);
	is_ping(1, "", first);
	/* Nothing to do is a success, and no run has a number. */
	silent(info, NULL, NAMES("fix", "performance_windows", "--yes"));
	alerts_came(3);
	is_ping(2, "", 0);
}

/* The vendor is down: the step after it is not begun, and the check of the line fails once. */
static void
a_fix_that_fails_is_told_once(void **state)
{
	const char *info = product_copy("t_cron_fix_down");
	int64_t before = last_run(info), run;
	char logs[60];

	(void)state;
	phone_clear();
	free(support_psql(info, "DELETE FROM prices_daily WHERE price_date = '" PRODUCT_DAY "'"));
	free(support_psql(info, "DELETE FROM datos_performance"));
	fmt_buf(logs, sizeof(logs), "fintra logs %lld", (long long)before + 1);
	digest(info, NAMES(VENDOR_DOWN), NAMES("fix", "datos_performance", "--yes"), 4,
	       NAMES("NOT READY", "first cause: prices-daily-bulk run ", "$ fintra retry ", logs,
		     "still missing: prices_daily, datos_performance"));
	run = first_run_after(info, before);
	assert_int_equal(last_run(info), run);
	alerts_came(2);
	is_ping(0, "/start", run);
	is_ping(1, "/fail", run);
}

/* Done already, paused by an operator, at work elsewhere: skipped by policy, no word of it.  What
 * another process does is no success of this line. */
static void
skipped_by_policy(void **state)
{
	const char *info = product_copy("t_cron_policy"), *job = "sector-performance-aggregator";
	struct err e = ERR_INIT;
	char db[600];
	pid_t pid;
	int fd;

	(void)state;
	phone_clear();
	silent(info, NULL, NAMES("run", job));
	alerts_came(2);
	alerts_holds(1, "GET /ping/CANARYping-7?rid=");
	product_expect(info, NAMES("pause", job, "--reason", "vendor"), 0, "paused");
	silent(info, NULL, NAMES("run", job, "--force"));
	product_expect(info, NAMES("unpause", job), 0, "");
	DB_AUTO holder = support_open(info);
	free(support_psql(info, "DELETE FROM sector_performance WHERE performance_date = "
				"'" PRODUCT_DAY "'"));
	assert_int_equal(
		db_exec_sql(holder, "BEGIN; LOCK TABLE sector_performance IN SHARE MODE", &e), 0);
	fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", info);
	assert_int_equal(proc_start(NAMES("env", db, ALERTS_MORNING, "HOME=/nonexistent",
					  support_fintra(), "-q", "run", job, "--force"),
				    &pid, &fd, &e),
			 0);
	for (int i = 0;
	     i < 3000 &&
	     support_psql_int(info, "SELECT count(*) FROM pg_locks WHERE NOT granted AND "
				    "relation = 'sector_performance'::regclass") == 0;
	     i++)
		(void)poll(NULL, 0, 20);
	phone_clear();
	silent(info, NULL, NAMES("run", job, "--overlap", "skip", "--force"));
	alerts_came(2);
	alerts_holds(1, "GET /ping/CANARYping-7/log?rid=");
	db_rollback(holder);
	while (waitpid(pid, &fd, 0) < 0 && errno == EINTR)
		;
}

/* Nobody remembers anything yet: a directory of its own, as environment; static. */
static const char *
memory(const char *name)
{
	static char env[200];

	fmt_buf(env, sizeof(env), "FINTRA_PATHS_CACHE_DIR=%s/told-%s-%d",
		str_or(getenv("RUN_DIR"), "/tmp"), name, (int)getpid());
	return env;
}

/* The line of the crontab with pings and Telegram, whose token and chat are the listener's. */
static void
told(const char *info, const char *const *more, const char *const *args, int code, const char *says)
{
	const char *env[12] = { alerts_ping_url() };

	for (size_t i = 0; more && more[i]; i++)
		env[i + 1] = more[i];
	alerts_says(info, env, args, code, says);
}

/* Whether it lets anybody in, as while it restarts. */
static void
lets_in(const char *info, bool yes)
{
	static char name[64];
	char sql[160], *now;

	if (!yes) {
		now = support_psql(info, "SELECT current_database()");
		str_copy(name, sizeof(name), now);
		free(now);
	}
	fmt_buf(sql, sizeof(sql), "ALTER DATABASE \"%s\" ALLOW_CONNECTIONS %s", name,
		yes ? "true" : "false");
	free(support_psql(getenv("FINTRA_TEST_PG"), sql));
}

/* Pings each time, for a deadman's switch counts; a message once, once more when it lasts, and once
 * when it is over. */
static void
without_a_database(void **state)
{
	const char *info = product_copy("t_cron_no_db"), *here = memory("no-db");
	const char *const *run = NAMES("--cron", "run", "sync-universe");

	(void)state;
	phone_clear();
	lets_in(info, false);
	digest(info, NAMES(here), run + 1, 69,
	       NAMES("fintra: connection to server ", "$ fintra doctor",
		     "no run was started, exit 69"));
	alerts_came(1);
	is_ping(0, "/fail", 0);
	told(info, NAMES(here), run, 69, "no run was started");
	alerts_came(3);
	is_ping(1, "/fail", 0);
	alerts_holds(2, "FINTRA CRITICAL on ");
	alerts_holds(2, ": the ledger cannot be used: connection to server ");
	alerts_holds(2, "$ fintra doctor");
	told(info, NAMES(here), run, 69, "no run was started");
	alerts_came(4);
	is_ping(3, "/fail", 0);
	/* What launches nothing is no check of the switch, and what it finds was told. */
	told(info, NAMES(here), NAMES("--cron", "health", "--alert"), 3, "connection to server");
	alerts_came(4);
	told(info, NAMES(here, ALERTS_LATER, "FINTRA_ALERT_REPEAT=8h"), NAMES("health", "--alert"),
	     3, "connection to server");
	alerts_came(5);
	alerts_holds(4, ", still: the ledger cannot be used");
	lets_in(info, true);
	told(info, NAMES(here, ALERTS_LATER), NAMES("health", "--alert"), 0, "");
	alerts_came(6);
	alerts_holds(5, "FINTRA RECOVERED on ");
	alerts_holds(5, "database is right again after 9h");
	told(info, NAMES(here, ALERTS_LATER), NAMES("health", "--alert"), 0, "");
	alerts_came(6);
}

/* The end is told to whoever was told of it. */
static void
who_was_not_told_hears_of_no_end(void **state)
{
	const char *info = product_copy("t_cron_untold"), *here = memory("untold");

	(void)state;
	phone_clear();
	lets_in(info, false);
	told(info, NAMES(here, "FINTRA_ALERT_TELEGRAM_BASE_URL=http://127.0.0.1:9"),
	     NAMES("health", "--alert"), 3, "1 alert not delivered; telegram: ");
	lets_in(info, true);
	told(info, NAMES(here), NAMES("health", "--alert"), 0, "");
	alerts_came(0);
	lets_in(info, false);
	told(info, NAMES(here), NAMES("health", "--alert"), 3, "connection to server");
	alerts_came(1);
	alerts_holds(0, "FINTRA CRITICAL on ");
	lets_in(info, true);
}

/* Two lines of one crontab: each has its own database, and the other's being right is no end. */
static void
of_another_database_nothing_is_told(void **state)
{
	const char *info = product_copy("t_cron_two_dbs"), *here = memory("two-dbs");

	(void)state;
	phone_clear();
	told(NULL, NAMES(here), NAMES("health", "--alert"), 3, "connection to server");
	alerts_came(1);
	for (int i = 0; i < 2; i++) {
		told(info, NAMES(here), NAMES("health", "--alert"), 0, "");
		told(NULL, NAMES(here), NAMES("health", "--alert"), 3, "connection to server");
	}
	alerts_came(1);
}

static void
refused_by_the_database(void **state)
{
	char nobody[600];

	(void)state;
	phone_clear();
	fmt_buf(nobody, sizeof(nobody), "%s user=fintra_nobody", product_copy("t_cron_nobody"));
	told(nobody, NAMES(memory("nobody")), NAMES("--cron", "fix", "--yes"), 69, "fintra_nobody");
	alerts_came(2);
	is_ping(0, "/fail", 0);
	alerts_holds(1, "fintra_nobody");
}

/* Where it cannot be kept that it was told, the message is not sent, or it would be sent for ever.
 */
static void
without_a_memory(void **state)
{
	(void)state;
	phone_clear();
	told(NULL, NAMES("FINTRA_PATHS_CACHE_DIR=/dev/null/x"), NAMES("--cron", "run", "layer:0"),
	     69, "1 alert not delivered; telegram: /dev/null/x/alert-database-");
	alerts_came(1);
	is_ping(0, "/fail", 0);
}

/* A configuration that does not load may still name who is to be told. */
static void
without_a_configuration(void **state)
{
	const char *info = product_copy("t_cron_no_conf"), *here = memory("no-conf");
	const char *const *wrong = NAMES(here, "FINTRA_RUN_WORKERS=many");
	char file[200], option[220];
	FILE *f;

	(void)state;
	phone_clear();
	digest(info, wrong, NAMES("run", "sync-universe"), 78,
	       NAMES("run.workers", "$ fintra doctor", "no run was started, exit 78"));
	alerts_came(1);
	is_ping(0, "/fail", 0);
	told(info, wrong, NAMES("--cron", "fix", "--yes"), 78, "run.workers");
	told(info, wrong, NAMES("--cron", "fix", "--yes"), 78, "run.workers");
	alerts_came(4);
	alerts_holds(2, ": the configuration does not load: environment FINTRA_RUN_WORKERS: ");
	is_ping(3, "/fail", 0);
	told(info, NAMES(here), NAMES("health", "--alert"), 0, "");
	alerts_came(5);
	alerts_holds(4, "configuration is right again");
	/* In the file, behind the line that is wrong; a key of [alert] that is wrong is not used.
	 */
	fmt_buf(file, sizeof(file), "%s/no-conf-%d", str_or(getenv("RUN_DIR"), "/tmp"),
		(int)getpid());
	f = fopen(file, "we");
	assert_non_null(f);
	fprintf(f, "[db]\nconinfo = x\n[alert]\nping_url = %s/from/file\nrepeat = often\n",
		phone_start());
	fclose(f);
	fmt_buf(option, sizeof(option), "--config=%s", file);
	told(info, NAMES(here, "FINTRA_ALERT_PING_URL"),
	     NAMES(option, "--cron", "run", "sync-universe"), 78, "unknown key");
	unlink(file);
	alerts_came(7);
	alerts_holds(5, "GET /from/file/fail HTTP/1.1");
	alerts_holds(6, "unknown key");
}

/* A configuration file with `line`; the option that names it, static per `name`'s last letter. */
static const char *
configuration(const char *name, const char *line)
{
	static char option[2][240];
	char *o = option[name[strlen(name) - 1] & 1];
	FILE *f;

	fmt_buf(o, sizeof(option[0]), "--config=%s/%s-%d", str_or(getenv("RUN_DIR"), "/tmp"), name,
		(int)getpid());
	f = fopen(strchr(o, '=') + 1, "we");
	assert_non_null(f);
	fprintf(f, "[run]\n%s\n", line);
	fclose(f);
	return o;
}

static void
of_another_configuration_nothing_is_told(void **state)
{
	const char *info = product_copy("t_cron_two_confs"), *here = memory("two-confs");
	const char *good = configuration("conf-1", "workers = 1");
	const char *wrong = configuration("conf-2", "workers = many");

	(void)state;
	phone_clear();
	for (int i = 0; i < 2; i++) {
		told(info, NAMES(here), NAMES(wrong, "--cron", "health"), 78, "run.workers");
		told(info, NAMES(here), NAMES(good, "health", "--alert"), 0, "");
	}
	alerts_came(1);
	alerts_holds(0, "the configuration does not load");
	told(info, NAMES(here), NAMES(configuration("conf-2", "workers = 2"), "health", "--alert"),
	     0, "");
	alerts_came(2);
	alerts_holds(1, "configuration is right again");
	unlink(strchr(good, '=') + 1);
	unlink(strchr(wrong, '=') + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fix_is_one_check),
		cmocka_unit_test(a_fix_that_fails_is_told_once),
		cmocka_unit_test(skipped_by_policy),
		cmocka_unit_test(without_a_database),
		cmocka_unit_test(who_was_not_told_hears_of_no_end),
		cmocka_unit_test(of_another_database_nothing_is_told),
		cmocka_unit_test(refused_by_the_database),
		cmocka_unit_test(without_a_memory),
		cmocka_unit_test(without_a_configuration),
		cmocka_unit_test(of_another_configuration_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, alerts_set_up, NULL);
}
