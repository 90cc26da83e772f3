/* State of the UI thread, shared by its parts: app.c (event loop), actions.c (intents), leave.c
 * (the end). */
#ifndef FINTRA_TUI_CONSOLE_H
#define FINTRA_TUI_CONSOLE_H

#include "core/headless.h"
#include "tui/feed.h"
#include "tui/fix.h"
#include "tui/review.h"
#include "tui/term.h"
#include "tui/view.h"

/* Over the pages there is always room for the command bar and a question. */
enum { STACK_PAGES = 8, STACK_MAX = STACK_PAGES + 2, MESSAGE_MS = 15000 };

struct own_run {
	int handle;
	const struct job *job;
	bool ended;
	bool told;		/* the operator has asked it to stop */
	bool hand_over;		/* was under way when the console began to leave */
	bool diff;		/* asks what is to be kept */
	struct outcome outcome; /* once ended */
};

/* A plan that is carried out, step by step (fix.c). */
struct fixing {
	bool on;
	struct fix_plan plan;
	size_t done;
	size_t own; /* the run of the present step, in own */
	char reason[160];
	int64_t ended_ms; /* the next measurement tells what is missing; 0 = nothing to tell */
	const struct job *partial; /* of the last step that ended PARTIAL, NULL = none */
	char stopped[120];	   /* why it did not come to its end, "" = it did */
};

/* The log that is printed instead of the screen; pane NULL = none. */
struct plain {
	const struct logpane *pane;
	int64_t seq; /* the last line that was considered */
	enum conn_state conn;
};

enum leave { LEAVE_NOT, LEAVE_DRAIN, LEAVE_HAND_OVER };

struct console {
	struct app *app;
	struct term *term;
	struct feed *feed;
	struct runner *runner;
	struct canvas canvas;
	struct snapshot *snap; /* owned reference */
	struct model m;
	struct view stack[STACK_MAX];
	size_t depth;
	VEC(struct own_run) own;
	int wake;    /* eventfd: a run of ours began or ended */
	int signals; /* signalfd */
	int64_t following, following_more[LOG_MORE], detail; /* what the feed was last told */
	struct wish looking;				     /* the same */
	struct view parked; /* the logs, while they are not in the stack; ops NULL = none */
	enum leave leave;
	int64_t seen_ms; /* failures before this are known to the operator */
	int64_t message_until_ms;
	int64_t note_serial;
	int64_t abort_at_ms; /* monotonic: draining that takes longer is ended hard; 0 = not
				draining */
	bool dirty, quit;
	bool drop_input; /* a question has opened: what was typed ahead does not answer it */
	int signal;	 /* that ends the console, or 0 */
	char command[256];
	struct bar_history history;
	struct plain plain;
	struct message_log said;
	struct fixing fix;
	struct reviews reviews;
	unsigned review_serial;
	struct review_list open_reviews; /* as last taken */
};

void console_message(struct console *k, enum level l, const char *fmt, ...) PRINTF_FMT(3, 4);
struct view *console_top(struct console *k);
void console_push(struct console *k, const struct view_ops *ops, const struct action *how);
void console_pop(struct console *k);
void console_key(struct console *k, int key, bool pasted);

/* own_runs.c */
void console_launch(struct console *k, const struct launch *l);
void console_go_on(struct console *k, const struct action *a);
void console_cancel(struct console *k, int64_t run, enum cancel_level level);
/* Looks which of our runs have ended, and says so. */
void console_poll_runs(struct console *k);
/* Takes what runs with --diff ask, and says so; the operator opens it. */
void console_take_reviews(struct console *k);
/* Ours with --diff that nobody has answered, be it that they still compute. */
int console_diffs(const struct console *k);
void console_show_review(struct console *k);
void console_answer(struct console *k, int64_t run, bool keep);

/* fix.c */
void console_fix(struct console *k, const struct fix_plan *p);
/* The step under way has ended, perhaps: the next one. */
void console_fix_goes_on(struct console *k);
/* After a measurement: what is still missing of a plan that has ended. */
void console_fix_measured(struct console *k);
/* The console is left: no further step begins. */
void console_fix_ends(struct console *k);

/* leave.c */
/* Tells our runs to stop at their next checkpoint; the loop goes on until they have. */
void console_begin_drain(struct console *k, enum leave how);
bool console_may_hand_over(const struct console *k);
/* Drains what runs without a screen, until all has ended. */
void console_drain(struct console *k);
/* The terminal is gone: drains without writing to it. */
void console_hang_up(struct console *k);
/* Runs that stopped for a hand-over go on in processes of their own.  After the feed and the runner
 * are gone: a process that forks should have one thread. */
void console_resume_elsewhere(struct console *k);

#endif
