/* The words of a command with the run's parameters in their places. */
#include "core/old.h"

#include <string.h>

enum { WORD_MAX = 8192, NAME_MAX_ = 64 };

struct filling {
	const struct job_ctx *c;
	bool used[PARAMS_MAX]; /* c->params->at[i] has a place */
	bool date;	       /* so has the as-of */
	bool any;	       /* some word has a place */
};

/* "{name}" at p: its length and name, or 0. */
static size_t
place_at(const char *p, char name[NAME_MAX_])
{
	size_t n;

	if (*p != '{')
		return 0;
	n = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_");
	if (n == 0 || n >= NAME_MAX_ || p[1 + n] != '}')
		return 0;
	fmt_buf(name, NAME_MAX_, "%.*s", (int)n, p + 1);
	return n + 2;
}

/* 1 and the value, 0 when it is not given, -1 when there is no such parameter. */
static int
value_of(struct filling *f, const char *name, struct str *out, struct err *e)
{
	const struct param_def *def = params_find(f->c->job->params, name);
	char day[DATE_BUF];

	f->any = true;
	if (str_same(name, "date")) {
		f->date = true;
		str_puts(out, date_iso(f->c->as_of, day));
		return 1;
	}
	if (!def)
		return err_set(e, ERR_CONFIG, "job %s: command: {%s} is none of its parameters",
			       f->c->job->name, name);
	for (size_t i = 0; i < f->c->params->n; i++) {
		if (f->c->params->at[i].def != def)
			continue;
		f->used[i] = true;
		str_puts(out, f->c->params->at[i].value);
		return 1;
	}
	return 0;
}

/* 1 and the word, 0 when it falls away because a parameter in it is not given. */
static int
fill(struct filling *f, const char *word, struct str *out, struct err *e)
{
	char name[NAME_MAX_];
	int all = 1;

	while (*word) {
		size_t n = place_at(word, name);
		int got = n ? value_of(f, name, out, e) : 1;

		if (got < 0)
			return -1;
		if (!n)
			str_putc(out, *word);
		all = all && got;
		word += n ? n : 1;
	}
	return all;
}

static void
append(struct word_list *to, const char *option, const char *value)
{
	char word[NAME_MAX_ + 2];

	fmt_buf(word, sizeof(word), "--%s", option);
	for (char *p = word; *p; p++)
		if (*p == '_')
			*p = '-';
	vec_push(&to->word, mem_dup(word));
	if (value)
		vec_push(&to->word, mem_dup(value));
}

/* A command without any place gets everything at its end. */
static void
append_all(const struct job_ctx *c, struct word_list *to)
{
	char day[DATE_BUF];

	append(to, "date", date_iso(c->as_of, day));
	for (size_t i = 0; i < c->params->n; i++) {
		const struct param_def *d = c->params->at[i].def;
		bool flag = d->type == PARAM_BOOL;

		if (str_same(d->name, "dry_run") ||
		    (flag && !str_same(c->params->at[i].value, "1")))
			continue;
		append(to, d->name, flag ? NULL : c->params->at[i].value);
	}
}

static int
check_used(const struct filling *f, struct err *e)
{
	for (size_t i = 0; i < f->c->params->n; i++) {
		const char *name = f->c->params->at[i].def->name;

		if (!f->used[i] && !str_same(name, "dry_run"))
			return err_set(e, ERR_USAGE,
				       "%s: its command has no place for %s: write {%s} there",
				       f->c->job->name, name, name);
	}
	return 0;
}

static int
fill_all(struct filling *f, const struct word_list *from, struct word_list *to, struct err *e)
{
	for (size_t i = 0; i < from->word.n; i++) {
		STR_AUTO word = { 0 };
		int got;

		str_init(&word, WORD_MAX);
		got = fill(f, from->word.at[i], &word, e);
		if (got < 0)
			return -1;
		if (word.overflow)
			return err_set(e, ERR_CONFIG, "job %s: command: a word is too long",
				       f->c->job->name);
		if (got)
			vec_push(&to->word, mem_dup(str_c(&word)));
	}
	return 0;
}

int
old_command_words(const struct job_ctx *c, const struct conf_job *j, struct word_list *out,
		  struct err *e)
{
	struct filling f = { .c = c };
	struct word_list raw;
	int rc;

	*out = (struct word_list){ { NULL, 0, 0 } };
	if (words_split(j->command, &raw) < 0)
		return err_set(e, ERR_CONFIG, "job %s: command: a quote is not closed", j->name);
	rc = fill_all(&f, &raw, out, e);
	words_done(&raw);
	if (rc == 0 && out->word.n == 0)
		rc = err_set(e, ERR_CONFIG, "job %s: nothing is left of its command", j->name);
	if (rc == 0 && f.any)
		rc = check_used(&f, e);
	if (rc < 0) {
		words_done(out);
		return -1;
	}
	if (!f.any)
		append_all(c, out);
	vec_push(&out->word, NULL);
	return 0;
}
