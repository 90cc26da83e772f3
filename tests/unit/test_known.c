/* The whole pipeline against jobs.md section 1 and 3: 34 jobs and 9 backfills, in the order of
 * section 4, and a lineage without loose ends. */
#include "core/run_steps.h"
#include "core/runner.h"
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

/* What an orchestrator does is done by its steps; it asks for fresh inputs unless told. */
static void
layers_leave_orchestrators_out(void **state)
{
	const struct job *out[32];
	struct err e = ERR_INIT;
	int n = catalogue_select(&fintra_catalogue, "layer:3", out, 32, &e);

	(void)state;
	assert_int_equal(n, 4);
	for (int i = 0; i < n; i++) {
		assert_null(out[i]->steps);
		assert_int_equal(gate_default(out[i]), GATE_WARN);
	}
	assert_int_equal(catalogue_select(&fintra_catalogue, "master-benchmark", out, 32, &e), 1);
	assert_int_equal(gate_default(out[0]), GATE_STRICT);
}

/* Each step is a job of this build, known before the orchestrator, and its condition one of its
 * parameters. */
static void
steps_lead_somewhere(void **state)
{
	(void)state;
	for (size_t i = 0; fintra_catalogue.jobs[i]; i++) {
		const struct job *j = fintra_catalogue.jobs[i];

		for (const struct job_step *s = j->steps; s && s->job; s++) {
			const struct job *step = catalogue_job(&fintra_catalogue, s->job);

			if (!step || step->steps || (s->param && !params_find(j->params, s->param)))
				fail_msg("%s: step %s", j->name, s->job);
		}
	}
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
		cmocka_unit_test(layers_leave_orchestrators_out),
		cmocka_unit_test(steps_lead_somewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
