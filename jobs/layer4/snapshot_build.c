#include "jobs/layer4/snapshot_build.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum {
	WORKERS_MAX = 16,
	HANDFUL = 16, /* companies that a worker takes at a time */
	COLUMN_BYTES = 1 << 20
};

struct bench {
	const struct snapshot_unit *unit;
	const struct snapshot_shared *shared;
	struct date as_of;
	struct snapshot_row *row;
	atomic_size_t next;
};

/* Of an array that may be empty and then NULL. */
#define FROM(array, span) ((span).n > 0 ? (array).at + (span).at : NULL)

static struct snapshot_input
rows_of(const struct snapshot_unit *u, const struct snapshot_shared *shared,
	const struct unit_company *k, const struct sector_facts *sector)
{
	const struct iqs_company *filed = &u->filed[k->place];

	return (struct snapshot_input){
		.sector = k->stock->sector,
		.industry = k->stock->industry,
		.financial = filed->row,
		.financials = filed->n,
		.valuation = FROM(u->valuation, k->valuation),
		.valuations = k->valuation.n,
		.performance = FROM(u->performance, k->performance),
		.performances = k->performance.n,
		.profile = industry_profile_find(shared->profile, shared->profiles,
						 k->stock->industry),
		.benchmarks = sector->compared ? &sector->benchmarks : NULL,
	};
}

void
snapshot_derive(const struct snapshot_unit *u, const struct snapshot_shared *shared,
		struct date as_of, size_t i, struct snapshot_made *out)
{
	const struct unit_company *k = &u->company.at[i];
	struct span industry = snapshot_industry(u, k->place);
	struct appraisal_input more = {
		.rows = &out->rows,
		.snapshot = &out->snapshot,
		.dividend = FROM(u->dividend, k->dividend),
		.dividends = k->dividend.n,
		.industry = industry.n > 0 ? u->filed + industry.at : NULL,
		.companies = industry.n,
		.self = k->place - industry.at,
	};

	out->sector = snapshot_sector(shared, k->stock->sector);
	out->rows = rows_of(u, shared, k, out->sector);
	out->rows.date = as_of;
	snapshot(&out->rows, &out->snapshot);
	appraisal(&more, &out->appraisal);
}

static void
put_json(const struct snapshot_view *view, struct snapshot_row *out)
{
	for (int c = 0; c < SNAPSHOT_COLUMNS; c++) {
		struct str text;

		str_init(&text, COLUMN_BYTES);
		out->json[c] = snapshot_json(view, (enum snapshot_column)c, &text) ? str_take(&text)
										   : NULL;
	}
}

static void
put_figures(const struct snapshot *s, struct snapshot_row *out)
{
	out->fgos_status = snapshot_fgos_status(s);
	out->fgos_category = fgos_category_name(s->fgos.category);
	out->fgos_label = trust_name(s->fgos.confidence_label);
	out->maturity = maturity_name(s->lifecycle.maturity);
	out->fgos_score = s->fgos.score;
	out->fgos_confidence = NUM(s->fgos.confidence);
	memcpy(out->against_sector, s->sector.points, sizeof(out->against_sector));
	memcpy(out->against_market, s->market.points, sizeof(out->against_market));
}

static void
build_one(const struct bench *b, size_t i)
{
	const struct unit_company *k = &b->unit->company.at[i];
	struct snapshot_made made;

	snapshot_derive(b->unit, b->shared, b->as_of, i, &made);
	const struct snapshot_view view = {
		.rows = &made.rows,
		.snapshot = &made.snapshot,
		.appraisal = &made.appraisal,
		.company = k->shown,
		.sector_pe = { made.sector->pe_date, made.sector->pe },
	};
	put_json(&view, &b->row[i]);
	put_figures(&made.snapshot, &b->row[i]);
	b->row[i].ticker = k->stock->ticker;
	b->row[i].sector = k->stock->sector;
}

static void *
work(void *arg)
{
	struct bench *b = arg;
	size_t n = b->unit->company.n, from;

	while ((from = atomic_fetch_add(&b->next, HANDFUL)) < n)
		for (size_t i = from; i < n && i < from + HANDFUL; i++)
			build_one(b, i);
	return NULL;
}

static size_t
threads_for(const struct bench *b, int workers)
{
	size_t most = (b->unit->company.n + HANDFUL - 1) / HANDFUL;
	long n = workers > 0 ? workers : sysconf(_SC_NPROCESSORS_ONLN);

	if (n > WORKERS_MAX)
		n = WORKERS_MAX;
	return n < 1 ? 1 : (size_t)n < most ? (size_t)n : most;
}

void
snapshot_build(const struct snapshot_unit *u, const struct snapshot_shared *shared,
	       struct date as_of, int workers, struct snapshot_row *row)
{
	struct bench b = { .unit = u, .shared = shared, .as_of = as_of, .row = row };
	pthread_t thread[WORKERS_MAX];
	size_t want = threads_for(&b, workers), n = 0;

	while (n + 1 < want && pthread_create(&thread[n], NULL, work, &b) == 0)
		n++;
	work(&b); /* this thread, too; all of it when no other is to be had */
	while (n > 0)
		pthread_join(thread[--n], NULL);
}
