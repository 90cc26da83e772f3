/* One view of the data for several connections: the first exports its snapshot, the others take it.
 */
#ifndef FINTRA_CORE_DB_SNAPSHOT_H
#define FINTRA_CORE_DB_SNAPSHOT_H

#include "core/db.h"

enum { DB_SNAPSHOT_ID = 64 };

/* Begins a read-only transaction at repeatable read; its snapshot may be imported while it lasts.
 */
int db_snapshot_export(struct db *db, char id[DB_SNAPSHOT_ID], struct err *e) MUST_CHECK;
/* Begins a read-only transaction on that snapshot.  Both are ended with db_commit() or
 * db_rollback(). */
int db_snapshot_import(struct db *db, const char *id, struct err *e) MUST_CHECK;

#endif
