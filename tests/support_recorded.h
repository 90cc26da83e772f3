/* The recorded market of 2012 to 2019 (FINTRA_REAL_DATA) as the stand-in's answers, jobs run on it,
 * and whole tables against another computation of the same rows. */
#ifndef FINTRA_TESTS_SUPPORT_RECORDED_H
#define FINTRA_TESTS_SUPPORT_RECORDED_H

#include "tests/support_layer3.h"

/* Opens the ground; false, after saying SKIP, when the data are not there. */
bool recorded_open(const char *database);
/* The job must end SUCCESS; parameters as "name=value" or NULL. */
void run_ok(const struct job *job, const char *as_of, const char *param, const char *more);
/* Two queries with the same key columns and the same figures by FULL JOIN: nothing is missing on
 * either side and no cell differs (figures by 1e-9 of the larger of 1 and themselves); the number
 * of cells. */
long compare(const char *what, const char *mine, const char *other, const char *key);

#endif
