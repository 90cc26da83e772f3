/* What a run has fetched stays its own until it is stored: killed and taken up again, it asks the
 * vendor for nothing twice; nobody else reads it; nothing of it is left when the run has ended. */
#include "jobs/jobs.h"
#include "tests/support_layer2.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utime.h>

#include <cmocka.h>

#define PROFILE_HEADER                                                                            \
	"symbol,companyName,currency,exchangeFullName,exchange,industry,website,description,ceo," \
	"sector,country,fullTimeEmployees,isEtf,isAdr,isFund\n"
#define PROFILE(t) t "," t " Inc,USD,New York,NYSE,Oil,w,d,c,Energy,US,1,false,false,false\n"
#define PART "/stable/profile-bulk?part="
#define PEERS "/stable/peers-bulk"

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "held");
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
	ground_reset(&ground, "held");
	stock("AAA", "");
	stock("BBB", "");
	ground_body(&ground, PART "0", 200, PROFILE_HEADER PROFILE("AAA"));
	ground_body(&ground, PART "1", 200, PROFILE_HEADER PROFILE("BBB"));
	ground_body(&ground, PART "2", 400,
		    "Query Error: Invalid or missing query parameter - "
		    "part");
	ground_body(&ground, PEERS, 200, "symbol,peers\nAAA,BBB\nBBB,AAA\n");
	return 0;
}

/* Files of the cache directory that runs hold; of the last one the path. */
static int
held(char path[600])
{
	DIR *d = opendir(ground.cache);
	int n = 0;

	for (struct dirent *ent; d && (ent = readdir(d));) {
		if (strncmp(ent->d_name, ".run-", 5) != 0)
			continue;
		(void)fmt_buf(path, 600, "%s/%s", ground.cache, ent->d_name);
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

static const struct victim {
	const struct job *job;
	const char *words[8], *param, *lock, *table;
} victims[] = {
	{ &job_sync_universe,
	  { "run", "sync-universe", "--as-of", AS_OF, "--force", NULL },
	  NULL,
	  "LOCK TABLE fintra_universe IN SHARE MODE",
	  "fintra_universe" },
	{ &job_company_profile,
	  { "run", "company-profile-bulk", "--mode", "bulk", "--as-of", AS_OF, "--force", NULL },
	  "mode=bulk",
	  "LOCK TABLE company_profiles IN SHARE MODE",
	  "company_profiles" },
	{ &job_peers_bulk,
	  { "run", "fmp-peers-bulk", "--as-of", AS_OF, "--force", NULL },
	  NULL,
	  "LOCK TABLE fmp_peers IN SHARE MODE",
	  "fmp_peers" },
};

/* Held by another session's lock in the merge, and killed there. */
static void
kill_in_merge(const struct victim *v)
{
	DB_AUTO other = support_open(ground.conninfo);
	struct err e = ERR_INIT;

	assert_int_equal(db_begin(other, &e), 0);
	assert_int_equal(db_exec_sql(other, v->lock, &e), 0);
	pid_t pid = program_start(&ground, v->words);

	EVENTUALLY(ground_int(&ground, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
				       "current_database() AND wait_event_type = 'Lock'") == 1);
	kill(pid, SIGKILL); /* only then may what it waits for go on */
	db_rollback(other);
	program_kill(&ground, pid);
}

static void
truncate_table(const char *table)
{
	char sql[100];

	(void)fmt_buf(sql, sizeof(sql), "TRUNCATE %s", table);
	if (strcmp(table, "fintra_universe") != 0)
		ground_sql(&ground, sql);
}

/* Forced or not: what came before the kill is not asked for again. */
static void
test_killed_in_the_merge(void **state)
{
	char whole[64], resumed[64], path[600];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(victims); i++) {
		const struct victim *v = &victims[i];

		assert_int_equal(GROUND_RUN(&ground, v->job, AS_OF, v->param, NULL).state,
				 RUN_SUCCESS);
		assert_int_equal(held(path), 0);
		ground_sum(&ground, whole);
		truncate_table(v->table);
		ground_forget(&ground);
		kill_in_merge(v);
		assert_int_equal(held(path), 2); /* the file and its seal */
		int64_t before = ground_requests();
		struct outcome o = ground_resume(
			&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));

		if (o.state != RUN_SUCCESS)
			fail_msg("%s: %s", v->job->name, o.err.text);
		assert_int_equal(ground_requests(), before);
		assert_int_equal(held(path), 0);
		ground_sum(&ground, resumed);
		assert_string_equal(resumed, whole);
	}
}

/* What another run holds is none of this one's, and is not in the cache. */
static void
test_nobody_else_reads_it(void **state)
{
	char path[600];

	(void)state;
	kill_in_merge(&victims[2]);
	int64_t before = ground_requests();
	char *cache = ground_cache(&ground);

	assert_string_equal(cache, "cache:");
	free(cache);
	assert_int_equal(GROUND_RUN(&ground, &job_peers_bulk, AS_OF, NULL).state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 1);
	assert_int_equal(held(path), 2);
}

/* A held file that does not fit its seal is asked for again. */
static void
test_damaged(void **state)
{
	char path[600];

	(void)state;
	kill_in_merge(&victims[2]);
	assert_int_equal(held(path), 2);
	char *seal = strstr(path, ".seal");

	if (seal)
		*seal = '\0';
	FILE *f = fopen(path, "a");

	assert_non_null(f);
	fputs("AAA,CCC\n", f);
	(void)fclose(f);
	int64_t before = ground_requests();

	assert_int_equal(ground_resume(&ground, ground_int(&ground, "SELECT max(id) FROM "
								    "fintra_ops.run"))
				 .state,
			 RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 1);
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM fmp_peers"), 2);
}

/* A part is refused: the parts before it are held, and the resumed run asks for the rest. */
static void
test_a_part_is_refused(void **state)
{
	char path[600];
	struct outcome o;
	int64_t before;

	(void)state;
	ground_fault("path=/stable/profile-bulk,query=part=1,kind=status-429");
	o = GROUND_RUN(&ground, &job_company_profile, AS_OF, "mode=bulk", NULL);
	assert_int_equal(o.exit_code, 69);
	assert_int_equal(held(path), 2);
	ground_fault(NULL);
	before = ground_requests();
	o = ground_resume(&ground, o.run);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 2); /* part 1, and the end */
	assert_int_equal(ground_int(&ground, "SELECT count(*) FROM company_profiles"), 2);
	assert_int_equal(held(path), 0);
}

/* What the job finds to be of no use is not held: a later process would only meet it again. */
static void
test_found_to_be_of_no_use(void **state)
{
	char path[600];
	struct outcome o;

	(void)state;
	ground_body(&ground, PEERS, 200, "symbol,peers\nXXX,YYY\n");
	o = GROUND_RUN(&ground, &job_peers_bulk, AS_OF, NULL);
	assert_int_equal(o.exit_code, 6);
	assert_int_equal(held(path), 0);
	ground_body(&ground, PART "1", 200, "symbol,name\nBBB,x\n");
	o = GROUND_RUN(&ground, &job_company_profile, AS_OF, "mode=bulk", NULL);
	assert_int_equal(o.exit_code, 76);
	assert_int_equal(held(path), 0);
}

/* After days nobody takes the run up again. */
static void
test_forgotten(void **state)
{
	const struct utimbuf old = { 1769900000, 1769900000 }; /* 2026-01-31, 22:53 UTC */
	const struct utimbuf older = { 1769600000, 1769600000 };
	char path[600];

	(void)state;
	kill_in_merge(&victims[2]);
	assert_int_equal(held(path), 2);
	assert_int_equal(utime(path, &old), 0);
	GROUND_RUN(&ground, &job_peers_bulk, AS_OF, NULL);
	assert_int_equal(held(path), 2);
	assert_int_equal(utime(path, &older), 0); /* one of the two */
	GROUND_RUN(&ground, &job_peers_bulk, AS_OF, "force=1", NULL);
	assert_int_equal(held(path), 1);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_killed_in_the_merge),
		TEST(test_nobody_else_reads_it),
		TEST(test_damaged),
		TEST(test_a_part_is_refused),
		TEST(test_found_to_be_of_no_use),
		TEST(test_forgotten),
	};

	return cmocka_run_group_tests_name("held", tests, open_ground, close_ground);
}
