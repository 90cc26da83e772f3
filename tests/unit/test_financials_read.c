/* Files of several kinds read side by side: what comes out must not depend on which thread was
 * faster.  The expected rows are those written into the files here. */
#include "core/run_private.h"
#include "jobs/layer1/financials_read.h"
#include "tests/unit/suite.h"

#include <unistd.h>

enum { YEAR = 2024, COMPANIES = 400, TIMES = 30 };

static const char *const header[] = {
	"date,symbol,fiscalYear,period,revenue,netIncome,operatingIncome,interestExpense,"
	"grossProfit,ebitda,weightedAverageShsOutDil,weightedAverageShsOut\n",
	"date,symbol,fiscalYear,period,totalStockholdersEquity,totalDebt,totalCurrentAssets,"
	"totalCurrentLiabilities,cashAndCashEquivalents\n",
	"date,symbol,fiscalYear,period,operatingCashFlow,capitalExpenditure\n",
};
static const char *const figures[] = { "1,2,3,4,5,6,7,8", "1,2,3,4,5", "1,2" };

static struct ground {
	char dir[64];
	struct run run;
	struct conf conf;
	struct cancel cancel;
	struct job_ctx c;
	struct statement_files files;
	struct map *universe;
	struct reading r;
} g;

static struct cache_file *
place(int kind, int year, int period)
{
	return &g.files.period[((year - YEAR_FIRST) * STATEMENT_PERIODS + period) * STATEMENTS +
			       kind];
}

static FILE *
create(int kind, int year, int period)
{
	struct cache_file *f = place(kind, year, period);
	char path[128];

	(void)fmt_buf(path, sizeof(path), "%s/%d_%d_%d.csv", g.dir, kind, year, period);
	free(f->path);
	f->path = mem_dup(path);
	f->kept = true;
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(header[kind], out);
	return out;
}

/* A row per company, the kind as its first figure's place; then one that is refused. */
static void
write_period(int kind, int year, int period, int companies)
{
	FILE *out = create(kind, year, period);

	for (int i = 0; i < companies; i++)
		fprintf(out, "%d-0%d-28,T%d,%d,%s,%s\n", year, period + 1, i, year,
			statement_periods[period], figures[kind]);
	fprintf(out, "%d-12-31,no ticker %d,%d,FY,%s\n", year, kind, year, figures[kind]);
	fclose(out);
}

static int
open_ground(void **state)
{
	char name[16];

	(void)state;
	memset(&g, 0, sizeof(g));
	(void)fmt_buf(g.dir, sizeof(g.dir), "/tmp/fintra-read.XXXXXX");
	assert_non_null(mkdtemp(g.dir));
	cancel_init(&g.cancel);
	g.c.run = &g.run;
	g.c.conf = &g.conf;
	g.c.cancel = &g.cancel;
	g.c.as_of = date_of(2026, 2, 2);
	g.files.period = mem_zalloc((size_t)YEARS * STATEMENT_PERIODS * STATEMENTS *
				    sizeof(*g.files.period));
	g.universe = map_new();
	for (int i = 0; i < COMPANIES; i++) {
		(void)fmt_buf(name, sizeof(name), "T%d", i);
		map_add(g.universe, name, strlen(name));
	}
	g.r = (struct reading){
		.c = &g.c, .files = &g.files, .universe = g.universe, .year = YEAR, .to = COMPANIES
	};
	return 0;
}

static int
close_ground(void **state)
{
	(void)state;
	for (size_t i = 0; i < (size_t)YEARS * STATEMENT_PERIODS * STATEMENTS; i++) {
		if (g.files.period[i].path)
			unlink(g.files.period[i].path);
		free(g.files.period[i].path);
	}
	free(g.files.period);
	map_free(g.universe);
	cancel_done(&g.cancel);
	rmdir(g.dir);
	return 0;
}

struct got {
	struct held held;
	struct read_counts counts;
	struct refused refused;
	struct err err;
	int rc;
};

static struct got
read_all(int workers)
{
	struct got got = { .err = ERR_INIT };

	g.conf.workers = workers;
	got.rc = financials_read(&g.r, &got.held, &got.counts, &got.refused, &got.err);
	return got;
}

static void
drop(struct got *got)
{
	held_done(&got->held);
	refused_done(&got->refused);
}

/* Kind by kind, each in the order of its file; refused rows likewise. */
static void
assert_period(const struct got *got)
{
	const struct filed *row = got->held.row.at;
	char raw[160];

	assert_int_equal(got->rc, 0);
	assert_int_equal(got->held.row.n, STATEMENTS * COMPANIES);
	for (int i = 0; i < STATEMENTS * COMPANIES; i++) {
		assert_int_equal(row[i].kind, i / COMPANIES);
		assert_int_equal(row[i].company, i % COMPANIES);
		assert_string_equal(row[i].figures, figures[row[i].kind]);
	}
	assert_int_equal(got->counts.kept, COMPANIES);
	assert_int_equal(got->counts.foreign, 0);
	assert_int_equal(got->counts.refused, STATEMENTS);
	assert_int_equal(got->refused.kept.n, STATEMENTS);
	for (int k = 0; k < STATEMENTS; k++) {
		assert_int_equal(got->counts.at[k], COMPANIES + 1);
		(void)fmt_buf(raw, sizeof(raw), "no ticker %d,2024-12-31,FY,2024,", k);
		assert_memory_equal(got->refused.kept.at[k].raw, raw, strlen(raw));
	}
	assert_int_equal(map_count(got->refused.reasons), 1);
	assert_int_equal(got->refused.rows.at[0], STATEMENTS);
}

static void
the_same_on_any_number_of_threads(void **state)
{
	(void)state;
	for (int k = 0; k < STATEMENTS; k++)
		write_period(k, YEAR, STATEMENT_FY, COMPANIES);
	for (int i = 0; i < TIMES; i++) {
		struct got got = read_all(i % 5);

		assert_period(&got);
		drop(&got);
	}
}

/* Companies outside the range are counted, not held. */
static void
only_the_range_is_held(void **state)
{
	struct got got;

	(void)state;
	for (int k = 0; k < STATEMENTS; k++)
		write_period(k, YEAR, STATEMENT_FY, COMPANIES);
	g.r.from = 100;
	g.r.to = 130;
	got = read_all(0);
	assert_int_equal(got.held.row.n, STATEMENTS * 30);
	assert_int_equal(got.held.row.at[0].company, 100);
	assert_int_equal(got.counts.kept, COMPANIES);
	drop(&got);
}

/* Two files are broken: the error is always that of the first kind, whoever met one first. */
static void
the_first_kind_that_fails_is_told(void **state)
{
	(void)state;
	write_period(STATEMENT_INCOME, YEAR, STATEMENT_FY, COMPANIES);
	for (int k = STATEMENT_BALANCE; k <= STATEMENT_CASH; k++) {
		FILE *out = create(k, YEAR, STATEMENT_FY);

		for (int i = 0; k == STATEMENT_BALANCE && i < 5 * COMPANIES; i++)
			fprintf(out, "2024-12-31,T1,2024,FY,%s\n", figures[k]);
		fputs("\"cut", out);
		fclose(out);
	}
	for (int i = 0; i < TIMES; i++) {
		struct got got = read_all(i % 5);

		assert_int_equal(got.rc, -1);
		assert_int_equal(got.err.cls, ERR_DATA);
		if (!strstr(got.err.text, "balance_2024_FY.csv"))
			fail_msg("%s", got.err.text);
		drop(&got);
	}
}

/* On request they all stop: the files end in rubbish that nobody comes to. */
static void
stops_when_asked(void **state)
{
	(void)state;
	for (int k = 0; k < STATEMENTS; k++) {
		FILE *out = create(k, YEAR, STATEMENT_FY);

		for (int i = 0; i < 5 * COMPANIES; i++)
			fprintf(out, "2024-12-31,T1,2024,FY,%s\n", figures[k]);
		fputs("\"cut", out);
		fclose(out);
	}
	cancel_raise(&g.cancel, CANCEL_DRAIN);
	for (int i = 0; i < 5; i++) {
		struct got got = read_all(i);

		assert_int_equal(got.rc, -1);
		assert_int_equal(got.err.cls, ERR_CANCELLED);
		assert_non_null(strstr(got.err.text, "stopped on request"));
		assert_true(got.counts.at[STATEMENT_INCOME] < 5 * COMPANIES);
		drop(&got);
	}
}

/* Of each company the newest six quarters; the newer file is the one that counts, by its number. */
static void
quarters_newest_first(void **state)
{
	struct got got;

	(void)state;
	for (int y = YEAR - 1; y <= YEAR; y++) {
		g.files.wanted[y - YEAR_FIRST] = true;
		for (int p = 1; p < STATEMENT_PERIODS; p++)
			for (int k = 0; k < STATEMENTS; k++)
				write_period(k, y, p, 1);
	}
	g.r.year = 0;
	got = read_all(0);
	assert_int_equal(got.rc, 0);
	assert_int_equal(got.held.row.n, STATEMENTS * 6);
	assert_int_equal(got.counts.foreign, STATEMENTS * 2);
	for (int i = 0; i < 6; i++) {
		const struct filed *row = &got.held.row.at[i];

		assert_int_equal(row->kind, STATEMENT_INCOME);
		assert_int_equal(row->year, i < 4 ? YEAR : YEAR - 1);
		assert_int_equal(row->quarter, 4 - i % 4);
		assert_true(i == 0 || row->seq < row[-1].seq);
	}
	drop(&got);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_ground, close_ground)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_on_any_number_of_threads),
		TEST(only_the_range_is_held),
		TEST(the_first_kind_that_fails_is_told),
		TEST(stops_when_asked),
		TEST(quarters_newest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
