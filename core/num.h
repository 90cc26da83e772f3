/* Numbers as text, independent of the locale.  An absent number is has == false, never 0 or NaN. */
#ifndef FINTRA_CORE_NUM_H
#define FINTRA_CORE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct num {
	double v;
	bool has;
};

#define NUM_NONE ((struct num){ 0, false })
#define NUM(x) ((struct num){ (x), true })

struct num num_finite(double v); /* absent when it is NaN or infinite */

enum { NUM_BUF = 40 };

/* Empty, null, NaN, None, N/A (any case, blanks around): the cell says "no value". */
bool num_is_absent(const char *p, size_t n);
/* Whole cell (blanks around allowed) as a finite decimal number with optional exponent: no hex, no
 * inf. False when it is not one. */
bool num_parse(const char *p, size_t n, double *out);
bool num_parse_i64(const char *p, size_t n, int64_t *out);
/* Shortest decimal text that reads back as the same double (some powers of two outside 1e-11..1e15
 * get one digit more).  -0 is "0".  Must be finite.  Returns buf. */
const char *num_text(double v, char buf[NUM_BUF]);
/* "1234567". */
const char *num_int(int64_t v, char buf[NUM_BUF]);
/* The same, "?" below 0: a count that was not measured. */
const char *num_count(int64_t v, char buf[NUM_BUF]);
/* "1,234,567". */
const char *num_group(int64_t v, char buf[NUM_BUF]);
/* The same, "?" below 0: a count that was not measured. */
const char *num_rows(int64_t v, char buf[NUM_BUF]);
/* The ending of a counted word: "" for 1, else "s", as in "%d row%s". */
const char *num_s(int64_t v);

#endif
