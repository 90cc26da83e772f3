#include "core/checksum.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { SQL_MAX = 64 * 1024 };

/* A row as text: ROW(...)::text quotes its fields and tells NULL from ''.  The two halves of its
 * md5 are added up each in 64 bits, so neither order nor memory matters. */
static const char head[] = "SELECT count(*), mod(mod(coalesce(sum(hi), 0), 18446744073709551616)"
			   " + 18446744073709551616, 18446744073709551616),"
			   " mod(mod(coalesce(sum(lo), 0), 18446744073709551616)"
			   " + 18446744073709551616, 18446744073709551616)"
			   " FROM (SELECT ('x' || left(h, 16))::bit(64)::bigint AS hi,"
			   " ('x' || right(h, 16))::bit(64)::bigint AS lo"
			   " FROM (SELECT md5(ROW(";
static const char middle[] = ")::text) AS h FROM public.";
static const char tail[] = ") d) s";

/* Names come from the catalogue and the server; quoted all the same. */
static void
put_ident(struct db *db, struct str *out, const char *name)
{
	char *q = db_quote_ident(db, name);

	str_puts(out, q);
	free(q);
}

/* trim_scale(): how many zeros a numeric was written with is no content. */
static int
put_columns(struct db *db, const struct table *t, struct str *sql, struct err *e)
{
	const char *args[] = { db_relation(db, t->name) };
	ROWS_AUTO cols = db_query(db, Q_CHECKSUM_COLUMNS, args, e);
	int n = 0;

	if (!cols)
		return -1;
	for (int i = 0; i < rows_count(cols); i++) {
		const char *name = rows_text(cols, i, 0);
		bool numeric = rows_bool(cols, i, 1);

		if (str_has(t->volatile_columns, name))
			continue;
		str_puts(sql, n++ ? ", " : "");
		str_puts(sql, numeric ? "trim_scale(" : "");
		put_ident(db, sql, name);
		str_puts(sql, numeric ? ")" : "");
	}
	return n ? 0 : err_set(e, ERR_DB, "no such table, or no right to read it");
}

/* Unsigned, up to 2^64 - 1: beyond what rows_int() reads. */
static int
half(const char *s, uint64_t *v, struct err *e)
{
	errno = 0;
	*v = strtoull(s, NULL, 10);
	return errno ? err_set(e, ERR_INTERNAL, "sum out of range: %s", s) : 0;
}

static int
run(struct db *db, const struct table *t, int64_t *rows, char sum[CHECKSUM_BUF], struct err *e)
{
	STR_AUTO sql = { 0 };
	ROWS_AUTO r = NULL;
	uint64_t hi, lo;

	str_init(&sql, SQL_MAX);
	str_puts(&sql, head);
	if (put_columns(db, t, &sql, e) < 0)
		return -1;
	str_puts(&sql, middle);
	put_ident(db, &sql, db_relation(db, t->name));
	str_puts(&sql, tail);
	if (sql.overflow)
		return err_set(e, ERR_INTERNAL, "too many columns");
	r = db_query_sql(db, str_c(&sql), NULL, 0, e);
	if (!r || half(rows_text(r, 0, 1), &hi, e) < 0 || half(rows_text(r, 0, 2), &lo, e) < 0)
		return -1;
	*rows = rows_int(r, 0, 0);
	(void)fmt_buf(sum, CHECKSUM_BUF, "%016" PRIx64 "%016" PRIx64, hi, lo);
	return 0;
}

int
checksum_table(struct db *db, const struct table *t, int64_t *rows, char sum[CHECKSUM_BUF],
	       struct err *e)
{
	return run(db, t, rows, sum, e) < 0 ? err_wrap(e, "checksum of %s", t->name) : 0;
}
