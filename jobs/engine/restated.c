#include "jobs/engine/restated.h"

#include <math.h>

static double
factor_of(const struct restated_bar *b)
{
	return b->sent / b->was;
}

/* How far the factor of two rounded figures may lie from that of the true ones. */
static double
slack(const struct restated_bar *b)
{
	return factor_of(b) * (b->sent_half / b->sent + b->was_half / b->was);
}

static bool
same_factor(const struct restated_bar *a, const struct restated_bar *b)
{
	return fabs(factor_of(a) - factor_of(b)) <= slack(a) + slack(b);
}

/* Nothing but an action moves the adjusted close alone. One bar whose prices all moved may be
 * either: then the vendor's list of actions decides. */
enum restated
restated_judge(const struct restated_bar *bar, size_t n, bool named, double *factor)
{
	const struct restated_bar *best = &bar[0];
	bool even = true;

	for (size_t i = 1; i < n; i++)
		if (slack(&bar[i]) < slack(best))
			best = &bar[i];
	for (size_t i = 0; i < n; i++)
		even = even && same_factor(&bar[i], best);
	*factor = factor_of(best);
	if (n == 1 && bar[0].raw && !named)
		return RESTATED_CORRECTION;
	return even ? RESTATED_FACTOR : RESTATED_UNEVEN;
}
