#include "jobs/engine/quality_brakes.h"

#include "jobs/engine_io/io.h"

int
engine_quality_brakes(const struct json *in, struct json **out, struct err *e)
{
	struct quality_brakes b;

	(void)e;
	quality_brakes(json_num(in, "score"), json_num(in, "altman_z"), json_num(in, "piotroski"),
		       &b);
	*out = json_new_object();
	json_set_num(*out, "score", b.score);
	json_set_int(*out, "brake_confidence", b.confidence);
	io_set_codes(*out, "warnings", &b.warnings);
	json_set_bool(*out, "brake_applied", b.applied);
	io_set_codes(*out, "brake_reasons", &b.reasons);
	return 0;
}
