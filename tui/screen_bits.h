/* The screens that keys are bound on: bits of the key table. */
#ifndef FINTRA_TUI_SCREEN_BITS_H
#define FINTRA_TUI_SCREEN_BITS_H

enum screen_bits {
	SCREEN_OVERVIEW = 1,
	SCREEN_RUNS = 2,
	SCREEN_LOG = 4,
	SCREEN_HELP = 8,
	SCREEN_LAUNCH = 16, /* choosing a job */
	SCREEN_FORM = 32,   /* its parameters: letters are text */
	SCREEN_CONFIRM = 64,
	SCREEN_HEALTH = 1 << 7,
	SCREEN_AUDIT = 1 << 8,
	SCREEN_CHECK = 1 << 9, /* one check */
	SCREEN_JOBS = 1 << 10,
	SCREEN_TABLES = 1 << 11,
	SCREEN_SYSTEM = 1 << 12,
	SCREEN_DETAIL = 1 << 13, /* of a job or a table */
	SCREEN_FILTER = 1 << 14, /* of a list: letters are text */
	SCREEN_SORT = 1 << 15,	 /* choosing a list's order */
	SCREEN_BAR = 1 << 16,	 /* the command bar: letters are text */
	SCREEN_TREE = 1 << 17,	 /* why and impact */
	SCREEN_NOTICE = 1 << 18, /* why, and until when: letters are text */
	SCREEN_ALERTS = 1 << 19,
	SCREEN_RUN = 1 << 20,	 /* one run */
	SCREEN_PICK = 1 << 21,	 /* which run a new pane follows */
	SCREEN_LEAVE = 1 << 22,	 /* what becomes of our runs */
	SCREEN_TYPE = 1 << 23,	 /* a line of text is typed: letters are text */
	SCREEN_EXPORT = 1 << 24, /* the name of a file: letters are text */
	SCREEN_MESSAGES = 1 << 25,
	SCREEN_TICKER = 1 << 26,
	SCREEN_REVIEW = 1 << 27, /* what a run with --diff would change */
	SCREEN_PAGE = 1 << 28,	 /* to be read: what moved */
	SCREEN_PLAYBOOK = 1 << 29,
	SCREEN_SCATTER = 1 << 30
};

#endif
