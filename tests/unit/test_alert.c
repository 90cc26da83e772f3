/* What a channel is still to be told.  Expected: the rules in ARCHITECTURE.md, each case by hand.
 */
#include "core/alert.h"
#include "core/conf_secret.h"
#include "tests/unit/suite.h"

#include <string.h>

enum { HOUR = 3600000, DAY = 24 * HOUR, NOW = 20 * DAY };

static struct alert_row
row(bool open, const char *print)
{
	struct alert_row a = { .key = "table:t", .open = open, .severity = CHECK_CRITICAL };

	str_copy(a.print, sizeof(a.print), print);
	return a;
}

static struct alert_delivery
told(const char *print, int64_t sent_ms)
{
	struct alert_delivery d = { .key = "table:t", .channel = "hook", .state = DELIVERY_SENT };

	str_copy(d.print, sizeof(d.print), print);
	d.sent_ms = d.tried_ms = sent_ms;
	return d;
}

static void
new_once(void **state)
{
	struct alert_row a = row(true, "critical: late");
	struct alert_delivery d = told("critical: late", NOW - HOUR);

	(void)state;
	assert_int_equal(alert_decide(&a, NULL, NOW, DAY), ALERT_NEW);
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_NOTHING);
	a.severity = CHECK_WARNING;
	str_copy(a.print, sizeof(a.print), "warning: partial");
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_CHANGED);
}

static void
repeated_when_the_span_is_over(void **state)
{
	struct alert_row a = row(true, "x");
	struct alert_delivery d = told("x", NOW - DAY + 1);

	(void)state;
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_NOTHING);
	d.sent_ms--;
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_STILL);
}

static void
recovered_once(void **state)
{
	struct alert_row a = row(false, "x");
	struct alert_delivery d = told("x", NOW - HOUR);

	(void)state;
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_RECOVERED);
	d.state = DELIVERY_FAILED; /* the end is owed until it arrives */
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_RECOVERED);
	d.print[0] = '\0';
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_NOTHING);
	/* Who was never told that it began is not told that it ended. */
	assert_int_equal(alert_decide(&a, NULL, NOW, DAY), ALERT_NOTHING);
}

static void
ack_is_silence(void **state)
{
	struct alert_row a = row(true, "y");
	struct alert_delivery d = told("x", NOW - 2 * DAY);

	(void)state;
	a.acked = true;
	assert_int_equal(alert_decide(&a, NULL, NOW, DAY), ALERT_NOTHING);
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_NOTHING);
	a = row(true, "x");
	d = told("x", NOW - HOUR);
	a.ack_ended_ms = NOW;
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_STILL);
	d.sent_ms = NOW + 1;
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_NOTHING);
}

static void
on_its_way_is_not_sent_twice(void **state)
{
	struct alert_row a = row(true, "x");
	struct alert_delivery d = told("", 0);

	(void)state;
	d.state = DELIVERY_SENDING;
	d.tried_ms = NOW - ALERT_CLAIM_MS + 1;
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_NOTHING);
	d.tried_ms--; /* its sender has died */
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_NEW);
	d.state = DELIVERY_FAILED;
	d.tried_ms = NOW;
	assert_int_equal(alert_decide(&a, &d, NOW, DAY), ALERT_NEW);
}

static void
secrets_are_masked(void **state)
{
	static char api[] = "KEY-0123456789", token[] = "1:BOT-token", ping[] = "https://hc/uuid-1";
	struct conf c = { .api_key = api, .alert.token = token, .alert.ping_url = ping };
	const char *in = "KEY-0123456789 at https://hc/uuid-1/start by bot1:BOT-token.";
	STR_AUTO out = { 0 };

	(void)state;
	str_init(&out, 1024);
	conf_mask(&c, in, strlen(in), &out);
	assert_string_equal(str_c(&out), "*** at ***/start by bot***.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_once),
		cmocka_unit_test(repeated_when_the_span_is_over),
		cmocka_unit_test(recovered_once),
		cmocka_unit_test(ack_is_silence),
		cmocka_unit_test(on_its_way_is_not_sent_twice),
		cmocka_unit_test(secrets_are_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
