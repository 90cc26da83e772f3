/* Time in the HTTP client: pauses asked for, cancel, silence (faults.md F13, F25, F37, P10). */
#include "tests/cli/http_suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

static int64_t
timed_429(const char *retry_after, int max_s)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	char rule[128];

	c.retry_after_max_s = max_s;
	fmt_buf(rule, sizeof(rule), "path=" EOD ",count=1,kind=429,arg=%s", retry_after);
	fault(rule);
	int64_t t = clock_mono_ms();
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), 0);
	assert_int_equal(r.attempts, 2);
	unlink(target());
	return clock_mono_ms() - t;
}

static void
retry_after_is_obeyed_and_capped(void **state)
{
	char date[64];
	time_t soon = time(NULL) + 3;
	struct tm tm;

	(void)state;
	int64_t took = timed_429("1", 900);
	assert_in_range(took, 1000, 5000);
	assert_true(timed_429("600", 0) < 900);
	gmtime_r(&soon, &tm);
	strftime(date, sizeof(date), "%a%%2C%%20%d%%20%b%%20%Y%%20%H:%M:%S%%20GMT", &tm);
	fault(NULL);
	for (char *p = date;
	     (p = strstr(p, "%2C"));) /* a rule knows no comma: RFC 850 needs none */
		memmove(p, p + 3, strlen(p + 3) + 1);
	took = timed_429(date, 900);
	assert_in_range(took, 1000, 6000);
}

struct raiser {
	struct cancel *cancel;
	enum cancel_level level;
	long after; /* requests seen */
	int64_t raised;
};

static void *
raise_when_asked(void *arg)
{
	struct raiser *r = arg;

	while (requests() < r->after)
		continue;
	cancel_raise(r->cancel, r->level);
	r->raised = clock_mono_ms();
	return NULL;
}

/* Milliseconds from the raising of the token to the end of the call, which must be CANCELLED. */
static int64_t
cancelled_after(const char *host, const char *rule, enum cancel_level level, int *attempts)
{
	struct conf c = test_conf();
	char url[64];
	struct http_resp r;
	struct err e = ERR_INIT;
	struct cancel token;
	pthread_t t;

	fmt_buf(url, sizeof(url), "http://%s%s", host, strrchr(c.base_url, ':'));
	c.base_url = url;
	fault(rule);
	cancel_init(&token);
	struct raiser raiser = { &token, level, requests() + 1, 0 };
	pthread_create(&t, NULL, raise_when_asked, &raiser);
	assert_int_equal(get_with(&c, &token, &eod, &r, &e), -1);
	int64_t end = clock_mono_ms();
	pthread_join(t, NULL);
	assert_int_equal(e.cls, ERR_CANCELLED);
	assert_int_equal(files_left(), 0);
	*attempts = r.attempts;
	cancel_done(&token);
	return end - raiser.raised;
}

static void
abort_stops_a_stalled_transfer_at_once(void **state)
{
	int attempts;

	(void)state;
	assert_true(cancelled_after("127.0.0.1", "path=" EOD ",kind=stall", CANCEL_ABORT,
				    &attempts) < 500);
}

/* The minute asked for stays in force for that server, so each case has a name of its own for it.
 */
static void
a_wait_ends_with_either_level(void **state)
{
	static const char rule[] = "path=" EOD ",kind=429,arg=60";
	int attempts;

	(void)state;
	assert_true(cancelled_after("localhost", rule, CANCEL_DRAIN, &attempts) < 500);
	assert_int_equal(attempts, 1);
	assert_true(cancelled_after("LOCALHOST", rule, CANCEL_ABORT, &attempts) < 500);
	assert_int_equal(attempts, 1);
}

static void
drain_lets_the_transfer_end_and_starts_no_other(void **state)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	struct cancel token;
	pthread_t t;

	(void)state;
	fault("path=" EOD ",kind=slow,arg=100");
	cancel_init(&token);
	struct raiser raiser = { &token, CANCEL_DRAIN, requests() + 1, 0 };
	pthread_create(&t, NULL, raise_when_asked, &raiser);
	assert_int_equal(get_with(&c, &token, &eod, &r, &e), 0);
	pthread_join(t, NULL);
	unlink(target());
	assert_int_equal(get_with(&c, &token, &eod, &r, &e), -1);
	assert_int_equal(e.cls, ERR_CANCELLED);
	assert_int_equal(r.attempts, 0);
	cancel_done(&token);
}

static void
silence_and_slowness_have_an_end(void **state)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;

	(void)state;
	c.attempts = 1;
	c.stall_s = 1;
	fault("path=" EOD ",kind=stall");
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), -1);
	assert_int_equal(e.cls, ERR_NETWORK);
	c.stall_s = 20;
	c.json_timeout_s = 1;
	fault("path=" HISTORY ",kind=slow,arg=900");
	assert_int_equal(get_with(&c, NULL, &history, &r, &e), -1);
	assert_int_equal(e.cls, ERR_NETWORK);
	assert_int_equal(files_left(), 0);
}

/* A server of one connection that writes headers without end. */
static void *
endless_headers(void *arg)
{
	static const char line[] =
		"X-Padding: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
	int fd = accept(*(int *)arg, NULL, NULL);

	if (send(fd, "HTTP/1.1 200 OK\r\n", 17, MSG_NOSIGNAL) == 17)
		while (send(fd, line, sizeof(line) - 1, MSG_NOSIGNAL) > 0)
			continue;
	close(fd);
	return NULL;
}

static void
headers_without_end_are_cut_off(void **state)
{
	struct conf c = test_conf();
	struct http_resp r;
	struct err e = ERR_INIT;
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char url[64];
	pthread_t t;

	(void)state;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&at, &len);
	fmt_buf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(at.sin_port));
	c.base_url = url;
	c.attempts = 1;
	pthread_create(&t, NULL, endless_headers, &fd);
	assert_int_equal(get_with(&c, NULL, &eod, &r, &e), -1);
	assert_int_equal(e.cls, ERR_NETWORK);
	assert_non_null(strstr(e.text, "endless headers"));
	pthread_join(t, NULL);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retry_after_is_obeyed_and_capped),
		cmocka_unit_test(abort_stops_a_stalled_transfer_at_once),
		cmocka_unit_test(a_wait_ends_with_either_level),
		cmocka_unit_test(drain_lets_the_transfer_end_and_starts_no_other),
		cmocka_unit_test(silence_and_slowness_have_an_end),
		cmocka_unit_test(headers_without_end_are_cut_off),
	};

	return http_suite_run(tests, ARRAY_LEN(tests), "http_wait");
}
