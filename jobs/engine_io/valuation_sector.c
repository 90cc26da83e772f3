#include "jobs/engine/valuation_sector.h"

#include "jobs/engine_io/io.h"

#include <stdlib.h>

static const char *const multiples[RANKED_MULTIPLES] = { "pe_ratio", "ev_ebitda", "price_to_fcf" };
static const char *const percentiles[RANKED_MULTIPLES] = { "pe_percentile", "ev_ebitda_percentile",
							   "p_fcf_percentile" };

int
engine_valuation_sector(const struct json *in, struct json **out, struct err *e)
{
	const struct json *rows = io_array(in, "rows", e), *r;
	struct valuation_row *row;
	size_t n = 0;

	if (!rows)
		return -1;
	row = mem_zalloc((json_len(rows) + 1) * sizeof(*row));
	for (r = json_first(rows); r; r = json_next(r), n++) {
		row[n].sector = json_text(r, "sector");
		for (int m = 0; m < RANKED_MULTIPLES; m++)
			row[n].multiple[m] = json_num(r, multiples[m]);
	}
	valuation_sector(row, n);
	*out = json_new_array();
	n = 0;
	for (r = json_first(rows); r; r = json_next(r), n++) {
		struct json *o = json_new_object();

		json_set_text(o, "ticker", json_text(r, "ticker"));
		for (int m = 0; m < RANKED_MULTIPLES; m++)
			json_set_num(o, percentiles[m], row[n].percentile[m]);
		json_set_num(o, "composite_percentile", row[n].composite);
		json_push(*out, o);
	}
	free(row);
	return 0;
}
