#include "jobs/engine/window.h"
#include "jobs/engine_io/io.h"

#include <stdlib.h>

int
engine_price_window(const struct json *in, struct json **out, struct err *e)
{
	const struct json *closes = io_array(in, "closes", e);
	struct window_stats s;
	double *close;
	size_t n = 0;

	if (!closes)
		return -1;
	close = mem_alloc((json_len(closes) + 1) * sizeof(*close));
	for (const struct json *j = json_first(closes); j; j = json_next(j)) {
		struct num v = json_as_num(j);

		if (v.has)
			close[n++] = v.v;
	}
	if (n < 2 || n < json_len(closes)) {
		free(close);
		return err_set(e, ERR_DATA, "closes is not a list of two numbers or more");
	}
	price_window(close, n, &s);
	free(close);
	*out = json_new_object();
	json_set_num(*out, "return_percent", s.ret);
	json_set_num(*out, "absolute_return", s.abs);
	json_set_num(*out, "volatility", s.vol);
	json_set_num(*out, "max_drawdown", s.dd);
	return 0;
}
