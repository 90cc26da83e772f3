/* Growable string with a ceiling, and allocation that cannot fail.
 * Out of memory aborts the process in one place (mem_abort, str.c); no other file handles it. */
#ifndef FINTRA_CORE_STR_H
#define FINTRA_CORE_STR_H

#include "core/attr.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

void *mem_alloc(size_t n);	      /* owned: free() */
void *mem_zalloc(size_t n);	      /* owned: free() */
void *mem_realloc(void *p, size_t n); /* owned: free() */
char *mem_dup(const char *s);	      /* owned: free(); NULL gives NULL */
char *mem_ndup(const char *s, size_t n);
/* Called once, before the process aborts for want of memory (restores the terminal). */
void mem_on_abort(void (*fn)(void));

struct str {
	char *p; /* NULL until something is put */
	size_t len, cap;
	size_t max;    /* ceiling in bytes, without the final NUL */
	bool overflow; /* something did not fit; what is there is whole puts only */
};

#define STR_AUTO CLEANUP(str_done) struct str

void str_init(struct str *s, size_t max);
void str_done(struct str *s);
void str_clear(struct str *s); /* keeps the memory, forgets overflow */
/* All return 0, or -1 when the ceiling refuses: content then unchanged, `overflow` set.  Callers
 * that look at `overflow` at the end may ignore the result. */
int str_put(struct str *s, const void *p, size_t n);
int str_puts(struct str *s, const char *z);
int str_putc(struct str *s, char c);
int str_fmt(struct str *s, const char *fmt, ...) PRINTF_FMT(2, 3);
int str_vfmt(struct str *s, const char *fmt, va_list ap) PRINTF_FMT(2, 0);
const char *str_c(const struct str *s); /* borrowed, NUL-terminated, never NULL */
char *str_take(struct str *s);		/* owned: free(); *s is empty after */

/* snprintf into a fixed buffer; true if it fitted. */
bool fmt_buf(char *buf, size_t n, const char *fmt, ...) PRINTF_FMT(3, 4);
/* Copy with truncation on a UTF-8 boundary; always terminated when n > 0. */
void str_copy(char *dst, size_t n, const char *src);
bool str_same(const char *a, const char *b); /* NULL-safe */
bool str_starts(const char *s, const char *prefix);
bool str_has(const char *const *list, const char *s); /* NULL-terminated list; NULL list = false */
const char *str_or(const char *s, const char *dflt);  /* s if not NULL, else dflt */

#endif
