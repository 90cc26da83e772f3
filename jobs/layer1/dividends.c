/* dividends-bulk-v2: what companies paid per fiscal year, from the statements that financials-bulk
 * keeps in the cache (jobs.md 2.6).  Asks the vendor for nothing. */
#include "jobs/jobs.h"

#include "core/clock.h"
#include "core/db_copy.h"
#include "core/num.h"
#include "jobs/common.h"
#include "jobs/fmp/statements.h"

#include <math.h>
#include <string.h>

enum { YEARS_MAX = 5, YEAR_FIRST = 1980, CHECK_EVERY = 1000, COLUMNS_MAX = 6 };
enum { COL_SYMBOL, COL_DATE, COL_FIGURES };

static const struct csv_column cash_columns[] = {
	[COL_SYMBOL] = { "symbol|ticker", true },
	[COL_DATE] = { "date", true },
	{ "commonDividendsPaid", true },
	{ "netDividendsPaid|dividendsPaid", true },
	{ "freeCashFlow", true },
};
static const struct csv_column income_columns[] = {
	[COL_SYMBOL] = { "symbol|ticker", true },
	[COL_DATE] = { "date", true },
	{ "weightedAverageShsOut", true },
	{ "netIncome", true },
};

/* The two statements of a year, as financials-bulk names their files. */
static const struct statement {
	enum statement_kind kind;
	const char *name;
	const struct csv_column *columns;
	size_t n;
	enum query copy;
} statements[] = {
	{ STATEMENT_CASH, "cashflow", cash_columns, ARRAY_LEN(cash_columns),
	  Q_DIVIDENDS_CASH_COPY },
	{ STATEMENT_INCOME, "income", income_columns, ARRAY_LEN(income_columns),
	  Q_DIVIDENDS_INCOME_COPY },
};

enum { FILES = ARRAY_LEN(statements) };

struct year {
	int year;
	struct cache_file file[FILES];
};

struct dividends {
	struct job_ctx *c;
	const char *ticker; /* only this one, or NULL */
	struct year at[YEARS_MAX];
	size_t n;
	/* of the file being staged */
	const struct statement *statement;
	int year;
	struct db_copy *copy;
	int attempt; /* rejected rows are kept on the first only */
	struct tally t;
	int64_t processed;
};

static bool
find_file(struct dividends *d, const struct statement *s, int year, struct cache_file *f)
{
	const struct statement_file which = { .kind = s->kind,
					      .year = year,
					      .period = STATEMENT_FY };

	return statement_find(d->c, &which, f);
}

/* A year counts when both of its files are there; one alone is said, not taken. */
static void
find_year(struct dividends *d, int year)
{
	struct year *y = &d->at[d->n];
	int found = 0;

	*y = (struct year){ .year = year };
	for (int i = 0; i < FILES; i++)
		found += find_file(d, &statements[i], year, &y->file[i]);
	if (found == FILES) {
		d->n++;
		return;
	}
	if (found > 0)
		run_log(d->c, LVL_WARN,
			"%d: only %s_%d_FY.csv is in the cache, the year is left out", year,
			statements[y->file[0].path ? 0 : 1].name, year);
	for (int i = 0; i < FILES; i++)
		cache_done(&y->file[i]);
}

/* The newest years, backwards from the one that a fiscal year may already be named after. */
static int
find_years(struct dividends *d, struct err *e)
{
	char list[YEARS_MAX * 8] = "";

	for (int y = date_year(d->c->as_of) + 1; y >= YEAR_FIRST && d->n < YEARS_MAX; y--)
		find_year(d, y);
	if (d->n == 0)
		return err_set(e, ERR_EMPTY,
			       "the cache has no year of which both cashflow_YEAR_FY.csv and "
			       "income_YEAR_FY.csv are there: run financials-bulk first");
	for (size_t i = 0; i < d->n; i++)
		fmt_buf(list + strlen(list), sizeof(list) - strlen(list), " %d", d->at[i].year);
	run_log(d->c, LVL_INFO, "years in the cache:%s", list);
	return 0;
}

struct figures {
	char ticker[TICKER_BUF];
	struct date ended;
	struct csv_cell cell[COLUMNS_MAX]; /* from COL_FIGURES on; p NULL = not reported */
};

/* NULL, or why the row cannot be used. */
static const char *
decode(const struct dividends *d, const struct csv_row *row, struct figures *f)
{
	const struct csv_cell *cell = row->cell;
	size_t n = cell[COL_DATE].len;
	const char *day = cell_text(cell[COL_DATE].p, &n);

	if (!ticker_normal(cell[COL_SYMBOL].p, cell[COL_SYMBOL].len, f->ticker))
		return "symbol is no ticker";
	if (!day || !date_parse_n(day, n, &f->ended))
		return "date is missing or unreadable";
	for (size_t i = COL_FIGURES; i < d->statement->n; i++)
		if (!cell_figure(&cell[i], &f->cell[i]))
			return "a figure is no number of usable size";
	return NULL;
}

static int
copy_row(struct dividends *d, int64_t seq, const struct figures *f, struct err *e)
{
	db_copy_str(d->copy, d->statement->name);
	db_copy_int(d->copy, d->year);
	db_copy_int(d->copy, seq);
	db_copy_str(d->copy, f->ticker);
	db_copy_date(d->copy, f->ended);
	for (size_t i = COL_FIGURES; i < d->statement->n; i++) {
		if (f->cell[i].p)
			db_copy_text(d->copy, f->cell[i].p, f->cell[i].len);
		else
			db_copy_null(d->copy);
	}
	return db_copy_row(d->copy, e);
}

static void
refuse(struct dividends *d, const char *why, const struct csv_row *row)
{
	if (d->attempt == 1)
		reject_row(d->c, &d->t, why, row, d->statement->n);
	else
		d->t.rejected++;
}

static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct dividends *d = arg;
	struct figures f;

	d->t.read++;
	if (row->number % CHECK_EVERY == 0) {
		run_progress(d->c, d->t.read);
		if (run_check(d->c, e) < 0)
			return -1;
	}
	const char *why = row->bad ? row->bad : decode(d, row, &f);

	if (why) {
		refuse(d, why, row);
		return 0;
	}
	if (d->ticker && strcmp(d->ticker, f.ticker) != 0)
		return 0;
	return copy_row(d, row->number, &f, e);
}

static int
stage_file(struct dividends *d, const struct year *y, int i, struct err *e)
{
	const struct statement *s = &statements[i];
	int rc;

	d->statement = s;
	d->year = y->year;
	d->copy = db_copy_begin(d->c->db, s->copy, e);
	if (!d->copy)
		return -1;
	rc = csv_read_file(y->file[i].path, s->columns, s->n, on_row, d, NULL, e);
	if (rc < 0) {
		db_copy_abort(d->copy);
		return err_wrap(e, "%s_%d_FY.csv", s->name, y->year);
	}
	return db_copy_end(d->copy, NULL, e);
}

/* Which companies are left out and why; those counted as skipped are. */
static int
tell(struct dividends *d, struct err *e)
{
	ROWS_AUTO twice = db_query(d->c->db, Q_STAGE_DIVIDEND_REPEATS, NULL, e);
	ROWS_AUTO r = twice ? db_query(d->c->db, Q_STAGE_DIVIDEND_REASONS, NULL, e) : NULL;

	if (!r)
		return -1;
	if (rows_int(twice, 0, 0) > 0)
		run_log(d->c, LVL_WARN,
			"%s row%s came more than once for a company and year (%s): the last one "
			"counts",
			rows_text(twice, 0, 0), num_s(rows_int(twice, 0, 0)),
			rows_text(twice, 0, 1));
	for (int i = 0; i < rows_count(r); i++) {
		if (!rows_text(r, i, 0))
			continue;
		d->t.skipped += rows_int(r, i, 1);
		run_log(d->c, LVL_INFO, "%s company years are left out: %s", rows_text(r, i, 1),
			rows_text(r, i, 0));
	}
	return 0;
}

static int
stage(struct dividends *d, struct err *e)
{
	struct db *db = d->c->db;
	char day[DATE_BUF];
	const char *args[] = { date_iso(d->c->as_of, day) };

	if (db_exec(db, Q_DIVIDENDS_STAGE, NULL, NULL, e) < 0 ||
	    db_exec(db, Q_DIVIDENDS_ROWS_STAGE, NULL, NULL, e) < 0)
		return -1;
	for (size_t k = 0; k < d->n; k++)
		for (int i = 0; i < FILES; i++)
			if (stage_file(d, &d->at[k], i, e) < 0)
				return -1;
	return db_exec(db, Q_STAGE_DIVIDEND_FILL, args, NULL, e) < 0 ? -1 : tell(d, e);
}

static int
publish(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct dividends *d = arg;
	char now[CLOCK_BUF], first[24];
	const char *args[] = { clock_iso(c->now_ms, now) }, *limit[] = { first };
	int64_t cut = 0;

	d->t = (struct tally){ 0 };
	d->attempt++;
	run_phase(c, "stage", 0);
	if (stage(d, e) < 0)
		return -1;
	fmt_buf(first, sizeof(first), "%lld", (long long)params_int(c->params, "limit", 0));
	if (params_int(c->params, "limit", 0) > 0 &&
	    db_exec(c->db, Q_STAGE_DIVIDEND_FIRST, limit, &cut, e) < 0)
		return -1;
	d->t.skipped += cut;
	*t = d->t;
	run_phase(c, "merge", 0);
	if (run_merge(c, Q_DIVIDENDS_MERGE, args, t, e) < 0)
		return -1;
	d->t = *t;
	d->processed = t->inserted + t->updated + t->unchanged;
	if (d->processed == 0 && !d->ticker)
		return err_set(e, ERR_EMPTY,
			       "no company of the %zu years is active: run sync-universe first",
			       d->n);
	return 0;
}

static int
note_input(struct dividends *d, struct err *e)
{
	ROWS_AUTO r = db_query(d->c->db, Q_VALUATION_INPUTS, NULL, e);

	if (!r)
		return -1;
	run_input(d->c, "fintra_universe", rows_date(r, 0, 0), rows_int(r, 0, 1));
	return 0;
}

static int
work(struct dividends *d, struct err *e)
{
	struct job_ctx *c = d->c;

	if (note_input(d, e) < 0 || find_years(d, e) < 0)
		return -1;
	if (run_transaction(c, "publish", publish, d, e) < 0)
		return err_wrap(e, "datos_dividendos");
	if (run_looks(c)) /* nothing was written: there is nothing to tell */
		return 0;
	if (d->processed == 0)
		run_log(c, LVL_WARN, "%s gets no row; the lines above say why", d->ticker);
	run_result_int(c, "processed", d->processed);
	run_result_int(c, "skipped", d->t.skipped);
	run_result_int(c, "inserted", d->t.inserted);
	run_result_int(c, "errors", d->t.rejected);
	run_result_int(c, "years", (int64_t)d->n);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct dividends d = { .c = c, .ticker = params_text(c->params, "ticker") };

	if (run_unit_done(c, "publish"))
		return 0;
	int rc = work(&d, e);

	for (size_t k = 0; k < d.n; k++)
		for (int i = 0; i < FILES; i++)
			cache_done(&d.at[k].file[i]);
	return rc;
}

const struct job job_dividends = {
	.name = "dividends-bulk-v2",
	.title = "Dividends per fiscal year",
	.layer = 1,
	.phase = 1,
	.step = 6,
	.cadence = DAILY,
	.after = NAMES("financials-bulk"),
	.reads = NAMES("fintra_universe"),
	.writes = NAMES("datos_dividendos"),
	.phases = NAMES("stage", "merge"),
	.help = "Reads the annual cash flow and income statements that financials-bulk left in the "
		"cache, the five newest years, and keeps per company and year what it paid per "
		"share and out of what it earned. Asks the vendor for nothing.",
	/* Of three calendar years together: reports of the last one come in over months. */
	.posts = POSTS({ "dividends_tickers", Q_POST_DIVIDENDS_TICKERS, .kind = POST_OF_LAST,
			 .bound = 0.95 },
		       { "dividends_payers", Q_POST_DIVIDENDS_PAYERS, .kind = POST_OF_LAST,
			 .bound = 0.90 },
		       { "dividends_stored", Q_POST_DIVIDENDS_ROWS, .kind = POST_REPORTED,
			 .reported = "processed", .fails = true },
		       { "dividends_without_per_share", Q_POST_DIVIDENDS_UNKNOWN, .kind = POST_RISE,
			 .bound = 0.10 }),
	.run = run,
};
