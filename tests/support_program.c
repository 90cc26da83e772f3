#include "tests/support_program.h"

#include "core/clock.h"
#include "core/num.h"
#include "core/str.h"
#include "tests/support_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS_MAX = 14, SETTING = 600 };

pid_t
program_start(const struct ground *g, const char *const *args)
{
	char path[300], db[SETTING], url[SETTING], sec[SETTING], cache[SETTING], now[80], guard[80];
	char time[CLOCK_BUF], share[NUM_BUF], batch[80];
	const char *argv[WORDS_MAX + 2] = { path };
	const char *env[] = { db,
			      url,
			      sec,
			      cache,
			      now,
			      guard,
			      batch,
			      "FINTRA_FMP_API_KEY=k",
			      "FINTRA_FMP_STALL_S=60",
			      "FINTRA_FMP_PART_PAUSE_MS=0",
			      "FINTRA_FMP_DAY_PAUSE_MS=0",
			      "FINTRA_FMP_REQUESTS_PER_MIN=0",
			      "FINTRA_SEC_USER_AGENT=fintra tests ops@example.com",
			      "FINTRA_SEC_REQUESTS_PER_S=1000",
			      "HOME=/nonexistent",
			      "XDG_CONFIG_HOME=/nonexistent",
			      NULL };

	fmt_buf(path, sizeof(path), "%s/fintra", str_or(getenv("BUILD"), "build"));
	fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", g->conninfo);
	fmt_buf(url, sizeof(url), "FINTRA_FMP_BASE_URL=%s", g->conf.base_url);
	fmt_buf(sec, sizeof(sec), "FINTRA_SEC_BASE_URL=%s", g->conf.base_url);
	fmt_buf(cache, sizeof(cache), "FINTRA_PATHS_CACHE_DIR=%s", g->cache);
	fmt_buf(now, sizeof(now), "FINTRA_RUN_REHEARSE_NOW=%s", clock_iso(clock_wall_ms(), time));
	fmt_buf(guard, sizeof(guard), "FINTRA_RUN_GUARD_TICKERS=%s",
		num_text(g->conf.guard_tickers, share));
	fmt_buf(batch, sizeof(batch), "FINTRA_RUN_BATCH_ROWS=%d", g->conf.batch_rows);
	for (size_t i = 0; args[i] && i < WORDS_MAX; i++)
		argv[i + 1] = args[i];
	pid_t pid = fork();

	if (pid == 0) {
		execve(path, (char *const *)(void *)argv, (char *const *)(void *)env);
		_exit(127);
	}
	return pid;
}

int64_t
program_units(const struct ground *g, pid_t pid)
{
	char sql[200];

	fmt_buf(sql, sizeof(sql),
		"SELECT count(*) FROM fintra_ops.run r JOIN fintra_ops.unit u ON u.run_id = r.id "
		"WHERE r.pid = %d AND u.state = 'done'",
		(int)pid);
	return ground_int(g, sql);
}

void
program_kill(const struct ground *g, pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	EVENTUALLY(ground_int(g, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
				 "current_database() AND application_name LIKE 'fintra % run %'") ==
		   0);
	ground_sql(g, "UPDATE fintra_ops.beat SET beat_at = beat_at - interval '1 hour'");
}
