/* The chart of the seed's section 7, query 3. */
#ifndef FINTRA_JOBS_SCATTER_H
#define FINTRA_JOBS_SCATTER_H

#include "core/scatter.h"

extern const struct scatter_spec fintra_scatter;

#endif
