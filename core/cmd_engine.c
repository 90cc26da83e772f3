/* fintra engine. */
#include "core/commands.h"
#include "core/engine.h"

#include <inttypes.h>

enum { LINE_BYTES = 1 << 20, NAMES_MAX = 64 };

const struct cli_option engine_options[] = {
	{ "list", 0, NULL, "the engines of this build (also without NAME)" },
	{ NULL, 0, NULL, NULL },
};

static int
list_engines(const struct app *app)
{
	struct json *o = json_new_object(), *list = json_new_array();

	for (const struct engine *n = app->cat->engines; n && n->name; n++) {
		struct json *one = json_new_object();

		if (!app->g.json)
			printf("%-22s %s\n", n->name, n->title);
		json_set_text(one, "name", n->name);
		json_set_text(one, "title", n->title);
		json_push(list, one);
	}
	json_set_int(o, "v", 1);
	json_set(o, "engines", list);
	if (app->g.json)
		out_json(o);
	else
		json_free(o);
	return 0;
}

static const struct engine *
find_engine(const struct app *app, const char *name, struct err *e)
{
	const char *words[NAMES_MAX], *near;
	size_t n = 0;
	STR_AUTO s = { 0 };

	for (const struct engine *g = app->cat->engines; g && g->name && n < NAMES_MAX; g++) {
		if (str_same(g->name, name))
			return g;
		words[n++] = g->name;
	}
	near = cli_nearest(name, words, n);
	err_set(e, ERR_USAGE, "there is no engine %s%s%s%s", out_clean(&s, name),
		near ? "; did you mean " : "", str_or(near, ""), near ? "?" : "");
	return NULL;
}

/* A line without its end; one over the ceiling is read to its end and marked.  False: no more. */
static bool
next_line(FILE *f, struct str *line)
{
	int c;

	str_clear(line);
	while ((c = getc_unlocked(f)) != EOF && c != '\n')
		str_putc(line, (char)c);
	return c == '\n' || line->len > 0 || line->overflow;
}

static int
answer(const struct engine *g, const struct str *line, struct json **out, struct err *e)
{
	struct json *j;
	const struct json *in;
	int rc = -1;

	if (line->overflow)
		return err_set(e, ERR_DATA, "longer than 1 MiB");
	j = json_parse(str_c(line), line->len, e);
	if (!j)
		return -1;
	in = json_get(j, "in");
	if (!json_is_object(in))
		err_set(e, ERR_DATA, "\"in\" is not an object");
	else
		rc = g->run(in, out, e);
	json_free(j);
	return rc;
}

/* One answer per line and at once, so that a program can ask and wait. */
static int
filter(const struct engine *g, FILE *f, struct err *e)
{
	int code = 0;
	STR_AUTO line = { 0 };

	str_init(&line, LINE_BYTES);
	for (int64_t n = 1; next_line(f, &line); n++) {
		struct json *o = json_new_object(), *out = NULL;
		struct err bad = ERR_INIT;

		if (answer(g, &line, &out, &bad) == 0) {
			json_set(o, "out", out);
		} else {
			err_wrap(&bad, "line %" PRId64, n);
			json_set_text(o, "error", bad.text);
			code = err_exit_code(&bad);
		}
		out_json(o);
		if (fflush(stdout) != 0)
			return err_set(e, ERR_INTERNAL, "the output could not be written");
	}
	return ferror(f) ? err_set(e, ERR_INTERNAL, "standard input could not be read") : code;
}

int
cmd_engine(struct app *app)
{
	struct cli cli;
	struct err e = ERR_INIT;
	const struct engine *g;
	int code;

	if (command_parse(app, &cli, false, 0, 1, &e) < 0)
		return app_fail(&e, "fintra help engine");
	if (cli.narg == 0 || cli_has(&cli, "list"))
		return list_engines(app);
	g = find_engine(app, cli.arg[0], &e);
	if (!g)
		return app_fail(&e, "fintra engine --list");
	code = filter(g, stdin, &e);
	return code < 0 ? app_fail(&e, NULL) : code;
}
