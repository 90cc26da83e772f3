#include "jobs/common.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIGURE_MAX = 64, RAW_MAX = 4096, NETWORK_FAILURES_MAX = 3 };

const char *const windows_canonical[] = { "1M", "3M", "6M", "1Y", "2Y", "3Y", "5Y", NULL };

const char *const windows_all[] = { "1D", "1W", "1M", "3M", "6M", "YTD",
				    "1Y", "2Y", "3Y", "5Y", NULL };

const char *const sectors[] = { "Basic Materials",
				"Communication Services",
				"Consumer Cyclical",
				"Consumer Defensive",
				"Energy",
				"Financial Services",
				"Healthcare",
				"Industrials",
				"Real Estate",
				"Technology",
				"Utilities",
				NULL };

/* Class shares (BRK-B) and exchange suffixes (SHOP.TO) stay: never cut, they tell companies apart.
 */
bool
ticker_normal(const char *p, size_t n, char out[TICKER_BUF])
{
	p = cell_trim(p, &n);
	if (n == 0 || n > TICKER_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		char ch = p[i];

		if (ch >= 'a' && ch <= 'z')
			ch = (char)(ch - 'a' + 'A');
		if (!(ch >= 'A' && ch <= 'Z') && !(ch >= '0' && ch <= '9') &&
		    !(ch && strchr(".^=-", ch)))
			return false;
		out[i] = ch;
	}
	out[n] = '\0';
	return true;
}

void
keys_array(const struct map *keys, struct str *out)
{
	size_t n = map_count(keys);
	const char **word = mem_zalloc((n + 1) * sizeof(*word));

	for (size_t i = 0; i < n; i++)
		word[i] = map_key(keys, i);
	words_array(word, out);
	free(word);
}

/* A column that the file lacks reads like an empty cell. */
const char *
cell_trim(const char *p, size_t *n)
{
	if (!p) {
		*n = 0;
		return "";
	}
	while (*n && strchr(" \t\r\n", p[0])) {
		p++;
		--*n;
	}
	while (*n && strchr(" \t\r\n", p[*n - 1]))
		--*n;
	return p;
}

const char *
cell_text(const char *p, size_t *n)
{
	p = cell_trim(p, n);
	return num_is_absent(p, *n) ? NULL : p;
}

struct csv_cell
cell_of_json(const struct json *v, char buf[NUM_BUF])
{
	const char *text = json_as_text(v);
	struct num n = json_as_num(v);

	if (!text && n.has)
		text = num_text(n.v, buf);
	return (struct csv_cell){ text, text ? strlen(text) : 0 };
}

bool
cell_figure(const struct csv_cell *cell, struct csv_cell *out)
{
	double v;

	out->len = cell->len;
	out->p = cell_text(cell->p, &out->len);
	if (!out->p)
		return true;
	if (out->len > FIGURE_MAX || !num_parse(out->p, out->len, &v))
		return false;
	return v == 0 || (fabs(v) > 1e-30 && fabs(v) < 1e30);
}

/* The reader hands over the raw text of rows that it could not take apart; of those that a rule
 * refuses the cells are put together again. */
void
row_raw(const struct csv_row *row, size_t n, struct str *raw)
{
	str_init(raw, RAW_MAX);
	if (row->raw)
		str_put(raw, row->raw, row->raw_len);
	for (size_t i = 0; !row->raw && i < n; i++) {
		if (i)
			str_putc(raw, ',');
		if (row->cell[i].p)
			str_put(raw, row->cell[i].p, row->cell[i].len);
	}
}

void
reject_row(struct job_ctx *c, struct tally *t, const char *reason, const struct csv_row *row,
	   size_t n)
{
	STR_AUTO raw = { 0 };

	t->rejected++;
	row_raw(row, n, &raw);
	run_reject(c, reason, str_c(&raw), raw.len);
}

int
input_of_job(struct job_ctx *c, const char *table, const char *job, int64_t rows, struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { job, date_iso(c->as_of, day) };
	ROWS_AUTO r = db_query(c->db, Q_COMMON_LAST_RUN, args, e);

	if (!r)
		return -1;
	run_input(c, table, rows_date(r, 0, 0), rows);
	return 0;
}

int
column_wanted(struct job_ctx *c, const char *table, const char *column, struct err *e)
{
	const char *name = db_relation(c->db, table);
	const char *args[] = { name, column };
	char why[2 * FIGURE_MAX];
	ROWS_AUTO r = db_query(c->db, Q_COMMON_HAS_COLUMN, args, e);

	if (!r)
		return -1;
	if (rows_bool(r, 0, 0))
		return 0;
	(void)fmt_buf(why, sizeof(why), "%s has no column %s", name, column);
	run_log(c, LVL_WARN,
		"%s here: it counts as unknown.  ALTER TABLE %s ADD COLUMN %s numeric, then run "
		"the job that fills it and this one again",
		why, name, column);
	run_taint(c, why);
	return 0;
}

bool
trouble_stops(const struct err *e, int64_t in_a_row)
{
	switch (e->cls) {
	case ERR_DATA:
	case ERR_EMPTY:
	case ERR_NOT_READY:
	case ERR_PROTOCOL:
		return false;
	case ERR_NETWORK:
		return in_a_row >= NETWORK_FAILURES_MAX;
	case ERR_DB:
		return e->disconnected ||
		       (strncmp(e->sqlstate, "22", 2) != 0 && strncmp(e->sqlstate, "23", 2) != 0);
	default:
		return true;
	}
}
