/* fintra jobs: the catalogue. */
#include "core/commands.h"

#include <string.h>

const struct cli_option jobs_options[] = {
	{ "layer", 0, "N", "only the jobs of one layer" },
	{ NULL, 0, NULL, NULL },
};

static const char *
runner_name(enum job_runner r)
{
	return r == RUNNER_HTTP ? "http" : r == RUNNER_COMMAND ? "command" : "native";
}

static const char *
cadence_name(enum cadence c)
{
	return c == DAILY ? "daily" : c == WEEKLY ? "weekly" : "on demand";
}

static struct json *
json_names(const char *const *names)
{
	struct json *a = json_new_array();

	for (size_t i = 0; names && names[i]; i++)
		json_push_text(a, names[i]);
	return a;
}

static struct json *
json_param(const struct param_def *d)
{
	static const char *const types[] = { "text",   "int",	 "bool",   "date",
					     "choice", "ticker", "windows" };
	struct json *o = json_new_object();

	json_set_text(o, "name", d->name);
	json_set_text(o, "type", types[d->type]);
	json_set_text(o, "default", d->dflt);
	json_set_text(o, "choices", d->choices);
	json_set_text(o, "help", d->help);
	return o;
}

static struct json *
json_job(const struct job *j)
{
	struct json *o = json_new_object(), *params = json_new_array();

	json_set_text(o, "name", j->name);
	json_set_text(o, "title", j->title);
	json_set_text(o, "kind", j->flags & JOB_BACKFILL ? "backfill" : "job");
	if (j->layer >= 0)
		json_set_int(o, "layer", j->layer);
	else
		json_set_text(o, "layer", j->layer == LAYER_OPS ? "ops" : "backfill");
	json_set_int(o, "phase", j->phase);
	json_set_int(o, "step", j->step);
	json_set_text(o, "cadence", cadence_name(j->cadence));
	json_set_text(o, "runner", runner_name(j->runner));
	json_set_bool(o, "critical", (j->flags & JOB_CRITICAL) != 0);
	json_set(o, "after", json_names(j->after));
	json_set(o, "reads", json_names(j->reads));
	json_set(o, "writes", json_names(j->writes));
	for (const struct param_def *d = j->params; d && d->name; d++)
		json_push(params, json_param(d));
	for (size_t i = 0; i < params_common_count; i++)
		json_push(params, json_param(&params_common[i]));
	json_set(o, "params", params);
	return o;
}

static void
print_names(const char *label, const char *const *names)
{
	if (!names || !names[0])
		return;
	printf("%-8s", label);
	for (size_t i = 0; names[i]; i++)
		printf(" %s", names[i]);
	printf("\n");
}

static void
print_param(const struct param_def *d)
{
	char option[64];

	str_copy(option, sizeof(option),
		 str_same(d->name, "start") ? "from"
		 : str_same(d->name, "end") ? "to"
					    : d->name);
	for (char *p = option; *p; p++)
		if (*p == '_')
			*p = '-';
	printf("  --%-20s %s%s%s%s%s%s\n", option, d->help ? d->help : "", d->choices ? " [" : "",
	       str_or(d->choices, ""), d->choices ? "]" : "", d->dflt ? "; default " : "",
	       str_or(d->dflt, ""));
}

static void
print_detail(const struct job *j)
{
	printf("%s: %s\n%s\n", j->name, j->title, str_or(j->help, ""));
	print_names("after", j->after);
	print_names("reads", j->reads);
	print_names("writes", j->writes);
	printf("options:\n");
	for (const struct param_def *d = j->params; d && d->name; d++)
		print_param(d);
	for (size_t i = 0; i < params_common_count; i++)
		print_param(&params_common[i]);
}

static bool
wanted(const struct job *j, const char *layer, bool backfills, bool json)
{
	if (backfills)
		return j->flags & JOB_BACKFILL;
	if (layer)
		return j->layer >= 0 && layer[0] == '0' + j->layer && layer[1] == '\0';
	return json || !(j->flags & JOB_BACKFILL);
}

int
jobs_print(const struct app *app, const char *layer, bool backfills)
{
	struct json *o = json_new_object(), *jobs = json_new_array();

	for (size_t i = 0; app->cat->jobs[i]; i++) {
		const struct job *j = app->cat->jobs[i];

		if (!wanted(j, layer, backfills, app->g.json))
			continue;
		if (app->g.json)
			json_push(jobs, json_job(j));
		else
			printf("%c  %-40s %-9s %s%s\n",
			       backfills      ? 'b'
			       : j->layer < 0 ? 'o'
					      : (char)('0' + j->layer),
			       j->name, cadence_name(j->cadence), j->title,
			       j->runner == RUNNER_NATIVE ? "" : " (old system)");
	}
	json_set_int(o, "v", 1);
	json_set(o, "jobs", jobs);
	if (app->g.json) {
		json_set(o, "paused", json_standing(app, NOTICE_PAUSE));
		out_json(o);
	} else {
		out_standing(app, NOTICE_PAUSE);
		json_free(o);
	}
	return 0;
}

int
cmd_jobs(struct app *app)
{
	struct cli cli;
	struct err e = ERR_INIT;
	const struct job *one[2];

	if (command_parse(app, &cli, false, 0, 1, &e) < 0)
		return app_fail(&e, "fintra help jobs");
	if (cli.narg == 0)
		return jobs_print(app, cli_value(&cli, "layer"), false);
	one[0] = catalogue_job(app->cat, cli.arg[0]);
	if (!one[0]) {
		if (catalogue_select(app->cat, cli.arg[0], one, 1, &e) >= 0)
			err_set(&e, ERR_USAGE, "%s is no single job", cli.arg[0]);
		return app_fail(&e, "fintra jobs lists them");
	}
	if (!app->g.json) {
		print_detail(one[0]);
		return 0;
	}
	struct json *o = json_job(one[0]);
	json_set_int(o, "v", 1);
	out_json(o);
	return 0;
}
