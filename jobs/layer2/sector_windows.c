#include "core/db_copy.h"
#include "core/map.h"
#include "core/vec.h"
#include "jobs/common.h"
#include "jobs/engine/window.h"
#include "jobs/jobs.h"
#include "jobs/layer2/asset_date.h"

#include <string.h>

/* A window needs this share of its usual trading days (jobs.md 2.13). */
static const double min_share = 0.60;

struct sector_need {
	bool wanted[WIN_COUNT]; /* canonical window without a row, or to be computed again */
	struct num value[WIN_COUNT];
};

struct windows_job {
	struct job_ctx *c;
	struct date day;
	char date[DATE_BUF], windows[128], now[32];
	struct map *sector;
	VEC(struct sector_need) need; /* beside `sector` */
	int64_t have, days;
	int64_t computed, missing;
};

static struct sector_need *
need_of(struct windows_job *j, const char *sector)
{
	size_t i = map_add(j->sector, sector, strlen(sector));

	if (i == j->need.n) {
		struct sector_need n;

		memset(&n, 0, sizeof(n));
		for (int w = 0; w < WIN_COUNT; w++)
			n.wanted[w] = window_is_canonical((enum window)w);
		vec_push(&j->need, n);
	}
	return &j->need.at[i];
}

static int
find_gaps(struct windows_job *j, struct err *e)
{
	bool force = params_bool(j->c->params, "force");
	const char *args[] = { j->date, j->windows };
	ROWS_AUTO r = db_query(j->c->db, Q_SECTOR_WINDOWS_HAVE, args, e);

	if (!r)
		return -1;
	for (int i = 0; sectors[i]; i++)
		(void)need_of(j, sectors[i]);
	for (int i = 0; i < rows_count(r); i++) {
		int w = window_find(rows_text(r, i, 1));

		if (w >= 0)
			need_of(j, rows_text(r, i, 0))->wanted[w] = force && rows_bool(r, i, 2);
	}
	j->have = rows_count(r);
	return 0;
}

/* Sectors with a gap, as an array; "{}" when there is none. */
static void
sectors_with_gap(struct windows_job *j, struct str *out)
{
	const char **word = mem_zalloc((j->need.n + 1) * sizeof(*word));
	size_t n = 0;

	for (size_t i = 0; i < j->need.n; i++) {
		int gaps = 0;

		for (int w = 0; w < WIN_COUNT; w++)
			gaps += j->need.at[i].wanted[w];
		j->missing += gaps;
		if (gaps > 0)
			word[n++] = map_key(j->sector, i);
	}
	words_array(word, out);
	free(word);
}

static void
compound(struct windows_job *j, const char *sector, const struct window_day *d, size_t n)
{
	struct sector_need *need = need_of(j, sector);

	sector_windows(d, n, j->day, min_share, need->value);
	for (int w = 0; w < WIN_COUNT; w++)
		j->computed += need->wanted[w] && need->value[w].has;
}

static int
read_daily(struct windows_job *j, const char *list, struct err *e)
{
	char cap[NUM_BUF];
	const char *args[] = { j->date, num_text(j->c->conf->outlier_cap, cap), list };
	ROWS_AUTO r = db_query(j->c->db, Q_SECTOR_WINDOWS_DAILY, args, e);
	VEC(struct window_day) d = { 0 };

	if (!r)
		return -1;
	j->days = rows_count(r);
	for (int i = 0; i < rows_count(r); i++) {
		struct window_day one = { rows_date(r, i, 1), rows_num(r, i, 2) };

		vec_push(&d, one);
		if (i + 1 == rows_count(r) ||
		    !str_same(rows_text(r, i, 0), rows_text(r, i + 1, 0))) {
			compound(j, rows_text(r, i, 0), d.at, d.n);
			d.n = 0;
		}
	}
	vec_done(&d);
	return 0;
}

static int
stage(struct windows_job *j, struct db_copy *copy, struct err *e)
{
	for (size_t i = 0; i < j->need.n; i++)
		for (int w = 0; w < WIN_COUNT; w++) {
			const struct sector_need *n = &j->need.at[i];

			if (!n->wanted[w] || !n->value[w].has)
				continue;
			db_copy_str(copy, map_key(j->sector, i));
			db_copy_str(copy, window_code((enum window)w));
			db_copy_num(copy, n->value[w]);
			if (db_copy_row(copy, e) < 0)
				return -1;
		}
	return 0;
}

static int
write_rows(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct windows_job *j = arg;
	const char *args[] = { j->date, j->now };
	struct db_copy *copy;

	*t = (struct tally){ .read = j->have + j->days };
	if (j->computed == 0)
		return 0;
	if (db_exec(c->db, Q_SECTOR_WINDOWS_STAGE, NULL, NULL, e) < 0)
		return -1;
	copy = db_copy_begin(c->db, Q_SECTOR_WINDOWS_COPY, e);
	if (!copy)
		return -1;
	if (stage(j, copy, e) < 0) {
		db_copy_abort(copy);
		return -1;
	}
	if (db_copy_end(copy, NULL, e) < 0)
		return -1;
	return merge_counts(c, Q_SECTOR_WINDOWS_MERGE, args, t, e);
}

static int
work(struct windows_job *j, struct err *e)
{
	STR_AUTO list = { 0 };

	str_init(&list, 65536);
	if (asset_date_required(j->c, j->c->as_of, &j->day, e) < 0)
		return -1;
	date_iso(j->day, j->date);
	run_phase(j->c, "read", 0);
	if (asset_date_universe(j->c, NULL, e) < 0 || find_gaps(j, e) < 0)
		return -1;
	sectors_with_gap(j, &list);
	if (j->missing > 0 && read_daily(j, str_c(&list), e) < 0)
		return -1;
	run_phase(j->c, "merge", j->computed);
	if (!run_unit_done(j->c, j->date) && run_transaction(j->c, j->date, write_rows, j, e) < 0)
		return err_wrap(e, "sector_performance at %s", j->date);
	run_progress(j->c, j->computed);
	run_log(j->c, LVL_INFO,
		"%s: %lld rows there, %lld windows missing, %lld of them compounded", j->date,
		(long long)j->have, (long long)j->missing, (long long)j->computed);
	return 0;
}

static void
report(struct windows_job *j)
{
	run_input(j->c, "datos_performance", j->day, j->days);
	run_input(j->c, "sector_performance", j->have > 0 ? j->day : DATE_NONE, j->have);
	run_result_text(j->c, "as_of_date", j->date);
	run_result_int(j->c, "windows_written", j->computed);
	run_result_int(j->c, "sectors_processed", (int64_t)j->need.n);
	run_result_int(j->c, "windows_skipped", j->missing - j->computed);
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct windows_job j = { .c = c, .sector = map_new() };
	STR_AUTO list = { 0 };
	int rc;

	str_init(&list, sizeof(j.windows) - 1);
	words_array(windows_canonical, &list);
	str_copy(j.windows, sizeof(j.windows), str_c(&list));
	(void)fmt_buf(j.now, sizeof(j.now), "%lld", (long long)c->now_ms);
	rc = work(&j, e);
	if (rc == 0)
		report(&j);
	map_free(j.sector);
	vec_done(&j.need);
	return rc;
}

const struct job job_sector_windows = {
	.name = "sector-performance-windows-aggregator",
	.title = "Fills missing sector windows by compounding",
	.layer = 2,
	.phase = 2,
	.step = 11,
	.cadence = DAILY,
	.after = NAMES("sector-performance-aggregator"),
	.reads = NAMES("sector_performance", "datos_performance", "fintra_universe"),
	.writes = NAMES("sector_performance"),
	.phases = NAMES("read", "merge"),
	.help = "Gives each sector and canonical window without a row at the market's date one by "
		"compounding "
		"the sector's daily returns, where at least 60 % of the window's trading days have "
		"one.  "
		"force computes its own rows again; rows of other sources are never touched.",
	.run = run,
};
