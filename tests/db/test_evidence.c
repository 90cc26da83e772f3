/* What the vendor sent is kept: refused answers and headers of every door of HTTP, whatever the
 * job; nothing is written or cached from them (faults.md F23-F31, fmp.md 2). */
#include "core/evidence.h"
#include "jobs/jobs.h"
#include "tests/support_cli.h"
#include "tests/support_prices.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY "2026-02-02"
#define KEY "canary-key-0123456789" /* of the ground */
#define EOD "/stable/eod-bulk"
#define PROFILE "/stable/profile-bulk"
#define HISTORY "/stable/historical-price-eod/dividend-adjusted"
#define HISTORY_ASKED HISTORY "?from=2026-01-05&symbol=T001&to=" DAY
#define EOD_ASKED EOD "?datatype=csv&date=" DAY
#define PROFILE_ASKED PROFILE "?part=0"
#define HEADER "\"symbol\",\"date\",\"open\",\"low\",\"high\",\"close\",\"adjClose\",\"volume\"\n"

static struct ground g;

static int
setup(void **state)
{
	(void)state;
	ground_open(&g, "t_evidence");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ground_close(&g);
	return 0;
}

static const struct family {
	const struct job *job;
	const char *endpoint, *asked, *params[4];
} families[] = {
	{ &job_prices_daily, EOD, EOD_ASKED, { "start=" DAY, "end=" DAY, NULL } },
	{ &job_sync_universe, PROFILE, PROFILE_ASKED, { "force=1", NULL } },
	{ &job_backfill_ticker_full,
	  HISTORY,
	  HISTORY_ASKED,
	  { "ticker=T001", "start=2026-01-05", "end=" DAY, NULL } },
};

/* fmp.md section 2; KEY stands for a server that echoes the key. */
static const struct fault {
	const char *name, *body;
	int status;
	const char *why, *begins; /* parts of the evidence */
	int exit_code;
} faults[] = {
	{ "bad key", "{\"Error Message\":\"Invalid API KEY. " KEY "\"}", 401, "refuses the API key",
	  "{\"Error Message\":\"Invalid API KEY. ***", 78 },
	{ "limit as 200", "{\"Error Message\":\"Limit Reach . Please upgrade\"}", 200,
	  "request limit", "{\"Error Message\":\"Limit Reach", 69 },
	{ "429", "{\"Error Message\":\"Limit Reach . \"}", 429, "request limit",
	  "{\"Error Message\":\"Limit", 69 },
	{ "restricted", "Restricted Endpoint: not available", 402, "not in the vendor's plan",
	  "Restricted Endpoint", 77 },
	{ "legacy", "{\"Error Message\":\"Legacy Endpoint : Due to\"}", 403,
	  "not in the vendor's plan", "{\"Error Message\":\"Legacy", 77 },
	{ "no such path", "[]", 404, "no such path", "[]", 65 },
	{ "outage", "<html>502</html>", 502, "server fails", "<html>502", 69 },
	{ "html", "<!DOCTYPE html><p>sign in", 200, "HTML instead of data", "<!DOCTYPE", 65 },
	{ "error object", "{\"Error Message\":\"No Data for this symbol\"}", 200, "error object",
	  "{\"Error Message\":\"No Data", 65 },
};

static void
universe(void)
{
	ground_sql(&g, "TRUNCATE fintra_universe; INSERT INTO fintra_universe (ticker, name, "
		       "exchange_short, instrument_type, is_active, last_seen, source) SELECT "
		       "'T' || lpad(n::text, 3, '0'), 'N', 'NYSE', 'EQUITY', true, '2026-02-01', "
		       "'FMP' FROM generate_series(0, 9) n");
}

/* A field of the refused answer that a run kept of an endpoint; "" when there is none. */
static void
refused(int64_t run, const char *endpoint, const char *column, char out[600])
{
	char sql[400];

	fmt_buf(sql, sizeof(sql),
		"SELECT %s FROM fintra_ops.evidence WHERE run_id = %" PRId64
		" AND endpoint = '%s' AND kind = 'refused'",
		column, run, endpoint);
	ground_text(&g, sql, out, 600);
}

static void
expect_begin(const char *what, const char *got, const char *want)
{
	if (strncmp(got, want, strlen(want)) != 0)
		fail_msg("%s: \"%s\", wanted \"%s\"", what, got, want);
}

static struct outcome
run_family(const struct family *f)
{
	return ground_run(&g, f->job, DAY, f->params);
}

static void
every_fault_of_every_family(void **state)
{
	char before[64], after[64], got[600], what[120];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *f = &families[i];

		ground_reset(&g, "t_evidence");
		universe();
		ground_sum(&g, before);
		for (size_t k = 0; k < ARRAY_LEN(faults); k++) {
			const struct fault *x = &faults[k];
			char *cache;

			ground_body(&g, f->asked, x->status, x->body);
			struct outcome o = run_family(f);

			fmt_buf(what, sizeof(what), "%s, %s", f->endpoint, x->name);
			if (o.state == RUN_SUCCESS)
				fail_msg("%s: SUCCESS", what);
			if (f->job != &job_backfill_ticker_full && o.exit_code != x->exit_code)
				fail_msg("%s: exit %d (%s)", what, o.exit_code, o.why);
			refused(o.run, f->endpoint, "encode(body, 'escape')", got);
			expect_begin(what, got, x->begins);
			refused(o.run, f->endpoint, "why", got);
			assert_non_null(strstr(got, x->why));
			refused(o.run, f->endpoint, "status", got);
			assert_int_equal(strtol(got, NULL, 10), x->status);
			refused(o.run, f->endpoint, "bytes", got);
			assert_int_equal(strtol(got, NULL, 10), strlen(x->body));
			ground_sum(&g, after);
			assert_string_equal(before, after);
			cache = ground_cache(&g);
			assert_null(strstr(cache, "bulk")); /* no file of any name */
			assert_null(strstr(cache, "eod_"));
			free(cache);
		}
	}
}

/* Taken at the door, refused by the job: the answer is kept with the job's own finding. */
static void
what_the_job_refuses(void **state)
{
	static const struct {
		const char *body, *why;
		int code;
	} cases[] = {
		{ "\"symbol\",\"date\",\"open\",\"low\",\"high\",\"price\",\"adjClose\","
		  "\"volume\"\n"
		  "T001," DAY ",10,9,11,10,10,1\n",
		  "close", 76 },
		{ HEADER, "no row", 6 },
		{ "\n", "empty", 6 },
		{ HEADER "\"T001," DAY ",10,9,11,10,10,1\n", "quote", 65 },
	};
	char got[600], before[64], after[64];

	(void)state;
	ground_reset(&g, "t_evidence");
	universe();
	ground_sum(&g, before);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ground_body(&g, EOD_ASKED, 200, cases[i].body);
		struct outcome o = run_family(&families[0]);

		if (o.exit_code != cases[i].code)
			fail_msg("case %zu: exit %d, %s", i, o.exit_code, o.why);
		refused(o.run, EOD, "convert_from(body, 'UTF8')", got);
		expect_begin(cases[i].why, got, cases[i].body[0] == '\n' ? "" : cases[i].body);
		refused(o.run, EOD, "why", got);
		if (!strstr(got, cases[i].why))
			fail_msg("case %zu: %s", i, got);
		ground_sum(&g, after);
		assert_string_equal(before, after);
	}
}

static void
header_of(int64_t run, const char *column, char out[600])
{
	char sql[300];

	fmt_buf(sql, sizeof(sql),
		"SELECT %s FROM fintra_ops.evidence WHERE run_id = %" PRId64
		" AND kind = 'header' AND endpoint = '" EOD "'",
		column, run);
	ground_text(&g, sql, out, 600);
}

static int64_t
changes(int64_t run, const char *text)
{
	char sql[400];

	fmt_buf(sql, sizeof(sql),
		"SELECT count(*) FROM fintra_ops.event WHERE run_id = %" PRId64
		" AND msg LIKE '%%header changed since run%%%s%%'",
		run, text);
	return ground_int(&g, sql);
}

static void
a_changed_header_is_told_once(void **state)
{
	static const char row[] = "T001," DAY ",10,9,11,10,10,1\n";
	static const struct {
		const char *header, *row, *says; /* says NULL: nothing */
	} days[] = {
		{ HEADER, row, NULL },
		{ "symbol,date,open,low,high,close,adjClose,volume\r\n", row, NULL },
		{ "symbol,date,open,low,high,close,adjClose,volume,vwap\n",
		  "T001," DAY ",10,9,11,10,10,1,10\n", ": added vwap" },
		{ "symbol,date,open,low,high,close,adjClose,volume,vwap\n",
		  "T001," DAY ",10,9,11,10,10,1,10\n", NULL },
		{ "symbol,date,open,high,low,close,adjClose,volume,vwap\n",
		  "T001," DAY ",10,11,9,10,10,1,10\n", ": order changed: column 4 is now high" },
		{ "symbol,day,open,high,low,close,adjClose,volume\n",
		  "T001," DAY ",10,11,9,10,10,1\n", ": added day; gone date, vwap" },
	};
	char body[300], first[600], got[600];

	(void)state;
	ground_reset(&g, "t_evidence");
	universe();
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		fmt_buf(body, sizeof(body), "%s%s", days[i].header, days[i].row);
		ground_body(&g, EOD_ASKED, 200, body);
		struct outcome o = GROUND_RUN(&g, &job_prices_daily, DAY, "ticker=T001",
					      "start=" DAY, "end=" DAY, NULL);

		if (o.state != RUN_SUCCESS)
			fail_msg("day %zu: %s", i, o.why);
		assert_int_equal(changes(o.run, ""), days[i].says ? 1 : 0);
		if (days[i].says)
			assert_int_equal(changes(o.run, days[i].says), 1);
		header_of(o.run, "fingerprint", i == 0 ? first : got);
		if (i == 1) /* quotes and line ends are no difference */
			assert_string_equal(got, first);
		if (i == 2)
			assert_string_not_equal(got, first);
	}
}

/* The first 64 KiB, and how long the whole was; the key stands at the cut and is not left there. */
static void
a_long_answer_is_cut(void **state)
{
	size_t n = 200000;
	char *body = mem_alloc(n + 1), got[600];

	(void)state;
	ground_reset(&g, "t_evidence");
	universe();
	memset(body, 'x', n);
	body[0] = '<';
	for (size_t at = 65536 - 10; at < n - 40; at += 1000)
		memcpy(body + at, KEY, strlen(KEY));
	body[n] = '\0';
	ground_body(&g, EOD_ASKED, 200, body);
	struct outcome o = run_family(&families[0]);

	free(body);
	refused(o.run, EOD, "length(body)", got);
	assert_string_equal(got, "65536");
	refused(o.run, EOD, "bytes", got);
	assert_string_equal(got, "200000");
	refused(o.run, EOD, "position('canary' in encode(body, 'escape'))", got);
	assert_string_equal(got, "0");
}

/* The retired path takes the symbol in its path and wraps the list: the same reader. */
static void
a_legacy_path_answers_too(void **state)
{
	static const char *const params[] = { "ticker=T001", "start=2026-01-05", "end=" DAY, NULL };
	static const char legacy[] = "/api/v3/historical-price-full/T001?from=2026-01-05&to=" DAY;
	static const char bars[] = "{\"symbol\":\"T001\",\"historical\":[{\"date\":\"" DAY
				   "\",\"open\":10,\"high\":12,"
				   "\"low\":9,\"close\":11,\"volume\":500}]}";
	struct err e = ERR_INIT;

	(void)state;
	ground_reset(&g, "t_evidence");
	universe();
	assert_int_equal(conf_set(&g.conf, "endpoint /stable/historical-price-eod/full", "path",
				  "/api/v3/historical-price-full/{symbol}", &e),
			 0);
	ground_body(&g, HISTORY_ASKED, 200, "[{\"date\":\"" DAY "\",\"adjClose\":5.5}]");
	ground_body(&g, legacy, 200, bars);
	struct outcome o = ground_run(&g, &job_backfill_ticker_full, DAY, params);

	if (o.state != RUN_SUCCESS)
		fail_msg("%s", o.why);
	assert_int_equal(ground_int(&g, "SELECT count(*) FROM prices_daily WHERE ticker = 'T001' "
					"AND close = 11 AND adj_close = 5.5 AND volume = 500"),
			 1);
	ground_body(&g, legacy, 403, "{\"Error Message\":\"Legacy Endpoint : Due to\"}");
	o = ground_run(&g, &job_backfill_ticker_full, DAY, params);
	assert_int_not_equal(o.state, RUN_SUCCESS);
	assert_int_equal(
		ground_int(&g, "SELECT count(*) FROM fintra_ops.event WHERE msg LIKE '%retired%' "
			       "AND msg LIKE '%/stable/historical-price-eod/full: take "
			       "[endpoint]%'") > 0,
		1);
	assert_int_equal(conf_set(&g.conf, "endpoint /stable/x", "path", "https://elsewhere", &e),
			 -1);
	assert_int_equal(e.cls, ERR_CONFIG);
}

/* One day is refused, the next one hangs: what was sent is in the ledger while the run goes on, so
 * that kill -9 takes nothing of it. */
static void
a_killed_run_leaves_its_evidence(void **state)
{
	char id[24];
	const char *args[] = { "show", id, "--evidence", NULL };
	pid_t pid;

	(void)state;
	ground_reset(&g, "t_evidence_kill");
	prices_universe(&g, 60);
	prices_body(&g, "2026-01-30", 200, "<!DOCTYPE html><p>sign in");
	prices_market(&g, DAY, 0, 60);
	ground_fault("path=/stable/eod-bulk,query=date=" DAY ",kind=stall");
	pid = program_start(&g, (const char *const[]){ "run", "prices-daily-bulk", "--start",
						       "2026-01-30", "--as-of", DAY, "--gate",
						       "warn", NULL });
	EVENTUALLY(ground_int(&g,
			      "SELECT count(*) FROM fintra_ops.evidence e JOIN fintra_ops.run r ON"
			      " r.id = e.run_id WHERE r.state = 'running' AND e.kind = 'refused'"
			      " AND e.url LIKE '%date=2026-01-30%'") == 1);
	program_kill(&g, pid);
	ground_fault(NULL);
	fmt_buf(id, sizeof(id), "%lld",
		(long long)ground_int(&g, "SELECT max(id) FROM fintra_ops.run"));
	bin_expect(g.conninfo, args, 0, "<!DOCTYPE html><p>sign in");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_of_every_family),
		cmocka_unit_test(what_the_job_refuses),
		cmocka_unit_test(a_changed_header_is_told_once),
		cmocka_unit_test(a_long_answer_is_cut),
		cmocka_unit_test(a_legacy_path_answers_too),
		cmocka_unit_test(a_killed_run_leaves_its_evidence),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
