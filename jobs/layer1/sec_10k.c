/* sec-10k-ingest: annual reports and what their words say about suppliers, places and obligations
 * (jobs.md 2.9).  `year` is the fiscal year: the list holds what was filed from its first day until
 * a year after its last, and the vendor's own report says which filing belongs to the year. */
#include "jobs/engine/filing_text.h"
#include "jobs/jobs.h"
#include "jobs/layer1/sec_store.h"

#include <inttypes.h>
#include <string.h>

enum {
	LIMIT = 3000,
	FILED_WITHIN = 300, /* days after the end of the fiscal year */
	FILED_AFTER = 75,   /* the usual, where the report does not name that end */
	SIGNAL_ARGS = 9,
	MS_A_DAY = 86400000
};

struct annual {
	struct job_ctx *c;
	int year;
	int64_t limit;
	bool force;
	const char *ticker; /* only this one; NULL = all */
	struct filing_list list;
	struct filing_page all;	 /* the list, while it is read */
	VEC(struct filing) work; /* by ticker, newest first */
	struct failures f;
	int64_t count, tickers, processed, skipped;
};

/* One ticker's report. */
struct yearly {
	struct annual *a;
	const struct filing *f;
	int fiscal_year;
	bool text;
	const char *arg[SIGNAL_ARGS];
	struct filing_signals signals;
	struct rows *twin; /* owned; holds arg[] when the signals are another symbol's */
	struct str places;
	char year[16], now[24];
};

static int
write_list(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct annual *a = arg;
	size_t n = a->all.rows.n;
	const struct filing **of = mem_zalloc((n + 1) * sizeof(*of));
	int rc;

	*t = (struct tally){ 0 };
	for (size_t i = 0; i < n; i++)
		of[i] = &a->all.rows.at[i];
	t->read = (int64_t)n;
	rc = sec_filings_store(c, of, n, 0, false, t, e);
	free(of);
	return rc;
}

/* The page again means that the server knows no pages. */
static int
read_list(struct annual *a, struct err *e)
{
	struct tally t = { 0 };
	int64_t listed = 0;
	int rc = 0;

	for (int page = 0; rc == 0 && listed < a->limit; page++) {
		size_t before = a->all.rows.n;

		rc = filings_fetch(a->c, &a->list, page, &a->all, &t, e);
		listed += a->all.sent;
		run_progress(a->c, listed);
		if (a->all.sent < a->list.limit || (page > 0 && a->all.rows.n == before))
			break;
	}
	if (rc == 0 && listed == 0 && !run_looks(a->c))
		rc = err_set(e, ERR_EMPTY,
			     "%s has no 10-K of fiscal year %d: look at it by hand, or give --year",
			     a->list.path, a->year);
	t.read = t.rejected + t.skipped; /* the others count when they are stored */
	run_tally(a->c, &t);
	return rc;
}

/* Drops what is not asked for, once it is known how much there is. */
static void
narrow(struct annual *a)
{
	size_t kept = 0;
	struct tally t = { 0 };

	for (size_t i = 0; i < a->all.rows.n; i++) {
		struct filing *f = &a->all.rows.at[i];

		if ((int64_t)kept < a->limit && (!a->ticker || strcmp(f->ticker, a->ticker) == 0)) {
			a->all.rows.at[kept++] = *f;
			continue;
		}
		free(f->link);
		t.read++;
		t.skipped++;
	}
	a->all.rows.n = kept;
	run_tally(a->c, &t);
}

static int
list(struct annual *a, struct err *e)
{
	int rc;

	if (run_unit_done(a->c, "list"))
		return 0;
	run_phase(a->c, "list", a->limit);
	rc = read_list(a, e);
	if (rc == 0) {
		narrow(a);
		a->count = (int64_t)a->all.rows.n;
		rc = run_transaction(a->c, "list", write_list, a, e);
	}
	if (rc == 0 && a->c->dry_run && !a->c->diff)
		run_log(a->c, LVL_INFO,
			"a dry run stores no list: only filings that were stored before are "
			"examined");
	filing_page_done(&a->all);
	return rc;
}

static int
find_work(struct annual *a, struct err *e)
{
	char from[DATE_BUF], to[DATE_BUF], year[16];
	const char *args[] = { date_iso(a->list.from, from), date_iso(a->list.to, to), year,
			       a->ticker, a->force ? "t" : "f" };
	ROWS_AUTO r = NULL;

	fmt_buf(year, sizeof(year), "%d", a->year);
	r = db_query(a->c->db, Q_SEC_10K_WORK, args, e);
	for (int i = 0; r && i < rows_count(r); i++) {
		struct filing f = { .filed = rows_date(r, i, 3), .accepted_ms = -1 };

		str_copy(f.ticker, sizeof(f.ticker), rows_text(r, i, 0));
		str_copy(f.form, sizeof(f.form), rows_text(r, i, 1));
		f.link = mem_dup(rows_text(r, i, 2));
		f.document = http_is_document(f.link);
		if (rows_text(r, i, 4))
			f.accepted_ms = rows_int(r, i, 4);
		a->tickers +=
			a->work.n == 0 || strcmp(a->work.at[a->work.n - 1].ticker, f.ticker) != 0;
		vec_push(&a->work, f);
	}
	return r ? 0 : -1;
}

static struct date
accepted_on(const struct filing *f)
{
	if (f->accepted_ms < 0)
		return f->filed;
	return (struct date){ (int32_t)(f->accepted_ms / MS_A_DAY) };
}

/* The filing of a report: the first one after its period; where the report does not say its period,
 * the newest that is usual for the year.  NULL = none of work[from..to). */
static const struct filing *
filing_of(const struct annual *a, size_t from, size_t to, const struct report *r)
{
	const struct filing *best = NULL;

	for (size_t i = from; i < to; i++) {
		const struct filing *f = &a->work.at[i];
		struct date on = accepted_on(f);
		int after = date_is_set(r->period) ? on.days - r->period.days : 0;

		if (date_is_set(r->period) && after >= 0 && after <= FILED_WITHIN)
			best = f;
		if (!date_is_set(r->period) && !best &&
		    date_year(date_add_days(on, -FILED_AFTER)) == r->year)
			best = f;
	}
	return best;
}

static void
signal_args(struct yearly *y)
{
	const char *place[PLACES + 1] = { NULL };
	const struct filing_signals *s = &y->signals;
	size_t n = 0;

	for (int i = 0; i < PLACES; i++)
		if (s->place[i])
			place[n++] = filing_places[i];
	words_array(place, &y->places);
	y->arg[2] = s->supplier_concentration;
	y->arg[3] = s->single_source ? "t" : "f";
	y->arg[4] = s->obligations[0] ? s->obligations : NULL;
	y->arg[5] = s->obligations[0] ? "USD" : NULL;
	y->arg[6] = str_c(&y->places);
	y->arg[7] = s->environmental;
}

/* Another symbol of the company may have had the same document read. */
static int
find_twin(struct yearly *y, struct err *e)
{
	const char *args[] = { y->f->link, y->f->ticker, y->year };

	y->twin = db_query(y->a->c->db, Q_SEC_10K_TWIN, args, e);
	if (!y->twin)
		return -1;
	if (rows_count(y->twin) == 0)
		return 0;
	y->text = true;
	for (int i = 0; i < 6; i++)
		y->arg[2 + i] = rows_text(y->twin, 0, i);
	return 0;
}

static int
read_document(struct yearly *y, struct err *e)
{
	STR_AUTO plain = { 0 };

	if (!y->a->force && find_twin(y, e) < 0)
		return -1;
	if (y->text || !y->f->document)
		return 0;
	if (sec_document(y->a->c, y->f->link, &plain, e) < 0)
		return -1;
	y->text = filing_signals_find(str_c(&plain), plain.len, &y->signals);
	if (y->text)
		signal_args(y);
	return 0;
}

static int
write_report(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct yearly *y = arg;

	*t = (struct tally){ .read = 1 };
	if (sec_filings_store(c, &y->f, 1, y->fiscal_year, y->text, t, e) < 0)
		return -1;
	if (!y->text)
		return 0;
	return run_merge(c, Q_SEC_STRUCTURAL_SIGNALS_MERGE, y->arg, t, e) < 0
		       ? err_wrap(e, "fintra_sec_structural_signals")
		       : 0;
}

static int
store_report(struct annual *a, const struct filing *f, int fiscal_year, struct err *e)
{
	struct yearly y = { .a = a, .f = f, .fiscal_year = fiscal_year };
	int rc;

	str_init(&y.places, 256);
	fmt_buf(y.year, sizeof(y.year), "%d", fiscal_year);
	fmt_buf(y.now, sizeof(y.now), "%" PRId64, a->c->now_ms);
	y.arg[0] = f->ticker;
	y.arg[1] = y.year;
	y.arg[8] = y.now;
	rc = read_document(&y, e);
	if (rc == 0)
		rc = run_transaction(a->c, f->ticker, write_report, &y, e);
	if (rc == 0 && y.text)
		a->processed++;
	else if (rc == 0)
		a->skipped++;
	rows_free(y.twin);
	str_done(&y.places);
	return rc;
}

/* Of a look: a report that was asked for in vain is likely to be missing again; of any other one
 * the document is asked for, too, unless another symbol had it read. */
static int
look_at_report(struct annual *a, size_t from, size_t to, struct err *e)
{
	const struct report usual = { .year = a->year, .period = DATE_NONE };
	const struct filing *f = filing_of(a, from, to, &usual);
	char year[16];

	if (!f || !f->document)
		return 0;
	fmt_buf(year, sizeof(year), "%d", a->year);
	const char *args[] = { a->c->job->name, f->ticker, year, f->link, a->force ? "t" : "f" };
	ROWS_AUTO r = db_query(a->c->db, Q_SEC_10K_READS, args, e);

	if (!r)
		return -1;
	if (rows_bool(r, 0, 0))
		run_look_calls(a->c, 1);
	return 0;
}

/* work[from..to) are one ticker's filings. */
static int
one_ticker(struct annual *a, size_t from, size_t to, struct err *e)
{
	const char *ticker = a->work.at[from].ticker;
	const struct filing *f = NULL;
	struct tally none = { 0 };
	struct report r;

	if (run_unit_done(a->c, ticker)) {
		a->skipped++;
		return 0;
	}
	if (report_fetch(a->c, ticker, a->year, &r, e) < 0)
		return -1;
	if (run_looks(a->c) && look_at_report(a, from, to, e) < 0)
		return -1;
	if (r.found)
		f = filing_of(a, from, to, &r);
	if (f)
		return store_report(a, f, r.year, e);
	a->skipped++;
	return sec_decide(a->c, ticker, &none, e);
}

static int
each_ticker(struct annual *a, struct err *e)
{
	int64_t done = 0, most = a->tickers < a->limit ? a->tickers : a->limit;

	run_phase(a->c, "reports", most);
	for (size_t i = 0, next; i < a->work.n && done < most; i = next) {
		const char *ticker = a->work.at[i].ticker;

		for (next = i + 1; next < a->work.n; next++)
			if (strcmp(a->work.at[next].ticker, ticker) != 0)
				break;
		if (run_check(a->c, e) < 0)
			return -1;
		*e = (struct err)ERR_INIT;
		if (one_ticker(a, i, next, e) == 0)
			a->f.in_a_row = 0;
		else if (failures_note(a->c, &a->f, ticker, e))
			return -1;
		run_progress(a->c, ++done);
	}
	return 0;
}

/* The list is the vendor's: what is known of it are the filings that were listed before. */
static int
look_at_list(struct annual *a, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { a->c->job->name, date_iso(a->c->as_of, day) };
	ROWS_AUTO r = db_query(a->c->db, Q_COMMON_LAST_RUN, args, e);

	if (!r)
		return -1;
	bool before = date_is_set(rows_date(r, 0, 0));

	run_look_units(a->c, before);
	run_look_calls(a->c, before ? 0 : -1);
	return 0;
}

static void
ask_for(struct annual *a)
{
	int64_t limit = params_int(a->c->params, "limit", 0);
	struct date last = date_of(a->year + 1, 12, 31);

	a->limit = limit > 0 ? limit : LIMIT;
	if (date_cmp(last, a->c->as_of) > 0)
		last = a->c->as_of;
	a->list = (struct filing_list){ .path = "/stable/sec-filings-search/form-type",
					.form = "10-K",
					.ask_form = true,
					.from = date_of(a->year, 1, 1),
					.to = last,
					.limit = a->limit < FILINGS_PAGE_MAX ? (int)a->limit
									     : FILINGS_PAGE_MAX };
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct annual a = { .c = c,
			    .ticker = params_text(c->params, "ticker"),
			    .force = params_bool(c->params, "force"),
			    .f = { .first = ERR_INIT } };
	int rc;

	a.year = (int)params_int(c->params, "year", date_year(c->as_of) - 1);
	if (a.year > date_year(c->as_of))
		return err_set(e, ERR_USAGE, "year %d is after the as-of date", a.year);
	ask_for(&a);
	sec_warn_agent(c);
	rc = list(&a, e);
	if (rc == 0 && run_looks(c))
		rc = look_at_list(&a, e);
	if (rc == 0)
		rc = find_work(&a, e);
	if (rc == 0)
		rc = each_ticker(&a, e);
	run_result_int(c, "count", a.count);
	run_result_int(c, "processed", a.processed);
	run_result_int(c, "skipped", a.skipped);
	if (rc == 0)
		rc = failures_conclude(c, &a.f, a.processed + a.skipped, e);
	for (size_t i = 0; i < a.work.n; i++)
		free(a.work.at[i].link);
	vec_done(&a.work);
	return rc;
}

static const struct param_def params[] = {
	{ .name = "year",
	  .type = PARAM_INT,
	  .help = "fiscal year of the reports; else the year before the as-of date",
	  .min = 1993,
	  .max = 2100 },
	{ .name = NULL },
};

const struct job job_sec_10k = {
	.name = "sec-10k-ingest",
	.title = "Annual reports filed with the SEC",
	.layer = 1,
	.cadence = WEEKLY,
	.flags = JOB_USES_API,
	.after = NAMES("sync-universe"),
	.writes = NAMES("sec_filings", "fintra_sec_structural_signals"),
	.params = params,
	.phases = NAMES("list", "reports"),
	.help = "Stores the list of 10-K filings (limit = how many, 3000 at first), then reads for "
		"each company the report on the fiscal year from the host in [sec]: items 1, 1A, 7 "
		"and 2 give one row of signals.  Without the words there is no row, and the filing "
		"stays unparsed.  Companies that have signals of the year are left alone unless "
		"forced.",
	/* Of the whole table: a run adds what a week or a year brought, be it little.  Off season
	 * nobody files: no newest date. */
	.posts = POSTS(
		{ "annual_reports", Q_POST_ANNUAL_REPORTS, .kind = POST_OF_LAST, .bound = 0.95 },
		{ "annual_reports_without_signals", Q_POST_ANNUAL_UNREAD, .kind = POST_RISE,
		  .bound = 0.10 },
		{ "annual_signals_without_places", Q_POST_ANNUAL_PLACELESS, .kind = POST_RISE,
		  .bound = 0.10 }),
	.run = run,
};
