/* One ticker through all layers, and how its snapshot came about. */
#include "tui/ticker.h"

#include "core/json.h"
#include "core/sheet.h"
#include "tui/page.h"

#include <string.h>

enum {
	TYPED_MAX = 40,
	COPY_MAX = 1000,
	TWO_COLUMNS = 158, /* each as wide as a screen of 80 */
	CHROME = 4	   /* lines that are not the page's */
};

struct ticker_page {
	char symbol[TICKER_MAX + 1]; /* "" = none yet */
	bool asking;
	bool proposed; /* what stands in `typed` was not typed: the first letter replaces it */
	char typed[TYPED_MAX];
	char why[160]; /* it is no ticker; "" = fine */
	size_t line;
	int skip; /* columns scrolled to the right */
	char copied[COPY_MAX];
	struct launch launch; /* borrowed by the form that it led to */
};

static const struct ticker_part *
part_of(const struct ticker_page *s, const struct model *m)
{
	return s->symbol[0] ? look_ticker(m, s->symbol) : NULL;
}

static void
build(struct lines *l, const struct ticker_page *s, const struct model *m)
{
	const struct ticker_part *p = part_of(s, m);

	l->skip = s->skip;
	if (!s->symbol[0])
		lines_add(l, NULL, ST_NORMAL, "Which ticker? Its symbol, then Enter.");
	else if (!p)
		lines_add(l, NULL, ST_WARN, "? not read yet");
	else if (p->error[0])
		lines_add(l, NULL, ST_WARN, "? %s", p->error);
	else
		page_report(l, &p->look.text);
}

/* What does not fit into one column goes on in another where there is room for one. */
static int
columns(const struct lines *l, const struct model *m)
{
	return m->w >= TWO_COLUMNS && l->at.n + CHROME > (size_t)m->h ? 2 : 1;
}

static void
draw_bottom(const struct ticker_page *s, const struct model *m, struct canvas *c, struct rect r)
{
	const struct ticker_part *p = part_of(s, m);
	int y = r.y + r.h - 1, x = r.x + 1;

	if (p && p->look.text.head[0])
		canvas_fmt(c, SPAN(x, y - 1, r.w - 1), ST_BOLD, "%s  %s", s->symbol,
			   p->look.text.head);
	if (!s->asking) {
		view_status_line(m, c, SPAN(r.x, y, r.w));
		return;
	}
	x += canvas_fmt(c, SPAN(x, y, r.w - 1), ST_BOLD, "ticker: %s_", s->typed);
	if (s->why[0])
		canvas_put(c, SPAN(x + 2, y, r.x + r.w - x - 2), ST_BAD, s->why);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct ticker_page *s = v->state;
	const struct ticker_part *p = part_of(s, m);
	LINES_AUTO l = { .skip = 0 };
	char what[TICKER_MAX + 16], title[160] = "Ticker";

	fmt_buf(what, sizeof(what), "Ticker > %s", s->symbol);
	if (s->symbol[0])
		look_title(m, what, p ? p->measured_ms : 0, "", title, sizeof(title));
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), title);
	build(&l, s, m);
	lines_flow(&l, c, (struct rect){ r.x, r.y + 1, r.w, r.h - 3 }, s->line, columns(&l, m));
	draw_bottom(s, m, c, r);
}

static void
ask(struct ticker_page *s, const char *proposal)
{
	s->asking = true;
	s->proposed = *proposal != '\0';
	s->why[0] = '\0';
	str_copy(s->typed, sizeof(s->typed), proposal);
}

static void
take(struct ticker_page *s)
{
	struct err e = ERR_INIT;
	char symbol[TICKER_MAX + 1];

	if (ticker_symbol(s->typed, symbol, &e) < 0) {
		str_copy(s->why, sizeof(s->why), e.text);
		return;
	}
	if (!str_same(symbol, s->symbol))
		s->line = 0;
	str_copy(s->symbol, sizeof(s->symbol), symbol);
	s->asking = false;
}

static void
type(struct ticker_page *s, const struct input *in, struct action *out)
{
	if (in->act == ACT_BACK) {
		s->asking = false;
		if (!s->symbol[0])
			out->intent = DO_BACK;
		return;
	}
	if (in->act == ACT_OPEN) {
		take(s);
		return;
	}
	s->why[0] = '\0';
	if (in->key == TK_BACKSPACE) {
		view_erase(s->typed);
	} else if (in->key > ' ' && in->key < TK_UP) {
		if (s->proposed)
			s->typed[0] = '\0';
		view_type(s->typed, sizeof(s->typed), in->key);
	}
	s->proposed = false;
}

/* To the title of the next or previous section. */
static void
jump(struct ticker_page *s, const struct lines *l, bool back)
{
	for (size_t i = s->line; back ? i > 0 : i + 1 < l->at.n;) {
		i = back ? i - 1 : i + 1;
		if (!l->at.at[i].rule)
			continue;
		s->line = i;
		return;
	}
}

static void
copy_line(struct ticker_page *s, const struct lines *l, struct action *out)
{
	const struct page_line *p = s->line < l->at.n ? &l->at.at[s->line] : NULL;

	if (!p)
		return;
	fmt_buf(s->copied, sizeof(s->copied), "%s%s%s", p->rule ? "" : str_or(p->label, ""),
		p->label && *p->label && !p->rule ? ": " : "",
		p->rule ? p->label : p->text + strspn(p->text, " "));
	out->intent = DO_COPY;
	out->copy = s->copied;
}

static void
copy_command(struct ticker_page *s, const struct model *m, struct action *out)
{
	fmt_buf(s->copied, sizeof(s->copied), "%s ticker %s", str_or(m->command, "fintra"),
		s->symbol);
	out->intent = DO_COPY;
	out->copy = s->copied;
}

/* The form of what brings one ticker up to date: the first such job that this build has. */
static void
ask_run(struct ticker_page *s, const struct model *m, struct action *out)
{
	const struct job *job = NULL;
	struct err e = ERR_INIT;

	for (size_t i = 0; m->cat->ticker_jobs && m->cat->ticker_jobs[i] && !job; i++)
		job = catalogue_job(m->cat, m->cat->ticker_jobs[i]);
	view_ask_form(m, job, out);
	if (out->intent != DO_FORM)
		return;
	params_done(&s->launch.params);
	s->launch = (struct launch){ .job = job,
				     .as_of = m->as_of,
				     .as_of_given = m->as_of_given,
				     .gate = GATE_WARN,
				     .origin = "console" };
	if (params_set(&s->launch.params, job->params, "ticker", s->symbol, &e) < 0)
		view_message(out, LVL_WARN, "%s", e.text);
	else
		out->launch = &s->launch;
}

static void
act_on(struct ticker_page *s, const struct model *m, const struct lines *l, const struct input *in,
       struct action *out)
{
	switch (in->act) {
	case ACT_BACK:
		out->intent = DO_BACK;
		break;
	case ACT_ASK_TICKER:
		ask(s, s->symbol);
		break;
	case ACT_NEXT_PANE:
	case ACT_PREV_PANE:
		jump(s, l, in->act == ACT_PREV_PANE);
		break;
	case ACT_COPY:
		copy_line(s, l, out);
		break;
	case ACT_COPY_COMMAND:
		copy_command(s, m, out);
		break;
	case ACT_LAUNCH:
		ask_run(s, m, out);
		break;
	default:
		if (!lines_sideways(l, &s->skip, in->act, m->w / columns(l, m)))
			scroll_move(&s->line, in->act, l->at.n,
				    (size_t)(columns(l, m) * (m->h > CHROME ? m->h - CHROME : 1)));
	}
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct ticker_page *s = v->state;
	LINES_AUTO l = { .skip = 0 };

	if (s->asking) {
		type(s, in, out);
		return;
	}
	build(&l, s, m);
	act_on(s, m, &l, in, out);
}

/* how->text: the ticker to show; how->detail[0]: one to propose, else the one looked at last. */
static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct ticker_page *s = v->state;

	if (how && how->text[0])
		str_copy(s->symbol, sizeof(s->symbol), how->text);
	else
		ask(s, how && how->detail[0][0] ? how->detail[0] : m->ticker);
}

static void
done(struct view *v)
{
	params_done(&((struct ticker_page *)v->state)->launch.params);
}

static unsigned
screen(const struct view *v)
{
	return ((const struct ticker_page *)v->state)->asking ? SCREEN_TYPE : SCREEN_TICKER;
}

static bool
wants_text(const struct view *v)
{
	return ((const struct ticker_page *)v->state)->asking;
}

static void
look(const struct view *v, struct wish *out)
{
	const struct ticker_page *s = v->state;

	if (!s->symbol[0])
		return;
	out->what = LOOK_TICKER;
	str_copy(out->name, sizeof(out->name), s->symbol);
}

static void
sheet(const struct view *v, const struct model *m, struct sheet *out)
{
	static const char *const heads[] = { "section", "name", "text", NULL };
	const struct ticker_page *s = v->state;
	const struct ticker_part *p = part_of(s, m);
	const char *section = "";

	sheet_init(out, heads);
	for (size_t i = 0; p && i < p->look.text.line.n; i++) {
		const struct report_line *r = &p->look.text.line.at[i];

		if (r->title) {
			section = r->text;
			continue;
		}
		sheet_cell(out, section);
		sheet_cell(out, str_or(r->label, ""));
		sheet_cell(out, r->text);
	}
}

bool
view_run_ticker(const struct run_info *r, char out[TICKER_MAX + 1])
{
	struct err e = ERR_INIT;
	struct json *j = r && r->params ? json_parse(r->params, strlen(r->params), &e) : NULL;
	const char *ticker = json_text(j, "ticker");
	bool has = ticker && strlen(ticker) <= TICKER_MAX;

	if (has)
		str_copy(out, TICKER_MAX + 1, ticker);
	json_free(j);
	return has;
}

const struct view_ops view_ticker = {
	.title = "Ticker",
	.screen = screen,
	.state_size = sizeof(struct ticker_page),
	.init = init,
	.done = done,
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
	.look = look,
	.sheet = sheet,
};
