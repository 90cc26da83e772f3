/* What an operator types to see less: literal texts, case ignored (ASCII), "!" for not. */
#ifndef FINTRA_TUI_FILTER_H
#define FINTRA_TUI_FILTER_H

#include <stdbool.h>
#include <stddef.h>

struct filter_field {
	const char *key, *value; /* value NULL = "" */
};

/* An empty needle is nowhere. */
bool filter_contains(const char *text, const char *needle);
/* The whole filter is one text, so that it may hold blanks; "" lets everything through. */
bool filter_line(const char *filter, const char *line);
/* "failure job=perf !user=cron": every word must hold.  A word without key is looked for in all
 * fields; an unknown key makes it an ordinary word. */
bool filter_fields(const char *filter, const struct filter_field *f, size_t n);

#endif
