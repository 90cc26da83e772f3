#include "jobs/layer2/industry_rows.h"

#include "jobs/common.h"

enum { LATELY_DAYS = 10, ARRAY_MAX = 1 << 20 };

static const char phase[] = "aggregate";

const char *
industry_daily_table(const struct industry_run *r)
{
	return r->daily_table ? "industry_performance_daily" : "industry_performance";
}

/* The daily rows' query for the table that holds them. */
static enum query
daily(const struct industry_run *r, enum query own, enum query in_daily_table)
{
	return r->daily_table ? in_daily_table : own;
}

int
industry_daily_newest(struct industry_run *r, struct date upto, struct date *out, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { date_iso(upto, day) };
	ROWS_AUTO rows = db_query(
		r->c->db, daily(r, Q_INDUSTRY_ROWS_NEWEST, Q_INDUSTRY_ROWS_DAILY_NEWEST), args, e);

	if (!rows)
		return -1;
	*out = rows_date(rows, 0, 0);
	return 0;
}

int
industry_means(struct industry_run *r, const char *const *windows, struct group_windows *g,
	       struct err *e)
{
	char day[DATE_BUF];
	STR_AUTO list = { 0 };
	ROWS_AUTO rows = NULL;

	str_init(&list, ARRAY_MAX);
	words_array(windows, &list);
	const char *args[] = { date_iso(r->day, day), r->cap, str_c(&list) };

	rows = db_query(r->c->db, Q_INDUSTRY_ROWS_MEANS, args, e);
	if (!rows)
		return -1;
	for (int i = 0; i < rows_count(rows); i++) {
		struct group_need *need = group_windows_need(g, rows_text(rows, i, 0));
		int w = window_find(rows_text(rows, i, 1));

		r->one.asset_rows += rows_int(rows, i, 3);
		r->one.dropped += rows_int(rows, i, 4);
		if (w < 0)
			continue;
		need->wanted[w] = true;
		need->value[w] = rows_num(rows, i, 2);
		need->source[w] = "equal_weight_datos_performance";
	}
	return 0;
}

/* One without a daily row for longer has ended: its last returns say nothing about the day. */
static int
add_names(struct industry_run *r, const char *day, struct group_windows *g, struct err *e)
{
	char back[NUM_BUF];
	const char *args[] = { day, num_int(LATELY_DAYS, back) };
	ROWS_AUTO rows = db_query(
		r->c->db, daily(r, Q_INDUSTRY_ROWS_NAMES, Q_INDUSTRY_ROWS_DAILY_NAMES), args, e);

	if (!rows)
		return -1;
	for (int i = 0; i < rows_count(rows); i++)
		(void)group_windows_need(g, rows_text(rows, i, 0));
	return 0;
}

static void
compound(void *arg, const struct window_day *d, size_t n, struct num out[WIN_COUNT])
{
	(void)arg;
	trailing_windows(d, n, out);
}

int
industry_compound(struct industry_run *r, struct group_windows *g, struct err *e)
{
	static const struct group_rule rule = { compound, NULL, "derived_from_1d" };
	char day[DATE_BUF], longest[NUM_BUF];
	STR_AUTO list = { 0 };
	ROWS_AUTO rows = NULL;

	str_init(&list, ARRAY_MAX);
	date_iso(r->day, day);
	if (add_names(r, day, g, e) < 0)
		return -1;
	if (group_windows_gaps(g, &list) == 0)
		return 0;
	const char *args[] = { day, str_c(&list), num_int(TRAILING_DAYS_MAX, longest) };

	rows = db_query(r->c->db, daily(r, Q_INDUSTRY_ROWS_SERIES, Q_INDUSTRY_ROWS_DAILY_SERIES),
			args, e);
	if (!rows)
		return -1;
	r->one.days += rows_count(rows);
	(void)group_windows_fill(g, rows, &rule);
	return 0;
}

static int
fill_and_merge(struct industry_run *r, struct group_windows *g, struct tally *t, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { date_iso(r->day, day), r->now };
	enum query merge =
		r->daily && r->daily_table ? Q_INDUSTRY_ROWS_DAILY_MERGE : Q_INDUSTRY_ROWS_MERGE;

	if (r->fill(r, g, e) < 0 || group_windows_stage(g, r->c->db, e) < 0)
		return -1;
	return run_merge(r->c, merge, args, t, e);
}

static int
transaction(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct industry_run *r = arg;
	struct group_windows g;

	(void)c;
	*t = (struct tally){ 0 };
	r->one = (struct industry_counts){ 0 };
	group_windows_init(&g);
	int rc = fill_and_merge(r, &g, t, e);

	r->one.industries = (int64_t)g.need.n;
	r->one.windows = group_windows_values(&g);
	r->one.gaps = group_windows_gaps(&g, NULL);
	r->one.changed = t->inserted + t->updated;
	t->read = r->one.asset_rows + r->one.days;
	t->skipped = r->one.dropped;
	group_windows_done(&g);
	return rc;
}

static void
add_counts(struct industry_counts *to, const struct industry_counts *n)
{
	to->asset_rows += n->asset_rows;
	to->dropped += n->dropped;
	to->days += n->days;
	to->windows += n->windows;
	to->gaps += n->gaps;
	to->changed += n->changed;
	to->industries = n->industries;
}

static int
write_day(void *arg, struct date day, struct err *e)
{
	struct industry_run *r = arg;
	char unit[DATE_BUF];

	r->day = day;
	if (run_unit_done(r->c, date_iso(day, unit))) {
		r->resumed = true;
		return 0;
	}
	if (run_transaction(r->c, unit, transaction, r, e) < 0)
		return err_wrap(e, "industries at %s", unit);
	add_counts(&r->all, &r->one);
	if (r->one.dropped > 0)
		run_log(r->c, LVL_WARN, "%s: %lld returns beyond +-%s %% left out", unit,
			(long long)r->one.dropped, r->cap);
	if (r->one.windows == 0)
		run_log(r->c, LVL_WARN, "%s: no industry has a value", unit);
	return 0;
}

static int
find_place(struct industry_run *r, struct err *e)
{
	ROWS_AUTO rows = db_query(r->c->db, Q_INDUSTRY_ROWS_PLACE, NULL, e);

	if (!rows)
		return -1;
	r->daily_table = rows_bool(rows, 0, 0);
	return 0;
}

int
industry_run_each(struct industry_run *r, struct err *e)
{
	struct range_walk walk = { .phase = phase, .find = r->find, .write = write_day };

	r->day = DATE_NONE;
	num_text(r->c->conf->outlier_cap, r->cap);
	num_int(r->c->now_ms, r->now);
	if (range_of(r->c, &r->asof, e) < 0 || find_place(r, e) < 0)
		return -1;
	return range_each(r->c, &r->asof, &walk, r, e);
}

void
industry_run_done(struct industry_run *r)
{
	range_done(&r->asof);
}
