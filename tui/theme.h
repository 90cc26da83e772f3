/* Meaning -> look.  Colour never carries a meaning alone: every state also has its letter and word.
 */
#ifndef FINTRA_TUI_THEME_H
#define FINTRA_TUI_THEME_H

#include "core/event.h"
#include "core/freshness.h"
#include "core/ledger.h"

enum style {
	ST_NORMAL,
	ST_DIM,
	ST_BOLD,
	ST_BAR,	  /* header line */
	ST_TAG,	  /* SYNTHETIC DATA */
	ST_RULE,  /* lines between panes */
	ST_TITLE, /* text on them */
	ST_OK,
	ST_NOTE, /* due, skipped */
	ST_WARN,
	ST_BAD,
	ST_RUN,
	ST_KEY,	  /* key letters of the footer */
	ST_MATCH, /* search hit */
	ST_COUNT,
	ST_SELECTED = 0x80 /* flag */
};

enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4, LOOK_UNDERLINE = 8 };

struct look {
	signed char fg, bg;  /* 0..7, -1 = the terminal's own */
	unsigned char attrs; /* with colours */
	unsigned char mono;  /* without */
};

struct look theme_look(unsigned style);
enum style theme_table(enum table_state s);
enum style theme_run(enum run_state s);
enum style theme_check(enum check_state s);
enum style theme_level(enum level l);
char theme_run_letter(enum run_state s);
const char *theme_check_word(enum check_state s); /* CRIT WARN UNKN ok */

#endif
