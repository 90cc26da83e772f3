/* Alerts of a whole product to a listener that counts: one message per root cause, one recovery,
 * told again on change, when it lasts, when its ack ends.  Counts come from the must-hold list of
 * the issue and from console.md 7. */
#include "core/job.h"
#include "tests/support_alerts.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

/* The day's prices never came, and what is made from them is of the session before. */
static void
break_layer_1(const char *info)
{
	static const char *const behind[] = {
		"DELETE FROM prices_daily WHERE price_date = '" PRODUCT_DAY "'",
		"UPDATE datos_performance SET performance_date = '2026-01-30'",
		"UPDATE sector_performance SET performance_date = '2026-01-30'",
		"UPDATE industry_performance SET performance_date = '2026-01-30'",
		"UPDATE performance_windows SET as_of_date = '2026-01-30'",
		"UPDATE fintra_snapshots SET snapshot_date = '2026-01-30'"
	};

	for (size_t i = 0; i < ARRAY_LEN(behind); i++)
		free(support_psql(info, behind[i]));
}

static void
one_message_and_one_recovery(void **state)
{
	const char *info = product_copy("t_alert_one");

	(void)state;
	phone_clear();
	alerts_look(info, NULL);
	alerts_came(0);
	break_layer_1(info);
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_holds(0, "POST /bot" PHONE_TOKEN "/sendMessage HTTP/1.1");
	alerts_holds(0, "\"chat_id\":\"-42\"");
	alerts_holds(0, "FINTRA CRITICAL on ");
	alerts_holds(0, "prices_daily late 1 session; 5 tables wait for it: datos_performance, ");
	alerts_holds(0, "$ fintra run prices-daily-bulk --as-of " PRODUCT_DAY);
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_says(info, NULL, NAMES("alerts"), 0, "table:prices_daily: prices_daily ");
	alerts_says(info, NULL, NAMES("alerts"), 0, "telegram sent ");
	product_expect(info, NAMES("fix", "--yes"), 0, "is repaired");
	alerts_came(1);
	alerts_look(info, NULL);
	alerts_came(2);
	alerts_holds(1, "FINTRA RECOVERED on ");
	alerts_holds(1, "table:prices_daily is right again");
	alerts_look(info, NULL);
	alerts_came(2);
	alerts_says(info, NULL, NAMES("alerts"), 0, "nothing is wrong");
}

/* The seed's message "not generated today", for every job: nothing of fintra ran for two sessions.
 */
static void
missed_without_any_process(void **state)
{
	/* Tuesday's and Wednesday's sessions; 12:00Z on Thursday is 07:00 in New York. */
	static const char *const thursday[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-05T12:00:00Z",
						NULL };
	const char *info = product_copy("t_alert_missed");

	(void)state;
	phone_clear();
	alerts_says(info, thursday, NAMES("health"), 2,
		    "sync-universe for 2026-02-03, deadline 2026-02-04 02:00 NY");
	alerts_says(info, thursday, NAMES("health", "runs_missed"), 2, "runs_missed");
	alerts_came(0);
	alerts_look(info, thursday);
	alerts_holds(
		0,
		"sync-universe has not run for 2026-02-03, its deadline was 2026-02-04 02:00 NY");
	alerts_came(1);
	alerts_look(info, thursday);
	alerts_came(1);
	/* On the day after the last run nothing is missed, before its deadlines. */
	alerts_says(info, NULL, NAMES("health", "runs_missed"), 0, "none");
	/* What is paused is not missed. */
	alerts_says(info, thursday, NAMES("pause", "sync-universe", "--reason", "vendor"), 0,
		    "paused");
	alerts_says(info, thursday, NAMES("health", "runs_missed"), 2,
		    "industry-classification-sync for 2026-02-03");
}

/* Friday's session has run; Monday is Presidents' Day.  Sessions count, not days: until Wednesday's
 * deadline for Tuesday nothing is missed, after it the job and that deadline are named. */
static void
a_weekend_and_a_holiday_are_not_missed(void **state)
{
	static const char *const saturday[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-14T18:00:00Z",
						NULL };
	static const char *const tuesday[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-17T20:00:00Z",
					       NULL };
	static const char *const early[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-18T06:59:00Z", NULL };
	static const char *const late[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-18T07:01:00Z", NULL };
	static const char *const two[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-19T12:00:00Z", NULL };
	const char *info = product_copy("t_alert_holiday");

	(void)state;
	free(support_psql(info, "UPDATE fintra_ops.run SET as_of = '2026-02-13' WHERE as_of = "
				"'" PRODUCT_DAY "'"));
	alerts_says(info, saturday, NAMES("health", "runs_missed"), 0, "none");
	alerts_says(info, tuesday, NAMES("health", "runs_missed"), 0, "none");
	alerts_says(info, early, NAMES("health", "runs_missed"), 0, "none");
	alerts_says(info, late, NAMES("health", "runs_missed"), 2,
		    "sync-universe for 2026-02-17, deadline 2026-02-18 02:00 NY");
	/* Two sessions on: it is still Tuesday's that was missed first. */
	alerts_says(info, two, NAMES("health"), 2,
		    "sync-universe for 2026-02-17, deadline 2026-02-18 02:00 NY");
}

static void
failed_cron_is_one_cause(void **state)
{
	static const char *const down[] = { "FINTRA_FMP_BASE_URL=http://127.0.0.1:9",
					    "FINTRA_FMP_RETRY_BASE_MS=1", NULL };
	const char *info = product_copy("t_alert_cron");

	(void)state;
	phone_clear();
	alerts_says(info, down, NAMES("--cron", "run", "sync-universe", "--force"), 69,
		    "FAILURE sync-universe");
	alerts_came(1);
	alerts_holds(0, "sync-universe failed (run ");
	alerts_holds(0, "for " PRODUCT_DAY);
	/* The table that it did not write is the same cause. */
	free(support_psql(info, "UPDATE fintra_universe SET last_seen = '2026-01-30'"));
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_says(info, NULL, NAMES("--cron", "run", "sync-universe", "--force"), 0, "");
	alerts_came(2);
	alerts_holds(1, "RECOVERED");
}

/* A run that its gate refused is no cause beside the table that refused it. */
static void
a_refused_gate_is_explained(void **state)
{
	const char *info = product_copy("t_alert_gate");

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	alerts_says(info, NULL, NAMES("--cron", "run", "performance-windows-aggregator", "--force"),
		    3, "sector_performance");
	alerts_came(1);
	alerts_holds(0, "sector_performance late 1 session; ");
	alerts_lacks(0, "failed");
}

/* The windows lack it, too, so that no table tells it before the checks of section 7. */
static const char without_1y[] =
	"WITH w AS (DELETE FROM performance_windows WHERE window_code = '1Y' RETURNING 1) "
	"UPDATE fintra_snapshots SET relative_vs_sector_1y = NULL WHERE (SELECT count(*) FROM w) > "
	"0";

/* The end of an orchestrator is an occasion, whoever started it; that of another job is not. */
static void
a_row_of_jobs_ends_with_a_look(void **state)
{
	const char *info = product_copy("t_alert_row");

	(void)state;
	phone_clear();
	free(support_psql(info, without_1y));
	alerts_says(info, NULL, NAMES("run", "sector-benchmarks"), 0, "sector-benchmarks");
	alerts_came(0);
	alerts_says(info, NULL, NAMES("run", "master-benchmark", "--force"), 0, "master-benchmark");
	alerts_came(1);
	alerts_holds(0, "snapshots_pct_missing");
}

/* F23: the key is refused, whoever asks: one alert. */
static void
a_refused_key_is_one_cause(void **state)
{
	const char *info = product_copy("t_alert_key");

	(void)state;
	phone_clear();
	free(support_psql(
		info,
		"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		"build, lock_key, created_at, error, err_class) SELECT j, '" PRODUCT_DAY "', "
		"'failure', 'x', 'h', 1, 'cron', 'warn', 'x', 1, '2026-02-03 06:00Z', '401', "
		"'AUTH' FROM unnest(ARRAY['sync-universe', 'prices-daily-bulk', "
		"'financials-bulk']) j"));
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_holds(0, "sync-universe failed (run ");
	alerts_holds(0, "financials-bulk failed (run ");
	free(support_psql(info,
			  "UPDATE prices_daily SET price_date = '2020-10-30' WHERE price_date = "
			  "'" PRODUCT_DAY "'"));
	alerts_look(info, NULL);
	alerts_came(1);
}

/* Told for another reason first, the job is not right again when the key is what fails it. */
static void
a_refused_key_is_no_recovery(void **state)
{
	static const char failed[] =
		"INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, origin, gate, "
		"build, "
		"lock_key, created_at, error, err_class) VALUES ('prices-daily-bulk', "
		"'" PRODUCT_DAY "', 'failure', 'x', 'h', 1, 'cron', 'warn', 'x', 1, "
		"'2026-02-03 06:00Z', 'x', '%s')";
	const char *info = product_copy("t_alert_key_later");
	char sql[400];

	(void)state;
	phone_clear();
	(void)fmt_buf(sql, sizeof(sql), failed, "NETWORK");
	free(support_psql(info, sql));
	alerts_look(info, NULL);
	alerts_came(1);
	(void)fmt_buf(sql, sizeof(sql), failed, "AUTH");
	free(support_psql(info, sql));
	alerts_look(info, NULL);
	alerts_came(2);
	alerts_lacks(1, "RECOVERED");
}

static void
told_again_on_change_and_when_it_lasts(void **state)
{
	static const char *const later[] = { ALERTS_LATER, "FINTRA_ALERT_REPEAT=8h", NULL };
	static const char *const soon[] = { ALERTS_LATER, "FINTRA_ALERT_REPEAT=10h", NULL };
	const char *info = product_copy("t_alert_repeat");

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_look(info, soon);
	alerts_came(1);
	alerts_look(info, later);
	alerts_came(2);
	alerts_holds(1, ", still: ");
	/* Late becomes empty: another word for it. */
	free(support_psql(info, "DELETE FROM sector_performance"));
	alerts_look(info, later);
	alerts_came(3);
	alerts_holds(2, ", changed: ");
	alerts_holds(2, "sector_performance empty");
}

static void
an_ack_is_silence_until_it_ends(void **state)
{
	static const char *const later[] = { ALERTS_LATER, NULL };
	const char *info = product_copy("t_alert_ack");

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	alerts_says(info, NULL,
		    NAMES("ack", "sector_performance_fresh", "--reason", "known", "--until", "2h"),
		    0, "acknowledged");
	alerts_look(info, NULL);
	alerts_came(0);
	alerts_says(info, NULL, NAMES("--json", "alerts"), 0, "\"acknowledged\":true");
	alerts_look(info, later);
	alerts_came(1);
	alerts_holds(0, "sector_performance late");
	alerts_look(info, later);
	alerts_came(1);
}

/* Sent, acknowledged, expired: told again.  Acknowledged and repaired: one recovery. */
static void
an_expired_ack_tells_again(void **state)
{
	static const char *const later[] = { ALERTS_LATER, NULL };
	const char *info = product_copy("t_alert_expire");

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_says(info, NULL,
		    NAMES("ack", "sector_performance_fresh", "--reason", "known", "--until", "2h"),
		    0, "acknowledged");
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_look(info, later);
	alerts_came(2);
	alerts_holds(1, ", still: ");
}

static void
section_7_checks(void **state)
{
	const char *info = product_copy("t_alert_checks");

	(void)state;
	phone_clear();
	free(support_psql(info, without_1y));
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_holds(0, "snapshots_pct_missing 100.0%");
	alerts_holds(0, "snapshots_relative_1y 0 of ");
	/* The windows are gone, too: one new cause, and the checks say nothing beside it. */
	free(support_psql(info, "DELETE FROM performance_windows"));
	alerts_look(info, NULL);
	alerts_came(2);
	alerts_holds(1, "performance_windows empty");
	alerts_lacks(1, "snapshots_");
}

/* Windows whose benchmarks are another day's were told as such; then the benchmarks are late, too.
 * The windows are not right again because of that. */
static void
another_cause_is_no_recovery(void **state)
{
	static const char *const night[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-03T02:00:00Z", NULL };
	const char *info = product_copy("t_alert_cause");

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	alerts_look(info, night);
	alerts_came(1);
	alerts_holds(0, "performance_windows mixed");
	alerts_look(info, NULL);
	alerts_came(2);
	alerts_holds(
		1, "sector_performance late 1 session; 1 table waits for it: performance_windows");
	alerts_says(info, NULL, NAMES("fix", "--yes"), 0, "is repaired");
	alerts_look(info, NULL);
	alerts_came(4);
	alerts_holds(2, "RECOVERED");
	alerts_holds(3, "RECOVERED");
}

/* Rows are missing; in the evening the table is due for the next session, which mends nothing. */
static void
due_is_neither_wrong_nor_right(void **state)
{
	static const char *const evening[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-03T23:30:00Z",
					       NULL };
	const char *info = product_copy("t_alert_due");

	(void)state;
	phone_clear();
	free(support_psql(info, "DELETE FROM prices_daily WHERE price_date = '" PRODUCT_DAY
				"' AND ticker < 'M'"));
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_holds(0, "FINTRA WARNING on ");
	alerts_holds(0, "prices_daily partial: ");
	alerts_says(info, evening, NAMES("health", "--alert"), 2, "prices_daily_fresh");
	alerts_came(1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_message_and_one_recovery),
		cmocka_unit_test(missed_without_any_process),
		cmocka_unit_test(a_weekend_and_a_holiday_are_not_missed),
		cmocka_unit_test(failed_cron_is_one_cause),
		cmocka_unit_test(a_refused_gate_is_explained),
		cmocka_unit_test(a_row_of_jobs_ends_with_a_look),
		cmocka_unit_test(a_refused_key_is_one_cause),
		cmocka_unit_test(a_refused_key_is_no_recovery),
		cmocka_unit_test(told_again_on_change_and_when_it_lasts),
		cmocka_unit_test(an_ack_is_silence_until_it_ends),
		cmocka_unit_test(an_expired_ack_tells_again),
		cmocka_unit_test(section_7_checks),
		cmocka_unit_test(another_cause_is_no_recovery),
		cmocka_unit_test(due_is_neither_wrong_nor_right),
	};

	return cmocka_run_group_tests(tests, alerts_set_up, NULL);
}
