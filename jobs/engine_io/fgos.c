#include "jobs/engine/fgos.h"

#include "jobs/engine_io/io.h"

#include <stdlib.h>

static void
write_impact(struct json *out, const char *component, const struct fgos_impact *i)
{
	char key[64];
	struct json *o = json_new_object();

	if (!fmt_buf(key, sizeof(key), "%s_impact", component))
		return;
	if (!i->has) {
		json_free(o);
		json_set_null(out, key);
		return;
	}
	json_set_num(o, "raw", NUM(i->raw));
	json_set_num(o, "effective", NUM(i->effective));
	json_set_int(o, "sample_size", i->sample_size);
	json_set_num(o, "weight", NUM(i->weight));
	json_set(out, key, o);
}

static struct json *
answer(const struct fgos *f)
{
	struct json *o = json_new_object();

	json_set_num(o, "score", f->score);
	json_set_text(o, "category", fgos_category_name(f->category));
	json_set_int(o, "confidence_percent", f->confidence);
	json_set_text(o, "confidence_label", trust_name(f->confidence_label));
	json_set_text(o, "status", fgos_status_name(f));
	for (int d = 0; d < FGOS_DIMENSIONS; d++)
		json_set_num(o, fgos_dimension_name((enum fgos_dimension)d), f->dimension[d]);
	json_set_bool(o, "low_confidence_benchmark", f->low_confidence_benchmark);
	for (int c = 0; c < FGOS_COMPONENTS; c++)
		write_impact(o, fgos_dimension_name((enum fgos_dimension)c), &f->impact[c]);
	json_set_text(o, "advantage_band", advantage_band_name(f->advantage_band));
	json_set_num(o, "advantage_confidence", f->advantage_confidence);
	io_set_codes(o, "warnings", &f->brakes.warnings);
	return o;
}

int
engine_fgos(const struct json *in, struct json **out, struct err *e)
{
	const struct json *history = json_get(in, "history"), *paid = json_get(in, "multiples");
	struct benchmark_set benchmarks;
	struct multiples multiples[SENTIMENT_DATES];
	struct fgos_input input = {
		.sector = json_text(in, "sector"),
		.altman_z = json_num(in, "altman_z"),
		.piotroski = json_num(in, "piotroski"),
		.benchmarks = &benchmarks,
		.multiples = paid ? multiples : NULL,
	};
	struct annual *year = io_annuals(history, &input.years);
	struct fgos f;

	(void)e;
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		input.value[m] = json_num(in, metric_name((enum metric)m));
	io_benchmarks(json_get(in, "benchmarks"), &benchmarks);
	io_multiples(paid, multiples);
	input.history = history ? year : NULL;
	fgos(&input, &f);
	free(year);
	*out = answer(&f);
	return 0;
}
