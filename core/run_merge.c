/* One merge of a batch, and what to do when the server takes its statement but not all its rows
 * (faults.md F11) or not in time (F6).  Both in the batch's own transaction. */
#include "core/db_slice.h"
#include "core/run_after.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_MAX = 300, REFUSED_MIN = 100, REFUSED_SHARE = 10, COUNTS = 3, KEEP_TEXT = 24 };

struct merge {
	struct job_ctx *c;
	enum query q;
	const char *const *args;
	struct db_slice slice;
	int64_t found;
	struct str bad; /* "{3,8": numbers of the refused rows */
};

/* Distinct rows, inserted, updated: what is neither new nor changed was equal. */
static int
counted(struct merge *m, int64_t counts[COUNTS], struct err *e)
{
	ROWS_AUTO r = db_query(m->c->db, m->q, m->args, e);

	if (!r)
		return -1;
	if (rows_count(r) != 1 || rows_columns(r) < COUNTS)
		return err_set(e, ERR_INTERNAL, "%s does not return counts", queries[m->q].name);
	for (int i = 0; i < COUNTS; i++)
		counts[i] += rows_int(r, 0, i);
	return 0;
}

/* A failure leaves the transaction as it was before: the caller may go on. */
static int
attempt(struct merge *m, int64_t counts[COUNTS], struct err *e)
{
	struct err trouble = ERR_INIT;

	if (db_savepoint(m->c->db, e) < 0)
		return -1;
	if (counted(m, counts, e) == 0)
		return db_savepoint_keep(m->c->db, e);
	if (e->disconnected || e->cls == ERR_CANCELLED)
		return -1;
	if (db_savepoint_undo(m->c->db, &trouble) < 0) {
		*e = trouble;
		return -1;
	}
	return -1;
}

static bool
is_refusal(const struct err *e)
{
	return e->cls == ERR_DB &&
	       (strncmp(e->sqlstate, "22", 2) == 0 || strncmp(e->sqlstate, "23", 2) == 0);
}

/* Of a broken constraint the details quote the row, which is kept anyway: equal reasons must be
 * equal texts. */
static void
reason_of(const struct merge *m, const struct err *e, char out[REASON_MAX])
{
	const char *text = e->text, *name = queries[m->q].name;
	char *detail;

	if (str_starts(text, name))
		text += strlen(name) + 2;
	fmt_buf(out, REASON_MAX, "refused by the database: %s", text);
	detail = strncmp(e->sqlstate, "23", 2) == 0 ? strstr(out, " (") : NULL;
	if (detail)
		*detail = '\0';
}

static int
refuse(struct merge *m, int64_t i, struct err *e)
{
	int64_t share = m->slice.n / REFUSED_SHARE;
	char reason[REASON_MAX], n[NUM_BUF];

	reason_of(m, e, reason);
	if (++m->found > (share > REFUSED_MIN ? share : REFUSED_MIN))
		return err_wrap(e, "%" PRId64 " of %" PRId64 " rows refused, and more to come",
				m->found, m->slice.n);
	ROWS_AUTO row = db_slice_row(m->c->db, i, OUTBOX_RAW, e);

	if (!row)
		return -1;
	str_fmt(&m->bad, "%s%s", m->bad.len > 1 ? "," : "", num_int(i, n));
	run_refused_add(m->c->run, reason, str_or(rows_text(row, 0, 0), ""));
	*e = (struct err)ERR_INIT;
	return 0;
}

/* What is good stays merged while the others are tried, so that rows which only clash with each
 * other are found, too. */
static int
search(struct merge *m, int64_t from, int64_t to, struct err *e)
{
	int64_t unused[COUNTS] = { 0 }, mid = from + (to - from) / 2;

	if (run_check(m->c, e) < 0 || db_slice_put(m->c->db, &m->slice, from, to, "{}", e) < 0)
		return -1;
	if (attempt(m, unused, e) == 0)
		return 0;
	if (!is_refusal(e))
		return -1;
	if (from == to)
		return refuse(m, from, e);
	*e = (struct err)ERR_INIT;
	return search(m, from, mid, e) < 0 ? -1 : search(m, mid + 1, to, e);
}

/* The search is undone; then the one statement again, over all rows that are left: its counts, and
 * which of several rows of a key counts, are as ever. */
static int
without_the_bad(struct merge *m, int64_t counts[COUNTS], struct err *e)
{
	struct db *db = m->c->db;

	str_init(&m->bad, (size_t)m->slice.n * KEEP_TEXT + 4);
	str_putc(&m->bad, '{');
	*e = (struct err)ERR_INIT;
	if (db_savepoint(db, e) < 0)
		return -1;
	if (search(m, 1, m->slice.n, e) < 0)
		return -1;
	str_putc(&m->bad, '}');
	if (db_savepoint_undo(db, e) < 0 ||
	    db_slice_put(db, &m->slice, 1, m->slice.n, str_c(&m->bad), e) < 0)
		return -1;
	return attempt(m, counts, e);
}

static int
in_halves(struct merge *m, int64_t counts[COUNTS], struct err *e)
{
	const struct db_slice *s = &m->slice;
	const int64_t from[] = { 1, s->middle + 1 }, to[] = { s->middle, s->n };

	if (s->middle == 0)
		return -1; /* one key: no half of it */
	run_emit(m->c->run, LVL_WARN, "retry", "%s: done anew in two halves", e->text);
	for (int i = 0; i < 2; i++)
		if (db_slice_put(m->c->db, s, from[i], to[i], "{}", e) < 0 ||
		    attempt(m, counts, e) < 0)
			return err_wrap(e, "half %d", i + 1);
	return 0;
}

static int
in_parts(struct merge *m, int64_t counts[COUNTS], struct err *e)
{
	bool late = e->cls == ERR_DB_TIMEOUT;
	struct err why = *e;
	int rc;

	if (!m->slice.stage || (!late && !is_refusal(e)))
		return -1;
	if (db_slice_begin(m->c->db, &m->slice, e) < 0)
		return -1;
	*e = why;
	rc = late ? in_halves(m, counts, e) : without_the_bad(m, counts, e);
	if (rc < 0)
		return -1;
	*e = (struct err)ERR_INIT;
	return db_slice_end(m->c->db, e);
}

int
run_merge(struct job_ctx *c, enum query q, const char *const *args, struct tally *t, struct err *e)
{
	struct merge m = { .c = c, .q = q, .args = args };
	int64_t counts[COUNTS] = { 0 };
	int rc;

	m.slice.stage = query_rows[q].stage;
	m.slice.key = query_rows[q].key;
	rc = attempt(&m, counts, e);
	if (rc < 0)
		rc = in_parts(&m, counts, e);
	str_done(&m.bad);
	if (rc < 0)
		return -1;
	t->inserted += counts[1];
	t->updated += counts[2];
	t->unchanged += counts[0] - counts[1] - counts[2];
	t->rejected += m.found;
	t->errors += m.found > 0; /* the batch: a retry of failed units takes it up again */
	return 0;
}
