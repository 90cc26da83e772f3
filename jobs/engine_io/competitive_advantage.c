#include "jobs/engine/competitive_advantage.h"

#include "jobs/engine_io/io.h"

#include <stdlib.h>

int
engine_competitive_advantage(const struct json *in, struct json **out, struct err *e)
{
	struct competitive_advantage a;
	size_t n;
	struct annual *year = io_annuals(json_get(in, "history"), &n);

	(void)e;
	competitive_advantage(year, n, &a);
	free(year);
	*out = json_new_object();
	json_set_num(*out, "score", a.score);
	json_set_text(*out, "band", advantage_band_name(a.band));
	json_set_int(*out, "confidence", a.confidence);
	json_set_num(*out, "return_persistence", a.return_persistence);
	json_set_num(*out, "operating_stability", a.operating_stability);
	json_set_num(*out, "capital_discipline", a.capital_discipline);
	json_set_int(*out, "years", a.years);
	return 0;
}
