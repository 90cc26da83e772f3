#include "jobs/layer3/benchmark_rows.h"

#include "core/db_copy.h"
#include "core/vec.h"
#include "jobs/common.h"
#include "jobs/engine/sector_benchmark.h"
#include "jobs/layer2/asset_date.h"

#include <stdlib.h>
#include <string.h>

enum { COL_SECTOR, COL_INDUSTRY, COL_METRICS, COL_STATS = COL_METRICS + METRIC_COUNT };
enum { COLS = COL_STATS + SECTOR_STATS_METRICS, CHECK_EVERY = 4096 };

void
benchmark_rows_init(struct benchmark_rows *b, struct job_ctx *c, enum benchmark_kind kind,
		    const char *everyone)
{
	*b = (struct benchmark_rows){ .c = c, .kind = kind, .everyone = everyone };
	b->name = map_new();
}

static void
forget(struct benchmark_rows *b)
{
	for (size_t i = 0; i < map_count(b->name); i++) {
		for (int m = 0; m < METRIC_COUNT; m++)
			vec_done(&b->group[i].of[m]);
		for (int s = 0; s < SECTOR_STATS_METRICS; s++)
			vec_done(&b->group[i].stat[s]);
	}
	map_free(b->name);
	free(b->group);
}

void
benchmark_rows_done(struct benchmark_rows *b)
{
	forget(b);
	b->name = NULL;
	b->group = NULL;
}

int
benchmark_rows_inputs(const struct benchmark_rows *b, struct err *e)
{
	struct job_ctx *c = b->c;
	char day[DATE_BUF];
	const char *args[] = { date_iso(c->as_of, day) };
	ROWS_AUTO r = db_query(c->db, Q_BENCHMARK_ROWS_INPUTS, args, e);

	if (!r || column_wanted(c, "datos_financieros", metric_name(METRIC_FCF_CAGR), e) < 0 ||
	    input_of_job(c, "datos_financieros", "financials-bulk", b->financials, e) < 0)
		return -1;
	run_input(c, "datos_valuacion", rows_date(r, 0, 0), b->valuations);
	return asset_date_universe(c, NULL, e);
}

static struct benchmark_group *
group_of(struct benchmark_rows *b, const char *name, size_t len)
{
	size_t i = map_add(b->name, name, len), had = b->cap;

	if (i >= b->cap) {
		b->cap = b->cap * 2 + 16;
		b->group = mem_realloc(b->group, b->cap * sizeof(*b->group));
		memset(b->group + had, 0, (b->cap - had) * sizeof(*b->group));
	}
	return &b->group[i];
}

static bool
add(struct values *to, const struct db_field *f)
{
	struct num v = db_field_numeric(f);

	if (v.has)
		vec_push(to, v.v);
	return v.has;
}

/* The newest figures, which of them are of statements and which of a valuation. */
static void
add_metrics(struct benchmark_group *g, const struct db_field *f, bool has[2])
{
	for (int m = 0; m < METRIC_COUNT; m++)
		has[m >= METRIC_FGOS_COUNT] |= add(&g->of[m], &f[COL_METRICS + m]);
	g->tickers++;
}

static int
take_ticker(void *arg, const struct db_field *f, int n, struct err *e)
{
	struct benchmark_rows *b = arg;
	const struct db_field *name =
		&f[b->kind == BENCHMARK_OF_SECTOR ? COL_SECTOR : COL_INDUSTRY];
	bool has[2] = { false, false };

	if (n != COLS)
		return err_set(e, ERR_INTERNAL, "%d columns instead of %d", n, COLS);
	if (++b->tickers % CHECK_EVERY == 0 && run_check(b->c, e) < 0)
		return -1;
	if (b->everyone)
		add_metrics(group_of(b, b->everyone, strlen(b->everyone)), f, has);
	if (name->p) {
		struct benchmark_group *g = group_of(b, (const char *)name->p, (size_t)name->len);

		add_metrics(g, f, has);
		for (int s = 0; s < SECTOR_STATS_METRICS; s++)
			(void)add(&g->stat[s], &f[COL_STATS + s]);
	}
	b->groupless += !name->p;
	b->financials += has[0];
	b->valuations += has[1];
	return 0;
}

int
benchmark_rows_read(struct benchmark_rows *b, struct err *e)
{
	struct job_ctx *c = b->c;
	char day[DATE_BUF];
	const char *args[] = { date_iso(c->as_of, day) };

	forget(b);
	benchmark_rows_init(b, c, b->kind, b->everyone);
	if (db_copy_out(c->db, Q_BENCHMARK_ROWS_VALUES, args, take_ticker, b, e) < 0)
		return -1;
	if (b->tickers == 0)
		return err_set(e, ERR_EMPTY,
			       "fintra_universe has no active stock: fintra run sync-universe "
			       "--as-of %s",
			       day);
	if (b->financials == 0)
		return err_set(e, ERR_EMPTY,
			       "datos_financieros has no figure of an active stock up to %s: "
			       "fintra run financials-bulk --as-of %s",
			       day, day);
	if (b->valuations == 0)
		run_log(c, LVL_WARN,
			"datos_valuacion has no multiple of an active stock up to %s: no "
			"benchmark of pe_ratio, ev_ebitda, price_to_fcf; fintra run "
			"valuation-bulk --as-of %s",
			day, day);
	return 0;
}

static int
copy_one(struct db_copy *copy, const char *name, enum metric m, const struct sector_benchmark *s,
	 struct err *e)
{
	const struct benchmark *p = &s->points;
	const struct num figure[] = { p->p10,	 p->p25,  p->p50,      p->p75,	    p->p90,
				      s->median, s->mean, s->mean_low, s->mean_high };

	db_copy_str(copy, name);
	db_copy_str(copy, metric_name(m));
	for (size_t i = 0; i < ARRAY_LEN(figure); i++)
		db_copy_num(copy, figure[i]);
	db_copy_int(copy, p->sample_size);
	db_copy_str(copy, benchmark_confidence_name(p->confidence));
	return db_copy_row(copy, e);
}

static int
copy_group(struct benchmark_rows *b, size_t i, struct db_copy *copy, struct err *e)
{
	const char *name = map_key(b->name, i);
	int64_t low = b->low;

	for (enum metric m = 0; m < METRIC_COUNT; m++) {
		struct values *v = &b->group[i].of[m];
		struct sector_benchmark s;

		if (!sector_benchmark(v->at, v->n, sector_benchmark_seed(name, m, b->c->as_of),
				      &s)) {
			b->thin++;
			continue;
		}
		b->made++;
		b->low += s.points.confidence == BENCHMARK_LOW;
		if (copy_one(copy, name, m, &s, e) < 0)
			return -1;
	}
	b->groups_low += b->low > low;
	return 0;
}

int
benchmark_rows_stage(struct benchmark_rows *b, struct err *e)
{
	struct db *db = b->c->db;
	struct db_copy *copy;

	if (db_exec(db, Q_BENCHMARK_ROWS_STAGE, NULL, NULL, e) < 0)
		return -1;
	copy = db_copy_begin(db, Q_BENCHMARK_ROWS_COPY, e);
	if (!copy)
		return -1;
	for (size_t i = 0; i < map_count(b->name); i++)
		if (copy_group(b, i, copy, e) < 0) {
			db_copy_abort(copy);
			return -1;
		}
	return db_copy_end(copy, NULL, e);
}
