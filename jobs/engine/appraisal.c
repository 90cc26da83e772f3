#include "jobs/engine/appraisal.h"

#include <stdlib.h>
#include <string.h>

enum { NEAR_DAYS = 60 };

/* The valuation nearest to a day, the older one of two as near; nothing after the snapshot's date
 * is known yet. */
static const struct valuation_at *
nearest(const struct snapshot_input *in, struct date day)
{
	const struct valuation_at *found = NULL;
	int best = NEAR_DAYS + 1;

	for (size_t i = 0; i < in->valuations; i++) {
		const struct valuation_at *v = &in->valuation[i];
		int away = abs(v->date.days - day.days);

		if (date_cmp(v->date, in->date) > 0 || away > best || away > NEAR_DAYS)
			continue;
		best = away;
		found = v;
	}
	return found;
}

static void
judge_mood(const struct snapshot_input *in, struct sentiment *out)
{
	static const int years_ago[SENTIMENT_DATES] = {
		[SENTIMENT_NOW] = 0,
		[SENTIMENT_Y1] = 1,
		[SENTIMENT_Y3] = 3,
		[SENTIMENT_Y5] = 5,
	};
	struct multiples at[SENTIMENT_DATES];

	memset(at, 0, sizeof(at));
	for (int i = 0; i < SENTIMENT_DATES; i++) {
		const struct valuation_at *v =
			nearest(in, date_add_months(in->date, -12 * years_ago[i]));

		at[i].has = v != NULL;
		if (v)
			memcpy(at[i].v, v->multiple, sizeof(at[i].v));
	}
	sentiment(at, out);
}

static struct annual
annual_of(const struct financial_row *r)
{
	return (struct annual){
		.end = r->end,
		.roic = r->metric[METRIC_ROIC],
		.roe = r->roe,
		.gross_margin = r->gross_margin,
		.operating_margin = r->metric[METRIC_OPERATING_MARGIN],
		.net_margin = r->metric[METRIC_NET_MARGIN],
		.revenue = r->revenue,
		.invested_capital = r->invested_capital,
		.weighted_shares_out = r->weighted_shares_out,
	};
}

static void
judge_years(const struct snapshot_input *in, const struct snapshot *s, struct appraisal *out)
{
	struct annual annual[APPRAISAL_YEARS_MAX];
	struct growth_year year[APPRAISAL_YEARS_MAX];
	struct growth_row row[APPRAISAL_YEARS_MAX];
	struct fundamentals_growth_input g = {
		.row = row,
		.maturity = s->lifecycle.maturity,
		.dominant = in->profile->dominant,
		.min_years = in->profile->min_years,
	};
	size_t n = 0;

	for (size_t i = 0; i < s->financials && n < APPRAISAL_YEARS_MAX; i++) {
		const struct financial_row *r = &s->financial[i];

		if (r->type != PERIOD_FY)
			continue;
		annual[n] = annual_of(r);
		year[n++] = (struct growth_year){ r->end, r->fiscal_year, r->revenue, r->net_income,
						  r->free_cash_flow };
	}
	competitive_advantage(annual, n, &out->advantage);
	g.n = growth_rows(year, n, row);
	fundamentals_growth(&g, &out->growth);
}

/* Drawdowns of a benchmark are not stored. */
static void
judge_returns(const struct snapshot *s, struct relative_return *out)
{
	struct return_pair pair[RETURN_WINDOWS];

	memset(pair, 0, sizeof(pair));
	for (int i = 0; i < RETURN_WINDOWS; i++) {
		const struct performance_row *r = s->market.row[return_windows[i]];

		if (r)
			pair[i] = (struct return_pair){ r->asset, r->against, r->max_drawdown,
							NUM_NONE };
	}
	relative_return(pair, out);
}

static void
judge_coverage(const struct snapshot *s, struct appraisal *out)
{
	out->covered = (struct structural_coverage_input){
		.maturity = s->lifecycle.maturity,
		.valid_windows = out->growth.valid_windows,
		.required_windows = out->growth.required_windows,
		.valid_metrics = s->valuation.valid,
		.required_metrics = VALUATION_MULTIPLES,
	};
	structural_coverage(&out->covered, &out->coverage);
}

static void
judge_all(const struct snapshot *s, struct appraisal *out)
{
	static const enum advantage_band of[FGOS_CATEGORY_COUNT] = {
		[FGOS_PENDING] = ADVANTAGE_NONE,
		[FGOS_LOW] = ADVANTAGE_WEAK,
		[FGOS_MEDIUM] = ADVANTAGE_DEFENDABLE,
		[FGOS_HIGH] = ADVANTAGE_STRONG,
	};
	int price = price_view_find(valuation_legacy_status(s->valuation.status));

	out->modules = (struct verdict_input){
		.fgos = { s->fgos.score, NUM(s->fgos.confidence) },
		.advantage = { out->advantage.score, NUM(out->advantage.confidence) },
		.sentiment = { out->sentiment.value, out->sentiment.confidence },
		.dividend = { out->dividend.score, out->dividend.confidence },
		.relative = { out->relative.score, out->relative.confidence },
		.fgos_band = of[s->fgos.category],
		.advantage_band = out->advantage.band,
		.sentiment_band = out->sentiment.band,
		.dividend_band = out->dividend.band,
		.return_band = out->relative.band,
	};
	verdict(&out->modules, &out->verdict);
	out->has_legacy = s->fgos.score.has && price >= 0;
	if (out->has_legacy)
		investment_verdict(s->fgos.score.v, (enum price_view)price, &out->legacy);
}

void
appraisal(const struct appraisal_input *in, struct appraisal *out)
{
	memset(out, 0, sizeof(*out));
	judge_mood(in->rows, &out->sentiment);
	judge_years(in->rows, in->snapshot, out);
	judge_coverage(in->snapshot, out);
	judge_returns(in->snapshot, &out->relative);
	dividend_quality(in->dividend, in->dividends, &out->dividend);
	if (in->industry)
		iqs(in->industry, in->companies, in->self, in->rows->date, &out->iqs);
	judge_all(in->snapshot, out);
}
