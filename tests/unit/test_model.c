/* Snapshots, and the bounded log that a pane reads (faults.md F43). */
#include "tui/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct log_part *
extend(struct log_part *old, int64_t run, int64_t from, size_t n, const char *msg)
{
	struct event *ev = mem_zalloc((n + 1) * sizeof(*ev));
	struct event_list add = { ev, n };
	struct log_part *l;

	for (size_t i = 0; i < n; i++) {
		ev[i].seq = from + (int64_t)i;
		ev[i].msg = mem_dup(msg);
	}
	l = log_part_extend(old, run, &add);
	part_unref((struct part *)old);
	for (size_t i = 0; i < n; i++)
		free(ev[i].msg);
	free(ev);
	return l;
}

static void
test_log_drops_its_oldest_lines(void **state)
{
	struct log_part *l = NULL;

	(void)state;
	for (int64_t i = 0; i < 25; i++)
		l = extend(l, 1, 1 + i * 1000, 1000, "x");
	assert_int_equal(l->line.n, LOG_LINES_MAX);
	assert_int_equal(l->line.at[0]->seq, 25000 - LOG_LINES_MAX + 1);
	assert_int_equal(l->line.at[l->line.n - 1]->seq, 25000);
	part_unref(&l->part);
}

static void
test_log_is_bounded_in_bytes(void **state)
{
	char *big = mem_alloc(LOG_LINE_MAX * 2);
	struct log_part *l;
	size_t bytes = 0;

	(void)state;
	memset(big, 'y', LOG_LINE_MAX * 2 - 1);
	big[LOG_LINE_MAX * 2 - 1] = '\0';
	l = extend(NULL, 1, 1, 6000, big);
	for (size_t i = 0; i < l->line.n; i++)
		bytes += strlen(l->line.at[i]->text);
	assert_true(bytes <= LOG_BYTES_MAX);
	assert_true(l->line.n < 6000);
	assert_int_equal(l->line.at[l->line.n - 1]->seq, 6000);
	assert_true(strlen(l->line.at[0]->text) <= LOG_LINE_MAX);
	assert_non_null(strstr(l->line.at[0]->text, "[cut]"));
	part_unref(&l->part);
	free(big);
}

static void
test_log_of_another_run_starts_empty(void **state)
{
	struct log_part *l = extend(NULL, 1, 1, 3, "old");

	(void)state;
	l = extend(l, 2, 1, 1, "new");
	assert_int_equal(l->line.n, 1);
	assert_string_equal(l->line.at[0]->text, "new");
	part_unref(&l->part);
}

static void
test_line_names_its_unit(void **state)
{
	struct event ev = { .seq = 1, .msg = (char[]){ "done" } };
	struct log_line *l;

	(void)state;
	str_copy(ev.unit, sizeof(ev.unit), "2026-01-30");
	l = log_line_new(&ev);
	assert_string_equal(l->text, "2026-01-30: done");
	part_unref(&l->part);
}

static void
test_old_snapshot_outlives_a_new_one(void **state)
{
	struct snapshot *a = snapshot_new(NULL), *b;

	(void)state;
	a->log = extend(NULL, 1, 1, 2, "kept");
	b = snapshot_new(a);
	part_unref(&a->part);
	assert_int_equal(b->log->line.n, 2);
	assert_string_equal(b->log->line.at[1]->text, "kept");
	part_unref(&b->part);
}

static void
test_logs_are_found_by_their_run(void **state)
{
	struct snapshot *a = snapshot_new(NULL), *b;
	struct model m = { .s = NULL };

	(void)state;
	a->log = extend(NULL, 1, 1, 2, "first");
	a->more[0] = extend(NULL, 2, 1, 3, "second");
	a->more[2] = extend(NULL, 3, 1, 4, "third");
	a->detail = detail_part_new(7);
	b = snapshot_new(a);
	part_unref(&a->part);
	m.s = b;
	assert_int_equal(model_log(&m, 1)->line.n, 2);
	assert_int_equal(model_log(&m, 2)->line.n, 3);
	assert_int_equal(model_log(&m, 3)->line.n, 4);
	assert_null(model_log(&m, 4));
	assert_int_equal(b->detail->run, 7);
	part_unref(&b->part);
}

static void
test_checks_come_worst_first(void **state)
{
	struct snapshot *s = snapshot_new(NULL);
	struct model m = { .s = s };
	static const enum check_state st[] = { CHECK_OK, CHECK_WARNING, CHECK_UNKNOWN,
					       CHECK_CRITICAL };

	(void)state;
	s->health = health_part_new();
	s->health->h.at = mem_zalloc(4 * sizeof(*s->health->h.at));
	s->health->h.n = 4;
	for (int i = 0; i < 4; i++)
		s->health->h.at[i].state = st[i];
	assert_int_equal(model_check(&m, 0)->state, CHECK_CRITICAL);
	assert_int_equal(model_check(&m, 1)->state, CHECK_UNKNOWN);
	assert_int_equal(model_check(&m, 2)->state, CHECK_WARNING);
	assert_int_equal(model_check(&m, 3)->state, CHECK_OK);
	assert_null(model_check(&m, 4));
	part_unref(&s->part);
}

static void
test_why_read_only(void **state)
{
	struct snapshot *s = snapshot_new(NULL);
	struct model m = { .s = s };

	(void)state;
	assert_string_equal(model_why_read_only(&m), "no database connection");
	s->conn = CONN_UP;
	assert_string_equal(model_why_read_only(&m), "this database has no ledger");
	s->may_write = true;
	assert_null(model_why_read_only(&m));
	m.read_only = true;
	assert_non_null(model_why_read_only(&m));
	part_unref(&s->part);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_drops_its_oldest_lines),
		cmocka_unit_test(test_log_is_bounded_in_bytes),
		cmocka_unit_test(test_log_of_another_run_starts_empty),
		cmocka_unit_test(test_line_names_its_unit),
		cmocka_unit_test(test_old_snapshot_outlives_a_new_one),
		cmocka_unit_test(test_logs_are_found_by_their_run),
		cmocka_unit_test(test_checks_come_worst_first),
		cmocka_unit_test(test_why_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
