#include "jobs/engine/moat.h"

#include "jobs/engine_io/io.h"

#include <stddef.h>
#include <stdlib.h>

int
engine_moat(const struct json *in, struct json **out, struct err *e)
{
	static const struct io_field fields[] = {
		{ "score", offsetof(struct moat, score) },
		{ "confidence", offsetof(struct moat, confidence) },
		{ "roic_persistence", offsetof(struct moat, roic_persistence) },
		{ "margin_stability", offsetof(struct moat, margin_stability) },
		{ "capital_discipline", offsetof(struct moat, capital_discipline) },
		{ "years", offsetof(struct moat, years) },
		{ "coherence_score", offsetof(struct moat, coherence_score) },
	};
	struct moat_sector sector = {
		.roic_median = json_num(in, "roic_p50"),
		.margin_median = json_num(in, "gross_margin_p50"),
		.name = json_text(in, "sector"),
	};
	struct moat m;
	size_t n;
	struct annual *year = io_annuals(json_get(in, "history"), &n);

	(void)e;
	moat(year, n, &sector, &m);
	free(year);
	*out = json_new_object();
	io_write(*out, fields, ARRAY_LEN(fields), &m);
	json_set_text(*out, "status", moat_status_name(m.status));
	json_set_text(*out, "coherence", coherence_name(m.coherence));
	return 0;
}
