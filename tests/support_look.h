/* Parts of the screens Jobs, Tables and System, built by hand onto a scene's model. */
#ifndef FINTRA_TESTS_SUPPORT_LOOK_H
#define FINTRA_TESTS_SUPPORT_LOOK_H

#include "tests/support_scene.h"

/* Names that no column has room for, wide characters, and escape sequences. */
extern const char support_long[], support_wide[], support_hostile[];

/* `outside`: the texts that come from the server (users, hosts, programs). */
void support_look_jobs(struct scene *s, const char *outside);
void support_look_locks(struct scene *s, const char *outside);
void support_look_tables(struct scene *s);
void support_look_system(struct scene *s, const char *outside);
void support_look_runs(struct scene *s, const char *job, const char *outside);
void support_look_grid(struct scene *s, const char *table);
/* One ticker through all layers, the newest snapshot with it; agrees: its score recombines. */
void support_look_ticker(struct scene *s, const char *symbol, const char *outside, bool agrees);
void support_look_no_ticker(struct scene *s, const char *symbol, const char *why);
/* Every part says `why` and holds nothing: a role without rights, a database without ledger. */
void support_look_refused(struct scene *s, const char *why);
void support_look_set(struct scene *s, enum look_part which, void *part); /* consumes `part` */

#endif
