#include "core/db_copy.h"

#include "core/db_internal.h"
#include "core/str.h"

#include <assert.h>
#include <libpq-fe.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* Rows are collected to SEND_AT before they go out; one row may be as large as ROW_MAX.  A part is
 * well under what a socket holds (208 KiB): the server reads it while the next one is made. */
enum { SEND_AT = 64 * 1024, ROW_MAX = 64 * 1024 * 1024 };

struct db_copy {
	struct db *db;
	const struct query_text *q; /* borrowed */
	struct str buf;
	bool inside; /* the present row has a field already */
};

struct db_copy *
db_copy_begin(struct db *db, enum query q, struct err *e)
{
	return db_copy_begin_text(db, &queries[q], e);
}

struct db_copy *
db_copy_begin_text(struct db *db, const struct query_text *q, struct err *e)
{
	struct db_copy *c;
	PGresult *r = NULL;

	if (dbi_start(db, DBI_HEED, e) == 0) {
		if (PQsendQuery(db->conn, q->text))
			r = dbi_result(db, e);
		else
			dbi_fail(db, NULL, e);
	}
	if (!r) {
		err_wrap(e, "%s", q->name);
		return NULL;
	}
	if (PQresultStatus(r) != PGRES_COPY_IN) {
		db->given_up = true;
		err_set(e, ERR_INTERNAL, "%s: not a COPY FROM STDIN", q->name);
		PQclear(r);
		return NULL;
	}
	PQclear(r);
	c = mem_zalloc(sizeof(*c));
	c->db = db;
	c->q = q;
	str_init(&c->buf, SEND_AT + ROW_MAX);
	return c;
}

static void
next_field(struct db_copy *c)
{
	if (c->inside)
		str_putc(&c->buf, '\t');
	c->inside = true;
}

/* What the text format of COPY reserves.  With every backslash doubled no data can look like the
 * NULL mark (backslash N) or the end mark (backslash dot). */
static char
escaped(char ch)
{
	switch (ch) {
	case '\\':
		return '\\';
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	default:
		return '\0';
	}
}

/* Whole runs between two reserved bytes are copied at once. */
void
db_copy_text(struct db_copy *c, const char *p, size_t n)
{
	size_t from = 0;

	next_field(c);
	for (size_t i = 0; i < n; i++) {
		char pair[2] = { '\\', escaped(p[i]) };

		if (!pair[1])
			continue;
		str_put(&c->buf, p + from, i - from);
		str_put(&c->buf, pair, 2);
		from = i + 1;
	}
	str_put(&c->buf, p + from, n - from);
}

void
db_copy_str(struct db_copy *c, const char *z)
{
	if (z)
		db_copy_text(c, z, strlen(z));
	else
		db_copy_null(c);
}

void
db_copy_null(struct db_copy *c)
{
	next_field(c);
	str_put(&c->buf, "\\N", 2);
}

void
db_copy_num(struct db_copy *c, struct num v)
{
	char text[NUM_BUF];

	if (!v.has) {
		db_copy_null(c);
		return;
	}
	assert(isfinite(v.v));
	next_field(c);
	str_puts(&c->buf, num_text(v.v, text));
}

void
db_copy_int(struct db_copy *c, int64_t v)
{
	next_field(c);
	str_fmt(&c->buf, "%lld", (long long)v);
}

void
db_copy_date(struct db_copy *c, struct date d)
{
	char text[DATE_BUF];

	if (!date_is_set(d)) {
		db_copy_null(c);
		return;
	}
	next_field(c);
	str_puts(&c->buf, date_iso(d, text));
}

/* Hands the buffer to libpq and waits until it has left, so that memory stays flat. */
static int
send_buffer(struct db_copy *c, struct err *e)
{
	struct db *db = c->db;
	int rc = 1;

	if (dbi_aborted(db))
		return err_set(e, ERR_CANCELLED, "cancelled");
	if (c->buf.len)
		rc = PQputCopyData(db->conn, str_c(&c->buf), (int)c->buf.len);
	while (rc == 0) { /* no room in libpq's own buffer */
		if (dbi_wait(db, POLLOUT, e) < 0)
			return -1;
		rc = PQputCopyData(db->conn, str_c(&c->buf), (int)c->buf.len);
	}
	if (rc < 0)
		return dbi_fail(db, NULL, e);
	str_clear(&c->buf);
	return dbi_flush(db, e);
}

int
db_copy_row(struct db_copy *c, struct err *e)
{
	str_putc(&c->buf, '\n');
	c->inside = false;
	if (c->buf.overflow)
		return err_set(e, ERR_DATA, "%s: a row is over %d MiB", c->q->name,
			       ROW_MAX / 1024 / 1024);
	if (c->buf.len < SEND_AT)
		return 0;
	return send_buffer(c, e) < 0 ? err_wrap(e, "%s", c->q->name) : 0;
}

static void
copy_free(struct db_copy *c)
{
	str_done(&c->buf);
	free(c);
}

/* Ends the COPY and takes its result; with why_not the server discards it. */
static PGresult *
finish(struct db *db, const char *why_not, struct err *e)
{
	int rc;

	while ((rc = PQputCopyEnd(db->conn, why_not)) == 0)
		if (dbi_wait(db, POLLOUT, e) < 0)
			return NULL;
	if (rc < 0) {
		dbi_fail(db, NULL, e);
		return NULL;
	}
	return dbi_result(db, e);
}

int
db_copy_end(struct db_copy *c, int64_t *rows, struct err *e)
{
	const struct query_text *q = c->q;
	PGresult *r;

	if (send_buffer(c, e) < 0) { /* the connection must leave COPY mode all the same */
		db_copy_abort(c);
		return err_wrap(e, "%s", q->name);
	}
	r = finish(c->db, NULL, e);
	copy_free(c);
	if (!r)
		return err_wrap(e, "%s", q->name);
	if (rows && !num_parse_i64(PQcmdTuples(r), strlen(PQcmdTuples(r)), rows))
		*rows = 0;
	PQclear(r);
	return 0;
}

/* Deaf to the token: this is what a cancelled job calls. */
void
db_copy_abort(struct db_copy *c)
{
	struct db *db = c->db;
	struct err unused = ERR_INIT;

	copy_free(c);
	if (dbi_start(db, DBI_DEAF, &unused) == 0)
		PQclear(finish(db, "given up by fintra", &unused));
}
