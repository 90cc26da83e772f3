/* Every engine of `fintra engine`, in the order of engines.md. */
#include "jobs/catalogue.h"

#include "jobs/engine_io/io.h"

const struct engine fintra_engines[] = {
	{ "metric_score", "a value against the percentiles of its sector", engine_metric_score },
	{ "fgos", "growth, profitability, efficiency, solvency", engine_fgos },
	{ "quality_brakes", "warnings beside an FGOS", engine_quality_brakes },
	{ "fgos_confidence", "confidence by age and completeness", engine_fgos_confidence },
	{ "fgos_state", "an FGOS in words for display", engine_fgos_state },
	{ "valuation_percentile", "a multiple between the percentiles of its sector",
	  engine_valuation_percentile },
	{ "valuation", "how dear a company is within its sector", engine_valuation },
	{ "valuation_sector", "multiples of many, ranked in their sectors",
	  engine_valuation_sector },
	{ "market_position", "size, return, margin, growth in the sector", engine_market_position },
	{ "sentiment", "multiples now against those of 1, 3, 5 years ago", engine_sentiment },
	{ "moat", "how well returns and margins are defended", engine_moat },
	{ "competitive_advantage", "lasting returns, steady operations, capital",
	  engine_competitive_advantage },
	{ "sector_defaults", "usual figures of a sector", engine_sector_defaults },
	{ NULL, NULL, NULL },
};
