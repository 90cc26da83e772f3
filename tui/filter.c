#include "tui/filter.h"

#include "core/str.h"

#include <ctype.h>
#include <string.h>

enum { WORD_MAX = 80 };

static int
fold(char c)
{
	return tolower((unsigned char)c);
}

bool
filter_contains(const char *text, const char *needle)
{
	int first = fold(needle[0]);

	if (!first)
		return false;
	for (; *text; text++) {
		size_t i = 1;

		if (fold(*text) != first)
			continue;
		while (needle[i] && fold(text[i]) == fold(needle[i]))
			i++;
		if (!needle[i])
			return true;
	}
	return false;
}

bool
filter_line(const char *filter, const char *line)
{
	bool invert = filter[0] == '!';

	filter += invert;
	return !filter[0] || filter_contains(line, filter) != invert;
}

/* "job" of "job=perf" when that is a key, and what follows in *value. */
static const struct filter_field *
keyed(const char *word, const struct filter_field *f, size_t n, const char **value)
{
	const char *eq = strchr(word, '=');

	for (size_t i = 0; eq && i < n; i++)
		if (strlen(f[i].key) == (size_t)(eq - word) &&
		    strncmp(f[i].key, word, (size_t)(eq - word)) == 0) {
			*value = eq + 1;
			return &f[i];
		}
	return NULL;
}

static bool
word_holds(const char *word, const struct filter_field *f, size_t n)
{
	bool invert = word[0] == '!', found = false;
	const char *value = NULL;
	const struct filter_field *one;

	word += invert;
	one = keyed(word, f, n, &value);
	if (!*(one ? value : word))
		return true;
	if (one)
		found = filter_contains(str_or(one->value, ""), value);
	for (size_t i = 0; !one && i < n && !found; i++)
		found = filter_contains(str_or(f[i].value, ""), word);
	return found != invert;
}

bool
filter_fields(const char *filter, const struct filter_field *f, size_t n)
{
	char word[WORD_MAX];

	while (*filter) {
		size_t len;

		filter += strspn(filter, " ");
		len = strcspn(filter, " ");
		fmt_buf(word, sizeof(word), "%.*s", (int)len, filter);
		if (!word_holds(word, f, n))
			return false;
		filter += len;
	}
	return true;
}
