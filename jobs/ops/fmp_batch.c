/* fmp-batch: a minimal fiscal year of each stock of a page, from the vendor's bulk sets (jobs.md
 * 2.27).  Rows of financials-bulk hold more and stay as they are. */
#include "jobs/jobs.h"

#include "core/db_copy.h"
#include "core/num.h"
#include "jobs/active_stocks.h"
#include "jobs/common.h"
#include "jobs/engine/financials.h"
#include "jobs/fmp/profile.h"
#include "jobs/layer1/financials_held.h"
#include "jobs/ops/bulk_sets.h"

#include <string.h>

enum { PAGE_STOCKS = 10000, CHECK_EVERY = 1000, FIGURES_BYTES = 1 << 20, ONLY_COUNTED = -1 };

struct batch {
	struct job_ctx *c;
	struct map *page;
	struct bulk_period p;
	const struct bulk_set *set; /* at work */
	int kind;		    /* enum statement_kind of the set, or ONLY_COUNTED */
	struct tally t;		    /* of the set */
	int64_t offset, seq, missing, processed;
	struct held held;     /* statements of the page's stocks */
	struct str figures;   /* of the present row */
	struct json *tickers; /* owned until they are the run's result */
};

/* --- the page --- */

static void
take(struct batch *b, const struct active_stocks *s, const char *only, int64_t limit)
{
	for (size_t i = only ? 0 : (size_t)b->offset;
	     i < map_count(s->all) && (int64_t)map_count(b->page) < limit; i++) {
		const char *t = map_key(s->all, i);

		if (!only || strcmp(only, t) == 0)
			map_add(b->page, t, strlen(t));
	}
}

static int
choose(struct batch *b, struct err *e)
{
	struct active_stocks s = { NULL, NULL };
	int64_t limit = params_int(b->c->params, "limit", 0);
	int rc = active_stocks_read(b->c, &s, e);

	if (rc == 0) {
		run_input(b->c, "fintra_active_stocks", b->c->as_of, (int64_t)map_count(s.all));
		take(b, &s, params_text(b->c->params, "ticker"), limit > 0 ? limit : PAGE_STOCKS);
		if (map_count(b->page) == 0)
			rc = err_set(e, ERR_EMPTY,
				     "offset %lld is behind the last of %zu active stocks",
				     (long long)b->offset, map_count(s.all));
	}
	active_stocks_done(&s);
	return rc;
}

/* --- the sets --- */

static int
kind_of(const struct bulk_set *set)
{
	for (int k = 0; k < STATEMENTS; k++)
		if (strcmp(statement_path((enum statement_kind)k), set->path) == 0)
			return k;
	return ONLY_COUNTED;
}

static void
hold(struct batch *b, size_t company, const struct statement_row *r)
{
	const enum statement_kind kind = (enum statement_kind)b->kind;
	struct filed f = { company, kind, ++b->seq, r->end, r->year, r->quarter, NULL };

	str_clear(&b->figures);
	for (size_t i = 0; i < statement_figures(kind); i++) {
		if (i > 0)
			str_putc(&b->figures, ',');
		if (r->figure[i].p)
			str_put(&b->figures, r->figure[i].p, r->figure[i].len);
	}
	f.figures = str_c(&b->figures);
	held_add(&b->held, &f);
}

/* The number of the row's stock in the page; MAP_NONE: of another one, or of no ticker. */
static size_t
company_of(const struct batch *b, const struct csv_row *row)
{
	const struct csv_cell *symbol = &row->cell[STATEMENT_SYMBOL];
	char ticker[TICKER_BUF];

	if (!ticker_normal(symbol->p, symbol->len, ticker))
		return MAP_NONE;
	return map_find(b->page, ticker, strlen(ticker));
}

static void
take_statement(struct batch *b, const struct csv_row *row)
{
	size_t company = company_of(b, row);
	struct statement_row r;

	if (company == MAP_NONE) {
		b->t.skipped++;
		return;
	}
	const char *bad = statement_decode((enum statement_kind)b->kind, row, b->c->as_of, &r);

	if (bad)
		reject_row(b->c, &b->t, bad, row,
			   STATEMENT_FIGURES + statement_figures((enum statement_kind)b->kind));
	else
		hold(b, company, &r);
}

static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct batch *b = arg;

	b->t.read++;
	if (row->number % CHECK_EVERY == 0 && run_check(b->c, e) < 0)
		return -1;
	if (row->bad)
		reject_row(b->c, &b->t, row->bad, row, 0);
	else if (b->kind != ONLY_COUNTED)
		take_statement(b, row);
	return 0;
}

/* Years whose reports are all filed come from the cache however old it is. */
static int
get(struct batch *b, struct cache_file *f, struct err *e)
{
	bool done = run_unit_done(b->c, b->set->name);
	bool fresh = params_bool(b->c->params, "force") && !done;
	bool settled = b->set->by_period && b->p.year < date_year(b->c->as_of) - 1;
	int64_t age = done || settled ? CACHE_ANY_AGE : PROFILE_CACHE_MS;

	if (!fresh && bulk_set_find(b->c, b->set, &b->p, age, f))
		return 0;
	return bulk_set_fetch(b->c, b->set, &b->p, f, e);
}

static int
read_whole(struct batch *b, struct cache_file *f, struct err *e)
{
	size_t n = b->set->n;
	const struct csv_column *columns =
		b->kind == ONLY_COUNTED ? b->set->columns
					: statement_columns((enum statement_kind)b->kind, &n);

	if (get(b, f, e) < 0)
		return -1;
	if (run_looks(b->c))
		return 0;
	if (csv_read_file(f->path, columns, n, on_row, b, NULL, e) < 0)
		return err_wrap(e, "%s (status %d, \"%.100s\")", b->set->path, f->resp.status,
				f->resp.head);
	if (b->t.read == 0)
		return err_set(e, ERR_EMPTY, "%s: a header and no row (status %d)", b->set->path,
			       f->resp.status);
	return 0;
}

static int
count_set(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	const struct batch *b = arg;

	(void)c;
	(void)e;
	*t = b->t;
	return 0;
}

/* A set that is whole is kept at once: a run that is taken up again does not ask for it twice. */
static int
load_set(struct batch *b, const struct bulk_set *set, struct err *e)
{
	CACHE_AUTO f = CACHE_FILE_INIT;
	bool done = run_unit_done(b->c, set->name);

	b->set = set;
	b->kind = kind_of(set);
	b->t = (struct tally){ 0 };
	if (read_whole(b, &f, e) < 0) {
		cache_drop_for(&f, e);
		return -1;
	}
	cache_keep(b->c, &f);
	run_result_int(b->c, set->name, b->t.read);
	return done ? 0 : run_transaction(b->c, set->name, count_set, b, e);
}

/* Rows are made of the three statements; a set that is only counted may be missing. */
static int
load_all(struct batch *b, struct err *e)
{
	for (const struct bulk_set *s = bulk_sets; s->name; s++) {
		if (!s->in_parts) /* which has phases of its own */
			run_phase(b->c, "download", 0);
		if (load_set(b, s, e) == 0)
			continue;
		if (b->kind != ONLY_COUNTED || (e->cls != ERR_PLAN && trouble_stops(e, 1)))
			return -1;
		run_log(b->c, LVL_WARN, "%s is not there, and no figure comes from it: %s", s->name,
			e->text);
		run_result_null(b->c, s->name);
		*e = (struct err)ERR_INIT;
		b->missing++;
	}
	run_count_error(b->c, b->missing);
	return 0;
}

/* --- the rows --- */

/* The newest fiscal year with all three statements of its day; NULL: there is none. */
static const struct period *
newest_year(const struct filings *f)
{
	for (size_t i = 0; i < f->periods.n; i++) {
		const struct period *p = &f->periods.at[i];

		if (p->quarter == 0 && p->has[STATEMENT_BALANCE] && p->has[STATEMENT_CASH])
			return p;
	}
	return NULL;
}

static void
put_figure(struct db_copy *copy, const struct csv_cell *figure)
{
	if (figure->p)
		db_copy_text(copy, figure->p, figure->len);
	else
		db_copy_null(copy);
}

static int
put_row(struct batch *b, struct db_copy *copy, const char *ticker, const struct period *p,
	struct err *e)
{
	const struct csv_cell *income = p->figure[STATEMENT_INCOME];
	const struct csv_cell *cash = p->figure[STATEMENT_CASH];
	struct num revenue = figure_num(&income[INCOME_REVENUE]);

	db_copy_str(copy, ticker);
	db_copy_str(copy, p->label);
	db_copy_date(copy, p->end);
	put_figure(copy, &income[INCOME_REVENUE]);
	put_figure(copy, &income[INCOME_NET]);
	db_copy_num(copy, quotient(figure_num(&income[INCOME_GROSS]), revenue));
	db_copy_num(copy, quotient(figure_num(&income[INCOME_OPERATING]), revenue));
	db_copy_num(copy, quotient(figure_num(&income[INCOME_NET]), revenue));
	db_copy_num(copy, NUM(free_cash_flow(figure_num(&cash[CASH_OPERATING]),
					     figure_num(&cash[CASH_CAPEX]))));
	if (db_copy_row(copy, e) < 0)
		return -1;
	json_push_text(b->tickers, ticker);
	b->processed++;
	return 0;
}

static int
put_all(struct batch *b, struct db_copy *copy, struct err *e)
{
	struct filed *row = b->held.row.at, *end = row + b->held.row.n;
	struct filings f = { .complete = 0 };
	int rc = 0;

	while (rc == 0 && row < end) {
		size_t n = held_company(row, end), company = row->company;

		filings_of(row, n, &f);
		const struct period *p = newest_year(&f);

		if (p)
			rc = put_row(b, copy, map_key(b->page, company), p, e);
		row += n;
	}
	vec_done(&f.periods);
	return rc;
}

static int
publish(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct batch *b = arg;
	char now[NUM_BUF];
	const char *args[] = { num_int(c->now_ms, now) };

	*t = (struct tally){ 0 };
	json_free(b->tickers); /* of an attempt that was rolled back */
	b->tickers = json_new_array();
	b->processed = 0;
	if (db_exec(c->db, Q_FMP_BATCH_STAGE, NULL, NULL, e) < 0)
		return -1;
	struct db_copy *copy = db_copy_begin(c->db, Q_FMP_BATCH_COPY, e);

	if (!copy)
		return -1;
	if (put_all(b, copy, e) < 0) {
		db_copy_abort(copy);
		return -1;
	}
	if (db_copy_end(copy, NULL, e) < 0)
		return -1;
	if (b->processed == 0)
		return err_set(e, ERR_EMPTY,
			       "none of the %zu stocks has income, balance sheet and cash flow of "
			       "fiscal year %lld",
			       map_count(b->page), (long long)b->p.year);
	return run_merge(c, Q_FMP_BATCH_MERGE, args, t, e);
}

static int
work(struct batch *b, struct err *e)
{
	if (choose(b, e) < 0 || load_all(b, e) < 0)
		return -1;
	held_sort(&b->held);
	run_phase(b->c, "merge", (int64_t)map_count(b->page));
	if (!run_unit_done(b->c, "publish") && run_transaction(b->c, "publish", publish, b, e) < 0)
		return -1;
	run_progress(b->c, (int64_t)map_count(b->page));
	run_result_int(b->c, "offset", b->offset);
	run_result_int(b->c, "next_offset", b->offset + (int64_t)map_count(b->page));
	run_result_int(b->c, "processed", b->processed);
	run_result_json(b->c, "tickers", b->tickers);
	b->tickers = NULL;
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct batch b = { .c = c,
			   .page = map_new(),
			   .p = bulk_period_of(c),
			   .offset = params_int(c->params, "offset", 0),
			   .tickers = json_new_array() };
	int rc;

	cache_sweep(c);
	str_init(&b.figures, FIGURES_BYTES);
	rc = work(&b, e);
	str_done(&b.figures);
	held_done(&b.held);
	json_free(b.tickers);
	map_free(b.page);
	return rc;
}

static const struct param_def params[] = {
	{ .name = "offset",
	  .type = PARAM_INT,
	  .dflt = "0",
	  .help = "active stocks to leave out, in byte order",
	  .max = 10000000 },
	{ .name = "year",
	  .type = PARAM_INT,
	  .help = "fiscal year; else that before",
	  .min = 1980,
	  .max = 2100 },
	{ .name = NULL },
};

const struct job job_fmp_batch = {
	.name = "fmp-batch",
	.title = "A minimal fiscal year, page by page",
	.layer = LAYER_OPS,
	.cadence = ON_DEMAND,
	.flags = JOB_USES_API,
	.after = NAMES("sync-universe"),
	.reads = NAMES("fintra_active_stocks"),
	.writes = NAMES("datos_financieros"),
	.params = params,
	.phases = NAMES("download", "merge"),
	.help = "Reads profiles, the three statements, ratios and key metrics once, and stores of "
		"each stock of the page (--offset, --limit, 10,000 stocks) that has all three "
		"statements of a fiscal year its revenue, net income, margins and free cash flow.  "
		"Rows of financials-bulk hold more and are left as they are; financials-bulk "
		"takes the place of these.",
	.posts = POSTS({ "batch_stored", Q_POST_BATCH_ROWS, .kind = POST_REPORTED,
			 .reported = "processed", .fails = true }),
	.run = run,
};
