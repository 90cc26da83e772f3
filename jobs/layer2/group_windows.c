#include "jobs/layer2/group_windows.h"

#include "core/db_copy.h"
#include "jobs/common.h"

#include <stdlib.h>
#include <string.h>

void
group_windows_init(struct group_windows *g)
{
	memset(g, 0, sizeof(*g));
	g->name = map_new();
}

void
group_windows_done(struct group_windows *g)
{
	map_free(g->name);
	vec_done(&g->need);
}

struct group_need *
group_windows_need(struct group_windows *g, const char *name)
{
	size_t i = map_add(g->name, name, strlen(name));

	if (i == g->need.n) {
		struct group_need n;

		memset(&n, 0, sizeof(n));
		for (int w = 0; w < WIN_COUNT; w++)
			n.wanted[w] = window_is_canonical((enum window)w);
		vec_push(&g->need, n);
	}
	return &g->need.at[i];
}

static int64_t
gaps_of(const struct group_need *n)
{
	int64_t gaps = 0;

	for (int w = 0; w < WIN_COUNT; w++)
		gaps += n->wanted[w] && !n->value[w].has;
	return gaps;
}

int64_t
group_windows_gaps(const struct group_windows *g, struct str *out)
{
	const char **word = mem_zalloc((g->need.n + 1) * sizeof(*word));
	int64_t all = 0;
	size_t n = 0;

	for (size_t i = 0; i < g->need.n; i++) {
		int64_t gaps = gaps_of(&g->need.at[i]);

		all += gaps;
		if (gaps > 0)
			word[n++] = map_key(g->name, i);
	}
	if (out)
		words_array(word, out);
	free(word);
	return all;
}

int64_t
group_windows_values(const struct group_windows *g)
{
	int64_t n = 0;

	for (size_t i = 0; i < g->need.n; i++)
		for (int w = 0; w < WIN_COUNT; w++)
			n += g->need.at[i].wanted[w] && g->need.at[i].value[w].has;
	return n;
}

static int64_t
fill(struct group_need *need, const struct window_day *d, size_t n, const struct group_rule *rule)
{
	struct num value[WIN_COUNT];
	int64_t filled = 0;

	rule->fn(rule->arg, d, n, value);
	for (int w = 0; w < WIN_COUNT; w++) {
		if (!need->wanted[w] || need->value[w].has || !value[w].has)
			continue;
		need->value[w] = value[w];
		need->source[w] = rule->source;
		filled++;
	}
	return filled;
}

int64_t
group_windows_fill(struct group_windows *g, const struct rows *r, const struct group_rule *rule)
{
	VEC(struct window_day) d = { 0 };
	int64_t filled = 0;

	for (int i = 0; i < rows_count(r); i++) {
		struct window_day one = { rows_date(r, i, 1), rows_num(r, i, 2) };
		const char *name = rows_text(r, i, 0);

		vec_push(&d, one);
		if (i + 1 == rows_count(r) || !str_same(name, rows_text(r, i + 1, 0))) {
			filled += fill(group_windows_need(g, name), d.at, d.n, rule);
			d.n = 0;
		}
	}
	vec_done(&d);
	return filled;
}

static int
send(const struct group_windows *g, struct db_copy *copy, struct err *e)
{
	for (size_t i = 0; i < g->need.n; i++)
		for (int w = 0; w < WIN_COUNT; w++) {
			const struct group_need *n = &g->need.at[i];

			if (!n->wanted[w] || !n->value[w].has)
				continue;
			db_copy_str(copy, map_key(g->name, i));
			db_copy_str(copy, window_code((enum window)w));
			db_copy_num(copy, n->value[w]);
			db_copy_str(copy, n->source[w]);
			if (db_copy_row(copy, e) < 0)
				return -1;
		}
	return 0;
}

int
group_windows_stage(const struct group_windows *g, struct db *db, struct err *e)
{
	struct db_copy *copy;

	if (db_exec(db, Q_GROUP_WINDOWS_STAGE, NULL, NULL, e) < 0)
		return -1;
	copy = db_copy_begin(db, Q_GROUP_WINDOWS_COPY, e);
	if (!copy)
		return -1;
	if (send(g, copy, e) < 0) {
		db_copy_abort(copy);
		return -1;
	}
	return db_copy_end(copy, NULL, e);
}
