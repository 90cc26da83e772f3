/* Measures tables; what follows from several of them together is freshness_verdict.c. */
#include "core/freshness.h"

#include "core/calendar.h"
#include "core/ledger.h"
#include "core/vec.h"

#include <stdlib.h>
#include <string.h>

enum {
	WEEK_SESSIONS = 7,
	COL_FILLED = 0,
	COL_NEWEST,
	COL_ROWS,
	COL_NUM,
	COL_DEN,
	COL_BASIS,
	COL_SOURCE,
	COL_MIXED_TEXT = 4
};

static const char NO_SUCH_TABLE[] = "42P01"; /* SQLSTATE */

struct probe {
	struct db *db;
	const struct conf *conf;
	const struct catalogue *cat;
	struct date as_of;
	int64_t now_ms;
};

static void
status_init(const struct probe *p, const struct table *t, struct table_status *out)
{
	const struct conf_table *ct = conf_table_find(p->conf, t->name);
	int deadline = ct && ct->deadline_min >= 0 ? ct->deadline_min : t->deadline_min;

	memset(out, 0, sizeof(*out));
	out->table = t;
	out->writer = catalogue_writer(p->cat, t->name);
	out->source = catalogue_source(p->cat, t->name);
	out->have = out->mixed_with = out->lost_from = out->lost_to = DATE_NONE;
	out->want = DATE_NONE;
	out->rows = -1;
	out->coverage = -1;
	out->floor = ct && ct->floor >= 0 ? ct->floor : t->floor;
	if (t->cadence == ON_DEMAND)
		return;
	out->want =
		t->cadence == WEEKLY ? calendar_add_sessions(p->as_of, -WEEK_SESSIONS) : p->as_of;
	out->deadline_ms = calendar_ny_to_utc_ms(date_add_days(p->as_of, 1), deadline);
}

/* {a,b} of all jobs that write the table, backfills included. */
static size_t
writers_array(const struct catalogue *cat, const char *table, struct str *out)
{
	size_t n = 0;

	str_putc(out, '{');
	for (size_t i = 0; cat->jobs[i]; i++)
		if (str_has(cat->jobs[i]->writes, table))
			str_fmt(out, "%s%s", n++ ? "," : "", cat->jobs[i]->name);
	str_putc(out, '}');
	return n;
}

/* A running row whose process is gone reads ABANDONED: only the ledger can tell. */
static const char *
run_word(const struct probe *p, int64_t id, const char *state)
{
	struct run_filter f = { .id = id, .limit = 1 };
	struct run_list list = { NULL, 0 };
	enum run_state st;
	struct err e = ERR_INIT;

	if (!run_state_parse(state, &st))
		return "";
	if (!run_state_ended(st) && ledger_runs(p->db, p->conf, &f, &list, &e) == 0 && list.n == 1)
		st = list.at[0].state;
	run_list_done(&list);
	if (!run_state_ended(st))
		return "running";
	return st == RUN_FAILURE || st == RUN_ABANDONED || st == RUN_LOST ? "failed" : "";
}

/* Columns as listed by the query fresh_writer_run. */
static void
fill_last(struct last_run *l, const struct rows *r)
{
	l->id = rows_int(r, 0, 0);
	str_copy(l->state, sizeof(l->state), rows_text(r, 0, 1));
	str_copy(l->job, sizeof(l->job), rows_text(r, 0, 3));
	str_copy(l->who, sizeof(l->who), rows_text(r, 0, 4));
	str_copy(l->err_class, sizeof(l->err_class), str_or(rows_text(r, 0, 5), ""));
	str_copy(l->error, sizeof(l->error), str_or(rows_text(r, 0, 6), ""));
	l->at_ms = rows_int(r, 0, 7);
}

/* Last run of any writer, and for a table without session date the as-of that the ledger gives it.
 */
static int
measure_runs(const struct probe *p, struct table_status *s, struct err *e)
{
	char as_of[DATE_BUF];
	STR_AUTO jobs = { 0 };

	str_init(&jobs, 4096);
	if (writers_array(p->cat, s->table->name, &jobs) == 0)
		return 0;
	const char *args[] = { str_c(&jobs), s->writer ? s->writer->name : NULL,
			       date_iso(p->as_of, as_of) };
	ROWS_AUTO r = db_query(p->db, Q_FRESH_WRITER_RUN, args, e);
	if (!r)
		return -1;
	s->run_id = rows_int(r, 0, 0);
	if (s->run_id) {
		str_copy(s->run, sizeof(s->run), run_word(p, s->run_id, rows_text(r, 0, 1)));
		fill_last(&s->last, r);
		if (str_same(s->run, "failed") && str_same(s->last.state, "running"))
			str_copy(s->last.state, sizeof(s->last.state), "abandoned");
	}
	if (!s->table->date_column && date_is_set(rows_date(r, 0, 2)))
		s->have = rows_date(r, 0, 2);
	return 0;
}

static int
measure_rows(const struct probe *p, struct table_status *s, bool *filled, struct err *e)
{
	char as_of[DATE_BUF];
	const char *args[] = { date_iso(p->as_of, as_of), s->writer ? s->writer->name : NULL };
	ROWS_AUTO r = db_query(p->db, (enum query)s->table->measure, args, e);

	if (!r)
		return -1;
	*filled = rows_count(r) > 0 && rows_bool(r, 0, COL_FILLED);
	if (rows_count(r) == 0)
		return 0;
	if (!date_is_set(s->have))
		s->have = rows_date(r, 0, COL_NEWEST);
	if (rows_text(r, 0, COL_ROWS))
		s->rows = rows_int(r, 0, COL_ROWS);
	s->num = rows_int(r, 0, COL_NUM);
	s->den = rows_int(r, 0, COL_DEN);
	if (s->den > 0)
		s->coverage = (double)s->num / (double)s->den;
	str_copy(s->basis, sizeof(s->basis), str_or(rows_text(r, 0, COL_BASIS), ""));
	if (rows_columns(r) > COL_SOURCE)
		str_copy(s->row_source, sizeof(s->row_source),
			 str_or(rows_text(r, 0, COL_SOURCE), ""));
	return 0;
}

/* True when the table is of the right date but made from inputs of another one. */
static int
measure_mixed(const struct probe *p, struct table_status *s, bool *mixed, struct err *e)
{
	char have[DATE_BUF];
	const char *args[] = { date_iso(s->have, have) };

	*mixed = false;
	if (s->table->mixed < 0)
		return 0;
	ROWS_AUTO r = db_query(p->db, (enum query)s->table->mixed, args, e);
	if (!r)
		return -1;
	if (rows_int(r, 0, 0) > rows_int(r, 0, 1)) {
		*mixed = true;
		s->mixed_with = rows_date(r, 0, 2);
		if (!date_is_set(s->mixed_with))
			s->mixed_with = rows_date(r, 0, 3);
		str_copy(s->mixed_table, sizeof(s->mixed_table), "sector_performance");
		if (rows_columns(r) > COL_MIXED_TEXT)
			str_copy(s->mixed_text, sizeof(s->mixed_text),
				 str_or(rows_text(r, 0, COL_MIXED_TEXT), ""));
	}
	return 0;
}

static int
measure_lost(const struct probe *p, struct table_status *s, struct err *e)
{
	char as_of[DATE_BUF];
	const char *args[] = { date_iso(p->as_of, as_of) };

	if (!s->table->refill)
		return 0;
	ROWS_AUTO r = db_query(p->db, (enum query)s->table->refillable, args, e);
	if (!r)
		return -1;
	s->lost_from = rows_date(r, 0, 0);
	s->lost_to = rows_date(r, 0, 1);
	return 0;
}

static enum table_state
state_behind(const struct probe *p, const struct table_status *s)
{
	int behind = date_is_set(s->have) ? calendar_sessions_between(s->have, s->want) : 2;

	if (behind > 1)
		return TABLE_STALE;
	return p->now_ms < s->deadline_ms ? TABLE_DUE : TABLE_LATE;
}

/* A refresh that finds nothing to change leaves no trace in the rows: where the date is that of a
 * run, and there is no ledger to record it, old rows prove nothing. */
static void
cannot_tell(struct table_status *s)
{
	char have[DATE_BUF];

	s->state = TABLE_UNKNOWN;
	fmt_buf(s->detail, sizeof(s->detail), "no ledger records its runs; newest row %s",
		date_iso(s->have, have));
}

static int
measure(const struct probe *p, struct table_status *s, struct err *e)
{
	bool filled = false, mixed = false, ledger;

	if (measure_runs(p, s, e) < 0 || measure_rows(p, s, &filled, e) < 0 ||
	    db_has_ledger(p->db, &ledger, e) < 0)
		return -1;
	if (!filled) {
		s->have = DATE_NONE;
		s->state = TABLE_EMPTY;
		return measure_lost(p, s, e);
	}
	if (!date_is_set(s->want)) {
		s->state = TABLE_FRESH;
		return 0;
	}
	if (date_cmp(s->have, s->want) < 0) {
		if (ledger || s->table->date_column)
			s->state = state_behind(p, s);
		else
			cannot_tell(s);
		return 0;
	}
	if (measure_mixed(p, s, &mixed, e) < 0)
		return -1;
	if (mixed)
		s->state = TABLE_MIXED;
	else
		s->state = s->coverage >= 0 && s->coverage < s->floor ? TABLE_PARTIAL : TABLE_FRESH;
	return 0;
}

/* -1 only when the connection is gone; otherwise what failed is in the status. */
static int
measure_or_unknown(const struct probe *p, const struct table *t, struct table_status *s,
		   struct err *e)
{
	struct err own = ERR_INIT;

	status_init(p, t, s);
	if (measure(p, s, &own) == 0)
		return 0;
	if (own.disconnected || own.cls == ERR_CANCELLED) {
		*e = own;
		return err_wrap(e, "measuring %s", t->name);
	}
	s->state = TABLE_UNKNOWN;
	if (str_same(own.sqlstate, NO_SUCH_TABLE) && t->additive)
		s->writer = NULL; /* what cannot be written here holds nothing up */
	if (str_same(own.sqlstate, NO_SUCH_TABLE))
		fmt_buf(s->detail, sizeof(s->detail), "no table %s here",
			db_relation(p->db, t->name));
	else
		str_copy(s->detail, sizeof(s->detail), own.text);
	return 0;
}

int
freshness_measure_one(struct db *db, const struct conf *conf, const struct catalogue *cat,
		      const struct table *t, struct date as_of, int64_t now_ms,
		      struct table_status *out, struct err *e)
{
	struct probe p = { db, conf, cat, as_of, now_ms };

	if (measure_or_unknown(&p, t, out, e) < 0)
		return -1;
	if (out->state != TABLE_UNKNOWN)
		table_status_phrase(out, out->detail, sizeof(out->detail));
	return 0;
}

int
freshness_measure(struct db *db, const struct conf *conf, const struct catalogue *cat,
		  struct date as_of, int64_t now_ms, struct freshness *out, struct err *e)
{
	struct probe p = { db, conf, cat, as_of, now_ms };

	memset(out, 0, sizeof(*out));
	out->as_of = as_of;
	out->now_ms = now_ms;
	while (cat->tables[out->n].name)
		out->n++;
	out->at = mem_zalloc((out->n + 1) * sizeof(*out->at));
	for (size_t i = 0; i < out->n; i++) {
		if (measure_or_unknown(&p, &cat->tables[i], &out->at[i], e) < 0) {
			freshness_done(out);
			return -1;
		}
	}
	if (lineage_measure(db, conf, cat, out, e) < 0) {
		freshness_done(out);
		return -1;
	}
	freshness_judge(out);
	return 0;
}

void
freshness_done(struct freshness *f)
{
	free(f->at);
	free(f->job);
	f->at = NULL;
	f->job = NULL;
	f->n = f->n_jobs = 0;
	f->cause = NULL;
}

const struct table_status *
freshness_find(const struct freshness *f, const char *table)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_same(f->at[i].table->name, table))
			return &f->at[i];
	return NULL;
}
