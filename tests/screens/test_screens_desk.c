/* Health, a check, Audit, their forms and what the header and the overview say of them, against
 * stored screens.  Who, why and until when are written here; the screens were read line by line. */
#include "tests/support_look.h"

#include "core/headless.h"
#include "tui/look_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DAY_MS = 86400000 };

static void
add_notice(struct notice_list *l, const char *target, const char *state, const char *words,
	   int64_t until)
{
	struct notice n = { .id = (int64_t)l->n + 1,
			    .at_ms = SUPPORT_NOW_MS - (int64_t)(l->n + 1) * 3600000,
			    .until_ms = until };

	str_copy(n.target, sizeof(n.target), target);
	str_copy(n.state, sizeof(n.state), state);
	str_copy(n.who, sizeof(n.who), l->n ? "raul" : "lucia");
	str_copy(n.host, sizeof(n.host), "db1");
	str_copy(n.words, sizeof(n.words), words);
	l->at = mem_realloc(l->at, (l->n + 1) * sizeof(*l->at));
	l->at[l->n++] = n;
}

static void
add_line(struct audit_list *l, int64_t id, const char *action, const char *target,
	 const char *reason, const char *detail)
{
	struct audit_line a = { .id = id, .at_ms = SUPPORT_NOW_MS - (9000 - id) * 60000 };

	str_copy(a.who, sizeof(a.who), id % 2 ? "lucia" : "raul");
	str_copy(a.host, sizeof(a.host), "db1");
	str_copy(a.role, sizeof(a.role), "fintra_writer");
	str_copy(a.tty, sizeof(a.tty), "/dev/pts/3");
	str_copy(a.action, sizeof(a.action), action);
	str_copy(a.target, sizeof(a.target), target);
	str_copy(a.reason, sizeof(a.reason), reason);
	str_copy(a.detail, sizeof(a.detail), detail);
	if (str_same(action, "launch") || str_same(action, "gate-off")) {
		a.run = 8790;
		str_copy(a.run_state, sizeof(a.run_state), "failure");
	}
	l->at = mem_realloc(l->at, (l->n + 1) * sizeof(*l->at));
	l->at[l->n++] = a;
}

static void
audited(struct audit_list *l, const char *outside)
{
	add_line(l, 8998, "note", "", outside, "");
	add_line(l, 8995, "ack", "sector_performance_stale", outside, "until it is ok again");
	add_line(l, 8990, "pause", "prices-daily-bulk", outside, "until Thu 2026-02-05 06:00 NY");
	add_line(l, 8981, "cancel", "backfill-performance-windows", "", "drain");
	add_line(l, 8970, "gate-off", "sector-performance-aggregator", "",
		 "datos_performance has 2026-01-30, needs 2026-02-02 (late)");
	add_line(l, 8969, "launch", "sector-performance-aggregator", "ticket 4412",
		 "as of 2026-02-02 by cli --force");
}

/* Two days after Tuesday 04:12 in New York. */
static void
standing(struct scene *s, const char *outside)
{
	struct snapshot *snap = scene_snapshot(s);
	struct standing_part *p = standing_part_new();

	add_notice(&p->pauses, "prices-daily-bulk", "", outside, SUPPORT_NOW_MS + 2 * DAY_MS);
	add_notice(&p->notes, "", "", outside, 0);
	add_notice(&p->notes, "", "", "second note", 0);
	audited(&p->audit, outside);
	part_unref((struct part *)snap->standing);
	snap->standing = p;
}

/* The critical check of the seed's morning is acknowledged; the unknown one got worse since. */
static void
acks(struct scene *s, const char *outside)
{
	struct health *h = &scene_snapshot(s)->health->h;

	add_notice(&h->acks, "sector_performance_stale", "critical", outside, 0);
	add_notice(&h->acks, "snapshots_pct_missing", "warning", "was only late",
		   SUPPORT_NOW_MS + DAY_MS);
	for (size_t i = 0; i < h->n; i++) {
		h->at[i].ack = notice_find(&h->acks, h->at[i].name);
		h->at[i].acked = h->at[i].ack == &h->acks.at[0];
		h->at[i].title = "what this check asks";
		h->at[i].means = "What follows when it is not ok, in a sentence or two that may be "
				 "longer than a line of the screen.";
		h->at[i].table = i == 1 ? "sector_performance" : NULL;
	}
	h->bad = 1;
	h->acked = 1;
}

/* One check with figures, one with states alone, the others not recorded. */
static void
days(struct scene *s)
{
	static const double figures[] = { 40, 42, 44, 52, 70, 70, 55, 40 };
	struct days_part *p = look_part_new(LOOK_PART_DAYS);

	p->measured_ms = SUPPORT_NOW_MS - 3000;
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
			struct check_day d = { .as_of = { 20475 + (int32_t)i }, .state = CHECK_OK };

			str_copy(d.name, sizeof(d.name),
				 k ? "sector_performance_stale" : "snapshots_pct_missing");
			if (k == 0)
				d.figure = NUM(figures[i]);
			d.state = i < 5 ? CHECK_OK : i < 7 ? CHECK_WARNING : CHECK_CRITICAL;
			vec_push(&p->day, d);
		}
	support_look_set(s, LOOK_PART_DAYS, p);
}

static void
audit_part(struct scene *s, const char *outside)
{
	struct audit_part *p = look_part_new(LOOK_PART_AUDIT);

	p->measured_ms = SUPPORT_NOW_MS - 1000;
	audited(&p->l, outside);
	support_look_set(s, LOOK_PART_AUDIT, p);
}

static void
desk_begin(struct scene *s, enum support_morning which, struct scene_size z, const char *outside)
{
	scene_begin(s, which, z);
	if (!outside)
		return;
	standing(s, outside);
	acks(s, outside);
	days(s);
	audit_part(s, outside);
}

/* One list at four sizes: nothing read, a normal morning, words too long, wide ones. */
static void
list_screens(const struct view_ops *ops, const char *name, const char *keys)
{
	static const char *const outside[] = { NULL, "vendor bug, ticket 4412", support_long,
					       support_wide };
	static const char *const suffix[] = { "none", "normal", "long", "wide" };

	for (size_t k = 0; k < ARRAY_LEN(outside); k++)
		for (size_t i = 0; i < SCENE_SIZES; i++) {
			struct scene s;
			char file[80];

			fmt_buf(file, sizeof(file), "%s_%s", name, suffix[k]);
			desk_begin(&s, outside[k] ? MORNING_SEED : MORNING_CONNECTING,
				   scene_sizes[i], outside[k]);
			scene_open(&s, ops, NULL);
			scene_type(&s, keys);
			scene_compare(&s, file);
			scene_end(&s);
		}
}

static void
test_health(void **state)
{
	(void)state;
	list_screens(&view_health, "health", "");
}

static void
test_audit(void **state)
{
	(void)state;
	list_screens(&view_audit, "audit", "jj");
}

static void
test_overview(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		desk_begin(&s, MORNING_SEED, scene_sizes[i], "vendor bug, ticket 4412");
		str_copy(scene_snapshot(&s)->runs->l.at[3].gate, 8, "off");
		str_copy(scene_snapshot(&s)->runs->l.at[3].taint, 160, "gate forced: ...");
		str_copy(scene_snapshot(&s)->runs->l.at[4].gate, 8,
			 "off"); /* its inputs were fresh */
		scene_compare(&s, "overview_desk");
		scene_end(&s);
	}
}

static void
test_check(void **state)
{
	static const char *const names[] = { "sector_performance_stale", "snapshots_pct_missing" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		for (size_t i = 0; i < SCENE_SIZES; i++) {
			struct scene s;
			char file[80];

			desk_begin(&s, MORNING_SEED, scene_sizes[i], "vendor bug, ticket 4412");
			scene_open(&s, &view_health, NULL);
			scene_type(&s, k ? "" : "j");
			scene_key(&s, TK_ENTER);
			assert_ptr_equal(s.last.open, &view_check);
			scene_open(&s, &view_check, &s.last);
			fmt_buf(file, sizeof(file), "check_%s", k ? "worse" : "acked");
			scene_compare(&s, file);
			scene_end(&s);
		}
}

/* What keys lead to, without a screen in between. */
static void
test_keys(void **state)
{
	struct scene s;

	(void)state;
	desk_begin(&s, MORNING_SEED, scene_sizes[0], "vendor bug");
	scene_open(&s, &view_health, NULL);
	scene_type(&s, "a"); /* unknown, and worse than what was acknowledged: the form */
	assert_ptr_equal(s.last.open, &view_notice);
	assert_string_equal(s.last.notice.target, "snapshots_pct_missing");
	assert_string_equal(s.last.notice.state, "unknown");
	scene_type(&s, "r"); /* it has no remedy */
	assert_int_equal(s.last.intent, DO_MESSAGE);
	scene_type(&s, "ja"); /* acknowledged: to be taken back, after a question */
	assert_ptr_equal(s.last.open, &view_confirm);
	assert_int_equal(s.last.then, DO_NOTICE);
	assert_true(s.last.notice.end);
	scene_type(&s, "r");
	assert_int_equal(s.last.intent, DO_FORM);
	assert_string_equal(s.last.job->name, "sector-performance-aggregator");
	str_copy(scene_snapshot(&s)->health->h.at[1].remedy[0], 160,
		 "fintra backfill backfill-performance-windows --force");
	scene_type(&s, "r"); /* with its option: into the command bar */
	assert_ptr_equal(s.last.open, &view_bar);
	assert_string_equal(s.last.text, "backfill backfill-performance-windows --force");
	scene_type(&s, "w");
	assert_ptr_equal(s.last.open, &view_why);
	scene_type(&s, "ja"); /* the next one is ok */
	assert_int_equal(s.last.intent, DO_MESSAGE);
	assert_non_null(strstr(s.last.text, "nothing to acknowledge"));
	scene_enter(&s, "/acknowledged by nobody");
	scene_type(&s, "a");
	assert_int_equal(s.last.intent, DO_NOTHING); /* no row is shown */
	scene_end(&s);
}

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		desk_begin(&s, MORNING_SEED, scene_sizes[i], "vendor bug");
		scene_open(&s, &view_health, NULL);
		scene_type(&s, "a");
		scene_open(&s, &view_notice, &s.last);
		scene_key(&s, TK_ENTER);
		assert_int_equal(s.last.intent, DO_NOTHING); /* a reason is missing */
		scene_compare(&s, "form_ack_missing");
		scene_type(&s, "known to the vendor");
		scene_key(&s, TK_TAB);
		scene_type(&s, "soon");
		scene_key(&s, TK_ENTER);
		assert_int_equal(s.last.intent, DO_NOTHING);
		scene_compare(&s, "form_ack_until");
		for (int k = 0; k < 4; k++)
			scene_key(&s, TK_BACKSPACE);
		scene_enter(&s, "06:00");
		assert_int_equal(s.last.intent, DO_NOTICE);
		assert_string_equal(s.last.notice.words, "known to the vendor");
		/* 06:00 in New York is 11:00 UTC, 04:12:07 was now. */
		assert_int_equal(s.last.notice.until_ms,
				 SUPPORT_NOW_MS + (107 * 60 + 53) * INT64_C(1000));
		scene_end(&s);
	}
}

static void
test_pause_is_asked_about(void **state)
{
	struct scene s;

	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		desk_begin(&s, MORNING_SEED, scene_sizes[i], "vendor bug");
		support_look_jobs(&s, "lucia");
		support_look_locks(&s, "lucia");
		scene_open(&s, &view_jobs, NULL);
		scene_type(&s, "P");
		assert_string_equal(s.last.notice.target, "sync-universe");
		scene_open(&s, &view_notice, &s.last);
		scene_enter(&s, "feed is down");
		assert_ptr_equal(s.last.open, &view_confirm);
		assert_int_equal(s.last.then, DO_NOTICE);
		scene_open(&s, &view_confirm, &s.last);
		scene_compare(&s, "pause_confirm");
		scene_end(&s);
	}
	desk_begin(&s, MORNING_SEED, scene_sizes[1], "vendor bug");
	support_look_jobs(&s, "lucia");
	support_look_locks(&s, "lucia");
	scene_open(&s, &view_jobs, NULL);
	scene_type(&s, "jj");
	scene_compare(&s, "jobs_paused");
	scene_type(&s, "P"); /* the paused one: let it go, after a question */
	assert_ptr_equal(s.last.open, &view_confirm);
	assert_true(s.last.notice.end);
	scene_end(&s);
}

static void
test_a_reader_records_nothing(void **state)
{
	static const struct view_ops *const views[] = { &view_overview, &view_health, &view_audit };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		struct scene s;

		desk_begin(&s, MORNING_SEED, scene_sizes[0], "vendor bug");
		scene_snapshot(&s)->may_write = false;
		str_copy(scene_snapshot(&s)->ledger_why, 240, "role fintra_reader may only read");
		if (i > 0)
			scene_open(&s, views[i], NULL);
		scene_type(&s, "N");
		assert_int_equal(s.last.intent, DO_MESSAGE);
		assert_non_null(strstr(s.last.text, "fintra_reader may only read"));
		scene_end(&s);
	}
}

static void
test_no_ledger_is_said(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_snapshot(&s)->may_write = false;
	str_copy(scene_snapshot(&s)->ledger_why, 240, no_ledger_text);
	scene_open(&s, &view_audit, NULL);
	scene_compare(&s, "audit_no_ledger");
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_health),
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_overview),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_pause_is_asked_about),
		cmocka_unit_test(test_a_reader_records_nothing),
		cmocka_unit_test(test_no_ledger_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
