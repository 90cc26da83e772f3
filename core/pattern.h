/* Regular expressions, through PCRE2 (the only file that includes it).  Case is ignored unless the
 * expression says (?-i). */
#ifndef FINTRA_CORE_PATTERN_H
#define FINTRA_CORE_PATTERN_H

#include "core/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct pattern; /* one thread at a time */

/* A text without special characters is looked for literally (ASCII case).  NULL when it does not
 * compile: `why` (n bytes) then holds PCRE2's words and the place.  Owned: pattern_free(). */
struct pattern *pattern_new(const char *text, char *why, size_t n) MUST_CHECK;
void pattern_free(struct pattern *p); /* NULL is fine */
/* First match at or behind `from` bytes: 1 and its bytes [*at, *end), which may be none; 0 = none;
 * -1 = unknown, it takes too many steps.  Any bytes may be in the text; an expression never matches
 * broken UTF-8. */
int pattern_find(struct pattern *p, const char *text, size_t from, size_t *at, size_t *end);
/* Too many texts took it more steps than it is allowed: from then on it says -1 at once. */
bool pattern_gave_up(const struct pattern *p);
/* Where `needle` begins in the text, ASCII case ignored; NULL = nowhere, as an empty one is. */
const char *pattern_literal(const char *text, const char *needle);

#endif
