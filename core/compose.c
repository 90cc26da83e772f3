/* The catalogue as the configuration makes it: what this build contains, and what a configured
 * runner launches elsewhere.  A job with a runner is a copy of its row, so whatever asks the
 * catalogue treats it like any other. */
#include "core/cli.h"
#include "core/old.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 128, HELP_MAX = 2048 };

static const struct job *
find(const struct job *const *jobs, const char *name)
{
	for (; *jobs; jobs++)
		if (str_same((*jobs)->name, name))
			return *jobs;
	return NULL;
}

static int
misplaced(const struct conf *conf, int line, struct err *e)
{
	STR_AUTO place = { 0 };

	str_init(&place, 4096);
	conf_place(conf, line, &place);
	return err_wrap(e, "%s", str_c(&place));
}

static int
check_tables(const struct catalogue *base, const struct conf *conf, struct err *e)
{
	for (size_t i = 0; i < conf->ntables; i++) {
		const char *words[WORDS_MAX], *near;
		size_t n = 0;

		if (catalogue_table(base, conf->tables[i].name))
			continue;
		for (; n < WORDS_MAX && base->tables[n].name; n++)
			words[n] = base->tables[n].name;
		near = cli_nearest(conf->tables[i].name, words, n);
		err_set(e, ERR_CONFIG, "there is no table \"%.100s\"%s%s", conf->tables[i].name,
			near ? "; near: " : "", str_or(near, ""));
		return misplaced(conf, conf->tables[i].line, e);
	}
	return 0;
}

static int
unknown_job(const struct job *const *known, const char *name, struct err *e)
{
	const char *words[WORDS_MAX], *near;
	size_t n = 0;

	for (; n < WORDS_MAX && known[n]; n++)
		words[n] = known[n]->name;
	near = cli_nearest(name, words, n);
	return err_set(e, ERR_CONFIG, "no job is called \"%.100s\"%s%s", name,
		       near ? "; near: " : "", str_or(near, ""));
}

/* What a runner needs, and what it would ignore. */
static int
check_job(const struct conf *conf, const struct conf_job *j, bool built, struct err *e)
{
	if (j->runner == RUNNER_NATIVE && !built)
		return err_set(e, ERR_CONFIG,
			       "job %s is not in this build: set runner = http or command",
			       j->name);
	if (j->runner == RUNNER_HTTP && !*j->url && !*str_or(conf->old_base_url, ""))
		return err_set(e, ERR_CONFIG,
			       "job %s: runner = http needs url here or base_url in [old]",
			       j->name);
	if (j->runner == RUNNER_COMMAND && !*j->command)
		return err_set(e, ERR_CONFIG, "job %s: runner = command needs command", j->name);
	if (*j->url && j->runner != RUNNER_HTTP)
		return err_set(e, ERR_CONFIG, "job %s: url needs runner = http", j->name);
	if ((*j->command || *j->directory) && j->runner != RUNNER_COMMAND)
		return err_set(e, ERR_CONFIG, "job %s: %s needs runner = command", j->name,
			       *j->command ? "command" : "directory");
	if (j->timeout_ms && j->runner == RUNNER_NATIVE)
		return err_set(e, ERR_CONFIG, "job %s: timeout needs runner = http or command",
			       j->name);
	return 0;
}

static int
check_jobs(const struct catalogue *base, const struct job *const *known, const struct conf *conf,
	   struct err *e)
{
	for (size_t i = 0; i < conf->njobs; i++) {
		const struct conf_job *j = &conf->jobs[i];

		if (!find(known, j->name))
			unknown_job(known, j->name, e);
		else if (check_job(conf, j, find(base->jobs, j->name) != NULL, e) == 0)
			continue;
		return misplaced(conf, j->line, e);
	}
	return 0;
}

/* The copy that another runner works off; the vendor's key is the other system's business. */
static const struct job *
make(struct composed *c, const struct job *row, const struct conf *conf, const struct conf_job *j)
{
	struct job *made = &c->made[c->n];
	struct str help;

	*made = *row;
	made->runner = j->runner;
	made->run = j->runner == RUNNER_HTTP ? run_by_http : run_by_command;
	made->flags &= ~(unsigned)JOB_USES_API;
	made->phases = NULL;
	str_init(&help, HELP_MAX);
	str_puts(&help, "Done by the old system: ");
	old_describe(conf, j, &help);
	made->help = c->help[c->n] = mem_dup(str_c(&help));
	str_done(&help);
	c->n++;
	return made;
}

int
catalogue_compose(const struct catalogue *base, const struct conf *conf, struct composed *out,
		  struct err *e)
{
	const struct job *const *known = base->known ? base->known : base->jobs;
	size_t n = 0, kept = 0;

	*out = (struct composed){ .cat = *base };
	if (check_tables(base, conf, e) < 0 || check_jobs(base, known, conf, e) < 0)
		return -1;
	while (known[n])
		n++;
	out->jobs = mem_zalloc((n + 1) * sizeof(const struct job *));
	out->known = mem_zalloc((n + 1) * sizeof(const struct job *));
	out->made = mem_zalloc((conf->njobs + 1) * sizeof(*out->made));
	out->help = mem_zalloc((conf->njobs + 1) * sizeof(*out->help));
	for (size_t i = 0; i < n; i++) {
		const struct conf_job *j = conf_job_find(conf, known[i]->name);
		bool elsewhere = j && j->runner != RUNNER_NATIVE;

		out->known[i] = elsewhere ? make(out, known[i], conf, j) : known[i];
		if (elsewhere || find(base->jobs, known[i]->name))
			out->jobs[kept++] = out->known[i];
	}
	out->cat.jobs = out->jobs;
	out->cat.known = out->known;
	return 0;
}

void
catalogue_compose_done(struct composed *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->help[i]);
	free(c->help);
	free(c->made);
	free(c->jobs);
	free(c->known);
	*c = (struct composed){ .n = 0 };
}
