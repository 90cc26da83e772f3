#include "jobs/engine/fgos_confidence.h"

#include "jobs/engine_io/io.h"

int
engine_fgos_confidence(const struct json *in, struct json **out, struct err *e)
{
	struct fgos_confidence c;
	int volatility = io_code(in, "volatility", volatility_names, VOLATILITY_COUNT);
	struct fgos_confidence_input input = {
		.history_years = json_num(in, "history_years"),
		.years_since_ipo = json_num(in, "years_since_ipo"),
		.volatility =
			volatility < 0 ? VOLATILITY_MEDIUM : (enum volatility_class)volatility,
		.missing_core = io_int(in, "missing_core"),
	};

	(void)e;
	fgos_confidence(&input, &c);
	*out = json_new_object();
	json_set_num(*out, "percent", NUM(c.percent));
	json_set_text(*out, "label", trust_name(c.label));
	json_set_text(*out, "status", fgos_age_name(c.status));
	json_set_num(*out, "history_factor", NUM(c.history_factor));
	json_set_num(*out, "ipo_factor", NUM(c.ipo_factor));
	json_set_num(*out, "volatility_factor", NUM(c.volatility_factor));
	json_set_num(*out, "completeness_factor", NUM(c.completeness_factor));
	return 0;
}
