/* The database behind the console and this process: sessions, locks, room on disk. */
#include "tui/lines.h"

#include "tui/jobs.h"

#include <string.h>

enum { TWO_COLUMNS = 150, LEFT = 66 };

struct system {
	size_t line;
	int skip; /* columns scrolled to the right */
};

static void
add_fact(struct lines *l, const struct model *m, const char *label, const struct fact *f)
{
	const struct system_part *p = look_system(m);

	if (!p)
		lines_add(l, label, ST_WARN, "? not read yet");
	else if (f->error[0])
		lines_add(l, label, ST_WARN, "? role %s: %s", p->role[0] ? p->role : "?", f->error);
	else
		lines_add(l, label, ST_NORMAL, "%s", f->text[0] ? f->text : "? not known");
}

static void
add_connection(struct lines *l, const struct model *m)
{
	static const char *const words[] = {
		[CONN_CONNECTING] = "connecting", [CONN_UP] = "connected", [CONN_DOWN] = "LOST"
	};
	const struct snapshot *s = m->s;
	const char *why = model_why_read_only(m);
	char span[CLOCK_BUF];

	if (s->conn_since_ms > 0)
		lines_add(l, "connection", s->conn == CONN_UP ? ST_OK : ST_BAD, "%c %s for %s%s%s",
			  s->conn == CONN_UP ? '.' : '!', words[s->conn],
			  clock_span(m->now_ms - s->conn_since_ms, span),
			  s->conn_error[0] ? ": " : "", s->conn_error);
	else
		lines_add(l, "connection", s->conn == CONN_UP ? ST_OK : ST_WARN, "%c %s%s%s",
			  s->conn == CONN_UP ? '.' : '?', words[s->conn],
			  s->conn_error[0] ? ": " : "", s->conn_error);
	lines_add(l, "database", ST_NORMAL, "%s", s->server[0] ? s->server : "? not known");
	lines_add(l, "runs", why ? ST_WARN : ST_OK, "%s%s",
		  why ? "- cannot be launched: " : ". can be launched", why ? why : "");
}

static void
add_database(struct lines *l, const struct model *m)
{
	static const struct fact none;
	const struct system_part *p = look_system(m);

	lines_rule(l, "Database", NULL);
	add_connection(l, m);
	add_fact(l, m, "server", p ? &p->server : &none);
	lines_add(l, "role", p && p->role[0] ? ST_NORMAL : ST_WARN, "%s",
		  p && p->role[0] ? p->role : "? not known");
	add_fact(l, m, "ledger", p ? &p->schema : &none);
	add_fact(l, m, "size", p ? &p->size : &none);
	add_fact(l, m, "connections", p ? &p->connections : &none);
	add_fact(l, m, "pooler", p ? &p->pooler : &none);
}

static void
add_disk(struct lines *l, const struct disk_info *d)
{
	char free_text[24], size[24];

	if (!d->path[0] && !d->error[0])
		lines_add(l, d->what, ST_DIM, "- none is configured");
	else if (d->error[0])
		lines_add(l, d->what, ST_WARN, "? %s: %s", d->path, d->error);
	else
		lines_add(l, d->what, d->size > 0 && d->free < d->size / 20 ? ST_BAD : ST_NORMAL,
			  "%s free of %s (%lld%%)%s  %s", look_bytes(d->free, free_text),
			  look_bytes(d->size, size),
			  d->size > 0 ? (long long)(d->free * 100 / d->size) : 0,
			  d->size > 0 && d->free < d->size / 20 ? " LOW" : "", d->path);
}

static void
add_process(struct lines *l, const struct model *m)
{
	const struct system_part *p = look_system(m);

	lines_rule(l, "This process", NULL);
	lines_add(l, "program", ST_NORMAL, "fintra %s", m->cat->build);
	lines_add(l, "runs of mine", m->own_runs ? ST_RUN : ST_NORMAL, "%d%s", m->own_runs,
		  m->draining ? ", draining" : "");
	if (p && p->threads > 0)
		lines_add(l, "threads", ST_NORMAL, "%d", p->threads);
	else
		lines_add(l, "threads", ST_WARN, "? not known");
	lines_add(l, "vendor budget", ST_DIM, "? not measured");
	if (!p)
		lines_add(l, "disk", ST_WARN, "? not read yet");
	for (size_t i = 0; p && i < LOOK_DISKS; i++)
		add_disk(l, &p->disk[i]);
}

static void
add_session(struct lines *l, const struct model *m, const struct session_info *s)
{
	char since[CLOCK_BUF], xact[CLOCK_BUF] = "";

	if (s->xact_ms > 0)
		clock_span(m->now_ms - s->xact_ms, xact);
	lines_add(l, NULL, s->state[0] ? ST_NORMAL : ST_WARN, "%7d %-7s %-34s %s@%s%s%s%s%s%s",
		  s->pid, s->since_ms > 0 ? clock_span(m->now_ms - s->since_ms, since) : "?",
		  s->app, s->user, s->host[0] ? s->host : "local",
		  s->state[0] ? "  " : "  ? hidden from this role", s->state,
		  *xact ? "  in transaction " : "", xact, "");
	if (s->wait[0] && strcmp(s->state, "idle") != 0)
		lines_add(l, "", ST_DIM, "waits for %s", s->wait);
}

static void
add_sessions(struct lines *l, const struct model *m)
{
	const struct system_part *p = look_system(m);
	char note[40] = "";

	if (p && !p->session_error[0])
		fmt_buf(note, sizeof(note), "%zu", p->session.n);
	lines_rule(l, "Sessions of ours", note);
	if (!p)
		lines_add(l, NULL, ST_WARN, "? not read yet");
	else if (p->session_error[0])
		lines_add(l, NULL, ST_WARN, "? role %s: %s", p->role, p->session_error);
	for (size_t i = 0; p && i < p->session.n; i++)
		add_session(l, m, &p->session.at[i]);
}

static void
add_lock(struct lines *l, const struct lock_info *k)
{
	char key[40];

	fmt_buf(key, sizeof(key), "key %lld, not one of ours", (long long)k->key);
	lines_run(l, k->run, k->granted ? ST_NORMAL : ST_WARN, "%7d %-6s %-40s %s%s%s", k->pid,
		  k->granted ? "holds" : "WAITS", k->name[0] ? k->name : key,
		  k->app[0] ? k->app : "? unknown program", k->user[0] ? " by " : "", k->user);
}

static void
add_locks(struct lines *l, const struct model *m)
{
	const struct locks_part *p = look_locks(m);
	char note[40] = "";

	if (p && !p->error[0])
		fmt_buf(note, sizeof(note), "%zu", p->lock.n);
	lines_rule(l, "Advisory locks", note);
	if (!p || p->error[0])
		lines_add(l, NULL, ST_WARN, "? %s", p ? p->error : "not read yet");
	else if (p->lock.n == 0)
		lines_add(l, NULL, ST_DIM, "none is held");
	for (size_t i = 0; p && i < p->lock.n; i++)
		add_lock(l, &p->lock.at[i]);
	if (p && p->wait_error[0])
		lines_add(l, NULL, ST_WARN, "? runs that wait: %s", p->wait_error);
	for (size_t i = 0; p && i < p->wait.n; i++)
		lines_run(l, p->wait.at[i].run, ST_WARN, "run %lld %s WAITS for %s",
			  (long long)p->wait.at[i].run, p->wait.at[i].job, p->wait.at[i].what);
}

/* Beside each other the halves scroll alike; one below the other they are one page. */
static void
build(struct lines *left, struct lines *right, const struct model *m)
{
	add_database(left, m);
	add_process(left, m);
	add_sessions(right, m);
	add_locks(right, m);
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct system *s = v->state;
	const struct system_part *p = look_system(m);
	LINES_AUTO left = { .skip = 0 };
	LINES_AUTO right = { .skip = 0 };
	bool two = r.w >= TWO_COLUMNS;
	char title[160];

	look_title(m, "System", p ? p->measured_ms : 0, p ? p->error : "", title, sizeof(title));
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), title);
	build(&left, two ? &right : &left, m);
	(two ? &right : &left)->skip = s->skip;
	lines_draw(&left, c, (struct rect){ r.x, r.y + 1, two ? LEFT : r.w, r.h - 2 },
		   two ? SIZE_MAX : s->line);
	if (two)
		lines_draw(&right, c,
			   (struct rect){ r.x + LEFT + 1, r.y + 1, r.w - LEFT - 1, r.h - 2 },
			   s->line);
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct system *s = v->state;
	LINES_AUTO left = { .skip = 0 };
	LINES_AUTO right = { .skip = 0 };
	bool two = m->w >= TWO_COLUMNS;
	struct lines *page = two ? &right : &left;
	int64_t run;

	build(&left, page, m);
	if (s->line >= page->at.n)
		s->line = page->at.n - 1;
	run = page->at.at[s->line].run;
	if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else if (in->act == ACT_OPEN)
		view_ask_log(run, "this line", out);
	else if (in->act == ACT_LAUNCH)
		view_ask_launch(m, NULL, out);
	else if (!lines_sideways(page, &s->skip, in->act, two ? m->w - LEFT - 1 : m->w))
		scroll_move(&s->line, in->act, page->at.n, m->h > 6 ? (size_t)m->h - 5 : 1);
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_SYSTEM;
}

static void
look(const struct view *v, struct wish *out)
{
	(void)v;
	out->what = LOOK_SYSTEM;
}

const struct view_ops view_system = {
	.title = "System",
	.command = "doctor",
	.screen = screen,
	.state_size = sizeof(struct system),
	.draw = draw,
	.handle = handle,
	.look = look,
};
