/* The HTTP client against the stand-in: every refusal of fmp.md section 2 and the transport faults
 * of faults.md.  Expected classes, statuses and words come from those pages. */
#include "tests/cli/http_suite.h"

#include <sys/resource.h>
#include <sys/stat.h>

struct refusal {
	const char *kind;
	bool json; /* asked of a JSON path, else of a bulk one */
	enum err_class cls;
	int status, attempts;
	const char *first; /* bytes of the body in the text */
	const char *says;
};

static const struct refusal refusals[] = {
	{ "401", false, ERR_AUTH, 401, 1, "{\"Error Message\":\"Invalid API KEY", "API key" },
	{ "402", true, ERR_PLAN, 402, 1, "Premium Query Parameter", "plan" },
	{ "402-restricted", false, ERR_PLAN, 402, 1, "Restricted Endpoint", "plan" },
	{ "403", false, ERR_PLAN, 403, 1, "{\"Error Message\":\"Exclusive Endpoint", "plan" },
	{ "403-legacy", true, ERR_PLAN, 403, 1, "Legacy Endpoint", "/stable" },
	{ "404", false, ERR_DATA, 404, 1, "[]", "no such path" },
	{ "400", false, ERR_DATA, 400, 1, "Query Error", "rejects" },
	{ "429", true, ERR_QUOTA, 429, 3, "{\"Error Message\":\"Limit Reach . Please", "limit" },
	{ "429", false, ERR_QUOTA, 429, 4, "{\"Error Message\":\"Limit Reach . Please", "limit" },
	{ "limit-200", false, ERR_QUOTA, 200, 4, "{\"Error Message\":\"Limit Reach", "limit" },
	{ "limit-200", true, ERR_QUOTA, 200, 3, "{\"Error Message\":\"Limit Reach", "limit" },
	{ "bandwidth-200", false, ERR_QUOTA, 200, 1, "Bandwidth Limit Reach", "bandwidth" },
	{ "500", false, ERR_NETWORK, 500, 3, "<html>", "server fails" },
	{ "502-html", true, ERR_NETWORK, 502, 3, "<html>", "server fails" },
	{ "503-empty", false, ERR_NETWORK, 503, 3, "no body", "server fails" },
	{ "error-200", false, ERR_DATA, 200, 1, "{\"Error Message\":\"No Data", "error object" },
	{ "error-200", true, ERR_DATA, 200, 1, "{\"Error Message\":\"No Data", "error object" },
	{ "html-200", false, ERR_DATA, 200, 1, "<!DOCTYPE html>", "HTML" },
	{ "html-200", true, ERR_DATA, 200, 1, "<!DOCTYPE html>", "HTML" },
	{ "truncate", false, ERR_NETWORK, 200, 3, "\"symbol\",\"date\"", "attempts" },
	{ "truncate", true, ERR_NETWORK, 200, 3, "[{\"symbol\":\"SPY\"", "attempts" },
	{ "wrong-length", false, ERR_NETWORK, 200, 3, "\"symbol\",\"date\"", "attempts" },
	{ "cut-chunk", false, ERR_NETWORK, 200, 3, "\"symbol\",\"date\"", "attempts" },
	{ "cut-close", false, ERR_NETWORK, 200, 3, "\"symbol\",\"date\"", "probably cut" },
	{ "cut-close", true, ERR_NETWORK, 200, 3, "[{\"symbol\":\"SPY\"", "probably cut" },
	{ "reset", false, ERR_NETWORK, 200, 3, "\"symbol\",\"date\"", "attempts" },
	{ "gzip-cut", false, ERR_NETWORK, 200, 3, "\"symbol\",\"date\"", "gzip data end early" },
	{ "gzip-cut", true, ERR_NETWORK, 200, 3, "[{\"symbol\":\"SPY\"", "gzip data end early" },
	{ "gzip-bomb", false, ERR_DATA, 200, 1, "\\x00", "200 times" },
	{ "redirect", false, ERR_DATA, 302, 1, "no body", "elsewhere.example.com" },
	{ "redirect=308", true, ERR_DATA, 308, 1, "no body", "elsewhere.example.com" },
};

static void
check_refusal(const struct refusal *f)
{
	struct conf c = test_conf();
	const struct http_req *q = f->json ? &history : &eod;
	struct http_resp r;
	struct err e = ERR_INIT;
	char rule[128], status[16];

	fmt_buf(rule, sizeof(rule), "path=%s,kind=%s", q->path, f->kind);
	fmt_buf(status, sizeof(status), "HTTP %d", f->status);
	fault(NULL); /* a success between, or the breaker would join in */
	assert_int_equal(get_with(&c, NULL, q, &r, &e), 0);
	unlink(target());
	fault(rule);
	long before = requests();
	print_message("%s on %s\n", f->kind, q->path);
	assert_int_equal(get_with(&c, NULL, q, &r, &e), -1);
	assert_string_equal(err_class_name(e.cls), err_class_name(f->cls));
	assert_int_equal(e.http, f->status);
	assert_non_null(strstr(e.text, q->path));
	assert_non_null(strstr(e.text, status));
	assert_non_null(strstr(e.text, f->first));
	assert_non_null(strstr(e.text, f->says));
	assert_null(strstr(e.text, KEY));
	assert_int_equal(r.attempts, f->attempts);
	assert_int_equal(requests() - before, f->attempts);
	assert_int_equal(files_left(), 0);
}

static void
each_refusal_names_path_status_and_first_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		check_refusal(&refusals[i]);
}

static void
a_bomb_costs_no_memory(void **state)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	struct rusage before, after;

	(void)state;
	fault("path=" EOD ",kind=gzip-bomb");
	getrusage(RUSAGE_SELF, &before);
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), -1);
	getrusage(RUSAGE_SELF, &after);
	assert_int_equal(err_exit_code(&e), 65);
	assert_true(after.ru_maxrss - before.ru_maxrss < 64 * 1024);
}

static void
a_good_answer_is_the_servers_bytes(void **state)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	struct stat st;
	char *want, buf[8192] = "";

	(void)state;
	fault(NULL);
	want = support_fake_get(EOD "?date=2026-02-02&datatype=csv");
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), 0);
	FILE *f = fopen(target(), "r");
	size_t n = fread(buf, 1, sizeof(buf) - 1, f);
	fclose(f);
	assert_string_equal(buf, want);
	assert_int_equal(r.bytes, n);
	assert_int_equal(r.status, 200);
	assert_int_equal(stat(target(), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_null(strstr(r.url, KEY));
	free(want);
	unlink(target());
}

static void
json_comes_gzipped_and_whole(void **state)
{
	struct conf c = test_conf();
	struct http *h = http_new(&c, NULL, NULL, NULL);
	struct http_resp r;
	struct err e = ERR_INIT;
	STR_AUTO body = { 0 };
	char *want;

	(void)state;
	fault(NULL);
	str_init(&body, 1 << 20);
	want = support_fake_get(HISTORY "?symbol=SPY");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(http_get_mem(h, &history, &body, &r, &e), 0);
		assert_string_equal(str_c(&body), want);
	}
	free(want);
	http_free(h);
}

static void
nothing_is_told_from_something(void **state)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	static const char *const kinds[] = { "empty", "empty-list" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char rule[64];

		fmt_buf(rule, sizeof(rule), "kind=%s", kinds[i]);
		fault(rule);
		assert_int_equal(get_with(&c, NULL, &eod, &r, &e), 0);
		assert_true(r.empty);
		assert_int_equal(get_with(&c, NULL, &history, &r, &e), 0);
		assert_true(r.empty);
	}
	fault("kind=header-only");
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), 0);
	assert_false(r.empty);
	unlink(target());
}

static void
the_end_of_the_parts_is_no_error(void **state)
{
	struct conf c = test_conf();
	static const struct http_arg args[] = { { "part", "1" }, { NULL, NULL } };
	struct http_req q = { "/stable/profile-bulk", args, HTTP_CSV, true, 400 };
	struct http_resp r;
	struct err e = ERR_INIT;

	(void)state;
	fault(NULL);
	assert_int_equal(get_with(&c, NULL, &q, &r, &e), 0);
	assert_true(r.end);
	assert_int_equal(files_left(), 0);
	fault("kind=429");
	assert_int_equal(get_with(&c, NULL, &q, &r, &e), -1);
	assert_int_equal(e.cls, ERR_QUOTA);
}

static void
a_passing_fault_is_overcome(void **state)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	static const char *const kinds[] = { "502-html", "truncate", "reset", "429", "gzip-cut" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char rule[96];

		fmt_buf(rule, sizeof(rule), "path=" EOD ",count=2,kind=%s", kinds[i]);
		fault(rule);
		assert_int_equal(get_with(&c, NULL, &eod, &r, &e), 0);
		assert_int_equal(r.attempts, 3);
		unlink(target());
	}
}

static void
a_failure_leaves_the_old_file(void **state)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	struct stat st;

	(void)state;
	fault(NULL);
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), 0);
	fault("kind=truncate");
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), -1);
	assert_int_equal(files_left(), 1);
	assert_int_equal(stat(target(), &st), 0);
	assert_int_not_equal(st.st_size, r.bytes);
	unlink(target());
}

static void
only_https_or_loopback(void **state)
{
	static const char *const bad[] = { "http://example.com",
					   "ftp://127.0.0.1",
					   "file:///etc",
					   "http://127.0.0.1:1@example.com",
					   "",
					   "example.com",
					   "http://127.0.0.1.example.com",
					   "https://u:p@example.com",
					   "https://example.com/?a=1" };
	struct conf c = test_conf();
	struct http_resp r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char url[64];
		struct err e = ERR_INIT;

		str_copy(url, sizeof(url), bad[i]);
		c.base_url = url;
		assert_int_equal(get_with(&c, NULL, &eod, &r, &e), -1);
		assert_int_equal(e.cls, ERR_CONFIG);
		assert_non_null(strstr(e.text, "base_url"));
	}
}

static void
no_proxy_is_taken_from_the_environment(void **state)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;

	(void)state;
	fault(NULL);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), 0);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	unlink(target());
}

static void
refused_is_retried_and_bad_tls_is_not(void **state)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	char url[64];

	(void)state;
	fmt_buf(url, sizeof(url), "https%s", c.base_url + 4);
	c.base_url = url;
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), -1);
	assert_int_equal(e.cls, ERR_NETWORK);
	assert_int_equal(r.attempts, 1);
	str_copy(url, sizeof(url), "http://127.0.0.1:1");
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), -1);
	assert_int_equal(e.cls, ERR_NETWORK);
	assert_int_equal(r.attempts, 3);
	assert_int_equal(err_exit_code(&e), 69);
}

static void
take_note(void *arg, const char *text)
{
	str_puts(arg, text);
	str_putc(arg, '\n');
}

static void
the_key_is_nowhere(void **state)
{
	struct conf c = test_conf();
	static const struct http_arg args[] = { { "symbol", "x" KEY "x" }, { NULL, NULL } };
	struct http_req q = { HISTORY, args, HTTP_JSON, false, 0 };
	struct http_resp r;
	struct err e = ERR_INIT;
	STR_AUTO notes = { 0 };
	struct http *h;

	(void)state;
	str_init(&notes, 65536);
	fault("kind=429");
	h = http_new(&c, NULL, take_note, &notes);
	assert_int_equal(http_get_file(h, &q, target(), &r, &e), -1);
	http_free(h);
	assert_non_null(strstr(str_c(&notes), "attempt 1 of 3"));
	assert_null(strstr(str_c(&notes), KEY));
	assert_null(strstr(e.text, KEY));
	assert_null(strstr(r.url, KEY));
	assert_non_null(strstr(r.url, "***"));
	static char split[] = "two\r\nX-Evil: 1";
	c.api_key = split;
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_null(strstr(e.text, "Evil"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_refusal_names_path_status_and_first_bytes),
		cmocka_unit_test(a_bomb_costs_no_memory),
		cmocka_unit_test(a_good_answer_is_the_servers_bytes),
		cmocka_unit_test(json_comes_gzipped_and_whole),
		cmocka_unit_test(nothing_is_told_from_something),
		cmocka_unit_test(the_end_of_the_parts_is_no_error),
		cmocka_unit_test(a_passing_fault_is_overcome),
		cmocka_unit_test(a_failure_leaves_the_old_file),
		cmocka_unit_test(only_https_or_loopback),
		cmocka_unit_test(no_proxy_is_taken_from_the_environment),
		cmocka_unit_test(refused_is_retried_and_bad_tls_is_not),
		cmocka_unit_test(the_key_is_nowhere),
	};

	return http_suite_run(tests, ARRAY_LEN(tests), "http");
}
