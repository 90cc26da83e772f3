#include "core/conf.h"
#include "core/secret.h"
#include "tests/support.h"
#include "tests/unit/suite.h"

#include <sys/stat.h>
#include <unistd.h>

/* A directory of this test's own; every variable that conf_load() reads points there or is unset.
 */
static char home[] = "/tmp/fintra-conf-XXXXXX";

static const char *
in_home(const char *name)
{
	static char path[2][256];
	static int turn;
	char *p = path[turn ^= 1];

	snprintf(p, sizeof(path[0]), "%s/%s", home, name);
	return p;
}

static const char *
write_file(const char *name, const char *text, mode_t mode)
{
	const char *path = in_home(name);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static int
setup(void **state)
{
	(void)state;
	memcpy(strrchr(home, '-') + 1, "XXXXXX", 6);
	if (!mkdtemp(home))
		return -1;
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("FINTRA_FMP_API_KEY");
	unsetenv("FINTRA_OLD_SECRET");
	unsetenv("FINTRA_RUN_BATCH_ROWS");
	return 0;
}

static int
teardown(void **state)
{
	const char *const argv[] = { "rm", "-rf", home, NULL };
	struct support_out out;

	(void)state;
	int code = support_exec(argv, NULL, &out);

	support_out_done(&out);
	return code == 0 ? 0 : -1;
}

static void
load(struct conf *c, const char *path)
{
	struct err e = ERR_INIT;

	if (conf_load(c, path, &e) < 0)
		fail_msg("%s", e.text);
}

/* Loading fails with a text that mentions `part`. */
static void
refuse(const char *path, const char *part)
{
	struct err e = ERR_INIT;
	struct conf c;

	assert_int_equal(conf_load(&c, path, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	if (!strstr(e.text, part))
		fail_msg("\"%s\" does not mention \"%s\"", e.text, part);
	conf_done(&c);
}

static void
refuse_text(const char *text, const char *part)
{
	refuse(write_file("bad.conf", text, 0600), part);
}

/* Figures of jobs.md 0.2, faults.md P4 and section 4, design.md 10. */
static void
defaults(void **state)
{
	struct conf c;

	(void)state;
	load(&c, NULL);
	assert_string_equal(c.base_url, "https://financialmodelingprep.com");
	assert_int_equal(c.json_timeout_s, 25);
	assert_int_equal(c.bulk_timeout_s, 1200);
	assert_int_equal(c.attempts, 3);
	assert_int_equal(c.retry_after_max_s, 900);
	assert_int_equal(c.heartbeat_ms, 5000);
	assert_int_equal(c.fence_ms, 45000);
	assert_int_equal(c.abandoned_ms, 60000);
	assert_int_equal(c.connections, 6);
	assert_true(c.guard_rows == 0.90 && c.guard_tickers == 0.95 && c.guard_exchange == 0.80);
	assert_string_equal(c.api_key, "");
	assert_string_equal(c.sec_base_url, "https://www.sec.gov");
	assert_string_equal(c.sec_user_agent, "");
	assert_int_equal(c.sec_requests_per_s, 10);
	assert_string_equal(c.path, "");
	assert_string_equal(c.time_zone, "ny");
	assert_string_equal(c.on_hangup, "hand-over");
	conf_done(&c);
}

static void
file_then_environment(void **state)
{
	const char *path = write_file(
		"a.conf",
		"# comment\n; comment\n[run]\n  batch_rows = 500\n\tworkers=3 ; note\n[db]\n"
		"conninfo = host=/tmp dbname=x\n[console]\nmono = yes\ntime_zone = utc\n"
		"[run]\noutlier_cap = 1e3\n",
		0644);
	struct conf c;

	(void)state;
	load(&c, path);
	assert_int_equal(c.batch_rows, 500);
	assert_int_equal(c.workers, 3);
	assert_string_equal(c.conninfo, "host=/tmp dbname=x");
	assert_true(c.mono);
	assert_string_equal(c.time_zone, "utc");
	assert_true(c.outlier_cap == 1000);
	assert_string_equal(c.path, path);
	conf_done(&c);
	setenv("FINTRA_RUN_BATCH_ROWS", "700", 1);
	load(&c, path);
	assert_int_equal(c.batch_rows, 700);
	conf_done(&c);
	setenv("FINTRA_RUN_BATCH_ROWS", "seven", 1);
	refuse(path, "FINTRA_RUN_BATCH_ROWS");
}

static void
usual_places(void **state)
{
	struct conf c;

	(void)state;
	assert_int_equal(mkdir(in_home(".config"), 0700), 0);
	assert_int_equal(mkdir(in_home(".config/fintra"), 0700), 0);
	write_file(".config/fintra/fintra.conf", "[run]\nworkers = 1\n", 0600);
	load(&c, NULL);
	assert_int_equal(c.workers, 1);
	conf_done(&c);
	refuse("/nonexistent/fintra.conf", "/nonexistent/fintra.conf");
}

static void
errors_name_the_line(void **state)
{
	char line[300];

	(void)state;
	refuse_text("[run]\n\nbatchrows = 5\n",
		    "bad.conf:3: unknown key \"batchrows\" in section [run]");
	refuse_text("[run]\nbatch_rows = many\n", "bad.conf:2: run.batch_rows");
	refuse_text("[run]\nbatch_rows = 0\n", "not within");
	refuse_text("[run]\nbatch_rows = 1.5\n", "whole number");
	refuse_text("[db]\nconnections = 7\n", "not within 1..6");
	refuse_text("[runs]\nbatch_rows = 5\n", "bad.conf:2");
	refuse_text("batch_rows = 5\n", "bad.conf:1");
	refuse_text("[run]\nrubbish\n", "bad.conf:2");
	refuse_text("[console]\ntime_zone = paris\n", "ny|utc");
	refuse_text("[console]\nmono = perhaps\n", "true or false");
	refuse_text("[console]\non_hangup = resume\n", "hand-over|drain");
	refuse_text("[fmp]\napi_key = canary123\n", "api_key_file");
	refuse_text("[run]\nrehearse_now = yesterday\n", "rehearse_now");
	refuse_text("[run]\nheartbeat_ms = 50000\n", "fence_ms");
	memset(line, 'a', sizeof(line));
	memcpy(line, "[db]\nconninfo = ", 16);
	line[16 + 190] = '\0';
	refuse_text(line, "bad.conf:2: line longer");
}

/* faults.md T4: https, or http on loopback. */
static void
vendor_address(void **state)
{
	struct conf c;

	(void)state;
	refuse_text("[fmp]\nbase_url = http://financialmodelingprep.com\n", "https");
	refuse_text("[fmp]\nbase_url = http://localhost.evil.example\n", "https");
	refuse_text("[fmp]\nbase_url = file:///etc/passwd\n", "https");
	refuse_text("[fmp]\nbase_url = https://user@host\n", "no user");
	refuse_text("[sec]\nbase_url = http://www.sec.gov\n", "sec.base_url: https");
	refuse_text("[sec]\nrequests_per_s = 0\n", "requests_per_s");
	load(&c, write_file("ok.conf", "[fmp]\nbase_url = http://127.0.0.1:8080\n", 0600));
	conf_done(&c);
}

static void
tables(void **state)
{
	struct conf c;

	(void)state;
	load(&c, write_file("t.conf",
			    "[table prices_daily]\ndeadline = 03:30\nfloor = 95 %\n[table "
			    "fmp_peers]\nfloor=80\n",
			    0600));
	assert_int_equal(c.ntables, 2);
	assert_int_equal(conf_table_find(&c, "prices_daily")->deadline_min, 210);
	assert_true(conf_table_find(&c, "prices_daily")->floor == 0.95);
	assert_int_equal(conf_table_find(&c, "fmp_peers")->deadline_min, -1);
	assert_null(conf_table_find(&c, "nothing"));
	conf_done(&c);
	refuse_text("[table x]\ndeadline = 24:00\n", "HH:MM");
	refuse_text("[table x]\nfloor = 101\n", "percentage");
	refuse_text("[table x]\nflor = 1\n", "unknown key");
}

static void
jobs(void **state)
{
	const struct conf_job *j;
	struct conf c;

	(void)state;
	load(&c, write_file("j.conf",
			    "[old]\nbase_url = https://old.example.com\n[job fmp-bulk]\n"
			    "runner = http\nurl = http://127.0.0.1:3000/api/cron/fmp-bulk?a=1\n"
			    "timeout = 2h\n[job backfill-sector-pe]\nrunner = command\n"
			    "command = npx tsx 'a b.ts' {start}\ndirectory = /srv\n",
			    0600));
	assert_string_equal(c.old_base_url, "https://old.example.com");
	assert_string_equal(c.old_secret, "");
	assert_int_equal(c.njobs, 2);
	j = conf_job_find(&c, "fmp-bulk");
	assert_int_equal(j->runner, RUNNER_HTTP);
	assert_string_equal(j->url, "http://127.0.0.1:3000/api/cron/fmp-bulk?a=1");
	assert_int_equal(j->timeout_ms, 7200000);
	assert_int_equal(j->line, 4);
	j = conf_job_find(&c, "backfill-sector-pe");
	assert_int_equal(j->runner, RUNNER_COMMAND);
	assert_string_equal(j->command, "npx tsx 'a b.ts' {start}");
	assert_string_equal(j->directory, "/srv");
	assert_int_equal(j->timeout_ms, 0);
	assert_null(conf_job_find(&c, "nothing"));
	conf_done(&c);
	refuse_text("[job x]\nrunner = magic\n", "bad.conf:2: job x: runner \"magic\"");
	refuse_text("[job x]\n\nruner = http\n", "bad.conf:3: job x: unknown key");
	refuse_text("[job x]\nurl = http://old.example.com/\n", "https");
	refuse_text("[job x]\nurl = https://u@old.example.com/\n", "no user");
	refuse_text("[job x]\ntimeout = soon\n", "bad.conf:2: job x: timeout");
	refuse_text("[job x]\ncommand = a 'b\n", "quote");
	refuse_text("[job x]\ncommand =\n", "empty");
	refuse_text("[job x]\ndirectory = here\n", "does not begin with /");
	refuse_text("[old]\nbase_url = http://old.example.com\n", "old.base_url: https");
	refuse_text("[old]\nsecret = canary123\n", "secret_file");
}

static void
old_secret_sources(void **state)
{
	char text[300];
	struct conf c;

	(void)state;
	write_file("secret", "canary-secret\n", 0600);
	snprintf(text, sizeof(text), "[old]\nsecret_file = %s\n", in_home("secret"));
	load(&c, write_file("k.conf", text, 0644));
	assert_string_equal(c.old_secret, "canary-secret");
	conf_done(&c);
	assert_null(c.old_secret);
	assert_int_equal(chmod(in_home("secret"), 0640), 0);
	refuse(in_home("k.conf"), "open to group or others");
	setenv("FINTRA_OLD_SECRET", "from env", 1);
	refuse(in_home("k.conf"), "blanks");
	setenv("FINTRA_OLD_SECRET", "from-env", 1);
	load(&c, in_home("k.conf"));
	assert_string_equal(c.old_secret, "from-env");
	conf_done(&c);
	unsetenv("FINTRA_OLD_SECRET");
	write_file("old_secret", "from-systemd", 0440);
	setenv("CREDENTIALS_DIRECTORY", home, 1);
	load(&c, NULL);
	assert_string_equal(c.old_secret, "from-systemd");
	conf_done(&c);
}

static void
api_key_sources(void **state)
{
	char text[300];
	struct conf c;

	(void)state;
	write_file("key", "  canary-key\n", 0600);
	snprintf(text, sizeof(text), "[fmp]\napi_key_file = %s\n", in_home("key"));
	load(&c, write_file("k.conf", text, 0644));
	assert_string_equal(c.api_key, "canary-key");
	conf_done(&c);
	assert_null(c.api_key);
	setenv("FINTRA_FMP_API_KEY", "from-env", 1);
	load(&c, in_home("k.conf"));
	assert_string_equal(c.api_key, "from-env");
	conf_done(&c);
	unsetenv("FINTRA_FMP_API_KEY");
	write_file("fmp_api_key", "from-systemd", 0440);
	setenv("CREDENTIALS_DIRECTORY", home, 1);
	load(&c, NULL);
	assert_string_equal(c.api_key, "from-systemd");
	conf_done(&c);
}

/* faults.md T2: the permission matrix. */
static void
key_file_must_be_closed(void **state)
{
	static const struct {
		mode_t mode;
		bool ok;
	} modes[] = { { 0600, true },  { 0400, true },	{ 0640, false }, { 0604, false },
		      { 0660, false }, { 0602, false }, { 0610, false }, { 0644, false } };
	char text[300];
	struct conf c;

	(void)state;
	snprintf(text, sizeof(text), "[fmp]\napi_key_file = %s\n", in_home("key"));
	write_file("k.conf", text, 0600);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		write_file("key", "canary-key", 0600);
		assert_int_equal(chmod(in_home("key"), modes[i].mode), 0);
		if (!modes[i].ok) {
			refuse(in_home("k.conf"), "open to group or others");
			continue;
		}
		load(&c, in_home("k.conf"));
		conf_done(&c);
		unlink(in_home("key"));
	}
}

static void
key_file_must_be_ours(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_null(secret_read(in_home("none"), true, 100, &e));
	write_file("real", "canary", 0600);
	assert_int_equal(symlink(in_home("real"), in_home("link")), 0);
	assert_null(secret_read(in_home("link"), true, 100, &e));
	assert_null(secret_read(home, true, 100, &e));
	assert_null(secret_read(write_file("empty", " \n", 0600), true, 100, &e));
	assert_null(secret_read(write_file("long", "0123456789", 0600), true, 9, &e));
	assert_null(strstr(e.text, "0123"));
	if (geteuid() != 0) {
		fputs("SKIP: only root can make a file that belongs to another user\n", stderr);
		skip();
	}
	write_file("foreign", "canary", 0600);
	assert_int_equal(chown(in_home("foreign"), 12345, 12345), 0);
	assert_null(secret_read(in_home("foreign"), true, 100, &e));
	assert_non_null(strstr(e.text, "another user"));
}

static void
password_makes_the_file_a_secret(void **state)
{
	struct conf c;

	(void)state;
	refuse(write_file("p.conf", "[db]\nconninfo = host=h password=canary\n", 0644),
	       "chmod 600");
	refuse(write_file("p.conf", "[db]\nconninfo = postgresql://u:canary@h/d\n", 0640),
	       "chmod 600");
	load(&c, write_file("q.conf", "[db]\nconninfo = host=h password=canary\n", 0600));
	conf_done(&c);
	load(&c, write_file("r.conf", "[db]\nconninfo = postgresql://u@h:5432/d\n", 0644));
	conf_done(&c);
}

static void
directories(void **state)
{
	struct err e = ERR_INIT;
	struct stat st;
	struct conf c;
	char *dir;

	(void)state;
	load(&c, NULL);
	dir = conf_cache_dir(&c, &e);
	assert_string_equal(dir, in_home(".cache/fintra"));
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	free(dir);
	assert_int_equal(conf_set(&c, "paths", "cache_dir", write_file("plain", "", 0600), &e), 0);
	assert_null(conf_cache_dir(&c, &e));
	assert_int_equal(e.cls, ERR_CONFIG);
	conf_done(&c);
}

/* Lines "#name = value" of the example, uncommented, load as the defaults; each key stands there
 * once. */
static void
example_has_every_key(void **state)
{
	FILE *in = fopen("fintra.conf.example", "re"), *out;
	char line[300], section[64] = "", name[64], want[96];
	size_t keys = 0;
	struct conf c, plain;

	(void)state;
	assert_non_null(in);
	out = fopen(in_home("example.conf"), "we");
	assert_non_null(out);
	while (fgets(line, sizeof(line), in)) {
		sscanf(line, "[%63[^]]]", section);
		fputs(line[0] == '#' && line[1] != ' ' ? line + 1 : line, out);
		if (sscanf(line, "#%63[a-z0-9_] =", name) != 1)
			continue;
		assert_true(keys < conf_key_count);
		snprintf(want, sizeof(want), "%s.%s", conf_keys[keys].section,
			 conf_keys[keys].name);
		assert_int_equal(strncmp(want, section, strlen(section)), 0);
		assert_string_equal(want + strlen(section) + 1, name);
		keys++;
	}
	fclose(in);
	fclose(out);
	assert_int_equal(keys, conf_key_count);
	load(&c, in_home("example.conf"));
	load(&plain, NULL);
	for (size_t i = 0; i < conf_key_count; i++) {
		const char *a = (const char *)&c + conf_keys[i].offset,
			   *b = (const char *)&plain + conf_keys[i].offset;

		if (conf_keys[i].type == CONF_TEXT || conf_keys[i].type == CONF_SECRET)
			assert_string_equal(*(char *const *)(const void *)a,
					    *(char *const *)(const void *)b);
		else
			assert_memory_equal(
				a, b, conf_keys[i].type == CONF_BOOL ? sizeof(bool) : sizeof(int));
	}
	conf_done(&c);
	conf_done(&plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(file_then_environment, setup, teardown),
		cmocka_unit_test_setup_teardown(usual_places, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_name_the_line, setup, teardown),
		cmocka_unit_test_setup_teardown(vendor_address, setup, teardown),
		cmocka_unit_test_setup_teardown(tables, setup, teardown),
		cmocka_unit_test_setup_teardown(jobs, setup, teardown),
		cmocka_unit_test_setup_teardown(old_secret_sources, setup, teardown),
		cmocka_unit_test_setup_teardown(api_key_sources, setup, teardown),
		cmocka_unit_test_setup_teardown(key_file_must_be_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(key_file_must_be_ours, setup, teardown),
		cmocka_unit_test_setup_teardown(password_makes_the_file_a_secret, setup, teardown),
		cmocka_unit_test_setup_teardown(directories, setup, teardown),
		cmocka_unit_test_setup_teardown(example_has_every_key, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
