/* kill -9 of fmp-bulk and compute-ranks in each of their phases, then resume: the rows are those of
 * an undisturbed run and no lock is left.  A run stands still where it is to be killed because
 * another session holds what it wants next. */
#include "jobs/jobs.h"
#include "tests/support_program.h"
#include "tests/support_run.h"
#include "tests/support_snapshots.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char database[] = "snapshot_kill";
static char conf[200];

/* Shared facts are read at the end of the inputs, before the first unit. */
#define STOPS_INPUTS "LOCK TABLE industry_metadata IN ACCESS EXCLUSIVE MODE"
#define STOPS_READING "LOCK TABLE performance_windows IN ACCESS EXCLUSIVE MODE"
#define STOPS_WRITING "LOCK TABLE fintra_snapshots IN SHARE MODE"
#define STOPS_TRIGGER "SELECT pg_advisory_xact_lock(77)"

static const struct stop {
	const struct job *job;
	const char *first, *then; /* then: held before first is let go; NULL = killed at first */
	const char *phase;	  /* of the killed run */
	int64_t units;		  /* that it has written by then */
} stops[] = {
	{ &job_fmp_bulk, STOPS_INPUTS, NULL, "inputs", 0 },
	{ &job_fmp_bulk, STOPS_INPUTS, STOPS_READING, "snapshots", 0 },
	{ &job_fmp_bulk, STOPS_WRITING, NULL, "snapshots", 0 },
	{ &job_fmp_bulk, STOPS_TRIGGER, NULL, "snapshots", 2 }, /* in the last of three units */
	{ &job_compute_ranks, STOPS_WRITING, NULL, "rank", 0 },
};

static int
open_ground(void **state)
{
	FILE *f;

	(void)state;
	ground_open(&ground, database);
	(void)fmt_buf(conf, sizeof(conf), "%s/units.conf", ground.dir);
	f = fopen(conf, "we");
	assert_non_null(f);
	(void)fputs("[run]\nbatch_rows = 5\n", f);
	(void)fclose(f);
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	(void)remove(conf);
	ground_close(&ground);
	return 0;
}

/* Three industries of ten companies; ranks need snapshots. */
static void
fill(const struct job *job)
{
	struct err e = ERR_INIT;

	ground_reset(&ground, database);
	assert_int_equal(conf_set(&ground.conf, "run", "batch_rows", "5", &e), 0);
	companies(30, "Energy");
	if (job == &job_compute_ranks)
		assert_int_equal(snapshots_run(NULL, NULL).state, RUN_SUCCESS);
	ground_sql(&ground,
		   "CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
		   "PERFORM pg_advisory_xact_lock_shared(77); RETURN NEW; END $$;"
		   "CREATE TRIGGER stand_still BEFORE INSERT ON fintra_snapshots FOR EACH ROW WHEN "
		   "(NEW.ticker = 'C029') EXECUTE FUNCTION stand_still()");
}

static void
hold(struct db *db, const char *what)
{
	struct err e = ERR_INIT;

	assert_int_equal(db_exec_sql(db, "BEGIN", &e), 0);
	assert_int_equal(db_exec_sql(db, what, &e), 0);
}

#define WAITING                                                                         \
	"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND " \
	"wait_event_type = 'Lock' AND query ~ "
#define LOCKS                                                                             \
	"SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE " \
	"locktype = 'advisory' AND datname = current_database()"

/* Kills a run that stands still; it has waited for what `stop` holds. */
static void
kill_there(const struct stop *s)
{
	DB_AUTO first = support_open(ground.conninfo);
	DB_AUTO then = support_open(ground.conninfo);
	char said[200];
	pid_t pid;

	hold(first, s->first);
	pid = program_start(&ground,
			    (const char *const[]){ "-c", conf, "run", s->job->name, "--as-of",
						   AS_OF, "--gate", "warn", NULL });
	EVENTUALLY(ground_int(&ground, WAITING "'.'") == 1);
	if (s->then) {
		hold(then, s->then);
		db_rollback(first);
		EVENTUALLY(ground_int(&ground, WAITING "'performance_windows'") == 1);
	}
	(void)fmt_buf(said, sizeof(said),
		      "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE 'PROGRESS %s %%' AND "
		      "run_id = (SELECT max(id) FROM fintra_ops.run)",
		      s->phase);
	EVENTUALLY(ground_int(&ground, said) > 0);
	assert_int_equal(program_units(&ground, pid), s->units);
	kill(pid, SIGKILL);
	db_rollback(first); /* its server process sees the end only when it goes on */
	db_rollback(then);
	program_kill(&ground, pid);
}

static void
check_stop(const struct stop *s)
{
	char whole[64], resumed[64];
	struct outcome o;

	fill(s->job);
	assert_int_equal(GROUND_RUN(&ground, s->job, AS_OF, NULL).state, RUN_SUCCESS);
	ground_sum(&ground, whole);
	fill(s->job);
	kill_there(s);
	o = ground_resume(&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));
	if (o.state != RUN_SUCCESS)
		fail_msg("%s, %s: %s", s->job->name, s->phase, o.err.text);
	ground_sum(&ground, resumed);
	assert_string_equal(resumed, whole);
	EVENTUALLY(ground_int(&ground, LOCKS) == 0);
}

static void
killed_in_each_phase(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stops); i++)
		check_stop(&stops[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_in_each_phase),
	};

	return cmocka_run_group_tests_name("snapshot_kill", tests, open_ground, close_ground);
}
