#include "jobs/engine/verdict.h"

#include "jobs/engine_io/io.h"

/* Fills the score and confidence of a module; its band as text, or NULL. */
static const char *
read_module(const struct json *in, const char *key, struct verdict_module *out)
{
	const struct json *m = json_get(in, key);

	out->score = json_num(m, "score");
	out->confidence = json_num(m, "confidence");
	return json_text(m, "band");
}

static struct json *
answer(const struct verdict *v)
{
	struct json *o = json_new_object();

	json_set_text(o, "label", verdict_label_name(v->label));
	json_set_num(o, "score", v->score);
	json_set_num(o, "confidence", v->confidence);
	io_set_codes(o, "positives", &v->positives);
	io_set_codes(o, "negatives", &v->negatives);
	io_set_codes(o, "tensions", &v->tensions);
	return o;
}

int
engine_verdict(const struct json *in, struct json **out, struct err *e)
{
	struct verdict_input i;
	struct verdict v;

	(void)e;
	i.fgos_band = advantage_band_find(read_module(in, "fgos", &i.fgos));
	i.advantage_band =
		advantage_band_find(read_module(in, "competitive_advantage", &i.advantage));
	i.sentiment_band = sentiment_band_find(read_module(in, "sentiment", &i.sentiment));
	i.dividend_band = dividend_band_find(read_module(in, "dividend_quality", &i.dividend));
	i.return_band = return_band_find(read_module(in, "relative_return", &i.relative));
	verdict(&i, &v);
	*out = answer(&v);
	return 0;
}
