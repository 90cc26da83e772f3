/* fintra plan: what would have to run, in order, and whether it could start now. */
#include "core/why.h"

#include "core/commands.h"
#include "core/num.h"

#include <stdlib.h>

enum { EXIT_WORK = 10 };

const struct cli_option plan_options[] = {
	{ "dot", 0, NULL, "as a graph for graphviz" },
	{ NULL, 0, NULL, NULL },
};

static void
set_known(struct json *o, const char *key, int64_t v)
{
	if (v >= 0)
		json_set_int(o, key, v);
	else
		json_set_null(o, key);
}

static void
set_seconds(struct json *o, const char *key, int64_t ms)
{
	json_set_num(o, key, ms >= 0 ? NUM((double)ms / 1000) : NUM_NONE);
}

static struct json *
seed_minutes(const struct job *job)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < ARRAY_LEN(job->minutes) && job->minutes[0]; i++)
		json_push(list, json_new_num(NUM(job->minutes[i])));
	return list;
}

static struct json *
json_step(const struct why_step *s)
{
	struct json *o = json_new_object(), *gate = json_new_object();

	json_set_text(o, "job", s->job->name);
	json_set_int(o, "phase", s->job->phase);
	json_set_bool(gate, "ok", s->gate_ok);
	json_set_text(gate, "why", s->gate_ok ? NULL : s->gate);
	json_set(o, "gate", gate);
	set_known(o, "rows", s->rows);
	set_known(o, "calls", s->calls);
	set_seconds(o, "seconds", s->ms);
	set_seconds(o, "last_seconds", s->last_ms);
	json_set(o, "seed_minutes", seed_minutes(s->job));
	json_set_bool(o, "launchable", s->launchable);
	json_set_text(o, "command", s->launchable ? s->command : NULL);
	return o;
}

static void
print_json(const struct why *w)
{
	struct json *o = json_new_object(), *steps = json_new_array();

	json_set_int(o, "v", 1);
	json_set_text(o, "text", w->text);
	for (size_t i = 0; i < w->plan_n; i++)
		json_push(steps, json_step(&w->plan[i]));
	json_set(o, "steps", steps);
	out_json(o);
}

static bool
feeds(const struct job *from, const struct job *to)
{
	const char *reads[INPUTS_MAX + 1];

	job_inputs(to, NULL, NULL, reads);
	for (size_t i = 0; reads[i]; i++)
		if (str_has(from->writes, reads[i]))
			return true;
	return false;
}

static void
print_dot(const struct why *w)
{
	printf("digraph plan {\n\trankdir=LR;\n\tnode [shape=box];\n");
	for (size_t i = 0; i < w->plan_n; i++)
		printf("\t\"%s\"%s;\n", w->plan[i].job->name,
		       w->plan[i].launchable ? "" : " [style=dashed]");
	for (size_t i = 0; i < w->plan_n; i++)
		for (size_t k = 0; k < i; k++)
			if (feeds(w->plan[k].job, w->plan[i].job))
				printf("\t\"%s\" -> \"%s\";\n", w->plan[k].job->name,
				       w->plan[i].job->name);
	printf("}\n");
}

static const char *
known_text(int64_t v, char buf[NUM_BUF])
{
	return v >= 0 ? num_group(v, buf) : "unknown";
}

/* "20-30 min" of the seed's report, "-" where it gives none. */
static const char *
seed_text(const struct job *job, char *buf, size_t n)
{
	const int *m = job->minutes;

	if (!m[0])
		return "-";
	if (m[0] == m[1])
		fmt_buf(buf, n, "%d min", m[0]);
	else
		fmt_buf(buf, n, "%d-%d min", m[0], m[1]);
	return buf;
}

static void
print_step(const struct why_step *s, size_t number)
{
	char seed[32], span[32], last[32], rows[NUM_BUF], calls[NUM_BUF];

	printf(" %2zu %-42s %5d %12s %9s %10s %8s %8s  %s\n", number, s->job->name, s->job->phase,
	       known_text(s->rows, rows), known_text(s->calls, calls),
	       seed_text(s->job, seed, sizeof(seed)), why_duration(s->ms, span, sizeof(span)),
	       why_duration(s->last_ms, last, sizeof(last)), s->gate_ok ? "open" : s->gate);
}

void
plan_print(const struct why *w)
{

	printf("%s\n", w->text);
	if (w->plan_n)
		printf("\n    %-42s %5s %12s %9s %10s %8s %8s  %s\n", "job", "phase", "rows",
		       "API calls", "seed", "p50", "last", "gate");
	for (size_t i = 0; i < w->plan_n; i++)
		print_step(&w->plan[i], i + 1);
	if (w->plan_n)
		printf("\n");
	for (size_t i = 0; i < w->plan_n; i++)
		printf(" %2zu  %s\n", i + 1, w->plan[i].command);
}

int
cmd_plan(struct app *app)
{
	struct cli cli;
	struct freshness f;
	struct why *w;
	struct err e = ERR_INIT;
	int rc;

	if (command_parse(app, &cli, false, 0, 1, &e) < 0 || command_freshness(app, &f, &e) < 0)
		return app_fail(&e, NULL);
	w = mem_zalloc(sizeof(*w));
	rc = plan_build(app->cat, &f, cli.narg ? cli.arg[0] : NULL, w, &e);
	if (rc == 0 && cli_has(&cli, "dot"))
		print_dot(w);
	else if (rc == 0 && app->g.json)
		print_json(w);
	else if (rc == 0)
		plan_print(w);
	rc = rc < 0	 ? app_fail(&e, "fintra status lists the tables, fintra jobs the jobs")
	     : w->plan_n ? EXIT_WORK
			 : 0;
	why_done(w);
	free(w);
	freshness_done(&f);
	return rc;
}
