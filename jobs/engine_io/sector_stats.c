#include "jobs/engine/sector_stats.h"

#include "jobs/engine_io/io.h"

#include <stdlib.h>

int
engine_sector_stats(const struct json *in, struct json **out, struct err *e)
{
	static const struct io_field fields[] = {
		{ "p10", offsetof(struct sector_stats, p10) },
		{ "p25", offsetof(struct sector_stats, p25) },
		{ "p50", offsetof(struct sector_stats, p50) },
		{ "p75", offsetof(struct sector_stats, p75) },
		{ "p90", offsetof(struct sector_stats, p90) },
		{ "mean", offsetof(struct sector_stats, mean) },
		{ "std_dev", offsetof(struct sector_stats, std_dev) },
	};
	struct sector_stats s;
	size_t n;
	double *v = io_numbers(in, "values", &n, e);

	if (!v)
		return -1;
	sector_stats(v, n, &s);
	free(v);
	*out = json_new_object();
	io_write(*out, fields, ARRAY_LEN(fields), &s);
	json_set_int(*out, "sample_size", s.sample_size);
	return 0;
}
