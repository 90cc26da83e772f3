/* Every recorded answer of the vendor in tests/data/samples.tsv through the job that reads it:
 * verdict, rows and cells.  The cells were taken from the files by hand.  Files that no job of
 * this build reads are counted and looked at all the same, and named as such.  Whole statement
 * files have a table of their own (tests/data/statement_files.tsv), refusals a suite of their own
 * (test_refusals.c). */
#include "core/clock.h"
#include "core/csv.h"
#include "core/json.h"
#include "jobs/jobs.h"
#include "tests/support_layer2.h"
#include "tests/support_samples.h"
#include "tests/support_sec.h"
#include "tests/support_valuation.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CELLS = 3, NAME_BUF = 300, FOLDERS = 3 };

static struct sample samples[SAMPLES_MAX];
static size_t sample_count;
static int unread; /* files without a reader */

/* --- how each is read --- */

struct scene {
	const char *name, *request;
	const struct job *job;
	const char *as_of, *params[4], *stocks;
	void (*before)(void); /* what else must be there */
	int64_t read, stored; /* of what else is there */
};

#define HISTORY "/stable/historical-price-eod/"

/* The vendor adjusts nothing here: the close is the adjusted close. */
static void
without_adjustment(void)
{
	ground_body(&ground, HISTORY "dividend-adjusted", 200, "[]");
}

/* AAPL's close of the eve, stored as it was before the dividend, and restated since. */
static void
a_dividend_passes(void)
{
	ground_body(&ground, "/stable/eod-bulk?datatype=csv&date=2025-08-08", 200,
		    "symbol,date,open,low,high,close,adjClose,volume\n"
		    "AAPL,2025-08-08,220,219,231,229.35,229.09,1000\n");
	ground_body(&ground, "/stable/eod-bulk?datatype=csv&date=2025-08-11", 200,
		    "symbol,date,open,low,high,close,adjClose,volume\n"
		    "AAPL,2025-08-11,228,227,230,227.18,227.18,1000\n");
	ground_body(&ground, "/stable/splits", 200, "[]");
	ground_body(&ground, HISTORY "full", 200,
		    "[{\"symbol\":\"AAPL\",\"date\":\"2025-08-11\",\"open\":228,\"high\":230,"
		    "\"low\":227,\"close\":227.18,\"volume\":1000},{\"symbol\":\"AAPL\",\"date\":"
		    "\"2025-08-08\",\"open\":220,\"high\":231,\"low\":219,\"close\":229.35,"
		    "\"volume\":1000}]");
	ground_body(&ground, HISTORY "dividend-adjusted", 200,
		    "[{\"symbol\":\"AAPL\",\"date\":\"2025-08-11\",\"adjClose\":227.18},"
		    "{\"symbol\":\"AAPL\",\"date\":\"2025-08-08\",\"adjClose\":229.09}]");
	ground_sql(&ground, "INSERT INTO prices_daily (ticker, price_date, open, high, low, close, "
			    "adj_close, volume, source) VALUES ('AAPL', '2025-08-08', 220, 231, "
			    "219, 229.35, 229.35, 1000, 'test')");
}

/* The two other files of valuation-bulk, one row each. */
static void
valuation_beside(void)
{
	valuation_bodies(RATIO_HEADER "AAPL,1,1,1,1,1,1,1\n", METRIC_HEADER "AAPL,1,1,1,1\n",
			 PROFILE_HEADER "AAPL,310.79,4589211255760" PROFILE_TAIL("Technology"));
}

static void
metrics_of_one(void)
{
	ground_body(&ground, "/stable/ratios-ttm?symbol=MSFT", 200,
		    "[{\"symbol\":\"MSFT\",\"priceToEarningsRatioTTM\":23.723,"
		    "\"priceToFreeCashFlowRatioTTM\":40,\"priceToBookRatioTTM\":null,"
		    "\"dividendYieldTTM\":0.01}]");
	ground_body(&ground, "/stable/profile?symbol=MSFT", 200,
		    "[{\"symbol\":\"MSFT\",\"price\":399.95,\"marketCap\":2971483426450,"
		    "\"sector\":\"Technology\"}]");
}

static void
event_documents(void)
{
	sec_page("22701/000089710124000091/pegy240248_8k.htm", "<html>x</html>\n");
	sec_page("1544206/000154420624000016/csl-20240301.htm", "<html>x</html>\n");
	sec_page("1621672/000143774924006324/slgg20240301_8k.htm", "<html>x</html>\n");
	sec_page("1930313/000149315224008595/form8-k.htm", "<html>Item 5.02</html>\n");
}

/* Apple's year ended on 27 September 2025, which only the report says. */
static void
annual_filing(void)
{
	static const struct sec_row row = { "AAPL", "2025-10-31 06:01:26", "320193/n/aapl.htm" };

	sec_put_list(LIST_10K, "10-K", &row, 1);
	sec_page(row.file, "<html><p>Item 1A. Risk Factors</p><p>" LONG_PART "</p></html>\n");
}

static const struct scene scenes[] = {
	{ "eod", "/stable/eod-bulk?datatype=csv&date=2026-08-25", &job_prices_daily, "2026-08-25",
	  .params = { "start=2026-08-25" }, .stocks = "AAPL,CORGIBUSD,DINUUSD" },
	{ "history of 2020", HISTORY "full?from=2020-08-27&symbol=AAPL&to=2020-09-02",
	  &job_backfill_ticker_full, "2026-02-02",
	  .params = { "ticker=AAPL", "start=2020-08-27", "end=2020-09-02" }, .stocks = "AAPL",
	  .before = without_adjustment },
	{ "history of 2023", HISTORY "full?from=2023-01-01&symbol=AAPL&to=2023-01-10",
	  &job_backfill_ticker_full, "2026-02-02",
	  .params = { "ticker=AAPL", "start=2023-01-01", "end=2023-01-10" }, .stocks = "AAPL",
	  .before = without_adjustment },
	{ "actions", "/stable/dividends?limit=20&symbol=AAPL", &job_prices_daily, "2025-08-11",
	  .params = { "start=2025-08-08", "end=2025-08-11" }, .stocks = "AAPL",
	  .before = a_dividend_passes, .read = 4, .stored = 1 },
	{ "profiles", "/stable/profile-bulk?part=0", &job_company_profile, AS_OF,
	  .params = { "mode=bulk" }, .stocks = "PRDO,MRV.TO" },
	{ "peers", "/stable/peers-bulk", &job_peers_bulk, AS_OF,
	  .stocks = "000001.SZ,009730.KQ,600000.SS,3698.HK" },
	{ "peers of one", "/stable/stock-peers?symbol=AAPL", &job_backfill_peers, AS_OF,
	  .params = { "ticker=AAPL" }, .stocks = "AAPL,GPRO,SONO,SONY,VUZI" },
	{ "ratios", RATIOS, &job_valuation, AS_OF, .stocks = "AAPL", .before = valuation_beside,
	  .read = 2 },
	{ "metrics", METRICS, &job_valuation, AS_OF, .stocks = "AAPL", .before = valuation_beside,
	  .read = 2 },
	{ "metrics of one", "/stable/key-metrics-ttm?symbol=MSFT", &job_valuation, AS_OF,
	  .params = { "ticker=MSFT", "debug=1" }, .stocks = "MSFT", .before = metrics_of_one,
	  .read = 2 },
	{ "filings", LIST_8K, &job_sec_8k, "2024-03-04", .stocks = "SBC",
	  .before = event_documents },
	{ "report", REPORTS, &job_sec_10k, AS_OF, .stocks = "AAPL", .before = annual_filing,
	  .read = 1, .stored = 1 },
};

static const struct scene *
scene_of(const struct sample *s)
{
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++)
		if (strcmp(scenes[i].name, s->reader) == 0)
			return &scenes[i];
	fail_msg("%s: no scene \"%s\"", s->file, s->reader);
	return NULL;
}

static void
make_stocks(const char *list)
{
	char sql[400];

	(void)fmt_buf(sql, sizeof(sql),
		      "INSERT INTO fintra_universe (ticker, name, instrument_type, is_active, "
		      "last_seen) SELECT t, t, 'EQUITY', true, '" AS_OF
		      "' FROM unnest(string_to_array('%s', ',')) t",
		      list);
	ground_sql(&ground, sql);
}

/* "TABLE COLUMN KEY=V&KEY=V VALUE" */
static void
check_stored(const struct sample *s, const char *cell)
{
	char from[40], column[60], where[120], got[200];
	STR_AUTO sql = { 0 };
	int at = 0;

	if (sscanf(cell, "%39s %59s %119s %n", from, column, where, &at) != 3 || at == 0)
		fail_msg("%s: no cell: %s", s->file, cell);
	str_init(&sql, 1000);
	str_fmt(&sql, "SELECT (%s)::text FROM %s WHERE true", column, from);
	for (char *key = where, *next; key; key = next) {
		char *value = strchr(key, '=');

		next = strchr(key, '&');
		if (next)
			*next++ = '\0';
		assert_non_null(value);
		*value++ = '\0';
		str_fmt(&sql, " AND %s = '%s'", key, value);
	}
	ground_text(&ground, str_c(&sql), got, sizeof(got));
	if (strcmp(got, cell + at) != 0)
		fail_msg("%s: %s\nis %s", s->file, cell, got);
}

static void
run_sample(const struct sample *s)
{
	const struct scene *scene = scene_of(s);

	ground_reset(&ground, "samples");
	make_stocks(scene->stocks);
	if (scene->before)
		scene->before();
	if (!ground_real_body(&ground, scene->request, 200, s->file))
		skip();
	struct outcome o = ground_run(&ground, scene->job, scene->as_of, scene->params);
	const int64_t got[] = { o.exit_code, o.counts.read - scene->read,
				o.counts.inserted - scene->stored, o.counts.skipped,
				o.counts.rejected };
	const int64_t want[] = { s->code, s->read, s->stored, s->skipped, s->rejected };

	for (size_t i = 0; i < ARRAY_LEN(got); i++)
		if (got[i] != want[i])
			fail_msg("%s: exit %lld, read %lld, stored %lld, skipped %lld, rejected "
				 "%lld: %s",
				 s->file, (long long)got[0], (long long)got[1], (long long)got[2],
				 (long long)got[3], (long long)got[4], o.err.text);
	assert_int_equal(sample_cells(s, check_stored), CELLS);
	print_message("%-58s %s: read %lld stored %lld skipped %lld rejected %lld\n", s->file,
		      s->verdict, (long long)s->read, (long long)s->stored, (long long)s->skipped,
		      (long long)s->rejected);
}

static void
test_each_through_its_job(void **state)
{
	(void)state;
	for (size_t i = 0; i < sample_count; i++)
		if (strcmp(samples[i].reader, "none") != 0 &&
		    strcmp(samples[i].reader, "refused") != 0)
			run_sample(&samples[i]);
}

/* --- what nobody reads --- */

struct looked { /* "ROW FIELD VALUE" in a file */
	long row;
	char field[60];
	const char *want;
	bool found;
};

static void
open_cell(const struct sample *s, const char *cell, struct looked *l)
{
	int at = 0;

	if (sscanf(cell, "%ld %59[^=]=%n", &l->row, l->field, &at) != 2 || at == 0)
		fail_msg("%s: no cell: %s", s->file, cell);
	l->want = cell + at;
}

static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct looked *l = arg;

	(void)e;
	if (row->number == l->row)
		l->found = row->cell[0].len == strlen(l->want) &&
			   memcmp(row->cell[0].p, l->want, row->cell[0].len) == 0;
	return 0;
}

static int64_t
csv_cell_is(const char *path, struct looked *l)
{
	const struct csv_column column = { l->field, true };
	struct err e = ERR_INIT;
	int64_t rows = 0;

	if (csv_read_file(path, &column, 1, on_row, l, &rows, &e) < 0)
		fail_msg("%s: %s", path, e.text);
	return rows;
}

static int64_t
json_cell_is(const char *file, struct looked *l)
{
	char *text = support_real_text(file), got[NUM_BUF];
	struct err e = ERR_INIT;
	struct json *root = json_parse(text, strlen(text), &e);

	assert_true(root && json_is_array(root));
	const struct json *row = json_at(root, (size_t)l->row - 1);
	const char *word = json_text(row, l->field);
	struct num n = json_num(row, l->field);
	int64_t rows = (int64_t)json_len(root);

	if (!word && n.has)
		word = num_text(n.v, got);
	l->found = word && strcmp(word, l->want) == 0;
	json_free(root);
	free(text);
	return rows;
}

static void
check_in_file(const struct sample *s, const char *cell)
{
	const char *path = support_real(s->file);
	struct looked l = { .found = false };
	int64_t rows;

	assert_non_null(path);
	open_cell(s, cell, &l);
	rows = strstr(path, ".csv") ? csv_cell_is(path, &l) : json_cell_is(s->file, &l);
	if (!l.found || rows != s->read)
		fail_msg("%s: %lld rows; %s", s->file, (long long)rows, cell);
}

/* "fmp/json/income-statement_AAPL_FY.json": true when some file below jobs/ names
 * "/stable/income-statement". */
static bool
endpoint_is_read(const char *file)
{
	char word[NAME_BUF];
	const char *name = strrchr(file, '/') + 1;
	const char *argv[] = { "grep", "-rqF", word, "jobs", NULL };
	struct support_out out;

	(void)fmt_buf(word, sizeof(word), "\"/stable/%.*s\"", (int)strcspn(name, "_."), name);
	int code = support_exec(argv, NULL, &out);

	support_out_done(&out);
	assert_true(code == 0 || code == 1);
	return code == 0;
}

static void
test_what_nobody_reads(void **state)
{
	(void)state;
	if (!support_real("fmp"))
		skip();
	assert_true(endpoint_is_read("fmp/json/dividends_AAPL_limit1.json"));
	for (size_t i = 0; i < sample_count; i++) {
		const struct sample *s = &samples[i];

		if (strcmp(s->reader, "none") != 0)
			continue;
		if (endpoint_is_read(s->file))
			fail_msg("%s has a reader by now: take it through its job", s->file);
		assert_int_equal(s->stored + s->skipped + s->rejected, 0);
		assert_int_equal(sample_cells(s, check_in_file), CELLS);
		print_message("%-58s %s: %lld row(s)\n", s->file, s->verdict, (long long)s->read);
		unread++;
	}
	print_message("INFO: %d recorded files without a reader in this build\n", unread);
}

/* --- none is left out --- */

static int
named_in(const char *table, const char *file)
{
	char line[1200], want[NAME_BUF];
	FILE *f = fopen(table, "r");
	int n = 0;

	assert_non_null(f);
	(void)fmt_buf(want, sizeof(want), "%s\t", file);
	while (fgets(line, sizeof(line), f))
		n += str_starts(line, want);
	(void)fclose(f);
	return n;
}

static void
test_each_file_is_in_a_table(void **state)
{
	static const char *const folders[FOLDERS] = { "fmp/bulk", "fmp/json", "fmp/errors" };
	char file[NAME_BUF];
	int files = 0;

	(void)state;
	for (size_t i = 0; i < FOLDERS; i++) {
		const char *path = support_real(folders[i]);
		DIR *d = path ? opendir(path) : NULL;

		if (!d)
			skip();
		for (struct dirent *ent; (ent = readdir(d));) {
			if (ent->d_name[0] == '.')
				continue;
			(void)fmt_buf(file, sizeof(file), "%s/%s", folders[i], ent->d_name);
			if (named_in("tests/data/samples.tsv", file) +
				    named_in("tests/data/statement_files.tsv", file) !=
			    1)
				fail_msg("%s is not in one of the two tables, once", file);
			files++;
		}
		closedir(d);
	}
	print_message("INFO: %d recorded files, each in one of the two tables\n", files);
}

static int
open_ground(void **state)
{
	int64_t now;

	(void)state;
	ground_open(&ground, "samples");
	assert_int_equal(clock_parse("2026-08-26T03:00:00Z", &now), 0);
	clock_rehearse(now);
	sample_count = samples_load(samples);
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
		cmocka_unit_test(test_each_through_its_job),
		cmocka_unit_test(test_what_nobody_reads),
		cmocka_unit_test(test_each_file_is_in_a_table),
	};

	return cmocka_run_group_tests(tests, open_ground, close_ground);
}
