#include "core/text.h"

#include <string.h>

/* Length of the sequence that begins with `lead`, 0 when nothing begins with it; *cp its own bits
 * and *low the smallest code point that needs the length (shorter ones would be overlong). */
static size_t
sequence(unsigned char lead, uint32_t *cp, uint32_t *low)
{
	if (lead < 0x80) {
		*cp = lead;
		*low = 0;
		return 1;
	}
	if (lead >= 0xC2 && lead < 0xE0) {
		*cp = lead & 0x1F;
		*low = 0x80;
		return 2;
	}
	if (lead >= 0xE0 && lead < 0xF0) {
		*cp = lead & 0x0F;
		*low = 0x800;
		return 3;
	}
	if (lead >= 0xF0 && lead < 0xF5) {
		*cp = lead & 0x07;
		*low = 0x10000;
		return 4;
	}
	return 0;
}

/* Length of the valid character at p, or 0. */
static size_t
decode(const char *p, size_t n, uint32_t *cp)
{
	uint32_t low;
	size_t len = sequence((unsigned char)p[0], cp, &low);

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		if ((c & 0xC0) != 0x80)
			return 0;
		*cp = *cp << 6 | (c & 0x3F);
	}
	if (*cp < low || *cp > 0x10FFFF || (*cp >= 0xD800 && *cp <= 0xDFFF))
		return 0;
	return len;
}

size_t
text_decode(const char *p, size_t n, uint32_t *cp)
{
	size_t len = decode(p, n, cp);

	if (len > 0)
		return len;
	*cp = 0xFFFD;
	return 1;
}

/* How many bytes from p on are ASCII and no NUL, by whole words: most text is nothing else. */
static size_t
plain_words(const char *p, size_t n)
{
	const uint64_t low = 0x0101010101010101u, high = 0x8080808080808080u;
	size_t i = 0;
	uint64_t w;

	for (; n - i >= sizeof(w); i += sizeof(w)) {
		memcpy(&w, p + i, sizeof(w));
		if (((w - low) | w) & high)
			break;
	}
	return i;
}

bool
text_utf8_ok(const char *p, size_t n)
{
	uint32_t cp;

	for (size_t i = plain_words(p, n); i < n;) {
		size_t len = 1;

		if ((unsigned char)p[i] >= 0x80)
			len = decode(p + i, n - i, &cp);
		else if (p[i] == '\0')
			return false;
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

bool
text_is_active(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
		return true;
	if (cp < 0x61C)
		return false;
	return cp == 0x61C || cp == 0x200E || cp == 0x200F || (cp >= 0x2028 && cp <= 0x202E) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

/* The visible form of something that must not go out as it is. */
static int
put_visible(struct str *out, uint32_t cp, unsigned char byte, bool valid)
{
	if (!valid || cp < 0x80) {
		if (cp == '\t' && valid)
			return str_putc(out, ' ');
		if (cp == '\n' && valid)
			return str_puts(out, "\\n");
		return str_fmt(out, "\\x%02x", byte);
	}
	return str_fmt(out, "\\u%04x", cp);
}

/* As much of a harmless run as the ceiling allows, cut between characters. */
static int
put_run(struct str *out, const char *p, size_t n)
{
	size_t room = out->max - out->len;

	if (n <= room)
		return str_put(out, p, n);
	while (room > 0 && ((unsigned char)p[room] & 0xC0) == 0x80)
		room--;
	if (str_put(out, p, room) == 0)
		out->overflow = true;
	return -1;
}

void
text_clean(struct str *out, const char *in, size_t n)
{
	size_t run = 0; /* where the run of harmless bytes began */

	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = decode(in + i, n - i, &cp);
		bool valid = len > 0;

		if (valid && !text_is_active(cp)) {
			i += len;
			continue;
		}
		if (put_run(out, in + run, i - run) < 0)
			return;
		if (put_visible(out, cp, (unsigned char)in[i], valid) < 0)
			return;
		i += valid ? len : 1;
		run = i;
	}
	put_run(out, in + run, n - run);
}

void
text_encode(struct str *out, uint32_t cp)
{
	char b[4];

	if (cp < 0x80) {
		str_putc(out, (char)cp);
	} else if (cp < 0x800) {
		b[0] = (char)(0xc0 | cp >> 6);
		b[1] = (char)(0x80 | (cp & 63));
		str_put(out, b, 2);
	} else if (cp < 0x10000) {
		b[0] = (char)(0xe0 | cp >> 12);
		b[1] = (char)(0x80 | (cp >> 6 & 63));
		b[2] = (char)(0x80 | (cp & 63));
		str_put(out, b, 3);
	} else {
		b[0] = (char)(0xf0 | cp >> 18);
		b[1] = (char)(0x80 | (cp >> 12 & 63));
		b[2] = (char)(0x80 | (cp >> 6 & 63));
		b[3] = (char)(0x80 | (cp & 63));
		str_put(out, b, 4);
	}
}
