#include "tests/support_look.h"

#include "core/calendar.h"
#include "tui/ticker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char support_long[] = "an-operator-whose-name-does-not-end-anywhere-soon-or-ever";
const char support_wide[] = "\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97\xe6\xa0\xaa\xe5\xbc"
			    "\x8f\xe4\xbc\x9a\xe7\xa4\xbe";
const char support_hostile[] = "\033]0;owned\007\033[2J\nFORGED";

static const struct date monday = { 20486 }; /* 2026-02-02 */
static const struct date friday = { 20483 };

void
support_look_set(struct scene *s, enum look_part which, void *part)
{
	struct snapshot *snap = snapshot_new(s->m.s);

	part_unref(snap->look[which]);
	snap->look[which] = part;
	support_model_done(&s->m);
	s->m.s = snap;
}

static struct job_stat
stat_of(int64_t run, enum run_state st, int64_t minutes_ago, int64_t took_ms, const char *who)
{
	struct job_stat t = { .last = run, .state = st, .as_of = monday, .good_as_of = friday };

	str_copy(t.who, sizeof(t.who), who);
	str_copy(t.host, sizeof(t.host), "db1");
	str_copy(t.origin, sizeof(t.origin), str_same(who, "cron") ? "cron" : "cli");
	t.ended_ms = SUPPORT_NOW_MS - minutes_ago * 60000;
	t.created_ms = t.started_ms = t.ended_ms - took_ms;
	t.p50_ms = 230000;
	t.p50_n = 20;
	if (st == RUN_SUCCESS || st == RUN_PARTIAL) {
		t.good = run;
		t.good_as_of = monday;
		t.good_ms = t.ended_ms;
		str_copy(t.good_who, sizeof(t.good_who), t.who);
	}
	return t;
}

/* In the order of support_catalogue. */
void
support_look_jobs(struct scene *s, const char *outside)
{
	struct jobs_part *p = look_part_new(LOOK_PART_JOBS);

	p->measured_ms = SUPPORT_NOW_MS - 1000;
	p->n = 7;
	p->at = mem_zalloc(p->n * sizeof(*p->at));
	p->at[0] = stat_of(8701, RUN_SUCCESS, 130, 41000, "cron");
	p->at[1] = stat_of(8702, RUN_PARTIAL, 3 * 24 * 60, 700000, outside);
	p->at[2] = stat_of(8600, RUN_SUCCESS, 24 * 60, 5 * 3600000, "cron");
	p->at[3] = stat_of(8780, RUN_SUCCESS, 35, 247000, "cron");
	p->at[4] = stat_of(8790, RUN_FAILURE, 20, 9000, "cron");
	p->at[4].p50_n = 0;
	support_look_set(s, LOOK_PART_JOBS, p);
}

static void
lock(struct locks_part *p, const char *name, int pid, int64_t run, const char *app)
{
	struct lock_info k = { .granted = true, .pid = pid, .run = run };

	str_copy(k.name, sizeof(k.name), name);
	k.key = guard_key(name);
	str_copy(k.app, sizeof(k.app), app);
	str_copy(k.user, sizeof(k.user), "fintra");
	vec_push(&p->lock, k);
}

void
support_look_locks(struct scene *s, const char *outside)
{
	struct locks_part *p = look_part_new(LOOK_PART_LOCKS);
	struct wait_info w = { .run = 8814 };
	struct lock_info stranger = { .key = 77, .pid = 4711, .granted = false };

	p->measured_ms = SUPPORT_NOW_MS - 1000;
	lock(p, "cron-prices-daily-bulk-2026-02-02", 901, 8812,
	     "fintra prices-daily-bulk run 8812");
	lock(p, "table-prices_daily-2026-02-02", 901, 8812, "fintra prices-daily-bulk run 8812");
	lock(p, "cron-sync-universe-2026-02-02", 655, 0, outside);
	str_copy(stranger.app, sizeof(stranger.app), "psql");
	str_copy(stranger.user, sizeof(stranger.user), outside);
	vec_push(&p->lock, stranger);
	str_copy(w.job, sizeof(w.job), "performance-windows-aggregator");
	str_copy(w.what, sizeof(w.what), "table performance_windows: run 8815 (lucia@db1)");
	vec_push(&p->wait, w);
	support_look_set(s, LOOK_PART_LOCKS, p);
}

void
support_look_tables(struct scene *s)
{
	struct tables_part *p = look_part_new(LOOK_PART_TABLES);
	int64_t mb = 1 << 20;

	while (support_catalogue.tables[p->n].name)
		p->n++;
	p->measured_ms = SUPPORT_NOW_MS - 1000;
	p->at = mem_zalloc(p->n * sizeof(*p->at));
	for (size_t i = 0; i < p->n; i++)
		p->at[i] = (struct table_size){ 'r', true, 16384, 0 };
	p->at[0] = (struct table_size){ 'r', true, 21 * mb, 85508 };
	p->at[1] = (struct table_size){ 'v', true, -1, -1 };
	p->at[3] = (struct table_size){ 'p', true, 4096 * mb, 31000000 };
	p->at[4] = (struct table_size){ 'r', false, 310 * mb, 402113 };
	p->at[9] = (struct table_size){ '\0', false, -1, -1 };
	p->at[10] = (struct table_size){ 'r', true, 812 * mb, -1 };
	support_look_set(s, LOOK_PART_TABLES, p);
}

static void
session(struct system_part *p, int pid, const char *app, const char *user, const char *state)
{
	struct session_info i = { .pid = pid, .since_ms = SUPPORT_NOW_MS - pid * 60000 };

	str_copy(i.app, sizeof(i.app), app);
	str_copy(i.user, sizeof(i.user), user);
	str_copy(i.host, sizeof(i.host), "10.0.0.7");
	str_copy(i.state, sizeof(i.state), state);
	if (str_same(state, "active")) {
		i.xact_ms = SUPPORT_NOW_MS - 95000;
		str_copy(i.wait, sizeof(i.wait), "IO:DataFileRead");
	}
	vec_push(&p->session, i);
}

void
support_look_system(struct scene *s, const char *outside)
{
	struct system_part *p = look_part_new(LOOK_PART_SYSTEM);

	p->measured_ms = SUPPORT_NOW_MS - 1000;
	str_copy(p->server.text, sizeof(p->server.text), "PostgreSQL 16.4, up 12h05m");
	str_copy(p->schema.text, sizeof(p->schema.text), "version 3, current");
	str_copy(p->size.text, sizeof(p->size.text), "41.7 GB");
	str_copy(p->connections.text, sizeof(p->connections.text),
		 "5 of ours, 9 to this database, 14 of 100 in all");
	str_copy(p->pooler.text, sizeof(p->pooler.text), "none: this session has its own backend");
	str_copy(p->role, sizeof(p->role), "fintra");
	session(p, 12, "fintra console", "fintra", "idle");
	session(p, 13, "fintra prices-daily-bulk run 8812", "fintra", "active");
	session(p, 14, "fintra console (tables)", outside, "");
	p->disk[0] = (struct disk_info){ .what = "download cache",
					 .path = "/var/cache/fintra",
					 .free = INT64_C(12) << 30,
					 .size = INT64_C(100) << 30 };
	p->disk[1] = (struct disk_info){ .what = "log file" };
	p->threads = 6;
	support_look_set(s, LOOK_PART_SYSTEM, p);
}

void
support_look_runs(struct scene *s, const char *job, const char *outside)
{
	struct job_runs_part *p = look_part_new(LOOK_PART_RUNS);

	str_copy(p->job, sizeof(p->job), job);
	p->l.n = 3;
	p->l.at = mem_zalloc(p->l.n * sizeof(*p->l.at));
	for (size_t i = 0; i < p->l.n; i++) {
		struct run_info *r = &p->l.at[i];

		r->id = 8780 - (int64_t)i * 10;
		r->as_of = i == 0 ? monday : friday;
		r->state = i == 1 ? RUN_FAILURE : RUN_SUCCESS;
		r->started_ms = SUPPORT_NOW_MS - (int64_t)(35 + i * 1440) * 60000;
		r->ended_ms = r->started_ms + 247000;
		r->counts = (struct tally){ .inserted = 131000, .updated = 926 };
		str_copy(r->job, sizeof(r->job), job);
		str_copy(r->who, sizeof(r->who), i == 1 ? outside : "raul");
		str_copy(r->origin, sizeof(r->origin), i == 0 ? "cron" : "cli");
	}
	p->l.at[1].error = mem_dup("prices_daily has no rows for 2026-01-30");
	support_look_set(s, LOOK_PART_RUNS, p);
}

/* 2026-02-02 whole, 01-30 partial, 01-29 missing, 01-28 failed to measure, the rest not measured.
 */
void
support_look_grid(struct scene *s, const char *table)
{
	struct grid_part *p = look_part_new(LOOK_PART_GRID);
	struct date d = monday;

	str_copy(p->table, sizeof(p->table), table);
	for (p->n = 0; p->n < LOOK_GRID; p->n++, d = calendar_prev(d)) {
		struct grid_cell *c = &p->at[p->n];

		c->session = d;
		c->measured = p->n < 4;
		c->s = (struct table_status){ .have = d,
					      .want = d,
					      .rows = 21988,
					      .num = 21790,
					      .den = 21988,
					      .coverage = 0.991,
					      .floor = 0.9 };
	}
	p->at[1].s.state = TABLE_PARTIAL;
	p->at[1].s.coverage = 0.274;
	p->at[1].s.rows = 6024;
	p->at[1].s.num = 6024;
	p->at[2].s.state = TABLE_LATE;
	p->at[2].s.have = date_of(2026, 1, 28);
	p->at[3].s = (struct table_status){ .state = TABLE_UNKNOWN, .rows = -1, .coverage = -1 };
	str_copy(p->at[3].s.detail, sizeof(p->at[3].s.detail), "statement timeout");
	support_look_set(s, LOOK_PART_GRID, p);
}

void
support_look_refused(struct scene *s, const char *why)
{
	struct jobs_part *j = look_part_new(LOOK_PART_JOBS);
	struct locks_part *l = look_part_new(LOOK_PART_LOCKS);
	struct tables_part *t = look_part_new(LOOK_PART_TABLES);
	struct system_part *y = look_part_new(LOOK_PART_SYSTEM);

	str_copy(j->error, sizeof(j->error), why);
	str_copy(l->error, sizeof(l->error), why);
	str_copy(l->wait_error, sizeof(l->wait_error), why);
	str_copy(t->error, sizeof(t->error), why);
	str_copy(y->server.text, sizeof(y->server.text), "PostgreSQL 16.4, up 12h05m");
	str_copy(y->schema.error, sizeof(y->schema.error), why);
	str_copy(y->size.error, sizeof(y->size.error), why);
	str_copy(y->connections.error, sizeof(y->connections.error), why);
	str_copy(y->session_error, sizeof(y->session_error), why);
	str_copy(y->role, sizeof(y->role), "snapshot");
	y->disk[0] = (struct disk_info){ .what = "download cache", .path = "/var/cache/fintra" };
	str_copy(y->disk[0].error, sizeof(y->disk[0].error), "the file system does not answer");
	y->disk[1] = (struct disk_info){ .what = "log file" };
	support_look_set(s, LOOK_PART_JOBS, j);
	support_look_set(s, LOOK_PART_LOCKS, l);
	support_look_set(s, LOOK_PART_TABLES, t);
	support_look_set(s, LOOK_PART_SYSTEM, y);
}

/* A snapshot whose figures are those of the hand case in tests/db/test_ticker_snapshot.c. */
static void
tell_snapshot(struct report *r, bool agrees)
{
	report_title(r, "Snapshot");
	report_add(r, REPORT_PLAIN, "snapshot", "2026-02-02 of engine fintra-local-v1");
	if (agrees)
		report_add(r, REPORT_GOOD, "inputs", "unchanged: it would be written as it is");
	else
		report_add(r, REPORT_WARN, "inputs", "inputs have changed since this snapshot");
	report_title(r, "FGOS");
	report_add(r, REPORT_PLAIN, "stored", "59 Medium  status partial  confidence 50%% Medium");
	report_add(r, agrees ? REPORT_GOOD : REPORT_BAD, "recombined", "%s",
		   agrees ? "59  match: it is the stored score"
			  : "90  MISMATCH: it is not the stored score");
	report_add(r, REPORT_DIM, NULL, " %-17s %7s%4s%6s %6s %6s %6s %6s %6s%5s c", "metric",
		   "value", "pct", "score", "p10", "p25", "p50", "p75", "p90", "n");
	report_add(r, REPORT_WARN, "growth", "-  none of its metrics could be scored");
	report_add(r, REPORT_WARN, NULL, " %-17s %7s  %s", "revenue_cagr", "-",
		   "the row of its table has no such figure");
	report_add(r, REPORT_PLAIN, "solvency", "75.00  weight 33.3%%");
	report_add(r, REPORT_PLAIN, NULL, " %-17s %7s%4s%6s %6d %6d %6d %6d %6d%5d h",
		   "debt_to_equity <", "1.5", "25", "75", 1, 2, 3, 4, 5, 30);
}

void
support_look_ticker(struct scene *s, const char *symbol, const char *outside, bool agrees)
{
	struct ticker_part *p = look_part_new(LOOK_PART_TICKER);
	struct report *r = &p->look.text;

	p->measured_ms = SUPPORT_NOW_MS - 3000;
	str_copy(p->symbol, sizeof(p->symbol), symbol);
	report_title(r, "Universe");
	report_add(r, REPORT_PLAIN, "ticker", "%s", symbol);
	report_add(r, REPORT_PLAIN, "name", "%s", outside);
	report_add(r, REPORT_PLAIN, "sector", "%s", outside);
	tell_snapshot(r, agrees);
	report_title(r, "Market state");
	report_add(r, REPORT_DIM, NULL, "nothing");
	report_title(r, "Financials");
	report_add(r, REPORT_DIM, NULL, "period_type  period_label  revenue  source");
	for (int year = 2025; year > 2010; year--)
		report_add(r, REPORT_PLAIN, NULL, "FY           %d          100      %s", year,
			   outside);
	fmt_buf(r->head, sizeof(r->head), "snapshot 2026-02-02%s  FGOS 59 Medium, %s  IFS leader",
		agrees ? "" : " INPUTS CHANGED", agrees ? "recombines" : "DOES NOT RECOMBINE");
	support_look_set(s, LOOK_PART_TICKER, p);
}

void
support_look_no_ticker(struct scene *s, const char *symbol, const char *why)
{
	struct ticker_part *p = look_part_new(LOOK_PART_TICKER);

	p->measured_ms = SUPPORT_NOW_MS - 3000;
	str_copy(p->symbol, sizeof(p->symbol), symbol);
	str_copy(p->error, sizeof(p->error), why);
	support_look_set(s, LOOK_PART_TICKER, p);
}
