#include "core/db.h"

#include "core/clock.h"
#include "core/db_internal.h"
#include "core/str.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { PARAM_MAX = 16, OPTIONS_MAX = 4096, CONNECT_DEFAULT_S = 5, DRAIN_POLL_MS = 100 };

/* The two parallel arrays that libpq wants, NULL-terminated. */
struct params {
	const char *key[PARAM_MAX], *value[PARAM_MAX];
	int n;
};

static void
param(struct params *p, const char *key, const char *value)
{
	p->key[p->n] = key;
	p->value[p->n++] = value;
	p->key[p->n] = p->value[p->n] = NULL;
}

/* libpq prints notices to stderr, which may be the terminal of the console. */
static void
quiet(void *arg, const PGresult *res)
{
	(void)arg;
	(void)res;
}

static const char *
option_value(const PQconninfoOption *list, const char *key)
{
	for (; list && list->keyword; list++)
		if (str_same(list->keyword, key))
			return str_or(list->val, "");
	return "";
}

/* libpq's complaint quotes the text it stumbled over, which may be a part of the password. */
static int
bad_conninfo(const char *conninfo, char *message, struct err *e)
{
	bool secret = strstr(conninfo, "pass") || strchr(conninfo, '@');

	if (message)
		message[strcspn(message, "\n")] = '\0';
	err_set(e, ERR_CONFIG, "db.conninfo: %s",
		secret || !message ? "not a valid connection string" : message);
	PQfreemem(message);
	return -1;
}

/* The operator's own `options` come first, so that what this program relies on wins. */
static int
session_options(const struct conf *c, struct str *out, struct err *e)
{
	const char *conninfo = str_or(c->conninfo, "");
	char *message = NULL;
	PQconninfoOption *own = PQconninfoParse(conninfo, &message), *dflt;
	const char *given;

	if (!own)
		return bad_conninfo(conninfo, message, e);
	dflt = PQconndefaults();
	given = option_value(own, "options");
	if (!*given)
		given = option_value(dflt, "options");
	str_fmt(out,
		"%s -c TimeZone=UTC -c DateStyle=ISO,YMD -c IntervalStyle=postgres -c "
		"search_path=public"
		" -c extra_float_digits=1 -c bytea_output=hex -c statement_timeout=%ds"
		" -c lock_timeout=%ds -c idle_in_transaction_session_timeout=600s",
		given, c->statement_timeout_s, c->lock_timeout_s);
	PQconninfoFree(own);
	PQconninfoFree(dflt);
	return out->overflow ? err_set(e, ERR_CONFIG, "db.conninfo: options too long") : 0;
}

void
db_address(const struct conf *c, struct str *out)
{
	static const char *const keys[] = {
		"service", "host", "hostaddr", "port", "dbname", "user"
	};
	PQconninfoOption *own = PQconninfoParse(str_or(c->conninfo, ""), NULL);
	PQconninfoOption *dflt = PQconndefaults();

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *given = option_value(own, keys[i]);

		str_fmt(out, "%s\n", *given ? given : option_value(dflt, keys[i]));
	}
	PQconninfoFree(own);
	PQconninfoFree(dflt);
}

/* A directory of sockets, an abstract socket, or loopback. */
static bool
host_is_local(const char *host)
{
	return !*host || *host == '/' || *host == '@' || str_same(host, "localhost") ||
	       str_starts(host, "127.") || str_same(host, "::1");
}

/* Off this machine only with the server's certificate and name checked.  Nothing has been sent yet.
 */
static int
check_remote(PGconn *conn, struct err *e)
{
	PQconninfoOption *list = PQconninfo(conn);
	const char *addr = option_value(list, "hostaddr");
	char *hosts = mem_dup(*addr ? addr : option_value(list, "host")), *save = NULL;
	bool verified = str_same(option_value(list, "sslmode"), "verify-full");
	int rc = 0;

	for (char *h = strtok_r(hosts, ",", &save); h && !verified && rc == 0;
	     h = strtok_r(NULL, ",", &save))
		if (!host_is_local(h))
			rc = err_set(e, ERR_CONFIG,
				     "database host %s is remote: sslmode=verify-full is required",
				     h);
	free(hosts);
	PQconninfoFree(list);
	return rc;
}

/* Any new wish to stop ends a connection attempt; a drain that was asked before does not, since an
 * ending run may still have something to write. */
static bool
connect_stopped(const struct db *db, enum cancel_level before)
{
	enum cancel_level now = db->cancel ? cancel_level(db->cancel) : CANCEL_NONE;

	return now > before || now == CANCEL_ABORT;
}

/* Waits for the socket; also returns, false, when a token is raised or the time is up. */
static bool
connect_ready(const struct db *db, short events, int64_t left)
{
	struct pollfd p[2] = { { .fd = PQsocket(db->conn), .events = events }, { .fd = -1 } };
	bool calm = db->cancel && cancel_level(db->cancel) == CANCEL_NONE;

	if (calm && db->cancel->fd >= 0)
		p[1] = (struct pollfd){ .fd = db->cancel->fd, .events = POLLIN };
	else if (db->cancel && left > DRAIN_POLL_MS)
		left = DRAIN_POLL_MS;
	return poll(p, 2, (int)left) > 0 && p[0].revents;
}

/* libpq does not heed connect_timeout in this form of connecting: the deadline is ours. */
static int
connect_wait(struct db *db, int timeout_s, struct err *e)
{
	enum cancel_level before = db->cancel ? cancel_level(db->cancel) : CANCEL_NONE;
	int64_t end = clock_mono_ms() + (int64_t)timeout_s * 1000;
	PostgresPollingStatusType st = PGRES_POLLING_WRITING;

	while (st != PGRES_POLLING_OK) {
		int64_t left = end - clock_mono_ms();

		if (st == PGRES_POLLING_FAILED)
			return dbi_fail(db, NULL, e);
		if (connect_stopped(db, before)) {
			err_set(e, ERR_CANCELLED, "cancelled while connecting to the database");
			e->disconnected = true;
			return -1;
		}
		if (left <= 0) {
			err_set(e, ERR_DB, "database at %s: no answer within %d s",
				str_or(PQhost(db->conn), "?"), timeout_s);
			e->disconnected = true;
			return -1;
		}
		/* Never earlier: libpq takes the call itself as proof that the socket is ready. */
		if (connect_ready(db, st == PGRES_POLLING_READING ? POLLIN : POLLOUT, left))
			st = PQconnectPoll(db->conn);
	}
	return 0;
}

/* Later values win, so the order is: our defaults, the operator's conninfo, what must not differ.
 */
static int
connect_start(struct db *db, const struct conf *c, const char *app, struct err *e)
{
	char options[OPTIONS_MAX];
	STR_AUTO opt = { 0 };
	struct params p = { .n = 0 };

	str_init(&opt, sizeof(options) - 1);
	if (session_options(c, &opt, e) < 0)
		return -1;
	str_copy(options, sizeof(options), str_c(&opt));
	param(&p, "keepalives", "1"); /* a vanished server is noticed within half a minute */
	param(&p, "keepalives_idle", "10");
	param(&p, "keepalives_interval", "5");
	param(&p, "keepalives_count", "3");
	param(&p, "tcp_user_timeout", "20000");
	if (c->conninfo && *c->conninfo)
		param(&p, "dbname", c->conninfo);
	param(&p, "client_encoding", "UTF8");
	param(&p, "application_name", app);
	if (!db->no_options)
		param(&p, "options", options);
	db->conn = PQconnectStartParams(p.key, p.value, 1);
	if (!db->conn)
		return err_set(e, ERR_INTERNAL, "libpq: no memory for a connection");
	PQsetNoticeReceiver(db->conn, quiet, NULL);
	if (PQstatus(db->conn) == CONNECTION_BAD)
		return dbi_fail(db, NULL, e);
	return check_remote(db->conn, e);
}

static int
connect_to(struct db *db, const struct conf *c, const char *app, struct err *e)
{
	int timeout_s = c->connect_timeout_s > 0 ? c->connect_timeout_s : CONNECT_DEFAULT_S;

	return connect_start(db, c, app, e) < 0 ? -1 : connect_wait(db, timeout_s, e);
}

/* The settings of session_options() for one transaction. */
static char *
pooled_begin(const struct conf *c)
{
	struct str s;

	str_init(&s, OPTIONS_MAX);
	str_fmt(&s,
		"BEGIN READ ONLY; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD';"
		" SET LOCAL IntervalStyle = 'postgres'; SET LOCAL search_path = public;"
		" SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex';"
		" SET LOCAL statement_timeout = '%ds'; SET LOCAL lock_timeout = '%ds'",
		c->statement_timeout_s, c->lock_timeout_s);
	return str_take(&s);
}

/* A pooler may refuse `options` at the start of a connection: then without. */
struct db *
db_open(const struct conf *c, const char *app, const struct cancel *cancel, struct err *e)
{
	struct db *db = mem_zalloc(sizeof(*db));
	int rc;

	db->cancel = cancel;
	db->pooled_begin = pooled_begin(c);
	db->ours = c->ours;
	rc = connect_to(db, c, app, e);
	if (rc < 0 && strstr(e->text, "unsupported startup parameter")) {
		PQfinish(db->conn);
		*e = (struct err)ERR_INIT;
		db->no_options = true;
		rc = connect_to(db, c, app, e);
	}
	if (rc < 0) {
		db_close(db);
		return NULL;
	}
	PQsetnonblocking(db->conn, 1); /* from here on every wait is dbi_wait() */
	return db;
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	db_forget_shape(db);
	free(db->pooled_begin);
	dbi_cancel_forget(db);
	PQfinish(db->conn);
	free(db);
}

void
db_cleanup(struct db **db)
{
	db_close(*db);
}

int
db_pid(const struct db *db)
{
	return PQbackendPID(db->conn);
}

int
db_socket(const struct db *db)
{
	return PQsocket(db->conn);
}

bool
db_alive(struct db *db)
{
	struct pollfd p = { .fd = PQsocket(db->conn), .events = POLLIN };

	/* A closing server leaves its last words in front of the end of file. */
	for (int i = 0; i < 4 && PQstatus(db->conn) == CONNECTION_OK; i++)
		if (poll(&p, 1, 0) <= 0 || !PQconsumeInput(db->conn))
			break;
	return !db->given_up && PQstatus(db->conn) == CONNECTION_OK;
}

int
db_listen(struct db *db, enum query listen, struct err *e)
{
	bool pooled;

	if (db_pooled(db, &pooled, e) < 0)
		return -1;
	return pooled ? 0 : db_exec(db, listen, NULL, NULL, e);
}

bool
db_notified(struct db *db)
{
	bool any = false;
	PGnotify *n;

	if (PQstatus(db->conn) != CONNECTION_OK || !PQconsumeInput(db->conn))
		return false;
	/* Those that came in with other answers are queued here as well. */
	while ((n = PQnotifies(db->conn))) {
		any = true;
		PQfreemem(n);
	}
	return any;
}

/* Looks at a raised token once, not again: callers in their drain would spin. */
void
db_wait(struct db *db, int fd, int ms)
{
	bool calm = db->cancel && cancel_level(db->cancel) == CANCEL_NONE;
	struct pollfd p[3] = {
		{ .fd = PQsocket(db->conn), .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
		{ .fd = calm ? db->cancel->fd : -1, .events = POLLIN },
	};

	poll(p, 3, ms);
}
