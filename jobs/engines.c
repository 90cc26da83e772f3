/* Every engine of `fintra engine`, in the order of engines.md. */
#include "jobs/catalogue.h"

#include "jobs/engine_io/io.h"

const struct engine fintra_engines[] = {
	{ "metric_score", "a value against the percentiles of its sector", engine_metric_score },
	{ "quality_brakes", "warnings beside an FGOS", engine_quality_brakes },
	{ "fgos_confidence", "confidence by age and completeness", engine_fgos_confidence },
	{ NULL, NULL, NULL },
};
