#include "tests/support_old_cli.h"

#include "core/clock.h"

#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARGS = 12 };

static void
conf_path(const struct console_test *t, char path[100])
{
	fmt_buf(path, 100, "%s/conf", t->home);
}

void
old_cli_write(const struct console_test *t, const char *name, const char *text)
{
	char path[100];
	FILE *f;

	fmt_buf(path, sizeof(path), "%s/%s", t->home, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	fclose(f);
}

void
old_cli_open(struct console_test *t, const char *name, const char *jobs)
{
	STR_AUTO text = { 0 };
	char cwd[300], script[400];

	console_open(t, name, NULL);
	console_env(t, "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:00:00Z");
	fmt_buf(t->text[5], sizeof(t->text[5]), "FINTRA_PATHS_LOG_FILE=%s/log", t->home);
	console_env(t, t->text[5]);
	old_cli_write(t, "secret", OLD_SECRET "\n");
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	fmt_buf(script, sizeof(script), "%s/tests/old_job.sh", cwd);
	str_init(&text, 16384);
	str_fmt(&text, "[old]\nbase_url = %s/\nsecret_file = %s/secret\n", old_start(), t->home);
	for (const char *p = jobs; *p; p++)
		if (*p == '@')
			str_puts(&text, script);
		else
			str_putc(&text, *p);
	old_cli_write(t, "conf", str_c(&text));
}

static int
fintra(const struct console_test *t, const char *const *args, struct support_out *out)
{
	char binary[300], conf[100];
	const char *argv[ARGS + 4] = { binary, "-c", conf };

	fmt_buf(binary, sizeof(binary), "%s/fintra", str_or(getenv("BUILD"), "build"));
	conf_path(t, conf);
	for (size_t i = 0; args[i] && i < ARGS; i++)
		argv[i + 3] = args[i];
	return support_exec(argv, t->env, out);
}

void
old_cli_expect(const struct console_test *t, const char *const *args, int code, const char *says)
{
	struct support_out out;

	fintra(t, args, &out);
	if (out.code != code || (says && !strstr(out.err, says) && !strstr(out.out, says)))
		print_error("%s %s: exit %d, wanted %d \"%s\"\n%s%s\n", args[0],
			    args[1] ? args[1] : "", out.code, code, says ? says : "", out.out,
			    out.err);
	assert_int_equal(out.code, code);
	if (says)
		assert_true(strstr(out.err, says) || strstr(out.out, says));
	assert_null(strstr(out.err, OLD_CANARY));
	assert_null(strstr(out.out, OLD_CANARY));
	support_out_done(&out);
}

struct pty *
old_cli_spawn(const struct console_test *t, const char *const *args, int w, int h)
{
	char conf[100];
	const char *argv[ARGS + 3] = { "-c", conf };

	conf_path(t, conf);
	for (size_t i = 0; args && args[i] && i < ARGS; i++)
		argv[i + 2] = args[i];
	return console_spawn(t, argv, w, h);
}

int64_t
old_cli_int(const struct console_test *t, const char *sql)
{
	return support_psql_int(t->info, sql);
}

void
old_cli_expect_sql(const struct console_test *t, const char *sql, const char *want)
{
	char *got = support_psql(t->info, sql);

	assert_string_equal(got, want);
	free(got);
}

void
old_cli_answers(int status, const char *body, enum old_way way)
{
	old_answers(&(struct old_script){ .status = status, .body = body, .way = way });
}

bool
old_cli_is_gone(int64_t pid)
{
	char path[64], text[256] = "";
	FILE *f;

	fmt_buf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	f = fopen(path, "re");
	if (!f)
		return true;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	const char *state = strrchr(text, ')');
	return !state || state[2] == 'Z' || state[2] == 'X';
}

int64_t
old_cli_grandchild(const struct console_test *t, int64_t run)
{
	char sql[200];

	fmt_buf(sql, sizeof(sql),
		"SELECT count(*) FROM fintra_ops.event WHERE msg = 'works' AND run_id = %lld",
		(long long)run);
	console_sql_until(t, sql, "1");
	fmt_buf(sql, sizeof(sql),
		"SELECT substr(msg, 7) FROM fintra_ops.event WHERE msg ~ '^child' AND run_id = "
		"%lld",
		(long long)run);
	return old_cli_int(t, sql);
}

void
old_cli_await_gone(int64_t pid)
{
	int64_t end = clock_mono_ms() + CONSOLE_WAIT_MS;

	assert_true(pid > 1);
	while (!old_cli_is_gone(pid) && clock_mono_ms() < end)
		usleep(5000);
	assert_true(old_cli_is_gone(pid));
}
