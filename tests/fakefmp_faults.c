#include "tests/fakefmp.h"

#include "core/vec.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { BOMB_MIB = 1024 };

struct rule {
	char path[128], query[128], kind[48], arg[128];
	int first, count; /* of the matching calls, from 1; count 0 = for ever */
	int seen;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards rules */
static VEC(struct rule) rules;

#define UPGRADE "https://site.financialmodelingprep.com/developer/docs/pricing"
#define LIMIT                                                                                     \
	"{\"Error Message\":\"Limit Reach . Please upgrade your plan or visit our documentation " \
	"for more details at " UPGRADE " \"}"

/* Whole answers, word for word those of the vendor. */
static const struct canned {
	const char *kind;
	int status;
	const char *type, *body;
} canned[] = {
	{ "status-401", 401, "application/json",
	  "{\"Error Message\":\"Invalid API KEY. Feel free to create a Free API Key or visit "
	  "https://site.financialmodelingprep.com/faqs?search=why-is-my-api-key-invalid for more "
	  "information.\"}" },
	{ "status-402", 402, "text/plain",
	  "Premium Query Parameter: 'Special Endpoint : This value set for 'symbol' is not "
	  "available "
	  "under your current subscription please visit our subscription page to upgrade your plan "
	  "at " UPGRADE "'" },
	{ "status-402-restricted", 402, "text/plain",
	  "Restricted Endpoint: This endpoint is not available under your current subscription "
	  "please visit our subscription page to upgrade your plan at " UPGRADE },
	{ "status-403", 403, "application/json",
	  "{\"Error Message\":\"Exclusive Endpoint : This endpoint is not available under your "
	  "current subscription agreement, please visit our subscription page to upgrade your plan "
	  "or contact us at " UPGRADE "\"}" },
	{ "status-403-legacy", 403, "application/json",
	  "{\"Error Message\":\"Legacy Endpoint : Due to Legacy endpoints being no longer "
	  "supported "
	  "- This endpoint is only available for legacy users who have valid subscriptions prior "
	  "August 31, 2025. Please visit our subscription page to upgrade your plan or contact us "
	  "at " UPGRADE "\"}" },
	{ "status-403-undeclared", 403, "text/html",
	  "<!DOCTYPE html><html><head><title>SEC.gov | Your Request Originates from an Undeclared "
	  "Automated Tool</title></head></html>\n" },
	{ "status-403-html", 403, "text/html",
	  "<html><head><title>SEC.gov | Access Denied</title></head></html>\n" },
	{ "status-404", 404, "application/json", "[]" },
	{ "status-400", 400, "application/json",
	  "Query Error: Invalid or missing query parameter - part" },
	{ "status-429", 429, "application/json", LIMIT },
	{ "status-500", 500, "text/html",
	  "<html>\r\n<head><title>500 Internal Server Error</title></head>\r\n</html>\r\n" },
	{ "status-502-html", 502, "text/html",
	  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
	  "Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n" },
	{ "status-503-empty", 503, "text/plain", "" },
	{ "limit-200", 200, "application/json", LIMIT },
	{ "bandwidth-200", 200, "application/json",
	  "{\"Error Message\":\"Bandwidth Limit Reach . Please upgrade your plan or visit our "
	  "documentation for more details at " UPGRADE " \"}" },
	{ "error-200", 200, "application/json",
	  "{\"Error Message\":\"No Data for this symbol or invalid API call\"}" },
	{ "html-200", 200, "text/html",
	  "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head></html>\n" },
	{ "empty", 200, "application/json", "" },
	{ "empty-list", 200, "application/json", "[]" },
};

static const char *const transport[] = { "header-only", "truncate",  "cut-chunk",    "cut-close",
					 "gzip-cut",	"gzip-bomb", "gzip",	     "slow",
					 "stall",	"redirect",  "wrong-length", "reset",
					 "drop",	"picture",   "huge" };

static const struct canned *
canned_find(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(canned); i++)
		if (strcmp(kind, canned[i].kind) == 0 || (str_starts(canned[i].kind, "status-") &&
							  strcmp(kind, canned[i].kind + 7) == 0))
			return &canned[i];
	return NULL;
}

static bool
known(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(transport); i++)
		if (strcmp(kind, transport[i]) == 0)
			return true;
	return canned_find(kind) || mangle_known(kind);
}

/* One "name=value" of a rule. */
static bool
rule_part(struct rule *r, const char *p, size_t n)
{
	char text[160], *value, *arg;

	if (n >= sizeof(text))
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	value = strchr(text, '=');
	if (!value)
		return false;
	*value++ = '\0';
	if (strcmp(text, "path") == 0)
		str_copy(r->path, sizeof(r->path), value);
	else if (strcmp(text, "query") == 0)
		str_copy(r->query, sizeof(r->query), value);
	else if (strcmp(text, "n") == 0)
		r->first = (int)strtol(value, NULL, 10);
	else if (strcmp(text, "count") == 0)
		r->count = (int)strtol(value, NULL, 10);
	else if (strcmp(text, "arg") == 0)
		str_copy(r->arg, sizeof(r->arg), value);
	else if (strcmp(text, "kind") != 0)
		return false;
	else {
		arg = strchr(value, '=');
		if (arg) {
			*arg++ = '\0';
			str_copy(r->arg, sizeof(r->arg), arg);
		}
		str_copy(r->kind, sizeof(r->kind), value);
	}
	return true;
}

bool
fault_add(const char *text)
{
	struct rule r = { .path = "*", .first = 1 };

	for (const char *p = text; *p;) {
		size_t n = strcspn(p, ",");

		if (!rule_part(&r, p, n))
			return false;
		p += n + (p[n] == ',');
	}
	if (!known(r.kind))
		return false;
	pthread_mutex_lock(&mutex);
	vec_push(&rules, r);
	pthread_mutex_unlock(&mutex);
	return true;
}

void
fault_clear(void)
{
	pthread_mutex_lock(&mutex);
	rules.n = 0;
	pthread_mutex_unlock(&mutex);
}

/* Whole, or its beginning before a star. */
static bool
path_hits(const char *want, const char *path)
{
	size_t n = strlen(want);

	return n > 0 && want[n - 1] == '*' ? strncmp(want, path, n - 1) == 0
					   : strcmp(want, path) == 0;
}

static bool
rule_hits(struct rule *r, const struct fake_req *q)
{
	if (!path_hits(r->path, q->path) || (r->query[0] && !strstr(q->query, r->query)))
		return false;
	r->seen++;
	return r->seen >= r->first && (r->count == 0 || r->seen < r->first + r->count);
}

/* A gzip stream of zeros, 1 MiB of them for each 1 KiB sent; its trailer is wrong, nobody gets that
 * far. */
static void
bomb(struct str *body, long mib)
{
	static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03";
	const size_t size = 1024 * 1024;
	char *zeros = mem_zalloc(size), *packed = mem_alloc(size);
	z_stream z = { 0 };

	deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)zeros;
	z.avail_in = (uInt)size;
	z.next_out = (Bytef *)packed;
	z.avail_out = (uInt)size;
	deflate(&z, Z_FULL_FLUSH);
	size_t n = size - z.avail_out;
	deflateEnd(&z);
	str_clear(body);
	str_put(body, head, 10);
	for (long i = 0; i < mib; i++)
		str_put(body, packed, n);
	str_put(body, "\x03\0\0\0\0\0\0\0\0\0", 10);
	free(zeros);
	free(packed);
}

static void
halve(struct fake_answer *a, enum framing framing)
{
	a->framing = framing;
	a->cut_at = (int64_t)(a->body.len / 2);
}

static void
header_only(struct str *body)
{
	body->len = strcspn(str_c(body), "\r\n");
	if (body->p)
		body->p[body->len] = '\0';
}

static void
apply_gzip(const struct rule *r, struct fake_answer *a)
{
	long mib = r->arg[0] ? strtol(r->arg, NULL, 10) : BOMB_MIB;

	if (strcmp(r->kind, "gzip-bomb") == 0)
		bomb(&a->body, mib);
	else
		fake_gzip(&a->body);
	if (strcmp(r->kind, "gzip-cut") == 0)
		a->body.len -= a->body.len / 3;
	a->gzip = true;
}

/* A page of so many MiB. */
static void
huge(struct str *body, long mib)
{
	char block[4096];

	memset(block, 'x', sizeof(block));
	block[sizeof(block) - 1] = '\n';
	for (long i = 0; i < mib * 256; i++)
		str_put(body, block, sizeof(block));
}

static void
apply_transport(const struct rule *r, struct fake_answer *a)
{
	const char *k = r->kind;
	int arg = (int)strtol(r->arg, NULL, 10);

	if (strcmp(k, "header-only") == 0) {
		header_only(&a->body);
	} else if (strcmp(k, "truncate") == 0) {
		halve(a, FRAME_LENGTH);
	} else if (strcmp(k, "cut-chunk") == 0) {
		halve(a, FRAME_CHUNKED);
	} else if (strcmp(k, "cut-close") == 0) {
		a->framing = FRAME_CLOSE;
		a->body.len /= 2;
	} else if (str_starts(k, "gzip")) {
		apply_gzip(r, a);
	} else if (strcmp(k, "slow") == 0) {
		a->slow_ms = arg > 0 ? arg : 1000;
	} else if (strcmp(k, "stall") == 0) {
		halve(a, a->framing);
		a->stall = true;
	} else if (strcmp(k, "redirect") == 0) {
		fake_set(a, arg >= 301 && arg <= 308 ? arg : 302, "text/html", "");
		str_copy(a->location, sizeof(a->location),
			 r->arg[0] && arg == 0 ? r->arg : "https://elsewhere.example.com/login");
	} else if (strcmp(k, "wrong-length") == 0) {
		a->framing = FRAME_LENGTH;
		a->declared_extra = arg != 0 ? arg : 7;
	} else if (strcmp(k, "reset") == 0) {
		halve(a, FRAME_CHUNKED);
		a->reset = true;
	} else if (strcmp(k, "picture") == 0) {
		fake_set(a, 200, "image/png", "");
		str_put(&a->body, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
	} else if (strcmp(k, "huge") == 0) {
		huge(&a->body, arg > 0 ? arg : 65);
	} else if (strcmp(k, "drop") == 0) {
		a->no_content = true;
	}
}

static void
apply(const struct fake_world *w, const struct rule *r, struct fake_answer *a)
{
	const struct canned *c = canned_find(r->kind);

	if (c) {
		fake_set(a, c->status, c->type, c->body);
		a->framing = FRAME_LENGTH;
		if (c->status == 429 || c->status >= 500)
			str_copy(a->retry_after, sizeof(a->retry_after), r->arg);
	} else if (mangle_known(r->kind)) {
		mangle(w, r->kind, r->arg, &a->body);
	} else {
		apply_transport(r, a);
	}
}

void
fault_apply(const struct fake_world *w, const struct fake_req *q, struct fake_answer *a)
{
	struct rule hit[16];
	size_t n = 0;

	pthread_mutex_lock(&mutex);
	for (size_t i = 0; i < rules.n; i++)
		if (rule_hits(&rules.at[i], q) && n < ARRAY_LEN(hit))
			hit[n++] = rules.at[i];
	pthread_mutex_unlock(&mutex);
	for (size_t i = 0; i < n; i++)
		apply(w, &hit[i], a);
}
