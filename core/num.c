#include "core/num.h"

#include "core/str.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct span {
	const char *p;
	size_t n;
};

static struct span
trim(const char *p, size_t n)
{
	while (n > 0 && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return (struct span){ p, n };
}

struct num
num_finite(double v)
{
	return isfinite(v) ? NUM(v) : NUM_NONE;
}

bool
num_is_absent(const char *p, size_t n)
{
	static const char *const words[] = { "null", "nan", "none", "n/a" };
	struct span s = trim(p, n);

	if (s.n == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i]) == s.n && strncasecmp(words[i], s.p, s.n) == 0)
			return true;
	return false;
}

/* A decimal number taken apart: value = mantissa * 10^exp10 when `exact`. */
struct decimal {
	bool negative, exact;
	uint64_t mantissa;
	int exp10;
};

enum { EXP_LIMIT = 100000, EXACT_POWER = 22 };

/* Digits at s->p..; counts them, shifts exp10 by -1 each when behind the point. */
static size_t
take_digits(struct span *s, struct decimal *d, bool fraction)
{
	size_t seen = 0;

	for (; s->n > 0 && *s->p >= '0' && *s->p <= '9'; s->p++, s->n--, seen++) {
		if (d->mantissa > (UINT64_MAX - 9) / 10) {
			d->exact = false;
			continue;
		}
		d->mantissa = d->mantissa * 10 + (uint64_t)(*s->p - '0');
		d->exp10 -= fraction;
	}
	return seen;
}

static bool
take_exponent(struct span *s, struct decimal *d)
{
	bool negative = false;
	int e = 0;

	if (s->n == 0 || (*s->p != 'e' && *s->p != 'E'))
		return true;
	s->p++, s->n--;
	if (s->n > 0 && (*s->p == '+' || *s->p == '-')) {
		negative = *s->p == '-';
		s->p++, s->n--;
	}
	if (s->n == 0)
		return false;
	for (; s->n > 0 && *s->p >= '0' && *s->p <= '9'; s->p++, s->n--)
		if (e < EXP_LIMIT)
			e = e * 10 + (*s->p - '0');
	d->exp10 += negative ? -e : e;
	return true;
}

static bool
take_sign(struct span *s)
{
	bool negative = s->n > 0 && *s->p == '-';

	if (s->n > 0 && (*s->p == '-' || *s->p == '+'))
		s->p++, s->n--;
	return negative;
}

static bool
take_decimal(struct span s, struct decimal *d)
{
	size_t seen;

	*d = (struct decimal){ .exact = true };
	d->negative = take_sign(&s);
	seen = take_digits(&s, d, false);
	if (s.n > 0 && *s.p == '.') {
		s.p++, s.n--;
		seen += take_digits(&s, d, true);
	}
	return seen > 0 && take_exponent(&s, d) && s.n == 0;
}

/* strtod and snprintf follow the thread's locale; these run them in "C", whose object is static. */
static double
c_strtod(const char *z)
{
	locale_t was = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
	double v = strtod(z, NULL);

	uselocale(was);
	return v;
}

static double
slow_value(struct span s)
{
	char buf[128], *z = s.n < sizeof(buf) ? buf : mem_alloc(s.n + 1);
	double v;

	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	v = c_strtod(z);
	if (z != buf)
		free(z);
	return v;
}

bool
num_parse(const char *p, size_t n, double *out)
{
	static const double power[EXACT_POWER + 1] = { 1e0,  1e1,  1e2,	 1e3,  1e4,  1e5,
						       1e6,  1e7,  1e8,	 1e9,  1e10, 1e11,
						       1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
						       1e18, 1e19, 1e20, 1e21, 1e22 };
	struct span s = trim(p, n);
	struct decimal d;
	double v;

	*out = 0;
	if (!take_decimal(s, &d))
		return false;
	/* Both factors are exact doubles here, so one rounding gives the nearest double. */
	if (d.exact && d.mantissa <= (1ULL << 53) && abs(d.exp10) <= EXACT_POWER) {
		v = (double)d.mantissa;
		v = d.exp10 < 0 ? v / power[-d.exp10] : v * power[d.exp10];
		v = d.negative ? -v : v;
	} else {
		v = slow_value(s);
	}
	if (!isfinite(v))
		return false;
	*out = v;
	return true;
}

bool
num_parse_i64(const char *p, size_t n, int64_t *out)
{
	struct span s = trim(p, n);
	bool negative = take_sign(&s);
	uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
	uint64_t v = 0;

	*out = 0;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)s.p[i] - '0';

		if (digit > 9 || v > (limit - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

const char *
num_int(int64_t v, char buf[NUM_BUF])
{
	fmt_buf(buf, NUM_BUF, "%" PRId64, v);
	return buf;
}

const char *
num_count(int64_t v, char buf[NUM_BUF])
{
	return v < 0 ? "?" : num_int(v, buf);
}

const char *
num_group(int64_t v, char buf[NUM_BUF])
{
	char digits[24];
	size_t n, out = 0;

	if (!fmt_buf(digits, sizeof(digits), "%" PRIu64, v < 0 ? 0 - (uint64_t)v : (uint64_t)v))
		digits[0] = '\0';
	n = strlen(digits);
	if (v < 0)
		buf[out++] = '-';
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			buf[out++] = ',';
		buf[out++] = digits[i];
	}
	buf[out] = '\0';
	return buf;
}

const char *
num_rows(int64_t v, char buf[NUM_BUF])
{
	if (v >= 0)
		return num_group(v, buf);
	str_copy(buf, NUM_BUF, "?");
	return buf;
}

const char *
num_s(int64_t v)
{
	return v == 1 ? "" : "s";
}
