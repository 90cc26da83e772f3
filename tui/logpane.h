/* One pane of the logs: which run, which of its lines, from where.  Positions are seq numbers, so
 * they survive new lines, a filter, and old lines that are dropped. */
#ifndef FINTRA_TUI_LOGPANE_H
#define FINTRA_TUI_LOGPANE_H

#include "tui/filter.h"
#include "tui/view.h"

enum { PANE_TEXT = FILTER_TEXT, PANE_MARKS = 32, PANE_GAP_MS = 10000 };

enum time_column { TIME_OF_DAY, TIME_SINCE_FIRST, TIME_SINCE_BEFORE, TIME_COLUMNS };

struct pane_mark {
	int64_t seq;
	char name[PANE_TEXT];
};

struct logpane {
	int64_t run; /* 0 = the default one, until a key is pressed */
	bool follow, wrap;
	int64_t cur, bottom; /* seq of the chosen line and of the lowest one shown, when paused */
	int64_t newest;	     /* seq of the last line when it was paused */
	enum level min;
	enum time_column times;
	int skip;			   /* columns scrolled to the right */
	struct line_filter needle, filter; /* what is searched; what is shown */
	struct pane_mark mark[PANE_MARKS];
	size_t marks;
};

struct index_list {
	size_t *at, n, cap;
};
/* Indexes of the lines that pass level and filter.  Owned: vec_done(). */
struct index_list logpane_lines(const struct logpane *p, const struct log_part *log);
/* Position in it of the last line with seq <= the wanted one; v->n > 0. */
size_t logpane_position(const struct index_list *v, const struct log_part *log, int64_t seq);
/* The chosen line, the last one when following; NULL when there is none. */
const struct log_line *logpane_current(const struct logpane *p, const struct model *m);

void logpane_init(struct logpane *p, int64_t run);
void logpane_done(struct logpane *p);
int64_t logpane_run(const struct logpane *p, const struct model *m);
const struct log_part *logpane_log(const struct logpane *p, const struct model *m);
/* size: w x h of the pane, its title included. */
void logpane_move(struct logpane *p, const struct model *m, enum act act, struct rect size);
void logpane_follow(struct logpane *p, const struct model *m, struct rect size);
/* Next and previous match, error, warning, gap, mark; a message when there is none. */
void logpane_seek(struct logpane *p, const struct model *m, enum act act, struct rect size,
		  struct action *out);
/* "03:58" or "03:58:07" in the zone shown: the newest line with which that time began. */
void logpane_jump(struct logpane *p, const struct model *m, const char *time, struct rect size,
		  struct action *out);
/* Marks the chosen line; a mark that stands there goes. */
void logpane_mark(struct logpane *p, const struct model *m, const char *name, struct action *out);

/* The lines that pass, as rows with their times in UTC. */
void logpane_sheet(const struct logpane *p, const struct model *m, struct sheet *out);

/* logpane_draw.c */
/* focus: 1 this pane has the keys, 0 another one, -1 there is no other. */
void logpane_draw(const struct logpane *p, const struct model *m, struct canvas *c, struct rect r,
		  int focus);
/* What the line below the panes says of it: search, wrap, times. */
void logpane_facts(const struct logpane *p, const struct model *m, struct canvas *c,
		   struct span at);
/* Scrolls sideways, no further than the longest line that passes; not when lines are wrapped. */
void logpane_sideways(struct logpane *p, const struct model *m, enum act act, int w);
/* Rows that a line takes in a pane of this width. */
size_t logpane_height(const struct logpane *p, const struct log_line *l, int w);

#endif
