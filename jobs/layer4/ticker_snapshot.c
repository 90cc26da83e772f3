#include "jobs/layer4/ticker_snapshot.h"

#include "core/json.h"
#include "jobs/jobs.h"

#include <string.h>

/* One company's part of what fmp-bulk reads, by fmp-bulk's own readers. */
struct inputs {
	struct params params;
	struct job_ctx c;
	struct snapshot_stocks stocks;
	struct snapshot_shared shared;
	struct snapshot_unit unit;
	struct snapshot_made made;
};

static void
inputs_done(struct inputs *in)
{
	snapshot_unit_done(&in->unit);
	snapshot_shared_done(&in->shared);
	snapshot_stocks_done(&in->stocks);
	params_done(&in->params);
}

/* The industry of the company, or the company alone; n = 0: it is not to be compared. */
static struct span
unit_of(const struct snapshot_stocks *s)
{
	struct span u = { 0, 0 };

	while (u.at < s->n && !s->at[u.at].asked)
		u.at++;
	if (u.at == s->n || !s->at[u.at].sector)
		return u;
	while (u.at > 0 && s->at[u.at].industry &&
	       str_same(s->at[u.at - 1].industry, s->at[u.at].industry))
		u.at--;
	u.n = snapshot_unit_end(s, u.at, 1) - u.at;
	return u;
}

/* Leaves t->made NULL, with the reason, when no snapshot of the company can be made. */
static int
read_inputs(const struct ticker_ask *ask, struct inputs *in, struct ticker_snapshot *t,
	    struct err *e)
{
	struct span unit;

	in->c = (struct job_ctx){ .db = ask->db, .params = &in->params, .as_of = t->day };
	if (params_set(&in->params, NULL, "ticker", ask->symbol, e) < 0)
		return -1;
	if (snapshot_stocks_read(&in->c, NULL, &in->stocks, e) < 0) {
		if (e->cls != ERR_EMPTY)
			return -1;
		*e = (struct err)ERR_INIT;
		t->why_not = "it is none of the active stocks";
		return 0;
	}
	unit = unit_of(&in->stocks);
	if (unit.n == 0) {
		t->why_not = "no sector is known of it: missing_sector";
		return 0;
	}
	if (snapshot_shared_read(&in->c, &in->stocks, &in->shared, e) < 0 ||
	    snapshot_unit_read(&in->c, &in->stocks, unit, &in->unit, e) < 0)
		return -1;
	snapshot_derive(&in->unit, &in->shared, t->day, 0, &in->made);
	t->made = &in->made;
	t->company = &in->unit.company.at[0];
	t->benchmarks = &in->made.sector->benchmarks;
	fgos_trace(&in->made.rows, &in->made.snapshot, t->benchmarks, &t->fgos);
	valuation_trace(&in->made.snapshot, t->benchmarks, &t->valuation);
	return 0;
}

/* What would be written now, column by column against what is stored. */
static struct rows *
compare(const struct ticker_ask *ask, const struct inputs *in, const struct ticker_snapshot *t,
	struct err *e)
{
	char day[DATE_BUF];
	struct snapshot_row row = { .ticker = NULL };
	STR_AUTO text = { .max = 16 << 20 };

	snapshot_build(&in->unit, &in->shared, t->day, 1, &row);
	snapshot_row_json(&row, &text);
	snapshot_row_done(&row);
	const char *args[] = { ask->symbol, date_iso(t->day, day), SNAPSHOT_ENGINE, str_c(&text) };
	return db_query(ask->db, Q_TICKER_DIFFERS, args, e);
}

static int
read_all(const struct ticker_ask *ask, struct inputs *in, struct json **row, struct rows **differs,
	 struct ticker_snapshot *t, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { ask->symbol, date_iso(ask->as_of, day), SNAPSHOT_ENGINE }, *text;
	ROWS_AUTO r = db_query(ask->db, Q_TICKER_SNAPSHOT, args, e);

	if (!r)
		return -1;
	t->day = ask->as_of;
	if (rows_count(r) > 0) {
		text = str_or(rows_text(r, 0, 1), "");
		t->row = *row = json_parse(text, strlen(text), e);
		if (!*row)
			return -1;
		t->day = rows_date(r, 0, 0);
	}
	if (read_inputs(ask, in, t, e) < 0)
		return -1;
	if (!t->row)
		t->day = DATE_NONE;
	if (!t->row || !t->made)
		return 0;
	t->differs = *differs = compare(ask, in, t, e);
	return *differs ? 0 : -1;
}

int
ticker_snapshot_tell(const struct ticker_ask *ask, struct report *text, struct json **out,
		     struct err *e)
{
	struct ticker_snapshot t = { .symbol = ask->symbol };
	struct inputs in = { .params.n = 0 };
	struct json *row = NULL;
	ROWS_AUTO differs = NULL;
	int rc = read_all(ask, &in, &row, &differs, &t, e);

	if (rc == 0) {
		ticker_snapshot_text(&t, text);
		*out = ticker_snapshot_json(&t);
	}
	json_free(row);
	inputs_done(&in);
	return rc;
}

struct num
ticker_stored(const struct ticker_snapshot *t, const char *column)
{
	return json_num(t->row, column);
}

struct num
ticker_stored_in(const struct ticker_snapshot *t, const char *column, const char *key)
{
	return json_num(json_get(t->row, column), key);
}

bool
ticker_asked_for(const struct ticker_snapshot *t)
{
	return str_same(json_text(json_get(t->row, "profile_structural"), "source"),
			SNAPSHOT_ASKED_SOURCE);
}

bool
ticker_score_agrees(const struct ticker_snapshot *t)
{
	struct num stored = ticker_stored(t, "fgos_score");

	return stored.has == t->fgos.recombined.has &&
	       (!stored.has ||
		(stored.v >= t->fgos.recombined.v && stored.v <= t->fgos.recombined.v));
}

enum absence
ticker_window_absence(const struct ticker_snapshot *t, enum window w)
{
	return t->made->snapshot.sector.points[w].has ? ABSENT_NOT : ABSENT_WINDOW;
}

enum absence
ticker_rank_absence(const struct ticker_snapshot *t, const char *column)
{
	if (ticker_stored(t, column).has)
		return ABSENT_NOT;
	if (!json_get(t->row, "ifs"))
		return ABSENT_POSITION;
	if (!ticker_stored(t, "fgos_score").has)
		return ABSENT_RANKED_SCORE;
	if (str_same(column, "industry_rank") &&
	    !json_text(json_get(t->row, "classification"), "industry"))
		return ABSENT_INDUSTRY;
	return ABSENT_RANK;
}

static enum absence
unless(struct num v, enum absence why)
{
	return v.has ? ABSENT_NOT : why;
}

void
ticker_modules(const struct ticker_snapshot *t, struct ticker_module out[TICKER_MODULES])
{
	const struct verdict_input *in = &t->made->appraisal.modules;
	const struct ticker_module all[TICKER_MODULES] = {
		{ "fgos", advantage_band_name(in->fgos_band), in->fgos, t->fgos.absence },
		{ "competitive_advantage", advantage_band_name(in->advantage_band), in->advantage,
		  unless(in->advantage.score, ABSENT_YEARS) },
		{ "sentiment", sentiment_band_name(in->sentiment_band), in->sentiment,
		  unless(in->sentiment.score, ABSENT_MOOD) },
		{ "dividend_quality", dividend_band_name(in->dividend_band), in->dividend,
		  unless(in->dividend.score, ABSENT_DIVIDENDS) },
		{ "relative_return", return_band_name(in->return_band), in->relative,
		  unless(in->relative.score, ABSENT_MARKET) },
	};

	memcpy(out, all, sizeof(all));
}
