/* Profiles and peers as the vendor recorded them: for each file the verdict, the rows and three
 * values that were read in the file by hand; whole tables against psql's own reading of it. */
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
	const char *param, *stocks; /* made active, "" = the symbols of the profile file */
	int code, read, inserted, skipped, rejected;
	struct {
		const char *sql, *want;
	} cell[3];
} recorded[] = {
	{ .file = "fmp/bulk/profile-bulk_part0.head.csv",
	  .request = "/stable/profile-bulk?part=0",
	  .job = &job_company_profile,
	  .param = "mode=bulk",
	  .stocks = "PRDO,MRV.TO",
	  .read = 2,
	  .inserted = 2,
	  .cell = { { "SELECT length(description) || right(description, 11) FROM company_profiles "
		      "WHERE ticker = 'PRDO'",
		      "1235, Illinois." },
		    { "SELECT company_name || ' ' || website FROM company_profiles WHERE ticker = "
		      "'MRV.TO'",
		      "Marvell Technology, Inc. http://www.marvell.com" },
		    { "SELECT string_agg(ceo || ' ' || employees, ', ' ORDER BY ticker) FROM "
		      "company_profiles",
		      "Matthew J. Murphy 7480, Todd S. Nelson 6000" } } },
	{ .file = "fmp-shape/profile-bulk_part0.csv",
	  .request = "/stable/profile-bulk?part=0",
	  .job = &job_company_profile,
	  .param = "mode=bulk",
	  .stocks = "",
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
	{ .file = "fmp/bulk/peers-bulk.head.csv",
	  .request = "/stable/peers-bulk",
	  .job = &job_peers_bulk,
	  .stocks = "000001.SZ,009730.KQ,600000.SS,3698.HK",
	  .read = 3,
	  .inserted = 2,
	  .skipped = 1, /* 0126Z0.KS is none of them */
	  .cell = { { "SELECT string_agg(peer_ticker, ' ' ORDER BY peer_ticker) FROM fmp_peers "
		      "WHERE ticker = '000001.SZ'",
		      "3698.HK 600000.SS" },
		    { "SELECT result->>'peers_sent' FROM fintra_ops.run", "7" },
		    { "SELECT result->>'peers_outside' FROM fintra_ops.run", "5" } } },
	{ .file = "fmp-shape/peers-bulk.csv",
	  .request = "/stable/peers-bulk",
	  .job = &job_peers_bulk,
	  .stocks = "",
	  .read = 157,
	  .inserted = 934,
	  .cell = { { "SELECT string_agg(peer_ticker, ' ' ORDER BY peer_ticker) FROM fmp_peers "
		      "WHERE ticker = 'AEE'",
		      "CMS CNP D ED NEE NI PNW SRE" },
		    { "SELECT string_agg(peer_ticker, ' ' ORDER BY peer_ticker) FROM fmp_peers "
		      "WHERE ticker IN ('AAPL', 'VZ')",
		      "HPE T" },
		    { "SELECT result->>'tickers_missing' FROM fintra_ops.run", "32" } } },
	{ .file = "fmp/json/stock-peers_AAPL.json",
	  .request = "/stable/stock-peers?symbol=AAPL",
	  .job = &job_backfill_peers,
	  .param = "ticker=AAPL",
	  .stocks = "AAPL,GPRO,SONO,SONY,VUZI",
	  .read = 5,
	  .inserted = 4,
	  .skipped = 1, /* WLDS is no stock of ours */
	  .cell = { { "SELECT string_agg(peer_ticker, ' ' ORDER BY peer_ticker) FROM fmp_peers",
		      "GPRO SONO SONY VUZI" },
		    { "SELECT min(confidence) FROM fmp_peers", "high" },
		    { "SELECT string_agg(DISTINCT ticker, ' ') FROM fmp_peers", "AAPL" } } },
	{ .file = "fmp/errors/200_limit_reach_on_bulk.json",
	  .request = "/stable/peers-bulk",
	  .job = &job_peers_bulk,
	  .stocks = "AAPL",
	  .code = 69 },
	{ .file = "fmp/errors/200_empty_list.json",
	  .request = "/stable/profile-bulk?part=0",
	  .job = &job_company_profile,
	  .param = "mode=bulk",
	  .stocks = "AAPL",
	  .code = 6 },
	{ .file = "fmp/errors/401_invalid_key.json",
	  .request = "/stable/profile?symbol=AAPL",
	  .job = &job_company_profile,
	  .stocks = "AAPL",
	  .code = 78 },
	{ .file = "fmp/errors/402_premium_symbol.txt",
	  .request = "/stable/stock-peers?symbol=AAPL",
	  .job = &job_backfill_peers,
	  .param = "ticker=AAPL",
	  .stocks = "AAPL",
	  .code = 77 },
	{ .file = "fmp/errors/403_exclusive_endpoint.json",
	  .request = "/stable/profile-bulk?part=0",
	  .job = &job_company_profile,
	  .param = "mode=bulk",
	  .stocks = "AAPL",
	  .code = 77 },
	{ .file = "fmp/errors/403_legacy_endpoint.json",
	  .request = "/stable/stock-peers?symbol=AAPL",
	  .job = &job_backfill_peers,
	  .param = "ticker=AAPL",
	  .stocks = "AAPL",
	  .code = 77 },
	{ .file = "fmp/errors/404_unknown_path.json",
	  .request = "/stable/peers-bulk",
	  .job = &job_peers_bulk,
	  .stocks = "AAPL",
	  .code = 65 },
	{ .file = "fmp/errors/429_limit_reach.json",
	  .request = "/stable/profile?symbol=AAPL",
	  .job = &job_company_profile,
	  .stocks = "AAPL",
	  .code = 69 },
	{ .file = "fmp/errors/400_missing_parameter.txt",
	  .request = "/stable/stock-peers?symbol=AAPL",
	  .job = &job_backfill_peers,
	  .param = "ticker=AAPL",
	  .stocks = "AAPL",
	  .code = 65 },
};

static char *
text_of(const char *path)
{
	struct str s;
	FILE *f = fopen(path, "re");

	if (!f)
		return NULL;
	str_init(&s, 1 << 24);
	for (int ch; (ch = getc(f)) != EOF;)
		str_putc(&s, (char)ch);
	fclose(f);
	str_c(&s);
	return str_take(&s);
}

/* psql reads the profile file itself, into a table that only this suite knows. */
#define RAW                                                                                       \
	"DROP TABLE IF EXISTS raw_profile; CREATE TABLE raw_profile (symbol text, price text, "   \
	"cap "                                                                                    \
	"text, beta text, div text, range text, change text, pct text, volume text, avg text, "   \
	"name text, currency text, cik text, isin text, cusip text, full_name text, exchange "    \
	"text, industry text, website text, description text, ceo text, sector text, country "    \
	"text, employees text, phone text, address text, city text, state text, zip text, image " \
	"text, ipo text, dflt text, etf text, active text, adr text, fund text);\n"

static void
make_stocks(const char *list, const char *profiles)
{
	char script[4096];

	(void)fmt_buf(script, sizeof(script),
		      RAW
		      "\\copy raw_profile FROM '%s' CSV HEADER\n"
		      "INSERT INTO fintra_universe (ticker, name, instrument_type, is_active) "
		      "SELECT t, 'x', 'EQUITY', true FROM (SELECT symbol FROM raw_profile WHERE "
		      "'%s' = '' UNION SELECT unnest(string_to_array('%s', ','))) u (t);",
		      profiles, list, list);
	free(ground_psql(&ground, script));
}

static void
expect_rows(const struct recorded *r, const struct outcome *o)
{
	if (o->exit_code != r->code || o->counts.read != r->read ||
	    o->counts.inserted != r->inserted || o->counts.skipped != r->skipped ||
	    o->counts.rejected != r->rejected)
		fail_msg("%s: exit %d, read %lld, inserted %lld, skipped %lld, rejected %lld: %s",
			 r->file, o->exit_code, (long long)o->counts.read,
			 (long long)o->counts.inserted, (long long)o->counts.skipped,
			 (long long)o->counts.rejected, o->err.text);
	for (size_t i = 0; r->code == 0 && i < ARRAY_LEN(r->cell); i++)
		expect(r->cell[i].sql, r->cell[i].want);
}

static void
test_every_recorded_file(void **state)
{
	char profiles[512];
	int files = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recorded); i++) {
		const struct recorded *r = &recorded[i];
		const char *path = ground_real("fmp-shape/profile-bulk_part0.csv");

		if (!path)
			skip();
		str_copy(profiles, sizeof(profiles), path);
		char *body = text_of(ground_real(r->file));

		assert_non_null(body);
		ground_reset(&ground, "companies_real");
		make_stocks(r->stocks, profiles);
		/* The name of an error file begins with its status. */
		const char *error = strstr(r->file, "errors/");

		ground_body(&ground, r->request, error ? (int)strtol(error + 7, NULL, 10) : 200,
			    body);
		free(body);
		struct outcome o = GROUND_RUN(&ground, r->job, AS_OF, r->param, NULL);

		expect_rows(r, &o);
		if (r->code != 0) {
			expect("SELECT (SELECT count(*) FROM fmp_peers) + (SELECT count(*) FROM "
			       "company_profiles)",
			       "0");
			char *cache = ground_cache(&ground);

			assert_string_equal(cache, "cache:");
			free(cache);
		}
		files++;
	}
	print_message("INFO: %d recorded files of profiles, peers and errors: verdict, rows and "
		      "three values each\n",
		      files);
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
	const char *path = ground_real("fmp-shape/profile-bulk_part0.csv");
	const char *dir = str_or(getenv("FINTRA_REAL_DATA"), "../shared/data/real");
	char profiles[512], script[800];
	struct outcome o;

	(void)state;
	if (!path)
		skip();
	str_copy(profiles, sizeof(profiles), path);
	ground_reset(&ground, "companies_whole");
	make_stocks("", profiles);
	(void)fmt_buf(script, sizeof(script),
		      "CREATE TABLE raw_peers (symbol text, peers text);\n\\copy raw_peers FROM "
		      "'%s' CSV HEADER",
		      ground_real("fmp-shape/peers-bulk.csv"));
	free(ground_psql(&ground, script));
	use_vendor(support_fake((const char *const[]){ "--replay", dir, NULL }));
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
		cmocka_unit_test(test_every_recorded_file),
		cmocka_unit_test(test_whole_tables),
	};

	return cmocka_run_group_tests_name("companies_real", tests, open_ground, close_ground);
}
