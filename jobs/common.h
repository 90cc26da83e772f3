/* What several jobs share: the windows, the sectors, the ticker rule and what a cell says. */
#ifndef FINTRA_JOBS_COMMON_H
#define FINTRA_JOBS_COMMON_H

#include "core/csv.h"
#include "core/map.h"
#include "core/run.h"
#include "core/words.h"

extern const char *const windows_canonical[]; /* 1M 3M 6M 1Y 2Y 3Y 5Y, NULL */
extern const char *const windows_all[];	      /* 1D 1W 1M 3M 6M YTD 1Y 2Y 3Y 5Y, NULL */
extern const char *const sectors[];	      /* the 11, NULL */

enum { TICKER_MAX = 20, TICKER_BUF = TICKER_MAX + 1 };
/* Trims and upper-cases p[0..n) into out; false when it is not [A-Z0-9.^=-]{1,20}. */
bool ticker_normal(const char *p, size_t n, char out[TICKER_BUF]);

void keys_array(const struct map *keys, struct str *out); /* words_array() of a map's keys */
/* A cell without the blanks around it; *n is its new length. */
const char *cell_trim(const char *p, size_t *n);
/* The same, NULL when the cell says "no value" (empty, null, N/A ...). */
const char *cell_text(const char *p, size_t *n);

/* A JSON text or number as the cell of a CSV row would be; p NULL for anything else.  `buf` holds a
 * number's text. */
struct csv_cell cell_of_json(const struct json *v, char buf[NUM_BUF]);

/* A figure that is stored as its text, bounded to what numeric and double both hold, so that
 * quotients stay finite; out->p NULL when the cell says "no value".  False: it is no such figure.
 */
bool cell_figure(const struct csv_cell *cell, struct csv_cell *out);

/* Records an input whose rows have no session in their key: its as-of date is that of the last good
 * run of the job that writes the whole table, up to this run's own; none when it never ran. */
int input_of_job(struct job_ctx *c, const char *table, const char *job, int64_t rows,
		 struct err *e) MUST_CHECK;

/* A column that a database of the old system may lack: the log says that its figures are unknown
 * and how to get them, and the run ends PARTIAL. */
int column_wanted(struct job_ctx *c, const char *table, const char *column,
		  struct err *e) MUST_CHECK;

/* Trouble that the next day or ticker would meet as well, or that is no longer about data: ends a
 * loop over them.  in_a_row: how many have failed one after the other, this one included. */
bool trouble_stops(const struct err *e, int64_t in_a_row);

/* What is kept of a refused row: as it was read, or its first n cells; at most 4 KiB.  *raw is
 * owned: str_done(). */
void row_raw(const struct csv_row *row, size_t n, struct str *raw);
/* Counts and keeps a row that cannot be used (faults.md F11, F35), with its first n cells as raw
 * text. */
void reject_row(struct job_ctx *c, struct tally *t, const char *reason, const struct csv_row *row,
		size_t n);

#endif
