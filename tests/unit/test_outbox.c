/* The bounded queue of lines for the ledger: numbers, order, what is dropped.  What reaches the
 * database is tested in tests/db/test_runner*.c. */
#include "core/outbox.h"
#include "tests/unit/suite.h"

static int64_t
put(struct outbox *o, size_t length)
{
	struct event ev = { .run = 1, .ev = "log", .job = "j" };
	int64_t seq;

	ev.msg = mem_zalloc(length + 1);
	memset(ev.msg, 'x', length);
	outbox_event(o, &ev);
	seq = ev.seq;
	event_done(&ev);
	return seq;
}

static void
lines_are_numbered_behind_an_earlier_epoch(void **state)
{
	struct outbox o;

	(void)state;
	outbox_init(&o);
	assert_true(outbox_empty(&o));
	assert_int_equal(put(&o, 3), 1);
	assert_false(outbox_empty(&o));
	outbox_continue(&o, 41, 0);
	assert_int_equal(put(&o, 3), 42);
	assert_int_equal(outbox_next_seq(&o), 43);
	outbox_done(&o);
}

static void
a_full_queue_drops_the_oldest_and_counts(void **state)
{
	struct outbox o;
	const int n = 2 * OUTBOX_BYTES / 10000;

	(void)state;
	outbox_init(&o);
	for (int i = 0; i < n; i++)
		put(&o, 10000);
	assert_true(o.items.bytes <= OUTBOX_BYTES);
	assert_true(o.items.event.n > OUTBOX_BYTES / 10000 / 2);
	assert_int_equal(o.dropped + (int64_t)o.items.event.n, n);
	assert_null(strstr(o.items.event.at[0], "\"seq\":1,"));
	outbox_done(&o);
}

static void
at_most_a_thousand_rejects(void **state)
{
	struct outbox o;
	size_t full;

	(void)state;
	outbox_init(&o);
	for (int i = 0; i < OUTBOX_REJECTS; i++)
		outbox_reject(&o, "why", "raw", 3);
	full = o.items.reject.len;
	outbox_reject(&o, "why", "raw", 3);
	assert_int_equal(o.items.reject.len, full);
	outbox_done(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_numbered_behind_an_earlier_epoch),
		cmocka_unit_test(a_full_queue_drops_the_oldest_and_counts),
		cmocka_unit_test(at_most_a_thousand_rejects),
	};

	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
