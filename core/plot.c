#include "core/plot.h"

#include "core/str.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Room for arithmetic on both ends. */
static const double largest = 1e300;

static const struct {
	int columns, rows; /* dots of a cell */
} dots[] = {
	[PLOT_BRAILLE] = { 2, 4 },
	[PLOT_HALF] = { 1, 2 },
	[PLOT_ASCII] = { 1, 1 },
};

enum plot_glyphs
plot_glyphs_here(void)
{
	const char *term = getenv("TERM");
	locale_t l = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8 = l != (locale_t)0 && strcmp(nl_langinfo_l(CODESET, l), "UTF-8") == 0;

	if (l != (locale_t)0)
		freelocale(l);
	if (!utf8)
		return PLOT_ASCII;
	return term && strcmp(term, "linux") == 0 ? PLOT_HALF : PLOT_BRAILLE;
}

static double
clamp(double v)
{
	return v < -largest ? -largest : v > largest ? largest : v;
}

static double
nice_step(double raw)
{
	double unit = pow(10, floor(log10(raw))), share = raw / unit;

	/* What is a step but for the last bits stays one. */
	return unit * (share <= 1 + 1e-9 ? 1 : share <= 2 + 1e-9 ? 2 : share <= 5 + 1e-9 ? 5 : 10);
}

struct plot_scale
plot_scale_round(double lo, double hi, int ticks)
{
	struct plot_scale s;

	lo = fmin(clamp(lo), 0);
	hi = fmax(clamp(hi), 0);
	if (lo == 0 && hi == 0) {
		lo = -1;
		hi = 1;
	}
	if (ticks < 2)
		ticks = 2;
	s.step = nice_step(fmax(hi / ticks - lo / ticks, 1e-9));
	s.first = (int)floor(lo / s.step);
	s.last = (int)ceil(hi / s.step);
	s.lo = s.first * s.step;
	s.hi = s.last * s.step;
	return s;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

struct plot_scale
plot_scale_robust(const struct plot_point *at, size_t n, int ticks)
{
	double *x = mem_alloc((n + 1) * sizeof(*x)), lo = 0, hi = 0;

	for (size_t i = 0; i < n; i++)
		x[i] = at[i].x;
	if (n > 0) {
		qsort(x, n, sizeof(*x), by_value);
		lo = x[n / 100];
		hi = x[n - 1 - n / 100];
	}
	free(x);
	return plot_scale_round(lo, hi, ticks);
}

/* Dot of a value among n, counted from the lower end. */
static int
dot_of(const struct plot_scale *s, double v, int n)
{
	int i = (int)floor((v / 2 - s->lo / 2) / (s->hi / 2 - s->lo / 2) * n);

	return i < 0 ? 0 : i >= n ? n - 1 : i;
}

static int
dot_column(const struct plot *p, double x)
{
	return dot_of(&p->x, x, p->w * dots[p->glyphs].columns);
}

static int
dot_row(const struct plot *p, double y)
{
	int n = p->h * dots[p->glyphs].rows;

	return n - 1 - dot_of(&p->y, y, n);
}

int
plot_column(const struct plot *p, double x)
{
	return dot_column(p, x) / dots[p->glyphs].columns;
}

int
plot_row(const struct plot *p, double y)
{
	return dot_row(p, y) / dots[p->glyphs].rows;
}

static enum plot_place
place_of(const struct plot *p, const struct plot_point *at)
{
	return at->x < p->x.lo	 ? PLOT_LEFT
	       : at->x > p->x.hi ? PLOT_RIGHT
	       : at->y < p->y.lo ? PLOT_BELOW
	       : at->y > p->y.hi ? PLOT_ABOVE
				 : PLOT_SHOWN;
}

static size_t
cell_of(const struct plot *p, const struct plot_point *at)
{
	return (size_t)plot_row(p, at->y) * (size_t)p->w + (size_t)plot_column(p, at->x);
}

/* Points sorted by cell: counted, then each put behind those of its cell before it. */
static void
sort_into_cells(struct plot *p, const size_t *cell, size_t cells)
{
	size_t *next = mem_alloc((cells + 1) * sizeof(*next));

	for (size_t c = 0; c < cells; c++)
		p->start[c + 1] += p->start[c];
	memcpy(next, p->start, (cells + 1) * sizeof(*next));
	for (size_t i = 0; i < p->n; i++)
		if (p->place[i] == PLOT_SHOWN)
			p->order[next[cell[i]]++] = i;
	free(next);
}

void
plot_fill(struct plot *p)
{
	size_t cells = (size_t)p->w * (size_t)p->h, *cell;

	memset(p->count, 0, sizeof(p->count));
	p->place = mem_zalloc(p->n + 1);
	p->dots = mem_zalloc(cells + 1);
	p->start = mem_zalloc((cells + 1) * sizeof(*p->start));
	p->order = mem_alloc((p->n + 1) * sizeof(*p->order));
	cell = mem_zalloc((p->n + 1) * sizeof(*cell));
	for (size_t i = 0; i < p->n; i++) {
		int columns = dots[p->glyphs].columns, rows = dots[p->glyphs].rows;

		p->place[i] = (uint8_t)place_of(p, &p->at[i]);
		p->count[p->place[i]]++;
		if (p->place[i] != PLOT_SHOWN)
			continue;
		cell[i] = cell_of(p, &p->at[i]);
		p->start[cell[i] + 1]++;
		p->dots[cell[i]] |= (uint8_t)(1 << (dot_row(p, p->at[i].y) % rows * columns +
						    dot_column(p, p->at[i].x) % columns));
	}
	sort_into_cells(p, cell, cells);
	free(cell);
}

void
plot_done(struct plot *p)
{
	free(p->place);
	free(p->dots);
	free(p->start);
	free(p->order);
	p->place = p->dots = NULL;
	p->start = p->order = NULL;
}

const size_t *
plot_cell(const struct plot *p, int column, int row, size_t *n)
{
	size_t c = (size_t)row * (size_t)p->w + (size_t)column;

	*n = p->start[c + 1] - p->start[c];
	return p->order + p->start[c];
}

/* Unicode numbers the dots 1 2 3 7 down the left column, 4 5 6 8 down the right one. */
static uint32_t
braille(unsigned bits)
{
	static const unsigned char number[] = { 0, 3, 1, 4, 2, 5, 6, 7 };
	uint32_t cp = 0x2800;

	for (unsigned i = 0; i < 8; i++)
		if (bits & 1u << i)
			cp |= 1u << number[i];
	return cp;
}

uint32_t
plot_glyph(const struct plot *p, int column, int row)
{
	static const uint32_t half[] = { 0, 0x2580, 0x2584, 0x2588 }; /* upper, lower, full */
	unsigned bits = p->dots[(size_t)row * (size_t)p->w + (size_t)column];
	size_t n;

	if (bits == 0)
		return 0;
	if (p->glyphs == PLOT_BRAILLE)
		return braille(bits);
	if (p->glyphs == PLOT_HALF)
		return half[bits & 3];
	plot_cell(p, column, row, &n);
	return n == 1 ? 'o' : n < 5 ? 'O' : '@';
}

/* Rows are about twice as high as columns are wide. */
static long
distance(int across, int down, int dx, int dy)
{
	long x = labs((long)across), y = 2 * labs((long)down);

	return dx ? x + 2 * y : dy ? 2 * x + y : x + y;
}

size_t
plot_nearest(const struct plot *p, int column, int row, int dx, int dy)
{
	size_t best = p->n, n;
	long least = LONG_MAX;

	for (int r = 0; r < p->h; r++)
		for (int c = 0; c < p->w; c++) {
			const size_t *in = plot_cell(p, c, r, &n);
			long d = distance(c - column, r - row, dx, dy);
			bool ahead = (c - column) * dx + (r - row) * dy > 0;

			if (n == 0 || d >= least || ((dx || dy) && !ahead))
				continue;
			least = d;
			best = in[0];
		}
	return best;
}
