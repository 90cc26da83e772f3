/* Documents written by hand: jobs.md 2.9 and 2.10, fmp.md 7. */
#include "jobs/engine/filing_text.h"
#include "tests/unit/suite.h"

#include <stdlib.h>
#include <time.h>

enum { BIG = 20 * 1024 * 1024, LONG_S = 5 };

static void
expect_plain(const char *html, const char *want)
{
	STR_AUTO out = { 0 };

	str_init(&out, 4096);
	filing_plain(html, strlen(html), &out);
	assert_string_equal(str_c(&out), want);
}

static void
tags_and_entities(void **state)
{
	(void)state;
	expect_plain("<p>It<b>em</b> <i>1.01</i></p>", "Item 1.01\n");
	expect_plain("<div>ITEM&nbsp;5.02</div>", "ITEM 5.02\n");
	expect_plain("<p>Item&#160;&#xA0;8.01&NBSP;x", "Item 8.01 x");
	expect_plain(
		"<p>a &amp; b &lt;c&gt; &copy; &#8217; &#x2019;&mdash;&#0;&#xD800;&#99999999999;",
		"a & b <c> &copy; \xe2\x80\x99 \xe2\x80\x99\xe2\x80\x94&#0;&#99999999999;");
	expect_plain("<p>one\n  two<br>three<BR/>four", "one two\nthree\nfour");
	expect_plain("<script>Item 1.01</script><p>x<!-- Item 2.01 > --><style>y</style>z", "xz");
	expect_plain("<p><ix:header><ix:hidden>Item 1.01</ix:hidden></ix:header>x", "x");
}

/* A row is one line, whatever stands in its cells. */
static void
cells_of_a_row(void **state)
{
	(void)state;
	expect_plain("<table><tr><td><p>Purchase obligations</p></td><td><div>$</div></td>"
		     "<td>1,234</td></tr><tr><td>next</td></tr></table>",
		     "Purchase obligations $ 1,234\nnext\n");
}

static void
both_encodings(void **state)
{
	(void)state;
	expect_plain("<p>caf\xe9 Item\xa0"
		     "1.01",
		     "caf\xc3\xa9 Item 1.01");
	expect_plain("<p>caf\xc3\xa9 Item\xc2\xa0"
		     "1.01",
		     "caf\xc3\xa9 Item 1.01");
	expect_plain("<p>caf\xc3\xa9 caf\xc3\xa9 cut \xc3", "caf\xc3\xa9 caf\xc3\xa9 cut \xc3\x83");
}

/* Only a page's line ends are mere blanks. */
static void
plain_text_keeps_its_lines(void **state)
{
	(void)state;
	expect_plain("a < b\nItem 1.01\r\n\r\n  c & d", "a < b\nItem 1.01\nc & d");
	expect_plain("<PAGE>\nItem 2.01", "Item 2.01");
}

static const struct {
	const char *html, *item; /* NULL = none */
} reports[] = {
	{ "<p>Item 1.01 Entry</p>", "1.01" },
	{ "<p>ITEM 5.02</p>", "5.02" },
	{ "<p>item&nbsp;&#160;8.01.</p>", "8.01" },
	{ "<p>Item<br>2.01</p>", "2.01" },
	{ "<td>Item</td><td>1.02</td>", "1.02" },
	{ "<p>I<b>T</b>EM <u>1.02</u></p>", "1.02" },
	/* priority first, then the order in the document */
	{ "<p>Item 8.01 Item 5.02 Item 2.01 Item 1.01", "2.01" },
	{ "<p>Item 1.02, Item 1.01", "1.02" },
	{ "<p>Item 8.01, Item 5.02", "5.02" },
	{ "<p>Item 9.01, Item 8.01", "8.01" },
	/* none of the five */
	{ "<p>Item 7.01 and Item 9.01", NULL },
	{ "<p>Item1.01", NULL },
	{ "<p>Items 1.01", NULL },
	{ "<p>lineitem 1.01", NULL },
	{ "<p>Item 1.015", NULL },
	{ "<p>Item 11.01", NULL },
	{ "<p>Item", NULL },
	{ "<p>Item 1.0", NULL },
	{ "", NULL },
	{ "<p>Item 1.0<!-- Item 1.01", "1.01" }, /* cut: what is there counts */
};

static void
items_of_an_8k(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
		STR_AUTO out = { 0 };
		const struct filing_event *e;

		str_init(&out, 4096);
		filing_plain(reports[i].html, strlen(reports[i].html), &out);
		e = filing_event_find(str_c(&out), out.len);
		if (!str_same(e ? e->item : NULL, reports[i].item))
			fail_msg("%s: %s", reports[i].html, e ? e->item : "none");
	}
	const struct filing_event *e = filing_event_named("5.02");

	assert_string_equal(e->type, "management_change");
	assert_string_equal(e->category, "GOVERNANCE");
	assert_int_equal(e->priority, 2);
	assert_null(filing_event_named("9.01"));
	assert_string_equal(filing_event_named("1.01")->type, "material_agreement");
	assert_string_equal(filing_event_named("1.02")->type, "agreement_termination");
	assert_string_equal(filing_event_named("2.01")->category, "STRATEGIC");
	assert_string_equal(filing_event_named("8.01")->category, "CORPORATE");
}

#define FILL                                                                              \
	"This sentence is here only to give the part of the report some length, as real " \
	"parts have; it says nothing that anybody looks for, and it ends here. "
#define CONTENTS                                                                      \
	"<table><tr><td>Item 1.</td><td>Business</td></tr><tr><td>Item 1A.</td><td>"  \
	"Risk Factors</td></tr><tr><td>Item 2.</td><td>Properties</td></tr><tr><td>"  \
	"Item 7.</td><td>Discussion</td></tr><tr><td>Item 8.</td><td>Statements</td>" \
	"</tr></table>"

static bool
signals(const char *html, struct filing_signals *s)
{
	STR_AUTO out = { 0 };

	str_init(&out, 65536);
	filing_plain(html, strlen(html), &out);
	return filing_signals_find(str_c(&out), out.len, s);
}

static void
signals_of_a_10k(void **state)
{
	struct filing_signals s;

	(void)state;
	assert_true(signals(
		"<html>" CONTENTS "<p><b>It</b>em&nbsp;1. Business</p><p>" FILL
		"We buy from a limited number\nof suppliers in <b>CHINA</b>.</p>"
		"<p>ITEM 1A. RISK FACTORS</p><p>" FILL
		"Nothing about euros or canadian weather.</p>"
		"<p>Item 1B. Unresolved</p><p>A sole supplier in Mexico: not read.</p>"
		"<p>Item 2. Properties</p><p>Offices in the United\nStates.</p>"
		"<p>Item&#160;7 &#8212; Discussion</p><p>" FILL "</p><table><tr><td>Purchase "
		"obligations</td><td>$</td><td>1,234.5</td><td>99</td></tr></table>"
		"<p>Item 8. Statements</p><p>mining, energy, manufacturing: not read</p></html>",
		&s));
	assert_string_equal(s.supplier_concentration, "high");
	assert_false(s.single_source);
	assert_true(s.place[PLACE_CHINA] && s.place[PLACE_UNITED_STATES]);
	assert_false(s.place[PLACE_EU] || s.place[PLACE_MEXICO] || s.place[PLACE_CANADA]);
	assert_string_equal(s.environmental, "low");
	assert_string_equal(s.obligations, "1234.5");
}

static const struct {
	const char *text, *concentration;
	bool single;
	const char *environmental, *obligations;
} rules[] = {
	{ "Nothing.", "medium", false, "low", "" },
	{ "A sole supplier.", "high", true, "low", "" },
	{ "A SINGLE SUPPLIER, and multiple suppliers.", "high", true, "low", "" },
	{ "Multiple suppliers.", "low", false, "low", "" },
	{ "Determining and examining.", "medium", false, "low", "" },
	{ "Coal mining.", "medium", false, "high", "" },
	{ "Energy-related.", "medium", false, "high", "" },
	{ "Contractual obligations of 12,345,678 and 9.", "medium", false, "low", "12345678" },
	{ "Purchase obligations.<br>77", "medium", false, "low", "" },
	{ "Purchase obligations none.<br>Contractual obligations: $0.75", "medium", false, "low",
	  "0.75" },
	{ "Other obligations 5. Purchase obligations 1,23", "medium", false, "low", "1" },
};

static void
rules_of_the_signals(void **state)
{
	char html[2000];
	struct filing_signals s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		(void)fmt_buf(html, sizeof(html),
			      "<p>Item 7. Discussion</p><p>" FILL "</p><p>%s</p>", rules[i].text);
		assert_true(signals(html, &s));
		print_message("%s\n", rules[i].text);
		assert_string_equal(s.supplier_concentration, rules[i].concentration);
		assert_int_equal(s.single_source, rules[i].single);
		assert_string_equal(s.environmental, rules[i].environmental);
		assert_string_equal(s.obligations, rules[i].obligations);
	}
}

/* A table of contents, a page that speaks of items, other items: no text, no signals. */
static void
no_text_no_signals(void **state)
{
	static const char *const none[] = {
		"",
		"<html>" CONTENTS "</html>",
		"<html>" CONTENTS "<p>Item 8. Statements</p><p>" FILL FILL "</p></html>",
		"<p>" FILL "See Item 7. Discussion, or else Item 1A of this report.</p>",
		"<p>" FILL "</p><p>Item 7 of this report says: " FILL "</p>",
		"<p>Item 15. Exhibits</p><p>" FILL "</p>",
	};
	struct filing_signals s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		if (signals(none[i], &s))
			fail_msg("%s", none[i]);
	assert_true(signals("Item 1A. Risk Factors\n" FILL, &s)); /* plain text, cut behind it */
}

/* What a careless reader would go through again and again; twenty megabytes of every fifth. */
static void
big_documents_in_bounded_time(void **state)
{
	static const char *const bits[] = { "<",
					    "<p",
					    "<!--",
					    "<script>",
					    "<ix:header ",
					    "&",
					    "&#160",
					    "Item ",
					    "item 1.0",
					    "\xe9\xc3",
					    "Item 7. A\n",
					    "purchase obligations ",
					    "<td><p>Item 1A.",
					    "<p>eu</p>Item 2. " };
	/* A sanitizer's own cost is no measure. */
	const clock_t longest = LONG_S * CLOCKS_PER_SEC * (getenv("SANITIZER") ? 20 : 1);
	char *doc = mem_alloc(BIG + 64);
	struct filing_signals s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		STR_AUTO out = { 0 };
		size_t n = 0, len = strlen(bits[i]), size = i % 5 == 0 ? BIG : BIG / 8;
		clock_t t0 = clock(); /* CPU time: what others do is no matter */

		n += (size_t)snprintf(doc, 64, "<html><p>Item 7. B\n");
		for (; n + len < size; n += len)
			memcpy(doc + n, bits[i], len);
		str_init(&out, 2 * n + 64);
		filing_plain(doc, n, &out);
		assert_false(out.overflow);
		filing_event_find(str_c(&out), out.len);
		filing_signals_find(str_c(&out), out.len, &s);
		if (clock() - t0 > longest)
			fail_msg("%s: %ld s", bits[i], (long)((clock() - t0) / CLOCKS_PER_SEC));
	}
	free(doc);
}

/* Cut at every byte: nothing is read behind the end (the sanitizers watch), nothing is invented. */
static void
cut_anywhere(void **state)
{
	static const char html[] = "<html><p>It<b>em</b>&nbsp;1.01 caf\xc3\xa9<!-- c --><script>x"
				   "</script></p><table><tr><td>Item&#160;5.02</td></tr></table>";

	(void)state;
	for (size_t n = 0; n < sizeof(html); n++) {
		char *copy = mem_ndup(html, n);
		STR_AUTO out = { 0 };
		const struct filing_event *e;

		str_init(&out, 4096);
		filing_plain(copy, n, &out);
		e = filing_event_find(str_c(&out), out.len);
		assert_true(!e || e->priority == 1);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_and_entities),
		cmocka_unit_test(cells_of_a_row),
		cmocka_unit_test(both_encodings),
		cmocka_unit_test(plain_text_keeps_its_lines),
		cmocka_unit_test(items_of_an_8k),
		cmocka_unit_test(signals_of_a_10k),
		cmocka_unit_test(rules_of_the_signals),
		cmocka_unit_test(no_text_no_signals),
		cmocka_unit_test(big_documents_in_bounded_time),
		cmocka_unit_test(cut_anywhere),
	};

	return cmocka_run_group_tests_name("filing_text", tests, NULL, NULL);
}
