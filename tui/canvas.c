#include "tui/canvas.h"

#include "core/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	GLYPH_HLINE = 0x2500,
	GLYPH_VLINE = 0x2502,
	GLYPH_TOP_LEFT = 0x250c,
	GLYPH_TOP_RIGHT = 0x2510,
	GLYPH_BOTTOM_LEFT = 0x2514,
	GLYPH_BOTTOM_RIGHT = 0x2518,
	GLYPH_FULL = 0x2588,
	GLYPH_LIGHT = 0x2591,
	GLYPH_ELLIPSIS = 0x2026,
	LARGEST = 4096,
	WRAP_MAX = 64 << 10 /* bytes of a cleaned text */
};

static const struct {
	uint32_t cp;
	char ascii;
} ascii_forms[] = {
	{ GLYPH_HLINE, '-' },	  { GLYPH_VLINE, '|' },	      { GLYPH_TOP_LEFT, '+' },
	{ GLYPH_TOP_RIGHT, '+' }, { GLYPH_BOTTOM_LEFT, '+' }, { GLYPH_BOTTOM_RIGHT, '+' },
	{ GLYPH_FULL, '#' },	  { GLYPH_LIGHT, '-' },	      { GLYPH_ELLIPSIS, '~' },
};

static int
clamp(int v)
{
	return v < 0 ? 0 : v > LARGEST ? LARGEST : v;
}

void
canvas_init(struct canvas *c, int w, int h)
{
	*c = (struct canvas){ 0 };
	canvas_resize(c, w, h);
}

void
canvas_done(struct canvas *c)
{
	free(c->at);
	*c = (struct canvas){ 0 };
}

void
canvas_resize(struct canvas *c, int w, int h)
{
	c->w = clamp(w);
	c->h = clamp(h);
	c->at = mem_realloc(c->at, ((size_t)c->w * (size_t)c->h + 1) * sizeof(*c->at));
	canvas_clear(c);
}

void
canvas_clear(struct canvas *c)
{
	for (size_t i = 0; i < (size_t)c->w * (size_t)c->h; i++)
		c->at[i] = (struct cell){ ' ', ST_NORMAL, 1 };
}

static struct cell *
cell_at(const struct canvas *c, int x, int y)
{
	if (x < 0 || y < 0 || x >= c->w || y >= c->h)
		return NULL;
	return &c->at[(size_t)y * (size_t)c->w + (size_t)x];
}

const struct cell *
canvas_at(const struct canvas *c, int x, int y)
{
	return cell_at(c, x, y);
}

/* Writing over one half of a wide character leaves a blank in its other half. */
static void
unpair(struct canvas *c, int x, int y)
{
	struct cell *here = cell_at(c, x, y), *left = cell_at(c, x - 1, y);
	struct cell *right = cell_at(c, x + 1, y);

	if (!here)
		return;
	if (here->cols == 0 && left) {
		left->cp = ' ';
		left->cols = 1;
	} else if (here->cols == 2 && right) {
		right->cp = ' ';
		right->cols = 1;
	}
}

static void
set_cell(struct canvas *c, int x, int y, struct cell v)
{
	struct cell *at = cell_at(c, x, y);

	if (!at)
		return;
	unpair(c, x, y);
	if (v.cols == 2) {
		struct cell *right = cell_at(c, x + 1, y);

		if (right) {
			unpair(c, x + 1, y);
			*right = (struct cell){ ' ', v.style, 0 };
		} else {
			v = (struct cell){ ' ', v.style, 1 };
		}
	}
	*at = v;
}

static bool
plain(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return false;
	return true;
}

/* Columns of the cleaned text, stopping once they exceed `limit`. */
static int
columns_up_to(const char *s, size_t n, int limit)
{
	int cols = 0;

	while (n > 0 && cols <= limit) {
		uint32_t cp;
		size_t len = text_decode(s, n, &cp);

		cols += text_width(cp);
		s += len;
		n -= len;
	}
	return cols;
}

struct put {
	struct span at;
	unsigned style;
	int skip;
	bool ellipsis;
};

/* Zero-width characters are left out: terminals disagree about them, and a cell holds one
 * character. */
static int
put_clean(struct canvas *c, const struct put *p, const char *s, size_t n)
{
	int skip = p->skip, used = 0;
	bool cut = p->ellipsis && columns_up_to(s, n, p->at.w) > p->at.w;
	int room = cut ? p->at.w - 1 : p->at.w;

	while (n > 0) {
		uint32_t cp;
		size_t len = text_decode(s, n, &cp);
		int cols = text_width(cp);

		s += len;
		n -= len;
		if (cols <= 0)
			continue;
		if (skip > 0) {
			skip -= cols;
			continue;
		}
		if (used + cols > room)
			break;
		set_cell(c, p->at.x + used, p->at.y,
			 (struct cell){ cp, (uint16_t)p->style, (uint8_t)cols });
		used += cols;
	}
	if (cut && p->at.w > 0) {
		set_cell(c, p->at.x + used, p->at.y,
			 (struct cell){ GLYPH_ELLIPSIS, (uint16_t)p->style, 1 });
		used++;
	}
	return used;
}

static int
put(struct canvas *c, const struct put *p, const char *text)
{
	size_t n = strlen(text), most;

	if (p->at.w <= 0)
		return 0;
	/* What can show at all, at four bytes a column: a line of a megabyte costs no more than its
	 * window. */
	most = ((size_t)p->at.w + (size_t)p->skip) * 4 + 64;
	if (n > most)
		n = most;
	if (plain(text, n))
		return put_clean(c, p, text, n);
	STR_AUTO clean = { 0 };
	str_init(&clean, most * 8);
	text_clean(&clean, text, n);
	return put_clean(c, p, str_c(&clean), clean.len);
}

int
canvas_put(struct canvas *c, struct span at, unsigned style, const char *text)
{
	struct put p = { at, style, 0, true };

	return put(c, &p, text);
}

int
canvas_put_from(struct canvas *c, struct span at, unsigned style, const char *text, int skip)
{
	struct put p = { at, style, skip < 0 ? 0 : skip, false };

	return put(c, &p, text);
}

int
canvas_fmt(struct canvas *c, struct span at, unsigned style, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	return canvas_put(c, at, style, buf);
}

int
canvas_right(struct canvas *c, struct span at, unsigned style, const char *text)
{
	STR_AUTO clean = { 0 };
	int cols;

	str_init(&clean, 4096);
	text_clean(&clean, text, strlen(text));
	cols = columns_up_to(str_c(&clean), clean.len, at.w);
	if (cols < at.w) {
		at.x += at.w - cols;
		at.w = cols;
	}
	return canvas_put(c, at, style, text);
}

/* Bytes of s that fit into w columns, at least one character; up to a blank if one stands in the
 * right half, else up to a comma there (JSON), but not one inside a number. */
static size_t
fitting(const char *s, size_t n, int w)
{
	size_t used = 0, blank = 0, comma = 0;
	int cols = 0;

	while (used < n) {
		uint32_t cp;
		size_t len = text_decode(s + used, n - used, &cp);

		cols += text_width(cp);
		if (cols > w && used > 0)
			return blank > 0 ? blank : comma > 0 ? comma : used;
		used += len;
		if (cp == ' ' && cols >= w / 2)
			blank = used;
		if (cp == ',' && cols >= w / 2 && used < n && !isdigit((unsigned char)s[used]))
			comma = used;
	}
	return used;
}

int
canvas_wrap(struct canvas *c, struct rect r, unsigned style, const char *text)
{
	STR_AUTO clean = { 0 };
	int rows = 0;

	str_init(&clean, WRAP_MAX);
	text_clean(&clean, text, strnlen(text, WRAP_MAX / 8));
	for (size_t at = 0; at < clean.len && r.w > 0; rows++) {
		size_t n = fitting(str_c(&clean) + at, clean.len - at, r.w);
		struct put p = { SPAN(r.x, r.y + rows, r.w), style, 0, false };

		if (c && rows < r.h)
			put_clean(c, &p, str_c(&clean) + at, n);
		at += n;
	}
	return rows > 0 ? rows : 1;
}

void
canvas_fill(struct canvas *c, struct rect r, unsigned style, uint32_t cp)
{
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++)
			set_cell(c, x, y, (struct cell){ cp, (uint16_t)style, 1 });
}

void
canvas_paste(struct canvas *c, struct span at, const struct canvas *src, int from)
{
	static const struct cell empty = { .cp = ' ', .cols = 1 };

	for (int i = 0; i < at.w; i++) {
		struct cell *to = cell_at(c, at.x + i, at.y);
		const struct cell *cell = canvas_at(src, from + i, 0);
		/* Half of a wide character is none. */
		bool cut =
			cell && ((i == 0 && cell->cols == 0) || (i + 1 == at.w && cell->cols == 2));

		if (to)
			*to = cell && !cut ? *cell : empty;
	}
}

void
canvas_select(struct canvas *c, struct rect r)
{
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++) {
			struct cell *at = cell_at(c, x, y);

			if (at)
				at->style |= ST_SELECTED;
		}
}

void
canvas_rule(struct canvas *c, struct span at, const char *title, const char *note)
{
	int used = 0;

	canvas_fill(c, (struct rect){ at.x, at.y, at.w, 1 }, ST_RULE, GLYPH_HLINE);
	if (title && at.w > 4)
		used = canvas_put(c, SPAN(at.x + 1, at.y, at.w - 2), ST_TITLE, title);
	if (note && *note) {
		char buf[160];
		int room = at.w - used - 6;

		fmt_buf(buf, sizeof(buf), " %s ", note);
		if (room > 4)
			canvas_right(c, SPAN(at.x + used + 4, at.y, room), ST_RULE, buf);
	}
}

void
canvas_frame(struct canvas *c, struct rect r, const char *title)
{
	int right = r.x + r.w - 1, bottom = r.y + r.h - 1;

	if (r.w < 2 || r.h < 2)
		return;
	canvas_fill(c, r, ST_NORMAL, ' ');
	canvas_fill(c, (struct rect){ r.x, r.y, r.w, 1 }, ST_RULE, GLYPH_HLINE);
	canvas_fill(c, (struct rect){ r.x, bottom, r.w, 1 }, ST_RULE, GLYPH_HLINE);
	canvas_fill(c, (struct rect){ r.x, r.y, 1, r.h }, ST_RULE, GLYPH_VLINE);
	canvas_fill(c, (struct rect){ right, r.y, 1, r.h }, ST_RULE, GLYPH_VLINE);
	set_cell(c, r.x, r.y, (struct cell){ GLYPH_TOP_LEFT, ST_RULE, 1 });
	set_cell(c, right, r.y, (struct cell){ GLYPH_TOP_RIGHT, ST_RULE, 1 });
	set_cell(c, r.x, bottom, (struct cell){ GLYPH_BOTTOM_LEFT, ST_RULE, 1 });
	set_cell(c, right, bottom, (struct cell){ GLYPH_BOTTOM_RIGHT, ST_RULE, 1 });
	canvas_fmt(c, SPAN(r.x + 2, r.y, r.w - 4), ST_TITLE, " %s ", title);
}

void
canvas_gauge(struct canvas *c, struct span at, double share)
{
	int inside = at.w - 2, full;

	if (inside < 1)
		return;
	share = share < 0 ? 0 : share > 1 ? 1 : share;
	full = (int)(share * inside + 0.5);
	canvas_put(c, SPAN(at.x, at.y, 1), ST_DIM, "[");
	canvas_fill(c, (struct rect){ at.x + 1, at.y, full, 1 }, ST_RUN, GLYPH_FULL);
	canvas_fill(c, (struct rect){ at.x + 1 + full, at.y, inside - full, 1 }, ST_DIM,
		    GLYPH_LIGHT);
	canvas_put(c, SPAN(at.x + at.w - 1, at.y, 1), ST_DIM, "]");
}

void
canvas_export(const struct canvas *c, struct str *out)
{
	for (int y = 0; y < c->h; y++) {
		int last = c->w - 1;

		while (last >= 0 && cell_at(c, last, y)->cp == ' ')
			last--;
		for (int x = 0; x <= last; x++)
			if (cell_at(c, x, y)->cols > 0)
				text_encode(out, cell_at(c, x, y)->cp);
		str_putc(out, '\n');
	}
}

uint32_t
canvas_ascii(uint32_t cp)
{
	if (cp < 0x7f)
		return cp;
	for (size_t i = 0; i < ARRAY_LEN(ascii_forms); i++)
		if (ascii_forms[i].cp == cp)
			return (uint32_t)ascii_forms[i].ascii;
	return '?';
}
