#include "tests/support_model.h"

#include <stdlib.h>
#include <string.h>

#define TABLE(n, l)                   \
	{                             \
		.name = n, .layer = l \
	}

static const struct table tables[] = {
	TABLE("fintra_universe", 0),
	TABLE("asset_industry_map", 0),
	TABLE("industry_classification", 0),
	TABLE("prices_daily", 1),
	TABLE("datos_financieros", 1),
	TABLE("company_profiles", 1),
	TABLE("datos_dividendos", 1),
	TABLE("datos_valuacion", 1),
	TABLE("fmp_peers", 1),
	TABLE("sec_filings", 1),
	TABLE("datos_performance", 2),
	{ .name = "sector_performance", .layer = 2, .date_column = "performance_date" },
	TABLE("industry_performance", 2),
	TABLE("performance_windows", 2),
	TABLE("sector_benchmarks", 3),
	TABLE("sector_stats", 3),
	TABLE("industry_benchmarks", 3),
	TABLE("sector_pe", 3),
	TABLE("industry_pe", 3),
	TABLE("fintra_snapshots", 4),
	TABLE("fintra_market_state", 5),
	{ .name = NULL },
};

enum { PRICES = 3, PERFORMANCE = 10, SECTOR = 11, WINDOWS = 13, TABLES = ARRAY_LEN(tables) - 1 };

static const struct param_def range_params[] = {
	{ .name = "start", .type = PARAM_DATE, .help = "first day" },
	{ .name = "end", .type = PARAM_DATE, .help = "last day" },
	{ .name = "step",
	  .type = PARAM_CHOICE,
	  .choices = "session|week|month",
	  .dflt = "session",
	  .help = "which sessions of the range" },
	{ .name = NULL },
};

#define JOB(ident, n, l, r, w)                                    \
	static const struct job ident = { .name = n,              \
					  .title = "Title of " n, \
					  .layer = l,             \
					  .reads = r,             \
					  .writes = w,            \
					  .help = "What it does in two or three sentences." }

JOB(universe, "sync-universe", 0, NULL, NAMES("fintra_universe"));
JOB(classification, "industry-classification-sync", 0, NAMES("fintra_universe"),
    NAMES("asset_industry_map", "industry_classification"));
JOB(prices, "prices-daily-bulk", 1, NAMES("fintra_universe"), NAMES("prices_daily"));
static const struct job performance = {
	.name = "performance-bulk",
	.title = "Returns, volatility and drawdown of each ticker",
	.layer = 2,
	.flags = JOB_RANGE,
	.reads = NAMES("prices_daily", "fintra_universe"),
	.writes = NAMES("datos_performance"),
	.params = range_params,
	.help = "Ten windows per ticker from the adjusted closes. With --from and --to one pass "
		"writes many days.",
};
JOB(sector, "sector-performance-aggregator", 2, NAMES("datos_performance", "fintra_universe"),
    NAMES("sector_performance"));
JOB(windows, "performance-windows-aggregator", 2,
    NAMES("datos_performance", "sector_performance", "fintra_universe"),
    NAMES("performance_windows"));
static const struct job windows_backfill = {
	.name = "backfill-performance-windows",
	.title = "Fills performance_windows",
	.layer = LAYER_BACKFILL,
	.flags = JOB_BACKFILL,
	.reads = NAMES("datos_performance", "sector_performance", "fintra_universe"),
	.writes = NAMES("performance_windows"),
	.params = range_params,
	.help = "Session by session, newest first.",
};

static const struct job *const jobs[] = { &universe,	     &classification,
					  &prices,	     &performance,
					  &sector,	     &windows,
					  &windows_backfill, NULL };

static const char *const layer_names[LAYER_COUNT] = {
	"universe",  "raw ingest",   "performance",   "benchmarks",
	"snapshots", "market state", "orchestrators",
};

const struct catalogue support_catalogue = {
	.jobs = jobs, .tables = tables, .layer_names = layer_names, .build = "test"
};

static const struct date monday = { 20486 }; /* 2026-02-02 */
static const struct date friday = { 20483 }; /* 2026-01-30 */

static const struct job *
writer_of(const char *table)
{
	for (size_t i = 0; jobs[i]; i++)
		if (!(jobs[i]->flags & JOB_BACKFILL) && str_has(jobs[i]->writes, table))
			return jobs[i];
	return NULL;
}

static void
sum_layers(struct freshness *f)
{
	for (int l = 0; l < LAYER_COUNT; l++)
		f->layer[l] = (struct layer_status){ .have = DATE_NONE, .coverage = -1 };
	for (size_t i = 0; i < f->n; i++) {
		const struct table_status *s = &f->at[i];
		struct layer_status *l = &f->layer[s->table->layer];

		l->n_tables++;
		if (!s->writer && l->n_counting == 0)
			l->state = s->state; /* one table a layer here */
		if (!s->writer)
			continue;
		l->n_counting++;
		l->n_fresh += s->state == TABLE_FRESH;
		if (l->n_counting == 1 || table_state_rank(s->state) > table_state_rank(l->state))
			l->state = s->state;
		if (l->n_counting == 1 || date_cmp(s->have, l->have) < 0)
			l->have = s->have;
		if (l->coverage < 0 || s->coverage < l->coverage)
			l->coverage = s->coverage;
		if (l->deadline_ms == 0 || s->deadline_ms < l->deadline_ms)
			l->deadline_ms = s->deadline_ms;
	}
}

static struct fresh_part *
fresh_tables(void)
{
	static const int deadline[LAYER_COUNT] = { 120, 180, 240, 285, 330, 360, 0 };
	struct fresh_part *p = fresh_part_new();
	struct freshness *f = &p->f;

	p->measured_ms = SUPPORT_NOW_MS - 2000;
	f->as_of = monday;
	f->now_ms = p->measured_ms;
	f->n = TABLES;
	f->at = mem_zalloc(TABLES * sizeof(*f->at));
	for (size_t i = 0; i < TABLES; i++) {
		struct table_status *s = &f->at[i];

		s->table = &tables[i];
		s->writer = writer_of(tables[i].name);
		s->want = monday;
		s->state = s->writer ? TABLE_FRESH : TABLE_EMPTY;
		s->have = s->writer ? monday : DATE_NONE;
		s->mixed_with = DATE_NONE;
		s->rows = s->writer ? 21988 + (int64_t)i : 0;
		s->coverage = s->writer ? 0.991 : -1;
		/* 05:00 UTC is New York midnight. */
		s->deadline_ms =
			INT64_C(1770094800000) + deadline[tables[i].layer] * INT64_C(60000);
	}
	f->ready = true;
	str_copy(f->verdict, sizeof(f->verdict), "READY for 2026-02-02");
	return p;
}

static struct fresh_part *
fresh_seed(void)
{
	struct fresh_part *p = fresh_tables();
	struct freshness *f = &p->f;
	struct table_status *s = &f->at[SECTOR], *w = &f->at[WINDOWS];

	s->state = TABLE_LATE;
	s->have = friday;
	s->coverage = 0;
	s->rows = 77;
	str_copy(s->run, sizeof(s->run), "failed");
	w->state = TABLE_MIXED;
	w->mixed_with = friday;
	w->rows = 131926;
	str_copy(w->mixed_table, sizeof(w->mixed_table), "sector_performance");
	str_copy(f->at[PRICES].run, sizeof(f->at[PRICES].run), "running");
	f->ready = false;
	f->exit_code = 2;
	str_copy(f->verdict, sizeof(f->verdict),
		 "NOT READY for 2026-02-02: sector_performance late 1 session -> "
		 "performance_windows "
		 "mixed: 2026-02-02 with sector_performance of 2026-01-30");
	return p;
}

static struct check_result
check(const char *name, enum check_state st, const char *value, const char *bound)
{
	struct check_result r = { .name = name, .state = st };

	str_copy(r.value, sizeof(r.value), value);
	str_copy(r.bound, sizeof(r.bound), bound);
	return r;
}

static struct health_part *
checks(bool good)
{
	struct health_part *p = health_part_new();
	struct check_result *at = mem_zalloc(6 * sizeof(*at));

	at[0] = check("performance_windows_empty", CHECK_OK, "131926 rows", "> 0");
	at[1] = check("sector_performance_stale", CHECK_OK, "2026-02-02", "2026-02-02");
	at[2] = check("snapshots_pct_missing", CHECK_UNKNOWN, "fintra_snapshots is empty",
		      "<= 50%");
	at[3] = check("performance_windows_populated", CHECK_OK, "21988 tickers", ">= 20000");
	at[4] = check("snapshots_relative_1y", CHECK_OK, "97.2%", ">= 90%");
	at[5] = check("scatter_data", CHECK_OK, "19204 rows", ">= 10000");
	p->h.bad = 1;
	if (!good) {
		at[1].state = CHECK_CRITICAL;
		str_copy(at[1].value, sizeof(at[1].value), "2026-01-30");
		str_copy(at[1].remedy[0], sizeof(at[1].remedy[0]),
			 "fintra run sector-performance-aggregator --as-of 2026-02-02");
		str_copy(at[1].remedy[1], sizeof(at[1].remedy[1]),
			 "fintra run performance-windows-aggregator --as-of 2026-02-02");
		at[1].since_ms = SUPPORT_NOW_MS - 31 * 60000;
		p->h.bad = 2;
	}
	p->h.at = at;
	p->h.n = 6;
	return p;
}

static struct run_info
run(int64_t id, const char *job, enum run_state st, const char *who)
{
	struct run_info r = { .id = id, .state = st, .as_of = monday, .epoch = 1 };

	str_copy(r.job, sizeof(r.job), job);
	str_copy(r.who, sizeof(r.who), who);
	str_copy(r.host, sizeof(r.host), "db1");
	str_copy(r.origin, sizeof(r.origin), str_same(who, "cron") ? "cron" : "cli");
	r.created_ms = r.started_ms = SUPPORT_NOW_MS - (9000 - id) * 60000;
	if (run_state_ended(st))
		r.ended_ms = r.started_ms + 247000;
	r.counts = (struct tally){ .read = 131926, .inserted = 131000, .updated = 926 };
	return r;
}

static struct runs_part *
runs(bool active)
{
	struct runs_part *p = runs_part_new();
	struct run_info *at = mem_zalloc(5 * sizeof(*at));
	size_t n = 0;

	if (active) {
		at[n] = run(8815, "backfill-performance-windows", RUN_RUNNING, "lucia");
		str_copy(at[n].phase, sizeof(at[n].phase), "merge");
		at[n].done = 412;
		at[n++].total = 1230;
		at[n++] = run(8814, "performance-windows-aggregator", RUN_QUEUED, "raul");
		at[n] = run(8812, "prices-daily-bulk", RUN_RUNNING, "cron");
		str_copy(at[n++].phase, sizeof(at[0].phase), "download");
	}
	at[n] = run(8790, "sector-performance-aggregator", RUN_FAILURE, "cron");
	at[n++].error = mem_dup("industry_performance has 3 of 11 sectors for 2026-02-02");
	at[n++] = run(8780, "performance-bulk", RUN_SUCCESS, "cron");
	p->l.at = at;
	p->l.n = n;
	return p;
}

struct log_part *
support_log(int64_t id, bool hostile)
{
	static const struct {
		enum level lvl;
		const char *text;
	} text[] = {
		{ LVL_INFO, "START backfill-performance-windows start=2026-01-02 end=2026-02-02" },
		{ LVL_INFO, "phase read: 1230 units" },
		{ LVL_WARN, "sector=Utilities window=5Y too few members: 2 < 3" },
		{ LVL_ERROR, "sector=Energy window=1Y input 0 rows (class DATA)" },
		{ LVL_INFO, "PROGRESS 412/1230 rows=131926 unchanged=0" },
	};
	static const char *const bad[] = {
		"name \033]0;owned\007 \033[2J \x9b\x31\x33m end",
		"\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97 wide \xe2\x80\xae reversed",
		"line\nFORGED 04:12:07 i SUCCESS",
		"invalid \xff\xfe utf-8",
		"tail",
	};
	struct log_part *none = log_part_new(id), *l;
	struct event ev[5] = { 0 };
	struct event_list add = { ev, 5 };

	for (int i = 0; i < 5; i++) {
		ev[i].seq = i + 1;
		ev[i].ts_ms = SUPPORT_NOW_MS - (5 - i) * 1000;
		ev[i].lvl = text[i].lvl;
		ev[i].msg = mem_dup(hostile ? bad[i] : text[i].text);
	}
	l = log_part_extend(none, id, &add);
	part_unref(&none->part);
	for (int i = 0; i < 5; i++)
		free(ev[i].msg);
	return l;
}

static void
make_hostile(struct snapshot *s)
{
	struct run_info *r = &s->runs->l.at[0];

	str_copy(r->job, sizeof(r->job),
		 "job-\033[31mred\033[0m-with-a-name-that-does-not-end-anywhere-soon");
	str_copy(r->who, sizeof(r->who), "\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97");
	str_copy(r->phase, sizeof(r->phase),
		 "phase\twith a long name that needs more room than it has");
	str_copy(s->server, sizeof(s->server),
		 "a_database_with_a_long_name@a-host.with.a.long.name.example.org");
	str_copy(s->fresh->f.verdict, sizeof(s->fresh->f.verdict),
		 "NOT READY: \033[2Jsector_performance late 1 session -> "
		 "\xe6\x97\xa5\xe6\x9c\xac\xe9\x9b\xbb\xe6\xb0\x97 and 12 more "
		 "tables are blocked, which makes a line longer than any screen of the test");
	str_copy(s->health->h.at[1].value, sizeof(s->health->h.at[1].value),
		 "value\nwith a newline");
}

static struct snapshot *
snapshot_of(enum support_morning which)
{
	struct snapshot *s = snapshot_new(NULL);

	if (which == MORNING_CONNECTING)
		return s;
	s->conn = CONN_UP;
	s->may_write = true;
	str_copy(s->server, sizeof(s->server), "prod@db1");
	if (which == MORNING_DOWN) {
		s->conn = CONN_DOWN;
		s->server[0] = '\0';
		s->retry_at_ms = SUPPORT_NOW_MS + 4000;
		str_copy(s->conn_error, sizeof(s->conn_error),
			 "connection to db1 port 5432 refused");
		return s;
	}
	s->fresh = which == MORNING_READY ? fresh_tables() : fresh_seed();
	sum_layers(&s->fresh->f);
	s->health = checks(which == MORNING_READY);
	s->runs = runs(which != MORNING_READY);
	s->log = support_log(which == MORNING_READY ? 8790 : 8815, which == MORNING_HOSTILE);
	if (which == MORNING_HOSTILE)
		make_hostile(s);
	return s;
}

struct model
support_model(enum support_morning which)
{
	struct model m = {
		.cat = &support_catalogue, .as_of = monday, .now_ms = SUPPORT_NOW_MS, .ny = true
	};

	m.s = snapshot_of(which);
	m.refresh_ms = 2000;
	m.command = "fintra";
	m.new_errors = which == MORNING_SEED ? 1 : 0;
	m.label = which == MORNING_SEED ? "SYNTHETIC DATA" : NULL;
	return m;
}

void
support_model_done(struct model *m)
{
	part_unref((struct part *)(uintptr_t)&m->s->part);
}
