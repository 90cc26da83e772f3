/* A connection pooler in a thread: speaks PostgreSQL's protocol on a Unix socket of its own. */
#ifndef FINTRA_TESTS_SUPPORT_POOLER_H
#define FINTRA_TESTS_SUPPORT_POOLER_H

#include <stdbool.h>

/* Starts one in front of `conninfo` (host=DIR ...): with `shared` all clients take turns on one
 * server connection, transaction mode; else each has its own, session mode.  Clients are told made
 * up process ids.  Returns the conninfo that leads through it, kept until the next start; it runs
 * until the process ends. */
const char *support_pooler(const char *conninfo, bool shared);

#endif
