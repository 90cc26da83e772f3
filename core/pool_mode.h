/* Whether something stands between us and the server, found out without leaving anything behind in
 * a session: only pg_backend_pid() is asked. */
#ifndef FINTRA_CORE_POOL_MODE_H
#define FINTRA_CORE_POOL_MODE_H

#include "core/db.h"

enum pool_mode {
	POOL_DIRECT,
	POOL_SESSION,	  /* a pooler that keeps one server process for the whole connection */
	POOL_TRANSACTION, /* one that changes it between transactions: no locks, no LISTEN */
	POOL_UNKNOWN	  /* a pooler, and no second connection to tell which */
};

const char *pool_mode_name(enum pool_mode m); /* "direct" */
/* `db` outside a transaction; opens a second connection for a moment when there is a pooler. */
int pool_mode_detect(const struct conf *conf, struct db *db, enum pool_mode *out,
		     struct err *e) MUST_CHECK;

#endif
