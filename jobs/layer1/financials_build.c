#include "jobs/layer1/financials_build.h"

#include "jobs/layer1/financials_held.h"
#include "jobs/layer1/financials_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PERIODS_OF_TTM = 6,    /* twelve months take that much of the memory of one period */
	PAGE_COMPANIES = 5000, /* their stored years are read at once */
	CHECK_EVERY = 1000,
	QUARTERS_KEPT = 6, /* two to spare: files are by fiscal quarter, not by day */
	FILE_SEQ = 10 * 1000 * 1000,
	FIGURES_BYTES = 1 << 20 /* of one row; a cell has 64 KiB at most */
};

/* One unit: a period, or the trailing twelve months. */
struct unit {
	struct build *b;
	int year, period;	   /* year 0: TTM */
	const unsigned char *lack; /* per ticker of the universe: it lacks the period; NULL: all */
	bool may_change;
	int attempt;
	int64_t at[STATEMENT_KINDS]; /* rows read per kind */
	int64_t kept, foreign, refused, repeated, fy, q;
	int64_t companies, complete;
};

/* Once over the unit's files, for some of the companies. */
struct pass {
	struct unit *u;
	size_t from, to; /* by their number in the universe, the last one not included */
	enum statement_kind kind;
	struct held held;
	unsigned char *seen; /* TTM: rows of each ticker of the universe, NULL = all are kept */
	int64_t seq;
	struct str figures; /* of the present row */
};

/* The first pass over the files counts. */
static bool
counts(const struct pass *s)
{
	return s->from == 0;
}

/* A transaction that is done anew reads the files again, and the quarters are read for their own
 * period and for TTM: each refused row is kept and counted once. */
static void
refuse(struct pass *s, const char *reason, const struct csv_row *row)
{
	struct unit *u = s->u;
	struct build *b = u->b;
	struct tally none = { 0 };

	u->refused++;
	if (u->attempt > 1 || u->year == 0)
		return;
	size_t i = map_add(b->reasons, reason, strlen(reason));

	if (i < ARRAY_LEN(b->refused))
		b->refused[i]++;
	reject_row(b->c, &none, reason, row, STATEMENT_FIGURES + statement_figures(s->kind));
}

static void
hold(struct pass *s, size_t company, const struct statement_row *row)
{
	struct filed f = { company, s->kind, ++s->seq, row->end, row->year, row->quarter, NULL };

	str_clear(&s->figures);
	for (size_t i = 0; i < statement_figures(s->kind); i++) {
		if (i > 0)
			str_putc(&s->figures, ',');
		if (row->figure[i].p)
			str_put(&s->figures, row->figure[i].p, row->figure[i].len);
	}
	f.figures = str_c(&s->figures);
	held_add(&s->held, &f);
}

/* Newer quarters come first: behind enough of them the older ones are not needed. */
static bool
enough(struct pass *s, size_t company, const struct statement_row *row)
{
	if (!s->seen)
		return false;
	return row->quarter == 0 || s->seen[company]++ >= QUARTERS_KEPT;
}

static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct pass *s = arg;
	struct unit *u = s->u;
	struct statement_row r;
	const char *bad;
	size_t company;

	u->at[s->kind] += counts(s);
	if (row->number % CHECK_EVERY == 0 && run_check(u->b->c, e) < 0)
		return -1;
	bad = row->bad ? row->bad : statement_decode(s->kind, row, u->b->c->as_of, &r);
	if (bad) {
		if (counts(s))
			refuse(s, bad, row);
		return 0;
	}
	company = map_find(u->b->universe, r.ticker, strlen(r.ticker));
	if (company == MAP_NONE || (u->lack && !u->lack[company]) || enough(s, company, &r)) {
		u->foreign += counts(s);
		return 0;
	}
	u->kept += s->kind == STATEMENT_INCOME && counts(s);
	if (company >= s->from && company < s->to)
		hold(s, company, &r);
	return 0;
}

static int
read_file(struct pass *s, const struct statement_file *which, struct err *e)
{
	const struct cache_file *f = statement_files_at(s->u->b->files, which);
	size_t n;
	const struct csv_column *columns = statement_columns(which->kind, &n);
	char key[STATEMENT_KEY];

	if (!f)
		return 0;
	s->kind = which->kind;
	if (csv_read_file(f->path, columns, n, on_row, s, NULL, e) < 0)
		return err_wrap(e, "%s", statement_key(which, key));
	return 0;
}

static int
make_stage(struct job_ctx *c, struct err *e)
{
	if (db_exec(c->db, Q_PERFORMANCE_MEMORY, NULL, NULL, e) < 0)
		return -1;
	return db_exec(c->db, Q_FINANCIALS_RESULT_STAGE, NULL, NULL, e);
}

static void
on_built(void *arg, size_t company, bool quarterly)
{
	struct unit *u = arg;

	u->b->built[company] = 1;
	if (quarterly)
		u->q++;
	else
		u->fy++;
}

/* Same company, same day, sent twice: the last one counts. */
static void
report_repeats(const struct unit *u, const struct page *p)
{
	if (p->repeated > 0 && u->year > 0)
		run_log(u->b->c, LVL_WARN,
			"%d %s: %lld income rows came again, %lld of them with other figures (%s): "
			"the last one counts",
			u->year, statement_periods[u->period], (long long)p->repeated,
			(long long)p->differing, str_or(p->example, "none"));
}

/* What was read goes to the stage, some companies at a time. */
static int
write_pages(struct pass *s, struct page *p, struct err *e)
{
	struct filed *end;

	held_sort(&s->held);
	p->row = s->held.row.at;
	end = p->row + s->held.row.n;
	for (; p->row < end; p->row += p->n) {
		p->n = 0;
		for (int k = 0; k < PAGE_COMPANIES && p->row + p->n < end; k++)
			p->n += held_company(p->row + p->n, end);
		if (run_check(s->u->b->c, e) < 0 || page_write(s->u->b->c->db, p, e) < 0)
			return -1;
	}
	return 0;
}

static int
read_period(struct pass *s, struct err *e)
{
	for (int k = 0; k < STATEMENTS; k++) {
		struct statement_file f = { (enum statement_kind)k, s->u->year, s->u->period };

		if (read_file(s, &f, e) < 0)
			return -1;
	}
	return 0;
}

static int
read_quarters(struct pass *s, enum statement_kind kind, struct err *e)
{
	struct build *b = s->u->b;

	memset(s->seen, 0, map_count(b->universe));
	for (int y = YEARS - 1; y >= 0; y--)
		for (int p = STATEMENT_PERIODS - 1; b->files->wanted[y] && p > STATEMENT_FY; p--) {
			struct statement_file f = { kind, y + YEAR_FIRST, p };

			s->seq = (int64_t)(f.year * STATEMENT_PERIODS + p) * FILE_SEQ;
			if (read_file(s, &f, e) < 0)
				return -1;
		}
	return 0;
}

static int
read_trailing(struct pass *s, struct err *e)
{
	struct statement_file metrics = { STATEMENT_METRICS, 0, 0 };
	int rc = 0;

	s->seen = mem_zalloc(map_count(s->u->b->universe) + 1);
	for (int k = 0; rc == 0 && k < STATEMENTS; k++)
		rc = read_quarters(s, (enum statement_kind)k, e);
	free(s->seen);
	s->seen = NULL;
	return rc < 0 ? -1 : read_file(s, &metrics, e);
}

static int
one_pass(struct unit *u, size_t from, size_t to, struct page *p, struct err *e)
{
	struct pass s = { .u = u, .from = from, .to = to };
	int rc;

	str_init(&s.figures, FIGURES_BYTES);
	rc = u->year ? read_period(&s, e) : read_trailing(&s, e);
	if (rc == 0)
		rc = write_pages(&s, p, e);
	held_done(&s.held);
	str_done(&s.figures);
	return rc;
}

static int
compute(struct unit *u, struct err *e)
{
	struct build *b = u->b;
	const size_t all = map_count(b->universe);
	const size_t most =
		(size_t)b->c->conf->statement_companies * (u->year ? PERIODS_OF_TTM : 1);
	struct page p = { .kind = u->year ? PAGE_PERIODS : PAGE_TTM,
			  .universe = b->universe,
			  .as_of = b->c->as_of,
			  .built = on_built,
			  .arg = u };

	for (size_t from = 0; from < all; from += most)
		if (one_pass(u, from, from + most, &p, e) < 0)
			return -1;
	u->companies = p.companies;
	u->complete = p.complete;
	u->repeated = p.repeated;
	u->kept -= p.repeated;
	report_repeats(u, &p);
	return 0;
}

static int
merge(struct unit *u, struct tally *t, struct err *e)
{
	char now[24];
	const char *args[] = { now, u->may_change ? "t" : "f" };

	fmt_buf(now, sizeof(now), "%lld", (long long)u->b->c->now_ms);
	return run_merge(u->b->c, Q_FINANCIALS_MERGE, args, t, e);
}

static void
begin(struct unit *u)
{
	u->attempt++;
	u->kept = u->foreign = u->refused = u->repeated = u->fy = u->q = 0;
	memset(u->at, 0, sizeof(u->at));
}

static int
period_txn(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct unit *u = arg;

	begin(u);
	*t = (struct tally){ 0 };
	if (make_stage(c, e) < 0 || compute(u, e) < 0)
		return -1;
	for (int k = 0; k < STATEMENTS; k++)
		t->read += u->at[k];
	t->rejected = u->refused;
	t->skipped = u->foreign + u->repeated;
	return merge(u, t, e);
}

/* The rows were counted with their periods: here only what is written is. */
static int
ttm_txn(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct unit *u = arg;

	begin(u);
	*t = (struct tally){ 0 };
	if (make_stage(c, e) < 0 || compute(u, e) < 0)
		return -1;
	return merge(u, t, e);
}

/* Per ticker of the universe whether it has no such quarter (owned), and how many there are; NULL
 * fills *e. */
static unsigned char *
missing(struct build *b, int year, int quarter, int *n, struct err *e)
{
	char label[16];
	STR_AUTO list = { 0 };
	const char *args[] = { NULL, "Q", label };
	unsigned char *lack;

	fmt_buf(label, sizeof(label), "%dQ%d", year, quarter);
	str_init(&list, (size_t)64 << 20);
	keys_array(b->universe, &list);
	args[0] = str_c(&list);
	ROWS_AUTO r = db_query(b->c->db, Q_FINANCIALS_MISSING, args, e);

	if (!r)
		return NULL;
	lack = mem_zalloc(map_count(b->universe));
	*n = rows_count(r);
	for (int i = 0; i < *n; i++)
		lack[map_find(b->universe, rows_text(r, i, 0), strlen(rows_text(r, i, 0)))] = 1;
	return lack;
}

static void
report(const struct unit *u)
{
	struct build *b = u->b;

	b->fy += u->fy;
	b->q += u->q;
	b->rows += u->kept;
	b->complete += u->complete;
	run_log(b->c, LVL_INFO,
		"%d %s: rows read: income %lld, balance %lld, cash flow %lld; %lld refused, %lld "
		"not "
		"asked for; %lld income rows kept, %lld of them with both others: %lld periods "
		"built",
		u->year, statement_periods[u->period], (long long)u->at[STATEMENT_INCOME],
		(long long)u->at[STATEMENT_BALANCE], (long long)u->at[STATEMENT_CASH],
		(long long)u->refused, (long long)u->foreign, (long long)u->kept,
		(long long)u->complete, (long long)(u->fy + u->q));
}

/* Behind the header, which holds no line break, there is something. */
static bool
has_rows(const char *path)
{
	FILE *f = fopen(path, "re");
	int ch = f ? getc(f) : EOF;

	while (ch != EOF && ch != '\n')
		ch = getc(f);
	while (ch == '\n' || ch == '\r' || ch == ' ')
		ch = getc(f);
	if (f)
		(void)fclose(f);
	return ch != EOF;
}

int
build_period(struct build *b, int year, int period, struct err *e)
{
	const struct statement_file which = { STATEMENT_INCOME, year, period };
	const struct cache_file *income = statement_files_at(b->files, &which);
	struct unit u = { .b = b, .year = year, .period = period };
	unsigned char *lack = NULL;
	char name[24];
	int n = 1;

	fmt_buf(name, sizeof(name), "%d %s", year, statement_periods[period]);
	if (!income || run_unit_done(b->c, name) || !has_rows(income->path))
		return 0;
	u.may_change =
		statement_files_mutable(b->files, year) || params_bool(b->c->params, "force");
	/* The label of a fiscal year is not the file's year, so what is missing shows only in the
	 * merge, which leaves what is there. */
	if (!u.may_change && period != STATEMENT_FY) {
		u.lack = lack = missing(b, year, period, &n, e);
		if (!lack)
			return -1;
	}
	if (n == 0) { /* everybody has it, and it does not change any more */
		free(lack);
		return 0;
	}
	int rc = run_transaction(b->c, name, period_txn, &u, e);

	free(lack);
	if (rc < 0)
		return err_wrap(e, "datos_financieros, %s", name);
	report(&u);
	return run_breathe(b->c, e);
}

int
build_ttm(struct build *b, struct err *e)
{
	struct unit u = { .b = b, .may_change = true };

	if (run_unit_done(b->c, "TTM"))
		return 0;
	if (run_transaction(b->c, "TTM", ttm_txn, &u, e) < 0)
		return err_wrap(e, "datos_financieros, TTM");
	b->ttm = u.q;
	run_log(b->c, LVL_INFO, "TTM: %lld of %lld companies with quarters have four in a row",
		(long long)u.q, (long long)u.companies);
	return 0;
}
