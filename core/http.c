#include "core/http_impl.h"

#include "core/clock.h"
#include "core/conf_endpoint.h"
#include "core/secret.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The breaker stays open for 150 x retry_base_ms: 60 s by default, nothing in tests. */
enum { URL_MAX = 4096, HEAD_SHOWN = 200, BREAKER_BASES = 150, KEPT_ROOM = HTTP_KEPT + 1024 };

struct http {
	const struct conf *conf;
	const struct cancel *cancel;
	http_note_fn *note;
	void *note_arg;
	http_seen_fn *seen;
	void *seen_arg;
	int64_t calls;
	bool look; /* nothing leaves */
	http_pace_fn *pace;
	void *pace_arg;
	char *kept; /* owned: start of the body of the present attempt; NULL = nobody watches */
	struct xfer *xfer;
	struct xfer *doc; /* for documents: without the key; NULL until one is asked for */
	uint64_t rng;
};

/* One call: what all its attempts share. */
struct call {
	struct http *h;
	const struct http_req *q;
	struct http_resp *r;
	struct str url, shown; /* whole, and path with query for people; neither holds the key */
	const char *path;      /* of the request: the endpoint's own or the configured */
	char family[512], pace[512]; /* keys of http_limit.c */
	bool given_up;
};

/* The key travels as a header: a URL ends up in logs of proxies and servers. */
static struct xfer *
new_xfer(const struct conf *c, const struct cancel *cancel)
{
	STR_AUTO key = { 0 };
	struct xfer *x;

	str_init(&key, 1024);
	str_fmt(&key, "apikey: %s", str_or(c->api_key, ""));
	x = xfer_new(*str_or(c->api_key, "") ? str_c(&key) : NULL, c->stall_s, cancel);
	secret_wipe(key.p, key.len);
	return x;
}

struct http *
http_new(const struct conf *c, const struct cancel *cancel, http_note_fn *note, void *arg)
{
	struct http *h = mem_zalloc(sizeof(*h));

	h->conf = c;
	h->cancel = cancel;
	h->note = note;
	h->note_arg = arg;
	h->xfer = new_xfer(c, cancel);
	h->rng = (uint64_t)clock_wall_ms() * 2654435761U ^ (uint64_t)(uintptr_t)h;
	return h;
}

struct http *
http_look(const struct conf *c)
{
	struct http *h = mem_zalloc(sizeof(*h));

	h->conf = c;
	h->look = true;
	return h;
}

/* As when the vendor has nothing. */
static int
foretell(struct http *h, struct http_resp *r)
{
	h->calls++;
	*r = (struct http_resp){ .empty = true };
	return 0;
}

void
http_free(struct http *h)
{
	if (!h)
		return;
	xfer_free(h->xfer);
	free(h->kept);
	xfer_free(h->doc);
	free(h);
}

int64_t
http_calls(const struct http *h)
{
	return h->calls;
}

void
http_watch(struct http *h, http_seen_fn *fn, void *arg)
{
	h->seen = fn;
	h->seen_arg = arg;
	h->kept = mem_alloc(KEPT_ROOM);
}

void
http_pace(struct http *h, http_pace_fn *fn, void *arg)
{
	h->pace = fn;
	h->pace_arg = arg;
}

/* 0..max, evenly. */
static int64_t
jitter(struct http *h, int64_t max)
{
	h->rng = h->rng * 6364136223846793005U + 1442695040888963407U;
	return max <= 0 ? 0 : (int64_t)((h->rng >> 33) % (uint64_t)(max + 1));
}

void
http_percent_encode(struct str *out, const char *s)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (; *s; s++) {
		if (strchr(plain, *s))
			str_putc(out, *s);
		else
			str_fmt(out, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

/* Outside text for a person: no key (plain or percent-encoded), no control bytes. */
static void
show(const struct http *h, struct str *out, const char *in, size_t n)
{
	const char *key = str_or(h->conf->api_key, "");
	STR_AUTO coded, once, twice;

	str_init(&coded, URL_MAX);
	str_init(&once, URL_MAX);
	str_init(&twice, URL_MAX);
	http_percent_encode(&coded, key);
	secret_mask(&once, in, n, key);
	secret_mask(&twice, str_c(&once), once.len, str_c(&coded));
	text_clean(out, str_c(&twice), twice.len);
}

/* Cut after cleaning, so that no half of a key is left at the edge. */
static void
show_head(const struct http *h, const struct sink *s, struct http_resp *r)
{
	STR_AUTO text = { 0 };

	str_init(&text, URL_MAX * 2);
	show(h, &text, s->head, s->nhead);
	str_copy(r->head, sizeof(r->head), str_c(&text));
}

/* Value of the argument {name...} at p, NULL when p is no such place. */
static const char *
placed(const struct http_req *q, const char *p, size_t *n)
{
	const char *end = *p == '{' ? strchr(p, '}') : NULL;

	for (const struct http_arg *a = q->args; end && a && a->name; a++)
		if (strlen(a->name) == (size_t)(end - p - 1) &&
		    strncmp(a->name, p + 1, (size_t)(end - p - 1)) == 0) {
			*n = (size_t)(end - p) + 1;
			return str_or(a->value, "");
		}
	return NULL;
}

static bool
is_placed(const char *path, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = path; (p = strchr(p, '{')); p++)
		if (strncmp(p + 1, name, n) == 0 && p[n + 1] == '}')
			return true;
	return false;
}

/* Path with its places filled in, then the arguments that have none. */
static void
put_target(const struct call *c, struct str *tail)
{
	char sign = '?';
	size_t n = 1;

	for (const char *p = c->path; *p; p += n) {
		const char *value = placed(c->q, p, &n);

		if (value) {
			http_percent_encode(tail, value);
			continue;
		}
		n = 1;
		str_putc(tail, *p);
	}
	for (const struct http_arg *a = c->q->args; a && a->name; a++) {
		if (is_placed(c->path, a->name))
			continue;
		str_putc(tail, sign);
		sign = '&';
		http_percent_encode(tail, a->name);
		str_putc(tail, '=');
		http_percent_encode(tail, str_or(a->value, ""));
	}
}

static bool
is_doc(const struct call *c)
{
	return c->q->kind == HTTP_DOC;
}

static void
build_urls(struct call *c)
{
	const char *base = str_or(is_doc(c) ? c->h->conf->sec_base_url : c->h->conf->base_url, "");
	size_t len = strlen(base);
	STR_AUTO tail = { 0 };

	while (len > 0 && base[len - 1] == '/')
		len--;
	str_init(&tail, URL_MAX);
	c->path = str_or(conf_endpoint_path(c->h->conf, c->q->path), c->q->path);
	put_target(c, &tail);
	str_put(&c->url, base, len);
	str_puts(&c->url, str_c(&tail));
	show(c->h, &c->shown, str_c(&tail), tail.len);
	/* Documents are one family, however many paths they have. */
	fmt_buf(c->family, sizeof(c->family), "%.*s %s", (int)len, base,
		is_doc(c) ? "document" : c->path);
	fmt_buf(c->pace, sizeof(c->pace), "%.*s %s", (int)len, base, c->q->bulk ? "*bulk" : "*");

	STR_AUTO whole = { 0 };
	str_init(&whole, URL_MAX);
	show(c->h, &whole, str_c(&c->url), c->url.len);
	str_copy(c->r->url, sizeof(c->r->url), str_c(&whole));
}

static int
cancelled(const struct call *c, struct err *e)
{
	return err_set(e, ERR_CANCELLED, "GET %.300s: cancelled", str_c(&c->shown));
}

static void
note(struct http *h, const char *text)
{
	if (h->note)
		h->note(h->note_arg, text);
}

/* Until neither the breaker nor another thread's 429 holds this request back; -1 when cancelled. */
static int
wait_turn(struct call *c, struct err *e)
{
	const char *const keys[] = { c->pace, c->family };
	char text[400];

	/* The family last: asking it may make this request the probe, which must then be sent. */
	for (size_t i = 0; i < ARRAY_LEN(keys);) {
		int64_t ms = 0;

		if (cancel_asked(c->h->cancel))
			return cancelled(c, e);
		if (limit_ask(keys[i], clock_mono_ms(), &ms) == LIMIT_GO) {
			i++;
			continue;
		}
		if (ms > 1000) {
			fmt_buf(text, sizeof(text), "%s is held back for %.1f s", c->q->path,
				(double)ms / 1000);
			note(c->h, text);
		}
		cancel_wait(c->h->cancel, (int)ms);
	}
	if (is_doc(c))
		cancel_wait(c->h->cancel, (int)limit_slot(c->pace, clock_mono_ms(),
							  1000 / c->h->conf->sec_requests_per_s));
	return cancel_asked(c->h->cancel) ? cancelled(c, e) : 0;
}

/* The other processes first: their waits may be long, ours are looked at when they are over. */
static int
wait_all(struct call *c, struct err *e)
{
	struct http *h = c->h;

	if (h->pace && h->pace(h->pace_arg, c->pace, c->q->bulk, 0, e) < 0)
		return err_wrap(e, "GET %.300s", str_c(&c->shown));
	return wait_turn(c, e);
}

/* The pause after attempt n: jobs.md 0.2 plus full jitter, or the server's own larger wish. */
static int64_t
pause_ms(struct call *c, int n, const struct answer *a, const struct verdict *v)
{
	const struct conf *conf = c->h->conf;
	int64_t base = conf->retry_base_ms;
	int64_t spread = base << (n < 16 ? n : 16);
	int64_t ms = base * n;
	int64_t wish = a->retry_after_s;

	if (v->throttled && c->q->bulk && ms < (int64_t)conf->bulk_retry_ms * n)
		ms = (int64_t)conf->bulk_retry_ms * n;
	ms += jitter(c->h, spread < conf->retry_max_ms ? spread : conf->retry_max_ms);
	if (wish > conf->retry_after_max_s)
		wish = conf->retry_after_max_s;
	return wish * 1000 > ms ? wish * 1000 : ms;
}

/* Also after the last attempt: whoever comes next waits. */
static void
hold_others(struct call *c, int n, const struct answer *a, const struct verdict *v)
{
	struct http *h = c->h;
	struct err unused = ERR_INIT;
	int64_t ms = pause_ms(c, n, a, v);

	if (h->pace && ms > 0 && h->pace(h->pace_arg, c->pace, c->q->bulk, ms, &unused) < 0)
		note(h, unused.text);
}

static int
rest(struct call *c, int n, int most, const struct answer *a, const struct verdict *v,
     struct err *e)
{
	int64_t ms = pause_ms(c, n, a, v);
	char text[512];

	fmt_buf(text, sizeof(text), "%s: HTTP %d, %s, waits %.1f s (attempt %d of %d)", c->q->path,
		a->status, v->what, (double)ms / 1000, n, most);
	note(c->h, text);
	/* Throttling is the key's, not the request's: the other threads wait as well. */
	if (v->throttled)
		limit_hold(c->pace, clock_mono_ms() + ms);
	cancel_wait(c->h->cancel, (int)ms);
	return cancel_asked(c->h->cancel) ? cancelled(c, e) : 0;
}

static int
refused(struct call *c, const struct answer *a, const struct verdict *v, struct err *e)
{
	const struct http_resp *r = c->r;
	STR_AUTO t = { 0 };

	if (v->cls == ERR_CANCELLED)
		return cancelled(c, e);
	str_init(&t, ERR_TEXT_MAX);
	str_fmt(&t, "GET %.300s: ", str_c(&c->shown));
	if (a->status != 0)
		str_fmt(&t, "HTTP %d, ", a->status);
	str_puts(&t, v->what);
	if (a->target[0]) {
		str_puts(&t, " to ");
		show(c->h, &t, a->target, strlen(a->target));
		str_puts(&t, ", not followed");
	}
	if (r->attempts > 1)
		str_fmt(&t, " (%d attempts)", r->attempts);
	if (a->end == XFER_CUT || a->end == XFER_NETWORK)
		str_fmt(&t, " after %" PRId64 " bytes", r->bytes);
	if (r->head[0])
		str_fmt(&t, "; it begins: %.*s", HEAD_SHOWN, r->head);
	else if (a->status != 0)
		str_puts(&t, "; no body");
	if (c->given_up)
		str_puts(&t, "; this path failed ten times in a row, again and again");
	if (v->next[0])
		str_fmt(&t, ".  Next: %s", v->next);
	if (v->cls == ERR_PLAN && c->path != c->q->path)
		str_fmt(&t, " (%s: take [endpoint] out of the configuration)", c->q->path);
	err_set(e, v->cls, "%s", str_c(&t));
	e->http = a->status;
	return -1;
}

/* A full limit or a cancel says nothing about the health of the path; any other answer, even a
 * refusal, shows that it is alive. */
static void
account(struct call *c, const struct answer *a, const struct verdict *v)
{
	enum limit_news news = v->down ? LIMIT_BAD : LIMIT_GOOD;
	int64_t open_ms = (int64_t)c->h->conf->retry_base_ms * BREAKER_BASES;

	if (a->end == XFER_CANCELLED || v->throttled)
		news = LIMIT_NEITHER;
	c->given_up = limit_tell(c->family, news, clock_mono_ms(), open_ms);
}

/* Masked before it is cut, so that no half of a key is left at the edge. */
static void
tell_seen(struct call *c, const struct sink *s, const struct answer *a, const struct verdict *v)
{
	struct http *h = c->h;
	const char *key = str_or(h->conf->api_key, "");
	STR_AUTO coded = { 0 }, once = { 0 }, twice = { 0 };
	struct http_seen seen = { .q = c->q, .status = a->status, .bytes = s->out };

	if (!h->seen || a->status == 0 || v->end || v->cls == ERR_CANCELLED)
		return;
	str_init(&coded, URL_MAX);
	str_init(&once, 4 * KEPT_ROOM);
	str_init(&twice, 4 * KEPT_ROOM);
	http_percent_encode(&coded, key);
	secret_mask(&once, s->keep, s->nkeep, key);
	secret_mask(&twice, str_c(&once), once.len, str_c(&coded));
	seen.url = str_c(&c->shown);
	seen.why = v->cls == ERR_NONE ? NULL : v->what;
	seen.body = str_c(&twice);
	seen.nbody = twice.len < HTTP_KEPT ? twice.len : HTTP_KEPT;
	h->seen(h->seen_arg, &seen);
}

static struct xfer *
xfer_for(struct call *c)
{
	struct http *h = c->h;

	if (!is_doc(c))
		return h->xfer;
	if (!h->doc) {
		h->doc = xfer_new(NULL, h->conf->stall_s, h->cancel);
		if (*str_or(h->conf->sec_user_agent, ""))
			xfer_set_agent(h->doc, h->conf->sec_user_agent);
	}
	return h->doc;
}

static int64_t
deadline_ms(const struct call *c)
{
	const struct conf *conf = c->h->conf;
	int s = c->q->bulk ? conf->bulk_timeout_s : conf->json_timeout_s;

	return (is_doc(c) ? conf->sec_timeout_s : s) * INT64_C(1000);
}

/* Returns with the last answer judged: 0, or -1 with *e telling all of it. */
static int
attempts(struct call *c, struct sink *s, struct err *e)
{
	int asked = c->h->conf->attempts > 0 ? c->h->conf->attempts : 1;
	struct answer a;
	struct verdict v;

	for (int n = 1;; n++) {
		int most = asked;

		if (wait_all(c, e) < 0)
			return -1;
		sink_restart(s);
		c->r->attempts = n;
		c->h->calls++;
		xfer_get(xfer_for(c), str_c(&c->url), deadline_ms(c), s, &a);
		judge(c->q, &a, s, &v);
		c->r->status = a.status;
		c->r->bytes = s->out;
		c->r->end = v.end;
		c->r->empty = v.empty;
		show_head(c->h, s, c->r);
		account(c, &a, &v);
		tell_seen(c, s, &a, &v);
		if (v.cls == ERR_NONE)
			return 0;
		if (v.throttled)
			hold_others(c, n, &a, &v);
		if (v.throttled && c->q->bulk && asked > 1)
			most++; /* its pauses are 2, 4 and 6 s (jobs.md 0.2) */
		if (!v.retry || n >= most || c->given_up)
			return refused(c, &a, &v, e);
		if (rest(c, n, most, &a, &v, e) < 0)
			return -1;
	}
}

/* A line end in a header's value would be a header of its own. */
static int
check_doc_conf(const struct conf *c, struct err *e)
{
	for (const char *p = str_or(c->sec_user_agent, ""); *p; p++)
		if (*p < ' ' || *p > '~')
			return err_set(e, ERR_CONFIG,
				       "user_agent in [sec] holds a character that is not ASCII");
	if (!xfer_base_ok(str_or(c->sec_base_url, "")))
		return err_set(e, ERR_CONFIG,
			       "base_url in [sec] must be https://HOST (or http:// on this "
			       "machine's loopback address), without user or query");
	return 0;
}

static int
check_conf(const struct conf *c, struct err *e)
{
	for (const char *p = str_or(c->api_key, ""); *p; p++)
		if (*p < '!' || *p > '~')
			return err_set(e, ERR_CONFIG,
				       "the API key holds a blank or a control character");
	if (!xfer_base_ok(str_or(c->base_url, "")))
		return err_set(e, ERR_CONFIG,
			       "base_url must be https://HOST (or http:// on this machine's "
			       "loopback address), without user or query");
	return 0;
}

static int
get(struct http *h, const struct http_req *q, struct sink *s, struct http_resp *r, struct err *e)
{
	struct call c = { .h = h, .q = q, .r = r };
	int rc;

	*r = (struct http_resp){ 0 };
	s->keep = h->kept;
	s->keep_cap = h->kept ? KEPT_ROOM : 0;
	if ((is_doc(&c) ? check_doc_conf(h->conf, e) : check_conf(h->conf, e)) < 0)
		return err_wrap(e, "GET %s", q->path);
	str_init(&c.url, URL_MAX);
	str_init(&c.shown, URL_MAX);
	build_urls(&c);
	if (c.url.overflow)
		rc = err_set(e, ERR_USAGE, "GET %s: arguments too long", q->path);
	else
		rc = attempts(&c, s, e);
	str_done(&c.url);
	str_done(&c.shown);
	sink_done(s);
	return rc;
}

/* The body gets a name of its own and takes the asked one only when it is whole, so that a broken
 * download never replaces a good file. */
int
http_get_file(struct http *h, const struct http_req *q, const char *path, struct http_resp *r,
	      struct err *e)
{
	char part[4096];
	struct sink s = { .cap = q->kind == HTTP_CSV ? HTTP_CSV_CAP : HTTP_JSON_CAP };
	int fd, rc;

	if (h->look)
		return foretell(h, r);
	*r = (struct http_resp){ 0 };
	if (!fmt_buf(part, sizeof(part), "%s.part-%ld", path, (long)getpid()))
		return err_set(e, ERR_CONFIG, "%s: name too long", path);
	unlink(part);
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(e, ERR_CONFIG, errno, part);
	s.file = fdopen(fd, "wb");
	rc = get(h, q, &s, r, e);
	if (fclose(s.file) != 0 && rc == 0)
		rc = err_errno(e, ERR_INTERNAL, errno, part);
	if (rc == 0 && !r->end && rename(part, path) < 0)
		rc = err_errno(e, ERR_INTERNAL, errno, path);
	if (rc < 0 || r->end)
		unlink(part);
	return rc;
}

int
http_get_mem(struct http *h, const struct http_req *q, struct str *body, struct http_resp *r,
	     struct err *e)
{
	struct sink s = { .mem = body,
			  .cap = q->kind == HTTP_DOC ? (int64_t)HTTP_DOC_MAX : HTTP_JSON_CAP };
	int rc;

	str_clear(body);
	if (h->look)
		return foretell(h, r);
	rc = get(h, q, &s, r, e);
	if (rc < 0)
		str_clear(body);
	return rc;
}
