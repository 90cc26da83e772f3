#include "core/run_block.h"

#include "core/clock.h"
#include "core/run_private.h"
#include "core/text.h"

#include <inttypes.h>
#include <string.h>

enum { QUERY_SHOWN = 60, NAME_SHOWN = 64, SPARE_MS = 2000 };

/* Long enough, and not inside a character. */
static bool
is_cut(const char *p, size_t n)
{
	return n >= QUERY_SHOWN && ((unsigned char)*p & 0xc0) != 0x80;
}

/* The first words, up to the first literal: that may be a password. */
static void
put_words(struct str *out, const char *query)
{
	STR_AUTO flat = { 0 };

	if (!query) {
		str_puts(out, "query unknown");
		return;
	}
	str_init(&flat, QUERY_SHOWN + 8);
	for (const char *p = query; *p && !strchr("'$", *p) && !is_cut(p, flat.len); p++)
		if (*p != ' ' || (flat.len && flat.p[flat.len - 1] != ' '))
			str_putc(&flat, strchr("\n\r\t", *p) ? ' ' : *p);
	str_puts(out, "last query \"");
	text_clean(out, str_c(&flat), flat.len);
	str_putc(out, '"');
}

static void
put_name(struct str *out, const char *what, const char *name)
{
	size_t n = strlen(str_or(name, ""));

	str_fmt(out, "%s ", what);
	if (n)
		text_clean(out, name, n < NAME_SHOWN ? n : NAME_SHOWN);
	else
		str_puts(out, "unknown");
}

static void
describe(const struct rows *b, struct str *out)
{
	const char *table = rows_text(b, 0, 5);
	char span[CLOCK_BUF];

	if (table)
		put_name(out, "table", table);
	else
		str_puts(out, "a row");
	if (!rows_int(b, 0, 0)) {
		str_puts(out, " is locked by a prepared transaction (see pg_prepared_xacts)");
		return;
	}
	str_fmt(out, " is locked by pid %s (", rows_text(b, 0, 0));
	put_name(out, "user", rows_text(b, 0, 1));
	put_name(out, ", application", rows_text(b, 0, 2));
	str_fmt(out, ", transaction open for %s, ",
		rows_text(b, 0, 3) ? clock_span(rows_int(b, 0, 3), span) : "unknown time");
	put_words(out, rows_text(b, 0, 4));
	str_putc(out, ')');
}

int
run_block_look(struct run *r, struct db *db, struct err *e)
{
	const char *args[] = { r->app };
	STR_AUTO who = { 0 };
	ROWS_AUTO b =
		db_query(db, r->block.no_pids ? Q_RUN_BLOCK_LOCKS : Q_RUN_BLOCK_LOOK, args, e);

	if (!b && e->cls == ERR_PERMISSION) { /* the next look goes without it */
		r->block.no_pids = true;
		*e = (struct err)ERR_INIT;
		return 0;
	}
	if (!b)
		return -1;
	if (!rows_count(b))
		return 0;
	str_init(&who, BLOCK_TEXT - 1);
	describe(b, &who);
	pthread_mutex_lock(&r->lock);
	str_copy(r->block.who, sizeof(r->block.who), str_c(&who));
	r->block.pid = rows_int(b, 0, 0);
	r->block.seen_ms = clock_mono_ms();
	pthread_mutex_unlock(&r->lock);
	return 0;
}

/* Only what was seen during the wait that has just ended. */
static bool
fresh(const struct run *r)
{
	int64_t wait_ms = (int64_t)r->conf->lock_timeout_s * 1000 + SPARE_MS;

	return r->block.seen_ms && clock_mono_ms() - r->block.seen_ms <= wait_ms;
}

const char *
run_block_who(struct run *r, char out[BLOCK_TEXT])
{
	pthread_mutex_lock(&r->lock);
	str_copy(out, BLOCK_TEXT, fresh(r) ? r->block.who : "who holds the lock is unknown");
	pthread_mutex_unlock(&r->lock);
	return out;
}

static bool
again(void *arg, const struct err *e, int tries)
{
	struct run *r = arg;
	char who[BLOCK_TEXT];

	if (tries >= LOCK_TRIES || cancel_asked(&r->cancel))
		return false;
	run_emit(r, LVL_WARN, "retry", "%s; %s: asked again (%d)", e->text, run_block_who(r, who),
		 tries);
	return true;
}

struct db *
run_connect(struct run *r, struct err *e)
{
	struct db *db = db_open(r->conf, r->app, &r->cancel, e);

	if (db)
		db_on_locked(db, again, r);
	return db;
}

/* After two halves or at once: what can be done is the same. */
static void
explain_timeout(struct run *r, struct err *e)
{
	char why[ERR_TEXT_MAX];

	str_copy(why, sizeof(why), e->text);
	fmt_buf(e->text, sizeof(e->text),
		"%s; the limit is [db] statement_timeout_s = %d: raise it, or find what slows the "
		"database, then fintra resume %lld",
		why, r->conf->statement_timeout_s, atomic_load(&r->id));
}

void
run_block_explain(struct run *r, struct err *e)
{
	char who[BLOCK_TEXT], why[ERR_TEXT_MAX], how[80] = "look into pg_locks and end it";
	bool seen;

	if (e->cls == ERR_DB_TIMEOUT && str_same(e->sqlstate, "57014"))
		explain_timeout(r, e);
	if (!str_same(e->sqlstate, "55P03"))
		return;
	run_block_who(r, who);
	pthread_mutex_lock(&r->lock);
	seen = fresh(r);
	if (seen && r->block.pid)
		fmt_buf(how, sizeof(how),
			"end that transaction there or by pg_terminate_backend(%" PRId64 ")",
			r->block.pid);
	else if (seen)
		str_copy(how, sizeof(how), "commit it or roll it back");
	pthread_mutex_unlock(&r->lock);
	str_copy(why, sizeof(why), e->text);
	fmt_buf(e->text, sizeof(e->text), "%s; %s: %s, then fintra resume %lld", why, who, how,
		atomic_load(&r->id));
}
