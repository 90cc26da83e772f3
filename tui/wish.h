/* What the open screen asks the feed for. */
#ifndef FINTRA_TUI_WISH_H
#define FINTRA_TUI_WISH_H

enum { LOOK_NAME = 64 };

enum look_what {
	LOOK_NONE,
	LOOK_JOBS,
	LOOK_TABLES,
	LOOK_SYSTEM,
	LOOK_JOB,
	LOOK_TABLE,
	LOOK_SCATTER,
	LOOK_TICKER,
	LOOK_HEALTH,
	LOOK_AUDIT,
	LOOK_ALERTS,
	LOOK_MOVED
};
struct wish {
	enum look_what what;
	char name[LOOK_NAME]; /* of the job or table of a detail, or a ticker */
};

#endif
