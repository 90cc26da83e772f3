/* fmp-peers-bulk and backfill/peers against the stand-in and a real database.  Expected relations
 * are written out by hand beside the bodies; tests/db/test_companies_real.c reads the recorded
 * files. */
#include "jobs/jobs.h"
#include "tests/support_layer2.h"
#include "tests/support_program.h"
#include "tests/support_run.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BULK "/stable/peers-bulk"
#define HEADER "\"symbol\",\"peers\"\n"
#define RELATIONS                                                                                 \
	"SELECT string_agg(ticker || '>' || peer_ticker, ' ' ORDER BY ticker, peer_ticker) FROM " \
	"fmp_peers"

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "peers");
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

/* Four active stocks, and one that is none. */
static int
fresh(void **state)
{
	(void)state;
	ground_reset(&ground, "peers");
	stock("AAA", "");
	stock("BBB", "");
	stock("BRK-B", "");
	stock("CCC", "");
	stock("SPY", "");
	ground_sql(&ground, "UPDATE fintra_universe SET instrument_type = 'ETF' WHERE ticker = "
			    "'SPY'");
	return 0;
}

static struct outcome
bulk(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_peers_bulk, AS_OF, a, b, NULL);
}

static struct outcome
each(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_backfill_peers, AS_OF, a, b, NULL);
}

static void
expect_cache(const char *want)
{
	char *cache = ground_cache(&ground);

	assert_string_equal(cache, want);
	free(cache);
}

/* Trimmed, in capitals, once each; without itself, outsiders and what is no ticker. */
static void
test_bulk_rows(void **state)
{
	struct outcome o;

	(void)state;
	ground_body(&ground, BULK, 200,
		    HEADER "\"AAA\",\" bbb, CCC ,CCC,AAA,ZZZ,SPY,B$B,,brk-b\"\n"
			   "\"BBB\",\n"
			   "\"SPY\",\"AAA\"\n"
			   "\"CCC\",\"AAA\"\n"
			   "\"B$B\",\"AAA\"\n"
			   "\"BRK-B\"\n"
			   "\"ccc\",\"BBB\"\n");
	o = bulk(NULL, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(o.counts.read, 7);
	assert_int_equal(o.counts.rejected, 2);
	assert_int_equal(o.counts.skipped, 2); /* SPY, and the first CCC */
	assert_int_equal(o.counts.inserted, 4);
	expect(RELATIONS, "AAA>BBB AAA>BRK-B AAA>CCC CCC>BBB");
	expect("SELECT concat_ws(' ', min(source), max(source), min(confidence), max(confidence), "
	       "min(created_at AT TIME ZONE 'UTC')::date) FROM fmp_peers",
	       "fmp_peers_bulk fmp_peers_bulk market market 2026-02-03");
	expect("SELECT string_agg(reason || ' ' || raw, ', ' ORDER BY reason COLLATE \"C\") FROM "
	       "fintra_ops.reject",
	       "has 1 fields of 2 BRK-B, peer is no ticker B$B, symbol is no ticker B$B,AAA");
	expect("SELECT concat_ws(' ', result->>'tickers_processed', result->>'tickers_with_peers', "
	       "result->>'tickers_missing', result->>'relations_upserted', "
	       "result->>'relations_deleted', result->>'peers_sent', result->>'peers_itself', "
	       "result->>'peers_outside', result->>'peers_refused', result->>'peers_repeated', "
	       "result->>'limit') FROM fintra_ops.run",
	       "3 2 1 4 0 10 1 2 1 2 0");
}

/* A relation that is no longer sent goes, of the tickers that came only; an empty list empties. */
static void
test_vanished_relations_are_deleted(void **state)
{
	struct outcome o;

	(void)state;
	ground.conf.guard_rows = 0;
	ground_body(&ground, BULK, 200,
		    HEADER "AAA,\"BBB,CCC\"\nBBB,\"AAA,CCC\"\nCCC,\"AAA,BBB\"\n");
	bulk(NULL, NULL);
	expect(RELATIONS, "AAA>BBB AAA>CCC BBB>AAA BBB>CCC CCC>AAA CCC>BBB");
	ground_body(&ground, BULK, 200, HEADER "AAA,\"CCC,BRK-B\"\nBBB,\n");
	o = bulk("force=1", NULL);
	/* Four relations after six: a broken postcondition. */
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_non_null(strstr(o.why, "(accepted by force)"));
	assert_int_equal(o.counts.inserted, 1);
	assert_int_equal(o.counts.unchanged, 1);
	expect(RELATIONS, "AAA>BRK-B AAA>CCC CCC>AAA CCC>BBB");
	expect("SELECT result->>'relations_deleted' FROM fintra_ops.run ORDER BY id DESC LIMIT 1",
	       "3");
	ground.conf.guard_rows = 0.90;
}

/* A run for one ticker touches only that one; the other parameter names of old files work. */
static void
test_ticker_limit_and_file(void **state)
{
	char path[200], param[220];
	struct outcome o;
	int64_t before;
	FILE *f;

	(void)state;
	ground_body(&ground, BULK, 200, HEADER "AAA,BBB\nBBB,AAA\nCCC,AAA\n");
	bulk("limit=2", NULL);
	expect(RELATIONS, "AAA>BBB BBB>AAA");
	bulk("ticker=CCC", NULL);
	expect(RELATIONS, "AAA>BBB BBB>AAA CCC>AAA");
	(void)fmt_buf(path, sizeof(path), "%s/peers.csv", ground.dir);
	(void)fmt_buf(param, sizeof(param), "file=%s", path);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("ticker,peersList,more\r\nBBB,\"CCC,BRK-B\",x\r\n", f);
	fclose(f);
	before = ground_requests();
	o = bulk(param, "ticker=BBB");
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests(), before);
	expect(RELATIONS, "AAA>BBB BBB>BRK-B BBB>CCC CCC>AAA");
	o = bulk("file=/nonexistent/peers.csv", NULL);
	assert_int_equal(o.exit_code, 64);
	assert_non_null(strstr(o.err.text, "/nonexistent/peers.csv"));
	o = bulk("ticker=SPY", NULL);
	assert_int_equal(o.exit_code, 6);
	o = bulk("ticker=BRK-B", NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "peers-bulk has no row of the 1 active stocks"));
}

/* Half of the lists gone: nothing is published, and nothing deleted even by force. */
static void
test_guard(void **state)
{
	struct outcome o;

	(void)state;
	ground_body(&ground, BULK, 200, HEADER "AAA,\"BBB,CCC\"\nBBB,AAA\nCCC,AAA\n");
	bulk(NULL, NULL);
	ground_body(&ground, BULK, 200, HEADER "AAA,BRK-B\nBBB,\nCCC,\n");
	ground_forget(&ground);
	o = bulk(NULL, NULL);
	assert_int_equal(o.exit_code, 65);
	assert_non_null(strstr(o.err.text, "guard: 1 relations came, 4 are stored"));
	expect(RELATIONS, "AAA>BBB AAA>CCC BBB>AAA CCC>AAA");
	expect_cache("cache:");
	o = bulk("force=1", NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	expect(RELATIONS, "AAA>BBB AAA>BRK-B AAA>CCC BBB>AAA CCC>AAA");
	expect_cache("cache:");
	/* A run for one ticker cannot judge the whole. */
	assert_int_equal(bulk("ticker=BBB", NULL).state, RUN_SUCCESS);
	expect(RELATIONS, "AAA>BBB AAA>BRK-B AAA>CCC CCC>AAA");
}

static void
test_second_run_changes_nothing(void **state)
{
	struct outcome o;
	int64_t tuples, before;

	(void)state;
	ground_body(&ground, BULK, 200, HEADER "AAA,\"BBB,CCC\"\nBBB,AAA\n");
	ground_body(&ground, "/stable/stock-peers?symbol=AAA", 200,
		    "[{\"symbol\":\"BBB\"},{\"symbol\":\"CCC\"}]");
	bulk(NULL, NULL);
	tuples = ground_tuples(&ground);
	before = ground_requests();
	o = bulk(NULL, NULL); /* the file of the last hour */
	assert_int_equal(ground_requests(), before);
	assert_int_equal(o.counts.unchanged, 3);
	o = bulk("force=1", NULL);
	assert_int_equal(ground_requests(), before + 1);
	assert_int_equal(o.counts.read, 2);
	assert_int_equal(o.counts.inserted + o.counts.updated, 0);
	assert_int_equal(ground_tuples(&ground), tuples);
	o = each("ticker=AAA", NULL); /* another confidence */
	assert_int_equal(o.counts.updated, 2);
	tuples = ground_tuples(&ground);
	o = each("ticker=AAA", "force=1");
	assert_int_equal(o.counts.read, 2);
	assert_int_equal(o.counts.unchanged, 2);
	assert_int_equal(ground_tuples(&ground), tuples);
	expect("SELECT last_run_date FROM cron_state WHERE name = 'fmp-peers-bulk'", "2026-02-03");
}

static void
test_dry_run_writes_nothing(void **state)
{
	struct outcome o;

	(void)state;
	ground_body(&ground, BULK, 200, HEADER "AAA,BBB\n");
	ground_body(&ground, "/stable/stock-peers?symbol=AAA", 200, "[{\"symbol\":\"BBB\"}]");
	o = bulk("dry_run=1", NULL);
	assert_int_equal(o.counts.inserted, 1);
	o = each("ticker=AAA", "dry_run=1");
	assert_int_equal(o.counts.inserted, 1);
	expect("SELECT count(*) FROM fmp_peers", "0");
	expect_cache("cache:");
}

/* Killed while the vendor is silent: the resumed run ends with the relations of an undisturbed one.
 */
static void
test_killed_and_resumed(void **state)
{
	static const struct {
		const char *argv[8], *fault;
		const struct job *job;
		const char *param;
		int done, requests, seen;
	} phase[] = {
		{ { "run", "fmp-peers-bulk", "--as-of", AS_OF, NULL },
		  "path=" BULK ",kind=stall",
		  &job_peers_bulk,
		  NULL,
		  0,
		  1,
		  1 },
		{ { "run", "backfill/peers", "--tickers", "AAA,BBB,CCC", "--as-of", AS_OF, NULL },
		  "path=/stable/stock-peers,query=symbol=CCC,kind=stall",
		  &job_backfill_peers,
		  "tickers=AAA,BBB,CCC",
		  2,
		  1,
		  3 },
	};
	char whole[64], resumed[64];

	(void)state;
	ground_body(&ground, BULK, 200, HEADER "AAA,\"BBB,CCC\"\nBBB,AAA\nCCC,BBB\n");
	ground_body(&ground, "/stable/stock-peers?symbol=AAA", 200, "[{\"symbol\":\"BBB\"}]");
	ground_body(&ground, "/stable/stock-peers?symbol=CCC", 200, "[{\"symbol\":\"AAA\"}]");
	for (size_t i = 0; i < ARRAY_LEN(phase); i++) {
		ground_sql(&ground, "TRUNCATE fmp_peers");
		assert_int_equal(
			GROUND_RUN(&ground, phase[i].job, AS_OF, phase[i].param, NULL).state,
			RUN_SUCCESS);
		ground_sum(&ground, whole);
		ground_sql(&ground, "TRUNCATE fmp_peers");
		ground_forget(&ground);
		ground_fault(phase[i].fault);
		int64_t before = ground_requests();
		pid_t pid = program_start(&ground, phase[i].argv);

		EVENTUALLY(ground_requests() - before == phase[i].seen);
		EVENTUALLY(program_units(&ground, pid) == phase[i].done);
		program_kill(&ground, pid);
		ground_fault(NULL);
		before = ground_requests();
		struct outcome o = ground_resume(
			&ground, ground_int(&ground, "SELECT max(id) FROM fintra_ops.run"));

		assert_int_equal(o.state, RUN_SUCCESS);
		assert_int_equal(ground_requests() - before, phase[i].requests);
		ground_sum(&ground, resumed);
		assert_string_equal(resumed, whole);
	}
}

/* The recorded shape, the retired one, and an answer without a peer, which deletes nothing. */
static void
test_one_by_one(void **state)
{
	struct outcome o;
	int64_t before = ground_requests();

	(void)state;
	ground_body(&ground, "/stable/stock-peers?symbol=AAA", 200,
		    "[{\"symbol\":\"BBB\",\"companyName\":\"B\",\"price\":2.88,\"mktCap\":4559},"
		    "{\"symbol\":\"AAA\"},{\"symbol\":\"bbb\"},{\"symbol\":\"SONY\"},"
		    "{\"symbol\":\"B B\"}]");
	ground_body(&ground, "/stable/stock-peers?symbol=BBB", 200,
		    "[{\"symbol\":\"BBB\",\"peersList\":[\"AAA\",\"CCC\"]}]");
	ground_sql(&ground, "INSERT INTO fmp_peers (ticker, peer_ticker) VALUES ('AAA', 'CCC'), "
			    "('CCC', 'AAA'), ('BRK-B', 'AAA')");
	o = each("all=1", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 4);
	assert_int_equal(o.counts.read, 7);
	assert_int_equal(o.counts.rejected, 1);
	assert_int_equal(o.counts.skipped, 3); /* itself, bbb again, SONY */
	assert_int_equal(o.counts.inserted, 3);
	expect(RELATIONS, "AAA>BBB BBB>AAA BBB>CCC BRK-B>AAA CCC>AAA");
	expect("SELECT string_agg(DISTINCT source || ' ' || confidence, ', ') FROM fmp_peers WHERE "
	       "ticker IN ('AAA', 'BBB')",
	       "FMP_BULK_V4 high");
	expect("SELECT string_agg(reason || ' ' || raw, ', ') FROM fintra_ops.reject",
	       "peer is no ticker B B");
	expect("SELECT string_agg(unit, ' ' ORDER BY unit) FROM fintra_ops.unit",
	       "AAA BBB BRK-B CCC");
	expect("SELECT concat_ws(' ', result->>'tickers', result->>'loaded', result->>'failed', "
	       "result->>'without_peers', result->>'relations', result->>'relations_upserted', "
	       "result->>'relations_deleted') FROM fintra_ops.run",
	       "4 4 0 2 3 3 1");
}

static void
test_lists_of_tickers(void **state)
{
	struct outcome o;

	(void)state;
	o = each(NULL, NULL);
	assert_int_equal(o.exit_code, 64);
	assert_non_null(strstr(o.err.text, "give one of --ticker SYM, --tickers FILE|A,B, --all"));
	assert_null(strstr(o.err.text, "restated"));
	assert_int_equal(each("ticker=AAA", "all=1").exit_code, 64);
	o = each("tickers=SPY,QQQ", NULL);
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "none of the 2 tickers is an active stock"));
	o = each("tickers=AAA,BBB", NULL); /* the stand-in names nobody */
	assert_int_equal(o.exit_code, 6);
	assert_non_null(strstr(o.err.text, "names no peer of any of the 2 tickers"));
	ground_body(&ground, "/stable/stock-peers?symbol=AAA", 200, "[{\"symbol\":\"BBB\"}]");
	assert_int_equal(each("tickers=aaa,SPY", NULL).state, RUN_SUCCESS);
	expect(RELATIONS, "AAA>BBB");
	expect("SELECT count(*) FROM cron_state", "0"); /* a list is not everything */
	assert_int_equal(each("all=1", NULL).state, RUN_SUCCESS);
	expect("SELECT name FROM cron_state", "backfill/peers");
}

/* One that the plan lacks is counted; the key refused ends the run, resume asks for the rest. */
static void
test_failures_of_tickers(void **state)
{
	struct outcome o;
	int64_t before;

	(void)state;
	ground_body(&ground, "/stable/stock-peers?symbol=AAA", 200, "[{\"symbol\":\"BBB\"}]");
	ground_body(&ground, "/stable/stock-peers?symbol=CCC", 200, "[{\"symbol\":\"BBB\"}]");
	ground_fault("path=/stable/stock-peers,query=symbol=BBB,kind=status-402");
	o = each("tickers=AAA,BBB,CCC", NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	assert_int_equal(o.counts.errors, 1);
	expect(RELATIONS, "AAA>BBB CCC>BBB");
	ground_fault(NULL);
	ground_fault("path=/stable/stock-peers,query=symbol=BBB,kind=status-401");
	o = each("tickers=AAA,BBB,CCC", NULL);
	assert_int_equal(o.exit_code, 78);
	ground_fault(NULL);
	before = ground_requests();
	o = ground_resume(&ground, o.run);
	assert_int_equal(o.state, RUN_SUCCESS);
	assert_int_equal(ground_requests() - before, 2);
}

static const struct failure {
	const struct job *job;
	const char *param, *path, *kind;
	int code;
	const char *says;
} failures[] = {
#define B &job_peers_bulk, NULL, BULK
#define O &job_backfill_peers, "ticker=AAA", "/stable/stock-peers"
	{ B, "status-401", 78, "HTTP 401" },
	{ B, "status-402-restricted", 77, "Restricted Endpoint" },
	{ B, "status-403", 77, "Exclusive Endpoint" },
	{ B, "status-429", 69, "Limit Reach" },
	{ B, "limit-200", 69, "Limit Reach" },
	{ B, "status-500", 69, "HTTP 500" },
	{ B, "status-502-html", 69, "502 Bad Gateway" },
	{ B, "html-200", 65, "Sign in" },
	{ B, "error-200", 65, "No Data" },
	{ B, "empty", 6, "empty" },
	{ B, "empty-list", 6, "empty" },
	{ B, "header-only", 6, "no row" },
	{ B, "cut-chunk", 69, "peers-bulk" },
	{ B, "cut-close", 69, "peers-bulk" },
	{ B, "gzip-cut", 69, "peers-bulk" },
	{ B, "redirect", 65, "elsewhere.example.com" },
	{ B, "nul", 65, "NUL" },
	{ B, "column-gone=symbol", 76, "\"symbol|ticker\"" },
	{ B, "column-renamed=peers", 76, "\"peers|peersList\"" },
	{ O, "status-401", 78, "HTTP 401" },
	{ O, "status-403-legacy", 77, "Legacy Endpoint" },
	{ O, "status-429", 69, "Limit Reach" },
	{ O, "limit-200", 69, "Limit Reach" },
	{ O, "status-503-empty", 69, "HTTP 503" },
	{ O, "html-200", 65, "Sign in" },
	{ O, "error-200", 65, "No Data" },
	{ O, "cut-chunk", 69, "stock-peers" },
	{ O, "wrong-length", 69, "stock-peers" },
	{ O, "empty-list", 6, "names no peer" },
#undef B
#undef O
};

/* Each names endpoint and what came; what is stored stays, and nothing is cached. */
static void
test_refusals(void **state)
{
	char rule[120];
	int bad = 0;

	(void)state;
	ground_body(&ground, BULK, 200, HEADER "AAA,BBB\nBBB,CCC\nCCC,BBB\n");
	ground_body(&ground, "/stable/stock-peers?symbol=AAA", 200, "[{\"symbol\":\"BBB\"}]");
	ground_sql(&ground, "INSERT INTO fmp_peers (ticker, peer_ticker) VALUES ('AAA', 'CCC')");
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		const struct failure *f = &failures[i];

		(void)fmt_buf(rule, sizeof(rule), "path=%s,kind=%s", f->path, f->kind);
		ground_fault(rule);
		struct outcome o = GROUND_RUN(&ground, f->job, AS_OF, f->param, NULL);

		if (o.exit_code != f->code || !strstr(o.err.text, f->says) ||
		    (f->code != 6 && !strstr(o.err.text, "peers"))) {
			print_error("%s: exit %d, %s\n", rule, o.exit_code, o.err.text);
			bad++;
		}
		expect(RELATIONS, "AAA>CCC");
		expect_cache("cache:");
	}
	print_message("INFO: peers: %zu pairs of endpoint and fault, %d wrong\n",
		      ARRAY_LEN(failures), bad);
	assert_int_equal(bad, 0);
}

static void
test_members_that_vanish(void **state)
{
	struct outcome o;

	(void)state;
	ground_body(&ground, "/stable/stock-peers?symbol=AAA", 200,
		    "[{\"symbol\":\"BBB\"},{\"ticker\":\"CCC\"}]");
	o = each("ticker=AAA", NULL);
	assert_int_equal(o.exit_code, 76);
	assert_non_null(strstr(o.err.text, "AAA: /stable/stock-peers (status 200"));
	assert_non_null(strstr(o.err.text, "a peer without the member \"symbol\""));
	expect("SELECT count(*) FROM fmp_peers", "0");
	ground_body(&ground, "/stable/stock-peers?symbol=AAA", 200, "[\"BBB\"]");
	assert_int_equal(each("ticker=AAA", NULL).exit_code, 76);
}

static void
test_harmless_changes(void **state)
{
	static const char *const kinds[] = { "columns-shuffled", "column-added", "bom", "crlf",
					     "duplicate-rows",	 "gzip" };
	char rule[100];

	(void)state;
	ground_body(&ground, BULK, 200, HEADER "\"AAA\",\"BBB,CCC\"\n\"CCC\",\"AAA\"");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		(void)fmt_buf(rule, sizeof(rule), "path=" BULK ",kind=%s", kinds[i]);
		ground_fault(rule);
		ground_sql(&ground, "TRUNCATE fmp_peers");
		assert_int_equal(bulk("force=1", NULL).state, RUN_SUCCESS);
		expect(RELATIONS, "AAA>BBB AAA>CCC CCC>AAA");
	}
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bulk_rows),
		TEST(test_vanished_relations_are_deleted),
		TEST(test_ticker_limit_and_file),
		TEST(test_guard),
		TEST(test_second_run_changes_nothing),
		TEST(test_dry_run_writes_nothing),
		TEST(test_killed_and_resumed),
		TEST(test_one_by_one),
		TEST(test_lists_of_tickers),
		TEST(test_failures_of_tickers),
		TEST(test_refusals),
		TEST(test_members_that_vanish),
		TEST(test_harmless_changes),
	};

	return cmocka_run_group_tests_name("peers", tests, open_ground, close_ground);
}
