#include "jobs/engine/benchmark_lookup.h"
#include "jobs/engine/snapshot.h"
#include "jobs/engine_io/io.h"

#include <stdlib.h>

/* What a vector tells, as the builder would find it in memory. */
struct tables {
	struct financial_row *financial;
	struct performance_row *performance;
	struct benchmark_row benchmark[METRIC_ALL];
	size_t benchmarks;
	struct valuation_at valuation;
	struct benchmark_set set;
};

static int
newest_first(const void *a, const void *b)
{
	const struct performance_row *x = a, *y = b;

	return date_cmp(y->as_of, x->as_of);
}

/* Rows of a vector are all against the sector. */
static int
read_performance(const struct json *in, struct tables *t, struct snapshot_input *out, struct err *e)
{
	const struct json *rows = io_array(in, "performance_windows", e);
	size_t n = 0;

	if (!rows)
		return -1;
	t->performance = mem_zalloc((json_len(rows) + 1) * sizeof(*t->performance));
	for (const struct json *r = json_first(rows); r; r = json_next(r)) {
		int window = window_find(str_or(json_text(r, "window_code"), ""));
		struct performance_row *p = &t->performance[n];

		if (window < 0)
			continue;
		if (io_need_date(r, "as_of_date", &p->as_of, e) < 0)
			return err_wrap(e, "performance_windows");
		p->window = (enum window)window;
		p->benchmark = out->sector;
		p->asset = json_num(r, "asset_return");
		p->against = json_num(r, "benchmark_return");
		io_settle(t->performance, ++n, sizeof(*p), newest_first);
	}
	out->performance = t->performance;
	out->performances = n;
	return 0;
}

static int
read_valuation(const struct json *in, struct tables *t, struct snapshot_input *out, struct err *e)
{
	const struct json *v = json_get(in, "valuation");

	if (!json_is_object(v))
		return 0;
	t->valuation = (struct valuation_at){ .date = DATE_NONE };
	if (io_need_date(v, "valuation_date", &t->valuation.date, e) < 0)
		return err_wrap(e, "valuation");
	for (int m = 0; m < MULTIPLE_COUNT; m++)
		t->valuation.multiple[m] = json_num(v, multiple_name((enum multiple)m));
	out->valuation = &t->valuation;
	out->valuations = 1;
	return 0;
}

static int
read_benchmarks(const struct json *in, struct tables *t, struct snapshot_input *out, struct err *e)
{
	struct benchmark_set given;
	struct date date;

	io_benchmarks(json_get(in, "benchmarks"), &given);
	for (int m = 0; m < METRIC_ALL; m++) {
		const struct benchmark *b = benchmark_get(&given, (enum metric)m);

		if (!b)
			continue;
		if (io_need_date(in, "benchmarks_date", &date, e) < 0)
			return -1;
		t->benchmark[t->benchmarks++] =
			(struct benchmark_row){ str_or(out->sector, ""), date, (enum metric)m, *b };
	}
	if (benchmark_lookup(t->benchmark, t->benchmarks, out->sector, out->date, &t->set))
		out->benchmarks = &t->set;
	return 0;
}

static int
read_input(const struct json *in, struct tables *t, struct snapshot_input *out, struct err *e)
{
	if (io_need_date(in, "date", &out->date, e) < 0)
		return -1;
	out->sector = json_text(in, "sector");
	out->industry = json_text(in, "industry");
	out->profile = industry_profile_find(industry_profiles, industry_profiles_n, out->industry);
	t->financial = io_financials(in, "financials", &out->financials, e);
	if (!t->financial)
		return -1;
	out->financial = t->financial;
	if (read_performance(in, t, out, e) < 0 || read_valuation(in, t, out, e) < 0)
		return -1;
	return read_benchmarks(in, t, out, e);
}

static struct json *
relative(const struct relative_rows *r)
{
	struct json *o = json_new_object();

	for (int w = 0; w < WIN_COUNT; w++)
		if (window_is_canonical((enum window)w))
			json_set_num(o, window_code((enum window)w), r->points[w]);
	return o;
}

static void
set_fgos(struct json *o, const struct snapshot *s)
{
	json_set_num(o, "fgos_score", s->fgos.score);
	json_set_text(o, "fgos_status", snapshot_fgos_status(s));
	json_set_text(o, "fgos_category", fgos_category_name(s->fgos.category));
	json_set_int(o, "fgos_confidence_percent", s->fgos.confidence);
	json_set_text(o, "fgos_confidence_label", trust_name(s->fgos.confidence_label));
	for (int d = 0; d < FGOS_COMPONENTS; d++)
		json_set_num(o, fgos_dimension_name((enum fgos_dimension)d), s->fgos.dimension[d]);
}

static void
set_profile(struct json *o, const struct industry_profile *p)
{
	struct json *dominant = json_new_array();

	json_set_text(o, "cadence", cadence_name(p->cadence));
	for (int w = 0; w < WIN_COUNT; w++)
		if (horizons_has(&p->dominant, (enum window)w))
			json_push_text(dominant, window_code((enum window)w));
	json_set(o, "dominant", dominant);
	json_set_int(o, "min_years", p->min_years);
}

static struct json *
layer(const struct layer_mark *m)
{
	struct json *o = json_new_object();

	json_set_text(o, "state", layer_state_name(m->state));
	json_set_text(o, "reason", m->reason);
	return o;
}

static struct json *
position(const struct market_position *p)
{
	struct json *o;

	if (!p->computed)
		return json_new_null();
	o = json_new_object();
	json_set_num(o, "roic", p->roic);
	json_set_num(o, "margin", p->margin);
	json_set_num(o, "growth", p->growth);
	json_set_text(o, "summary", market_summary_name(p->summary));
	json_set_text(o, "confidence", benchmark_confidence_name(p->confidence));
	return o;
}

static struct json *
answer(const struct snapshot_input *in, const struct snapshot *s)
{
	struct json *o = json_new_object();

	json_set_text(o, "skipped", s->skipped);
	if (s->skipped)
		return o;
	json_set_text(o, "sector", in->sector);
	json_set(o, "relative", relative(&s->sector));
	json_set(o, "ifs", io_ifs(&s->ifs));
	set_fgos(o, s);
	io_set_lifecycle(o, &s->lifecycle);
	set_profile(o, in->profile);
	json_set_bool(o, "has_financials", s->current != NULL);
	json_set_bool(o, "has_valuation", s->valued != NULL);
	json_set_bool(o, "has_performance", s->sector.any);
	json_set_bool(o, "has_fgos", s->current != NULL);
	json_set_bool(o, "has_ifs", s->ifs.position != IFS_NONE);
	json_set(o, "layer_ifs", layer(&s->layers.of[SNAPSHOT_IFS]));
	json_set(o, "layer_growth", layer(&s->layers.of[SNAPSHOT_GROWTH]));
	json_set(o, "market_position", position(&s->position));
	return o;
}

int
engine_snapshot_local(const struct json *in, struct json **out, struct err *e)
{
	struct tables t = { .benchmarks = 0 };
	struct snapshot_input input = { .date = DATE_NONE };
	struct snapshot s;
	int rc = read_input(in, &t, &input, e);

	if (rc == 0) {
		snapshot(&input, &s);
		*out = answer(&input, &s);
	}
	free(t.financial);
	free(t.performance);
	return rc;
}
