/* A pane as cells: its title says what is not shown, its lines may be wrapped. */
#include "tui/logpane.h"

#include "core/num.h"
#include "core/pattern.h"
#include "core/text.h"
#include "tui/sideways.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_X = 11 /* time, level */, TITLE_LEAST = 18, NARROW = 80, NOTE_MAX = 200 };

size_t
logpane_height(const struct logpane *p, const struct log_line *l, int w)
{
	if (!p->wrap)
		return 1;
	return (size_t)canvas_wrap(NULL, (struct rect){ 0, 0, w - 1 - TEXT_X, 0 }, ST_NORMAL,
				   l->text);
}

/* Marks the hits among the cells of a drawn line, so that what is marked is what is seen. */
static void
mark_hits(struct canvas *c, struct span at, struct pattern *re)
{
	STR_AUTO text = { 0 };
	size_t *begin = mem_alloc((size_t)(at.w + 1) * sizeof(*begin)), from = 0, hit, end;

	str_init(&text, (size_t)at.w * 4 + 1);
	for (int i = 0; i < at.w; i++) {
		const struct cell *cell = canvas_at(c, at.x + i, at.y);

		begin[i] = text.len;
		if (cell && cell->cols > 0)
			text_encode(&text, cell->cp);
	}
	begin[at.w] = text.len;
	while (from < text.len && pattern_find(re, str_c(&text), from, &hit, &end) > 0) {
		for (int i = 0; i < at.w; i++)
			if (begin[i] >= hit && begin[i] < end)
				canvas_select(c, (struct rect){ at.x + i, at.y, 1, 1 });
		from = end > from ? end : from + 1;
	}
	free(begin);
}

/* One part of the title's right side, kept whole or left out. */
static void
add_part(char note[NOTE_MAX], int room, const char *part)
{
	int used = text_columns(note), cols = text_columns(part);

	if (!*part || used + cols + 3 > room)
		return;
	fmt_buf(note + strlen(note), NOTE_MAX - strlen(note), "%s%s", used > 0 ? " | " : "", part);
}

static void
state_part(const struct logpane *p, const struct model *m, const struct index_list *v, size_t below,
	   bool narrow, char out[48])
{
	const struct run_info *r = model_run(m, logpane_run(p, m));
	const struct log_part *log = logpane_log(p, m);
	size_t fresh = 0;

	for (size_t i = v->n; log && i > 0 && log->line.at[v->at[i - 1]]->seq > p->newest; i--)
		fresh++;
	if (p->follow)
		fmt_buf(out, 48, "%s",
			!r			    ? ""
			: run_state_ended(r->state) ? run_state_name(r->state)
						    : "follow");
	else
		fmt_buf(out, 48, "PAUSED, %zu%s %s", fresh > 0 ? fresh : below,
			fresh > 0 ? " new" : "",
			narrow				   ? "below"
			: (fresh > 0 ? fresh : below) == 1 ? "line below"
							   : "lines below");
}

/* The filter takes what room is left, but is never overlooked. */
static void
filter_part(const struct logpane *p, int room, char out[PANE_TEXT + 16])
{
	char text[PANE_TEXT];
	size_t most = room > 20 ? (size_t)room - 12 : 8;

	if (most > 32)
		most = 32;
	str_copy(text, most < sizeof(text) ? most : sizeof(text), p->filter.text);
	fmt_buf(out, PANE_TEXT + 16, "filter%s %s%s",
		line_filter_gave_up(&p->filter) ? " GAVE UP" : "", text,
		strlen(text) < strlen(p->filter.text) ? "..." : "");
}

/* Pause, level and filter first: they must not be overlooked.  The counts only where there is room
 * besides the name. */
static void
notes(const struct logpane *p, const struct model *m, const struct index_list *v, size_t below,
      int w, char note[NOTE_MAX])
{
	const struct log_part *log = logpane_log(p, m);
	int64_t last = log && log->line.n > 0 ? log->line.at[log->line.n - 1]->seq : 0;
	int64_t missing = log && log->line.n > 0 ? log->line.at[0]->seq - 1 : 0;
	bool narrow = w < NARROW;
	char part[96], shown[NUM_BUF], all[NUM_BUF];

	note[0] = '\0';
	w -= TITLE_LEAST;
	state_part(p, m, v, below, narrow, part);
	add_part(note, w, part);
	fmt_buf(part, sizeof(part), "%s>= %s", narrow ? "" : "level ", level_name(p->min));
	if (p->min > LVL_DEBUG)
		add_part(note, w, part);
	filter_part(p, w - text_columns(note), part);
	if (p->filter.re)
		add_part(note, w, part);
	fmt_buf(part, sizeof(part), "%s of %s", num_group((int64_t)v->n, shown),
		num_group(last, all));
	if (log)
		add_part(note, w - TITLE_LEAST, part);
	fmt_buf(part, sizeof(part), "%s older not kept", num_group(missing, shown));
	if (missing > 0)
		add_part(note, w - TITLE_LEAST, part);
}

static void
draw_title(const struct logpane *p, const struct model *m, struct canvas *c, struct span at,
	   const char *note, int focus)
{
	int64_t id = logpane_run(p, m);
	const struct run_info *r = model_run(m, id);
	char title[160], padded[NOTE_MAX + 4];
	int cols = *note ? text_columns(note) + 2 : 0, room = at.w - 2 - cols - 4;

	canvas_rule(c, at, NULL, NULL);
	if (id)
		fmt_buf(title, sizeof(title), "%s%lld %s", focus > 0 ? "> " : "", (long long)id,
			r ? r->job : "");
	else
		fmt_buf(title, sizeof(title), "no run");
	canvas_put(c, SPAN(at.x + 1, at.y, room), focus ? ST_BOLD : ST_TITLE, title);
	fmt_buf(padded, sizeof(padded), " %s ", note);
	canvas_put(c, SPAN(at.x + at.w - 2 - cols, at.y, cols),
		   !p->follow || p->filter.re || p->min > LVL_DEBUG ? ST_WARN : ST_RULE, padded);
}

static void
time_text(const struct logpane *p, const struct model *m, const struct log_line *l,
	  const struct log_line *ref, char buf[CLOCK_BUF])
{
	if (p->times == TIME_OF_DAY || !ref)
		view_clock(m, l->ts_ms, buf);
	else
		clock_span(l->ts_ms >= ref->ts_ms ? l->ts_ms - ref->ts_ms : 0, buf);
}

static const struct pane_mark *
mark_of(const struct logpane *p, int64_t seq)
{
	for (size_t i = 0; i < p->marks; i++)
		if (p->mark[i].seq == seq)
			return &p->mark[i];
	return NULL;
}

/* Returns the rows used.  r: the room that is left. */
static int
draw_line(const struct logpane *p, const struct model *m, struct canvas *c, struct rect r,
	  const struct log_line *l, const struct log_line *ref)
{
	const struct pane_mark *mark = mark_of(p, l->seq);
	enum style st = theme_level(l->lvl);
	struct rect text = { r.x + 1 + TEXT_X, r.y, r.w - 1 - TEXT_X, r.h };
	char time[CLOCK_BUF], name[PANE_TEXT + 4];
	int rows = 1;

	time_text(p, m, l, ref, time);
	canvas_right(c, SPAN(r.x + 1, r.y, 8), ST_DIM, time);
	canvas_fmt(c, SPAN(r.x + 10, r.y, 1), st, "%c", level_letter(l->lvl));
	if (p->wrap)
		rows = canvas_wrap(c, text, st, l->text);
	else if (p->skip > 0)
		canvas_put_from(c, SPAN(text.x, r.y, text.w), st, l->text, p->skip);
	else
		canvas_put(c, SPAN(text.x, r.y, text.w), st, l->text);
	for (int y = 0; y < rows && p->needle.re; y++)
		mark_hits(c, SPAN(text.x, r.y + y, text.w), p->needle.re);
	if (!mark)
		return rows;
	canvas_put(c, SPAN(r.x, r.y, 1), ST_BOLD, "*");
	fmt_buf(name, sizeof(name), " [%s]", mark->name);
	if (mark->name[0])
		canvas_right(c, SPAN(r.x + r.w / 2, r.y, r.w - r.w / 2), ST_BOLD, name);
	return rows;
}

/* Lines top..end-1 that fit above and, for a full page, below `bottom`. */
static void
window(const struct logpane *p, const struct log_part *log, const struct index_list *v,
       struct rect r, size_t *top, size_t *end)
{
	size_t rows = (size_t)(r.h > 0 ? r.h : 0), used = 0;
	size_t bottom = p->follow ? v->n - 1 : logpane_position(v, log, p->bottom);
	size_t h;

	for (*top = bottom + 1; *top > 0; --*top) {
		h = logpane_height(p, log->line.at[v->at[*top - 1]], r.w);
		if (used + h > rows && *top <= bottom)
			break;
		used += h;
	}
	for (*end = bottom + 1; *end < v->n; ++*end) {
		h = logpane_height(p, log->line.at[v->at[*end]], r.w);
		if (used + h > rows)
			break;
		used += h;
	}
}

static void
draw_lines(const struct logpane *p, const struct model *m, struct canvas *c, struct rect r,
	   const struct index_list *v, size_t *end)
{
	const struct log_part *log = logpane_log(p, m);
	size_t top, cur = p->follow ? v->n : logpane_position(v, log, p->cur);
	int y = r.y;

	window(p, log, v, r, &top, end);
	for (size_t i = top; i < *end && y < r.y + r.h; i++) {
		const struct log_line *l = log->line.at[v->at[i]];
		const struct log_line *ref = p->times == TIME_SINCE_FIRST ? log->line.at[0]
					     : i > 0 ? log->line.at[v->at[i - 1]]
						     : l;
		int at = y;

		y += draw_line(p, m, c, (struct rect){ r.x, y, r.w, r.y + r.h - y }, l, ref);
		if (i == cur)
			canvas_put(c, SPAN(r.x, at, 1), ST_BOLD, mark_of(p, l->seq) ? "#" : ">");
	}
}

void
logpane_draw(const struct logpane *p, const struct model *m, struct canvas *c, struct rect r,
	     int focus)
{
	const struct log_part *log = logpane_log(p, m);
	struct index_list v = logpane_lines(p, log);
	struct rect body = { r.x, r.y + 1, r.w, r.h - 1 };
	char note[NOTE_MAX];
	size_t end = v.n;
	const char *empty = NULL;

	if (v.n > 0)
		draw_lines(p, m, c, body, &v, &end);
	else if (!logpane_run(p, m))
		empty = m->s->runs ? "no runs yet: r starts one" : "? runs: not read yet";
	else if (!log)
		empty = "reading the log ...";
	else
		empty = log->line.n > 0 ? "no line passes the filter" : "no lines yet";
	if (empty && body.h > 0)
		canvas_put(c, SPAN(body.x + 1, body.y, body.w - 1), ST_DIM, empty);
	notes(p, m, &v, v.n - end, r.w, note);
	draw_title(p, m, c, SPAN(r.x, r.y, r.w), note, focus);
	vec_done(&v);
}

void
logpane_sideways(struct logpane *p, const struct model *m, enum act act, int w)
{
	const struct log_part *log = logpane_log(p, m);
	struct index_list v = logpane_lines(p, log);
	int longest = 0;

	for (size_t i = 0; i < v.n && !p->wrap; i++) {
		int cols = text_columns(log->line.at[v.at[i]]->text);

		longest = cols > longest ? cols : longest;
	}
	sideways_move(&p->skip, act, w - 1 - TEXT_X, longest);
	vec_done(&v);
}

void
logpane_facts(const struct logpane *p, const struct model *m, struct canvas *c, struct span at)
{
	static const char *const times[] = {
		[TIME_OF_DAY] = NULL,
		[TIME_SINCE_FIRST] = "time since the first line",
		[TIME_SINCE_BEFORE] = "time since the line before",
	};
	const struct log_part *log = logpane_log(p, m);
	struct index_list v = logpane_lines(p, log);
	size_t hits = 0, hit = 0, cur = v.n;
	int x = at.x + 1, end = at.x + at.w;

	if (v.n > 0 && !p->follow)
		cur = logpane_position(&v, log, p->cur);
	for (size_t i = 0; i < v.n && p->needle.re; i++) {
		bool is = line_filter_hits(&p->needle, log->line.at[v.at[i]]->text);

		hits += is;
		hit = i == cur && is ? hits : hit;
	}
	if (line_filter_gave_up(&p->needle))
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_WARN,
				"/%s: gave up, it takes too many steps", p->needle.text) +
		     2;
	else if (p->needle.re && hit > 0)
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_BOLD, "/%s: hit %zu of %zu",
				p->needle.text, hit, hits) +
		     2;
	else if (p->needle.re)
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_BOLD, "/%s: %zu line%s",
				p->needle.text, hits, num_s((int64_t)hits)) +
		     2;
	if (p->marks > 0)
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_DIM, "%zu mark%s: *, # at the >",
				p->marks, num_s((int64_t)p->marks)) +
		     2;
	if (times[p->times])
		x += canvas_put(c, SPAN(x, at.y, end - x), ST_DIM, times[p->times]) + 2;
	if (p->wrap)
		x += canvas_put(c, SPAN(x, at.y, end - x), ST_DIM, "wrapped") + 2;
	if (p->skip > 0 && !p->wrap)
		canvas_fmt(c, SPAN(x, at.y, end - x), ST_DIM, "from column %d", p->skip + 1);
	vec_done(&v);
}
