#include "jobs/engine/investment_verdict.h"

#include "jobs/engine_io/io.h"

int
engine_investment_verdict(const struct json *in, struct json **out, struct err *e)
{
	struct num score = json_num(in, "score");
	int price = price_view_find(json_text(in, "valuation"));
	struct investment_verdict v;

	(void)e;
	if (!score.has || price < 0) {
		*out = json_new_null();
		return 0;
	}
	investment_verdict(score.v, (enum price_view)price, &v);
	*out = json_new_object();
	json_set_text(*out, "verdict", v.verdict);
	json_set_text(*out, "category", trust_name(v.category));
	json_set_text(*out, "confidence", trust_name(v.confidence));
	return 0;
}
