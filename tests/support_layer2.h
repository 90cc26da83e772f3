/* Rows for the suites of layer 2's jobs, and the ground they stand on. */
#ifndef FINTRA_TESTS_SUPPORT_LAYER2_H
#define FINTRA_TESTS_SUPPORT_LAYER2_H

#include "tests/support_jobs.h"

#define AS_OF "2026-02-02"

extern struct ground ground;

/* First cell of a query. */
void expect(const char *sql, const char *want);
void stock(const char *ticker, const char *sector); /* active; "" = without a sector */
void asset(const char *ticker, const char *window, const char *date, const char *ret);
void sector(const char *name, const char *window, const char *date, const char *ret);

#endif
