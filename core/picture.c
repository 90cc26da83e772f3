#include "core/picture.h"

#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 16 };

static const struct {
	uint32_t left, tick_y, bottom, tick_x, corner, zero;
} lines[] = {
	[PLOT_BRAILLE] = { 0x2502, 0x2524, 0x2500, 0x252c, 0x2514, 0x2502 },
	[PLOT_HALF] = { 0x2502, 0x2524, 0x2500, 0x252c, 0x2514, 0x2502 },
	[PLOT_ASCII] = { '|', '+', '-', '+', '+', ':' },
};

static void
put(struct picture *p, int x, int y, enum picture_part part, uint32_t cp)
{
	if (x >= 0 && x < p->w && y >= 0 && y < p->h)
		p->at[(size_t)y * (size_t)p->w + (size_t)x] = (struct picture_cell){ cp, part };
}

static void
put_label(struct picture *p, int x, int y, const char *text)
{
	for (; *text; text++)
		put(p, x++, y, PICTURE_LABEL, (unsigned char)*text);
}

/* As many decimals as the step has. */
static void
label_of(const struct plot_scale *s, int tick, bool sign, char buf[LABEL])
{
	double exponent = floor(log10(s->step) + 1e-9);
	int decimals = exponent < 0 ? (int)-exponent : 0;

	if (tick == 0)
		str_copy(buf, LABEL, "0");
	else if (exponent > 5 || decimals > 5)
		snprintf(buf, LABEL, sign ? "%+.3g" : "%.3g", tick * s->step);
	else
		snprintf(buf, LABEL, sign ? "%+.*f" : "%.*f", decimals, tick * s->step);
}

static void
draw_y(struct picture *out, const struct plot *p)
{
	char text[LABEL];

	for (int y = 0; y < p->h; y++)
		put(out, PICTURE_LEFT - 1, y, PICTURE_AXIS, lines[p->glyphs].left);
	for (int i = p->y.first; i <= p->y.last; i++) {
		int y = plot_row(p, i * p->y.step);

		label_of(&p->y, i, false, text);
		put_label(out, PICTURE_LEFT - 1 - (int)strlen(text), y, text);
		put(out, PICTURE_LEFT - 1, y, PICTURE_AXIS, lines[p->glyphs].tick_y);
	}
}

/* Each label under its tick, as far as the edge and the label before it leave room. */
static void
draw_x(struct picture *out, const struct plot *p)
{
	int free_from = 0;
	char text[LABEL];

	put(out, PICTURE_LEFT - 1, p->h, PICTURE_AXIS, lines[p->glyphs].corner);
	for (int x = 0; x < p->w; x++)
		put(out, PICTURE_LEFT + x, p->h, PICTURE_AXIS, lines[p->glyphs].bottom);
	for (int i = p->x.first; i <= p->x.last; i++) {
		int tick = PICTURE_LEFT + plot_column(p, i * p->x.step), n, x;

		label_of(&p->x, i, true, text);
		n = (int)strlen(text);
		x = tick - n / 2;
		x = x + n > out->w ? out->w - n : x;
		put(out, tick, p->h, PICTURE_AXIS, lines[p->glyphs].tick_x);
		if (x < free_from)
			continue;
		put_label(out, x, p->h + 1, text);
		free_from = x + n + 1;
	}
}

static void
draw_points(struct picture *out, const struct plot *p)
{
	int zero = plot_column(p, 0);

	for (int y = 0; y < p->h; y++)
		put(out, PICTURE_LEFT + zero, y, PICTURE_ZERO, lines[p->glyphs].zero);
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			uint32_t cp = plot_glyph(p, x, y);

			if (cp)
				put(out, PICTURE_LEFT + x, y, PICTURE_POINT, cp);
		}
}

void
picture_draw(struct picture *out, const struct plot *plot)
{
	size_t n;

	out->w = plot->w + PICTURE_LEFT;
	out->h = plot->h + PICTURE_BELOW;
	n = (size_t)out->w * (size_t)out->h;
	out->at = mem_alloc((n + 1) * sizeof(*out->at));
	for (size_t i = 0; i < n; i++)
		out->at[i] = (struct picture_cell){ ' ', PICTURE_EMPTY };
	draw_y(out, plot);
	draw_x(out, plot);
	draw_points(out, plot);
}

void
picture_done(struct picture *p)
{
	free(p->at);
	p->at = NULL;
}

void
picture_print(const struct picture *p, struct str *out)
{
	for (int y = 0; y < p->h; y++) {
		const struct picture_cell *row = p->at + (size_t)y * (size_t)p->w;
		int n = p->w;

		while (n > 0 && row[n - 1].cp == ' ')
			n--;
		for (int x = 0; x < n; x++)
			text_encode(out, row[x].cp);
		str_putc(out, '\n');
	}
}
