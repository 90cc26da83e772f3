/* Logs in one, two and four panes, and the details of a run, against stored screens; what the keys
 * of these screens lead to. */
#include "tests/support_scene.h"
#include "tui/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct action of_8815 = { .run = 8815 };

/* The snapshot of a model may be changed while nobody else has it. */
static struct snapshot *
snapshot_of(struct scene *s)
{
	return (struct snapshot *)(uintptr_t)s->m.s;
}

/* n lines, one a second but for a pause of a minute before the last but two. */
static struct log_part *
many_lines(int64_t run, size_t n)
{
	struct event *ev = mem_zalloc(n * sizeof(*ev));
	struct event_list add = { ev, n };
	struct log_part *l;

	for (size_t i = 0; i < n; i++) {
		char msg[80];

		fmt_buf(msg, sizeof(msg), "sector=%s pe=%zu.%zu n=%zu",
			i % 3 ? "Energy" : "Technology", 10 + i % 25, i % 10, 200 + i);
		ev[i].seq = (int64_t)i + 1;
		ev[i].ts_ms = SUPPORT_NOW_MS - (int64_t)(n - i) * 1000 - (i + 3 < n ? 60000 : 0);
		ev[i].lvl = i % 40 == 7 ? LVL_ERROR : i % 10 == 5 ? LVL_WARN : LVL_INFO;
		ev[i].msg = mem_dup(msg);
	}
	l = log_part_extend(NULL, run, &add);
	for (size_t i = 0; i < n; i++)
		free(ev[i].msg);
	free(ev);
	return l;
}

/* Logs of further runs beside that of 8815. */
static void
more_logs(struct scene *s, bool hostile)
{
	struct snapshot *snap = snapshot_of(s);

	snap->more[0] = many_lines(8812, 240);
	snap->more[1] = support_log(8790, hostile);
	snap->more[2] = log_part_new(8814);
}

static void
open_panes(struct scene *s, size_t n)
{
	static const int64_t runs[] = { 8815, 8812, 8790, 8814 };
	struct action how = { .run = runs[0], .add = true }, out = { .intent = DO_NOTHING };

	scene_open(s, &view_log, &how);
	for (size_t i = 1; i < n; i++) {
		how.run = runs[i];
		view_log.again(&s->stack[s->depth - 1], &s->m, &how, &out);
		assert_int_equal(out.intent, DO_NOTHING);
	}
}

/* As typed: \r is Enter, \t is Tab. */
static void
press(struct scene *s, const char *keys)
{
	for (; *keys; keys++)
		scene_key(s, *keys == '\r'   ? TK_ENTER
			     : *keys == '\t' ? TK_TAB
					     : (unsigned char)*keys);
}

/* "logs_two_wide": n panes over that morning at every size. */
static void
panes_at_all_sizes(const char *name, enum support_morning which, size_t n, const char *keys)
{
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, which, scene_sizes[i]);
		if (which != MORNING_CONNECTING)
			more_logs(&s, which == MORNING_HOSTILE);
		open_panes(&s, n);
		press(&s, keys);
		scene_compare(&s, name);
		scene_end(&s);
	}
}

static void
test_no_data(void **state)
{
	struct action none = { .run = 0 };

	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, MORNING_CONNECTING, scene_sizes[i]);
		scene_open(&s, &view_log, &none);
		scene_compare(&s, "logs_none");
		scene_end(&s);
	}
	panes_at_all_sizes("logs_two_none", MORNING_CONNECTING, 2, "");
	panes_at_all_sizes("logs_four_none", MORNING_CONNECTING, 4, "");
}

static void
test_normal(void **state)
{
	(void)state;
	panes_at_all_sizes("logs_one", MORNING_SEED, 1, "");
	panes_at_all_sizes("logs_two", MORNING_SEED, 2, "");
	panes_at_all_sizes("logs_four", MORNING_SEED, 4, "");
}

/* Wide characters, escape sequences, names that do not end; the filter is long, too. */
static void
test_hostile(void **state)
{
	(void)state;
	panes_at_all_sizes("logs_one_hostile", MORNING_HOSTILE, 1, "");
	panes_at_all_sizes("logs_two_hostile", MORNING_HOSTILE, 2,
			   "k&!a filter that is longer than the title has room for\r");
	panes_at_all_sizes("logs_four_hostile", MORNING_HOSTILE, 4, "\t");
}

static void
test_paused_and_filtered_is_always_visible(void **state)
{
	(void)state;
	panes_at_all_sizes("logs_paused", MORNING_SEED, 2, "&!Energy\rvv\tkk\t");
}

static void
type_enter(struct scene *s, const char *keys)
{
	scene_type(s, keys);
	scene_key(s, TK_ENTER);
}

static void
begin_long(struct scene *s)
{
	scene_begin(s, MORNING_SEED, scene_sizes[0]);
	more_logs(s, false);
	open_panes(s, 2);
}

static void
test_search_is_not_the_filter(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	scene_type(&s, "/PE=3");
	scene_compare(&s, "logs_typing");
	scene_key(&s, TK_ENTER);
	type_enter(&s, "&technology");
	scene_compare(&s, "logs_found");
	scene_type(&s, "NN");
	scene_compare(&s, "logs_found_previous");
	scene_key(&s, TK_ESC); /* the filter goes first */
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_compare(&s, "logs_unfiltered");
	scene_key(&s, TK_ESC);
	assert_int_equal(s.last.intent, DO_BACK);
	scene_end(&s);
}

static void
test_new_lines_below_are_counted(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	scene_type(&s, "k");
	part_unref((struct part *)snapshot_of(&s)->more[0]);
	snapshot_of(&s)->more[0] = many_lines(8812, 278);
	scene_compare(&s, "logs_new_below");
	scene_type(&s, "f");
	scene_compare(&s, "logs_follow_again");
	scene_end(&s);
}

static void
test_errors_warnings_gaps(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	scene_type(&s, "EE");
	scene_compare(&s, "logs_error_before");
	scene_type(&s, "w");
	scene_compare(&s, "logs_warning_next");
	scene_type(&s, "Gs");
	scene_compare(&s, "logs_gap");
	scene_end(&s);
}

static void
test_marks(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	type_enter(&s, "E"
		       "mretry of 8788");
	type_enter(&s, "E"
		       "m");
	scene_type(&s, "G'");
	scene_compare(&s, "logs_marks");
	type_enter(&s, "m"); /* one that stands there goes */
	assert_int_equal(s.last.intent, DO_MESSAGE);
	scene_type(&s, "G'");
	scene_compare(&s, "logs_marks_less");
	scene_end(&s);
}

static void
test_time(void **state)
{
	struct scene s;

	(void)state;
	begin_long(&s);
	type_enter(&s, "T4:09");
	scene_compare(&s, "logs_time");
	scene_type(&s, "tt");
	scene_compare(&s, "logs_delta");
	type_enter(&s, "T25:00");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	assert_non_null(strstr(s.last.text, "25:00 is no time"));
	type_enter(&s, "T05:00");
	assert_non_null(strstr(s.last.text, "no line at or after 05:00:00"));
	scene_end(&s);
}

/* One long line of wide characters and one of words. */
static struct log_part *
long_lines(int64_t run)
{
	char wide[] =
		"x \xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97\xe6\x97\xa5\xe6\x9c\xac"
		"\xe9\x9b\xbb\xe6\xb0\x97\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97"
		"\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97\xe6\x97\xa5\xe6\x9c\xac"
		"\xe9\x9b\xbb\xe6\xb0\x97\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97 end";
	char words[] = "upsert of 1000 rows into performance_windows took more than 30 s, so the "
		       "batch is halved and done again";
	struct event ev[2] = { { .seq = 1, .lvl = LVL_INFO, .msg = wide },
			       { .seq = 2, .lvl = LVL_WARN, .msg = words } };
	struct event_list add = { ev, 2 };

	ev[0].ts_ms = ev[1].ts_ms = SUPPORT_NOW_MS;
	return log_part_extend(NULL, run, &add);
}

static void
test_wrap_loses_nothing(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[2]);
	part_unref((struct part *)snapshot_of(&s)->log);
	snapshot_of(&s)->log = long_lines(8815);
	scene_open(&s, &view_log, &of_8815);
	scene_key(&s, TK_CTRL('w'));
	scene_compare(&s, "logs_wrapped");
	scene_key(&s, TK_CTRL('w'));
	scene_type(&s, "ll");
	scene_compare(&s, "logs_sideways");
	scene_end(&s);
}

static void
test_split_drop_zoom(void **state)
{
	struct scene s;
	int64_t more[LOG_MORE] = { 0 };
	struct view *v;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	more_logs(&s, false);
	open_panes(&s, 1);
	v = &s.stack[1];
	scene_type(&s, "D");
	assert_int_equal(s.last.intent, DO_MESSAGE); /* the last one stays */
	scene_type(&s, "|jj");
	scene_compare(&s, "logs_picking");
	scene_key(&s, TK_ENTER);
	assert_int_equal(view_log.follow(v, &s.m), 8812);
	view_log.follow_more(v, more);
	assert_int_equal(more[0], 8815);
	scene_type(&s, "z");
	scene_compare(&s, "logs_zoomed");
	scene_key(&s, TK_TAB);
	assert_int_equal(view_log.follow(v, &s.m), 8815);
	scene_type(&s, "z");
	type_enter(&s, "|");
	type_enter(&s, "|");
	scene_type(&s, "|");
	assert_int_equal(s.last.intent, DO_MESSAGE); /* four are the most */
	scene_type(&s, "DDDD");
	assert_int_equal(s.last.intent, DO_MESSAGE);
	memset(more, 0, sizeof(more));
	view_log.follow_more(v, more);
	assert_int_equal(more[0], 0);
	scene_end(&s);
}

/* 4 leaves the panes as they were, l shows a run alone, a run that is shown only gets the keys. */
static void
test_opened_again(void **state)
{
	struct scene s;
	struct action how = { .run = 8790, .act = ACT_LOGS }, out = { .intent = DO_NOTHING };
	int64_t more[LOG_MORE] = { 0 };
	struct view *v;

	(void)state;
	begin_long(&s);
	v = &s.stack[1];
	view_log.again(v, &s.m, &how, &out);
	assert_int_equal(view_log.follow(v, &s.m), 8812);
	how = (struct action){ .run = 8815, .add = true };
	view_log.again(v, &s.m, &how, &out);
	assert_int_equal(view_log.follow(v, &s.m), 8815);
	view_log.follow_more(v, more);
	assert_int_equal(more[0], 8812);
	how = (struct action){ .run = 8790 };
	view_log.again(v, &s.m, &how, &out);
	assert_int_equal(view_log.follow(v, &s.m), 8790);
	memset(more, 0, sizeof(more));
	view_log.follow_more(v, more);
	assert_int_equal(more[0], 0);
	scene_end(&s);
}

static void
test_copy_takes_the_chosen_line(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_log, &of_8815);
	scene_type(&s, "y");
	assert_int_equal(s.last.intent, DO_COPY);
	assert_string_equal(s.last.copy, "PROGRESS 412/1230 rows=131926 unchanged=0");
	scene_type(&s, "ky");
	assert_string_equal(s.last.copy, "sector=Energy window=1Y input 0 rows (class DATA)");
	scene_end(&s);
}

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
	snapshot_of(s)->detail = p;
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
	type_enter(&s, "/ nothing-like-this");
	scene_compare(&s, "runs_filtered_away");
	scene_key(&s, TK_ESC);
	scene_type(&s, "o");
	scene_compare(&s, "runs_by_job");
	scene_type(&s, "<<");
	scene_compare(&s, "runs_by_duration");
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

static void
test_leaving_asks(void **state)
{
	struct action how = { .key = 'q',
			      .may_hand_over = true,
			      .text = "2 runs of this console are under way." };

	(void)state;
	for (size_t i = 0; i < SCENE_SIZES; i++) {
		struct scene s;

		scene_begin(&s, MORNING_SEED, scene_sizes[i]);
		scene_open(&s, &view_leave, &how);
		scene_compare(&s, "leave");
		scene_type(&s, "q");
		assert_int_equal(s.last.intent, DO_NOTHING);
		scene_type(&s, "h");
		assert_int_equal(s.last.intent, DO_HAND_OVER_AND_QUIT);
		scene_type(&s, "d");
		assert_int_equal(s.last.intent, DO_DRAIN_AND_QUIT);
		scene_type(&s, "s");
		assert_int_equal(s.last.intent, DO_BACK);
		scene_end(&s);
	}
}

static void
test_demo_is_not_handed_over(void **state)
{
	struct action how = { .key = 'q', .text = "1 run of this console is under way." };
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_leave, &how);
	scene_compare(&s, "leave_demo");
	scene_type(&s, "h");
	assert_int_equal(s.last.intent, DO_NOTHING);
	scene_end(&s);
}

static void
test_filters(void **state)
{
	const struct filter_field f[] = { { "job", "performance-bulk" },
					  { "state", "failure" },
					  { "user", NULL } };

	(void)state;
	assert_true(filter_line("", "anything"));
	assert_true(filter_line("!", "anything"));
	assert_true(filter_line("Energy", "sector=energy"));
	assert_false(filter_line("!Energy", "sector=energy"));
	assert_true(filter_line("!energy", "sector=Utilities"));
	assert_false(filter_contains("text", ""));
	assert_true(filter_contains("aab", "ab"));
	assert_true(filter_fields("", f, 3));
	assert_true(filter_fields("job=perf state=fail", f, 3));
	assert_false(filter_fields("job=failure", f, 3));
	assert_true(filter_fields("failure  bulk", f, 3));
	assert_false(filter_fields("failure !bulk", f, 3));
	assert_false(filter_fields("user=cron", f, 3));
	assert_true(filter_fields("!user=cron", f, 3));
	assert_false(filter_fields("other=bulk", f, 3)); /* no key of ours: a word */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_data),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_paused_and_filtered_is_always_visible),
		cmocka_unit_test(test_search_is_not_the_filter),
		cmocka_unit_test(test_new_lines_below_are_counted),
		cmocka_unit_test(test_errors_warnings_gaps),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_wrap_loses_nothing),
		cmocka_unit_test(test_split_drop_zoom),
		cmocka_unit_test(test_opened_again),
		cmocka_unit_test(test_copy_takes_the_chosen_line),
		cmocka_unit_test(test_run_detail),
		cmocka_unit_test(test_run_detail_keys),
		cmocka_unit_test(test_runs_filter_and_sort),
		cmocka_unit_test(test_success_is_not_resumed),
		cmocka_unit_test(test_leaving_asks),
		cmocka_unit_test(test_demo_is_not_handed_over),
		cmocka_unit_test(test_filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
