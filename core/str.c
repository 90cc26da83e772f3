#include "core/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The terminal must come back before abort() leaves; set once at start, before threads. */
static void (*abort_hook)(void);

void
mem_on_abort(void (*fn)(void))
{
	abort_hook = fn;
}

static NORETURN void
mem_abort(void)
{
	static const char text[] = "fintra: out of memory\n";
	ssize_t n;

	if (abort_hook)
		abort_hook();
	n = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)n;
	abort();
}

void *
mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		mem_abort();
	return p;
}

void *
mem_zalloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		mem_abort();
	return p;
}

void *
mem_realloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (!q)
		mem_abort();
	return q;
}

char *
mem_ndup(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1);

	if (n)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *
mem_dup(const char *s)
{
	return s ? mem_ndup(s, strlen(s)) : NULL;
}

void
str_init(struct str *s, size_t max)
{
	*s = (struct str){ .max = max };
}

void
str_done(struct str *s)
{
	free(s->p);
	s->p = NULL;
	s->len = s->cap = 0;
}

void
str_clear(struct str *s)
{
	s->len = 0;
	s->overflow = false;
	if (s->p)
		s->p[0] = '\0';
}

/* Room for n more bytes and the NUL, or -1 at the ceiling. */
static int
grow(struct str *s, size_t n)
{
	size_t need;

	if (n > s->max - s->len) {
		s->overflow = true;
		return -1;
	}
	need = s->len + n + 1;
	if (need > s->cap) {
		s->cap = need < 64 ? 64 : need + need / 2;
		s->p = mem_realloc(s->p, s->cap);
	}
	return 0;
}

int
str_put(struct str *s, const void *p, size_t n)
{
	if (grow(s, n) < 0)
		return -1;
	if (n)
		memcpy(s->p + s->len, p, n);
	s->len += n;
	s->p[s->len] = '\0';
	return 0;
}

int
str_puts(struct str *s, const char *z)
{
	return str_put(s, z, strlen(z));
}

int
str_putc(struct str *s, char c)
{
	return str_put(s, &c, 1);
}

int
str_vfmt(struct str *s, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || grow(s, (size_t)n) < 0) {
		s->overflow = true;
		return -1;
	}
	vsnprintf(s->p + s->len, (size_t)n + 1, fmt, ap);
	s->len += (size_t)n;
	return 0;
}

int
str_fmt(struct str *s, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = str_vfmt(s, fmt, ap);
	va_end(ap);
	return rc;
}

const char *
str_c(const struct str *s)
{
	return s->p ? s->p : "";
}

char *
str_take(struct str *s)
{
	char *p = s->p ? s->p : mem_dup("");

	*s = (struct str){ .max = s->max };
	return p;
}

bool
fmt_buf(char *buf, size_t n, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(buf, n, fmt, ap);
	va_end(ap);
	return len >= 0 && (size_t)len < n;
}

void
str_copy(char *dst, size_t n, const char *src)
{
	size_t len = strlen(src);

	if (n == 0)
		return;
	if (len >= n) {
		len = n - 1;
		/* Not in the middle of a character: step back over continuation bytes. */
		while (len > 0 && ((unsigned char)src[len] & 0xC0) == 0x80)
			len--;
	}
	memmove(dst, src, len);
	dst[len] = '\0';
}

bool
str_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool
str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_has(const char *const *list, const char *s)
{
	for (; list && *list; list++)
		if (strcmp(*list, s) == 0)
			return true;
	return false;
}

const char *
str_or(const char *s, const char *dflt)
{
	return s ? s : dflt;
}
