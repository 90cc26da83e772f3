#include "tui/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The steps that F runs, not those of the tree alone. */
static int
take_plan(const struct model *m, const char *target, struct why *w, struct err *e)
{
	struct why *plan = mem_zalloc(sizeof(*plan));
	int rc = plan_build(m->cat, &m->s->fresh->f, target, plan, e);

	memcpy(w->plan, plan->plan, sizeof(w->plan));
	w->plan_n = plan->plan_n;
	tree_done(plan);
	return rc;
}

struct why *
tree_build(const struct tree *t, const struct model *m, struct err *e)
{
	const char *target = t->target[0] ? t->target : NULL;
	struct why *w;
	int rc;

	if (!m->s->fresh)
		return NULL;
	w = mem_zalloc(sizeof(*w));
	rc = t->down ? impact_build(m->cat, &m->s->fresh->f, target, w, e)
		     : why_build(m->cat, &m->s->fresh->f, target, w, e);
	if (rc == 0 && !t->down)
		rc = take_plan(m, target, w, e);
	if (rc == 0)
		return w;
	tree_done(w);
	return NULL;
}

void
tree_done(struct why *w)
{
	if (w)
		why_done(w);
	free(w);
}

static void
add_rows(const struct why_node *node, int level, struct tree_row *out, size_t *n)
{
	if (*n == TREE_ROWS)
		return;
	if (node->status)
		out[(*n)++] = (struct tree_row){ node, level++ };
	for (size_t i = 0; i < node->n; i++)
		add_rows(node->child[i], level, out, n);
}

size_t
tree_rows(const struct why *w, struct tree_row out[TREE_ROWS])
{
	size_t n = 0;

	if (w && w->root)
		add_rows(w->root, 0, out, &n);
	return n;
}

/* What is selected in the present tree: copied, so that the tree may go. */
struct picked {
	size_t rows;
	char table[TREE_NAME]; /* "" = none */
	char command[160];     /* that writes it; "" = none */
	int64_t run;
};

/* Its step of the plan, else its writer again: a fresh table may be wanted once more. */
static void
writing_command(const struct why *w, const struct table_status *s, struct date as_of, char *out,
		size_t n)
{
	char iso[DATE_BUF];

	for (size_t i = 0; s->writer && i < w->plan_n; i++)
		if (w->plan[i].job == s->writer) {
			str_copy(out, n, w->plan[i].command);
			return;
		}
	if (s->writer)
		fmt_buf(out, n, "fintra run %s --as-of %s", s->writer->name, date_iso(as_of, iso));
}

static struct picked
pick(const struct tree *t, const struct model *m)
{
	struct tree_row *rows = mem_alloc(TREE_ROWS * sizeof(*rows));
	struct err e = ERR_INIT;
	struct why *w = tree_build(t, m, &e);
	struct picked p = { .rows = tree_rows(w, rows) };

	if (p.rows > 0) {
		size_t at = t->sel < p.rows ? t->sel : p.rows - 1;
		const struct table_status *s = rows[at].node->status;

		str_copy(p.table, sizeof(p.table), s->table->name);
		p.run = s->run_id;
		writing_command(w, s, m->s->fresh->f.as_of, p.command, sizeof(p.command));
	}
	tree_done(w);
	free(rows);
	return p;
}

static void
turn(struct tree *t, const struct picked *p, bool down)
{
	if (p->table[0])
		str_copy(t->target, sizeof(t->target), p->table);
	else if (down && !t->target[0])
		return; /* everything has no downstream */
	t->down = down;
	t->sel = 0;
}

static void
open_log(const struct picked *p, struct action *out)
{
	if (p->run == 0) {
		view_message(out, LVL_WARN, "%s: the ledger knows no run that wrote it",
			     p->table[0] ? p->table : "nothing selected");
		return;
	}
	out->intent = DO_OPEN;
	out->open = &view_log;
	out->run = p->run;
}

/* The first step that can be launched here; what cannot is said. */
static const struct why_step *
next_step(const struct why *w, struct action *out)
{
	const struct why_step *first = w->plan_n ? &w->plan[0] : NULL;

	if (!first) {
		view_message(out, LVL_INFO, "nothing to do: %s", w->text);
		return NULL;
	}
	if (first->under_way) {
		view_message(out, LVL_INFO, "run %" PRId64 " of %s is under way: wait for it",
			     first->under_way, first->job->name);
		return NULL;
	}
	for (size_t i = 0; i < w->plan_n; i++)
		if (w->plan[i].launchable && w->plan[i].gate_ok && !w->plan[i].under_way)
			return &w->plan[i];
	if (first->launchable)
		return first;
	view_message(out, LVL_WARN, "%s is not launched from here, and the other steps wait for it",
		     first->job->name);
	return NULL;
}

static void
ask_step(struct tree *t, const struct model *m, const struct why *w, const struct input *in,
	 struct action *out)
{
	const struct why_step *s = next_step(w, out);
	char span[32];

	if (!s)
		return;
	if (*s->options && !s->resume) {
		view_ask_command(s->command, out);
		return;
	}
	t->launch = (struct launch){ .job = s->job,
				     .as_of = m->s->fresh->f.as_of,
				     .as_of_given = m->as_of_given,
				     .gate = GATE_WARN,
				     .origin = "console",
				     .resume = s->resume };
	out->intent = DO_OPEN;
	out->open = &view_confirm;
	out->then = DO_START;
	out->launch = &t->launch;
	out->key = in->key;
	fmt_buf(out->text, sizeof(out->text), "Run step %zu of %zu: %s?", (size_t)(s - w->plan) + 1,
		w->plan_n, s->job->name);
	fmt_buf(out->detail[0], sizeof(out->detail[0]), "$ %s", s->command);
	fmt_buf(out->detail[1], sizeof(out->detail[1]),
		"time: %s; the next step is asked for after it",
		why_duration(s->ms, span, sizeof(span)));
	fmt_buf(out->detail[2], sizeof(out->detail[2]), "%s%s",
		s->gate_ok ? "its inputs are fresh" : "gate: ", s->gate);
}

static void
run_plan(struct tree *t, const struct model *m, const struct input *in, struct action *out)
{
	const char *why_not = model_why_read_only(m);
	struct err e = ERR_INIT;
	struct why *w;

	if (why_not) {
		view_message(out, LVL_WARN, "launching is off: %s", why_not);
		return;
	}
	w = tree_build(t, m, &e);
	if (w)
		ask_step(t, m, w, in, out);
	else
		view_message(out, LVL_WARN, "nothing is measured yet");
	tree_done(w);
}

/* With the options that lead to the same configuration. */
static void
copy_command(struct tree *t, const struct model *m, const char *command, struct action *out)
{
	const char *rest = str_starts(command, "fintra ") ? command + strlen("fintra") : NULL;

	fmt_buf(t->copied, sizeof(t->copied), "%s%s", rest ? str_or(m->command, "fintra") : "",
		rest ? rest : command);
	out->intent = DO_COPY;
	out->copy = t->copied;
}

static void
copy(struct tree *t, const struct model *m, const struct picked *p, enum act act,
     struct action *out)
{
	char command[TREE_NAME + 24];

	if (act == ACT_COPY_COMMAND) {
		fmt_buf(command, sizeof(command), "fintra %s %s", t->down ? "impact" : "why",
			t->target);
		copy_command(t, m, command, out);
	} else if (p->command[0]) {
		copy_command(t, m, p->command, out);
	} else {
		view_message(out, LVL_INFO, "no job of this build writes %s",
			     p->table[0] ? p->table : "anything here");
	}
}

static void
launch_form(const struct model *m, const struct picked *p, struct action *out)
{
	const struct table_status *s =
		m->s->fresh ? freshness_find(&m->s->fresh->f, p->table) : NULL;

	view_ask_launch(m, s ? s->writer : NULL, out);
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct tree *t = v->state;
	struct picked p = pick(t, m);

	switch (in->act) {
	case ACT_OPEN:
	case ACT_LOG:
		open_log(&p, out);
		break;
	case ACT_WHY:
	case ACT_IMPACT:
		turn(t, &p, in->act == ACT_IMPACT);
		break;
	case ACT_FIX:
		if (t->down)
			view_message(out, LVL_INFO, "u shows upstream, with the plan");
		else
			view_ask_fix(m, t->target, &t->plan, in, out);
		break;
	case ACT_PLAN:
		run_plan(t, m, in, out);
		break;
	case ACT_COPY:
	case ACT_COPY_COMMAND:
		copy(t, m, &p, in->act, out);
		break;
	case ACT_LAUNCH:
		launch_form(m, &p, out);
		break;
	case ACT_BACK:
		out->intent = DO_BACK;
		break;
	default:
		scroll_move(&t->sel, in->act, p.rows, m->h > 16 ? (size_t)m->h / 2 : 4);
	}
}

/* The cursor begins where the repair does. */
static size_t
first_cause_row(const struct tree *t, const struct model *m)
{
	struct tree_row *rows = mem_alloc(TREE_ROWS * sizeof(*rows));
	struct err e = ERR_INIT;
	struct why *w = tree_build(t, m, &e);
	size_t n = tree_rows(w, rows), at = 0;

	while (at < n && !rows[at].node->cause)
		at++;
	tree_done(w);
	free(rows);
	return at < n ? at : 0;
}

static void
init_why(struct view *v, const struct model *m, const struct action *how)
{
	struct tree *t = v->state;

	str_copy(t->target, sizeof(t->target), how ? how->text : "");
	t->sel = first_cause_row(t, m);
}

static void
init_impact(struct view *v, const struct model *m, const struct action *how)
{
	struct tree *t = v->state;

	(void)m;
	str_copy(t->target, sizeof(t->target), how ? how->text : "");
	t->down = true;
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	tree_draw(v->state, m, c, r);
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_TREE;
}

void
view_ask_tree(const struct model *m, const char *target, bool impact, struct action *out)
{
	(void)m;
	if (!target) {
		view_message(out, LVL_WARN, "no table belongs to this row");
		return;
	}
	out->intent = DO_OPEN;
	out->open = impact ? &view_impact : &view_why;
	str_copy(out->text, sizeof(out->text), target);
}

static bool
about(const struct view *v, const struct model *m, char out[LOOK_NAME])
{
	struct picked p = pick(v->state, m);

	str_copy(out, LOOK_NAME, p.table);
	return p.table[0] != '\0';
}

const struct view_ops view_why = {
	.title = "Why",
	.screen = screen,
	.state_size = sizeof(struct tree),
	.init = init_why,
	.draw = draw,
	.handle = handle,
	.about = about,
};

const struct view_ops view_impact = {
	.title = "Impact",
	.screen = screen,
	.state_size = sizeof(struct tree),
	.init = init_impact,
	.draw = draw,
	.handle = handle,
	.about = about,
};
