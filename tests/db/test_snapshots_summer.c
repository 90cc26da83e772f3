/* Snapshots and ranks of the last day of prices, when fiscal year 2016 is the newest: only three
 * sectors have all nine benchmarks of FGOS.  See tests/support_chain.h. */
#include "tests/support_chain.h"

int
main(void)
{
	return chain_suite(&(struct chain_day){ "2018-07-18", "snapshots_summer", 3, 50, 35000 });
}
