#include "jobs/layer1/financials_build.h"

#include "jobs/layer1/financials_read.h"
#include "jobs/layer1/financials_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PERIODS_OF_TTM = 6,   /* twelve months take that much of the memory of one period */
	PAGE_COMPANIES = 5000 /* their stored years are read at once */
};

/* One unit: a period, or the trailing twelve months. */
struct unit {
	struct build *b;
	int year, period;	   /* year 0: TTM */
	const unsigned char *lack; /* per ticker of the universe: it lacks the period; NULL: all */
	bool may_change;
	int attempt;
	struct read_counts counts;
	int64_t repeated, fy, q;
	int64_t companies, complete;
};

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
write_pages(struct unit *u, struct held *held, struct page *p, struct err *e)
{
	struct job_ctx *c = u->b->c;
	struct filed *end;

	held_sort(held);
	p->row = held->row.at;
	end = p->row + held->row.n;
	for (; p->row < end; p->row += p->n) {
		p->n = 0;
		for (int k = 0; k < PAGE_COMPANIES && p->row + p->n < end; k++)
			p->n += held_company(p->row + p->n, end);
		if (run_check(c, e) < 0 || page_write(c->db, p, e) < 0)
			return -1;
	}
	return 0;
}

/* The first pass over the files counts.  A transaction that is done anew reads them again, and the
 * quarters are read for their own period and for TTM: each refused row is kept and told once. */
static void
note(struct unit *u, const struct reading *r, const struct read_counts *counts,
     struct refused *refused)
{
	if (r->from == 0) {
		u->counts = *counts;
		if (u->attempt == 1 && u->year > 0) {
			refused_tell(refused, u->b->c);
			refused_join(&u->b->refused, refused);
		}
	}
	refused_done(refused);
}

static int
one_pass(struct unit *u, size_t from, size_t to, struct page *p, struct err *e)
{
	const struct reading r = { .c = u->b->c,
				   .files = u->b->files,
				   .universe = u->b->universe,
				   .year = u->year,
				   .period = u->period,
				   .lack = u->lack,
				   .from = from,
				   .to = to };
	struct held held = { 0 };
	struct read_counts counts = { 0 };
	struct refused refused = { 0 };
	int rc = financials_read(&r, &held, &counts, &refused, e);

	note(u, &r, &counts, &refused);
	if (rc == 0)
		rc = write_pages(u, &held, p, e);
	held_done(&held);
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
	u->counts.kept -= p.repeated;
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
	u->counts = (struct read_counts){ 0 };
	u->repeated = u->fy = u->q = 0;
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
		t->read += u->counts.at[k];
	t->rejected = u->counts.refused;
	t->skipped = u->counts.foreign + u->repeated;
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
	const struct read_counts *n = &u->counts;

	b->fy += u->fy;
	b->q += u->q;
	b->rows += u->counts.kept;
	b->complete += u->complete;
	run_log(b->c, LVL_INFO,
		"%d %s: rows read: income %lld, balance %lld, cash flow %lld; %lld refused, %lld "
		"not "
		"asked for; %lld income rows kept, %lld of them with both others: %lld periods "
		"built",
		u->year, statement_periods[u->period], (long long)n->at[STATEMENT_INCOME],
		(long long)n->at[STATEMENT_BALANCE], (long long)n->at[STATEMENT_CASH],
		(long long)n->refused, (long long)n->foreign, (long long)n->kept,
		(long long)u->complete, (long long)(u->fy + u->q));
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
	if (!income || run_unit_done(b->c, name))
		return 0;
	bool comes = run_looks(b->c) && access(income->path, F_OK) != 0; /* and is not there yet */

	if (comes ? !statement_files_likely(b->files, name, year) : !statement_file_filled(income))
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
	if (run_looks(b->c)) {
		if (u.lack && 2 * (size_t)n < map_count(b->universe))
			run_look_rows(b->c, name, 0); /* the file has been read for those */
		return 0;
	}
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
