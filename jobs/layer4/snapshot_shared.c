#include "jobs/layer4/snapshot_shared.h"

#include "core/map.h"
#include "jobs/common.h"

#include <stdlib.h>
#include <string.h>

/* Columns of the query snapshot_benchmarks: five percentiles begin at COL_POINTS. */
enum { COL_SECTOR, COL_DATE, COL_METRIC, COL_POINTS, COL_SAMPLE = 8, COL_CONFIDENCE };

static bool
benchmark_of(const struct rows *r, int i, struct benchmark_row *out)
{
	int metric = metric_find(str_or(rows_text(r, i, COL_METRIC), ""));

	if (metric < 0)
		return false;
	*out = (struct benchmark_row){
		.sector = rows_text(r, i, COL_SECTOR),
		.date = rows_date(r, i, COL_DATE),
		.metric = (enum metric)metric,
		.benchmark = {
			.p10 = rows_num(r, i, COL_POINTS),
			.p25 = rows_num(r, i, COL_POINTS + 1),
			.p50 = rows_num(r, i, COL_POINTS + 2),
			.p75 = rows_num(r, i, COL_POINTS + 3),
			.p90 = rows_num(r, i, COL_POINTS + 4),
			.sample_size = (int)rows_int(r, i, COL_SAMPLE),
			.confidence = benchmark_confidence_find(
				str_or(rows_text(r, i, COL_CONFIDENCE), "")),
		},
	};
	return true;
}

static void
look_up(struct snapshot_shared *s, const struct benchmark_row *row, size_t n, struct date day)
{
	for (size_t i = 0; i < map_count(s->sectors); i++)
		s->facts[i].compared =
			benchmark_lookup(row, n, s->facts[i].name, day, &s->facts[i].benchmarks);
}

static int
read_benchmarks(struct job_ctx *c, struct snapshot_shared *s, const char *const *args,
		struct err *e)
{
	struct benchmark_row *row;
	size_t n = 0;
	ROWS_AUTO r = db_query(c->db, Q_SNAPSHOT_BENCHMARKS, args, e);

	if (!r)
		return -1;
	row = mem_zalloc(((size_t)rows_count(r) + 1) * sizeof(*row));
	for (int i = 0; i < rows_count(r); i++) {
		if (!benchmark_of(r, i, &row[n]))
			continue;
		if (date_cmp(row[n].date, s->benchmarks_date) > 0)
			s->benchmarks_date = row[n].date;
		n++;
	}
	s->benchmarks = (int64_t)n;
	look_up(s, row, n, c->as_of);
	free(row);
	return 0;
}

static int
read_pe(struct job_ctx *c, struct snapshot_shared *s, const char *const *args, struct err *e)
{
	ROWS_AUTO r = db_query(c->db, Q_SNAPSHOT_SECTOR_PE, args, e);

	for (int i = 0; r && i < rows_count(r); i++) {
		const char *name = rows_text(r, i, 0);
		size_t k = map_find(s->sectors, name, strlen(name));

		if (k == MAP_NONE)
			continue;
		s->pes++;
		s->facts[k].pe_date = rows_date(r, i, 1);
		s->facts[k].pe = rows_num(r, i, 2);
		if (date_cmp(s->facts[k].pe_date, s->pe_date) > 0)
			s->pe_date = s->facts[k].pe_date;
	}
	return r ? 0 : -1;
}

/* "6M,1Y,2Y" */
static struct horizons
horizons_of(const char *list)
{
	struct horizons h = { .given = true };

	while (*list) {
		size_t n = strcspn(list, ",");
		char code[8] = "";

		if (n < sizeof(code))
			memcpy(code, list, n);
		horizons_add(&h, code);
		list += n + (list[n] == ',');
	}
	return h;
}

static int
read_profiles(struct job_ctx *c, struct snapshot_shared *s, const char *const *args, struct err *e)
{
	s->rows = db_query(c->db, Q_SNAPSHOT_INDUSTRY_PROFILES, args, e);
	if (!s->rows)
		return -1;
	s->profile = industry_profiles; /* until somebody fills the table */
	s->profiles = industry_profiles_n;
	if (rows_count(s->rows) == 0)
		return 0;
	s->owned = mem_zalloc((size_t)rows_count(s->rows) * sizeof(*s->owned));
	s->profiles = 0;
	for (int i = 0; i < rows_count(s->rows); i++) {
		int cadence = cadence_find(str_or(rows_text(s->rows, i, 1), ""));

		if (cadence < 0)
			continue;
		s->owned[s->profiles++] = (struct industry_profile){
			.industry = rows_text(s->rows, i, 0),
			.cadence = (enum industry_cadence)cadence,
			.dominant = horizons_of(str_or(rows_text(s->rows, i, 3), "")),
			.min_years = (int)rows_int(s->rows, i, 2),
		};
	}
	s->profile = s->owned;
	return 0;
}

static void
list_sectors(const struct snapshot_stocks *stocks, struct snapshot_shared *s)
{
	for (size_t i = 0; sectors[i]; i++)
		map_add(s->sectors, sectors[i], strlen(sectors[i]));
	for (size_t i = 0; i < stocks->n; i++)
		if (stocks->at[i].sector)
			map_add(s->sectors, stocks->at[i].sector, strlen(stocks->at[i].sector));
	s->facts = mem_zalloc((map_count(s->sectors) + 1) * sizeof(*s->facts));
	for (size_t i = 0; i < map_count(s->sectors); i++) {
		s->facts[i].name = map_key(s->sectors, i);
		s->facts[i].pe_date = DATE_NONE;
	}
}

int
snapshot_shared_read(struct job_ctx *c, const struct snapshot_stocks *stocks,
		     struct snapshot_shared *s, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { date_iso(c->as_of, day) };

	*s = (struct snapshot_shared){ .sectors = map_new(),
				       .benchmarks_date = DATE_NONE,
				       .pe_date = DATE_NONE };
	list_sectors(stocks, s);
	if (read_benchmarks(c, s, args, e) < 0 || read_pe(c, s, args, e) < 0)
		return -1;
	return read_profiles(c, s, args, e);
}

void
snapshot_shared_done(struct snapshot_shared *s)
{
	map_free(s->sectors);
	free(s->facts);
	free(s->owned);
	rows_free(s->rows);
	*s = (struct snapshot_shared){ .benchmarks_date = DATE_NONE };
}

const struct sector_facts *
snapshot_sector(const struct snapshot_shared *s, const char *sector)
{
	size_t k = map_find(s->sectors, sector, strlen(sector));

	return k == MAP_NONE ? NULL : &s->facts[k];
}
