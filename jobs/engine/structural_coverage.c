#include "jobs/engine/structural_coverage.h"

/* Of nothing that is asked for, all is there. */
static double
share(int valid, int required)
{
	return required == 0 ? 1 : (double)valid / required;
}

void
structural_coverage(const struct structural_coverage_input *in, struct structural_coverage *out)
{
	double metrics = share(in->valid_metrics, in->required_metrics);
	double windows = share(in->valid_windows, in->required_windows);

	if (in->maturity == MATURITY_EARLY)
		*out = (struct structural_coverage){ DEGREE_LOW, "early_stage_maturity" };
	else if (metrics < 0.5)
		*out = (struct structural_coverage){ DEGREE_LOW, "critical_metrics_missing" };
	else if (metrics < 1)
		*out = (struct structural_coverage){ DEGREE_MEDIUM, "partial_metrics_coverage" };
	else if (windows < 0.5)
		*out = (struct structural_coverage){ DEGREE_LOW, "critical_history_missing" };
	else if (windows < 1)
		*out = (struct structural_coverage){ DEGREE_MEDIUM, "partial_history_coverage" };
	else if (in->maturity == MATURITY_DEVELOPING)
		*out = (struct structural_coverage){ DEGREE_MEDIUM, "developing_maturity_cap" };
	else
		*out = (struct structural_coverage){ DEGREE_HIGH, "none" };
}
