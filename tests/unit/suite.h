/* What every unit suite includes: cmocka and the headers it needs. */
#ifndef FINTRA_TESTS_UNIT_SUITE_H
#define FINTRA_TESTS_UNIT_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Real data of the shared folder, or NULL. */
static inline const char *
real_data(void)
{
	const char *dir = getenv("FINTRA_REAL_DATA");

	return dir ? dir : "../shared/data/real";
}

#endif
