/* What judges the snapshots is judged, too: tests/oracle/Engines.pm on the golden vectors of the
 * original engines. */
#include "core/str.h"
#include "tests/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ENGINES = 14 };

static void
oracle_holds_the_vectors(void **state)
{
	const char *argv[] = { "perl", "tests/oracle/vectors.pl", support_real("../engines"),
			       NULL };
	struct support_out out;
	char *save = NULL;
	int engines = 0;

	(void)state;
	if (!argv[2])
		skip();
	if (support_exec(argv, NULL, &out) != 0)
		fail_msg("%s", out.err);
	for (char *l = strtok_r(out.out, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		printf("INFO: oracle: %s\n", l);
		engines++;
	}
	assert_int_equal(engines, ENGINES);
	support_out_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(oracle_holds_the_vectors) };

	return cmocka_run_group_tests_name("oracle", tests, NULL, NULL);
}
