/* The details of a run, and the list of runs filtered and ordered, against stored screens; what
 * their keys lead to. */
#include "tests/support_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Details as another thread would have read them two seconds ago. */
static struct detail_part *
add_detail(struct scene *s, const struct run_info *like)
{
	struct detail_part *p = detail_part_new(like->id);
	struct run_info *r = mem_zalloc(sizeof(*r));

	*r = *like;
	r->reason = r->params = r->error = r->result = NULL;
	r->error = mem_dup(like->error);
	p->read_ms = SUPPORT_NOW_MS - 2000;
	p->d.run.at = r;
	p->d.run.n = 1;
	str_copy(r->gate, sizeof(r->gate), "strict");
	str_copy(r->build, sizeof(r->build), "0.1.0");
	r->pid = 4711;
	scene_snapshot(s)->detail = p;
	return p;
}

static void
add_units(struct run_detail *d, size_t n, const char *name)
{
	d->unit = mem_zalloc(n * sizeof(*d->unit));
	d->n = n;
	d->units = (int64_t)n;
	for (size_t i = 0; i < n; i++) {
		struct unit_info *u = &d->unit[i].u;
		bool bad = i < 2;

		fmt_buf(u->unit, sizeof(u->unit), "%s%03zu", name, n - i);
		str_copy(u->state, sizeof(u->state), bad ? "failed" : "done");
		u->attempts = bad ? 3 : 1;
		u->counts = (struct tally){ .inserted = bad ? 0 : 1204,
					    .updated = (int64_t)i,
					    .unchanged = 77,
					    .errors = bad };
		u->ended_ms = SUPPORT_NOW_MS - (int64_t)i * 2100;
		d->unit[i].took_ms = i + 1 < n ? 2100 : -1;
		d->failed += bad;
		d->done += !bad;
	}
}

static void
add_inputs(struct run_detail *d)
{
	static const struct input_info in[] = { { "fintra_universe", { 20486 }, 85508 },
						{ "industry_performance", { 20483 }, 271 },
						{ "sector_benchmarks", { INT32_MIN }, -1 } };

	d->inputs.at = mem_alloc(sizeof(in));
	memcpy(d->inputs.at, in, sizeof(in));
	d->inputs.at[2].as_of = DATE_NONE;
	d->inputs.n = 3;
	d->ngates = 1;
	fmt_buf(d->gate[0], sizeof(d->gate[0]),
		"gate strict: industry_performance has 2026-01-30, 2026-02-02 is wanted (late)");
}

static void
failed_run(struct scene *s)
{
	struct detail_part *p = add_detail(s, model_run(&s->m, 8790));
	struct run_info *r = &p->d.run.at[0];

	r->params = mem_dup("{\"limit\":\"500\",\"force\":\"1\"}");
	r->reason = mem_dup("vendor corrected the history, ticket 4412");
	str_copy(r->err_class, sizeof(r->err_class), "DATA");
	r->exit_code = 65;
	r->parent = 8788;
	str_copy(r->taint, sizeof(r->taint), "gate forced: industry_performance");
	add_inputs(&p->d);
	add_units(&p->d, 12, "sector-");
	p->d.children.at = mem_zalloc(sizeof(*p->d.children.at));
	p->d.children.n = 1;
	p->d.children.at[0].id = 8791;
	p->d.children.at[0].state = RUN_SKIPPED;
	str_copy(p->d.children.at[0].job, 64, "performance-windows-aggregator");
}

/* What the runner found of its tables, and what the vendor sent, escapes included. */
static void
refused_run(struct scene *s)
{
	static const char html[] = "<html>\n<p>\033]0;owned\007 sign in \xff\n</html>\n";
	static const char names[] = "symbol,date,open,low,high,close,adjClose,volume";
	struct detail_part *p = add_detail(s, model_run(&s->m, 8790));
	struct run_info *r = &p->d.run.at[0];
	struct evidence *v = mem_zalloc(2 * sizeof(*v));

	r->result = mem_dup(
		"{\"processed\":61203,\"posts\":{\"prices_newest\":{\"verdict\":\"ok\",\"says\":"
		"\"prices newest 2026-02-02 >= 2026-02-02\"},\"prices_rows\":{\"verdict\":"
		"\"broken\",\"says\":\"prices rows 61,203 < 90 % of 78,012 of run 8712\"}}}");
	str_copy(r->taint, sizeof(r->taint), "prices rows 61,203 < 90 % of 78,012 of run 8712");
	p->d.evidence.at = v;
	p->d.evidence.n = 2;
	v[0] = (struct evidence){ .kind = "refused",
				  .endpoint = "/stable/eod-bulk",
				  .format = "csv",
				  .at_ms = SUPPORT_NOW_MS - 60000,
				  .bytes = 70000,
				  .status = 200,
				  .url = mem_dup("/stable/eod-bulk?date=2026-02-02&datatype=csv"),
				  .why = mem_dup("HTML instead of data"),
				  .body = mem_dup(html),
				  .nbody = sizeof(html) - 1 };
	v[1] = (struct evidence){ .kind = "header",
				  .endpoint = "/stable/eod-bulk",
				  .format = "csv",
				  .at_ms = SUPPORT_NOW_MS - 90000,
				  .bytes = 4817203,
				  .status = 200,
				  .url = mem_dup("/stable/eod-bulk?date=2026-01-30&datatype=csv"),
				  .header = mem_dup(names),
				  .fingerprint = "00c0ffee00c0ffee",
				  .body = mem_dup(names),
				  .nbody = sizeof(names) - 1 };
}

static void
hostile_run(struct scene *s)
{
	struct detail_part *p = add_detail(s, model_run(&s->m, 8815));
	struct run_info *r = &p->d.run.at[0];

	r->params = mem_dup("{\"start\":\"\033]0;owned\007\"}");
	free(r->error);
	r->error =
		mem_dup("first line\nFORGED 04:12:07 i SUCCESS \xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb"
			"\xe6\xb0\x97 \xe2\x80\xae and a text that goes on and on, so that it "
			"needs more than one line on a screen of whatever width it is shown on");
	str_copy(r->taint, sizeof(r->taint), "invalid \xff\xfe utf-8");
	p->d.asked[0] = 0;
	str_copy(p->d.asked, sizeof(p->d.asked), "drain");
	str_copy(p->d.asked_by, sizeof(p->d.asked_by), "\xe6\x97\xa5\xe6\x9c\xac\033[2J");
	add_units(&p->d, 600, "\xe6\x97\xa5\xe6\x9c\xac-a-unit-with-a-name-that-is-too-long-");
	p->d.n = 500;
}

static void
detail_at_all_sizes(const char *name, enum support_morning which, int64_t run,
		    void (*fill)(struct scene *s), const char *keys)
{
	struct action how = { .run = run };

	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, which, scene_sizes[i]);
		if (fill)
			fill(&s);
		scene_open(&s, &view_run, &how);
		scene_type(&s, keys);
		scene_compare(&s, name);
		scene_end(&s);
	}
}

static void
waiting_run(struct scene *s)
{
	struct detail_part *p = add_detail(s, model_run(&s->m, 8814));
	struct run_info *r = &p->d.run.at[0];

	r->started_ms = 0;
	str_copy(r->waits_for, sizeof(r->waits_for),
		 "sector_performance, held by run 8812 (cron@db1)");
}

static void
test_run_detail(void **state)
{
	(void)state;
	detail_at_all_sizes("run_none", MORNING_CONNECTING, 8790, NULL, "");
	detail_at_all_sizes("run_reading", MORNING_SEED, 8790, NULL, "");
	detail_at_all_sizes("run_failed", MORNING_SEED, 8790, failed_run, "");
	detail_at_all_sizes("run_failed_end", MORNING_SEED, 8790, failed_run, "G");
	detail_at_all_sizes("run_posts", MORNING_SEED, 8790, refused_run, "");
	detail_at_all_sizes("run_evidence", MORNING_SEED, 8790, refused_run, "e");
	detail_at_all_sizes("run_waiting", MORNING_SEED, 8814, waiting_run, "");
	detail_at_all_sizes("run_hostile", MORNING_HOSTILE, 8815, hostile_run, "");
}

static void
test_run_detail_keys(void **state)
{
	struct action how = { .run = 8790 }, ask;
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	failed_run(&s);
	scene_open(&s, &view_run, &how);
	assert_int_equal(view_run.detail(&s.stack[1]), 8790);
	scene_type(&s, "Y");
	assert_int_equal(s.last.intent, DO_COPY);
	assert_string_equal(s.last.copy, "fintra run sector-performance-aggregator --as-of "
					 "2026-02-02 --gate strict --limit 500 --force");
	scene_type(&s, "L");
	assert_int_equal(s.last.intent, DO_OPEN);
	assert_ptr_equal(s.last.open, &view_log);
	assert_true(s.last.add);
	scene_type(&s, "R");
	assert_ptr_equal(s.last.open, &view_confirm);
	ask = s.last;
	scene_open(&s, &view_confirm, &ask);
	scene_compare(&s, "run_resume_confirm");
	scene_type(&s, "R");
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_RESUME);
	assert_int_equal(s.last.run, 8790);
	scene_end(&s);
}

static void
test_runs_filter_and_sort(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_runs, NULL);
	scene_type(&s, "/user=cron !prices");
	scene_compare(&s, "runs_filter_typing");
	scene_key(&s, TK_ENTER);
	scene_compare(&s, "runs_filtered");
	scene_key(&s, TK_ENTER);
	assert_ptr_equal(s.last.open, &view_run);
	assert_int_equal(s.last.run, 8790);
	scene_enter(&s, "/ nothing-like-this");
	scene_compare(&s, "runs_filtered_away");
	scene_key(&s, TK_ESC);
	scene_type(&s, ">");
	scene_compare(&s, "runs_by_job");
	scene_type(&s, "<<");
	scene_compare(&s, "runs_by_duration");
	scene_type(&s, "o");
	scene_compare(&s, "runs_order_menu");
	scene_key(&s, TK_ENTER); /* the same again */
	scene_compare(&s, "runs_by_duration_reversed");
	scene_type(&s, "o");
	scene_key(&s, TK_ESC);
	scene_compare(&s, "runs_by_duration_reversed");
	scene_end(&s);
}

static void
test_runs_sideways(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_runs, NULL);
	scene_type(&s, "$");
	scene_compare(&s, "runs_end");
	scene_type(&s, "^");
	scene_enter(&s, "/-l owner=cron state=succ");
	scene_type(&s, "j");
	assert_int_equal(view_runs.follow(&s.stack[1], &s.m), 8780);
	scene_end(&s);
}

static void
test_success_is_not_resumed(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_runs, NULL);
	scene_type(&s, "GR");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	scene_type(&s, "gR");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	assert_non_null(strstr(s.last.text, "under way"));
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_detail),
		cmocka_unit_test(test_run_detail_keys),
		cmocka_unit_test(test_runs_filter_and_sort),
		cmocka_unit_test(test_runs_sideways),
		cmocka_unit_test(test_success_is_not_resumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
