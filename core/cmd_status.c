/* fintra status. */
#include "core/calendar.h"
#include "core/clock.h"
#include "core/commands.h"
#include "core/freshness.h"

#include <string.h>

int
command_freshness(const struct app *app, struct freshness *f, struct err *e)
{
	struct date as_of;
	DB_AUTO db = NULL;

	if (app_as_of(app, &as_of, e) < 0)
		return -1;
	db = app_look(app, e);
	if (!db)
		return -1;
	return freshness_measure(db, &app->conf, app->cat, as_of, clock_wall_ms(), f, e);
}

int
table_state_severity(enum table_state s)
{
	return s == TABLE_FRESH						    ? 1
	       : s == TABLE_DUE || s == TABLE_UNKNOWN || s == TABLE_PARTIAL ? 2
									    : 3;
}

struct json *
json_table_status(const struct table_status *s)
{
	struct json *o = json_new_object();

	json_set_text(o, "name", s->table->name);
	json_set_text(o, "state", table_state_name(s->state));
	json_set_date(o, "as_of", s->have);
	json_set_date(o, "expected", s->want);
	if (s->rows >= 0)
		json_set_int(o, "rows", s->rows);
	else
		json_set_null(o, "rows");
	json_set_num(o, "coverage", s->coverage >= 0 ? NUM(s->coverage) : NUM_NONE);
	json_set_text(o, "basis", s->basis);
	json_set_date(o, "mixed_with", s->mixed_with);
	json_set_text(o, "blocked_by", *s->blocked_by ? s->blocked_by : NULL);
	json_set_time(o, "deadline", s->deadline_ms);
	json_set_text(o, "job", s->writer ? s->writer->name : NULL);
	json_set_bool(o, "counts", s->writer != NULL);
	json_set_text(o, "run", *s->run ? s->run : NULL);
	if (s->run_id)
		json_set_int(o, "run_id", s->run_id);
	json_set_text(o, "detail", s->detail);
	return o;
}

static struct json *
json_layer(const struct app *app, const struct freshness *f, int layer)
{
	const struct layer_status *l = &f->layer[layer];
	struct json *o = json_new_object(), *tables = json_new_array();

	json_set_int(o, "layer", layer);
	json_set_text(o, "name", app->cat->layer_names[layer]);
	json_set_text(o, "state", table_state_name(l->state));
	json_set_int(o, "counting", l->n_counting);
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].table->layer == layer)
			json_push(tables, json_table_status(&f->at[i]));
	json_set(o, "tables", tables);
	return o;
}

static void
print_json(const struct app *app, const struct freshness *f, int only)
{
	struct json *o = json_new_object(), *v = json_new_object(), *layers = json_new_array();

	json_set_int(o, "v", 1);
	json_set_date(o, "session", calendar_published(f->now_ms, PUBLISH_LAG_MIN));
	json_set_date(o, "as_of", f->as_of);
	json_set_bool(v, "ready", f->ready);
	json_set_text(v, "text", f->verdict);
	json_set_text(v, "first_cause", f->cause ? f->cause->table->name : NULL);
	json_set(o, "verdict", v);
	for (int i = 0; i < LAYER_COUNT; i++)
		if (only < 0 || only == i)
			json_push(layers, json_layer(app, f, i));
	json_set(o, "layers", layers);
	json_set(o, "acks", json_standing(app, NOTICE_ACK));
	json_set(o, "pauses", json_standing(app, NOTICE_PAUSE));
	out_json(o);
}

const char *
status_deadline(const struct table_status *s, char buf[16])
{
	int minutes = 0;

	if (s->deadline_ms == 0)
		return "-";
	if (s->table->cadence == WEEKLY)
		return "weekly";
	calendar_ny_date(s->deadline_ms, &minutes);
	fmt_buf(buf, 16, "%02d:%02d NY", minutes / 60, minutes % 60);
	return buf;
}

const char *
status_percent(double c, char buf[16])
{
	if (c < 0)
		return "-";
	fmt_buf(buf, 16, "%.1f%%", c * 100);
	return buf;
}

static void
print_table(const struct table_status *s, bool color)
{
	char have[DATE_BUF], pct[16], due[16], n[NUM_BUF];
	STR_AUTO detail = { 0 };
	const char *more = s->writer		       ? s->detail
			   : s->state == TABLE_UNKNOWN ? s->detail
						       : "no job in this build";

	if (s->writer && (s->state == TABLE_FRESH || s->state == TABLE_EMPTY))
		more = s->state == TABLE_FRESH ? "" : "no rows";
	printf("   %-28s %s%c %-7s%s  %-10s %11s %7s  %-8s %s%s%s\n", s->table->name,
	       out_sgr(color, s->writer ? table_state_severity(s->state) : 0),
	       table_state_letter(s->state), table_state_name(s->state), out_sgr(color, 0),
	       date_iso(s->have, have), s->rows >= 0 ? num_group(s->rows, n) : "-",
	       status_percent(s->coverage, pct), status_deadline(s, due), s->run,
	       *s->run && *more ? "; " : "", out_clean(&detail, more));
}

static void
print_text(const struct app *app, const struct freshness *f, int only)
{
	bool color = out_color(app, stdout);
	char have[DATE_BUF];
	STR_AUTO verdict = { 0 };

	printf("%s%s%s\n\n",
	       out_sgr(color, f->exit_code == 0	  ? 1
			      : f->exit_code == 1 ? 2
						  : 3),
	       out_clean(&verdict, f->verdict), out_sgr(color, 0));
	printf(" L %-28s %-9s  %-10s %11s %7s  %-8s\n", "table", "state", "as-of", "rows", "cover",
	       "deadline");
	for (int i = 0; i < LAYER_COUNT; i++) {
		const struct layer_status *l = &f->layer[i];

		if (only >= 0 && only != i)
			continue;
		printf(" %d %-28s %s%c %-7s%s  %-10s ", i, app->cat->layer_names[i],
		       out_sgr(color, l->n_counting ? table_state_severity(l->state) : 0),
		       table_state_letter(l->state), table_state_name(l->state), out_sgr(color, 0),
		       date_iso(l->have, have));
		if (l->n_counting)
			printf("fresh %d of %d%s\n", l->n_fresh, l->n_counting,
			       l->n_counting < l->n_tables ? " that this build writes" : "");
		else
			printf("not built: does not count\n");
		for (size_t k = 0; k < f->n; k++)
			if (f->at[k].table->layer == i)
				print_table(&f->at[k], color);
	}
}

static int
parse_layer(const struct app *app, const char *text, int *out, struct err *e)
{
	STR_AUTO s = { 0 };

	*out = -1;
	if (!text)
		return 0;
	for (int i = 0; i < LAYER_COUNT; i++)
		if ((text[0] == '0' + i && text[1] == '\0') ||
		    str_same(text, app->cat->layer_names[i]))
			*out = i;
	return *out >= 0 ? 0
			 : err_set(e, ERR_USAGE, "there is no layer %s (0 to 6)",
				   out_clean(&s, text));
}

int
cmd_status(struct app *app)
{
	struct cli cli;
	struct freshness f;
	struct err e = ERR_INIT;
	int only = -1, rc;

	if (command_parse(app, &cli, false, 0, 1, &e) < 0 ||
	    parse_layer(app, cli.narg ? cli.arg[0] : NULL, &only, &e) < 0 ||
	    command_freshness(app, &f, &e) < 0)
		return app_fail(&e, NULL);
	rc = f.exit_code;
	if (app->g.json)
		print_json(app, &f, only);
	else if (!(app->g.cron && rc == 0)) {
		print_text(app, &f, only);
		out_standing(app, NOTICE_ACK);
		out_standing(app, NOTICE_PAUSE);
	}
	freshness_done(&f);
	return rc;
}
