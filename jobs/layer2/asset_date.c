#include "jobs/layer2/asset_date.h"

#include "core/run.h"
#include "core/str.h"
#include "jobs/common.h"

enum { DATES = 10, ARRAY_MAX = 512 };

struct candidates {
	const struct job_ctx *c;
	const char *windows; /* text[] */
	struct date at[DATES];
	int64_t rows[DATES]; /* at least the number of tickers */
	int n;
};

/* One probe of the index per date: a grouped query would read every row of the table. */
static int
find_dates(struct candidates *k, struct date upto, struct err *e)
{
	char day[DATE_BUF];

	for (k->n = 0; k->n < DATES; k->n++) {
		const char *args[] = { date_iso(upto, day), k->windows };
		ROWS_AUTO r = db_query(k->c->db, Q_ASSET_DATE_NEWEST, args, e);

		if (!r)
			return -1;
		k->at[k->n] = rows_date(r, 0, 0);
		k->rows[k->n] = 0;
		if (!date_is_set(k->at[k->n]))
			break;
		upto = date_add_days(k->at[k->n], -1);
	}
	return 0;
}

static int
count_rows(struct candidates *k, struct err *e)
{
	STR_AUTO dates = { 0 };
	char day[DATE_BUF];
	const char *args[2];
	ROWS_AUTO r = NULL;

	str_init(&dates, ARRAY_MAX);
	for (int i = 0; i < k->n; i++)
		str_fmt(&dates, "%c%s", i ? ',' : '{', date_iso(k->at[i], day));
	str_putc(&dates, '}');
	args[0] = str_c(&dates);
	args[1] = k->windows;
	r = db_query(k->c->db, Q_ASSET_DATE_ROWS, args, e);
	if (!r)
		return -1;
	for (int row = 0; row < rows_count(r); row++)
		for (int i = 0; i < k->n; i++)
			if (date_eq(rows_date(r, row, 0), k->at[i]))
				k->rows[i] = rows_int(r, row, 1);
	return 0;
}

static int
count_tickers(const struct candidates *k, int i, int64_t *n, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { date_iso(k->at[i], day), k->windows };
	ROWS_AUTO r = db_query(k->c->db, Q_ASSET_DATE_TICKERS, args, e);

	if (!r)
		return -1;
	*n = rows_int(r, 0, 0);
	return 0;
}

/* Exact counts are dear; most days the newest date passes even against the upper bounds of the
 * others. */
static int
choose(struct candidates *k, struct date *out, struct err *e)
{
	double share = k->c->conf->asset_date_min_share;
	int64_t tickers[DATES], best = 0, bound = 0;

	if (count_tickers(k, 0, &tickers[0], e) < 0)
		return -1;
	for (int i = 0; i < k->n; i++)
		if (k->rows[i] > bound)
			bound = k->rows[i];
	*out = k->at[0];
	if ((double)tickers[0] >= share * (double)bound)
		return 0;
	for (int i = 0; i < k->n; i++) {
		if (count_tickers(k, i, &tickers[i], e) < 0)
			return -1;
		if (tickers[i] > best)
			best = tickers[i];
	}
	for (int i = k->n - 1; i >= 0; i--)
		if ((double)tickers[i] >= share * (double)best)
			*out = k->at[i];
	return 0;
}

int
asset_date(const struct job_ctx *c, const char *const *windows, struct date upto, struct date *out,
	   struct err *e)
{
	struct candidates k = { .c = c };
	STR_AUTO list = { 0 };
	int rc;

	str_init(&list, ARRAY_MAX);
	words_array(windows, &list);
	k.windows = str_c(&list);
	*out = DATE_NONE;
	rc = find_dates(&k, upto, e);
	if (rc == 0 && k.n == 1)
		*out = k.at[0];
	if (rc == 0 && k.n > 1)
		rc = count_rows(&k, e);
	if (rc == 0 && k.n > 1)
		rc = choose(&k, out, e);
	return rc < 0 ? err_wrap(e, "as-of date of datos_performance") : 0;
}

int
asset_date_none(struct date upto, struct err *e)
{
	char day[DATE_BUF];

	date_iso(upto, day);
	return err_set(
		e, ERR_EMPTY,
		"datos_performance has no row up to %s: fintra run performance-bulk --as-of %s",
		day, day);
}

int
asset_date_required(const struct job_ctx *c, struct date upto, struct date *out, struct err *e)
{
	if (asset_date(c, windows_canonical, upto, out, e) < 0)
		return -1;
	return date_is_set(*out) ? 0 : asset_date_none(upto, e);
}

int
asset_date_universe(struct job_ctx *c, int64_t *active, struct err *e)
{
	ROWS_AUTO r = db_query(c->db, Q_ASSET_DATE_UNIVERSE, NULL, e);

	if (!r)
		return -1;
	if (active)
		*active = rows_int(r, 0, 1);
	run_input(c, "fintra_universe", rows_date(r, 0, 0), rows_int(r, 0, 1));
	return 0;
}
