/* Alerts on the real console: what is wrong and who was told, and the test message, which asks
 * first: the phone at the other end counts what rings. */
#include "tests/support_alerts.h"
#include "tests/support_console.h"

#include "core/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEE(t, text) assert_true(pty_wait_text((t)->pty, text, CONSOLE_WAIT_MS))
#define GONE(t, text) assert_true(pty_wait_gone((t)->pty, text, CONSOLE_WAIT_MS))

static void
begin(struct console_test *t, const char *info, const char *token, int w, int h)
{
	phone_clear();
	console_open_on(t, info, NULL);
	console_env(t, ALERTS_MORNING);
	console_env(t, alerts_base_url());
	if (token) {
		console_env(t, token);
		console_env(t, "TELEGRAM_CHAT_ID=-42");
	}
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
	pty_send(t.pty, "M");
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
	pty_send(t.pty, "M");
	SEE(&t, "nobody: no channel is set in [alert]");
	pty_send(t.pty, "t");
	SEE(&t, "nothing to send by");
	alerts_came(0);
	end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_wrong_and_who_was_told),
		cmocka_unit_test(test_a_test_message_asks_first),
		cmocka_unit_test(test_what_does_not_arrive_is_said),
	};

	return cmocka_run_group_tests_name("console_alerts", tests, alerts_set_up, NULL);
}
