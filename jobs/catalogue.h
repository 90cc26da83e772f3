/* What this build consists of: handed to the console and to the headless runner by tui/main.c. */
#ifndef FINTRA_JOBS_CATALOGUE_H
#define FINTRA_JOBS_CATALOGUE_H

#include "core/engine.h"
#include "core/health.h"
#include "core/incident.h"

extern const struct section fintra_ticker[]; /* ticker.c */
extern const struct section fintra_diff[];   /* diff.c */
extern const struct catalogue fintra_catalogue;
extern const struct job *const fintra_known_jobs[]; /* the whole pipeline; NULL ends */
extern const struct table
	fintra_tables[]; /* inputs before the tables made from them; name NULL ends */
extern const struct check fintra_checks[];	 /* name NULL ends */
extern const struct engine fintra_engines[];	 /* engines.c; name NULL ends */
extern const struct incident fintra_incidents[]; /* incidents.c; name NULL ends */

#endif
