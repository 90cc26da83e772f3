/* The interface of a screen.  draw() is a pure function from state and model to cells; handle()
 * turns a key into an intent that tui/app.c carries out. */
#ifndef FINTRA_TUI_VIEW_H
#define FINTRA_TUI_VIEW_H

#include "tui/action.h"
#include "tui/canvas.h"
#include "tui/keymap.h"
#include "tui/look.h"

struct review;
struct sheet;

struct view {
	const struct view_ops *ops;
	void *state;		  /* owned, ops->state_size bytes */
	const struct view *below; /* what it was opened from, or NULL */
};

struct input {
	int key;
	enum act act; /* from the key table, ACT_NONE for text */
	bool pasted;  /* never acts, only fills a field */
};

struct view_ops {
	const char *title;
	unsigned (*screen)(
		const struct view *v); /* bit of the key table; may depend on the state */
	size_t state_size;
	bool popup; /* drawn over the view below */
	void (*init)(struct view *v, const struct model *m,
		     const struct action *how); /* may be NULL */
	void (*done)(struct view *v);		/* may be NULL */
	/* The canvas without its last line, which the app fills with keys. */
	void (*draw)(const struct view *v, const struct model *m, struct canvas *c, struct rect r);
	/* *out is zeroed; *v's state is the view's own to change. */
	void (*handle)(struct view *v, const struct model *m, const struct input *in,
		       struct action *out);
	bool (*wants_text)(const struct view *v); /* NULL = never */
	int64_t (*follow)(const struct view *v,
			  const struct model *m); /* run whose log is needed; NULL = below's */
	/* What the screen needs besides the live snapshot, *out is zeroed; NULL = below's. */
	void (*look)(const struct view *v, struct wish *out);
	/* Further runs whose logs are needed, 0 = none; NULL = none. */
	void (*follow_more)(const struct view *v, int64_t out[LOG_MORE]);
	int64_t (*detail)(const struct view *v); /* run whose details are needed; NULL = none */
	/* Not NULL: the view outlives its leaving, there is one of it, and opening it again calls
	 * this. */
	void (*again)(struct view *v, const struct model *m, const struct action *how,
		      struct action *out);
	/* The words after "fintra" that print the same in a shell; NULL = the view says it itself,
	 * or there is none. */
	const char *command;
	/* The ticker that the selected row is about; false = none.  NULL = rows are not about one.
	 */
	bool (*ticker)(const struct view *v, const struct model *m, char out[TICKER_MAX + 1]);
	/* The check, table or job that the selected row is about; false = none. */
	bool (*about)(const struct view *v, const struct model *m, char out[LOOK_NAME]);
	/* The view as rows for export, sheet_init() here; NULL = it is no list. */
	void (*sheet)(const struct view *v, const struct model *m, struct sheet *out);
};

extern const struct view_ops view_overview, view_runs, view_log, view_help, view_launch,
	view_confirm, view_why, view_impact, view_jobs, view_job, view_tables, view_table,
	view_system, view_scatter, view_bar, view_run, view_leave, view_export, view_messages,
	view_ticker, view_health, view_check, view_audit, view_notice, view_review, view_alerts,
	view_playbook, view_moved;

void view_open(struct view *v, const struct view_ops *ops, const struct view *below,
	       const struct model *m, const struct action *how);
void view_close(struct view *v);
/* The whole stack on a cleared canvas, keys line included; under 60x15 the one line of faults.md
 * F15. */
void view_draw_stack(const struct view *stack, size_t n, const struct model *m, struct canvas *c);

/* Pieces that several screens share. */
void view_header(const struct model *m, struct canvas *c, struct span at);
void view_verdict(const struct model *m, struct canvas *c, struct span at);
void view_status_line(const struct model *m, struct canvas *c, struct span at);
void view_crumbs(const struct model *m, struct canvas *c, struct span at, const char *title);
const char *view_clock(const struct model *m, int64_t ms,
		       char buf[CLOCK_BUF]); /* hh:mm:ss in the zone shown */
void view_log_line(const struct model *m, struct canvas *c, struct span at,
		   const struct log_line *l, int skip);
/* The question before a cancel; fills out->open = view_confirm.  False (message) when it cannot be.
 */
bool view_ask_cancel(const struct model *m, int64_t run, const struct input *in,
		     struct action *out);
/* The question before a run goes on where it stopped; else a message or the launch form. */
void view_ask_resume(const struct model *m, const struct run_info *r, const struct input *in,
		     struct action *out);
/* Opens the log of a run, in a pane of its own for ACT_LOG_ADD; NULL = nothing is selected. */
void view_open_log(const struct run_info *r, enum act act, struct action *out);
void view_ask_launch(const struct model *m, const struct job *job, struct action *out);
/* The form of exactly this job, or the message why nothing can be launched. */
void view_ask_form(const struct model *m, const struct job *job, struct action *out);
/* "fintra ...": typed into the command bar, for Enter to carry out: its options are kept. */
void view_ask_command(const char *command, struct action *out);
/* The form of the backfill that fills what `job` (itself, if it is one) or `table` holds. */
void view_ask_backfill(const struct model *m, const struct job *job, const struct table *table,
		       struct action *out);
/* The tree of what a table or job is made from, or (impact) of what is made from it. */
void view_ask_tree(const struct model *m, const char *target, bool impact, struct action *out);
void view_ask_log(int64_t run, const char *job, struct action *out);
/* The question before the whole plan of a table or job ("" = all) is run; *p is that plan, borrowed
 * by the question. */
void view_ask_fix(const struct model *m, const char *target, struct fix_plan *p,
		  const struct input *in, struct action *out);
/* The question before a test message goes out by every channel. */
void view_ask_alert_test(const struct model *m, const struct input *in, struct action *out);
/* The diff of that run that waits for its answer, 0 = the oldest; NULL = none. */
const struct review *view_review_of(const struct model *m, int64_t run);
bool view_run_diff(const struct run_info *r); /* it is one with --diff; r may be NULL */
/* The ticker that the run was limited to; false = it was for all.  r may be NULL. */
bool view_run_ticker(const struct run_info *r, char out[TICKER_MAX + 1]);
void view_message(struct action *out, enum level l, const char *fmt, ...) PRINTF_FMT(3, 4);

/* Appends a typed character; control keys and what does not fit change nothing. */
void view_type(char *buf, size_t n, int key);
/* Removes the last character. */
void view_erase(char *buf);

/* Lists: moves the selection by the keys of lists; true if the key was one of them. */
bool scroll_move(size_t *sel, enum act act, size_t n, size_t page);
/* First row shown so that `sel` is visible, as much in the middle as the ends allow. */
size_t scroll_top(size_t sel, size_t n, size_t rows);

#endif
