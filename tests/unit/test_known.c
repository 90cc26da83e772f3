/* The whole pipeline against jobs.md section 1 and 3: 34 jobs and 9 backfills, in the order of
 * section 4, and a lineage without loose ends. */
#include "jobs/catalogue.h"
#include "tests/unit/suite.h"

static size_t
place(const struct job *job)
{
	size_t i = 0;

	while (fintra_known_jobs[i] && fintra_known_jobs[i] != job)
		i++;
	return i;
}

static void
has_34_jobs_and_9_backfills(void **state)
{
	int jobs = 0, backfills = 0;

	(void)state;
	for (size_t i = 0; fintra_known_jobs[i]; i++)
		*(fintra_known_jobs[i]->flags & JOB_BACKFILL ? &backfills : &jobs) += 1;
	assert_int_equal(jobs, 34);
	assert_int_equal(backfills, 9);
}

static void
daily_steps_are_1_to_21(void **state)
{
	int step = 0;

	(void)state;
	for (size_t i = 0; fintra_known_jobs[i]; i++)
		if (fintra_known_jobs[i]->step)
			assert_int_equal(fintra_known_jobs[i]->step, ++step);
	assert_int_equal(step, 21);
}

static void
holds_what_is_built_in_order(void **state)
{
	size_t last = 0;

	(void)state;
	for (size_t i = 0; fintra_catalogue.jobs[i]; i++) {
		size_t at = place(fintra_catalogue.jobs[i]);

		assert_non_null(fintra_known_jobs[at]);
		assert_true(i == 0 || at > last);
		last = at;
	}
	for (size_t i = 0; fintra_known_jobs[i]; i++)
		assert_true(!fintra_known_jobs[i]->run ||
			    catalogue_job(&fintra_catalogue, fintra_known_jobs[i]->name));
}

static void
tables_exist(const char *const *names)
{
	for (size_t i = 0; names && names[i]; i++)
		if (!catalogue_table(&fintra_catalogue, names[i]))
			fail_msg("no table %s", names[i]);
}

static void
names_lead_somewhere(void **state)
{
	(void)state;
	for (size_t i = 0; fintra_known_jobs[i]; i++) {
		const struct job *j = fintra_known_jobs[i];

		tables_exist(j->reads);
		tables_exist(j->writes);
		for (size_t k = 0; j->after && j->after[k]; k++) {
			size_t n = 0;

			while (fintra_known_jobs[n] &&
			       strcmp(fintra_known_jobs[n]->name, j->after[k]) != 0)
				n++;
			if (n >= i)
				fail_msg("%s comes before %s", j->name, j->after[k]);
		}
	}
}

static void
every_daily_table_has_a_source(void **state)
{
	(void)state;
	for (const struct table *t = fintra_tables; t->name; t++)
		if (t->cadence != ON_DEMAND && strcmp(t->name, "fintra_active_stocks") != 0 &&
		    !catalogue_source(&fintra_catalogue, t->name))
			fail_msg("nobody makes %s", t->name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_34_jobs_and_9_backfills),
		cmocka_unit_test(daily_steps_are_1_to_21),
		cmocka_unit_test(holds_what_is_built_in_order),
		cmocka_unit_test(names_lead_somewhere),
		cmocka_unit_test(every_daily_table_has_a_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
