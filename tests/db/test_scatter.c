/* The rows of the scatter chart against counts that SQL makes by itself. */
#include "jobs/scatter.h"
#include "tests/support.h"
#include "tests/support_ready.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 3000 };

#define SNAPSHOT                                                                                \
	"INSERT INTO fintra_snapshots (ticker, snapshot_date, engine_version, sector, "         \
	"profile_structural, market_snapshot, valuation, market_position, investment_verdict, " \
	"data_confidence, fgos_score, relative_vs_sector_1y) SELECT "
#define EMPTY ", '{}', '{}', '{}', '{}', '{}', '{}', "

/* Beside the rows that are meant: an older day, a newer one, another engine. */
static const char rows[] = SNAPSHOT
	"'T' || g, '2026-02-02', 'fintra-local-v1', (ARRAY['Energy', 'Technology', ' ', NULL])"
	"[1 + g % 4]" EMPTY "CASE WHEN g % 7 > 0 THEN (g * 37 % 1000) / 10.0 END, CASE WHEN g % 5 "
	"> 0 THEN (g * 7919 % 20011) / 100.0 - 90 + CASE WHEN g % 299 = 0 THEN 1e5 ELSE 0 END END "
	"FROM generate_series(1, 3000) g;" SNAPSHOT "'T' || g, d, v, 'Energy'" EMPTY
	"1, 1 FROM generate_series(1, 10) g, (VALUES "
	"('2026-01-30'::date, 'fintra-local-v1'), ('2026-02-03', 'fintra-local-v1'), "
	"('2026-02-02', 'v3.2-full-hydration')) o (d, v)";

#define OF                                                                                \
	" FROM fintra_snapshots WHERE snapshot_date = '2026-02-02' AND engine_version = " \
	"'fintra-local-v1'"

static struct date
day(int d)
{
	return date_of(2026, 2, d);
}

static const struct scatter_size size = { 76, 22, PLOT_BRAILLE };

static void
load(const char *info, struct date as_of, struct scatter *s)
{
	struct err e = ERR_INIT;
	DB_AUTO db = support_open(info);

	if (scatter_read(db, &fintra_scatter, as_of, s, &e) < 0)
		fail_msg("%s", e.text);
}

static const char *
prepared(void)
{
	static const char *info;

	if (!info) {
		info = support_db("t_scatter", true);
		support_sql(info, rows);
	}
	return info;
}

/* Counted here from the scales alone, by the server. */
static int64_t
count(const struct scatter_cut *c, const char *sector, const char *side)
{
	char sql[900];

	fmt_buf(sql, sizeof(sql),
		"SELECT count(*)" OF
		" AND coalesce(nullif(btrim(sector), ''), 'none') LIKE '%s' AND "
		"fgos_score IS NOT NULL AND relative_vs_sector_1y %s %.0f",
		sector, side, side[0] == '<' ? c->plot.x.lo : c->plot.x.hi);
	return support_psql_int(prepared(), sql);
}

static int64_t
missing(const char *sector, const char *condition)
{
	char sql[900];

	fmt_buf(sql, sizeof(sql),
		"SELECT count(*)" OF
		" AND coalesce(nullif(btrim(sector), ''), 'none') LIKE '%s' AND "
		"%s",
		sector, condition);
	return support_psql_int(prepared(), sql);
}

static void
check_group(const struct scatter *s, size_t group, const char *sector)
{
	struct scatter_cut c;
	size_t off;

	scatter_cut(&c, s, &fintra_scatter, group, size);
	off = scatter_off_scale(&c);
	assert_int_equal(c.rows, missing(sector, "true"));
	assert_int_equal(c.plot.count[PLOT_SHOWN] + off + c.no_x + c.no_y + c.neither, c.rows);
	assert_int_equal(c.plot.count[PLOT_LEFT], count(&c, sector, "<"));
	assert_int_equal(c.plot.count[PLOT_RIGHT], count(&c, sector, ">"));
	assert_int_equal(c.no_x, missing(sector, "relative_vs_sector_1y IS NULL AND fgos_score "
						 "IS NOT NULL"));
	assert_int_equal(c.no_y, missing(sector, "relative_vs_sector_1y IS NOT NULL AND "
						 "fgos_score IS NULL"));
	assert_int_equal(c.neither, missing(sector, "relative_vs_sector_1y IS NULL AND fgos_score "
						    "IS NULL"));
	scatter_cut_done(&c);
}

static void
test_plotted_off_scale_and_null_are_all_rows(void **state)
{
	struct scatter s;
	struct scatter_cut c;

	(void)state;
	load(prepared(), day(2), &s);
	assert_int_equal(s.row.n, ROWS);
	assert_true(date_eq(s.date, day(2)));
	check_group(&s, SIZE_MAX, "%");
	check_group(&s, scatter_group_find(&s, "Energy"), "Energy");
	check_group(&s, scatter_group_find(&s, "TECHNOLOGY"), "Technology");
	check_group(&s, scatter_group_find(&s, "none"), "none");
	assert_int_equal(s.group.n, 3);
	assert_true(scatter_group_find(&s, "Utilities") == SIZE_MAX);
	/* The far ones are outside, so the equation had something to hold. */
	scatter_cut(&c, &s, &fintra_scatter, SIZE_MAX, size);
	assert_true(c.plot.count[PLOT_RIGHT] > 0 && c.no_x > 0 && c.no_y > 0 && c.neither > 0);
	scatter_cut_done(&c);
	scatter_done(&s);
}

static void
test_the_newest_day_of_the_engine(void **state)
{
	static const struct {
		int as_of, day;
		size_t n;
	} cases[] = { { 2, 2, ROWS }, { 3, 3, 10 }, { 9, 3, 10 }, { 1, -1, 10 } };
	struct scatter s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		load(prepared(), day(cases[i].as_of), &s);
		assert_int_equal(s.row.n, cases[i].n);
		assert_true(date_eq(s.date, date_add_days(day(1), cases[i].day - 1)));
		scatter_done(&s);
	}
	load(prepared(), date_of(2026, 1, 2), &s);
	assert_int_equal(s.row.n, 0);
	assert_false(date_is_set(s.date));
	scatter_done(&s);
}

/* Sectors by name, those without one last; in each the tickers by name, every row in its slice. */
static void
test_order(void **state)
{
	static const char *const sectors[] = { "Energy", "Technology", "none" };
	struct scatter s;
	size_t next = 0;

	(void)state;
	load(prepared(), day(2), &s);
	assert_int_equal(s.group.n, ARRAY_LEN(sectors));
	for (size_t g = 0; g < s.group.n; g++) {
		assert_string_equal(s.group.at[g].name, sectors[g]);
		assert_int_equal(s.group.at[g].first, next);
		for (size_t i = next; i < next + s.group.at[g].n; i++) {
			assert_int_equal(s.row.at[i].group, g);
			assert_true(i == next ||
				    strcmp(s.row.at[i - 1].name, s.row.at[i].name) < 0);
		}
		next += s.group.at[g].n;
	}
	assert_int_equal(next, ROWS);
	scatter_done(&s);
}

/* Each row by name: the value that SQL has. */
static void
test_values_are_the_rows(void **state)
{
	struct scatter s;
	char sql[400], *text, want[80];

	(void)state;
	load(prepared(), day(2), &s);
	for (size_t i = 0; i < s.row.n; i += 97) {
		const struct scatter_row *r = &s.row.at[i];

		fmt_buf(sql, sizeof(sql),
			"SELECT coalesce(nullif(btrim(sector), ''), 'none') || ' ' || "
			"coalesce(round(fgos_score, 1)::text, '-') || ' ' || "
			"coalesce(round(relative_vs_sector_1y, 2)::text, '-')" OF " AND ticker = "
			"'%s'",
			r->name);
		text = support_psql(prepared(), sql);
		fmt_buf(want, sizeof(want), "%s ", s.group.at[r->group].name);
		if (r->y.has)
			fmt_buf(want + strlen(want), 30, "%.1f ", r->y.v);
		else
			str_copy(want + strlen(want), 30, "- ");
		if (r->x.has)
			fmt_buf(want + strlen(want), 30, "%.2f", r->x.v);
		else
			str_copy(want + strlen(want), 30, "-");
		assert_string_equal(want, text);
		free(text);
	}
	scatter_done(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plotted_off_scale_and_null_are_all_rows),
		cmocka_unit_test(test_the_newest_day_of_the_engine),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_values_are_the_rows),
	};

	return cmocka_run_group_tests_name("scatter", tests, NULL, NULL);
}
