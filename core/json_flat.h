/* JSON for people: what a line or a screen shows of an object that the ledger keeps. */
#ifndef FINTRA_CORE_JSON_FLAT_H
#define FINTRA_CORE_JSON_FLAT_H

#include "core/str.h"

/* Appends {"limit":"500","on":["a","b"]} as "limit: 500, on: [a, b]": a blank behind every comma,
 * so that it can be wrapped between words.  A text that is no JSON object is appended as it is. */
void json_flat(const char *text, struct str *out);

#endif
