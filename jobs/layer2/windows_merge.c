#include "jobs/layer2/windows_merge.h"

#include "core/num.h"
#include "jobs/common.h"
#include "jobs/layer2/asset_date.h"

enum { CANONICAL = 7, ARRAY_MAX = 128 };

static const char *
date_arg(struct date d, char buf[DATE_BUF])
{
	return date_is_set(d) ? date_iso(d, buf) : NULL;
}

static void
canonical(struct str *list)
{
	str_init(list, ARRAY_MAX);
	words_array(windows_canonical, list);
}

static int
check_stored(struct job_ctx *c, const char *as_of, struct err *e)
{
	const char *args[] = { as_of };
	ROWS_AUTO r = db_query(c->db, Q_PERFORMANCE_WINDOWS_CHECK, args, e);

	if (!r)
		return -1;
	if (rows_int(r, 0, 0) == 0)
		return err_set(e, ERR_EMPTY, "performance_windows is empty at %s", as_of);
	if (rows_int(r, 0, 1) > 0)
		return err_set(e, ERR_DATA,
			       "performance_windows at %s: alpha of %lld row%s is not asset less "
			       "benchmark",
			       as_of, (long long)rows_int(r, 0, 1), num_s(rows_int(r, 0, 1)));
	return 0;
}

static void
take_counts(const struct rows *r, struct windows_counts *n, struct tally *t)
{
	n->prepared = rows_int(r, 0, 0);
	t->inserted = rows_int(r, 0, 1);
	t->updated = rows_int(r, 0, 2);
	t->unchanged = n->prepared - t->inserted - t->updated;
	n->changed = t->inserted + t->updated;
	n->tickers = rows_int(r, 0, 3);
	n->asset_rows = rows_int(r, 0, 4);
	n->missing_sector = rows_int(r, 0, 6);
	n->missing_benchmark = rows_int(r, 0, 7);
	n->invalid = rows_int(r, 0, 8);
	n->missing_asset = CANONICAL * n->tickers - n->asset_rows;
	t->read = n->asset_rows + n->missing_sector;
	t->skipped = n->missing_sector + n->missing_benchmark + n->invalid;
}

int
windows_merge(struct job_ctx *c, const struct windows_request *q, struct windows_counts *n,
	      struct tally *t, struct err *e)
{
	char as_of[DATE_BUF], benchmark[DATE_BUF], market[DATE_BUF], now[32];
	STR_AUTO list = { 0 };
	ROWS_AUTO r = NULL;

	canonical(&list);
	(void)fmt_buf(now, sizeof(now), "%lld", (long long)c->now_ms);
	const char *args[] = {
		date_iso(q->as_of, as_of),
		date_arg(q->benchmark, benchmark),
		date_arg(q->market, market),
		q->industry ? "t" : "f",
		q->inactive ? "t" : "f",
		q->source,
		now,
		q->ticker,
		q->last && *q->last ? q->last : NULL,
		str_c(&list),
	};

	*t = (struct tally){ 0 };
	if (db_exec(c->db, Q_PERFORMANCE_MEMORY, NULL, NULL, e) < 0)
		return -1;
	r = db_query(c->db, Q_PERFORMANCE_WINDOWS_MERGE, args, e);
	if (!r)
		return -1;
	take_counts(r, n, t);
	if (n->prepared == 0)
		return err_set(e, ERR_EMPTY,
			       "no_windows_prepared: %lld asset rows at %s, %lld without a sector, "
			       "%lld without a benchmark at %s",
			       (long long)t->read, as_of, (long long)n->missing_sector,
			       (long long)n->missing_benchmark, benchmark);
	return check_stored(c, as_of, e);
}

int
windows_benchmarks(struct job_ctx *c, struct date as_of, struct date *before, struct date *after,
		   struct err *e)
{
	char day[DATE_BUF];
	STR_AUTO list = { 0 };
	ROWS_AUTO r = NULL;

	canonical(&list);
	r = db_query(c->db, Q_PERFORMANCE_WINDOWS_BENCHMARK_DATES,
		     (const char *[]){ date_iso(as_of, day), str_c(&list) }, e);
	if (!r)
		return -1;
	*before = rows_date(r, 0, 0);
	*after = rows_date(r, 0, 1);
	return 0;
}

int
windows_market(struct job_ctx *c, struct date as_of, int64_t max_age, struct date *out,
	       struct err *e)
{
	char day[DATE_BUF], age[24];
	STR_AUTO list = { 0 };
	ROWS_AUTO r = NULL;

	canonical(&list);
	(void)fmt_buf(age, sizeof(age), "%lld", (long long)max_age);
	r = db_query(c->db, Q_PERFORMANCE_WINDOWS_SPY_DATE,
		     (const char *[]){ date_iso(as_of, day), age, str_c(&list) }, e);
	if (!r)
		return -1;
	*out = rows_date(r, 0, 0);
	if (!date_is_set(*out))
		run_log(c, LVL_INFO, "no SPY windows at %s: no market rows", day);
	return 0;
}

int
windows_universe(struct job_ctx *c, bool inactive, char last[32], struct err *e)
{
	char place[24];
	int64_t limit = params_int(c->params, "limit", 0), active;
	ROWS_AUTO r = NULL;

	*last = '\0';
	if (asset_date_universe(c, &active, e) < 0)
		return -1;
	if (active == 0 && !inactive)
		return err_set(e, ERR_EMPTY,
			       "empty_universe: no active ticker: fintra run sync-universe");
	if (limit <= 0)
		return 0;
	(void)fmt_buf(place, sizeof(place), "%lld", (long long)limit);
	r = db_query(c->db, Q_PERFORMANCE_WINDOWS_PLACE,
		     (const char *[]){ inactive ? "t" : "f", place }, e);
	if (!r)
		return -1;
	if (rows_count(r) > 0)
		str_copy(last, 32, rows_text(r, 0, 0));
	return 0;
}

static int
sector_rows(struct job_ctx *c, struct date benchmark, int64_t *n, struct err *e)
{
	char day[DATE_BUF];
	STR_AUTO list = { 0 };
	ROWS_AUTO r = NULL;

	canonical(&list);
	r = db_query(c->db, Q_PERFORMANCE_WINDOWS_SECTOR_ROWS,
		     (const char *[]){ date_iso(benchmark, day), str_c(&list) }, e);
	if (!r)
		return -1;
	*n = rows_int(r, 0, 0);
	return 0;
}

int
windows_report(struct job_ctx *c, const struct windows_request *q, const struct windows_counts *n,
	       struct err *e)
{
	char day[DATE_BUF];
	int64_t benchmarks;

	if (sector_rows(c, q->benchmark, &benchmarks, e) < 0)
		return -1;
	run_input(c, "datos_performance", q->as_of, n->asset_rows + n->missing_sector);
	run_input(c, "sector_performance", q->benchmark, benchmarks);
	run_result_text(c, "as_of_date", date_iso(q->as_of, day));
	run_result_text(c, "benchmark_date", date_iso(q->benchmark, day));
	run_result_int(c, "windows_prepared", n->prepared);
	run_result_int(c, "windows_upserted", n->changed);
	run_result_int(c, "tickers_considered", n->tickers);
	run_result_int(c, "windows_skipped_missing_asset", n->missing_asset);
	run_result_int(c, "windows_skipped_missing_benchmark", n->missing_benchmark);
	run_result_int(c, "windows_skipped_invalid_returns", n->invalid);
	run_result_int(c, "windows_skipped_missing_sector", n->missing_sector);
	return 0;
}
