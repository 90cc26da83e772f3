#include "jobs/engine/relative_return.h"

#include "jobs/engine_io/io.h"

static void
read_pairs(const struct json *windows, struct return_pair *out)
{
	static const struct io_field fields[] = {
		{ "asset_return", offsetof(struct return_pair, asset) },
		{ "benchmark_return", offsetof(struct return_pair, benchmark) },
		{ "asset_max_drawdown", offsetof(struct return_pair, asset_drawdown) },
		{ "benchmark_max_drawdown", offsetof(struct return_pair, benchmark_drawdown) },
	};

	for (int i = 0; i < RETURN_WINDOWS; i++) {
		const char *code = window_code(return_windows[i]);

		io_read(windows ? json_get(windows, code) : NULL, fields, ARRAY_LEN(fields),
			&out[i]);
	}
}

static void
write_windows(struct json *out, const char *key, const struct num v[RETURN_WINDOWS])
{
	struct json *o = json_new_object();

	for (int i = 0; i < RETURN_WINDOWS; i++)
		json_set_num(o, window_code(return_windows[i]), v[i]);
	json_set(out, key, o);
}

int
engine_relative_return(const struct json *in, struct json **out, struct err *e)
{
	struct return_pair pair[RETURN_WINDOWS];
	struct relative_return r;
	struct json *used = json_new_array();

	(void)e;
	read_pairs(json_get(in, "windows"), pair);
	relative_return(pair, &r);
	*out = json_new_object();
	json_set_num(*out, "score", r.score);
	json_set_text(*out, "band", return_band_name(r.band));
	json_set_num(*out, "confidence", r.confidence);
	write_windows(*out, "alpha", r.alpha);
	write_windows(*out, "alpha_score", r.alpha_score);
	json_set_num(*out, "consistency", r.consistency);
	json_set_num(*out, "drawdown_penalty", r.drawdown_penalty);
	for (int i = 0; i < RETURN_WINDOWS; i++)
		if (r.alpha[i].has)
			json_push_text(used, window_code(return_windows[i]));
	json_set(*out, "windows_used", used);
	return 0;
}
