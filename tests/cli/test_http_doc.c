/* Documents of the host in [sec], against the stand-in: what is sent there and what is not, which
 * addresses are asked for at all, every refusal (faults.md T4, T5; fmp.md 7). */
#include "tests/cli/http_suite.h"

#define LIST "/stable/sec-filings-8k?from=2026-01-05&to=2026-02-03&page=0&limit=100"
#define AGENT "fintra tests ops@example.com"

/* The first document of the list that is a page; "" when there is none. */
static const char *
document(void)
{
	static char found[300];
	char *list = support_fake_get(LIST);
	const char *end = strstr(list, "form8-k.htm\"");
	const char *from = end;

	assert_non_null(end);
	while (from[-1] != '"')
		from--;
	fmt_buf(found, sizeof(found), "%.*s", (int)(strchr(from, '"') - from), from);
	free(list);
	return found;
}

static struct conf
doc_conf(void)
{
	static char agent[] = AGENT;
	struct conf c = test_conf();

	c.sec_base_url = c.base_url;
	c.sec_user_agent = agent;
	c.sec_requests_per_s = 1000;
	c.sec_timeout_s = 20;
	return c;
}

static int
get_doc(const struct conf *c, const char *address, struct str *body, struct http_resp *r,
	struct err *e)
{
	struct http *h = http_new(c, NULL, NULL, NULL);
	int rc;

	str_done(body);
	str_init(body, HTTP_DOC_MAX);
	rc = http_get_document(h, address, body, r, e);
	http_free(h);
	return rc;
}

/* The stand-in answers 400 to a key and 403 without a contact address. */
static void
the_host_learns_who_asks_and_no_key(void **state)
{
	static char nobody[] = "", broken[] = "a@b.example\r\nX-Evil: 1";
	struct conf c = doc_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	STR_AUTO body = { 0 };

	(void)state;
	fault(NULL);
	if (get_doc(&c, document(), &body, &r, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(str_c(&body), "<p>FORM 8-K</p>"));
	assert_null(strstr(r.url, KEY));
	c.sec_user_agent = nobody;
	assert_int_equal(get_doc(&c, document(), &body, &r, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_int_equal(r.attempts, 1);
	assert_non_null(strstr(e.text, "user_agent"));
	assert_int_equal(body.len, 0);
	c.sec_user_agent = broken;
	const char *address = document();
	long before = requests();
	assert_int_equal(get_doc(&c, address, &body, &r, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_int_equal(requests(), before);
}

/* Scheme and host of the list are nobody's business: only the configured host is asked. */
static void
only_the_configured_host_is_asked(void **state)
{
	static char elsewhere[] = "http://192.0.2.1";
	struct conf c = doc_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	STR_AUTO body = { 0 };
	char address[300];

	(void)state;
	fault(NULL);
	fmt_buf(address, sizeof(address), "http://evil.example.com:81%s",
		strstr(document(), "/Archives"));
	assert_int_equal(get_doc(&c, address, &body, &r, &e), 0);
	c.sec_base_url = elsewhere;
	assert_int_equal(get_doc(&c, address, &body, &r, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_non_null(strstr(e.text, "base_url in [sec]"));
}

static void
addresses_of_documents(void **state)
{
	static const char *const good[] = { "https://www.sec.gov/a.htm", "http://h/x/Y-1_2.HTML",
					    "HTTPS://h:8/a~b/c.txt" };
	static const char *const bad[] = { NULL,
					   "",
					   "a.htm",
					   "/a.htm",
					   "ftp://h/a.htm",
					   "file:///a.htm",
					   "https://h/a.jpg",
					   "https://h/a.pdf",
					   "https://h/a.htm.gif",
					   "https://h/a.htm?x=1",
					   "https://h/a.htm#x",
					   "https://u:p@h/a.htm",
					   "https://h/a b.htm",
					   "https://h/a\r\nX: y.htm",
					   "https://h/a/../b.htm",
					   "https://h/%61.htm",
					   "https:///a.htm",
					   "https://h" };
	struct conf c = doc_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	STR_AUTO body = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(http_is_document(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (http_is_document(bad[i]))
			fail_msg("%s", bad[i]);
	long before = requests();
	assert_int_equal(get_doc(&c, "https://h/a.jpg", &body, &r, &e), -1);
	assert_int_equal(e.cls, ERR_USAGE);
	assert_int_equal(requests(), before);
}

static const struct refusal {
	const char *kind;
	enum err_class cls;
	int status, attempts;
	const char *says;
} refusals[] = {
	{ "403-undeclared", ERR_CONFIG, 403, 1, "user_agent" },
	{ "403-html", ERR_QUOTA, 403, 1, "ten minutes" },
	{ "429", ERR_QUOTA, 429, 3, "limit" },
	{ "404", ERR_DATA, 404, 1, "no such document" },
	{ "401", ERR_DATA, 401, 1, "rejects" },
	{ "500", ERR_NETWORK, 500, 3, "server fails" },
	{ "502-html", ERR_NETWORK, 502, 3, "server fails" },
	{ "redirect=301", ERR_DATA, 301, 1, "elsewhere.example.com, not followed" },
	{ "redirect=308", ERR_DATA, 308, 1, "elsewhere.example.com, not followed" },
	{ "truncate", ERR_NETWORK, 200, 3, "attempts" },
	{ "cut-chunk", ERR_NETWORK, 200, 3, "attempts" },
	{ "cut-close", ERR_NETWORK, 200, 3, "probably cut" },
	{ "reset", ERR_NETWORK, 200, 3, "attempts" },
	{ "gzip-cut", ERR_NETWORK, 200, 3, "gzip data end early" },
	{ "gzip-bomb=64", ERR_DATA, 200, 1, "200 times" },
	{ "empty", ERR_DATA, 200, 1, "empty document" },
	{ "limit-200", ERR_DATA, 200, 1, "JSON instead of a document" },
	{ "empty-list", ERR_DATA, 200, 1, "JSON instead of a document" },
	{ "picture", ERR_DATA, 200, 1, "picture" },
	{ "huge=65", ERR_DATA, 200, 1, "larger than 64 MiB" },
};

static void
each_refusal_says_what_to_do(void **state)
{
	struct conf c = doc_conf();
	char address[300], rule[128];
	STR_AUTO body = { 0 };

	(void)state;
	fault(NULL);
	str_copy(address, sizeof(address), document());
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *f = &refusals[i];
		struct http_resp r;
		struct err e = ERR_INIT;

		fault(NULL); /* a success between, or the breaker would join in */
		assert_int_equal(get_doc(&c, address, &body, &r, &e), 0);
		fmt_buf(rule, sizeof(rule), "path=/Archives/*,kind=%s", f->kind);
		fault(rule);
		print_message("%s\n", f->kind);
		assert_int_equal(get_doc(&c, address, &body, &r, &e), -1);
		assert_string_equal(err_class_name(e.cls), err_class_name(f->cls));
		assert_int_equal(e.http, f->status);
		assert_int_equal(r.attempts, f->attempts);
		assert_non_null(strstr(e.text, "/Archives/edgar/data/"));
		if (!strstr(e.text, f->says))
			fail_msg("%s", e.text);
		assert_null(strstr(e.text, KEY));
		assert_int_equal(body.len, 0);
	}
	fault(NULL);
}

static void
slow_hosts_are_given_up(void **state)
{
	struct conf c = doc_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	STR_AUTO body = { 0 };

	(void)state;
	fault("path=/Archives/*,kind=stall");
	c.attempts = 1;
	c.sec_timeout_s = 1;
	int64_t t0 = clock_mono_ms();
	assert_int_equal(get_doc(&c, document(), &body, &r, &e), -1);
	assert_int_equal(e.cls, ERR_NETWORK);
	assert_true(clock_mono_ms() - t0 < 10000);
	fault(NULL);
}

/* The host's own wish decides, and then the document comes. */
static void
retry_after_is_obeyed(void **state)
{
	struct conf c = doc_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	STR_AUTO body = { 0 };

	(void)state;
	fault("path=/Archives/*,count=1,kind=status-429=1");
	int64_t t0 = clock_mono_ms();
	assert_int_equal(get_doc(&c, document(), &body, &r, &e), 0);
	assert_int_equal(r.attempts, 2);
	assert_true(clock_mono_ms() - t0 >= 1000);
}

/* Six documents at twenty a second: five gaps of 50 ms. */
static void
so_many_a_second(void **state)
{
	struct conf c = doc_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	STR_AUTO body = { 0 };
	char address[300];

	(void)state;
	fault(NULL);
	str_copy(address, sizeof(address), document());
	c.sec_requests_per_s = 20;
	int64_t t0 = clock_mono_ms();
	for (int i = 0; i < 6; i++)
		assert_int_equal(get_doc(&c, address, &body, &r, &e), 0);
	assert_true(clock_mono_ms() - t0 >= 250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_host_learns_who_asks_and_no_key),
		cmocka_unit_test(only_the_configured_host_is_asked),
		cmocka_unit_test(addresses_of_documents),
		cmocka_unit_test(each_refusal_says_what_to_do),
		cmocka_unit_test(slow_hosts_are_given_up),
		cmocka_unit_test(retry_after_is_obeyed),
		cmocka_unit_test(so_many_a_second),
	};

	return http_suite_run(tests, ARRAY_LEN(tests), "http_doc");
}
