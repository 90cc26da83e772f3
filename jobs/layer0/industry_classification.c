/* industry-classification-sync: the catalogue of industries and the map from ticker to industry
 * over time (jobs.md 2.2).  Everything set-wise, in one transaction. */
#include "jobs/jobs.h"

#include "core/clock.h"
#include "core/num.h"
#include "jobs/common.h"

enum { LOGGED_MAX = 20 };

struct classify {
	struct job_ctx *c;
	const char *sectors; /* text[] literal */
	char day[DATE_BUF], now[CLOCK_BUF];
	int64_t industries, assets, skipped;
};

/* Logs the rows of a query, two columns each, at most LOGGED_MAX of them. */
static int
tell(struct classify *s, enum query q, const char *what, struct err *e)
{
	ROWS_AUTO r = db_query(s->c->db, q, NULL, e);

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r) && i < LOGGED_MAX; i++)
		run_log(s->c, LVL_WARN, "%s %s: %s", what, rows_text(r, i, 0), rows_text(r, i, 1));
	if (rows_count(r) > LOGGED_MAX)
		run_log(s->c, LVL_WARN, "%s: %d more", what, rows_count(r) - LOGGED_MAX);
	return 0;
}

/* The table takes the eleven sectors only. */
static int
foreign_sectors(struct classify *s, struct err *e)
{
	ROWS_AUTO r = db_query(s->c->db, Q_INDUSTRY_CLASSIFICATION_FOREIGN, &s->sectors, e);

	if (!r)
		return -1;
	s->skipped = 0;
	for (int i = 0; i < rows_count(r); i++) {
		s->skipped += rows_int(r, i, 2);
		if (i < LOGGED_MAX)
			run_log(s->c, LVL_WARN,
				"sector \"%s\" is none of the eleven: industries %s, tickers left "
				"out %s",
				rows_text(r, i, 0), rows_text(r, i, 1), rows_text(r, i, 2));
	}
	return 0;
}

/* One staged row per ticker; the rows left out count as read and skipped. */
static int
read_pairs(struct classify *s, struct tally *t, struct err *e)
{
	const char *args[] = { s->sectors, s->day };
	int64_t n = 0;

	if (db_exec(s->c->db, Q_INDUSTRY_CLASSIFICATION_STAGE, NULL, NULL, e) < 0 ||
	    db_exec(s->c->db, Q_STAGE_INDUSTRY_FILL, args, &n, e) < 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_EMPTY,
			       "no ticker of fintra_universe has a sector and an industry: run "
			       "sync-universe first");
	if (foreign_sectors(s, e) < 0 ||
	    tell(s, Q_STAGE_INDUSTRY_SPLIT, "under several sectors:", e) < 0)
		return -1;
	t->read = n + s->skipped;
	t->skipped = s->skipped;
	return tell(s, Q_STAGE_INDUSTRY_CLASH, "one code for several names,", e);
}

/* Industries used by this run, whether new or known. */
static int
merge_catalogue(struct classify *s, struct tally *t, struct err *e)
{
	const char *args[] = { s->now };
	struct tally before = *t;

	if (run_merge(s->c, Q_INDUSTRY_CLASSIFICATION_MERGE, args, t, e) < 0)
		return err_wrap(e, "industry_classification");
	s->industries = t->inserted + t->updated + t->unchanged - before.inserted - before.updated -
			before.unchanged;
	return 0;
}

/* In this order: after closing, a changed ticker has no open row and gets its new one from the same
 * statement as a ticker that is new. */
static int
merge_map(struct classify *s, struct tally *t, struct err *e)
{
	const char *day[] = { s->day };
	const char *open[] = { s->day, s->now };
	int64_t corrected = 0, closed = 0;
	struct tally m = { 0 };

	if (db_exec(s->c->db, Q_ASSET_INDUSTRY_MAP_CORRECT_MERGE, day, &corrected, e) < 0 ||
	    db_exec(s->c->db, Q_ASSET_INDUSTRY_MAP_CLOSE_MERGE, day, &closed, e) < 0 ||
	    run_merge(s->c, Q_ASSET_INDUSTRY_MAP_OPEN_MERGE, open, &m, e) < 0)
		return err_wrap(e, "asset_industry_map");
	s->assets = m.inserted + m.updated + m.unchanged;
	t->inserted += m.inserted;
	t->updated += m.updated + corrected + closed;
	t->unchanged += m.unchanged - corrected;
	if (closed + corrected > 0)
		run_log(s->c, LVL_INFO, "%lld ticker%s changed industry, %lld corrected",
			(long long)closed, num_s(closed), (long long)corrected);
	return 0;
}

/* The catalogue is always made from all tickers, else a narrow run would decide sectors by a few of
 * them; `ticker` and `limit` narrow the map. */
static int
transaction(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct classify *s = arg;
	int64_t limit = params_int(c->params, "limit", 0), cut = 0;
	char n[24];
	const char *only[] = { params_text(c->params, "ticker"), limit > 0 ? n : NULL };

	*t = (struct tally){ 0 };
	fmt_buf(n, sizeof(n), "%lld", (long long)limit);
	run_phase(c, "read", 0);
	if (read_pairs(s, t, e) < 0)
		return -1;
	run_phase(c, "merge", t->read);
	if (merge_catalogue(s, t, e) < 0 ||
	    db_exec(c->db, Q_STAGE_INDUSTRY_CODE, NULL, NULL, e) < 0 ||
	    db_exec(c->db, Q_STAGE_INDUSTRY_ONLY, only, &cut, e) < 0)
		return -1;
	t->skipped += cut;
	return merge_map(s, t, e);
}

/* The as-of date of the universe shows later what this map was made from, and so do the profiles
 * where the universe lacked the industry. */
static int
note_input(struct job_ctx *c, struct err *e)
{
	ROWS_AUTO r = db_query(c->db, Q_INDUSTRY_CLASSIFICATION_INPUTS, NULL, e);

	if (!r)
		return -1;
	run_input(c, "fintra_universe", rows_date(r, 0, 0), rows_int(r, 0, 1));
	if (rows_int(r, 0, 2) > 0)
		run_input(c, "company_profiles", c->as_of, rows_int(r, 0, 2));
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	STR_AUTO list = { 0 };
	struct classify s = { .c = c };

	if (run_unit_done(c, "classify"))
		return 0;
	str_init(&list, 1024);
	words_array(sectors, &list);
	s.sectors = str_c(&list);
	date_iso(c->as_of, s.day);
	clock_iso(c->now_ms, s.now);
	if (note_input(c, e) < 0 || run_transaction(c, "classify", transaction, &s, e) < 0)
		return -1;
	run_result_int(c, "industries", s.industries);
	run_result_int(c, "assets", s.assets);
	return 0;
}

const struct job job_industry_classification = {
	.name = "industry-classification-sync",
	.title = "Industries and who belongs to them",
	.layer = 0,
	.phase = 0,
	.step = 2,
	.cadence = DAILY,
	.after = NAMES("sync-universe"),
	.reads = NAMES("fintra_universe", "company_profiles"),
	.cases = CASES({ "company_profiles", NULL, NULL, NULL }),
	.writes = NAMES("industry_classification", "asset_industry_map"),
	.phases = NAMES("read", "merge"),
	.help = "Builds the catalogue of industries from the universe and keeps, per ticker, which "
		"industry "
		"held from when to when. A changed industry closes the old row and opens a new "
		"one.",
	.posts = POSTS({ "industry_map_tickers", Q_POST_INDUSTRY_MAP_TICKERS, .kind = POST_OF_LAST,
			 .bound = 0.95, .first = 1 },
		       { "industries", Q_POST_INDUSTRIES, .kind = POST_OF_LAST, .bound = 0.90,
			 .first = 1 }),
	.run = run,
};
