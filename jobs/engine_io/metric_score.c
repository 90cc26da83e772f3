#include "jobs/engine/metric_score.h"

#include "jobs/engine_io/io.h"

int
engine_metric_score(const struct json *in, struct json **out, struct err *e)
{
	struct benchmark b;
	bool has = io_benchmark(json_get(in, "benchmark"), &b);
	struct metric_score s =
		metric_score(json_num(in, "value"), has ? &b : NULL, MORE_IS_BETTER);

	(void)e;
	if (!s.has) {
		*out = json_new_null();
		return 0;
	}
	*out = json_new_object();
	json_set_num(*out, "effective", NUM(s.effective));
	json_set_num(*out, "raw", NUM(s.raw));
	json_set_num(*out, "weight", NUM(s.weight));
	json_set_int(*out, "sample_size", s.sample_size);
	json_set_bool(*out, "low_confidence", s.low_confidence);
	return 0;
}
