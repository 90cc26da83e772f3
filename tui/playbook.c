/* Known troubles: those that the row at hand may be, then all others; each with its commands, which
 * Enter puts into the command bar. */
#include "tui/page.h"

#include "core/health.h"
#include "core/incident.h"

#include <string.h>

enum { KNOWN_MAX = 64, NAME_COLUMNS = 17 };

struct playbook {
	struct page page;
	const struct incident *in; /* NULL: the list */
	char about[64];		   /* a check, a table or a job; "" = nothing */
};

/* In the list's order: what may be it first.  How many those are: *near. */
static size_t
known(const struct playbook *s, const struct model *m, const struct incident *out[KNOWN_MAX],
      size_t *near)
{
	size_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (const struct incident *i = m->cat->incidents; i && i->name; i++)
			if (n < KNOWN_MAX &&
			    (s->about[0] && incident_about(i, s->about)) == (pass == 0))
				out[n++] = i;
		if (pass == 0)
			*near = n;
	}
	return n;
}

static void
add_names(struct lines *l, const struct incident *const *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		lines_add(l, NULL, ST_NORMAL, "%-*s%s", NAME_COLUMNS, at[i]->name, at[i]->title);
}

static void
build(struct lines *l, const struct playbook *s, const struct model *m)
{
	const struct incident *at[KNOWN_MAX];
	REPORT_AUTO text = { .head = "" };
	size_t near, n;
	char title[100];

	if (s->in) {
		incident_report(s->in, m->as_of, &text);
		page_folded(l, &text, m->w - 2);
		return;
	}
	n = known(s, m, at, &near);
	if (s->about[0]) {
		fmt_buf(title, sizeof(title), "Of %s", s->about);
		lines_rule(l, title, NULL);
		add_names(l, at, near);
		if (near == 0)
			lines_add(l, NULL, ST_DIM, "none is known: w = why");
	}
	lines_rule(l, near || s->about[0] ? "All others" : "Known troubles", NULL);
	add_names(l, at + near, n - near);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct playbook *s = v->state;
	LINES_AUTO l = { .skip = 0 };
	char title[100] = "Playbooks";

	if (s->in)
		fmt_buf(title, sizeof(title), "Playbooks > %s", s->in->name);
	build(&l, s, m);
	page_draw(&s->page, &l, m, c, r, title);
}

static const struct incident *
chosen(const struct playbook *s, const struct model *m, const struct lines *l)
{
	const struct page_line *p = s->page.line < l->at.n ? &l->at.at[s->page.line] : NULL;

	for (const struct incident *i = m->cat->incidents; p && !p->rule && i && i->name; i++)
		if (str_starts(p->text, i->name) && p->text[strlen(i->name)] == ' ')
			return i;
	return NULL;
}

static void
copy_command(struct playbook *s, const struct model *m, struct action *out)
{
	char words[100];

	fmt_buf(words, sizeof(words), "playbook%s%s", s->in ? " " : "", s->in ? s->in->name : "");
	page_copy_command(&s->page, m, words, out);
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct playbook *s = v->state;
	const struct incident *i;
	LINES_AUTO l = { .skip = 0 };

	build(&l, s, m);
	i = s->in || in->act != ACT_OPEN ? NULL : chosen(s, m, &l);
	if (i)
		*out = (struct action){ .intent = DO_OPEN, .open = &view_playbook, .row = i };
	else if (in->act == ACT_COPY_COMMAND)
		copy_command(s, m, out);
	else
		(void)page_handle(&s->page, &l, m, in, out);
}

/* A check that no playbook names is asked for by its table. */
static const char *
table_of(const struct model *m, const char *name)
{
	const struct health_part *h = m->s->health;

	for (size_t i = 0; h && i < h->h.n; i++)
		if (str_same(h->h.at[i].name, name))
			return str_or(h->h.at[i].table, name);
	return name;
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct playbook *s = v->state;
	const struct incident *at[KNOWN_MAX];
	size_t near;

	s->in = how ? how->row : NULL;
	str_copy(s->about, sizeof(s->about), how ? how->text : "");
	(void)known(s, m, at, &near);
	if (near == 0 && s->about[0])
		str_copy(s->about, sizeof(s->about), table_of(m, s->about));
	(void)known(s, m, at, &near);
	s->page.line = !s->in; /* below the title */
	if (near == 1 && !s->in)
		s->in = at[0];
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_PLAYBOOK;
}

const struct view_ops view_playbook = {
	.title = "Playbook",
	.screen = screen,
	.state_size = sizeof(struct playbook),
	.init = init,
	.draw = draw,
	.handle = handle,
};
