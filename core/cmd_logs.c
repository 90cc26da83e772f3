/* fintra logs: reads the ledger, so that it shows runs of any host. */
#include "core/commands.h"

#include <string.h>

enum {
	LINES_DEFAULT = 200,
	LINES_MOST = 1000000,
	PAGE = 2000,
	POLL_MS = 500,
	LINE_ROOM = 64 << 10
};

const struct cli_option logs_options[] = {
	{ "follow", 'f', NULL, "go on until the run ends" },
	{ "number", 'n', "N", "only the last N lines (default 200)" },
	{ "level", 0, "LEVEL", "debug, info, warn or error and worse" },
	{ "exit-status", 0, NULL, "end with the run's exit code" },
	{ NULL, 0, NULL, NULL },
};

struct view {
	struct app *app;
	struct db *db;
	struct run_info *run;
	enum level level;
	int64_t seq; /* last line seen */
};

static void
show(const struct view *v, const struct event *ev)
{
	STR_AUTO line = { 0 };

	if (ev->lvl < v->level)
		return;
	str_init(&line, LINE_ROOM);
	if (v->app->g.json) {
		event_json(ev, &line);
		out_json_line(str_c(&line));
		return;
	}
	event_line(ev, 1, &line);
	printf("%s\n", str_c(&line));
}

/* after < 0: the newest `limit`. */
static int
show_lines(struct view *v, int64_t after, int limit, struct err *e)
{
	struct event_list l = { NULL, 0 };
	size_t n;

	if (ledger_events(v->db, v->run->id, after, limit, &l, e) < 0)
		return -1;
	for (size_t i = 0; i < l.n; i++) {
		show(v, &l.at[i]);
		v->seq = l.at[i].seq;
	}
	n = l.n;
	event_list_done(&l);
	fflush(stdout);
	return (int)n;
}

static int
refresh_state(struct view *v, struct err *e)
{
	struct run_filter f = { .id = v->run->id, .limit = 1 };
	struct run_list l = { NULL, 0 };

	if (ledger_runs(v->db, &v->app->conf, &f, &l, e) < 0)
		return -1;
	if (l.n == 1) {
		v->run->state = l.at[0].state;
		v->run->exit_code = ledger_exit_code(&l.at[0]);
	}
	run_list_done(&l);
	return 0;
}

/* The state is read before the lines: when it says ended, the lines read after it are all there
 * are. */
static int
follow(struct view *v, struct err *e)
{
	int n = 0;

	if (db_listen(v->db, Q_LOGS_LISTEN, e) < 0)
		return -1;
	for (;;) {
		if (refresh_state(v, e) < 0)
			return -1;
		bool ended = run_state_ended(v->run->state);
		do {
			n = show_lines(v, v->seq, PAGE, e);
		} while (n == PAGE);
		if (n < 0)
			return -1;
		if (ended || ferror(stdout))
			return 0;
		db_wait(v->db, -1, POLL_MS);
		db_notified(v->db);
	}
}

static int
find_run(const struct app *app, struct db *db, const struct cli *cli, struct run_list *l,
	 struct err *e)
{
	struct run_filter newest = { .limit = 1 };

	if (cli->narg)
		return ledger_find(db, &app->conf, app->cat, cli->arg[0], l, e);
	if (ledger_runs(db, &app->conf, &newest, l, e) < 0)
		return -1;
	if (l->n)
		return 0;
	run_list_done(l);
	return err_set(e, ERR_USAGE, "the ledger has no run yet");
}

static int
parse(const struct cli *cli, struct view *v, int64_t *lines, struct err *e)
{
	const char *n = cli_value(cli, "number"), *level = cli_value(cli, "level");

	*lines = LINES_DEFAULT;
	if (n && (!num_parse_i64(n, strlen(n), lines) || *lines < 1 || *lines > LINES_MOST))
		return err_set(e, ERR_USAGE, "-n takes a number from 1 to %d", LINES_MOST);
	if (level && !level_parse(level, &v->level))
		return err_set(e, ERR_USAGE, "--level is debug, info, warn or error");
	return 0;
}

int
cmd_logs(struct app *app)
{
	struct view v = { .app = app, .level = LVL_DEBUG };
	struct run_list l = { NULL, 0 };
	struct cli cli;
	struct err e = ERR_INIT;
	DB_AUTO db = NULL;
	int64_t lines;
	int rc;

	if (command_parse(app, &cli, false, 0, 1, &e) < 0 || parse(&cli, &v, &lines, &e) < 0)
		return app_fail(&e, "fintra help logs");
	db = app_look(app, &e);
	if (!db || find_run(app, db, &cli, &l, &e) < 0)
		return app_fail(&e, NULL);
	v.db = db;
	v.run = &l.at[0];
	rc = show_lines(&v, -1, (int)lines, &e);
	if (rc >= 0)
		rc = cli_has(&cli, "follow") ? follow(&v, &e) : 0;
	if (rc == 0 && cli_has(&cli, "exit-status"))
		rc = v.run->exit_code;
	run_list_done(&l);
	return rc < 0 ? app_fail(&e, NULL) : rc;
}
