#include "jobs/engine/layer_status.h"

#include "core/str.h"

static const char *const layers[SNAPSHOT_LAYERS] = {
	[SNAPSHOT_IFS] = "ifs",
	[SNAPSHOT_GROWTH] = "fundamentals_growth",
	[SNAPSHOT_VALUATION] = "valuation",
	[SNAPSHOT_INDUSTRY] = "industry_performance",
};

static const char *const states[LAYER_STATE_COUNT] = {
	[LAYER_COMPUTED] = "computed",
	[LAYER_PENDING] = "pending_recalculation",
	[LAYER_UNAVAILABLE] = "structurally_unavailable",
};

static const char *const availabilities[AVAILABILITY_COUNT] = {
	[AVAILABLE_NOT] = "missing",
	[AVAILABLE_PARTLY] = "partial",
	[AVAILABLE_FULLY] = "full",
};

const char *
snapshot_layer_name(enum snapshot_layer l)
{
	return layers[l];
}

const char *
layer_state_name(enum layer_state s)
{
	return states[s];
}

const char *
availability_name(enum availability a)
{
	return availabilities[a];
}

enum availability
availability_find(const char *name)
{
	for (int a = 0; a < AVAILABILITY_COUNT; a++)
		if (str_same(availabilities[a], name))
			return (enum availability)a;
	return AVAILABLE_NOT;
}

static struct layer_mark
mark(enum layer_state s, const char *reason)
{
	return (struct layer_mark){ s, NULL, reason };
}

static struct layer_mark
ifs_mark(const struct layer_status_input *in)
{
	enum maturity m = in->maturity;

	if (in->has_ifs)
		return mark(LAYER_COMPUTED, NULL);
	if (m == MATURITY_NONE || m == MATURITY_EARLY || m == MATURITY_INCOMPLETE)
		return mark(LAYER_UNAVAILABLE, "maturity_insufficient");
	return mark(LAYER_PENDING,
		    in->missing_horizons > 0 ? "missing_horizons" : "missing_inputs");
}

static struct layer_mark
growth_mark(const struct layer_status_input *in)
{
	if (in->has_growth)
		return mark(LAYER_COMPUTED, NULL);
	if (in->maturity == MATURITY_EARLY)
		return mark(LAYER_UNAVAILABLE, "early_no_growth");
	return mark(LAYER_PENDING, "growth_data_missing");
}

static struct layer_mark
valuation_mark(const struct layer_status_input *in)
{
	if (in->has_valuation)
		return mark(LAYER_COMPUTED, NULL);
	if (in->maturity == MATURITY_EARLY)
		return mark(LAYER_UNAVAILABLE, "early_no_valuation");
	if (in->maturity == MATURITY_DEVELOPING)
		return mark(LAYER_PENDING, in->has_sector ? "waiting_metrics" : "missing_sector");
	return mark(LAYER_PENDING, "metrics_or_sector_missing");
}

static struct layer_mark
industry_mark(const struct layer_status_input *in)
{
	if (in->industry_performance == AVAILABLE_FULLY)
		return mark(LAYER_COMPUTED, NULL);
	return mark(LAYER_PENDING, "industry_data_missing");
}

void
layer_status(const struct layer_status_input *in, struct layer_status *out)
{
	static const struct {
		struct layer_mark (*judge)(const struct layer_status_input *in);
		const char *version;
	} rules[SNAPSHOT_LAYERS] = {
		[SNAPSHOT_IFS] = { ifs_mark, "1.2" },
		[SNAPSHOT_GROWTH] = { growth_mark, "2.0" },
		[SNAPSHOT_VALUATION] = { valuation_mark, NULL },
		[SNAPSHOT_INDUSTRY] = { industry_mark, NULL },
	};

	for (int l = 0; l < SNAPSHOT_LAYERS; l++) {
		out->of[l] = rules[l].judge(in);
		out->of[l].version = rules[l].version;
	}
}
