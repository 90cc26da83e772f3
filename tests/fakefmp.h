/* The vendor stand-in: a synthetic market or recorded files behind FMP's paths, and faults by rule.
 */
#ifndef FINTRA_TESTS_FAKEFMP_H
#define FINTRA_TESTS_FAKEFMP_H

#include "core/date.h"
#include "core/str.h"

#include <stdint.h>

#define FAKE_BODY_MAX ((size_t)1 << 31)

struct market; /* tests/fakefmp_market.h */

/* --- one request and its answer --- */
struct fake_req {
	char *path, *query; /* as sent, without the key */
	bool gzip;	    /* the client takes it */
	const char *agent;  /* User-Agent; NULL = none; borrowed */
	bool key;	    /* an API key came with it */
};

enum framing { FRAME_CHUNKED, FRAME_LENGTH, FRAME_CLOSE };

struct fake_answer {
	int status;
	const char *type;
	struct str body;
	enum framing framing;
	bool gzip;		/* body is compressed */
	bool no_content;	/* drop the connection without an answer */
	int64_t declared_extra; /* Content-Length differs from the body by this */
	int64_t cut_at;		/* bytes after which the connection ends; -1 = none */
	bool reset;		/* ... by RST */
	bool stall;		/* ... not at all: silence */
	int slow_ms;		/* per KB */
	char retry_after[64], location[256];
};

/* Value of a query parameter, decoded; owned; NULL when absent. */
char *fake_param(const struct fake_req *q, const char *name);
void fake_set(struct fake_answer *a, int status, const char *type, const char *body);
void fake_gzip(struct str *body);		     /* in place */
void fake_json_text(struct str *out, const char *s); /* quoted */
/* Whole file, gunzipped where it is gzip; false if it cannot be opened. */
bool fake_slurp(const char *path, struct str *out);

struct hist { /* one row of a history, already restated */
	struct date d;
	double open, high, low, close, adj, adj_factor, volume;
};
/* The four history endpoints from rows oldest first; false if `path` is none of them. */
bool fake_history_path(const char *path, char symbol_of_v3[24]);
void fake_history(const struct fake_req *q, const char *symbol, const struct hist *row, size_t n,
		  struct fake_answer *a);

/* Fill *a; false: no such path. */
bool serve_market(const struct market *m, struct date today, const struct fake_req *q,
		  struct fake_answer *a);
/* Income statements, balance sheets and cash flows in bulk; false: the path is none of them. */
bool serve_statements(const struct market *m, struct date today, const struct fake_req *q,
		      struct fake_answer *a);
bool serve_replay(const char *dir, struct date today, const struct fake_req *q,
		  struct fake_answer *a);
/* peers-bulk, stock-peers (fakefmp_peers.c); recorded: stock-peers and profile of one symbol, from
 * the bulk files where there is no recording. */
bool serve_peers(const struct market *m, int now, const struct fake_req *q, struct fake_answer *a);
bool replay_company(const char *dir, const struct fake_req *q, struct fake_answer *a);
/* ratios-ttm and key-metrics-ttm, in bulk and for one symbol (fakefmp_ratios.c); replay: for one
 * symbol only.  False if the path is none of them. */
bool serve_ratios(const struct market *m, struct date today, const struct fake_req *q,
		  struct fake_answer *a);
bool replay_ratios(const char *dir, const struct fake_req *q, struct fake_answer *a);
/* Exchange short code of a symbol in the recorded profiles; "" if unknown. */
const char *replay_exchange(const char *dir, const char *symbol);

/* --- filings (fakefmp_filings.c): the lists, the reports, and the host of the documents --- */
/* The host of documents: no key there, and a User-Agent with a contact address. */
bool filings_host(const char *path);
/* The door of that host: false when *a is its refusal. */
bool filings_admit(const struct fake_req *q, struct fake_answer *a);
/* Fill *a; false: no such path. */
bool filings_market(const struct market *m, struct date today, const struct fake_req *q,
		    struct fake_answer *a);
bool filings_replay(const char *dir, const struct fake_req *q, struct fake_answer *a);

/* --- faults --- */
struct fake_world { /* what a fault may look up */
	const struct market *market;
	const char *replay;
};
/* "path=/stable/eod-bulk,query=...,n=2,count=1,kind=KIND[=ARG],arg=V"; false: not a rule. */
bool fault_add(const char *rule);
void fault_clear(void);
void fault_apply(const struct fake_world *w, const struct fake_req *q, struct fake_answer *a);
/* False: no such kind. */
bool mangle(const struct fake_world *w, const char *kind, const char *arg, struct str *csv);
bool mangle_known(const char *kind);

#endif
