/* Shares that split when a test or the demo wants it.  The market stays immutable: a new one takes
 * its place. */
#include "tests/fakefmp_market.h"

#include "core/str.h"
#include "core/vec.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { LINE = 80, RATIO_MAX = 1000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards splits */
static VEC(struct split) splits;
static char file[1024]; /* "" = they are not kept */

static bool
parse(const char *line, struct split *s)
{
	char day[12];
	int end = -1;

	*s = (struct split){ .num = 0 };
	return sscanf(line, "%23s %11s %d:%d%n", s->symbol, day, &s->num, &s->den, &end) == 4 &&
	       end > 0 && (line[end] == '\0' || line[end] == '\n') && date_parse(day, &s->day) &&
	       s->num > 0 && s->den > 0 && s->num <= RATIO_MAX && s->den <= RATIO_MAX &&
	       s->num != s->den;
}

bool
splits_open(const char *path)
{
	char line[LINE];
	struct split s;
	bool ok = true;
	FILE *f = fopen(path, "r");

	str_copy(file, sizeof(file), path);
	while (f && ok && fgets(line, sizeof(line), f)) {
		ok = parse(line, &s);
		if (ok)
			vec_push(&splits, s);
	}
	if (f)
		fclose(f);
	return ok;
}

static bool
keep(const struct split *s)
{
	char iso[DATE_BUF];
	FILE *f = *file ? fopen(file, "a") : NULL;
	bool ok = f &&
		  fprintf(f, "%s %s %d:%d\n", s->symbol, date_iso(s->day, iso), s->num, s->den) > 0;

	if (f && fclose(f) != 0)
		ok = false;
	return ok || !*file;
}

static bool
known(const struct split *s)
{
	for (size_t i = 0; i < splits.n; i++)
		if (strcmp(splits.at[i].symbol, s->symbol) == 0 &&
		    date_eq(splits.at[i].day, s->day))
			return true;
	return false;
}

bool
splits_add(const struct market *m, const char *line)
{
	const struct stock *stock;
	struct split s;
	int session;
	bool ok;

	if (!parse(line, &s))
		return false;
	stock = market_find(m, s.symbol);
	session = market_session(m, s.day);
	if (!stock || session <= m->first || !date_eq(m->day[session], s.day) ||
	    session <= stock->ipo || !market_listed(stock, session))
		return false;
	pthread_mutex_lock(&mutex);
	ok = !known(&s) && keep(&s);
	if (ok)
		vec_push(&splits, s);
	pthread_mutex_unlock(&mutex);
	return ok;
}

void
splits_clear(void)
{
	pthread_mutex_lock(&mutex);
	splits.n = 0;
	if (*file)
		remove(file);
	pthread_mutex_unlock(&mutex);
}

struct market *
splits_market(const struct market_opts *o)
{
	struct market_opts with = *o;
	struct market *m;

	pthread_mutex_lock(&mutex);
	with.split = splits.at;
	with.nsplits = splits.n;
	m = market_new(&with);
	pthread_mutex_unlock(&mutex);
	return m;
}
