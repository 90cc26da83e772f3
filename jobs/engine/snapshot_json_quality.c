/* What a company is worth as a business: FGOS and its components, position, verdict. */
#include "jobs/engine/snapshot_json_parts.h"

static void
set_impact(struct json *o, enum fgos_dimension d, const struct fgos_impact *i)
{
	char key[64];
	struct json *one;

	if (!i->has || !fmt_buf(key, sizeof(key), "%s_impact", fgos_dimension_name(d)))
		return;
	one = json_new_object();
	json_set_num(one, "raw_percentile", NUM(i->raw));
	json_set_num(one, "effective_percentile", NUM(i->effective));
	json_set_int(one, "sample_size", i->sample_size);
	json_set_num(one, "weight", NUM(i->weight));
	json_set_bool(one, "benchmark_low_confidence", true);
	json_set(o, key, one);
}

static struct json *
advantage(const struct competitive_advantage *a)
{
	struct json *o = json_new_object(), *axes = json_new_object();

	json_set_num(axes, "return_persistence", a->return_persistence);
	json_set_num(axes, "operating_stability", a->operating_stability);
	json_set_num(axes, "capital_discipline", a->capital_discipline);
	json_set_num(o, "score", a->score);
	json_set_text(o, "band", advantage_band_name(a->band));
	json_set_int(o, "confidence", a->confidence);
	json_set(o, "axes", axes);
	json_set_int(o, "years_analyzed", a->years);
	return o;
}

static struct json *
signals(const struct sentiment *s)
{
	struct json *o;

	if (s->status == SENTIMENT_PENDING)
		return json_new_null();
	o = json_new_object();
	json_set_num(o, "relative_deviation", s->relative_deviation);
	json_set_num(o, "directional_consistency", s->directional_consistency);
	json_set_num(o, "intensity", s->intensity);
	return o;
}

static struct json *
mood(const struct sentiment *s)
{
	struct json *o = json_new_object();

	json_set_num(o, "value", s->value);
	json_set_text(o, "band", sentiment_band_name(s->band));
	json_set_num(o, "confidence", s->confidence);
	json_set_text(o, "status", sentiment_status_name(s->status));
	json_set(o, "signals", signals(s));
	return o;
}

/* Moat and sentiment as FGOS took them, so that the confidence can be counted from what is here;
 * what is known of them besides stands in the details. */
struct json *
snapshot_json_fgos(const struct snapshot_view *v)
{
	const struct fgos *f = &v->snapshot->fgos;
	struct json *o, *brakes;

	if (!v->snapshot->current)
		return NULL;
	o = json_new_object();
	for (int d = 0; d < FGOS_DIMENSIONS; d++)
		json_set_num(o, fgos_dimension_name((enum fgos_dimension)d), f->dimension[d]);
	json_set_bool(o, "benchmark_low_confidence", f->low_confidence_benchmark);
	for (int c = 0; c < FGOS_COMPONENTS; c++)
		set_impact(o, (enum fgos_dimension)c, &f->impact[c]);
	json_set(o, "competitive_advantage", advantage(&v->appraisal->advantage));
	json_set(o, "sentiment_details", mood(&v->appraisal->sentiment));
	brakes = json_new_object();
	json_set_bool(brakes, "applied", f->brakes.applied);
	snapshot_json_codes(brakes, "reasons", &f->brakes.reasons);
	json_set(o, "quality_brakes", brakes);
	return o;
}

struct json *
snapshot_json_position(const struct snapshot_view *v)
{
	const struct market_position *p = &v->snapshot->position;
	struct json *o;

	if (!v->snapshot->current)
		return snapshot_json_pending("no_financials");
	if (!p->computed)
		return snapshot_json_pending("no_metric_with_a_benchmark");
	o = json_new_object();
	json_set_text(o, "status", "computed");
	json_set_num(o, "size", p->size);
	json_set_num(o, "roic", p->roic);
	json_set_num(o, "margin", p->margin);
	json_set_num(o, "growth", p->growth);
	json_set_text(o, "summary", market_summary_name(p->summary));
	json_set_text(o, "confidence", benchmark_confidence_name(p->confidence));
	return o;
}

static struct json *
module(const struct verdict_module *m, const char *band)
{
	struct json *o = json_new_object();

	json_set_num(o, "score", m->score);
	json_set_text(o, "band", band);
	json_set_num(o, "confidence", m->confidence);
	return o;
}

static struct json *
dividend(const struct verdict_input *in, const struct dividend_quality *q)
{
	struct json *o = module(&in->dividend, dividend_band_name(q->band));

	json_set_num(o, "consistency", q->consistency);
	json_set_num(o, "growth_reliability", q->growth_reliability);
	json_set_num(o, "payout_sustainability", q->payout_sustainability);
	json_set_num(o, "capital_discipline", q->capital_discipline);
	json_set_int(o, "years", q->years);
	return o;
}

static struct json *
modules(const struct appraisal *a)
{
	const struct verdict_input *in = &a->modules;
	struct json *o = json_new_object();

	json_set(o, "fgos", module(&in->fgos, advantage_band_name(in->fgos_band)));
	json_set(o, "competitive_advantage",
		 module(&in->advantage, advantage_band_name(in->advantage_band)));
	json_set(o, "sentiment", module(&in->sentiment, sentiment_band_name(in->sentiment_band)));
	json_set(o, "dividend_quality", dividend(in, &a->dividend));
	json_set(o, "relative_return", module(&in->relative, return_band_name(in->return_band)));
	return o;
}

static struct json *
legacy(const struct investment_verdict *l)
{
	struct json *o = json_new_object();

	json_set_text(o, "verdict", l->verdict);
	json_set_text(o, "category", trust_name(l->category));
	json_set_text(o, "confidence", trust_name(l->confidence));
	return o;
}

struct json *
snapshot_json_verdict(const struct snapshot_view *v)
{
	const struct appraisal *a = v->appraisal;
	struct json *o;

	if (!v->snapshot->fgos.score.has)
		return snapshot_json_pending(v->snapshot->current ? "no_core_score"
								  : "no_financials");
	o = json_new_object();
	json_set_text(o, "status", "computed");
	json_set_text(o, "verdict", verdict_label_name(a->verdict.label));
	json_set_num(o, "score", a->verdict.score);
	json_set_num(o, "confidence", a->verdict.confidence);
	snapshot_json_codes(o, "positives", &a->verdict.positives);
	snapshot_json_codes(o, "negatives", &a->verdict.negatives);
	snapshot_json_codes(o, "tensions", &a->verdict.tensions);
	json_set(o, "modules", modules(a));
	if (a->has_legacy)
		json_set(o, "legacy", legacy(&a->legacy));
	return o;
}
