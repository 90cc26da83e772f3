/* Shortest decimal text of a double.  Jobs write millions of them, and printing with 15, 16 and 17
 * digits until one reads back costs 3 us each; so the usual magnitudes are done in exact integers
 * here, and the printf way is kept for the others. */
#include "core/num.h"

#include "core/str.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <string.h>

typedef unsigned __int128 u128; /* stays in this file */

enum { DIGITS = 17, EXP_MIN = -11 };

/* The decimal digits * 10^exp10, without trailing zeros. */
struct digits {
	uint64_t value;
	int exp10;
};

static uint64_t
power(uint64_t base, int n)
{
	uint64_t v = 1;

	while (n-- > 0)
		v *= base;
	return v;
}

/* Floor of log10(v), for 1e-11 <= v < 1e15; log10() errs by far less than the step that is
 * corrected. */
static int
magnitude(double v)
{
	static const double tens[] = { 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3,
				       1e-2,  1e-1,  1e0,  1e1,	 1e2,  1e3,  1e4,  1e5,	 1e6,
				       1e7,   1e8,   1e9,  1e10, 1e11, 1e12, 1e13, 1e14 };
	int lo = 0, hi = (int)ARRAY_LEN(tens) - 1;

	while (lo < hi) {
		int mid = (lo + hi + 1) / 2;

		if (v >= tens[mid])
			lo = mid;
		else
			hi = mid - 1;
	}
	return lo + EXP_MIN;
}

/* v = m * 2^e is scaled by 10^k to 17 digits: m * 5^k * 2^(e+k), which fits 128 bits with two bits
 * to spare for the borders of the interval that reads back as v (half a step up; half a step down,
 * or a quarter below a power of two). */
static struct digits
shortest(double v)
{
	int e, k = DIGITS - 1 - magnitude(v);
	uint64_t m = (uint64_t)ldexp(frexp(v, &e), DBL_MANT_DIG);
	uint64_t five = power(5, k);
	int shift = DBL_MANT_DIG - e - k + 2;
	u128 exact = (u128)m * five << 2, one = (u128)1 << shift;
	u128 low = exact - ((u128)five << (m != UINT64_C(1) << (DBL_MANT_DIG - 1)));
	u128 high = exact + ((u128)five << 1);
	/* The borders themselves read back as v when its last bit is even. */
	uint64_t first = (uint64_t)((low + ((m & 1) ? one : one - 1)) >> shift);
	uint64_t last = (uint64_t)((high - (m & 1)) >> shift);
	uint64_t unit = 1, whole = (uint64_t)(exact >> shift), best, rest;
	bool above;
	int cut = 0;

	/* The coarsest unit that still has a multiple within first..last. */
	while (last / (unit * 10) * (unit * 10) >= first) {
		unit *= 10;
		cut++;
	}
	best = whole / unit;
	rest = whole % unit * 2;
	above = (exact & (one - 1)) != 0;
	if (unit == 1)
		best += (exact & (one - 1)) > one / 2 ||
			((exact & (one - 1)) == one / 2 && (best & 1));
	else
		best += rest > unit || (rest == unit && (above || (best & 1)));
	if (best * unit > last)
		best--;
	if (best * unit < first)
		best++;
	return (struct digits){ best, cut - k };
}

static void
write_digits(struct digits d, bool negative, char buf[NUM_BUF])
{
	char text[24];
	int n = 0, point;
	char *out = buf;

	while (d.value % 10 == 0) {
		d.value /= 10;
		d.exp10++;
	}
	for (uint64_t v = d.value; v > 0; v /= 10)
		text[sizeof(text) - 1 - n++] = (char)('0' + v % 10);
	memmove(text, text + sizeof(text) - n, (size_t)n);
	point = n + d.exp10; /* digits before the decimal point */
	if (negative)
		*out++ = '-';
	if (point < -3) { /* as printf's %g: exponent below -4 */
		*out++ = text[0];
		if (n > 1)
			*out++ = '.';
		memcpy(out, text + 1, (size_t)n - 1);
		out += n - 1;
		memcpy(out, "e-", 2);
		out[2] = (char)('0' + (1 - point) / 10);
		out[3] = (char)('0' + (1 - point) % 10);
		out += 4;
	} else {
		int i;

		if (point <= 0) {
			memcpy(out, "0.000", 5);
			out += 2 - point;
		}
		for (i = 0; i < n; i++) {
			if (i == point && point > 0)
				*out++ = '.';
			*out++ = text[i];
		}
		for (; i < point; i++)
			*out++ = '0';
	}
	*out = '\0';
}

/* Prints with more and more digits until one reads back. */
static void
by_trial(double v, char buf[NUM_BUF])
{
	/* 15 digits always survive the way through a double, unless it is subnormal. */
	int precision = fabs(v) < DBL_MIN ? 1 : DBL_DIG;
	locale_t was = uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
	double back;

	for (; precision <= DBL_DECIMAL_DIG; precision++) {
		if (!fmt_buf(buf, NUM_BUF, "%.*g", precision, v))
			break;
		if (precision == DBL_DECIMAL_DIG ||
		    (num_parse(buf, strlen(buf), &back) && back == v))
			break;
	}
	uselocale(was);
}

const char *
num_text(double v, char buf[NUM_BUF])
{
	double size = fabs(v);

	if (v == 0) /* -0 would be the only text that differs from what it equals */
		str_copy(buf, NUM_BUF, "0");
	else if (size >= 1e-11 && size < 1e15)
		write_digits(shortest(size), v < 0, buf);
	else
		by_trial(v, buf);
	return buf;
}
