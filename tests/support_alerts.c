#include "tests/support_alerts.h"

#include "core/job.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char base_url[120], ping_url[160];

int
alerts_set_up(void **state)
{
	(void)product_open();
	fmt_buf(base_url, sizeof(base_url), "FINTRA_ALERT_TELEGRAM_BASE_URL=%s", phone_start());
	fmt_buf(ping_url, sizeof(ping_url), "FINTRA_ALERT_PING_URL=%s/ping/CANARYping-7",
		phone_start());
	*state = NULL;
	return 0;
}

/* Everything a run of the product needs and Telegram, then `more`. */
static int
run_with(const char *info, const char *const *more, const char *const *args,
	 struct support_out *out)
{
	const char *env[16] = { base_url, "TELEGRAM_BOT_TOKEN=" PHONE_TOKEN, "TELEGRAM_CHAT_ID=-42",
				"FINTRA_ALERT_TIMEOUT_S=20" };

	for (size_t i = 0; more && more[i]; i++)
		env[i + 4] = more[i];
	return product_run(info, env, args, out);
}

void
alerts_look(const char *info, const char *const *more)
{
	struct support_out out;

	run_with(info, more, NAMES("health", "--alert"), &out);
	if (strstr(out.out, "CANARY") || strstr(out.err, "CANARY"))
		fail_msg("a secret in:\n%s%s", out.out, out.err);
	support_out_done(&out);
}

void
alerts_says(const char *info, const char *const *more, const char *const *args, int code,
	    const char *text)
{
	struct support_out out;

	run_with(info, more, args, &out);
	if (out.code != code || (!strstr(out.out, text) && !strstr(out.err, text)))
		fail_msg("%s: exit %d, not %d \"%s\"\n%s%s", args[0], out.code, code, text, out.out,
			 out.err);
	assert_null(strstr(out.out, "CANARY"));
	assert_null(strstr(out.err, "CANARY"));
	support_out_done(&out);
}

void
alerts_came(int n)
{
	if (phone_count() == n)
		return;
	for (int i = 0; i < phone_count(); i++)
		print_error("message %d: %s\n", i, phone_got(i));
	fail_msg("%d messages, not %d", phone_count(), n);
}

void
alerts_holds(int i, const char *text)
{
	if (!strstr(phone_got(i), text))
		fail_msg("message %d lacks \"%s\": %s", i, text, phone_got(i));
}

void
alerts_lacks(int i, const char *text)
{
	if (strstr(phone_got(i), text))
		fail_msg("message %d holds \"%s\": %s", i, text, phone_got(i));
}

void
alerts_break_sectors(const char *info)
{
	free(support_psql(info, "UPDATE sector_performance SET performance_date = '2026-01-30'"));
}

const char *
alerts_base_url(void)
{
	return base_url;
}

const char *
alerts_ping_url(void)
{
	return ping_url;
}
