/* Completion of the last word: everything comes from the tables of commands, jobs, tables, runs. */
#include "tui/bar.h"

#include "core/incident.h"

#include <stdlib.h>
#include <string.h>

enum { CANDIDATES = 400, CANDIDATE = 80 };

struct candidates {
	char at[CANDIDATES][CANDIDATE];
	size_t n;
	const char *prefix; /* what is typed of the word already */
};

static void
offer(struct candidates *l, const char *head, const char *word)
{
	char text[CANDIDATE];

	fmt_buf(text, sizeof(text), "%s%s", head, word);
	for (char *p = text; *head && *p; p++) /* options have hyphens */
		if (*p == '_')
			*p = '-';
	if (!str_starts(text, l->prefix) || l->n == CANDIDATES)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (str_same(l->at[i], text))
			return;
	str_copy(l->at[l->n++], CANDIDATE, text);
}

static void
offer_commands(struct candidates *l)
{
	for (const struct bar_command *b = bar_commands; b->name; b++)
		offer(l, "", b->name);
	/* Those that do not work here are offered too: the bar says where they do. */
	for (const struct command *c = commands; c->name; c++)
		offer(l, "", c->name);
}

static void
offer_words(struct candidates *l, const struct model *m, unsigned words)
{
	char id[24];

	for (size_t i = 0; m->cat->jobs[i]; i++) {
		const char *name = m->cat->jobs[i]->name;
		bool backfill = m->cat->jobs[i]->flags & JOB_BACKFILL;

		if (words & BAR_JOBS)
			offer(l, "", name);
		if ((words & BAR_BACKFILLS) && backfill)
			offer(l, "", str_starts(name, "backfill-") ? name + 9 : name);
	}
	for (const struct table *t = m->cat->tables; (words & BAR_TABLES) && t->name; t++)
		offer(l, "", t->name);
	for (size_t i = 0; (words & BAR_RUNS) && m->s->runs && i < m->s->runs->l.n; i++) {
		fmt_buf(id, sizeof(id), "%lld", (long long)m->s->runs->l.at[i].id);
		offer(l, "", id);
	}
	for (size_t i = 0; (words & BAR_CHECKS) && m->s->health && i < m->s->health->h.n; i++)
		offer(l, "", m->s->health->h.at[i].name);
	for (const struct incident *i = m->cat->incidents; (words & BAR_PLAYBOOKS) && i && i->name;
	     i++)
		offer(l, "", i->name);
	if (words & BAR_COMMANDS)
		offer_commands(l);
}

/* The job among the words that are typed already. */
static const struct job *
job_of(const struct model *m, char *const *word, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (catalogue_job(m->cat, word[i]))
			return catalogue_job(m->cat, word[i]);
	return NULL;
}

static void
offer_param(struct candidates *l, const struct param_def *d)
{
	offer(l, "--",
	      str_same(d->name, "start") ? "from"
	      : str_same(d->name, "end") ? "to"
					 : d->name);
}

static void
offer_options(struct candidates *l, const struct command *c, const struct job *job)
{
	for (const struct cli_option *o = c ? c->options : NULL; o && o->name; o++)
		offer(l, "--", o->name);
	if (c && (c->run == cmd_ack || c->run == cmd_pause || c->run == cmd_unpause))
		offer(l, "--", "reason");
	if (!c || (c->run != cmd_run && c->run != cmd_backfill))
		return;
	offer(l, "--", "as-of");
	offer(l, "--", "reason");
	for (const struct param_def *d = job ? job->params : NULL; d && d->name; d++)
		offer_param(l, d);
	for (size_t i = 0; i < params_common_count; i++)
		offer_param(l, &params_common[i]);
}

static void
offer_choices(struct candidates *l, const char *choices)
{
	char one[CANDIDATE];

	for (const char *p = choices; p && *p;
	     p += p[strcspn(p, "|")] ? strcspn(p, "|") + 1 : strlen(p)) {
		fmt_buf(one, sizeof(one), "%.*s", (int)strcspn(p, "|"), p);
		offer(l, "", one);
	}
}

/* Of the option before the word; false when it takes no value. */
static bool
offer_values(struct candidates *l, const struct model *m, const char *option, const struct job *job)
{
	static const struct {
		const char *name, *choices;
	} known[] = { { "gate", "strict|warn|off" }, { "overlap", "fail|skip|wait=30m" } };
	const struct param_def *d = job ? params_find(job->params, option) : NULL;
	char iso[DATE_BUF];

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_same(known[i].name, option)) {
			offer_choices(l, known[i].choices);
			return true;
		}
	if (str_same(option, "as-of") || (d && d->type == PARAM_DATE)) {
		offer(l, "", date_iso(m->as_of, iso));
		return true;
	}
	if (d && d->type == PARAM_CHOICE)
		offer_choices(l, d->choices);
	return d && d->type != PARAM_BOOL;
}

static void
collect(struct candidates *l, const struct model *m, char *const *word, size_t n)
{
	const struct bar_command *b = n > 0 ? bar_find(word[0]) : NULL;
	const struct command *c = n > 0 ? command_find(word[0]) : NULL;
	const struct job *job = job_of(m, word, n);

	if (n == 0) {
		offer_commands(l);
		return;
	}
	if (n > 1 && str_starts(word[n - 1], "--") && offer_values(l, m, word[n - 1] + 2, job))
		return;
	if (l->prefix[0] == '-')
		offer_options(l, c, job);
	else if (b)
		offer_words(l, m, b->words);
}

/* Bytes that all candidates have in common. */
static size_t
common(const struct candidates *l)
{
	size_t n = strlen(l->at[0]);

	for (size_t i = 1; i < l->n; i++) {
		size_t k = 0;

		while (k < n && l->at[i][k] == l->at[0][k])
			k++;
		n = k;
	}
	return n;
}

static void
list(struct bar *b, const struct candidates *l)
{
	size_t used = 0;

	b->style = ST_NORMAL;
	for (size_t i = 0; i < l->n && used + CANDIDATE < sizeof(b->hint); i++) {
		fmt_buf(b->hint + used, sizeof(b->hint) - used, "%s%s", i ? "  " : "", l->at[i]);
		used = strlen(b->hint);
	}
}

void
bar_complete(struct bar *b, const struct model *m)
{
	char copy[BAR_LINE], text[BAR_LINE + CANDIDATE], *word[BAR_WORDS];
	struct candidates *l = mem_zalloc(sizeof(*l));
	struct err e = ERR_INIT;
	const char *last = strrchr(b->line, ' ');
	size_t n = 0;

	last = last ? last + 1 : b->line;
	fmt_buf(copy, sizeof(copy), "%.*s", (int)(last - b->line), b->line);
	l->prefix = last;
	if (cli_split(copy, word, BAR_WORDS, &n, &e) == 0)
		collect(l, m, word, n);
	b->hint[0] = '\0';
	if (l->n == 0) {
		b->style = ST_WARN;
		fmt_buf(b->hint, sizeof(b->hint), "nothing here begins with \"%s\"", last);
	} else {
		fmt_buf(text, sizeof(text), "%.*s%.*s%s", (int)(last - b->line), b->line,
			(int)common(l), l->at[0], l->n == 1 ? " " : "");
		if (strlen(text) < sizeof(b->line))
			str_copy(b->line, sizeof(b->line), text);
		if (l->n > 1)
			list(b, l);
	}
	free(l);
}

void
bar_usage(const struct bar *b, char *buf, size_t n)
{
	char name[40];
	const struct command *c;
	const struct bar_command *own;

	fmt_buf(name, sizeof(name), "%.*s", (int)strcspn(b->line, " "), b->line);
	c = command_find(name);
	own = bar_find(name);
	buf[0] = '\0';
	if (c)
		fmt_buf(buf, n, "%s%s%s%s: %s", c->name, *c->args ? " " : "", c->args,
			c->options ? " [--options]" : "", c->summary);
	else if (own)
		fmt_buf(buf, n, "%s: %s", own->name, str_or(own->help, ""));
}
