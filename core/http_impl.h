/* Shared by core/http*.c only: one attempt (http_xfer.c), where its body goes (http_sink.c), what
 * the answer means (http_judge.c), and what all threads of the process hold back for
 * (http_limit.c). */
#ifndef FINTRA_CORE_HTTP_IMPL_H
#define FINTRA_CORE_HTTP_IMPL_H

#include "core/http.h"

#include <stdio.h>

enum { HTTP_HEAD = 1024 };
#define HTTP_JSON_CAP (25 * 1024 * 1024)
#define HTTP_CSV_CAP (1024 * 1024 * 1024)

struct gunzip;

struct sink {
	FILE *file;	  /* or */
	struct str *mem;  /* borrowed */
	int64_t cap;	  /* after gunzip */
	int64_t raw, out; /* bytes as sent, and after gunzip */
	struct gunzip *z; /* owned; NULL = not compressed */
	bool cut;	  /* the gzip stream did not end */
	char head[HTTP_HEAD];
	size_t nhead;
	char *keep; /* borrowed: room for the first keep_cap bytes; NULL = not kept */
	size_t keep_cap, nkeep;
	char last;	    /* last byte of the body */
	enum err_class bad; /* ERR_NONE, or why bytes are refused */
	bool bad_retry;	    /* damage of the line, not of the content */
	char why[160];
};

void sink_restart(struct sink *s);			  /* empty again, for the next attempt */
void sink_gzip(struct sink *s);				  /* what comes is gzip */
bool sink_write(struct sink *s, const char *p, size_t n); /* false: stop the transfer */
void sink_end(struct sink *s);				  /* flushes; sets cut and bad */
void sink_done(struct sink *s);

enum xfer_end {
	XFER_DONE,
	XFER_NETWORK, /* worth another attempt */
	XFER_CUT,     /* the body ended early: the same */
	XFER_TLS,
	XFER_CONFIG,
	XFER_SINK, /* the sink refused */
	XFER_CANCELLED
};

struct answer {
	enum xfer_end end;
	int status;
	bool framed;	       /* declared length, chunks or HTTP/2: its end is known */
	int64_t retry_after_s; /* 0 = none */
	char target[128];      /* host named by Location */
	char reason[160];      /* words for anything but XFER_DONE */
	size_t header_bytes;
	bool sent;	/* the request has left: the other side may act upon it */
	bool timed_out; /* limit_ms is over */
};

struct xfer; /* curl handles and what one attempt collects */
/* Every request carries `header` ("Name: value", copied and wiped at the end; NULL = none).  A
 * transfer below 1 KiB/s for stall_s is given up; 0 = never. */
struct xfer *xfer_new(const char *header, int stall_s, const struct cancel *cancel);
void xfer_set_agent(struct xfer *x, const char *agent); /* instead of fintra/VERSION */
void xfer_post(struct xfer *x, const char *body);	/* borrowed; GET otherwise */
void xfer_free(struct xfer *x);
/* limit_ms 0: however long it takes. */
void xfer_get(struct xfer *x, const char *url, int64_t limit_ms, struct sink *s, struct answer *a);
void http_percent_encode(struct str *out, const char *s);
/* https, or http to this machine's loopback. */
bool xfer_base_ok(const char *base_url);

struct verdict {
	enum err_class cls;	     /* ERR_NONE: taken */
	bool retry, throttled, down; /* down counts for the breaker */
	bool end, empty;
	const char *what; /* "is not CSV but HTML" */
	const char *next; /* what to do, "" if unknown */
};

void judge(const struct http_req *q, const struct answer *a, const struct sink *s,
	   struct verdict *v);

/* Process-wide, behind one mutex.  A key is "base path" for the breaker, "base *bulk" for pauses.
 */
enum limit_answer { LIMIT_GO, LIMIT_WAIT };
enum limit_news { LIMIT_GOOD, LIMIT_BAD, LIMIT_NEITHER };
enum limit_answer limit_ask(const char *key, int64_t now_ms, int64_t *wait_ms);
/* True when the breaker has opened three times without a success between: give up. */
bool limit_tell(const char *key, enum limit_news news, int64_t now_ms, int64_t open_ms);
void limit_hold(const char *key, int64_t until_ms);
/* Takes the next free place of a key whose requests are at least gap_ms apart: how long to wait. */
int64_t limit_slot(const char *key, int64_t now_ms, int64_t gap_ms);

#endif
