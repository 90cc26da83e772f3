#include "core/json.h"
#include "core/json_flat.h"
#include "tests/unit/suite.h"

static struct json *
parse(const char *s)
{
	struct err e = ERR_INIT;
	struct json *j = json_parse(s, strlen(s), &e);

	if (!j)
		fail_msg("%s: %s", s, e.text);
	return j;
}

static bool
refused(const char *p, size_t n)
{
	struct err e = ERR_INIT;
	struct json *j = json_parse(p, n, &e);

	json_free(j);
	return !j && e.cls == ERR_DATA && e.text[0];
}

static void
typed_getters(void **state)
{
	struct json *j = parse(" {\"s\":\"x\",\"n\":1.5,\"t\":\"2.5\",\"z\":null,\"b\":true,\"e\":"
			       "\"\",\"w\":\"NaN\"} \n");

	(void)state;
	assert_string_equal(json_text(j, "s"), "x");
	assert_null(json_text(j, "n"));
	assert_true(json_num(j, "n").has && json_num(j, "n").v == 1.5);
	assert_true(json_num(j, "t").has && json_num(j, "t").v == 2.5);
	assert_false(json_num(j, "s").has);
	assert_false(json_num(j, "z").has);
	assert_false(json_num(j, "e").has);
	assert_false(json_num(j, "w").has);
	assert_false(json_num(j, "none").has);
	assert_null(json_get(j, "z"));
	assert_null(json_get(j, "S"));
	assert_true(json_bool(j, "b", false));
	assert_true(json_bool(j, "s", true));
	json_free(j);
}

static void
walks_arrays_and_objects(void **state)
{
	struct json *j = parse("[10,{\"a\":1,\"b\":2},[]]");
	const struct json *v = json_first(j);
	const char *key;

	(void)state;
	assert_true(json_is_array(j));
	assert_int_equal(json_len(j), 3);
	assert_true(json_as_num(v).v == 10);
	v = json_next(v);
	assert_true(json_is_object(v) && v == json_at(j, 1));
	assert_true(json_as_num(json_member(v, 1, &key)).v == 2);
	assert_string_equal(key, "b");
	assert_null(json_member(v, 2, &key));
	assert_null(json_at(j, 3));
	assert_null(json_next(json_at(j, 2)));
	json_free(j);
}

static void
refuses_bad_texts(void **state)
{
	static const char *const bad[] = {
		"",	      " ",	    "{",	 "[1,]",
		"[1 2]",      "{\"a\":1}x", "[] []",	 "\"\\u0000\"",
		"[\"\xFF\"]", "\"a\nb\"",   "{\"a\" 1}", "nul",
		"NaN",	      "<html>",	    "\"open",	 "{\"k\\u0000\":1}"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (!refused(bad[i], strlen(bad[i])))
			fail_msg("accepted %s", bad[i]);
	assert_true(refused("[1]\0", 4));
	assert_true(refused("\"a\0b\"", 5));
}

/* An escaped backslash before "u0000" is six ordinary characters. */
static void
escaped_backslash_is_no_nul(void **state)
{
	struct json *j = parse("\"\\\\u0000\"");

	(void)state;
	assert_string_equal(json_as_text(j), "\\u0000");
	json_free(j);
}

static void
depth_of_64(void **state)
{
	char text[200] = { 0 };

	(void)state;
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	json_free(parse(text));
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	assert_true(refused(text, 130));
}

static void
infinite_numbers_are_absent(void **state)
{
	struct json *j = parse("[1e999]");

	(void)state;
	assert_false(json_as_num(json_at(j, 0)).has);
	json_free(j);
}

static void
builds_and_prints(void **state)
{
	struct json *o = json_new_object(), *a = json_new_array(), *back;
	STR_AUTO s = { 0 };

	(void)state;
	json_set_int(o, "i", INT64_MAX);
	json_set_num(o, "n", NUM(0.1));
	json_set_num(o, "none", NUM_NONE);
	json_set_text(o, "t", "a\"b\\\n\x1b\x7f\xC2\x9B\xE2\x80\xAE\xC3\xA9");
	json_set_text(o, "null", NULL);
	json_set_bool(o, "b", true);
	json_push_text(a, "x");
	json_set(o, "a", a);
	str_init(&s, 1000);
	json_print(o, &s);
	assert_string_equal(str_c(&s),
			    "{\"i\":9223372036854775807,\"n\":0.1,\"none\":null,"
			    "\"t\":\"a\\\"b\\\\\\n\\u001b\\u007f\\u009b\\u202e\xC3\xA9\",\"null\":"
			    "null,\"b\":true,\"a\":[\"x\"]}");
	back = parse(str_c(&s));
	assert_string_equal(json_text(back, "t"), json_text(o, "t"));
	assert_true(json_num(o, "n").v == 0.1);
	json_free(back);
	json_free(o);
}

static void
bad_bytes_do_not_leave(void **state)
{
	struct json *o = json_new_array();
	STR_AUTO s = { 0 };

	(void)state;
	json_push_text(o, "a\x9b"
			  "b");
	str_init(&s, 100);
	json_print(o, &s);
	assert_string_equal(str_c(&s), "[\"a\\ufffdb\"]");
	json_free(o);
}

static char *
slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	char *p;

	if (!f)
		return NULL;
	p = malloc(4 << 20);
	*n = fread(p, 1, 4 << 20, f);
	fclose(f);
	return p;
}

/* Figures read off the recorded answers by eye. */
static void
recorded_vendor_answers(void **state)
{
	struct err e = ERR_INIT;
	char path[512], *text;
	struct json *j;
	size_t n = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/fmp/json/industry-performance-snapshot_2026-07-29.json",
		 support_real_dir());
	text = slurp(path, &n);
	if (!text) {
		fprintf(stderr, "SKIP: no recorded answer at %s\n", path);
		skip();
	}
	j = json_parse(text, n, &e);
	free(text);
	assert_non_null(j);
	assert_int_equal(json_len(j), 127);
	assert_true(json_num(json_at(j, 0), "averageChange").has);
	json_free(j);
	snprintf(path, sizeof(path), "%s/fmp/errors/429_limit_reach.json", support_real_dir());
	text = slurp(path, &n);
	assert_non_null(text);
	j = json_parse(text, n, &e);
	free(text);
	assert_true(strstr(json_text(j, "Error Message"), "Limit Reach") != NULL);
	json_free(j);
}

static void
flat_is_for_people(void **state)
{
	static const char *const cases[][2] = {
		{ "{\"limit\":\"500\",\"force\":true}", "limit: 500, force: true" },
		{ "{\"a\":[1,\"b\",null],\"c\":{\"d\":1.5}}", "a: [1, b, null], c: {d: 1.5}" },
		{ "{}", "" },
		{ "[1,2]", "[1,2]" },
		{ "{not json", "{not json" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		STR_AUTO out = { 0 };

		str_init(&out, 200);
		json_flat(cases[i][0], &out);
		assert_string_equal(str_c(&out), cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typed_getters),
		cmocka_unit_test(walks_arrays_and_objects),
		cmocka_unit_test(refuses_bad_texts),
		cmocka_unit_test(escaped_backslash_is_no_nul),
		cmocka_unit_test(depth_of_64),
		cmocka_unit_test(infinite_numbers_are_absent),
		cmocka_unit_test(builds_and_prints),
		cmocka_unit_test(flat_is_for_people),
		cmocka_unit_test(bad_bytes_do_not_leave),
		cmocka_unit_test(recorded_vendor_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
