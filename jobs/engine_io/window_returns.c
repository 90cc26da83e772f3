#include "jobs/engine/window.h"
#include "jobs/engine_io/io.h"

#include <stdlib.h>

struct prices {
	int32_t *day;
	double *price;
	size_t n;
};

/* A price that is absent stands as zero, from which no window starts. */
static int
read_prices(const struct json *rows, struct prices *p, struct err *e)
{
	for (const struct json *r = json_first(rows); r; r = json_next(r), p->n++) {
		const char *day = json_as_text(json_at(r, 0));
		struct num price = json_as_num(json_at(r, 1));
		struct date d;

		if (!day || !date_parse(day, &d))
			return err_set(e, ERR_DATA, "prices: row %zu has no date", p->n + 1);
		if (p->n > 0 && p->day[p->n - 1] >= d.days)
			return err_set(e, ERR_DATA, "prices: row %zu is not after the one before",
				       p->n + 1);
		p->day[p->n] = d.days;
		p->price[p->n] = price.has ? price.v : 0;
	}
	return p->n > 0 ? 0 : err_set(e, ERR_DATA, "prices is empty");
}

/* The vectors were made before 2Y was a window of a ticker (engines.md 7.2). */
static bool
is_shown(int w)
{
	return w != WIN_2Y;
}

static struct json *
answer(const struct prices *p)
{
	struct json *o = json_new_object(), *ret = json_new_object(), *abs = json_new_object();
	struct window_row row[WIN_COUNT];
	struct window_series s;
	char iso[DATE_BUF];

	window_series_init(&s);
	window_series_load(&s, p->day, p->price, p->n);
	window_returns(&s, p->n - 1, false, row);
	for (int w = 0; w < WIN_COUNT; w++) {
		const char *code = window_code((enum window)w);
		bool has = row[w].has && p->price[p->n - 1] != 0;

		if (!is_shown(w))
			continue;
		json_set_num(ret, code, has ? row[w].stats.ret : NUM_NONE);
		json_set_num(abs, code, has ? row[w].stats.abs : NUM_NONE);
	}
	window_series_done(&s);
	json_set_text(o, "performance_date", date_iso((struct date){ p->day[p->n - 1] }, iso));
	json_set(o, "return_percent", ret);
	json_set(o, "absolute_return", abs);
	return o;
}

int
engine_window_returns(const struct json *in, struct json **out, struct err *e)
{
	const struct json *rows = io_array(in, "prices", e);
	struct prices p = { NULL, NULL, 0 };
	int rc;

	if (!rows)
		return -1;
	p.day = mem_alloc((json_len(rows) + 1) * sizeof(*p.day));
	p.price = mem_alloc((json_len(rows) + 1) * sizeof(*p.price));
	rc = read_prices(rows, &p, e);
	if (rc == 0)
		*out = answer(&p);
	free(p.day);
	free(p.price);
	return rc;
}
