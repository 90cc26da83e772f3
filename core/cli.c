#include "core/cli.h"

#include <string.h>

enum { WORD_MAX = 63, DISTANCE_MAX = 3, HELP_COLUMN = 28 };

struct parse {
	struct cli *cli;
	const struct cli_option *table;
	bool unknown;
	int argc, next;
	char **argv;
};

static const struct cli_option *
find_long(const struct cli_option *table, const char *name, size_t n)
{
	for (; table->name; table++)
		if (strlen(table->name) == n && memcmp(table->name, name, n) == 0)
			return table;
	return NULL;
}

static const struct cli_option *
find_letter(const struct cli_option *table, char letter)
{
	for (; table->name; table++)
		if (table->letter && table->letter == letter)
			return table;
	return NULL;
}

/* "-5" is a value, "-" too. */
static bool
is_option(const char *word)
{
	return word[0] == '-' && word[1] && !(word[1] >= '0' && word[1] <= '9');
}

static int
keep(struct parse *p, const char *name, const char *value, struct err *e)
{
	struct cli *c = p->cli;

	if (c->nopt == CLI_MAX)
		return err_set(e, ERR_USAGE, "more than %d options", CLI_MAX);
	c->opt[c->nopt].name = name;
	c->opt[c->nopt++].value = value;
	return 0;
}

static int
refuse(struct parse *p, const char *name, struct err *e)
{
	const char *words[CLI_MAX], *near;
	size_t n = 0;

	for (const struct cli_option *o = p->table; o->name && n < CLI_MAX; o++)
		words[n++] = o->name;
	near = cli_nearest(name, words, n);
	if (near)
		return err_set(e, ERR_USAGE, "unknown option --%s; did you mean --%s?", name, near);
	return err_set(e, ERR_USAGE, "unknown option --%s", name);
}

/* The word behind the option, which must exist. */
static int
take_value(struct parse *p, const struct cli_option *o, struct err *e)
{
	if (p->next >= p->argc)
		return err_set(e, ERR_USAGE, "option --%s needs a value (%s)", o->name, o->value);
	return keep(p, o->name, p->argv[p->next++], e);
}

static int
take_unknown(struct parse *p, char *name, size_t n, struct err *e)
{
	bool has_value = name[n] == '=';

	name[n] = '\0';
	if (!p->unknown)
		return refuse(p, name, e);
	if (has_value)
		return keep(p, name, name + n + 1, e);
	if (p->next < p->argc && !is_option(p->argv[p->next]))
		return keep(p, name, p->argv[p->next++], e);
	return keep(p, name, NULL, e);
}

static int
take_long(struct parse *p, char *name, struct err *e)
{
	size_t n = strcspn(name, "=");
	const struct cli_option *o = find_long(p->table, name, n);

	if (!o)
		return take_unknown(p, name, n, e);
	if (name[n] == '=') {
		if (!o->value)
			return err_set(e, ERR_USAGE, "option --%s takes no value", o->name);
		return keep(p, o->name, name + n + 1, e);
	}
	return o->value ? take_value(p, o, e) : keep(p, o->name, NULL, e);
}

/* "-t SYM", "-tSYM", "-qv". */
static int
take_letters(struct parse *p, const char *letters, struct err *e)
{
	for (; *letters; letters++) {
		const struct cli_option *o = find_letter(p->table, *letters);

		if (!o)
			return err_set(e, ERR_USAGE, "unknown option -%c", *letters);
		if (o->value)
			return letters[1] ? keep(p, o->name, letters + 1, e) : take_value(p, o, e);
		if (keep(p, o->name, NULL, e) < 0)
			return -1;
	}
	return 0;
}

static int
take_argument(struct parse *p, const char *word, struct err *e)
{
	if (p->cli->narg == CLI_MAX)
		return err_set(e, ERR_USAGE, "more than %d arguments", CLI_MAX);
	p->cli->arg[p->cli->narg++] = word;
	return 0;
}

int
cli_parse(struct cli *c, const struct cli_option *table, bool unknown, int argc, char **argv,
	  struct err *e)
{
	struct parse p = {
		.table = table, .unknown = unknown, .argc = argc, .next = 1, .argv = argv
	};
	bool ended = false;

	*c = (struct cli){ .nopt = 0 };
	p.cli = c;
	while (p.next < argc) {
		char *word = argv[p.next++];
		int rc;

		if (!ended && strcmp(word, "--") == 0) {
			ended = true;
			continue;
		}
		if (ended || word[0] != '-' || word[1] == '\0')
			rc = take_argument(&p, word, e);
		else if (word[1] == '-')
			rc = take_long(&p, word + 2, e);
		else
			rc = take_letters(&p, word + 1, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* One word from *from on, written to *to; both move behind it.  False: a quote is open. */
static bool
split_word(char **from, char **to)
{
	char quote = '\0';

	for (; **from && (quote || !is_blank(**from)); (*from)++) {
		char c = **from;

		if (quote && c == quote)
			quote = '\0';
		else if (!quote && (c == '\'' || c == '"'))
			quote = c;
		else if (c == '\\' && quote != '\'' && (*from)[1])
			*(*to)++ = *++*from;
		else
			*(*to)++ = c;
	}
	return !quote;
}

int
cli_split(char *line, char **word, size_t max, size_t *n, struct err *e)
{
	char *from = line, *to = line;

	*n = 0;
	for (;;) {
		bool last;

		while (is_blank(*from))
			from++;
		if (!*from)
			return 0;
		if (*n == max)
			return err_set(e, ERR_USAGE, "more than %zu words", max);
		word[(*n)++] = to;
		if (!split_word(&from, &to))
			return err_set(e, ERR_USAGE, "a quote is not closed");
		last = !*from;
		*to++ = '\0';
		if (last)
			return 0;
		from++;
	}
}

const char *
cli_value(const struct cli *c, const char *name)
{
	for (size_t i = c->nopt; i-- > 0;)
		if (strcmp(c->opt[i].name, name) == 0)
			return c->opt[i].value;
	return NULL;
}

bool
cli_has(const struct cli *c, const char *name)
{
	for (size_t i = 0; i < c->nopt; i++)
		if (strcmp(c->opt[i].name, name) == 0)
			return true;
	return false;
}

void
cli_help_options(const struct cli_option *table, struct str *out)
{
	for (; table->name; table++) {
		size_t start = out->len, used;

		if (table->letter)
			str_fmt(out, "  -%c, --%s", table->letter, table->name);
		else
			str_fmt(out, "      --%s", table->name);
		if (table->value)
			str_fmt(out, " %s", table->value);
		used = out->len - start;
		if (used + 2 > HELP_COLUMN) {
			str_putc(out, '\n');
			used = 0;
		}
		str_fmt(out, "%*s%s\n", (int)(HELP_COLUMN - used), "", table->help);
	}
}

/* Levenshtein distance of two short words; more than DISTANCE_MAX when one is too long to tell. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], n = strlen(a), m = strlen(b);

	if (n > WORD_MAX || m > WORD_MAX)
		return DISTANCE_MAX + 1;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[m];
}

const char *
cli_nearest(const char *word, const char *const *words, size_t n)
{
	size_t best = DISTANCE_MAX + 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t d = distance(word, words[i]);

		/* Replacing every letter of a short word is no likeness. */
		if (d < best && d < strlen(words[i])) {
			best = d;
			nearest = words[i];
		}
	}
	return nearest;
}
