#include "core/event.h"
#include "core/json.h"
#include "tests/unit/suite.h"

static struct event
sample(const char *msg, const char *data)
{
	struct event ev = {
		.run = 8812, .seq = 3, .ts_ms = INT64_C(1770109927123), .lvl = LVL_INFO
	};

	str_copy(ev.ev, sizeof(ev.ev), "progress");
	str_copy(ev.job, sizeof(ev.job), "performance-bulk");
	ev.msg = mem_dup(msg);
	ev.data = mem_dup(data);
	return ev;
}

/* 1770109927 is 2026-02-03 09:12:07 UTC, 04:12:07 in New York. */
static void
human_line(void **state)
{
	struct event ev = sample("PROGRESS 5/10", NULL);
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 1000);
	event_line(&ev, 1, &s);
	assert_string_equal(str_c(&s), "04:12:07 i performance-bulk  PROGRESS 5/10");
	str_clear(&s);
	ev.lvl = LVL_ERROR;
	event_line(&ev, 0, &s);
	assert_string_equal(str_c(&s), "09:12:07 E performance-bulk  PROGRESS 5/10");
	event_done(&ev);
}

/* faults.md T7: a message cannot forge a line or reach the terminal. */
static void
hostile_message(void **state)
{
	struct event ev = sample("x\n04:12:08 i fake  SUCCESS\x1b]0;t\x07\xE2\x80\xAE", NULL);
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 1000);
	event_line(&ev, 1, &s);
	assert_string_equal(
		str_c(&s),
		"04:12:07 i performance-bulk  x\\n04:12:08 i fake  SUCCESS\\x1b]0;t\\x07\\u202e");
	str_clear(&s);
	event_json(&ev, &s);
	for (const char *p = str_c(&s); *p; p++)
		assert_true((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7F);
	event_done(&ev);
}

static void
json_object(void **state)
{
	struct event ev = sample("say \"hi\"", "\"counts\":{\"read\":5},\"state\":\"success\"");
	struct err e = ERR_INIT;
	struct json *j;
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 1000);
	event_json(&ev, &s);
	assert_null(strchr(str_c(&s), '\n'));
	j = json_parse(s.p, s.len, &e);
	assert_non_null(j);
	assert_true(json_num(j, "v").v == 1);
	assert_string_equal(json_text(j, "ts"), "2026-02-03T09:12:07.123Z");
	assert_string_equal(json_text(j, "lvl"), "info");
	assert_true(json_num(j, "run").v == 8812);
	assert_string_equal(json_text(j, "job"), "performance-bulk");
	assert_string_equal(json_text(j, "ev"), "progress");
	assert_string_equal(json_text(j, "msg"), "say \"hi\"");
	assert_true(json_num(json_get(j, "counts"), "read").v == 5);
	assert_string_equal(json_text(j, "state"), "success");
	assert_null(json_get(j, "unit"));
	json_free(j);
	event_done(&ev);
}

static void
copies_are_independent(void **state)
{
	struct event a = sample("one", NULL), b;

	(void)state;
	str_copy(a.unit, sizeof(a.unit), "day 2018-07-18");
	event_copy(&b, &a);
	event_done(&a);
	assert_string_equal(b.msg, "one");
	assert_string_equal(b.unit, "day 2018-07-18");
	assert_null(b.data);
	event_done(&b);
}

static void
levels(void **state)
{
	enum level l;

	(void)state;
	assert_true(level_parse("WARN", &l) && l == LVL_WARN);
	assert_false(level_parse("loud", &l));
	assert_string_equal(level_name(LVL_DEBUG), "debug");
	assert_int_equal(level_letter(LVL_WARN), 'W');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(human_line),  cmocka_unit_test(hostile_message),
		cmocka_unit_test(json_object), cmocka_unit_test(copies_are_independent),
		cmocka_unit_test(levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
