/* A run in diff mode (--diff): the job works on shadows of the tables that it writes
 * (core/db_shadow.h), what it would change is compared and shown to whoever launched it, and only
 * when they agree it is written, in one transaction behind the run's fence. */
#ifndef FINTRA_CORE_RUN_DIFF_H
#define FINTRA_CORE_RUN_DIFF_H

#include "core/db_shadow.h"
#include "core/json.h"
#include "core/runner.h"

struct diff_table {
	struct shadow shadow;
	const char *name;   /* as in the catalogue; "fintra_ops.flag" for the marks of tickers */
	const char *score;  /* column of the moves; NULL = none */
	struct rows *moves; /* db_shadow_moves(); NULL = none */
};

enum { DIFF_TABLES = 8 };

/* Borrowed by a reviewer for the call. */
struct diff {
	int64_t run;
	const char *job;
	struct date as_of;
	struct diff_table at[DIFF_TABLES];
	size_t n;
};

bool diff_table_changes(const struct diff_table *t);
bool diff_is_empty(const struct diff *d);
/* Counts of each table and its largest moves, as lines for people. */
void diff_text(const struct diff *d, struct str *out);
/* {tables: [{table, inserted, updated, deleted, unchanged, score, moves: [{row, was, now, change,
 * since}]}]} with the figures as the database writes them; owned. */
struct json *diff_json(const struct diff *d);

/* 0, or ERR_USAGE: why this job cannot be run so, and what to type instead. */
int diff_possible(const struct job *job, struct err *e) MUST_CHECK;

#endif
