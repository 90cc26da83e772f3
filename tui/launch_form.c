/* Launch dialog, second step: parameters, gates, the command that would do the same. */
#include "tui/launch.h"

#include "core/calendar.h"
#include "core/run_diff.h"
#include "core/text.h"
#include "core/words.h"

#include <stdlib.h>
#include <string.h>

static const char *const gate_words[] = {
	[GATE_STRICT] = "strict", [GATE_WARN] = "warn", [GATE_OFF] = "off"
};

static void
add_field(struct launch_state *s, enum field_kind kind, const struct param_def *def)
{
	if (s->n < FIELDS_MAX)
		s->field[s->n++] = (struct field){ .kind = kind, .def = def };
}

void
form_open(struct launch_state *s, const struct model *m, const struct job *job)
{
	struct err e = ERR_INIT;

	s->job = job;
	s->n = s->cur = 0;
	s->as_of = m->as_of;
	s->as_of_edited = m->as_of_given;
	add_field(s, FIELD_AS_OF, NULL);
	date_iso(m->as_of, s->field[0].value);
	add_field(s, FIELD_GATE, NULL);
	str_copy(s->field[1].value, FIELD_VALUE, gate_words[gate_default(job)]);
	for (const struct param_def *d = job->params; d && d->name; d++)
		add_field(s, FIELD_PARAM, d);
	for (size_t i = 0; i < params_common_count; i++) {
		add_field(s, FIELD_PARAM, &params_common[i]);
		if (str_same(params_common[i].name, "dry_run") && diff_possible(job, &e) == 0)
			add_field(s, FIELD_PARAM, params_find(NULL, "diff"));
	}
	form_check(s, m);
}

void
form_fill(struct launch_state *s, const struct model *m, const struct launch *l)
{
	s->as_of_edited = l->as_of_given;
	s->overlap = l->overlap;
	s->wait_ms = l->wait_ms;
	str_copy(s->reason, sizeof(s->reason), str_or(l->reason, ""));
	for (size_t i = 0; i < s->n; i++) {
		struct field *f = &s->field[i];
		const char *v =
			f->kind == FIELD_PARAM ? params_text(&l->params, f->def->name) : NULL;

		if (f->kind == FIELD_AS_OF && date_is_set(l->as_of))
			date_iso(l->as_of, f->value);
		else if (f->kind == FIELD_GATE)
			str_copy(f->value, FIELD_VALUE, gate_words[l->gate]);
		else if (v && f->def->type == PARAM_BOOL)
			str_copy(f->value, FIELD_VALUE, str_same(v, "1") ? "yes" : "");
		else if (v)
			str_copy(f->value, FIELD_VALUE, v);
	}
	form_check(s, m);
}

static bool
is_switch(const struct field *f)
{
	return f->kind == FIELD_GATE || (f->kind == FIELD_PARAM && (f->def->type == PARAM_BOOL ||
								    f->def->type == PARAM_CHOICE));
}

static const char *
field_name(const struct field *f)
{
	return f->kind == FIELD_AS_OF ? "as-of" : f->kind == FIELD_GATE ? "gate" : f->def->name;
}

static const char *
choices_of(const struct field *f)
{
	if (f->kind == FIELD_GATE)
		return "warn|strict|off";
	return f->def->type == PARAM_BOOL ? "yes" : str_or(f->def->choices, "");
}

/* The next of "a|b|c" after the present value; a parameter also has "not given" after the last. */
static void
next_choice(struct field *f)
{
	const char *p = choices_of(f), *first = p;
	size_t n;

	if (f->value[0]) {
		for (;; p += n + 1) {
			n = strcspn(p, "|");
			if ((n == strlen(f->value) && strncmp(p, f->value, n) == 0) || !p[n])
				break;
		}
		p += n;
		p += *p == '|';
	}
	if (!*p && f->kind == FIELD_GATE)
		p = first;
	n = strcspn(p, "|");
	fmt_buf(f->value, FIELD_VALUE, "%.*s", (int)n, p);
}

static int
check_as_of(struct launch_state *s, const struct field *f, struct err *e)
{
	struct date d;
	char prev[DATE_BUF];

	if (!date_parse(f->value, &d))
		return err_set(e, ERR_USAGE, "as-of: \"%s\" is not a date (YYYY-MM-DD)", f->value);
	if (!calendar_covers(d) || !calendar_is_session(d))
		return err_set(e, ERR_USAGE,
			       "as-of: %s is no exchange session; the one before is %s", f->value,
			       date_iso(calendar_prev(d), prev));
	s->as_of = d;
	return 0;
}

void
form_check(struct launch_state *s, const struct model *m)
{
	struct err e = ERR_INIT;
	struct launch *l = &s->launch;

	s->error[0] = '\0';
	params_done(&l->params);
	*l = (struct launch){ .job = s->job, .origin = "console", .overlap = s->overlap };
	l->wait_ms = s->wait_ms;
	l->reason = s->reason[0] ? s->reason : NULL;
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->field[i];
		int rc = 0;

		if (f->kind == FIELD_AS_OF)
			rc = check_as_of(s, f, &e);
		else if (f->kind == FIELD_GATE)
			l->gate = str_same(f->value, "strict") ? GATE_STRICT
				  : str_same(f->value, "off")  ? GATE_OFF
							       : GATE_WARN;
		else if (f->value[0])
			rc = params_set(&l->params, s->job->params, f->def->name, f->value, &e);
		if (rc < 0 && !s->error[0])
			str_copy(s->error, sizeof(s->error), e.text);
	}
	if (!s->error[0] && params_bool(&l->params, "diff") && params_bool(&l->params, "dry_run"))
		str_copy(s->error, sizeof(s->error),
			 "diff keeps nothing until you say yes: leave dry_run away");
	l->as_of = s->as_of;
	l->as_of_given = s->as_of_edited || !date_eq(s->as_of, m->as_of);
}

const struct gates_part *
form_gates(const struct launch_state *s, const struct model *m)
{
	const struct gates_part *g = m->s->gates;

	return g && g->job == s->job && date_eq(g->as_of, s->as_of) ? g : NULL;
}

void
form_command(const struct launch_state *s, const struct model *m, struct str *out)
{
	bool backfill = s->job->flags & JOB_BACKFILL;
	const char *name = s->job->name;
	char iso[DATE_BUF];

	if (backfill && str_starts(name, "backfill-"))
		name += strlen("backfill-");
	str_fmt(out, "%s %s %s", str_or(m->command, "fintra"), backfill ? "backfill" : "run", name);
	if (s->launch.as_of_given)
		str_fmt(out, " --as-of %s", date_iso(s->as_of, iso));
	if (s->launch.gate != gate_default(s->job))
		str_fmt(out, " --gate %s", gate_words[s->launch.gate]);
	if (s->overlap == OVERLAP_SKIP)
		str_puts(out, " --overlap skip");
	else if (s->overlap == OVERLAP_WAIT)
		str_fmt(out, " --overlap wait=%d", (s->wait_ms + 999) / 1000);
	if (s->reason[0]) {
		str_puts(out, " --reason ");
		words_quote(out, s->reason);
	}
	params_command(&s->launch.params, out);
}

static size_t
reads_of(const struct job *j)
{
	size_t n = 0;

	while (j->reads && j->reads[n])
		n++;
	return n;
}

/* With gate "warn" the operator decides, knowing; the question names what is behind. */
static void
ask_or_launch(struct launch_state *s, const struct model *m, const struct input *in,
	      struct action *out)
{
	const struct gates_part *g = form_gates(s, m);
	bool ready = reads_of(s->job) == 0 || (g && !g->failed && g->report.n == 0);

	if (s->error[0]) {
		view_message(out, LVL_WARN, "%s", s->error);
		return;
	}
	out->launch = &s->launch;
	out->intent = DO_LAUNCH;
	if (s->launch.gate != GATE_WARN || ready)
		return;
	out->intent = DO_OPEN;
	out->open = &view_confirm;
	out->then = DO_LAUNCH;
	out->key = in->key;
	fmt_buf(out->text, sizeof(out->text), "%s: launch all the same?",
		!g	    ? "The gates are not measured yet"
		: g->failed ? "The gates could not be measured"
			    : "Inputs are not fresh");
	for (size_t i = 0; g && i < g->report.n && i < 2; i++)
		fmt_buf(out->detail[i], sizeof(out->detail[i]), "%s: have %s, want %s",
			g->report.at[i].table, g->report.at[i].have, g->report.at[i].want);
	fmt_buf(out->detail[2], sizeof(out->detail[2]), "%s the run can end PARTIAL at best%s",
		g && g->report.n > 0 ? "so" : "if an input is behind,",
		g && g->report.n > 2 ? "; more inputs are behind" : "");
}

static void
edit(struct launch_state *s, const struct model *m, const struct input *in, struct action *out)
{
	struct field *f = &s->field[s->cur];
	struct date before = s->as_of;

	if (is_switch(f)) {
		if (in->act != ACT_TOGGLE || in->pasted)
			return;
		next_choice(f);
	} else if (in->key == TK_BACKSPACE) {
		view_erase(f->value);
	} else {
		view_type(f->value, FIELD_VALUE, in->key);
	}
	if (f->kind == FIELD_AS_OF)
		s->as_of_edited = true;
	form_check(s, m);
	if (!date_eq(before, s->as_of)) {
		out->intent = DO_GATES;
		out->job = s->job;
		out->as_of = s->as_of;
	}
}

void
form_handle(struct launch_state *s, const struct model *m, const struct input *in,
	    struct action *out)
{
	if (in->pasted) {
		edit(s, m, in, out);
		return;
	}
	switch (in->act) {
	case ACT_BACK:
		if (s->direct)
			out->intent = DO_BACK;
		else
			s->job = NULL;
		break;
	case ACT_UP:
		s->cur = s->cur > 0 ? s->cur - 1 : s->n - 1;
		break;
	case ACT_DOWN:
		s->cur = s->cur + 1 < s->n ? s->cur + 1 : 0;
		break;
	case ACT_OPEN:
		ask_or_launch(s, m, in, out);
		break;
	default:
		edit(s, m, in, out);
	}
}

static void
draw_field(const struct launch_state *s, struct canvas *c, struct span at, size_t i)
{
	const struct field *f = &s->field[i];
	const char *help = f->kind == FIELD_AS_OF ? "session the run is for"
			   : f->kind == FIELD_GATE
				   ? "inputs not fresh: warn asks, strict refuses, off goes on"
				   : str_or(f->def->help, "");
	int w = at.w >= 70 ? 24 : 18;

	canvas_put(c, SPAN(at.x, at.y, 14), i == s->cur ? ST_BOLD : ST_NORMAL, field_name(f));
	canvas_fill(c, (struct rect){ at.x + 15, at.y, w, 1 }, ST_KEY, ' ');
	if (f->value[0])
		canvas_put(c, SPAN(at.x + 15, at.y, w), ST_KEY, f->value);
	else if (is_switch(f))
		canvas_put(c, SPAN(at.x + 15, at.y, w), ST_KEY,
			   f->def->type != PARAM_BOOL	 ? str_or(f->def->dflt, "-")
			   : str_same(f->def->dflt, "1") ? "yes"
							 : "no");
	else if (f->def && f->def->dflt && i != s->cur)
		canvas_fmt(c, SPAN(at.x + 15, at.y, w), ST_KEY, "(%s)", f->def->dflt);
	if (i == s->cur) {
		canvas_put(c, SPAN(at.x - 1, at.y, 1), ST_BOLD, ">");
		if (!is_switch(f)) {
			int x = text_columns(f->value);

			canvas_put(c, SPAN(at.x + 15 + (x < w ? x : w - 1), at.y, 1), ST_KEY, "_");
		}
	}
	canvas_put(c, SPAN(at.x + 16 + w, at.y, at.w - 16 - w), ST_DIM, help);
}

static void
draw_gate(const struct launch_state *s, const struct model *m, struct canvas *c, struct span at,
	  const char *table)
{
	const struct gates_part *g = form_gates(s, m);
	const struct table_status *t = m->s->fresh ? freshness_find(&m->s->fresh->f, table) : NULL;
	char have[DATE_BUF], want[DATE_BUF];

	canvas_put(c, SPAN(at.x + 2, at.y, 24), ST_NORMAL, table);
	for (size_t i = 0; g && i < g->report.n; i++) {
		const struct gate_line *l = &g->report.at[i];

		if (!str_same(l->table, table))
			continue;
		canvas_fmt(c, SPAN(at.x + 26, at.y, at.w - 26), ST_WARN, "have %-10s want %-10s %s",
			   l->have, l->want, l->state);
		return;
	}
	if (!g || g->failed)
		canvas_put(c, SPAN(at.x + 26, at.y, at.w - 26), ST_DIM, "?");
	else if (t && t->state == TABLE_FRESH && date_eq(s->as_of, m->as_of))
		canvas_fmt(c, SPAN(at.x + 26, at.y, at.w - 26), ST_OK, "have %-10s want %-10s ok",
			   date_iso(t->have, have), date_iso(t->want, want));
	else
		canvas_put(c, SPAN(at.x + 26, at.y, at.w - 26), ST_OK, "ok");
}

static void
draw_gates(const struct launch_state *s, const struct model *m, struct canvas *c, struct rect r)
{
	const struct gates_part *g = form_gates(s, m);
	size_t n = reads_of(s->job), behind = g ? g->report.n : 0;
	char title[240], iso[DATE_BUF];

	date_iso(s->as_of, iso);
	if (n == 0)
		fmt_buf(title, sizeof(title), "Gates: this job reads no table");
	else if (!g)
		fmt_buf(title, sizeof(title), "Gates for %s: measuring ...", iso);
	else if (g->failed)
		fmt_buf(title, sizeof(title), "Gates for %s: not measured: %s", iso, g->text);
	else if (behind == 0)
		fmt_buf(title, sizeof(title), "Gates for %s: all inputs are fresh", iso);
	else
		fmt_buf(title, sizeof(title), "Gates for %s: %zu not fresh%s", iso, behind,
			s->launch.gate == GATE_STRICT ? ", will be refused"
			: s->launch.gate == GATE_WARN ? ", asks first"
						      : ", goes on regardless");
	canvas_rule(c, SPAN(r.x, r.y, r.w), title, NULL);
	/* The ones behind first, should there be no room for all. */
	int y = r.y + 1;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n && y < r.y + r.h; i++) {
			bool failing = false;

			for (size_t k = 0; k < behind; k++)
				failing = failing ||
					  str_same(g->report.at[k].table, s->job->reads[i]);
			if (failing == (pass == 0))
				draw_gate(s, m, c, SPAN(r.x, y++, r.w), s->job->reads[i]);
		}
}

/* The command over as many lines as it needs, at most h. */
static void
draw_command(const struct launch_state *s, const struct model *m, struct canvas *c, struct rect r)
{
	STR_AUTO cmd = { 0 };
	int per = r.w - 3, cols;

	str_init(&cmd, 4096);
	if (s->error[0])
		str_puts(&cmd, "(not yet: see below)");
	else
		form_command(s, m, &cmd);
	cols = text_columns(str_c(&cmd));
	canvas_put(c, SPAN(r.x, r.y, 1), ST_DIM, "$");
	for (int i = 0; i < r.h && i * per < cols; i++) {
		if (i + 1 == r.h && cols > (i + 1) * per)
			canvas_put(c, SPAN(r.x + r.w - 1, r.y + i, 1), ST_DIM, "~");
		canvas_put_from(c, SPAN(r.x + 2, r.y + i, per), ST_BOLD, str_c(&cmd), i * per);
	}
}

void
form_draw(const struct launch_state *s, const struct model *m, struct canvas *c, struct rect box)
{
	struct rect in = { box.x + 2, box.y + 1, box.w - 4, box.h - 2 };
	bool roomy = in.h >= 18;
	int reads = (int)reads_of(s->job), gates = 1 + (reads < in.h / 4 ? reads : in.h / 4);
	int fields = in.h - gates - 4 - (roomy ? 2 : 0), y = in.y;
	char title[100];
	size_t top = scroll_top(s->cur, s->n, (size_t)fields);

	fmt_buf(title, sizeof(title), "Launch %s", s->job->name);
	canvas_frame(c, box, title);
	if (roomy) {
		canvas_put(c, SPAN(in.x, y, in.w), ST_NORMAL, str_or(s->job->title, ""));
		canvas_put(c, SPAN(in.x, y + 1, in.w), ST_DIM, str_or(s->job->help, ""));
		y += 2;
	}
	for (int i = 0; i < fields && top + (size_t)i < s->n; i++)
		draw_field(s, c, SPAN(in.x, y + i, in.w), top + (size_t)i);
	y = in.y + in.h - 4 - gates;
	draw_gates(s, m, c, (struct rect){ in.x, y, in.w, gates });
	canvas_rule(c, SPAN(in.x, y + gates, in.w), "The same from a shell", NULL);
	draw_command(s, m, c, (struct rect){ in.x, y + gates + 1, in.w, 2 });
	if (s->error[0])
		canvas_put(c, SPAN(in.x, in.y + in.h - 1, in.w), ST_BAD, s->error);
	else if (params_bool(&s->launch.params, "dry_run"))
		canvas_put(c, SPAN(in.x, in.y + in.h - 1, in.w), ST_NOTE,
			   "dry run: computes and logs, writes nothing");
	else if (params_bool(&s->launch.params, "diff"))
		canvas_put(
			c, SPAN(in.x, in.y + in.h - 1, in.w), ST_NOTE,
			"diff: works on copies, shows what would change, writes it after your yes");
}
