/* Every job and backfill of the catalogue: how it went, how long it takes, whether it could start.
 */
#include "tui/jobs.h"

#include "core/sheet.h"
#include "tui/list.h"

#include <string.h>

enum { WIDTHS = 4 };

struct jobs {
	struct list list;
};

static const void *
row(const struct model *m, size_t i)
{
	return m->cat->jobs[i];
}

enum { BY_CATALOGUE, BY_NAME, BY_STATE, BY_AS_OF, BY_DURATION, BY_END };
static const char *const columns[] = {
	"layer", "name", "state", "as-of", "duration", "when", NULL
};

static int
sign(int64_t v)
{
	return v < 0 ? -1 : v > 0;
}

/* Worst first: what failed, what runs, what is fine, what never ran. */
static int
state_rank(const struct job_facts *f)
{
	static const int ranks[] = {
		[RUN_FAILURE] = 0, [RUN_LOST] = 1,	[RUN_ABANDONED] = 2,
		[RUN_PARTIAL] = 3, [RUN_CANCELLED] = 4, [RUN_RUNNING] = 5,
		[RUN_QUEUED] = 6,  [RUN_SKIPPED] = 7,	[RUN_SUCCESS] = 8,
	};

	return f->unknown ? 10 : f->never ? 9 : ranks[f->state];
}

static int
compare(const struct model *m, size_t column, const void *a, const void *b)
{
	const struct job *x = a, *y = b;
	struct job_facts f, g;

	if (column == BY_NAME)
		return strcmp(x->name, y->name);
	job_facts(m, x, &f);
	job_facts(m, y, &g);
	switch (column) {
	case BY_STATE:
		return state_rank(&f) - state_rank(&g);
	case BY_AS_OF:
		return date_cmp(f.as_of, g.as_of);
	case BY_DURATION:
		return sign(g.took_ms - f.took_ms); /* longest first */
	case BY_END:
		return sign(g.when_ms - f.when_ms); /* newest first */
	default:
		return 0;
	}
}

static void
words(const struct model *m, const void *what, char buf[LIST_HAYSTACK])
{
	const struct job *j = what;
	char state[40], iso[DATE_BUF];
	struct job_facts f;

	job_facts(m, j, &f);
	job_state_text(&f, state);
	fmt_buf(buf, LIST_HAYSTACK, "%s %s layer=%c state=%s as-of=%s owner=%s %s", j->name,
		str_or(j->title, ""), job_layer(j), state + 2, date_iso(f.as_of, iso), f.who,
		f.launch);
}

/* One cell; the widths are those of the four kinds of screen, 0 = no room for it there. */
struct column {
	const char *head;
	int w[WIDTHS];
	bool right;
	enum style (*text)(const struct model *m, const struct job *j, const struct job_facts *f,
			   char buf[JOB_TEXT]);
};

static enum style
cell_layer(const struct model *m, const struct job *j, const struct job_facts *f,
	   char buf[JOB_TEXT])
{
	(void)m;
	(void)f;
	fmt_buf(buf, JOB_TEXT, "%c", job_layer(j));
	return ST_DIM;
}

static enum style
cell_mark(const struct model *m, const struct job *j, const struct job_facts *f, char buf[JOB_TEXT])
{
	(void)m;
	(void)j;
	fmt_buf(buf, JOB_TEXT, "%c", f->mark);
	return f->mark == '!' || f->mark == '?' ? ST_WARN : ST_BAD;
}

static enum style
cell_name(const struct model *m, const struct job *j, const struct job_facts *f, char buf[JOB_TEXT])
{
	(void)m;
	(void)f;
	str_copy(buf, JOB_TEXT, j->name);
	return ST_NORMAL;
}

static enum style
cell_state(const struct model *m, const struct job *j, const struct job_facts *f,
	   char buf[JOB_TEXT])
{
	(void)m;
	(void)j;
	return job_state_text(f, buf);
}

static enum style
cell_as_of(const struct model *m, const struct job *j, const struct job_facts *f,
	   char buf[JOB_TEXT])
{
	(void)m;
	(void)j;
	date_iso(f->as_of, buf);
	return ST_NORMAL;
}

static enum style
cell_took(const struct model *m, const struct job *j, const struct job_facts *f, char buf[JOB_TEXT])
{
	/* Twice the usual is worth a look, also while it runs. */
	bool slow = f->p50_n > 0 && f->took_ms > 2 * f->p50_ms;
	char span[CLOCK_BUF] = "-";

	(void)m;
	(void)j;
	if (f->took_ms >= 0)
		clock_span(f->took_ms, span);
	fmt_buf(buf, JOB_TEXT, "%s%s", span, slow ? "!" : "");
	return slow ? ST_WARN : ST_NORMAL;
}

static enum style
cell_p50(const struct model *m, const struct job *j, const struct job_facts *f, char buf[JOB_TEXT])
{
	(void)m;
	(void)j;
	str_copy(buf, JOB_TEXT, "?");
	if (f->p50_n > 0)
		clock_span(f->p50_ms, buf);
	return ST_DIM;
}

static enum style
cell_when(const struct model *m, const struct job *j, const struct job_facts *f, char buf[JOB_TEXT])
{
	(void)j;
	job_when(m, f->when_ms, buf);
	return ST_DIM;
}

static enum style
cell_who(const struct model *m, const struct job *j, const struct job_facts *f, char buf[JOB_TEXT])
{
	(void)m;
	(void)j;
	str_copy(buf, JOB_TEXT, f->who);
	return ST_DIM;
}

static enum style
cell_lock(const struct model *m, const struct job *j, const struct job_facts *f, char buf[JOB_TEXT])
{
	(void)m;
	(void)j;
	str_copy(buf, JOB_TEXT, f->lock);
	return f->locked ? ST_WARN : ST_DIM;
}

static enum style
cell_launch(const struct model *m, const struct job *j, const struct job_facts *f,
	    char buf[JOB_TEXT])
{
	(void)m;
	(void)j;
	str_copy(buf, JOB_TEXT, f->launch);
	return f->mark == ' ' ? ST_OK : ST_WARN;
}

static const struct column cells[] = {
	{ "L", { 1, 1, 1, 1 }, false, cell_layer },
	{ "", { 1, 1, 1, 1 }, false, cell_mark },
	{ "job", { 25, 29, 39, 40 }, false, cell_name },
	{ "last run", { 11, 11, 11, 11 }, false, cell_state },
	{ "as-of", { 10, 10, 10, 10 }, false, cell_as_of },
	{ "took", { 0, 7, 7, 7 }, true, cell_took },
	{ "p50", { 0, 7, 7, 7 }, true, cell_p50 },
	{ "when", { 5, 5, 5, 5 }, false, cell_when },
	{ "by", { 0, 0, 8, 8 }, false, cell_who },
	{ "lock", { 0, 0, 0, 20 }, false, cell_lock },
	{ "launch", { 0, 0, 18, 99 }, false, cell_launch },
};

/* job NULL: the heads. */
static void
draw_row(const struct model *m, struct canvas *c, struct span at, size_t width, const void *row_)
{
	const struct job *job = row_;
	struct job_facts f;
	char buf[JOB_TEXT];
	int x = 0;

	if (job)
		job_facts(m, job, &f);
	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		const struct column *k = &cells[i];
		struct span cell = list_cell(at, &x, k->w[width]);
		enum style st = ST_DIM;

		if (cell.w == 0)
			continue;
		if (job)
			st = k->text(m, job, &f, buf);
		else
			str_copy(buf, sizeof(buf), k->head);
		if (k->right)
			canvas_right(c, cell, st, buf);
		else
			canvas_put(c, cell, st, buf);
	}
}

/* What the row has no room for, of the selected job. */
static void
draw_selected(const struct model *m, struct canvas *c, struct rect r, const void *row_)
{
	const struct job *job = row_;
	struct job_facts f;
	char run[160] = "never";
	int y = r.y;

	job_facts(m, job, &f);
	if (r.h > 1) {
		canvas_rule(c, SPAN(r.x, y++, r.w), job->name, NULL);
		if (f.unknown)
			fmt_buf(run, sizeof(run), "? %s", f.unknown);
		else if (!f.never)
			fmt_buf(run, sizeof(run), "%lld by %s%s%s", (long long)f.run, f.who,
				f.host[0] ? "@" : "", f.host);
		canvas_fmt(c, SPAN(r.x + 1, y++, r.w - 1), ST_NORMAL, "run %s   lock %s", run,
			   f.lock);
	}
	canvas_fmt(c, SPAN(r.x + 1, y, r.w - 1), f.mark == ' ' ? ST_OK : ST_WARN, "%c launch: %s",
		   f.mark == ' ' ? '.' : f.mark, f.launch);
}

static const struct list_ops ops = {
	.columns = columns,
	.row = row,
	.compare = compare,
	.words = words,
	.draw_row = draw_row,
	.pin = { 31, 35, 45, 46 }, /* up to the name */
	.draw_selected = draw_selected,
};

static void
sheet(const struct view *v, const struct model *m, struct sheet *out)
{
	static const char *const heads[] = { "layer", "mark", "job", "last run", "as-of",  "took",
					     "p50",   "when", "by",  "lock",	 "launch", NULL };
	const struct jobs *s = v->state;
	const void *rows[LIST_ROWS];
	size_t n = list_rows(&s->list, &ops, m, rows);
	char buf[JOB_TEXT];

	_Static_assert(ARRAY_LEN(heads) == ARRAY_LEN(cells) + 1, "a head for each cell");
	sheet_init(out, heads);
	str_copy(out->filter, sizeof(out->filter), s->list.filter);
	out->selected = list_selected(&s->list, rows, n);
	for (size_t i = 0; i < n; i++) {
		struct job_facts f;

		job_facts(m, rows[i], &f);
		for (size_t k = 0; k < ARRAY_LEN(cells); k++) {
			cells[k].text(m, rows[i], &f, buf);
			sheet_cell(out, str_same(buf, " ") ? "" : buf);
		}
	}
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct jobs *s = v->state;
	const struct jobs_part *p = look_jobs(m);
	char title[160];

	look_title(m, "Jobs and backfills", p ? p->measured_ms : 0, p ? p->error : "", title,
		   sizeof(title));
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), "Jobs");
	list_draw(&(struct list_page){ &s->list, &ops, title, NULL }, m, c,
		  (struct rect){ r.x, r.y + 1, r.w, r.h - 1 });
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct jobs *s = v->state;
	const struct job *job;

	if (list_handle(&s->list, &ops, m, in))
		return;
	job = list_chosen(&s->list, &ops, m);
	if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else if (job && in->act == ACT_OPEN)
		*out = (struct action){ .intent = DO_OPEN, .open = &view_job, .job = job };
	else if (job)
		job_act(m, job, in, out);
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct jobs *s = v->state;

	(void)m;
	if (how)
		str_copy(s->list.filter, LIST_FILTER, how->text);
}

static unsigned
screen(const struct view *v)
{
	return list_screen(&((const struct jobs *)v->state)->list, SCREEN_JOBS);
}

static bool
wants_text(const struct view *v)
{
	return screen(v) != SCREEN_JOBS;
}

static void
look(const struct view *v, struct wish *out)
{
	(void)v;
	out->what = LOOK_JOBS;
}

static bool
about(const struct view *v, const struct model *m, char out[LOOK_NAME])
{
	const struct job *job = list_chosen(&((const struct jobs *)v->state)->list, &ops, m);

	str_copy(out, LOOK_NAME, job ? job->name : "");
	return job != NULL;
}

const struct view_ops view_jobs = {
	.title = "Jobs",
	.command = "jobs",
	.screen = screen,
	.state_size = sizeof(struct jobs),
	.init = init,
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
	.look = look,
	.sheet = sheet,
	.about = about,
};
