/* fintra plan: what would have to run, in order, what each step would do, and whether it could
 * start now. */
#include "core/num.h"
#include "core/plan.h"

#include <stdlib.h>

enum { EXIT_WORK = 10, FIGURE = NUM_BUF + 2 };

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
	set_known(o, "units", s->f.units);
	json_set_bool(o, "units_exact", s->f.units >= 0 && s->f.units_exact);
	set_known(o, "rows", s->f.rows);
	set_known(o, "calls", s->f.calls);
	json_set_bool(o, "calls_exact", s->f.calls >= 0 && s->f.calls_exact);
	json_set_text(o, "unknown", s->f.why[0] ? s->f.why : NULL);
	set_seconds(o, "seconds", s->ms);
	set_seconds(o, "last_seconds", s->last_ms);
	json_set(o, "seed_minutes", seed_minutes(s->job));
	json_set_bool(o, "launchable", s->launchable);
	json_set_text(o, "command", s->launchable ? s->command : NULL);
	return o;
}

void
plan_print_json(const struct plan *p)
{
	struct json *o = json_new_object(), *steps = json_new_array(), *passed = json_new_array();

	json_set_int(o, "v", 1);
	json_set_text(o, "text", p->why.text);
	for (size_t i = 0; i < p->why.plan_n; i++)
		json_push(steps, json_step(&p->why.plan[i]));
	json_set(o, "steps", steps);
	for (size_t i = 0; i < p->npassed; i++) {
		struct json *s = json_new_object();

		json_set_text(s, "job", p->passed[i]->job->name);
		json_set_text(s, "why", p->passed[i]->why);
		json_push(passed, s);
	}
	json_set(o, "passed_over", passed);
	out_json(o);
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
			if (plan_feeds(w->plan[k].job, w->plan[i].job))
				printf("\t\"%s\" -> \"%s\";\n", w->plan[k].job->name,
				       w->plan[i].job->name);
	printf("}\n");
}

/* "1,234", "~5" for an estimate, "unknown". */
static const char *
figure(int64_t v, bool exact, char buf[FIGURE])
{
	char n[NUM_BUF];

	if (v < 0)
		return "unknown";
	fmt_buf(buf, FIGURE, "%s%s", exact ? "" : "~", num_group(v, n));
	return buf;
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
	char seed[32], span[32], last[32], units[FIGURE], rows[FIGURE], calls[FIGURE];
	const struct forecast *f = &s->f;

	printf(" %2zu %-42s %5d %9s %12s %9s %10s %8s %8s  %s\n", number, s->job->name,
	       s->job->phase, figure(f->units, f->units_exact, units),
	       figure(f->rows, f->rows == 0, rows), figure(f->calls, f->calls_exact, calls),
	       seed_text(s->job, seed, sizeof(seed)), why_duration(s->ms, span, sizeof(span)),
	       why_duration(s->last_ms, last, sizeof(last)), s->gate_ok ? "open" : s->gate);
}

static void
print_notes(const struct plan *p)
{
	STR_AUTO s = { 0 };

	for (size_t i = 0; i < p->why.plan_n; i++)
		if (p->why.plan[i].f.why[0])
			printf(" %2zu  not foreseen: %s\n", i + 1,
			       out_clean(&s, p->why.plan[i].f.why));
	for (size_t i = 0; i < p->npassed; i++)
		printf("  -  %s: %s\n", p->passed[i]->job->name, p->passed[i]->why);
}

void
plan_print(const struct plan *p)
{
	const struct why *w = &p->why;

	printf("%s\n", w->text);
	if (w->plan_n)
		printf("\n    %-42s %5s %9s %12s %9s %10s %8s %8s  %s\n", "job", "phase", "units",
		       "rows", "API calls", "seed", "p50", "last", "gate");
	for (size_t i = 0; i < w->plan_n; i++)
		print_step(&w->plan[i], i + 1);
	print_notes(p);
	if (w->plan_n)
		printf("\n");
	for (size_t i = 0; i < w->plan_n; i++)
		printf(" %2zu  %s\n", i + 1, w->plan[i].command);
}

/* Options are those of a launch; a job that is never due can only be asked about as one. */
static bool
is_launch(const struct app *app, const struct cli *cli)
{
	const struct job *job = cli->narg ? catalogue_job(app->cat, cli->arg[0]) : NULL;

	return cli->nopt > (size_t)cli_has(cli, "dot") || cli->narg > 1 ||
	       (job && job->cadence == ON_DEMAND);
}

int
cmd_plan(struct app *app)
{
	const char *hint = "fintra status lists the tables, fintra jobs the jobs";
	struct err e = ERR_INIT;
	struct plan *p;
	struct cli cli;
	int rc;

	if (command_parse(app, &cli, true, 0, 2, &e) < 0)
		return app_fail(&e, "fintra help plan");
	if (is_launch(app, &cli))
		p = plan_of_launch(app, &hint, &e);
	else
		p = plan_of_target(app, cli.narg ? cli.arg[0] : NULL, true, &e);
	if (!p)
		return app_fail(&e, hint);
	if (cli_has(&cli, "dot"))
		print_dot(&p->why);
	else if (app->g.json)
		plan_print_json(p);
	else
		plan_print(p);
	rc = p->why.plan_n ? EXIT_WORK : 0;
	plan_done(p);
	free(p);
	return rc;
}
