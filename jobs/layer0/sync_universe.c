/* sync-universe: the list of instruments from the vendor's profiles (jobs.md 2.1). */
#include "jobs/jobs.h"

#include "core/db_copy.h"
#include "core/map.h"
#include "jobs/common.h"
#include "jobs/fmp/profile.h"

#include <string.h>

enum { GUARD_EXCHANGE_MIN = 50, SECTORS_LOGGED_MAX = 20, CHECK_EVERY = 1000 };

#define SHARE_WITHOUT_HISTORY 0.5

struct sync {
	struct job_ctx *c;
	const struct cache_file *file;
	const char *ticker; /* only this one, or NULL */
	int64_t limit;	    /* 0 = all */
	int attempt;	    /* rejected rows are kept on the first only */
	struct db_copy *copy;
	struct tally t;
	struct map *foreign; /* sectors outside the list, already logged */
	int64_t tickers, deactivated;
	char broken[256]; /* why the guard does not hold, "" when it does */
};

/* Only a run over everything may judge what is missing. */
static bool
is_full(const struct sync *s)
{
	return !s->ticker && s->limit == 0;
}

/* First match: a fund listed as ETF is an ETF. */
static const char *
instrument_type(const struct profile *p)
{
	const struct csv_cell *x = &p->text[PROFILE_EXCHANGE_SHORT];

	if (p->is_etf)
		return "ETF";
	if (p->is_adr)
		return "ADR";
	if (p->is_fund)
		return "FUND";
	if (x->p && ((x->len == 6 && memcmp(x->p, "CRYPTO", 6) == 0) ||
		     (x->len == 3 && memcmp(x->p, "CCC", 3) == 0)))
		return "CRYPTO";
	return "EQUITY";
}

/* How much of a profile is there: name, sector, industry. */
static const char *
confidence(const struct profile *p)
{
	if (!p->text[PROFILE_NAME].p)
		return "0.0";
	return p->text[PROFILE_SECTOR].p && p->text[PROFILE_INDUSTRY].p ? "1.0" : "0.5";
}

/* A sector outside the list is kept as text, and said once. */
static void
look_at_sector(struct sync *s, const struct csv_cell *sector)
{
	char name[128];

	if (!sector->p || sector->len >= sizeof(name))
		return;
	memcpy(name, sector->p, sector->len);
	name[sector->len] = '\0';
	if (str_has(sectors, name) || map_find(s->foreign, name, sector->len) != MAP_NONE ||
	    map_count(s->foreign) >= SECTORS_LOGGED_MAX)
		return;
	map_add(s->foreign, name, sector->len);
	run_log(s->c, LVL_WARN, "sector \"%s\" is none of the eleven; kept as text", name);
}

/* Columns that only describe may be missing (fmp.md 4), but not silently. */
static void
look_at_columns(struct sync *s, const struct csv_row *row)
{
	for (int i = 0; i < PROFILE_COLUMNS; i++) {
		if (!row->cell[i].p)
			run_log(s->c, LVL_WARN, "profile-bulk has no column %s: stored as NULL",
				profile_columns[i].names);
	}
}

static int
copy_profile(struct sync *s, int64_t seq, const struct profile *p, struct err *e)
{
	db_copy_int(s->copy, seq);
	db_copy_str(s->copy, p->ticker);
	for (int i = PROFILE_NAME; i <= PROFILE_COUNTRY; i++) {
		if (p->text[i].p)
			db_copy_text(s->copy, p->text[i].p, p->text[i].len);
		else
			db_copy_null(s->copy);
	}
	db_copy_str(s->copy, instrument_type(p));
	db_copy_str(s->copy, p->is_etf ? "t" : "f");
	db_copy_str(s->copy, p->is_adr ? "t" : "f");
	db_copy_str(s->copy, p->is_fund ? "t" : "f");
	db_copy_str(s->copy, confidence(p));
	return db_copy_row(s->copy, e);
}

/* A transaction that is done anew reads the file again: its rejects are kept once. */
static void
refuse(struct sync *s, const char *reason, const struct csv_row *row)
{
	if (s->attempt == 1)
		reject_row(s->c, &s->t, reason, row, PROFILE_COLUMNS);
	else
		s->t.rejected++;
}

static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct sync *s = arg;
	struct profile p;

	s->t.read++;
	if (row->number % CHECK_EVERY == 0) {
		run_progress(s->c, row->number);
		if (run_check(s->c, e) < 0)
			return -1;
	}
	if (row->bad) {
		refuse(s, row->bad, row);
		return 0;
	}
	if (s->attempt == 1 && row->number == 1)
		look_at_columns(s, row);
	if (!profile_decode(row, &p)) {
		refuse(s, "symbol is no ticker", row);
		return 0;
	}
	if (s->ticker && strcmp(s->ticker, p.ticker) != 0) {
		s->t.skipped++;
		return 0;
	}
	look_at_sector(s, &p.text[PROFILE_SECTOR]);
	return copy_profile(s, row->number, &p, e);
}

/* Streams the file into the temporary table; a cut file fails here, before anything is merged. */
static int
stage(struct sync *s, struct err *e)
{
	if (db_exec(s->c->db, Q_SYNC_UNIVERSE_STAGE, NULL, NULL, e) < 0)
		return -1;
	s->copy = db_copy_begin(s->c->db, Q_SYNC_UNIVERSE_COPY, e);
	if (!s->copy)
		return -1;
	if (csv_read_file(s->file->path, profile_columns, PROFILE_COLUMNS, on_row, s, NULL, e) <
	    0) {
		db_copy_abort(s->copy);
		return -1;
	}
	return db_copy_end(s->copy, NULL, e);
}

/* Cuts to the first tickers, counts, and says which symbols came twice. */
static int
look_at_stage(struct sync *s, struct err *e)
{
	char n[24];
	const char *args[] = { n };
	int64_t cut = 0;

	fmt_buf(n, sizeof(n), "%lld", (long long)s->limit);
	if (s->limit > 0 && db_exec(s->c->db, Q_STAGE_UNIVERSE_FIRST, args, &cut, e) < 0)
		return -1;
	s->t.skipped += cut;
	ROWS_AUTO r = db_query(s->c->db, Q_STAGE_UNIVERSE_SYMBOLS, NULL, e);

	if (!r)
		return -1;
	s->tickers = rows_int(r, 0, 0);
	if (rows_int(r, 0, 1) > 0)
		run_log(s->c, LVL_WARN,
			"%lld symbols were sent more than once, %lld of them with other texts "
			"(%s): the "
			"last one counts",
			(long long)rows_int(r, 0, 1), (long long)rows_int(r, 0, 2),
			str_or(rows_text(r, 0, 3), "none"));
	return 0;
}

/* Against the last five good full runs (faults.md G1), else against what is active now. */
static int
guard_totals(struct sync *s, struct err *e)
{
	const struct conf *conf = s->c->conf;
	char day[DATE_BUF];
	const char *args[] = { s->c->job->name, date_iso(s->c->as_of, day) };
	ROWS_AUTO h = db_query(s->c->db, Q_SYNC_UNIVERSE_HISTORY, args, e);
	ROWS_AUTO a = h ? db_query(s->c->db, Q_SYNC_UNIVERSE_ACTIVE, NULL, e) : NULL;

	if (!a)
		return -1;
	double rows = rows_num(h, 0, 1).v, tickers = rows_num(h, 0, 2).v;
	int64_t active = rows_int(a, 0, 0);

	if (rows_int(h, 0, 0) == 0) {
		if ((double)s->tickers < SHARE_WITHOUT_HISTORY * (double)active)
			fmt_buf(s->broken, sizeof(s->broken),
				"%lld tickers came, %lld are active and there is no history",
				(long long)s->tickers, (long long)active);
		return 0;
	}
	if ((double)s->t.read < conf->guard_rows * rows)
		fmt_buf(s->broken, sizeof(s->broken), "%lld rows came, the last good runs had %.0f",
			(long long)s->t.read, rows);
	else if ((double)s->tickers <= conf->guard_tickers * tickers)
		fmt_buf(s->broken, sizeof(s->broken),
			"%lld tickers came, the last good runs had %.0f", (long long)s->tickers,
			tickers);
	return 0;
}

/* Whole exchanges can vanish while the total still looks right. */
static int
guard_exchanges(struct sync *s, struct err *e)
{
	char min[16], share[NUM_BUF];
	const char *args[] = { min, num_text(s->c->conf->guard_exchange, share) };

	fmt_buf(min, sizeof(min), "%d", GUARD_EXCHANGE_MIN);
	ROWS_AUTO r = db_query(s->c->db, Q_STAGE_UNIVERSE_EXCHANGES, args, e);

	if (!r)
		return -1;
	if (rows_count(r) > 0)
		fmt_buf(s->broken, sizeof(s->broken),
			"exchange %.40s: %lld of %lld active tickers came", rows_text(r, 0, 0),
			(long long)rows_int(r, 0, 2), (long long)rows_int(r, 0, 1));
	return 0;
}

/* Judges the staged rows before anything is published. */
static int
guard(struct sync *s, struct err *e)
{
	s->broken[0] = '\0';
	if (!is_full(s))
		return 0;
	if (s->tickers < s->c->conf->min_profile_rows)
		run_log(s->c, LVL_WARN, "only %lld profiles came (fewer than %d)",
			(long long)s->tickers, s->c->conf->min_profile_rows);
	if (guard_totals(s, e) < 0 || (!s->broken[0] && guard_exchanges(s, e) < 0))
		return -1;
	if (!s->broken[0])
		return 0;
	if (!params_bool(s->c->params, "force"))
		return err_set(e, ERR_DATA, "guard: %s; nothing is published, nobody deactivated",
			       s->broken);
	run_taint(s->c, "guard overridden: partial universe published, nobody deactivated");
	run_log(s->c, LVL_WARN, "guard overridden by force: %s", s->broken);
	return 0;
}

/* Merge and deactivation stand or fall together. */
static int
publish(struct sync *s, struct tally *t, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { date_iso(s->c->as_of, day) };
	int64_t staged = s->t.read - s->t.rejected - s->t.skipped;

	*t = s->t;
	t->skipped += staged - s->tickers; /* an earlier row of a symbol sent twice */
	if (run_merge(s->c, Q_SYNC_UNIVERSE_MERGE, args, t, e) < 0)
		return -1;
	s->deactivated = 0;
	/* A ticker whose row was refused has come, but its last_seen does not tell. */
	if (!is_full(s) || s->broken[0] || t->rejected > s->t.rejected)
		return 0;
	if (db_exec(s->c->db, Q_SYNC_UNIVERSE_DEACTIVATE, args, &s->deactivated, e) < 0)
		return err_wrap(e, "deactivate");
	t->updated += s->deactivated;
	return 0;
}

static int
transaction(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct sync *s = arg;

	s->t = (struct tally){ 0 };
	s->attempt++;
	run_phase(c, "stage", 0);
	if (stage(s, e) < 0)
		return err_wrap(e, "profile-bulk");
	run_phase(c, "guard", 0);
	if (look_at_stage(s, e) < 0)
		return -1;
	if (s->tickers == 0 && (!s->ticker || s->t.read == 0))
		return err_set(
			e, ERR_EMPTY,
			"/stable/profile-bulk: no usable row among %lld (status %d, \"%.100s\")",
			(long long)s->t.read, s->file->resp.status, s->file->resp.head);
	if (guard(s, e) < 0)
		return -1;
	run_phase(c, "merge", s->tickers);
	return publish(s, t, e);
}

/* A file whose guard does not hold is not kept: the next run downloads again. */
static int
store(struct sync *s, struct cache_file *f, struct err *e)
{
	s->file = f;
	if (run_transaction(s->c, "publish", transaction, s, e) < 0) {
		run_tally(s->c, &(struct tally){ .read = s->t.read,
						 .rejected = s->t.rejected,
						 .skipped = s->t.skipped });
		cache_drop_for(f, e);
		return -1;
	}
	if (s->broken[0])
		cache_drop(f);
	else
		cache_keep(s->c, f);
	if (run_looks(s->c)) /* nothing was read: there is nothing to tell */
		return 0;
	if (s->tickers == 0)
		run_log(s->c, LVL_WARN, "%s is not among the vendor's profiles", s->ticker);
	run_result_int(s->c, "total_symbols", s->t.read);
	run_result_int(s->c, "processed", s->tickers);
	run_result_int(s->c, "deactivated", s->deactivated);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct sync s = { .c = c,
			  .ticker = params_text(c->params, "ticker"),
			  .limit = params_int(c->params, "limit", 0) };
	CACHE_AUTO f = CACHE_FILE_INIT;

	if (run_unit_done(c, "publish"))
		return 0;
	cache_sweep(c);
	if (profile_fetch(c, params_bool(c->params, "force"), &f, e) < 0)
		return -1;
	s.foreign = map_new();
	int rc = store(&s, &f, e);

	map_free(s.foreign);
	return rc;
}

const struct job job_sync_universe = {
	.name = "sync-universe",
	.title = "List of instruments",
	.layer = 0,
	.phase = 0,
	.step = 1,
	.cadence = DAILY,
	.flags = JOB_CRITICAL | JOB_USES_API,
	.writes = NAMES("fintra_universe", "fintra_active_stocks"), /* the second is a view */
	.phases = NAMES("download", "stage", "guard", "merge"),
	.help = "Reads every profile of the vendor and keeps one row per symbol. Tickers that no "
		"longer "
		"come are deactivated, but only by a full run whose guard holds.",
	.posts = POSTS({ "universe_newest", Q_POST_UNIVERSE_NEWEST, .kind = POST_NEWEST },
		       { "universe_stored", Q_POST_UNIVERSE_STORED, .kind = POST_REPORTED,
			 .reported = "processed" },
		       { "universe_without_name", Q_POST_UNIVERSE_NAMELESS, .kind = POST_RISE,
			 .bound = 0.10 },
		       { "universe_without_sector", Q_POST_UNIVERSE_UNSECTORED, .kind = POST_RISE,
			 .bound = 0.10 }),
	.run = run,
};
