/* What the vendor really sent to a run, as the ledger keeps it: per endpoint the last refused
 * answer (its first 64 KiB, without the key) and the header line with its fingerprint. */
#ifndef FINTRA_CORE_EVIDENCE_H
#define FINTRA_CORE_EVIDENCE_H

#include "core/csv.h"
#include "core/db.h"
#include "core/http.h"

struct evidence {
	char endpoint[256], kind[12]; /* refused, header */
	char format[8];		      /* csv, json */
	int64_t at_ms, bytes;	      /* bytes of the whole body; nbody of them are kept */
	int status;
	char *url, *why, *header; /* owned; why: of a refusal; header: column names, or NULL */
	char fingerprint[20];	  /* of the column names; "" = none */
	char *body;		  /* owned, with a NUL behind */
	size_t nbody;
};

struct evidence_list {
	struct evidence *at;
	size_t n;
};

/* Refusals first; at most body_max bytes of each body.  A ledger from before evidence was kept has
 * none.  evidence_done() also after a failure. */
int evidence_load(struct db *db, int64_t run, int body_max, struct evidence_list *out,
		  struct err *e) MUST_CHECK;
void evidence_done(struct evidence_list *l);

/* The column names in the first line of a body, joined by commas; false when it has none. */
bool evidence_header(const char *body, size_t n, struct str *names);
/* 16 hex digits of the names, as evidence_header() gives them. */
void evidence_fingerprint(const char *names, char out[20]);
/* "added a, b; gone c", "order changed: b is now column 1"; "" when both are the same. */
void evidence_compare(const char *before, const char *now, struct str *out);

#endif
