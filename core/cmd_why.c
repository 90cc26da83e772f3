/* fintra why, fintra impact. */
#include "core/why.h"

#include "core/clock.h"
#include "core/commands.h"
#include "core/num.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_ALL = 64, NAME_COLS = 34 };

const struct cli_option why_options[] = {
	{ "depth", 0, "N", "show only N levels below the target" },
	{ "fix-script", 0, NULL, "print the commands alone, one a line" },
	{ NULL, 0, NULL, NULL },
};

const struct cli_option impact_options[] = {
	{ "depth", 0, "N", "show only N levels below the target" },
	{ NULL, 0, NULL, NULL },
};

static struct json *
json_last(const struct last_run *l)
{
	struct json *o = json_new_object();

	json_set_int(o, "run", l->id);
	json_set_text(o, "job", l->job);
	json_set_text(o, "state", l->state);
	json_set_text(o, "err", *l->err_class ? l->err_class : NULL);
	json_set_text(o, "error", *l->error ? l->error : NULL);
	json_set_text(o, "who", l->who);
	json_set_time(o, "at", l->at_ms);
	return o;
}

static void
json_facts(struct json *o, const struct table_status *s)
{
	json_set_text(o, "table", s->table->name);
	json_set_text(o, "state", table_state_name(s->state));
	json_set_date(o, "have", s->have);
	json_set_date(o, "want", s->want);
	json_set_text(o, "job", s->writer ? s->writer->name : s->source ? s->source->name : NULL);
	json_set_bool(o, "launchable", s->writer != NULL);
	if (s->run_id)
		json_set_int(o, "run", s->run_id);
	if (s->last.id)
		json_set(o, "last", json_last(&s->last));
	if (s->rows >= 0)
		json_set_int(o, "rows", s->rows);
	json_set_num(o, "coverage", s->coverage >= 0 ? NUM(s->coverage) : NUM_NONE);
	json_set_date(o, "mixed_with", s->mixed_with);
	json_set_text(o, "detail", s->detail);
}

/* Upwards only what is broken, downwards everything. */
static struct json *
json_node(const struct why *w, const struct why_node *node, int depth)
{
	struct json *o = json_new_object(), *kids = json_new_array();

	if (node->status)
		json_facts(o, node->status);
	else
		json_set_null(o, "table");
	json_set_bool(o, "first_cause", node->cause);
	if (node->again)
		json_set_bool(o, "again", true);
	for (size_t i = 0; i < node->n && depth > 0; i++)
		if (w->down || node->child[i]->status->state != TABLE_FRESH)
			json_push(kids, json_node(w, node->child[i], depth - 1));
	json_set(o, w->down ? "products" : "causes", kids);
	return o;
}

static void
print_json(const struct why *w, int depth)
{
	struct json *o = json_node(w, w->root, depth), *plan = json_new_array(),
		    *causes = json_new_array(), *elsewhere = json_new_array();

	json_set_int(o, "v", 1);
	json_set_text(o, "text", w->text);
	for (size_t i = 0; i < w->n_causes; i++)
		json_push_text(causes, w->cause[i]->table->name);
	json_set(o, "first_causes", causes);
	for (size_t i = 0; i < w->plan_n; i++)
		if (w->plan[i].launchable)
			json_push_text(plan, w->plan[i].command);
		else
			json_push_text(elsewhere, w->plan[i].job->name);
	json_set(o, "plan", plan);
	json_set(o, "elsewhere", elsewhere);
	out_json(o);
}

/* "late 1 session", but for the states whose word says all. */
static void
put_reason(const struct table_status *s, struct str *line)
{
	char buf[NUM_BUF], phrase[160];

	if (s->rows >= 0)
		str_fmt(line, "  %s row%s", num_group(s->rows, buf), num_s(s->rows));
	if (s->coverage >= 0)
		str_fmt(line, "  cover %.1f%%", s->coverage * 100);
	str_fmt(line, "  %s", table_status_phrase(s, phrase, sizeof(phrase)));
	if (!s->writer && s->source)
		str_fmt(line, "  job %s (not launched from here)", s->source->name);
	else if (s->writer)
		str_fmt(line, "  job %s", s->writer->name);
}

static void
print_last(const struct table_status *s, int indent)
{
	const struct last_run *l = &s->last;
	char at[CLOCK_BUF];
	STR_AUTO clean = { 0 };
	STR_AUTO who = { 0 };

	if (!l->id || (s->state == TABLE_FRESH && !*l->error))
		return;
	printf("%*s| last run %" PRId64 " of %s: %s%s%s, by %s, %s\n", indent, "", l->id, l->job,
	       str_same(s->run, "running") ? "running" : l->state, *l->err_class ? ", class " : "",
	       l->err_class, out_clean(&who, l->who), clock_iso(l->at_ms, at));
	if (*l->error)
		printf("%*s| E  %s\n", indent, "", out_clean(&clean, l->error));
}

static void
print_node(const struct why_node *node, int level, int depth)
{
	const struct table_status *s = node->status;
	char have[DATE_BUF], want[DATE_BUF];
	STR_AUTO line = { 0 };
	STR_AUTO clean = { 0 };

	if (s) {
		str_init(&line, 1024);
		put_reason(s, &line);
		printf("%*s%c %-*s have %s  want %s%s%s%s\n", level * 2, "",
		       table_state_letter(s->state), NAME_COLS - level * 2, s->table->name,
		       date_iso(s->have, have), date_iso(s->want, want),
		       out_clean(&clean, str_c(&line)), node->again ? "  (as above)" : "",
		       node->cause ? "  <- first cause" : "");
		print_last(s, level * 2 + 2);
		level++;
	}
	if (level > depth)
		return;
	for (size_t i = 0; i < node->n; i++)
		print_node(node->child[i], level, depth);
}

static void
print_plan(const struct why *w)
{
	char span[32];

	if (w->plan_n)
		printf("\nplan:\n");
	for (size_t i = 0; i < w->plan_n; i++)
		printf(" %zu  %s%s%s\n", i + 1, w->plan[i].command, w->plan[i].ms >= 0 ? "   " : "",
		       w->plan[i].ms >= 0 ? why_duration(w->plan[i].ms, span, sizeof(span)) : "");
}

static void
print_script(const struct why *w)
{
	for (size_t i = 0; i < w->plan_n; i++)
		printf("%s\n", w->plan[i].command);
}

static void
print_tree(const struct app *app, const struct why *w, const struct cli *cli, int depth)
{
	STR_AUTO text = { 0 };

	if (cli_has(cli, "fix-script")) {
		print_script(w);
	} else if (app->g.json) {
		print_json(w, depth);
	} else {
		printf("%s\n\n", out_clean(&text, w->text));
		print_node(w->root, 0, depth);
		print_plan(w);
		out_standing(app, NOTICE_ACK);
		out_standing(app, NOTICE_PAUSE);
	}
}

static int
parse_depth(const struct cli *cli, int *depth, struct err *e)
{
	const char *v = cli_value(cli, "depth");
	int64_t n = DEPTH_ALL;

	if (v && (!num_parse_i64(v, strlen(v), &n) || n < 0))
		return err_set(e, ERR_USAGE, "--depth %s is not a number of levels", v);
	*depth = n > DEPTH_ALL ? DEPTH_ALL : (int)n;
	return 0;
}

typedef int build_fn(const struct catalogue *cat, const struct freshness *f, const char *target,
		     struct why *out, struct err *e);

static int
show(struct app *app, build_fn *build, size_t least)
{
	struct cli cli;
	struct freshness f;
	struct why *w;
	struct err e = ERR_INIT;
	int rc = 0, depth = DEPTH_ALL;

	if (command_parse(app, &cli, false, least, 1, &e) < 0 ||
	    parse_depth(&cli, &depth, &e) < 0 || command_freshness(app, &f, &e) < 0)
		return app_fail(&e, NULL);
	w = mem_zalloc(sizeof(*w));
	if (build(app->cat, &f, cli.narg ? cli.arg[0] : NULL, w, &e) == 0)
		print_tree(app, w, &cli, depth);
	else
		rc = app_fail(&e, "fintra status lists the tables");
	why_done(w);
	free(w);
	freshness_done(&f);
	return rc;
}

int
cmd_why(struct app *app)
{
	return show(app, why_build, 0);
}

int
cmd_impact(struct app *app)
{
	return show(app, impact_build, 1);
}
