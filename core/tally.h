/* Counts of rows, as units, runs and their log lines tell them. */
#ifndef FINTRA_CORE_TALLY_H
#define FINTRA_CORE_TALLY_H

#include "core/json.h"
#include "core/str.h"

#include <stdint.h>

struct tally { /* rows of one unit or of a whole run; below 0: not measured */
	int64_t read, inserted, updated, unchanged, rejected, skipped, errors;
};
/* tally.c: "read=3 inserted=? ..." with any sign between name and number. */
void tally_put(const struct tally *t, char joint, struct str *out);
struct json *json_counts(const struct tally *t); /* owned; null where not measured */

#endif
