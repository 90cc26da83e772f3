#include "jobs/engine/filing_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* jobs.md 2.10. */
static const struct filing_event events[] = {
	{ "1.01", "material_agreement", "SUPPLY_CHAIN", 1 },
	{ "1.02", "agreement_termination", "SUPPLY_CHAIN", 1 },
	{ "2.01", "acquisition_disposition", "STRATEGIC", 1 },
	{ "5.02", "management_change", "GOVERNANCE", 2 },
	{ "8.01", "other_event", "CORPORATE", 3 },
};

const char *const filing_places[PLACES + 1] = { "China",  "EU",	    "United States",
						"Mexico", "Canada", NULL };

/* Fewer bytes under a heading are its line in a table of contents. */
enum { TEXT_LEAST = 100, NUMBER_MAX = 4 };

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Behind "Item" and at least one blank at p, else NULL. */
static const char *
behind_item(const char *p, const char *end)
{
	if (end - p < 6 || strncasecmp(p, "item", 4) != 0 || !is_blank(p[4]))
		return NULL;
	for (p += 4; p < end && is_blank(*p); p++)
		continue;
	return p;
}

/* The next "Item " of its own from p on, NULL at the end. */
static const char *
next_item(const char *start, const char *p, const char *end)
{
	for (; end - p >= 6; p++)
		if ((*p == 'i' || *p == 'I') && (p == start || !is_word(p[-1])) &&
		    behind_item(p, end))
			return p;
	return NULL;
}

static const struct filing_event *
event_at(const char *p, const char *end)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		size_t n = strlen(events[i].item);

		if ((size_t)(end - p) >= n && memcmp(p, events[i].item, n) == 0 &&
		    (p + n == end || p[n] < '0' || p[n] > '9'))
			return &events[i];
	}
	return NULL;
}

const struct filing_event *
filing_event_find(const char *plain, size_t n)
{
	const char *end = plain + n;
	const struct filing_event *best = NULL;

	for (const char *p = plain; (p = next_item(plain, p, end)); p += 4) {
		const struct filing_event *e = event_at(behind_item(p, end), end);

		if (e && (!best || e->priority < best->priority))
			best = e;
	}
	return best;
}

const struct filing_event *
filing_event_named(const char *item)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (str_same(events[i].item, item))
			return &events[i];
	return NULL;
}

/* "Item 7." and "ITEM 1A - RISK" begin a part; "Item 7 of this report" and "Item 1A, above" speak
 * of one. */
static bool
heads(const char *p, const char *end)
{
	if (p == end || strchr(".:-\xe2()\n", *p))
		return true;
	if (*p != ' ')
		return false;
	return p + 1 == end || !(p[1] >= 'a' && p[1] <= 'z');
}

/* The number of a heading at p (the beginning of a line) into `number`; false when there is none.
 */
static bool
heading_at(const char *p, const char *end, char number[NUMBER_MAX])
{
	size_t n = 0;

	while (p < end && *p == ' ')
		p++;
	p = behind_item(p, end);
	if (!p)
		return false;
	while (p < end && *p >= '0' && *p <= '9' && n < 2)
		number[n++] = *p++;
	if (n > 0 && p < end && strchr("abcABC", *p) && (p + 1 == end || !is_word(p[1])))
		number[n++] = (char)(*p++ & ~0x20);
	number[n] = '\0';
	return n > 0 && heads(p, end);
}

/* What is read of a report. */
struct report {
	struct str all;	  /* items 1, 1A, 7 and 2, small letters, every blank one space */
	struct str seven; /* item 7, small letters, lines kept */
	bool text;
};

static void
add_lower(struct str *out, const char *p, const char *end, bool lines)
{
	for (; p < end; p++) {
		char c = *p;

		if (c == '\n' && !lines)
			c = ' ';
		str_putc(out, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
	}
	str_putc(out, lines ? '\n' : ' ');
}

static void
add_part(struct report *r, const char *number, const char *p, const char *end)
{
	static const char *const wanted[] = { "1", "1A", "7", "2", NULL };

	if (!str_has(wanted, number))
		return;
	r->text = r->text || end - p >= TEXT_LEAST;
	add_lower(&r->all, p, end, false);
	if (strcmp(number, "7") == 0)
		add_lower(&r->seven, p, end, true);
}

/* An item has as many parts as its heading is repeated: in the table of contents, on each page. */
static void
split(struct report *r, const char *plain, size_t n)
{
	const char *end = plain + n, *from = plain;
	char number[NUMBER_MAX] = "", next[NUMBER_MAX];

	for (const char *line = plain; line < end;) {
		const char *nl = memchr(line, '\n', (size_t)(end - line));

		if (heading_at(line, end, next)) {
			add_part(r, number, from, line);
			memcpy(number, next, sizeof(number));
			from = line;
		}
		line = nl ? nl + 1 : end;
	}
	add_part(r, number, from, end);
}

static bool
has(const struct report *r, const char *phrase)
{
	return strstr(str_c(&r->all), phrase) != NULL;
}

static bool
has_word(const struct report *r, const char *word)
{
	const char *text = str_c(&r->all);
	size_t n = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p++)
		if ((p == text || !is_word(p[-1])) && !is_word(p[n]))
			return true;
	return false;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "1,234.5" as "1234.5". */
static void
take_number(const char *p, char out[40])
{
	size_t n = 0;

	while (digit(*p) && n < 30) {
		out[n++] = *p++;
		if (*p == ',' && digit(p[1]) && digit(p[2]) && digit(p[3]) && !digit(p[4]))
			p++;
	}
	if (*p == '.' && digit(p[1])) {
		out[n++] = *p++;
		while (digit(*p) && n < 38)
			out[n++] = *p++;
	}
	out[n] = '\0';
}

/* The first number behind the words, on their line; a line without one is looked at once. */
static void
find_obligations(const char *text, char out[40])
{
	static const char *const kinds[] = { "purchase ", "contractual " };
	static const char word[] = "obligations";

	out[0] = '\0';
	for (const char *p = text; (p = strstr(p, word));) {
		bool ours = false;

		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			size_t n = strlen(kinds[i]);

			ours = ours || ((size_t)(p - text) >= n && memcmp(p - n, kinds[i], n) == 0);
		}
		p += strlen(word);
		if (!ours)
			continue;
		p += strcspn(p, "0123456789\n");
		if (digit(*p)) {
			take_number(p, out);
			return;
		}
	}
}

static void
judge(const struct report *r, struct filing_signals *out)
{
	static const char *const words[PLACES] = { "china", "eu", "united states", "mexico",
						   "canada" };
	bool sole = has(r, "sole supplier") || has(r, "single supplier");

	out->single_source = sole;
	out->supplier_concentration = sole || has(r, "limited number of suppliers") ? "high"
				      : has(r, "multiple suppliers")		    ? "low"
										    : "medium";
	for (int i = 0; i < PLACES; i++)
		out->place[i] = has_word(r, words[i]);
	out->environmental =
		has_word(r, "mining") || has_word(r, "energy") || has_word(r, "manufacturing")
			? "high"
			: "low";
	find_obligations(str_c(r->seven.len > 0 ? &r->seven : &r->all), out->obligations);
}

bool
filing_signals_find(const char *plain, size_t n, struct filing_signals *out)
{
	struct report r = { .text = false };

	*out = (struct filing_signals){ .obligations = "" };
	str_init(&r.all, 2 * n + 64);
	str_init(&r.seven, 2 * n + 64);
	split(&r, plain, n);
	if (r.text)
		judge(&r, out);
	str_done(&r.all);
	str_done(&r.seven);
	return r.text;
}
