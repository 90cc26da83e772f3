/* market-state-bulk: one row per active ticker with what is known of it at the as-of date (jobs.md
 * 2.24).  Figures are copied set-wise on the server; the strategic state is the engine's, asked
 * once for every case there is. */
#include "core/num.h"
#include "jobs/common.h"
#include "jobs/engine/strategic_state.h"
#include "jobs/jobs.h"
#include "jobs/layer4/snapshot_rows.h"

enum {
	UNIT_TICKERS = 5000, /* rows with two JSON columns each: one transaction */
	UNIT_NAME = 64,
	LIST_BYTES = 8192,
	PENDING = MARKET_COUNT, /* a position of its own */
	POSITIONS = MARKET_COUNT + 1,
	CASES_MAX = ADVANTAGE_COUNT * POSITIONS * SENTIMENT_BAND_COUNT
};

static const char forget[] = "inactive";

/* Columns of the query market_state_units. */
enum { UNIT_FIRST, UNIT_LAST, UNIT_SIZE, UNIT_SEEN };

enum input { IN_SNAPSHOTS, IN_PRICES, IN_RETURNS, IN_REPORTS, INPUTS };

static const char *const tables[INPUTS] = {
	[IN_SNAPSHOTS] = "fintra_snapshots",
	[IN_PRICES] = "prices_daily",
	[IN_RETURNS] = "datos_performance",
	[IN_REPORTS] = "fintra_ecosystem_reports",
};

struct input_seen {
	int64_t rows;
	struct date newest;
};

/* The engine's answers as array literals: case i is the i-th word of each. */
struct strategy {
	struct str advantage, summary, mood, state;
};

struct market {
	struct job_ctx *c;
	char day[DATE_BUF], now[NUM_BUF];
	bool reports; /* there is a table of them */
	bool whole;   /* every ticker: what is no longer active goes */
	struct strategy strategy;
	struct input_seen in[INPUTS];
	int64_t tickers, stored, forgotten;
	/* The unit at work. */
	const char *first, *last;
	struct input_seen unit[INPUTS];
	int64_t written;
};

static void
strategy_init(struct strategy *s)
{
	const char *word[4][CASES_MAX + 1] = { { NULL } };
	struct str *list[] = { &s->advantage, &s->summary, &s->mood, &s->state };

	for (int i = 0; i < CASES_MAX; i++) {
		enum sentiment_band mood = (enum sentiment_band)(i % SENTIMENT_BAND_COUNT);
		int place = i / SENTIMENT_BAND_COUNT % POSITIONS;
		enum advantage_band advantage =
			(enum advantage_band)(i / (SENTIMENT_BAND_COUNT * POSITIONS));
		struct market_position p = { .computed = place != PENDING };

		if (p.computed)
			p.summary = (enum market_summary)place;
		word[0][i] = str_or(advantage_band_name(advantage), "");
		word[1][i] = p.computed ? market_summary_name(p.summary) : "";
		word[2][i] = str_or(sentiment_band_name(mood), "");
		word[3][i] = strategic_state_name(strategic_state(advantage, &p, mood));
	}
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		str_init(list[i], LIST_BYTES);
		words_array(word[i], list[i]);
	}
}

static void
strategy_done(struct strategy *s)
{
	str_done(&s->advantage);
	str_done(&s->summary);
	str_done(&s->mood);
	str_done(&s->state);
}

static int
nothing_up_to(const struct market *m, const char *table, const char *job, struct err *e)
{
	return err_set(e, ERR_EMPTY, "%s has no row up to %s: fintra run %s --as-of %s", table,
		       m->day, job, m->day);
}

/* The table has one state only: that of an older date would take the place of a newer one. */
static int
check_newer(struct market *m, struct date stored, struct err *e)
{
	char have[DATE_BUF], why[120];

	if (date_cmp(stored, m->c->as_of) <= 0)
		return 0;
	date_iso(stored, have);
	if (!params_bool(m->c->params, "force"))
		return err_set(
			e, ERR_USAGE,
			"fintra_market_state has closes of %s already: the state of %s would "
			"replace a newer one; run it for %s, or with --force to go back",
			have, m->day, have);
	(void)fmt_buf(why, sizeof(why), "the state of %s replaces that of %s", m->day, have);
	run_log(m->c, LVL_WARN, "%s", why);
	run_taint(m->c, why);
	return 0;
}

static int
check_inputs(struct market *m, struct err *e)
{
	const char *args[] = { m->day };
	ROWS_AUTO r = db_query(m->c->db, Q_MARKET_STATE_INPUTS, args, e);

	if (!r)
		return -1;
	if (!rows_bool(r, 0, 0))
		return nothing_up_to(m, tables[IN_SNAPSHOTS], "fmp-bulk", e);
	if (!rows_bool(r, 0, 1))
		return nothing_up_to(m, tables[IN_PRICES], "prices-daily-bulk", e);
	m->reports = rows_bool(r, 0, 2);
	return check_newer(m, rows_date(r, 0, 3), e);
}

static void
saw(struct input_seen *s, int64_t rows, struct date newest)
{
	s->rows += rows;
	if (date_cmp(newest, s->newest) > 0)
		s->newest = newest;
}

static void
forget_inputs(struct input_seen in[INPUTS])
{
	for (int i = 0; i < INPUTS; i++)
		in[i] = (struct input_seen){ .newest = DATE_NONE };
}

/* Reads the unit into the stage; *read gets the tickers. */
static int
fill(struct market *m, int64_t *read, struct err *e)
{
	const struct strategy *s = &m->strategy;
	const char *args[] = { m->day,
			       m->first,
			       m->last,
			       SNAPSHOT_ENGINE,
			       str_c(&s->advantage),
			       str_c(&s->summary),
			       str_c(&s->mood),
			       str_c(&s->state) };
	ROWS_AUTO r = NULL;

	if (db_exec(m->c->db, Q_MARKET_STATE_STAGE, NULL, NULL, e) < 0)
		return -1;
	r = db_query(m->c->db, Q_STAGE_MARKET_STATE_FILL, args, e);
	if (!r)
		return -1;
	*read = rows_int(r, 0, 0);
	for (int i = IN_SNAPSHOTS; i <= IN_RETURNS; i++)
		saw(&m->unit[i], rows_int(r, 0, 1 + 2 * i), rows_date(r, 0, 2 + 2 * i));
	return 0;
}

static int
add_reports(struct market *m, struct err *e)
{
	const char *args[] = { m->day, m->first, m->last };
	ROWS_AUTO r = NULL;

	if (!m->reports)
		return 0;
	r = db_query(m->c->db, Q_STAGE_MARKET_STATE_REPORTS, args, e);
	if (!r)
		return -1;
	saw(&m->unit[IN_REPORTS], rows_int(r, 0, 0), rows_date(r, 0, 1));
	return 0;
}

static int
write_unit(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct market *m = arg;
	const char *args[] = { m->now };

	*t = (struct tally){ 0 };
	forget_inputs(m->unit);
	if (fill(m, &t->read, e) < 0 || add_reports(m, e) < 0)
		return -1;
	for (int i = 0; i < INPUTS; i++)
		t->read += m->unit[i].rows;
	if (run_merge(c, Q_MARKET_STATE_MERGE, args, t, e) < 0)
		return -1;
	m->written = t->inserted + t->updated + t->unchanged;
	return 0;
}

static int
make_unit(struct market *m, const char *name, struct err *e)
{
	if (run_transaction(m->c, name, write_unit, m, e) < 0)
		return err_wrap(e, "fintra_market_state, %s", name);
	for (int i = 0; i < INPUTS; i++)
		saw(&m->in[i], m->unit[i].rows, m->unit[i].newest);
	m->stored += m->written;
	return 0;
}

/* A unit that an earlier epoch of this run has written. */
static int
count_unit(struct market *m, struct err *e)
{
	const char *args[] = { m->first, m->last };
	ROWS_AUTO r = db_query(m->c->db, Q_MARKET_STATE_COUNTED, args, e);

	if (!r)
		return -1;
	m->stored += rows_int(r, 0, 0);
	return 0;
}

static int
do_units(struct market *m, const struct rows *units, struct err *e)
{
	char name[UNIT_NAME];

	run_phase(m->c, "state", m->tickers);
	for (int i = 0; i < rows_count(units); i++) {
		m->first = rows_text(units, i, UNIT_FIRST);
		m->last = rows_text(units, i, UNIT_LAST);
		(void)fmt_buf(name, sizeof(name), "%s..%s", m->first, m->last);
		if (run_unit_done(m->c, name) ? count_unit(m, e) < 0 : make_unit(m, name, e) < 0)
			return -1;
		if (run_looks(m->c)) /* one of each */
			run_look_rows(m->c, name, rows_int(units, i, UNIT_SIZE));
		run_progress_add(m->c, rows_int(units, i, UNIT_SIZE));
		if (run_breathe(m->c, e) < 0)
			return -1;
	}
	return 0;
}

static int
forget_rows(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct market *m = arg;

	*t = (struct tally){ 0 };
	return db_exec(c->db, Q_MARKET_STATE_FORGET, NULL, &m->forgotten, e);
}

static int
do_forget(struct market *m, struct err *e)
{
	run_phase(m->c, forget, 0);
	if (!run_unit_done(m->c, forget) && run_transaction(m->c, forget, forget_rows, m, e) < 0)
		return err_wrap(e, "fintra_market_state, tickers that are no longer active");
	if (run_looks(m->c))
		run_look_rows(m->c, forget, 0);
	if (m->forgotten > 0)
		run_log(m->c, LVL_INFO, "%lld row%s of tickers that are no longer active deleted",
			(long long)m->forgotten, num_s(m->forgotten));
	return 0;
}

static int
nobody(const struct market *m, struct err *e)
{
	const char *only = params_text(m->c->params, "ticker");

	if (only)
		return err_set(e, ERR_EMPTY, "%s is no active ticker of fintra_universe", only);
	return err_set(e, ERR_EMPTY, "no active ticker: fintra run sync-universe");
}

static struct rows *
read_units(struct market *m, struct err *e)
{
	const char *only = params_text(m->c->params, "ticker");
	int64_t limit = params_int(m->c->params, "limit", 0);
	int batch = m->c->conf->batch_rows;
	char size[NUM_BUF], most[NUM_BUF];
	const char *args[] = { num_int(batch < UNIT_TICKERS ? batch : UNIT_TICKERS, size), only,
			       num_int(limit > 0 ? limit : 0, most) };
	struct rows *r = db_query(m->c->db, Q_MARKET_STATE_UNITS, args, e);
	struct date seen = DATE_NONE;

	m->whole = !only && limit <= 0;
	for (int i = 0; r && i < rows_count(r); i++) {
		struct date d = rows_date(r, i, UNIT_SEEN);

		m->tickers += rows_int(r, i, UNIT_SIZE);
		if (date_cmp(d, seen) > 0)
			seen = d;
	}
	if (r)
		run_input(m->c, "fintra_universe", seen, m->tickers);
	return r;
}

static void
report(const struct market *m)
{
	struct job_ctx *c = m->c;

	for (int i = 0; i < INPUTS; i++)
		if (m->in[i].rows > 0)
			run_input(c, tables[i], m->in[i].newest, m->in[i].rows);
	run_result_int(c, "processed", m->tickers);
	run_result_int(c, "upserted", m->stored);
	run_result_int(c, "deleted", m->forgotten);
}

static int
work(struct market *m, struct err *e)
{
	ROWS_AUTO units = NULL;

	if (check_inputs(m, e) < 0)
		return -1;
	units = read_units(m, e);
	if (!units)
		return -1;
	if (m->tickers == 0)
		return nobody(m, e);
	if (do_units(m, units, e) < 0 || (m->whole && do_forget(m, e) < 0))
		return -1;
	report(m);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct market m = { .c = c };
	int rc;

	date_iso(c->as_of, m.day);
	num_int(c->now_ms, m.now);
	forget_inputs(m.in);
	strategy_init(&m.strategy);
	rc = work(&m, e);
	strategy_done(&m.strategy);
	return rc;
}

const struct job job_market_state = {
	.name = "market-state-bulk",
	.title = "Current state of every ticker",
	.layer = 5,
	.phase = 5,
	.step = 21,
	.cadence = DAILY,
	.after = NAMES("fmp-bulk", "compute-ranks"),
	.reads = NAMES("fintra_universe", "fintra_snapshots", "datos_performance", "prices_daily"),
	.cases = CASES({ "fintra_ecosystem_reports", NULL, NULL, NULL }),
	.writes = NAMES("fintra_market_state"),
	.phases = NAMES("state", "inactive"),
	.help = "Brings together, one row per active ticker, the newest snapshot, return of the "
		"year and closes up to the as-of date.  Rows of tickers that are no longer "
		"active are deleted, but only by a full run.  A state of a newer date is "
		"replaced only with force.",
	.posts = POSTS({ "market_state_newest", Q_POST_MARKET_STATE_NEWEST, .kind = POST_NEWEST },
		       { "market_state_rows", Q_POST_MARKET_STATE, .kind = POST_OF_LAST,
			 .bound = 0.95, .first = 1 },
		       { "market_state_stored", Q_POST_MARKET_STATE, .kind = POST_REPORTED,
			 .reported = "upserted", .fails = true },
		       { "market_state_without_price", Q_POST_MARKET_STATE_PRICELESS,
			 .kind = POST_RISE, .bound = 0.10 },
		       { "market_state_inactive", Q_POST_MARKET_STATE_INACTIVE,
			 .kind = POST_AT_MOST, .fails = true }),
	.run = run,
};
