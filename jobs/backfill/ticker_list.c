#include "jobs/backfill/ticker_list.h"

#include "jobs/common.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 8 << 20, LOGGED_MAX = 20 };

static const char separators[] = ", ;\t\r\n";

static int
add_words(const char *text, struct map *found, struct err *e)
{
	while (*(text += strspn(text, separators))) {
		size_t n = strcspn(text, separators);
		char ticker[TICKER_BUF];

		if (!ticker_normal(text, n, ticker))
			return err_set(e, ERR_USAGE, "\"%.*s\" is no ticker",
				       (int)(n < 40 ? n : 40), text);
		map_add(found, ticker, strlen(ticker));
		text += n;
	}
	return 0;
}

static int
add_file(FILE *f, const char *path, struct map *found, struct err *e)
{
	char buf[65536];
	STR_AUTO text = { 0 };
	size_t n;

	str_init(&text, FILE_MAX);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_put(&text, buf, n);
	if (ferror(f))
		return err_errno(e, ERR_USAGE, errno, path);
	if (text.overflow)
		return err_set(e, ERR_USAGE, "%s: more than 8 MiB", path);
	if (strlen(str_c(&text)) != text.len)
		return err_set(e, ERR_USAGE, "%s: not a text file", path);
	return add_words(str_c(&text), found, e) < 0 ? err_wrap(e, "%s", path) : 0;
}

/* A file if one of that name exists, else a comma list. */
static int
add_given(const char *value, struct map *found, struct err *e)
{
	FILE *f = fopen(value, "re");
	int rc;

	if (!f && errno != ENOENT && errno != ENAMETOOLONG && errno != ENOTDIR)
		return err_errno(e, ERR_USAGE, errno, value);
	if (!f)
		return add_words(value, found, e) < 0
			       ? err_wrap(e, "tickers: no file, and as a list")
			       : 0;
	rc = add_file(f, value, found, e);
	fclose(f);
	return rc;
}

static int
add_query(struct job_ctx *c, enum query q, struct map *found, struct err *e)
{
	ROWS_AUTO r = db_query(c->db, q, NULL, e);

	for (int i = 0; r && i < rows_count(r); i++) {
		const char *t = rows_text(r, i, 0);

		map_add(found, t, strlen(t));
	}
	return r ? 0 : -1;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
in_order(const struct map *found, int64_t limit, struct map *out)
{
	size_t n = map_count(found);
	const char **at = mem_zalloc((n + 1) * sizeof(*at));

	for (size_t i = 0; i < n; i++)
		at[i] = map_key(found, i);
	qsort(at, n, sizeof(*at), by_bytes);
	for (size_t i = 0; i < n && (limit <= 0 || (int64_t)i < limit); i++)
		map_add(out, at[i], strlen(at[i]));
	free(at);
}

/* A typing error shows here rather than as a row that no job will ever read. */
static int
warn_unknown(struct job_ctx *c, const struct map *list, struct err *e)
{
	STR_AUTO array = { 0 };
	ROWS_AUTO r = NULL;

	str_init(&array, FILE_MAX);
	keys_array(list, &array);
	r = db_query(c->db, Q_TICKER_LIST_UNKNOWN, (const char *[]){ str_c(&array) }, e);
	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r) && i < LOGGED_MAX; i++)
		run_log(c, LVL_WARN, "%s is not in fintra_universe", rows_text(r, i, 0));
	if (rows_count(r) > LOGGED_MAX)
		run_log(c, LVL_WARN, "%d more are not in fintra_universe",
			rows_count(r) - LOGGED_MAX);
	return 0;
}

static int
collect(struct job_ctx *c, struct map *found, struct err *e)
{
	const struct params *p = c->params;
	const char *one = params_text(p, "ticker"), *list = params_text(p, "tickers");
	bool all = params_bool(p, "all"), restated = params_bool(p, "restated");
	int given = (one != NULL) + (list != NULL) + all + restated;

	if (given != 1)
		return err_set(e, ERR_USAGE,
			       "%s: give one of --ticker SYM, --tickers FILE|A,B, --all%s",
			       given == 0 ? "for which tickers" : "several lists of tickers",
			       params_find(c->job->params, "restated") ? ", --restated" : "");
	if (all)
		return add_query(c, Q_TICKER_LIST_ACTIVE, found, e);
	if (restated)
		return add_query(c, Q_TICKER_LIST_RESTATED, found, e);
	return one ? add_words(one, found, e) : add_given(list, found, e);
}

int
ticker_list(struct job_ctx *c, struct map *out, struct err *e)
{
	struct map *found = map_new();
	int rc = collect(c, found, e);

	if (rc == 0)
		in_order(found, params_int(c->params, "limit", 0), out);
	map_free(found);
	if (rc < 0)
		return -1;
	if (map_count(out) == 0 && params_bool(c->params, "all"))
		return err_set(e, ERR_EMPTY, "no active stock: fintra run sync-universe");
	if (map_count(out) == 0 && !params_bool(c->params, "restated"))
		return err_set(e, ERR_USAGE, "the list of tickers is empty");
	return warn_unknown(c, out, e);
}
