#include "tests/support_kill.h"

#include "tests/support_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGS_MAX = 12 };

pid_t
kill_start(const struct ground *g, const char *const *args)
{
	char path[300], db[600], url[200], cache[200];
	const char *argv[ARGS_MAX] = { path };
	const char *env[] = { db,
			      url,
			      cache,
			      "FINTRA_FMP_API_KEY=k",
			      "HOME=/nonexistent",
			      "XDG_CONFIG_HOME=/nonexistent",
			      "FINTRA_FMP_STALL_S=60",
			      "FINTRA_RUN_REHEARSE_NOW=2026-02-03T01:00:00Z",
			      NULL };
	pid_t pid;

	(void)fmt_buf(path, sizeof(path), "%s/fintra", str_or(getenv("BUILD"), "build"));
	(void)fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", g->conninfo);
	(void)fmt_buf(url, sizeof(url), "FINTRA_FMP_BASE_URL=%s", g->conf.base_url);
	(void)fmt_buf(cache, sizeof(cache), "FINTRA_PATHS_CACHE_DIR=%s", g->cache);
	for (size_t i = 0; args[i]; i++)
		argv[i + 1] = args[i];
	pid = fork();
	if (pid == 0) {
		execve(path, (char *const *)(void *)argv, (char *const *)(void *)env);
		_exit(127);
	}
	return pid;
}

int64_t
kill_done_by(const struct ground *g, pid_t pid)
{
	char sql[200];

	(void)fmt_buf(
		sql, sizeof(sql),
		"SELECT count(*) FROM fintra_ops.run r JOIN fintra_ops.unit u ON u.run_id = r.id "
		"WHERE r.pid = %d AND u.state = 'done'",
		(int)pid);
	return ground_int(g, sql);
}

void
kill_program(const struct ground *g, pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	EVENTUALLY(ground_int(g, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
				 "current_database() AND application_name LIKE 'fintra % run %'") ==
		   0);
	ground_sql(g, "UPDATE fintra_ops.beat SET beat_at = beat_at - interval '1 hour'");
}
