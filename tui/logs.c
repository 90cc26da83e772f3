/* The logs of up to four runs, one below the other. */
#include "tui/layout.h"
#include "tui/logpane.h"

#include <stdlib.h>
#include <string.h>

enum { TOP_LINES = 1 /* crumbs */, BOTTOM_LINES = 2 /* facts, status */ };

enum prompt { PROMPT_NONE, PROMPT_SEARCH, PROMPT_FILTER, PROMPT_MARK, PROMPT_TIME };

struct logs {
	struct logpane pane[LOG_PANES];
	size_t n, cur;
	bool zoom;
	enum prompt prompt;
	char typed[PANE_TEXT];
	char command[300]; /* that Y gives away */
	bool picking;	   /* the run of a new pane */
	size_t sel;
};

static const char *const prompts[] = {
	[PROMPT_SEARCH] = "search: /",
	[PROMPT_FILTER] = "show only lines with (! for without): ",
	[PROMPT_MARK] = "name of the mark, or nothing: ",
	[PROMPT_TIME] = "jump to the time (03:58): ",
};

/* Where pane i is drawn; the rest that does not divide goes to the first ones. */
static struct rect
pane_rect(const struct logs *s, struct rect r, size_t i)
{
	int n = (int)s->n, h = r.h - TOP_LINES - BOTTOM_LINES, at = (int)i, each = h / n,
	    rest = h % n;

	if (s->zoom)
		return (struct rect){ r.x, r.y + TOP_LINES, r.w, h };
	return (struct rect){ r.x, r.y + TOP_LINES + at * each + (at < rest ? at : rest), r.w,
			      each + (at < rest) };
}

/* The rectangle that draw() gives to the pane with the keys. */
static struct rect
focus_rect(const struct logs *s, const struct model *m)
{
	return pane_rect(s, (struct rect){ 0, 0, m->w, m->h - 1 }, s->cur);
}

static void
draw_crumbs(const struct logs *s, const struct model *m, struct canvas *c, struct span at)
{
	char title[160] = "Logs";
	size_t used;

	for (size_t i = 0; i < s->n && s->n > 1; i++) {
		used = strlen(title);
		fmt_buf(title + used, sizeof(title) - used, "%s%s%lld%s", i ? " | " : "   ",
			i == s->cur ? "[" : "", (long long)logpane_run(&s->pane[i], m),
			i == s->cur ? "]" : "");
	}
	used = strlen(title);
	if (s->zoom)
		fmt_buf(title + used, sizeof(title) - used, "   zoomed, z shows all %zu", s->n);
	view_crumbs(m, c, at, title);
}

static size_t
run_count(const struct model *m)
{
	return m->s->runs ? m->s->runs->l.n : 0;
}

static void
draw_picker(const struct logs *s, const struct model *m, struct canvas *c, struct rect r)
{
	size_t n = run_count(m);
	struct rect box = layout_popup(r, 72, (int)n + 2 > 6 ? (int)n + 2 : 6);
	size_t rows = (size_t)(box.h - 2), top = scroll_top(s->sel, n, rows);

	canvas_frame(c, box, "Which run in the new pane?");
	if (n == 0)
		canvas_put(c, SPAN(box.x + 2, box.y + 1, box.w - 4), ST_DIM, "no runs yet");
	for (size_t i = 0; i < rows && top + i < n; i++) {
		const struct run_info *run = &m->s->runs->l.at[top + i];
		struct span at = SPAN(box.x + 1, box.y + 1 + (int)i, box.w - 2);
		char id[24], iso[DATE_BUF];

		fmt_buf(id, sizeof(id), "%lld", (long long)run->id);
		canvas_right(c, SPAN(at.x, at.y, 7), ST_BOLD, id);
		canvas_put(c, SPAN(at.x + 8, at.y, at.w - 34), ST_NORMAL, run->job);
		canvas_put(c, SPAN(at.x + at.w - 25, at.y, 10), ST_NORMAL,
			   date_iso(run->as_of, iso));
		canvas_fmt(c, SPAN(at.x + at.w - 14, at.y, 13), theme_run(run->state), "%c %s",
			   theme_run_letter(run->state), run_state_name(run->state));
		if (top + i == s->sel)
			canvas_select(c, (struct rect){ at.x, at.y, at.w, 1 });
	}
}

/* What does not compile is told while it is typed. */
static bool
prompt_compiles(const struct logs *s, char why[FILTER_WHY])
{
	struct line_filter f = { .re = NULL };
	bool ok;

	why[0] = '\0';
	if (s->prompt != PROMPT_SEARCH && s->prompt != PROMPT_FILTER)
		return true;
	ok = line_filter_set(&f, s->typed, s->prompt == PROMPT_FILTER, why);
	line_filter_done(&f);
	return ok;
}

static void
draw_prompt(const struct logs *s, struct canvas *c, struct span at)
{
	char why[FILTER_WHY];
	int x = at.x + canvas_fmt(c, at, ST_BOLD, "%s%s_", prompts[s->prompt], s->typed);

	if (!prompt_compiles(s, why))
		canvas_fmt(c, SPAN(x + 2, at.y, at.x + at.w - x - 2), ST_WARN, "%s", why);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct logs *s = v->state;
	struct span facts = SPAN(r.x, r.y + r.h - 2, r.w);

	draw_crumbs(s, m, c, SPAN(r.x, r.y, r.w));
	for (size_t i = 0; i < s->n; i++)
		if (!s->zoom || i == s->cur)
			logpane_draw(&s->pane[i], m, c, pane_rect(s, r, i),
				     s->n == 1 ? -1 : i == s->cur);
	if (s->prompt != PROMPT_NONE)
		draw_prompt(s, c, SPAN(facts.x + 1, facts.y, facts.w - 1));
	else
		logpane_facts(&s->pane[s->cur], m, c, facts);
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
	if (s->picking)
		draw_picker(s, m, c, r);
}

static void
add_pane(struct logs *s, int64_t run)
{
	s->cur = s->n++;
	logpane_init(&s->pane[s->cur], run);
}

/* A run that a pane shows already is only given the keys. */
static bool
focus_run(struct logs *s, int64_t run)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->pane[i].run == run) {
			s->cur = i;
			return true;
		}
	return false;
}

static void
too_many(struct action *out)
{
	view_message(out, LVL_WARN, "%d panes are the most: D takes one away", LOG_PANES);
}

static void
done(struct view *v)
{
	struct logs *s = v->state;

	for (size_t i = 0; i < s->n; i++)
		logpane_done(&s->pane[i]);
}

static void
again(struct view *v, const struct model *m, const struct action *how, struct action *out)
{
	struct logs *s = v->state;

	(void)m;
	s->prompt = PROMPT_NONE;
	s->picking = false;
	if (how->act == ACT_LOGS || how->run == 0 || focus_run(s, how->run))
		return;
	if (!how->add) {
		done(v);
		logpane_init(&s->pane[0], how->run);
		s->n = 1;
		s->cur = 0;
		s->zoom = false;
	} else if (s->n == LOG_PANES) {
		too_many(out);
	} else {
		add_pane(s, how->run);
	}
}

static void
begin_prompt(struct logs *s, enum prompt p, const char *text)
{
	s->prompt = p;
	str_copy(s->typed, sizeof(s->typed), text);
}

/* A filter may hide the chosen line: the nearest before it takes its place. */
static void
take_typed(struct logs *s, const struct model *m, struct action *out)
{
	struct logpane *p = &s->pane[s->cur];
	struct rect size = focus_rect(s, m);
	enum prompt what = s->prompt;
	char why[FILTER_WHY];

	s->prompt = PROMPT_NONE;
	if (what == PROMPT_SEARCH && line_filter_set(&p->needle, s->typed, false, why)) {
		if (p->needle.re)
			logpane_seek(p, m, p->follow ? ACT_MATCH_PREV : ACT_MATCH_NEXT, size, out);
	} else if (what == PROMPT_FILTER && line_filter_set(&p->filter, s->typed, true, why)) {
		return;
	} else if (what == PROMPT_SEARCH || what == PROMPT_FILTER) {
		s->prompt = what; /* to be mended: the prompt says what is wrong */
	} else if (what == PROMPT_MARK) {
		logpane_mark(p, m, s->typed, out);
	} else if (what == PROMPT_TIME && s->typed[0]) {
		logpane_jump(p, m, s->typed, size, out);
	}
}

/* Letters of a prompt; pasted text too. */
static void
type(struct logs *s, const struct model *m, const struct input *in, struct action *out)
{
	if (in->act == ACT_BACK)
		s->prompt = PROMPT_NONE;
	else if (in->act == ACT_OPEN)
		take_typed(s, m, out);
	else if (in->key == TK_BACKSPACE)
		view_erase(s->typed);
	else
		view_type(s->typed, sizeof(s->typed), in->key);
}

static void
pick(struct logs *s, const struct model *m, const struct input *in)
{
	size_t n = run_count(m);

	if (in->act == ACT_BACK)
		s->picking = false;
	else if (in->act == ACT_OPEN && s->sel < n) {
		s->picking = false;
		add_pane(s, m->s->runs->l.at[s->sel].id);
	} else {
		scroll_move(&s->sel, in->act, n, 10);
	}
}

static void
drop_pane(struct logs *s, struct action *out)
{
	if (s->n == 1) {
		view_message(out, LVL_INFO, "the last pane stays: q leaves the logs");
		return;
	}
	logpane_done(&s->pane[s->cur]);
	memmove(&s->pane[s->cur], &s->pane[s->cur + 1], (--s->n - s->cur) * sizeof(s->pane[0]));
	if (s->cur == s->n)
		s->cur--;
	s->zoom = s->zoom && s->n > 1;
}

static void
split(struct logs *s, struct action *out)
{
	if (s->n == LOG_PANES) {
		too_many(out);
		return;
	}
	s->picking = true;
	s->zoom = false;
	s->sel = 0;
}

static void
copy_line(const struct logpane *p, const struct model *m, struct action *out)
{
	const struct log_line *l = logpane_current(p, m);

	if (!l)
		return;
	out->intent = DO_COPY;
	out->copy = l->text;
}

static void
copy_command(struct logs *s, const struct model *m, struct action *out)
{
	int64_t run = s->pane[s->cur].run;

	if (!run)
		return;
	fmt_buf(s->command, sizeof(s->command), "%s logs -f %lld", str_or(m->command, "fintra"),
		(long long)run);
	out->intent = DO_COPY;
	out->copy = s->command;
}

/* What several panes do: true when the key was one of these. */
static bool
arrange(struct logs *s, enum act act, struct action *out)
{
	switch (act) {
	case ACT_NEXT_PANE:
		s->cur = (s->cur + 1) % s->n;
		return true;
	case ACT_PREV_PANE:
		s->cur = (s->cur + s->n - 1) % s->n;
		return true;
	case ACT_ZOOM:
		s->zoom = !s->zoom && s->n > 1;
		return true;
	case ACT_SPLIT:
		split(s, out);
		return true;
	case ACT_DROP:
		drop_pane(s, out);
		return true;
	default:
		return false;
	}
}

/* How the pane with the keys shows its lines. */
static bool
dress(struct logs *s, const struct model *m, enum act act)
{
	struct logpane *p = &s->pane[s->cur];

	switch (act) {
	case ACT_FOLLOW:
		logpane_follow(p, m, focus_rect(s, m));
		return true;
	case ACT_LEVEL:
		p->min = p->min == LVL_ERROR ? LVL_DEBUG : p->min + 1;
		return true;
	case ACT_WRAP:
		p->wrap = !p->wrap;
		return true;
	case ACT_TIME_COLUMN:
		p->times = (p->times + 1) % TIME_COLUMNS;
		return true;
	case ACT_LEFT:
	case ACT_RIGHT:
	case ACT_LEFT_STEP:
	case ACT_RIGHT_STEP:
	case ACT_LEFT_END:
	case ACT_RIGHT_END:
		logpane_sideways(p, m, act, focus_rect(s, m).w);
		return true;
	default:
		return false;
	}
}

static bool
prompt_for(struct logs *s, enum act act)
{
	static const struct {
		enum act act;
		enum prompt prompt;
	} keys[] = {
		{ ACT_SEARCH, PROMPT_SEARCH },
		{ ACT_FILTER, PROMPT_FILTER },
		{ ACT_MARK, PROMPT_MARK },
		{ ACT_TIME_JUMP, PROMPT_TIME },
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].act == act) {
			begin_prompt(s, keys[i].prompt,
				     act == ACT_FILTER ? s->pane[s->cur].filter.text : "");
			return true;
		}
	return false;
}

/* Esc takes the filter away before it leaves. */
static void
back(struct logpane *p, const struct input *in, struct action *out)
{
	if (in->key == TK_ESC && p->filter.re)
		line_filter_done(&p->filter);
	else
		out->intent = DO_BACK;
}

static void
act_on_run(const struct logpane *p, const struct model *m, const struct input *in,
	   struct action *out)
{
	const struct run_info *r = model_run(m, p->run);

	if (in->act == ACT_LAUNCH)
		view_ask_launch(m, r ? catalogue_job(m->cat, r->job) : NULL, out);
	else if (in->act == ACT_OPEN && p->run) {
		out->intent = DO_OPEN;
		out->open = &view_run;
		out->run = p->run;
	} else if (in->act == ACT_DRAIN || in->act == ACT_ABORT) {
		view_ask_cancel(m, p->run, in, out);
	}
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct logs *s = v->state;
	struct logpane *p = &s->pane[s->cur];

	if (!p->run)
		p->run = logpane_run(p, m); /* from now on that one, even when another begins */
	if (s->prompt != PROMPT_NONE) {
		type(s, m, in, out);
		return;
	}
	if (s->picking) {
		pick(s, m, in);
		return;
	}
	if (arrange(s, in->act, out) || dress(s, m, in->act) || prompt_for(s, in->act))
		return;
	switch (in->act) {
	case ACT_BACK:
		back(p, in, out);
		break;
	case ACT_COPY:
		copy_line(p, m, out);
		break;
	case ACT_COPY_COMMAND:
		copy_command(s, m, out);
		break;
	case ACT_PLAIN:
		out->intent = p->run ? DO_PLAIN : DO_NOTHING;
		out->pane = p;
		break;
	case ACT_LAUNCH:
	case ACT_OPEN:
	case ACT_DRAIN:
	case ACT_ABORT:
		act_on_run(p, m, in, out);
		break;
	case ACT_MATCH_NEXT:
	case ACT_MATCH_PREV:
	case ACT_ERROR_NEXT:
	case ACT_ERROR_PREV:
	case ACT_WARN_NEXT:
	case ACT_WARN_PREV:
	case ACT_GAP_NEXT:
	case ACT_GAP_PREV:
	case ACT_MARK_NEXT:
	case ACT_MARK_PREV:
		logpane_seek(p, m, in->act, focus_rect(s, m), out);
		break;
	default:
		logpane_move(p, m, in->act, focus_rect(s, m));
	}
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct logs *s = v->state;
	const struct run_info *r = model_default_run(m);

	s->n = 1;
	logpane_init(&s->pane[0], how && how->run ? how->run : r ? r->id : 0);
}

static unsigned
screen(const struct view *v)
{
	const struct logs *s = v->state;

	return s->prompt != PROMPT_NONE ? SCREEN_TYPE : s->picking ? SCREEN_PICK : SCREEN_LOG;
}

static bool
wants_text(const struct view *v)
{
	return ((const struct logs *)v->state)->prompt != PROMPT_NONE;
}

static int64_t
follow(const struct view *v, const struct model *m)
{
	const struct logs *s = v->state;

	(void)m;
	return s->pane[s->cur].run;
}

static void
follow_more(const struct view *v, int64_t out[LOG_MORE])
{
	const struct logs *s = v->state;
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (i != s->cur)
			out[n++] = s->pane[i].run;
}

static void
sheet(const struct view *v, const struct model *m, struct sheet *out)
{
	const struct logs *s = v->state;

	logpane_sheet(&s->pane[s->cur], m, out);
}

const struct view_ops view_log = {
	.title = "Logs",
	.screen = screen,
	.state_size = sizeof(struct logs),
	.init = init,
	.done = done,
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
	.follow = follow,
	.follow_more = follow_more,
	.again = again,
	.sheet = sheet,
};
