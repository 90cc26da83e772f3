#include "jobs/engine/valuation.h"

#include "jobs/engine_io/io.h"

int
engine_valuation(const struct json *in, struct json **out, struct err *e)
{
	struct benchmark_set benchmarks;
	struct valuation_input input = {
		.benchmarks = &benchmarks,
		.maturity = maturity_find(json_text(in, "maturity")),
	};
	struct valuation v;

	(void)e;
	for (int i = 0; i < VALUATION_MULTIPLES; i++)
		input.multiple[i] = json_num(in, metric_name((enum metric)(METRIC_PE_RATIO + i)));
	io_benchmarks(json_get(in, "benchmarks"), &benchmarks);
	io_horizons(json_get(in, "dominant"), &input.dominant);
	valuation(&input, &v);
	*out = json_new_object();
	json_set_text(*out, "stage", valuation_stage_name(v.stage));
	json_set_text(*out, "status", valuation_status_name(v.status));
	json_set_text(*out, "legacy_status", valuation_legacy_status(v.status));
	json_set_num(*out, "legacy_score", valuation_legacy_score(v.status));
	json_set_num(*out, "confidence_percent", NUM(v.confidence));
	json_set_text(*out, "confidence_label", trust_name(v.confidence_label));
	json_set_int(*out, "valid_metrics", v.valid);
	for (int i = 0; i < VALUATION_MULTIPLES; i++)
		json_set_num(*out, metric_name((enum metric)(METRIC_PE_RATIO + i)), v.multiple[i]);
	return 0;
}
