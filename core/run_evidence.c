/* Keeps what the vendor sent to a run (core/evidence.h): watched at the door of HTTP, so that no
 * job has to help.  All on the run's own thread. */
#include "core/clock.h"
#include "core/evidence.h"
#include "core/run_after.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ENDPOINTS_MAX = 16, CHANGE_MAX = 600 };

/* The newest answer of an endpoint: refused ones replace each other, a taken one stays in memory in
 * case the job finds out later that it is not what was asked for. */
struct answer_kept {
	char *url, *body; /* owned */
	size_t nbody;
	int64_t bytes, at_ms;
	int status;
	char why[160]; /* of a refusal */
};

struct endpoint {
	char path[256];
	bool csv, header_seen;
	int64_t order; /* of its last answer */
	struct answer_kept refused, taken;
};

struct evidence_watch {
	struct run *r;
	struct endpoint at[ENDPOINTS_MAX];
	size_t n;
	int64_t order;
};

static void
forget(struct answer_kept *a)
{
	free(a->url);
	free(a->body);
	*a = (struct answer_kept){ .url = NULL };
}

/* Beyond the last place nothing is kept: no job has as many endpoints. */
static struct endpoint *
endpoint_of(struct evidence_watch *w, const struct http_req *q)
{
	for (size_t i = 0; i < w->n; i++)
		if (str_same(w->at[i].path, q->path))
			return &w->at[i];
	if (w->n == ENDPOINTS_MAX)
		return NULL;
	str_copy(w->at[w->n].path, sizeof(w->at[w->n].path), q->path);
	w->at[w->n].csv = q->kind == HTTP_CSV;
	return &w->at[w->n++];
}

static char *
hex(const char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *out = mem_alloc(2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[(unsigned char)p[i] >> 4];
		out[2 * i + 1] = digits[(unsigned char)p[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

static struct json *
row_of(const struct endpoint *ep, const char *kind, const struct answer_kept *a)
{
	struct json *o = json_new_object();
	char *body = hex(a->body, a->nbody);

	json_set_text(o, "endpoint", ep->path);
	json_set_text(o, "kind", kind);
	json_set_text(o, "format", ep->csv ? "csv" : "json");
	json_set_int(o, "at", a->at_ms);
	json_set_text(o, "url", a->url);
	json_set_int(o, "status", a->status);
	json_set_int(o, "bytes", a->bytes);
	json_set_text(o, "body", body);
	free(body);
	return o;
}

/* Once per change: the next run compares with the header of this one. */
static void
tell_change(struct run *r, const char *path, const char *names)
{
	char id[NUM_BUF];
	const char *args[] = { path, num_int(atomic_load(&r->id), id) };
	struct err e = ERR_INIT;
	STR_AUTO change = { 0 };
	ROWS_AUTO rows = db_query(r->ledger, Q_EVIDENCE_LAST_HEADER, args, &e);

	if (!rows) {
		run_emit(r, LVL_WARN, "warn", "%s: earlier headers cannot be read: %s", path,
			 e.text);
		return;
	}
	if (rows_count(rows) == 0 || !rows_text(rows, 0, 1))
		return;
	str_init(&change, CHANGE_MAX);
	evidence_compare(rows_text(rows, 0, 1), names, &change);
	if (change.len > 0)
		run_emit(r, LVL_WARN, "warn", "%s: header changed since run %" PRId64 ": %s", path,
			 rows_int(rows, 0, 0), str_c(&change));
}

/* The first answer of a run to an endpoint stands for all. */
static void
keep_header(struct run *r, struct endpoint *ep)
{
	const char *end = memchr(ep->taken.body, '\n', ep->taken.nbody);
	struct answer_kept line = ep->taken;
	char print[20];
	STR_AUTO names = { 0 };

	str_init(&names, HTTP_KEPT);
	if (!evidence_header(ep->taken.body, ep->taken.nbody, &names))
		return;
	ep->header_seen = true;
	if (end)
		line.nbody = (size_t)(end - line.body) + 1;
	evidence_fingerprint(str_c(&names), print);
	struct json *o = row_of(ep, "header", &line);

	json_set_text(o, "header", str_c(&names));
	json_set_text(o, "fingerprint", print);
	tell_change(r, ep->path, str_c(&names));
	outbox_evidence(&r->out, o);
}

static void
keep_refused(struct run *r, const struct endpoint *ep, const struct answer_kept *a, const char *why)
{
	struct json *o = row_of(ep, "refused", a);

	json_set_text(o, "why", why);
	outbox_evidence(&r->out, o);
}

/* A vendor that refuses says the same again and again: once is enough until the end. */
static bool
is_news(const struct answer_kept *a, const struct http_seen *s)
{
	return !a->url || a->status != s->status || a->nbody != s->nbody ||
	       (s->nbody && memcmp(a->body, s->body, s->nbody) != 0);
}

static void
seen(void *arg, const struct http_seen *s)
{
	struct evidence_watch *w = arg;
	struct endpoint *ep = endpoint_of(w, s->q);
	struct answer_kept *a = ep ? (s->why ? &ep->refused : &ep->taken) : NULL;
	bool news;

	if (!a)
		return;
	news = s->why && is_news(a, s);
	forget(a);
	a->url = mem_dup(s->url);
	a->body = mem_ndup(s->body, s->nbody);
	a->nbody = s->nbody;
	a->bytes = s->bytes;
	a->status = s->status;
	a->at_ms = clock_wall_ms();
	str_copy(a->why, sizeof(a->why), str_or(s->why, ""));
	ep->order = ++w->order;
	if (!s->why && ep->csv && !ep->header_seen)
		keep_header(w->r, ep);
	/* Now, not at the end, which a process that is killed does not have. */
	if (!news)
		return;
	keep_refused(w->r, ep, a, a->why);
	keeper_hurry(&w->r->keeper);
}

void
run_evidence_watch(struct run *r)
{
	r->evidence = mem_zalloc(sizeof(*r->evidence));
	r->evidence->r = r;
	http_watch(r->http, seen, r->evidence);
}

/* The answer that a job has taken apart and refused: of the path that its error names, else the
 * last one. */
static struct endpoint *
culprit(struct evidence_watch *w, const struct err *e)
{
	struct endpoint *last = NULL;

	for (size_t i = 0; i < w->n; i++) {
		struct endpoint *ep = &w->at[i];

		if (!ep->taken.url)
			continue;
		if (strstr(e->text, ep->path))
			return ep;
		if (!last || ep->order > last->order)
			last = ep;
	}
	return last;
}

static bool
is_about_content(const struct err *e)
{
	return e->http == 0 && (e->cls == ERR_DATA || e->cls == ERR_PROTOCOL ||
				e->cls == ERR_EMPTY || e->cls == ERR_NOT_READY);
}

void
run_evidence_end(struct run *r, int rc, const struct err *e)
{
	struct evidence_watch *w = r->evidence;
	struct endpoint *ep = w && rc < 0 && is_about_content(e) ? culprit(w, e) : NULL;

	if (!w)
		return;
	json_set_int(r->result, "calls", http_calls(r->http));
	if (ep) {
		keep_refused(r, ep, &ep->taken, e->text);
		forget(&ep->refused); /* the later finding is the last one */
	}
	for (size_t i = 0; i < w->n; i++) {
		if (w->at[i].refused.url)
			keep_refused(r, &w->at[i], &w->at[i].refused, w->at[i].refused.why);
		forget(&w->at[i].refused);
		forget(&w->at[i].taken);
	}
	free(w);
	r->evidence = NULL;
}
