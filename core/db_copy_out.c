#include "core/db_copy.h"

#include "core/db_internal.h"
#include "core/str.h"

#include <ctype.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* Binary COPY: an 11-byte signature, flags, extension area; then per row a field count and the
 * fields, each with its length; a count of -1 ends.  The server sends whole rows in one message. */
enum { SIGNATURE = 11, FIELDS_MAX = 128, SQL_MAX = 1024 * 1024 };

/* Position in the present message. */
struct reader {
	const unsigned char *p;
	size_t left;
	bool headed, ended;
	db_row_fn *fn;
	void *arg;
};

/* The place of $n in the text; *n is n, *len its length.  NULL when there is none. */
static const char *
next_param(const char *s, int *n, size_t *len)
{
	for (; *s; s++) {
		if (*s != '$' || !isdigit((unsigned char)s[1]))
			continue;
		*n = 0;
		for (*len = 1; *len < 4 && isdigit((unsigned char)s[*len]); ++*len)
			*n = *n * 10 + (s[*len] - '0');
		return s;
	}
	return NULL;
}

/* Quoting is libpq's: it knows the encoding and the setting of the session. */
static int
put_literal(struct db *db, struct str *out, const char *value, struct err *e)
{
	char *quoted;

	if (!value) {
		str_puts(out, "NULL");
		return 0;
	}
	quoted = PQescapeLiteral(db->conn, value, strlen(value));
	if (!quoted)
		return dbi_fail(db, NULL, e); /* bad UTF-8 */
	str_puts(out, quoted);
	PQfreemem(quoted);
	return 0;
}

static int
fill_in(struct db *db, const struct query_text *q, const char *const *args, struct str *out,
	struct err *e)
{
	const char *s = q->text, *hit;
	size_t len;
	int n;

	while ((hit = next_param(s, &n, &len))) {
		str_put(out, s, (size_t)(hit - s));
		if (n < 1 || n > q->nparams)
			return err_set(e, ERR_INTERNAL, "no parameter $%d", n);
		if (put_literal(db, out, args[n - 1], e) < 0)
			return -1;
		s = hit + len;
	}
	str_puts(out, s);
	return out->overflow ? err_set(e, ERR_INTERNAL, "parameters too long") : 0;
}

static int
broken(struct err *e)
{
	return err_set(e, ERR_DB, "unexpected form of binary COPY data");
}

/* Nothing is read past the message, whatever lengths it claims. */
static bool
take(struct reader *r, size_t n, const unsigned char **p)
{
	if (r->left < n)
		return false;
	*p = r->p;
	r->p += n;
	r->left -= n;
	return true;
}

static bool
take_i32(struct reader *r, int32_t *v)
{
	const unsigned char *p;

	if (!take(r, 4, &p))
		return false;
	*v = (int32_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
	return true;
}

static bool
take_header(struct reader *r)
{
	static const unsigned char signature[SIGNATURE] = "PGCOPY\n\377\r\n";
	const unsigned char *p;
	int32_t flags, extension;

	r->headed = true;
	return take(r, SIGNATURE, &p) && memcmp(p, signature, SIGNATURE) == 0 &&
	       take_i32(r, &flags) && flags == 0 && take_i32(r, &extension) && extension >= 0 &&
	       take(r, (size_t)extension, &p);
}

static bool
take_field(struct reader *r, struct db_field *f)
{
	int32_t len;

	if (!take_i32(r, &len) || len < -1)
		return false;
	f->p = NULL;
	f->len = len < 0 ? 0 : len;
	return len < 0 || take(r, (size_t)len, &f->p);
}

/* Fields point into the message: nothing is copied, nothing kept. */
static int
take_row(struct reader *r, struct err *e)
{
	struct db_field f[FIELDS_MAX];
	const unsigned char *p;
	int n;

	if (!take(r, 2, &p))
		return broken(e);
	n = p[0] << 8 | p[1];
	r->ended = n == 0xffff;
	if (r->ended)
		return 0;
	if (n > FIELDS_MAX)
		return broken(e);
	for (int i = 0; i < n; i++)
		if (!take_field(r, &f[i]))
			return broken(e);
	return r->fn(r->arg, f, n, e);
}

static int
take_message(struct reader *r, const char *data, int len, struct err *e)
{
	r->p = (const unsigned char *)data;
	r->left = (size_t)len;
	if (!r->headed && !take_header(r))
		return broken(e);
	while (r->left && !r->ended)
		if (take_row(r, e) < 0)
			return -1;
	return 0;
}

/* Reads what still comes after a cancel, so that the connection can be used again. */
static void
drain(struct db *db)
{
	struct err unused = ERR_INIT;
	char *data;
	int n;

	db->deaf = true;
	if (!db->cancel_sent)
		dbi_cancel(db);
	while ((n = PQgetCopyData(db->conn, &data, 1)) >= 0) {
		if (n > 0)
			PQfreemem(data);
		else if (dbi_wait(db, POLLIN, &unused) < 0 || !PQconsumeInput(db->conn))
			return;
	}
	PQclear(dbi_result(db, &unused));
}

/* One message: 1 taken, 0 end of data, -1. */
static int
step(struct db *db, struct reader *r, struct err *e)
{
	char *data;
	int n = PQgetCopyData(db->conn, &data, 1), rc;

	if (n > 0) {
		rc = take_message(r, data, n, e);
		PQfreemem(data);
		return rc < 0 ? -1 : 1;
	}
	if (n == -1)
		return 0;
	if (n < -1 || PQstatus(db->conn) != CONNECTION_OK)
		return dbi_fail(db, NULL, e);
	if (dbi_wait(db, POLLIN, e) < 0)
		return -1;
	(void)PQconsumeInput(db->conn); /* a failure: first take what came before it */
	return 1;
}

/* Also between messages that come without a pause an abort is seen at once. */
static int
receive(struct db *db, struct reader *r, struct err *e)
{
	PGresult *res;
	int rc = 1;

	while (rc > 0) {
		if (dbi_aborted(db) && !db->cancel_sent)
			rc = err_set(e, ERR_CANCELLED, "cancelled");
		else
			rc = step(db, r, e);
	}
	if (rc < 0) {
		drain(db);
		return -1;
	}
	res = dbi_result(db, e);
	PQclear(res);
	if (!res)
		return -1;
	return r->ended ? 0 : broken(e); /* a success without trailer would be a cut stream */
}

static int
start(struct db *db, const char *sql, struct err *e)
{
	PGresult *res;
	bool copy;

	if (!PQsendQuery(db->conn, sql))
		return dbi_fail(db, NULL, e);
	res = dbi_result(db, e);
	if (!res)
		return -1;
	copy = PQresultStatus(res) == PGRES_COPY_OUT && PQbinaryTuples(res);
	PQclear(res);
	db->given_up = !copy;
	return copy ? 0 : err_set(e, ERR_INTERNAL, "not a COPY TO STDOUT (FORMAT binary)");
}

int
db_copy_out(struct db *db, enum query q, const char *const *args, db_row_fn *fn, void *arg,
	    struct err *e)
{
	return db_copy_out_text(db, &queries[q], args, fn, arg, e);
}

int
db_copy_out_text(struct db *db, const struct query_text *q, const char *const *args, db_row_fn *fn,
		 void *arg, struct err *e)
{
	struct reader r = { .fn = fn, .arg = arg };
	STR_AUTO sql = { 0 };

	str_init(&sql, SQL_MAX);
	if (dbi_start(db, DBI_HEED, e) < 0 || fill_in(db, q, args, &sql, e) < 0 ||
	    start(db, str_c(&sql), e) < 0 || receive(db, &r, e) < 0)
		return err_wrap(e, "%s", q->name);
	return 0;
}
