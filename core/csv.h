/* Streaming CSV over libcsv, which lines without anything odd do not need: columns by name,
 * ceilings of faults.md T5, rows that cannot be used handed over with their reason instead of being
 * lost. */
#ifndef FINTRA_CORE_CSV_H
#define FINTRA_CORE_CSV_H

#include "core/err.h"

#include <stddef.h>
#include <stdint.h>

struct csv_column {
	const char *names; /* "symbol|ticker": the first one present in the header wins */
	bool required;	   /* absent from the header: ERR_PROTOCOL naming it */
};

struct csv_cell {
	const char *p; /* NULL: the column is not in this file */
	size_t len;
};

struct csv_row {
	const struct csv_cell
		*cell;	 /* one per wanted column, in their order; borrowed for the call */
	const char *bad; /* NULL, or why the row is unusable ("has 3 fields of 8", "bad UTF-8") */
	const char *raw; /* with `bad`: what was read, fields joined by commas, <= 4 KiB */
	size_t raw_len;
	int64_t number; /* 1 = first data row */
};

/* -1 with *e filled stops the reader. */
typedef int csv_row_fn(void *arg, const struct csv_row *row, struct err *e);

struct csv_reader;

/* Never fails; `columns` is borrowed until csv_close().  fn NULL: the file is only read to its end.
 */
struct csv_reader *csv_open(const struct csv_column *columns, size_t n, csv_row_fn *fn, void *arg);
int csv_feed(struct csv_reader *r, const char *p, size_t n, struct err *e) MUST_CHECK;
/* End of input.  ERR_DATA inside an open quote (a cut file), ERR_EMPTY when there was no header. */
int csv_finish(struct csv_reader *r, struct err *e) MUST_CHECK;
int64_t csv_rows(const struct csv_reader *r); /* data rows, bad ones included */
/* Header names, comma separated, as sent; "" before the header was read.  Borrowed. */
const char *csv_header(const struct csv_reader *r);
/* How many header names no wanted column asked for (faults.md F30). */
size_t csv_unknown(const struct csv_reader *r);
void csv_close(struct csv_reader *r);

/* The whole file through a reader.  *rows may be NULL. */
int csv_read_file(const char *path, const struct csv_column *columns, size_t n, csv_row_fn *fn,
		  void *arg, int64_t *rows, struct err *e) MUST_CHECK;

#endif
