#include "jobs/engine/quality_brakes.h"

enum { PENALTY_HARD = 15, PENALTY_SOFT = 5, REDUCED_BELOW = 50 };

#define REDUCED_TO 0.9

void
quality_brakes(struct num score, struct num altman_z, struct num piotroski,
	       struct quality_brakes *out)
{
	int penalty = 0;

	*out = (struct quality_brakes){ .score = score };
	if (altman_z.has && altman_z.v < 1.8) {
		penalty += PENALTY_HARD;
		codes_add(&out->warnings, "altman_low");
		codes_add(&out->reasons, "altman_distress");
	} else if (altman_z.has && altman_z.v < 3.0) {
		penalty += PENALTY_SOFT;
		codes_add(&out->warnings, "altman_grey");
	}
	if (piotroski.has && piotroski.v <= 3) {
		penalty += PENALTY_HARD;
		codes_add(&out->warnings, "piotroski_low");
		codes_add(&out->reasons, "piotroski_weak");
	} else if (piotroski.has && piotroski.v <= 6) {
		penalty += PENALTY_SOFT;
		codes_add(&out->warnings, "piotroski_mid");
	}
	out->confidence = 100 - penalty; /* the two cost 30 at most */
	if (out->confidence < REDUCED_BELOW && score.has)
		out->score = NUM(half_up(REDUCED_TO * score.v));
	out->applied = out->reasons.n > 0;
}
