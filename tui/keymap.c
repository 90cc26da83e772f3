#include "tui/keymap.h"

#include <string.h>

#define LISTS (SCREEN_OVERVIEW | SCREEN_RUNS)
#define PAGES (LISTS | SCREEN_LOG | SCREEN_TREE)
#define MOVES (PAGES | SCREEN_HELP | SCREEN_LAUNCH)

/* Order = order of the footer and of help. */
const struct binding keymap[] = {
	{ PAGES,
	  ACT_OVERVIEW,
	  { '1' },
	  "1",
	  "1Over",
	  "overview: verdict, layers, checks, running, log" },
	{ PAGES, ACT_RUNS, { '3' }, "3", "3Runs", "runs of all processes, newest first" },
	{ LISTS, ACT_LOG, { '4', 'l' }, "4 l", "4Log", "live log of the selected run" },
	{ LISTS,
	  ACT_WHY,
	  { 'w' },
	  "w",
	  "w Why",
	  "why it is not fresh: its inputs, down to the first cause" },
	{ LISTS, ACT_IMPACT, { 'x' }, "x", NULL, "impact: what is made from it" },
	{ SCREEN_TREE,
	  ACT_OPEN,
	  { TK_ENTER },
	  "Enter",
	  "Enter Log",
	  "log of the last run of the selected table" },
	{ SCREEN_TREE,
	  ACT_PLAN,
	  { 'g' },
	  "g",
	  "g Run plan",
	  "run the next step of the plan, after a question; each step is asked for" },
	{ SCREEN_TREE,
	  ACT_COPY,
	  { 'y' },
	  "y",
	  "y Command",
	  "show the plan's commands, one by one" },
	{ SCREEN_TREE,
	  ACT_WHY,
	  { 'u', 'w' },
	  "u w",
	  "u Up",
	  "upstream of the selected table: what it is made from" },
	{ SCREEN_TREE,
	  ACT_IMPACT,
	  { 'd', 'x' },
	  "d x",
	  "d Down",
	  "downstream of the selected table: what is made from it" },
	{ PAGES,
	  ACT_LAUNCH,
	  { 'r' },
	  "r",
	  "r Run",
	  "run a job or backfill: parameters, gates, command" },
	{ LISTS | SCREEN_LOG,
	  ACT_DRAIN,
	  { 'c', TK_F9 },
	  "c F9",
	  "c Cancel",
	  "cancel the selected run: drain to its next checkpoint" },
	{ LISTS | SCREEN_LOG, ACT_ABORT, { 'C' }, "C", "C Abort", "abort the selected run now" },
	{ SCREEN_LOG,
	  ACT_FOLLOW,
	  { 'f' },
	  "f",
	  "f Follow",
	  "follow the end of the log, or stop following" },
	{ SCREEN_LOG,
	  ACT_SEARCH,
	  { '/', TK_F3 },
	  "/ F3",
	  "/ Find",
	  "search in the log (case is ignored)" },
	{ SCREEN_LOG, ACT_MATCH_NEXT, { 'n' }, "n", NULL, "next line that matches the search" },
	{ SCREEN_LOG, ACT_MATCH_PREV, { 'N' }, "N", NULL, "previous line that matches" },
	{ SCREEN_LOG, ACT_ERROR_NEXT, { 'e' }, "e", "e/E Error", "next error" },
	{ SCREEN_LOG, ACT_ERROR_PREV, { 'E' }, "E", NULL, "previous error" },
	{ SCREEN_LOG, ACT_WARN_NEXT, { 'w' }, "w", NULL, "next warning or error" },
	{ SCREEN_LOG, ACT_WARN_PREV, { 'W' }, "W", NULL, "previous warning or error" },
	{ SCREEN_LOG,
	  ACT_LEVEL,
	  { '&' },
	  "&",
	  "& Level",
	  "show all lines, from info, from warnings, errors only" },
	{ SCREEN_LOG, ACT_LEFT, { 'h', TK_LEFT }, "h Left", NULL, "scroll left" },
	{ SCREEN_LOG, ACT_RIGHT, { 'l', TK_RIGHT }, "l Right", NULL, "scroll right" },
	{ LISTS,
	  ACT_OPEN,
	  { TK_ENTER },
	  "Enter",
	  NULL,
	  "open the selected row: a run's log, a layer's launch form" },
	{ SCREEN_LAUNCH,
	  ACT_OPEN,
	  { TK_ENTER },
	  "Enter",
	  "Enter Choose",
	  "parameters of the selected job" },
	{ SCREEN_HELP,
	  ACT_OPEN,
	  { TK_ENTER },
	  "Enter",
	  "Enter Do it",
	  "do what the selected key does" },
	{ SCREEN_FORM,
	  ACT_OPEN,
	  { TK_ENTER },
	  "Enter",
	  "Enter Launch",
	  "launch with these parameters" },
	{ SCREEN_FORM,
	  ACT_TOGGLE,
	  { ' ' },
	  "Space",
	  "Space Switch",
	  "next choice of a switch (else a blank)" },
	{ SCREEN_FORM, ACT_UP, { TK_UP, TK_BACKTAB }, "Up S-Tab", NULL, "previous field" },
	{ SCREEN_FORM, ACT_DOWN, { TK_DOWN, TK_TAB }, "Down Tab", "Tab Next field", "next field" },
	{ MOVES, ACT_UP, { 'k', TK_UP }, "k Up", NULL, "up" },
	{ MOVES, ACT_DOWN, { 'j', TK_DOWN }, "j Down", NULL, "down" },
	{ MOVES, ACT_PAGE_UP, { TK_PGUP, TK_CTRL('u') }, "PgUp ^u", NULL, "a page up" },
	{ MOVES, ACT_PAGE_DOWN, { TK_PGDN, TK_CTRL('d') }, "PgDn ^d", NULL, "a page down" },
	{ MOVES & ~SCREEN_TREE, ACT_FIRST, { 'g', TK_HOME }, "g Home", NULL, "first line" },
	{ SCREEN_TREE, ACT_FIRST, { TK_HOME }, "Home", NULL, "first line" },
	{ MOVES, ACT_LAST, { 'G', TK_END }, "G End", NULL, "last line" },
	{ SCREEN_OVERVIEW,
	  ACT_NEXT_PANE,
	  { TK_TAB },
	  "Tab",
	  "Tab Pane",
	  "next pane: layers, checks, running" },
	{ SCREEN_OVERVIEW, ACT_PREV_PANE, { TK_BACKTAB }, "S-Tab", NULL, "previous pane" },
	{ SCREEN_CONFIRM, ACT_YES, { 'y', 'Y' }, "y", "y Yes", "yes, do it" },
	{ SCREEN_CONFIRM,
	  ACT_NO,
	  { 'n', 'q', TK_ESC, TK_CTRL('c') },
	  "n Esc",
	  "n No",
	  "no, change nothing" },
	{ PAGES, ACT_REFRESH, { TK_CTRL('r') }, "^r", NULL, "measure again now" },
	{ MOVES | SCREEN_FORM, ACT_REDRAW, { TK_CTRL('l') }, "^l", NULL, "draw the screen afresh" },
	{ MOVES | SCREEN_FORM,
	  ACT_SUSPEND,
	  { TK_CTRL('z') },
	  "^z",
	  NULL,
	  "suspend; refused while runs of this console are under way" },
	{ PAGES,
	  ACT_HELP,
	  { '?', TK_F1 },
	  "? F1",
	  "? Help",
	  "keys of this screen; Enter does the selected one" },
	{ SCREEN_FORM,
	  ACT_BACK,
	  { TK_ESC, TK_CTRL('c') },
	  "Esc ^c",
	  "Esc Back",
	  "back, launch nothing" },
	{ MOVES,
	  ACT_BACK,
	  { TK_ESC, 'q', TK_F10 },
	  "q Esc F10",
	  "q Back",
	  "back; on the overview: quit" },
	{ MOVES,
	  ACT_QUIT,
	  { 'Q', TK_CTRL('c') },
	  "Q ^c",
	  "Q Quit",
	  "quit; asks when runs are under way" },
};
const size_t keymap_count = ARRAY_LEN(keymap);

const struct binding *
keymap_find(unsigned screen, int key)
{
	for (size_t i = 0; i < keymap_count; i++) {
		if (!(keymap[i].screens & screen))
			continue;
		for (size_t k = 0; k < BINDING_KEYS && keymap[i].keys[k]; k++)
			if (keymap[i].keys[k] == key)
				return &keymap[i];
	}
	return NULL;
}

void
keymap_footer(struct canvas *c, struct span at, unsigned screen)
{
	int x = 1;

	for (size_t i = 0; i < keymap_count; i++) {
		const struct binding *b = &keymap[i];
		int cols;

		if (!(b->screens & screen) || !b->footer)
			continue;
		cols = (int)strlen(b->footer);
		if (x + cols > at.w)
			continue;
		canvas_put(c, SPAN(at.x + x, at.y, cols), ST_KEY, b->footer);
		x += cols + 1;
	}
}
