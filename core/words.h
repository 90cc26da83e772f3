/* A command line as words, without a shell: blanks part them, single or double quotes keep blanks,
 * and nothing else is special.  Words as an array. */
#ifndef FINTRA_CORE_WORDS_H
#define FINTRA_CORE_WORDS_H

#include "core/vec.h"

struct word_list {
	VEC(char *) word; /* words_done() */
};

/* Overwrites *out; -1, and nothing to free, when a quote is not closed. */
int words_split(const char *text, struct word_list *out);
void words_done(struct word_list *w);
/* Appends the word, quoted for a POSIX shell where it must be. */
void words_quote(struct str *out, const char *word);
/* {"a","b"}: a PostgreSQL array literal, for $n::text[]. */
void words_array(const char *const *words, struct str *out);

#endif
