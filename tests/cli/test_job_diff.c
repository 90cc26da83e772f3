/* run JOB --diff: computed on copies, shown, then kept or not.  Expected values: hand arithmetic
 * beside the cases; the rows of the same run without --diff; the server's own counters of written
 * rows. */
#include "core/clock.h"
#include "core/run_diff.h"
#include "jobs/catalogue.h"
#include "tests/support_product.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SQL = 1000, WAIT_MS = 30000, JOBS_WITH_A_DIFF = 26 };

#define WINDOWS "performance-windows-aggregator"
#define QUESTION "write these rows? [y/N]"

static int
set_up(void **state)
{
	*state = (void *)(uintptr_t)product_open();
	return 0;
}

static PRINTF_FMT(2, 3) void sql(const char *info, const char *fmt, ...)
{
	char text[SQL];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	free(support_psql(info, text));
}

/* Rows that the server has counted as written in data tables and marks.  Its processes add what
 * they know when they end. */
static int64_t
written(const char *info)
{
	support_counted(info);
	return support_psql_int(info, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM "
				      "pg_stat_user_tables WHERE schemaname = 'public' OR relname "
				      "= 'flag'");
}

struct ground {
	const char *info;
	int64_t written;
	char *sums;
};

static void
remember(struct ground *g, const char *info)
{
	g->info = info;
	g->sums = product_sums(info);
	g->written = written(info);
}

static void
is_untouched(struct ground *g)
{
	char *now = product_sums(g->info);

	assert_string_equal(now, g->sums);
	assert_int_equal(written(g->info), g->written);
	free(now);
	free(g->sums);
}

/* ZCZS is one row too high by 5.  RUD has lost one, and has an older row that is 7 lower than the
 * lost one was. */
static int64_t
prepare(const char *info)
{
	static const char rud[] = "ticker = 'RUD' AND benchmark_ticker = 'SPY' AND window_code = "
				  "'1Y'";
	int64_t n = support_psql_int(info, "SELECT count(*) FROM performance_windows");

	sql(info, "UPDATE performance_windows SET alpha = alpha + 5, asset_return = asset_return + "
		  "5 WHERE ticker = 'ZCZS' AND benchmark_ticker = 'SPY' AND window_code = '1Y'");
	sql(info,
	    "INSERT INTO performance_windows (ticker, benchmark_ticker, window_code, asset_return, "
	    "benchmark_return, alpha, as_of_date) SELECT ticker, benchmark_ticker, window_code, "
	    "asset_return - 7, benchmark_return, alpha - 7, '2026-01-30' FROM performance_windows "
	    "WHERE %s",
	    rud);
	sql(info, "DELETE FROM performance_windows WHERE %s AND as_of_date = '" PRODUCT_DAY "'",
	    rud);
	return n;
}

/* n rows, one of them gone and one older added: the run puts the lost one back (inserted) and
 * corrects one (updated); the n - 2 others and the older one stay. */
static void
small_case_by_hand(void **state)
{
	const char *info = product_copy("t_diff_hand"), *at;
	int64_t n = prepare(info);
	struct ground g;
	struct support_out out;
	char want[160];

	(void)state;
	remember(&g, info);
	product_run(info, NULL, NAMES("run", WINDOWS, "--diff", "--json"), &out);
	fmt_buf(want, sizeof(want),
		"\"table\":\"performance_windows\",\"inserted\":1,\"updated\":1,\"deleted\":0,"
		"\"unchanged\":%d,\"score\":\"alpha\",\"moves\":[{\"row\":\"RUD SPY 1Y "
		"2026-02-02\"",
		(int)n - 1);
	if (!strstr(out.out, want))
		fail_msg("not %s in\n%s", want, out.out);
	assert_non_null(strstr(out.out, "\"kept\":false"));
	support_out_done(&out);
	product_run(info, NULL, NAMES("run", WINDOWS, "--diff"), &out);
	at = strstr(out.out, "RUD SPY 1Y 2026-02-02");
	assert_non_null(at);
	assert_non_null(strstr(at, "+7.0000  2026-01-30\n"));
	at = strstr(at, "ZCZS SPY 1Y 2026-02-02");
	assert_non_null(at);
	assert_non_null(strstr(at, "-5.0000\n"));
	assert_non_null(strstr(out.err, "not done without --yes"));
	support_out_done(&out);
	is_untouched(&g);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.unit u JOIN "
						"fintra_ops.run r ON r.id = u.run_id WHERE "
						"r.params ? 'diff'"),
			 0);
}

static void
asks_on_a_terminal(void **state)
{
	const char *info = product_copy("t_diff_ask");
	char *sums = product_sums(info), *now, *run;
	struct ground g;
	struct pty *p;

	(void)state;
	prepare(info);
	remember(&g, info);
	p = product_pty(info, NAMES("run", WINDOWS, "--diff"));
	assert_true(pty_wait_text(p, QUESTION, WAIT_MS));
	pty_send(p, "n\n");
	assert_int_equal(pty_wait_exit(p, WAIT_MS), 0);
	pty_free(p);
	is_untouched(&g);

	p = product_pty(info, NAMES("run", WINDOWS, "--diff"));
	assert_true(pty_wait_text(p, QUESTION, WAIT_MS));
	pty_send(p, "y\n");
	assert_int_equal(pty_wait_exit(p, WAIT_MS), 0);
	pty_free(p);
	run = support_psql(info, "SELECT state || ' ' || rows_inserted || ' ' || rows_updated || "
				 "' ' || (params ? 'dry_run')::text || ' ' || (result -> 'diff' "
				 "->> 'kept') FROM fintra_ops.run ORDER BY id DESC LIMIT 1");
	assert_string_equal(run, "success 1 1 false true");
	sql(info, "DELETE FROM performance_windows WHERE as_of_date = '2026-01-30'");
	now = product_sums(info);
	assert_string_equal(now, sums); /* what the product was before it was damaged */
	free(now);
	free(run);
	free(sums);
}

/* Rows that change, and rows that do not: both must be as they were shown. */
static void
refuses_rows_that_changed_meanwhile(void **state)
{
	static const char *const who[][2] = {
		{ "RUD", "6M" },  /* was as it is to be */
		{ "ZCZS", "1Y" }, /* is shown as changing from another value */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		char name[40];
		struct ground g;
		struct pty *p;

		fmt_buf(name, sizeof(name), "t_diff_changed_%d", (int)i);
		const char *info = product_copy(name);
		prepare(info);
		p = product_pty(info, NAMES("run", WINDOWS, "--diff"));
		assert_true(pty_wait_text(p, QUESTION, WAIT_MS));
		sql(info,
		    "UPDATE performance_windows SET alpha = alpha + 1 WHERE ticker = '%s' AND "
		    "benchmark_ticker = 'SPY' AND window_code = '%s'",
		    who[i][0], who[i][1]);
		g = (struct ground){ .info = info, .sums = product_sums(info) };
		pty_send(p, "y\n");
		assert_int_equal(pty_wait_exit(p, WAIT_MS), 75);
		assert_non_null(strstr(str_c(pty_raw(p)), "has been changed by somebody else"));
		pty_free(p);
		g.written = written(info); /* its connections had to end first: the sums tell */
		is_untouched(&g);
	}
}

/* The copies are gone with the connection, and the next run is not kept from its work. */
static void
nothing_is_left_of_a_killed_one(void **state)
{
	const char *info = product_copy("t_diff_killed");
	struct ground g;
	struct pty *p;

	(void)state;
	prepare(info);
	remember(&g, info);
	p = product_pty(info, NAMES("run", WINDOWS, "--diff"));
	assert_true(pty_wait_text(p, QUESTION, WAIT_MS));
	pty_signal(p, SIGKILL);
	assert_int_equal(pty_wait_exit(p, WAIT_MS), 128 + SIGKILL);
	pty_free(p);
	is_untouched(&g);
	product_expect(info, NAMES("run", WINDOWS), 0, "inserted 1 updated 1");
}

/* A wish to stop is an answer, too. */
static void
an_interrupt_is_a_no(void **state)
{
	const char *info = product_copy("t_diff_stop");
	struct ground g;
	struct pty *p;

	(void)state;
	prepare(info);
	remember(&g, info);
	p = product_pty(info, NAMES("run", WINDOWS, "--diff"));
	assert_true(pty_wait_text(p, QUESTION, WAIT_MS));
	pty_signal(p, SIGINT);
	assert_int_equal(pty_wait_exit(p, WAIT_MS), 130);
	pty_free(p);
	is_untouched(&g);
}

/* Nobody answers: that is a no, and what it held is free for the night. */
static void
no_answer_is_a_no(void **state)
{
	const char *info = product_copy("t_diff_silence");
	struct ground g;
	struct pty *p;
	char *kept;

	(void)state;
	prepare(info);
	remember(&g, info);
	setenv("FINTRA_RUN_ANSWER_S", "2", 1);
	p = product_pty(info, NAMES("run", WINDOWS, "--diff"));
	unsetenv("FINTRA_RUN_ANSWER_S");
	assert_true(pty_wait_text(p, QUESTION, WAIT_MS));
	assert_int_equal(pty_wait_exit(p, WAIT_MS), 0);
	assert_non_null(strstr(str_c(pty_raw(p)), "nobody has answered for 2.0s: no"));
	assert_non_null(strstr(str_c(pty_raw(p)), "diff: nothing is kept"));
	pty_free(p);
	is_untouched(&g);
	kept = support_psql(info, "SELECT state || ' ' || (params ? 'dry_run')::text || ' ' || "
				  "(result -> 'diff' ->> 'kept') FROM fintra_ops.run ORDER BY id "
				  "DESC LIMIT 1");
	assert_string_equal(kept, "success true false");
	free(kept);
	product_expect(info, NAMES("run", WINDOWS), 0, "inserted 1 updated 1");
}

/* Orchestrators, checks and debugging jobs write nothing themselves. */
static bool
writes_itself(const struct job *job)
{
	return !job->steps && job->writes && job->writes[0];
}

/* Jobs that want to be told for which tickers. */
static const char *
needed(const struct job *job)
{
	static const char *const all[] = { "backfill/peers", "backfill-ticker-full", NULL };

	if (str_same(job->name, "update-mvp") || (job->flags & JOB_NEEDS_TICKER))
		return "--ticker=RUD";
	return str_has(all, job->name) ? "--all" : "--force";
}

/* Something to do for the job: rows that are missing, and scores that are one too high. */
static void
damage(const char *info, const struct job *job)
{
	for (const struct table *t = fintra_tables; t->name; t++) {
		const char *score = t->score;

		if (!str_has(job->writes, t->name) || t->view_of)
			continue;
		sql(info, "DELETE FROM %s WHERE abs(hashtext(%s)) %% 5 = 0", t->name, t->key[0]);
		if (score)
			sql(info, "UPDATE %s SET %s = %s + 1 WHERE abs(hashtext(%s)) %% 5 = 1",
			    t->name, score, score, t->key[0]);
		if (str_same(score, "alpha")) /* it is held against its parts */
			sql(info,
			    "UPDATE %s SET asset_return = asset_return + 1 WHERE "
			    "abs(hashtext(%s)) %% 5 = 1",
			    t->name, t->key[0]);
	}
}

/* Restated prices mark their tickers in the ledger: with the rows, or not at all. */
static void
marks_go_with_the_rows(void **state)
{
	static const char marks[] = "SELECT count(*) FROM fintra_ops.flag";
	const char *info = product_copy("t_diff_marks");
	struct ground g;

	(void)state;
	sql(info, "DELETE FROM fintra_ops.flag");
	damage(info, catalogue_job(&fintra_catalogue, "prices-daily-bulk"));
	remember(&g, info);
	product_expect(info, NAMES("run", "prices-daily-bulk", "--diff"), 0, "fintra_ops.flag");
	is_untouched(&g);
	product_expect(info, NAMES("run", "prices-daily-bulk", "--diff", "--yes"), 0,
		       "fintra_ops.flag");
	assert_true(support_psql_int(info, marks) > 0);
}

static void
every_job_gives_a_diff_or_says_why_not(void **state)
{
	const char *info = product_copy("t_diff_every");
	struct ground g;
	int n = 0;

	(void)state;
	remember(&g, info);
	for (const struct job *const *j = fintra_catalogue.jobs; *j; j++) {
		struct support_out out;
		bool can = writes_itself(*j);

		product_run(info, NULL, NAMES("run", (*j)->name, "--diff", needed(*j)), &out);
		if (can ? !strstr(out.out, "UNCHANGED") || (out.code != 0 && out.code != 4)
			: out.code != 64 || !strstr(out.err, "--diff"))
			fail_msg("%s: exit %d\n%s%s", (*j)->name, out.code, out.out, out.err);
		support_out_done(&out);
		n += can;
	}
	assert_true(n >= JOBS_WITH_A_DIFF);
	is_untouched(&g);
}

/* State and counts of the job's last run, then the sums of all tables.  The moment at which
 * update-mvp asked is in its rows, and is another one each time. */
static char *
after(const char *info, const struct job *job)
{
	char text[SQL], *sums, *counts;
	struct str s;

	sql(info, "UPDATE fintra_snapshots SET profile_structural = profile_structural - "
		  "'last_updated' WHERE profile_structural ->> 'last_updated' IS NOT NULL");
	sums = product_sums(info);
	fmt_buf(text, sizeof(text),
		"SELECT state || ' inserted ' || rows_inserted || ' updated ' || rows_updated || ' "
		"unchanged ' || rows_unchanged FROM fintra_ops.run WHERE job = '%s' ORDER BY id "
		"DESC LIMIT 1",
		job->name);
	counts = support_psql(info, text);
	str_init(&s, 64 << 10);
	str_fmt(&s, "%s: %s, flags %d\n%s", job->name, counts,
		(int)support_psql_int(info, "SELECT count(*) FROM fintra_ops.flag"), sums);
	free(counts);
	free(sums);
	return str_take(&s);
}

/* The first line of `is` that is not one of `was`. */
static void
fail_at_difference(const char *was, const char *is, const struct support_out *out)
{
	size_t n = 0;

	for (size_t i = 0; was[i] && was[i] == is[i]; i++)
		if (was[i] == '\n')
			n = i + 1;
	fail_msg("%.*s, without --diff: %.*s\n%s%s", (int)strcspn(is + n, "\n"), is + n,
		 (int)strcspn(was + n, "\n"), was + n, out->out, out->err);
}

static void
yes_gives_what_a_run_gives(void **state)
{
	const char *plain = product_copy("t_diff_plain"), *kept = product_copy("t_diff_kept");

	(void)state;
	for (const struct job *const *j = fintra_catalogue.jobs; *j; j++) {
		struct support_out out;
		char *was, *is;

		if (!writes_itself(*j))
			continue;
		damage(plain, *j);
		damage(kept, *j);
		product_run(plain, NULL, NAMES("run", (*j)->name, "--gate", "off", needed(*j)),
			    &out);
		if (out.code != 0 && out.code != 4)
			fail_msg("%s: exit %d\n%s%s", (*j)->name, out.code, out.out, out.err);
		support_out_done(&out);
		product_run(
			kept, NULL,
			NAMES("run", (*j)->name, "--gate", "off", needed(*j), "--diff", "--yes"),
			&out);
		was = after(plain, *j);
		is = after(kept, *j);
		if (!str_same(was, is))
			fail_at_difference(was, is, &out);
		support_out_done(&out);
		free(was);
		free(is);
	}
}

static void
wrong_uses(void **state)
{
	const char *info = product_copy("t_diff_wrong");
	struct job old = *catalogue_job(&fintra_catalogue, WINDOWS);
	struct err e = ERR_INIT;

	(void)state;
	product_expect(info, NAMES("run", WINDOWS, "--yes"), 64, "--yes is the answer to --diff");
	product_expect(info, NAMES("run", WINDOWS, "--diff", "--dry-run"), 64,
		       "leave --dry-run away");
	/* Before anything starts: the first job could. */
	product_expect(info, NAMES("run", "sector-pe-aggregator", "master-benchmark", "--diff"), 64,
		       "fintra run sector-benchmarks --diff");
	old.runner = RUNNER_HTTP;
	assert_int_equal(diff_possible(&old, &e), -1);
	assert_non_null(strstr(e.text, "old system"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_case_by_hand),
		cmocka_unit_test(asks_on_a_terminal),
		cmocka_unit_test(refuses_rows_that_changed_meanwhile),
		cmocka_unit_test(nothing_is_left_of_a_killed_one),
		cmocka_unit_test(an_interrupt_is_a_no),
		cmocka_unit_test(no_answer_is_a_no),
		cmocka_unit_test(marks_go_with_the_rows),
		cmocka_unit_test(every_job_gives_a_diff_or_says_why_not),
		cmocka_unit_test(yes_gives_what_a_run_gives),
		cmocka_unit_test(wrong_uses),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
