#include "tui/filter.h"

#include "core/pattern.h"
#include "core/str.h"

#include <string.h>

enum { WORD_MAX = 80 };

bool
filter_contains(const char *text, const char *needle)
{
	return pattern_literal(text, needle) != NULL;
}

bool
line_filter_set(struct line_filter *f, const char *text, bool invert, char why[FILTER_WHY])
{
	bool is_not = invert && text[0] == '!';
	struct pattern *re = NULL;

	if (text[is_not]) {
		re = pattern_new(text + is_not, why, FILTER_WHY);
		if (!re)
			return false;
	}
	pattern_free(f->re);
	*f = (struct line_filter){ .invert = is_not, .re = re };
	str_copy(f->text, sizeof(f->text), text);
	return true;
}

void
line_filter_done(struct line_filter *f)
{
	pattern_free(f->re);
	*f = (struct line_filter){ .re = NULL };
}

bool
line_filter_hits(const struct line_filter *f, const char *line)
{
	size_t at, end;

	return f->re && pattern_find(f->re, line, 0, &at, &end) > 0;
}

bool
line_filter_passes(const struct line_filter *f, const char *line)
{
	size_t at, end;
	int rc = f->re ? pattern_find(f->re, line, 0, &at, &end) : -1;

	return rc < 0 || (rc > 0) != f->invert;
}

bool
line_filter_gave_up(const struct line_filter *f)
{
	return f->re && pattern_gave_up(f->re);
}

static bool
next_word(const char **filter, char word[WORD_MAX])
{
	size_t len;

	*filter += strspn(*filter, " ");
	len = strcspn(*filter, " ");
	fmt_buf(word, WORD_MAX, "%.*s", (int)len, *filter);
	*filter += len;
	return len > 0;
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

/* The value of a label in a text of words; "" when it has none. */
static const char *
label_value(const char *text, const char *word, size_t key, char *buf, size_t n)
{
	const char *at = text;

	buf[0] = '\0';
	while ((at = strstr(at, word)) != NULL) {
		if (at == text || at[-1] == ' ') {
			fmt_buf(buf, n, "%.*s", (int)strcspn(at + key, " "), at + key);
			break;
		}
		at += key;
	}
	return buf;
}

static bool
label_holds(const char *word, const char *text)
{
	bool invert = word[0] == '!';
	const char *eq;
	char key[WORD_MAX], value[WORD_MAX];

	word += invert;
	eq = strchr(word, '=');
	if (!eq)
		return !*word || filter_contains(text, word) != invert;
	if (!eq[1])
		return true; /* half typed */
	fmt_buf(key, sizeof(key), "%.*s", (int)(eq + 1 - word), word);
	return filter_contains(label_value(text, key, strlen(key), value, sizeof(value)), eq + 1) !=
	       invert;
}

bool
filter_labels(const char *filter, const char *text)
{
	char word[WORD_MAX];

	while (next_word(&filter, word))
		if (!label_holds(word, text))
			return false;
	return true;
}

bool
filter_fields(const char *filter, const struct filter_field *f, size_t n)
{
	char word[WORD_MAX];

	while (next_word(&filter, word))
		if (!str_same(word, "-l") && !word_holds(word, f, n))
			return false;
	return true;
}
