/* The launch dialog: its state, shared by the list of jobs (launch.c) and the form (launch_form.c).
 */
#ifndef FINTRA_TUI_LAUNCH_H
#define FINTRA_TUI_LAUNCH_H

#include "tui/view.h"

enum { FIELD_VALUE = 200, FIELDS_MAX = PARAMS_MAX + 2 };

enum field_kind { FIELD_AS_OF, FIELD_GATE, FIELD_PARAM };

struct field {
	enum field_kind kind;
	const struct param_def *def; /* of FIELD_PARAM */
	char value[FIELD_VALUE];     /* "" = not given */
};

struct launch_state {
	const struct job *job; /* NULL: still choosing */
	size_t sel;	       /* in the list of jobs */
	struct field field[FIELDS_MAX];
	size_t n, cur;
	struct date as_of; /* the last valid one */
	bool as_of_edited;
	struct launch launch; /* filled from the fields by form_check() */
	bool direct;	      /* opened as a form: Esc leads to where that was */
	enum overlap overlap; /* as given when the form was opened; no field */
	int wait_ms;
	char reason[200];
	char error[200]; /* why the fields cannot be launched; "" = they can */
};

void form_open(struct launch_state *s, const struct model *m, const struct job *job);
/* Puts what is given already into the fields: *l is borrowed for the call. */
void form_fill(struct launch_state *s, const struct model *m, const struct launch *l);
/* Fields -> launch and error. */
void form_check(struct launch_state *s, const struct model *m);
void form_handle(struct launch_state *s, const struct model *m, const struct input *in,
		 struct action *out);
void form_draw(const struct launch_state *s, const struct model *m, struct canvas *c,
	       struct rect box);
/* "fintra run performance-bulk --gate strict --limit 5" */
void form_command(const struct launch_state *s, const struct model *m, struct str *out);
/* The gates of exactly this job and date, NULL while they are being measured. */
const struct gates_part *form_gates(const struct launch_state *s, const struct model *m);

#endif
