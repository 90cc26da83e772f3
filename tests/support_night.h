/* Nights of the pipeline: the real binary over a synthetic market of eleven sectors with six years
 * of prices.  Each test works in a copy of one prepared database. */
#ifndef FINTRA_TESTS_SUPPORT_NIGHT_H
#define FINTRA_TESTS_SUPPORT_NIGHT_H

#include "tests/support_layer2.h"

#include <sys/types.h>

/* The Monday on whose evening the prepared database stands: it has the universe and the prices up
 * to then, and nothing else. */
#define NIGHT_EVE "2025-06-09"
#define NIGHT_NEXT "2025-06-10"

void night_open(void);
void night_close(void);
/* A copy of the prepared database becomes the present one; no faults, an empty cache, 20:00 in New
 * York on NIGHT_EVE. */
void night_fresh(const char *name);
void night_use(const char *conninfo); /* this database becomes the present one */
void night_empty(const char *name);   /* a new database becomes the present one */
void night_vendor(bool up);	      /* down: nobody answers at its address */
/* Universe and the prices of all active stocks up to `day` into the present database. */
void night_load(const char *day);
/* It is 20:00 in New York on `day`, and the vendor knows all up to it. */
void night_is(const char *day);
/* Runs fintra with these words (NULL-terminated) and ends with `code`, or the test fails; stdout
 * and stderr together, kept until the next call. */
const char *night(int code, const char *const *words);
#define NIGHT(code, ...) night(code, NAMES(__VA_ARGS__))

/* Steps of the newest run of an orchestrator that have this status, in order, with blanks between.
 */
void night_steps(const char *job, const char *status, const char *want);

#endif
