/* What a line of a crontab promises: silence when fine, else at most 25 lines with the first cause,
 * the command to type and the run; one check of a deadman's switch per line.  Expected: console.md
 * 5, README "Alerts"; the addresses of pings are those of healthchecks. */
#include "core/job.h"
#include "tests/support_alerts.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fix_is_one_check),
		cmocka_unit_test(a_fix_that_fails_is_told_once),
	};

	return cmocka_run_group_tests(tests, alerts_set_up, NULL);
}
