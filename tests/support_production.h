/* A database in the shape of the system that fintra stands beside (schema.md sections 1 to 5): its
 * names, its view of active stocks, tables and columns missing, alpha-shaped industry_benchmarks,
 * row level security with public read policies, two engine versions a day.  Nothing of it is made
 * by the program. */
#ifndef FINTRA_TESTS_SUPPORT_PRODUCTION_H
#define FINTRA_TESTS_SUPPORT_PRODUCTION_H

#include "tests/support.h"

#define PRODUCTION_DAY "2026-02-02"

/* Conninfo of the owner, kept until the process ends. */
const char *support_production(const char *name);
/* The same database for a role that has CONNECT and SELECT and nothing else; kept likewise. */
const char *support_production_reader(const char *owner);
/* Rows written since the database was made and relations there are, as the server counts them. */
int64_t support_production_writes(const char *owner);
int64_t support_production_relations(const char *owner);

#endif
