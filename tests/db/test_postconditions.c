/* Postconditions (faults.md section 4, core/post.h): each row of each job's table broken alone, on
 * tables written here, through the real runner.  The job's own work is replaced: what is tested is
 * what the runner says of the tables it finds. */
#include "core/ledger.h"
#include "core/run.h"
#include "jobs/catalogue.h"
#include "jobs/jobs.h"
#include "tests/support_layer2.h"
#include "tests/support_posts.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int64_t told; /* what the job reports under each name its table asks for */

static int
work(struct job_ctx *c, struct err *e)
{
	(void)e;
	for (const struct post *p = c->job->posts; p->name; p++)
		if (p->reported && told >= 0)
			run_result_int(c, p->reported, told);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	ground_open(&ground, "t_posts");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

#define LESS_PEERS                                                                          \
	"DELETE FROM fmp_peers WHERE peer_ticker = 'Q' AND ticker < 'T14'", 0, RUN_PARTIAL, \
		"peers rows 35 < 90 %% of 40 of run %d"
#define PEER_LOST                                                                           \
	"DELETE FROM fmp_peers WHERE ticker = 'T1' AND peer_ticker = 'Q'", 40, RUN_FAILURE, \
		"peers stored 39 < 40 reported"
#define SNAPSHOT_LOST                                                        \
	"DELETE FROM fintra_snapshots WHERE ticker = 'T1'", 20, RUN_FAILURE, \
		"snapshots stored 19 < 20 reported"

/* What stands in the tables at the good run, what breaks them, and what must be said; %d in `says`
 * is the good run. */
static const struct breach {
	const struct job *job;
	const char *post, *good, *broken;
	int64_t told;
	enum run_state state;
	const char *says;
} breaches[] = {
	{ &job_sync_universe, "universe_newest", UNIVERSE,
	  "UPDATE fintra_universe SET last_seen = '2026-01-29'", 0, RUN_PARTIAL,
	  "universe newest 2026-01-29 < 2026-02-02 (run %d had 2026-02-02)" },
	{ &job_sync_universe, "universe_stored", UNIVERSE,
	  "DELETE FROM fintra_universe WHERE ticker = 'T7'", 20, RUN_PARTIAL,
	  "universe stored 19 < 20 reported" },
	{ &job_sync_universe, "universe_without_name", UNIVERSE,
	  "UPDATE fintra_universe SET name = NULL WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "universe without name 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_sync_universe, "universe_without_sector", UNIVERSE,
	  "UPDATE fintra_universe SET sector = NULL WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "universe without sector 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_industry_classification, "industry_map_tickers", MAP,
	  "DELETE FROM asset_industry_map WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "industry map tickers 18 < 95 %% of 20 of run %d" },
	{ &job_industry_classification, "industries", MAP,
	  "UPDATE asset_industry_map SET industry_code = 'I5' WHERE industry_code IN ('I6', 'I7')",
	  0, RUN_PARTIAL, "industries 8 < 90 %% of 10 of run %d" },
	{ &job_prices_daily, "prices_newest", PRICES,
	  "UPDATE prices_daily SET price_date = '2026-01-30'", 0, RUN_FAILURE,
	  "prices newest 2026-01-30 < 2026-02-02 (run %d had 2026-02-02)" },
	{ &job_prices_daily, "prices_rows", PRICES,
	  "DELETE FROM prices_daily WHERE ticker IN ('T1', 'T2', 'T3')", 0, RUN_PARTIAL,
	  "prices rows 17 < 90 %% of 20 of run %d" },
	{ &job_prices_daily, "prices_stored", PRICES,
	  "DELETE FROM prices_daily WHERE ticker = 'T1'", 20, RUN_FAILURE,
	  "prices stored 19 < 20 reported" },
	{ &job_prices_daily, "prices_without_adj_close", PRICES,
	  "UPDATE prices_daily SET adj_close = NULL WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "prices without adj close 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_financials_bulk, "financials_tickers", STATEMENTS,
	  "UPDATE datos_financieros SET period_end_date = '2024-11-02' WHERE ticker IN ('T1', "
	  "'T2')",
	  0, RUN_PARTIAL, "financials tickers 18 < 95 %% of 20 of run %d" },
	{ &job_financials_bulk, "financials_without_revenue", STATEMENTS,
	  "UPDATE datos_financieros SET revenue = CASE WHEN ticker > 'T1' THEN 0 END WHERE ticker "
	  "IN ('T1', 'T2', 'T3')",
	  0, RUN_PARTIAL, "financials without revenue 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_financials_bulk, "financials_without_equity", STATEMENTS,
	  "UPDATE datos_financieros SET total_equity = CASE WHEN ticker > 'T1' THEN 0 END WHERE "
	  "ticker IN ('T1', 'T2', 'T3')",
	  0, RUN_PARTIAL, "financials without equity 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_company_profile, "profiles_tickers", PROFILES,
	  "DELETE FROM company_profiles WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "profiles tickers 18 < 95 %% of 20 of run %d" },
	{ &job_company_profile, "profiles_without_sector", PROFILES,
	  "UPDATE company_profiles SET sector = NULL WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "profiles without sector 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_company_profile, "profiles_without_description", PROFILES,
	  "UPDATE company_profiles SET description = NULL WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "profiles without description 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_dividends, "dividends_tickers", DIVIDENDS,
	  "UPDATE datos_dividendos SET year = 2023 WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "dividends tickers 18 < 95 %% of 20 of run %d" },
	{ &job_dividends, "dividends_payers", DIVIDENDS,
	  "UPDATE datos_dividendos SET has_dividend = false WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "dividends payers 17 < 90 %% of 20 of run %d" },
	{ &job_dividends, "dividends_stored", DIVIDENDS,
	  "DELETE FROM datos_dividendos WHERE ticker = 'T1'", 20, RUN_FAILURE,
	  "dividends stored 19 < 20 reported" },
	{ &job_dividends, "dividends_without_per_share", DIVIDENDS,
	  "UPDATE datos_dividendos SET dividend_per_share = NULL WHERE ticker IN ('T1', 'T2', "
	  "'T3')",
	  0, RUN_PARTIAL, "dividends without per share 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_valuation, "valuation_newest", VALUATION,
	  "UPDATE datos_valuacion SET valuation_date = '2026-01-30'", 0, RUN_FAILURE,
	  "valuation newest 2026-01-30 < 2026-02-02 (run %d had 2026-02-02)" },
	{ &job_valuation, "valuation_tickers", VALUATION,
	  "DELETE FROM datos_valuacion WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "valuation tickers 18 < 95 %% of 20 of run %d" },
	{ &job_valuation, "valuation_stored", VALUATION,
	  "DELETE FROM datos_valuacion WHERE ticker = 'T1'", 20, RUN_FAILURE,
	  "valuation stored 19 < 20 reported" },
	{ &job_valuation, "valuation_without_pe", VALUATION,
	  "UPDATE datos_valuacion SET pe_ratio = NULL WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "valuation without pe 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_peers_bulk, "peers_tickers", PEERS,
	  "DELETE FROM fmp_peers WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "peers tickers 18 < 95 %% of 20 of run %d" },
	{ &job_peers_bulk, "peers_rows", PEERS, LESS_PEERS },
	{ &job_peers_bulk, "peers_stored", PEERS, PEER_LOST },
	{ &job_backfill_peers, "peers_tickers", PEERS,
	  "DELETE FROM fmp_peers WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "peers tickers 18 < 95 %% of 20 of run %d" },
	{ &job_backfill_peers, "peers_rows", PEERS, LESS_PEERS },
	{ &job_backfill_peers, "peers_stored", PEERS, PEER_LOST },
	{ &job_fmp_batch, "batch_stored", STATEMENTS,
	  "DELETE FROM datos_financieros WHERE ticker = 'T1'", 20, RUN_FAILURE,
	  "batch stored 19 < 20 reported" },
	{ &job_sec_10k, "annual_reports", ANNUAL,
	  "DELETE FROM sec_filings WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "annual reports 18 < 95 %% of 20 of run %d" },
	{ &job_sec_10k, "annual_reports_without_signals", ANNUAL,
	  "DELETE FROM fintra_sec_structural_signals WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "annual reports without signals 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_sec_10k, "annual_signals_without_places", ANNUAL,
	  "UPDATE fintra_sec_structural_signals SET geographic_exposure = '{}' WHERE ticker IN "
	  "('T1', 'T2', 'T3')",
	  0, RUN_PARTIAL,
	  "annual signals without places 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_sec_8k, "current_reports", CURRENT,
	  "DELETE FROM sec_filings WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "current reports 18 < 95 %% of 20 of run %d" },
	{ &job_sec_8k, "current_reports_unread", CURRENT,
	  "UPDATE sec_filings SET parsed = false WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "current reports unread 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_sec_8k, "current_reports_without_event", CURRENT,
	  "DELETE FROM fintra_sec_event_signals WHERE ticker IN ('T1', 'T2', 'T3')", 0, RUN_PARTIAL,
	  "current reports without event 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_performance_bulk, "performance_tickers", RETURNS,
	  "DELETE FROM datos_performance WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "performance tickers 18 < 95 %% of 20 of run %d" },
	{ &job_performance_bulk, "performance_without_volatility", RETURNS,
	  "UPDATE datos_performance SET volatility = NULL WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "performance without volatility 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_sector_performance, "sector_rows", SECTORS,
	  "DELETE FROM sector_performance WHERE sector = 'Energy' AND window_code IN ('2Y', '3Y')",
	  0, RUN_PARTIAL, "sector rows 12 < 90 %% of 14 of run %d" },
	{ &job_sector_performance, "sector_stored", SECTORS,
	  "DELETE FROM sector_performance WHERE sector = 'Energy' AND window_code = '2Y'", 14,
	  RUN_FAILURE, "sector stored 13 < 14 reported" },
	{ &job_industry_performance, "industry_rows", INDUSTRIES,
	  "DELETE FROM industry_performance WHERE industry IN ('I1', 'I2', 'I3')", 0, RUN_PARTIAL,
	  "industry rows 17 < 90 %% of 20 of run %d" },
	{ &job_industry_windows, "industry_window_rows", INDUSTRIES,
	  "DELETE FROM industry_performance WHERE industry IN ('I1', 'I2', 'I3')", 0, RUN_PARTIAL,
	  "industry window rows 17 < 90 %% of 20 of run %d" },
	{ &job_fmp_bulk, "stocks_without_snapshot", SNAPSHOTS,
	  "INSERT INTO fintra_universe (ticker, sector, instrument_type, is_active) VALUES ('U1', "
	  "'X', 'EQUITY', true), ('U2', 'X', 'EQUITY', true), ('U3', ' ', 'EQUITY', true)",
	  0, RUN_PARTIAL, "stocks without snapshot 9.1 % > 5.0 % (run %d had 0.0 %)" },
	{ &job_fmp_bulk, "snapshots_tickers", SNAPSHOTS,
	  "DELETE FROM fintra_snapshots WHERE ticker < 'T11'; DELETE FROM fintra_universe", 0,
	  RUN_PARTIAL, "snapshots tickers 18 < 95 %% of 20 of run %d" },
	{ &job_fmp_bulk, "snapshots_stored", SNAPSHOTS, SNAPSHOT_LOST },
	{ &job_bulk_update, "snapshots_stored", SNAPSHOTS, SNAPSHOT_LOST },
	{ &job_fmp_bulk, "snapshots_without_fgos", SNAPSHOTS,
	  "UPDATE fintra_snapshots SET fgos_score = NULL WHERE ticker < 'T12'", 0, RUN_PARTIAL,
	  "snapshots without fgos 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_compute_ranks, "ranks_stored", RANKS,
	  "UPDATE fintra_snapshots SET sector_rank = nullif(sector_rank - 1, 0), "
	  "sector_rank_total = 19",
	  20, RUN_FAILURE, "ranks stored 19 < 20 reported" },
	{ &job_compute_ranks, "ranks_with_gaps", RANKS,
	  "UPDATE fintra_snapshots SET sector_rank = 21 WHERE sector_rank = 7", 0, RUN_FAILURE,
	  "ranks with gaps 1 > 0 (run %d had 0)" },
	{ &job_market_state, "market_state_newest", STATES,
	  "UPDATE fintra_market_state SET last_price_date = '2026-01-30'", 0, RUN_PARTIAL,
	  "market state newest 2026-01-30 < 2026-02-02 (run %d had 2026-02-02)" },
	{ &job_market_state, "market_state_rows", STATES,
	  "DELETE FROM fintra_market_state WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "market state rows 18 < 95 %% of 20 of run %d" },
	{ &job_market_state, "market_state_stored", STATES,
	  "DELETE FROM fintra_market_state WHERE ticker = 'T1'", 20, RUN_FAILURE,
	  "market state stored 19 < 20 reported" },
	{ &job_market_state, "market_state_without_price", STATES,
	  "UPDATE fintra_market_state SET price = NULL WHERE ticker IN ('T1', 'T2', 'T3')", 0,
	  RUN_PARTIAL, "market state without price 15.0 % > 10 points above 0.0 % of run %d" },
	{ &job_market_state, "market_state_inactive", STATES,
	  "INSERT INTO fintra_market_state (ticker, price) VALUES ('GONE', 5)", 0, RUN_FAILURE,
	  "market state inactive 1 > 0 (run %d had 0)" },
	{ &job_performance_windows, "windows_tickers", WINDOWS,
	  "DELETE FROM performance_windows WHERE ticker IN ('T1', 'T2')", 0, RUN_PARTIAL,
	  "windows tickers 18 < 95 %% of 20 of run %d" },
	{ &job_sector_benchmarks, "sector_benchmarks_rows", USUAL,
	  "DELETE FROM sector_benchmarks WHERE metric IN ('m1', 'm2', 'm3')", 0, RUN_PARTIAL,
	  "sector benchmarks rows 17 < 90 %% of 20 of run %d" },
	{ &job_sector_benchmarks, "sector_benchmarks_stored", USUAL,
	  "DELETE FROM sector_benchmarks WHERE metric = 'm1'", 20, RUN_FAILURE,
	  "sector benchmarks stored 19 < 20 reported" },
	{ &job_sector_benchmarks, "sector_stats_rows", USUAL,
	  "DELETE FROM sector_stats WHERE metric IN ('m1', 'm2', 'm3')", 0, RUN_PARTIAL,
	  "sector stats rows 17 < 90 %% of 20 of run %d" },
	{ &job_sector_benchmarks, "sector_stats_stored", USUAL,
	  "DELETE FROM sector_stats WHERE metric = 'm1'", 20, RUN_FAILURE,
	  "sector stats stored 19 < 20 reported" },
	{ &job_industry_benchmarks, "industry_benchmarks_rows", COMPARED,
	  "DELETE FROM industry_benchmarks WHERE industry IN ('I1', 'I2', 'I3')", 0, RUN_PARTIAL,
	  "industry benchmarks rows 17 < 90 %% of 20 of run %d" },
	{ &job_industry_benchmarks, "industry_benchmarks_stored", COMPARED,
	  "DELETE FROM industry_benchmarks WHERE industry = 'I1'", 20, RUN_FAILURE,
	  "industry benchmarks stored 19 < 20 reported" },
	{ &job_industry_benchmarks, "industry_alpha_rows", COMPARED,
	  "DELETE FROM industry_alpha WHERE industry IN ('I1', 'I2', 'I3')", 0, RUN_PARTIAL,
	  "industry alpha rows 17 < 90 %% of 20 of run %d" },
	{ &job_industry_benchmarks, "industry_alpha_stored", COMPARED,
	  "DELETE FROM industry_alpha WHERE industry = 'I1'", 20, RUN_FAILURE,
	  "industry alpha stored 19 < 20 reported" },
	{ &job_sector_pe, "sector_pe_rows", RATIOS,
	  "DELETE FROM sector_pe WHERE sector IN ('S1', 'S2', 'S3')", 0, RUN_PARTIAL,
	  "sector pe rows 17 < 90 %% of 20 of run %d" },
	{ &job_sector_pe, "sector_pe_stored", RATIOS, "DELETE FROM sector_pe WHERE sector = 'S1'",
	  20, RUN_FAILURE, "sector pe stored 19 < 20 reported" },
	{ &job_industry_pe, "industry_pe_rows", RATIOS,
	  "DELETE FROM industry_pe WHERE industry IN ('I1', 'I2', 'I3')", 0, RUN_PARTIAL,
	  "industry pe rows 17 < 90 %% of 20 of run %d" },
	{ &job_industry_pe, "industry_pe_stored", RATIOS,
	  "DELETE FROM industry_pe WHERE industry = 'I1'", 20, RUN_FAILURE,
	  "industry pe stored 19 < 20 reported" },
};

/* Empty tables, and no run that had measured anything. */
static void
clean(void)
{
	ground_sql(&ground,
		   "TRUNCATE fintra_universe, asset_industry_map, prices_daily, "
		   "datos_performance, sector_performance, industry_performance, "
		   "performance_windows, datos_financieros, company_profiles, "
		   "datos_dividendos, datos_valuacion, fmp_peers, sec_filings, "
		   "fintra_sec_structural_signals, fintra_sec_event_signals, sector_benchmarks, "
		   "sector_stats, sector_pe, industry_pe, industry_benchmarks, industry_alpha, "
		   "fintra_snapshots, fintra_market_state; UPDATE "
		   "fintra_ops.run SET result = NULL");
}

static struct outcome
run(const struct job *row, const char *param)
{
	struct job job = *row;

	job.run = work;
	job.reads = job.after = NULL;
	job.flags &= ~(unsigned)JOB_USES_API;
	return GROUND_RUN(&ground, &job, AS_OF, param, NULL);
}

/* Field of a postcondition in the ledger, "" when it is not there. */
static void
field(int64_t run_id, const char *post, const char *name, char out[300])
{
	char sql[300];

	fmt_buf(sql, sizeof(sql),
		"SELECT result #>> ARRAY['posts', '%s', '%s'] FROM fintra_ops.run WHERE id = "
		"%" PRId64,
		post, name, run_id);
	ground_text(&ground, sql, out, 300);
}

static void
expect_field(int64_t run_id, const char *post, const char *name, const char *want)
{
	char got[300];

	field(run_id, post, name, got);
	if (strcmp(got, want) != 0)
		fail_msg("%s.%s of run %" PRId64 ": \"%s\", wanted \"%s\"", post, name, run_id, got,
			 want);
}

static void
wanted(const struct breach *b, int64_t good, char out[300])
{
	const char *at = strstr(b->says, "%d");
	struct str s;

	str_init(&s, 299);
	str_put(&s, b->says, at ? (size_t)(at - b->says) : strlen(b->says));
	if (at)
		str_fmt(&s, "%" PRId64 "%s", good, at + 2);
	str_copy(out, 300, str_c(&s));
	str_done(&s);
	for (char *p; (p = strstr(out, "%%"));) /* as printed */
		memmove(p, p + 1, strlen(p));
}

static struct outcome
break_it(const struct breach *b, const char *param, int64_t *good)
{
	struct outcome o;

	clean();
	ground_sql(&ground, b->good);
	told = b->told;
	o = run(b->job, NULL);
	if (o.state != RUN_SUCCESS)
		fail_msg("%s before %s: %s", b->job->name, b->post, o.why);
	*good = o.run;
	ground_sql(&ground, b->broken);
	return run(b->job, param);
}

static void
each_broken_alone(void **state)
{
	char says[300], error[ERR_TEXT_MAX];
	int64_t good;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(breaches); i++) {
		const struct breach *b = &breaches[i];
		struct outcome o = break_it(b, NULL, &good);

		wanted(b, good, says);
		if (o.state != b->state || o.exit_code != (b->state == RUN_FAILURE ? 65 : 4) ||
		    !strstr(o.why, says))
			fail_msg("%s %s: state %s, exit %d, \"%s\", wanted \"%s\"", b->job->name,
				 b->post, run_state_name(o.state), o.exit_code, o.why, says);
		expect_field(o.run, b->post, "verdict", "broken");
		expect_field(o.run, b->post, "says", says);
		for (const struct post *p = b->job->posts; p->name; p++)
			if (!str_same(p->name, b->post)) {
				field(o.run, p->name, "verdict", error);
				if (!str_same(error, "ok"))
					fail_msg("%s breaks %s too: %s", b->post, p->name, error);
			}
	}
}

/* A row of the table without a breach here would be a rule that nobody has seen at work. */
static void
each_has_a_breach(void **state)
{
	(void)state;
	for (size_t j = 0; fintra_catalogue.jobs[j]; j++)
		for (const struct post *p = fintra_catalogue.jobs[j]->posts; p && p->name; p++) {
			bool seen = false;

			for (size_t i = 0; i < ARRAY_LEN(breaches); i++)
				seen |= str_same(breaches[i].post, p->name) &&
					breaches[i].job == fintra_catalogue.jobs[j];
			if (!seen)
				fail_msg("%s: nothing breaks %s", fintra_catalogue.jobs[j]->name,
					 p->name);
		}
}

static const struct breach *
breach_of(const char *post)
{
	for (size_t i = 0; i < ARRAY_LEN(breaches); i++)
		if (str_same(breaches[i].post, post))
			return &breaches[i];
	fail_msg("no breach of %s", post);
	return NULL;
}

/* Compared with the last good run, not with the last one: a broken value never becomes the measure,
 * unless somebody says so. */
static void
force_accepts_a_value(void **state)
{
	const struct breach *b = breach_of("prices_rows");
	struct outcome o;
	int64_t good;

	(void)state;
	o = break_it(b, NULL, &good);
	assert_int_equal(o.state, RUN_PARTIAL);
	o = run(b->job, NULL);
	assert_int_equal(o.state, RUN_PARTIAL); /* still against the good one */
	o = run(b->job, "force=1");
	assert_int_equal(o.state, RUN_PARTIAL);
	expect_field(o.run, "prices_rows", "verdict", "accepted");
	good = o.run;
	o = run(b->job, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	expect_field(o.run, "prices_rows", "last", "17");
	assert_true(good > 0);
	/* What would fail the run is PARTIAL under force, too. */
	o = break_it(breach_of("prices_newest"), "force=1", &good);
	assert_int_equal(o.state, RUN_PARTIAL);
	expect_field(o.run, "prices_newest", "verdict", "accepted");
}

static void
a_part_is_not_measured(void **state)
{
	static const char *const parts[] = { "limit=5", "ticker=T4", "dry_run=1",
					     "start=2026-02-02", "end=2026-02-02" };
	const struct breach *b = breach_of("prices_rows");
	int64_t good;
	char text[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct outcome o = break_it(b, parts[i], &good);

		assert_int_equal(o.state, RUN_SUCCESS);
		field(o.run, "prices_rows", "verdict", text);
		assert_string_equal(text, "");
	}
}

static void
a_list_of_tickers_is_not_measured(void **state)
{
	char text[300];

	(void)state;
	clean();
	ground_sql(&ground, PEERS);
	told = 0;
	struct outcome o = run(&job_backfill_peers, "tickers=T1,T2");

	assert_int_equal(o.state, RUN_SUCCESS);
	field(o.run, "peers_rows", "verdict", text);
	assert_string_equal(text, "");
}

static void
what_cannot_be_measured_is_said(void **state)
{
	struct outcome o;

	(void)state;
	clean();
	told = 0;
	o = run(&job_prices_daily, NULL); /* no row: max() is NULL, and 0 rows are too few */
	assert_int_equal(o.state, RUN_PARTIAL);
	expect_field(o.run, "prices_newest", "verdict", "unmeasured");
	assert_non_null(strstr(o.why, "prices newest could not be measured: there is no value"));
	expect_field(o.run, "prices_rows", "says", "prices rows 0 < 1, the least for a first run");
	ground_sql(&ground, PRICES);
	told = -1; /* the job forgets to report */
	o = run(&job_prices_daily, NULL);
	assert_int_equal(o.state, RUN_PARTIAL);
	expect_field(o.run, "prices_stored", "says",
		     "prices stored could not be measured: the run did not report its rows");
	/* The table is not there: the query's own error, and still PARTIAL. */
	told = 20;
	ground_sql(&ground, "ALTER TABLE prices_daily RENAME COLUMN adj_close TO adj");
	o = run(&job_prices_daily, NULL);
	ground_sql(&ground, "ALTER TABLE prices_daily RENAME COLUMN adj TO adj_close");
	assert_int_equal(o.state, RUN_PARTIAL);
	expect_field(o.run, "prices_without_adj_close", "verdict", "unmeasured");
}

/* Later days must not be the measure of an earlier one that is filled in afterwards. */
static void
only_earlier_days_count(void **state)
{
	struct outcome o;

	(void)state;
	clean();
	ground_sql(&ground, PRICES);
	told = 20;
	o = run(&job_prices_daily, NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	ground_sql(&ground, "INSERT INTO prices_daily (ticker, price_date, close, adj_close) "
			    "VALUES ('T1', '2026-01-30', 5, 5)");
	struct job job = job_prices_daily;

	told = 1;
	job.run = work;
	job.reads = job.after = NULL;
	job.flags &= ~(unsigned)JOB_USES_API;
	o = GROUND_RUN(&ground, &job, "2026-01-30", NULL);
	assert_int_equal(o.state, RUN_SUCCESS);
	expect_field(o.run, "prices_rows", "verdict", "first");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_a_breach),
		cmocka_unit_test(each_broken_alone),
		cmocka_unit_test(force_accepts_a_value),
		cmocka_unit_test(a_part_is_not_measured),
		cmocka_unit_test(a_list_of_tickers_is_not_measured),
		cmocka_unit_test(what_cannot_be_measured_is_said),
		cmocka_unit_test(only_earlier_days_count),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
