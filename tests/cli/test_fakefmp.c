/* The stand-in itself: chance by seed alone, restatement by splits and dividends, lives of
 * companies, replay of real files byte for byte, faults that do what their names say.  Shapes are
 * those of fmp.md. */
#include "core/str.h"
#include "tests/support.h"

#include <setjmp.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define EOD "/stable/eod-bulk?datatype=csv&date="

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

static void
market(const char *seed, const char *end)
{
	support_fake(NARGS("--tickers", "120", "--seed", seed, "--start", "2023-01-03", "--end",
			   end, "--clean"));
}

static void
same_seed_same_day_whatever_the_end(void **state)
{
	(void)state;
	market("1", "2026-02-03");
	today("2025-10-01");
	char *a = get(EOD, "2025-09-15");
	market("1", "2025-10-01");
	char *b = get(EOD, "2025-09-15");
	assert_string_equal(a, b);
	assert_true(strlen(a) > 5000);
	market("2", "2025-10-01");
	char *c = get(EOD, "2025-09-15");
	assert_string_not_equal(a, c);
	free(a);
	free(b);
	free(c);
}

/* Close and adjClose of a symbol in an eod-bulk body: columns 6 and 7. */
static bool
closes(const char *day, const char *symbol, double *close, double *adj)
{
	char *body = get(EOD, day), want[40];
	bool found;

	fmt_buf(want, sizeof(want), "\n\"%s\",", symbol);
	char *line = strstr(body, want);
	found = line &&
		sscanf(line, "\n\"%*[^\"]\",\"%*[^\"]\",%*f,%*f,%*f,%lf,%lf", close, adj) == 2;
	free(body);
	return found;
}

/* A value of a flat JSON text behind `"name":`, from *at on, which moves behind it; false at the
 * end. */
static bool
next_value(char **at, const char *name, char out[40])
{
	char want[40];
	char *p;

	fmt_buf(want, sizeof(want), "\"%s\":", name);
	p = strstr(*at, want);
	if (!p)
		return false;
	p += strlen(want) + (p[strlen(want)] == '"');
	str_copy(out, strcspn(p, "\",}") + 1 < 40 ? strcspn(p, "\",}") + 1 : 40, p);
	*at = p;
	return true;
}

/* NA (the second company) splits in June 2024 and pays dividends. */
static void
a_split_restates_what_was_before(void **state)
{
	char *json, *at, ex[40], num[40], den[40];
	double before, before_adj, after, after_adj;

	(void)state;
	market("1", "2026-02-03");
	at = json = get("/stable/splits?symbol=", "NA");
	assert_true(next_value(&at, "date", ex) && next_value(&at, "numerator", num) &&
		    next_value(&at, "denominator", den));
	assert_memory_equal(ex, "2024-06-1", 9);
	today("2024-06-03");
	assert_true(closes("2024-06-03", "NA", &before, &before_adj));
	assert_float_equal(before, before_adj, 1e-9);
	today("2024-06-28");
	assert_true(closes("2024-06-03", "NA", &after, &after_adj));
	double factor = strtod(den, NULL) / strtod(num, NULL);
	assert_true(factor != 1);
	assert_float_equal(after, before * factor, 5e-5);
	free(json);
}

/* adjClose = close x product of (1 - dividend / close of the session before), each as traded then.
 */
static void
dividends_restate_adj_close(void **state)
{
	char *json, *at, ex[40], paid[40];
	double close, adj, factor = 1;
	int n = 0;

	(void)state;
	market("1", "2025-12-01");
	at = json = get("/stable/dividends?symbol=", "NA");
	while (next_value(&at, "date", ex) && next_value(&at, "dividend", paid)) {
		double raw, raw_adj;
		char prev[16];
		int day;

		if (strcmp(ex, "2025-01-31") < 0)
			continue;
		str_copy(prev, sizeof(prev), ex);
		today(ex);
		for (day = (int)strtol(ex + 8, NULL, 10) - 1; day > 0;
		     day--) { /* the session before, same month */
			fmt_buf(prev + 8, 3, "%02d", day);
			today(prev);
			if (closes(prev, "NA", &raw, &raw_adj))
				break;
		}
		assert_true(day > 0);
		factor *= 1 - strtod(paid, NULL) / raw;
		n++;
	}
	assert_true(n >= 3);
	today("2025-12-01");
	assert_true(closes("2025-01-31", "NA", &close, &adj));
	assert_float_equal(adj, close * factor, 2e-6);
	free(json);
}

static void
companies_come_and_go(void **state)
{
	char *then, *now, *eod, symbol[40];
	int gone = 0;

	(void)state;
	market("1", "2026-02-03");
	today("2023-06-01");
	then = get("/stable/profile-bulk?part=", "0");
	today("2026-02-03");
	now = get("/stable/profile-bulk?part=", "0");
	eod = get(EOD, "2026-02-03");
	for (char *p = then; (p = strstr(p, "\n\"")); p++) {
		char want[44];

		if (sscanf(p, "\n\"%30[A-Z.-]\",%*f,%*d", symbol) != 1 ||
		    p[strlen(symbol) + 3] != ',')
			continue;
		fmt_buf(want, sizeof(want), "\n\"%s\",", symbol);
		if (strstr(now, want))
			continue;
		gone++;
		assert_null(strstr(eod, want));
	}
	assert_true(gone > 0);
	free(then);
	free(now);
	free(eod);
}

static void
days_without_bars_are_header_only(void **state)
{
	static const char *const days[] = { "2026-01-19", "2026-01-31", "2026-02-04",
					    "2020-01-02" };

	(void)state;
	market("1", "2026-02-03");
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		char *s = get(EOD, days[i]);

		assert_string_equal(s, "\"symbol\",\"date\",\"open\",\"low\",\"high\",\"close\","
				       "\"adjClose\",\"volume\"");
		free(s);
	}
}

static void
answers_of_the_ground_rules(void **state)
{
	static const char *const ask[][2] = {
		{ "/stable/profile?symbol=NOPE", "[]" },
		{ "/stable/historical-price-eod/full?symbol=NOPE", "[]" },
		{ "/stable/historical-price-eod/full?symbol=SPY&from=2025-05-02&to=2025-05-01",
		  "[]" },
		{ "/api/v3/historical-price-full/NOPE", "{}" },
		{ "/stable/no-such-path", "[]" },
		{ "/stable/profile-bulk?part=9",
		  "Query Error: Invalid or missing query parameter - part" },
		{ "/stable/profile-bulk",
		  "Query Error: Invalid or missing query parameter - part" },
		{ "/stable/eod-bulk?date=x",
		  "Query Error: Invalid or missing query parameter - date" },
	};

	(void)state;
	market("1", "2026-02-03");
	for (size_t i = 0; i < ARRAY_LEN(ask); i++) {
		char *s = support_fake_get(ask[i][0]);

		assert_string_equal(s, ask[i][1]);
		free(s);
	}
	support_fake(NARGS("--tickers", "5", "--key", "another"));
	char *s = support_fake_get("/stable/profile?symbol=SPY");
	assert_memory_equal(s, "{\"Error Message\":\"Invalid API KEY.", 34);
	free(s);
}

static void
rules_count_their_calls(void **state)
{
	static const bool faulty[] = { false, true, true, false };

	(void)state;
	support_fake(NARGS("--tickers", "5", "--end", "2026-02-03", "--fault",
			   "path=/stable/profile,query=SPY,n=2,count=2,kind=limit-200"));
	for (size_t i = 0; i < ARRAY_LEN(faulty); i++) {
		free(support_fake_get("/stable/profile?symbol=NA"));
		char *s = support_fake_get("/stable/profile?symbol=SPY");

		assert_int_equal(strstr(s, "Limit Reach") != NULL, faulty[i]);
		free(s);
	}
}

static int
lines(const char *s)
{
	int n = 1;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

struct twist {
	const char *rule, *holds, *lacks;
	double lines; /* as a share of the plain answer's */
};

static const struct twist twists[] = {
	{ "bom", "\xef\xbb\xbf\"symbol\"", "~", 1 },
	{ "crlf", "\"volume\"\r\n\"", "~", 1 },
	{ "columns-shuffled", "\"volume\",\"adjClose\",\"close\"", "~", 1 },
	{ "column-added", "\"volume\",\"newColumn\"\n", "~", 1 },
	{ "column-gone=adjClose", "\"close\",\"volume\"", "adjClose", 1 },
	{ "column-renamed=adjClose", "\"close\",\"renamedColumn\"", "adjClose", 1 },
	{ "duplicate-header", "\"volume\",\"open\"\n", "~", 1 },
	{ "half-rows", "\"symbol\"", "~", 0.5 },
	{ "duplicate-rows", "\"symbol\"", "~", 2 },
	{ "other-date", "\"2026-01-30\"", "2026-02-02", 1 },
	{ "future-date", "\"2028-01-03\"", "~", 1 },
	{ "negative-price", ",-1.25,", "~", 1 },
	{ "high-low", ",99999999,", "~", 1 },
	{ "bad-utf8", "\xff\xfe", "~", 1 },
	{ "hostile-names", "\x1b]0;owned\x07", "~", 1 },
	{ "huge-cell", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "~", 1 },
	{ "drop-exchange=NYSE", "\"SPY\"", "~", 0.6 },
	{ "header-only", "\"volume\"", "\n", 0 },
};

static void
faults_do_what_they_say(void **state)
{
	(void)state;
	market("1", "2026-02-03");
	char *plain = get(EOD, "2026-02-02");
	for (size_t i = 0; i < ARRAY_LEN(twists); i++) {
		free(support_fake_get("/__fault?clear=1"));
		free(get("/__fault?rule=kind=", twists[i].rule));
		char *s = get(EOD, "2026-02-02");

		print_message("%s\n", twists[i].rule);
		assert_non_null(strstr(s, twists[i].holds));
		assert_null(strstr(s, twists[i].lacks));
		assert_float_equal((double)lines(s) / lines(plain), twists[i].lines, 0.06);
		free(s);
	}
	free(plain);
}

static void
names_are_clean_unless_asked(void **state)
{
	(void)state;
	for (int hostile = 0; hostile < 2; hostile++) {
		support_fake(NARGS("--tickers", "100", hostile ? "--hostile" : "--clean"));
		char *s = get("/stable/profile-bulk?part=", "0");

		assert_int_equal(strchr(s, '\x1b') != NULL, hostile);
		assert_non_null(strstr(s, "Zürich"));
		free(s);
	}
}

static void
replay_gives_the_files_bytes(void **state)
{
	char *want = support_real_text("prices/eod-bulk/2016/eod_2016-02-29.csv");

	(void)state;
	if (!want)
		skip();
	support_fake(NARGS("--replay", support_real("."), "--today", "2016-02-29"));
	char *got = get(EOD, "2016-02-29");
	assert_string_equal(got, want);
	free(got);
	got = get(EOD, "2016-03-01");
	assert_int_equal(lines(got), 1);
	free(got);
	free(want);
	want = support_real_text("fmp-shape/profile-bulk_part0.csv");
	got = get("/stable/profile-bulk?part=", "0");
	assert_string_equal(got, want);
	free(got);
	free(want);
	/* AAPL's bar of that day in the eod file: 96.86 98.23 96.65 96.69, known from the same
	 * source. */
	got = get("/stable/historical-price-eod/full?symbol=AAPL&from=2016-02-26&to=",
		  "2016-03-02");
	assert_non_null(strstr(got, "\"date\":\"2016-02-29\",\"open\":96.86"));
	assert_null(strstr(got, "2016-03-01"));
	assert_non_null(strstr(got, "2016-02-26"));
	free(got);
}

static int
times(const char *text, const char *word)
{
	int n = 0;

	for (const char *p = text; (p = strstr(p, word)); p += strlen(word))
		n++;
	return n;
}

/* The recording where there is one, else the bulk files' own rows; figures stay figures. */
static void
replay_answers_for_one_symbol(void **state)
{
	char *want = support_real_text("fmp/json/stock-peers_AAPL.json"), *got;

	(void)state;
	if (!want)
		skip();
	support_fake(NARGS("--replay", support_real(".")));
	got = get("/stable/stock-peers?symbol=", "AAPL");
	assert_string_equal(got, want);
	free(got);
	free(want);
	got = get("/stable/stock-peers?symbol=", "AEE");
	assert_int_equal(times(got, "\"symbol\""), 8);
	assert_non_null(
		strstr(got, "{\"symbol\":\"CMS\",\"companyName\":\"CMS Energy Corporation\","));
	free(got);
	got = get("/stable/profile?symbol=", "KO");
	assert_true(str_starts(got, "[{\"symbol\":\"KO\",\"price\":45.12,\"marketCap\":"
				    "190380000000,\"beta\":null,"));
	assert_non_null(strstr(got, "\"description\":\"Atlanta, Georgia\""));
	free(got);
	got = get("/stable/profile?symbol=", "NOBODY");
	assert_string_equal(got, "[]");
	free(got);
	got = get("/stable/stock-peers", "");
	assert_non_null(strstr(got, "missing query parameter - symbol"));
	free(got);
}

/* Nobody names a company of another industry; one symbol alone has the peers of its bulk row. */
static void
peers_of_the_market(void **state)
{
	char *all, *one, *mine, *theirs, symbol[24], peer[24], request[80];
	const char *at;

	(void)state;
	support_fake(NARGS("--tickers", "300", "--years", "1", "--end", "2026-02-02"));
	all = get("/stable/peers-bulk", "");
	assert_true(str_starts(all, "\"symbol\",\"peers\"\n"));
	assert_true(times(all, ",\"") > 100); /* rows that name somebody */
	assert_non_null(strstr(all, ",\n"));
	at = strstr(all, ",\"");
	at = strstr(at + 2, ",\"");
	while (at[-1] != '\n')
		at--;
	assert_int_equal(sscanf(at, "\"%20[^\"]\",\"%20[A-Z]", symbol, peer), 2);
	fmt_buf(request, sizeof(request), "/stable/stock-peers?symbol=%s", symbol);
	one = get(request, "");
	assert_non_null(strstr(one, peer));
	mine = get("/stable/profile?symbol=", symbol);
	theirs = get("/stable/profile?symbol=", peer);
	char *industry = strstr(mine, "\"industry\"");

	assert_non_null(industry);
	industry[strcspn(industry, ",")] = '\0';
	assert_non_null(strstr(theirs, industry));
	free(all);
	free(one);
	free(mine);
	free(theirs);
}

static void
recorded_responses_come_first(void **state)
{
	char dir[] = "/tmp/fintra-fake-XXXXXX", path[128];
	static const char *const made[][2] = {
		{ "_stable_peers-bulk.body", "\"symbol\",\"peers\"\n\"A\",\"B\"\n" },
		{ "_stable_x?a=1&b=2.body", "[1]" },
		{ "_stable_x?a=1&b=2.status", "418\n" },
	};

	(void)state;
	assert_non_null(mkdtemp(dir));
	fmt_buf(path, sizeof(path), "%s/responses", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		fmt_buf(path, sizeof(path), "%s/responses/%s", dir, made[i][0]);
		FILE *f = fopen(path, "w");
		fputs(made[i][1], f);
		fclose(f);
	}
	support_fake(NARGS("--replay", dir));
	char *s = support_fake_get("/stable/peers-bulk");
	assert_string_equal(s, made[0][1]);
	free(s);
	s = support_fake_get("/stable/x?b=2&a=1");
	assert_string_equal(s, "[1]");
	free(s);
	s = support_fake_get("/stable/x");
	assert_string_equal(s, "[]");
	free(s);
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		fmt_buf(path, sizeof(path), "%s/responses/%s", dir, made[i][0]);
		unlink(path);
	}
	fmt_buf(path, sizeof(path), "%s/responses", dir);
	rmdir(path);
	rmdir(dir);
}

/* Columns of a CSV text without commas inside its cells; -1 when its lines differ. */
static int
columns_of(const char *csv)
{
	int want = -1;

	for (const char *p = csv; *p;) {
		size_t len = strcspn(p, "\n");
		int n = 1;

		for (size_t i = 0; i < len; i++)
			n += p[i] == ',';
		if (want >= 0 && n != want)
			return -1;
		want = n;
		p += len + (p[len] == '\n');
	}
	return want;
}

/* Both widths are the vendor's (fmp.md 4); figures hang together, some are negative, some missing.
 */
static void
ratios_and_metrics(void **state)
{
	(void)state;
	market("1", "2026-02-03");
	char *ratios = get("/stable/ratios-ttm-bulk", "");
	char *metrics = get("/stable/key-metrics-ttm-bulk", "");

	assert_int_equal(columns_of(ratios), 62);
	assert_int_equal(columns_of(metrics), 43);
	assert_non_null(strstr(ratios, ",-"));
	assert_non_null(strstr(ratios, ",,"));
	assert_true(strstr(ratios, "\"symbol\",\"grossProfitMarginTTM\"") == ratios);
	char symbol[24], cap[40];
	const char *line = strchr(metrics, '\n') + 1;

	assert_int_equal(sscanf(line, "\"%23[^\"]\",%39[^,]", symbol, cap), 2);
	char *one = get("/stable/key-metrics-ttm?symbol=", symbol), want[160];

	fmt_buf(want, sizeof(want), "[{\"symbol\":\"%s\",\"marketCap\":%s,", symbol, cap);
	assert_true(str_starts(one, want));
	free(one);
	one = get("/stable/profile?symbol=", symbol);
	fmt_buf(want, sizeof(want), "\"marketCap\":%.12s", cap);
	assert_non_null(strstr(one, want)); /* price times shares, as in the profile */
	free(one);
	one = get("/stable/ratios-ttm?symbol=", "NOBODY");
	assert_string_equal(one, "[]");
	free(one);
	free(ratios);
	free(metrics);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ratios_and_metrics),
		cmocka_unit_test(same_seed_same_day_whatever_the_end),
		cmocka_unit_test(a_split_restates_what_was_before),
		cmocka_unit_test(dividends_restate_adj_close),
		cmocka_unit_test(companies_come_and_go),
		cmocka_unit_test(days_without_bars_are_header_only),
		cmocka_unit_test(answers_of_the_ground_rules),
		cmocka_unit_test(rules_count_their_calls),
		cmocka_unit_test(faults_do_what_they_say),
		cmocka_unit_test(names_are_clean_unless_asked),
		cmocka_unit_test(replay_gives_the_files_bytes),
		cmocka_unit_test(replay_answers_for_one_symbol),
		cmocka_unit_test(peers_of_the_market),
		cmocka_unit_test(recorded_responses_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
