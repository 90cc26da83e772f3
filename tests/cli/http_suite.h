/* What the HTTP suites share: the stand-in with a small market, and one request into a directory of
 * its own. */
#ifndef FINTRA_TESTS_CLI_HTTP_SUITE_H
#define FINTRA_TESTS_CLI_HTTP_SUITE_H

#include "core/clock.h"
#include "core/http.h"
#include "tests/support.h"

#include <setjmp.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY "canary-5f3a9c1e77"
#define EOD "/stable/eod-bulk"
#define HISTORY "/stable/historical-price-eod/full"

static char dir[64];

static inline struct conf
test_conf(void)
{
	static char url[64], key[] = KEY;
	struct conf c = { .attempts = 3,
			  .json_timeout_s = 20,
			  .bulk_timeout_s = 20,
			  .retry_max_ms = 0,
			  .retry_after_max_s = 900,
			  .stall_s = 20 };
	static const char *const args[] = { "--tickers", "20",	       "--years", "1",
					    "--end",	 "2026-02-03", NULL };

	if (!url[0])
		str_copy(url, sizeof(url), support_fake(args));
	c.base_url = url;
	c.api_key = key;
	return c;
}

static inline void
fault(const char *rule)
{
	char path[512];

	free(support_fake_get("/__fault?clear=1"));
	if (!rule)
		return;
	fmt_buf(path, sizeof(path), "/__fault?rule=%s", rule);
	char *said = support_fake_get(path);
	assert_non_null(strstr(said, "requests"));
	free(said);
}

static inline long
requests(void)
{
	char *s = support_fake_get("/__stats");
	long n = strtol(strchr(s, ':') + 1, NULL, 10);

	free(s);
	return n;
}

static inline int
files_left(void)
{
	DIR *d = opendir(dir);
	int n = -2; /* . and .. */

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static const struct http_arg eod_args[] = { { "date", "2026-02-02" },
					    { "datatype", "csv" },
					    { NULL, NULL } };
static const struct http_arg history_args[] = { { "symbol", "SPY" }, { NULL, NULL } };
static const struct http_req eod = { EOD, eod_args, HTTP_CSV, true, 0 };
static const struct http_req history = { HISTORY, history_args, HTTP_JSON, false, 0 };

static inline const char *
target(void)
{
	static char path[128];

	fmt_buf(path, sizeof(path), "%s/body", dir);
	return path;
}

static inline int
get_with(const struct conf *c, const struct cancel *cancel, const struct http_req *q,
	 struct http_resp *r, struct err *e)
{
	struct http *h = http_new(c, cancel, NULL, NULL);
	int rc = http_get_file(h, q, target(), r, e);

	http_free(h);
	return rc;
}

static inline int
http_suite_run(const struct CMUnitTest *tests, size_t n, const char *name)
{
	int failed;

	str_copy(dir, sizeof(dir), "/tmp/fintra-http-XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	http_global_init();
	failed = _cmocka_run_group_tests(name, tests, n, NULL, NULL);
	rmdir(dir);
	return failed;
}

#endif
