/* Marks are set in the transaction that overwrites the evidence: a process that dies afterwards
 * leaves them behind. */
#include "jobs/layer1/prices_day.h"

#include "core/num.h"
#include "jobs/backfill/ticker_history.h"
#include "jobs/common.h"

#include <string.h>

enum { LIST_MAX = 8 << 20, PAUSED_MANY = 50 };

/* A transaction may be done anew: what its last attempt saw is dropped. */
static void
forget_day(struct price_run *r, struct date day)
{
	size_t n = r->marks.n;

	while (n > 0 && date_eq(r->marks.at[n - 1].day, day))
		n--;
	r->marks.n = n;
}

static void
keep(struct price_run *r, struct date day, const struct rows *rows, int i)
{
	const char *ticker = rows_text(rows, i, 0);
	struct price_mark m = { .at = map_find(r->tickers, ticker, strlen(ticker)), .day = day };

	m.bar = (struct restated_bar){ .was = rows_num(rows, i, 1).v,
				       .sent = rows_num(rows, i, 2).v,
				       .was_half = rows_num(rows, i, 3).v,
				       .sent_half = rows_num(rows, i, 4).v,
				       .raw = rows_bool(rows, i, 5) };
	vec_push(&r->marks, m);
}

int
price_marks_restated(struct price_run *r, struct date day, struct err *e)
{
	char as_of[DATE_BUF], iso[DATE_BUF], run[NUM_BUF];
	const char *args[] = { date_iso(r->c->as_of, as_of), num_int(run_number(r->c), run),
			       RESTATED_BY };
	ROWS_AUTO rows = db_query(r->c->db, Q_STAGE_PRICES_RESTATED, args, e);

	if (!rows)
		return -1;
	forget_day(r, day);
	for (int i = 0; i < rows_count(rows); i++)
		keep(r, day, rows, i);
	if (rows_count(rows) > 0)
		run_log(r->c, LVL_WARN, "%s: adj_close of %d ticker%s was restated",
			date_iso(day, iso), rows_count(rows), num_s(rows_count(rows)));
	return 0;
}

static void
array_of(const struct rows *rows, struct str *out)
{
	size_t n = (size_t)rows_count(rows);
	const char **word = mem_zalloc((n + 1) * sizeof(*word));

	for (size_t i = 0; i < n; i++)
		word[i] = rows_text(rows, (int)i, 0);
	words_array(word, out);
	free(word);
}

/* Tickers of the present file that no earlier day of the run has. */
static size_t
newcomers(const struct price_run *r, struct str *out)
{
	const char **word = mem_zalloc((r->n + 1) * sizeof(*word));
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->row[i] != 0 && !r->known[i])
			word[n++] = map_key(r->tickers, i);
	words_array(word, out);
	free(word);
	return n;
}

/* So many at once are not shares that paused: the days between are missing, or the day to compare
 * with could not be had. */
static bool
too_many(struct price_run *r, int64_t paused, size_t asked)
{
	if (paused <= PAUSED_MANY || 2 * (size_t)paused <= asked)
		return false;
	run_taint(r->c, "new bars could not be compared with what is stored: a split or dividend "
			"since then would not show");
	return true;
}

int
price_marks_paused(struct price_run *r, struct date day, struct err *e)
{
	char as_of[DATE_BUF], iso[DATE_BUF], first[DATE_BUF], run[NUM_BUF];
	STR_AUTO asked = { 0 };
	STR_AUTO found = { 0 };
	ROWS_AUTO rows = NULL;

	str_init(&asked, LIST_MAX);
	str_init(&found, LIST_MAX);
	size_t n = newcomers(r, &asked);

	if (n == 0)
		return 0;
	rows = db_query(
		r->c->db, Q_PRICES_MARKS_PAUSED,
		(const char *[]){ str_c(&asked), date_iso(day, iso), date_iso(r->first, first) },
		e);
	if (!rows)
		return -1;
	if (rows_count(rows) == 0 || too_many(r, rows_count(rows), n))
		return 0;
	array_of(rows, &found);
	return db_exec(r->c->db, Q_PRICES_MARKS_PAUSE,
		       (const char *[]){ str_c(&found), date_iso(r->c->as_of, as_of), iso,
					 num_int(run_number(r->c), run) },
		       NULL, e);
}

void
price_marks_stored(struct price_run *r)
{
	for (size_t i = 0; i < r->n; i++)
		r->known[i] = r->known[i] || r->row[i] != 0;
}
