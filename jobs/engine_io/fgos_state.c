#include "jobs/engine/fgos_state.h"

#include "jobs/engine_io/io.h"

int
engine_fgos_state(const struct json *in, struct json **out, struct err *e)
{
	const struct json *components = json_get(in, "components");
	struct num dimension[FGOS_DIMENSIONS];
	struct fgos_state_input input = {
		.score = json_num(in, "score"),
		.dimension = components ? dimension : NULL,
		.confidence = json_num(in, "confidence_percent"),
		.label = trust_find(json_text(in, "confidence_label")),
	};
	struct fgos_state s;

	(void)e;
	for (int d = 0; d < FGOS_DIMENSIONS; d++)
		dimension[d] = json_num(components, fgos_dimension_name((enum fgos_dimension)d));
	fgos_state(&input, &s);
	*out = json_new_object();
	json_set_text(*out, "stage", fgos_stage_name(s.stage));
	json_set_num(*out, "score", s.score);
	json_set_text(*out, "bucket", fgos_bucket_name(s.bucket));
	json_set_text(*out, "confidence_label", trust_name(s.confidence_label));
	json_set_num(*out, "confidence_percent", NUM(s.confidence));
	json_set_int(*out, "computed", s.computed);
	json_set_int(*out, "total", s.total);
	io_set_codes(*out, "missing", &s.missing);
	json_set_text(*out, "context", fgos_mood_name(s.context));
	return 0;
}
