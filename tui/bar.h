/* The command bar: the words of the command line, parsed by the same code (core/cli,
 * core/commands), and what each means in the console. */
#ifndef FINTRA_TUI_BAR_H
#define FINTRA_TUI_BAR_H

#include "core/commands.h"
#include "tui/fix.h"
#include "tui/view.h"

enum { BAR_WORDS = 40, BAR_HINT = 2000 };

struct bar {
	char line[BAR_LINE];
	char own[BAR_LINE];	  /* what stood there before history was called up */
	size_t back;		  /* how far back in history; 0 = the own line */
	char hint[BAR_HINT];	  /* below the title: candidates or what is wrong; "" = usage */
	enum style style;	  /* of the hint */
	struct launch_set launch; /* borrowed by the action that the line led to */
	char reason[BAR_LINE];
	struct fix_plan plan; /* the same */
};

/* What completes the words behind a command. */
enum bar_words {
	BAR_JOBS = 1,
	BAR_BACKFILLS = 2,
	BAR_TABLES = 4,
	BAR_RUNS = 8,
	BAR_COMMANDS = 16,
	BAR_CHECKS = 32,
	BAR_PLAYBOOKS = 64
};

struct bar_call {
	struct bar *bar;
	const struct model *m;
	const struct input *in;
	const struct app *app; /* argv: the command and its own words */
	const char *line;
	bool as_of_given;
	struct action *out;
};

struct bar_command {
	const char *name;
	unsigned words;	  /* enum bar_words */
	const char *help; /* of words that no shell command has; else from core/commands */
	/* Fills out; -1 with the reason in *e, then the bar stays. */
	int (*run)(const struct bar_call *c, struct err *e);
};

/* The words of a command that takes no option here. */
int bar_parse(const struct bar_call *c, struct cli *cli, size_t least, size_t most,
	      struct err *e) MUST_CHECK;
/* The only option of a command that means something here is `name`; NULL = none. */
int bar_only_option(const struct bar_call *c, const struct cli *cli, const char *name,
		    struct err *e) MUST_CHECK;
/* As the key would do. */
int bar_press(const struct bar_call *c, enum act act);

/* A run by number, or the newest one of a job. */
int bar_find_run(const struct bar_call *c, const char *word, int64_t *run,
		 struct err *e) MUST_CHECK;

/* bar_repair.c */
int bar_plan(const struct bar_call *c, struct err *e);
int bar_fix(const struct bar_call *c, struct err *e);
int bar_retry(const struct bar_call *c, struct err *e);
/* bar_desk.c */
int bar_health(const struct bar_call *c, struct err *e);
int bar_audit(const struct bar_call *c, struct err *e);
int bar_notes(const struct bar_call *c, struct err *e);
int bar_alerts(const struct bar_call *c, struct err *e);
int bar_diff(const struct bar_call *c, struct err *e);
int bar_playbook(const struct bar_call *c, struct err *e);
/* bar_notice.c: ack, pause, unpause, note. */
int bar_notice(const struct bar_call *c, struct err *e);

extern const struct bar_command bar_commands[]; /* name NULL ends */
const struct bar_command *bar_find(const char *name);

/* Carries the line out: *out says what is to be done; with DO_NOTHING hint says why not. */
void bar_execute(struct bar *b, const struct model *m, const struct input *in, struct action *out);
/* Tab: completes the last word as far as it is clear, else lists what it may become. */
void bar_complete(struct bar *b, const struct model *m);
/* "run TARGET...  run jobs by name ..." of the word that stands first; "" when it is none. */
void bar_usage(const struct bar *b, char *buf, size_t n);

#endif
