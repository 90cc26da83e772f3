/* The live log of one run: follow, scroll, level filter, search. */
#include "tui/view.h"

#include "core/num.h"
#include "core/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NEEDLE_MAX = 64, SIDE_STEP = 10, FRAME_LINES = 4 /* crumbs, rule, facts, status */ };

struct logview {
	int64_t run;
	bool follow;
	int64_t cur,
		bottom; /* seq of the chosen line and of the lowest one shown, when not following */
	enum level min;
	int skip; /* columns scrolled to the right */
	char needle[NEEDLE_MAX];
	bool typing;
	char typed[NEEDLE_MAX];
};

/* A VEC with a name. */
struct index_list {
	size_t *at, n, cap;
};

static const struct log_part *
log_of(const struct logview *s, const struct model *m)
{
	return m->s->log && m->s->log->run == s->run ? m->s->log : NULL;
}

/* Indexes of the lines that pass the level filter. */
static struct index_list
visible(const struct logview *s, const struct log_part *log)
{
	struct index_list v = { 0 };

	for (size_t i = 0; log && i < log->line.n; i++)
		if (log->line.at[i]->lvl >= s->min)
			vec_push(&v, i);
	return v;
}

/* Position of the last visible line with seq <= the wanted one. */
static size_t
position(const struct index_list *v, const struct log_part *log, int64_t seq)
{
	size_t lo = 0, hi = v->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (log->line.at[v->at[mid]]->seq <= seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 ? lo - 1 : 0;
}

static bool
contains(const char *text, const char *needle)
{
	size_t n = strlen(needle);

	for (; n > 0 && *text; text++) {
		size_t i = 0;

		while (i < n &&
		       tolower((unsigned char)text[i]) == tolower((unsigned char)needle[i]))
			i++;
		if (i == n)
			return true;
	}
	return false;
}

static uint32_t
fold(uint32_t cp)
{
	return cp < 0x80 ? (uint32_t)tolower((int)cp) : cp;
}

/* Marks the hits among the cells of a drawn line, so that what is marked is what is seen. */
static void
mark_hits(struct canvas *c, struct span at, const char *needle)
{
	uint32_t want[NEEDLE_MAX];
	int n = 0;

	for (size_t i = 0, len = strlen(needle); i < len; n++) {
		i += text_decode(needle + i, len - i, &want[n]);
		want[n] = fold(want[n]);
	}
	for (int x = at.x; n > 0 && x + n <= at.x + at.w; x++) {
		int k = 0;

		while (k < n && canvas_at(c, x + k, at.y) &&
		       fold(canvas_at(c, x + k, at.y)->cp) == want[k])
			k++;
		if (k == n) {
			canvas_select(c, (struct rect){ x, at.y, n, 1 });
			x += n - 1;
		}
	}
}

static void
draw_facts(const struct logview *s, const struct log_part *log, const struct index_list *v,
	   struct canvas *c, struct span at)
{
	char all[NUM_BUF], shown[NUM_BUF], older[NUM_BUF];
	int x = at.x + 1, end = at.x + at.w;
	int64_t last = log && log->line.n > 0 ? log->line.at[log->line.n - 1]->seq : 0;
	int64_t missing = log && log->line.n > 0 ? log->line.at[0]->seq - 1 : 0;

	if (s->typing) {
		canvas_fmt(c, SPAN(x, at.y, at.w - 1), ST_BOLD, "/%s_", s->typed);
		return;
	}
	num_group((int64_t)v->n, shown);
	num_group(last, all);
	x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_DIM, "%s of %s lines", shown, all) + 2;
	if (s->min > LVL_DEBUG)
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_WARN, "only level >= %s",
				level_name(s->min)) +
		     2;
	if (s->needle[0]) {
		size_t hits = 0;

		for (size_t i = 0; i < v->n; i++)
			hits += contains(log->line.at[v->at[i]]->text, s->needle);
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_BOLD, "/%s: %zu lines", s->needle,
				hits) +
		     2;
	}
	if (missing > 0)
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_WARN, "%s older lines not kept here",
				num_group(missing, older)) +
		     2;
	if (s->skip > 0)
		canvas_fmt(c, SPAN(x, at.y, end - x), ST_DIM, "from column %d", s->skip + 1);
}

static void
draw_title(const struct logview *s, const struct model *m, const struct index_list *v, size_t below,
	   struct canvas *c, struct span at)
{
	const struct run_info *r = model_run(m, s->run);
	char title[160], note[80];

	fmt_buf(title, sizeof(title), "Run %lld %s", (long long)s->run, r ? r->job : "");
	if (!s->follow && v->n > 0)
		fmt_buf(note, sizeof(note), "PAUSED, %zu line%s below", below,
			below == 1 ? "" : "s");
	else
		fmt_buf(note, sizeof(note), "%s",
			r ? run_state_ended(r->state) ? run_state_name(r->state) : "follow" : "");
	canvas_rule(c, at, title, note);
}

/* First shown position: the lines end at `bottom`, but a full page is shown when there is one. */
static size_t
top_of(size_t bottom, size_t n, size_t rows)
{
	size_t end = bottom + 1 < rows ? rows : bottom + 1;

	if (end > n)
		end = n;
	return end > rows ? end - rows : 0;
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct logview *s = v->state;
	const struct log_part *log = log_of(s, m);
	struct index_list lines = visible(s, log);
	size_t rows = (size_t)(r.h > FRAME_LINES ? r.h - FRAME_LINES : 0), n = lines.n;
	size_t bottom = s->follow ? (n > 0 ? n - 1 : 0) : position(&lines, log, s->bottom);
	size_t top = top_of(bottom, n, rows);
	size_t end = top + rows < n ? top + rows : n;

	view_crumbs(m, c, SPAN(r.x, r.y, r.w), "Log");
	draw_title(s, m, &lines, n - end, c, SPAN(r.x, r.y + 1, r.w));
	if (!log)
		canvas_put(c, SPAN(r.x + 1, r.y + 2, r.w - 1), ST_DIM, "reading the log ...");
	for (size_t i = top; i < end; i++) {
		const struct log_line *l = log->line.at[lines.at[i]];
		struct span at = SPAN(r.x + 1, r.y + 2 + (int)(i - top), r.w - 1);

		view_log_line(m, c, at, l, s->skip);
		if (!s->follow && i == position(&lines, log, s->cur))
			canvas_put(c, SPAN(r.x, at.y, 1), ST_BOLD, ">");
		if (s->needle[0])
			mark_hits(c, SPAN(at.x + 11, at.y, at.w - 11), s->needle);
	}
	draw_facts(s, log, &lines, c, SPAN(r.x, r.y + r.h - 2, r.w));
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
	vec_done(&lines);
}

/* Chooses the line at `at` and scrolls just enough to show it. */
static void
go(struct logview *s, const struct log_part *log, const struct index_list *v, size_t at,
   size_t rows)
{
	size_t bottom = s->follow ? v->n - 1 : position(v, log, s->bottom);

	if (bottom + 1 < rows)
		bottom = rows < v->n ? rows - 1 : v->n - 1;
	if (at > bottom)
		bottom = at;
	else if (at + rows <= bottom)
		bottom = at + rows - 1;
	s->cur = log->line.at[v->at[at]]->seq;
	s->bottom = log->line.at[v->at[bottom]]->seq;
	s->follow = false;
}

struct wanted {
	enum level min;
	const char *needle;
};

static bool
is_wanted(const struct log_line *l, const struct wanted *w)
{
	return w->needle ? contains(l->text, w->needle) : l->lvl >= w->min;
}

/* Next or previous line of a kind, around the end if need be.  When following, the search for the
 * previous one begins below the last line. */
static bool
find(struct logview *s, const struct log_part *log, const struct index_list *v,
     const struct wanted *w, int step)
{
	size_t at = s->follow ? (step > 0 ? v->n - 1 : 0) : position(v, log, s->cur);

	for (size_t i = 0; i < v->n; i++) {
		at = step > 0 ? (at + 1) % v->n : (at + v->n - 1) % v->n;
		if (is_wanted(log->line.at[v->at[at]], w)) {
			go(s, log, v, at, 1);
			return true;
		}
	}
	return false;
}

static void
seek(struct logview *s, const struct model *m, enum act act, struct action *out)
{
	const struct log_part *log = log_of(s, m);
	struct index_list v = visible(s, log);
	bool match = act == ACT_MATCH_NEXT || act == ACT_MATCH_PREV;
	bool error = act == ACT_ERROR_NEXT || act == ACT_ERROR_PREV;
	struct wanted w = { error ? LVL_ERROR : LVL_WARN, match ? s->needle : NULL };
	bool back = act == ACT_MATCH_PREV || act == ACT_ERROR_PREV || act == ACT_WARN_PREV;

	if (match && !s->needle[0])
		view_message(out, LVL_INFO, "no search yet: / begins one");
	else if (v.n == 0 || !find(s, log, &v, &w, back ? -1 : 1))
		view_message(out, LVL_INFO, "%s: none in these lines",
			     match   ? s->needle
			     : error ? "errors"
				     : "warnings");
	vec_done(&v);
}

static void
move(struct logview *s, const struct model *m, enum act act)
{
	const struct log_part *log = log_of(s, m);
	struct index_list v = visible(s, log);
	size_t rows = m->h > FRAME_LINES + 1 ? (size_t)m->h - FRAME_LINES - 1 : 1;
	size_t at = s->follow ? (v.n > 0 ? v.n - 1 : 0) : v.n > 0 ? position(&v, log, s->cur) : 0;

	if (act == ACT_LAST)
		s->follow = true;
	else if (v.n > 0 && scroll_move(&at, act, v.n, rows))
		go(s, log, &v, at, rows);
	vec_done(&v);
}

/* Letters of the search line; pasted text too. */
static void
type(struct logview *s, const struct model *m, const struct input *in, struct action *out)
{
	if (in->key == TK_ESC || in->key == TK_CTRL('c')) {
		s->typing = false;
	} else if (in->key == TK_ENTER) {
		s->typing = false;
		str_copy(s->needle, sizeof(s->needle), s->typed);
		if (s->needle[0])
			seek(s, m, ACT_MATCH_NEXT, out);
	} else if (in->key == TK_BACKSPACE) {
		view_erase(s->typed);
	} else {
		view_type(s->typed, sizeof(s->typed), in->key);
	}
}

static void
toggle_follow(struct logview *s, const struct model *m)
{
	if (s->follow)
		move(s, m, ACT_DOWN);
	else
		s->follow = true;
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct logview *s = v->state;

	if (s->typing) {
		type(s, m, in, out);
		return;
	}
	switch (in->act) {
	case ACT_BACK:
		out->intent = DO_BACK;
		break;
	case ACT_LAUNCH:
		view_ask_launch(m,
				model_run(m, s->run)
					? catalogue_job(m->cat, model_run(m, s->run)->job)
					: NULL,
				out);
		break;
	case ACT_DRAIN:
	case ACT_ABORT:
		view_ask_cancel(m, s->run, in, out);
		break;
	case ACT_FOLLOW:
		toggle_follow(s, m);
		break;
	case ACT_SEARCH:
		s->typing = true;
		s->typed[0] = '\0';
		break;
	case ACT_LEVEL:
		s->min = s->min == LVL_ERROR ? LVL_DEBUG : s->min + 1;
		break;
	case ACT_LEFT:
		s->skip = s->skip > SIDE_STEP ? s->skip - SIDE_STEP : 0;
		break;
	case ACT_RIGHT:
		s->skip = s->skip < LOG_LINE_MAX ? s->skip + SIDE_STEP : s->skip;
		break;
	case ACT_MATCH_NEXT:
	case ACT_MATCH_PREV:
	case ACT_ERROR_NEXT:
	case ACT_ERROR_PREV:
	case ACT_WARN_NEXT:
	case ACT_WARN_PREV:
		seek(s, m, in->act, out);
		break;
	default:
		move(s, m, in->act);
	}
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct logview *s = v->state;
	const struct run_info *r = model_default_run(m);

	s->run = how && how->run ? how->run : r ? r->id : 0;
	s->follow = true;
	s->min = LVL_DEBUG;
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_LOG;
}

static bool
wants_text(const struct view *v)
{
	return ((const struct logview *)v->state)->typing;
}

static int64_t
follow(const struct view *v, const struct model *m)
{
	(void)m;
	return ((const struct logview *)v->state)->run;
}

const struct view_ops view_log = {
	.title = "Log",
	.screen = screen,
	.state_size = sizeof(struct logview),
	.init = init,
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
	.follow = follow,
};
