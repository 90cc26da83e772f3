#include "jobs/engine/lifecycle.h"

#include "jobs/engine_io/io.h"

#include <stdlib.h>

int
engine_lifecycle(const struct json *in, struct json **out, struct err *e)
{
	struct lifecycle l;
	size_t n;
	struct financial_row *row = io_financials(in, "rows", &n, e);

	if (!row)
		return -1;
	lifecycle(row, n, &l);
	free(row);
	*out = json_new_object();
	io_set_lifecycle(*out, &l);
	return 0;
}
