/* One budget of bulk calls for all processes (fmp.md 1, faults.md F25): two processes of the real
 * binary, started together, and the moments that the stand-in saw. */
#include "core/clock.h"
#include "core/job.h"
#include "core/str.h"
#include "tests/support.h"
#include "tests/support_run.h"

#include <setjmp.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INTERVAL_MS = 700, CALLS_MAX = 64, SLACK_MS = 300 /* of a busy machine */ };

static const char *info;
static char url[200], log_path[200], cache[200], binary[300];

static int
setup(void **state)
{
	(void)state;
	info = support_db("t_budget", true);
	fmt_buf(binary, sizeof(binary), "%s/fintra", str_or(getenv("BUILD"), "build"));
	fmt_buf(log_path, sizeof(log_path), "%s/budget-%ld.log", str_or(getenv("RUN_DIR"), "/tmp"),
		(long)getpid());
	fmt_buf(cache, sizeof(cache), "FINTRA_PATHS_CACHE_DIR=%s/budget-cache-%ld",
		str_or(getenv("RUN_DIR"), "/tmp"), (long)getpid());
	fmt_buf(url, sizeof(url), "FINTRA_FMP_BASE_URL=%s",
		support_fake(NAMES("--tickers", "30", "--start", "2025-12-01", "--end",
				   "2026-02-02", "--log", log_path)));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	support_fake_stop();
	unlink(log_path);
	return 0;
}

/* The binary in a process of its own. */
static pid_t
start(const char *const *args, const char *interval)
{
	char db[600], pace[80];
	const char *argv[16] = { binary };
	pid_t pid;

	for (size_t i = 0; args[i]; i++)
		argv[i + 1] = args[i];
	fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", info);
	fmt_buf(pace, sizeof(pace), "FINTRA_FMP_BULK_INTERVAL_MS=%s", interval);
	pid = fork();
	if (pid != 0)
		return pid;
	const char *const env[] = { db,
				    pace,
				    url,
				    cache,
				    "FINTRA_FMP_API_KEY=canary-key-0123456789",
				    "FINTRA_FMP_DAY_PAUSE_MS=0",
				    "FINTRA_FMP_PART_PAUSE_MS=0",
				    "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:00:00Z",
				    "HOME=/nonexistent",
				    "XDG_CONFIG_HOME=/nonexistent" };
	int null = open("/dev/null", O_RDWR);

	for (size_t i = 0; i < ARRAY_LEN(env); i++) {
		char *at = mem_dup(env[i]), *eq = strchr(at, '=');

		*eq = '\0';
		setenv(at, eq + 1, 1);
	}
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	execv(binary, (char *const *)(uintptr_t)argv);
	_exit(127);
}

static int
end_of(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Moments of the bulk calls in the stand-in's log, in its order; from line `skip` on. */
static size_t
moments(long skip, int64_t at[CALLS_MAX])
{
	FILE *f = fopen(log_path, "re");
	char line[600];
	size_t n = 0;

	assert_non_null(f);
	for (long i = 0; fgets(line, sizeof(line), f); i++) {
		const char *last = strrchr(line, ' ');

		if (i >= skip && strstr(line, "-bulk") && last && n < CALLS_MAX)
			at[n++] = strtoll(last, NULL, 10);
	}
	fclose(f);
	return n;
}

static long
lines(void)
{
	FILE *f = fopen(log_path, "re");
	long n = 0;

	for (int ch; f && (ch = getc(f)) != EOF;)
		n += ch == '\n';
	if (f)
		fclose(f);
	return n;
}

static void
never_closer(long skip, int64_t least, size_t calls)
{
	int64_t at[CALLS_MAX];
	size_t n = moments(skip, at);

	if (n < calls)
		fail_msg("%zu bulk calls, wanted %zu", n, calls);
	for (size_t i = 1; i < n; i++)
		if (at[i] - at[i - 1] < least - SLACK_MS)
			fail_msg("call %zu came %lld ms after the one before", i,
				 (long long)(at[i] - at[i - 1]));
}

static void
sync_once(void **state)
{
	pid_t one = start(NAMES("run", "sync-universe"), "0");

	(void)state;
	assert_int_equal(end_of(one), 0);
}

static void
two_processes_share_it(void **state)
{
	char interval[20];
	long skip = lines();

	(void)state;
	fmt_buf(interval, sizeof(interval), "%d", INTERVAL_MS);
	pid_t a = start(NAMES("run", "sync-universe", "--force"), interval);
	pid_t b = start(NAMES("run", "prices-daily-bulk", "--gate", "off"), interval);

	assert_int_equal(end_of(a), 0);
	assert_int_equal(end_of(b), 0);
	never_closer(skip, INTERVAL_MS, 5);
}

/* "Not before 2 s" told to one process is obeyed by another that starts meanwhile. */
static void
a_wish_of_the_vendor_slows_the_others(void **state)
{
	int64_t at[CALLS_MAX];
	long skip = lines();

	(void)state;
	free(support_fake_get("/__fault?rule=path=/stable/eod-bulk,count=1,kind=429,arg=2"));
	pid_t a = start(NAMES("run", "prices-daily-bulk", "--gate", "off", "--force"), "1");

	EVENTUALLY(support_psql_int(info, "SELECT count(*) FROM fintra_ops.pace WHERE held_until > "
					  "clock_timestamp()") > 0);
	pid_t b = start(NAMES("run", "sync-universe", "--force"), "1");

	assert_int_equal(end_of(b), 0);
	(void)end_of(a);
	free(support_fake_get("/__fault?clear=1"));
	size_t n = moments(skip, at);

	assert_true(n >= 3);
	if (at[1] - at[0] < 2000 - SLACK_MS)
		fail_msg("a call %lld ms after the refusal", (long long)(at[1] - at[0]));
}

/* A run that waits for the budget says so, and stops at once when asked. */
static void
waiting_is_seen_and_can_be_stopped(void **state)
{
	(void)state;
	free(support_psql(info,
			  "INSERT INTO fintra_ops.pace (budget, next_at) SELECT budget, now() "
			  "+ interval '1 hour' FROM fintra_ops.pace ON CONFLICT (budget) DO "
			  "UPDATE SET next_at = EXCLUDED.next_at"));
	pid_t a = start(NAMES("run", "sync-universe", "--force"), "1000");

	EVENTUALLY(support_psql_int(info, "SELECT count(*) FROM fintra_ops.beat b JOIN "
					  "fintra_ops.run r ON r.id = b.run_id WHERE r.state = "
					  "'running' AND b.waits_for LIKE "
					  "'%the vendor''s bulk budget, %'") > 0);
	int64_t asked = clock_mono_ms();

	kill(a, SIGTERM);
	assert_int_equal(end_of(a), 143);
	assert_true(clock_mono_ms() - asked < 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sync_once),
		cmocka_unit_test(two_processes_share_it),
		cmocka_unit_test(a_wish_of_the_vendor_slows_the_others),
		cmocka_unit_test(waiting_is_seen_and_can_be_stopped),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
