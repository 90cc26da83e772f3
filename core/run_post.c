/* Postconditions of a run (core/post.h): measured on the tables, compared, kept with the result. */
#include "core/calendar.h"
#include "core/run_after.h"

#include <inttypes.h>
#include <string.h>

enum { SAYS_MAX = 300, VALUE_MAX = 64, MEASURE_MAX = 140 };

struct measured {
	const struct post *post;
	char value[VALUE_MAX], last[VALUE_MAX]; /* as the database wrote them; "" = unknown */
	int64_t last_run;			/* 0 = there is none */
	struct num median;			/* of the last good sessions; absent: no number */
	int64_t sessions;			/* how many of them */
	const char *verdict;
	char says[SAYS_MAX];
};

/* A run that was told to do only a part proves nothing about the whole table. */
static bool
exempt(const struct run *r)
{
	static const char *const narrow[] = { "ticker", "tickers", "offset",
					      "start",	"end",	   "windows" };

	for (size_t i = 0; i < ARRAY_LEN(narrow); i++)
		if (params_text(&r->params, narrow[i]))
			return true;
	return r->ctx.dry_run || params_int(&r->params, "limit", 0) > 0 ||
	       r->job->runner != RUNNER_NATIVE;
}

static void
title(const struct post *p, char out[VALUE_MAX])
{
	str_copy(out, VALUE_MAX, p->name);
	for (char *c = out; *c; c++)
		if (*c == '_')
			*c = ' ';
}

static bool
is_share(const struct post *p)
{
	return p->kind == POST_RISE || p->kind == POST_NULLS;
}

static struct num
number(const char *text)
{
	struct num n = { 0, false };

	n.has = num_parse(text, strlen(text), &n.v);
	return n;
}

/* "61,203" or "12.3 %". */
static const char *
figure(const struct post *p, double v, char out[NUM_BUF])
{
	if (!is_share(p))
		return num_group((int64_t)v, out);
	fmt_buf(out, NUM_BUF, "%.1f %%", 100 * v);
	return out;
}

static void
unmeasured(struct measured *m, const char *why)
{
	char name[VALUE_MAX];

	title(m->post, name);
	m->verdict = "unmeasured";
	fmt_buf(m->says, sizeof(m->says), "%s could not be measured: %s", name, why);
}

/* The newest earlier success at or before the as-of date that measured the same, and the median of
 * the last good sessions. */
static int
find_last(struct run *r, struct measured *m, struct err *e)
{
	char id[NUM_BUF], day[DATE_BUF];
	const char *args[] = { r->job->name, date_iso(r->ctx.as_of, day),
			       num_int(atomic_load(&r->id), id), m->post->name };
	ROWS_AUTO rows = db_query(r->ctx.db, Q_POST_LAST, args, e);

	if (!rows)
		return -1;
	if (rows_count(rows) > 0) {
		m->last_run = rows_int(rows, 0, 0);
		str_copy(m->last, sizeof(m->last), rows_text(rows, 0, 1));
		m->median = rows_num(rows, 0, 2);
		m->sessions = rows_int(rows, 0, 3);
	}
	return 0;
}

static int
measure(struct run *r, struct measured *m, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { date_iso(r->ctx.as_of, day) };
	ROWS_AUTO rows = db_query(r->ctx.db, (enum query)m->post->query, args, e);

	if (!rows)
		return -1;
	if (rows_count(rows) != 1 || !rows_text(rows, 0, 0))
		return err_set(e, ERR_EMPTY, "there is no value");
	str_copy(m->value, sizeof(m->value), rows_text(rows, 0, 0));
	return find_last(r, m, e);
}

static void
judge_newest(const struct run *r, struct measured *m)
{
	char want[DATE_BUF], name[VALUE_MAX];
	struct date floor = calendar_floor(r->ctx.as_of), have;

	date_iso(floor, want);
	title(m->post, name);
	if (!date_parse(m->value, &have)) {
		unmeasured(m, "its value is no date");
		return;
	}
	/* A run on a day without session may date its rows on that day. */
	bool holds = date_cmp(have, floor) >= 0;

	m->verdict = holds ? "ok" : "broken";
	fmt_buf(m->says, sizeof(m->says), "%s %s %s %s", name, m->value, holds ? ">=" : "<", want);
	if (m->last_run > 0 && !holds)
		fmt_buf(m->says, sizeof(m->says), "%s %s < %s (run %" PRId64 " had %s)", name,
			m->value, want, m->last_run, m->last);
}

/* Against a number that needs no earlier run. */
static void
judge_fixed(struct run *r, struct measured *m, double value)
{
	const struct post *p = m->post;
	bool least = p->kind == POST_AT_LEAST || p->kind == POST_REPORTED;
	struct num bound = { p->bound, true };
	char name[VALUE_MAX], have[NUM_BUF], want[NUM_BUF], tail[60] = "", last[NUM_BUF];

	if (p->kind == POST_REPORTED)
		bound = json_num(r->result, p->reported);
	if (!bound.has) {
		unmeasured(m, "the run did not report its rows");
		return;
	}
	bool holds = least ? value >= bound.v : value <= bound.v;

	if (p->kind == POST_REPORTED)
		str_copy(tail, sizeof(tail), " reported");
	else if (m->last_run > 0 && !holds)
		fmt_buf(tail, sizeof(tail), " (run %" PRId64 " had %s)", m->last_run,
			figure(p, number(m->last).v, last));
	title(p, name);
	m->verdict = holds ? "ok" : "broken";
	fmt_buf(m->says, sizeof(m->says), "%s %s %s %s%s", name, figure(p, value, have),
		least ? (holds ? ">=" : "<") : (holds ? "<=" : ">"), figure(p, bound.v, want),
		tail);
}

static void
judge_first(struct measured *m, double value)
{
	const struct post *p = m->post;
	char name[VALUE_MAX], have[NUM_BUF], want[NUM_BUF];
	bool holds = p->kind == POST_RISE || value >= p->first;

	title(p, name);
	figure(p, value, have);
	m->verdict = holds ? "first" : "broken";
	if (holds)
		fmt_buf(m->says, sizeof(m->says), "%s %s, no earlier good run to compare with",
			name, have);
	else
		fmt_buf(m->says, sizeof(m->says), "%s %s < %s, the least for a first run", name,
			have, figure(p, p->first, want));
}

/* "20 of run 7", "20, the median of 5 good sessions (run 7 had 21)". */
static void
measure_text(const struct measured *m, char out[MEASURE_MAX])
{
	char median[NUM_BUF], last[NUM_BUF];

	figure(m->post, m->median.v, median);
	if (m->sessions == 1)
		fmt_buf(out, MEASURE_MAX, "%s of run %" PRId64, median, m->last_run);
	else
		fmt_buf(out, MEASURE_MAX,
			"%s, the median of %" PRId64 " good sessions (run %" PRId64 " had %s)",
			median, m->sessions, m->last_run, figure(m->post, number(m->last).v, last));
}

/* Against the median: one odd session that passed neither hides nor makes a fault. */
static void
judge_last(struct measured *m, double value)
{
	const struct post *p = m->post;
	char name[VALUE_MAX], have[NUM_BUF], had[MEASURE_MAX];
	bool rise = p->kind == POST_RISE;
	bool holds = rise ? value <= m->median.v + p->bound : value >= m->median.v * p->bound;

	title(p, name);
	figure(p, value, have);
	measure_text(m, had);
	m->verdict = holds ? "ok" : "broken";
	if (rise)
		fmt_buf(m->says, sizeof(m->says), "%s %s %s %.0f points above %s", name, have,
			holds ? "<=" : ">", 100 * p->bound, had);
	else
		fmt_buf(m->says, sizeof(m->says), "%s %s %s %.4g %% of %s", name, have,
			holds ? ">=" : "<", 100 * p->bound, had);
}

static void
judge(struct run *r, struct measured *m)
{
	struct num value = number(m->value);
	enum post_kind kind = m->post->kind;

	if (kind == POST_NEWEST)
		judge_newest(r, m);
	else if (!value.has)
		unmeasured(m, "its value is no number");
	else if (kind != POST_OF_LAST && kind != POST_RISE)
		judge_fixed(r, m, value.v);
	else if (m->last_run == 0 || !m->median.has)
		judge_first(m, value.v);
	else
		judge_last(m, value.v);
}

static void
set_value(struct json *o, const char *key, const char *text)
{
	struct num n = number(text);

	if (n.has)
		json_set_num(o, key, n);
	else
		json_set_text(o, key, *text ? text : NULL);
}

static void
keep(struct json *posts, const struct measured *m)
{
	struct json *o = json_new_object();

	set_value(o, "value", m->value);
	json_set_num(o, "bound", (struct num){ m->post->bound, true });
	set_value(o, "last", m->last);
	if (m->last_run > 0)
		json_set_int(o, "last_run", m->last_run);
	else
		json_set_null(o, "last_run");
	json_set_num(o, "median", m->median);
	json_set_int(o, "sessions", m->sessions);
	json_set_text(o, "verdict", m->verdict);
	json_set_text(o, "says", m->says);
	json_set(posts, m->post->name, o);
}

/* Anything but a value that holds makes the run PARTIAL at least. */
static void
conclude(struct run *r, struct measured *m, struct err *e)
{
	char why[SAYS_MAX + 80];
	bool broken = str_same(m->verdict, "broken");

	if (str_same(m->verdict, "ok") || str_same(m->verdict, "first")) {
		run_emit(r, LVL_INFO, "post", "postcondition: %s", m->says);
		return;
	}
	str_copy(why, sizeof(why), m->says);
	if (broken && params_bool(&r->params, "force")) {
		m->verdict = "accepted";
		fmt_buf(why, sizeof(why), "%s (accepted by force)", m->says);
	} else if (broken && m->post->fails && e->cls == ERR_NONE) {
		err_set(e, ERR_DATA,
			"postcondition: %s.  What was written stays.  Next: look at the input, run "
			"it again, or accept it with --force",
			m->says);
	}
	run_taint(&r->ctx, why);
}

int
run_posts(struct run *r, struct err *e)
{
	const struct post *p = r->job->posts;
	struct json *posts;

	if (!p || exempt(r))
		return 0;
	*e = (struct err)ERR_INIT; /* a job that went on after trouble may have left it */
	posts = json_new_object();
	for (; p->name; p++) {
		struct measured m = { .post = p };
		struct err trouble = ERR_INIT;

		/* A resumed run that found the work done has nothing of its own to compare. */
		if (p->kind == POST_REPORTED && r->l.resume &&
		    !json_num(r->result, p->reported).has)
			continue;
		if (measure(r, &m, &trouble) < 0)
			unmeasured(&m, trouble.text);
		else
			judge(r, &m);
		conclude(r, &m, e);
		keep(posts, &m);
	}
	pthread_mutex_lock(&r->lock);
	json_set(r->result, "posts", posts);
	pthread_mutex_unlock(&r->lock);
	return e->cls == ERR_NONE ? 0 : -1;
}
