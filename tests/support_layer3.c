#include "tests/support_layer3.h"

#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void
period(const char *ticker, const char *type, const char *end, const char *figures)
{
	char sql[1000];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO datos_financieros (ticker, period_type, period_label, "
		      "period_end_date, source) VALUES ('%s', '%s', '%s', '%s', 'test'); UPDATE "
		      "datos_financieros SET %s WHERE ticker = '%s' AND period_type = '%s' AND "
		      "period_label = '%s'",
		      ticker, type, end, end, figures, ticker, type, end);
	ground_sql(&ground, sql);
}

void
multiples(const char *ticker, const char *date, const char *pe, const char *ev, const char *fcf)
{
	char sql[500];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO datos_valuacion (ticker, valuation_date, denominator_type, "
		      "denominator_period, sector, price, pe_ratio, ev_ebitda, price_to_fcf, "
		      "source) VALUES ('%s', '%s', 'TTM', 'TTM', 'x', 10, %s, %s, %s, 'test')",
		      ticker, date, pe, ev, fcf);
	ground_sql(&ground, sql);
}

void
member(const char *ticker, const char *sector, const char *industry)
{
	char sql[400];

	stock(ticker, sector);
	(void)fmt_buf(sql, sizeof(sql),
		      "UPDATE fintra_universe SET industry = '%s' WHERE ticker = '%s'", industry,
		      ticker);
	ground_sql(&ground, sql);
}

struct outcome
benchmark_run(const struct job *job, const char *param)
{
	return GROUND_RUN(&ground, job, AS_OF, param, NULL);
}

void
changes_nothing(const struct job *job)
{
	int64_t before = ground_tuples(&ground);
	struct outcome o = benchmark_run(job, "force=1");

	assert_int_equal(o.state, RUN_SUCCESS);
	assert_true(o.counts.read > 0 && o.counts.unchanged > 0);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&ground), before);
}

void
writes_nothing(const struct job *job)
{
	char before[64], after[64];

	ground_sum(&ground, before);
	assert_int_equal(benchmark_run(job, "dry_run=1").state, RUN_SUCCESS);
	ground_sum(&ground, after);
	assert_string_equal(after, before);
}

static void
ends(struct outcome o, int code, const char *why)
{
	assert_int_equal(o.exit_code, code);
	if (!strstr(o.err.text, why))
		fail_msg("%s", o.err.text);
}

void
refuses_a_ticker(const struct job *job, const char *why)
{
	ends(benchmark_run(job, "ticker=A1"), 64, why);
}

void
ends_empty(const struct job *job, const char *why)
{
	ends(benchmark_run(job, NULL), 6, why);
}

void
survives_a_kill_at(const struct job *job, const char *hold, const char *nothing)
{
	char whole[64], resumed[64], sql[200];
	struct err e = ERR_INIT;
	struct outcome o;
	pid_t pid;

	ground_sql(&ground, nothing); /* what another job left is no part of the sum */
	assert_int_equal(benchmark_run(job, "force=1").state, RUN_SUCCESS);
	ground_sum(&ground, whole);
	ground_sql(&ground, nothing);
	DB_AUTO holder = support_open(ground.conninfo);

	(void)fmt_buf(sql, sizeof(sql), "BEGIN; %s", hold);
	assert_int_equal(db_exec_sql(holder, sql, &e), 0);
	pid = program_start(&ground,
			    NAMES("run", job->name, "--as-of", AS_OF, "--force", "--gate", "warn"));
	EVENTUALLY(ground_int(&ground, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
				       "current_database() AND wait_event_type = 'Lock'") == 1);
	kill(pid, SIGKILL);
	db_rollback(holder); /* its server process sees the end only when the lock is there */
	program_kill(&ground, pid);
	(void)fmt_buf(sql, sizeof(sql), "SELECT max(id) FROM fintra_ops.run WHERE job = '%s'",
		      job->name);
	o = ground_resume(&ground, ground_int(&ground, sql));
	assert_int_equal(o.state, RUN_SUCCESS);
	ground_sum(&ground, resumed);
	assert_string_equal(resumed, whole);
}

void
survives_a_kill(const struct job *job, const char *table)
{
	char hold[100];

	(void)fmt_buf(hold, sizeof(hold), "LOCK TABLE %s IN SHARE MODE", table);
	survives_a_kill_at(job, hold,
			   "TRUNCATE sector_benchmarks, sector_stats, industry_benchmarks, "
			   "industry_alpha, sector_pe, industry_pe");
}
