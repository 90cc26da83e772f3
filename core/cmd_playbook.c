/* fintra playbook: known troubles, how to tell them and what repairs them. */
#include "core/commands.h"
#include "core/incident.h"

#include <stdio.h>

static void
put_words(struct json *o, const char *key, const char *const *at)
{
	struct json *list = json_new_array();

	for (; at && *at; at++)
		json_push_text(list, *at);
	json_set(o, key, list);
}

static struct json *
page_json(const struct incident *in)
{
	struct json *o = json_new_object();

	json_set_text(o, "name", in->name);
	json_set_text(o, "title", in->title);
	json_set_text(o, "symptom", in->symptom);
	json_set_text(o, "cause", in->cause);
	put_words(o, "diagnose", in->diagnose);
	put_words(o, "remedy", in->remedy);
	json_set_bool(o, "report", in->seed);
	json_set_bool(o, "practice", in->steps != NULL);
	return o;
}

static void
print_page(const struct incident *in)
{
	REPORT_AUTO r = { .head = "" };

	incident_report(in, DATE_NONE, &r);
	out_report(&r);
}

void
playbook_list(const struct app *app, bool practised)
{
	for (const struct incident *i = app->built->incidents; i && i->name; i++)
		if (i->steps || !practised)
			printf("%-16s %s\n", i->name, i->title);
}

static void
list_json(const struct app *app)
{
	struct json *o = json_new_object(), *all = json_new_array();

	for (const struct incident *i = app->built->incidents; i && i->name; i++)
		json_push(all, page_json(i));
	json_set_int(o, "v", 1);
	json_set(o, "playbooks", all);
	out_json(o);
}

int
cmd_playbook(struct app *app)
{
	const struct incident *in = NULL;
	struct err e = ERR_INIT;
	struct cli cli;

	if (command_parse(app, &cli, false, 0, 1, &e) < 0)
		return app_fail(&e, "fintra help playbook");
	if (cli.narg && !(in = incident_find(app->built, cli.arg[0], false, &e)))
		return app_fail(&e, "fintra playbook lists them");
	if (app->g.json && in) {
		struct json *o = page_json(in);

		json_set_int(o, "v", 1);
		out_json(o);
	} else if (app->g.json) {
		list_json(app);
	} else if (in) {
		print_page(in);
	} else {
		playbook_list(app, false);
	}
	return 0;
}
