#include "jobs/engine/iqs.h"

#include "jobs/engine/figures.h"

#include <string.h>

enum {
	PEERS_MIN = 3,
	UNKNOWN = 50,
	LEADER_FROM = 75,
	FOLLOWER_FROM = 35,
	PER_YEAR = 20,
	PARTS = 5
};

static const struct part {
	enum metric metric;
	double weight;
	bool needed; /* without it the year is not told */
	bool less_is_good;
} parts[PARTS] = {
	{ METRIC_ROIC, 0.30, true, false },	     { METRIC_OPERATING_MARGIN, 0.25, true, false },
	{ METRIC_REVENUE_CAGR, 0.20, false, false }, { METRIC_DEBT_TO_EQUITY, 0.15, false, true },
	{ METRIC_FCF_MARGIN, 0.10, false, false },
};

/* Peers that have a figure, and those among them that are not above one's own. */
struct count {
	int known, not_above;
};

static void
count_row(const struct financial_row *own, const struct financial_row *peer, struct count *c)
{
	for (int p = 0; p < PARTS; p++) {
		struct num v = peer->metric[parts[p].metric];

		c[p].known += v.has;
		c[p].not_above += v.has && v.v <= own->metric[parts[p].metric].v;
	}
}

/* The days on which a fiscal year may have ended to count: looked at for each row of each peer, so
 * they are dates rather than years. */
struct days {
	struct date first, last;
};

static void
count_company(const struct financial_row *own, const struct days *year,
	      const struct iqs_company *peer, struct count *c)
{
	for (size_t i = 0; i < peer->n; i++) {
		const struct financial_row *r = &peer->row[i];

		if (date_cmp(r->end, year->first) < 0)
			return;
		if (r->type == PERIOD_FY && date_cmp(r->end, year->last) <= 0)
			count_row(own, r, c);
	}
}

static struct days
days_of(int year, struct date as_of)
{
	struct days d = { date_of(year, 1, 1), date_of(year, 12, 31) };

	if (date_cmp(as_of, d.last) < 0)
		d.last = as_of;
	return d;
}

static struct num
quality_of(const struct financial_row *own, const struct count *c)
{
	double sum = 0;

	for (int p = 0; p < PARTS; p++) {
		bool known = own->metric[parts[p].metric].has && c[p].known >= PEERS_MIN;
		double percent = known ? 100.0 * c[p].not_above / c[p].known : UNKNOWN;

		if (!known && parts[p].needed)
			return NUM_NONE;
		sum += parts[p].weight * (known && parts[p].less_is_good ? 100 - percent : percent);
	}
	return NUM(sum);
}

static enum ifs_position
position_of(double quality)
{
	if (quality >= LEADER_FROM)
		return IFS_LEADER;
	return quality >= FOLLOWER_FROM ? IFS_FOLLOWER : IFS_LAGGARD;
}

/* Puts a year before those that are there: they come newest first. */
static void
put_year(struct iqs *out, int year, double quality)
{
	memmove(out->year + 1, out->year, out->years * sizeof(*out->year));
	out->year[0] = (struct iqs_year){ year, position_of(quality), (int)half_up(quality) };
	out->years++;
	out->confidence += PER_YEAR;
}

void
iqs(const struct iqs_company *company, size_t n, size_t self, struct date as_of, struct iqs *out)
{
	const struct iqs_company *own = &company[self];
	size_t looked_at = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < own->n && looked_at < IQS_YEARS_MAX; i++) {
		const struct financial_row *r = &own->row[i];
		struct count c[PARTS] = { { 0, 0 } };
		struct num quality;
		struct days year;

		if (r->type != PERIOD_FY || date_cmp(r->end, as_of) > 0)
			continue;
		looked_at++;
		year = days_of(date_year(r->end), as_of);
		for (size_t p = 0; p < n; p++)
			if (p != self)
				count_company(r, &year, &company[p], c);
		quality = quality_of(r, c);
		if (quality.has)
			put_year(out, date_year(r->end), quality.v);
	}
}
