/* Profiles and peers of 189 companies: rows and three values that were read in each file by hand;
 * whole tables against psql's own reading of them.  The vendor's first rows: test_samples.c. */
#include "jobs/jobs.h"
#include "tests/support_layer2.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct recorded {
	const char *file, *request;
	const struct job *job;
	const char *param;
	int read, inserted;
	struct {
		const char *sql, *want;
	} cell[3];
} recorded[] = {
	{ .file = "fmp-shape/profile-bulk_part0.csv",
	  .request = "/stable/profile-bulk?part=0",
	  .job = &job_company_profile,
	  .param = "mode=bulk",
	  .read = 189,
	  .inserted = 189,
	  .cell = { { "SELECT company_name || '|' || description FROM company_profiles WHERE "
		      "ticker = 'KO'",
		      "Coca-Cola Company (The)|Atlanta, Georgia" },
		    { "SELECT sector || '|' || industry || '|' || country FROM company_profiles "
		      "WHERE ticker = 'AAPL'",
		      "Technology|Technology Hardware, Storage & Peripherals|US" },
		    { "SELECT num_nulls(website, ceo, employees) FROM company_profiles WHERE "
		      "ticker = 'A'",
		      "3" } } },
	{ .file = "fmp-shape/peers-bulk.csv",
	  .request = "/stable/peers-bulk",
	  .job = &job_peers_bulk,
	  .read = 157,
	  .inserted = 934,
	  .cell = { { "SELECT string_agg(peer_ticker, ' ' ORDER BY peer_ticker) FROM fmp_peers "
		      "WHERE ticker = 'AEE'",
		      "CMS CNP D ED NEE NI PNW SRE" },
		    { "SELECT string_agg(peer_ticker, ' ' ORDER BY peer_ticker) FROM fmp_peers "
		      "WHERE ticker IN ('AAPL', 'VZ')",
		      "HPE T" },
		    { "SELECT result->>'tickers_missing' FROM fintra_ops.run", "32" } } },
};

/* psql reads the profile file itself, into a table that only this suite knows. */
#define RAW                                                                                       \
	"DROP TABLE IF EXISTS raw_profile; CREATE TABLE raw_profile (symbol text, price text, "   \
	"cap "                                                                                    \
	"text, beta text, div text, range text, change text, pct text, volume text, avg text, "   \
	"name text, currency text, cik text, isin text, cusip text, full_name text, exchange "    \
	"text, industry text, website text, description text, ceo text, sector text, country "    \
	"text, employees text, phone text, address text, city text, state text, zip text, image " \
	"text, ipo text, dflt text, etf text, active text, adr text, fund text);\n"

/* The symbols of the profile file become active stocks. */
static void
make_stocks(void)
{
	char script[4096];

	(void)fmt_buf(script, sizeof(script),
		      RAW "\\copy raw_profile FROM '%s' CSV HEADER\n"
			  "INSERT INTO fintra_universe (ticker, name, instrument_type, is_active) "
			  "SELECT symbol, 'x', 'EQUITY', true FROM raw_profile;",
		      support_real("fmp-shape/profile-bulk_part0.csv"));
	free(ground_psql(&ground, script));
}

static void
test_each_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recorded); i++) {
		const struct recorded *r = &recorded[i];

		ground_reset(&ground, "companies_real");
		if (!ground_real_body(&ground, r->request, 200, r->file))
			skip();
		make_stocks();
		struct outcome o = GROUND_RUN(&ground, r->job, AS_OF, r->param, NULL);

		if (o.exit_code != 0 || o.counts.read != r->read ||
		    o.counts.inserted != r->inserted || o.counts.skipped + o.counts.rejected != 0)
			fail_msg("%s: exit %d, read %lld, inserted %lld: %s", r->file, o.exit_code,
				 (long long)o.counts.read, (long long)o.counts.inserted,
				 o.err.text);
		for (size_t k = 0; k < ARRAY_LEN(r->cell); k++)
			expect(r->cell[k].sql, r->cell[k].want);
	}
}

static void
expect_join(const char *what, const char *sql, const char *want)
{
	char got[80];

	ground_text(&ground, sql, got, sizeof(got));
	print_message("INFO: %s: %s (compared, differing)\n", what, got);
	assert_string_equal(got, want);
}

static const char join_profiles[] =
	"SELECT count(*) || ' ' || count(*) FILTER (WHERE ROW(w.*) IS DISTINCT FROM ROW(g.*)) FROM "
	"(SELECT symbol, name, description, sector, industry, country, website, ceo, "
	"replace(employees, ',', '')::int FROM raw_profile) w (t, a, b, c, d, e, f, g, h) FULL "
	"JOIN "
	"(SELECT ticker, company_name, description, sector, industry, country, website, ceo, "
	"employees FROM company_profiles) g (t, a, b, c, d, e, f, g, h) ON w.t = g.t";

static const char join_peers[] =
	"SELECT count(*) || ' ' || count(*) FILTER (WHERE w.t IS NULL OR g.ticker IS NULL) FROM "
	"(SELECT DISTINCT symbol, btrim(p) FROM raw_peers, unnest(string_to_array(peers, ',')) p "
	"WHERE btrim(p) <> symbol AND btrim(p) IN (SELECT symbol FROM raw_profile)) w (t, p) FULL "
	"JOIN (SELECT * FROM fmp_peers WHERE ticker <> 'AAPL' OR source = 'fmp_peers_bulk') g ON "
	"w.t = g.ticker AND w.p = g.peer_ticker";

static void
use_vendor(const char *url)
{
	struct err e = ERR_INIT;

	if (conf_set(&ground.conf, "fmp", "base_url", url, &e) < 0)
		fail_msg("%s", e.text);
}

static void
no_changes(const struct outcome *o, int64_t read)
{
	if (o->state != RUN_SUCCESS)
		fail_msg("%s", o->err.text);
	assert_int_equal(o->counts.read, read);
	assert_int_equal(o->counts.inserted + o->counts.updated, 0);
}

/* Both ways of asking, against the stand-in that replays the recorded files: one table, equal to
 * what psql reads in them. */
static void
test_whole_tables(void **state)
{
	char script[800];
	struct outcome o;

	(void)state;
	if (!support_real("fmp-shape"))
		skip();
	ground_reset(&ground, "companies_whole");
	make_stocks();
	(void)fmt_buf(script, sizeof(script),
		      "CREATE TABLE raw_peers (symbol text, peers text);\n\\copy raw_peers FROM "
		      "'%s' CSV HEADER",
		      support_real("fmp-shape/peers-bulk.csv"));
	free(ground_psql(&ground, script));
	use_vendor(support_fake((const char *const[]){ "--replay", support_real("."), NULL }));
	o = GROUND_RUN(&ground, &job_company_profile, AS_OF, "mode=api", NULL);
	assert_int_equal(o.counts.inserted, 189);
	expect_join("profiles one by one", join_profiles, "189 0");
	o = GROUND_RUN(&ground, &job_company_profile, AS_OF, "mode=bulk", "force=1", NULL);
	no_changes(&o, 189);
	expect_join("profiles in bulk", join_profiles, "189 0");
	o = GROUND_RUN(&ground, &job_peers_bulk, AS_OF, NULL);
	assert_int_equal(o.counts.inserted, 934);
	expect_join("peers in bulk", join_peers, "934 0");
	o = GROUND_RUN(&ground, &job_peers_bulk, AS_OF, "force=1", NULL);
	no_changes(&o, 157);
	/* AAPL's own recording names five others, none of them ours: its relation to HPE goes. */
	o = GROUND_RUN(&ground, &job_backfill_peers, AS_OF, "all=1", NULL);
	assert_int_equal(o.counts.updated, 933);
	assert_int_equal(o.counts.inserted, 0);
	ground_sql(&ground, "DELETE FROM raw_peers WHERE symbol = 'AAPL'");
	expect_join("peers one by one, without AAPL", join_peers, "933 0");
	o = GROUND_RUN(&ground, &job_backfill_peers, AS_OF, "all=1", "force=1", NULL);
	no_changes(&o, 933 + 5);
}

static int
open_ground(void **state)
{
	(void)state;
	ground_open(&ground, "companies_real");
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_file),
		cmocka_unit_test(test_whole_tables),
	};

	return cmocka_run_group_tests_name("companies_real", tests, open_ground, close_ground);
}
