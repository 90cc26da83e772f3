/* plan after runs that are no measure of their own: a retry, a cache that was lost. */
#include "jobs/catalogue.h"
#include "tests/support_foresee.h"
#include "tests/support_ready.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* After a whole run another one fails behind `unit`: a retry does the others and keeps what is
 * done. */
static void
retry_behind(const char *info, const char *const *more, const char *job, const char *unit)
{
	char sql[400], number[24];
	struct support_out out;
	int64_t id;

	for (int i = 0; i < 2; i++) {
		foresee_tick();
		foresee_fintra(info, more, NAMES("run", job, "--gate", "warn"), &out);
		support_out_done(&out);
	}
	id = foresee_last_run(info, job);
	fmt_buf(sql, sizeof(sql),
		"UPDATE fintra_ops.run SET state = 'failure' WHERE id = %lld; DELETE FROM "
		"fintra_ops.unit WHERE run_id = %lld AND unit > '%s'",
		(long long)id, (long long)id, unit);
	support_sql(info, sql);
	fmt_buf(number, sizeof(number), "%lld", (long long)id);
	foresee_tick();
	if (foresee_fintra(info, more, NAMES("retry", number, "--failed"), &out) != 0)
		fail_msg("retry %s: exit %d\n%s", number, out.code, out.err);
	if (!strstr(out.err, " kept: done") && !strstr(out.out, " kept: done"))
		fail_msg("retry %s kept nothing\n%s%s", number, out.out, out.err);
	support_out_done(&out);
}

/* Units that a retry kept are no units without rows, nor is what it did all that there is. */
static void
after_a_retry(void **state)
{
	static const char *const small[] = { "FINTRA_RUN_BATCH_ROWS=100", NULL };
	const char *info = product_copy("t_foresee_retry");
	static const struct {
		const char *job, *unit;
		bool small;
	} of[] = { { "performance-bulk", "M", true },
		   { "company-profile-bulk", "M", false },
		   { "fmp-bulk", "M", true },
		   { "sec-8k-ingest", "page 0 end", false } };
	STR_AUTO wrong = { 0 };

	(void)state;
	str_init(&wrong, 1 << 14);
	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		const char *const *more = of[i].small ? small : NULL;

		retry_behind(info, more, of[i].job, of[i].unit);
		foresee_and_run(info, more, of[i].job, catalogue_job(&fintra_catalogue, of[i].job),
				NAMES(NULL), &wrong);
	}
	foresee_none_wrong(&wrong, 9);
}

/* What no run of the last week asked for, since the cache had it, the vendor has all the same; what
 * nobody ever asked for it may have. */
static void
after_a_lost_cache(void **state)
{
	const struct job *job = catalogue_job(&fintra_catalogue, "financials-bulk");
	const char *info = product_copy("t_foresee_lost");
	STR_AUTO wrong = { 0 };
	struct support_out out;
	char env[340];

	(void)state;
	str_init(&wrong, 1 << 14);
	for (int i = 0; i < 5; i++) {
		foresee_tick();
		foresee_fintra(info, NULL, NAMES("run", job->name, "--gate", "warn"), &out);
		assert_int_equal(out.code, 0);
		support_out_done(&out);
	}
	fmt_buf(env, sizeof(env), "FINTRA_PATHS_CACHE_DIR=%s/foresee-lost-%d",
		str_or(getenv("RUN_DIR"), "/tmp"), (int)getpid());
	foresee_cache = env;
	foresee_and_run(info, NULL, "financials-bulk (lost)", job, NAMES(NULL), &wrong);
	foresee_and_run(info, NULL, "financials-bulk (2008)", job, NAMES("--years", "2008-2009"),
			&wrong);
	foresee_cache = NULL;
	foresee_none_wrong(&wrong, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_a_retry),
		cmocka_unit_test(after_a_lost_cache),
	};

	return cmocka_run_group_tests_name("foresee again", tests, foresee_set_up, NULL);
}
