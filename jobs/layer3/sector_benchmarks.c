/* sector-benchmarks: what is usual in each sector (jobs.md 2.17, statistics 3.6). */
#include "core/db_copy.h"
#include "core/num.h"
#include "jobs/common.h"
#include "jobs/jobs.h"
#include "jobs/layer3/benchmark_rows.h"

#include <string.h>

enum { LIST_MAX = 512 };

static const char unit[] = "benchmarks", everyone[] = "General";

struct sector_job {
	struct job_ctx *c;
	struct benchmark_rows rows;
	int64_t stats;
	char day[DATE_BUF], now[NUM_BUF];
};

static int
copy_stats(struct sector_job *j, size_t i, struct db_copy *copy, struct err *e)
{
	for (int m = 0; m < SECTOR_STATS_METRICS; m++) {
		struct values *v = &j->rows.group[i].stat[m];
		struct sector_stats s;

		sector_stats(v->at, v->n, &s);
		if (s.sample_size == 0)
			continue;
		const struct num figure[] = {
			s.p10, s.p25, s.p50, s.p75, s.p90, s.mean, s.std_dev
		};

		j->stats++;
		db_copy_str(copy, map_key(j->rows.name, i));
		db_copy_str(copy, metric_name(sector_stats_metrics[m]));
		for (size_t k = 0; k < ARRAY_LEN(figure); k++)
			db_copy_num(copy, figure[k]);
		db_copy_int(copy, s.sample_size);
		if (db_copy_row(copy, e) < 0)
			return -1;
	}
	return 0;
}

static int
stage_stats(struct sector_job *j, struct err *e)
{
	struct db *db = j->c->db;
	struct db_copy *copy;

	j->stats = 0;
	if (db_exec(db, Q_SECTOR_BENCHMARKS_STATS_STAGE, NULL, NULL, e) < 0)
		return -1;
	copy = db_copy_begin(db, Q_SECTOR_BENCHMARKS_STATS_COPY, e);
	if (!copy)
		return -1;
	for (size_t i = 0; i < map_count(j->rows.name); i++)
		if (copy_stats(j, i, copy, e) < 0) {
			db_copy_abort(copy);
			return -1;
		}
	return db_copy_end(copy, NULL, e);
}

static int
write_rows(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct sector_job *j = arg;
	const char *args[] = { j->day, j->now };

	*t = (struct tally){ 0 };
	run_phase(c, "read", 0);
	if (benchmark_rows_read(&j->rows, e) < 0)
		return -1;
	t->read = j->rows.tickers;
	run_phase(c, "merge", 0);
	if (benchmark_rows_stage(&j->rows, e) < 0 || stage_stats(j, e) < 0 ||
	    run_merge(c, Q_BENCHMARK_ROWS_SECTOR_MERGE, args, t, e) < 0)
		return -1;
	return run_merge(c, Q_SECTOR_BENCHMARKS_STATS_MERGE, args, t, e);
}

/* FGOS stays Incomplete where one of its nine is missing. */
static void
tell_missing(struct sector_job *j, size_t i)
{
	const struct benchmark_group *g = &j->rows.group[i];
	STR_AUTO list = { 0 };

	str_init(&list, LIST_MAX);
	for (enum metric m = 0; m < METRIC_FGOS_COUNT; m++)
		if (g->of[m].n < BENCHMARK_SAMPLE_MIN)
			str_fmt(&list, "%s%s (%zu)", list.len ? ", " : "", metric_name(m),
				g->of[m].n);
	if (list.len)
		run_log(j->c, LVL_WARN,
			"%s: of %lld companies fewer than %d have %s: no benchmark, no FGOS",
			map_key(j->rows.name, i), (long long)g->tickers, BENCHMARK_SAMPLE_MIN,
			str_c(&list));
}

static void
report_counts(struct sector_job *j)
{
	run_result_text(j->c, "date", j->day);
	run_result_int(j->c, "benchmarks_generated", j->rows.made);
	run_result_int(j->c, "stats_generated", j->stats);
}

static void
report(struct sector_job *j)
{
	const struct benchmark_rows *b = &j->rows;

	for (size_t i = 0; i < map_count(b->name); i++) {
		const char *name = map_key(b->name, i);

		if (!str_same(name, everyone) && !str_has(sectors, name))
			run_log(j->c, LVL_WARN,
				"\"%s\" is none of the eleven sectors; kept as it is", name);
		tell_missing(j, i);
	}
	if (b->groupless > 0)
		run_log(j->c, LVL_INFO, "%lld active stock%s without a sector: in %s only",
			(long long)b->groupless, num_s(b->groupless), everyone);
	report_counts(j);
	run_result_int(j->c, "skipped_metrics", b->thin);
	run_result_int(j->c, "low_confidence_sectors", b->groups_low);
}

/* What the date has already, and the run that made it and still stands (0 = none).  The ledger
 * tells, not the rows alone: these may be those of a run that was killed. */
static int
look(struct sector_job *j, int64_t *made_by, struct err *e)
{
	STR_AUTO after = { 0 };
	ROWS_AUTO r = NULL;

	str_init(&after, LIST_MAX);
	words_array(j->c->job->after, &after);
	const char *args[] = { j->c->job->name, j->day, str_c(&after) };

	r = db_query(j->c->db, Q_SECTOR_BENCHMARKS_DONE, args, e);
	if (!r)
		return -1;
	j->rows.made = rows_int(r, 0, 0);
	j->stats = rows_int(r, 0, 1);
	*made_by = rows_int(r, 0, 2);
	return 0;
}

static void
report_done(struct sector_job *j, int64_t made_by)
{
	if (made_by > 0) {
		run_log(j->c, LVL_INFO,
			"done for %s by run %lld, and no input has changed since; --force computes "
			"it again",
			j->day, (long long)made_by);
		run_result_json(j->c, "skipped", json_new_bool(true));
		run_result_int(j->c, "count", j->rows.made);
	}
	report_counts(j);
}

static int
work(struct sector_job *j, struct err *e)
{
	struct job_ctx *c = j->c;
	bool again = params_bool(c->params, "force") || c->dry_run;
	bool resumed = run_unit_done(c, unit);
	int64_t made_by = 0;

	if (params_text(c->params, "ticker"))
		return err_set(e, ERR_USAGE, "one company cannot make a sector: give no ticker");
	if ((!again || resumed) && look(j, &made_by, e) < 0)
		return -1;
	if (resumed || made_by > 0) {
		report_done(j, resumed ? 0 : made_by);
		return 0;
	}
	if (run_transaction(c, unit, write_rows, j, e) < 0)
		return err_wrap(e, "sector_benchmarks at %s", j->day);
	report(j);
	return benchmark_rows_inputs(&j->rows, e);
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct sector_job j = { .c = c };
	int rc;

	benchmark_rows_init(&j.rows, c, BENCHMARK_OF_SECTOR, everyone);
	date_iso(c->as_of, j.day);
	num_int(c->now_ms, j.now);
	rc = work(&j, e);
	benchmark_rows_done(&j.rows);
	return rc;
}

const struct job job_sector_benchmarks = {
	.name = "sector-benchmarks",
	.title = "Percentiles and statistics per sector",
	.layer = 3,
	.phase = 3,
	.step = 15,
	.cadence = DAILY,
	.minutes = { 10, 15 },
	.after = NAMES("financials-bulk", "valuation-bulk", "sync-universe"),
	.reads = NAMES("datos_financieros", "datos_valuacion", "fintra_universe"),
	.writes = NAMES("sector_benchmarks", "sector_stats"),
	.phases = NAMES("read", "merge"),
	.help = "Writes p10 to p90 of twelve metrics per sector, and over all companies as "
		"General, "
		"from the newest fiscal year or twelve months and the newest valuation of each "
		"active "
		"stock; and statistics of eight metrics.  Metrics of fewer than three companies "
		"get no "
		"row.  A day that is done is left alone until an input changes.",
	.posts = POSTS(
		{ "sector_benchmarks_rows", Q_POST_SECTOR_BENCHMARKS, .kind = POST_OF_LAST,
		  .bound = 0.90 },
		{ "sector_benchmarks_stored", Q_POST_SECTOR_BENCHMARKS, .kind = POST_REPORTED,
		  .reported = "benchmarks_generated", .fails = true },
		{ "sector_stats_rows", Q_POST_SECTOR_STATS, .kind = POST_OF_LAST, .bound = 0.90 },
		{ "sector_stats_stored", Q_POST_SECTOR_STATS, .kind = POST_REPORTED,
		  .reported = "stats_generated", .fails = true }),
	.run = run,
};
