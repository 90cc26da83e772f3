/* Runs of all processes: newest first, or sorted, or only some of them. */
#include "core/sheet.h"
#include "tui/filter.h"
#include "tui/list.h"
#include "tui/overview.h"
#include "tui/sideways.h"

#include <stdlib.h>
#include <string.h>

enum { FILTER_MAX = 80, PROGRESS = 70 /* columns of a bar, at most */ };

enum sort { SORT_RUN, SORT_JOB, SORT_AS_OF, SORT_BY, SORT_STATE, SORT_DURATION };
static const char *const columns[] = { "run", "job", "as-of", "by", "state", "duration", NULL };

struct runs {
	int64_t run;	   /* selected by id: the list moves, the choice stays */
	struct list order; /* of its fields only those of the order, and skip */
	char filter[FILTER_MAX], typed[FILTER_MAX];
	bool typing;
};

/* A row of the list with what it is sorted by. */
struct row {
	const struct run_info *r;
	int64_t number;	  /* greater comes first */
	const char *text; /* ascending, before the number */
};

struct row_list {
	struct row *at;
	size_t n, cap;
};

static const char *
by(const struct run_info *r)
{
	return str_same(r->origin, "cron") ? "cron" : r->who;
}

static bool
passes(const char *filter, const struct run_info *r)
{
	char id[24], iso[DATE_BUF];
	const struct filter_field f[] = {
		{ "run", id },
		{ "job", r->job },
		{ "state", run_state_name(r->state) },
		{ "user", r->who },
		{ "by", by(r) },
		{ "owner", by(r) },
		{ "host", r->host },
		{ "as-of", date_iso(r->as_of, iso) },
		{ "error", r->error },
	};

	fmt_buf(id, sizeof(id), "%lld", (long long)r->id);
	return filter_fields(filter, f, ARRAY_LEN(f));
}

static int64_t
duration(const struct model *m, const struct run_info *r)
{
	int64_t from = r->started_ms ? r->started_ms : r->created_ms;

	return (run_state_ended(r->state) && r->ended_ms ? r->ended_ms : m->now_ms) - from;
}

static struct row
row_of(const struct model *m, size_t sort, const struct run_info *r)
{
	struct row row = { .r = r, .number = r->id, .text = "" };

	switch (sort) {
	case SORT_JOB:
		row.text = r->job;
		break;
	case SORT_BY:
		row.text = by(r);
		break;
	case SORT_STATE:
		row.text = run_state_name(r->state);
		break;
	case SORT_AS_OF:
		row.number = r->as_of.days;
		break;
	case SORT_DURATION:
		row.number = duration(m, r);
		break;
	default:
		break;
	}
	return row;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = strcmp(x->text, y->text);

	if (c == 0)
		c = (y->number > x->number) - (y->number < x->number);
	return c ? c : (y->r->id > x->r->id) - (y->r->id < x->r->id);
}

/* Owned: vec_done(). */
static struct row_list
rows_of(const struct runs *s, const struct model *m)
{
	struct row_list v = { 0 };
	const char *filter = s->typing ? s->typed : s->filter;

	for (size_t i = 0; m->s->runs && i < m->s->runs->l.n; i++)
		if (passes(filter, &m->s->runs->l.at[i]))
			vec_push(&v, row_of(m, s->order.sort, &m->s->runs->l.at[i]));
	if (v.n > 1)
		qsort(v.at, v.n, sizeof(*v.at), compare_rows);
	for (size_t i = 0; s->order.reverse && i < v.n / 2; i++) {
		struct row first = v.at[i];

		v.at[i] = v.at[v.n - 1 - i];
		v.at[v.n - 1 - i] = first;
	}
	return v;
}

static size_t
selected(const struct runs *s, const struct row_list *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->at[i].r->id == s->run)
			return i;
	return 0;
}

static int
job_columns(int w)
{
	return w >= 100 ? 38 : w >= 80 ? 28 : 18;
}

/* Columns up to the name, which stay when the rest is scrolled sideways. */
static int
pinned(int w)
{
	return 9 + job_columns(w);
}

/* r NULL: the heads. */
static void
draw_cells(const struct model *m, struct canvas *c, struct span at, const struct run_info *r)
{
	char iso[DATE_BUF], id[24] = "run";
	int x = at.x + pinned(at.w), room = at.x + at.w - x - 20;

	if (r)
		fmt_buf(id, sizeof(id), "%lld", (long long)r->id);
	canvas_right(c, SPAN(at.x + 1, at.y, 6), r ? ST_BOLD : ST_DIM, id);
	canvas_put(c, SPAN(at.x + 8, at.y, job_columns(at.w)), r ? ST_NORMAL : ST_DIM,
		   r ? r->job : "job");
	canvas_put(c, SPAN(x, at.y, 10), r ? ST_NORMAL : ST_DIM,
		   r ? date_iso(r->as_of, iso) : "as-of");
	canvas_put(c, SPAN(x + 11, at.y, 8), ST_DIM, r ? by(r) : "by");
	if (!r)
		canvas_put(c, SPAN(x + 20, at.y, room), ST_DIM,
			   room < 15   ? "state"
			   : room < 50 ? "state, progress"
				       : "state, progress or rows: +new ~changed =same");
	else if (run_state_ended(r->state) || room < PROGRESS)
		overview_draw_run_state(m, c, SPAN(x + 20, at.y, room), r);
	else
		overview_draw_run_state(m, c, SPAN(x + 20, at.y, PROGRESS), r);
}

static void
draw_row(const struct runs *s, const struct model *m, struct canvas *c, struct span at,
	 const struct run_info *r)
{
	int pin = pinned(at.w);
	struct canvas wide;

	draw_cells(m, c, at, r);
	if (s->order.skip == 0)
		return;
	canvas_init(&wide, SIDEWAYS_WIDE, 1);
	draw_cells(m, &wide, SPAN(0, 0, wide.w), r);
	canvas_paste(c, SPAN(at.x + pin, at.y, at.w - pin), &wide, pinned(wide.w) + s->order.skip);
	canvas_done(&wide);
}

static bool
scroll_sideways(struct runs *s, const struct model *m, const struct row_list *v, enum act act)
{
	int skip = s->order.skip, longest = 0;
	struct canvas wide;

	if (!sideways_move(&skip, act, 0, 0))
		return false;
	canvas_init(&wide, SIDEWAYS_WIDE, 1);
	for (size_t i = 0; i < v->n; i++) {
		int used;

		canvas_clear(&wide);
		draw_cells(m, &wide, SPAN(0, 0, wide.w), v->at[i].r);
		used = sideways_used(&wide);
		longest = used > longest ? used : longest;
	}
	canvas_done(&wide);
	return sideways_move(&s->order.skip, act, m->w - pinned(m->w),
			     longest - pinned(SIDEWAYS_WIDE));
}

static void
draw_head(const struct runs *s, const struct model *m, struct canvas *c, struct rect r, size_t n)
{
	char note[160], filter[FILTER_MAX];
	size_t all = m->s->runs ? m->s->runs->l.n : 0;

	str_copy(filter, r.w > 100 ? sizeof(filter) : (size_t)r.w - 44, s->filter);
	if (s->typing)
		fmt_buf(note, sizeof(note), "%zu of the newest %zu", n, all);
	else if (s->filter[0])
		fmt_buf(note, sizeof(note), "filter %s%s | %zu of %zu", filter,
			strlen(filter) < strlen(s->filter) ? "..." : "", n, all);
	else
		fmt_buf(note, sizeof(note), "%d running, %zu listed%s%s%s", model_active_runs(m),
			all, s->order.sort != SORT_RUN ? ", by " : "",
			s->order.sort != SORT_RUN ? columns[s->order.sort] : "",
			s->order.reverse ? ", reversed" : "");
	if (s->order.skip > 0) {
		size_t used = strlen(note);

		fmt_buf(note + used, sizeof(note) - used, ", from column %d", s->order.skip + 1);
	}
	canvas_rule(c, SPAN(r.x, r.y + 1, r.w), "Runs of all processes", note);
	draw_row(s, m, c, SPAN(r.x, r.y + 2, r.w), NULL);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct runs *s = v->state;
	struct row_list list = rows_of(s, m);
	size_t n = list.n, sel = selected(s, &list), rows = (size_t)(r.h > 4 ? r.h - 4 : 1);
	size_t top = scroll_top(sel, n, rows);

	view_crumbs(m, c, SPAN(r.x, r.y, r.w), "Runs");
	draw_head(s, m, c, r, n);
	if (n == 0)
		canvas_put(c, SPAN(r.x + 1, r.y + 3, r.w), ST_DIM,
			   !m->s->runs		 ? "? runs: not read yet"
			   : m->s->runs->l.n > 0 ? "no run passes the filter: Esc takes it away"
						 : "no runs yet: r starts one");
	for (size_t i = 0; i < rows && top + i < n; i++) {
		int y = r.y + 3 + (int)i;

		draw_row(s, m, c, SPAN(r.x, y, r.w), list.at[top + i].r);
		if (top + i == sel) {
			canvas_put(c, SPAN(r.x, y, 1), ST_BOLD, ">");
			canvas_select(c, (struct rect){ r.x, y, r.w, 1 });
		}
	}
	if (s->typing)
		canvas_fmt(c, SPAN(r.x + 1, r.y + r.h - 1, r.w - 1), ST_BOLD,
			   "filter (words, job= state= user=, ! for not): %s_", s->typed);
	else
		view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
	list_draw_menu(&s->order, columns, c, r);
	vec_done(&list);
}

/* The list narrows while the filter is typed. */
static void
type(struct runs *s, const struct input *in)
{
	if (in->act == ACT_BACK) {
		s->typing = false;
	} else if (in->act == ACT_OPEN) {
		s->typing = false;
		str_copy(s->filter, sizeof(s->filter), s->typed);
	} else if (in->key == TK_BACKSPACE) {
		view_erase(s->typed);
	} else {
		view_type(s->typed, sizeof(s->typed), in->key);
	}
}

static void
back(struct runs *s, const struct input *in, struct action *out)
{
	if (in->key == TK_ESC && s->filter[0])
		s->filter[0] = '\0';
	else
		out->intent = DO_BACK;
}

static void
act_on(struct runs *s, const struct model *m, const struct run_info *r, const struct input *in,
       struct action *out)
{
	switch (in->act) {
	case ACT_OPEN:
		out->intent = r ? DO_OPEN : DO_NOTHING;
		out->open = &view_run;
		out->run = r ? r->id : 0;
		break;
	case ACT_LOG:
	case ACT_LOG_ADD:
		view_open_log(r, in->act, out);
		break;
	case ACT_RETRY:
		view_ask_resume(m, r, in, out);
		break;
	case ACT_WHY:
	case ACT_IMPACT:
		view_ask_tree(m, r ? r->job : NULL, in->act == ACT_IMPACT, out);
		break;
	case ACT_LAUNCH:
		view_ask_launch(m, r ? catalogue_job(m->cat, r->job) : NULL, out);
		break;
	case ACT_DRAIN:
	case ACT_ABORT:
		view_ask_cancel(m, r ? r->id : 0, in, out);
		break;
	case ACT_FILTER:
		s->typing = true;
		str_copy(s->typed, sizeof(s->typed), s->filter);
		break;
	case ACT_BACK:
		back(s, in, out);
		break;
	default:
		break;
	}
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct runs *s = v->state;
	struct row_list list = rows_of(s, m);
	size_t sel = selected(s, &list);

	if (s->typing)
		type(s, in);
	else if (list_order_key(&s->order, columns, in) || scroll_sideways(s, m, &list, in->act))
		;
	else if (scroll_move(&sel, in->act, list.n, m->h > 8 ? (size_t)m->h - 6 : 1))
		s->run = sel < list.n ? list.at[sel].r->id : 0;
	else
		act_on(s, m, sel < list.n ? list.at[sel].r : NULL, in, out);
	vec_done(&list);
}

static void
sheet_time(struct sheet *out, int64_t ms)
{
	char iso[CLOCK_BUF];

	sheet_cell(out, ms > 0 ? clock_iso(ms, iso) : "");
}

/* What nobody measured is empty, not 0. */
static void
sheet_count(struct sheet *out, int64_t v)
{
	char buf[24] = "";

	if (v >= 0)
		fmt_buf(buf, sizeof(buf), "%lld", (long long)v);
	sheet_cell(out, buf);
}

/* Whole, unlike the rows on the screen: times in UTC, the counts of what is under way so far. */
static void
sheet(const struct view *v, const struct model *m, struct sheet *out)
{
	static const char *const heads[] = { "run",	  "job",      "as-of",	   "by",
					     "host",	  "state",    "waits for", "started",
					     "ended",	  "duration", "inserted",  "updated",
					     "unchanged", "error",    NULL };
	const struct runs *s = v->state;
	struct row_list list = rows_of(s, m);
	char iso[DATE_BUF], span[CLOCK_BUF];

	sheet_init(out, heads);
	str_copy(out->filter, sizeof(out->filter), s->filter);
	out->selected = selected(s, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct run_info *r = list.at[i].r;

		sheet_count(out, r->id);
		sheet_cell(out, r->job);
		sheet_cell(out, date_iso(r->as_of, iso));
		sheet_cell(out, by(r));
		sheet_cell(out, r->host);
		sheet_cell(out, run_state_name(r->state));
		sheet_cell(out, r->state == RUN_QUEUED ? r->waits_for : "");
		sheet_time(out, r->started_ms);
		sheet_time(out, r->ended_ms);
		sheet_cell(out, clock_span(duration(m, r), span));
		sheet_count(out, r->counts.inserted);
		sheet_count(out, r->counts.updated);
		sheet_count(out, r->counts.unchanged);
		sheet_cell(out, str_or(r->error, ""));
	}
	vec_done(&list);
}

static unsigned
screen(const struct view *v)
{
	const struct runs *s = v->state;

	return s->typing ? SCREEN_TYPE : s->order.menu ? SCREEN_SORT : SCREEN_RUNS;
}

static bool
wants_text(const struct view *v)
{
	return screen(v) != SCREEN_RUNS;
}

static int64_t
follow(const struct view *v, const struct model *m)
{
	(void)m;
	return ((const struct runs *)v->state)->run;
}

static bool
ticker(const struct view *v, const struct model *m, char out[TICKER_MAX + 1])
{
	const struct runs *s = v->state;
	struct row_list list = rows_of(s, m);
	size_t sel = selected(s, &list);
	bool has = sel < list.n && view_run_ticker(list.at[sel].r, out);

	vec_done(&list);
	return has;
}

static bool
about(const struct view *v, const struct model *m, char out[LOOK_NAME])
{
	const struct runs *s = v->state;
	struct row_list list = rows_of(s, m);
	size_t sel = selected(s, &list);
	bool has = sel < list.n;

	str_copy(out, LOOK_NAME, has ? list.at[sel].r->job : "");
	vec_done(&list);
	return has;
}

const struct view_ops view_runs = {
	.title = "Runs",
	.command = "runs",
	.screen = screen,
	.state_size = sizeof(struct runs),
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
	.follow = follow,
	.ticker = ticker,
	.sheet = sheet,
	.about = about,
};
