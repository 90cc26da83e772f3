/* Snapshots and ranks of a day when fiscal year 2018 is known, so that each sector has all nine
 * benchmarks of FGOS.  See tests/support_chain.h. */
#include "tests/support_chain.h"

int
main(void)
{
	return chain_suite(&(struct chain_day){ "2018-12-31", "snapshots_real", 11, 150, 40000 });
}
