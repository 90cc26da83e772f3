#include "jobs/engine/sector_rank.h"

#include "jobs/engine_io/io.h"

#include <stdlib.h>
#include <string.h>

static int
by_ticker(const void *a, const void *b)
{
	const struct rank_row *x = a, *y = b;

	return strcmp(x->ticker, y->ticker);
}

static struct num
place(int n)
{
	return n > 0 ? NUM(n) : NUM_NONE;
}

int
engine_sector_rank(const struct json *in, struct json **out, struct err *e)
{
	const struct json *rows = io_array(in, "rows", e);
	struct rank_row *row;
	size_t n = 0;

	if (!rows)
		return -1;
	row = mem_zalloc((json_len(rows) + 1) * sizeof(*row));
	for (const struct json *r = json_first(rows); r; r = json_next(r), n++)
		row[n] = (struct rank_row){
			.ticker = str_or(json_text(r, "ticker"), ""),
			.sector = json_text(r, "sector"),
			.position = ifs_position_find(json_text(r, "position")),
			.pressure = io_int(r, "pressure"),
			.score = json_num(r, "score"),
		};
	sector_rank(row, n);
	if (n > 1)
		qsort(row, n, sizeof(*row), by_ticker);
	*out = json_new_array();
	for (size_t i = 0; i < n; i++) {
		struct json *o = json_new_object();

		json_set_text(o, "ticker", row[i].ticker);
		json_set_num(o, "rank", place(row[i].rank));
		json_set_num(o, "total", place(row[i].total));
		json_push(*out, o);
	}
	free(row);
	return 0;
}
