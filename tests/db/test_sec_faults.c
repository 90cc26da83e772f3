/* The two jobs of filings when they are stopped, refused or sent something else: what is stored
 * stays right, and nothing is asked for twice. */
#include "tests/support_program.h"
#include "tests/support_run.h"
#include "tests/support_sec.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "t_sec_faults");
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, "t_sec_faults");
	return 0;
}

/* --- stopped and resumed --- */

/* The host refuses everything after the first: the run ends, nothing is lost, and the resumed one
 * asks for what is missing. */
static void
test_refused_host_and_resume(void **state)
{
	struct outcome o;
	int64_t before;

	(void)state;
	sec_three_filings();
	ground_fault("path=" ROOM "*,n=2,kind=status-403-html");
	o = sec_run_8k(NULL, NULL);
	assert_int_equal(o.state, RUN_FAILURE);
	assert_int_equal(o.exit_code, 69);
	expect(FILINGS, "AAA 8-K t");
	ground_fault(NULL);
	before = sec_documents();
	o = ground_resume(&ground, o.run);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(sec_documents() - before, 2);
	expect(FILINGS, "AAA 8-K t, BBB 8-K t, CCC 8-K t");
	assert_int_equal(o.counts.read, 3);
}

static int64_t
units_of(pid_t pid)
{
	char sql[200];

	(void)fmt_buf(
		sql, sizeof(sql),
		"SELECT count(*) FROM fintra_ops.run r JOIN fintra_ops.unit u ON u.run_id = r.id "
		"WHERE r.pid = %d AND u.state = 'done'",
		(int)pid);
	return ground_int(&ground, sql);
}

/* Killed while the host is silent, on the second page of three: the resumed run stores what an
 * undisturbed one does and asks for no document twice. */
static void
test_killed_8k(void **state)
{
	char whole[64], resumed[64];
	struct outcome o;
	int64_t before;
	pid_t pid;

	(void)state;
	sec_put_page(0, 10, 2);
	sec_put_page(1, 12, 2);
	sec_put_page(2, 14, 1);
	sec_run_8k("limit=2", NULL);
	ground_sum(&ground, whole);
	ground_sql(&ground, "TRUNCATE sec_filings, fintra_sec_event_signals");
	ground_fault("path=" ROOM "13/a/8k.htm,kind=stall");
	pid = program_start(&ground, (const char *const[]){ "run", "sec-8k-ingest", "--limit", "2",
							    "--as-of", AS_OF, NULL });
	EVENTUALLY(units_of(pid) == 6); /* page 0 new, T10, T11, page 0 done, page 1 new, T12 */
	program_kill(&ground, pid);
	expect("SELECT count(*) FROM sec_filings", "3");
	ground_fault(NULL);
	before = sec_documents();
	o = ground_resume(&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(sec_documents() - before, 2);
	ground_sum(&ground, resumed);
	assert_string_equal(resumed, whole);
	assert_int_equal(o.counts.read, 5);
}

static void
test_killed_10k(void **state)
{
	char whole[64], resumed[64];
	struct outcome o;
	int64_t lists, reports, first;
	pid_t pid;

	(void)state;
	sec_annual_reports();
	sec_run_10k(NULL, NULL);
	ground_sum(&ground, whole);
	ground_sql(&ground, "TRUNCATE sec_filings, fintra_sec_structural_signals");
	ground_fault("path=" ROOM "2/n/10k.htm,kind=stall");
	pid = program_start(
		&ground, (const char *const[]){ "run", "sec-10k-ingest", "--as-of", AS_OF, NULL });
	EVENTUALLY(units_of(pid) == 2); /* the list, AAA */
	program_kill(&ground, pid);
	ground_fault(NULL);
	lists = sec_asked(LIST_10K);
	reports = sec_asked(REPORTS);
	first = sec_asked(ROOM "1/n/10k.htm");
	o = ground_resume(&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(sec_asked(LIST_10K), lists);
	assert_int_equal(sec_asked(REPORTS) - reports, 2); /* BBB, CCC */
	assert_int_equal(sec_asked(ROOM "1/n/10k.htm"), first);
	ground_sum(&ground, resumed);
	assert_string_equal(resumed, whole);
}

/* --- faults --- */

static const struct fault {
	const char *path, *kind;
	int code;
} faults[] = {
	/* the lists */
	{ LIST_8K, "status-401", 78 },
	{ LIST_8K, "status-402-restricted", 77 },
	{ LIST_8K, "status-403", 77 },
	{ LIST_8K, "status-403-legacy", 77 },
	{ LIST_8K, "status-404", 65 },
	{ LIST_8K, "status-429", 69 },
	{ LIST_8K, "limit-200", 69 },
	{ LIST_8K, "html-200", 65 },
	{ LIST_8K, "error-200", 65 },
	{ LIST_8K, "status-500", 69 },
	{ LIST_8K, "cut-chunk", 69 },
	{ LIST_8K, "gzip-cut", 69 },
	{ LIST_8K, "redirect=301", 65 },
	{ LIST_8K, "empty-list", 6 },
	{ LIST_10K, "status-401", 78 },
	{ LIST_10K, "status-403-legacy", 77 },
	{ LIST_10K, "status-429", 69 },
	{ LIST_10K, "html-200", 65 },
	{ LIST_10K, "truncate", 69 },
	{ LIST_10K, "empty-list", 6 },
	/* the reports */
	{ REPORTS, "status-401", 78 },
	{ REPORTS, "status-429", 69 },
	{ REPORTS, "status-502-html", 69 },
	{ REPORTS, "html-200", 65 },
	{ REPORTS, "redirect=302", 65 },
	/* the host of the documents */
	{ ROOM "*", "redirect=301", 65 },
	{ ROOM "*", "status-403-html", 69 },
	{ ROOM "*", "status-403-undeclared", 78 },
	{ ROOM "*", "status-429=0", 69 },
	{ ROOM "*", "cut-chunk", 69 },
	{ ROOM "*", "stall", 69 },
	{ ROOM "*", "picture", 65 },
	{ ROOM "*", "empty", 65 },
	{ ROOM "*", "status-500", 69 },
};

/* Nothing is stored from what is refused: no filing as parsed, no signal, and from a refused list
 * no filing at all. */
static void
test_refusals(void **state)
{
	char rule[160];

	(void)state;
	sec_three_filings();
	sec_annual_reports();
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		const struct fault *f = &faults[i];
		bool annual = strcmp(f->path, LIST_10K) == 0 || strcmp(f->path, REPORTS) == 0;
		struct outcome o;

		(void)fmt_buf(rule, sizeof(rule), "path=%s,kind=%s", f->path, f->kind);
		ground_fault(rule);
		o = annual ? sec_run_10k(NULL, NULL) : sec_run_8k(NULL, NULL);
		if (o.exit_code != f->code)
			fail_msg("%s %s: exit %d, %s", f->path, f->kind, o.exit_code, o.err.text);
		if (f->code != 6 && !strstr(o.err.text, strstr(f->path, "*") ? ROOM : f->path))
			fail_msg("%s: %s", f->path, o.err.text);
		expect("SELECT (SELECT count(*) FROM fintra_sec_event_signals) + (SELECT count(*) "
		       "FROM fintra_sec_structural_signals) + (SELECT count(*) FROM sec_filings "
		       "WHERE parsed)",
		       "0");
		if (strcmp(f->path, REPORTS) != 0)
			expect("SELECT count(*) FROM sec_filings", "0");
		ground_sql(&ground, "DELETE FROM sec_filings");
	}
	ground_fault(NULL);
	assert_int_equal(sec_run_8k(NULL, NULL).state, RUN_SUCCESS);
	assert_int_equal(sec_run_10k(NULL, NULL).state, RUN_SUCCESS);
}

/* More than 64 MiB of a page: given up on the way. */
static void
test_a_page_without_end(void **state)
{
	struct err e = ERR_INIT;
	struct outcome o;

	(void)state;
	sec_put_list(LIST_8K, "8-K", sec_three, 1);
	sec_page("1/a/8k.htm", "<html>Item 1.01</html>\n");
	ground_fault("path=" ROOM "*,kind=huge=65");
	assert_int_equal(conf_set(&ground.conf, "fmp", "stall_s", "60", &e), 0);
	o = sec_run_8k(NULL, NULL);
	assert_int_equal(conf_set(&ground.conf, "fmp", "stall_s", "1", &e), 0);
	assert_int_equal(o.exit_code, 65);
	assert_non_null(strstr(o.err.text, "larger than 64 MiB"));
	expect("SELECT count(*) FROM sec_filings", "0");
}

/* A field that no row has any more is told from rows that lack it. */
static void
test_fields_that_are_gone(void **state)
{
	static const char *const gone[] = { "symbol", "finalLink", "filingDate", "formType" };
	struct outcome o;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
		STR_AUTO s = { 0 };

		str_init(&s, 4096);
		for (int k = 0; k < 2; k++) {
			str_puts(&s, k ? ",{" : "[{");
			for (size_t j = 0; j < ARRAY_LEN(gone); j++)
				str_fmt(&s, "%s\"%s%s\":\"%s\"", j ? "," : "", gone[j],
					i == j ? "X" : "",
					j == 0	 ? "AAA"
					: j == 1 ? "https://www.sec.gov" ROOM "1/a/8k.htm"
					: j == 2 ? "2026-01-30"
						 : "8-K");
			str_putc(&s, '}');
		}
		str_putc(&s, ']');
		ground_body(&ground, LIST_8K, 200, str_c(&s));
		o = sec_run_8k(NULL, NULL);
		assert_int_equal(o.exit_code, 76);
		assert_non_null(strstr(o.err.text, gone[i]));
		expect("SELECT count(*) FROM sec_filings", "0");
	}
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_refused_host_and_resume),
		TEST(test_killed_8k),
		TEST(test_killed_10k),
		TEST(test_refusals),
		TEST(test_a_page_without_end),
		TEST(test_fields_that_are_gone),
	};

	return cmocka_run_group_tests_name("sec_faults", tests, open_ground, close_ground);
}
