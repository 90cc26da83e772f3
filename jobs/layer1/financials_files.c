#include "jobs/layer1/financials_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	DEFAULT_FIRST = 2010,
	AT_A_TIME = 5,
	REFUSALS_MAX = 3,
	PER_YEAR = STATEMENT_PERIODS * STATEMENTS
};

/* One number of the list; true with *p behind it. */
static bool
take_year(const char **p, int *year)
{
	char *end;
	long v = strtol(*p, &end, 10);

	if (end != *p + 4 || v < YEAR_FIRST || v > YEAR_LAST)
		return false;
	*year = (int)v;
	*p = end;
	return true;
}

static int
pick_years(struct statement_files *f, const char *list, struct err *e)
{
	int from, to;

	for (const char *p = list; *p;) {
		bool ok = take_year(&p, &from);

		to = from;
		if (ok && *p == '-') {
			p++;
			ok = take_year(&p, &to) && from <= to;
		}
		if (!ok || (*p && *p != ','))
			return err_set(
				e, ERR_USAGE,
				"years: \"%.40s\": give 2022-2026 or 2015,2016,2018 (%d to %d)",
				list, YEAR_FIRST, YEAR_LAST);
		while (from <= to)
			f->wanted[from++ - YEAR_FIRST] = true;
		p += strspn(p, ", ");
	}
	return 0;
}

int
statement_files_open(struct statement_files *f, struct job_ctx *c, const char *years, struct err *e)
{
	*f = (struct statement_files){ .c = c, .current = date_year(c->as_of) };
	f->period = mem_zalloc((size_t)YEARS * PER_YEAR * sizeof(*f->period));
	if (years)
		return pick_years(f, years, e);
	for (int y = DEFAULT_FIRST; y <= f->current + 1; y++)
		f->wanted[y - YEAR_FIRST] = true;
	return 0;
}

void
statement_files_close(struct statement_files *f)
{
	for (size_t i = 0; f->period && i < (size_t)YEARS * PER_YEAR; i++)
		if (f->period[i].path)
			cache_done(&f->period[i]);
	for (size_t i = 0; i < ARRAY_LEN(f->trailing); i++)
		cache_done(&f->trailing[i]);
	free(f->period);
	f->period = NULL;
	map_free(f->known);
	f->known = NULL;
}

bool
statement_files_mutable(const struct statement_files *f, int year)
{
	int y, month, day;

	date_split(f->c->as_of, &y, &month, &day);
	return year >= f->current || (year == f->current - 1 && month <= 3);
}

static struct cache_file *
place_of(struct statement_files *f, const struct statement_file *s)
{
	if (s->kind >= STATEMENTS)
		return &f->trailing[s->kind - STATEMENTS];
	return &f->period[(s->year - YEAR_FIRST) * PER_YEAR + s->period * STATEMENTS +
			  (int)s->kind];
}

const struct cache_file *
statement_files_at(const struct statement_files *f, const struct statement_file *s)
{
	const struct cache_file *at;

	if (s->kind >= STATEMENTS)
		at = &f->trailing[s->kind - STATEMENTS];
	else
		at = &f->period[(s->year - YEAR_FIRST) * PER_YEAR + s->period * STATEMENTS +
				(int)s->kind];
	return at->path ? at : NULL;
}

/* Behind the header, which holds no line break, there is something. */
bool
statement_file_filled(const struct cache_file *file)
{
	FILE *f = fopen(file->path, "re");
	int ch = f ? getc(f) : EOF;

	while (ch != EOF && ch != '\n')
		ch = getc(f);
	while (ch == '\n' || ch == '\r' || ch == ' ')
		ch = getc(f);
	if (f)
		(void)fclose(f);
	return ch != EOF;
}

static const char *
unit_of(const struct statement_file *s, char buf[STATEMENT_KEY + 8])
{
	char key[STATEMENT_KEY];

	fmt_buf(buf, STATEMENT_KEY + 8, "get %s", statement_key(s, key));
	return buf;
}

/* Whether the copy in the cache will do: downloaded by an earlier process of this very run, or of a
 * time that is over. */
static bool
good_enough(const struct statement_files *f, const struct statement_file *s)
{
	char unit[STATEMENT_KEY + 8];

	if (params_bool(f->c->params, "skip_download") || run_unit_done(f->c, unit_of(s, unit)))
		return true;
	if (params_bool(f->c->params, "force") || s->kind >= STATEMENTS)
		return false;
	return !statement_files_mutable(f, s->year);
}

static int
nothing(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	(void)c;
	(void)arg;
	(void)e;
	*t = (struct tally){ 0 };
	return 0;
}

/* From here on the file stands in for its download, also for a run that goes on after a crash. */
static int
keep(struct statement_files *f, const struct statement_file *s, struct cache_file *got,
     struct err *e)
{
	struct cache_file *at = place_of(f, s);
	struct cache_file kept = CACHE_FILE_INIT;
	char unit[STATEMENT_KEY + 8];

	cache_keep(f->c, got);
	cache_done(at);
	/* A dry run and a full disk keep nothing: then the temporary file is read. */
	if (access(got->path, F_OK) != 0 && statement_find(f->c, s, &kept)) {
		*at = kept;
		cache_done(got);
	} else {
		*at = *got;
		*got = (struct cache_file)CACHE_FILE_INIT;
	}
	return run_transaction(f->c, unit_of(s, unit), nothing, NULL, e);
}

/* Trouble of the whole vendor, or of one endpoint, would meet the next file as well. */
static int
refusal(struct statement_files *f, const struct statement_file *s, struct err *e)
{
	bool had = place_of(f, s)->path != NULL;
	bool all = e->cls == ERR_AUTH;

	switch (e->cls) {
	case ERR_AUTH:
	case ERR_PLAN:
	case ERR_QUOTA:
	case ERR_NETWORK:
	case ERR_DATA:
	case ERR_EMPTY:
		break;
	default: /* a column that is gone, the run's own end, the cache directory */
		return -1;
	}
	if (f->refused++ == 0)
		f->first = *e;
	if (++f->in_a_row >= REFUSALS_MAX)
		all = true;
	run_count_error(f->c, 1);
	run_log(f->c, LVL_ERROR, "%s; %s", e->text,
		had ? "the copy in the cache stays in use" : "there is no copy in the cache");
	f->barred[s->kind] = f->barred[s->kind] || e->cls == ERR_PLAN;
	for (int k = 0; all && k < STATEMENT_KINDS; k++)
		f->barred[k] = true;
	if (all)
		run_log(f->c, LVL_ERROR, "nothing more is asked of the vendor in this run");
	*e = (struct err)ERR_INIT;
	return 0;
}

/* An answer without rows never takes the place of one that had some. */
static int
nothing_came(struct statement_files *f, const struct statement_file *s)
{
	char key[STATEMENT_KEY];

	f->empty++;
	if (place_of(f, s)->path)
		run_log(f->c, LVL_WARN,
			"%s: the vendor has no row now; the copy in the cache stays",
			statement_key(s, key));
	return 0;
}

static int
read_known(struct statement_files *f, struct err *e)
{
	ROWS_AUTO r = db_query(f->c->db, Q_FINANCIALS_UNITS, &f->c->job->name, e);

	if (!r)
		return -1;
	f->known = map_new();
	for (int i = 0; i < rows_count(r); i++)
		map_add(f->known, rows_text(r, i, 0), strlen(rows_text(r, i, 0)));
	return 0;
}

static bool
is_known(const struct statement_files *f, const char *unit)
{
	return map_find(f->known, unit, strlen(unit)) != MAP_NONE;
}

/* Of a year at least one file has come when it was asked for; who asks for what is still open asks
 * for the year before, too. */
static bool
was_asked(const struct statement_files *f, int year)
{
	char unit[STATEMENT_KEY + 8];

	for (int y = year < f->current ? year : f->current - 1; y <= year; y++)
		for (int i = 0; i < PER_YEAR; i++)
			if (is_known(f, unit_of(&(struct statement_file){ (enum statement_kind)(
										  i % STATEMENTS),
									  y, i / STATEMENTS },
						unit)))
				return true;
	return false;
}

bool
statement_files_likely(const struct statement_files *f, const char *unit, int year)
{
	return !f->known || is_known(f, unit) ||
	       (year > 0 ? !was_asked(f, year) : map_count(f->known) == 0);
}

/* Whether the vendor has rows by now it alone knows: what had none is likely to have none again. */
static int
look_at(struct statement_files *f, const struct statement_file *s, struct cache_file *got,
	struct err *e)
{
	struct cache_file *at = place_of(f, s);
	char unit[STATEMENT_KEY + 8];

	unit_of(s, unit);
	if (!f->known && read_known(f, e) < 0)
		return -1;
	if (at->path ? !statement_file_filled(at) : !statement_files_likely(f, unit, s->year)) {
		run_look_units(f->c, true);
		return 0;
	}
	if (!at->path)
		run_look_units(f->c, true);
	cache_keep(f->c, got);
	if (!at->path) {
		*at = *got;
		*got = (struct cache_file)CACHE_FILE_INIT;
	}
	return run_transaction(f->c, unit, nothing, NULL, e);
}

static int
download(struct statement_files *f, const struct statement_file *s, struct err *e)
{
	CACHE_AUTO got = CACHE_FILE_INIT;
	int64_t rows;

	if (f->asked > 0 && f->asked % AT_A_TIME == 0)
		cancel_wait(f->c->cancel, 2 * f->c->conf->part_pause_ms);
	f->asked++;
	if (statement_fetch(f->c, s, &got, &rows, e) < 0)
		return refusal(f, s, e);
	if (run_looks(f->c))
		return look_at(f, s, &got, e);
	f->in_a_row = 0;
	if (got.empty || (rows == 0 && place_of(f, s)->path))
		return nothing_came(f, s);
	if (rows == 0)
		f->empty++;
	return keep(f, s, &got, e);
}

static int
get_one(struct statement_files *f, const struct statement_file *s, struct err *e)
{
	bool had = statement_find(f->c, s, place_of(f, s));

	if (had && good_enough(f, s)) {
		f->reused++;
		return 0;
	}
	if (f->barred[s->kind] || params_bool(f->c->params, "skip_download"))
		return 0;
	return run_check(f->c, e) < 0 ? -1 : download(f, s, e);
}

static int
get_year(struct statement_files *f, int year, int64_t *done, struct err *e)
{
	for (int p = 0; p < STATEMENT_PERIODS; p++)
		for (int k = 0; k < STATEMENTS; k++) {
			struct statement_file s = { (enum statement_kind)k, year, p };

			if (get_one(f, &s, e) < 0)
				return -1;
			run_progress(f->c, ++*done);
		}
	return 0;
}

/* Every period is built around its income statements. */
static bool
any_income(const struct statement_files *f)
{
	for (size_t i = STATEMENT_INCOME; i < (size_t)YEARS * PER_YEAR; i += STATEMENTS)
		if (f->period[i].path)
			return true;
	return false;
}

static int
judge(struct statement_files *f, struct err *e)
{
	run_log(f->c, LVL_INFO,
		"statement files: %lld asked for, %lld taken from the cache, %lld without rows, "
		"%lld refused",
		(long long)f->asked, (long long)f->reused, (long long)f->empty,
		(long long)f->refused);
	if (any_income(f))
		return 0;
	if (f->refused > 0) {
		*e = f->first;
		return err_wrap(e,
				"no income statements, neither from the vendor nor in the cache");
	}
	return err_set(e, ERR_EMPTY,
		       "no statement file of these years, neither from the vendor nor "
		       "in the cache");
}

/* Newest first: when the vendor stops answering, what is there is what matters most. */
int
statement_files_get(struct statement_files *f, struct err *e)
{
	int64_t total = STATEMENT_KINDS - STATEMENTS, done = 0;

	for (int y = 0; y < YEARS; y++)
		total += f->wanted[y] ? PER_YEAR : 0;
	run_phase(f->c, "download", total);
	for (int k = STATEMENTS; k < STATEMENT_KINDS; k++) {
		struct statement_file s = { (enum statement_kind)k, 0, 0 };

		if (get_one(f, &s, e) < 0)
			return -1;
		run_progress(f->c, ++done);
	}
	f->in_a_row = 0; /* what refuses these may well answer for the statements */
	for (int y = YEARS - 1; y >= 0; y--)
		if (f->wanted[y] && get_year(f, y + YEAR_FIRST, &done, e) < 0)
			return -1;
	return judge(f, e);
}
