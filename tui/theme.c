#include "tui/theme.h"

enum { RED = 1, GREEN = 2, YELLOW = 3, BLUE = 4, CYAN = 6, WHITE = 7, OWN = -1 };

static const struct look looks[ST_COUNT] = {
	[ST_NORMAL] = { OWN, OWN, 0, 0 },
	[ST_DIM] = { OWN, OWN, LOOK_DIM, LOOK_DIM },
	[ST_BOLD] = { OWN, OWN, LOOK_BOLD, LOOK_BOLD },
	[ST_BAR] = { WHITE, BLUE, LOOK_BOLD, LOOK_REVERSE },
	[ST_TAG] = { YELLOW, BLUE, LOOK_BOLD | LOOK_REVERSE, LOOK_BOLD | LOOK_UNDERLINE },
	[ST_RULE] = { CYAN, OWN, 0, 0 },
	[ST_TITLE] = { CYAN, OWN, LOOK_BOLD, LOOK_BOLD },
	[ST_OK] = { GREEN, OWN, 0, 0 },
	[ST_NOTE] = { CYAN, OWN, 0, 0 },
	[ST_WARN] = { YELLOW, OWN, 0, LOOK_BOLD },
	[ST_BAD] = { RED, OWN, LOOK_BOLD, LOOK_BOLD | LOOK_UNDERLINE },
	[ST_RUN] = { CYAN, OWN, 0, 0 },
	[ST_KEY] = { OWN, OWN, LOOK_REVERSE, LOOK_REVERSE },
	[ST_MATCH] = { OWN, OWN, LOOK_REVERSE, LOOK_REVERSE },
};

struct look
theme_look(unsigned style)
{
	unsigned base = style & (ST_SELECTED - 1);
	struct look l = looks[base < ST_COUNT ? base : ST_NORMAL];

	if (style & ST_SELECTED) {
		l.attrs ^= LOOK_REVERSE;
		l.mono ^= LOOK_REVERSE;
		l.attrs &= (unsigned char)~LOOK_DIM;
	}
	return l;
}

enum style
theme_table(enum table_state s)
{
	static const enum style of[] = {
		[TABLE_FRESH] = ST_OK,	[TABLE_DUE] = ST_NOTE,	   [TABLE_LATE] = ST_WARN,
		[TABLE_STALE] = ST_BAD, [TABLE_PARTIAL] = ST_WARN, [TABLE_MIXED] = ST_WARN,
		[TABLE_EMPTY] = ST_BAD, [TABLE_BLOCKED] = ST_BAD,  [TABLE_UNKNOWN] = ST_WARN,
	};

	return of[s];
}

enum style
theme_run(enum run_state s)
{
	static const enum style of[] = {
		[RUN_QUEUED] = ST_NOTE,	 [RUN_RUNNING] = ST_RUN,   [RUN_SUCCESS] = ST_OK,
		[RUN_PARTIAL] = ST_WARN, [RUN_FAILURE] = ST_BAD,   [RUN_CANCELLED] = ST_WARN,
		[RUN_SKIPPED] = ST_NOTE, [RUN_ABANDONED] = ST_BAD, [RUN_LOST] = ST_BAD,
	};

	return of[s];
}

enum style
theme_check(enum check_state s)
{
	static const enum style of[] = {
		[CHECK_OK] = ST_OK,
		[CHECK_WARNING] = ST_WARN,
		[CHECK_CRITICAL] = ST_BAD,
		[CHECK_UNKNOWN] = ST_WARN,
	};

	return of[s];
}

enum style
theme_level(enum level l)
{
	return l == LVL_ERROR	? ST_BAD
	       : l == LVL_WARN	? ST_WARN
	       : l == LVL_DEBUG ? ST_DIM
				: ST_NORMAL;
}

char
theme_run_letter(enum run_state s)
{
	static const char letters[] = {
		[RUN_QUEUED] = 'q',  [RUN_RUNNING] = 'R',   [RUN_SUCCESS] = '.',
		[RUN_PARTIAL] = 'P', [RUN_FAILURE] = 'F',   [RUN_CANCELLED] = 'C',
		[RUN_SKIPPED] = 's', [RUN_ABANDONED] = 'X', [RUN_LOST] = 'X',
	};

	return letters[s];
}

const char *
theme_check_word(enum check_state s)
{
	static const char *const words[] = {
		[CHECK_OK] = "ok",
		[CHECK_WARNING] = "WARN",
		[CHECK_CRITICAL] = "CRIT",
		[CHECK_UNKNOWN] = "UNKN",
	};

	return words[s];
}
