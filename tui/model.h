/* What the screens draw.  A snapshot is immutable and counted: the feed's threads build it, the UI
 * thread takes the newest one.  The model is the snapshot plus what the UI thread itself knows. */
#ifndef FINTRA_TUI_MODEL_H
#define FINTRA_TUI_MODEL_H

#include "core/plot.h"
#include "core/ticker.h"
#include "tui/part.h"

/* What is read only while a screen needs it (tui/look.h). */
enum look_part {
	LOOK_PART_JOBS,
	LOOK_PART_LOCKS,
	LOOK_PART_TABLES,
	LOOK_PART_SYSTEM,
	LOOK_PART_RUNS,
	LOOK_PART_GRID,
	LOOK_PART_SCATTER,
	LOOK_PART_TICKER,
	LOOK_PART_DAYS,
	LOOK_PART_AUDIT,
	LOOK_PART_ALERTS,
	LOOK_PART_MOVED,
	LOOK_PARTS
};

enum conn_state { CONN_CONNECTING, CONN_UP, CONN_DOWN };

struct snapshot {
	struct part part;
	enum conn_state conn;
	int64_t conn_since_ms, retry_at_ms;
	char conn_error[240];
	char server[80];      /* "fintra@db1" */
	bool may_write;	      /* runs can be recorded here */
	char ledger_why[240]; /* why not */
	char fresh_error[240];
	struct fresh_part *fresh; /* NULL = not yet; the same below */
	struct health_part *health;
	struct standing_part *standing;
	struct runs_part *runs;
	struct log_part *log;
	struct log_part *more[LOG_MORE]; /* of further panes */
	struct detail_part *detail;	 /* of the run that was asked for */
	struct gates_part *gates;
	struct part *look[LOOK_PARTS];
	int64_t note_serial; /* goes up with each note */
	enum level note_level;
	char note[240]; /* what a request to the feed came to */
};

/* Parts are referenced, everything else is empty. */
struct snapshot *snapshot_new(const struct snapshot *from); /* `from` NULL = empty, connecting */

/* What was typed into the command bar, oldest first. */
enum { BAR_LINE = 240, BAR_HISTORY = 50 };
struct bar_history {
	char at[BAR_HISTORY][BAR_LINE];
	size_t n;
};

/* What the message line has said. */
enum { MESSAGES = 100, MESSAGE_TEXT = 240 };
struct message {
	int64_t ms; /* wall clock */
	enum level level;
	char text[MESSAGE_TEXT];
};
struct message_log {
	struct message at[MESSAGES]; /* the newest is at[(n - 1) % MESSAGES] */
	size_t n;		     /* ever */
};

struct model {
	const struct snapshot *s; /* never NULL */
	const struct catalogue *cat;
	struct date as_of;	 /* the session that is wanted */
	bool as_of_given;	 /* by --as-of */
	int w, h;		 /* of the screen */
	enum plot_glyphs glyphs; /* that its terminal can show */
	const char *command;	 /* "fintra" with the options that lead to the same configuration */
	int64_t now_ms;
	int64_t silent_ms; /* since the server last answered, while the connection is up */
	bool ny;	   /* show New York time, else UTC */
	const char *label; /* "SYNTHETIC DATA" or NULL */
	bool read_only;	   /* asked for by the operator */
	bool draining;	   /* leaving, runs are ending */
	int own_runs;	   /* of this process, not ended */
	int new_errors;	   /* runs that ended badly since the operator last looked at the runs */
	int refresh_ms;
	char channels[80];	/* that alerts go by: "telegram, hook"; "" = none is configured */
	const char *incomplete; /* what is missing of one, NULL = nothing */
	char ticker[TICKER_MAX + 1];	   /* that was looked at last, "" = none */
	const struct bar_history *history; /* NULL = none; the same below */
	const struct review_list *reviews;
	const struct message_log *said;
	enum level message_level;
	char message[MESSAGE_TEXT];
};

/* A server that takes the connection and says nothing: what is shown may be over. */
bool model_silent(const struct model *m);
/* "ro" for one of three reasons; NULL when runs may be launched. */
const char *model_why_read_only(const struct model *m);
const struct run_info *model_run(const struct model *m, int64_t id);
/* The lines of that run, NULL while they have not been read. */
const struct log_part *model_log(const struct model *m, int64_t run);
/* The run whose log is shown when nobody chose one: the first active, else the newest; NULL if
 * none. */
const struct run_info *model_default_run(const struct model *m);
int model_active_runs(const struct model *m);
int model_count_failed_since(const struct snapshot *s, int64_t since_ms);
/* The n-th check, worst first, in the table's order among equals. */
const struct check_result *model_check(const struct model *m, size_t n);

#endif
