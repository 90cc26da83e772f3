/* The channels of alerts: each failure to deliver is a state, nothing is sent twice, no secret
 * shows. The listener answers as Telegram documents; the addresses of pings are those of
 * healthchecks. */
#include "core/job.h"
#include "core/proc.h"
#include "tests/support_alerts.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void
wrong_token_is_a_state(void **state)
{
	static const char *const wrong[] = { "TELEGRAM_BOT_TOKEN=999:CANARYwrong-token", NULL };
	const char *info = product_copy("t_alert_token");

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	alerts_says(info, wrong, NAMES("health", "--alert"), 2,
		    "1 alert not delivered; telegram: 401 Unauthorized: the token is refused");
	alerts_came(1);
	alerts_says(info, wrong, NAMES("health", "alerts_undelivered"), 1,
		    "1 by telegram: 401 Unauthorized: the token is refused");
	alerts_says(info, wrong, NAMES("alerts"), 0, "telegram failed ");
	alerts_says(info, wrong, NAMES("alerts", "--test"), 78, "telegram: 401 Unauthorized");
	phone_clear();
	/* The right token: what had not arrived is sent at the next occasion. */
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_holds(0, "CRITICAL");
	alerts_says(info, NULL, NAMES("health", "alerts_undelivered"), 0, "alerts_undelivered");
	assert_int_equal(
		support_psql_int(info, "SELECT count(*) FROM fintra_ops.delivery d WHERE d::text "
				       "LIKE '%CANARY%'"),
		0);
}

static void
nobody_configured_is_no_failure(void **state)
{
	static const char *const none[] = { "TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID", NULL };
	static const char *const half[] = { "TELEGRAM_CHAT_ID", NULL };
	const char *info = product_copy("t_alert_none");

	(void)state;
	phone_clear();
	alerts_says(info, none, NAMES("health", "--alert"), 0,
		    "no channel is configured in [alert]");
	alerts_says(info, half, NAMES("health", "--alert"), 0, "has a token, but no chat");
	alerts_says(info, none, NAMES("health", "alerts_undelivered"), 0,
		    "no channel is configured");
	alerts_came(0);
}

static void
silence_ends_with_a_timeout(void **state)
{
	static const char *const brief[] = { "FINTRA_ALERT_TIMEOUT_S=1", NULL };
	const char *info = product_copy("t_alert_silence");

	(void)state;
	phone_clear();
	phone_hang(1);
	alerts_break_sectors(info);
	alerts_says(info, brief, NAMES("health", "--alert"), 2,
		    "not delivered; telegram: no answer within 1.0s");
	phone_hang(0);
	alerts_says(info, NULL, NAMES("health", "alerts_undelivered"), 1, "no answer within");
}

static void
hook_gets_json(void **state)
{
	const char *info = product_copy("t_alert_hook");
	char file[200], out[200], hook[300];
	struct support_out o;
	FILE *f;

	(void)state;
	fmt_buf(file, sizeof(file), "%s/hook-%d", str_or(getenv("RUN_DIR"), "/tmp"), (int)getpid());
	fmt_buf(out, sizeof(out), "%s.out", file);
	fmt_buf(hook, sizeof(hook), "FINTRA_ALERT_HOOK=%s %s", file, out);
	f = fopen(file, "we");
	assert_non_null(f);
	fputs("#!/bin/sh\n{ cat; echo; echo \"$FINTRA_ALERT_EVENT $FINTRA_ALERT_KEY "
	      "$FINTRA_ALERT_SEVERITY\"; env; } >>\"$1\"\n",
	      f);
	fclose(f);
	chmod(file, 0700);
	const char *const env[] = { hook, NULL };
	alerts_break_sectors(info);
	phone_clear();
	alerts_look(info, env);
	alerts_came(1);
	support_exec(NAMES("cat", out), NULL, &o);
	assert_non_null(strstr(o.out,
			       "{\"v\":1,\"event\":\"new\",\"key\":\"table:sector_performance"
			       "\",\"severity\":\"critical\",\"cause\":\"sector_performance "
			       "late 1 session; 1 table waits for it: performance_windows\""));
	assert_non_null(strstr(o.out, "\nnew table:sector_performance critical\n"));
	assert_null(strstr(o.out, "CANARY"));
	support_out_done(&o);
	unlink(out);
	/* A hook that fails is told and tried again; Telegram is not told twice for it. */
	free(support_psql(info, "DELETE FROM sector_performance"));
	static const char *const broken[] = { "FINTRA_ALERT_HOOK=sh -c 'echo no mail; exit 3'",
					      NULL };
	alerts_says(info, broken, NAMES("health", "--alert"), 2,
		    "hook: the command ended with exit code 3: no mail");
	alerts_came(2);
	alerts_says(info, broken, NAMES("health", "alerts_undelivered"), 1, "1 by hook: ");
	alerts_look(info, env);
	alerts_came(2);
	static const char *const slow[] = { "FINTRA_ALERT_HOOK=sleep 600",
					    "FINTRA_ALERT_TIMEOUT_S=1", NULL };
	alerts_says(info, slow, NAMES("alerts", "--test"), 124, "did not end within 1 s");
	unlink(file);
	unlink(out);
}

/* Both look at the same moment; the second finds the first one's claim. */
static void
two_at_once_send_once(void **state)
{
	const char *info = product_copy("t_alert_two");
	struct support_out out;
	char both[900];

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	fmt_buf(both, sizeof(both),
		"for i in 1 2 3 4; do FINTRA_DB_CONNINFO=\"%s\" %s health --alert & done; wait",
		info, support_fintra());
	const char *const env[] = { alerts_base_url(),	 "TELEGRAM_BOT_TOKEN=" PHONE_TOKEN,
				    ALERTS_MORNING,	 "TELEGRAM_CHAT_ID=-42",
				    "HOME=/nonexistent", NULL };
	support_exec(NAMES("sh", "-c", both), env, &out);
	alerts_came(1);
	support_out_done(&out);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.delivery WHERE "
						"state = 'sent'"),
			 1);
}

/* fintra health --alert at ALERTS_MORNING whose message is left without an answer; its pid. */
static pid_t
sender_on_its_way(const char *info)
{
	char db[600];
	struct err e = ERR_INIT;
	int fd, before = phone_rang();
	pid_t pid;

	phone_hang(1);
	fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", info);
	assert_int_equal(
		proc_start(NAMES("env", db, alerts_base_url(), "TELEGRAM_BOT_TOKEN=" PHONE_TOKEN,
				 "TELEGRAM_CHAT_ID=-42", ALERTS_MORNING, "HOME=/nonexistent",
				 "FINTRA_ALERT_TIMEOUT_S=60", support_fintra(), "health",
				 "--alert"),
			   &pid, &fd, &e),
		0);
	close(fd);
	for (int i = 0; i < 1000 && phone_rang() == before; i++)
		(void)poll(NULL, 0, 20);
	assert_int_equal(phone_rang(), before + 1);
	return pid;
}

static void
await_end(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

/* While the first one's message is on its way, another process looks and finds it claimed. */
static void
a_claim_is_respected(void **state)
{
	const char *info = product_copy("t_alert_claim");
	pid_t pid;

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	pid = sender_on_its_way(info);
	alerts_says(info, NULL, NAMES("health", "--alert"), 2, "CRITICAL");
	assert_int_equal(phone_rang(), 1);
	phone_hang(0);
	await_end(pid);
	alerts_came(1);
}

/* Killed when the message has come and is not marked as sent. */
static void
kill_behind_the_message(const char *info)
{
	int before = phone_count();
	pid_t pid = sender_on_its_way(info);

	assert_int_equal(kill(pid, SIGKILL), 0);
	await_end(pid);
	phone_hang(0);
	for (int i = 0; i < 1000 && phone_count() == before; i++)
		(void)poll(NULL, 0, 20);
	alerts_came(before + 1);
}

/* Ten minutes and a bit after the claim, its sender counts as dead. */
static const char *const after_the_claim[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:11:00Z",
					       NULL };

/* Nobody knows whether it came: told again, once. */
static void
a_dead_sender_is_made_up_for_once(void **state)
{
	const char *info = product_copy("t_alert_dead");

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	kill_behind_the_message(info);
	alerts_says(info, NULL, NAMES("alerts"), 0, "telegram sending ");
	alerts_look(info, NULL);
	alerts_came(1);
	alerts_says(info, after_the_claim, NAMES("health", "alerts_undelivered"), 1,
		    "1 by telegram: the sender died");
	alerts_look(info, after_the_claim);
	alerts_came(2);
	assert_string_equal(phone_got(0), phone_got(1));
	alerts_look(info, after_the_claim);
	alerts_came(2);
	alerts_says(info, after_the_claim, NAMES("health", "alerts_undelivered"), 0, "");
}

/* The message came, its sender died, the cause went: whoever read it hears the end, once, and also
 * when the sender of the end dies. */
static void
a_dead_sender_owes_the_end(void **state)
{
	static const char *const much_later[] = { "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:22:00Z",
						  NULL };
	const char *info = product_copy("t_alert_owes"), *deaf[3];

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	kill_behind_the_message(info);
	free(support_psql(info,
			  "UPDATE sector_performance SET performance_date = '" PRODUCT_DAY "'"));
	alerts_look(info, NULL);
	alerts_came(1);
	/* The end does not arrive at first: it is still owed. */
	deaf[0] = "FINTRA_ALERT_TELEGRAM_BASE_URL=http://127.0.0.1:9";
	deaf[1] = after_the_claim[0];
	deaf[2] = NULL;
	alerts_look(info, deaf);
	alerts_came(1);
	alerts_look(info, after_the_claim);
	alerts_came(2);
	alerts_holds(1, "RECOVERED");
	alerts_look(info, much_later);
	alerts_came(2);
}

/* The end has come, its sender died: told again once, then no more. */
static void
a_dead_sender_of_the_end(void **state)
{
	const char *info = product_copy("t_alert_end");

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	alerts_look(info, NULL);
	free(support_psql(info,
			  "UPDATE sector_performance SET performance_date = '" PRODUCT_DAY "'"));
	kill_behind_the_message(info);
	alerts_holds(1, "RECOVERED");
	alerts_look(info, NULL);
	alerts_came(2);
	alerts_look(info, after_the_claim);
	alerts_came(3);
	alerts_holds(2, "RECOVERED");
	alerts_look(info, after_the_claim);
	alerts_came(3);
}

static void
pings_have_the_number_of_the_run(void **state)
{
	const char *const env[] = { alerts_ping_url(), "TELEGRAM_CHAT_ID", "TELEGRAM_BOT_TOKEN",
				    NULL };
	const char *const down[] = { alerts_ping_url(),
				     "TELEGRAM_CHAT_ID",
				     "TELEGRAM_BOT_TOKEN",
				     "FINTRA_FMP_BASE_URL=http://127.0.0.1:9",
				     "FINTRA_FMP_RETRY_BASE_MS=1",
				     NULL };
	const char *const deaf[] = { "FINTRA_ALERT_PING_URL=http://127.0.0.1:9/CANARYping",
				     "TELEGRAM_CHAT_ID", "TELEGRAM_BOT_TOKEN", NULL };
	const char *info = product_copy("t_alert_ping");
	char want[200];
	int64_t run;

	(void)state;
	phone_clear();
	alerts_says(info, env, NAMES("--cron", "run", "sync-universe", "--force"), 0, "");
	run = support_psql_int(info, "SELECT max(id) FROM fintra_ops.run");
	alerts_came(2);
	fmt_buf(want, sizeof(want),
		"GET /ping/CANARYping-7/start?rid=00000000-0000-0000-0000-%012lld HTTP/1.1",
		(long long)run);
	alerts_holds(0, want);
	fmt_buf(want, sizeof(want),
		"GET /ping/CANARYping-7?rid=00000000-0000-0000-0000-%012lld HTTP/1.1",
		(long long)run);
	alerts_holds(1, want);
	alerts_says(info, down, NAMES("--cron", "run", "sync-universe", "--force"), 69, "FAILURE");
	alerts_came(4);
	alerts_holds(3, "GET /ping/CANARYping-7/fail?rid=00000000-");
	/* Without --cron nobody is told. */
	alerts_says(info, env, NAMES("run", "sync-universe"), 0, "");
	alerts_came(4);
	alerts_says(info, deaf, NAMES("--cron", "run", "sync-universe", "--force"), 0,
		    "the ping did not arrive");
	alerts_says(info, deaf, NAMES("health", "alerts_undelivered"), 1, "by ping: ");
	alerts_says(info, env, NAMES("--cron", "run", "sync-universe", "--force"), 0, "");
	alerts_says(info, env, NAMES("health", "alerts_undelivered"), 0, "");
}

/* Nothing of what was masked is in the ledger either. */
static void
no_secret_is_kept(void **state)
{
	const char *const env[] = { alerts_ping_url(), "FINTRA_FMP_API_KEY=CANARYkey0123456789",
				    NULL };
	const char *info = product_copy("t_alert_secret");

	(void)state;
	phone_clear();
	alerts_break_sectors(info);
	free(support_psql(info,
			  "INSERT INTO fintra_ops.run (job, as_of, state, who, host, pid, "
			  "origin, gate, build, lock_key, created_at, error, err_class) VALUES "
			  "('fmp-peers-bulk', '" PRODUCT_DAY "', 'failure', 'x', 'h', 1, "
			  "'cron', 'warn', 'x', 1, '2026-02-03 06:00Z', "
			  "'said CANARYkey0123456789 and " PHONE_TOKEN "', 'NETWORK')"));
	alerts_look(info, env);
	alerts_came(2);
	for (int i = 0; i < 2; i++)
		alerts_lacks(i, "CANARYkey0123456789");
	alerts_holds(0, "fmp-peers-bulk failed");
	alerts_holds(0, "said *** and ***");
	alerts_says(info, env, NAMES("alerts"), 0, "said *** and ***");
	alerts_says(info, env, NAMES("--json", "alerts"), 0, "said *** and ***");
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_ops.alert a WHERE "
						"a::text LIKE '%CANARY%'"),
			 0);
}

/* Nobody answers, neither vendor nor Telegram nor the receiver of pings: what is said and kept of
 * it names none of the three secrets. */
static void
refusals_name_no_secret(void **state)
{
	static const char *const deaf[] = { "FINTRA_ALERT_TELEGRAM_BASE_URL=http://127.0.0.1:9",
					    "FINTRA_ALERT_PING_URL=http://127.0.0.1:9/CANARYping-7",
					    "FINTRA_FMP_BASE_URL=http://127.0.0.1:9",
					    "FINTRA_FMP_RETRY_BASE_MS=1",
					    "FINTRA_FMP_API_KEY=CANARYkey0123456789",
					    NULL };
	const char *info = product_copy("t_alert_deaf");
	char *kept;

	(void)state;
	alerts_says(info, deaf, NAMES("--cron", "run", "sync-universe", "--force"), 69,
		    "1 alert not delivered; telegram: ");
	alerts_says(info, deaf, NAMES("health", "alerts_undelivered"), 1, "2 by ");
	kept = support_psql(info,
			    "SELECT string_agg(t, E'\n') FROM (SELECT d::text AS t FROM "
			    "fintra_ops.delivery d UNION ALL SELECT a::text FROM "
			    "fintra_ops.alert a UNION ALL SELECT r::text FROM fintra_ops.run r "
			    "UNION ALL SELECT e::text FROM fintra_ops.event e UNION ALL SELECT "
			    "u::text FROM fintra_ops.audit u UNION ALL SELECT c::text FROM "
			    "fintra_ops.check_day c) x");
	assert_non_null(strstr(kept, "telegram,failed"));
	assert_non_null(strstr(kept, "ping,failed"));
	assert_null(strstr(kept, "CANARY"));
	free(kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_token_is_a_state),
		cmocka_unit_test(nobody_configured_is_no_failure),
		cmocka_unit_test(silence_ends_with_a_timeout),
		cmocka_unit_test(hook_gets_json),
		cmocka_unit_test(two_at_once_send_once),
		cmocka_unit_test(a_claim_is_respected),
		cmocka_unit_test(a_dead_sender_is_made_up_for_once),
		cmocka_unit_test(a_dead_sender_owes_the_end),
		cmocka_unit_test(a_dead_sender_of_the_end),
		cmocka_unit_test(pings_have_the_number_of_the_run),
		cmocka_unit_test(no_secret_is_kept),
		cmocka_unit_test(refusals_name_no_secret),
	};

	return cmocka_run_group_tests(tests, alerts_set_up, NULL);
}
