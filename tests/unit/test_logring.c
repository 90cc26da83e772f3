#include "core/logring.h"
#include "tests/unit/suite.h"

#include <pthread.h>

static void
push(struct logring *r, const char *text)
{
	struct event ev = { .run = 1, .ev = "log" };

	ev.msg = mem_dup(text);
	logring_push(r, &ev);
	event_done(&ev);
}

static void
assert_line(struct logring *r, int64_t i, const char *want)
{
	struct event ev;

	assert_true(logring_get(r, i, &ev));
	assert_string_equal(ev.msg, want);
	event_done(&ev);
}

static void
keeps_lines_in_order(void **state)
{
	struct logring *r = logring_new(1 << 20);
	char text[24];

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "line %d", i);
		push(r, text);
	}
	assert_int_equal(logring_first(r), 0);
	assert_int_equal(logring_end(r), 200);
	assert_int_equal(logring_dropped(r), 0);
	assert_line(r, 0, "line 0");
	assert_line(r, 199, "line 199");
	assert_false(logring_get(r, 200, &(struct event){ 0 }));
	logring_free(r);
}

static void
drops_the_oldest_and_counts(void **state)
{
	struct logring *r =
		logring_new(4 * (sizeof(struct event) + 6)); /* four lines of six bytes */
	char text[24];

	(void)state;
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "line %d", i);
		push(r, text);
	}
	assert_int_equal(logring_first(r), 6);
	assert_int_equal(logring_end(r), 10);
	assert_int_equal(logring_dropped(r), 6);
	assert_false(logring_get(r, 5, &(struct event){ 0 }));
	assert_line(r, 6, "line 6");
	assert_line(r, 9, "line 9");
	logring_free(r);
}

static void
a_line_over_the_cap_leaves_a_counted_gap(void **state)
{
	struct logring *r = logring_new(sizeof(struct event) + 100);
	char *huge = mem_zalloc(1001);

	(void)state;
	memset(huge, 'x', 1000);
	push(r, "small");
	push(r, huge);
	push(r, "next");
	assert_int_equal(logring_dropped(r), 2);
	assert_int_equal(logring_end(r), 3);
	assert_line(r, 2, "next");
	free(huge);
	logring_free(r);
}

static void
clear_forgets_but_numbers_go_on(void **state)
{
	struct logring *r = logring_new(1 << 20);

	(void)state;
	push(r, "a");
	push(r, "b");
	logring_clear(r);
	push(r, "c");
	assert_int_equal(logring_first(r), 2);
	assert_line(r, 2, "c");
	logring_free(r);
	logring_free(NULL);
}

static void *
writer(void *arg)
{
	for (int i = 0; i < 5000; i++)
		push(arg, "from a thread");
	return NULL;
}

static void
many_threads_may_push(void **state)
{
	struct logring *r = logring_new(64 << 10);
	pthread_t t[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, writer, r), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	assert_int_equal(logring_end(r), 20000);
	assert_int_equal(logring_first(r), logring_dropped(r));
	logring_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_lines_in_order),
		cmocka_unit_test(drops_the_oldest_and_counts),
		cmocka_unit_test(a_line_over_the_cap_leaves_a_counted_gap),
		cmocka_unit_test(clear_forgets_but_numbers_go_on),
		cmocka_unit_test(many_threads_may_push),
	};

	return cmocka_run_group_tests_name("logring", tests, NULL, NULL);
}
