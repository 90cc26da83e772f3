/* Health checks: the seed's section 7 and those of design.md section 7. */
#ifndef FINTRA_CORE_HEALTH_H
#define FINTRA_CORE_HEALTH_H

#include "core/freshness.h"

struct check_result {
	const char *name;
	enum check_state state;
	enum check_state strict; /* the seed's literal rule, as-of for CURRENT_DATE; CHECK_UNKNOWN
				    when it has none */
	bool has_strict;
	char value[96], bound[96], strict_value[96];
	char remedy[2][160]; /* commands in order, "" = none */
	const char *table;   /* that it is about, NULL = none; borrowed from the catalogue */
	bool idle;	     /* no job of this build writes its table: shown, not counted */
	int64_t since_ms;    /* first seen in this state by the ledger's history; 0 = unknown */
};

struct check_env {
	struct db *db;
	const struct conf *conf;
	const struct catalogue *cat;
	const struct freshness *fresh;
	struct date as_of;
	int64_t now_ms;
};

struct check {
	const char *name; /* NULL ends the table; "TABLE_fresh" ones are generated, not rows */
	const char *title;
	bool seed; /* one of the seed's six */
	/* Fills *r; -1 with *e = the check could not run: UNKNOWN, never OK. */
	int (*eval)(const struct check_env *env, struct check_result *r, struct err *e);
	const char *table; /* that it is about; NULL = none */
};

struct health {
	struct check_result *at; /* owned */
	size_t n;
	int bad;		/* warning or worse, idle ones left out */
	enum check_state worst; /* UNKNOWN ranks between WARNING and CRITICAL */
};

/* The state of a table as a check: due is a warning, what is past its deadline critical. */
enum check_state check_of_table(const struct table_status *s);
int check_state_rank(enum check_state s); /* ok, warning, unknown, critical */
int health_measure(const struct check_env *env, struct health *out, struct err *e) MUST_CHECK;
void health_done(struct health *h);
const char *check_state_name(enum check_state s); /* ok warning critical unknown */
int check_exit_code(enum check_state s);	  /* 0 1 2 3 */

#endif
