#include "core/db.h"
#include "core/db_internal.h"
#include "core/str.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

/* A name of our own, so that the header needs nothing of libpq. */
struct rows {
	PGresult *res;
};

struct rows *
dbi_rows(struct pg_result *res)
{
	struct rows *r = mem_alloc(sizeof(*r));

	r->res = res;
	return r;
}

void
rows_free(struct rows *r)
{
	if (!r)
		return;
	PQclear(r->res);
	free(r);
}

void
rows_cleanup(struct rows **r)
{
	rows_free(*r);
}

int
rows_count(const struct rows *r)
{
	return PQntuples(r->res);
}

int
rows_columns(const struct rows *r)
{
	return PQnfields(r->res);
}

const char *
rows_column(const struct rows *r, int col)
{
	return PQfname(r->res, col);
}

/* A cell that does not exist is our own bug: libpq would answer NULL and go on. */
const char *
rows_text(const struct rows *r, int row, int col)
{
	assert(row >= 0 && row < PQntuples(r->res) && col >= 0 && col < PQnfields(r->res));
	return PQgetisnull(r->res, row, col) ? NULL : PQgetvalue(r->res, row, col);
}

int64_t
rows_int(const struct rows *r, int row, int col)
{
	const char *s = rows_text(r, row, col);
	int64_t v;

	return s && num_parse_i64(s, strlen(s), &v) ? v : 0;
}

/* NaN and infinities read as absent, as everywhere in this program. */
struct num
rows_num(const struct rows *r, int row, int col)
{
	const char *s = rows_text(r, row, col);
	double v;

	return s && num_parse(s, strlen(s), &v) ? NUM(v) : NUM_NONE;
}

bool
rows_bool(const struct rows *r, int row, int col)
{
	const char *s = rows_text(r, row, col);

	return s && *s == 't';
}

/* "infinity" and dates outside 1900..2199 read as absent. */
struct date
rows_date(const struct rows *r, int row, int col)
{
	const char *s = rows_text(r, row, col);
	struct date d = DATE_NONE;

	if (s)
		(void)date_parse(s, &d);
	return d;
}
