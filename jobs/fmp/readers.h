#ifndef FINTRA_JOBS_FMP_READERS_H
#define FINTRA_JOBS_FMP_READERS_H

#include "core/replay.h"

extern const struct answer_reader fintra_readers[]; /* path NULL ends */

#endif
