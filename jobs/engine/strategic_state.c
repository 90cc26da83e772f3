#include "jobs/engine/strategic_state.h"

static const char *const states[STRATEGIC_STATE_COUNT] = {
	[STATE_ALIGNED] = "aligned",
	[STATE_IN_TENSION] = "in_tension",
	[STATE_OUT_OF_STEP] = "out_of_step",
};

const char *
strategic_state_name(enum strategic_state s)
{
	return states[s];
}

enum strategic_state
strategic_state(enum advantage_band advantage, const struct market_position *position,
		enum sentiment_band mood)
{
	static const int by_band[ADVANTAGE_COUNT] = { 1, 1, 2, 3 };
	/* A weak position leaves the advantage as it is. */
	static const int by_position[MARKET_COUNT] = {
		[MARKET_AVERAGE] = 2, [MARKET_STRONG] = 3, [MARKET_LEADER] = 3
	};
	static const int by_mood[SENTIMENT_BAND_COUNT] = { 2, 1, 2, 3 };
	int standing = by_band[advantage];

	if (position && position->computed && by_position[position->summary])
		standing = by_position[position->summary];
	if (standing == by_mood[mood])
		return STATE_ALIGNED;
	return standing > by_mood[mood] ? STATE_IN_TENSION : STATE_OUT_OF_STEP;
}
