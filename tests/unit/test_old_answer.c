/* Answers as the old system's routes give them (jobs.md, the "Result" lines and section 6). */
#include "core/old_answer.h"
#include "tests/unit/suite.h"

static struct old_answer
answer(int status, const char *body)
{
	struct old_answer a;

	old_answer_read(status, body, strlen(body), true, &a);
	json_free(a.body);
	a.body = NULL;
	return a;
}

static void
expect(int status, const char *body, enum old_verdict verdict, const char *text)
{
	struct old_answer a = answer(status, body);

	if (a.verdict != verdict || !strstr(a.text, text))
		fail_msg("%d %s: verdict %d, \"%s\"", status, body, (int)a.verdict, a.text);
}

static void
success(void **state)
{
	(void)state;
	expect(200, "{\"ok\":true,\"processed\":3}", OLD_SUCCESS, "");
	expect(200, "{\"success\":true,\"data\":{\"processed\":1,\"errors\":0}}", OLD_SUCCESS, "");
	expect(200, "{\"processed\":10,\"failures\":0,\"total\":10,\"timestamp\":\"x\"}",
	       OLD_SUCCESS, "");
	expect(200, "{\"status\":\"ok\",\"tickers_processed\":4}", OLD_SUCCESS, "");
	expect(200, "{\"ok\":true,\"error\":null,\"errors\":[]}", OLD_SUCCESS, "");
	expect(200, "{\"profiles\":85000,\"income\":null}", OLD_SUCCESS, "");
	expect(200, "{}", OLD_SUCCESS, "");
}

static void
partial(void **state)
{
	(void)state;
	expect(200, "{\"ok\":true,\"processed\":11,\"errors\":[\"Energy\"]}", OLD_PARTIAL, "");
	expect(200, "{\"success\":true,\"stats\":{\"processed\":9,\"errors\":2}}", OLD_PARTIAL, "");
	expect(200, "{\"processed\":97,\"failures\":3,\"total\":100}", OLD_PARTIAL, "");
	expect(200, "{\"ok\":false,\"processed\":900,\"failed_chunks\":1}", OLD_PARTIAL, "");
	expect(200, "{\"status\":\"partial\",\"message\":\"two days\"}", OLD_PARTIAL, "two days");
	expect(200, "{\"ok\":true,\"error\":\"one sector\"}", OLD_PARTIAL, "one sector");
	expect(200,
	       "{\"success\":true,\"steps\":[{\"step\":\"a\",\"ok\":true},{\"step\":\"b\",\"ok\":"
	       "false}]}",
	       OLD_PARTIAL, "");
}

static void
failure(void **state)
{
	struct old_answer a;

	(void)state;
	expect(200, "{\"ok\":false,\"error\":\"empty_universe\"}", OLD_FAILURE, "empty_universe");
	expect(200, "{\"success\":false,\"message\":\"no rows\"}", OLD_FAILURE, "no rows");
	expect(200, "{\"ok\":false,\"error\":{\"message\":\"deep\"}}", OLD_FAILURE, "deep");
	expect(200, "{\"ok\":false,\"alert\":true,\"reason\":\"stale\"}", OLD_FAILURE, "stale");
	expect(200, "{\"error\":\"No snapshots for today\"}", OLD_FAILURE, "No snapshots");
	expect(200, "{\"ok\":false}", OLD_FAILURE, "not why");
	expect(200, "{\"processed\":100,\"failures\":100,\"total\":100}", OLD_FAILURE, "all of");
	expect(500, "{\"error\":\"CRON_SECRET not configured\"}", OLD_FAILURE,
	       "HTTP 500: CRON_SECRET not configured");
	expect(200, "<html>Not Found</html>", OLD_FAILURE, "without a JSON object");
	expect(200, "", OLD_FAILURE, "unknown");
	expect(200, "[1,2]", OLD_FAILURE, "without a JSON object");
	a = answer(200, "{\"ok\":false,\"error\":\"a\\u001b[31mb\"}");
	assert_null(strchr(a.text, '\033'));
	a = answer(500, "bad \033]0;x\007 bytes \xff");
	assert_null(strchr(a.text, '\033'));
	assert_null(strchr(a.text, '\xff'));
}

static void
skipped(void **state)
{
	(void)state;
	expect(200, "{\"ok\":true,\"skipped\":true,\"reason\":\"already_done\"}", OLD_SKIPPED,
	       "already_done");
	expect(200, "{\"skipped\":true,\"date\":\"2026-02-02\",\"count\":12}", OLD_SKIPPED,
	       "nothing to do");
	expect(200, "{\"ok\":true,\"skipped\":true,\"reason\":\"lock_held\"}", OLD_BUSY,
	       "lock_held");
	expect(200, "{\"ok\":true,\"skipped\":12}", OLD_SUCCESS, ""); /* a count */
	assert_int_equal(answer(200, "{\"skipped\":true}").cls, ERR_NOT_READY);
	assert_int_equal(answer(200, "{\"skipped\":true,\"reason\":\"lock_held\"}").cls, ERR_LOCK);
}

static void
statuses(void **state)
{
	static const struct {
		int status;
		enum old_verdict verdict;
		enum err_class cls;
		bool may_run;
	} at[] = {
		{ 401, OLD_FAILURE, ERR_PERMISSION, false },
		{ 403, OLD_FAILURE, ERR_PERMISSION, false },
		{ 404, OLD_FAILURE, ERR_CONFIG, false },
		{ 409, OLD_BUSY, ERR_LOCK, false },
		{ 423, OLD_BUSY, ERR_LOCK, false },
		{ 429, OLD_FAILURE, ERR_QUOTA, false },
		{ 400, OLD_FAILURE, ERR_USAGE, false },
		{ 302, OLD_FAILURE, ERR_CONFIG, false },
		{ 500, OLD_FAILURE, ERR_INTERNAL, false },
		{ 504, OLD_FAILURE, ERR_NETWORK, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		struct old_answer a = answer(at[i].status, "Unauthorized");

		assert_int_equal(a.verdict, at[i].verdict);
		assert_int_equal(a.cls, at[i].cls);
		assert_int_equal(a.may_run, at[i].may_run);
	}
	expect(401, "{\"error\":\"Unauthorized\"}", OLD_FAILURE, "secret_file");
}

static void
cut_answer(void **state)
{
	struct old_answer a;

	(void)state;
	old_answer_read(200, "{\"ok\":tr", 8, false, &a);
	assert_int_equal(a.verdict, OLD_FAILURE);
	assert_int_equal(a.cls, ERR_NETWORK);
	assert_true(a.may_run);
	assert_null(a.body);
}

static void
counts(void **state)
{
	struct old_answer a = answer(200, "{\"ok\":true,\"processed\":12}");

	(void)state;
	assert_int_equal(a.counts.read, 12);
	assert_int_equal(a.counts.inserted, -1);
	assert_int_equal(a.counts.updated, -1);
	assert_int_equal(a.counts.errors, 0);
	a = answer(200, "{\"success\":true,\"stats\":{\"processed\":5,\"inserted\":3,\"skipped\":2,"
			"\"errors\":1}}");
	assert_int_equal(a.counts.read, 5);
	assert_int_equal(a.counts.inserted, 3);
	assert_int_equal(a.counts.skipped, 2);
	assert_int_equal(a.counts.errors, 1);
	a = answer(200,
		   "{\"ok\":true,\"errors\":[\"a\",\"b\",\"c\"],\"inserted\":-4,\"updated\":1.5}");
	assert_int_equal(a.counts.errors, 3);
	assert_int_equal(a.counts.inserted, -1);
	assert_int_equal(a.counts.updated, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(success), cmocka_unit_test(partial),  cmocka_unit_test(failure),
		cmocka_unit_test(skipped), cmocka_unit_test(statuses), cmocka_unit_test(cut_answer),
		cmocka_unit_test(counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
