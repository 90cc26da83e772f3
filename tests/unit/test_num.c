#include "core/attr.h"
#include "core/num.h"
#include "tests/support.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>

static bool
parses(const char *s, double want)
{
	double v;

	return num_parse(s, strlen(s), &v) && v == want;
}

static void
accepts_decimal_numbers(void **state)
{
	(void)state;
	assert_true(parses("0", 0));
	assert_true(parses("-12.5", -12.5));
	assert_true(parses("+7", 7));
	assert_true(parses("  3.25\t", 3.25));
	assert_true(parses(".5", 0.5));
	assert_true(parses("5.", 5));
	assert_true(parses("6.344979e-10", 6.344979e-10));
	assert_true(parses("1E3", 1000));
	assert_true(parses("16665000000000", 16665000000000.0));
	assert_true(parses("0.1", 0.1));
	assert_true(parses("123456789012345678901234567890", 123456789012345678901234567890.0));
	assert_true(parses("1e-400", 0));
	assert_true(parses("1.7976931348623157e308", 1.7976931348623157e308));
	assert_true(parses("0.000000000000000000000000000000000000000000012345", 1.2345e-44));
}

static void
refuses_the_rest(void **state)
{
	static const char *const bad[] = { "",
					   " ",
					   "-",
					   "+",
					   ".",
					   "e5",
					   "1e",
					   "1e+",
					   "0x10",
					   "inf",
					   "nan",
					   "-inf",
					   "NaN",
					   "1,000",
					   "1 2",
					   "1.2.3",
					   "--1",
					   "1e400",
					   "1e999999999999",
					   "12a",
					   "1_0",
					   "(5)",
					   "5%",
					   "1d",
					   "\0131",
					   "1\n",
					   "0b1",
					   "infinity" };
	double v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(num_parse(bad[i], strlen(bad[i]), &v));
	assert_false(num_parse("1\0002", 3, &v));
}

static void
absent_words(void **state)
{
	static const char *const yes[] = {
		"", " ", "null", "NULL", "NaN", " none ", "N/A", "n/a\t"
	};
	static const char *const no[] = { "0", "-", "nil", "nulls", "na", "undefined" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		assert_true(num_is_absent(yes[i], strlen(yes[i])));
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		assert_false(num_is_absent(no[i], strlen(no[i])));
}

/* A generator of its own (xorshift64*), so that a failure can be repeated. */
static uint64_t
next(uint64_t *s)
{
	*s ^= *s >> 12;
	*s ^= *s << 25;
	*s ^= *s >> 27;
	return *s * UINT64_C(2685821657736338717);
}

static double
from_bits(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

/* Digits that count: without zeros in front, nor behind when there is no point. */
static int
significant(const char *text)
{
	int digits = 0, zeros = 0;
	bool point = strchr(text, '.') != NULL;

	for (const char *p = text; *p && *p != 'e'; p++) {
		if (*p < '0' || *p > '9' || (digits == 0 && *p == '0'))
			continue;
		digits++;
		zeros = *p == '0' ? zeros + 1 : 0;
	}
	return point ? digits : digits - zeros;
}

/* Reads back the same by the C library's strtod, and no rounding to fewer digits does. */
static void
check_shortest(double v)
{
	char text[NUM_BUF], shorter[NUM_BUF];
	double back;

	num_text(v, text);
	if (strtod(text, NULL) != v)
		fail_msg("%s is not %a", text, v);
	assert_true(num_parse(text, strlen(text), &back) && back == v);
	for (int n = 1; n < significant(text); n++) {
		snprintf(shorter, sizeof(shorter), "%.*e", n - 1, v);
		if (strtod(shorter, NULL) == v)
			fail_msg("%s is longer than %s", text, shorter);
	}
}

static void
shortest_round_trip(void **state)
{
	uint64_t s = UINT64_C(88172645463325252);

	(void)state;
	for (int i = 0; i < 100000; i++) {
		double v = from_bits(next(&s));

		if (isfinite(v))
			check_shortest(v);
		check_shortest((double)(next(&s) % 100000000) / 10000);
		check_shortest((double)(int64_t)next(&s) / 1e12);
		check_shortest(ldexp((double)next(&s), -i % 110));
	}
}

static void
awkward_values(void **state)
{
	char buf[NUM_BUF];

	(void)state;
	assert_string_equal(num_text(0, buf), "0");
	assert_string_equal(num_text(-0.0, buf), "0");
	assert_string_equal(num_text(0.1, buf), "0.1");
	assert_string_equal(num_text(0.1 + 0.2, buf), "0.30000000000000004");
	assert_string_equal(num_text(1e23, buf), "1e+23");
	assert_string_equal(num_text(5e-324, buf), "5e-324");
	assert_string_equal(num_text(123456, buf), "123456");
	assert_string_equal(num_text(-2.5, buf), "-2.5");
	assert_string_equal(num_text(100, buf), "100");
	assert_string_equal(num_text(0.0001, buf), "0.0001");
	assert_string_equal(num_text(0.00001, buf), "1e-05");
	assert_string_equal(num_text(-0.000012345, buf), "-1.2345e-05");
	assert_string_equal(num_text(999999999999999, buf), "999999999999999");
	/* 2^-24: the digits that Python's repr gives, one less than 17 roundings find */
	assert_string_equal(num_text(5.9604644775390625e-08, buf), "5.960464477539063e-08");
	for (int i = -40; i < 60; i++) {
		check_shortest(ldexp(1, i));
		check_shortest(nextafter(ldexp(1, i), 0));
		check_shortest(nextafter(pow(10, i / 4), 0));
		check_shortest(nextafter(pow(10, i / 4), 1e99));
	}
	check_shortest(9007199254740993.0);
	check_shortest(2.2250738585072014e-308);
	check_shortest(1.7976931348623157e308);
}

/* Made for this test from the sources of Debian's package locales. */
static bool
take_comma_locale(char dir[])
{
	char path[80];
	const char *const argv[] = { "localedef", "-i", "de_DE", "-f", "UTF-8", path, NULL };
	struct support_out out;

	if (!mkdtemp(dir))
		return false;
	fmt_buf(path, sizeof(path), "%s/de_DE.UTF-8", dir);
	support_exec(argv, NULL, &out);
	support_out_done(&out);
	setenv("LOCPATH", dir, 1);
	return setlocale(LC_ALL, "de_DE.UTF-8") && *localeconv()->decimal_point == ',';
}

/* A decimal comma must change nothing; skipped where no such locale can be made. */
static void
locale_does_not_matter(void **state)
{
	char dir[] = "/tmp/fintra-locale-XXXXXX";
	const char *const remove[] = { "rm", "-rf", dir, NULL };
	struct support_out out;
	char buf[NUM_BUF];
	bool have = take_comma_locale(dir);

	(void)state;
	support_exec(remove, NULL, &out);
	support_out_done(&out);
	if (!have) {
		fputs("SKIP: no locale with a decimal comma: is the package locales there?\n",
		      stderr);
		skip();
	}
	assert_true(parses("1.5", 1.5));
	assert_true(parses("0.12345678901234567890", 0.12345678901234567890));
	assert_string_equal(num_text(2.5, buf), "2.5");
	setlocale(LC_ALL, "C");
}

static void
integers(void **state)
{
	static const char *const bad[] = { "",
					   "-",
					   "1.0",
					   "1e3",
					   "0x1",
					   "9223372036854775808",
					   "-9223372036854775809",
					   "99999999999999999999",
					   "1 2",
					   "1,000" };
	int64_t v;

	(void)state;
	assert_true(num_parse_i64(" 42 ", 4, &v) && v == 42);
	assert_true(num_parse_i64("9223372036854775807", 19, &v) && v == INT64_MAX);
	assert_true(num_parse_i64("-9223372036854775808", 20, &v) && v == INT64_MIN);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(num_parse_i64(bad[i], strlen(bad[i]), &v));
}

static void
grouping(void **state)
{
	char buf[NUM_BUF];

	(void)state;
	assert_string_equal(num_group(0, buf), "0");
	assert_string_equal(num_group(999, buf), "999");
	assert_string_equal(num_group(1234567, buf), "1,234,567");
	assert_string_equal(num_group(-1000, buf), "-1,000");
	assert_string_equal(num_group(INT64_MIN, buf), "-9,223,372,036,854,775,808");
	assert_string_equal(num_rows(0, buf), "0");
	assert_string_equal(num_rows(1234567, buf), "1,234,567");
	assert_string_equal(num_rows(-1, buf), "?");
	assert_string_equal(num_s(1), "");
	assert_string_equal(num_s(0), "s");
	assert_string_equal(num_s(-1), "s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_decimal_numbers),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(absent_words),
		cmocka_unit_test(shortest_round_trip),
		cmocka_unit_test(awkward_values),
		cmocka_unit_test(locale_does_not_matter),
		cmocka_unit_test(integers),
		cmocka_unit_test(grouping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
