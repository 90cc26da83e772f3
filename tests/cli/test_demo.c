/* `fintra demo` itself: it fills its private cluster, breaks it and repairs it.  Expected: the
 * words of console.md 5 and the report's section 7. */
#include "core/job.h"
#include "tests/pty.h"
#include "tests/support_cli.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEMO_MS = 240000, SCREEN_MS = 20000 };

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

/* Where its file of settings should be, a link leads to somebody else's. */
static void
no_link_is_followed(const char *dir)
{
	char conf[80], other[80];
	struct support_out out;
	struct stat st;

	fmt_buf(conf, sizeof(conf), "%s/fintra.conf", dir);
	fmt_buf(other, sizeof(other), "%s/other", dir);
	assert_int_equal(rename(conf, other), 0);
	assert_int_equal(truncate(other, 3), 0);
	assert_int_equal(symlink(other, conf), 0);
	bin_run(NULL, NAMES("demo", "--dir", dir, "--tickers", "90", "--incident", "none"), &out);
	assert_int_equal(stat(other, &st), 0);
	assert_int_equal(st.st_size, 3);
	if (out.code != 78 || !strstr(out.err, "fintra.conf: cannot be written"))
		fail_msg("exit %d\n%s%s", out.code, out.out, out.err);
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
	no_link_is_followed(dir);
	support_exec(NAMES("rm", "-rf", dir), NULL, &out);
	support_out_done(&out);
}

/* What an operator does who practises: the console in one terminal, commands in the other. */
static void
another_terminal_repairs_it(void **state)
{
	char dir[] = "/tmp/fintra-demo-XXXXXX", conf[80];
	const char *const env[] = { CLI_NOW, "NO_COLOR=1", "HOME=/nonexistent",
				    "XDG_CONFIG_HOME=/nonexistent", NULL };
	struct support_out out;
	struct stat st;
	struct pty *p;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	fmt_buf(conf, sizeof(conf), "%s/fintra.conf", dir);
	f = fopen(conf, "we"); /* as an earlier program left it */
	assert_non_null(f);
	fclose(f);
	assert_int_equal(chmod(conf, 0644), 0);
	p = pty_start(NAMES(support_fintra(), "demo", "--dir", dir, "--tickers", "90", "--incident",
			    "windows-empty"),
		      env, 80, 24);
	if (!pty_wait_text(p, "NOT READY for 2026-02-02: performance_windows empty", DEMO_MS))
		fail_msg("%s", pty_screen(p));
	assert_int_equal(stat(conf, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	pty_send(p, ":fix --yes\r");
	assert_true(pty_wait_text(p, "in a shell: fintra -c", SCREEN_MS));
	support_exec(NAMES(support_fintra(), "-c", conf, "fix", "--yes"), env, &out);
	if (out.code != 0 || !strstr(out.out, "the product is repaired; READY for 2026-02-02"))
		fail_msg("fix: exit %d\n%s%s", out.code, out.out, out.err);
	support_out_done(&out);
	assert_true(pty_wait_text(p, " READY for 2026-02-02: ", SCREEN_MS));
	assert_true(pty_wait_gone(p, "NOT READY", SCREEN_MS));
	pty_send(p, "\x1b");
	assert_true(pty_wait_gone(p, "in a shell", SCREEN_MS));
	pty_send(p, "Q");
	assert_int_equal(pty_wait_exit(p, DEMO_MS), 0);
	pty_free(p);
	support_exec(NAMES("rm", "-rf", dir), NULL, &out);
	support_out_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(breaks_and_repairs_its_own),
					    cmocka_unit_test(another_terminal_repairs_it) };

	return cmocka_run_group_tests_name("demo", tests, NULL, NULL);
}
