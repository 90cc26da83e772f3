#include "tui/view.h"

#include "core/calendar.h"
#include "core/clock.h"
#include "core/num.h"
#include "core/text.h"
#include "tui/layout.h"
#include "tui/review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
view_open(struct view *v, const struct view_ops *ops, const struct view *below,
	  const struct model *m, const struct action *how)
{
	*v = (struct view){ ops, mem_zalloc(ops->state_size ? ops->state_size : 1), below };
	if (ops->init)
		ops->init(v, m, how);
}

void
view_close(struct view *v)
{
	if (v->ops->done)
		v->ops->done(v);
	free(v->state);
	*v = (struct view){ 0 };
}

/* What may be said about the data now; never better than what was measured. */
static void
verdict_text(const struct model *m, char *buf, size_t n, enum style *st)
{
	const struct snapshot *s = m->s;
	char span[CLOCK_BUF];
	int64_t wait = (s->retry_at_ms - m->now_ms + 999) / 1000;

	*st = ST_WARN;
	if (s->conn == CONN_DOWN && s->fresh)
		fmt_buf(buf, n, "DATABASE LOST %s ago: %s",
			clock_span(m->now_ms - s->conn_since_ms, span), s->conn_error);
	else if (s->conn == CONN_DOWN)
		fmt_buf(buf, n, "NO DATABASE, next try in %ds: %s", wait > 0 ? (int)wait : 0,
			s->conn_error);
	else if (model_silent(m))
		fmt_buf(buf, n, "DATABASE DOES NOT ANSWER for %s: what is shown is older",
			clock_span(m->silent_ms, span));
	else if (s->fresh_error[0])
		fmt_buf(buf, n, "NOT MEASURED: %s", s->fresh_error);
	else if (s->conn == CONN_CONNECTING)
		fmt_buf(buf, n, "CONNECTING to the database ...");
	else if (!s->fresh)
		fmt_buf(buf, n, "MEASURING the tables ...");
	else {
		fmt_buf(buf, n, "%s", s->fresh->f.verdict);
		*st = s->fresh->f.ready ? ST_OK : s->fresh->f.exit_code == 2 ? ST_BAD : ST_WARN;
	}
	if (s->conn == CONN_DOWN || model_silent(m))
		*st = ST_BAD;
}

void
view_verdict(const struct model *m, struct canvas *c, struct span at)
{
	char buf[512];
	enum style st;

	verdict_text(m, buf, sizeof(buf), &st);
	canvas_put(c, SPAN(at.x + 1, at.y, at.w - 1), st, buf);
}

const char *
view_clock(const struct model *m, int64_t ms, char buf[CLOCK_BUF])
{
	return clock_hms(ms, m->ny, buf);
}

static void
session_text(const struct model *m, int room, char *buf, size_t n)
{
	char iso[DATE_BUF], close[32] = "";
	int minutes;

	if (!date_is_set(m->as_of)) {
		buf[0] = '\0';
		return;
	}
	minutes = calendar_close_minutes(m->as_of);
	fmt_buf(close, sizeof(close), " (%s %02d:%02d NY)",
		calendar_close_ms(m->as_of) <= m->now_ms ? "closed" : "closes", minutes / 60,
		minutes % 60);
	date_iso(m->as_of, iso);
	if (room >= 22 + (int)strlen(close))
		fmt_buf(buf, n, "session %s %s%s", date_dow(m->as_of), iso, close);
	else if (room >= 22)
		fmt_buf(buf, n, "session %s %s", date_dow(m->as_of), iso);
	else
		fmt_buf(buf, n, "%s", iso);
}

void
view_header(const struct model *m, struct canvas *c, struct span at)
{
	char hms[CLOCK_BUF], clock[64], session[96], iso[DATE_BUF], counts[96];
	int x = at.x + 1, right, minutes, gap = at.w >= 80 ? 2 : 1;
	struct date day = { (int32_t)(m->now_ms / 86400000) };

	if (m->ny)
		day = calendar_ny_date(m->now_ms, &minutes);
	view_clock(m, m->now_ms, hms);
	if (at.w >= 100)
		fmt_buf(clock, sizeof(clock), "%s %s %s %s ", date_dow(day), date_iso(day, iso),
			hms, m->ny ? "NY" : "UTC");
	else
		fmt_buf(clock, sizeof(clock), "%s %s%s ", date_dow(day), hms, m->ny ? "" : " UTC");
	right = at.x + at.w - (int)strlen(clock);
	canvas_fill(c, (struct rect){ at.x, at.y, at.w, 1 }, ST_BAR, ' ');
	canvas_put(c, SPAN(right, at.y, at.w), ST_BAR, clock);
	x += canvas_put(c, SPAN(x, at.y, 6), ST_BAR, "fintra") + gap;
	x += canvas_put(c,
			SPAN(x, at.y,
			     at.w >= 100  ? 40
			     : at.w >= 80 ? 22
					  : 14),
			ST_BAR, m->s->server[0] ? m->s->server : "-") +
	     gap;
	x += canvas_put(c, SPAN(x, at.y, 2), ST_BAR, model_why_read_only(m) ? "ro" : "rw") + gap;
	if (m->label)
		x += canvas_put(c, SPAN(x, at.y, right - x - 1), ST_TAG, m->label) + gap;
	notice_counts(m, at.w < 120, counts, sizeof(counts));
	if (counts[0])
		x += canvas_put(c, SPAN(x, at.y, right - x - 1), ST_TAG, counts) + gap;
	session_text(m, right - x - 1, session, sizeof(session));
	if (right - x - 1 >= (int)strlen(session))
		canvas_put(c, SPAN(x, at.y, right - x - 1), ST_BAR, session);
}

void
view_crumbs(const struct model *m, struct canvas *c, struct span at, const char *title)
{
	enum { PLACE = 16 };
	char hms[CLOCK_BUF], counts[96];
	int room = at.w - 12, n, x;

	notice_counts(m, at.w < 120, counts, sizeof(counts));
	n = (int)strlen(counts);
	canvas_fill(c, (struct rect){ at.x, at.y, at.w, 1 }, ST_BAR, ' ');
	/* Behind the title, since pages tell their position left of the clock. */
	x = at.x + 1 +
	    canvas_fmt(c, SPAN(at.x + 1, at.y, n ? room - n - PLACE : room), ST_BAR, "fintra > %s",
		       title);
	canvas_put(c, SPAN(x + 2, at.y, n), ST_TAG, counts);
	canvas_right(c, SPAN(at.x + at.w - 10, at.y, 9), ST_BAR, view_clock(m, m->now_ms, hms));
}

void
view_status_line(const struct model *m, struct canvas *c, struct span at)
{
	int x = at.x + 1, end = at.x + at.w;
	const char *why = model_why_read_only(m);
	char span[CLOCK_BUF];

	if (model_silent(m))
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_BAD, "no answer for %s",
				clock_span(m->silent_ms, span)) +
		     2;
	else if (m->s->conn == CONN_DOWN)
		x += canvas_put(c, SPAN(x, at.y, end - x), ST_BAD, "no database") + 2;
	if (m->new_errors > 0)
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_BAD, "%d new error%s (3)",
				m->new_errors, num_s(m->new_errors)) +
		     2;
	if (m->reviews && m->reviews->at.n > 0)
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_WARN, "%zu diff%s wait%s: V",
				m->reviews->at.n, num_s((int64_t)m->reviews->at.n),
				m->reviews->at.n == 1 ? "s" : "") +
		     2;
	if (m->own_runs > 0)
		x += canvas_fmt(c, SPAN(x, at.y, end - x), ST_RUN, "%d run%s of mine%s",
				m->own_runs, num_s(m->own_runs), m->draining ? ", draining" : "") +
		     2;
	if (m->message[0])
		canvas_put(c, SPAN(x, at.y, end - x), theme_level(m->message_level), m->message);
	else if (why && m->s->conn == CONN_UP)
		canvas_fmt(c, SPAN(x, at.y, end - x), ST_DIM, "read only: %s", why);
	else
		canvas_fmt(c, SPAN(x, at.y, end - x), ST_DIM, "refresh %.3gs",
			   m->refresh_ms / 1000.0);
}

void
view_log_line(const struct model *m, struct canvas *c, struct span at, const struct log_line *l,
	      int skip)
{
	char hms[CLOCK_BUF];
	enum style st = theme_level(l->lvl);

	canvas_put(c, SPAN(at.x, at.y, at.w), ST_DIM, view_clock(m, l->ts_ms, hms));
	canvas_fmt(c, SPAN(at.x + 9, at.y, at.w - 9), st, "%c", level_letter(l->lvl));
	if (skip > 0)
		canvas_put_from(c, SPAN(at.x + 11, at.y, at.w - 11), st, l->text, skip);
	else
		canvas_put(c, SPAN(at.x + 11, at.y, at.w - 11), st, l->text);
}

void
view_message(struct action *out, enum level l, const char *fmt, ...)
{
	va_list ap;

	out->intent = DO_MESSAGE;
	out->severity = l;
	va_start(ap, fmt);
	vsnprintf(out->text, sizeof(out->text), fmt, ap);
	va_end(ap);
}

bool
view_ask_cancel(const struct model *m, int64_t run, const struct input *in, struct action *out)
{
	const struct run_info *r = model_run(m, run);
	const char *why = model_why_read_only(m);
	bool hard = in->act == ACT_ABORT;
	char iso[DATE_BUF];

	if (!r || run_state_ended(r->state)) {
		view_message(out, LVL_WARN, r ? "run %lld has ended" : "no run is selected",
			     (long long)run);
		return false;
	}
	if (why) {
		view_message(out, LVL_WARN, "not cancelled, read only: %s", why);
		return false;
	}
	out->intent = DO_OPEN;
	out->open = &view_confirm;
	out->then = DO_CANCEL;
	out->run = run;
	out->level = hard ? CANCEL_ABORT : CANCEL_DRAIN;
	out->key = in->key;
	fmt_buf(out->text, sizeof(out->text), "%s run %lld?", hard ? "Abort" : "Cancel",
		(long long)run);
	fmt_buf(out->detail[0], sizeof(out->detail[0]), "%s as of %s, by %s@%s", r->job,
		date_iso(r->as_of, iso), r->who, r->host);
	fmt_buf(out->detail[1], sizeof(out->detail[1]), "%s",
		hard ? "its statement or download is stopped now"
		     : "it ends after its present batch, at a checkpoint");
	fmt_buf(out->detail[2], sizeof(out->detail[2]), "it can be resumed: fintra resume %lld",
		(long long)run);
	return true;
}

void
view_ask_resume(const struct model *m, const struct run_info *r, const struct input *in,
		struct action *out)
{
	const struct job *job = r ? catalogue_job(m->cat, r->job) : NULL;
	const char *why = model_why_read_only(m);
	char iso[DATE_BUF];

	if (!r)
		view_message(out, LVL_WARN, "no run is selected");
	else if (!run_state_ended(r->state))
		view_message(out, LVL_WARN, "run %lld is under way", (long long)r->id);
	else if (r->state == RUN_SUCCESS)
		view_message(out, LVL_INFO, "run %lld ended well: r runs its job again",
			     (long long)r->id);
	else if (why)
		view_message(out, LVL_WARN, "not resumed, read only: %s", why);
	else if (!job)
		view_message(out, LVL_WARN, "%s is no job of this build", r->job);
	else if (r->state == RUN_SKIPPED)
		view_ask_launch(m, job, out);
	if (out->intent != DO_NOTHING)
		return;
	out->intent = DO_OPEN;
	out->open = &view_confirm;
	out->then = DO_RESUME;
	out->run = r->id;
	out->job = job;
	out->as_of = r->as_of;
	out->key = in->key;
	fmt_buf(out->text, sizeof(out->text), "Go on with run %lld?", (long long)r->id);
	fmt_buf(out->detail[0], sizeof(out->detail[0]), "%s as of %s, %s", r->job,
		date_iso(r->as_of, iso), run_state_name(r->state));
	str_copy(out->detail[1], sizeof(out->detail[1]),
		 view_run_diff(r) ? "what is not written is computed again and asked about (V)"
				  : "units that are done stay done, the others are tried again");
	fmt_buf(out->detail[2], sizeof(out->detail[2]), "the same by: %s resume %lld",
		str_or(m->command, "fintra"), (long long)r->id);
}

void
view_open_log(const struct run_info *r, enum act act, struct action *out)
{
	if (!r)
		return;
	out->intent = DO_OPEN;
	out->open = &view_log;
	out->run = r->id;
	out->add = act == ACT_LOG_ADD;
}

void
view_ask_launch(const struct model *m, const struct job *job, struct action *out)
{
	const char *why = model_why_read_only(m);

	if (why) {
		view_message(out, LVL_WARN, "launching is off: %s", why);
		return;
	}
	out->intent = DO_OPEN;
	out->open = &view_launch;
	out->job = job;
}

void
view_ask_form(const struct model *m, const struct job *job, struct action *out)
{
	const char *why = model_why_read_only(m);

	if (!job) {
		view_message(out, LVL_WARN, "no job of this build does that");
	} else if (why) {
		view_message(out, LVL_WARN, "launching is off: %s", why);
	} else {
		out->intent = DO_FORM;
		out->job = job;
		out->as_of = m->as_of;
	}
}

void
view_ask_command(const char *command, struct action *out)
{
	static const char program[] = "fintra ";

	out->intent = DO_OPEN;
	out->open = &view_bar;
	str_copy(out->text, sizeof(out->text),
		 str_starts(command, program) ? command + strlen(program) : command);
}

static bool
writes_one_of(const struct job *j, const struct job *job, const struct table *table)
{
	if (table)
		return str_has(j->writes, table->name);
	for (size_t i = 0; job && job->writes && job->writes[i]; i++)
		if (str_has(j->writes, job->writes[i]))
			return true;
	return j == job;
}

void
view_ask_backfill(const struct model *m, const struct job *job, const struct table *table,
		  struct action *out)
{
	for (size_t i = 0; m->cat->jobs[i]; i++) {
		const struct job *j = m->cat->jobs[i];

		if (!(j->flags & JOB_BACKFILL) || !writes_one_of(j, job, table) ||
		    (job && (job->flags & JOB_BACKFILL) && j != job))
			continue;
		view_ask_form(m, j, out);
		return;
	}
	view_message(out, LVL_WARN, "no backfill of this build fills what %s holds",
		     table ? table->name
		     : job ? job->name
			   : "this");
}

void
view_ask_log(int64_t run, const char *job, struct action *out)
{
	if (run == 0) {
		view_message(out, LVL_WARN, "%s has no run to show a log of", job);
		return;
	}
	out->intent = DO_OPEN;
	out->open = &view_log;
	out->run = run;
}

void
view_type(char *buf, size_t n, int key)
{
	STR_AUTO one = { 0 };

	str_init(&one, 8);
	if (key < ' ' || key == 0x7f || key >= TK_UP)
		return;
	text_encode(&one, (uint32_t)key);
	if (strlen(buf) + one.len < n)
		memcpy(buf + strlen(buf), str_c(&one), one.len + 1);
}

void
view_erase(char *buf)
{
	size_t n = strlen(buf);

	while (n > 0 && ((unsigned char)buf[--n] & 0xc0) == 0x80)
		;
	buf[n] = '\0';
}

bool
scroll_move(size_t *sel, enum act act, size_t n, size_t page)
{
	size_t last = n > 0 ? n - 1 : 0, at = *sel > last ? last : *sel;

	if (page < 1)
		page = 1;
	switch (act) {
	case ACT_UP:
		at = at > 0 ? at - 1 : 0;
		break;
	case ACT_DOWN:
		at = at < last ? at + 1 : last;
		break;
	case ACT_PAGE_UP:
		at = at > page ? at - page : 0;
		break;
	case ACT_PAGE_DOWN:
		at = at + page < last ? at + page : last;
		break;
	case ACT_FIRST:
		at = 0;
		break;
	case ACT_LAST:
		at = last;
		break;
	default:
		return false;
	}
	*sel = at;
	return true;
}

size_t
scroll_top(size_t sel, size_t n, size_t rows)
{
	if (n <= rows || sel < rows / 2)
		return 0;
	return sel - rows / 2 < n - rows ? sel - rows / 2 : n - rows;
}

/* "NOT READY for 2026-02-02: why" -> "NOT READY": as much as fits beside the request. */
static void
draw_small(const struct model *m, struct canvas *c)
{
	static const char *const ends[] = { ":", ",", " ...", " for ", " to " };
	char verdict[512], line[600];
	enum style st;

	verdict_text(m, verdict, sizeof(verdict), &st);
	fmt_buf(line, sizeof(line), "%s - enlarge to %dx%d", verdict, LAYOUT_MIN_W, LAYOUT_MIN_H);
	for (size_t i = 0; i < ARRAY_LEN(ends) && text_columns(line) > c->w; i++) {
		char *end = strstr(verdict, ends[i]);

		if (end)
			*end = '\0';
		fmt_buf(line, sizeof(line), "%s - enlarge", verdict);
	}
	canvas_put(c, SPAN(0, 0, c->w), st, line);
}

void
view_draw_stack(const struct view *stack, size_t n, const struct model *m, struct canvas *c)
{
	struct rect r = { 0, 0, c->w, c->h - 1 };
	size_t base = n;

	canvas_clear(c);
	if (c->w < LAYOUT_MIN_W || c->h < LAYOUT_MIN_H) {
		draw_small(m, c);
		return;
	}
	while (base > 0 && stack[base - 1].ops->popup)
		base--;
	for (size_t i = base > 0 ? base - 1 : 0; i < n; i++)
		stack[i].ops->draw(&stack[i], m, c, r);
	if (n > 0)
		keymap_footer(c, SPAN(0, c->h - 1, c->w), stack[n - 1].ops->screen(&stack[n - 1]));
}
