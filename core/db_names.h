/* Names of a database that fintra did not create (schema.md section 4), and SQL rewritten to them.
 * Pure text; which names apply is found out by db_shape.c. */
#ifndef FINTRA_CORE_DB_NAMES_H
#define FINTRA_CORE_DB_NAMES_H

#include "core/str.h"

#include <stdbool.h>

enum { ALIAS_MAX = 24 };

/* `from` as written in queries/, "table" or "schema.table"; `to` the relation to use.  `body` not
 * NULL: there is no such relation, `to` becomes the name of a CTE with this text. */
struct alias {
	const char *from, *to, *body; /* borrowed */
};

/* What exists among the names that may differ. */
struct names_found {
	bool company_profiles, company_profile; /* as tables, not as views; the same below */
	bool fmp_peers, stock_peers;
	bool industry_alpha, industry_benchmarks;
	bool benchmarks_have_metric; /* industry_benchmarks is the seed's, with percentiles */
	bool ledger;		     /* fintra_ops.run, and this role may read it */
};

/* Fills out[] (room for ALIAS_MAX) with what differs; 0 = nothing does. */
size_t names_resolve(const struct names_found *f, struct alias *out);
/* Appends `sql` with every identifier of `a` replaced.  Quoted text, quoted names and comments
 * stay.
 */
void names_rewrite(const char *sql, const struct alias *a, size_t n, struct str *out);

#endif
