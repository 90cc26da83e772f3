#include "jobs/layer1/financials_read.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHECK_EVERY = 1000,
	QUARTERS_KEPT = 6, /* two to spare: files are by fiscal quarter, not by day */
	FILE_SEQ = 10 * 1000 * 1000,
	FIGURES_BYTES = 1 << 20, /* of one row; a cell has 64 KiB at most */
	READERS = STATEMENTS + 1 /* one per kind, and one for the trailing metrics */
};

/* One kind of statement.  Of its thread alone until it has ended, but for *failed. */
struct reader {
	const struct reading *r;
	enum statement_kind kind;
	atomic_int *failed; /* the first kind that failed, shared */
	struct held held;
	struct read_counts counts;
	struct refused refused;
	unsigned char *seen; /* TTM: rows of each company, NULL = all are kept */
	size_t company;	     /* the last one found */
	int64_t seq;
	struct str figures; /* of the present row */
	struct err err;
	int result;
	bool started;
	pthread_t thread;
};

/* Kinds after one that failed are read for nothing; those before it go on, so that the error does
 * not depend on which thread was faster. */
static int
check(const struct reader *s, struct err *e)
{
	if (atomic_load(s->failed) < (int)s->kind)
		return err_set(e, ERR_CANCELLED, "another file could not be read");
	return run_check(s->r->c, e);
}

static void
hold(struct reader *s, size_t company, const struct statement_row *row)
{
	struct filed f = { company, s->kind, ++s->seq, row->end, row->year, row->quarter, NULL };

	str_clear(&s->figures);
	for (size_t i = 0; i < statement_figures(s->kind); i++) {
		if (i > 0)
			str_putc(&s->figures, ',');
		if (row->figure[i].p)
			str_put(&s->figures, row->figure[i].p, row->figure[i].len);
	}
	f.figures = str_c(&s->figures);
	held_add(&s->held, &f);
}

/* Newer quarters come first: behind enough of them the older ones are not needed. */
static bool
enough(struct reader *s, size_t company, const struct statement_row *row)
{
	if (!s->seen)
		return false;
	return row->quarter == 0 || s->seen[company]++ >= QUARTERS_KEPT;
}

/* The vendor's files and the universe are both much in the order of tickers: mostly it is the next
 * one, and that is told at once. */
static size_t
find_company(struct reader *s, const char *ticker)
{
	const struct map *universe = s->r->universe;
	size_t at = s->company + 1;

	if (at >= map_count(universe) || strcmp(map_key(universe, at), ticker) != 0)
		at = map_find(universe, ticker, strlen(ticker));
	if (at != MAP_NONE)
		s->company = at;
	return at;
}

static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct reader *s = arg;
	const struct reading *r = s->r;
	struct statement_row figures;
	const char *bad;
	size_t company;

	s->counts.at[s->kind]++;
	if (row->number % CHECK_EVERY == 0 && check(s, e) < 0)
		return -1;
	bad = row->bad ? row->bad : statement_decode(s->kind, row, r->c->as_of, &figures);
	if (bad) {
		s->counts.refused++;
		refused_add(&s->refused, bad, row, STATEMENT_FIGURES + statement_figures(s->kind));
		return 0;
	}
	company = find_company(s, figures.ticker);
	if (company == MAP_NONE || (r->lack && !r->lack[company]) || enough(s, company, &figures)) {
		s->counts.foreign++;
		return 0;
	}
	s->counts.kept += s->kind == STATEMENT_INCOME;
	if (company >= r->from && company < r->to)
		hold(s, company, &figures);
	return 0;
}

static int
read_file(struct reader *s, int year, int period)
{
	const struct statement_file which = { s->kind, year, period };
	const struct cache_file *f = statement_files_at(s->r->files, &which);
	size_t n;
	const struct csv_column *columns = statement_columns(s->kind, &n);
	char key[STATEMENT_KEY];

	if (!f)
		return 0;
	if (csv_read_file(f->path, columns, n, on_row, s, NULL, &s->err) < 0)
		return err_wrap(&s->err, "%s", statement_key(&which, key));
	return 0;
}

static int
read_quarters(struct reader *s)
{
	const struct statement_files *files = s->r->files;
	int rc = 0;

	s->seen = mem_zalloc(map_count(s->r->universe) + 1);
	for (int y = YEARS - 1; y >= 0; y--)
		for (int p = STATEMENT_PERIODS - 1; rc == 0 && files->wanted[y] && p > STATEMENT_FY;
		     p--) {
			s->seq = (int64_t)((y + YEAR_FIRST) * STATEMENT_PERIODS + p) * FILE_SEQ;
			rc = read_file(s, y + YEAR_FIRST, p);
		}
	free(s->seen);
	s->seen = NULL;
	return rc;
}

static void *
read_kind(void *arg)
{
	struct reader *s = arg;
	int none = STATEMENT_KINDS;

	str_init(&s->figures, FIGURES_BYTES);
	s->result = s->r->year == 0 && s->kind < STATEMENTS
			    ? read_quarters(s)
			    : read_file(s, s->r->year, s->r->period);
	str_done(&s->figures);
	while (s->result < 0 && (int)s->kind < none)
		if (atomic_compare_exchange_weak(s->failed, &none, (int)s->kind))
			break;
	return NULL;
}

/* Those without a thread of their own are read one after the other, here: the first one always. */
static void
run_readers(struct reader *s, size_t n, int workers)
{
	size_t threads = workers > 0 && (size_t)workers < n ? (size_t)workers : n;

	for (size_t i = 1; i < threads; i++)
		s[i].started = pthread_create(&s[i].thread, NULL, read_kind, &s[i]) == 0;
	for (size_t i = 0; i < n; i++)
		if (!s[i].started)
			read_kind(&s[i]);
	for (size_t i = 0; i < n; i++)
		if (s[i].started)
			pthread_join(s[i].thread, NULL);
}

static void
add_up(struct reader *s, struct held *held, struct read_counts *counts, struct refused *refused)
{
	held_join(held, &s->held);
	refused_join(refused, &s->refused);
	counts->at[s->kind] += s->counts.at[s->kind];
	counts->kept += s->counts.kept;
	counts->foreign += s->counts.foreign;
	counts->refused += s->counts.refused;
}

int
financials_read(const struct reading *r, struct held *held, struct read_counts *counts,
		struct refused *refused, struct err *e)
{
	const size_t n = r->year ? STATEMENTS : READERS;
	struct reader s[READERS] = { 0 };
	atomic_int failed;

	atomic_init(&failed, STATEMENT_KINDS);
	for (size_t i = 0; i < n; i++) {
		s[i].r = r;
		s[i].kind = (enum statement_kind)i;
		s[i].failed = &failed;
		s[i].company = MAP_NONE;
		s[i].err = (struct err)ERR_INIT;
	}
	run_readers(s, n, r->c->conf->workers);
	for (size_t i = 0; i < n; i++)
		add_up(&s[i], held, counts, refused);
	if (atomic_load(&failed) == STATEMENT_KINDS)
		return 0;
	*e = s[atomic_load(&failed)].err;
	return -1;
}
