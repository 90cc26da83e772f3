/* company-profile-bulk: what each active stock is (jobs.md 2.5), asked one by one when few are
 * wanted, else read from profile-bulk. */
#include "jobs/jobs.h"

#include "core/db_copy.h"
#include "core/num.h"
#include "jobs/active_stocks.h"
#include "jobs/by_ticker.h"
#include "jobs/common.h"
#include "jobs/fmp/company.h"
#include "jobs/fmp/profile.h"

#include <string.h>

enum { ONE_BY_ONE_MAX = 500, CHECK_EVERY = 1000 };

struct profiles {
	struct job_ctx *c;
	struct active_stocks stocks;
	const char *file; /* bulk: the joined parts */
	int attempt;	  /* rejected rows are kept on the first only */
	struct db_copy *copy;
	struct tally t;
	int64_t processed, upserted, unknown; /* companies; `unknown` to the vendor */
	/* one by one */
	const char *ticker;	 /* at work */
	const struct company *p; /* its answer */
};

/* A transaction that is done anew reads the file again: its rejects are kept once. */
static void
refuse(struct profiles *s, const char *reason, const struct csv_row *row)
{
	if (s->attempt <= 1)
		reject_row(s->c, &s->t, reason, row, COMPANY_COLUMNS);
	else
		s->t.rejected++;
}

static int
copy_company(struct profiles *s, int64_t seq, const struct company *p, struct err *e)
{
	db_copy_int(s->copy, seq);
	db_copy_str(s->copy, p->ticker);
	for (int i = COMPANY_NAME; i <= COMPANY_CEO; i++) {
		if (p->text[i].p)
			db_copy_text(s->copy, p->text[i].p, p->text[i].len);
		else
			db_copy_null(s->copy);
	}
	if (p->employees >= 0)
		db_copy_int(s->copy, p->employees);
	else
		db_copy_null(s->copy);
	return db_copy_row(s->copy, e);
}

static int
begin_stage(struct profiles *s, struct err *e)
{
	if (db_exec(s->c->db, Q_COMPANY_PROFILE_STAGE, NULL, NULL, e) < 0)
		return -1;
	s->copy = db_copy_begin(s->c->db, Q_COMPANY_PROFILE_COPY, e);
	return s->copy ? 0 : -1;
}

/* *n = companies staged. */
static int
merge(struct profiles *s, struct tally *t, int64_t *n, struct err *e)
{
	char now[NUM_BUF];
	const char *args[] = { num_int(s->c->now_ms, now) };
	struct tally before = *t;

	if (run_merge(s->c, Q_COMPANY_PROFILE_MERGE, args, t, e) < 0)
		return -1;
	s->upserted = t->inserted - before.inserted + t->updated - before.updated;
	*n = s->upserted + t->unchanged - before.unchanged;
	return 0;
}

static int
on_bulk_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct profiles *s = arg;
	struct company p;

	s->t.read++;
	if (row->number % CHECK_EVERY == 0) {
		run_progress(s->c, row->number);
		if (run_check(s->c, e) < 0)
			return -1;
	}
	if (row->bad || !company_decode(row, &p)) {
		refuse(s, row->bad ? row->bad : "symbol is no ticker", row);
		return 0;
	}
	if (map_find(s->stocks.asked, p.ticker, strlen(p.ticker)) == MAP_NONE) {
		s->t.skipped++;
		return 0;
	}
	return copy_company(s, row->number, &p, e);
}

static int
stage_file(struct profiles *s, struct err *e)
{
	if (begin_stage(s, e) < 0)
		return -1;
	if (csv_read_file(s->file, company_columns, COMPANY_COLUMNS, on_bulk_row, s, NULL, e) < 0) {
		db_copy_abort(s->copy);
		return err_wrap(e, "profile-bulk");
	}
	return db_copy_end(s->copy, NULL, e);
}

static int
say_repeated(struct profiles *s, struct err *e)
{
	ROWS_AUTO r = db_query(s->c->db, Q_STAGE_COMPANY_REPEATED, NULL, e);

	if (!r)
		return -1;
	if (rows_int(r, 0, 0) > 0)
		run_log(s->c, LVL_WARN,
			"%lld symbols were sent more than once, %lld of them with other texts "
			"(%s): the last one counts",
			(long long)rows_int(r, 0, 0), (long long)rows_int(r, 0, 1),
			str_or(rows_text(r, 0, 2), "none"));
	return 0;
}

static int
write_bulk(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct profiles *s = arg;

	s->t = (struct tally){ 0 };
	s->attempt++;
	run_phase(c, "stage", 0);
	if (stage_file(s, e) < 0 || say_repeated(s, e) < 0)
		return -1;
	run_phase(c, "merge", (int64_t)map_count(s->stocks.asked));
	*t = s->t;
	if (merge(s, t, &s->processed, e) < 0)
		return -1;
	/* an earlier row of a symbol sent twice */
	t->skipped = t->read - t->rejected - s->processed;
	if (s->processed == 0)
		return err_set(e, ERR_EMPTY,
			       "/stable/profile-bulk has no profile of the %zu active stocks asked "
			       "for (%lld row%s)",
			       map_count(s->stocks.asked), (long long)t->read, num_s(t->read));
	return 0;
}

static int
run_bulk(struct profiles *s, struct err *e)
{
	CACHE_AUTO f = CACHE_FILE_INIT;

	if (run_unit_done(s->c, "publish"))
		return 0;
	cache_sweep(s->c);
	if (profile_fetch(s->c, params_bool(s->c->params, "force"), &f, e) < 0)
		return -1;
	s->file = f.path;
	if (run_transaction(s->c, "publish", write_bulk, s, e) < 0) {
		run_tally(s->c, &(struct tally){ .read = s->t.read,
						 .rejected = s->t.rejected,
						 .skipped = s->t.skipped });
		cache_drop_for(&f, e);
		return -1;
	}
	cache_keep(s->c, &f);
	s->unknown = (int64_t)map_count(s->stocks.asked) - s->processed;
	return 0;
}

/* Without an answer (p NULL) the unit alone is kept: the resumed run does not ask again. */
static int
write_one(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct profiles *s = arg;
	int64_t n;

	(void)c;
	*t = s->t;
	if (!s->p)
		return 0;
	if (begin_stage(s, e) < 0)
		return -1;
	if (copy_company(s, 1, s->p, e) < 0) {
		db_copy_abort(s->copy);
		return -1;
	}
	if (db_copy_end(s->copy, NULL, e) < 0)
		return -1;
	return merge(s, t, &n, e);
}

/* The answer lives as long as this call: it is stored from here. */
static int
on_answer(void *arg, const struct csv_row *row, struct err *e)
{
	struct profiles *s = arg;
	struct company p;

	s->t.read = 1;
	if (!company_decode(row, &p)) {
		refuse(s, "symbol is no ticker", row);
		return err_set(e, ERR_DATA, "a profile without a usable symbol");
	}
	s->p = &p;
	int rc = run_transaction(s->c, s->ticker, write_one, s, e);

	s->p = NULL;
	return rc;
}

static int
load_one(void *arg, const char *ticker, struct err *e)
{
	struct profiles *s = arg;
	int64_t before = s->upserted;
	bool known;

	s->ticker = ticker;
	s->t = (struct tally){ 0 };
	s->upserted = 0;
	int rc = company_get(s->c, ticker, on_answer, s, &known, e);

	s->upserted += before;
	if (rc < 0) {
		run_tally(s->c, &s->t);
		return -1;
	}
	s->processed += known;
	if (known)
		return 0;
	s->unknown++;
	s->t.skipped = 1;
	run_log(s->c, LVL_WARN, "%s: the vendor has no profile", ticker);
	return run_transaction(s->c, ticker, write_one, s, e);
}

static int
run_one_by_one(struct profiles *s, struct err *e)
{
	struct by_ticker b = { .c = s->c, .tickers = s->stocks.asked, .fn = load_one, .arg = s };

	run_phase(s->c, "ask", (int64_t)map_count(s->stocks.asked));
	if (by_ticker_run(&b, e) < 0)
		return -1;
	if (s->processed == 0 && b.resumed == 0 && !run_looks(s->c))
		return err_set(e, ERR_EMPTY,
			       "the vendor has no profile of any of the %lld active stocks asked "
			       "for",
			       (long long)s->unknown);
	run_result_int(s->c, "resumed", b.resumed);
	return 0;
}

/* Few requests are quicker than hundreds of megabytes, many are not. */
static bool
one_by_one(const struct profiles *s)
{
	const char *mode = str_or(params_text(s->c->params, "mode"), "auto");

	if (str_same(mode, "auto"))
		return map_count(s->stocks.asked) <= ONE_BY_ONE_MAX;
	return str_same(mode, "api");
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct profiles s = { .c = c };
	int rc = active_stocks_read(c, &s.stocks, e);

	if (rc == 0) {
		bool api = one_by_one(&s);

		rc = api ? run_one_by_one(&s, e) : run_bulk(&s, e);
		run_result_text(c, "mode", api ? "api" : "bulk");
		run_result_int(c, "asked", (int64_t)map_count(s.stocks.asked));
		run_result_int(c, "processed", s.processed);
		run_result_int(c, "upserted", s.upserted);
		run_result_int(c, "without_profile", s.unknown);
	}
	active_stocks_done(&s.stocks);
	return rc;
}

static const struct param_def params[] = {
	{ "mode", PARAM_CHOICE, "auto|api|bulk", "auto",
	  "api: one request per ticker; bulk: one file of all; auto: api up to 500 tickers", 0, 0 },
	{ 0 },
};

const struct job job_company_profile = {
	.name = "company-profile-bulk",
	.title = "Company profiles",
	.layer = 1,
	.phase = 1,
	.step = 5,
	.cadence = WEEKLY,
	.flags = JOB_USES_API,
	.after = NAMES("sync-universe"),
	.reads = NAMES("fintra_active_stocks"),
	.writes = NAMES("company_profiles"),
	.params = params,
	.phases = NAMES("download", "stage", "merge", "ask"),
	.help = "Keeps name, description, sector, industry, country, website, head and number of "
		"employees of every active stock.  Up to 500 tickers are asked for one by one, at "
		"most fmp.requests_per_min of them a minute, and resume goes on behind the last; "
		"more are read from profile-bulk, which sync-universe may have left in the cache.",
	/* updated_at moves only with a changed row: no newest date. */
	.posts = POSTS({ "profiles_tickers", Q_POST_PROFILES_TICKERS, .kind = POST_OF_LAST,
			 .bound = 0.95 },
		       { "profiles_without_sector", Q_POST_PROFILES_UNSECTORED, .kind = POST_RISE,
			 .bound = 0.10 },
		       { "profiles_without_description", Q_POST_PROFILES_UNDESCRIBED,
			 .kind = POST_RISE, .bound = 0.10 }),
	.run = run,
};
