/* A diff as people and programs read it. */
#include "core/run_diff.h"
#include "core/sheet.h"

#include <float.h>
#include <inttypes.h>

enum { COL_ROW, COL_WAS, COL_NOW, COL_CHANGE, COL_SINCE };

bool
diff_table_changes(const struct diff_table *t)
{
	const struct shadow *s = &t->shadow;

	return s->inserted + s->updated + s->deleted + s->touched > 0;
}

bool
diff_is_empty(const struct diff *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (diff_table_changes(&d->at[i]))
			return false;
	return true;
}

static void
put_sheet(struct sheet *s, struct str *out)
{
	if (sheet_write(s, "", SHEET_TXT, out) < 0)
		str_puts(out, "(too long to be shown)\n");
}

static void
put_count(struct sheet *s, int64_t n)
{
	char buf[NUM_BUF];

	sheet_cell(s, num_group(n, buf));
}

static void
put_counts(const struct diff *d, struct str *out)
{
	static const char *const heads[] = { "TABLE",	"INSERTED",  "UPDATED",
					     "DELETED", "UNCHANGED", NULL };
	SHEET_AUTO s;

	sheet_init(&s, heads);
	for (size_t i = 0; i < d->n; i++) {
		const struct shadow *w = &d->at[i].shadow;

		sheet_cell(&s, d->at[i].name);
		put_count(&s, w->inserted);
		put_count(&s, w->updated);
		put_count(&s, w->deleted);
		put_count(&s, w->unchanged);
	}
	put_sheet(&s, out);
}

/* Four places are enough to look at; the JSON has them all. */
static void
put_figure(struct sheet *s, bool sign, struct num v)
{
	char buf[NUM_BUF + DBL_MAX_10_EXP];

	fmt_buf(buf, sizeof(buf), sign ? "%+.4f" : "%.4f", v.v);
	sheet_cell(s, buf);
}

/* SINCE: the day of the value before, where that is another row's. */
static void
put_moves(const struct diff_table *t, struct str *out)
{
	static const char *const heads[] = { "ROW", "WAS", "NOW", "CHANGE", "SINCE", NULL };

	if (!t->moves || !rows_count(t->moves))
		return;
	SHEET_AUTO s;

	str_fmt(out, "\nlargest moves of %s in %s\n", t->score, t->name);
	sheet_init(&s, heads);
	for (int i = 0; i < rows_count(t->moves); i++) {
		sheet_cell(&s, str_or(rows_text(t->moves, i, COL_ROW), ""));
		put_figure(&s, false, rows_num(t->moves, i, COL_WAS));
		put_figure(&s, false, rows_num(t->moves, i, COL_NOW));
		put_figure(&s, true, rows_num(t->moves, i, COL_CHANGE));
		sheet_cell(&s, str_or(rows_text(t->moves, i, COL_SINCE), ""));
	}
	put_sheet(&s, out);
}

void
diff_text(const struct diff *d, struct str *out)
{
	char day[DATE_BUF];

	str_fmt(out, "diff of %s as of %s, run %" PRId64 "\n", d->job, date_iso(d->as_of, day),
		d->run);
	put_counts(d, out);
	for (size_t i = 0; i < d->n; i++)
		put_moves(&d->at[i], out);
}

static struct json *
moves_json(const struct rows *r)
{
	static const char *const names[] = { "row", "was", "now", "change", "since" };
	struct json *list = json_new_array();

	for (int i = 0; r && i < rows_count(r); i++) {
		struct json *o = json_new_object();

		for (int c = COL_ROW; c <= COL_SINCE; c++)
			if (c == COL_ROW || c == COL_SINCE)
				json_set_text(o, names[c], rows_text(r, i, c));
			else
				json_set_num(o, names[c], rows_num(r, i, c));
		json_push(list, o);
	}
	return list;
}

struct json *
diff_json(const struct diff *d)
{
	struct json *o = json_new_object(), *list = json_new_array();

	for (size_t i = 0; i < d->n; i++) {
		const struct diff_table *t = &d->at[i];
		struct json *j = json_new_object();

		json_set_text(j, "table", t->name);
		json_set_int(j, "inserted", t->shadow.inserted);
		json_set_int(j, "updated", t->shadow.updated);
		json_set_int(j, "deleted", t->shadow.deleted);
		json_set_int(j, "unchanged", t->shadow.unchanged);
		json_set_text(j, "score", t->score);
		json_set(j, "moves", moves_json(t->moves));
		json_push(list, j);
	}
	json_set(o, "tables", list);
	return o;
}
