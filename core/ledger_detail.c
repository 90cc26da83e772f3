#include "core/ledger_detail.h"

#include "core/num.h"

#include <stdlib.h>

void
run_detail_done(struct run_detail *d)
{
	run_list_done(&d->run);
	run_list_done(&d->children);
	free(d->inputs.at);
	free(d->unit);
	evidence_done(&d->evidence);
	*d = (struct run_detail){ .n = 0 };
}

static void
copy_col(char *dst, size_t n, const struct rows *r, int row, int col)
{
	str_copy(dst, n, str_or(rows_text(r, row, col), ""));
}

static void
fill_unit(struct unit_detail *d, const struct rows *r, int row, const struct run_info *run)
{
	struct unit_info *u = &d->u;

	copy_col(u->unit, sizeof(u->unit), r, row, 0);
	copy_col(u->state, sizeof(u->state), r, row, 1);
	u->attempts = (int)rows_int(r, row, 2);
	u->counts = (struct tally){ rows_int(r, row, 3), rows_int(r, row, 4), rows_int(r, row, 5),
				    rows_int(r, row, 6), rows_int(r, row, 7), rows_int(r, row, 8),
				    rows_int(r, row, 9) };
	u->ended_ms = rows_int(r, row, 10);
	d->took_ms = -1;
	if (rows_text(r, row, 11))
		d->took_ms = rows_int(r, row, 11);
	else if (u->ended_ms > 0 && run->started_ms > 0)
		d->took_ms = u->ended_ms - run->started_ms;
}

static int
load_units(struct db *db, const char *id, struct run_detail *d, struct err *e)
{
	char limit[NUM_BUF];
	const char *args[] = { id, num_int(DETAIL_UNITS, limit) };
	ROWS_AUTO r = db_query(db, Q_LEDGER_DETAIL_UNITS, args, e);

	if (!r)
		return -1;
	d->n = (size_t)rows_count(r);
	d->unit = mem_zalloc((d->n + 1) * sizeof(*d->unit));
	for (int i = 0; i < rows_count(r); i++)
		fill_unit(&d->unit[i], r, i, &d->run.at[0]);
	if (d->n > 0) {
		d->units = rows_int(r, 0, 12);
		d->done = rows_int(r, 0, 13);
		d->failed = rows_int(r, 0, 14);
	}
	return 0;
}

static int
load_gates(struct db *db, const char *id, struct run_detail *d, struct err *e)
{
	char limit[NUM_BUF];
	const char *args[] = { id, num_int(DETAIL_GATES, limit) };
	ROWS_AUTO r = db_query(db, Q_LEDGER_DETAIL_GATES, args, e);

	if (!r)
		return -1;
	d->ngates = (size_t)rows_count(r);
	for (int i = 0; i < rows_count(r); i++)
		copy_col(d->gate[i], DETAIL_GATE_TEXT, r, i, 1);
	return 0;
}

static int
load_request(struct db *db, const char *id, struct run_detail *d, struct err *e)
{
	const char *args[] = { id };
	ROWS_AUTO r = db_query(db, Q_KEEPER_REQUEST, args, e);

	if (!r)
		return -1;
	if (rows_count(r) > 0) {
		copy_col(d->asked, sizeof(d->asked), r, 0, 0);
		copy_col(d->asked_by, sizeof(d->asked_by), r, 0, 1);
	}
	return 0;
}

int
ledger_detail(struct db *db, const struct conf *conf, int64_t run, struct run_detail *out,
	      struct err *e)
{
	struct run_filter self = { .id = run, .limit = 1 };
	struct run_filter children = { .parent = run, .limit = DETAIL_CHILDREN };
	char id[NUM_BUF];

	*out = (struct run_detail){ .n = 0 };
	num_int(run, id);
	if (ledger_runs(db, conf, &self, &out->run, e) < 0)
		return -1;
	if (out->run.n == 0)
		return 0;
	if (ledger_runs(db, conf, &children, &out->children, e) < 0 ||
	    ledger_inputs(db, run, &out->inputs, e) < 0 || load_units(db, id, out, e) < 0 ||
	    load_gates(db, id, out, e) < 0 ||
	    evidence_load(db, run, DETAIL_BODY, &out->evidence, e) < 0)
		return -1;
	return load_request(db, id, out, e);
}
