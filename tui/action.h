/* What a view wants to be done: the answer of handle() to a key. */
#ifndef FINTRA_TUI_ACTION_H
#define FINTRA_TUI_ACTION_H

#include "core/clock.h"
#include "tui/keymap.h"
#include "tui/look.h"
#include "tui/notice.h"

struct fix_plan;
struct logpane;
struct view_ops;

enum intent {
	DO_NOTHING,
	DO_BACK,
	DO_QUIT, /* asks when runs are under way */
	DO_DRAIN_AND_QUIT,
	DO_OPEN,	/* open */
	DO_CANCEL,	/* run, level */
	DO_GATES,	/* job, as_of */
	DO_FORM,	/* job, as_of, launch (NULL = nothing given): its launch form */
	DO_LAUNCH,	/* launch, borrowed from the view's state */
	DO_START,	/* the same, and the view stays */
	DO_ACT,		/* leave this view, then act as its key would */
	DO_MESSAGE,	/* severity, text */
	DO_RESUME,	/* run, job, as_of: the run goes on here, with the next epoch */
	DO_COPY,	/* copy */
	DO_EXPORT,	/* detail[0]: the file, what is below goes there */
	DO_EXPORT_OVER, /* the same, over one that is there */
	DO_PLAIN,	/* pane */
	DO_NOTICE,	/* notice: the ledger is told */
	DO_FIX,		/* plan, borrowed from the view's state */
	DO_ALERT_TEST,	/* a test message by every channel */
	DO_KEEP,	/* run: what its --diff shows is written */
	DO_DISCARD,	/* run: it is not */
	DO_HAND_OVER_AND_QUIT
};

struct action {
	enum intent intent;
	const struct view_ops *open;
	int64_t run;
	enum cancel_level level;
	const struct job *job;
	struct date as_of;
	const struct launch *launch;
	enum act act;
	const struct table *table;
	int key; /* that led here: a confirmation ignores it */
	enum level severity;
	char text[240];	      /* message; or the question of a confirmation */
	char detail[6][160];  /* below the question */
	enum intent then;     /* of a confirmation that is answered yes */
	char typed[BAR_LINE]; /* in the command bar, to be remembered; "" = nothing */
	const struct fix_plan *plan;
	const char *copy;   /* borrowed until the intent is carried out */
	bool add;	    /* DO_OPEN of the logs: in a pane of its own */
	bool may_hand_over; /* asked by view_leave */
	const struct logpane *pane;
	struct notice_call notice;
	const void *row; /* of a list, as its keys are */
};

#endif
