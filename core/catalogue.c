#include "core/cli.h"
#include "core/job.h"

#include <string.h>

static const char backfill[] = "backfill-";

enum { WORDS_MAX = 128 };

static const struct job *
find_exact(const struct catalogue *cat, const char *name)
{
	for (const struct job *const *j = cat->jobs; *j; j++)
		if (strcmp((*j)->name, name) == 0)
			return *j;
	return NULL;
}

const struct job *
catalogue_job(const struct catalogue *cat, const char *name)
{
	const struct job *j = find_exact(cat, name);
	size_t prefix = sizeof(backfill) - 1;
	char full[128];

	if (!j && fmt_buf(full, sizeof(full), "%s%s", backfill, name))
		j = find_exact(cat, full);
	if (!j && str_starts(name, backfill)) {
		j = find_exact(cat, name + prefix);
		if (j && !(j->flags & JOB_BACKFILL))
			j = NULL; /* "backfill-x" must not start the daily job x */
	}
	return j;
}

const struct table *
catalogue_table(const struct catalogue *cat, const char *name)
{
	for (const struct table *t = cat->tables; t->name; t++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

static const struct job *
first_writer(const struct job *const *jobs, const char *table)
{
	for (const struct job *const *j = jobs; *j; j++)
		if (!((*j)->flags & JOB_BACKFILL) && str_has((*j)->writes, table))
			return *j;
	return NULL;
}

const struct job *
catalogue_writer(const struct catalogue *cat, const char *table)
{
	return first_writer(cat->jobs, table);
}

const struct job *
catalogue_source(const struct catalogue *cat, const char *table)
{
	return first_writer(cat->known ? cat->known : cat->jobs, table);
}

static const char *
default_of(const struct job *job, const char *param)
{
	const struct param_def *d = params_find(job->params, param);

	return d ? d->dflt : NULL;
}

static bool
case_holds(const struct job *job, const struct input_case *k, param_of *of, const void *from)
{
	const char *given = k->param && of ? of(from, k->param) : NULL;

	if (!k->param)
		return false;
	return str_same(given ? given : str_or(default_of(job, k->param), ""), k->value);
}

bool
job_input_holds(const struct job *job, const char *table, param_of *of, const void *from)
{
	bool depends = false;

	for (const struct input_case *k = job->cases; k && k->table; k++) {
		if (!str_same(k->table, table))
			continue;
		if (case_holds(job, k, of, from))
			return true;
		depends = true;
	}
	return !depends;
}

static void
add_input(const char *out[INPUTS_MAX + 1], size_t *n, const char *table)
{
	for (size_t i = 0; i < *n; i++)
		if (str_same(out[i], table))
			return;
	if (*n < INPUTS_MAX)
		out[(*n)++] = table;
}

size_t
job_inputs(const struct job *job, param_of *of, const void *from, const char *out[INPUTS_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; job->reads && job->reads[i]; i++)
		if (job_input_holds(job, job->reads[i], of, from))
			add_input(out, &n, job->reads[i]);
	for (const struct input_case *k = job->cases; k && k->table; k++)
		if (case_holds(job, k, of, from))
			add_input(out, &n, k->table);
	out[n] = NULL;
	return n;
}

/* "2" or "0-5". */
static bool
parse_layers(const char *s, int *first, int *last)
{
	if (s[0] < '0' || s[0] > '9')
		return false;
	*first = *last = s[0] - '0';
	if (s[1] == '-' && s[2] >= '0' && s[2] <= '9' && s[3] == '\0')
		*last = s[2] - '0';
	else if (s[1] != '\0')
		return false;
	return *first <= *last && *last < LAYER_COUNT;
}

static int
select_layers(const struct catalogue *cat, const char *layers, const struct job **out, int max,
	      struct err *e)
{
	int first, last, n = 0;

	if (!parse_layers(layers, &first, &last))
		return err_set(e, ERR_USAGE,
			       "layer:%s: layers are 0 to %d, as layer:2 or layer:0-5", layers,
			       LAYER_COUNT - 1);
	for (const struct job *const *j = cat->jobs; *j; j++) {
		if ((*j)->layer < first || (*j)->layer > last || ((*j)->flags & JOB_BACKFILL) ||
		    (*j)->steps)
			continue; /* steps are jobs of their own */
		if (n == max)
			return err_set(e, ERR_INTERNAL, "more than %d jobs", max);
		out[n++] = *j;
	}
	if (n == 0)
		return err_set(e, ERR_USAGE, "layer:%s: this build has no job there", layers);
	return n;
}

/* Names that hold the word, else the one most like it. */
static int
refuse(const struct catalogue *cat, const char *target, struct err *e)
{
	const char *words[WORDS_MAX], *near;
	STR_AUTO hint = { 0 };
	size_t n = 0;

	str_init(&hint, 300);
	for (const struct job *const *j = cat->jobs; *j && n < WORDS_MAX; j++) {
		words[n++] = (*j)->name;
		if (*target && strstr((*j)->name, target))
			str_fmt(&hint, "%s%s", hint.len ? ", " : "", (*j)->name);
	}
	near = hint.len ? str_c(&hint) : cli_nearest(target, words, n);
	if (near)
		return err_set(e, ERR_USAGE, "no job is called \"%.100s\"; near: %s", target, near);
	return err_set(e, ERR_USAGE, "no job is called \"%.100s\"; `fintra jobs` lists them",
		       target);
}

int
catalogue_select(const struct catalogue *cat, const char *target, const struct job **out, int max,
		 struct err *e)
{
	const struct job *j;

	if (str_starts(target, "layer:"))
		return select_layers(cat, target + 6, out, max, e);
	j = catalogue_job(cat, target);
	if (!j)
		return refuse(cat, target, e);
	if (max < 1)
		return err_set(e, ERR_INTERNAL, "no room for a job");
	out[0] = j;
	return 1;
}
