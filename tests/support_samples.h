/* The recorded answers of the vendor and what becomes of each: tests/data/samples.tsv. */
#ifndef FINTRA_TESTS_SUPPORT_SAMPLES_H
#define FINTRA_TESTS_SUPPORT_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

struct sample {
	char file[96];	  /* below the folder of recorded data */
	char reader[24];  /* how it is read; "none", "refused" */
	char verdict[96]; /* for people */
	int code;	  /* exit code of the run that meets it */
	int64_t read, stored, skipped, rejected;
	char cells[512];
};

enum { SAMPLES_MAX = 64 };

/* The rows of the table; every one is well formed, or the test fails.  Their number. */
size_t samples_load(struct sample at[SAMPLES_MAX]);

/* Calls fn for each cell of "a; b; c"; the number of cells. */
typedef void sample_cell_fn(const struct sample *s, const char *cell);
int sample_cells(const struct sample *s, sample_cell_fn *fn);

#endif
