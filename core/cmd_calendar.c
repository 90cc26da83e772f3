/* fintra calendar. */
#include "core/calendar.h"
#include "core/clock.h"
#include "core/commands.h"
#include "core/num.h"

#include <string.h>

const struct cli_option calendar_options[] = {
	{ "year", 0, "YEAR", "sessions, half days and closed weekdays of a year" },
	{ "next", 0, NULL, "the session after DATE (default: today)" },
	{ "prev", 0, NULL, "the session before DATE" },
	{ "is-session", 0, "DATE", "exit 0 when it is a session, 1 when not" },
	{ NULL, 0, NULL, NULL },
};

static int
parse_date(const char *text, struct date *d, struct err *e)
{
	STR_AUTO s = { 0 };

	if (!date_parse(text, d))
		return err_set(e, ERR_USAGE, "%s is not a date (YYYY-MM-DD)", out_clean(&s, text));
	if (!calendar_covers(*d))
		return err_set(e, ERR_USAGE, "%s is outside the exchange calendar (1990-2050)",
			       text);
	return 0;
}

static void
print_day(const struct app *app, struct date d)
{
	char day[DATE_BUF];
	int close = calendar_is_session(d) ? calendar_close_minutes(d) : 0;
	const char *why = calendar_closed_why(d);

	if (app->g.json) {
		struct json *o = json_new_object();

		json_set_int(o, "v", 1);
		json_set_date(o, "date", d);
		json_set_bool(o, "session", calendar_is_session(d));
		json_set_bool(o, "half_day", calendar_is_half_day(d));
		json_set_text(o, "closed", why);
		json_set_date(o, "prev", calendar_prev(d));
		json_set_date(o, "next", calendar_next(d));
		out_json(o);
		return;
	}
	date_iso(d, day);
	if (close)
		printf("%s %s session, closes %02d:%02d NY%s\n", day, date_dow(d), close / 60,
		       close % 60, calendar_is_half_day(d) ? " (half day)" : "");
	else
		printf("%s %s closed: %s\n", day, date_dow(d), str_or(why, "no session"));
}

static void
print_session(const struct app *app, struct date d)
{
	char day[DATE_BUF];

	if (app->g.json)
		print_day(app, d);
	else
		printf("%s\n", date_iso(d, day));
}

static int
print_year(const struct app *app, const char *text, struct err *e)
{
	int64_t year;
	int sessions = 0;
	STR_AUTO s = { 0 };

	if (!num_parse_i64(text, strlen(text), &year) || year < 1990 || year > 2050)
		return err_set(e, ERR_USAGE, "--year %s is not within 1990-2050",
			       out_clean(&s, text));
	struct date d = date_of((int)year, 1, 1), end = date_of((int)year, 12, 31);
	struct json *o = json_new_object(), *days = json_new_array(), *half = json_new_array(),
		    *closed = json_new_array();
	for (; date_cmp(d, end) <= 0; d = date_add_days(d, 1)) {
		char day[DATE_BUF];
		const char *why = calendar_closed_why(d);
		bool weekday = date_weekday(d) != 0 && date_weekday(d) != 6;

		date_iso(d, day);
		sessions += calendar_is_session(d);
		if (calendar_is_session(d))
			json_push_text(days, day);
		if (calendar_is_half_day(d))
			json_push_text(half, day);
		if (!calendar_is_session(d) && weekday)
			json_push_text(closed, day);
		if (!app->g.json &&
		    (calendar_is_half_day(d) || (!calendar_is_session(d) && weekday)))
			printf("%s %s %s\n", day, date_dow(d),
			       calendar_is_half_day(d) ? "half day" : str_or(why, "closed"));
	}
	json_set_int(o, "v", 1);
	json_set_int(o, "year", year);
	json_set(o, "sessions", days);
	json_set(o, "half_days", half);
	json_set(o, "closed", closed);
	if (app->g.json) {
		out_json(o);
	} else {
		json_free(o);
		printf("%d session%s\n", sessions, num_s(sessions));
	}
	return 0;
}

int
cmd_calendar(struct app *app)
{
	struct cli cli;
	struct err e = ERR_INIT;
	struct date d;
	const char *is;

	if (command_parse(app, &cli, false, 0, 1, &e) < 0)
		return app_fail(&e, "fintra help calendar");
	d = date_is_set(app->g.as_of) ? app->g.as_of : calendar_ny_date(clock_wall_ms(), NULL);
	is = cli_value(&cli, "is-session");
	if ((cli.narg && parse_date(cli.arg[0], &d, &e) < 0) || (is && parse_date(is, &d, &e) < 0))
		return app_fail(&e, NULL);
	if (cli_has(&cli, "year"))
		return print_year(app, cli_value(&cli, "year"), &e) < 0 ? app_fail(&e, NULL) : 0;
	if (cli_has(&cli, "next") || cli_has(&cli, "prev")) {
		print_session(app, cli_has(&cli, "next") ? calendar_next(d) : calendar_prev(d));
		return 0;
	}
	if (!app->g.quiet)
		print_day(app, d);
	if (!is && !cli.narg && !app->g.json) {
		char day[DATE_BUF];

		printf("expected data: %s\n",
		       date_iso(calendar_published(clock_wall_ms(), PUBLISH_LAG_MIN), day));
	}
	return is && !calendar_is_session(d) ? 1 : 0;
}
