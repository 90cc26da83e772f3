#include "jobs/layer4/snapshot_rows.h"

#include "core/clock.h"
#include "core/db_copy.h"

#include <ctype.h>
#include <stdlib.h>

enum {
	NOTED_MS = 60 * 60 * 1000, /* so long the time of an equal answer need not move */
	FIGURES_BYTES = 1 << 16
};

void
snapshot_row_done(struct snapshot_row *r)
{
	for (int i = 0; i < SNAPSHOT_COLUMNS; i++)
		free(r->json[i]);
	*r = (struct snapshot_row){ .ticker = NULL };
}

static void
set_windows(struct json *o, const char *against, const struct num points[WIN_COUNT])
{
	char name[40];

	for (int w = 0; w < WIN_COUNT; w++) {
		if (!window_is_canonical((enum window)w))
			continue;
		(void)fmt_buf(name, sizeof(name), "relative_vs_%s_%s", against,
			      window_code((enum window)w));
		for (char *p = name; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		json_set_num(o, name, points[w]);
	}
}

static struct json *
figures_json(const struct snapshot_row *r)
{
	struct json *o = json_new_object();

	json_set_text(o, "sector", r->sector);
	json_set_text(o, "fgos_status", r->fgos_status);
	json_set_text(o, "fgos_category", r->fgos_category);
	json_set_text(o, "fgos_confidence_label", r->fgos_label);
	json_set_text(o, "fgos_maturity", r->maturity);
	json_set_num(o, "fgos_score", r->fgos_score);
	json_set_num(o, "fgos_confidence_percent", r->fgos_confidence);
	set_windows(o, "sector", r->against_sector);
	set_windows(o, "market", r->against_market);
	return o;
}

/* The columns that are JSON go in as they are: read and printed again, their figures would get
 * other digits. */
void
snapshot_row_json(const struct snapshot_row *r, struct str *out)
{
	struct json *figures = figures_json(r);
	STR_AUTO text = { .max = FIGURES_BYTES };

	json_print(figures, &text);
	json_free(figures);
	str_put(out, str_c(&text), text.len - 1); /* without its brace */
	for (int c = 0; c < SNAPSHOT_COLUMNS; c++)
		str_fmt(out, ",\"%s\":%s", snapshot_column_name((enum snapshot_column)c),
			str_or(r->json[c], "null"));
	str_putc(out, '}');
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
