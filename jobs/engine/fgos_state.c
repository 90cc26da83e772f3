#include "jobs/engine/fgos_state.h"

enum { PARTIAL_FROM = 3 };

static const char *const stages[STAGE_COUNT] = {
	[STAGE_PENDING] = "pending",
	[STAGE_PARTIAL] = "partial",
	[STAGE_COMPUTED] = "computed",
};

static const char *const buckets[BUCKET_COUNT] = {
	[BUCKET_UNKNOWN] = "unknown", [BUCKET_WEAK] = "weak",	[BUCKET_AVERAGE] = "average",
	[BUCKET_STRONG] = "strong",   [BUCKET_ELITE] = "elite",
};

static const char *const moods[MOOD_COUNT] = {
	[MOOD_UNKNOWN] = "unknown",
	[MOOD_HOSTILE] = "hostile",
	[MOOD_NEUTRAL] = "neutral",
	[MOOD_SUPPORTIVE] = "supportive",
};

const char *
fgos_stage_name(enum fgos_stage s)
{
	return stages[s];
}

const char *
fgos_bucket_name(enum fgos_bucket b)
{
	return buckets[b];
}

const char *
fgos_mood_name(enum fgos_mood m)
{
	return moods[m];
}

static enum fgos_bucket
bucket_of(struct num score)
{
	if (!score.has)
		return BUCKET_UNKNOWN;
	if (score.v < 40)
		return BUCKET_WEAK;
	if (score.v < 60)
		return BUCKET_AVERAGE;
	return score.v < 75 ? BUCKET_STRONG : BUCKET_ELITE;
}

static enum fgos_mood
mood_of(struct num sentiment)
{
	if (!sentiment.has)
		return MOOD_UNKNOWN;
	if (sentiment.v >= 65)
		return MOOD_SUPPORTIVE;
	return sentiment.v >= 45 ? MOOD_NEUTRAL : MOOD_HOSTILE;
}

static enum trust
label_of(double percent)
{
	if (percent >= 80)
		return TRUST_HIGH;
	return percent >= 50 ? TRUST_MEDIUM : TRUST_LOW;
}

void
fgos_state(const struct fgos_state_input *in, struct fgos_state *out)
{
	*out = (struct fgos_state){ .total = FGOS_DIMENSIONS };
	if (!in->dimension) {
		codes_add(&out->missing, "all");
		return;
	}
	for (int d = 0; d < FGOS_DIMENSIONS; d++) {
		if (in->dimension[d].has)
			out->computed++;
		else
			codes_add(&out->missing, fgos_dimension_name((enum fgos_dimension)d));
	}
	out->stage = out->computed < PARTIAL_FROM      ? STAGE_PENDING
		     : out->computed < FGOS_DIMENSIONS ? STAGE_PARTIAL
						       : STAGE_COMPUTED;
	out->score = in->score;
	out->bucket = bucket_of(in->score);
	out->confidence = in->confidence.has ? in->confidence.v : 0;
	out->confidence_label = in->label >= 0 ? (enum trust)in->label : label_of(out->confidence);
	out->context = mood_of(in->dimension[FGOS_SENTIMENT]);
}
