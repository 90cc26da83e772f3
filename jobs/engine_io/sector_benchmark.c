#include "jobs/engine/sector_benchmark.h"

#include "jobs/engine_io/io.h"

#include <stdlib.h>

int
engine_sector_benchmark(const struct json *in, struct json **out, struct err *e)
{
	static const struct io_field fields[] = {
		{ "p10", offsetof(struct sector_benchmark, points.p10) },
		{ "p25", offsetof(struct sector_benchmark, points.p25) },
		{ "p50", offsetof(struct sector_benchmark, points.p50) },
		{ "p75", offsetof(struct sector_benchmark, points.p75) },
		{ "p90", offsetof(struct sector_benchmark, points.p90) },
		{ "median", offsetof(struct sector_benchmark, median) },
		{ "trimmed_mean", offsetof(struct sector_benchmark, mean) },
	};
	struct sector_benchmark b;
	size_t n;
	double *v = io_numbers(in, "values", &n, e);

	if (!v)
		return -1;
	bool has = sector_benchmark(v, n, 0, &b);

	free(v);
	*out = has ? json_new_object() : json_new_null();
	if (!has)
		return 0;
	io_write(*out, fields, ARRAY_LEN(fields), &b);
	json_set_int(*out, "sample_size", b.points.sample_size);
	json_set_text(*out, "confidence", benchmark_confidence_name(b.points.confidence));
	json_set_bool(*out, "has_uncertainty", b.mean_low.has);
	return 0;
}
