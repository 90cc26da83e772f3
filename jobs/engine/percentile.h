/* Where a value lies among known percentiles (engines.md 5.1); no database. */
#ifndef FINTRA_JOBS_ENGINE_PERCENTILE_H
#define FINTRA_JOBS_ENGINE_PERCENTILE_H

#include "core/num.h"

enum { PERCENTILE_POINTS = 5 };

/* Values at 10, 25, 50, 75 and 90 percent; absent ones are left out. */
struct percentile_points {
	struct num at[PERCENTILE_POINTS];
};

/* 0..100 by interpolation between the points, extrapolated outside them; absent with fewer than
 * two. */
struct num percentile_of(double value, const struct percentile_points *p);

#endif
