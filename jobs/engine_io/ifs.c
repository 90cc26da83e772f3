#include "jobs/engine/ifs.h"

#include "jobs/engine_io/io.h"

int
engine_ifs(const struct json *in, struct json **out, struct err *e)
{
	const struct json *relative = json_get(in, "relative");
	struct num r[WIN_COUNT];
	struct horizons dominant;
	struct ifs i;

	(void)e;
	for (int w = 0; w < WIN_COUNT; w++)
		r[w] = json_num(relative, window_code((enum window)w));
	io_horizons(json_get(in, "dominant"), &dominant);
	ifs(r, &dominant, &i);
	*out = io_ifs(&i);
	return 0;
}
