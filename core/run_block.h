/* Who stands in the way: the session that holds what a run's connection waits for (faults.md F7).
 * The keeper looks while the wait lasts, since nothing tells it afterwards; the run's own threads
 * name it. */
#ifndef FINTRA_CORE_RUN_BLOCK_H
#define FINTRA_CORE_RUN_BLOCK_H

#include "core/db.h"

enum { BLOCK_TEXT = 400, LOCK_TRIES = 3 };

struct run;

struct run_block { /* guarded by the run's lock */
	char who[BLOCK_TEXT];
	int64_t pid, seen_ms; /* monotonic; 0 = never */
	bool no_pids;	      /* the server refuses pg_blocking_pids(): of the keeper's thread */
};

/* By the keeper, on its connection.  -1 only for trouble with the connection. */
int run_block_look(struct run *r, struct db *db, struct err *e) MUST_CHECK;
/* (any) A working connection of the run; a query outside a transaction gets LOCK_TRIES on it. */
struct db *run_connect(struct run *r, struct err *e) MUST_CHECK;
/* (any) "table x is locked by pid 4711 (...)", or that it is not known who. */
const char *run_block_who(struct run *r, char out[BLOCK_TEXT]);
/* The failure of a run by a lock gets the blocker's name, one by a timeout the setting, both what
 * to do next; any other is left alone. */
void run_block_explain(struct run *r, struct err *e);

#endif
