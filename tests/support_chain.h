/* Layers 0 to 5 of one day on real data, through the real jobs, beside what
 * tests/oracle/snapshots.pl makes of the same files.  The stand-in replays the files; statements
 * after the day are there. */
#ifndef FINTRA_TESTS_SUPPORT_CHAIN_H
#define FINTRA_TESTS_SUPPORT_CHAIN_H

#include "tests/support_layer2.h"

/* The day of this suite, a session or the last day of a year, and what its snapshots come to. */
struct chain_day {
	const char *iso, *database;
	int sectors; /* that have all nine benchmarks of FGOS */
	int scored;  /* at least as many companies have an FGOS score and a rank */
	int cells;   /* at least as many are compared */
};

int chain_suite(const struct chain_day *day); /* what main() returns */

#endif
