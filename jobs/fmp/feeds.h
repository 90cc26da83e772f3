#ifndef FINTRA_JOBS_FMP_FEEDS_H
#define FINTRA_JOBS_FMP_FEEDS_H

#include "core/replay.h"

extern const struct feed fintra_feeds[]; /* path NULL ends */

#endif
