#include "jobs/engine/sector_defaults.h"

#include "jobs/engine_io/io.h"

int
engine_sector_defaults(const struct json *in, struct json **out, struct err *e)
{
	const struct sector_defaults *d = sector_defaults(json_text(in, "sector"));

	(void)e;
	*out = json_new_object();
	json_set_num(*out, "roic", NUM(d->roic));
	json_set_num(*out, "gross_margin", NUM(d->gross_margin));
	json_set_num(*out, "net_margin", NUM(d->net_margin));
	json_set_num(*out, "debt_to_equity", NUM(d->debt_to_equity));
	return 0;
}
