/* Sections [job NAME]: who does a job's work.  Whether there is such a job is known only with the
 * catalogue (compose.c). */
#include "core/conf.h"

#include "core/clock.h"
#include "core/words.h"

#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MAX_S = 7 * 86400 };

static struct conf_job *
job_row(struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->njobs; i++)
		if (str_same(c->jobs[i].name, name))
			return &c->jobs[i];
	c->jobs = mem_realloc(c->jobs, (c->njobs + 1) * sizeof(*c->jobs));
	c->jobs[c->njobs] = (struct conf_job){ .name = mem_dup(name),
					       .line = c->line,
					       .url = mem_dup(""),
					       .command = mem_dup(""),
					       .directory = mem_dup("") };
	return &c->jobs[c->njobs++];
}

static int
replace(char **text, const char *value)
{
	free(*text);
	*text = mem_dup(value);
	return 0;
}

static int
set_runner(struct conf_job *j, const char *value, struct err *e)
{
	static const char *const names[] = {
		[RUNNER_NATIVE] = "native", [RUNNER_HTTP] = "http", [RUNNER_COMMAND] = "command"
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_same(names[i], value)) {
			j->runner = (enum job_runner)i;
			return 0;
		}
	}
	return err_set(e, ERR_CONFIG, "job %s: runner \"%s\" is none of native, http, command",
		       j->name, value);
}

static int
set_url(struct conf_job *j, const char *value, struct err *e)
{
	if (!conf_url_ok(value))
		return err_set(e, ERR_CONFIG, "job %s: url: https, or http on loopback, not \"%s\"",
			       j->name, value);
	if (strpbrk(value, "@#"))
		return err_set(e, ERR_CONFIG, "job %s: url: no user, no fragment", j->name);
	return replace(&j->url, value);
}

static int
set_command(struct conf_job *j, const char *value, struct err *e)
{
	struct word_list words;

	if (words_split(value, &words) < 0)
		return err_set(e, ERR_CONFIG, "job %s: command: a quote is not closed", j->name);
	bool none = words.word.n == 0;
	words_done(&words);
	if (none)
		return err_set(e, ERR_CONFIG, "job %s: command is empty", j->name);
	return replace(&j->command, value);
}

static int
set_directory(struct conf_job *j, const char *value, struct err *e)
{
	if (value[0] != '/')
		return err_set(e, ERR_CONFIG, "job %s: directory \"%s\" does not begin with /",
			       j->name, value);
	return replace(&j->directory, value);
}

static int
set_timeout(struct conf_job *j, const char *value, struct err *e)
{
	int64_t ms = span_parse(value);

	if (ms < 1000 || ms > INT64_C(1000) * TIMEOUT_MAX_S)
		return err_set(e, ERR_CONFIG, "job %s: timeout \"%s\" is not like 90s, 30m or 2h",
			       j->name, value);
	j->timeout_ms = ms;
	return 0;
}

static const struct {
	const char *name;
	int (*set)(struct conf_job *j, const char *value, struct err *e);
} keys[] = {
	{ "runner", set_runner },	{ "url", set_url },	    { "command", set_command },
	{ "directory", set_directory }, { "timeout", set_timeout },
};

int
conf_job_set(struct conf *c, const char *job, const char *name, const char *value, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_same(keys[i].name, name))
			return keys[i].set(job_row(c, job), value, e);
	return err_set(e, ERR_CONFIG,
		       "job %s: unknown key \"%s\" (runner, url, command, directory, timeout)", job,
		       name);
}

const struct conf_job *
conf_job_find(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->njobs; i++)
		if (str_same(c->jobs[i].name, name))
			return &c->jobs[i];
	return NULL;
}

void
conf_jobs_done(struct conf *c)
{
	for (size_t i = 0; i < c->njobs; i++) {
		free(c->jobs[i].name);
		free(c->jobs[i].url);
		free(c->jobs[i].command);
		free(c->jobs[i].directory);
	}
	free(c->jobs);
	c->jobs = NULL;
	c->njobs = 0;
}
