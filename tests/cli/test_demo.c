/* `fintra demo` itself: it fills its private cluster, breaks it and repairs it.  Expected: the
 * words of console.md 5 and the report's section 7. */
#include "core/job.h"
#include "tests/support_cli.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void
demo(const char *dir, const char *incident, int code, const char *says)
{
	struct support_out out;

	/* An address from the environment is not followed: nothing listens there. */
	bin_run_env(NULL, NAMES("PGHOSTADDR=127.0.0.1"),
		    NAMES("demo", "--dir", dir, "--tickers", "90", "--years", "5", "--incident",
			  incident),
		    &out);
	if (out.code != code || !strstr(out.out, says))
		fail_msg("--incident %s: exit %d\n%s%s", incident, out.code, out.out, out.err);
	support_out_done(&out);
}

/* As root the cluster runs under another user, who must be able to get there. */
static void
breaks_and_repairs_its_own(void **state)
{
	char dir[] = "/tmp/fintra-demo-XXXXXX";
	struct support_out out;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	demo(dir, "half-feed", 2, "NOT READY for 2026-02-02: prices_daily late 1 session");
	demo(dir, "none", 0, "READY for 2026-02-02: ");
	support_exec(NAMES("rm", "-rf", dir), NULL, &out);
	support_out_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(breaks_and_repairs_its_own) };

	return cmocka_run_group_tests_name("demo", tests, NULL, NULL);
}
