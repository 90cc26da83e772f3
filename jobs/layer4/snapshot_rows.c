#include "jobs/layer4/snapshot_rows.h"

#include "core/clock.h"
#include "core/db_copy.h"

#include <stdlib.h>

enum { NOTED_MS = 60 * 60 * 1000 }; /* so long the time of an equal answer need not move */

void
snapshot_row_done(struct snapshot_row *r)
{
	for (int i = 0; i < SNAPSHOT_COLUMNS; i++)
		free(r->json[i]);
	*r = (struct snapshot_row){ .ticker = NULL };
}

static void
copy_windows(struct db_copy *copy, const struct num points[WIN_COUNT])
{
	for (int w = 0; w < WIN_COUNT; w++)
		if (window_is_canonical((enum window)w))
			db_copy_num(copy, points[w]);
}

static int
copy_row(struct db_copy *copy, const struct snapshot_row *r, struct err *e)
{
	db_copy_str(copy, r->ticker);
	db_copy_str(copy, r->sector);
	for (int i = 0; i < SNAPSHOT_COLUMNS; i++)
		db_copy_str(copy, r->json[i]);
	db_copy_str(copy, r->fgos_status);
	db_copy_str(copy, r->fgos_category);
	db_copy_str(copy, r->fgos_label);
	db_copy_str(copy, r->maturity);
	db_copy_num(copy, r->fgos_score);
	db_copy_num(copy, r->fgos_confidence);
	copy_windows(copy, r->against_sector);
	copy_windows(copy, r->against_market);
	return db_copy_row(copy, e);
}

static int
stage(struct job_ctx *c, const struct snapshot_row *row, size_t n, struct err *e)
{
	struct db_copy *copy;

	if (db_exec(c->db, Q_SNAPSHOT_STAGE, NULL, NULL, e) < 0)
		return -1;
	copy = db_copy_begin(c->db, Q_SNAPSHOT_COPY, e);
	if (!copy)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (copy_row(copy, &row[i], e) < 0) {
			db_copy_abort(copy);
			return -1;
		}
	return db_copy_end(copy, NULL, e);
}

int
snapshot_rows_write(struct job_ctx *c, const struct snapshot_row *row, size_t n, struct tally *t,
		    struct err *e)
{
	char day[DATE_BUF], now[24], asked[CLOCK_BUF], noted[CLOCK_BUF];
	const char *args[] = { date_iso(c->as_of, day), SNAPSHOT_ENGINE, now, noted };
	const char *kept[] = { day, SNAPSHOT_ENGINE, asked };

	(void)fmt_buf(now, sizeof(now), "%lld", (long long)c->now_ms);
	clock_iso(c->now_ms - SNAPSHOT_ASKED_MS, asked);
	clock_iso(c->now_ms - NOTED_MS, noted);
	if (stage(c, row, n, e) < 0 || db_exec(c->db, Q_STAGE_SNAPSHOT_KEEP, kept, NULL, e) < 0)
		return -1;
	return run_merge(c, Q_SNAPSHOT_MERGE, args, t, e);
}
