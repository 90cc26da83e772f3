#include "jobs/engine/layer_status.h"

#include "jobs/engine_io/io.h"

static bool
has_growth(const struct json *g)
{
	return json_num(g, "revenue_cagr").has || json_num(g, "earnings_cagr").has ||
	       json_num(g, "fcf_cagr").has;
}

static bool
is_said(const struct json *v, const char *key)
{
	return !str_same(str_or(json_text(v, key), "pending"), "pending");
}

int
engine_layer_status(const struct json *in, struct json **out, struct err *e)
{
	const struct json *growth = json_get(in, "growth"), *valuation = json_get(in, "valuation");
	struct layer_status_input input = {
		.maturity = maturity_find(json_text(in, "maturity")),
		.has_ifs = json_bool(in, "ifs_present", false),
		.missing_horizons = io_int(in, "missing_horizons"),
		.has_growth = has_growth(growth),
		.has_valuation = is_said(valuation, "status") && is_said(valuation, "stage"),
		.has_sector = json_bool(in, "sector_available", false),
		.industry_performance =
			availability_find(json_text(in, "industry_performance_status")),
	};
	struct layer_status s;

	(void)e;
	layer_status(&input, &s);
	*out = json_new_object();
	for (int l = 0; l < SNAPSHOT_LAYERS; l++) {
		struct json *o = json_new_object();

		json_set_text(o, "state", layer_state_name(s.of[l].state));
		json_set_text(o, "version", s.of[l].version);
		json_set_text(o, "reason", s.of[l].reason);
		json_set(*out, snapshot_layer_name((enum snapshot_layer)l), o);
	}
	return 0;
}
