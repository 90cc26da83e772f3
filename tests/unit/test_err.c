#include "core/err.h"
#include "tests/unit/suite.h"

/* console.md section 5 names the codes. */
static void
exit_codes(void **state)
{
	static const struct {
		enum err_class cls;
		int code;
		const char *name;
	} want[] = {
		{ ERR_NONE, 0, "NONE" },
		{ ERR_USAGE, 64, "USAGE" },
		{ ERR_CONFIG, 78, "CONFIG" },
		{ ERR_AUTH, 78, "AUTH" },
		{ ERR_PLAN, 77, "PLAN" },
		{ ERR_PERMISSION, 77, "PERMISSION" },
		{ ERR_QUOTA, 69, "QUOTA" },
		{ ERR_NETWORK, 69, "NETWORK" },
		{ ERR_PROTOCOL, 76, "PROTOCOL" },
		{ ERR_DATA, 65, "DATA" },
		{ ERR_EMPTY, 6, "EMPTY" },
		{ ERR_NOT_READY, 0, "NOT_READY" },
		{ ERR_DB, 1, "DB" },
		{ ERR_DB_TIMEOUT, 124, "DB_TIMEOUT" },
		{ ERR_TIMEOUT, 124, "TIMEOUT" },
		{ ERR_LOCK, 75, "LOCK" },
		{ ERR_GATE, 3, "GATE" },
		{ ERR_CANCELLED, 130, "CANCELLED" },
		{ ERR_LOST, 1, "LOST" },
		{ ERR_INTERNAL, 1, "INTERNAL" },
	};
	(void)state;
	assert_int_equal(ARRAY_LEN(want), ERR_CLASS_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(err_set(&e, want[i].cls, "x"), -1);
		assert_int_equal(err_exit_code(&e), want[i].code);
		assert_string_equal(err_class_name(e.cls), want[i].name);
	}
}

static void
lost_connection_is_unavailable(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ERR_DB, "gone");
	e.disconnected = true;
	assert_int_equal(err_exit_code(&e), 69);
	err_set(&e, ERR_DB, "again");
	assert_int_equal(err_exit_code(&e), 1);
}

static void
wrap_puts_context_in_front(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ERR_DATA, "row %d", 7);
	e.http = 200;
	assert_int_equal(err_wrap(&e, "eod-bulk %s", "2018-07-18"), -1);
	assert_string_equal(e.text, "eod-bulk 2018-07-18: row 7");
	assert_int_equal(e.cls, ERR_DATA);
	assert_int_equal(e.http, 200);
}

static void
may_quote_itself(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ERR_DB, "inner");
	err_set(&e, ERR_LOST, "outer (%s)", e.text);
	assert_string_equal(e.text, "outer (inner)");
}

static void
long_text_is_cut_between_characters(void **state)
{
	struct err e = ERR_INIT;
	char text[2000];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\xC3\xA9", 2); /* e acute */
	text[1998] = '\0';
	err_set(&e, ERR_DATA, "%s", text);
	assert_int_equal(strlen(e.text), 1022);
	err_set(&e, ERR_DATA, "x%s", text);
	assert_int_equal(strlen(e.text), 1023);
}

static void
errno_gives_the_reason(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_errno(&e, ERR_CONFIG, 2, "/nowhere");
	assert_string_equal(e.text, "/nowhere: No such file or directory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_codes),
		cmocka_unit_test(lost_connection_is_unavailable),
		cmocka_unit_test(wrap_puts_context_in_front),
		cmocka_unit_test(may_quote_itself),
		cmocka_unit_test(long_text_is_cut_between_characters),
		cmocka_unit_test(errno_gives_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
