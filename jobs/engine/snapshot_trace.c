#include "jobs/engine/snapshot_trace.h"

#include <string.h>

static const struct {
	const char *code, *text;
} absences[ABSENCE_COUNT] = {
	[ABSENT_STATEMENT] = { "no_statement",
			       "no TTM or FY statement ends on or before the date" },
	[ABSENT_FIGURE] = { "no_value", "the row of its table has no such figure" },
	[ABSENT_BENCHMARKS] = { "no_benchmarks",
				"no benchmarks by the date, none of General either" },
	[ABSENT_BENCHMARK] = { "no_benchmark", "the benchmarks of that day lack this metric" },
	[ABSENT_SAMPLE] = { "small_sample", "fewer than 3 companies have the figure" },
	[ABSENT_POINTS] = { "no_points", "the benchmark lacks some of its percentiles" },
	[ABSENT_REQUIRED] = { "benchmarks_missing",
			      "FGOS needs the benchmarks of all nine metrics" },
	[ABSENT_METRICS] = { "no_metric", "none of its metrics could be scored" },
	[ABSENT_VALUATION] = { "no_valuation", "datos_valuacion has no TTM row of this very day" },
	[ABSENT_POSITIVE] = { "not_positive", "a multiple of zero or below says nothing" },
	[ABSENT_MULTIPLES] = { "few_multiples", "two multiples with a percentile are needed" },
	[ABSENT_WINDOW] = { "no_window", "no row of performance_windows has both returns" },
	[ABSENT_BLOCKS] = { "few_blocks", "two of the three blocks need a dominant window" },
	[ABSENT_RANK] = { "not_ranked", "compute-ranks has not ranked this snapshot" },
	[ABSENT_POSITION] = { "no_ifs", "only companies with an IFS are ranked" },
	[ABSENT_RANKED_SCORE] = { "no_score", "only companies with an FGOS score are ranked" },
	[ABSENT_INDUSTRY] = { "no_industry", "no industry is known of it" },
	[ABSENT_YEARS] = { "no_fiscal_years", "no fiscal year has the figures it needs" },
	[ABSENT_MOOD] = { "no_earlier_multiples", "no multiple of today and of an earlier year" },
	[ABSENT_DIVIDENDS] = { "no_dividend_years", "datos_dividendos has no year that has ended" },
	[ABSENT_MARKET] = { "no_market_windows", "no 1Y, 3Y or 5Y return against the market" },
};

const char *
absence_code(enum absence a)
{
	return absences[a].code;
}

const char *
absence_text(enum absence a)
{
	return absences[a].text;
}

/* The row that stands for the metric, be it too small to count. */
static const struct benchmark *
row_of(const struct benchmark_set *b, enum metric m)
{
	return b && (b->has[m] || b->of[m].sample_size > 0 || b->of[m].p50.has) ? &b->of[m] : NULL;
}

static enum absence
benchmark_absence(const struct benchmark_set *b, enum metric m)
{
	if (!b || !date_is_set(b->date))
		return ABSENT_BENCHMARKS;
	if (b->has[m])
		return ABSENT_POINTS;
	return row_of(b, m) ? ABSENT_SAMPLE : ABSENT_BENCHMARK;
}

static void
trace_metric(const struct snapshot *s, const struct benchmark_set *b, struct metric_trace *t)
{
	t->benchmark = row_of(b, t->metric);
	t->inverted = metric_order(t->metric) == LESS_IS_BETTER;
	t->value = s->current ? s->current->metric[t->metric] : NUM_NONE;
	t->score = s->fgos.metric[t->metric];
	if (t->score.has)
		t->percentile = metric_bucket(t->value, t->benchmark);
	else if (!s->current)
		t->absence = ABSENT_STATEMENT;
	else if (!t->value.has)
		t->absence = ABSENT_FIGURE;
	else if (s->fgos.incomplete && b && b->has[t->metric])
		t->absence = ABSENT_REQUIRED;
	else
		t->absence = benchmark_absence(b, t->metric);
}

static enum absence
fgos_absence(const struct snapshot *s, const struct benchmark_set *b)
{
	if (s->fgos.score.has)
		return ABSENT_NOT;
	if (!s->current)
		return ABSENT_STATEMENT;
	if (!s->fgos.incomplete)
		return ABSENT_METRICS;
	return b && date_is_set(b->date) ? ABSENT_REQUIRED : ABSENT_BENCHMARKS;
}

/* In the engine's own order and arithmetic, so that a tie falls to the same side. */
static void
recombine(const struct snapshot_input *in, struct fgos_trace *out)
{
	struct weighted part[FGOS_COMPONENTS];
	struct quality_brakes brakes;

	for (int c = 0; c < FGOS_COMPONENTS; c++)
		part[c] = (struct weighted){ out->component[c].score, fgos_components[c].weight };
	out->base = weighted_mean(part, FGOS_COMPONENTS);
	if (!out->base.has)
		return;
	quality_brakes(NUM(clamp_score(half_up(out->base.v))), in->altman_z, in->piotroski,
		       &brakes);
	out->recombined = brakes.score;
}

void
fgos_trace(const struct snapshot_input *in, const struct snapshot *s,
	   const struct benchmark_set *benchmarks, struct fgos_trace *out)
{
	double all = 0;

	memset(out, 0, sizeof(*out));
	for (int c = 0; c < FGOS_COMPONENTS; c++)
		all += s->fgos.dimension[c].has ? fgos_components[c].weight : 0;
	for (int c = 0; c < FGOS_COMPONENTS; c++) {
		struct component_trace *t = &out->component[c];

		t->score = s->fgos.dimension[c];
		t->weight = t->score.has ? fgos_components[c].weight / all : 0;
		t->absence = t->score.has ? ABSENT_NOT : ABSENT_METRICS;
		t->n = fgos_components[c].n;
		for (size_t i = 0; i < t->n; i++) {
			t->metric[i].metric = fgos_components[c].metric[i];
			trace_metric(s, benchmarks, &t->metric[i]);
		}
	}
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		out->lacking[m] = !benchmark_get(benchmarks, (enum metric)m);
	recombine(in, out);
	out->absence = fgos_absence(s, benchmarks);
}

static void
trace_multiple(const struct snapshot *s, const struct benchmark_set *b, int i,
	       struct metric_trace *t)
{
	t->metric = (enum metric)(METRIC_PE_RATIO + i);
	t->benchmark = row_of(b, t->metric);
	t->value = s->valued ? s->valued->multiple[MULTIPLE_PE_RATIO + i] : NUM_NONE;
	t->percentile = s->valuation.percentile[i];
	if (t->percentile.has && t->benchmark->p50.has && t->benchmark->p50.v > 0)
		t->above_median = num_finite(t->value.v / t->benchmark->p50.v - 1);
	if (t->percentile.has)
		return;
	t->absence = !s->valued	       ? ABSENT_VALUATION
		     : !t->value.has   ? ABSENT_FIGURE
		     : t->value.v <= 0 ? ABSENT_POSITIVE
				       : benchmark_absence(b, t->metric);
}

void
valuation_trace(const struct snapshot *s, const struct benchmark_set *benchmarks,
		struct valuation_trace *out)
{
	double p[VALUATION_MULTIPLES];
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < VALUATION_MULTIPLES; i++) {
		trace_multiple(s, benchmarks, i, &out->multiple[i]);
		if (out->multiple[i].percentile.has)
			p[n++] = out->multiple[i].percentile.v;
	}
	if (n >= 2)
		out->range = NUM(max_of(p, n) - min_of(p, n));
	out->absence = s->valuation.median.has ? ABSENT_NOT
		       : s->valued	       ? ABSENT_MULTIPLES
					       : ABSENT_VALUATION;
}
