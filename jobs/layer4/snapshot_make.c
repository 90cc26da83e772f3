#include "jobs/layer4/snapshot_make.h"

#include "core/map.h"
#include "jobs/common.h"
#include "jobs/layer4/snapshot_ahead.h"
#include "jobs/layer4/snapshot_build.h"

#include <stdlib.h>
#include <string.h>

enum {
	UNIT_STOCKS = 2000, /* a few thousand rows of some kilobytes: one transaction */
	OLD_DAYS = 7,	    /* windows that are older are said */
	NAMED_MAX = 5	    /* companies named in one line of the log */
};

struct unit_list {
	VEC(struct span) unit; /* still to be made */
};

static int
write_unit(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct snapshot_make *m = arg;
	size_t n = m->unit.company.n;

	*t = (struct tally){ 0 };
	for (int i = 0; i < SNAPSHOT_INPUTS; i++)
		t->read += m->unit.read[i].rows;
	if (snapshot_rows_write(c, m->row, n, t, e) < 0)
		return -1;
	m->refused = (int64_t)n - t->inserted - t->updated - t->unchanged;
	m->fresh = t->inserted;
	return 0;
}

static void
add_up(struct snapshot_make *m)
{
	const struct snapshot_unit *u = &m->unit;

	for (int t = 0; t < SNAPSHOT_INPUTS; t++) {
		m->read[t].rows += u->read[t].rows;
		if (date_cmp(u->read[t].newest, m->read[t].newest) > 0)
			m->read[t].newest = u->read[t].newest;
	}
	for (size_t i = 0; i < u->company.n; i++) {
		struct date newest = u->company.at[i].newest_window;

		m->fgos += m->row[i].fgos_score.has;
		m->ifs += m->row[i].json[SNAPSHOT_IFS_JSON] != NULL;
		m->relative += m->row[i].against_sector[WIN_1Y].has;
		m->old_windows += date_is_set(newest) && m->c->as_of.days - newest.days > OLD_DAYS;
	}
	m->processed += (int64_t)u->company.n - m->refused;
	m->inserted += m->fresh;
	m->failed += m->refused;
}

/* Builds and writes the unit that was read. */
static int
make_unit(struct snapshot_make *m, const char *name, struct err *e)
{
	struct snapshot_unit *u = &m->unit;
	size_t n = u->company.n;
	int rc;

	if (m->news && n == 1)
		snapshot_unit_news(u, m->news);
	m->row = mem_zalloc((n + 1) * sizeof(*m->row));
	snapshot_build(u, &m->shared, m->c->as_of, m->c->conf->workers, m->row);
	rc = run_transaction(m->c, name, write_unit, m, e);
	if (rc == 0)
		add_up(m);
	for (size_t i = 0; i < n; i++)
		snapshot_row_done(&m->row[i]);
	free(m->row);
	return rc;
}

/* A row each of those who get a snapshot. */
static int
look_at_unit(struct snapshot_make *m, struct span which, const char *name, struct err *e)
{
	int64_t rows = 0;

	for (size_t i = which.at; i < which.at + which.n; i++)
		rows += m->stocks.at[i].asked && (m->news || m->stocks.at[i].sector);
	if (run_transaction(m->c, name, write_unit, m, e) < 0)
		return -1;
	run_look_rows(m->c, name, rows);
	return 0;
}

int
snapshot_make_unit(struct snapshot_make *m, struct span which, const char *name, struct err *e)
{
	if (run_looks(m->c))
		return look_at_unit(m, which, name, e);
	int rc = snapshot_unit_read(m->c, &m->stocks, which, &m->unit, e);

	if (rc == 0)
		rc = make_unit(m, name, e);
	run_progress_add(m->c, (int64_t)m->unit.company.n);
	snapshot_unit_done(&m->unit);
	return rc < 0 ? err_wrap(e, "fintra_snapshots, %s", name) : 0;
}

/* A unit that an earlier epoch of this run has written: its figures come from the table. */
static int
count_unit(struct snapshot_make *m, struct span which, struct err *e)
{
	char day[DATE_BUF];
	struct map *tickers = map_new();
	STR_AUTO list = { .max = (size_t)64 << 20 };

	for (size_t i = which.at; i < which.at + which.n; i++) {
		const struct stock *k = &m->stocks.at[i];

		if (k->asked && k->sector)
			map_add(tickers, k->ticker, strlen(k->ticker));
	}
	keys_array(tickers, &list);
	map_free(tickers);
	const char *args[] = { date_iso(m->c->as_of, day), SNAPSHOT_ENGINE, str_c(&list) };
	ROWS_AUTO r = db_query(m->c->db, Q_SNAPSHOT_COUNTED, args, e);

	if (!r)
		return -1;
	m->processed += rows_int(r, 0, 0);
	m->fgos += rows_int(r, 0, 1);
	m->ifs += rows_int(r, 0, 2);
	m->relative += rows_int(r, 0, 3);
	run_progress_add(m->c, rows_int(r, 0, 0));
	return 0;
}

/* Somebody in it gets a snapshot. */
static bool
is_wanted(const struct snapshot_make *m, struct span which)
{
	for (size_t i = which.at; i < which.at + which.n; i++)
		if (m->stocks.at[i].asked && m->stocks.at[i].sector)
			return true;
	return false;
}

static size_t
unit_size(const struct conf *conf)
{
	return conf->batch_rows < UNIT_STOCKS ? (size_t)conf->batch_rows : UNIT_STOCKS;
}

/* Units that an earlier epoch has written are counted, the others listed. */
static int
list_units(struct snapshot_make *m, struct unit_list *todo, struct err *e)
{
	size_t most = unit_size(m->c->conf);
	char name[UNIT_NAME];

	for (size_t at = 0, end; at < m->stocks.n; at = end) {
		struct span which = { at, 0 };

		end = snapshot_unit_end(&m->stocks, at, most);
		which.n = end - at;
		if (!is_wanted(m, which))
			continue;
		snapshot_unit_name(&m->stocks, at, end, name);
		if (!run_unit_done(m->c, name))
			vec_push(&todo->unit, which);
		else if (count_unit(m, which, e) < 0)
			return -1;
	}
	return 0;
}

/* One unit, while the one behind it is read. */
static int
make_next(struct snapshot_make *m, struct snapshot_ahead *ahead, const struct span *next,
	  const char *name, struct err *e)
{
	int rc = snapshot_ahead_take(ahead, &m->unit, e);

	if (rc == 0 && next)
		snapshot_ahead_start(ahead, *next);
	if (rc == 0)
		rc = make_unit(m, name, e);
	run_progress_add(m->c, (int64_t)m->unit.company.n);
	snapshot_unit_done(&m->unit);
	return rc < 0 ? err_wrap(e, "fintra_snapshots, %s", name) : 0;
}

static int
make_units(struct snapshot_make *m, const struct unit_list *todo, struct snapshot_ahead *ahead,
	   struct err *e)
{
	const struct span *u = todo->unit.at;
	char name[UNIT_NAME];

	if (todo->unit.n > 0)
		snapshot_ahead_start(ahead, u[0]);
	for (size_t i = 0; i < todo->unit.n; i++) {
		snapshot_unit_name(&m->stocks, u[i].at, u[i].at + u[i].n, name);
		if (make_next(m, ahead, i + 1 < todo->unit.n ? &u[i + 1] : NULL, name, e) < 0 ||
		    run_breathe(m->c, e) < 0)
			return -1;
	}
	return 0;
}

static int
look_at_units(struct snapshot_make *m, const struct unit_list *todo, struct err *e)
{
	char name[UNIT_NAME];

	for (size_t i = 0; i < todo->unit.n; i++) {
		const struct span u = todo->unit.at[i];

		snapshot_unit_name(&m->stocks, u.at, u.at + u.n, name);
		if (look_at_unit(m, u, name, e) < 0)
			return -1;
	}
	return 0;
}

int
snapshot_make_all(struct snapshot_make *m, struct err *e)
{
	struct unit_list todo = { 0 };
	struct snapshot_ahead *ahead;
	int rc;

	run_phase(m->c, "snapshots", (int64_t)(m->stocks.asked - m->stocks.missing_sector));
	rc = list_units(m, &todo, e);
	if (rc == 0 && run_looks(m->c)) {
		rc = look_at_units(m, &todo, e);
	} else if (rc == 0) {
		ahead = snapshot_ahead_new(m->c, &m->stocks);
		rc = make_units(m, &todo, ahead, e);
		snapshot_ahead_free(ahead);
	}
	vec_done(&todo.unit);
	return rc;
}

/* Companies without a sector cannot be compared with anything. */
static void
report_missing(struct snapshot_make *m)
{
	struct tally t = { .skipped = (int64_t)m->stocks.missing_sector };
	STR_AUTO names = { .max = 256 };
	size_t named = 0;

	if (t.skipped == 0)
		return;
	run_tally(m->c, &t);
	for (size_t i = 0; i < m->stocks.n && named < NAMED_MAX; i++) {
		const struct stock *k = &m->stocks.at[i];

		if (k->asked && !k->sector)
			str_fmt(&names, "%s%s", named++ ? ", " : "", k->ticker);
	}
	run_log(m->c, LVL_WARN, "missing_sector: %lld compan%s skipped (%s%s)",
		(long long)t.skipped, t.skipped == 1 ? "y is" : "ies are", str_c(&names),
		(size_t)t.skipped > named ? ", ..." : "");
}

/* What is not there leaves fields pending; that is right, but somebody should know. */
static void
report_thin(struct snapshot_make *m)
{
	char day[DATE_BUF];

	date_iso(m->c->as_of, day);
	if (m->processed > 0 && m->read[INPUT_WINDOWS].rows == 0 && m->relative == 0)
		run_log(m->c, LVL_WARN,
			"performance_windows has no row for these companies up to %s: relative "
			"performance stays NULL; fintra run performance-windows-aggregator, then "
			"fmp-bulk again",
			day);
	if (m->old_windows > 0)
		run_log(m->c, LVL_WARN,
			"%lld compan%s windows that are more than %d days older than %s",
			(long long)m->old_windows, m->old_windows == 1 ? "y has" : "ies have",
			OLD_DAYS, day);
	if (m->shared.benchmarks == 0)
		run_log(m->c, LVL_WARN,
			"sector_benchmarks has no row up to %s: FGOS and valuation stay pending; "
			"fintra run sector-benchmarks, then fmp-bulk again",
			day);
}

int
snapshot_make_report(struct snapshot_make *m, struct err *e)
{
	run_input(m->c, "fintra_universe", m->stocks.newest, (int64_t)m->stocks.n);
	run_input(m->c, "sector_benchmarks", m->shared.benchmarks_date, m->shared.benchmarks);
	run_input(m->c, "sector_pe", m->shared.pe_date, m->shared.pes);
	report_missing(m);
	report_thin(m);
	return snapshot_inputs_record(m->c, m->read, e);
}

int
snapshot_make_begin(struct snapshot_make *m, struct job_ctx *c, const struct map *only,
		    struct err *e)
{
	*m = (struct snapshot_make){ .c = c };
	for (int t = 0; t < SNAPSHOT_INPUTS; t++)
		m->read[t].newest = DATE_NONE;
	run_phase(c, "inputs", 0);
	if (snapshot_stocks_read(c, only, &m->stocks, e) < 0)
		return -1;
	return run_looks(c) ? 0 : snapshot_shared_read(c, &m->stocks, &m->shared, e);
}

void
snapshot_make_end(struct snapshot_make *m)
{
	snapshot_shared_done(&m->shared);
	snapshot_stocks_done(&m->stocks);
}
