/* How a company fared: against its sector, its industry and the market, and in growth. */
#include "jobs/engine/snapshot_json_parts.h"

static void
interpret(const struct ifs *i, char *buf, size_t n)
{
	static const char *const says[IFS_POSITION_COUNT] = {
		[IFS_LEADER] = "Ahead of its sector",
		[IFS_FOLLOWER] = "Neither ahead of its sector nor behind",
		[IFS_LAGGARD] = "Behind its sector",
	};

	if (i->position == IFS_FOLLOWER)
		(void)fmt_buf(buf, n, "%s over the windows that count.", says[i->position]);
	else
		(void)fmt_buf(buf, n, "%s over %d of the short, middle and long windows.",
			      says[i->position], i->pressure);
}

struct json *
snapshot_json_ifs(const struct snapshot_view *v)
{
	const struct ifs *i = &v->snapshot->ifs;
	struct json *o;
	char text[120];

	if (i->position == IFS_NONE)
		return NULL;
	o = json_new_object();
	interpret(i, text, sizeof(text));
	json_set_text(o, "position", ifs_position_name(i->position));
	json_set_int(o, "pressure", i->pressure);
	json_set_int(o, "confidence", i->confidence);
	json_set_text(o, "confidence_label", trust_name(i->label));
	json_set_text(o, "interpretation", text);
	return o;
}

static struct json *
fiscal_position(const struct iqs_year *y)
{
	struct json *o = json_new_object();

	json_set_int(o, "fiscal_year", y->fiscal_year);
	json_set_text(o, "position", ifs_position_name(y->position));
	json_set_int(o, "percentile", y->percentile);
	return o;
}

struct json *
snapshot_json_ifs_fy(const struct snapshot_view *v)
{
	const struct iqs *q = &v->appraisal->iqs;
	struct json *o, *years, *positions;

	if (q->years == 0)
		return NULL;
	o = json_new_object();
	years = json_new_array();
	positions = json_new_array();
	for (size_t i = 0; i < q->years; i++) {
		json_push(years, json_new_num(NUM(q->year[i].fiscal_year)));
		json_push(positions, fiscal_position(&q->year[i]));
	}
	json_set_text(o, "mode", IQS_MODE);
	json_set(o, "fiscal_years", years);
	json_set(o, "fiscal_positions", positions);
	json_set(o, "current_fy", fiscal_position(&q->year[q->years - 1]));
	json_set_int(o, "confidence", q->confidence);
	return o;
}

static struct json *
by_window(const struct num v[RETURN_WINDOWS])
{
	struct json *o = json_new_object();

	for (int i = 0; i < RETURN_WINDOWS; i++)
		json_set_num(o, window_code(return_windows[i]), v[i]);
	return o;
}

struct json *
snapshot_json_relative(const struct snapshot_view *v)
{
	const struct relative_return *r = &v->appraisal->relative;
	struct json *o, *components, *used;

	if (!r->score.has)
		return snapshot_json_pending("no_returns_against_the_market");
	o = json_new_object();
	components = json_new_object();
	used = json_new_array();
	json_set(components, "alpha", by_window(r->alpha));
	json_set(components, "alpha_score", by_window(r->alpha_score));
	json_set_num(components, "consistency", r->consistency);
	json_set_num(components, "drawdown_penalty", r->drawdown_penalty);
	for (int i = 0; i < RETURN_WINDOWS; i++)
		if (r->alpha[i].has)
			json_push_text(used, window_code(return_windows[i]));
	json_set_text(o, "status", "computed");
	json_set_text(o, "benchmark", SNAPSHOT_MARKET);
	json_set_num(o, "score", r->score);
	json_set_text(o, "band", return_band_name(r->band));
	json_set_num(o, "confidence", r->confidence);
	json_set(o, "components", components);
	json_set(o, "windows_used", used);
	return o;
}

struct json *
snapshot_json_growth(const struct snapshot_view *v)
{
	const struct fundamentals_growth *g = &v->appraisal->growth;
	struct json *o = json_new_object();

	json_set_num(o, "revenue_cagr", g->revenue_cagr);
	json_set_num(o, "earnings_cagr", g->earnings_cagr);
	json_set_num(o, "fcf_cagr", g->fcf_cagr);
	json_set_text(o, "status", growth_status_name(g->status));
	json_set_text(o, "confidence", degree_name(g->confidence));
	json_set_int(o, "valid_windows", g->valid_windows);
	json_set_int(o, "required_windows", g->required_windows);
	return o;
}
