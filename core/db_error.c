#include "core/db_internal.h"
#include "core/str.h"
#include "core/text.h"

#include <libpq-fe.h>
#include <string.h>

enum { SECRET_MIN = 3, TEXT_LIMIT = 4000 };

/* First prefix that matches; the last row matches all. */
struct class_of_state {
	const char *prefix; /* of the SQLSTATE */
	enum err_class cls;
	bool gone;
	const char *before; /* put in front of the server's text */
};

static const struct class_of_state classes[] = {
	{ "57014", ERR_DB_TIMEOUT, false, "" },
	{ "55P03", ERR_LOCK, false, "" },
	{ "42501", ERR_PERMISSION, false, "" },
	{ "25006", ERR_PERMISSION, false, "the database is read-only (standby?): " },
	{ "53100", ERR_DB, false, "disk full on the database server: " },
	{ "08", ERR_DB, true, "" },
	{ "57P0", ERR_DB, true, "" },
	{ "", ERR_DB, false, "" },
};

static const struct class_of_state *
classify(const char *state)
{
	const struct class_of_state *c = classes;

	while (!str_starts(state, c->prefix))
		c++;
	return c;
}

/* libpq's texts end lines and indent: one line, without the final one. */
static void
put_line(struct str *out, const char *s)
{
	size_t n = strlen(s);
	STR_AUTO flat = { 0 };

	str_init(&flat, TEXT_LIMIT);
	while (n && strchr("\n\t ", s[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		if (s[i] != '\t')
			str_putc(&flat, s[i] == '\n' ? ' ' : s[i]);
	text_clean(out, str_c(&flat), flat.len);
}

/* No message of libpq holds the password; should a server ever echo it, it still goes no further.
 */
static void
put_masked(struct str *out, const char *s, const char *secret)
{
	size_t n = secret ? strlen(secret) : 0;
	const char *hit;

	while (n >= SECRET_MIN && (hit = strstr(s, secret))) {
		str_put(out, s, (size_t)(hit - s));
		str_puts(out, "***");
		s = hit + n;
	}
	str_puts(out, s);
}

/* Errors of libpq itself have no fields, only a message. */
static void
describe(struct db *db, const PGresult *res, struct str *line)
{
	const char *primary = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *detail = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL) : NULL;

	if (!primary)
		primary = res ? PQresultErrorMessage(res) : PQerrorMessage(db->conn);
	put_line(line, *primary ? primary : "no answer from the database");
	if (detail) {
		str_puts(line, " (");
		put_line(line, detail);
		str_putc(line, ')');
	}
}

int
dbi_fail(struct db *db, const struct pg_result *res, struct err *e)
{
	const char *state = str_or(res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL, "");
	const struct class_of_state *c = classify(state);
	/* The same state for a timeout and for a cancel; only we know whether we asked. */
	bool stopped = db->cancel_sent && c->cls == ERR_DB_TIMEOUT;
	STR_AUTO line = { 0 };
	STR_AUTO text = { 0 };

	str_init(&line, TEXT_LIMIT);
	str_init(&text, TEXT_LIMIT);
	describe(db, res, &line);
	put_masked(&text, str_c(&line), PQpass(db->conn));
	err_set(e, stopped ? ERR_CANCELLED : c->cls, "%s%s", c->before, str_c(&text));
	e->disconnected = c->gone || PQstatus(db->conn) != CONNECTION_OK;
	str_copy(e->sqlstate, sizeof(e->sqlstate), state);
	return -1;
}
