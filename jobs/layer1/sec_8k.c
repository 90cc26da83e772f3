/* sec-8k-ingest: current reports and the one event of each that matters most (jobs.md 2.10).  The
 * documents are asked for one after the other: the host's ten a second, not the waiting, is the
 * limit. */
#include "core/map.h"
#include "core/num.h"
#include "jobs/engine/filing_text.h"
#include "jobs/jobs.h"
#include "jobs/layer1/sec_store.h"

#include <inttypes.h>
#include <string.h>

enum { PAGES_MAX = 5, PAGE_ROWS = 100, DAYS = 30, UNIT_BUF = 32, SYMBOLS_MAX = 64 };

struct events {
	struct job_ctx *c;
	struct filing_list list;
	const char *ticker; /* only this one; NULL = all */
	bool force;
	struct filing_page page;
	struct map *known;	/* "TICKER LINK" of what is stored */
	struct map *read_links; /* links whose document was read for some symbol ... */
	VEC(const struct filing_event *) read_event; /* ... and what it says; NULL = nothing */
	struct failures f;
	int64_t processed, signals, pages, pictures;
	char first_link[512]; /* of the page before */
};

/* One document: a filing may come once for each of the company's symbols. */
struct paper {
	struct events *v;
	const struct filing *of[SYMBOLS_MAX];
	size_t n;
	const struct filing_event *event; /* NULL = none */
	bool parsed;
};

static void
key_of(const char *ticker, const char *link, char *buf, size_t n)
{
	fmt_buf(buf, n, "%s %s", ticker, link);
}

static bool
is_known(const struct events *v, const struct filing *f)
{
	char key[600];

	key_of(f->ticker, f->link, key, sizeof(key));
	return map_find(v->known, key, strlen(key)) != MAP_NONE;
}

/* What the database has of this page's links. */
static int
look_up(struct events *v, struct err *e)
{
	const char **word = mem_zalloc((v->page.rows.n + 1) * sizeof(*word));
	char key[600];
	STR_AUTO links = { 0 };
	ROWS_AUTO r = NULL;

	for (size_t i = 0; i < v->page.rows.n; i++)
		word[i] = v->page.rows.at[i].link;
	str_init(&links, (v->page.rows.n + 1) * 512);
	words_array(word, &links);
	free(word);
	r = db_query(v->c->db, Q_SEC_8K_KNOWN, (const char *[]){ str_c(&links) }, e);
	for (int i = 0; r && i < rows_count(r); i++) {
		const char *link = rows_text(r, i, 1);

		key_of(rows_text(r, i, 0), link, key, sizeof(key));
		map_add(v->known, key, strlen(key));
		if (rows_bool(r, i, 2) &&
		    map_add(v->read_links, link, strlen(link)) == v->read_event.n)
			vec_push(&v->read_event, filing_event_named(rows_text(r, i, 3)));
	}
	return r ? 0 : -1;
}

static int
write_paper(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct paper *p = arg;
	const struct filing *f = p->of[0];
	const char *word[SYMBOLS_MAX + 1] = { NULL };
	char date[DATE_BUF], when[24], now[24];
	STR_AUTO tickers = { 0 };

	*t = (struct tally){ .read = (int64_t)p->n };
	if (sec_filings_store(c, p->of, p->n, 0, p->parsed, t, e) < 0)
		return -1;
	if (!p->event)
		return 0;
	for (size_t i = 0; i < p->n; i++)
		word[i] = p->of[i]->ticker;
	str_init(&tickers, sizeof(word) * TICKER_BUF);
	words_array(word, &tickers);
	fmt_buf(when, sizeof(when), "%" PRId64, f->accepted_ms);
	fmt_buf(now, sizeof(now), "%" PRId64, c->now_ms);
	const char *args[] = { str_c(&tickers),		 f->link,
			       date_iso(f->filed, date), f->accepted_ms >= 0 ? when : NULL,
			       p->event->item,		 p->event->type,
			       p->event->category,	 now };

	return run_merge(c, Q_SEC_EVENT_SIGNALS_MERGE, args, t, e) < 0
		       ? err_wrap(e, "fintra_sec_event_signals")
		       : 0;
}

/* From the document, unless it was read before for another symbol. */
static int
judge_paper(struct paper *p, struct err *e)
{
	struct events *v = p->v;
	const char *link = p->of[0]->link;
	size_t at = v->force ? MAP_NONE : map_find(v->read_links, link, strlen(link));
	STR_AUTO plain = { 0 };

	p->parsed = p->of[0]->document;
	p->event = NULL;
	if (at != MAP_NONE)
		p->event = v->read_event.at[at];
	if (at != MAP_NONE || !p->parsed)
		return 0;
	if (sec_document(v->c, link, &plain, e) < 0)
		return -1;
	p->event = filing_event_find(str_c(&plain), plain.len);
	return 0;
}

static int
do_paper(struct paper *p, struct err *e)
{
	struct events *v = p->v;

	*e = (struct err)ERR_INIT;
	if (judge_paper(p, e) < 0 || run_transaction(v->c, p->of[0]->link, write_paper, p, e) < 0) {
		run_tally(v->c, &(struct tally){ .read = (int64_t)p->n });
		return failures_note(v->c, &v->f, p->of[0]->ticker, e) ? -1 : 0;
	}
	v->f.in_a_row = 0;
	v->processed++;
	v->signals += p->event != NULL;
	v->pictures += !p->parsed;
	return 0;
}

/* The rows of link i that are to be written; those known already are counted in *t. */
static void
gather(struct events *v, size_t i, struct paper *p, struct tally *t)
{
	const char *link = v->page.rows.at[i].link;
	bool again = run_unit_done(v->c, link); /* by this run, before it was resumed */

	*p = (struct paper){ .v = v };
	for (size_t k = i; k < v->page.rows.n; k++) {
		const struct filing *f = &v->page.rows.at[k];
		bool known = is_known(v, f);

		if (strcmp(f->link, link) != 0 || (known && again))
			continue; /* counted then */
		if ((v->force || !known) && p->n < SYMBOLS_MAX) {
			p->of[p->n++] = f;
		} else {
			t->read++;
			t->unchanged++;
		}
	}
}

static int
each_paper(struct events *v, struct tally *t, struct err *e)
{
	struct map *seen = map_new();
	int rc = 0;

	run_phase(v->c, "documents", (int64_t)v->page.rows.n);
	for (size_t i = 0; rc == 0 && i < v->page.rows.n; i++) {
		const char *link = v->page.rows.at[i].link;
		size_t before = map_count(seen);
		struct paper p;

		if (map_add(seen, link, strlen(link)) == before) {
			gather(v, i, &p, t);
			rc = run_check(v->c, e);
			if (rc == 0 && p.n > 0)
				rc = do_paper(&p, e);
		}
		run_progress(v->c, (int64_t)i + 1);
	}
	map_free(seen);
	return rc;
}

/* Drops what another ticker has filed. */
static void
narrow(struct events *v, struct tally *t)
{
	size_t kept = 0;

	for (size_t i = 0; v->ticker && i < v->page.rows.n; i++) {
		if (strcmp(v->page.rows.at[i].ticker, v->ticker) == 0) {
			v->page.rows.at[kept++] = v->page.rows.at[i];
			continue;
		}
		free(v->page.rows.at[i].link);
		t->skipped++;
	}
	if (v->ticker)
		v->page.rows.n = kept;
}

static void
unit_name(char unit[UNIT_BUF], int page, const char *what)
{
	fmt_buf(unit, UNIT_BUF, "page %d %s", page, what);
}

/* Whether an earlier run has stored something of the page: then the pages behind it are old.  Once
 * decided it stays so, since this run's own rows would look the same. */
static int
is_last(struct events *v, int page, bool *last, struct err *e)
{
	char is_new[UNIT_BUF], is_old[UNIT_BUF];
	struct tally none = { 0 };
	bool any = false;

	unit_name(is_new, page, "new");
	unit_name(is_old, page, "last");
	*last = run_unit_done(v->c, is_old);
	if (*last || run_unit_done(v->c, is_new))
		return 0;
	for (size_t i = 0; !v->force && i < v->page.rows.n; i++)
		any = any || is_known(v, &v->page.rows.at[i]);
	*last = any;
	return sec_decide(v->c, any ? is_old : is_new, &none, e);
}

/* A server that knows no pages sends the first again and again. */
static bool
repeats(struct events *v, int page)
{
	const char *link = v->page.rows.n > 0 ? v->page.rows.at[0].link : "";
	bool same = *link && strcmp(link, v->first_link) == 0;

	str_copy(v->first_link, sizeof(v->first_link), link);
	if (same)
		run_log(v->c, LVL_WARN, "page %d is page %d again: the list ends here", page,
			page - 1);
	return same;
}

/* A list of the whole last month that holds nothing is no list. */
static int
nothing_at_all(struct err *e)
{
	return err_set(e, ERR_EMPTY,
		       "/stable/sec-filings-8k has no filing of a whole month: look at it by hand, "
		       "or run it again later");
}

static int
do_page(struct events *v, int page, bool *end, struct err *e)
{
	struct tally t = { 0 };
	char unit[UNIT_BUF];
	bool last = false;

	if (filings_fetch(v->c, &v->list, page, &v->page, &t, e) < 0)
		return err_wrap(e, "page %d", page);
	v->pages++;
	*end = v->page.sent < v->list.limit;
	if (v->page.sent == 0)
		return page == 0 ? nothing_at_all(e) : 0;
	if (repeats(v, page)) {
		*end = true;
		return 0;
	}
	t.read = t.rejected + t.skipped; /* the others count with their documents */
	size_t usable = v->page.rows.n;
	narrow(v, &t);
	t.read += (int64_t)(usable - v->page.rows.n);
	if (look_up(v, e) < 0 || is_last(v, page, &last, e) < 0 || each_paper(v, &t, e) < 0)
		return -1;
	*end = *end || last;
	unit_name(unit, page, *end ? "end" : "done");
	return sec_decide(v->c, unit, &t, e);
}

static int
each_page(struct events *v, struct err *e)
{
	int start = (int)params_int(v->c->params, "page", 0);
	char done[UNIT_BUF], ended[UNIT_BUF];
	bool end = false;
	int rc = 0;

	for (int page = start; rc == 0 && !end && page < start + PAGES_MAX; page++) {
		unit_name(done, page, "done");
		unit_name(ended, page, "end");
		end = run_unit_done(v->c, ended);
		if (end || run_unit_done(v->c, done))
			continue;
		rc = do_page(v, page, &end, e);
		filing_page_done(&v->page);
	}
	return rc;
}

static void
report(const struct events *v)
{
	if (v->pictures > 0)
		run_log(v->c, LVL_INFO,
			"%" PRId64 " filing%s without a page or text: stored, not examined",
			v->pictures, num_s(v->pictures));
	run_result_int(v->c, "processed", v->processed);
	run_result_int(v->c, "signals", v->signals);
	run_result_int(v->c, "pagesScanned", v->pages);
}

static int
run(struct job_ctx *c, struct err *e)
{
	int64_t limit = params_int(c->params, "limit", 0);
	struct events v = { .c = c,
			    .ticker = params_text(c->params, "ticker"),
			    .force = params_bool(c->params, "force"),
			    .known = map_new(),
			    .read_links = map_new(),
			    .f = { .first = ERR_INIT } };
	int rc;

	v.list = (struct filing_list){ .path = "/stable/sec-filings-8k",
				       .form = "8-K",
				       .from = date_add_days(c->as_of, -DAYS),
				       .to = c->as_of,
				       .limit = limit < 1		   ? PAGE_ROWS
						: limit > FILINGS_PAGE_MAX ? FILINGS_PAGE_MAX
									   : (int)limit };
	sec_warn_agent(c);
	run_phase(c, "list", PAGES_MAX);
	/* Which filings there are the vendor alone knows. */
	rc = run_looks(c) ? run_look_as_last(c, e) : each_page(&v, e);
	report(&v);
	if (rc == 0)
		rc = failures_conclude(c, &v.f, v.processed, e);
	map_free(v.known);
	map_free(v.read_links);
	vec_done(&v.read_event);
	return rc;
}

static const struct param_def params[] = {
	{ .name = "page", .type = PARAM_INT, .help = "page to begin with", .max = 100000 },
	{ .name = NULL },
};

const struct job job_sec_8k = {
	.name = "sec-8k-ingest",
	.title = "Current reports filed with the SEC",
	.layer = 1,
	.cadence = WEEKLY,
	.flags = JOB_USES_API,
	.after = NAMES("sync-universe"),
	.writes = NAMES("sec_filings", "fintra_sec_event_signals"),
	.params = params,
	.phases = NAMES("list", "documents"),
	.help = "Reads the newest 8-K filings, at most five pages (limit = rows of a page, 100 at "
		"first) or up to the first page that holds a stored one, and each one's document "
		"from the host in [sec].  One event per filing: the most important item, the first "
		"of equals.  What cannot be had is counted and comes again with a later run.",
	/* Of the whole table: a run adds the filings since the last one, be they few, and a quiet
	 * week has none that counts.  A list without any filing of the month fails the run itself.
	 */
	.posts = POSTS(
		{ "current_reports", Q_POST_CURRENT_REPORTS, .kind = POST_OF_LAST, .bound = 0.95 },
		{ "current_reports_unread", Q_POST_CURRENT_UNREAD, .kind = POST_RISE,
		  .bound = 0.10 },
		{ "current_reports_without_event", Q_POST_CURRENT_EVENTLESS, .kind = POST_RISE,
		  .bound = 0.10 }),
	.run = run,
};
