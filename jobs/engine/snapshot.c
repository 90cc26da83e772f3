#include "jobs/engine/snapshot.h"

#include "core/str.h"

#include <string.h>

/* TTM goes before a fiscal year of the same end. */
static const struct financial_row *
current_row(const struct financial_row *row, size_t n)
{
	const struct financial_row *found = NULL;

	for (size_t i = 0; i < n; i++) {
		if (found && !date_eq(row[i].end, found->end))
			break;
		if (row[i].type == PERIOD_TTM)
			return &row[i];
		if (row[i].type == PERIOD_FY && !found)
			found = &row[i];
	}
	return found;
}

static void
find_financials(const struct snapshot_input *in, struct snapshot *out)
{
	size_t later = 0;

	while (later < in->financials && date_cmp(in->financial[later].end, in->date) > 0)
		later++;
	out->financials = in->financials - later;
	out->financial = out->financials > 0 ? in->financial + later : NULL;
	out->current = current_row(out->financial, out->financials);
}

/* A valuation of another day does not count, however near it is. */
static const struct valuation_at *
valuation_of_day(const struct snapshot_input *in)
{
	for (size_t i = 0; i < in->valuations; i++)
		if (date_eq(in->valuation[i].date, in->date))
			return &in->valuation[i];
	return NULL;
}

static void
find_relative(const struct snapshot_input *in, const char *benchmark, struct relative_rows *out)
{
	for (size_t i = 0; i < in->performances; i++) {
		const struct performance_row *r = &in->performance[i];

		if (!window_is_canonical(r->window) || date_cmp(r->as_of, in->date) > 0 ||
		    !str_same(r->benchmark, benchmark))
			continue;
		out->any = true;
		if (out->row[r->window] || !r->asset.has || !r->against.has)
			continue;
		out->row[r->window] = r;
		out->points[r->window] = num_finite(r->asset.v - r->against.v);
	}
}

static void
run_fgos(const struct snapshot_input *in, struct snapshot *out)
{
	struct fgos_input f = {
		.sector = in->sector,
		.altman_z = in->altman_z,
		.piotroski = in->piotroski,
		.benchmarks = in->benchmarks,
	};

	memcpy(f.value, out->current->metric, sizeof(f.value));
	fgos(&f, &out->fgos);
}

static void
run_position(const struct snapshot_input *in, struct snapshot *out)
{
	struct market_position_input p = {
		.sector = in->sector,
		.market_cap = in->market_cap,
		.roic = out->current->metric[METRIC_ROIC],
		.operating_margin = out->current->metric[METRIC_OPERATING_MARGIN],
		.revenue_growth = out->current->metric[METRIC_REVENUE_CAGR],
		.benchmarks = in->benchmarks,
	};

	market_position(&p, &out->position);
}

/* Without a row of the day the valuation stays pending, whatever the history allows. */
static void
run_valuation(const struct snapshot_input *in, struct snapshot *out)
{
	static const enum multiple of[VALUATION_MULTIPLES] = { MULTIPLE_PE_RATIO,
							       MULTIPLE_EV_EBITDA,
							       MULTIPLE_PRICE_TO_FCF };
	struct valuation_input v = {
		.benchmarks = in->benchmarks,
		.maturity = out->lifecycle.maturity,
		.dominant = in->profile->dominant,
	};

	if (!out->valued)
		return;
	for (int i = 0; i < VALUATION_MULTIPLES; i++)
		v.multiple[i] = out->valued->multiple[of[i]];
	valuation(&v, &out->valuation);
}

static bool
has_growth(const struct financial_row *r)
{
	return r && (r->metric[METRIC_REVENUE_CAGR].has || r->metric[METRIC_EARNINGS_CAGR].has ||
		     r->metric[METRIC_FCF_CAGR].has);
}

static void
run_layers(struct snapshot *out)
{
	struct layer_status_input l = {
		.maturity = out->lifecycle.maturity,
		.has_ifs = out->ifs.position != IFS_NONE,
		.missing_horizons = out->missing_horizons,
		.has_growth = has_growth(out->current),
		.has_valuation = out->valuation.stage != VALUATION_STAGE_PENDING &&
				 valuation_legacy_score(out->valuation.status).has,
		.has_sector = true,
		/* Tables of industry performance are not read here (the seed's hard rule). */
		.industry_performance = AVAILABLE_NOT,
	};

	layer_status(&l, &out->layers);
}

void
snapshot(const struct snapshot_input *in, struct snapshot *out)
{
	const struct horizons *dominant = &in->profile->dominant;

	memset(out, 0, sizeof(*out));
	if (!in->sector || !*in->sector) {
		out->skipped = "missing_sector";
		return;
	}
	find_financials(in, out);
	out->valued = valuation_of_day(in);
	find_relative(in, in->sector, &out->sector);
	find_relative(in, SNAPSHOT_MARKET, &out->market);
	ifs(out->sector.points, dominant, &out->ifs);
	for (int w = 0; w < WIN_COUNT; w++)
		out->missing_horizons +=
			horizons_has(dominant, (enum window)w) && !out->sector.points[w].has;
	if (out->current) {
		run_fgos(in, out);
		run_position(in, out);
	}
	lifecycle(out->financial, out->financials, &out->lifecycle);
	run_valuation(in, out);
	run_layers(out);
}

const char *
snapshot_fgos_status(const struct snapshot *s)
{
	return s->current ? fgos_status_name(&s->fgos) : "pending";
}
