/* Calendar dates (proleptic Gregorian), without time or zone. */
#ifndef FINTRA_CORE_DATE_H
#define FINTRA_CORE_DATE_H

#include "core/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct date {
	int32_t days; /* since 1970-01-01; DATE_UNSET = absent */
};

#define DATE_UNSET INT32_MIN
#define DATE_NONE ((struct date){ DATE_UNSET })

enum { DATE_BUF = 16 };

struct date date_of(int year, int month, int day); /* must be valid */
void date_split(struct date d, int *year, int *month, int *day);
int date_year(struct date d);
/* Exactly YYYY-MM-DD and a day that exists, years 1900..2199; else false and *d = DATE_NONE. */
bool date_parse(const char *s, struct date *d);
bool date_parse_n(const char *s, size_t n, struct date *d);
/* "YYYY-MM-DD" into buf, "-" for DATE_NONE.  Returns buf. */
const char *date_iso(struct date d, char buf[DATE_BUF]);
struct date date_add_days(struct date d, int n);
/* Day clamped to the end of the month, as PostgreSQL date + interval 'n months'. */
struct date date_add_months(struct date d, int n);
int date_weekday(struct date d);     /* 0 = Sunday */
const char *date_dow(struct date d); /* "Mon" */
bool date_is_set(struct date d);
int date_cmp(struct date a, struct date b); /* <0, 0, >0; DATE_NONE is before all */
#define date_eq(a, b) ((a).days == (b).days)

#endif
