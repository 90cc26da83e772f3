#include "jobs/engine/benchmark_lookup.h"

#include "core/str.h"

#include <ctype.h>
#include <string.h>

static const char fallback[] = "General";

struct name {
	const char *p;
	size_t n;
};

static struct name
trimmed(const char *s)
{
	size_t n;

	while (isspace((unsigned char)*s))
		s++;
	for (n = strlen(s); n > 0 && isspace((unsigned char)s[n - 1]); n--)
		;
	return (struct name){ s, n };
}

static bool
is_named(const struct benchmark_row *r, struct name name)
{
	return strlen(r->sector) == name.n && memcmp(r->sector, name.p, name.n) == 0;
}

static struct date
newest(const struct benchmark_row *row, size_t n, struct name sector, struct date date)
{
	struct date found = DATE_NONE;

	for (size_t i = 0; i < n; i++)
		if (date_cmp(row[i].date, date) <= 0 && date_cmp(row[i].date, found) > 0 &&
		    is_named(&row[i], sector))
			found = row[i].date;
	return found;
}

/* Small samples are dropped only after the date is chosen: a newest day of nothing else leaves no
 * benchmarks. */
bool
benchmark_lookup(const struct benchmark_row *row, size_t n, const char *sector, struct date date,
		 struct benchmark_set *out)
{
	struct name name = trimmed(str_or(sector, ""));
	struct date day = newest(row, n, name, date);
	bool found = false;

	memset(out, 0, sizeof(*out));
	out->general = !date_is_set(day);
	if (out->general) {
		name = trimmed(fallback);
		day = newest(row, n, name, date);
	}
	out->date = day;
	for (size_t i = 0; date_is_set(day) && i < n; i++) {
		if (!date_eq(row[i].date, day) || !is_named(&row[i], name))
			continue;
		out->of[row[i].metric] = row[i].benchmark;
		if (row[i].benchmark.sample_size < BENCHMARK_SAMPLE_MIN)
			continue;
		benchmark_put(out, row[i].metric, &row[i].benchmark);
		found = true;
	}
	return found;
}
