#include "jobs/engine/ifs.h"

#include "core/str.h"

enum { BLOCK_WINDOWS = 3, WINDOWS = 7, UNIVERSE_FACTOR = 75 };

/* Shares of the confidence. */
#define BY_WINDOWS 0.4
#define BY_CONSISTENCY 0.4
#define BY_UNIVERSE 0.2

static const struct block {
	const char *name;
	size_t n;
	enum window window[BLOCK_WINDOWS];
} blocks[IFS_BLOCKS] = {
	[IFS_SHORT] = { "short", 2, { WIN_1M, WIN_3M } },
	[IFS_MID] = { "mid", 3, { WIN_6M, WIN_1Y, WIN_2Y } },
	[IFS_LONG] = { "long", 2, { WIN_3Y, WIN_5Y } },
};

static const char *const positions[IFS_POSITION_COUNT] = {
	[IFS_LEADER] = "leader",
	[IFS_FOLLOWER] = "follower",
	[IFS_LAGGARD] = "laggard",
};

const char *
ifs_position_name(enum ifs_position p)
{
	return positions[p];
}

enum ifs_position
ifs_position_find(const char *name)
{
	for (int p = IFS_LEADER; p < IFS_POSITION_COUNT; p++)
		if (str_same(positions[p], name))
			return (enum ifs_position)p;
	return IFS_NONE;
}

const char *
ifs_block_name(int block)
{
	return blocks[block].name;
}

int
ifs_block_of(enum window w)
{
	for (int b = 0; b < IFS_BLOCKS; b++)
		for (size_t i = 0; i < blocks[b].n; i++)
			if (blocks[b].window[i] == w)
				return b;
	return -1;
}

struct votes {
	int valid;    /* blocks with a window that takes part */
	int up, down; /* blocks that say so */
};

/* A return of exactly zero takes part and says nothing. */
static struct ifs_block
vote(const struct block *b, const struct num *relative, const struct horizons *dominant)
{
	int taking_part = 0, balance = 0;

	for (size_t i = 0; i < b->n; i++) {
		enum window w = b->window[i];

		if (!relative[w].has || (dominant->given && !horizons_has(dominant, w)))
			continue;
		taking_part++;
		balance += (relative[w].v > 0) - (relative[w].v < 0);
	}
	return (struct ifs_block){ taking_part, (balance > 0) - (balance < 0) };
}

/* All seven windows count here, dominant or not. */
static int
known_windows(const struct num *relative)
{
	int n = 0;

	for (int w = 0; w < WIN_COUNT; w++)
		n += window_is_canonical((enum window)w) && relative[w].has;
	return n;
}

/* Two blocks that contradict one another count for more than two that agree: the rule of the
 * vectors. */
static double
consistency_of(const struct votes *v)
{
	if (v->up > 0 && v->down > 0)
		return 0.7;
	return v->valid < IFS_BLOCKS ? 0.4 : 1.0;
}

static enum trust
label_of(double percent)
{
	if (percent >= 75)
		return TRUST_HIGH;
	return percent >= 50 ? TRUST_MEDIUM : TRUST_LOW;
}

void
ifs(const struct num relative[WIN_COUNT], const struct horizons *dominant, struct ifs *out)
{
	struct votes v = { 0, 0, 0 };
	double percent;

	*out = (struct ifs){ .position = IFS_NONE };
	for (int b = 0; b < IFS_BLOCKS; b++) {
		out->block[b] = vote(&blocks[b], relative, dominant);
		v.valid += out->block[b].windows > 0;
		v.up += out->block[b].vote > 0;
		v.down += out->block[b].vote < 0;
	}
	if ((dominant->given ? v.valid : v.up + v.down) < 2)
		return;
	out->position = v.up > v.down ? IFS_LEADER : v.down > v.up ? IFS_LAGGARD : IFS_FOLLOWER;
	out->pressure = v.up > v.down ? v.up : v.down;
	percent =
		half_up(BY_WINDOWS * 100 * known_windows(relative) / WINDOWS +
			BY_CONSISTENCY * 100 * consistency_of(&v) + BY_UNIVERSE * UNIVERSE_FACTOR);
	out->confidence = (int)percent;
	out->label = label_of(percent);
}
