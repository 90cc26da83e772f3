/* What an operator types to see less: a text or a regular expression for lines, words and labels
 * for rows; "!" for not. */
#ifndef FINTRA_TUI_FILTER_H
#define FINTRA_TUI_FILTER_H

#include <stdbool.h>
#include <stddef.h>

struct filter_field {
	const char *key, *value; /* value NULL = "" */
};

/* An empty needle is nowhere. */
bool filter_contains(const char *text, const char *needle);

enum { FILTER_TEXT = 80, FILTER_WHY = 200 };

/* Of the lines of a log: one text or expression (core/pattern.h), so it may hold blanks. */
struct line_filter {
	char text[FILTER_TEXT]; /* as typed; "" = none */
	bool invert;		/* it began with "!" */
	struct pattern *re;	/* owned: line_filter_done(); NULL = none */
};

/* False with PCRE2's reason in `why`: the filter then stays as it was.  invert: a "!" means not. */
bool line_filter_set(struct line_filter *f, const char *text, bool invert, char why[FILTER_WHY]);
void line_filter_done(struct line_filter *f);
/* No filter lets everything through; so does one that takes too many steps to know. */
bool line_filter_passes(const struct line_filter *f, const char *line);
/* No filter is nowhere. */
bool line_filter_hits(const struct line_filter *f, const char *line);
bool line_filter_gave_up(const struct line_filter *f);

/* "layer=2 !state=fresh" against a text that holds such words: each label must be there and hold
 * its value; a word without "=" is looked for in all of the text. */
bool filter_labels(const char *filter, const char *text);
/* "failure job=perf !user=cron": every word must hold.  A word without key is looked for in all
 * fields; an unknown key makes it an ordinary word.  "-l" says nothing new. */
bool filter_fields(const char *filter, const struct filter_field *f, size_t n);

#endif
