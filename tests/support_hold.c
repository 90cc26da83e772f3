#include "tests/support_hold.h"

#include "tests/support.h"

#include "core/str.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void
hold_the_end_of(const char *info, const char *job)
{
	char sql[400];

	free(support_psql(info, "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ "
				"BEGIN PERFORM pg_advisory_xact_lock(-7); RETURN NEW; END $$"));
	fmt_buf(sql, sizeof(sql),
		"CREATE TRIGGER hold AFTER UPDATE ON fintra_ops.run FOR EACH ROW WHEN (NEW.state = "
		"'success' AND OLD.state <> 'success' AND NEW.job = '%s') EXECUTE FUNCTION hold()",
		job);
	free(support_psql(info, sql));
}

void
hold_await(const char *info, const char *what)
{
	char sql[300];

	fmt_buf(sql, sizeof(sql),
		"SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT "
		"granted AND a.datname = current_database() AND %s",
		what);
	for (int i = 0; i < 3000; i++) {
		if (support_psql_int(info, sql) == 1)
			return;
		(void)poll(NULL, 0, 20);
	}
	fail_msg("nobody waits for %s", what);
}

void
hold_terminate(struct pty *p)
{
	char path[64], line[200];
	bool pending = true;

	assert_int_equal(kill(pty_pid(p), SIGTERM), 0);
	fmt_buf(path, sizeof(path), "/proc/%d/status", (int)pty_pid(p));
	for (int i = 0; i < 1000 && pending; i++) {
		FILE *f = fopen(path, "re");

		pty_pump(p, 2); /* it must be able to write meanwhile */
		assert_non_null(f);
		pending = false;
		while (fgets(line, sizeof(line), f))
			if (str_starts(line, "ShdPnd:") || str_starts(line, "SigPnd:"))
				pending = pending ||
					  (strtoull(line + 7, NULL, 16) & (1ULL << (SIGTERM - 1)));
		fclose(f);
	}
	assert_false(pending);
}

char *
hold_states_after(const char *info, int64_t run)
{
	char sql[200];

	fmt_buf(sql, sizeof(sql),
		"SELECT string_agg(job || ' ' || state, ', ' ORDER BY id) FROM fintra_ops.run "
		"WHERE id > %lld",
		(long long)run);
	return support_psql(info, sql);
}

int64_t
hold_last_run(const char *info)
{
	return support_psql_int(info, "SELECT max(id) FROM fintra_ops.run");
}
