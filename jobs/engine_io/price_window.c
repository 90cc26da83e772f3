#include "jobs/engine/window.h"
#include "jobs/engine_io/io.h"

#include <stdlib.h>

int
engine_price_window(const struct json *in, struct json **out, struct err *e)
{
	struct window_stats s;
	size_t n;
	double *close = io_numbers(in, "closes", &n, e);

	if (!close)
		return -1;
	if (n < 2) {
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
