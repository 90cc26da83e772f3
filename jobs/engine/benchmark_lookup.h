/* The benchmarks that hold for a sector on a date (engines.md 2.3).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_BENCHMARK_LOOKUP_H
#define FINTRA_JOBS_ENGINE_BENCHMARK_LOOKUP_H

#include "core/date.h"
#include "jobs/engine/benchmark.h"

/* A row of sector_benchmarks. */
struct benchmark_row {
	const char *sector; /* borrowed */
	struct date date;
	enum metric metric;
	struct benchmark benchmark;
};

/* Those of the newest date that is not after `date`, for the sector (blanks around its name do not
 * count) or, if it has none at all, for the sector General; rows of fewer than three values left
 * out.  False and a set without any when nothing is left; its date and group are told all the same.
 * Rows in any order; asked once per sector. */
bool benchmark_lookup(const struct benchmark_row *row, size_t n, const char *sector,
		      struct date date, struct benchmark_set *out);

#endif
