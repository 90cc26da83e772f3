#include "tui/overview.h"

#include "core/num.h"

#include <stdlib.h>

static const struct freshness *
fresh(const struct model *m)
{
	return m->s->fresh ? &m->s->fresh->f : NULL;
}

bool
overview_counts(const struct model *m, int table)
{
	const struct freshness *f = fresh(m);

	return !f || (size_t)table >= f->n || f->at[table].writer != NULL;
}

size_t
overview_rows(const struct model *m, const struct overview_layout *l,
	      struct layer_row out[LAYER_ROWS_MAX])
{
	size_t n = 0;

	for (int layer = 0; layer < LAYER_COUNT; layer++) {
		out[n++] = (struct layer_row){ layer, -1 };
		for (int t = 0;
		     l->tables && m->cat->tables[t].name && n + LAYER_COUNT < LAYER_ROWS_MAX; t++)
			if (m->cat->tables[t].layer == layer && (!l->some || overview_counts(m, t)))
				out[n++] = (struct layer_row){ layer, t };
	}
	return n;
}

static const struct table_status *
worst_in(const struct model *m, int layer)
{
	const struct freshness *f = fresh(m);
	const struct table_status *worst = NULL;

	for (size_t i = 0; f && i < f->n; i++) {
		const struct table_status *s = &f->at[i];

		if (s->table->layer != layer || !s->writer)
			continue;
		if (!worst || table_state_rank(s->state) > table_state_rank(worst->state))
			worst = s;
	}
	return worst;
}

const struct job *
overview_row_job(const struct model *m, const struct layer_row *row)
{
	const struct freshness *f = fresh(m);
	const struct table_status *s = row->table >= 0 && f && (size_t)row->table < f->n
					       ? &f->at[row->table]
					       : worst_in(m, row->layer);

	return s ? s->writer : NULL;
}

const char *
overview_row_table(const struct model *m, const struct layer_row *row)
{
	const struct table_status *s = worst_in(m, row->layer);

	if (row->table >= 0)
		return m->cat->tables[row->table].name;
	for (const struct table *t = m->cat->tables; !s && t->name; t++)
		if (t->layer == row->layer)
			return t->name;
	return s ? s->table->name : NULL;
}

/* Jobs of the layer, and those of them whose tables are all fresh. */
static void
count_jobs(const struct model *m, int layer, int *ok, int *all)
{
	const struct freshness *f = fresh(m);

	*ok = *all = 0;
	for (size_t i = 0; m->cat->jobs[i]; i++) {
		const struct job *j = m->cat->jobs[i];
		bool good = f != NULL;

		if (j->layer != layer || (j->flags & JOB_BACKFILL))
			continue;
		for (size_t k = 0; j->writes && j->writes[k]; k++) {
			const struct table_status *s = f ? freshness_find(f, j->writes[k]) : NULL;

			if (!s || s->state != TABLE_FRESH)
				good = false;
		}
		*all += 1;
		*ok += good;
	}
}

/* What a row says, for a layer and a table alike. */
struct line {
	const char *name;
	enum table_state state;
	bool counts; /* a job of this build writes it */
	char run;    /* 'R' 'F' or ' ' */
	struct date have, mixed_with;
	int64_t rows;
	double coverage;
	int64_t deadline_ms;
	bool weekly; /* it has a week, not an hour */
	char jobs[16];
};

static char
run_letter(const char *run)
{
	return run[0] == 'r' ? 'R' : run[0] == 'f' ? 'F' : ' ';
}

static struct line
table_line(const struct model *m, int table)
{
	const struct freshness *f = fresh(m);
	struct line l = { .name = m->cat->tables[table].name,
			  .state = TABLE_UNKNOWN,
			  .counts = true,
			  .run = ' ',
			  .have = DATE_NONE,
			  .mixed_with = DATE_NONE,
			  .rows = -1,
			  .coverage = -1 };

	if (f && (size_t)table < f->n) {
		const struct table_status *s = &f->at[table];

		l.state = s->state;
		l.counts = s->writer != NULL;
		l.run = run_letter(s->run);
		l.have = s->have;
		l.mixed_with = s->mixed_with;
		l.rows = s->rows;
		l.coverage = s->coverage;
		l.deadline_ms = s->deadline_ms;
		l.weekly = s->table->cadence == WEEKLY;
	}
	return l;
}

static struct line
layer_line(const struct model *m, int layer)
{
	const struct freshness *f = fresh(m);
	struct line l = { .name = m->cat->layer_names[layer],
			  .state = TABLE_UNKNOWN,
			  .counts = true,
			  .run = ' ',
			  .have = DATE_NONE,
			  .mixed_with = DATE_NONE,
			  .rows = -1,
			  .coverage = -1,
			  .jobs = "-" };
	int ok, all;

	count_jobs(m, layer, &ok, &all);
	if (all > 0)
		fmt_buf(l.jobs, sizeof(l.jobs), "%d/%d", ok, all);
	if (!f)
		return l;
	l.state = f->layer[layer].state;
	l.counts = f->layer[layer].n_counting > 0;
	l.have = f->layer[layer].have;
	l.coverage = f->layer[layer].coverage;
	l.deadline_ms = f->layer[layer].deadline_ms;
	for (size_t i = 0; i < f->n; i++) {
		const struct table_status *s = &f->at[i];

		if (s->table->layer != layer)
			continue;
		if (run_letter(s->run) == 'R' || (l.run == ' ' && s->run[0]))
			l.run = run_letter(s->run);
		if (s->state == TABLE_MIXED && !date_is_set(l.mixed_with)) {
			l.have = s->have;
			l.mixed_with = s->mixed_with;
		}
	}
	return l;
}

/* Columns: x and width of each; w 0 = left out. */
struct columns {
	struct {
		int x, w;
	} name, letter, word, as_of, rows, cover, jobs, deadline, slack;
};

static const struct columns col_60 = { { 4, 13 }, { 18, 1 }, { 20, 8 }, { 29, 11 }, { 0, 0 },
				       { 41, 6 }, { 0, 0 },  { 48, 5 }, { 54, 6 } };
static const struct columns col_78 = { { 4, 14 }, { 19, 1 }, { 21, 10 }, { 32, 11 }, { 0, 0 },
				       { 45, 7 }, { 54, 9 }, { 64, 8 },	 { 73, 6 } };
static const struct columns col_tables_68 = { { 3, 23 }, { 27, 1 }, { 29, 8 }, { 38, 11 }, { 0, 0 },
					      { 49, 6 }, { 0, 0 },  { 56, 5 }, { 62, 6 } };
static const struct columns col_tables_78 = { { 3, 24 },  { 28, 1 }, { 30, 8 },
					      { 39, 11 }, { 51, 9 }, { 61, 6 },
					      { 0, 0 },	  { 68, 5 }, { 74, 6 } };

static const struct columns *
columns_for(int w, bool tables)
{
	if (tables)
		return w >= 80 ? &col_tables_78 : &col_tables_68;
	return w >= 78 ? &col_78 : &col_60;
}

static void
draw_heads(struct canvas *c, int x, int y, const struct columns *k, bool tables)
{
	canvas_put(c, SPAN(x + 1, y, 1), ST_DIM, "L");
	canvas_put(c, SPAN(x + k->name.x, y, k->name.w), ST_DIM, tables ? "layer, table" : "name");
	canvas_put(c, SPAN(x + k->letter.x, y, 5), ST_DIM, "state");
	canvas_put(c, SPAN(x + k->as_of.x, y, k->as_of.w), ST_DIM, "as-of");
	canvas_right(c, SPAN(x + k->rows.x, y, k->rows.w), ST_DIM, "rows");
	canvas_right(c, SPAN(x + k->cover.x, y, k->cover.w), ST_DIM, "cover");
	if (k->jobs.w > 0)
		canvas_right(c, SPAN(x + k->jobs.x - 2, y, 12), ST_DIM, "jobs ok/all");
	canvas_put(c, SPAN(x + k->deadline.x + (k->deadline.w > 5), y, k->deadline.w), ST_DIM,
		   k->deadline.w > 5 ? "deadline" : "due");
	canvas_right(c, SPAN(x + k->slack.x, y, k->slack.w), ST_DIM, "slack");
}

/* "ok", "0:18", "-0:12!", "3d": time left until the deadline. */
static const char *
slack_text(const struct model *m, const struct line *l, char *buf, size_t n, enum style *st)
{
	int64_t minutes = (l->deadline_ms - m->now_ms) / 60000,
		size = minutes < 0 ? -minutes : minutes;

	*st = ST_NORMAL;
	if (l->state == TABLE_FRESH) {
		*st = ST_OK;
		return "ok";
	}
	if (l->deadline_ms < m->now_ms)
		*st = ST_BAD;
	if (size >= 100 * 60)
		fmt_buf(buf, n, "%s%dd%s", minutes < 0 ? "-" : "", (int)(size / 1440),
			minutes < 0 ? "!" : "");
	else
		fmt_buf(buf, n, "%s%d:%02d%s", minutes < 0 ? "-" : "", (int)(size / 60),
			(int)(size % 60), minutes < 0 ? "!" : "");
	return buf;
}

static void
draw_deadline(const struct model *m, struct canvas *c, struct span at, const struct columns *k,
	      const struct line *l)
{
	char hms[CLOCK_BUF], buf[32];
	enum style st;
	int x = at.x;

	if (l->deadline_ms == 0)
		return;
	if (l->weekly) {
		canvas_put(c, SPAN(x + k->deadline.x, at.y, k->deadline.w), ST_NORMAL,
			   k->deadline.w < 8 ? "week" : "weekly");
		if (l->state == TABLE_FRESH)
			canvas_right(c, SPAN(x + k->slack.x, at.y, k->slack.w), ST_OK, "ok");
		return;
	}
	view_clock(m, l->deadline_ms, hms);
	hms[5] = '\0';
	canvas_fmt(c, SPAN(x + k->deadline.x, at.y, k->deadline.w), ST_NORMAL, "%s%s", hms,
		   k->deadline.w < 8 ? ""
		   : m->ny	     ? " NY"
				     : " UTC");
	const char *slack = slack_text(m, l, buf, sizeof(buf), &st);
	canvas_right(c, SPAN(x + k->slack.x, at.y, k->slack.w), st, slack);
}

/* A mixed table or layer shows both dates, "02-02/01-30". */
static const char *
as_of_text(const struct line *l, char buf[32])
{
	char a[DATE_BUF], b[DATE_BUF];

	date_iso(l->have, a);
	if (l->state != TABLE_MIXED || !date_is_set(l->mixed_with) || !date_is_set(l->have)) {
		fmt_buf(buf, 32, "%s", a);
		return buf;
	}
	date_iso(l->mixed_with, b);
	fmt_buf(buf, 32, "%s/%s", a + 5, b + 5);
	return buf;
}

static void
draw_line(const struct model *m, struct canvas *c, struct span at, const struct columns *k,
	  const struct line *l)
{
	enum style st = l->counts ? theme_table(l->state) : ST_DIM;
	char buf[NUM_BUF];
	int x = at.x, y = at.y;

	canvas_fmt(c, SPAN(x + k->letter.x, y, 1), st, "%c", table_state_letter(l->state));
	canvas_fmt(c, SPAN(x + k->word.x, y, k->word.w), st, "%s%s", table_state_name(l->state),
		   l->run == 'R'   ? "+R"
		   : l->run == 'F' ? "+F"
				   : "");
	canvas_put(c, SPAN(x + k->as_of.x, y, k->as_of.w), ST_NORMAL, as_of_text(l, buf));
	if (k->rows.w > 0 && l->rows >= 0)
		canvas_right(c, SPAN(x + k->rows.x, y, k->rows.w), ST_NORMAL,
			     num_group(l->rows, buf));
	fmt_buf(buf, sizeof(buf), "%.1f%%", l->coverage * 100);
	canvas_right(c, SPAN(x + k->cover.x, y, k->cover.w), ST_NORMAL,
		     l->coverage < 0 ? "-" : buf);
	canvas_right(c, SPAN(x + k->jobs.x, y, k->jobs.w), ST_NORMAL, l->jobs);
	if (l->counts)
		draw_deadline(m, c, at, k, l);
}

static void
draw_row(const struct model *m, struct canvas *c, struct span at, const struct columns *k,
	 const struct layer_row *row)
{
	struct line l = row->table < 0 ? layer_line(m, row->layer) : table_line(m, row->table);

	if (row->table < 0) {
		canvas_fmt(c, SPAN(at.x + 1, at.y, 2), ST_BOLD, "%d", row->layer);
		canvas_put(c, SPAN(at.x + k->name.x, at.y, k->name.w), ST_BOLD, l.name);
	} else {
		canvas_put(c, SPAN(at.x + k->name.x + 1, at.y, k->name.w - 1),
			   l.counts ? ST_NORMAL : ST_DIM, l.name);
	}
	/* A layer of jobs that this build has none of: nothing to be late with. */
	if (row->table < 0 && fresh(m) && fresh(m)->layer[row->layer].n_tables == 0)
		canvas_put(c, SPAN(at.x + k->letter.x, at.y, 12), ST_DIM, "-");
	else if (row->table < 0 && !l.counts && fresh(m))
		canvas_fmt(c, SPAN(at.x + k->letter.x, at.y, at.w - k->letter.x), ST_DIM,
			   "%c %-9s not built: does not count", table_state_letter(l.state),
			   table_state_name(l.state));
	else
		draw_line(m, c, at, k, &l);
}

/* Whole seconds: a figure that ticks with the clock. */
static const char *
age_text(int64_t ms, char buf[CLOCK_BUF])
{
	if (ms >= 60000)
		return clock_span(ms, buf);
	fmt_buf(buf, CLOCK_BUF, "%ds", ms > 0 ? (int)(ms / 1000) : 0);
	return buf;
}

void
overview_draw_layers(const struct model *m, struct canvas *c, const struct overview_layout *l,
		     int sel)
{
	struct layer_row rows[LAYER_ROWS_MAX];
	size_t n = overview_rows(m, l, rows), top, show;
	const struct columns *k = columns_for(l->layers.w, l->tables);
	char note[64] = "age -", span[CLOCK_BUF];
	int x = l->layers.x, y = l->layers.y, w = l->layers.w, heads = l->compact ? 1 : 2;

	if (m->s->fresh)
		fmt_buf(note, sizeof(note), "age %s",
			age_text(m->now_ms - m->s->fresh->measured_ms, span));
	canvas_rule(c, SPAN(x, y, w), l->tables ? "Layers and tables" : "Layers", note);
	if (heads == 2)
		draw_heads(c, x, y + 1, k, l->tables);
	show = (size_t)(l->layers.h > heads ? l->layers.h - heads : 0);
	top = scroll_top(sel > 0 ? (size_t)sel : 0, n, show);
	for (size_t i = 0; i < show && top + i < n; i++) {
		int at = y + heads + (int)i;

		draw_row(m, c, SPAN(x, at, w), k, &rows[top + i]);
		if ((int)(top + i) == sel) {
			canvas_put(c, SPAN(x, at, 1), ST_BOLD, ">");
			canvas_select(c, (struct rect){ x, at, w, 1 });
		}
	}
}
