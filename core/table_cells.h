/* What `fintra tables` shows of one table, column by column. */
#ifndef FINTRA_CORE_TABLE_CELLS_H
#define FINTRA_CORE_TABLE_CELLS_H

#include "core/freshness.h"
#include "core/relations.h"

enum { TABLE_CELL = 200 };

struct table_row {
	const struct table_status *s;
	const struct relation *rel; /* NULL: could not be looked up */
};

/* Nothing there to show ("-") is not the same as not known ("?"). */
enum cell_kind { CELL_NONE, CELL_UNKNOWN, CELL_TEXT, CELL_NUMBER };

struct table_cell {
	enum cell_kind kind;
	double n;	       /* of a number: what is sorted */
	char text[TABLE_CELL]; /* for people */
	char raw[TABLE_CELL];  /* for tsv */
};

struct table_column {
	const char *name;
	bool right;
	void (*get)(const struct table_row *r, struct table_cell *c);
};

/* All of them, in their usual order; name NULL ends. */
extern const struct table_column table_columns[];
/* NULL is ERR_USAGE with the nearest name. */
const struct table_column *table_column_find(const char *name, struct err *e) MUST_CHECK;
/* Why it is not fresh, or not known; NULL when there is nothing to say. */
const char *table_why(const struct table_row *r);
void table_cell_get(const struct table_column *col, const struct table_row *r,
		    struct table_cell *c);

#endif
