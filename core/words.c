#include "core/words.h"

#include <stdlib.h>
#include <string.h>

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

/* One word from *p on; NULL when its quote is not closed. */
static char *
next_word(const char **p)
{
	const char *s = *p, *end;
	struct str word;

	str_init(&word, strlen(s) + 1);
	str_put(&word, "", 0);
	for (; *s && !blank(*s); s++) {
		if (*s != '"' && *s != '\'') {
			str_putc(&word, *s);
			continue;
		}
		end = strchr(s + 1, *s);
		if (!end) {
			str_done(&word);
			return NULL;
		}
		str_put(&word, s + 1, (size_t)(end - s - 1));
		s = end;
	}
	*p = s;
	char *made = mem_dup(str_c(&word));
	str_done(&word);
	return made;
}

int
words_split(const char *text, struct word_list *out)
{
	*out = (struct word_list){ { NULL, 0, 0 } };
	for (;;) {
		char *word;

		while (blank(*text))
			text++;
		if (!*text)
			return 0;
		word = next_word(&text);
		if (!word) {
			words_done(out);
			return -1;
		}
		vec_push(&out->word, word);
	}
}

void
words_done(struct word_list *w)
{
	for (size_t i = 0; i < w->word.n; i++)
		free(w->word.at[i]);
	vec_done(&w->word);
}

void
words_quote(struct str *out, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,@%+^-";

	if (*word && word[strspn(word, plain)] == '\0') {
		str_puts(out, word);
		return;
	}
	str_putc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			str_puts(out, "'\\''");
		else
			str_putc(out, *word);
	}
	str_putc(out, '\'');
}

void
words_array(const char *const *words, struct str *out)
{
	str_putc(out, '{');
	for (size_t i = 0; words[i]; i++) {
		str_puts(out, i ? ",\"" : "\"");
		for (const char *p = words[i]; *p; p++) {
			if (*p == '"' || *p == '\\')
				str_putc(out, '\\');
			str_putc(out, *p);
		}
		str_putc(out, '"');
	}
	str_putc(out, '}');
}
