#include "tui/overview.h"

#include "core/num.h"

#include <stdlib.h>
#include <string.h>

/* Without the program's name: the pane is narrow, and every remedy is a command of it. */
static const char *
short_command(const char *cmd)
{
	return str_starts(cmd, "fintra ") ? cmd + 7 : cmd;
}

static void
draw_remedy(const struct model *m, struct canvas *c, struct span at, const struct check_result *r)
{
	char since[CLOCK_BUF] = "";
	int x = at.x;

	if (r->since_ms > 0) {
		view_clock(m, r->since_ms, since);
		since[5] = '\0';
		x += canvas_fmt(c, SPAN(x, at.y, at.w), ST_DIM, "since %s  ", since);
	}
	if (r->remedy[0][0])
		canvas_fmt(c, SPAN(x, at.y, at.x + at.w - x), ST_NORMAL, "fix: %s%s%s",
			   short_command(r->remedy[0]), r->remedy[1][0] ? "; " : "",
			   short_command(r->remedy[1]));
}

/* One line, or two when `deep`: what is wrong, then since when and what to do. */
static void
draw_check(const struct model *m, struct canvas *c, struct span at, const struct check_result *r,
	   bool deep)
{
	enum style st = theme_check(r->state);
	/* Room for the mark of those that are acknowledged, once there are any. */
	int first = at.x + (m->s->health->h.acked > 0 ? 8 : 6);
	int name = at.w >= 78 ? 29 : 25, x = first + name + 1, end = at.x + at.w;
	bool fix = !deep && r->state != CHECK_OK && r->remedy[0][0];

	if (r->idle) {
		canvas_put(c, SPAN(at.x + 1, at.y, 4), ST_DIM, "-");
		canvas_put(c, SPAN(first, at.y, name), ST_DIM, r->name);
		canvas_put(c, SPAN(x, at.y, end - x), ST_DIM, "not built: does not count");
		return;
	}
	canvas_put(c, SPAN(at.x + 1, at.y, 4), st, theme_check_word(r->state));
	if (r->acked)
		canvas_put(c, SPAN(at.x + 6, at.y, 1), ST_NOTE, "A");
	canvas_put(c, SPAN(first, at.y, name), st, r->name);
	x += canvas_put(c, SPAN(x, at.y, fix && end - x < 60 ? 12 : (end - x) * 3 / 5), ST_BOLD,
			r->value) +
	     2;
	if (r->bound[0])
		x += canvas_fmt(c, SPAN(x, at.y, fix && end - x < 50 ? 15 : end - x), ST_DIM,
				"want %s", r->bound) +
		     2;
	if (fix && end - x >= 12)
		draw_remedy(m, c, SPAN(x, at.y, end - x), r);
	if (deep)
		draw_remedy(m, c, SPAN(at.x + 6, at.y + 1, at.w - 6), r);
}

/* How many of the bad checks get a second line: they fill the pane before the good ones do, and the
 * worst has its remedy whenever there is any room. */
static size_t
deep_checks(size_t rows, size_t bad)
{
	size_t least = rows >= 3 ? 1 : 0, spare = rows > bad ? rows - bad : 0;
	size_t deep = spare > least ? spare : least;

	return deep < bad ? deep : bad;
}

void
overview_draw_checks(const struct model *m, struct canvas *c, const struct overview_layout *l,
		     int sel)
{
	const struct health_part *h = m->s->health;
	struct rect r = l->checks;
	size_t n = h ? h->h.n : 0, bad = h && h->h.bad > 0 ? (size_t)h->h.bad : 0, rows, top, deep;
	char note[96] = "", acked[32] = "";
	size_t idle = 0;

	for (size_t i = 0; i < n; i++)
		idle += h->h.at[i].idle;
	if (h && h->h.acked > 0)
		fmt_buf(acked, sizeof(acked), ", %d acknowledged", h->h.acked);
	if (h && idle > 0)
		fmt_buf(note, sizeof(note), "%zu bad of %zu%s, %zu not built", bad, n - idle, acked,
			idle);
	else if (h)
		fmt_buf(note, sizeof(note), "%zu bad of %zu%s", bad, n, acked);
	if (!l->compact) {
		canvas_rule(c, SPAN(r.x, r.y, r.w), "Checks (section 7)", note);
		r.y++;
		r.h--;
	}
	if (!h) {
		canvas_put(c, SPAN(r.x + 1, r.y, r.w - 1), ST_DIM, "? checks: not measured yet");
		return;
	}
	rows = (size_t)(r.h > 0 ? r.h : 0);
	/* While moving through them every check has one line, so that none jumps. */
	deep = sel < 0 ? deep_checks(rows, bad) : 0;
	top = scroll_top(sel > 0 ? (size_t)sel : 0, n, rows);
	for (int y = r.y; y < r.y + r.h && top < n; top++) {
		const struct check_result *k = model_check(m, top);
		bool two = top < deep && y + 1 < r.y + r.h && (k->remedy[0][0] || k->since_ms > 0);

		draw_check(m, c, SPAN(r.x, y, r.w), k, two);
		if ((int)top == sel) {
			canvas_put(c, SPAN(r.x, y, 1), ST_BOLD, ">");
			canvas_select(c, (struct rect){ r.x, y, r.w, 1 });
		}
		y += two ? 2 : 1;
	}
}

const struct run_info *
overview_run(const struct model *m, size_t n)
{
	const struct runs_part *r = m->s->runs;

	for (int ended = 0; r && ended < 2; ended++)
		for (size_t i = 0; i < r->l.n; i++)
			if (run_state_ended(r->l.at[i].state) == (ended == 1) && n-- == 0)
				return &r->l.at[i];
	return NULL;
}

static void
draw_progress(const struct model *m, struct canvas *c, struct span at, const struct run_info *r)
{
	char span[CLOCK_BUF], buf[32];
	int gauge = at.w >= 34 ? 12 : at.w >= 24 ? 8 : 0, phase = at.w - gauge - 6;

	if (r->state == RUN_QUEUED && r->waits_for[0]) {
		canvas_fmt(c, at, ST_NOTE, "q waits for %s", r->waits_for);
		return;
	}
	if (r->state == RUN_QUEUED) {
		canvas_fmt(c, at, ST_NOTE, "q queued %s",
			   clock_span(m->now_ms - r->created_ms, span));
		return;
	}
	canvas_fmt(c, SPAN(at.x, at.y, phase), ST_RUN, "R %s", r->phase[0] ? r->phase : "running");
	if (r->total > 0) {
		double share = (double)r->done / (double)r->total;

		canvas_gauge(c, SPAN(at.x + phase + 1, at.y, gauge), share);
		fmt_buf(buf, sizeof(buf), "%3.0f%%", share * 100);
		canvas_right(c, SPAN(at.x + at.w - 4, at.y, 4), ST_NORMAL, buf);
	} else {
		canvas_right(c, SPAN(at.x + phase + 1, at.y, gauge + 5), ST_DIM,
			     clock_span(m->now_ms - r->started_ms, span));
	}
}

static void
draw_ending(struct canvas *c, struct span at, const struct run_info *r)
{
	char span[CLOCK_BUF], ins[NUM_BUF], upd[NUM_BUF], same[NUM_BUF];
	int x = at.x;

	x += canvas_fmt(c, SPAN(x, at.y, at.w), theme_run(r->state), "%c %-9s ",
			theme_run_letter(r->state), run_state_name(r->state));
	if (r->started_ms > 0 && r->ended_ms > 0)
		x += canvas_fmt(c, SPAN(x, at.y, at.x + at.w - x), ST_DIM, "%s  ",
				clock_span(r->ended_ms - r->started_ms, span));
	if (r->error && r->error[0])
		canvas_put(c, SPAN(x, at.y, at.x + at.w - x), ST_BAD, r->error);
	else
		canvas_fmt(c, SPAN(x, at.y, at.x + at.w - x), ST_NORMAL, "+%s ~%s =%s",
			   num_rows(r->counts.inserted, ins), num_rows(r->counts.updated, upd),
			   num_rows(r->counts.unchanged, same));
}

void
overview_draw_run_state(const struct model *m, struct canvas *c, struct span at,
			const struct run_info *r)
{
	if (run_state_ended(r->state))
		draw_ending(c, at, r);
	else
		draw_progress(m, c, at, r);
}

void
overview_draw_run(const struct model *m, struct canvas *c, struct span at, const struct run_info *r)
{
	char id[24];
	bool wide = at.w >= 70;
	int job = wide ? 30 : 22, who = wide ? 8 : 6, x = at.x + 8;

	fmt_buf(id, sizeof(id), "%lld", (long long)r->id);
	canvas_right(c, SPAN(at.x + 1, at.y, 6), ST_BOLD, id);
	canvas_put(c, SPAN(x, at.y, job), ST_NORMAL, r->job);
	x += job + 1;
	canvas_put(c, SPAN(x, at.y, who), ST_DIM, str_same(r->origin, "cron") ? "cron" : r->who);
	x += who + 1;
	overview_draw_run_state(m, c, SPAN(x, at.y, at.x + at.w - x), r);
}

void
overview_draw_running(const struct model *m, struct canvas *c, const struct overview_layout *l,
		      int64_t sel)
{
	struct rect r = l->running;
	char note[48] = "";
	size_t chosen = 0, active = (size_t)model_active_runs(m);

	if (active > 0)
		fmt_buf(note, sizeof(note), "%zu", active);
	if (!l->compact) {
		canvas_rule(c, SPAN(r.x, r.y, r.w), "Running", note);
		r.y++;
		r.h--;
	}
	if (!m->s->runs || !overview_run(m, 0)) {
		canvas_put(c, SPAN(r.x + 1, r.y, r.w - 1), ST_DIM,
			   m->s->runs ? "no runs yet: r starts one" : "? runs: not read yet");
		return;
	}
	for (size_t i = 0; overview_run(m, i); i++)
		if (overview_run(m, i)->id == sel)
			chosen = i;
	size_t top = scroll_top(chosen, chosen + 1 > (size_t)r.h ? chosen + 1 : (size_t)r.h,
				(size_t)r.h);
	for (int i = 0; i < r.h; i++) {
		const struct run_info *run = overview_run(m, top + (size_t)i);

		if (!run)
			break;
		overview_draw_run(m, c, SPAN(r.x, r.y + i, r.w), run);
		if (run->id == sel) {
			canvas_put(c, SPAN(r.x, r.y + i, 1), ST_BOLD, ">");
			canvas_select(c, (struct rect){ r.x, r.y + i, r.w, 1 });
		}
	}
}

void
overview_draw_log(const struct model *m, struct canvas *c, const struct overview_layout *l)
{
	const struct log_part *log = m->s->log;
	const struct run_info *run = log ? model_run(m, log->run) : NULL;
	struct rect r = l->log;
	char title[128] = "Log";
	size_t rows, n = log ? log->line.n : 0, top;

	if (log)
		fmt_buf(title, sizeof(title), "Log (run %lld%s%s)", (long long)log->run,
			run ? " " : "", run ? run->job : "");
	if (!l->compact) {
		canvas_rule(c, SPAN(r.x, r.y, r.w), title,
			    run ? run_state_ended(run->state) ? run_state_name(run->state)
							      : "follow"
				: NULL);
		r.y++;
		r.h--;
	}
	rows = (size_t)(r.h > 0 ? r.h : 0);
	top = n > rows ? n - rows : 0;
	for (size_t i = 0; i < rows && top + i < n; i++)
		view_log_line(m, c, SPAN(r.x + 1, r.y + (int)i, r.w - 1), log->line.at[top + i], 0);
}
