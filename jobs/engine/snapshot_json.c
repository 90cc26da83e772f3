#include "jobs/engine/snapshot_json_parts.h"

#define SOURCE "local_backfill_v1" /* what older readers look for */

struct json *
snapshot_json_pending(const char *reason)
{
	struct json *o = json_new_object();

	json_set_text(o, "status", "pending");
	json_set_text(o, "reason", reason);
	return o;
}

void
snapshot_json_codes(struct json *o, const char *key, const struct codes *c)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < c->n; i++)
		json_push_text(a, c->at[i]);
	json_set(o, key, a);
}

void
snapshot_json_date(struct json *o, const char *key, struct date d)
{
	char buf[DATE_BUF];

	json_set_text(o, key, date_is_set(d) ? date_iso(d, buf) : NULL);
}

static struct json *
identity(const struct snapshot_company *c)
{
	struct json *o = json_new_object();

	json_set_text(o, "ticker", c->ticker);
	json_set_text(o, "name", c->name);
	json_set_text(o, "country", c->country);
	json_set_text(o, "website", c->website);
	json_set_text(o, "ceo", c->ceo);
	json_set_num(o, "employees", c->employees);
	return o;
}

static struct json *
metrics(const struct financial_row *r)
{
	struct json *o = json_new_object();

	snapshot_json_date(o, "period_end_date", r ? r->end : DATE_NONE);
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		json_set_num(o, metric_name((enum metric)m), r ? r->metric[m] : NUM_NONE);
	return o;
}

static struct json *
profile_structural(const struct snapshot_view *v)
{
	struct json *o = json_new_object(), *classification = json_new_object(),
		    *scores = json_new_object();
	const char *asked = v->company.asked_at;

	json_set_text(classification, "sector", v->rows->sector);
	json_set_text(classification, "industry", asked ? v->company.industry : v->rows->industry);
	json_set_num(scores, "altman_z", v->rows->altman_z);
	json_set_num(scores, "piotroski_score", v->rows->piotroski);
	json_set(o, "identity", identity(&v->company));
	json_set(o, "metrics", metrics(v->snapshot->current));
	json_set(o, "classification", classification);
	json_set(o, "financial_scores", scores);
	json_set_text(o, "source", asked ? SNAPSHOT_ASKED_SOURCE : SOURCE);
	if (asked)
		json_set_text(o, "last_updated", asked);
	return o;
}

static struct json *
market_snapshot(const struct snapshot_view *v)
{
	const struct valuation_at *at = v->snapshot->valued;
	struct json *o;

	if (!at)
		return snapshot_json_pending("no_valuation_of_the_day");
	o = json_new_object();
	json_set_text(o, "status", "computed");
	json_set_num(o, "price", at->price);
	json_set_num(o, "market_cap", at->market_cap);
	snapshot_json_date(o, "date", at->date);
	return o;
}

static void
explain_valuation(const struct valuation *a, char *buf, size_t n)
{
	if (a->median.has)
		(void)fmt_buf(buf, n,
			      "%d of %d multiples can be compared; their median stands at "
			      "percentile %d of the sector.",
			      a->valid, VALUATION_MULTIPLES, (int)half_up(a->median.v));
	else
		(void)fmt_buf(buf, n,
			      "%d of %d multiples can be compared with the sector; two are needed.",
			      a->valid, VALUATION_MULTIPLES);
}

static struct json *
valuation_column(const struct snapshot_view *v)
{
	const struct valuation *a = &v->snapshot->valuation;
	const struct valuation_at *at = v->snapshot->valued;
	struct json *o = json_new_object(), *confidence = json_new_object();
	char text[160];

	for (int i = 0; i < VALUATION_MULTIPLES; i++)
		json_set_num(o, metric_name((enum metric)(METRIC_PE_RATIO + i)), a->multiple[i]);
	json_set_num(o, "price_to_sales", at ? at->multiple[MULTIPLE_PRICE_TO_SALES] : NUM_NONE);
	json_set_text(o, "valuation_status", valuation_legacy_status(a->status));
	json_set_text(o, "canonical_status", valuation_status_name(a->status));
	json_set_text(o, "stage", valuation_stage_name(a->stage));
	json_set_text(confidence, "label", trust_name(a->confidence_label));
	json_set_num(confidence, "percent", NUM(a->confidence));
	json_set_int(confidence, "valid_metrics_count", a->valid);
	json_set(o, "confidence", confidence);
	explain_valuation(a, text, sizeof(text));
	json_set_text(o, "explanation", at ? text : "There is no valuation of this day.");
	return o;
}

static struct json *
layers(const struct layer_status *s)
{
	struct json *all = json_new_object();

	for (int l = 0; l < SNAPSHOT_LAYERS; l++) {
		const struct layer_mark *m = &s->of[l];
		struct json *o = json_new_object();

		json_set_text(o, "state", layer_state_name(m->state));
		if (m->version)
			json_set_text(o, "version", m->version);
		if (m->reason)
			json_set_text(o, "blocking_reason", m->reason);
		json_set(all, snapshot_layer_name((enum snapshot_layer)l), o);
	}
	return all;
}

static struct json *
context(const struct industry_profile *p)
{
	struct json *o = json_new_object(), *used = json_new_array();

	json_set_text(o, "industry_cadence", cadence_name(p->cadence));
	json_set_int(o, "structural_horizon_min_years", p->min_years);
	for (int w = 0; w < WIN_COUNT; w++)
		if (horizons_has(&p->dominant, (enum window)w))
			json_push_text(used, window_code((enum window)w));
	json_set(o, "dominant_horizons_used", used);
	return o;
}

static void
set_flags(struct json *o, const struct snapshot_view *v)
{
	const struct snapshot *s = v->snapshot;

	json_set_bool(o, "has_profile", v->company.has_profile);
	json_set_bool(o, "has_financials", s->current != NULL);
	json_set_bool(o, "has_valuation", s->valued != NULL);
	json_set_bool(o, "has_performance", s->sector.any);
	json_set_bool(o, "has_fgos", s->current != NULL);
	json_set_bool(o, "has_ifs", s->ifs.position != IFS_NONE);
}

static void
set_years(struct json *o, const struct lifecycle *l)
{
	bool any = l->years > 0;

	json_set_int(o, "fundamentals_years_count", l->years);
	json_set_num(o, "fundamentals_first_year", any ? NUM(l->first_year) : NUM_NONE);
	json_set_num(o, "fundamentals_last_year", any ? NUM(l->last_year) : NUM_NONE);
}

static struct json *
data_confidence(const struct snapshot_view *v)
{
	const struct appraisal *a = v->appraisal;
	struct json *o = json_new_object(), *coverage = json_new_object();

	set_flags(o, v);
	json_set_text(o, "snapshot_source", SOURCE);
	set_years(o, &v->snapshot->lifecycle);
	json_set(o, "layer_status", layers(&v->snapshot->layers));
	json_set(o, "interpretation_context", context(v->rows->profile));
	json_set_text(o, "confidence_level", degree_name(a->coverage.degree));
	json_set_int(coverage, "valid_windows", a->covered.valid_windows);
	json_set_int(coverage, "required_windows", a->covered.required_windows);
	json_set_int(coverage, "valid_metrics", a->covered.valid_metrics);
	json_set_int(coverage, "required_metrics", a->covered.required_metrics);
	json_set(o, "coverage", coverage);
	json_set_text(o, "limiting_factor", a->coverage.limiting_factor);
	return o;
}

/* The builder may not read the tables that these two columns show (the seed's hard rule). */
static struct json *
not_read(const struct snapshot_view *v)
{
	struct json *o = json_new_object();

	(void)v;
	json_set_text(o, "status", availability_name(AVAILABLE_NOT));
	return o;
}

static struct json *
sector_pe(const struct snapshot_view *v)
{
	const struct snapshot_sector_pe *p = &v->sector_pe;
	struct json *o = json_new_object();
	enum availability a = !date_is_set(p->date)		? AVAILABLE_NOT
			      : date_eq(p->date, v->rows->date) ? AVAILABLE_FULLY
								: AVAILABLE_PARTLY;

	json_set_text(o, "status", availability_name(a));
	json_set_num(o, "pe", a == AVAILABLE_NOT ? NUM_NONE : p->pe);
	snapshot_json_date(o, "pe_date", p->date);
	return o;
}

static struct json *
classification(const struct snapshot_view *v)
{
	bool industry = v->rows->industry && *v->rows->industry;
	struct json *o = json_new_object();

	json_set_text(o, "status",
		      availability_name(industry ? AVAILABLE_FULLY : AVAILABLE_PARTLY));
	json_set_text(o, "sector", v->rows->sector);
	json_set_text(o, "industry", industry ? v->rows->industry : NULL);
	json_set_text(o, "source", v->company.sector_of_profile ? "profile_fallback" : "canonical");
	return o;
}

static const struct {
	const char *name;
	snapshot_part *make;
} columns[SNAPSHOT_COLUMNS] = {
	[SNAPSHOT_PROFILE_STRUCTURAL] = { "profile_structural", profile_structural },
	[SNAPSHOT_MARKET_SNAPSHOT] = { "market_snapshot", market_snapshot },
	[SNAPSHOT_VALUATION_JSON] = { "valuation", valuation_column },
	[SNAPSHOT_MARKET_POSITION] = { "market_position", snapshot_json_position },
	[SNAPSHOT_INVESTMENT_VERDICT] = { "investment_verdict", snapshot_json_verdict },
	[SNAPSHOT_DATA_CONFIDENCE] = { "data_confidence", data_confidence },
	[SNAPSHOT_FUNDAMENTALS_GROWTH] = { "fundamentals_growth", snapshot_json_growth },
	[SNAPSHOT_STRATEGIC_STATE] = { "strategic_state", snapshot_json_verdict },
	[SNAPSHOT_RELATIVE_RETURN] = { "relative_return", snapshot_json_relative },
	[SNAPSHOT_INDUSTRY_PERFORMANCE] = { "industry_performance", not_read },
	[SNAPSHOT_SECTOR_PERFORMANCE] = { "sector_performance", not_read },
	[SNAPSHOT_SECTOR_PE] = { "sector_pe", sector_pe },
	[SNAPSHOT_CLASSIFICATION] = { "classification", classification },
	[SNAPSHOT_IFS_JSON] = { "ifs", snapshot_json_ifs },
	[SNAPSHOT_IFS_FY] = { "ifs_fy", snapshot_json_ifs_fy },
	[SNAPSHOT_FGOS_COMPONENTS] = { "fgos_components", snapshot_json_fgos },
};

const char *
snapshot_column_name(enum snapshot_column c)
{
	return columns[c].name;
}

bool
snapshot_json(const struct snapshot_view *v, enum snapshot_column c, struct str *out)
{
	struct json *j = columns[c].make(v);

	if (!j)
		return false;
	json_print(j, out);
	json_free(j);
	return true;
}
