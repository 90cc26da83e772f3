#include "core/num.h"
#include "jobs/common.h"
#include "jobs/jobs.h"
#include "jobs/layer2/asset_date.h"
#include "jobs/layer2/group_windows.h"

/* A window needs this share of its usual trading days (jobs.md 2.13). */
static const double min_share = 0.60;

static const char own[] = "sql_aggregation";

struct windows_job {
	struct job_ctx *c;
	struct date day;
	char date[DATE_BUF], windows[128], now[32];
	struct group_windows g;
	int64_t have, days;
	int64_t computed, missing;
};

/* Only what is missing is wanted; by force what this job itself once computed, too. */
static int
find_gaps(struct windows_job *j, struct err *e)
{
	bool force = params_bool(j->c->params, "force");
	const char *args[] = { j->date, j->windows, own };
	ROWS_AUTO r = db_query(j->c->db, Q_SECTOR_WINDOWS_HAVE, args, e);

	if (!r)
		return -1;
	for (int i = 0; sectors[i]; i++)
		(void)group_windows_need(&j->g, sectors[i]);
	for (int i = 0; i < rows_count(r); i++) {
		struct group_need *n = group_windows_need(&j->g, rows_text(r, i, 0));
		int w = window_find(rows_text(r, i, 1));

		if (w >= 0)
			n->wanted[w] = force && rows_bool(r, i, 2);
	}
	j->have = rows_count(r);
	return 0;
}

static void
compound(void *arg, const struct window_day *d, size_t n, struct num out[WIN_COUNT])
{
	const struct windows_job *j = arg;

	sector_windows(d, n, j->day, min_share, out);
}

static int
read_daily(struct windows_job *j, const char *list, struct err *e)
{
	const struct group_rule rule = { compound, j, own };
	char cap[NUM_BUF];
	const char *args[] = { j->date, num_text(j->c->conf->outlier_cap, cap), list };
	ROWS_AUTO r = db_query(j->c->db, Q_SECTOR_WINDOWS_DAILY, args, e);

	if (!r)
		return -1;
	j->days = rows_count(r);
	j->computed = group_windows_fill(&j->g, r, &rule);
	return 0;
}

static int
write_rows(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct windows_job *j = arg;
	const char *args[] = { j->date, j->now, own };

	*t = (struct tally){ .read = j->have + j->days };
	if (j->computed == 0)
		return 0;
	if (group_windows_stage(&j->g, c->db, e) < 0)
		return -1;
	return run_merge(c, Q_SECTOR_WINDOWS_MERGE, args, t, e);
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
	j->missing = group_windows_gaps(&j->g, &list);
	if (j->missing > 0 && !run_looks(j->c) && read_daily(j, str_c(&list), e) < 0)
		return -1;
	run_phase(j->c, "merge", j->computed);
	if (!run_unit_done(j->c, j->date) && run_transaction(j->c, j->date, write_rows, j, e) < 0)
		return err_wrap(e, "sector_performance at %s", j->date);
	run_progress(j->c, j->computed);
	run_log(j->c, LVL_INFO, "%s: %lld row%s there, %lld window%s missing, %lld compounded",
		j->date, (long long)j->have, num_s(j->have), (long long)j->missing,
		num_s(j->missing), (long long)j->computed);
	return 0;
}

static void
report(struct windows_job *j)
{
	run_input(j->c, "datos_performance", j->day, j->days);
	run_input(j->c, "sector_performance", j->have > 0 ? j->day : DATE_NONE, j->have);
	run_result_text(j->c, "as_of_date", j->date);
	run_result_int(j->c, "windows_written", j->computed);
	run_result_int(j->c, "sectors_processed", (int64_t)j->g.need.n);
	run_result_int(j->c, "windows_skipped", j->missing - j->computed);
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct windows_job j = { .c = c };
	STR_AUTO list = { 0 };
	int rc;

	str_init(&list, sizeof(j.windows) - 1);
	words_array(windows_canonical, &list);
	str_copy(j.windows, sizeof(j.windows), str_c(&list));
	group_windows_init(&j.g);
	(void)fmt_buf(j.now, sizeof(j.now), "%lld", (long long)c->now_ms);
	rc = work(&j, e);
	if (rc == 0)
		report(&j);
	group_windows_done(&j.g);
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
