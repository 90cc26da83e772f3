#include "core/params.h"
#include "tests/unit/suite.h"

static const struct param_def defs[] = {
	{ .name = "start", .type = PARAM_DATE, .help = "first day" },
	{ .name = "step",
	  .type = PARAM_CHOICE,
	  .choices = "session|week|month",
	  .dflt = "session",
	  .help = "h" },
	{ .name = "batch_size", .type = PARAM_INT, .min = 1, .max = 500, .help = "h" },
	{ .name = "windows", .type = PARAM_WINDOWS, .help = "h" },
	{ .name = "note", .type = PARAM_TEXT, .help = "h" },
	{ .name = NULL },
};

static void
set(struct params *p, const char *name, const char *value)
{
	struct err e = ERR_INIT;

	if (params_set(p, defs, name, value, &e) < 0)
		fail_msg("%s", e.text);
}

static void
refuse(const char *name, const char *value, const char *part)
{
	struct params p = { .n = 0 };
	struct err e = ERR_INIT;

	assert_int_equal(params_set(&p, defs, name, value, &e), -1);
	assert_int_equal(e.cls, ERR_USAGE);
	if (!strstr(e.text, part))
		fail_msg("\"%s\" does not mention \"%s\"", e.text, part);
	assert_int_equal(p.n, 0);
}

static void
normalises(void **state)
{
	struct params p = { .n = 0 };

	(void)state;
	set(&p, "ticker", "brk-b");
	set(&p, "dry-run", NULL);
	set(&p, "force", "no");
	set(&p, "limit", " 5 ");
	set(&p, "windows", "1m,ytd,5Y");
	set(&p, "from", "2018-07-18");
	assert_string_equal(params_text(&p, "ticker"), "BRK-B");
	assert_true(params_bool(&p, "dry_run"));
	assert_false(params_bool(&p, "force"));
	assert_int_equal(params_int(&p, "limit", 9), 5);
	assert_int_equal(params_int(&p, "batch_size", 9), 9);
	assert_string_equal(params_text(&p, "windows"), "1M,YTD,5Y");
	assert_true(date_eq(params_date(&p, "start"), date_of(2018, 7, 18)));
	assert_false(date_is_set(params_date(&p, "end")));
	set(&p, "limit", "7");
	assert_int_equal(params_int(&p, "limit", 9), 7);
	assert_int_equal(p.n, 6);
	params_done(&p);
}

static void
refuses(void **state)
{
	(void)state;
	refuse("stpe", "week", "did you mean \"step\"");
	refuse("wholly_unknown", "x", "unknown parameter");
	refuse("ticker", "A;DROP", "not a ticker");
	refuse("ticker", "", "not a ticker");
	refuse("ticker", "ABCDEFGHIJKLMNOPQRSTU", "20");
	refuse("ticker", "\xC3\x84", "not a ticker");
	refuse("limit", "-1", "not within");
	refuse("limit", "1.5", "whole number");
	refuse("limit", NULL, "needs a value");
	refuse("batch-size", "501", "1..500");
	refuse("start", "2018-02-29", "not a date");
	refuse("step", "day", "session|week|month");
	refuse("step", "session|week", "session|week|month");
	refuse("windows", "1M,,5Y", "not a window");
	refuse("windows", "1X", "not a window");
	refuse("windows", "0M", "not a window");
	refuse("dry_run", "maybe", "true or false");
}

static void
json_both_ways(void **state)
{
	struct params p = { .n = 0 }, q, copy;
	struct err e = ERR_INIT;
	STR_AUTO s = { 0 };

	(void)state;
	set(&p, "step", "week");
	set(&p, "note", "it's \"x\"\n");
	set(&p, "limit", "5");
	str_init(&s, 1000);
	params_json(&p, &s);
	assert_string_equal(str_c(&s),
			    "{\"limit\":\"5\",\"note\":\"it's \\\"x\\\"\\n\",\"step\":\"week\"}");
	assert_int_equal(params_from_json(&q, defs, str_c(&s), &e), 0);
	assert_string_equal(params_text(&q, "note"), "it's \"x\"\n");
	params_done(&q);
	params_copy(&copy, &p);
	params_done(&p);
	assert_string_equal(params_text(&copy, "step"), "week");
	params_done(&copy);
	assert_int_equal(params_from_json(&q, defs, "{\"limit\":5,\"force\":true}", &e), 0);
	assert_int_equal(params_int(&q, "limit", 0), 5);
	assert_true(params_bool(&q, "force"));
	params_done(&q);
	assert_int_equal(params_from_json(&q, defs, "{\"limit\":[]}", &e), -1);
	assert_int_equal(params_from_json(&q, defs, "[]", &e), -1);
	assert_int_equal(params_from_json(&q, defs, "{\"limit\":1,\"nope\":1}", &e), -1);
	assert_int_equal(q.n, 0);
}

static void
command_line(void **state)
{
	struct params p = { .n = 0 };
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 1000);
	params_command(&p, &s);
	assert_string_equal(str_c(&s), "");
	set(&p, "limit", "5");
	set(&p, "dry_run", NULL);
	set(&p, "force", "0");
	set(&p, "start", "2018-07-18");
	set(&p, "note", "it's; rm -rf $HOME");
	params_command(&p, &s);
	assert_string_equal(
		str_c(&s),
		" --limit 5 --dry-run --from 2018-07-18 --note 'it'\\''s; rm -rf $HOME'");
	params_done(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normalises),
		cmocka_unit_test(refuses),
		cmocka_unit_test(json_both_ways),
		cmocka_unit_test(command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
