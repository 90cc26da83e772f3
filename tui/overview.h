/* Panes of the overview, one function each. */
#ifndef FINTRA_TUI_OVERVIEW_H
#define FINTRA_TUI_OVERVIEW_H

#include "tui/layout.h"
#include "tui/view.h"

/* A line of the layers pane: a layer, or (table >= 0) one of its tables. */
struct layer_row {
	int layer, table;
};

enum { LAYER_ROWS_MAX = 128 };

bool overview_counts(const struct model *m, int table); /* a job of this build writes it */
size_t overview_rows(const struct model *m, const struct overview_layout *l,
		     struct layer_row out[LAYER_ROWS_MAX]);
/* The job to offer for a row: writer of its worst table that has one; NULL = none. */
const struct job *overview_row_job(const struct model *m, const struct layer_row *row);

/* The table of a row; of a layer its worst one; NULL = none. */
const char *overview_row_table(const struct model *m, const struct layer_row *row);

/* sel: selected row, -1 when the pane has not the focus. */
void overview_draw_layers(const struct model *m, struct canvas *c, const struct overview_layout *l,
			  int sel);
void overview_draw_checks(const struct model *m, struct canvas *c, const struct overview_layout *l,
			  int sel);
void overview_draw_running(const struct model *m, struct canvas *c, const struct overview_layout *l,
			   int64_t sel);
void overview_draw_log(const struct model *m, struct canvas *c, const struct overview_layout *l);
void overview_draw_notes(const struct model *m, struct canvas *c, const struct overview_layout *l);
/* How far a run is, or how it ended. */
void overview_draw_run_state(const struct model *m, struct canvas *c, struct span at,
			     const struct run_info *r);
void overview_draw_run(const struct model *m, struct canvas *c, struct span at,
		       const struct run_info *r);
/* Active runs first, newest ended ones after; NULL past the end. */
const struct run_info *overview_run(const struct model *m, size_t n);

#endif
