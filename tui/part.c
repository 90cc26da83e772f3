#include "tui/part.h"

#include <stdlib.h>
#include <string.h>

void
part_init(struct part *p, void (*done)(struct part *p))
{
	atomic_init(&p->refs, 1);
	p->done = done;
}

void *
part_ref(struct part *p)
{
	if (p)
		atomic_fetch_add(&p->refs, 1);
	return p;
}

void
part_unref(struct part *p)
{
	if (p && atomic_fetch_sub(&p->refs, 1) == 1)
		p->done(p);
}

static void
fresh_done(struct part *p)
{
	struct fresh_part *f = (struct fresh_part *)p;

	freshness_done(&f->f);
	free(f);
}

static void
health_part_done(struct part *p)
{
	struct health_part *h = (struct health_part *)p;

	health_done(&h->h);
	free(h);
}

static void
standing_done(struct part *p)
{
	struct standing_part *s = (struct standing_part *)p;

	notice_list_done(&s->pauses);
	notice_list_done(&s->notes);
	audit_list_done(&s->audit);
	free(s);
}

static void
runs_done(struct part *p)
{
	struct runs_part *r = (struct runs_part *)p;

	run_list_done(&r->l);
	free(r);
}

static void
detail_done(struct part *p)
{
	struct detail_part *d = (struct detail_part *)p;

	run_detail_done(&d->d);
	free(d);
}

static void
line_done(struct part *p)
{
	free(p);
}

static void
log_done(struct part *p)
{
	struct log_part *l = (struct log_part *)p;

	for (size_t i = 0; i < l->line.n; i++)
		part_unref(&l->line.at[i]->part);
	vec_done(&l->line);
	free(l);
}

struct fresh_part *
fresh_part_new(void)
{
	struct fresh_part *f = mem_zalloc(sizeof(*f));

	part_init(&f->part, fresh_done);
	return f;
}

struct health_part *
health_part_new(void)
{
	struct health_part *h = mem_zalloc(sizeof(*h));

	part_init(&h->part, health_part_done);
	return h;
}

struct standing_part *
standing_part_new(void)
{
	struct standing_part *s = mem_zalloc(sizeof(*s));

	part_init(&s->part, standing_done);
	return s;
}

struct runs_part *
runs_part_new(void)
{
	struct runs_part *r = mem_zalloc(sizeof(*r));

	part_init(&r->part, runs_done);
	return r;
}

struct log_part *
log_part_new(int64_t run)
{
	struct log_part *l = mem_zalloc(sizeof(*l));

	part_init(&l->part, log_done);
	l->run = run;
	return l;
}

struct detail_part *
detail_part_new(int64_t run)
{
	struct detail_part *d = mem_zalloc(sizeof(*d));

	part_init(&d->part, detail_done);
	d->run = run;
	return d;
}

struct gates_part *
gates_part_new(const struct job *job, struct date as_of)
{
	struct gates_part *g = mem_zalloc(sizeof(*g));

	part_init(&g->part, line_done);
	g->job = job;
	g->as_of = as_of;
	return g;
}

struct log_line *
log_line_new(const struct event *ev)
{
	static const char cut[] = " [cut]";
	const char *msg = str_or(ev->msg, "");
	size_t unit = ev->unit[0] ? strlen(ev->unit) + 2 : 0;
	size_t room = LOG_LINE_MAX - unit - sizeof(cut), len = strnlen(msg, room + 1);
	bool whole = len <= room;
	struct log_line *l;

	if (!whole)
		len = room;
	l = mem_zalloc(sizeof(*l) + unit + len + sizeof(cut));
	part_init(&l->part, line_done);
	l->seq = ev->seq;
	l->ts_ms = ev->ts_ms;
	l->lvl = ev->lvl;
	if (unit > 0)
		fmt_buf(l->text, unit + 1, "%s: ", ev->unit);
	str_copy(l->text + unit, len + 1, msg);
	if (!whole)
		str_copy(l->text + strlen(l->text), sizeof(cut), cut);
	return l;
}

static size_t
line_bytes(const struct log_line *l)
{
	return sizeof(*l) + strlen(l->text) + 1;
}

/* Index of the oldest of n lines that stays when all are to fit under the ceilings. */
static size_t
first_kept(struct log_line *const *at, size_t n)
{
	size_t bytes = 0, i = n;

	while (i > 0 && n - i < LOG_LINES_MAX) {
		bytes += line_bytes(at[i - 1]);
		if (bytes > LOG_BYTES_MAX)
			break;
		i--;
	}
	return i;
}

struct log_part *
log_part_extend(const struct log_part *old, int64_t run, const struct event_list *add)
{
	struct log_part *l = log_part_new(run);
	size_t drop;

	if (old && old->run == run) {
		vec_reserve(&l->line, old->line.n + add->n);
		for (size_t i = 0; i < old->line.n; i++)
			vec_push(&l->line, part_ref(&old->line.at[i]->part));
	}
	for (size_t i = 0; i < add->n; i++)
		vec_push(&l->line, log_line_new(&add->at[i]));
	drop = first_kept(l->line.at, l->line.n);
	for (size_t i = 0; i < drop; i++)
		part_unref(&l->line.at[i]->part);
	if (drop > 0) {
		l->line.n -= drop;
		memmove(l->line.at, l->line.at + drop, l->line.n * sizeof(*l->line.at));
	}
	return l;
}
