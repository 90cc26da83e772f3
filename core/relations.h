/* The catalogue's tables as the database has them: where they are, what this role may do there, how
 * much room they take. */
#ifndef FINTRA_CORE_RELATIONS_H
#define FINTRA_CORE_RELATIONS_H

#include "core/job.h"

struct relation {
	const struct table *table;
	char name[132]; /* "public.prices_daily"; "" = the database has none */
	bool view;
	bool may_select,
		may_write; /* write: INSERT, UPDATE and DELETE; usage of the schema included */
	bool filtered;	   /* row level security holds for this role: figures may be partial */
	int64_t bytes;	   /* with indexes; -1 = not known */
};

struct relations {
	struct relation *at; /* one per table of the catalogue, same order */
	size_t n;
};

/* Owned: relations_done(). */
int relations_read(struct db *db, const struct catalogue *cat, struct relations *out,
		   struct err *e) MUST_CHECK;
void relations_done(struct relations *r);

/* What the server says of itself and of our ledger's schema. */
struct database_facts {
	char database[64], role[64], version[64];
	int version_num; /* 150006 */
	bool standby;
	int64_t bytes;
	int64_t clock_ms;		/* the server's, at the answer */
	bool ledger;			/* schema fintra_ops is there */
	bool ledger_read, ledger_write; /* all of its tables */
	int ledger_tables;
	int64_t ledger_bytes;
	bool audit_open; /* this role may change the audit, and does not own it */
};

int database_facts_read(struct db *db, struct database_facts *out, struct err *e) MUST_CHECK;

#endif
