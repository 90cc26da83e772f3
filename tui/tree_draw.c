#include "tui/tree.h"

#include "core/calendar.h"
#include "core/num.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	DETAIL_ROWS = 3,
	TEXT_ROWS = 2,
	JOB_COLUMNS = 36 /* "job performance-windows-aggregator" */,
	VERY_WIDE = 150,
	WIDE = 120,
	NARROW = 80
};

/* Panes from top to bottom; h 0 = left out. */
struct panes {
	struct rect text, tree, detail, plan;
};

static struct panes
divide(struct rect r, size_t rows, size_t steps)
{
	struct panes p = { .text = { r.x, r.y + 1, r.w, r.h >= 20 ? TEXT_ROWS : 1 } };
	int y = p.text.y + p.text.h, room = r.y + r.h - 1 - y;
	int detail = r.h >= 20 ? DETAIL_ROWS + 1 : 2;
	int plan = 1 + (steps > 0 ? (int)steps : 1), tree = 1 + (rows > 0 ? (int)rows : 1);
	int most = room - detail - tree;

	/* The plan has what the tree leaves, but at least a quarter. */
	if (most < room / 4)
		most = room / 4;
	if (most < 2)
		most = 2;
	if (plan > most)
		plan = most;
	if (tree > room - detail - plan)
		tree = room - detail - plan;
	p.tree = (struct rect){ r.x, y, r.w, tree };
	p.detail = (struct rect){ r.x, y + tree, r.w, detail };
	p.plan = (struct rect){ r.x, y + tree + detail, r.w, plan };
	return p;
}

/* On as many lines as there are, broken between words. */
static void
draw_text(struct canvas *c, struct rect r, unsigned style, const char *text)
{
	for (int y = 0; y < r.h && *text; y++) {
		size_t n = strlen(text), cut = n;
		char line[700];

		if (y + 1 < r.h && n > (size_t)r.w - 2) {
			cut = (size_t)r.w - 2;
			while (cut > 0 && text[cut] != ' ')
				cut--;
			cut = cut > 0 ? cut : n;
		}
		fmt_buf(line, sizeof(line), "%.*s", (int)cut, text);
		canvas_put(c, SPAN(r.x + 1, r.y + y, r.w - 1), style, line);
		text += cut;
		text += *text == ' ';
	}
}

/* v = something below it, ! = first cause, = = shown with all below it further up. */
static char
mark_of(const struct why_node *node)
{
	return node->cause ? '!' : node->again ? '=' : node->n ? 'v' : '.';
}

static const char *
job_word(const struct table_status *s, char *buf, size_t n)
{
	if (s->writer)
		fmt_buf(buf, n, "job %s", s->writer->name);
	else if (s->source)
		fmt_buf(buf, n, "%s, not launched from here", s->source->name);
	else
		str_copy(buf, n, "no job makes it");
	return buf;
}

static void
put_figures(const struct table_status *s, struct str *out)
{
	char buf[NUM_BUF];

	if (s->rows >= 0)
		str_fmt(out, "%s row%s", num_group(s->rows, buf), num_s(s->rows));
	if (s->coverage >= 0)
		str_fmt(out, "%scover %.1f%%", out->len ? "  " : "", s->coverage * 100);
}

/* What the state's word does not say yet: "1 session", "36.4% of ...", else the figures. */
static const char *
reason(const struct table_status *s, struct str *out)
{
	char phrase[200];
	const char *p = table_status_phrase(s, phrase, sizeof(phrase));
	size_t word = strlen(table_state_name(s->state));

	str_init(out, 400);
	if (str_starts(p, table_state_name(s->state)) && p[word] != '\0')
		str_puts(out, p + word + (p[word] == ':' ? 2 : 1));
	if (out->len == 0)
		put_figures(s, out);
	return str_c(out);
}

static void
draw_row(struct canvas *c, struct span at, const struct tree_row *row)
{
	const struct table_status *s = row->node->status;
	enum style st = s->writer ? theme_table(s->state) : ST_DIM;
	int name = at.w >= VERY_WIDE ? 36 : at.w >= NARROW ? 32 : 23;
	int indent = 1 + row->level * 2, x = at.x + name + 1;
	char have[DATE_BUF], want[DATE_BUF], job[160];
	STR_AUTO why = { 0 };

	if (indent > name / 2)
		indent = name / 2;
	canvas_fmt(c, SPAN(at.x + indent, at.y, 1), row->node->cause ? ST_BAD : ST_DIM, "%c",
		   mark_of(row->node));
	canvas_put(c, SPAN(at.x + indent + 2, at.y, name - indent - 2),
		   row->node->cause ? ST_BOLD : ST_NORMAL, s->table->name);
	canvas_fmt(c, SPAN(x, at.y, 11), st, "%c %s%s", table_state_letter(s->state),
		   table_state_name(s->state),
		   s->run[0] == 'f'   ? "+F"
		   : s->run[0] == 'r' ? "+R"
				      : "");
	x += 12;
	if (at.w >= VERY_WIDE)
		x += canvas_fmt(c, SPAN(x, at.y, 34), ST_NORMAL, "have %-10s  want %-10s",
				date_iso(s->have, have), date_iso(s->want, want)) +
		     2;
	else
		x += canvas_fmt(c, SPAN(x, at.y, 10), ST_NORMAL, "%-10s", date_iso(s->have, have)) +
		     1;
	int end = at.x + at.w, room = at.w >= WIDE ? end - x - JOB_COLUMNS : end - x;
	canvas_put(c, SPAN(x, at.y, room), ST_DIM, reason(s, &why));
	if (at.w >= WIDE)
		canvas_put(c, SPAN(x + room + 1, at.y, end - x - room - 1), ST_DIM,
			   job_word(s, job, sizeof(job)));
}

static void
draw_tree(const struct tree *t, const struct model *m, struct canvas *c, struct rect r,
	  const struct tree_row *rows, size_t n)
{
	size_t show = r.h > 1 ? (size_t)r.h - 1 : 0, sel = t->sel < n ? t->sel : n ? n - 1 : 0;
	size_t top = scroll_top(sel, n, show);
	int64_t age = (m->now_ms - m->s->fresh->measured_ms) / 1000;
	char note[80];

	fmt_buf(note, sizeof(note), "%s%zu of %zu  age %llds",
		r.w >= NARROW ? "! first cause  = as above  " : "", n ? sel + 1 : 0, n,
		(long long)(age > 0 ? age : 0));
	canvas_rule(c, SPAN(r.x, r.y, r.w), t->down ? "Made from it" : "It is made from", note);
	for (size_t i = 0; i < show && top + i < n; i++) {
		int y = r.y + 1 + (int)i;

		draw_row(c, SPAN(r.x, y, r.w), &rows[top + i]);
		if (top + i == sel) {
			canvas_put(c, SPAN(r.x, y, 1), ST_BOLD, ">");
			canvas_select(c, (struct rect){ r.x, y, r.w, 1 });
		}
	}
	if (n == 0)
		canvas_put(c, SPAN(r.x + 1, r.y + 1, r.w), ST_DIM, "nothing to show");
}

/* The time; of another day the day, too. */
static void
put_when(const struct model *m, int64_t ms, struct str *out)
{
	struct date day = { (int32_t)(ms / 86400000) };
	char hms[CLOCK_BUF], iso[DATE_BUF];
	int minutes;

	if (ms == 0)
		return;
	if (m->ny)
		day = calendar_ny_date(ms, &minutes);
	view_clock(m, ms, hms);
	hms[5] = '\0';
	if (m->now_ms - ms > INT64_C(43200000))
		str_fmt(out, " %s", date_iso(day, iso));
	str_fmt(out, " %s", hms);
}

static void
put_last(const struct model *m, const struct table_status *s, struct str *out)
{
	const struct last_run *l = &s->last;

	if (!l->id) {
		str_puts(out, "no run of it in the ledger");
		return;
	}
	str_fmt(out, "last run %" PRId64 " %s", l->id,
		str_same(s->run, "running") ? "running" : l->state);
	put_when(m, l->at_ms, out);
	if (*l->err_class)
		str_fmt(out, "  class %s", l->err_class);
	str_fmt(out, "  by %s  %s", l->who, l->job);
}

/* Of the selected table: facts, its last run, that run's last error. */
static void
draw_detail(const struct model *m, struct canvas *c, struct rect r, const struct table_status *s)
{
	char have[DATE_BUF], want[DATE_BUF], job[160];
	STR_AUTO facts = { 0 };
	STR_AUTO last = { 0 };
	bool error = *s->last.error && r.h > 2;

	str_init(&facts, 500);
	str_init(&last, 500);
	canvas_rule(c, SPAN(r.x, r.y, r.w), s->table->name, NULL);
	str_fmt(&facts, "have %s  want %s  ", date_iso(s->have, have), date_iso(s->want, want));
	put_figures(s, &facts);
	str_fmt(&facts, "  %s", job_word(s, job, sizeof(job)));
	put_last(m, s, &last);
	if (r.h <= 2) {
		canvas_put(c, SPAN(r.x + 1, r.y + 1, r.w - 1), ST_NORMAL, str_c(&last));
		return;
	}
	canvas_put(c, SPAN(r.x + 1, r.y + 1, r.w - 1), ST_NORMAL, str_c(&facts));
	canvas_put(c, SPAN(r.x + 1, r.y + 2, r.w - 1), ST_NORMAL, str_c(&last));
	if (error)
		canvas_fmt(c, SPAN(r.x + 1, r.y + 3, r.w - 1), ST_BAD, "E  %s", s->last.error);
	else if (s->made_by)
		canvas_fmt(c, SPAN(r.x + 1, r.y + 3, r.w - 1), ST_DIM,
			   "its inputs are those that run %" PRId64 " read", s->made_by);
}

/* Of runs before: an estimate, and marked as `fintra plan` marks one. */
static const char *
median(int64_t v, char *buf, size_t n)
{
	char figure[NUM_BUF];

	if (v < 0)
		return "unknown";
	fmt_buf(buf, n, "~%s", num_group(v, figure));
	return buf;
}

static void
draw_step(struct canvas *c, struct span at, const struct why_step *s, size_t number)
{
	char ms[32], rows[NUM_BUF + 1], end[96], calls[NUM_BUF + 1];
	const char *cmd =
		str_starts(s->command, "fintra ") && at.w < WIDE ? s->command + 7 : s->command;
	bool asks_nobody = s->launchable && !(s->job->flags & JOB_USES_API);
	int tail;

	why_duration(s->ms, ms, sizeof(ms));
	if (at.w >= WIDE)
		fmt_buf(end, sizeof(end), "time %-8s rows %-9s API %-7s gate %-5s", ms,
			median(s->rows, rows, sizeof(rows)),
			asks_nobody ? "0" : median(s->calls, calls, sizeof(calls)),
			s->gate_ok ? "open" : "waits");
	else
		fmt_buf(end, sizeof(end), "%s", s->ms >= 0 ? ms : "time ?");
	tail = at.w >= NARROW ? (int)strlen(end) + 1 : 0;
	canvas_fmt(c, SPAN(at.x + 1, at.y, 2), ST_BOLD, "%zu", number);
	canvas_put(c, SPAN(at.x + 4, at.y, at.w - tail - 5), s->launchable ? ST_NORMAL : ST_DIM,
		   cmd);
	if (tail)
		canvas_right(c, SPAN(at.x + at.w - tail, at.y, tail - 1), ST_DIM, end);
}

static void
draw_plan(struct canvas *c, struct rect r, const struct why *w)
{
	size_t show = r.h > 1 ? (size_t)r.h - 1 : 0;
	int64_t ms = 0;
	bool known = w->plan_n > 0;
	char note[64] = "", span[32];

	for (size_t i = 0; i < w->plan_n; i++) {
		known = known && w->plan[i].ms >= 0;
		ms += w->plan[i].ms;
	}
	if (w->plan_n > show)
		fmt_buf(note, sizeof(note), "%zu more step%s", w->plan_n - show,
			num_s((int64_t)(w->plan_n - show)));
	else if (known)
		fmt_buf(note, sizeof(note), "%s in all", why_duration(ms, span, sizeof(span)));
	canvas_rule(c, SPAN(r.x, r.y, r.w), "Suggested plan", note[0] ? note : NULL);
	if (w->plan_n == 0)
		canvas_put(c, SPAN(r.x + 1, r.y + 1, r.w - 1), ST_DIM, "nothing to do");
	for (size_t i = 0; i < show && i < w->plan_n; i++)
		draw_step(c, SPAN(r.x, r.y + 1 + (int)i, r.w), &w->plan[i], i + 1);
}

static enum style
text_style(const struct why *w)
{
	return w->n_causes == 0 ? ST_OK : ST_BAD;
}

static void
draw_measured(const struct tree *t, const struct model *m, struct canvas *c, struct rect r,
	      const struct why *w)
{
	struct tree_row *rows = mem_alloc(TREE_ROWS * sizeof(*rows));
	size_t n = tree_rows(w, rows), sel = t->sel < n ? t->sel : n ? n - 1 : 0;
	struct panes p = divide(r, n, w->plan_n);

	draw_text(c, p.text, text_style(w), w->text);
	draw_tree(t, m, c, p.tree, rows, n);
	if (n > 0)
		draw_detail(m, c, p.detail, rows[sel].node->status);
	draw_plan(c, p.plan, w);
	free(rows);
}

void
tree_draw(const struct tree *t, const struct model *m, struct canvas *c, struct rect r)
{
	struct err e = ERR_INIT;
	struct why *w = tree_build(t, m, &e);
	char title[TREE_NAME + 16];

	fmt_buf(title, sizeof(title), "%s %s", t->down ? "Impact of" : "Why",
		t->target[0] ? t->target : "not ready");
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), title);
	if (w)
		draw_measured(t, m, c, r, w);
	else if (m->s->fresh)
		canvas_put(c, SPAN(r.x + 1, r.y + 1, r.w - 1), ST_WARN, e.text);
	else
		view_verdict(m, c, SPAN(r.x, r.y + 1, r.w));
	if (!m->s->fresh)
		canvas_put(c, SPAN(r.x + 1, r.y + 3, r.w - 1), ST_DIM,
			   "? tables: not measured yet");
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
	tree_done(w);
}
