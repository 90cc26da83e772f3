#include "jobs/engine/market_position.h"

#include "jobs/engine_io/io.h"

int
engine_market_position(const struct json *in, struct json **out, struct err *e)
{
	struct benchmark_set benchmarks;
	struct market_position_input input = {
		.sector = json_text(in, "sector"),
		.market_cap = json_num(in, "market_cap"),
		.roic = json_num(in, "roic"),
		.operating_margin = json_num(in, "operating_margin"),
		.revenue_growth = json_num(in, "revenue_growth"),
		.benchmarks = &benchmarks,
	};
	struct market_position p;

	(void)e;
	io_benchmarks(json_get(in, "benchmarks"), &benchmarks);
	market_position(&input, &p);
	*out = json_new_object();
	json_set_text(*out, "status", p.computed ? "computed" : "pending");
	json_set_num(*out, "size", p.size);
	json_set_num(*out, "roic", p.roic);
	json_set_num(*out, "margin", p.margin);
	json_set_num(*out, "growth", p.growth);
	json_set_text(*out, "summary", market_summary_name(p.summary));
	json_set_text(*out, "confidence", benchmark_confidence_name(p.confidence));
	return 0;
}
