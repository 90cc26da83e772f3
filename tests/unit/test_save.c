/* Files that the operator asks for: never over another one unasked, never half, only for himself.
 */
#include "tui/save.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/fintra-save-XXXXXX";

static const char *
in_dir(const char *name)
{
	static char path[200];

	fmt_buf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static enum saved
save(const char *name, const char *text, bool replace, struct err *e)
{
	STR_AUTO s = { 0 };

	str_init(&s, 1000);
	str_puts(&s, text);
	return save_file(in_dir(name), &s, replace, e);
}

static void
assert_file(const char *name, const char *want)
{
	char got[100] = "";
	struct stat st;
	FILE *f = fopen(in_dir(name), "r");

	assert_non_null(f);
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(got, want);
	assert_int_equal(stat(in_dir(name), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
test_new_file_is_private(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	umask(0);
	assert_int_equal(save("a", "one\n", false, &e), SAVE_DONE);
	assert_file("a", "one\n");
}

static void
test_old_file_stays_unless_told(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(save("b", "old\n", false, &e), SAVE_DONE);
	assert_int_equal(save("b", "new\n", false, &e), SAVE_EXISTS);
	assert_file("b", "old\n");
	assert_int_equal(chmod(in_dir("b"), 0644), 0);
	assert_int_equal(save("b", "new\n", true, &e), SAVE_DONE);
	assert_file("b", "new\n");
}

/* What it points to is not ours to write: a link is a file that is there. */
static void
test_link_is_not_followed(void **state)
{
	struct err e = ERR_INIT;
	char target[200];

	(void)state;
	str_copy(target, sizeof(target), in_dir("target"));
	assert_int_equal(symlink(target, in_dir("link")), 0);
	assert_int_equal(save("link", "x", false, &e), SAVE_EXISTS);
	assert_int_equal(save("link", "x", true, &e), SAVE_DONE);
	assert_file("link", "x");
	assert_int_equal(access(target, F_OK), -1);
}

static void
test_failure_names_the_file(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(save("no/such", "x", false, &e), SAVE_FAILED);
	assert_non_null(strstr(e.text, "no/such"));
	assert_int_equal(save("no/such", "x", true, &e), SAVE_FAILED);
	assert_non_null(strstr(e.text, "no/such"));
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "a", "b", "link" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(in_dir(names[i]));
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_file_is_private),
		cmocka_unit_test(test_old_file_stays_unless_told),
		cmocka_unit_test(test_link_is_not_followed),
		cmocka_unit_test(test_failure_names_the_file),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
