#include "jobs/engine/structural_coverage.h"

#include "jobs/engine_io/io.h"

int
engine_structural_coverage(const struct json *in, struct json **out, struct err *e)
{
	struct structural_coverage_input input = {
		.maturity = maturity_find(json_text(in, "maturity")),
		.valid_windows = io_int(in, "valid_windows"),
		.required_windows = io_int(in, "required_windows"),
		.valid_metrics = io_int(in, "valid_metrics"),
		.required_metrics = io_int(in, "required_metrics"),
	};
	struct structural_coverage c;

	(void)e;
	structural_coverage(&input, &c);
	*out = json_new_object();
	json_set_text(*out, "confidence_level", degree_name(c.degree));
	json_set_text(*out, "maturity", str_or(maturity_name(input.maturity), "unknown"));
	json_set_text(*out, "limiting_factor", c.limiting_factor);
	return 0;
}
