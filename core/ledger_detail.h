/* Everything the ledger knows of one run, bounded: what a screen about it needs. */
#ifndef FINTRA_CORE_LEDGER_DETAIL_H
#define FINTRA_CORE_LEDGER_DETAIL_H

#include "core/evidence.h"
#include "core/ledger.h"

enum {
	DETAIL_UNITS = 500,
	DETAIL_CHILDREN = 30,
	DETAIL_GATES = 16,
	DETAIL_GATE_TEXT = 400,
	DETAIL_BODY = 4096
};

struct unit_detail {
	struct unit_info u;
	int64_t took_ms; /* since the unit before it ended, or the run began; -1 = not known */
};

struct run_detail {
	struct run_list run;	  /* n = 0: there is no such run */
	struct run_list children; /* newest first */
	struct input_list inputs;
	struct unit_detail *unit;    /* owned; failed ones first, then the newest */
	size_t n;		     /* of `unit`, at most DETAIL_UNITS */
	int64_t units, done, failed; /* of all its units */
	char gate[DETAIL_GATES][DETAIL_GATE_TEXT];
	size_t ngates;
	struct evidence_list evidence; /* at most DETAIL_BODY bytes of each body */
	char asked[16], asked_by[64];  /* "drain" or "abort" was asked for, by whom; "" = not */
};

/* *out is overwritten; run_detail_done() also after a failure. */
int ledger_detail(struct db *db, const struct conf *conf, int64_t run, struct run_detail *out,
		  struct err *e) MUST_CHECK;
void run_detail_done(struct run_detail *d);

#endif
