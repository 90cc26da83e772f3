/* A question of a run's thread on its way to the operator and back. */
#include "tui/review.h"

#include "core/run_diff.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

struct asked {
	struct reviews to;
	struct diff diff;
	struct cancel cancel;
	bool kept;
};

static void *
ask(void *arg)
{
	struct asked *a = arg;

	a->kept = review_ask(&a->to, &a->diff, &a->cancel);
	return NULL;
}

/* Rows of which only updated_at and the like would change are asked about, too, but are none that
 * change. */
static void
test_stamps_are_counted_apart(void **state)
{
	struct asked a = { .diff = { .run = 7, .job = "a-job", .n = 2 } };
	struct review_list seen = { 0 };
	struct pollfd wake = { .fd = eventfd(0, EFD_CLOEXEC), .events = POLLIN };
	unsigned serial = 0;
	pthread_t thread;

	(void)state;
	a.diff.at[0] =
		(struct diff_table){ .name = "one",
				     .shadow = { .inserted = 1, .updated = 2, .deleted = 4 } };
	a.diff.at[1] =
		(struct diff_table){ .name = "two", .shadow = { .unchanged = 9, .touched = 8 } };
	cancel_init(&a.cancel);
	reviews_init(&a.to, wake.fd, 60000);
	assert_int_equal(pthread_create(&thread, NULL, ask, &a), 0);
	assert_int_equal(poll(&wake, 1, 60000), 1);
	assert_true(reviews_take(&a.to, &serial, &seen));
	assert_int_equal(seen.at.n, 1);
	assert_int_equal(seen.at.at[0].changes, 7);
	assert_int_equal(seen.at.at[0].touched, 8);
	assert_true(reviews_answer(&a.to, 7, true));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(a.kept);
	assert_int_equal(reviews_past(&a.to, 7), REVIEW_KEPT);
	review_list_done(&seen);
	reviews_done(&a.to);
	cancel_done(&a.cancel);
	close(wake.fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stamps_are_counted_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
