/* Words of the key table: keys as the terminal gives them, the screens they are bound on, what they
 * do. */
#ifndef FINTRA_TUI_KEYS_H
#define FINTRA_TUI_KEYS_H

/* Keys above Unicode; printable ones are their code point, control keys 1..26. */
enum key {
	TK_NONE = 0,
	TK_UP = 0x200000,
	TK_DOWN,
	TK_LEFT,
	TK_RIGHT,
	TK_SHIFT_LEFT,
	TK_SHIFT_RIGHT,
	TK_PGUP,
	TK_PGDN,
	TK_HOME,
	TK_END,
	TK_ENTER,
	TK_ESC,
	TK_TAB,
	TK_BACKTAB,
	TK_BACKSPACE,
	TK_F1,
	TK_F3,
	TK_F4,
	TK_F5,
	TK_F6,
	TK_F9,
	TK_F10,
	TK_OTHER /* known to the terminal, not to us */
};
#define TK_CTRL(letter) ((letter)&31)

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
	SCREEN_RUN = 1 << 20,	 /* one run */
	SCREEN_PICK = 1 << 21,	 /* which run a new pane follows */
	SCREEN_LEAVE = 1 << 22,	 /* what becomes of our runs */
	SCREEN_TYPE = 1 << 23,	 /* a line of text is typed: letters are text */
	SCREEN_EXPORT = 1 << 24, /* the name of a file: letters are text */
	SCREEN_MESSAGES = 1 << 25,
	SCREEN_TICKER = 1 << 26,
	SCREEN_SCATTER = 1 << 30
};

enum act {
	ACT_NONE,
	ACT_OVERVIEW,
	ACT_RUNS,
	ACT_LOG,
	ACT_JOBS,
	ACT_TABLES,
	ACT_SYSTEM,
	ACT_TICKER,
	ACT_ASK_TICKER,
	ACT_HEALTH,
	ACT_AUDIT,
	ACT_ACK,
	ACT_PAUSE,
	ACT_NOTE,
	ACT_COMMAND,
	ACT_BACKFILL,
	ACT_WHY,
	ACT_IMPACT,
	ACT_PLAN,
	ACT_COPY,
	ACT_SORT,
	ACT_SORT_PREV,
	ACT_SORT_NEXT,
	ACT_COMPLETE,
	ACT_LAUNCH,
	ACT_DRAIN,
	ACT_ABORT,
	ACT_OPEN,
	ACT_UP,
	ACT_DOWN,
	ACT_LEFT,
	ACT_RIGHT,
	ACT_LEFT_STEP,
	ACT_RIGHT_STEP,
	ACT_LEFT_END,
	ACT_RIGHT_END,
	ACT_PAGE_UP,
	ACT_PAGE_DOWN,
	ACT_FIRST,
	ACT_LAST,
	ACT_NEXT_PANE,
	ACT_PREV_PANE,
	ACT_FOLLOW,
	ACT_SEARCH,
	ACT_MATCH_NEXT,
	ACT_MATCH_PREV,
	ACT_ERROR_NEXT,
	ACT_ERROR_PREV,
	ACT_WARN_NEXT,
	ACT_WARN_PREV,
	ACT_LEVEL,
	ACT_LOGS,
	ACT_LOG_ADD,
	ACT_RETRY,
	ACT_COPY_ROW,
	ACT_COPY_COMMAND,
	ACT_EVIDENCE,
	ACT_EXPORT,
	ACT_MESSAGES,
	ACT_SLOWER,
	ACT_FASTER,
	ACT_PLAIN,
	ACT_FILTER,
	ACT_SPLIT,
	ACT_DROP,
	ACT_ZOOM,
	ACT_WRAP,
	ACT_MARK,
	ACT_MARK_NEXT,
	ACT_MARK_PREV,
	ACT_GAP_NEXT,
	ACT_GAP_PREV,
	ACT_TIME_COLUMN,
	ACT_TIME_JUMP,
	ACT_GROUP_NEXT,
	ACT_GROUP_PREV,
	ACT_HAND_OVER,
	ACT_DRAIN_ALL,
	ACT_TOGGLE,
	ACT_YES,
	ACT_NO,
	ACT_REFRESH,
	ACT_REDRAW,
	ACT_SUSPEND,
	ACT_HELP,
	ACT_BACK,
	ACT_QUIT
};

#endif
