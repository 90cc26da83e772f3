/* IFS: whether a company leads or lags its sector over short, middle and long windows
 * (engines.md 4).  Pure: no I/O, no clock. */
#ifndef FINTRA_JOBS_ENGINE_IFS_H
#define FINTRA_JOBS_ENGINE_IFS_H

#include "jobs/engine/context.h"
#include "jobs/engine/figures.h"

enum ifs_position {
	IFS_NONE, /* too little to tell */
	IFS_LEADER,
	IFS_FOLLOWER,
	IFS_LAGGARD,
	IFS_POSITION_COUNT
};

const char *ifs_position_name(enum ifs_position p); /* "leader", ...; NULL for IFS_NONE */
enum ifs_position ifs_position_find(const char *name);

enum { IFS_SHORT, IFS_MID, IFS_LONG, IFS_BLOCKS };

const char *ifs_block_name(int block); /* "short", "mid", "long" */
int ifs_block_of(enum window w);       /* -1 when it is in none */

struct ifs_block {
	int windows; /* that take part */
	int vote;    /* 1 ahead of the sector, -1 behind, 0 neither */
};

struct ifs {
	struct ifs_block block[IFS_BLOCKS]; /* told without a position, too */
	enum ifs_position position;	    /* IFS_NONE: the rest means nothing */
	int pressure;			    /* blocks that agree with the position, 0..3 */
	int confidence;			    /* percent */
	enum trust label;
};

/* relative[w]: return of the ticker less that of its sector, percentage points; only canonical
 * windows are looked at. */
void ifs(const struct num relative[WIN_COUNT], const struct horizons *dominant, struct ifs *out);

#endif
