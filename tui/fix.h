/* A plan that is asked about and then carried out as it was: fix_ask.c and fix.c. */
#ifndef FINTRA_TUI_FIX_H
#define FINTRA_TUI_FIX_H

#include "core/why.h"

struct fix_step {
	const struct job *job;
	int64_t resume; /* run that is gone on with, 0 = a new one */
	bool launchable;
	char command[160];
};

struct fix_plan {
	struct fix_step step[WHY_STEPS];
	size_t n;
	struct date as_of;
	char target[128]; /* "" = all that counts */
};

#endif
