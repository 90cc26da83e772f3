/* What every unit suite includes: cmocka and the headers it needs. */
#ifndef FINTRA_TESTS_UNIT_SUITE_H
#define FINTRA_TESTS_UNIT_SUITE_H

#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
