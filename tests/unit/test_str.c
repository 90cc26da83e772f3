#include "core/cancel.h"
#include "core/clock.h"
#include "core/str.h"
#include "core/vec.h"
#include "tests/unit/suite.h"

#include <pthread.h>

static void
grows(void **state)
{
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 100000);
	assert_string_equal(str_c(&s), "");
	for (int i = 0; i < 10000; i++)
		assert_int_equal(str_putc(&s, 'x'), 0);
	assert_int_equal(str_fmt(&s, "%d-%s", 7, "y"), 0);
	assert_int_equal(s.len, 10003);
	assert_string_equal(str_c(&s) + 9999, "x7-y");
}

static void
ceiling_refuses_whole_puts(void **state)
{
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 5);
	assert_int_equal(str_puts(&s, "12345"), 0);
	assert_int_equal(str_puts(&s, "6"), -1);
	assert_int_equal(str_fmt(&s, "%d", 6), -1);
	assert_string_equal(str_c(&s), "12345");
	assert_true(s.overflow);
	str_clear(&s);
	assert_false(s.overflow);
	assert_int_equal(str_puts(&s, "1"), 0);
}

static void
take_hands_over(void **state)
{
	STR_AUTO s = { 0 };
	char *p;

	(void)state;
	str_init(&s, 10);
	str_puts(&s, "abc");
	p = str_take(&s);
	assert_string_equal(p, "abc");
	assert_string_equal(str_c(&s), "");
	free(p);
	p = str_take(&s);
	assert_string_equal(p, "");
	free(p);
}

static void
copy_keeps_characters_whole(void **state)
{
	char buf[4];

	(void)state;
	str_copy(buf, sizeof(buf), "ab\xC3\xA9");
	assert_string_equal(buf, "ab");
	str_copy(buf, sizeof(buf), "a\xC3\xA9");
	assert_string_equal(buf, "a\xC3\xA9");
	assert_false(fmt_buf(buf, sizeof(buf), "%s", "abcd"));
	assert_true(fmt_buf(buf, sizeof(buf), "%s", "abc"));
}

static void
small_helpers(void **state)
{
	static const char *const list[] = { "a", "b", NULL };

	(void)state;
	assert_true(str_has(list, "b"));
	assert_false(str_has(list, "c"));
	assert_false(str_has(NULL, "c"));
	assert_true(str_same(NULL, NULL));
	assert_false(str_same(NULL, ""));
	assert_true(str_starts("layer:2", "layer:"));
	assert_string_equal(str_or(NULL, "d"), "d");
}

static void
vector_grows(void **state)
{
	VEC(int) v = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		vec_push(&v, i);
	assert_int_equal(v.n, 1000);
	assert_int_equal(v.at[999], 999);
	vec_done(&v);
	assert_int_equal(v.n, 0);
}

static void
cancel_only_rises(void **state)
{
	struct cancel c;

	(void)state;
	cancel_init(&c);
	assert_false(cancel_asked(&c));
	assert_false(cancel_asked(NULL));
	assert_false(cancel_wait(&c, 1));
	cancel_raise(&c, CANCEL_ABORT);
	cancel_raise(&c, CANCEL_DRAIN);
	assert_int_equal(cancel_level(&c), CANCEL_ABORT);
	assert_true(cancel_wait(&c, 60000));
	cancel_done(&c);
}

static void *
raise_it(void *arg)
{
	cancel_raise(arg, CANCEL_DRAIN);
	return NULL;
}

static void
wait_ends_when_raised(void **state)
{
	for (int without_fd = 0; without_fd < 2; without_fd++) {
		struct cancel c;
		pthread_t t;
		int64_t start = clock_mono_ms();

		(void)state;
		cancel_init(&c);
		if (without_fd) {
			int fd = c.fd;

			cancel_done(&c);
			assert_true(fd >= 0);
		}
		assert_int_equal(pthread_create(&t, NULL, raise_it, &c), 0);
		assert_true(cancel_wait(&c, 60000));
		assert_true(clock_mono_ms() - start < 30000);
		pthread_join(t, NULL);
		cancel_done(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(ceiling_refuses_whole_puts),
		cmocka_unit_test(take_hands_over),
		cmocka_unit_test(copy_keeps_characters_whole),
		cmocka_unit_test(small_helpers),
		cmocka_unit_test(vector_grows),
		cmocka_unit_test(cancel_only_rises),
		cmocka_unit_test(wait_ends_when_raised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
