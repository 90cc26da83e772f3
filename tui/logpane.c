/* Where a pane is in its log, and how keys move it. */
#include "tui/logpane.h"

#include "core/num.h"
#include "core/sheet.h"

#include <stdlib.h>
#include <string.h>

/* Lines and how they stand in a pane: what each function here needs. */
struct place {
	struct logpane *p;
	const struct log_part *log;
	struct index_list v;
	size_t rows;
	int w;
};

void
logpane_init(struct logpane *p, int64_t run)
{
	*p = (struct logpane){ .run = run, .follow = true, .min = LVL_DEBUG };
}

void
logpane_done(struct logpane *p)
{
	line_filter_done(&p->needle);
	line_filter_done(&p->filter);
}

int64_t
logpane_run(const struct logpane *p, const struct model *m)
{
	const struct run_info *r = p->run ? NULL : model_default_run(m);

	return r ? r->id : p->run;
}

const struct log_part *
logpane_log(const struct logpane *p, const struct model *m)
{
	return model_log(m, logpane_run(p, m));
}

struct index_list
logpane_lines(const struct logpane *p, const struct log_part *log)
{
	struct index_list v = { 0 };

	for (size_t i = 0; log && i < log->line.n; i++)
		if (log->line.at[i]->lvl >= p->min &&
		    line_filter_passes(&p->filter, log->line.at[i]->text))
			vec_push(&v, i);
	return v;
}

size_t
logpane_position(const struct index_list *v, const struct log_part *log, int64_t seq)
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

static struct place
place_of(struct logpane *p, const struct model *m, struct rect size)
{
	struct place at = { .p = p, .log = logpane_log(p, m), .w = size.w };

	at.v = logpane_lines(p, at.log);
	at.rows = size.h > 2 ? (size_t)size.h - 1 : 1;
	return at;
}

static const struct log_line *
line_at(const struct place *at, size_t i)
{
	return at->log->line.at[at->v.at[i]];
}

const struct log_line *
logpane_current(const struct logpane *p, const struct model *m)
{
	const struct log_part *log = logpane_log(p, m);
	struct index_list v = logpane_lines(p, log);
	const struct log_line *l = NULL;

	if (v.n > 0)
		l = log->line.at[v.at[p->follow ? v.n - 1 : logpane_position(&v, log, p->cur)]];
	vec_done(&v);
	return l;
}

/* The first line shown when `bottom` is the lowest. */
static size_t
top_of(const struct place *at, size_t bottom)
{
	size_t used = logpane_height(at->p, line_at(at, bottom), at->w), top = bottom;

	while (top > 0 && used + logpane_height(at->p, line_at(at, top - 1), at->w) <= at->rows)
		used += logpane_height(at->p, line_at(at, --top), at->w);
	return top;
}

/* The lowest line when `top` is the first one. */
static size_t
bottom_of(const struct place *at, size_t top)
{
	size_t used = logpane_height(at->p, line_at(at, top), at->w), bottom = top;

	while (bottom + 1 < at->v.n &&
	       used + logpane_height(at->p, line_at(at, bottom + 1), at->w) <= at->rows)
		used += logpane_height(at->p, line_at(at, ++bottom), at->w);
	return bottom;
}

/* Chooses line i and scrolls just enough to show it. */
static void
go(const struct place *at, size_t i)
{
	struct logpane *p = at->p;
	size_t bottom = p->follow ? at->v.n - 1 : logpane_position(&at->v, at->log, p->bottom);
	size_t first = bottom_of(at, 0);

	if (bottom < first)
		bottom = first;
	if (i > bottom)
		bottom = i;
	else if (i < top_of(at, bottom))
		bottom = bottom_of(at, i);
	if (p->follow)
		p->newest = at->log->line.at[at->log->line.n - 1]->seq;
	p->cur = line_at(at, i)->seq;
	p->bottom = line_at(at, bottom)->seq;
	p->follow = false;
}

static size_t
current(const struct place *at)
{
	if (at->v.n == 0)
		return 0;
	return at->p->follow ? at->v.n - 1 : logpane_position(&at->v, at->log, at->p->cur);
}

void
logpane_move(struct logpane *p, const struct model *m, enum act act, struct rect size)
{
	struct place at = place_of(p, m, size);
	size_t i = current(&at);

	if (act == ACT_LAST)
		p->follow = true;
	else if (at.v.n > 0 && scroll_move(&i, act, at.v.n, at.rows))
		go(&at, i);
	vec_done(&at.v);
}

void
logpane_follow(struct logpane *p, const struct model *m, struct rect size)
{
	if (p->follow)
		logpane_move(p, m, ACT_DOWN, size);
	else
		p->follow = true;
}

static bool
is_marked(const struct logpane *p, int64_t seq)
{
	for (size_t i = 0; i < p->marks; i++)
		if (p->mark[i].seq == seq)
			return true;
	return false;
}

static bool
is_match(const struct place *at, size_t i)
{
	return line_filter_hits(&at->p->needle, line_at(at, i)->text);
}

static bool
is_error(const struct place *at, size_t i)
{
	return line_at(at, i)->lvl >= LVL_ERROR;
}

static bool
is_warning(const struct place *at, size_t i)
{
	return line_at(at, i)->lvl >= LVL_WARN;
}

static bool
is_gap(const struct place *at, size_t i)
{
	return i > 0 && line_at(at, i)->ts_ms - line_at(at, i - 1)->ts_ms >= PANE_GAP_MS;
}

static bool
is_mark(const struct place *at, size_t i)
{
	return is_marked(at->p, line_at(at, i)->seq);
}

static const struct target {
	enum act next, prev;
	bool (*is)(const struct place *at, size_t i);
	const char *what;
} targets[] = {
	{ ACT_MATCH_NEXT, ACT_MATCH_PREV, is_match, "matches" },
	{ ACT_ERROR_NEXT, ACT_ERROR_PREV, is_error, "errors" },
	{ ACT_WARN_NEXT, ACT_WARN_PREV, is_warning, "warnings" },
	{ ACT_GAP_NEXT, ACT_GAP_PREV, is_gap, "gaps of 10 s" },
	{ ACT_MARK_NEXT, ACT_MARK_PREV, is_mark, "marks: m sets one" },
};

/* Around the end if need be.  When following, the search for the previous one begins below the last
 * line. */
static bool
find(const struct place *at, const struct target *t, bool back)
{
	size_t n = at->v.n, i = at->p->follow ? (back ? 0 : n - 1) : current(at);

	for (size_t k = 0; k < n; k++) {
		i = back ? (i + n - 1) % n : (i + 1) % n;
		if (t->is(at, i)) {
			go(at, i);
			return true;
		}
	}
	return false;
}

void
logpane_seek(struct logpane *p, const struct model *m, enum act act, struct rect size,
	     struct action *out)
{
	struct place at = place_of(p, m, size);
	const struct target *t = targets;

	while (t->next != act && t->prev != act)
		t++;
	if (t->is == is_match && !p->needle.re)
		view_message(out, LVL_INFO, "no search yet: / begins one");
	else if (at.v.n == 0 || !find(&at, t, act == t->prev))
		view_message(out, LVL_INFO, "no %s in these lines",
			     t->is == is_match ? p->needle.text : t->what);
	vec_done(&at.v);
}

/* "3:58" and "03:58" are the same time. */
static bool
parse_time(const char *text, char hms[CLOCK_BUF])
{
	unsigned v[3] = { 0, 0, 0 };
	size_t n = 0;

	for (; n < 3; n++) {
		size_t digits = strspn(text, "0123456789");

		if (digits < 1 || digits > 2)
			return false;
		for (size_t i = 0; i < digits; i++)
			v[n] = v[n] * 10 + (unsigned)(text[i] - '0');
		text += digits;
		if (!*text)
			break;
		if (*text++ != ':')
			return false;
	}
	fmt_buf(hms, CLOCK_BUF, "%02u:%02u:%02u", v[0], v[1], v[2]);
	return n > 0 && n < 3 && v[0] < 24 && v[1] < 60 && v[2] < 60;
}

void
logpane_jump(struct logpane *p, const struct model *m, const char *time, struct rect size,
	     struct action *out)
{
	struct place at = place_of(p, m, size);
	char want[CLOCK_BUF], hms[CLOCK_BUF];
	size_t found = at.v.n;
	bool before = true;

	if (!parse_time(time, want)) {
		view_message(out, LVL_WARN, "%s is no time: 03:58 or 03:58:07", time);
		vec_done(&at.v);
		return;
	}
	/* A log may pass midnight: each line that reaches the time after one that has not. */
	for (size_t i = 0; i < at.v.n; i++) {
		bool reached = strcmp(view_clock(m, line_at(&at, i)->ts_ms, hms), want) >= 0;

		if (reached && before)
			found = i;
		before = !reached;
	}
	if (found < at.v.n)
		go(&at, found);
	else
		view_message(out, LVL_INFO, "no line at or after %s", want);
	vec_done(&at.v);
}

void
logpane_mark(struct logpane *p, const struct model *m, const char *name, struct action *out)
{
	const struct log_line *l = logpane_current(p, m);

	if (!l)
		return;
	for (size_t i = 0; i < p->marks; i++)
		if (p->mark[i].seq == l->seq) {
			memmove(&p->mark[i], &p->mark[i + 1],
				(--p->marks - i) * sizeof(p->mark[0]));
			view_message(out, LVL_INFO, "the mark is gone");
			return;
		}
	if (p->marks == PANE_MARKS) {
		view_message(out, LVL_WARN, "%d marks are the most", PANE_MARKS);
		return;
	}
	p->mark[p->marks].seq = l->seq;
	str_copy(p->mark[p->marks++].name, PANE_TEXT, name);
}

/* A file that lacks lines says so itself. */
static void
sheet_missing(const struct log_part *log, struct sheet *out)
{
	int64_t missing = log && log->line.n > 0 ? log->line.at[0]->seq - 1 : 0;
	char text[120], n[NUM_BUF];

	if (missing <= 0)
		return;
	fmt_buf(text, sizeof(text), "%s older line%s not kept here: fintra logs %lld prints all",
		num_group(missing, n), missing == 1 ? " is" : "s are", (long long)log->run);
	sheet_cell(out, "");
	sheet_cell(out, "");
	sheet_cell(out, text);
}

void
logpane_sheet(const struct logpane *p, const struct model *m, struct sheet *out)
{
	static const char *const heads[] = { "time", "level", "text", NULL };
	const struct log_part *log = logpane_log(p, m);
	struct index_list v = logpane_lines(p, log);
	char iso[CLOCK_BUF];

	sheet_init(out, heads);
	fmt_buf(out->filter, sizeof(out->filter), "%s%s%s", p->filter.text,
		p->min > LVL_DEBUG ? " level>=" : "", p->min > LVL_DEBUG ? level_name(p->min) : "");
	sheet_missing(log, out);
	for (size_t i = 0; i < v.n; i++) {
		const struct log_line *l = log->line.at[v.at[i]];

		sheet_cell(out, clock_iso(l->ts_ms, iso));
		sheet_cell(out, level_name(l->lvl));
		sheet_cell(out, l->text);
	}
	vec_done(&v);
}
