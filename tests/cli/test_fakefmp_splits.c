/* A share of the stand-in's market that is split on demand.  Expected: what the vendor does (fmp.md
 * 4 and 6, jobs.md 2.3): from the day on all of its history is restated, and the list of splits has
 * it; the day before knows nothing. */
#include "core/str.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SPLIT "NA%202025-03-12%202:1"

static char dir[] = "/tmp/fakefmp-splits-XXXXXX", file[64];

static char *
get(const char *path, const char *more)
{
	char buf[512];

	fmt_buf(buf, sizeof(buf), "%s%s", path, more);
	return support_fake_get(buf);
}

static void
today(const char *date)
{
	free(get("/__today?date=", date));
}

static char *
eod(const char *day)
{
	return get("/stable/eod-bulk?datatype=csv&date=", day);
}

static int
start(void **state)
{
	(void)state;
	if (!*file) {
		assert_non_null(mkdtemp(dir));
		fmt_buf(file, sizeof(file), "%s/splits", dir);
	}
	support_fake((const char *const[]){ "--tickers", "120", "--seed", "1", "--start",
					    "2023-01-03", "--end", "2025-04-01", "--clean",
					    "--splits", file, NULL });
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(dir);
}

/* Of NA, the second company: close, adjClose and volume of a day's file. */
static void
bar(const char *day, double out[3])
{
	char *body = eod(day), *line = strstr(body, "\n\"NA\",");

	assert_non_null(line);
	assert_int_equal(sscanf(line, "\n\"NA\",\"%*[^\"]\",%*f,%*f,%*f,%lf,%lf,%lf", &out[0],
				&out[1], &out[2]),
			 3);
	free(body);
}

static double
market_cap(const char *day)
{
	char *json, *at;
	double cap = 0;

	today(day);
	json = get("/stable/quote?symbol=", "NA");
	at = strstr(json, "\"marketCap\":");
	assert_true(at && sscanf(at, "\"marketCap\":%lf", &cap) == 1);
	free(json);
	return cap;
}

static void
says(const char *path, const char *more, const char *words)
{
	char *said = get(path, more);

	if (!strstr(said, words))
		fail_msg("%s%s does not say %s: %s", path, more, words, said);
	free(said);
}

static void
it_restates_what_was_before(void **state)
{
	double was[3], evening[3], now[3], old[3], cap = market_cap("2025-03-11");

	(void)state;
	bar("2025-03-10", was);
	bar("2024-07-01", old);
	says("/__split?rule=", SPLIT, "\"today\":\"2025-03-11\"");
	bar("2025-03-10", evening);
	assert_memory_equal(evening, was, sizeof(was)); /* the day before knows nothing */
	says("/stable/splits?symbol=", "NA", "\"date\":\"2024-06-");
	assert_true(market_cap("2025-03-12") > 0.8 * cap); /* a day's move, no half */
	bar("2025-03-10", now);
	assert_float_equal(now[0], was[0] / 2, 5e-5);
	assert_float_equal(now[1], was[1] / 2, 5e-5);
	assert_float_equal(now[2], was[2] * 2, 1);
	bar("2024-07-01", now);
	assert_float_equal(now[0], old[0] / 2, 5e-5); /* all of the history */
	says("/stable/splits?symbol=", "NA",
	     "[{\"symbol\":\"NA\",\"date\":\"2025-03-12\",\"numerator\":2,\"denominator\":1}");
	bar("2025-03-12", now);
	assert_in_range((uintmax_t)(now[0] * 1e4), (uintmax_t)(was[0] * 4e3),
			(uintmax_t)(was[0] * 6e3));
}

/* The market of the file is the market that was split at its door. */
static void
it_is_kept_and_ended(void **state)
{
	char *door, *kept;

	(void)state;
	today("2025-04-01");
	door = eod("2025-03-31");
	start(NULL);
	kept = eod("2025-03-31");
	assert_string_equal(kept, door);
	assert_true(strlen(kept) > 5000);
	free(kept);
	free(get("/__split?clear=", "1"));
	kept = eod("2025-03-31");
	assert_string_not_equal(kept, door);
	free(kept);
	free(door);
	assert_int_not_equal(access(file, F_OK), 0);
}

static void
what_cannot_be_split_is_refused(void **state)
{
	static const char *const not [] = { "NA%202025-03-15%202:1",	 /* a Saturday */
					    "NOSUCH%202025-03-12%202:1", /* no share */
					    "NA%202023-01-03%202:1",	 /* nothing is before it */
					    "NA%202025-03-12%202:2",
					    "NA%202025-03-12",
					    SPLIT /* a second time */ };

	(void)state;
	says("/__split?rule=", SPLIT, "requests");
	for (size_t i = 0; i < ARRAY_LEN(not ); i++)
		says("/__split?rule=", not [i], "not understood");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_restates_what_was_before),
		cmocka_unit_test(it_is_kept_and_ended),
		cmocka_unit_test(what_cannot_be_split_is_refused),
	};

	return cmocka_run_group_tests_name("splits on demand", tests, start, end);
}
