#include "jobs/engine/filing_text.h"

#include "core/text.h"

#include <string.h>
#include <strings.h>

enum { NAME_MAX_LEN = 16, ENTITY_MAX = 12 };

/* What a tag leaves behind. */
enum mark { MARK_NONE, MARK_CELL, MARK_ROW, MARK_LINE, MARK_HIDE };

static const struct {
	const char *name;
	enum mark mark;
} tags[] = {
	{ "p", MARK_LINE },	    { "div", MARK_LINE },    { "br", MARK_LINE },
	{ "tr", MARK_ROW },	    { "table", MARK_ROW },   { "li", MARK_LINE },
	{ "ul", MARK_LINE },	    { "ol", MARK_LINE },     { "hr", MARK_LINE },
	{ "h1", MARK_LINE },	    { "h2", MARK_LINE },     { "h3", MARK_LINE },
	{ "h4", MARK_LINE },	    { "h5", MARK_LINE },     { "h6", MARK_LINE },
	{ "title", MARK_LINE },	    { "body", MARK_LINE },   { "page", MARK_LINE },
	{ "text", MARK_LINE },	    { "center", MARK_LINE }, { "td", MARK_CELL },
	{ "th", MARK_CELL },	    { "script", MARK_HIDE }, { "style", MARK_HIDE },
	{ "ix:header", MARK_HIDE },
};

struct plain {
	const char *p, *end;
	struct str *out;
	bool html;		    /* line ends of the source are mere blanks */
	bool latin;		    /* not UTF-8 */
	bool in_cell;		    /* paragraphs in a cell do not end its row */
	bool no_gt, no_comment_end; /* looked for before, to the end, in vain */
	bool no_close[sizeof(tags) / sizeof(tags[0])];
};

static char
last(const struct plain *s)
{
	return s->out->len > 0 ? s->out->p[s->out->len - 1] : '\n';
}

static void
put_blank(struct plain *s)
{
	if (last(s) != ' ' && last(s) != '\n')
		str_putc(s->out, ' ');
}

static void
put_line_end(struct plain *s)
{
	if (last(s) == ' ')
		s->out->p[--s->out->len] = '\0';
	if (last(s) != '\n')
		str_putc(s->out, '\n');
}

static void
put_code(struct plain *s, unsigned long c)
{
	char buf[4];
	size_t n = 0;

	/* No-break, figure, narrow and the other typographic blanks; zero-width ones are nothing.
	 */
	if (c == 0xa0 || c == 9 || c == 10 || c == 13 || (c >= 0x2000 && c <= 0x200a) ||
	    c == 0x202f || c == 0x3000) {
		put_blank(s);
		return;
	}
	if (c < 0x20 || c == 0xad || (c >= 0x200b && c <= 0x200f) || c == 0xfeff ||
	    (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return;
	if (c < 0x80) {
		buf[n++] = (char)c;
	} else if (c < 0x800) {
		buf[n++] = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		buf[n++] = (char)(0xe0 | c >> 12);
		buf[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		buf[n++] = (char)(0xf0 | c >> 18);
		buf[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		buf[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		buf[n++] = (char)(0x80 | (c & 0x3f));
	str_put(s->out, buf, n);
}

/* Digits of a numeric entity up to its end; 0 when it is none. */
static unsigned long
numeric(const char *p, const char *end)
{
	int base = p < end && (*p == 'x' || *p == 'X') ? 16 : 10;
	unsigned long v = 0;

	for (p += base == 16; p < end; p++) {
		unsigned long d = *p >= '0' && *p <= '9'   ? (unsigned long)(*p - '0')
				  : *p >= 'a' && *p <= 'f' ? (unsigned long)(*p - 'a') + 10
				  : *p >= 'A' && *p <= 'F' ? (unsigned long)(*p - 'A') + 10
							   : 99;

		if (d >= (unsigned long)base || v > 0x10ffff)
			return 0;
		v = v * (unsigned long)base + d;
	}
	return v;
}

/* "&nbsp;", "&#160;", "&#xA0;"; what is not known stays as it is. */
static void
take_entity(struct plain *s)
{
	static const struct {
		const char *name;
		unsigned long code;
	} named[] = { { "nbsp", 0xa0 },	   { "amp", '&' },     { "lt", '<' },
		      { "gt", '>' },	   { "quot", '"' },    { "apos", '\'' },
		      { "ensp", 0x2002 },  { "emsp", 0x2003 }, { "thinsp", 0x2009 },
		      { "mdash", 0x2014 }, { "ndash", 0x2013 } };
	size_t most = (size_t)(s->end - s->p) < ENTITY_MAX ? (size_t)(s->end - s->p) : ENTITY_MAX;
	const char *name = s->p + 1, *end = memchr(s->p, ';', most);
	unsigned long code = 0;

	if (end && *name == '#')
		code = numeric(name + 1, end);
	for (size_t i = 0; end && i < ARRAY_LEN(named); i++)
		if (strlen(named[i].name) == (size_t)(end - name) &&
		    strncasecmp(named[i].name, name, (size_t)(end - name)) == 0)
			code = named[i].code;
	if (code == 0) {
		str_putc(s->out, '&');
		s->p++;
		return;
	}
	put_code(s, code);
	s->p = end + 1;
}

/* Index into tags[], -1 for any other. */
static int
tag_of(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && n < NAME_MAX_LEN && !strchr(" \t\r\n/>", p[n]))
		n++;
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		if (strlen(tags[i].name) == n && strncasecmp(tags[i].name, p, n) == 0)
			return (int)i;
	return -1;
}

/* Behind "</NAME ...>"; NULL when there is none.  What was once sought in vain is not sought again:
 * a document full of openings must not cost their number times its size. */
static const char *
behind_close(struct plain *s, int tag)
{
	const char *name = tags[tag].name;
	size_t n = strlen(name);

	if (s->no_close[tag])
		return NULL;
	for (const char *p = s->p; (p = memchr(p, '<', (size_t)(s->end - p))); p++) {
		const char *gt;

		if ((size_t)(s->end - p) < n + 3 || p[1] != '/' || strncasecmp(p + 2, name, n) != 0)
			continue;
		gt = memchr(p, '>', (size_t)(s->end - p));
		if (gt)
			return gt + 1;
	}
	s->no_close[tag] = true;
	return NULL;
}

static void
leave_mark(struct plain *s, int tag, bool closing)
{
	enum mark mark = tag < 0 ? MARK_NONE : tags[tag].mark;

	if (mark == MARK_CELL) {
		s->in_cell = !closing;
		put_blank(s);
	} else if (mark == MARK_ROW) {
		s->in_cell = false;
		put_line_end(s);
	} else if (mark == MARK_LINE) {
		(s->in_cell ? put_blank : put_line_end)(s);
	}
}

/* At "<!--": behind the comment. */
static bool
skip_comment(struct plain *s)
{
	const char *p = s->p;

	while (!s->no_comment_end && (p = memchr(p, '-', (size_t)(s->end - p)))) {
		if (s->end - p >= 3 && memcmp(p, "-->", 3) == 0) {
			s->p = p + 3;
			return true;
		}
		p++;
	}
	s->no_comment_end = true;
	return false;
}

/* At '<': behind the tag, or past a '<' that begins none. */
static void
take_tag(struct plain *s)
{
	size_t left = (size_t)(s->end - s->p);
	char c = left > 1 ? s->p[1] : ' ';
	bool closing = c == '/', letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	bool opens = letter || closing || c == '!' || c == '?';
	const char *gt = NULL, *behind;
	int tag;

	if (left >= 4 && memcmp(s->p, "<!--", 4) == 0 && skip_comment(s))
		return;
	if (opens && !s->no_gt) {
		gt = memchr(s->p, '>', left);
		s->no_gt = !gt;
	}
	if (!gt) {
		str_putc(s->out, *s->p++);
		return;
	}
	tag = tag_of(s->p + 1 + closing, gt + 1);
	s->p = gt + 1;
	if (tag >= 0 && tags[tag].mark == MARK_HIDE && !closing) {
		behind = gt[-1] == '/' ? NULL : behind_close(s, tag);
		s->p = behind ? behind : s->p;
	}
	leave_mark(s, tag, closing);
}

/* Bytes up to the next one that means something. */
static void
take_run(struct plain *s)
{
	const char *from = s->p;

	while (s->p < s->end && (unsigned char)*s->p > ' ' && (unsigned char)*s->p < 0x7f &&
	       *s->p != '<' && *s->p != '&')
		s->p++;
	str_put(s->out, from, (size_t)(s->p - from));
}

static void
take_other(struct plain *s)
{
	unsigned char c = (unsigned char)*s->p;
	uint32_t code = c;

	if (c == '\n' && !s->html)
		put_line_end(s);
	else if (c <= ' ' || c == 0x7f)
		put_blank(s);
	else if (s->latin)
		put_code(s, c);
	if (c >= 0x80 && !s->latin) {
		size_t len = text_decode(s->p, (size_t)(s->end - s->p), &code);

		put_code(s, len > 1 ? code : c);
		s->p += len;
		return;
	}
	s->p++;
}

/* A single bad byte, such as the end of a cut document, makes no other encoding. */
static bool
looks_latin(const char *p, size_t n)
{
	size_t good = 0, bad = 0, len;
	uint32_t code;

	for (size_t i = 0; i < n; i += len) {
		len = 1;
		if ((unsigned char)p[i] < 0x80)
			continue;
		len = text_decode(p + i, n - i, &code);
		good += len > 1;
		bad += len == 1;
	}
	return bad > good;
}

/* In a plain text the line ends count. */
static bool
looks_html(const char *p, size_t n)
{
	static const char *const signs[] = { "<html", "<body",	"<div", "<p>",
					     "<p ",   "<table", "<font" };

	n = n < 65536 ? n : 65536;
	for (const char *end = p + n, *at = p; (at = memchr(at, '<', (size_t)(end - at))); at++)
		for (size_t i = 0; i < ARRAY_LEN(signs); i++)
			if ((size_t)(end - at) >= strlen(signs[i]) &&
			    strncasecmp(at, signs[i], strlen(signs[i])) == 0)
				return true;
	return false;
}

void
filing_plain(const char *p, size_t n, struct str *out)
{
	struct plain s = { .p = p, .end = p + n, .out = out };

	s.html = looks_html(p, n);
	s.latin = looks_latin(p, n);
	while (s.p < s.end) {
		if (*s.p == '<')
			take_tag(&s);
		else if (*s.p == '&')
			take_entity(&s);
		else if ((unsigned char)*s.p > ' ' && (unsigned char)*s.p < 0x7f)
			take_run(&s);
		else
			take_other(&s);
	}
}
