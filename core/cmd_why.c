/* fintra why. */
#include "core/why.h"

#include "core/commands.h"

static struct json *
json_node(const struct why_node *node)
{
	const struct table_status *s = node->status;
	struct json *o = json_new_object(), *causes = json_new_array();

	json_set_text(o, "table", s->table->name);
	json_set_text(o, "state", table_state_name(s->state));
	json_set_date(o, "have", s->have);
	json_set_date(o, "want", s->want);
	json_set_text(o, "job", s->writer ? s->writer->name : NULL);
	if (s->run_id)
		json_set_int(o, "run", s->run_id);
	json_set_date(o, "mixed_with", s->mixed_with);
	json_set_text(o, "detail", s->detail);
	json_set_bool(o, "first_cause", node->cause);
	for (size_t i = 0; i < node->n; i++)
		if (node->child[i]->status->state != TABLE_FRESH)
			json_push(causes, json_node(node->child[i]));
	json_set(o, "causes", causes);
	return o;
}

static void
print_node(const struct why_node *node, int depth)
{
	const struct table_status *s = node->status;
	char have[DATE_BUF], want[DATE_BUF];
	STR_AUTO detail = { 0 };

	printf("%*s%c %-*s have %s  want %s  %s%s%s%s\n", depth * 2, "",
	       table_state_letter(s->state), 30 - depth * 2, s->table->name,
	       date_iso(s->have, have), date_iso(s->want, want), out_clean(&detail, s->detail),
	       *s->run ? "; last run " : "", s->run, node->cause ? "  <- first cause" : "");
	for (size_t i = 0; i < node->n; i++)
		print_node(node->child[i], depth + 1);
}

static void
print_why(const struct app *app, const struct why *w)
{
	STR_AUTO text = { 0 };

	if (app->g.json) {
		struct json *o = json_node(w->root), *plan = json_new_array();

		json_set_int(o, "v", 1);
		json_set_text(o, "text", w->text);
		for (size_t i = 0; i < w->plan_n; i++)
			json_push_text(plan, w->plan[i]);
		json_set(o, "plan", plan);
		out_json(o);
		return;
	}
	printf("%s\n\n", out_clean(&text, w->text));
	print_node(w->root, 0);
	if (w->plan_n)
		printf("\nplan:\n");
	for (size_t i = 0; i < w->plan_n; i++)
		printf(" %zu  %s\n", i + 1, w->plan[i]);
}

int
cmd_why(struct app *app)
{
	struct cli cli;
	struct freshness f;
	struct why w;
	struct err e = ERR_INIT;
	int rc = 0;

	if (command_parse(app, &cli, false, 0, 1, &e) < 0 || command_freshness(app, &f, &e) < 0)
		return app_fail(&e, NULL);
	if (why_build(app->cat, &f, cli.narg ? cli.arg[0] : NULL, &w, &e) == 0)
		print_why(app, &w);
	else
		rc = app_fail(&e, "fintra status lists the tables");
	why_done(&w);
	freshness_done(&f);
	return rc;
}
