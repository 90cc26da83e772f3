/* What a run would do, as far as it can be told before it starts (core/foresee.h). */
#ifndef FINTRA_CORE_FORECAST_H
#define FINTRA_CORE_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

struct forecast {
	int64_t units; /* that it will have finished, -1 = unknown, as below */
	int64_t calls; /* requests to the vendor when each is answered at once */
	int64_t rows;  /* inserted, updated and unchanged, as the same units had before */
	/* false: what another has yet to do decides (the vendor, a step before this one). */
	bool units_exact, calls_exact;
	char why[160]; /* nothing is known, and why; "" = it is */
};

#define FORECAST_NONE                                \
	{                                            \
		.units = -1, .calls = -1, .rows = -1 \
	}

#endif
