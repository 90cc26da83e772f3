/* What Tables and a table's detail say of a table. */
#ifndef FINTRA_TUI_TABLES_H
#define FINTRA_TUI_TABLES_H

#include "tui/view.h"

enum { TABLE_TEXT = 200 };

/* Each puts its figure, "-" where there is none by nature and "?" where it is not known; returns
 * the style.  t may be not measured yet. */
typedef enum style table_cell(const struct model *m, const struct table *t, char buf[TABLE_TEXT]);
table_cell table_state_cell, table_have_cell, table_rows_cell, table_cover_cell, table_about_cell,
	table_about_text, table_size_cell, table_run_cell, table_detail_cell;

const struct table_status *table_status_of(const struct model *m, const struct table *t);
/* The keys that act on a table alike in the list and in its detail. */
void table_act(const struct model *m, const struct table *t, const struct input *in,
	       struct action *out);

#endif
