/* Alerts on the real console: what is wrong and who was told, and the test message, which asks
 * first: the phone at the other end counts what rings. */
#include "tests/support_alerts.h"
#include "tests/support_console.h"

#include "core/job.h"
#include "core/str.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void
open_with(struct console_test *t, const char *info, const char *token)
{
	phone_clear();
	console_open_on(t, info, NULL);
	console_env(t, ALERTS_MORNING);
	console_env(t, alerts_base_url());
	if (token) {
		console_env(t, token);
		console_env(t, "TELEGRAM_CHAT_ID=-42");
	}
}

static void
begin(struct console_test *t, const char *info, const char *token, int w, int h)
{
	open_with(t, info, token);
	console_start(t, w, h);
	SEE(t, "READY for " PRODUCT_DAY);
}

static void
end(struct console_test *t)
{
	pty_send(t->pty, "Q");
	assert_int_equal(pty_wait_exit(t->pty, CONSOLE_WAIT_MS), 0);
	assert_null(strstr(str_c(pty_raw(t->pty)), "CANARY"));
	console_close(t);
}

static void
test_what_is_wrong_and_who_was_told(void **state)
{
	static const char *const morning[] = { ALERTS_MORNING, NULL };
	const char *info = product_copy("con_alerts");
	struct console_test t;

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	alerts_look(info, morning);
	alerts_came(1);
	begin(&t, info, "TELEGRAM_BOT_TOKEN=" PHONE_TOKEN, 120, 40);
	pty_send(t.pty, "M");
	SEE(&t, "fintra > Alerts");
	SEE(&t, "told by         telegram");
	SEE(&t, "critical  table:sector_performance: sector_performance late 1 session");
	SEE(&t, "since 2026-02-03T12:");
	SEE(&t, "$ fintra run sector-performance-aggregator --as-of 2026-02-02");
	SEE(&t, "telegram sent 2026-02-03T12:");
	/* Down to the remedy: Enter puts it into the command bar, for another Enter to open its
	 * form. */
	pty_send(t.pty, "jjjj\r");
	SEE(&t, ":run sector-performance-aggregator --as-of 2026-02-02_");
	pty_send(t.pty, "\r");
	SEE(&t, "Launch sector-performance-aggregator");
	pty_send(t.pty, "\033");
	alerts_came(0);
	GONE(&t, "Launch sector");
	end(&t);
}

static void
test_a_test_message_asks_first(void **state)
{
	const char *info = product_copy("con_alerts_test");
	struct console_test t;

	(void)state;
	begin(&t, info, "TELEGRAM_BOT_TOKEN=" PHONE_TOKEN, 80, 24);
	pty_send(t.pty, ":alerts --test\r"); /* whether or not the screen was ever open */
	SEE(&t, "Send a test message by telegram?");
	pty_send(t.pty, "n");
	GONE(&t, "Send a test message"); /* whose words are those of the page, too */
	pty_send(t.pty, "\033");
	GONE(&t, ":alerts");
	pty_send(t.pty, "M");
	SEE(&t, "fintra > Alerts");
	SEE(&t, "nothing is wrong");
	pty_send(t.pty, "ty"); /* typed ahead: no answer */
	SEE(&t, "Send a test message by telegram?");
	SEE(&t, "it reaches the phones of those on call");
	pty_send(t.pty, "t"); /* nor is the key that opened it */
	pty_send(t.pty, "n");
	GONE(&t, "Send a test message");
	alerts_came(0);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.delivery"), 0);
	pty_send(t.pty, ":alerts --test\r");
	SEE(&t, "Send a test message by telegram?");
	pty_send(t.pty, "y");
	SEE(&t, "test message: telegram: sent");
	alerts_came(1);
	alerts_holds(0, "FINTRA TEST on ");
	alerts_holds(0, "this is a test, nothing is wrong");
	end(&t);
}

static void
test_what_does_not_arrive_is_said(void **state)
{
	const char *info = product_copy("con_alerts_bad");
	struct console_test t;

	(void)state;
	begin(&t, info, "TELEGRAM_BOT_TOKEN=999:CANARYwrong-token", 120, 40);
	pty_send(t.pty, "M");
	SEE(&t, "nothing is wrong");
	pty_send(t.pty, "t");
	SEE(&t, "Send a test message");
	pty_send(t.pty, "y");
	SEE(&t, "test message: telegram: NOT sent: 401 Unauthorized");
	SEE(&t, "telegram failed 2026-02-03T12:");
	end(&t);
	begin(&t, info, NULL, 80, 24);
	pty_send(t.pty, ":alerts --test\r");
	SEE(&t, "nothing to send by: no channel is set in [alert]");
	pty_send(t.pty, "\033");
	GONE(&t, ":alerts");
	pty_send(t.pty, "M");
	SEE(&t, "nobody: no channel is set in [alert]");
	pty_send(t.pty, "t");
	SEE(&t, "nothing to send by");
	alerts_came(0);
	end(&t);
}

/* An alert is about now, whatever day the screen shows: as fintra alerts has it. */
static void
test_wrong_now_is_not_of_the_day_shown(void **state)
{
	const char *info = product_copy("con_alerts_day");
	struct console_test t;

	(void)state;
	alerts_break_sectors(info);
	open_with(&t, info, NULL);
	t.pty = console_spawn(&t, NAMES("--as-of", "2026-01-30"), 120, 40);
	SEE(&t, "for 2026-01-30");
	pty_send(t.pty, "M");
	SEE(&t, "critical  table:sector_performance: sector_performance late 1 session");
	SEE(&t, "$ fintra run sector-performance-aggregator --as-of 2026-02-02");
	alerts_says(info, NULL, NAMES("alerts"), 0,
		    "critical  table:sector_performance: sector_performance late 1 session");
	end(&t);
}

/* The tables are measured once a minute here: what is made from them is as old as they are, however
 * often it is read. */
static void
test_facts_have_their_own_age(void **state)
{
	struct console_test t;

	(void)state;
	open_with(&t, product_copy("con_alerts_age"), NULL);
	console_env(&t, "FINTRA_CONSOLE_REFRESH_MS=60000");
	console_start(&t, 80, 24);
	SEE(&t, "READY for " PRODUCT_DAY);
	pty_send(t.pty, "M");
	SEE(&t, "Alerts  age 9s");
	end(&t);
}

/* A channel that does not answer holds nobody at the screen. */
static void
test_quit_does_not_wait_for_an_answer(void **state)
{
	const char *info = product_copy("con_alerts_hang");
	char hook[200], begun[120];
	struct console_test t;

	(void)state;
	open_with(&t, info, "TELEGRAM_BOT_TOKEN=" PHONE_TOKEN);
	console_env(&t, "FINTRA_ALERT_TIMEOUT_S=60");
	console_start(&t, 80, 24);
	SEE(&t, "READY for " PRODUCT_DAY);
	phone_hang(1);
	pty_send(t.pty, ":alerts --test\r");
	SEE(&t, "Send a test message by telegram?");
	pty_send(t.pty, "y");
	for (int i = 0; i < CONSOLE_WAIT_MS / 20 && phone_rang() == 0; i++)
		(void)poll(NULL, 0, 20);
	assert_int_equal(phone_rang(), 1);
	end(&t);
	phone_hang(0);
	open_with(&t, info, NULL);
	fmt_buf(begun, sizeof(begun), "%s/begun", t.home);
	fmt_buf(hook, sizeof(hook), "FINTRA_ALERT_HOOK=sh -c 'mkdir %s; exec sleep 60'", begun);
	console_env(&t, hook);
	console_env(&t, "FINTRA_ALERT_TIMEOUT_S=60");
	console_start(&t, 80, 24);
	SEE(&t, "READY for " PRODUCT_DAY);
	pty_send(t.pty, ":alerts --test\r");
	SEE(&t, "Send a test message by hook?");
	pty_send(t.pty, "y");
	for (int i = 0; i < CONSOLE_WAIT_MS / 20 && access(begun, F_OK) < 0; i++)
		(void)poll(NULL, 0, 20);
	assert_int_equal(rmdir(begun), 0);
	end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_wrong_and_who_was_told),
		cmocka_unit_test(test_a_test_message_asks_first),
		cmocka_unit_test(test_what_does_not_arrive_is_said),
		cmocka_unit_test(test_wrong_now_is_not_of_the_day_shown),
		cmocka_unit_test(test_facts_have_their_own_age),
		cmocka_unit_test(test_quit_does_not_wait_for_an_answer),
	};

	return cmocka_run_group_tests_name("console_alerts", tests, alerts_set_up, NULL);
}
