/* GET from the vendor with retry by error class, Retry-After, ceilings, cancel and a breaker per
 * endpoint family.  The only file that includes curl.  A struct http belongs to one run (thread);
 * limits shared by threads are inside.  The key never appears in an error, a log line or a file
 * name. */
#ifndef FINTRA_CORE_HTTP_H
#define FINTRA_CORE_HTTP_H

#include "core/cancel.h"
#include "core/conf.h"
#include "core/err.h"
#include "core/str.h"

#include <stdint.h>

enum http_kind {
	HTTP_CSV, /* first byte '{' or '[': refusal or empty list; '<': HTML */
	HTTP_JSON,
	HTTP_DOC /* HTML or text of the host in [sec]: asked through http_get_document() only */
};

struct http_arg {
	const char *name, *value; /* name NULL ends the list; values are percent-encoded here */
};

struct http_req {
	const char *path; /* "/stable/eod-bulk" */
	const struct http_arg *args;
	enum http_kind kind;
	bool bulk;	/* bulk timeouts and pauses */
	int end_status; /* 400 for a part past the end: no retry, no error; 0 = none */
};

struct http_resp {
	int status;
	int64_t bytes;
	bool end;	/* status == end_status */
	bool empty;	/* empty body, "[]" or "{}" */
	char head[256]; /* first bytes, cleaned for display */
	char url[512];	/* the key is not in it: it travels as a header */
	int attempts;
};

struct http;

enum { HTTP_KEPT = 64 * 1024 };
/* An answer with a status, taken or refused; all borrowed for the call, the key masked. */
struct http_seen {
	const struct http_req *q;
	const char *url; /* path and query */
	int status;
	const char *why; /* refused, and why; NULL: taken */
	const char *body;
	size_t nbody;  /* at most HTTP_KEPT */
	int64_t bytes; /* of the whole body, after gunzip */
};
typedef void http_seen_fn(void *arg, const struct http_seen *s);

/* Called with each event worth a log line ("429, waits 2.0 s (attempt 1 of 3)"). */
typedef void http_note_fn(void *arg, const char *text);

struct http *http_new(const struct conf *c, const struct cancel *cancel, http_note_fn *note,
		      void *arg);
/* One that asks nobody: it counts, and each answer is empty.  For a look ahead. */
struct http *http_look(const struct conf *c);
void http_free(struct http *h);
int64_t http_calls(const struct http *h); /* requests made so far, repeated ones too */
/* fn is told every answer, each attempt's; on the thread of the request.  At most once. */
void http_watch(struct http *h, http_seen_fn *fn, void *arg);
/* Called before each attempt with hold_ms 0: returns when the call may leave, -1 when cancelled.
 * With hold_ms > 0: the vendor wants nobody to ask `key` before. */
typedef int http_pace_fn(void *arg, const char *key, bool bulk, int64_t hold_ms, struct err *e);
void http_pace(struct http *h, http_pace_fn *fn, void *arg);
bool http_is_loopback(const char *base_url); /* this machine's own: a stand-in */
/* Body into a new file at `path` (0600, replaced), complete or not at all: it is written beside it
 * as PATH.part-PID, which a failure (and r->end) removes; what stood at `path` before is then
 * untouched.  Refusals (401, 402, 403, 429, 200 with an error object or HTML) are errors that name
 * path, status and the first bytes. */
int http_get_file(struct http *h, const struct http_req *q, const char *path, struct http_resp *r,
		  struct err *e) MUST_CHECK;
/* The same into memory, at most 25 MiB. */
int http_get_mem(struct http *h, const struct http_req *q, struct str *body, struct http_resp *r,
		 struct err *e) MUST_CHECK;
/* core/http_doc.c: one document that a list of filings names by its whole address.  Scheme and host
 * are those of [sec] base_url; the request carries [sec] user_agent and no API key, is not
 * redirected, and waits for its turn ([sec] requests_per_s, shared by the process).  At most
 * HTTP_DOC_MAX bytes, which *body must allow.  ERR_USAGE: http_is_document() is false; ERR_DATA:
 * this document cannot be had; ERR_QUOTA, ERR_CONFIG: neither can the next one. */
#define HTTP_DOC_MAX ((size_t)64 << 20)
int http_get_document(struct http *h, const char *address, struct str *body, struct http_resp *r,
		      struct err *e) MUST_CHECK;
/* http(s)://HOST/PATH with a plain path that ends in .htm, .html or .txt. */
bool http_is_document(const char *address);
/* One call that makes the other side work (core/http_call.c): no retry, no limit on its length
 * unless timeout_ms, nothing followed. */
struct http_call {
	const char *url;    /* no error repeats it */
	const char *bearer; /* "" or NULL = none */
	int64_t timeout_ms; /* 0 = none */
	const char *json;   /* a POST with this body, without bearer; NULL = GET */
};
struct http_called {
	int status;	    /* 0 = no answer */
	bool sent;	    /* the request has left: the other side may be at work */
	bool framed;	    /* its end is known: not cut */
	char redirect[128]; /* host, "" = none */
};
/* 0 with any status once the answer is whole, at most 25 MiB into *body.  Else -1: ERR_CANCELLED
 * (at CANCEL_ABORT), ERR_TIMEOUT, ERR_NETWORK, ERR_DATA, ERR_CONFIG, with r->sent filled. */
int http_call(const struct http_call *q, const struct cancel *cancel, struct str *body,
	      struct http_called *r, struct err *e) MUST_CHECK;
/* Appends "?name=value" or "&name=value", encoded. */
void http_put_arg(struct str *url, const char *name, const char *value);

/* What the door makes of a whole answer: 0 (with *empty) or -1 with the class and reason of its
 * refusal.  No network. */
int http_verdict(const struct http_req *q, int status, const char *body, size_t n, bool *empty,
		 struct err *e) MUST_CHECK;

void http_global_init(void); /* once, before threads */

#endif
