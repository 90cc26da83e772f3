#include "tests/support_market_state.h"

#include "jobs/jobs.h"

#include <setjmp.h>

#include <cmocka.h>

struct outcome
state_run(const char *param, const char *other)
{
	return GROUND_RUN(&ground, &job_market_state, AS_OF, param, other, NULL);
}

struct outcome
state_made(void)
{
	struct outcome o = state_run(NULL, NULL);

	if (o.state != RUN_SUCCESS)
		fail_msg("%s %s", o.err.text, o.why);
	return o;
}
