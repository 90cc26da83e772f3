#include "core/ticker.h"

#include "core/cli.h"
#include "core/report_rows.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

enum { LIKE_MAX = 4000, SHOWN_MAX = 40 };

static const char *
clean(struct str *s, const char *text)
{
	str_init(s, 4 * (TICKER_MAX + SHOWN_MAX));
	text_clean(s, text, strnlen(text, SHOWN_MAX));
	return str_c(s);
}

/* What is no ticker at all is refused by the universe. */
int
ticker_symbol(const char *word, char out[TICKER_MAX + 1], struct err *e)
{
	STR_AUTO s = { 0 };

	if (!*word || strlen(word) > TICKER_MAX)
		return err_set(e, ERR_USAGE, "%s is no ticker", *word ? clean(&s, word) : "\"\"");
	str_copy(out, TICKER_MAX + 1, word);
	for (char *p = out; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return 0;
}

static int
unknown(const struct catalogue *cat, const struct ticker_ask *ask, struct err *e)
{
	const char *args[] = { ask->symbol }, *words[LIKE_MAX], *near;
	ROWS_AUTO r = db_query(ask->db, (enum query)cat->ticker_like, args, e);
	size_t n = 0;
	STR_AUTO s = { 0 };

	if (!r)
		return -1;
	for (int i = 0; i < rows_count(r) && n < LIKE_MAX; i++)
		words[n++] = rows_text(r, i, 0);
	near = cli_nearest(ask->symbol, words, n);
	return err_set(e, ERR_USAGE, "there is no ticker %s%s%s%s", clean(&s, ask->symbol),
		       near ? "; did you mean " : "", str_or(near, ""), near ? "?" : "");
}

/* *found: it has rows, or is no query. */
static int
tell_section(const struct section *s, const struct ticker_ask *ask, struct ticker_look *out,
	     bool *found, struct err *e)
{
	char day[DATE_BUF], n[NUM_BUF];
	const char *args[] = { ask->symbol, date_iso(ask->as_of, day), num_int(ask->rows, n) };
	struct json *value = NULL;
	int rc;

	struct told told = { .text = &out->text, .json = &value };

	report_title(&out->text, "%s", s->title);
	*found = true;
	if (s->tell) {
		rc = s->tell(ask, &out->text, &value, e);
		if (rc < 0)
			rc = report_unknown(&out->text, e);
	} else {
		rc = report_query(ask->db, (enum query)s->query, args, &told, e);
		*found = told.rows != 0;
	}
	json_set(out->json, s->name, value ? value : json_new_null());
	return rc;
}

int
ticker_look(const struct catalogue *cat, const struct ticker_ask *ask, struct ticker_look *out,
	    struct err *e)
{
	char day[DATE_BUF];
	bool found;

	*out = (struct ticker_look){ .json = json_new_object() };
	json_set_int(out->json, "v", 1);
	json_set_text(out->json, "ticker", ask->symbol);
	json_set_text(out->json, "as_of", date_iso(ask->as_of, day));
	for (const struct section *s = cat->ticker; s && s->name; s++) {
		if (tell_section(s, ask, out, &found, e) < 0)
			return err_wrap(e, "%s", s->name);
		if (s == cat->ticker && !found)
			return unknown(cat, ask, e);
	}
	return 0;
}

void
ticker_look_done(struct ticker_look *l)
{
	report_done(&l->text);
	json_free(l->json);
	*l = (struct ticker_look){ .json = NULL };
}
