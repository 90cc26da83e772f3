/* Health checks: the seed's section 7 and those of design.md section 7. */
#ifndef FINTRA_CORE_HEALTH_H
#define FINTRA_CORE_HEALTH_H

#include "core/freshness.h"
#include "core/notice.h"
#include "core/num.h"

struct check_result {
	const char *name;
	enum check_state state;
	enum check_state strict; /* the seed's literal rule, as-of for CURRENT_DATE; CHECK_UNKNOWN
				    when it has none */
	bool has_strict;
	char value[96], bound[96], strict_value[96];
	char remedy[2][160];	   /* commands in order, "" = none */
	const char *title, *means; /* NULL = none; borrowed from the catalogue, like table */
	const char *table;	   /* that it is about, NULL = none */
	const char *because;	   /* another table whose state says enough, NULL = none */
	bool quiet;		   /* no alert: something else tells it, or somebody meant it */
	bool idle;		   /* no job of this build writes its table: shown, not counted */
	int64_t since_ms;  /* first seen in this state by the ledger's history; 0 = unknown */
	struct num figure; /* the value as a number, for its history */
	const struct notice *ack; /* of its health; NULL = none */
	bool acked; /* the ack covers it: the check is no worse than when it was acknowledged */
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
	const char *table;   /* that it is about; NULL = none */
	const char *means;   /* what follows when it is not ok; NULL = nothing to add */
	const char *because; /* as in the result */
	bool quiet;
};

struct health {
	struct check_result *at; /* owned */
	size_t n;
	int bad;		/* warning or worse, idle and acknowledged ones left out */
	int acked;		/* those that were left out for their ack */
	enum check_state worst; /* of the bad ones; UNKNOWN ranks between WARNING and CRITICAL */
	struct notice_list acks;
	char ack_error[160]; /* why they could not be read; then none covers anything */
};

/* The state of a table as a check: due is a warning, what is past its deadline critical. */
enum check_state check_of_table(const struct table_status *s);
int check_state_rank(enum check_state s); /* ok, warning, unknown, critical */
int health_measure(const struct check_env *env, struct health *out, struct err *e) MUST_CHECK;
void health_done(struct health *h);
const char *check_state_name(enum check_state s); /* ok warning critical unknown */
bool check_state_parse(const char *s, enum check_state *out);
/* The check of that name, NULL = there is none. */
const struct check_result *health_find(const struct health *h, const char *name);
int check_exit_code(enum check_state s); /* 0 1 2 3 */

#endif
