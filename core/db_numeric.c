#include "core/db_copy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* PostgreSQL's binary forms, all big-endian; numeric is base 10000:
 * ndigits, weight of the first digit, sign, display scale, then the digits, 16 bits each. */
enum {
	PG_EPOCH_DAYS = 10957, /* 2000-01-01 */
	NUMERIC_HEAD = 8,
	NUMERIC_NEG = 0x4000,
	EXACT_POW10 = 22,  /* the largest power of ten that is a double */
	TEXT_GROUPS = 200, /* 800 digits: more than any tie between two doubles needs (767) */
};

static const uint64_t exact_int = UINT64_C(1) << 53;

static const double pow10_table[EXACT_POW10 + 1] = {
	1e0,  1e1,  1e2,  1e3,	1e4,  1e5,  1e6,  1e7,	1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

static unsigned
be16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static int
be16_signed(const unsigned char *p)
{
	int v = (int)be16(p);

	return v >= 0x8000 ? v - 0x10000 : v;
}

static int64_t
be_signed(const unsigned char *p, int len)
{
	uint64_t v = p[0] & 0x80 ? ~UINT64_C(0) : 0;

	for (int i = 0; i < len; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

int64_t
db_field_i64(const struct db_field *f)
{
	return f->p && f->len >= 1 && f->len <= 8 ? be_signed(f->p, f->len) : 0;
}

struct date
db_field_date(const struct db_field *f)
{
	int64_t v;

	if (!f->p || f->len != 4)
		return DATE_NONE;
	v = be_signed(f->p, 4);
	if (v == INT32_MAX || v == INT32_MIN || v > INT32_MAX - PG_EPOCH_DAYS)
		return DATE_NONE; /* infinity */
	return (struct date){ (int32_t)v + PG_EPOCH_DAYS };
}

/* Both operands exact, so one multiplication or division rounds correctly. */
static bool
fast(const unsigned char *digit, int n, int exp10, double *out)
{
	uint64_t m = 0;

	if (n > 5 || (n == 5 && be16(digit) >= 1800))
		return false;
	for (int i = 0; i < n; i++)
		m = m * 10000 + be16(digit + 2 * i);
	while (m > exact_int && m % 10 == 0) {
		m /= 10;
		exp10++;
	}
	if (m > exact_int || exp10 < -EXACT_POW10 || exp10 > EXACT_POW10)
		return false;
	*out = exp10 < 0 ? (double)m / pow10_table[-exp10] : (double)m * pow10_table[exp10];
	return true;
}

static double
slow(const unsigned char *digit, int n, int exp10)
{
	char text[TEXT_GROUPS * 4 + 32];
	size_t len = 0;
	bool cut = n > TEXT_GROUPS;

	if (cut)
		exp10 += 4 * (n - TEXT_GROUPS) - 1;
	for (int i = 0; i < n && i < TEXT_GROUPS; i++) {
		unsigned d = be16(digit + 2 * i);

		for (unsigned unit = 1000; unit; unit /= 10)
			text[len++] = (char)('0' + d / unit % 10);
	}
	if (cut)
		text[len++] = '1'; /* something follows: never a tie (the last group is not zero) */
	(void)fmt_buf(text + len, sizeof(text) - len, "e%d", exp10);
	return strtod(text, NULL);
}

struct num
db_field_numeric(const struct db_field *f)
{
	const unsigned char *digit;
	int n, exp10;
	unsigned sign;
	double v;

	if (!f->p || f->len < NUMERIC_HEAD)
		return NUM_NONE;
	digit = f->p + NUMERIC_HEAD;
	n = be16_signed(f->p);
	sign = be16(f->p + 4);
	if ((sign != 0 && sign != NUMERIC_NEG) || n < 0 || f->len < NUMERIC_HEAD + 2 * n)
		return NUM_NONE; /* NaN, infinities */
	if (n == 0)
		return NUM(0);
	exp10 = 4 * (be16_signed(f->p + 2) - n + 1);
	if (!fast(digit, n, exp10, &v))
		v = slow(digit, n, exp10);
	if (!isfinite(v))
		return NUM_NONE;
	return NUM(sign ? -v : v);
}
