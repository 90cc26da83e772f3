/* A snapshot explained for programs: every figure exact. */
#include "jobs/layer4/ticker_snapshot.h"

#include "core/json.h"
#include "jobs/layer4/snapshot_rows.h"

static void
set_day(struct json *o, const char *key, struct date d)
{
	char buf[DATE_BUF];

	json_set_text(o, key, date_is_set(d) ? date_iso(d, buf) : NULL);
}

/* A part of the stored row as it is. */
static void
set_stored(struct json *o, const char *key, const struct ticker_snapshot *t, const char *column)
{
	const struct json *j = json_get(t->row, column);
	STR_AUTO text = { .max = 1 << 20 };
	struct err e = ERR_INIT;
	struct json *copy = NULL;

	if (j) {
		json_print(j, &text);
		copy = json_parse(str_c(&text), text.len, &e);
	}
	json_set(o, key, copy ? copy : json_new_null());
}

static struct json *
benchmark_json(const struct ticker_snapshot *t, const struct benchmark *b)
{
	struct json *o;

	if (!b)
		return json_new_null();
	o = json_new_object();
	json_set_text(o, "group", t->benchmarks->general ? "General" : t->made->rows.sector);
	set_day(o, "date", t->benchmarks->date);
	json_set_num(o, "p10", b->p10);
	json_set_num(o, "p25", b->p25);
	json_set_num(o, "p50", b->p50);
	json_set_num(o, "p75", b->p75);
	json_set_num(o, "p90", b->p90);
	json_set_int(o, "sample_size", b->sample_size);
	json_set_text(o, "confidence", benchmark_confidence_name(b->confidence));
	return o;
}

static struct json *
metric_json(const struct ticker_snapshot *t, const struct metric_trace *m)
{
	struct json *o = json_new_object();

	json_set_text(o, "name", metric_name(m->metric));
	json_set_num(o, "value", m->value);
	json_set_num(o, "percentile", m->percentile);
	json_set(o, "benchmark", benchmark_json(t, m->benchmark));
	json_set_text(o, "reason", absence_code(m->absence));
	return o;
}

static struct json *
component_json(const struct ticker_snapshot *t, int c)
{
	const struct component_trace *k = &t->fgos.component[c];
	const char *name = fgos_dimension_name((enum fgos_dimension)c);
	struct json *o = json_new_object(), *metrics = json_new_array();

	json_set_text(o, "name", name);
	json_set_num(o, "weight", NUM(k->weight));
	json_set_num(o, "score", k->score);
	json_set_num(o, "stored", ticker_stored_in(t, "fgos_components", name));
	json_set_text(o, "reason", absence_code(k->absence));
	for (size_t i = 0; i < k->n; i++) {
		const struct metric_score *s = &k->metric[i].score;
		struct json *m = metric_json(t, &k->metric[i]);

		json_set_bool(m, "inverted", k->metric[i].inverted);
		json_set_num(m, "score", s->has ? NUM(s->effective) : NUM_NONE);
		json_set_num(m, "trust", s->has ? NUM(s->weight) : NUM_NONE);
		json_push(metrics, m);
	}
	json_set(o, "metrics", metrics);
	return o;
}

static struct json *
fgos_json(const struct ticker_snapshot *t)
{
	struct json *o = json_new_object(), *components = json_new_array(),
		    *lacking = json_new_array();

	json_set_num(o, "stored", ticker_stored(t, "fgos_score"));
	json_set_text(o, "category", json_text(t->row, "fgos_category"));
	json_set_text(o, "status", json_text(t->row, "fgos_status"));
	json_set_num(o, "confidence", ticker_stored(t, "fgos_confidence_percent"));
	json_set_num(o, "recombined", t->fgos.recombined);
	json_set_bool(o, "match", ticker_score_agrees(t));
	json_set_num(o, "base", t->fgos.base);
	json_set_text(o, "reason", absence_code(t->fgos.absence));
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		if (t->fgos.lacking[m])
			json_push_text(lacking, metric_name((enum metric)m));
	json_set(o, "benchmarks_missing", lacking);
	for (int c = 0; c < FGOS_COMPONENTS; c++)
		json_push(components, component_json(t, c));
	json_set(o, "components", components);
	return o;
}

static struct json *
window_json(const struct ticker_snapshot *t, enum window w)
{
	const struct snapshot *s = &t->made->snapshot;
	const struct performance_row *r = s->sector.row[w];
	struct json *o = json_new_object();
	struct num p = s->sector.points[w];
	bool dominant = horizons_has(&t->made->rows.profile->dominant, w);

	json_set_text(o, "window", window_code(w));
	json_set_text(o, "block", ifs_block_name(ifs_block_of(w)));
	json_set_bool(o, "dominant", dominant);
	set_day(o, "as_of", r ? r->as_of : DATE_NONE);
	json_set_num(o, "asset_return", r ? r->asset : NUM_NONE);
	json_set_num(o, "sector_return", r ? r->against : NUM_NONE);
	json_set_num(o, "relative", p);
	json_set_num(o, "vote", p.has && dominant ? NUM((p.v > 0) - (p.v < 0)) : NUM_NONE);
	json_set_text(o, "reason", absence_code(ticker_window_absence(t, w)));
	return o;
}

static struct json *
ifs_json(const struct ticker_snapshot *t)
{
	const struct ifs *i = &t->made->snapshot.ifs;
	struct json *o = json_new_object(), *windows = json_new_array(), *blocks = json_new_array();

	set_stored(o, "stored", t, "ifs");
	json_set_text(o, "position", ifs_position_name(i->position));
	json_set_text(o, "reason", i->position == IFS_NONE ? absence_code(ABSENT_BLOCKS) : NULL);
	for (int w = 0; w < WIN_COUNT; w++)
		if (window_is_canonical((enum window)w))
			json_push(windows, window_json(t, (enum window)w));
	for (int b = 0; b < IFS_BLOCKS; b++) {
		struct json *k = json_new_object();

		json_set_text(k, "name", ifs_block_name(b));
		json_set_int(k, "windows", i->block[b].windows);
		json_set_int(k, "vote", i->block[b].vote);
		json_push(blocks, k);
	}
	json_set(o, "windows", windows);
	json_set(o, "blocks", blocks);
	return o;
}

static struct json *
valuation_json(const struct ticker_snapshot *t)
{
	const struct valuation *v = &t->made->snapshot.valuation;
	struct json *o = json_new_object(), *multiples = json_new_array();

	set_stored(o, "stored", t, "valuation");
	json_set_text(o, "status", valuation_status_name(v->status));
	json_set_text(o, "stage", valuation_stage_name(v->stage));
	json_set_num(o, "median", v->median);
	json_set_num(o, "range", t->valuation.range);
	json_set_text(o, "reason", absence_code(t->valuation.absence));
	for (int i = 0; i < VALUATION_MULTIPLES; i++) {
		struct json *m = metric_json(t, &t->valuation.multiple[i]);

		json_set_num(m, "above_median", t->valuation.multiple[i].above_median);
		json_push(multiples, m);
	}
	json_set(o, "multiples", multiples);
	return o;
}

static struct json *
inputs_json(const struct ticker_snapshot *t)
{
	const struct snapshot *s = &t->made->snapshot;
	struct json *o = json_new_object(), *statement = json_new_null();

	json_set_text(o, "sector", t->made->rows.sector);
	json_set_bool(o, "sector_of_profile", t->company->stock->fallback);
	json_set_text(o, "industry", t->made->rows.industry);
	if (s->current) {
		json_free(statement);
		statement = json_new_object();
		json_set_text(statement, "period_type",
			      s->current->type == PERIOD_TTM ? "TTM" : "FY");
		set_day(statement, "period_end_date", s->current->end);
		json_set_int(statement, "fiscal_year", s->current->fiscal_year);
	}
	json_set(o, "statement", statement);
	set_day(o, "benchmarks_date", t->benchmarks->date);
	json_set_text(o, "benchmarks_of",
		      !date_is_set(t->benchmarks->date) ? NULL
		      : t->benchmarks->general		? "General"
							: t->made->rows.sector);
	set_day(o, "valuation_date", s->valued ? s->valued->date : DATE_NONE);
	set_day(o, "windows_date", t->company->newest_window);
	json_set_int(o, "dividend_years", (int64_t)t->company->dividend.n);
	set_day(o, "sector_pe_date", t->made->sector->pe_date);
	json_set_bool(o, "profile", t->company->shown.has_profile);
	return o;
}

static struct json *
lifecycle_json(const struct ticker_snapshot *t)
{
	const struct lifecycle *l = &t->made->snapshot.lifecycle;
	struct json *o = json_new_object();

	json_set_text(o, "stored", json_text(t->row, "fgos_maturity"));
	json_set_text(o, "class", maturity_name(l->maturity));
	json_set_int(o, "years", l->years);
	json_set_num(o, "first_year", l->years > 0 ? NUM(l->first_year) : NUM_NONE);
	json_set_num(o, "last_year", l->years > 0 ? NUM(l->last_year) : NUM_NONE);
	return o;
}

static struct json *
layers_json(const struct ticker_snapshot *t)
{
	struct json *all = json_new_array();

	for (int i = 0; i < SNAPSHOT_LAYERS; i++) {
		const struct layer_mark *m = &t->made->snapshot.layers.of[i];
		struct json *o = json_new_object();

		json_set_text(o, "name", snapshot_layer_name((enum snapshot_layer)i));
		json_set_text(o, "state", layer_state_name(m->state));
		json_set_text(o, "reason", m->reason);
		json_push(all, o);
	}
	return all;
}

static struct json *
verdict_json(const struct ticker_snapshot *t)
{
	struct ticker_module module[TICKER_MODULES];
	struct json *o = json_new_object(), *all = json_new_array();

	set_stored(o, "stored", t, "investment_verdict");
	ticker_modules(t, module);
	for (size_t i = 0; i < TICKER_MODULES; i++) {
		struct json *m = json_new_object();

		json_set_text(m, "name", module[i].name);
		json_set_num(m, "score", module[i].figures.score);
		json_set_num(m, "confidence", module[i].figures.confidence);
		json_set_text(m, "band", module[i].band);
		json_set_text(m, "reason", absence_code(module[i].absence));
		json_push(all, m);
	}
	json_set(o, "modules", all);
	return o;
}

static void
set_rank(struct json *o, const struct ticker_snapshot *t, const char *column, const char *total)
{
	struct json *r = json_new_object();

	json_set_num(r, "rank", ticker_stored(t, column));
	json_set_num(r, "total", ticker_stored(t, total));
	json_set_text(r, "reason", absence_code(ticker_rank_absence(t, column)));
	json_set(o, column, r);
}

static struct json *
changed_json(const struct ticker_snapshot *t)
{
	struct json *all = json_new_array();

	for (int i = 0; i < rows_count(t->differs); i++)
		json_push_text(all, rows_text(t->differs, i, 0));
	return all;
}

struct json *
ticker_snapshot_json(const struct ticker_snapshot *t)
{
	struct json *o = json_new_object();

	set_day(o, "date", t->day);
	json_set_text(o, "engine_version", SNAPSHOT_ENGINE);
	json_set_text(o, "reason",
		      t->why_not ? t->why_not
		      : t->row	 ? NULL
				 : "fmp-bulk has not run");
	if (!t->row)
		return o;
	json_set_text(o, "created_at", json_text(t->row, "created_at"));
	set_rank(o, t, "sector_rank", "sector_rank_total");
	set_rank(o, t, "industry_rank", "industry_rank_total");
	if (!t->made)
		return o;
	json_set_bool(o, "inputs_changed", rows_count(t->differs) > 0);
	json_set_bool(o, "on_demand", ticker_asked_for(t));
	json_set(o, "changed_columns", changed_json(t));
	json_set(o, "inputs", inputs_json(t));
	json_set(o, "fgos", fgos_json(t));
	json_set(o, "ifs", ifs_json(t));
	json_set(o, "valuation", valuation_json(t));
	json_set(o, "lifecycle", lifecycle_json(t));
	json_set(o, "layers", layers_json(t));
	json_set(o, "verdict", verdict_json(t));
	return o;
}
