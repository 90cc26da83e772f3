/* What an export holds, against the stored screens of the same views, and its prompt. */
#include "tests/support_look.h"

#include "tui/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Owned: free(). */
static char *
exported(struct scene *s, const char *path, size_t lines)
{
	struct str out;
	struct err e = ERR_INIT;
	size_t n = 0;

	str_init(&out, 4 << 20);
	assert_int_equal(export_text(&s->stack[s->depth - 1], &s->m, path, &out, &n, &e), 0);
	if (n != lines)
		fail_msg("%zu lines:\n%s", n, str_c(&out));
	return str_take(&out);
}

static void
assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

/* All lines that pass the filter, not those that fit the screen; times in UTC. */
static void
test_logs(void **state)
{
	static const struct action of_8815 = { .run = 8815 };
	struct scene s;
	char *text;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_log, &of_8815);
	scene_enter(&s, "&!phase|progress");
	scene_type(&s, "vv"); /* from warnings on */
	text = exported(&s, "x.txt", 2);
	assert_string_equal(text, "time                      level  text\n"
				  "2026-02-03T09:12:04.000Z  warn   sector=Utilities window=5Y too "
				  "few members: 2 < 3\n"
				  "2026-02-03T09:12:05.000Z  error  sector=Energy window=1Y input "
				  "0 rows (class DATA)\n");
	free(text);
	text = exported(&s, "x.json", 2);
	assert_has(text, "\"filter\":\"!phase|progress level>=warn\"");
	free(text);
	scene_end(&s);
}

/* Lines that the pane has dropped are owned up to. */
static void
test_logs_without_their_beginning(void **state)
{
	static const struct action of_8815 = { .run = 8815 };
	struct event ev = { .seq = 1201, .ts_ms = SUPPORT_NOW_MS, .lvl = LVL_INFO };
	char msg[] = "the last";
	struct event_list add = { &ev, 1 };
	struct scene s;
	char *text;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	part_unref((struct part *)scene_snapshot(&s)->log);
	ev.msg = msg;
	scene_snapshot(&s)->log = log_part_extend(NULL, 8815, &add);
	scene_open(&s, &view_log, &of_8815);
	text = exported(&s, "x.csv", 2);
	assert_has(text,
		   ",,\"1,200 older lines are not kept here: fintra logs 8815 prints all\"\n");
	free(text);
	scene_end(&s);
}

/* jobs_160x48.screen has the same cells. */
static void
test_jobs(void **state)
{
	struct scene s;
	char *text;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[2]);
	support_look_jobs(&s, "lucia");
	support_look_locks(&s, "lucia");
	scene_open(&s, &view_jobs, NULL);
	scene_enter(&s, "/perf.*(windows|bulk)");
	text = exported(&s, "x.csv", 3);
	assert_has(text, "layer,mark,job,last run,as-of,took,p50,when,by,lock,launch\n"
			 "2,,performance-bulk,. success,2026-02-02,4m07s,3m50s,00:36,cron,free,"
			 "ready\n"
			 "2,!,performance-windows-aggregator,q queued,2026-02-02,3h06m,?,01:06,"
			 "raul,free,asks: sector_performance late 1 session\n");
	free(text);
	scene_end(&s);
}

static void
test_tables(void **state)
{
	struct scene s;
	char *text;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[2]);
	support_look_tables(&s);
	scene_open(&s, &view_tables, NULL);
	scene_enter(&s, "/^sector_perf");
	text = exported(&s, "x.csv", 1);
	assert_has(text, "2,sector_performance,L late,2026-01-30,77,0.0%,~0,16.0 kB,? not known,"
			 "\"late 1 session, its job failed\"\n");
	free(text);
	scene_end(&s);
}

static void
test_runs(void **state)
{
	struct scene s;
	char *text;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[2]);
	scene_open(&s, &view_runs, NULL);
	scene_enter(&s, "/state=failure");
	text = exported(&s, "x.csv", 1);
	assert_has(text, "\n8790,sector-performance-aggregator,2026-02-02,cron,db1,failure,,2026-");
	assert_has(text, ",industry_performance has 3 of 11 sectors for 2026-02-02\n");
	free(text);
	scene_end(&s);
}

/* A page is written whole, whatever of it the screen shows; CSV of it there is none. */
static void
test_page(void **state)
{
	struct action how = { .text = "performance_windows" };
	struct scene s;
	struct err e = ERR_INIT;
	STR_AUTO none = { 0 };
	char *text;
	size_t n;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[2]);
	scene_open(&s, &view_why, &how);
	/* Crumbs, two of text, a rule and a row, a rule and three of detail, a rule and a step, an
	 * empty one, the status. */
	text = exported(&s, "why.txt", 13);
	assert_has(text, "\n performance_windows is MIXED. First cause: performance_windows mixed: "
			 "2026-02-02 with sector_performance of 2026-01-30\n");
	assert_has(text, " 1  fintra run performance-windows-aggregator --as-of 2026-02-02");
	assert_null(strstr(text, "\n\n\n"));
	free(text);
	str_init(&none, 100);
	assert_int_equal(export_text(&s.stack[1], &s.m, "why.csv", &none, &n, &e), -1);
	assert_string_equal(e.text, "Why is no list: name a file that ends in .txt");
	scene_end(&s);
}

static void
test_prompt(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, MORNING_SEED, scene_sizes[0]);
	scene_open(&s, &view_runs, NULL);
	scene_open(&s, &view_export, NULL);
	scene_compare(&s, "export_runs");
	scene_key(&s, TK_TAB);
	scene_key(&s, TK_ENTER);
	assert_int_equal(s.last.intent, DO_EXPORT);
	assert_string_equal(s.last.detail[0], "fintra-runs-20260203-041207.csv");
	scene_key(&s, TK_TAB);
	for (int i = 0; i < 5; i++)
		scene_key(&s, TK_BACKSPACE);
	scene_enter(&s, "-q.old");
	assert_string_equal(s.last.detail[0], "fintra-runs-20260203-041207-q.old");
	scene_key(&s, TK_ESC);
	assert_int_equal(s.last.intent, DO_BACK);
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_logs),   cmocka_unit_test(test_logs_without_their_beginning),
		cmocka_unit_test(test_jobs),   cmocka_unit_test(test_tables),
		cmocka_unit_test(test_runs),   cmocka_unit_test(test_page),
		cmocka_unit_test(test_prompt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
