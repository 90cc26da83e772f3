/* One run: what it was told, what it read, how far it came, why it ended, what to type next. */
#include "core/json_flat.h"
#include "core/num.h"
#include "tui/layout.h"
#include "tui/view.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 10, FRAME = 3 /* crumbs, rule, status */, COMMAND_MAX = 1024, LINE_MAX_ = 2048 };

struct detail {
	int64_t run;
	int top;       /* lines scrolled away */
	bool evidence; /* what the vendor sent, instead of gates and units */
	char command[COMMAND_MAX];
};

/* Lines from `top` on are drawn into r, the others only counted.  c NULL counts all. */
struct paper {
	struct canvas *c;
	struct rect r;
	int top, y;
};

static void
rule(struct paper *p, const char *title, const char *note)
{
	int y = p->y++ - p->top;

	if (p->c && y >= 0 && y < p->r.h)
		canvas_rule(p->c, SPAN(p->r.x, p->r.y + y, p->r.w), title, note);
}

static void put_line(struct paper *p, enum style st, const char *label, const char *fmt, ...)
	PRINTF_FMT(4, 5);

/* A text that does not fit goes on in the next rows. */
static void
put_line(struct paper *p, enum style st, const char *label, const char *fmt, ...)
{
	char text[LINE_MAX_];
	int x = *label ? LABEL : 0, w = p->r.w - 1 - x, y = p->y - p->top, rows, hidden;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	rows = canvas_wrap(NULL, (struct rect){ 0, 0, w, 0 }, st, text);
	p->y += rows;
	hidden = y < 0 || y + rows > p->r.h;
	if (!p->c || y + rows <= 0 || y >= p->r.h)
		return;
	if (!hidden)
		canvas_wrap(p->c, (struct rect){ p->r.x + 1 + x, p->r.y + y, w, rows }, st, text);
	else if (y >= 0)
		canvas_wrap(p->c, (struct rect){ p->r.x + 1 + x, p->r.y + y, w, p->r.h - y }, st,
			    text);
	if (y >= 0)
		canvas_put(p->c, SPAN(p->r.x + 1, p->r.y + y, x), ST_DIM, label);
}

static const struct run_detail *
read_part(const struct detail *s, const struct model *m)
{
	return m->s->detail && m->s->detail->run == s->run ? &m->s->detail->d : NULL;
}

/* As the details were read, else as the list of runs has it. */
static const struct run_info *
info(const struct detail *s, const struct model *m)
{
	const struct run_detail *d = read_part(s, m);

	return d && d->run.n > 0 ? &d->run.at[0] : model_run(m, s->run);
}

/* "fintra run JOB --as-of D --gate strict --limit 5"; "" when this build does not know the job. */
static void
command_of(const struct model *m, const struct run_info *r, char out[COMMAND_MAX])
{
	const struct job *job = r ? catalogue_job(m->cat, r->job) : NULL;
	struct params params;
	struct err e = ERR_INIT;
	STR_AUTO s = { 0 };
	const char *name = job ? job->name : "";
	bool backfill = job && job->flags & JOB_BACKFILL;
	char iso[DATE_BUF];

	out[0] = '\0';
	if (!job || params_from_json(&params, job->params, str_or(r->params, "{}"), &e) < 0)
		return;
	if (backfill && str_starts(name, "backfill-"))
		name += strlen("backfill-");
	str_init(&s, COMMAND_MAX - 1);
	str_fmt(&s, "%s %s %s --as-of %s", str_or(m->command, "fintra"),
		backfill ? "backfill" : "run", name, date_iso(r->as_of, iso));
	if (r->gate[0] && !str_same(r->gate, "warn"))
		str_fmt(&s, " --gate %s", r->gate);
	params_command(&params, &s);
	params_done(&params);
	if (!s.overflow)
		str_copy(out, COMMAND_MAX, str_c(&s));
}

static void
put_times(struct paper *p, const struct model *m, const struct run_info *r)
{
	char from[CLOCK_BUF], to[CLOCK_BUF], span[CLOCK_BUF];
	int64_t end = r->ended_ms ? r->ended_ms : m->now_ms;

	if (!r->started_ms) {
		put_line(p, ST_NORMAL, "created", "%s, not started",
			 view_clock(m, r->created_ms, from));
		return;
	}
	clock_span(end - r->started_ms, span);
	view_clock(m, r->started_ms, from);
	if (r->ended_ms)
		put_line(p, ST_NORMAL, "time", "%s to %s, %s", from, view_clock(m, r->ended_ms, to),
			 span);
	else
		put_line(p, ST_NORMAL, "time", "since %s, %s", from, span);
}

static void
put_progress(struct paper *p, const struct model *m, const struct run_info *r)
{
	char done[NUM_BUF], total[NUM_BUF], beat[CLOCK_BUF];

	if (run_state_ended(r->state))
		return;
	if (r->waits_for[0])
		put_line(p, ST_NOTE, "waits for", "%s", r->waits_for);
	if (r->total > 0)
		put_line(p, ST_RUN, "phase", "%s  %s of %s, %.0f%%", r->phase,
			 num_group(r->done, done), num_group(r->total, total),
			 100.0 * (double)r->done / (double)r->total);
	else if (r->phase[0])
		put_line(p, ST_RUN, "phase", "%s", r->phase);
	if (r->beat_ms > 0)
		put_line(p, ST_DIM, "beat", "%s ago",
			 clock_span(m->now_ms > r->beat_ms ? m->now_ms - r->beat_ms : 0, beat));
}

static void
put_totals(struct paper *p, const struct tally *t)
{
	char a[NUM_BUF], b[NUM_BUF], c[NUM_BUF], d[NUM_BUF];

	put_line(p, ST_NORMAL, "totals", "read %s  inserted %s  updated %s  unchanged %s",
		 num_rows(t->read, a), num_rows(t->inserted, b), num_rows(t->updated, c),
		 num_rows(t->unchanged, d));
	if (t->rejected || t->skipped || t->errors)
		put_line(p, t->errors ? ST_WARN : ST_NORMAL, " ",
			 "rejected %s  skipped %s  errors %s", num_rows(t->rejected, a),
			 num_rows(t->skipped, b), num_rows(t->errors, c));
}

static void
put_json(struct paper *p, const char *label, const char *text)
{
	STR_AUTO flat = { 0 };

	str_init(&flat, LINE_MAX_);
	json_flat(text, &flat);
	put_line(p, ST_NORMAL, label, "%s%s", str_c(&flat), flat.overflow ? " ..." : "");
}

static void
put_ending(struct paper *p, const struct run_info *r)
{
	char code[32] = "", http[24] = "";

	if (r->sqlstate[0])
		fmt_buf(code, sizeof(code), " sqlstate %s", r->sqlstate);
	if (r->http)
		fmt_buf(http, sizeof(http), " http %d", r->http);
	if (r->err_class[0])
		put_line(p, ST_BAD, "class", "%s%s%s", r->err_class, code, http);
	if (r->error && r->error[0])
		put_line(p, ST_BAD, "error", "%s", r->error);
	if (r->taint[0])
		put_line(p, ST_WARN, "taint", "%s", r->taint);
	STR_AUTO rest = { 0 };

	str_init(&rest, LINE_MAX_);
	json_free(posts_split(r->result, &rest));
	if (rest.len > 0)
		put_json(p, "result", str_c(&rest));
}

/* What the runner found of the job's tables; a broken one also stands above, as the taint. */
static void
put_posts(struct paper *p, const struct run_info *r)
{
	STR_AUTO rest = { 0 };
	const char *name;

	str_init(&rest, LINE_MAX_);
	struct json *posts = posts_split(r->result, &rest);

	for (size_t i = 0; posts && i < json_len(posts); i++) {
		const struct json *post = json_member(posts, i, &name);

		put_line(p, post_is_trouble(post) ? ST_WARN : ST_NORMAL, i == 0 ? "after it" : " ",
			 "%s: %s", str_or(json_text(post, "verdict"), "?"),
			 str_or(json_text(post, "says"), name));
	}
	json_free(posts);
}

/* What to type, or press, next. */
static void
put_next(struct paper *p, const struct model *m, const struct run_info *r, const char *command)
{
	const char *name = str_or(m->command, "fintra");

	switch (r->state) {
	case RUN_QUEUED:
	case RUN_RUNNING:
		put_line(p, ST_BOLD, "next", "%s cancel %lld  (c), %s logs -f %lld  (l)", name,
			 (long long)r->id, name, (long long)r->id);
		break;
	case RUN_SUCCESS:
		put_line(p, ST_DIM, "next", "nothing: it ended well");
		break;
	case RUN_SKIPPED:
		put_line(p, ST_BOLD, "next", "launch it anew  (R)");
		break;
	default:
		put_line(p, ST_BOLD, "next", "%s resume %lld  (R)", name, (long long)r->id);
	}
	if (*command)
		put_line(p, ST_NORMAL, "command", "%s", command);
	else
		put_line(p, ST_DIM, "command", "? this build has no job %s", r->job);
}

static void
put_facts(struct paper *p, const struct model *m, const struct run_info *r,
	  const struct run_detail *d)
{
	const struct job *job = catalogue_job(m->cat, r->job);
	char iso[DATE_BUF], code[32] = "", command[COMMAND_MAX];

	if (run_state_ended(r->state) && r->exit_code != 0)
		fmt_buf(code, sizeof(code), ", exit code %d", r->exit_code);
	put_line(p, theme_run(r->state), "state", "%c %s%s", theme_run_letter(r->state),
		 run_state_name(r->state), code);
	/* What is looked for first stands first: on a small screen the rest scrolls. */
	put_progress(p, m, r);
	if (d && d->asked[0])
		put_line(p, ST_WARN, "asked", "%s asked it to %s", d->asked_by, d->asked);
	put_ending(p, r);
	command_of(m, r, command);
	put_next(p, m, r, command);
	put_times(p, m, r);
	put_totals(p, &r->counts);
	put_posts(p, r);
	put_line(p, ST_NORMAL, "job", "%s%s%s", r->job, job ? ": " : "", job ? job->title : "");
	put_line(p, ST_NORMAL, "as-of", "%s, gate %s", date_iso(r->as_of, iso),
		 r->gate[0] ? r->gate : "?");
	put_line(p, ST_NORMAL, "by", "%s@%s, %s, pid %d, epoch %d, build %s", r->who, r->host,
		 r->origin, r->pid, r->epoch, r->build);
	if (r->reason && r->reason[0])
		put_line(p, ST_NORMAL, "reason", "%s", r->reason);
	if (r->params && !str_same(r->params, "{}"))
		put_json(p, "params", r->params);
	if (r->parent)
		put_line(p, ST_NORMAL, "parent", "run %lld", (long long)r->parent);
}

static void
put_gates(struct paper *p, const struct run_info *r, const struct run_detail *d)
{
	char date[DATE_BUF], rows[NUM_BUF];

	rule(p, "Gates and inputs", NULL);
	for (size_t i = 0; i < d->ngates; i++)
		put_line(p, ST_WARN, "", "%s", d->gate[i]);
	if (d->ngates == 0)
		put_line(p, ST_DIM, "", "gate %s: %s", r->gate[0] ? r->gate : "?",
			 str_same(r->gate, "off") ? "inputs were not measured"
						  : "it had nothing to say");
	for (size_t i = 0; i < d->inputs.n; i++) {
		const struct input_info *in = &d->inputs.at[i];

		put_line(p, ST_NORMAL, "", "%-28s %s  %s row%s", in->table,
			 date_is_set(in->as_of) ? date_iso(in->as_of, date) : "-",
			 in->rows >= 0 ? num_group(in->rows, rows) : "?", num_s(in->rows));
	}
	if (d->inputs.n == 0)
		put_line(p, ST_DIM, "", "no input is recorded");
}

static void
put_children(struct paper *p, const struct run_detail *d)
{
	if (d->children.n == 0)
		return;
	rule(p, "Runs it started", NULL);
	for (size_t i = 0; i < d->children.n; i++) {
		const struct run_info *r = &d->children.at[i];

		put_line(p, theme_run(r->state), "", "%lld  %c %-9s  %s", (long long)r->id,
			 theme_run_letter(r->state), run_state_name(r->state), r->job);
	}
}

static void
put_unit(struct paper *p, const struct model *m, const struct unit_detail *u)
{
	const struct tally *t = &u->u.counts;
	char ins[NUM_BUF], upd[NUM_BUF], same[NUM_BUF], span[CLOCK_BUF] = "-", end[CLOCK_BUF] = "-";
	bool bad = str_same(u->u.state, "failed");

	if (u->took_ms >= 0)
		clock_span(u->took_ms, span);
	if (u->u.ended_ms > 0)
		view_clock(m, u->u.ended_ms, end);
	put_line(p, bad ? ST_BAD : ST_NORMAL, "", "%-6s %s %7s %dx  %s  +%s ~%s =%s%s", u->u.state,
		 end, span, u->u.attempts, u->u.unit, num_rows(t->inserted, ins),
		 num_rows(t->updated, upd), num_rows(t->unchanged, same),
		 t->errors > 0 ? "  with errors" : "");
}

static void
put_units(struct paper *p, const struct model *m, const struct run_detail *d)
{
	char note[96], all[NUM_BUF], done[NUM_BUF], bad[NUM_BUF];

	fmt_buf(note, sizeof(note), "%s, %s done, %s failed", num_group(d->units, all),
		num_group(d->done, done), num_group(d->failed, bad));
	rule(p, "Units", note);
	if (d->n == 0)
		put_line(p, ST_DIM, "", "no unit has ended yet");
	else
		put_line(p, ST_DIM, "", "state  ended       took try unit, +new ~changed =same");
	for (size_t i = 0; i < d->n; i++)
		put_unit(p, m, &d->unit[i]);
	if (d->units > (int64_t)d->n)
		put_line(p, ST_DIM, "", "the failed and the newest %zu are shown", d->n);
}

static void
put_body(struct paper *p, const struct evidence *v)
{
	const char *at = v->body, *end = v->body + v->nbody;
	char kept[NUM_BUF], all[NUM_BUF];

	while (at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t n = nl ? (size_t)(nl - at) : (size_t)(end - at);

		put_line(p, ST_NORMAL, "", "| %.*s", (int)(n < LINE_MAX_ ? n : LINE_MAX_), at);
		at += n + 1;
	}
	if ((int64_t)v->nbody < v->bytes)
		put_line(p, ST_DIM, "", "the first %s of %s bytes",
			 num_group((int64_t)v->nbody, kept), num_group(v->bytes, all));
}

static void
put_evidence(struct paper *p, const struct model *m, const struct run_info *r,
	     const struct run_detail *d)
{
	char when[CLOCK_BUF], bytes[NUM_BUF];

	rule(p, "What the vendor sent", "e: back to units");
	if (d->evidence.n == 0)
		put_line(p, ST_DIM, "", "this run kept no answer of the vendor");
	for (size_t i = 0; i < d->evidence.n; i++) {
		const struct evidence *v = &d->evidence.at[i];
		bool refused = str_same(v->kind, "refused");

		put_line(p, refused ? ST_BAD : ST_BOLD, "", "%s %s  HTTP %d  %s  %s bytes", v->kind,
			 v->url, v->status, view_clock(m, v->at_ms, when),
			 num_group(v->bytes, bytes));
		if (v->why)
			put_line(p, ST_WARN, "", "%s", v->why);
		if (v->header)
			put_line(p, ST_NORMAL, "", "%s: %s", v->fingerprint, v->header);
		if (refused)
			put_body(p, v);
	}
	if (d->evidence.n > 0 && str_same(d->evidence.at[0].kind, "refused"))
		put_line(p, ST_DIM, "", "%s replay %lld reads it again offline",
			 str_or(m->command, "fintra"), (long long)r->id);
}

static void
put_parts(struct paper *p, const struct model *m, const struct run_info *r,
	  const struct run_detail *d, bool evidence)
{
	if (!d) {
		put_line(p, ST_DIM, "", "reading units and inputs ...");
		return;
	}
	if (evidence) {
		put_evidence(p, m, r, d);
		return;
	}
	put_gates(p, r, d);
	put_children(p, d);
	put_units(p, m, d);
}

/* Side by side where there is room, else one below the other; then all scrolls together. */
static int
paint(const struct detail *s, const struct model *m, struct canvas *c, struct rect r)
{
	const struct run_info *run = info(s, m);
	const struct run_detail *d = read_part(s, m);
	bool wide = r.w >= LAYOUT_TWO_COLUMNS;
	int split = r.w / 2;
	struct paper p = { c, r, s->top, 0 };

	if (!run) {
		canvas_fmt(c, SPAN(r.x + 1, r.y, r.w - 1), ST_DIM,
			   d ? "there is no run %lld" : "reading run %lld ...", (long long)s->run);
		return 1;
	}
	if (wide) {
		struct paper facts = { c, { r.x, r.y, split, r.h }, 0, 0 };

		put_facts(&facts, m, run, d);
		if (c)
			canvas_fill(c, (struct rect){ split, r.y, 1, r.h }, ST_RULE, 0x2502);
		p.r = (struct rect){ split + 1, r.y, r.w - split - 1, r.h };
	} else {
		put_facts(&p, m, run, d);
	}
	put_parts(&p, m, run, d, s->evidence);
	return p.y;
}

static struct rect
body(struct rect r)
{
	return (struct rect){ r.x, r.y + 2, r.w, r.h - FRAME };
}

/* The page ends at the bottom of its room, also when that has grown. */
static int
clamp_top(const struct detail *s, const struct model *m, struct rect r, int top)
{
	struct detail from_top = *s;
	int last;

	from_top.top = 0;
	last = info(s, m) ? paint(&from_top, m, NULL, r) - r.h : 0;
	if (last < 0)
		last = 0;
	return top < last ? top : last;
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct detail *s = v->state;
	const struct run_info *run = info(s, m);
	struct detail clamped = *s;
	char title[160], note[48] = "not read yet";
	int64_t age = read_part(s, m) ? m->now_ms - m->s->detail->read_ms : 0;

	if (read_part(s, m))
		fmt_buf(note, sizeof(note), "age %llds", (long long)(age > 0 ? age / 1000 : 0));
	fmt_buf(title, sizeof(title), "Runs > Run %lld", (long long)s->run);
	view_crumbs(m, c, SPAN(r.x, r.y, r.w), title);
	fmt_buf(title, sizeof(title), "Run %lld %s", (long long)s->run, run ? run->job : "");
	canvas_rule(c, SPAN(r.x, r.y + 1, r.w), title, note);
	clamped.top = clamp_top(s, m, body(r), s->top);
	paint(&clamped, m, c, body(r));
	view_status_line(m, c, SPAN(r.x, r.y + r.h - 1, r.w));
}

static void
scroll(struct detail *s, const struct model *m, enum act act)
{
	struct rect r = body((struct rect){ 0, 0, m->w, m->h - 1 });
	int last = clamp_top(s, m, r, INT_MAX);
	size_t at = (size_t)(s->top < last ? s->top : last);

	if (scroll_move(&at, act, (size_t)last + 1, (size_t)(r.h > 2 ? r.h - 1 : 1)))
		s->top = (int)at;
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct detail *s = v->state;
	const struct run_info *r = info(s, m);

	switch (in->act) {
	case ACT_BACK:
		out->intent = DO_BACK;
		break;
	case ACT_LOG:
	case ACT_LOG_ADD:
		view_open_log(r, in->act, out);
		break;
	case ACT_RETRY:
		view_ask_resume(m, r, in, out);
		break;
	case ACT_LAUNCH:
		view_ask_launch(m, r ? catalogue_job(m->cat, r->job) : NULL, out);
		break;
	case ACT_DRAIN:
	case ACT_ABORT:
		view_ask_cancel(m, s->run, in, out);
		break;
	case ACT_EVIDENCE:
		s->evidence = !s->evidence;
		break;
	case ACT_COPY_COMMAND:
		command_of(m, r, s->command);
		out->intent = s->command[0] ? DO_COPY : DO_NOTHING;
		out->copy = s->command;
		break;
	default:
		scroll(s, m, in->act);
	}
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	(void)m;
	((struct detail *)v->state)->run = how ? how->run : 0;
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_RUN;
}

static int64_t
follow(const struct view *v, const struct model *m)
{
	(void)m;
	return ((const struct detail *)v->state)->run;
}

static int64_t
detail(const struct view *v)
{
	return ((const struct detail *)v->state)->run;
}

static bool
ticker(const struct view *v, const struct model *m, char out[TICKER_MAX + 1])
{
	return view_run_ticker(info(v->state, m), out);
}

static bool
about(const struct view *v, const struct model *m, char out[LOOK_NAME])
{
	const struct run_info *r = info(v->state, m);

	str_copy(out, LOOK_NAME, r ? r->job : "");
	return r != NULL;
}

const struct view_ops view_run = {
	.title = "Run",
	.screen = screen,
	.state_size = sizeof(struct detail),
	.init = init,
	.draw = draw,
	.handle = handle,
	.follow = follow,
	.detail = detail,
	.ticker = ticker,
	.about = about,
};
