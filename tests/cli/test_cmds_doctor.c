/* fintra doctor: every check in its states, the repair it offers, exit codes, no secret in sight.
 */
#include "core/doctor.h"
#include "tests/support_cli.h"
#include "tests/support_pooler.h"
#include "tests/support_ready.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CANARY "CANARYkey0123456789"
#define READER "t_doctor_reader"
#define FAKETIME "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"

enum { VARS = 12 };

static char home[64];

static const char *
ready(void)
{
	static const char *info;

	if (!info) {
		info = support_db("t_doctor", true);
		support_ready(info);
	}
	return info;
}

static const char *
in_home(const char *name)
{
	static char path[8][200];
	static int n;

	n = (n + 1) % 8;
	fmt_buf(path[n], sizeof(path[n]), "%s/%s", home, name);
	return path[n];
}

static void
put_file(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(in_home(name), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(in_home(name), mode), 0);
}

static int
mode_of(const char *name)
{
	struct stat st;

	return stat(in_home(name), &st) == 0 ? (int)(st.st_mode & 0777) : -1;
}

/* The crontab of the user, as a program that prints it. */
static void
put_crontab(const char *text, const char *error, int code)
{
	char script[900];

	fmt_buf(script, sizeof(script),
		"#!/bin/sh\ncat <<'END'\n%sEND\n[ -z '%s' ] || echo '%s' >&2\nexit %d\n", text,
		error, error, code);
	put_file("bin/crontab", script, 0755);
}

/* A healthy place, which a test spoils by `more` ("K=V", "K" to unset). */
static int
doctor(const char *info, const char *const *more, const char *const *args, struct support_out *out)
{
	static char path[200], cache[200], own[100];
	const char *env[VARS + 10] = { "FINTRA_RUN_REHEARSE_NOW", "TERM=xterm", "LC_ALL=C.UTF-8",
				       ("FINTRA_FMP_API_KEY=" CANARY) };
	const char *argv[16] = { "doctor" };
	size_t n = 4;

	fmt_buf(path, sizeof(path), "PATH=%s/bin:/usr/bin:/bin", home);
	fmt_buf(cache, sizeof(cache), "XDG_CACHE_HOME=%s", home);
	fmt_buf(own, sizeof(own), "HOME=%s", home);
	env[n++] = path;
	env[n++] = cache;
	env[n++] = own;
	for (size_t i = 0; more && more[i] && i < VARS; i++)
		env[n++] = more[i];
	for (size_t i = 0; args && args[i] && i < 12; i++)
		argv[i + 1] = args[i];
	bin_run_env(info, env, argv, out);
	if (strstr(out->out, CANARY) || strstr(out->err, CANARY))
		fail_msg("the key is shown:\n%s%s", out->out, out->err);
	return out->code;
}

/* The check `name` is in `state` and its text or what to do holds `says`; the exit code is `code`.
 */
static void
finds(const char *info, const char *const *more, const char *name, const char *state,
      const char *says, int code)
{
	struct support_out out;
	struct err e = ERR_INIT;
	struct json *j;
	bool found = false;

	doctor(info, more, NAMES("--json"), &out);
	j = json_parse(out.out, strlen(out.out), &e);
	if (!j)
		fail_msg("%s: %s%s", e.text, out.out, out.err);
	for (const struct json *c = json_first(json_get(j, "checks")); c; c = json_next(c)) {
		has_members(c, NAMES("name", "state", "text", "todo", "fixable"));
		if (strcmp(json_text(c, "name"), name) != 0)
			continue;
		found = true;
		if (!str_same(json_text(c, "state"), state) ||
		    (!strstr(json_text(c, "text"), says) &&
		     !strstr(str_or(json_text(c, "todo"), ""), says)))
			fail_msg("%s is %s: %s", name, json_text(c, "state"), json_text(c, "text"));
	}
	if (!found)
		fail_msg("no check %s", name);
	if (out.code != code)
		fail_msg("exit %d: %s", out.code, out.out);
	json_free(j);
	support_out_done(&out);
}

static void
all_is_well(void **state)
{
	struct support_out out;
	struct err e = ERR_INIT;
	struct json *j;

	(void)state;
	if (doctor(ready(), NULL, NULL, &out) != 0)
		fail_msg("exit %d:\n%s%s", out.code, out.out, out.err);
	support_out_done(&out);
	assert_int_equal(doctor(ready(), NULL, NAMES("--json"), &out), 0);
	j = json_parse(out.out, strlen(out.out), &e);
	assert_non_null(j);
	assert_int_equal((int)json_num(j, "v").v, 1);
	assert_string_equal(json_text(j, "state"), "ok");
	json_free(j);
	support_out_done(&out);
	assert_int_equal(doctor(ready(), NULL, NAMES("--cron"), &out), 0);
	assert_string_equal(out.out, ""); /* silent when fine */
	support_out_done(&out);
}

static void
configuration(void **state)
{
	char arg[200];
	const char *with[] = { NULL, NULL };
	struct support_out out;

	(void)state;
	put_file("bad.conf", "[db]\nconinfo = x\n", 0600);
	fmt_buf(arg, sizeof(arg), "-c%s", in_home("bad.conf"));
	with[0] = arg;
	assert_int_equal(doctor(ready(), NULL, with, &out), 2);
	assert_non_null(strstr(out.out, "unknown key \"coninfo\""));
	assert_non_null(strstr(out.out, "unknown  database"));
	support_out_done(&out);
	/* A password makes the file a secret; the repair closes it. */
	put_file("open.conf", "[db]\nconninfo = host=/nowhere password=" CANARY "\n", 0644);
	fmt_buf(arg, sizeof(arg), "-c%s", in_home("open.conf"));
	assert_int_equal(doctor(NULL, NAMES("FINTRA_DB_CONNINFO"), NAMES(arg, "--fix"), &out), 2);
	assert_non_null(strstr(out.err, "not done without --yes: chmod 600"));
	assert_int_equal(mode_of("open.conf"), 0644);
	support_out_done(&out);
	doctor(NULL, NAMES("FINTRA_DB_CONNINFO"), NAMES(arg, "--fix", "--yes"), &out);
	assert_int_equal(mode_of("open.conf"), 0600);
	assert_non_null(strstr(out.out, "ok       configuration"));
	support_out_done(&out);
}

static void
api_key(void **state)
{
	char file[200];
	struct support_out out;

	(void)state;
	put_file("key", CANARY "\n", 0640);
	fmt_buf(file, sizeof(file), "FINTRA_FMP_API_KEY_FILE=%s", in_home("key"));
	finds(ready(), NULL, "API key", "ok", "from FINTRA_FMP_API_KEY", 0);
	finds(ready(), NAMES("FINTRA_FMP_API_KEY"), "API key", "warn", "there is none", 1);
	finds(ready(), NAMES("FINTRA_FMP_API_KEY", file), "API key", "fail", "mode 640", 2);
	assert_int_equal(doctor(ready(), NAMES("FINTRA_FMP_API_KEY", file),
				NAMES("--fix", "--read-only"), &out),
			 77);
	assert_int_equal(mode_of("key"), 0640);
	support_out_done(&out);
	assert_int_equal(
		doctor(ready(), NAMES("FINTRA_FMP_API_KEY", file), NAMES("--fix", "--yes"), &out),
		0);
	assert_int_equal(mode_of("key"), 0600);
	support_out_done(&out);
}

static void
directories(void **state)
{
	char cache[200], log[200];
	struct support_out out;

	(void)state;
	fmt_buf(cache, sizeof(cache), "FINTRA_PATHS_CACHE_DIR=%s", in_home("deep/er"));
	finds(ready(), NAMES(cache), "cache directory", "warn", "does not exist", 1);
	assert_int_equal(mode_of("deep"), -1); /* looking creates nothing */
	assert_int_equal(doctor(ready(), NAMES(cache), NAMES("--fix", "--no-input"), &out), 1);
	assert_int_equal(mode_of("deep"), -1);
	support_out_done(&out);
	assert_int_equal(doctor(ready(), NAMES(cache), NAMES("--fix", "--yes"), &out), 0);
	assert_int_equal(mode_of("deep/er"), 0700);
	support_out_done(&out);
	fmt_buf(log, sizeof(log), "FINTRA_PATHS_LOG_FILE=%s", in_home("logs/fintra.log"));
	finds(ready(), NAMES(log), "log directory", "warn", "does not exist", 1);
	fmt_buf(log, sizeof(log), "FINTRA_PATHS_LOG_FILE=%s", in_home("bin/crontab/fintra.log"));
	finds(ready(), NAMES(log), "log directory", "fail", "is not a directory", 2);
	fmt_buf(log, sizeof(log), "FINTRA_PATHS_LOG_FILE=%s", in_home("bin/crontab/x/a.log"));
	finds(ready(), NAMES(log), "log directory", "unknown", "Not a directory", 1);
	fmt_buf(log, sizeof(log), "FINTRA_PATHS_LOG_FILE=%s", in_home("fintra.log"));
	finds(ready(), NAMES(log), "log directory", "ok", " free", 0);
	fmt_buf(log, sizeof(log), "FINTRA_PATHS_DEMO_DIR=%s", in_home("demo"));
	finds(ready(), NAMES(log), "state directory", "ok", "only the demo", 0);
}

/* Nothing is sent: the channels lead where nobody listens. */
static void
alert_channels_are_looked_at(void **state)
{
	char token[200], hook[200], cause[300];
	struct support_out out;

	(void)state;
	finds(ready(), NULL, "alert channels", "ok", "nobody is told", 0);
	finds(ready(), NAMES("TELEGRAM_CHAT_ID=-42"), "Telegram", "warn", "no token", 1);
	put_file("token", "1:" CANARY "\n", 0640);
	fmt_buf(token, sizeof(token), "FINTRA_ALERT_TELEGRAM_TOKEN_FILE=%s", in_home("token"));
	finds(ready(), NAMES(token, "TELEGRAM_CHAT_ID=-42"), "Telegram", "fail", "mode 640", 2);
	finds(ready(), NAMES(token, "TELEGRAM_CHAT_ID=-42"), "API key", "ok", "", 2);
	assert_int_equal(doctor(ready(), NAMES(token, "TELEGRAM_CHAT_ID=-42"),
				NAMES("--fix", "--yes"), &out),
			 0);
	assert_int_equal(mode_of("token"), 0600);
	support_out_done(&out);
	finds(ready(), NAMES(token, "TELEGRAM_CHAT_ID=-42"), "Telegram", "ok", "chat -42", 0);
	put_file("token", "\n", 0600);
	finds(ready(), NAMES(token, "TELEGRAM_CHAT_ID=-42"), "Telegram", "fail", "", 2);
	put_file("tell", "#!/bin/sh\n", 0600);
	fmt_buf(hook, sizeof(hook), "FINTRA_ALERT_HOOK=%s 'a b'", in_home("tell"));
	finds(ready(), NAMES(hook), "alert hook", "fail", "no program that we may start", 2);
	put_file("tell", "#!/bin/sh\n", 0700);
	finds(ready(), NAMES(hook), "alert hook", "ok", "can be started", 0);
	finds(ready(), NAMES("FINTRA_ALERT_HOOK=no-such-program x"), "alert hook", "fail",
	      "no-such-program", 2);
	finds(ready(), NAMES("FINTRA_ALERT_HOOK=cat"), "alert hook", "ok", "cat can be", 0);
	finds(ready(), NAMES("FINTRA_ALERT_PING_URL=ftp://x"), "configuration", "fail",
	      "alert.ping_url", 2);
	finds(ready(), NAMES(hook), "alerts", "ok", "0 undelivered", 0);
	fmt_buf(cause, sizeof(cause),
		"INSERT INTO fintra_ops.delivery (key, channel, state, tried_at, error) VALUES "
		"('x', 'hook', 'failed', now(), 'no mail')");
	free(support_psql(ready(), cause));
	finds(ready(), NAMES(hook), "alerts", "warn", "1 undelivered, the last by hook", 1);
	free(support_psql(ready(), "DELETE FROM fintra_ops.delivery"));
}

static void
terminal_and_locale(void **state)
{
	(void)state;
	finds(ready(), NAMES("TERM"), "terminal", "ok", "not set", 0); /* no terminal here */
	finds(ready(), NAMES("TERM=no-such-thing"), "terminal", "warn", "not known", 1);
	finds(ready(), NAMES("TERM=../../etc/passwd"), "terminal", "warn", "not known", 1);
	finds(ready(), NAMES("TERM=dumb"), "terminal", "warn", "no console", 1);
	finds(ready(), NAMES("LC_ALL=xx_YY.UTF-8"), "locale", "warn", "not installed", 1);
	finds(ready(), NAMES("LC_ALL=C"), "locale", "warn", "without UTF-8", 1);
}

static void
crontab_lines(void **state)
{
	(void)state;
	put_crontab("# fintra is off\n15 2 * * 2-6 FMP_API_KEY=" CANARY
		    " fintra --cron run layer:0-5\n"
		    "1 1 * * * other\n"
		    "2 2 * * * fintra -d postgresql://u:" CANARY "@h/db status\n",
		    "", 0);
	finds(ready(), NULL, "crontab", "ok",
	      "2 lines: 15 2 * * 2-6 FMP_API_KEY=*** fintra --cron run layer:0-5; "
	      "2 2 * * * fintra -d postgresql://u:***@h/db status",
	      0);
	put_crontab("", "you are not allowed to use this program", 1);
	finds(ready(), NULL, "crontab", "unknown", "not allowed", 1);
	put_crontab("", "no crontab for nobody", 1);
	finds(ready(), NULL, "crontab", "ok", "no line calls fintra", 0);
}

static void
database_and_schema(void **state)
{
	const char *info = support_db("t_doctor_old", true);
	const char *foreign = support_db("t_doctor_foreign", false);

	(void)state;
	finds(NULL, NULL, "database", "fail", "/nonexistent", 2);
	finds(NULL, NULL, "rights", "unknown", "does not answer", 2);
	finds(ready(), NULL, "database", "ok", " as postgres", 0);
	support_sql(info, "DELETE FROM fintra_ops.schema_version WHERE version = 2");
	finds(info, NULL, "schema", "fail", "fintra db migrate", 2);
	support_sql(info, "INSERT INTO fintra_ops.schema_version SELECT 2, 'x', now();"
			  "DROP TABLE sector_pe, industry_pe");
	finds(info, NULL, "rights", "warn", "lacks sector_pe, industry_pe", 1);
	support_sql(foreign, "CREATE TABLE prices_daily (ticker text)");
	finds(foreign, NULL, "schema", "warn", "another program", 1);
	finds(foreign, NULL, "ledger", "warn", "no runs, no logs", 1);
	finds(support_db("t_doctor_none", false), NULL, "schema", "fail", "fintra db init", 2);
}

static void
clock_and_pooler(void **state)
{
	(void)state;
	finds(ready(), NULL, "clock", "ok", "the server's", 0);
	finds(ready(), NAMES("FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:00:00Z"), "clock", "warn",
	      "rehearse_now", 1);
	finds(support_pooler(ready(), true), NULL, "pooler", "warn", "nothing can run", 1);
	finds(support_pooler(ready(), false), NULL, "pooler", "ok", "session mode", 0);
}

static void
clock_of_an_hour_ago(void **state)
{
	(void)state;
	if (access(FAKETIME, R_OK) != 0 || getenv("SANITIZER")) {
		printf("SKIP: no libfaketime, or a sanitizer that does not bear it\n");
		skip();
	}
	finds(ready(), NAMES("LD_PRELOAD=" FAKETIME, "FAKETIME=-1h"), "clock", "fail",
	      "1h00m behind the server's", 2);
	finds(ready(), NAMES("LD_PRELOAD=" FAKETIME, "FAKETIME=+5s"), "clock", "warn", "ahead of",
	      1);
}

/* Only SELECT: look only.  With row security: the tables are named, and only for whom it holds. */
static void
roles_and_row_security(void **state)
{
	char info[600];

	(void)state;
	support_sql(ready(), "DROP ROLE IF EXISTS " READER "; CREATE ROLE " READER " LOGIN;"
			     "GRANT USAGE ON SCHEMA public, fintra_ops TO " READER ";"
			     "GRANT SELECT ON ALL TABLES IN SCHEMA public, fintra_ops TO " READER);
	fmt_buf(info, sizeof(info), "%s user=" READER, ready());
	finds(info, NULL, "rights", "warn", "look only", 1);
	finds(info, NULL, "ledger", "warn", "only read", 1);
	finds(info, NULL, "row security", "ok", "hides no row", 1);
	support_sql(ready(), "ALTER TABLE prices_daily ENABLE ROW LEVEL SECURITY;"
			     "ALTER TABLE sector_performance ENABLE ROW LEVEL SECURITY;"
			     "CREATE POLICY half ON prices_daily USING (ticker < 'T10')");
	finds(info, NULL, "row security", "warn", "prices_daily, sector_performance", 1);
	finds(ready(), NULL, "row security", "ok", "hides no row", 0);
	support_sql(ready(), "ALTER ROLE " READER " BYPASSRLS");
	finds(info, NULL, "row security", "ok", "hides no row", 1);
	support_sql(ready(), "REVOKE SELECT ON prices_daily FROM " READER);
	finds(info, NULL, "rights", "fail", "may not read prices_daily", 2);
	support_sql(ready(), "ALTER TABLE prices_daily DISABLE ROW LEVEL SECURITY;"
			     "ALTER TABLE sector_performance DISABLE ROW LEVEL SECURITY;"
			     "DROP OWNED BY " READER "; DROP ROLE " READER);
}

static void
vendor_only_when_asked(void **state)
{
	char url[200];
	struct support_out out;

	(void)state;
	fmt_buf(url, sizeof(url), "FINTRA_FMP_BASE_URL=%s", support_fake(NULL));
	assert_int_equal(doctor(ready(), NAMES(url), NULL, &out), 0);
	assert_null(strstr(out.out, "vendor"));
	support_out_done(&out);
	assert_int_equal(doctor(ready(), NAMES(url), NAMES("--net"), &out), 0);
	assert_non_null(strstr(out.out, "ok       vendor"));
	support_out_done(&out);
	support_fake_stop();
	assert_int_equal(doctor(ready(), NAMES(url), NAMES("--net"), &out), 2);
	assert_non_null(strstr(out.out, "fail     vendor"));
	support_out_done(&out);
}

static void
thresholds(void **state)
{
	static const struct {
		const char *in, *out;
	} masks[] = {
		{ "a KEY=x b", "a KEY=*** b" },
		{ "PGPASSWORD='a b' c", "PGPASSWORD=*** c" },
		{ "x postgres://u:p@h/d y", "x postgres://u:***@h/d y" },
		{ "x https://h:80/d user@host", "x https://h:80/d user@host" },
		{ "plain", "plain" },
	};

	(void)state;
	assert_int_equal(doctor_space(100LL << 30), FINDING_OK);
	assert_int_equal(doctor_space(1023LL << 20), FINDING_WARN);
	assert_int_equal(doctor_space(99LL << 20), FINDING_FAIL);
	assert_int_equal(doctor_skew(-1999), FINDING_OK);
	assert_int_equal(doctor_skew(-2000), FINDING_WARN);
	assert_int_equal(doctor_skew(30000), FINDING_FAIL);
	for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
		STR_AUTO s = { 0 };

		str_init(&s, 200);
		doctor_mask(masks[i].in, &s);
		assert_string_equal(str_c(&s), masks[i].out);
	}
}

static int
make_home(void **state)
{
	(void)state;
	str_copy(home, sizeof(home), "/tmp/fintra-doctor.XXXXXX");
	if (!mkdtemp(home) || mkdir(in_home("bin"), 0755) < 0 || mkdir(in_home("fintra"), 0700) < 0)
		return -1;
	put_crontab("", "no crontab for nobody", 1);
	return 0;
}

static int
drop_home(void **state)
{
	struct support_out out;

	(void)state;
	support_exec(NAMES("rm", "-rf", home), NULL, &out);
	support_out_done(&out);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(configuration),
		cmocka_unit_test(api_key),
		cmocka_unit_test(directories),
		cmocka_unit_test(alert_channels_are_looked_at),
		cmocka_unit_test(terminal_and_locale),
		cmocka_unit_test(crontab_lines),
		cmocka_unit_test(database_and_schema),
		cmocka_unit_test(clock_and_pooler),
		cmocka_unit_test(clock_of_an_hour_ago),
		cmocka_unit_test(roles_and_row_security),
		cmocka_unit_test(vendor_only_when_asked),
		cmocka_unit_test(thresholds),
	};

	return cmocka_run_group_tests_name("cmds_doctor", tests, make_home, drop_home);
}
