/* Option tables: parsing and help from one place. */
#ifndef FINTRA_CORE_CLI_H
#define FINTRA_CORE_CLI_H

#include "core/err.h"
#include "core/str.h"

struct cli_option {
	const char *name;  /* "limit"; NULL ends the table */
	char letter;	   /* 't' or 0 */
	const char *value; /* "N", "DATE", ...; NULL = a flag */
	const char *help;
};

enum { CLI_MAX = 48 };

struct cli {
	struct {
		const char *name, *value; /* value NULL for flags */
	} opt[CLI_MAX];
	size_t nopt;
	const char *arg[CLI_MAX]; /* positional */
	size_t narg;
};

/* --name value, --name=value, -n value, -nvalue, "--" ends options.  Options not in `table` are
 * kept as they are when `unknown` is true (job parameters: they take a value unless the next word
 * is an option or missing), else ERR_USAGE with the nearest name.  argv[0] is skipped; texts are
 * borrowed, and the "=" of an unknown --name=value is overwritten with a NUL. */
int cli_parse(struct cli *c, const struct cli_option *table, bool unknown, int argc, char **argv,
	      struct err *e) MUST_CHECK;
/* Splits a line as a shell would: blanks part words, '...' and "..." keep them together, \ takes
 * the next character as it is; nothing else is special.  In place; *n words, at most max. ERR_USAGE
 * for a quote that is not closed. */
int cli_split(char *line, char **word, size_t max, size_t *n, struct err *e) MUST_CHECK;
const char *cli_value(const struct cli *c, const char *name); /* last one, NULL when absent */
bool cli_has(const struct cli *c, const char *name);
void cli_help_options(const struct cli_option *table, struct str *out);
/* Nearest of the words (edit distance <= 3), or NULL. */
const char *cli_nearest(const char *word, const char *const *words, size_t n);

#endif
