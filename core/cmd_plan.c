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
	if (s->ms >= 0)
		json_set_num(o, "seconds", NUM((double)s->ms / 1000));
	else
		json_set_null(o, "seconds");
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

static void
print_table(const struct why *w)
{
	char span[32], rows[NUM_BUF], calls[NUM_BUF];

	printf("%s\n", w->text);
	if (w->plan_n)
		printf("\n    %-42s %5s %12s %9s %9s  %s\n", "job", "phase", "rows", "API calls",
		       "time", "gate");
	for (size_t i = 0; i < w->plan_n; i++) {
		const struct why_step *s = &w->plan[i];

		printf(" %2zu %-42s %5d %12s %9s %9s  %s\n", i + 1, s->job->name, s->job->phase,
		       known_text(s->rows, rows), known_text(s->calls, calls),
		       why_duration(s->ms, span, sizeof(span)), s->gate_ok ? "open" : s->gate);
	}
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
		print_table(w);
	rc = rc < 0	 ? app_fail(&e, "fintra status lists the tables, fintra jobs the jobs")
	     : w->plan_n ? EXIT_WORK
			 : 0;
	why_done(w);
	free(w);
	freshness_done(&f);
	return rc;
}
