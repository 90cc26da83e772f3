/* Ordered schema versions (queries/schema/NNN_*.sql, compiled in), one transaction each, under an
 * advisory lock; table of applied versions fintra_ops.schema_version. */
#ifndef FINTRA_CORE_MIGRATE_H
#define FINTRA_CORE_MIGRATE_H

#include "core/db.h"

enum schema_state {
	SCHEMA_ABSENT,	/* nothing of ours: an empty or a foreign database */
	SCHEMA_FOREIGN, /* FINTRA tables that fintra did not create */
	SCHEMA_OLD,	/* ours, versions missing */
	SCHEMA_CURRENT,
	SCHEMA_NEWER /* made by a newer binary: refuse (78) */
};

enum migrate_mode {
	MIGRATE_NEXT,  /* what is missing of our schema */
	MIGRATE_INIT,  /* all, in an empty database */
	MIGRATE_ADOPT, /* beside tables that fintra did not create: schema fintra_ops, nothing else
			*/
};

int migrate_state(struct db *db, enum schema_state *state, int *version, struct err *e) MUST_CHECK;
int migrate_latest(void);
/* Names of the migrations that migrate_run() would apply, static texts; their number, or -1.  None
 * for a foreign or newer schema. */
int migrate_pending(struct db *db, const char **names, int most, struct err *e) MUST_CHECK;
/* Refused (ERR_CONFIG) where the mode does not fit what is there. */
int migrate_run(struct db *db, enum migrate_mode mode, int64_t now_ms, int *applied,
		struct err *e) MUST_CHECK;

#endif
