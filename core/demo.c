/* `fintra demo`: a private cluster, the vendor stand-in with a synthetic market, the daily pipeline
 * over HTTP, then the console on the result.  Rows enter through the jobs only. */
#include "core/calendar.h"
#include "core/cli.h"
#include "core/clock.h"
#include "core/cluster.h"
#include "core/commands.h"
#include "core/freshness.h"
#include "core/incident.h"
#include "core/json.h"
#include "core/map.h"
#include "core/migrate.h"
#include "core/signals.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_CEILING = 1024, URL_MAX = 128, FILE_MAX = 8192 };
enum { PRACTICE = 3 }; /* settings at the end that are of a practice alone */

const struct cli_option demo_options[] = {
	{ "tickers", 0, "N", "synthetic tickers (default 1000)" },
	{ "years", 0, "N", "years of daily prices (default 5)" },
	{ "dir", 0, "PATH", "where the private database lives" },
	{ "incident", 0, "NAME", "break it as in life, to practise; none repairs it" },
	{ "list", 0, NULL, "the incidents" },
	{ NULL, 0, NULL, NULL },
};

struct demo {
	struct app *app;
	struct cluster cluster;
	pid_t vendor;
	char url[URL_MAX];
	const char *tickers, *years;
	char *conf;	  /* owned: the file that says all of it to another terminal */
	struct date from; /* first day of the market; fixed when the demo is first filled */
	const struct incident *incident; /* NULL = none */
	bool practice;			 /* --incident, also none: repairs what one has left */
};

static char *
path_of(const char *dir, const char *name)
{
	struct str s;

	str_init(&s, PATH_CEILING);
	str_fmt(&s, "%s/%s", dir, name);
	return str_take(&s);
}

/* Beside this program in a build tree, under libexec when installed. */
static char *
find_vendor(struct err *e)
{
	char *own = proc_own_dir();
	char *path = path_of(own, "fakefmp");

	if (!proc_executable(path)) {
		free(path);
		path = path_of(own, "../libexec/fintra/fakefmp");
	}
	if (!proc_executable(path)) {
		err_set(e, ERR_CONFIG,
			"the vendor stand-in fakefmp is not beside %s: build it with make", own);
		free(path);
		path = NULL;
	}
	free(own);
	return path;
}

/* The market's first day must stay the same on later calls, or its history would change. */
static int
market_start(struct demo *d, struct date as_of, struct err *e)
{
	char text[DATE_BUF] = "", iso[DATE_BUF];
	char *path = path_of(d->cluster.dir, "market-start");
	FILE *f = fopen(path, "r");
	int r = 0;

	if (f && fread(text, 1, DATE_BUF - 1, f) >= 10 && date_parse_n(text, 10, &d->from)) {
		fclose(f);
		free(path);
		return 0;
	}
	if (f)
		fclose(f);
	d->from = date_add_months(as_of, -12 * (int)strtol(d->years, NULL, 10));
	if (!calendar_is_session(d->from))
		d->from = calendar_next(d->from);
	f = fopen(path, "w");
	if (!f || fputs(date_iso(d->from, iso), f) < 0)
		r = err_set(e, ERR_CONFIG, "%s: cannot be written", path);
	if (f && fclose(f) != 0)
		r = err_set(e, ERR_CONFIG, "%s: cannot be written", path);
	free(path);
	return r;
}

static int
vendor_start(struct demo *d, struct date as_of, struct err *e)
{
	char from[DATE_BUF], end[DATE_BUF];
	char *path = find_vendor(e), *splits = path_of(d->cluster.dir, "market-splits");
	int fd = -1, r;
	size_t n = 0;
	ssize_t got;

	if (!path) {
		free(splits);
		return -1;
	}
	const char *argv[] = { path,	    "--port",
			       "0",	    "--with-parent",
			       "--tickers", d->tickers,
			       "--seed",    "1",
			       "--start",   date_iso(d->from, from),
			       "--end",	    date_iso(as_of, end),
			       "--splits",  splits,
			       NULL };
	r = proc_start(argv, &d->vendor, &fd, e);
	free(path);
	free(splits);
	if (r < 0)
		return -1;
	while (n < URL_MAX - 1 && (got = read(fd, d->url + n, 1)) == 1 && d->url[n] != '\n')
		n++;
	d->url[n] = '\0';
	close(fd);
	return n > 0 ? 0 : err_set(e, ERR_CONFIG, "the vendor stand-in did not start");
}

/* Only for who may read the demo's secrets: it names the file of its key. */
static int
put_file(const char *path, const char *text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	size_t n = strlen(text);
	bool ok = fd >= 0 && fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0 &&
		  write(fd, text, n) == (ssize_t)n;

	if (fd >= 0 && close(fd) != 0)
		ok = false;
	return ok ? 0 : err_set(e, ERR_CONFIG, "%s: cannot be written", path);
}

struct setting {
	const char *section, *name, *value;
};

/* Here, and in a file by which another terminal reaches the same database and vendor. */
static int
settle(struct demo *d, const struct setting *s, size_t n, struct err *e)
{
	STR_AUTO text = { 0 };
	int rc = 0;

	str_init(&text, FILE_MAX);
	str_puts(&text, "# written by each fintra demo, good while it is there\n");
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (i == 0 || !str_same(s[i].section, s[i - 1].section))
			str_fmt(&text, "[%s]\n", s[i].section);
		str_fmt(&text, "%s = %s\n", s[i].name, s[i].value);
		rc = conf_set(&d->app->conf, s[i].section, s[i].name, s[i].value, e);
	}
	if (rc == 0)
		rc = put_file(d->conf, str_c(&text), e);
	if (rc == 0)
		d->app->g.conf_path = d->conf;
	return rc;
}

static int
configure(struct demo *d, struct err *e)
{
	char *conninfo = cluster_conninfo(&d->cluster);
	char *cache = path_of(d->cluster.dir, "cache"), *key = path_of(d->cluster.dir, "demo-key");
	const struct setting settings[] = {
		{ "db", "conninfo", conninfo },
		{ "fmp", "base_url", d->url },
		{ "fmp", "api_key_file", key },
		{ "fmp", "part_pause_ms", "0" },
		{ "fmp", "day_pause_ms", "0" },
		{ "fmp", "requests_per_min", "0" },
		{ "sec", "base_url", d->url },
		{ "sec", "user_agent", "fintra demo demo@localhost" },
		{ "sec", "requests_per_s", "1000" },
		{ "paths", "cache_dir", cache },
		/* A run that was killed is given up after seconds, not after a minute. */
		{ "run", "heartbeat_ms", "500" },
		{ "run", "fence_ms", "4500" },
		{ "run", "abandoned_ms", "6000" },
	};
	size_t n = ARRAY_LEN(settings) - (d->practice ? 0 : PRACTICE);
	int rc = put_file(key, "demo\n", e);

	d->conf = path_of(d->cluster.dir, "fintra.conf");
	if (rc == 0)
		rc = settle(d, settings, n, e);
	free(d->app->conf.api_key);
	d->app->conf.api_key = mem_dup("demo");
	free(conninfo);
	free(cache);
	free(key);
	return rc;
}

static void
show_event(void *arg, const struct event *ev)
{
	STR_AUTO line = { .max = 8192 };

	(void)arg;
	if (ev->lvl < LVL_INFO)
		return;
	event_line(ev, 1, &line);
	fprintf(stderr, "%s\n", str_c(&line));
}

/* True when this job's whole history was loaded by an earlier call. */
static bool
history_loaded(struct db *db, const struct conf *conf, const struct job *job)
{
	struct run_filter f = { .job = job->name, .state = "success", .limit = 100 };
	struct run_list list = { NULL, 0 };
	struct err e = ERR_INIT;
	bool found = false;

	if (ledger_runs(db, conf, &f, &list, &e) < 0)
		return false;
	for (size_t i = 0; i < list.n && !found; i++)
		found = list.at[i].params && strstr(list.at[i].params, "\"start\"");
	run_list_done(&list);
	return found;
}

static int
run_job(struct demo *d, struct runner *r, const struct job *job, struct date as_of, bool history,
	struct err *e)
{
	struct launch l = { .job = job,
			    .as_of = as_of,
			    .as_of_given = true,
			    .gate = GATE_WARN,
			    .origin = "cli",
			    .reason = "demo" };
	struct outcome o;
	char text[DATE_BUF];
	int rc = 0;

	if (history)
		rc = params_set(&l.params, job->params, "start", date_iso(d->from, text), e);
	if (rc == 0 && history)
		rc = params_set(&l.params, job->params, "end", date_iso(as_of, text), e);
	int handle = rc == 0 ? runner_start(r, &l, e) : -1;
	params_done(&l.params);
	if (handle < 0)
		return -1;
	runner_wait(r, handle, &o);
	if (o.state == RUN_SUCCESS || o.state == RUN_PARTIAL)
		return 0;
	*e = o.err;
	return err_wrap(e, "%s ended %s", job->name, run_state_name(o.state));
}

/* One of the jobs before it was run by this call. */
static bool
follows(const struct job *job, const struct map *ran)
{
	for (size_t i = 0; job->after && job->after[i]; i++)
		if (map_find(ran, job->after[i], strlen(job->after[i])) != MAP_NONE)
			return true;
	return false;
}

/* Jobs whose tables are all fresh are left alone: that is what makes the second call quick.  A job
 * that works on the rows of another one finds them fresh just when they are new. */
static bool
needs_run(const struct job *job, const struct freshness *f, const struct map *ran)
{
	for (size_t i = 0; job->writes && job->writes[i]; i++) {
		const struct table_status *t = freshness_find(f, job->writes[i]);
		if (t && t->state != TABLE_FRESH)
			return true;
		if (str_has(job->reads, job->writes[i]) && follows(job, ran))
			return true;
	}
	return false;
}

static int
pipeline(struct demo *d, struct date as_of, struct err *e)
{
	const struct catalogue *cat = d->app->cat;
	DB_AUTO db = db_open(&d->app->conf, "fintra demo", NULL, e);
	struct runner *r;
	struct map *ran;
	int applied = 0, rc = 0;

	if (!db || migrate_run(db, MIGRATE_INIT, clock_wall_ms(), &applied, e) < 0)
		return -1;
	r = runner_new(&d->app->conf, cat, show_event, NULL);
	ran = map_new();
	signals_install(r, false);
	for (size_t i = 0; rc == 0 && cat->jobs[i]; i++) {
		const struct job *job = cat->jobs[i];
		struct freshness f;
		bool history = (job->flags & JOB_USES_API) && (job->flags & JOB_RANGE) &&
			       !history_loaded(db, &d->app->conf, job);

		if (job->flags & JOB_BACKFILL)
			continue;
		rc = freshness_measure(db, &d->app->conf, cat, as_of, clock_wall_ms(), &f, e);
		if (rc == 0 && (history || needs_run(job, &f, ran))) {
			rc = run_job(d, r, job, as_of, history, e);
			map_add(ran, job->name, strlen(job->name));
		}
		freshness_done(&f);
	}
	runner_free(r);
	map_free(ran);
	signals_install(NULL, false);
	return rc;
}

static void
print_requests(struct demo *d)
{
	struct err e = ERR_INIT;
	struct http *h = http_new(&d->app->conf, NULL, NULL, NULL);
	struct http_req q = { .path = "/__stats",
			      .args = (const struct http_arg[]){ { NULL, NULL } },
			      .kind = HTTP_JSON };
	struct http_resp resp;
	STR_AUTO body = { 0 };

	str_init(&body, 1 << 20);
	if (http_get_mem(h, &q, &body, &resp, &e) == 0) {
		struct json *j = json_parse(str_c(&body), body.len, &e);
		fprintf(stderr, "fintra: the vendor stand-in answered %.0f requests\n",
			json_num(j, "requests").v);
		json_free(j);
	} else {
		fprintf(stderr, "fintra: the stand-in's request count is unknown: %s\n", e.text);
	}
	http_free(h);
}

static int
present(struct demo *d)
{
	char *status[] = { (char[]){ "status" }, NULL };

	setenv("FINTRA_DEMO", "1", 1);
	if (isatty(0) && isatty(1) && d->app->console) {
		fprintf(stderr,
			"fintra: while the console is open, in another terminal: fintra -c %s "
			"health\n",
			d->conf);
		return d->app->console(d->app);
	}
	d->app->argc = 1;
	d->app->argv = status;
	return cmd_status(d->app);
}

/* What --incident asks for. */
static int
choose_incident(struct demo *d, const struct cli *cli, struct err *e)
{
	const char *name = cli_value(cli, "incident");

	d->practice = name != NULL;
	if (!name)
		return 0;
	if (d->app->g.conninfo)
		return err_set(e, ERR_USAGE,
			       "an incident breaks the demo's own database and no other: leave "
			       "out --db");
	if (str_same(name, "none"))
		return 0;
	d->incident = incident_find(d->app->built, name, true, e);
	return d->incident ? 0 : -1;
}

/* A cluster that no demo has filled is not ours to break. */
static int
check_home(const struct demo *d, const char *home, struct err *e)
{
	char *version = path_of(home, "pg/PG_VERSION"), *market = path_of(home, "market-start");
	bool foreign = d->practice && access(version, F_OK) == 0 && access(market, F_OK) != 0;

	free(version);
	free(market);
	return foreign ? err_set(e, ERR_USAGE,
				 "%s holds a database that is not the demo's: an incident does not "
				 "touch it",
				 home)
		       : 0;
}

/* What an earlier incident left, before anything else is made from it. */
static int
repair(struct demo *d, struct err *e)
{
	char *fix[] = { (char[]){ "fix" }, (char[]){ "--yes" }, NULL };
	struct run_filter any = { .limit = 1 };
	struct run_list list = { NULL, 0 };
	DB_AUTO db = db_open(&d->app->conf, "fintra demo", NULL, e);
	int applied = 0;
	bool used;

	if (!db || migrate_run(db, MIGRATE_INIT, clock_wall_ms(), &applied, e) < 0 ||
	    ledger_runs(db, &d->app->conf, &any, &list, e) < 0)
		return -1;
	used = list.n > 0;
	run_list_done(&list);
	if (!used)
		return 0;
	d->app->argc = 2;
	d->app->argv = fix;
	cmd_fix(d->app); /* it says what is left; the pipeline comes next */
	return 0;
}

static int
fill(struct demo *d, struct date as_of, struct err *e)
{
	struct incident_env env = { &d->app->conf, d->app->built, as_of, show_event, NULL };

	if (d->practice && repair(d, e) < 0)
		return -1;
	if (pipeline(d, as_of, e) < 0)
		return -1;
	if (!d->incident)
		return 0;
	if (d->incident->yesterday && pipeline(d, calendar_prev(as_of), e) < 0)
		return -1;
	fprintf(stderr, "fintra: incident %s: %s\n", d->incident->name, d->incident->title);
	return incident_make(d->incident, &env, e);
}

static int
demo(struct demo *d, const char *home, struct date as_of)
{
	struct err e = ERR_INIT;
	int rc = cluster_start(&d->cluster, home, &e);

	if (rc == 0)
		rc = market_start(d, as_of, &e);
	if (rc == 0)
		rc = vendor_start(d, as_of, &e);
	if (rc == 0)
		rc = configure(d, &e);
	if (rc == 0)
		rc = fill(d, as_of, &e);
	if (rc == 0) {
		print_requests(d);
		rc = present(d);
	} else {
		rc = app_fail(&e, "see the lines above; the same command goes on where it stopped");
	}
	proc_stop(d->vendor);
	cluster_stop(&d->cluster);
	d->app->g.conf_path = NULL;
	free(d->conf);
	return rc;
}

int
cmd_demo(struct app *app)
{
	struct err e = ERR_INIT;
	struct cli cli;
	struct demo d = { .app = app };
	struct date as_of;
	int rc;

	if (cli_parse(&cli, demo_options, false, app->argc, app->argv, &e) < 0 ||
	    choose_incident(&d, &cli, &e) < 0 || app_as_of(app, &as_of, &e) < 0)
		return app_fail(&e, "fintra help demo");
	if (cli_has(&cli, "list")) {
		playbook_list(app, true);
		return 0;
	}
	d.tickers = str_or(cli_value(&cli, "tickers"), "1000");
	d.years = str_or(cli_value(&cli, "years"), "5");
	app->cat = app->built; /* a demo never calls the configured old system */
	char *home =
		cluster_home(cli_has(&cli, "dir") ? cli_value(&cli, "dir") : app->conf.demo_dir);
	rc = check_home(&d, home, &e);
	if (rc == 0) {
		fprintf(stderr, "fintra: demo with SYNTHETIC data in %s\n", home);
		rc = demo(&d, home, as_of);
	} else {
		rc = app_fail(&e, "fintra help demo");
	}
	free(home);
	return rc;
}
