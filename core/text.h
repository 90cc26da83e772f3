/* UTF-8 and the one sanitiser for text that comes from outside (faults.md T7). */
#ifndef FINTRA_CORE_TEXT_H
#define FINTRA_CORE_TEXT_H

#include "core/str.h"

#include <stdint.h>

/* True when the bytes are valid UTF-8 without NUL (no surrogates, no overlong forms, <= U+10FFFF).
 */
bool text_utf8_ok(const char *p, size_t n);
/* Decodes one code point from p[0..n): its length in bytes, *cp filled; bad byte: 1 and U+FFFD. */
size_t text_decode(const char *p, size_t n, uint32_t *cp);
void text_encode(struct str *out, uint32_t cp); /* appends it as UTF-8 */
/* Terminal columns of a code point: 0 combining, 1, or 2 wide.  Does not depend on the locale. */
int text_width(uint32_t cp);
int text_columns(const char *s);
/* True for code points that act instead of showing: C0, DEL, C1, bidi controls, U+2028/9. */
bool text_is_active(uint32_t cp);
/* Appends `in` with C0, DEL, C1, bidi controls, U+2028/9 and bad UTF-8 replaced by visible text
 * such as
 * "\x1b" or "\u202e"; TAB becomes one blank, a newline "\n" in two characters.  The result holds no
 * byte that a terminal acts upon. */
void text_clean(struct str *out, const char *in, size_t n);

#endif
