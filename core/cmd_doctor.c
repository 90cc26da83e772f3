/* fintra doctor. */
#include "core/commands.h"
#include "core/conf_secret.h"
#include "core/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHECKS_MAX = 48 };

const struct cli_option doctor_options[] = {
	{ "net", 0, NULL, "ask the vendor, too" },
	{ "fix", 0, NULL, "create missing directories, close secret files to others" },
	{ "yes", 0, NULL, "with --fix: do not ask" },
	{ NULL, 0, NULL, NULL },
};

static const char *const words[] = { "ok", "warn", "fail", "unknown" };

struct visit {
	struct app *app;
	struct doctor d;
	struct {
		const struct doctor_check *check;
		struct finding f;
	} at[CHECKS_MAX];
	size_t n;
};

void
finding_set(struct finding *f, enum finding_state s, const char *fmt, ...)
{
	va_list ap;

	f->state = s;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

void
finding_todo(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->todo, sizeof(f->todo), fmt, ap);
	va_end(ap);
}

/* The database's part is asked once; every check looks at what came of it. */
static void
prepare(struct doctor *d)
{
	struct err e = ERR_INIT;

	d->configured = app_configure(d->app, false, &d->conf_err) == 0;
	if (!d->configured)
		return;
	if (conf_load_alert_token(&d->app->conf, &d->alert_err) == 0)
		d->alert_err = (struct err)ERR_INIT;
	if (conf_load_api_key(&d->app->conf, &d->key_err) == 0 &&
	    conf_load_old_secret(&d->app->conf, &d->key_err) == 0)
		d->key_err = (struct err)ERR_INIT;
	d->db = db_open(&d->app->conf, "fintra doctor", NULL, &d->db_err);
	if (!d->db)
		return;
	if (relations_read(d->db, d->app->cat, &d->rel, &d->rel_err) < 0)
		relations_done(&d->rel);
	if (database_facts_read(d->db, &d->facts, &e) < 0)
		d->facts.database[0] = '\0';
}

static void
release(struct doctor *d)
{
	relations_done(&d->rel);
	db_close(d->db);
	d->db = NULL;
	app_release(d->app);
	d->configured = false;
}

static void
look(struct visit *v, bool net)
{
	const struct doctor_check *const parts[] = { doctor_local, doctor_alert, doctor_db };

	v->d = (struct doctor){ .app = v->app,
				.net = net,
				.conf_err = ERR_INIT,
				.key_err = ERR_INIT,
				.alert_err = ERR_INIT,
				.db_err = ERR_INIT,
				.rel_err = ERR_INIT };
	prepare(&v->d);
	v->n = 0;
	for (size_t p = 0; p < ARRAY_LEN(parts); p++)
		for (const struct doctor_check *c = parts[p]; c->name && v->n < CHECKS_MAX; c++) {
			struct finding *f = &v->at[v->n].f;

			memset(f, 0, sizeof(*f));
			c->run(&v->d, f);
			v->at[v->n].check = c;
			v->n += *f->text != '\0'; /* a check may have nothing to say */
		}
}

static int
apply(const struct finding *f, struct err *e)
{
	if (f->fix == FIX_MKDIR)
		return conf_make_path(f->path, e);
	return chmod(f->path, 0600) == 0 ? 0 : err_errno(e, ERR_CONFIG, errno, f->path);
}

/* Nothing but what is named here, one by one.  True when something was changed. */
static bool
fix_all(struct visit *v, bool yes)
{
	bool any = false;

	for (size_t i = 0; i < v->n; i++) {
		const struct finding *f = &v->at[i].f;
		struct err e = ERR_INIT;
		char what[1200];
		STR_AUTO path = { 0 };

		if (f->fix == FIX_NONE)
			continue;
		fmt_buf(what, sizeof(what), "%s %s",
			f->fix == FIX_MKDIR ? "create the directory" : "chmod 600",
			out_clean(&path, f->path));
		if (!out_agreed(v->app, yes, what))
			continue;
		if (apply(f, &e) < 0)
			app_fail(&e, NULL);
		else
			fprintf(stderr, "fintra: done: %s\n", what);
		any = true;
	}
	return any;
}

static int
code_of(const struct visit *v)
{
	static const int codes[] = { 0, 1, 2, 1 };
	int code = 0;

	for (size_t i = 0; i < v->n; i++)
		code = codes[v->at[i].f.state] > code ? codes[v->at[i].f.state] : code;
	return code;
}

static void
print_json(const struct visit *v)
{
	struct json *o = json_new_object(), *checks = json_new_array();

	json_set_int(o, "v", 1);
	json_set_text(o, "state", words[code_of(v)]);
	for (size_t i = 0; i < v->n; i++) {
		const struct finding *f = &v->at[i].f;
		struct json *c = json_new_object();

		json_set_text(c, "name", v->at[i].check->name);
		json_set_text(c, "state", words[f->state]);
		json_set_text(c, "text", f->text);
		json_set_text(c, "todo", *f->todo ? f->todo : NULL);
		json_set_bool(c, "fixable", f->fix != FIX_NONE);
		json_push(checks, c);
	}
	json_set(o, "checks", checks);
	out_json(o);
}

static void
print_text(const struct visit *v)
{
	static const int sgr[] = { 1, 2, 3, 2 };
	bool color = out_color(v->app, stdout);

	for (size_t i = 0; i < v->n; i++) {
		const struct finding *f = &v->at[i].f;
		STR_AUTO text = { 0 }, todo = { 0 };

		if (v->app->g.cron && f->state == FINDING_OK)
			continue;
		printf("%s%-7s%s  %-16s  %s\n", out_sgr(color, sgr[f->state]), words[f->state],
		       out_sgr(color, 0), v->at[i].check->name, out_clean(&text, f->text));
		if (*f->todo)
			printf("%27s-> %s\n", "", out_clean(&todo, f->todo));
	}
}

int
cmd_doctor(struct app *app)
{
	struct visit v = { .app = app, .n = 0 };
	struct err e = ERR_INIT;
	struct cli cli;
	bool net, fix;

	if (command_parse(app, &cli, false, 0, 0, &e) < 0)
		return app_fail(&e, "fintra help doctor");
	net = cli_has(&cli, "net");
	fix = cli_has(&cli, "fix");
	if (fix && app->g.read_only) {
		err_set(&e, ERR_PERMISSION, "doctor --fix writes, and --read-only forbids it");
		return app_fail(&e, NULL);
	}
	look(&v, net);
	if (fix && fix_all(&v, cli_has(&cli, "yes"))) {
		release(&v.d);
		look(&v, net);
	}
	if (app->g.json)
		print_json(&v);
	else
		print_text(&v);
	release(&v.d);
	return code_of(&v);
}
