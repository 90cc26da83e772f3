#include "jobs/layer4/snapshot_rows.h"

#include "core/db_copy.h"

#include <stdlib.h>

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
	char day[DATE_BUF], now[24];
	const char *args[] = { date_iso(c->as_of, day), SNAPSHOT_ENGINE, now };

	(void)fmt_buf(now, sizeof(now), "%lld", (long long)c->now_ms);
	if (stage(c, row, n, e) < 0)
		return -1;
	return run_merge(c, Q_SNAPSHOT_MERGE, args, t, e);
}
