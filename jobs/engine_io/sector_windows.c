#include "jobs/engine/window.h"
#include "jobs/engine_io/io.h"

#include <stdlib.h>

static int
read_days(const struct json *rows, struct window_day *d, struct err *e)
{
	size_t n = 0;

	for (const struct json *r = json_first(rows); r; r = json_next(r), n++) {
		const char *day = json_as_text(json_at(r, 0));

		if (!day || !date_parse(day, &d[n].day))
			return err_set(e, ERR_DATA, "daily: row %zu has no date", n + 1);
		d[n].ret = json_as_num(json_at(r, 1));
	}
	return 0;
}

int
engine_sector_windows(const struct json *in, struct json **out, struct err *e)
{
	const struct json *rows = io_array(in, "daily", e);
	struct window_day *d;
	struct num ret[WIN_COUNT];
	struct date as_of;
	int rc;

	if (!rows || io_need_date(in, "as_of", &as_of, e) < 0)
		return -1;
	d = mem_alloc((json_len(rows) + 1) * sizeof(*d));
	rc = read_days(rows, d, e);
	if (rc == 0) {
		sector_windows(d, json_len(rows), as_of, 0, ret);
		*out = json_new_object();
		for (int w = 0; w < WIN_COUNT; w++)
			if (window_is_canonical((enum window)w))
				json_set_num(*out, window_code((enum window)w), ret[w]);
	}
	free(d);
	return rc;
}
