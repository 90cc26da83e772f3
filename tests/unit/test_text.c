#include "core/text.h"
#include "tests/unit/suite.h"

static const char *
clean(struct str *s, const char *in, size_t n)
{
	str_clear(s);
	text_clean(s, in, n);
	return str_c(s);
}

/* True when no byte of s makes a terminal act: C0, DEL, C1 as raw bytes or as code points, bidi. */
static bool
harmless(const char *s)
{
	static const char *const forbidden[] = { "\xD8\x9C",	 "\xE2\x80\x8E", "\xE2\x80\x8F",
						 "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAA",
						 "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9" };

	for (const unsigned char *p = (const unsigned char *)s; *p; p++)
		if (*p < 0x20 || *p == 0x7F || (*p == 0xC2 && p[1] < 0xA0))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
		if (strstr(s, forbidden[i]))
			return false;
	return text_utf8_ok(s, strlen(s));
}

/* faults.md T7: every byte alone, and every pair of bytes between letters. */
static void
byte_sweep(void **state)
{
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 1000);
	for (int a = 0; a < 256; a++) {
		char in[4] = { 'x', (char)a, 'y', '\0' };

		assert_true(harmless(clean(&s, in, 3)));
		for (int b = 0; b < 256; b++) {
			in[2] = (char)b;
			assert_true(harmless(clean(&s, in, 3)));
		}
	}
}

static void
every_code_point(void **state)
{
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 1000);
	for (uint32_t cp = 0x80; cp < 0x11000; cp++) {
		char in[4] = { 0 };
		size_t n = 0;

		if (cp < 0x800) {
			in[n++] = (char)(0xC0 | cp >> 6);
		} else {
			in[n++] = (char)(0xE0 | (cp >> 12 & 15));
			in[n++] = (char)(0x80 | (cp >> 6 & 63));
		}
		in[n++] = (char)(0x80 | (cp & 63));
		assert_true(harmless(clean(&s, in, n)));
	}
}

static void
visible_forms(void **state)
{
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 1000);
	assert_string_equal(clean(&s, "\x1b]0;owned\x07", 10), "\\x1b]0;owned\\x07");
	assert_string_equal(clean(&s, "a\tb\nc\r", 6), "a b\\nc\\x0d");
	assert_string_equal(clean(&s,
				  "\x9b"
				  "31m",
				  4),
			    "\\x9b31m");
	assert_string_equal(clean(&s,
				  "\xC2\x9B"
				  "31m",
				  5),
			    "\\u009b31m");
	assert_string_equal(clean(&s,
				  "\xE2\x80\xAE"
				  "gnp.exe",
				  10),
			    "\\u202egnp.exe");
	assert_string_equal(clean(&s, "caf\xC3\xA9 \xE6\x97\xA5", 9), "caf\xC3\xA9 \xE6\x97\xA5");
	assert_string_equal(clean(&s, "a\0b", 3), "a\\x00b");
}

static void
stops_at_the_ceiling(void **state)
{
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 5);
	assert_string_equal(clean(&s, "abcd\xC3\xA9 more", 11), "abcd");
	assert_true(s.overflow);
	assert_string_equal(clean(&s, "abc\x1bz", 5), "abc");
	assert_true(s.overflow);
}

/* Cases of Markus Kuhn's UTF-8 stress test. */
static void
utf8_validity(void **state)
{
	static const char *const good[] = { "",
					    "abc",
					    "\xC2\x80",
					    "\xEF\xBF\xBF",
					    "\xF0\x90\x80\x80",
					    "\xF4\x8F\xBF\xBF",
					    "\xED\x9F\xBF",
					    "\xEE\x80\x80" };
	static const char *const bad[] = {
		"\x80",		"\xBF",		"\xC0\xAF",	    "\xC1\xBF",
		"\xE0\x80\xAF", "\xE0\x9F\xBF", "\xF0\x80\x80\xAF", "\xF0\x8F\xBF\xBF",
		"\xED\xA0\x80", "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
		"\xFE",		"\xFF",		"\xE2\x82",	    "\xC3"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(text_utf8_ok(good[i], strlen(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(text_utf8_ok(bad[i], strlen(bad[i])));
	assert_false(text_utf8_ok("a\0b", 3));
}

/* Whole words are looked at at once: what is wrong is found at each place of them, and behind. */
static void
utf8_at_every_place(void **state)
{
	static const struct {
		const char *p;
		size_t n;
		bool ok;
	} part[] = { { "\0", 1, false },       { "\x80", 1, false },
		     { "\xFF", 1, false },     { "\xC3", 1, false },
		     { "\xC3\xA9", 2, true },  { "\xC0\x80", 2, false },
		     { "\xE2\x82", 2, false }, { "\xE2\x82\xAC", 3, true },
		     { "\x7F\x01", 2, true } };
	char text[40];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		for (size_t at = 0; at < 30; at++)
			for (size_t behind = 0; behind < 8; behind++) {
				memset(text, 'x', sizeof(text));
				memcpy(text + at, part[i].p, part[i].n);
				assert_int_equal(text_utf8_ok(text, at + part[i].n + behind),
						 part[i].ok);
			}
}

static void
decodes(void **state)
{
	uint32_t cp;

	(void)state;
	assert_int_equal(text_decode("\xE2\x82\xAC", 3, &cp), 3);
	assert_int_equal(cp, 0x20AC);
	assert_int_equal(text_decode("\xE2\x82", 2, &cp), 1);
	assert_int_equal(cp, 0xFFFD);
}

/* Widths: Unicode's EastAsianWidth.txt and general categories. */
static void
columns(void **state)
{
	(void)state;
	assert_int_equal(text_columns("Apple"), 5);
	assert_int_equal(text_columns("caf\xC3\xA9"), 4);
	assert_int_equal(text_columns("cafe\xCC\x81"), 4);	       /* combining acute */
	assert_int_equal(text_columns("\xE6\x97\xA5\xE6\x9C\xAC"), 4); /* CJK */
	assert_int_equal(text_columns("\xEF\xBC\xA1"), 2);	       /* fullwidth A */
	assert_int_equal(text_columns("\xF0\x9F\x9A\x80"), 2);	       /* rocket */
	assert_int_equal(text_columns("\xEA\xB0\x80"), 2);	       /* Hangul */
	assert_int_equal(text_width(0x2500), 1);		       /* box drawing */
	assert_int_equal(text_width(0x200B), 0);		       /* zero width space */
	assert_int_equal(text_width(0x20000), 2);
	assert_int_equal(text_width(0x10FFFF), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(byte_sweep),	 cmocka_unit_test(every_code_point),
		cmocka_unit_test(visible_forms), cmocka_unit_test(stops_at_the_ceiling),
		cmocka_unit_test(utf8_validity), cmocka_unit_test(utf8_at_every_place),
		cmocka_unit_test(decodes),	 cmocka_unit_test(columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
