#include "jobs/engine/valuation_percentile.h"

#include "jobs/engine_io/io.h"

int
engine_valuation_percentile(const struct json *in, struct json **out, struct err *e)
{
	struct benchmark b;
	bool has = io_benchmark(json_get(in, "points"), &b);

	(void)e;
	*out = json_new_num(valuation_percentile(json_num(in, "value"), has ? &b : NULL));
	return 0;
}
