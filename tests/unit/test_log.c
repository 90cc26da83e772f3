/* The log file: faults.md T2, T7, F41. */
#include "core/log.h"
#include "tests/unit/suite.h"

#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/fintra-log-XXXXXX";
static char path[64], other[64];

static int
setup(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(other, sizeof(other), "%s/old", dir);
	unlink(path);
	unlink(other);
	return 0;
}

static int
put(struct log *l, const char *text, struct err *e)
{
	struct event ev = {
		.run = 7, .ts_ms = 1770109927123, .lvl = LVL_WARN, .job = "performance-bulk"
	};
	int rc;

	ev.msg = mem_dup(text);
	rc = log_write(l, &ev, e);
	event_done(&ev);
	return rc;
}

static void
assert_file(const char *name, const char *want)
{
	char got[512];
	FILE *f = fopen(name, "r");
	size_t n;

	assert_non_null(f);
	n = fread(got, 1, sizeof(got) - 1, f);
	got[n] = '\0';
	fclose(f);
	assert_string_equal(got, want);
}

static void
a_line_is_dated_and_cleaned(void **state)
{
	struct err e = ERR_INIT;
	struct log *l = log_open(path, &e);
	struct stat st;

	(void)state;
	assert_non_null(l);
	assert_int_equal(put(l, "a\nFAKE \x1b[2J", &e), 0);
	assert_file(path, "2026-02-03T09:12:07.123Z run 7 W performance-bulk  a\\nFAKE \\x1b[2J\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	log_close(l);
}

static void
a_link_is_not_followed(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(symlink(other, path), 0);
	assert_null(log_open(path, &e));
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_int_not_equal(access(other, F_OK), 0);
}

static void
a_loose_file_is_closed_to_others(void **state)
{
	struct err e = ERR_INIT;
	struct stat st;
	FILE *f = fopen(path, "w");
	struct log *l;

	(void)state;
	fclose(f);
	chmod(path, 0666);
	l = log_open(path, &e);
	assert_non_null(l);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	log_close(l);
}

static void
after_rotation_a_new_file(void **state)
{
	struct err e = ERR_INIT;
	struct log *l = log_open(path, &e);

	(void)state;
	assert_int_equal(put(l, "one", &e), 0);
	assert_int_equal(rename(path, other), 0);
	log_reopen(l);
	assert_int_equal(put(l, "two", &e), 0);
	log_close(l);
	assert_file(other, "2026-02-03T09:12:07.123Z run 7 W performance-bulk  one\n");
	assert_file(path, "2026-02-03T09:12:07.123Z run 7 W performance-bulk  two\n");
}

static void
a_full_disk_is_told_once(void **state)
{
	struct err e = ERR_INIT;
	struct log *l = log_open("/dev/full", &e);

	(void)state;
	if (!l) {
		fprintf(stderr, "SKIP: no /dev/full\n");
		skip();
	}
	assert_int_equal(put(l, "one", &e), -1);
	assert_non_null(strstr(e.text, "No space left"));
	assert_int_equal(put(l, "two", &e), 0);
	assert_int_equal(log_dropped(l), 2);
	log_close(l);
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int
drop_dir(void **state)
{
	setup(state);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_line_is_dated_and_cleaned, setup),
		cmocka_unit_test_setup(a_link_is_not_followed, setup),
		cmocka_unit_test_setup(a_loose_file_is_closed_to_others, setup),
		cmocka_unit_test_setup(after_rotation_a_new_file, setup),
		cmocka_unit_test_setup(a_full_disk_is_told_once, setup),
	};

	return cmocka_run_group_tests_name("log", tests, make_dir, drop_dir);
}
