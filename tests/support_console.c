#include "tests/support_console.h"

#include "core/clock.h"

#include <poll.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void
remove_dir(const char *dir)
{
	const char *argv[] = { "rm", "-rf", dir, NULL };
	struct support_out out;

	support_exec(argv, NULL, &out);
	support_out_done(&out);
}

void
console_env(struct console_test *t, const char *setting)
{
	size_t n = 0;

	while (t->env[n])
		n++;
	if (n + 1 >= ARRAY_LEN(t->env)) {
		fprintf(stderr, "support_console: too many settings\n");
		exit(70);
	}
	t->env[n] = setting;
}

void
console_open(struct console_test *t, const char *name, const char *const *fake)
{
	console_open_on(t, support_db(name, true), fake);
}

void
console_open_on(struct console_test *t, const char *info, const char *const *fake)
{
	*t = (struct console_test){ .info = info, .url = fake ? support_fake(fake) : "" };
	str_copy(t->home, sizeof(t->home), "/tmp/fintra-console-XXXXXX");
	if (!mkdtemp(t->home)) {
		perror(t->home);
		exit(70);
	}
	fmt_buf(t->text[0], sizeof(t->text[0]), "FINTRA_DB_CONNINFO=%s", t->info);
	fmt_buf(t->text[1], sizeof(t->text[1]), "HOME=%s", t->home);
	fmt_buf(t->text[2], sizeof(t->text[2]), "XDG_CACHE_HOME=%s/cache", t->home);
	fmt_buf(t->text[3], sizeof(t->text[3]), "XDG_CONFIG_HOME=%s/config", t->home);
	fmt_buf(t->text[4], sizeof(t->text[4]), "FINTRA_FMP_BASE_URL=%s", t->url);
	for (int i = 0; i < (fake ? 5 : 4); i++)
		console_env(t, t->text[i]);
	console_env(t, "FINTRA_FMP_API_KEY=canary-key-0123456789");
	console_env(t, "FINTRA_FMP_PART_PAUSE_MS=0");
	console_env(t, "FINTRA_FMP_DAY_PAUSE_MS=0");
	console_env(t, "FINTRA_DEMO");
}

struct pty *
console_spawn(const struct console_test *t, const char *const *args, int w, int h)
{
	const char *argv[16];
	char path[512];
	size_t n = 0;

	fmt_buf(path, sizeof(path), "%s/fintra", str_or(getenv("BUILD"), "build"));
	argv[n++] = path;
	for (; args && *args && n < ARRAY_LEN(argv) - 1; args++)
		argv[n++] = *args;
	argv[n] = NULL;
	return pty_start(argv, t->env, w, h);
}

void
console_start(struct console_test *t, int w, int h)
{
	t->pty = console_spawn(t, NULL, w, h);
	if (!pty_wait_text(t->pty, "fintra", CONSOLE_WAIT_MS))
		exit(70);
}

void
console_close(struct console_test *t)
{
	pty_free(t->pty);
	t->pty = NULL;
	remove_dir(t->home);
}

int64_t
console_foreign_run(const struct console_test *t, const char *job)
{
	return console_foreign_run_with(t, job, "{}");
}

int64_t
console_foreign_run_with(const struct console_test *t, const char *job, const char *params)
{
	char sql[900];

	fmt_buf(sql, sizeof(sql),
		"WITH r AS (INSERT INTO fintra_ops.run (job, params, as_of, state, who, host, pid, "
		"origin, "
		"gate, build,"
		" lock_key, created_at, started_at) VALUES ('%s', '%s', '2026-02-02', 'running', "
		"'lucia', 'elsewhere', 1,"
		" 'cli', 'warn', 'x', 1, clock_timestamp(), clock_timestamp()) RETURNING id),"
		" b AS (INSERT INTO fintra_ops.beat (run_id, epoch, beat_at, phase) SELECT id, 1,"
		" clock_timestamp(), 'merge' FROM r) SELECT id, pg_notify('fintra', id::text) FROM "
		"r",
		job, params);
	return support_psql_int(t->info, sql);
}

void
console_foreign_line(const struct console_test *t, int64_t run, int64_t seq, const char *msg)
{
	char sql[1200];

	fmt_buf(sql, sizeof(sql),
		"INSERT INTO fintra_ops.event (run_id, seq, ts, lvl, ev, job, msg) VALUES (%lld, "
		"%lld,"
		" clock_timestamp(), 'info', 'log', 'x', %s)",
		(long long)run, (long long)seq, msg);
	free(support_psql(t->info, sql));
}

void
console_sql_until(const struct console_test *t, const char *sql, const char *want)
{
	int64_t end = clock_mono_ms() + CONSOLE_WAIT_MS;

	for (;;) {
		char *got = support_psql(t->info, sql);
		bool same = strcmp(got, want) == 0;

		if (same || clock_mono_ms() > end) {
			if (!same)
				fprintf(stderr, "support_console: %s gives \"%s\", not \"%s\"\n",
					sql, got, want);
			free(got);
			if (!same)
				exit(70);
			return;
		}
		free(got);
		/* The program must be able to write meanwhile. */
		if (t->pty)
			pty_pump(t->pty, 20);
		else
			poll(NULL, 0, 20);
	}
}

void
console_quit(struct console_test *t)
{
	pty_send(t->pty, "Q");
	assert_int_equal(pty_wait_exit(t->pty, CONSOLE_WAIT_MS), 0);
	console_close(t);
}
