/* Rows of fintra_snapshots: what the program computed, on its way into the table. */
#ifndef FINTRA_JOBS_LAYER4_SNAPSHOT_ROWS_H
#define FINTRA_JOBS_LAYER4_SNAPSHOT_ROWS_H

#include "core/run.h"
#include "jobs/engine/snapshot_json.h"

#define SNAPSHOT_ENGINE "fintra-local-v1" /* engine_version */

enum { SNAPSHOT_ASKED_MS = 24 * 60 * 60 * 1000 }; /* so long what the vendor said is kept */

/* Texts but those of `json` are borrowed, NULL = SQL NULL. */
struct snapshot_row {
	const char *ticker, *sector;
	char *json[SNAPSHOT_COLUMNS]; /* owned: snapshot_row_done() */
	const char *fgos_status, *fgos_category, *fgos_label, *maturity;
	struct num fgos_score, fgos_confidence;
	struct num against_sector[WIN_COUNT], against_market[WIN_COUNT]; /* canonical windows */
};

void snapshot_row_done(struct snapshot_row *r);
/* Appends its columns by name as one JSON object, as to_jsonb() gives those of the table. */
void snapshot_row_json(const struct snapshot_row *r, struct str *out);
/* Writes the rows in the present transaction: stage, COPY, merge; counts go to *t. */
int snapshot_rows_write(struct job_ctx *c, const struct snapshot_row *row, size_t n,
			struct tally *t, struct err *e) MUST_CHECK;

#endif
