/* Advisory locks on a connection of their own.  They are given back by name before it is closed:
 * the server notices a closed connection late, and the next run would find the lock still held. */
#include "core/guard.h"

#include "core/pool_mode.h"
#include "core/str.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

enum { KEY_TEXT = 24, NAME_TEXT = 160 };

int64_t
guard_key(const char *name)
{
	uint32_t h = 0;
	int64_t v;

	for (const char *p = name; *p; p++)
		h = h * 31 + (unsigned char)*p;
	/* The wrapped 32 bits are read as signed, without leaning on the compiler for it. */
	v = h > INT32_MAX ? (int64_t)h - (INT64_C(1) << 32) : (int64_t)h;
	return (v < 0 ? -v : v) % INT32_MAX;
}

static void
add_lock(struct guard *g, const char *what, const char *name, bool job)
{
	int64_t key = guard_key(name);

	for (size_t i = 0; i < g->n; i++)
		if (g->at[i].key == key)
			return;
	if (g->n == GUARD_MAX)
		return;
	g->at[g->n].key = key;
	g->at[g->n].job = job;
	str_copy(g->at[g->n++].what, sizeof(g->at[0].what), what);
}

static void
add_job_lock(struct guard *g, const struct job *job, const char *ticker, struct date d)
{
	char name[NAME_TEXT], day[DATE_BUF];

	if (fmt_buf(name, sizeof(name), "cron-%s%s%s-%s", job->name, ticker ? "-" : "",
		    str_or(ticker, ""), date_iso(d, day)))
		add_lock(g, job->name, name, true);
}

void
guard_plan(struct guard *g, const struct catalogue *cat, const struct job *job, const char *ticker,
	   struct date as_of, struct date today, bool tables)
{
	char name[NAME_TEXT], day[DATE_BUF];

	*g = (struct guard){ .n = 0 };
	atomic_init(&g->socket, -1);
	add_job_lock(g, job, ticker, as_of);
	if (date_is_set(today))
		add_job_lock(g, job, ticker, today);
	for (const struct table *t = cat->tables; tables && t->name; t++)
		if (str_has(job->writes, t->name) &&
		    fmt_buf(name, sizeof(name), "table-%s-%s", t->name, date_iso(as_of, day)))
			add_lock(g, t->name, name, false);
}

static int
check_own_server(struct guard *g, const struct conf *conf, struct err *e)
{
	enum pool_mode mode;

	if (pool_mode_detect(conf, g->db, &mode, e) < 0)
		return -1;
	return mode == POOL_TRANSACTION ? err_set(e, ERR_PERMISSION, "%s", db_pooled_text) : 0;
}

int
guard_open(struct guard *g, const struct conf *conf, const char *app, struct err *e)
{
	g->db = db_open(conf, app, NULL, e);
	if (!g->db)
		return err_wrap(e, "lock connection");
	if (db_server_pid(g->db, &g->pid, e) < 0 || check_own_server(g, conf, e) < 0)
		return -1;
	atomic_store(&g->socket, db_socket(g->db));
	return 0;
}

static void
close_guard(struct guard *g)
{
	atomic_store(&g->socket, -1);
	db_close(g->db);
	g->db = NULL;
	g->pid = 0;
}

bool
guard_quiet(const struct guard *g)
{
	struct pollfd p = { .fd = atomic_load(&g->socket), .events = POLLIN };

	return p.fd >= 0 && poll(&p, 1, 0) == 0;
}

static const char *
key_text(int64_t key, char buf[KEY_TEXT])
{
	return fmt_buf(buf, KEY_TEXT, "%" PRId64, key) ? buf : "0";
}

static int
find_holder(struct guard *g, const char *key, char holder[GUARD_HOLDER], struct err *e)
{
	const char *args[] = { key };
	ROWS_AUTO r = db_query(g->db, Q_GUARD_HOLDER, args, e);

	if (!r)
		return -1;
	if (!rows_count(r)) /* freed in the meantime: the next try tells */
		str_copy(holder, GUARD_HOLDER, "a session that has just ended");
	else if (rows_text(r, 0, 2))
		fmt_buf(holder, GUARD_HOLDER, "run %s (%s@%s)", rows_text(r, 0, 2),
			rows_text(r, 0, 3), rows_text(r, 0, 4));
	else
		fmt_buf(holder, GUARD_HOLDER, "pid %s (%s)", rows_text(r, 0, 0),
			str_or(rows_text(r, 0, 1), "unknown application"));
	return 0;
}

int
guard_try(struct guard *g, size_t i, char holder[GUARD_HOLDER], struct err *e)
{
	char key[KEY_TEXT];
	const char *args[] = { key_text(g->at[i].key, key) };
	ROWS_AUTO r = db_query(g->db, Q_GUARD_TRY, args, e);

	if (!r)
		return err_wrap(e, "lock of %s", g->at[i].what);
	if (rows_bool(r, 0, 0))
		return 1;
	return holder ? find_holder(g, args[0], holder, e) : 0;
}

int
guard_drop_jobs(struct guard *g, struct err *e)
{
	char key[KEY_TEXT];
	size_t kept = 0;

	for (size_t i = 0; i < g->n; i++) {
		const char *args[] = { key_text(g->at[i].key, key) };

		if (!g->at[i].job)
			g->at[kept++] = g->at[i];
		else if (db_exec(g->db, Q_GUARD_DROP, args, NULL, e) < 0)
			return err_wrap(e, "lock of %s", g->at[i].what);
	}
	g->n = kept;
	return 0;
}

int
guard_held(const struct guard *g, struct db *db, struct err *e)
{
	char pid[KEY_TEXT], key[KEY_TEXT];
	STR_AUTO keys = { 0 };

	str_init(&keys, (size_t)GUARD_MAX * KEY_TEXT + 2);
	for (size_t i = 0; i < g->n; i++)
		str_fmt(&keys, "%s%s", i ? "," : "{", key_text(g->at[i].key, key));
	str_putc(&keys, '}');
	const char *args[] = { key_text(g->pid, pid), str_c(&keys) };
	ROWS_AUTO r = db_query(db, Q_GUARD_HELD, args, e);

	return r ? rows_int(r, 0, 0) == (int64_t)g->n : -1;
}

int
guard_retake(struct guard *g, const struct conf *conf, const char *app, struct err *e)
{
	int got = 1;

	close_guard(g);
	if (guard_open(g, conf, app, e) < 0)
		return -1;
	for (size_t i = 0; i < g->n && got == 1; i++)
		got = guard_try(g, i, NULL, e);
	return got;
}

void
guard_release(struct guard *g)
{
	struct err unused = ERR_INIT;

	if (!g->db)
		return;
	if (db_alive(g->db))
		rows_free(db_query(g->db, Q_GUARD_RELEASE, NULL, &unused));
	close_guard(g);
}
