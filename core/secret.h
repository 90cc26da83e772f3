/* Secrets in files and in memory (faults.md T1, T2). */
#ifndef FINTRA_CORE_SECRET_H
#define FINTRA_CORE_SECRET_H

#include "core/err.h"
#include "core/str.h"

#include <stddef.h>

/* Zeroes n bytes for good, though the memory is freed next. */
void secret_wipe(void *p, size_t n);
bool secret_exists(const char *path);
/* The file's text without blanks around it, at most `max` bytes.  Owned: secret_free().  With
 * `strict` it must be a regular file (no link), ours, and closed to group and others.  NULL fills
 * *e (ERR_CONFIG), never with a byte of the content. */
char *secret_read(const char *path, bool strict, size_t max, struct err *e) MUST_CHECK;
bool secret_printable(const char *s); /* printable ASCII without blanks */
/* Appends `in` with every occurrence of the secret as ***.  A word of a few letters is no secret,
 * and hiding it would spoil ordinary text. */
void secret_mask(struct str *out, const char *in, size_t n, const char *secret);
void secret_free(char *s); /* wipes, then frees; NULL is fine */

#endif
