#include "jobs/layer1/financials_periods.h"

#include <string.h>

static int
by_day(const void *a, const void *b)
{
	const struct filed *x = a, *y = b;
	int d = date_cmp(x->end, y->end);

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (d != 0)
		return d;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static bool
same_day(const struct filed *a, const struct filed *b)
{
	return a->kind == b->kind && date_cmp(a->end, b->end) == 0;
}

static bool
same_content(const struct filed *a, const struct filed *b)
{
	return a->year == b->year && a->quarter == b->quarter && str_same(a->figures, b->figures);
}

/* Keeps the last row of each kind and day; the rest. */
static size_t
drop_repeats(struct filed *row, size_t n, struct filings *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || !same_day(&row[kept - 1], &row[i])) {
			row[kept++] = row[i];
			continue;
		}
		if (row[i].kind == STATEMENT_INCOME) {
			out->repeated++;
			out->differing += !same_content(&row[kept - 1], &row[i]);
		}
		row[kept - 1] = row[i];
	}
	return kept;
}

static void
split(const struct filed *r, struct csv_cell figure[FIGURES_MAX])
{
	const char *p = r->figures;

	for (size_t i = 0; i < statement_figures(r->kind); i++) {
		const char *end = strchr(p, ',');
		size_t len = end ? (size_t)(end - p) : strlen(p);

		figure[i] = (struct csv_cell){ len ? p : NULL, len };
		p += p[len] ? len + 1 : len;
	}
}

/* The first row of the kind, or the end. */
static size_t
first_of(const struct filed *row, size_t n, enum statement_kind kind)
{
	size_t i = 0;

	while (i < n && row[i].kind < kind)
		i++;
	return i;
}

static void
begin_period(struct period *p, const struct filed *income)
{
	*p = (struct period){ .end = income->end,
			      .year = income->year,
			      .quarter = income->quarter };
	if (p->quarter == 0)
		(void)fmt_buf(p->label, sizeof(p->label), "%d", date_year(p->end));
	else
		(void)fmt_buf(p->label, sizeof(p->label), "%dQ%d", p->year, p->quarter);
}

/* Moves on to the day; whether there is a row of it. */
static bool
reach(const struct filed *row, size_t *cursor, size_t to, struct date day)
{
	while (*cursor < to && date_cmp(row[*cursor].end, day) < 0)
		++*cursor;
	return *cursor < to && date_cmp(row[*cursor].end, day) == 0;
}

/* Rows are in the order of kinds, each in that of days: one cursor per kind. */
static void
join(const struct filed *row, size_t n, struct filings *out)
{
	size_t from[STATEMENTS + 1], cursor[STATEMENTS];

	for (int k = 0; k <= STATEMENTS; k++)
		from[k] = first_of(row, n, (enum statement_kind)k);
	memcpy(cursor, from, sizeof(cursor));
	for (size_t i = from[STATEMENT_INCOME]; i < from[STATEMENT_INCOME + 1]; i++) {
		struct period p;

		begin_period(&p, &row[i]);
		for (int k = 0; k < STATEMENTS; k++) {
			p.has[k] = reach(row, &cursor[k], from[k + 1], p.end);
			if (p.has[k])
				split(&row[cursor[k]], p.figure[k]);
		}
		vec_push(&out->periods, p);
	}
}

static bool
complete(const struct period *p)
{
	return p->has[STATEMENT_BALANCE] && p->has[STATEMENT_CASH];
}

static int
by_label(const void *a, const void *b)
{
	const struct period *x = a, *y = b;
	int d = strcmp(x->label, y->label);

	if (d != 0)
		return d;
	if (complete(x) != complete(y))
		return complete(x) ? -1 : 1;
	return -date_cmp(x->end, y->end);
}

static int
newest_first(const void *a, const void *b)
{
	const struct period *x = a, *y = b;
	int d = -date_cmp(x->end, y->end);

	return d != 0 ? d : strcmp(x->label, y->label);
}

/* One period per label, then newest first. */
static void
choose(struct filings *out)
{
	struct period *p = out->periods.at;
	size_t kept = 0;

	if (out->periods.n > 1)
		qsort(p, out->periods.n, sizeof(*p), by_label);
	for (size_t i = 0; i < out->periods.n; i++)
		if (kept == 0 || strcmp(p[kept - 1].label, p[i].label) != 0)
			p[kept++] = p[i];
	out->periods.n = kept;
	if (kept > 1)
		qsort(p, kept, sizeof(*p), newest_first);
	for (size_t i = 0; i < kept; i++)
		out->complete += complete(&p[i]);
}

void
filings_of(struct filed *row, size_t n, struct filings *out)
{
	size_t metrics;

	out->periods.n = 0;
	out->complete = out->repeated = out->differing = 0;
	memset(out->trailing, 0, sizeof(out->trailing));
	if (n > 1)
		qsort(row, n, sizeof(*row), by_day);
	n = drop_repeats(row, n, out);
	join(row, n, out);
	choose(out);
	metrics = first_of(row, n, STATEMENT_METRICS);
	if (metrics < n)
		split(&row[metrics], out->trailing);
}

struct num
figure_num(const struct csv_cell *figure)
{
	double v;

	return figure->p && num_parse(figure->p, figure->len, &v) ? NUM(v) : NUM_NONE;
}
