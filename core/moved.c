#include "core/moved.h"

#include "core/num.h"
#include "core/report_rows.h"
#include "core/section.h"
#include "core/text.h"

#include <string.h>

/* Of the sections: the dates asked about, the last two there are, then what is told. */
enum { SECTION_DATES, SECTION_LAST, SECTION_FIRST };
enum { COL_DATE, COL_COUNT, COL_NEAREST };

int
moved_dates(struct moved *m, const char *one, const char *other, struct err *e)
{
	const char *const word[] = { one, other };
	struct date at[2];

	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		if (!date_parse(word[i], &at[i])) {
			STR_AUTO s = { 0 };

			str_init(&s, 100);
			text_clean(&s, word[i], strnlen(word[i], 20));
			return err_set(e, ERR_USAGE, "%s is not a date (YYYY-MM-DD)", str_c(&s));
		}
	if (date_eq(at[0], at[1]))
		return err_set(e, ERR_USAGE, "diff wants two different dates");
	m->from = date_cmp(at[0], at[1]) < 0 ? at[0] : at[1];
	m->to = date_cmp(at[0], at[1]) < 0 ? at[1] : at[0];
	return 0;
}

int
moved_last(struct db *db, const struct section *s, struct date as_of, struct moved *m,
	   struct err *e)
{
	char day[DATE_BUF];
	const char *args[] = { date_iso(as_of, day) };
	ROWS_AUTO r = db_query(db, (enum query)s[SECTION_LAST].query, args, e);

	if (!r)
		return -1;
	m->to = rows_date(r, 0, 0);
	m->from = rows_date(r, 0, 1);
	if (!date_is_set(m->from))
		return err_set(e, ERR_USAGE,
			       "there are not two days with snapshots up to %s to compare", day);
	return 0;
}

/* Both dates have snapshots; else the nearest day that has is named. */
static int
check_dates(struct db *db, const struct section *dates, const char *const *args, struct err *e)
{
	ROWS_AUTO r = db_query(db, (enum query)dates->query, args, e);

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r); i++) {
		const char *near = rows_text(r, i, COL_NEAREST);

		if (rows_int(r, i, COL_COUNT) == 0)
			return err_set(e, ERR_USAGE, "there are no snapshots of %s%s%s",
				       rows_text(r, i, COL_DATE),
				       near ? "; the nearest day with some is "
					    : " and of no other day",
				       str_or(near, ""));
	}
	return 0;
}

int
moved_read(struct db *db, const struct section *s, struct moved *m, struct err *e)
{
	char from[DATE_BUF], to[DATE_BUF], rows[NUM_BUF];
	const char *args[] = { date_iso(m->from, from), date_iso(m->to, to),
			       num_int(m->rows, rows) };

	if (check_dates(db, &s[SECTION_DATES], args, e) < 0)
		return -1;
	m->json = json_new_object();
	json_set_text(m->json, "from", from);
	json_set_text(m->json, "to", to);
	for (s += SECTION_FIRST; s->name; s++) {
		struct json *value = NULL;
		struct told told = { .text = &m->text, .json = &value };

		report_title(&m->text, "%s", s->title);
		if (report_query(db, (enum query)s->query, args, &told, e) < 0)
			return err_wrap(e, "%s", s->name);
		json_set(m->json, s->name, value ? value : json_new_null());
	}
	return 0;
}

void
moved_done(struct moved *m)
{
	report_done(&m->text);
	json_free(m->json);
	m->json = NULL;
}
