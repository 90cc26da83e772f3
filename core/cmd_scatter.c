/* fintra scatter: the scatter chart in plain lines, or its points as JSON. */
#include "core/commands.h"
#include "core/picture.h"
#include "core/scatter.h"

#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH = 80, HEIGHT = 24, WIDTH_MIN = 40, HEIGHT_MIN = 10, SIZE_MOST = 400, GROUPS = 64 };

const struct cli_option scatter_options[] = {
	{ "sector", 0, "S", "only this sector; none = the tickers without one" },
	{ "width", 0, "N", "columns (default: the terminal's, else 80)" },
	{ "height", 0, "N", "lines of the picture (default 24)" },
	{ "dots", 0, "KIND", "braille, half or ascii (default: what the terminal can show)" },
	{ NULL, 0, NULL, NULL },
};

struct chart {
	const struct app *app;
	const struct scatter_spec *spec;
	struct date as_of;
	int width, height;
	enum plot_glyphs glyphs;
	size_t group; /* SIZE_MAX = all */
	struct scatter s;
	struct scatter_cut cut;
};

static int
terminal_width(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_col == 0)
		return WIDTH;
	return w.ws_col < WIDTH_MIN ? WIDTH_MIN : w.ws_col > SIZE_MOST ? SIZE_MOST : w.ws_col;
}

static int
parse_size(const struct cli *cli, const char *option, int least, int *out, struct err *e)
{
	const char *word = cli_value(cli, option);
	int64_t v;

	if (!word)
		return 0;
	if (!num_parse_i64(word, strlen(word), &v) || v < least || v > SIZE_MOST)
		return err_set(e, ERR_USAGE, "--%s takes a number from %d to %d", option, least,
			       SIZE_MOST);
	*out = (int)v;
	return 0;
}

static int
parse(struct chart *c, const struct cli *cli, struct err *e)
{
	static const char *const kinds[] = {
		[PLOT_BRAILLE] = "braille", [PLOT_HALF] = "half", [PLOT_ASCII] = "ascii"
	};
	const char *word = cli_value(cli, "dots");
	int glyphs = 0;

	c->width = terminal_width();
	c->height = HEIGHT;
	c->glyphs = plot_glyphs_here();
	if (parse_size(cli, "width", WIDTH_MIN, &c->width, e) < 0 ||
	    parse_size(cli, "height", HEIGHT_MIN, &c->height, e) < 0)
		return -1;
	while (word && glyphs < PLOT_GLYPHS && !str_same(word, kinds[glyphs]))
		glyphs++;
	if (glyphs == PLOT_GLYPHS)
		return err_set(e, ERR_USAGE, "--dots takes braille, half or ascii");
	if (word)
		c->glyphs = (enum plot_glyphs)glyphs;
	return 0;
}

static int
choose_group(struct chart *c, const char *name, struct err *e)
{
	const char *words[GROUPS], *near;
	size_t n = 0;
	STR_AUTO s = { 0 };
	STR_AUTO clean = { 0 };

	c->group = SIZE_MAX;
	if (!name || c->s.row.n == 0)
		return 0;
	c->group = scatter_group_find(&c->s, name);
	if (c->group != SIZE_MAX)
		return 0;
	for (size_t i = 0; i < c->s.group.n && n < GROUPS; i++)
		words[n++] = c->s.group.at[i].name;
	near = cli_nearest(name, words, n);
	return err_set(e, ERR_USAGE, "there is no %s %s%s%s%s", c->spec->columns[SCATTER_GROUP_OF],
		       out_clean(&s, name), near ? "; did you mean " : "",
		       near ? out_clean(&clean, near) : "", near ? "?" : "");
}

static struct json *
json_scale(const struct plot_scale *s, const char *column)
{
	struct json *o = json_new_object();

	json_set_text(o, "name", column);
	json_set_num(o, "lo", NUM(s->lo));
	json_set_num(o, "hi", NUM(s->hi));
	json_set_num(o, "step", NUM(s->step));
	return o;
}

static const char *const places[] = {
	[PLOT_SHOWN] = "plotted", [PLOT_LEFT] = "left",	  [PLOT_RIGHT] = "right",
	[PLOT_BELOW] = "below",	  [PLOT_ABOVE] = "above",
};

static struct json *
json_places(const struct scatter_cut *c)
{
	struct json *o = json_new_object();

	json_set_int(o, "rows", (int64_t)c->rows);
	for (int i = 0; i < PLOT_PLACES; i++)
		json_set_int(o, places[i], (int64_t)c->plot.count[i]);
	json_set_int(o, "off_scale", (int64_t)scatter_off_scale(c));
	json_set_int(o, "without_relative", (int64_t)c->no_x);
	json_set_int(o, "without_score", (int64_t)c->no_y);
	json_set_int(o, "without_either", (int64_t)c->neither);
	return o;
}

static struct json *
json_points(const struct chart *c)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < c->cut.plot.n; i++) {
		const struct scatter_row *r = &c->s.row.at[c->cut.row[i]];
		struct json *o = json_new_object();

		json_set_text(o, c->spec->columns[SCATTER_NAME_OF], r->name);
		json_set_text(o, c->spec->columns[SCATTER_GROUP_OF], c->s.group.at[r->group].name);
		json_set_num(o, c->spec->columns[SCATTER_Y], r->y);
		json_set_num(o, c->spec->columns[SCATTER_X], r->x);
		json_set_text(o, "place", places[c->cut.plot.place[i]]);
		json_push(list, o);
	}
	return list;
}

static void
print_json(const struct chart *c)
{
	struct json *o = json_new_object(), *axes = json_new_object(), *remedy = json_new_array();
	char text[SCATTER_TEXT], command[SCATTER_COMMAND];
	enum scatter_trouble t = scatter_trouble(&c->cut);

	json_set_int(o, "v", 1);
	json_set_date(o, "as_of", c->as_of);
	json_set_date(o, "snapshot_date", c->s.date);
	json_set_text(o, "engine_version", c->spec->version);
	json_set_text(o, c->spec->columns[SCATTER_GROUP_OF],
		      c->group == SIZE_MAX ? NULL : c->s.group.at[c->group].name);
	json_set(axes, "x", json_scale(&c->cut.plot.x, c->spec->columns[SCATTER_X]));
	json_set(axes, "y", json_scale(&c->cut.plot.y, c->spec->columns[SCATTER_Y]));
	json_set(o, "axes", axes);
	json_set(o, "counts", json_places(&c->cut));
	scatter_trouble_text(&c->cut, &c->s, c->spec, c->as_of, text);
	json_set_text(o, "trouble", t == SCATTER_FINE ? NULL : text);
	for (size_t i = 0; scatter_remedy(c->app->cat, t, c->as_of, i, command); i++)
		json_push_text(remedy, command);
	json_set(o, "remedy", remedy);
	json_set(o, "points", json_points(c));
	out_json(o);
}

static void
print_trouble(const struct chart *c)
{
	char text[SCATTER_TEXT], command[SCATTER_COMMAND];
	enum scatter_trouble t = scatter_trouble(&c->cut);

	scatter_trouble_text(&c->cut, &c->s, c->spec, c->as_of, text);
	if (t != SCATTER_FINE)
		printf("%s\n", text);
	for (size_t i = 0; scatter_remedy(c->app->cat, t, c->as_of, i, command); i++)
		printf("%s %s\n", i ? "then:  " : "repair:", command);
}

static void
print_chart(const struct chart *c)
{
	char text[SCATTER_TEXT], date[DATE_BUF], want[DATE_BUF];
	bool older = !date_eq(c->s.date, c->as_of);
	struct picture p;
	STR_AUTO rows = { 0 };
	STR_AUTO name = { 0 };

	if (date_is_set(c->s.date)) {
		printf("%s (%s): %s, %ss of %s%s%s\n", c->spec->title, c->spec->x_unit,
		       c->group == SIZE_MAX ? "all"
					    : out_clean(&name, c->s.group.at[c->group].name),
		       c->spec->rows, date_iso(c->s.date, date), older ? ", want " : "",
		       older ? date_iso(c->as_of, want) : "");
		scatter_counts(&c->cut, c->spec, text);
		printf("%s\n", text);
	}
	print_trouble(c);
	if (c->cut.plot.n == 0)
		return;
	str_init(&rows, SIZE_MAX / 2);
	picture_draw(&p, &c->cut.plot);
	picture_print(&p, &rows);
	picture_done(&p);
	fputs(str_c(&rows), stdout);
}

static int
show(struct chart *c, const struct cli *cli, struct err *e)
{
	if (app_as_of(c->app, &c->as_of, e) < 0)
		return -1;
	DB_AUTO db = app_look(c->app, e);
	if (!db || scatter_read(db, c->spec, c->as_of, &c->s, e) < 0 ||
	    choose_group(c, cli_value(cli, "sector"), e) < 0)
		return -1;
	scatter_cut(&c->cut, &c->s, c->spec, c->group,
		    (struct scatter_size){ c->width - PICTURE_LEFT, c->height - PICTURE_BELOW,
					   c->glyphs });
	if (c->app->g.json)
		print_json(c);
	else
		print_chart(c);
	scatter_cut_done(&c->cut);
	return 0;
}

int
cmd_scatter(struct app *app)
{
	struct chart c = { .app = app, .spec = app->cat->scatter };
	struct err e = ERR_INIT;
	struct cli cli;
	int rc;

	if (command_parse(app, &cli, false, 0, 0, &e) < 0 || parse(&c, &cli, &e) < 0)
		return app_fail(&e, "fintra help scatter");
	rc = show(&c, &cli, &e);
	scatter_done(&c.s);
	return rc < 0 ? app_fail(&e, NULL) : 0;
}
