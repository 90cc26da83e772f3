#include "core/scatter.h"

#include "core/job.h"
#include "core/map.h"

#include <string.h>
#include <strings.h>

enum { COLUMNS_PER_TICK = 10, ROWS_PER_TICK = 3 };
enum { COL_DATE, COL_GROUP, COL_NAME, COL_Y, COL_X };

static const char scatter_none[] = "none";

/* Rows without a group come last. */
static int
by_name(const void *a, const void *b)
{
	const struct scatter_group *x = a, *y = b;
	bool last_x = str_same(x->name, scatter_none), last_y = str_same(y->name, scatter_none);

	return last_x || last_y ? last_x - last_y : strcmp(x->name, y->name);
}

/* `first` is the number that the group has in `set` until the rows are in its order. */
static void
number_groups(struct scatter *s, const struct rows *r, struct map *set)
{
	for (int i = 0; i < rows_count(r); i++) {
		const char *name = str_or(rows_text(r, i, COL_GROUP), scatter_none);
		struct scatter_group g = { NULL, s->group.n, 0 };
		size_t k = map_add(set, name, strlen(name));

		if (k == s->group.n) {
			g.name = mem_dup(name);
			vec_push(&s->group, g);
		}
		s->group.at[k].n++;
	}
	if (s->group.n > 0)
		qsort(s->group.at, s->group.n, sizeof(*s->group.at), by_name);
}

/* Each row behind those of its group that came before it.  The server would compare all pairs of
 * names for this order: most of the time of the query. */
static void
take_rows(struct scatter *s, const struct rows *r, const struct map *set)
{
	size_t groups = s->group.n + 1, next = 0;
	size_t *place = mem_alloc(groups * sizeof(*place));
	size_t *next_of = mem_alloc(groups * sizeof(*next_of));

	for (size_t g = 0; g < s->group.n; g++) {
		place[s->group.at[g].first] = g;
		s->group.at[g].first = next_of[g] = next;
		next += s->group.at[g].n;
	}
	vec_reserve(&s->row, next + 1);
	s->row.n = next;
	for (int i = 0; i < rows_count(r); i++) {
		const char *name = str_or(rows_text(r, i, COL_GROUP), scatter_none);
		struct scatter_row row = { .x = rows_num(r, i, COL_X), .y = rows_num(r, i, COL_Y) };

		row.group = place[map_find(set, name, strlen(name))];
		str_copy(row.name, sizeof(row.name), str_or(rows_text(r, i, COL_NAME), ""));
		s->row.at[next_of[row.group]++] = row;
	}
	free(next_of);
	free(place);
}

int
scatter_read(struct db *db, const struct scatter_spec *spec, struct date as_of, struct scatter *out,
	     struct err *e)
{
	char iso[DATE_BUF];
	const char *args[] = { date_iso(as_of, iso), spec->version };
	ROWS_AUTO r = db_query(db, (enum query)spec->query, args, e);
	struct map *set;

	*out = (struct scatter){ .date = DATE_NONE };
	if (!r)
		return -1;
	set = map_new();
	if (rows_count(r) > 0)
		out->date = rows_date(r, 0, COL_DATE);
	number_groups(out, r, set);
	take_rows(out, r, set);
	map_free(set);
	return 0;
}

void
scatter_done(struct scatter *s)
{
	for (size_t i = 0; i < s->group.n; i++)
		free(s->group.at[i].name);
	vec_done(&s->group);
	vec_done(&s->row);
}

size_t
scatter_group_find(const struct scatter *s, const char *name)
{
	for (size_t i = 0; i < s->group.n; i++)
		if (strcasecmp(s->group.at[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

static void
take_row(struct scatter_cut *c, const struct scatter_row *r, size_t at)
{
	if (r->x.has && r->y.has) {
		c->at_zero += r->x.v == 0;
		c->row[c->plot.n] = at;
		c->point[c->plot.n++] = (struct plot_point){ r->x.v, r->y.v };
	} else if (r->x.has) {
		c->no_y++;
	} else if (r->y.has) {
		c->no_x++;
	} else {
		c->neither++;
	}
}

void
scatter_cut(struct scatter_cut *out, const struct scatter *s, const struct scatter_spec *spec,
	    size_t group, struct scatter_size size)
{
	const struct scatter_group all = { NULL, 0, s->row.n };
	const struct scatter_group *g = group < s->group.n ? &s->group.at[group] : &all;
	struct plot *p = &out->plot;

	*out = (struct scatter_cut){ .rows = g->n };
	out->point = mem_alloc((g->n + 1) * sizeof(*out->point));
	out->row = mem_alloc((g->n + 1) * sizeof(*out->row));
	for (size_t i = g->first; i < g->first + g->n; i++)
		take_row(out, &s->row.at[i], i);
	p->glyphs = size.glyphs;
	p->w = size.w;
	p->at = out->point;
	p->x = plot_scale_robust(p->at, p->n, size.w / COLUMNS_PER_TICK);
	scatter_cut_height(out, spec, size.h);
}

void
scatter_cut_height(struct scatter_cut *c, const struct scatter_spec *spec, int h)
{
	plot_done(&c->plot);
	c->plot.h = h;
	c->plot.y = plot_scale_round(spec->y_lo, spec->y_hi, h / ROWS_PER_TICK);
	plot_fill(&c->plot);
}

void
scatter_cut_done(struct scatter_cut *c)
{
	plot_done(&c->plot);
	free(c->point);
	free(c->row);
	c->point = NULL;
	c->row = NULL;
}

size_t
scatter_off_scale(const struct scatter_cut *c)
{
	return c->plot.n - c->plot.count[PLOT_SHOWN];
}

/* "(1 left, 2 right)": the sides where there are any. */
static void
put_sides(const struct scatter_cut *c, struct str *out)
{
	static const struct {
		enum plot_place place;
		const char *word;
	} sides[] = {
		{ PLOT_LEFT, "left" },
		{ PLOT_RIGHT, "right" },
		{ PLOT_BELOW, "below" },
		{ PLOT_ABOVE, "above" },
	};
	const char *before = " (";
	char n[NUM_BUF];

	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		size_t count = c->plot.count[sides[i].place];

		if (count == 0)
			continue;
		str_fmt(out, "%s%s %s", before, num_group((int64_t)count, n), sides[i].word);
		before = ", ";
	}
	str_puts(out, ")");
}

void
scatter_counts(const struct scatter_cut *c, const struct scatter_spec *spec, char buf[SCATTER_TEXT])
{
	const struct {
		size_t n;
		const char *what;
	} missing[] = {
		{ c->no_x, spec->x },
		{ c->no_y, spec->y },
		{ c->neither, "either" },
	};
	STR_AUTO s = { 0 };
	char n[NUM_BUF];

	str_init(&s, SCATTER_TEXT - 1);
	str_fmt(&s, "%s row%s: ", num_group((int64_t)c->rows, n), num_s((int64_t)c->rows));
	str_fmt(&s, "%s plotted, ", num_group((int64_t)c->plot.count[PLOT_SHOWN], n));
	str_fmt(&s, "%s off-scale", num_group((int64_t)scatter_off_scale(c), n));
	if (scatter_off_scale(c) > 0)
		put_sides(c, &s);
	for (size_t i = 0; i < ARRAY_LEN(missing); i++)
		if (missing[i].n > 0 || i < 2)
			str_fmt(&s, ", %s without %s", num_group((int64_t)missing[i].n, n),
				missing[i].what);
	str_copy(buf, SCATTER_TEXT, str_c(&s));
}

enum scatter_trouble
scatter_trouble(const struct scatter_cut *c)
{
	if (c->rows == 0)
		return SCATTER_NO_ROWS;
	if (c->plot.n == 0)
		return c->no_y > 0 ? SCATTER_NO_Y : SCATTER_NO_X;
	return c->at_zero == c->plot.n ? SCATTER_ALL_ZERO : SCATTER_FINE;
}

void
scatter_trouble_text(const struct scatter_cut *c, const struct scatter *s,
		     const struct scatter_spec *spec, struct date as_of, char buf[SCATTER_TEXT])
{
	char iso[DATE_BUF], n[NUM_BUF];

	date_iso(date_is_set(s->date) ? s->date : as_of, iso);
	(void)num_group((int64_t)(c->plot.n ? c->plot.n : c->rows), n);
	buf[0] = '\0';
	switch (scatter_trouble(c)) {
	case SCATTER_FINE:
		break;
	case SCATTER_NO_ROWS:
		fmt_buf(buf, SCATTER_TEXT, "There are no %ss of engine %s up to %s.", spec->rows,
			spec->version, iso);
		break;
	case SCATTER_NO_X:
		fmt_buf(buf, SCATTER_TEXT,
			"All points would be at x = 0: none of the %s %ss of %s has a %s (%s is "
			"NULL).",
			n, spec->rows, iso, spec->x, spec->columns[SCATTER_X]);
		break;
	case SCATTER_NO_Y:
		fmt_buf(buf, SCATTER_TEXT,
			"No point can be shown: none of the %s %ss of %s with a %s has a %s.", n,
			spec->rows, iso, spec->x, spec->y);
		break;
	case SCATTER_ALL_ZERO:
		fmt_buf(buf, SCATTER_TEXT,
			"All points are at x = 0: %s is 0 in each of the %s %ss of %s that have "
			"it.",
			spec->columns[SCATTER_X], n, spec->rows, iso);
		break;
	}
}

bool
scatter_remedy(const struct catalogue *cat, enum scatter_trouble t, struct date as_of, size_t n,
	       char buf[SCATTER_COMMAND])
{
	const char *const *jobs = cat->scatter->remedy;
	const struct job *job;
	char iso[DATE_BUF];

	if (t == SCATTER_FINE)
		return false;
	/* What x is made from helps x alone. */
	while ((t == SCATTER_NO_ROWS || t == SCATTER_NO_Y) && jobs[0] && jobs[1])
		jobs++;
	for (size_t i = 0; i <= n; i++)
		if (!jobs[i])
			return false;
	job = catalogue_job(cat, jobs[n]);
	if (!job)
		return fmt_buf(buf, SCATTER_COMMAND, "%s (not launched from here)", jobs[n]);
	return fmt_buf(buf, SCATTER_COMMAND, "fintra %s %s --as-of %s",
		       job->flags & JOB_BACKFILL ? "backfill" : "run", jobs[n],
		       date_iso(as_of, iso));
}
