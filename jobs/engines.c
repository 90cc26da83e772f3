/* Every engine of `fintra engine`, in the order of engines.md. */
#include "jobs/catalogue.h"

#include "jobs/engine_io/io.h"

const struct engine fintra_engines[] = {
	{ "metric_score", "a value against the percentiles of its sector", engine_metric_score },
	{ "fgos", "growth, profitability, efficiency, solvency", engine_fgos },
	{ "quality_brakes", "warnings beside an FGOS", engine_quality_brakes },
	{ "fgos_confidence", "confidence by age and completeness", engine_fgos_confidence },
	{ "fgos_state", "an FGOS in words for display", engine_fgos_state },
	{ "ifs", "leader or laggard of the sector over windows", engine_ifs },
	{ "valuation_percentile", "a multiple between the percentiles of its sector",
	  engine_valuation_percentile },
	{ "valuation", "how dear a company is within its sector", engine_valuation },
	{ "valuation_sector", "multiples of many, ranked in their sectors",
	  engine_valuation_sector },
	{ "lifecycle", "fiscal years in a row, and what they allow", engine_lifecycle },
	{ "layer_status", "which layers are computed, and why not", engine_layer_status },
	{ "structural_coverage", "how far history and metrics reach", engine_structural_coverage },
	{ "price_window", "return, volatility, drawdown of closes", engine_price_window },
	{ "window_returns", "returns of a ticker by calendar window", engine_window_returns },
	{ "sector_windows", "windows by compounding daily returns", engine_sector_windows },
	{ "ttm", "trailing twelve months and their multiples", engine_ttm },
	{ "derived_metrics", "ratios and growth of one period", engine_derived_metrics },
	{ "growth_rows", "growth from each fiscal year to the next", engine_growth_rows },
	{ "market_position", "size, return, margin, growth in the sector", engine_market_position },
	{ "sentiment", "multiples now against those of 1, 3, 5 years ago", engine_sentiment },
	{ "moat", "how well returns and margins are defended", engine_moat },
	{ "competitive_advantage", "lasting returns, steady operations, capital",
	  engine_competitive_advantage },
	{ "sector_defaults", "usual figures of a sector", engine_sector_defaults },
	{ NULL, NULL, NULL },
};
