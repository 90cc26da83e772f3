#include "core/incident.h"

#include "core/calendar.h"
#include "core/cli.h"
#include "core/clock.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NAMES_MAX = 32,
	HELD_MS = 60000,
	LOOK_MS = 20,
	CACHE_MAX = 1024,
	RULE_MAX = 64,
	ANSWER_MAX = 1 << 20
};

/* One incident while it is made. */
struct making {
	const struct incident_env *env;
	struct conf conf; /* env's, impatient with the vendor and with no download kept */
	struct db *db;
	char day[DATE_BUF], before[DATE_BUF];
	char first[DATE_BUF]; /* oldest session of performance_windows */
};

const struct incident *
incident_find(const struct catalogue *cat, const char *name, bool practised, struct err *e)
{
	const char *words[NAMES_MAX], *near;
	size_t n = 0;

	for (const struct incident *i = cat->incidents; i && i->name; i++) {
		if (practised && !i->steps)
			continue;
		if (str_same(i->name, name))
			return i;
		if (n < NAMES_MAX)
			words[n++] = i->name;
	}
	near = cli_nearest(name, words, n);
	err_set(e, ERR_USAGE, "there is no %s called %s%s%s%s", practised ? "incident" : "playbook",
		name, near ? "; did you mean " : "", str_or(near, ""), near ? "?" : "");
	return NULL;
}

static int
check_private(struct making *m, struct err *e)
{
	ROWS_AUTO r = db_query(m->db, Q_INCIDENT_PRIVATE, NULL, e);

	if (!r)
		return -1;
	return rows_bool(r, 0, 0)
		       ? 0
		       : err_set(e, ERR_PERMISSION,
				 "this database server listens on a network: an incident "
				 "breaks a private cluster only");
}

static int
find_first(struct making *m, struct err *e)
{
	const char *args[] = { m->day };
	ROWS_AUTO r = db_query(m->db, Q_INCIDENT_FIRST_WINDOWS, args, e);

	if (!r)
		return -1;
	date_iso(rows_date(r, 0, 0), m->first);
	return 0;
}

static int
change(struct making *m, int query, struct err *e)
{
	const char *args[] = { m->day, m->before };

	return db_exec(m->db, (enum query)query, args, NULL, e);
}

/* Through the stand-in's own door; a rule of NULL ends those that are. */
static int
tell_vendor(struct making *m, const char *path, const char *rule, struct err *e)
{
	const struct http_arg args[] = { { rule ? "rule" : "clear", str_or(rule, "1") },
					 { NULL, NULL } };
	struct http_req q = { .path = path, .args = args, .kind = HTTP_JSON };
	struct http *h = http_new(&m->conf, NULL, NULL, NULL);
	struct http_resp resp;
	STR_AUTO body = { 0 };
	int rc;

	str_init(&body, ANSWER_MAX);
	rc = http_get_mem(h, &q, &body, &resp, e);
	http_free(h);
	return rc < 0 ? err_wrap(e, "the vendor stand-in") : 0;
}

static int
split_share(struct making *m, int query, struct err *e)
{
	const char *args[] = { m->day };
	ROWS_AUTO r = db_query(m->db, (enum query)query, args, e);
	char rule[RULE_MAX];

	if (!r)
		return -1;
	if (rows_count(r) != 1)
		return err_set(e, ERR_EMPTY, "there is no share that could be split");
	if (!fmt_buf(rule, sizeof(rule), "%s %s 2:1", rows_text(r, 0, 0), m->day))
		return err_set(e, ERR_INTERNAL, "the rule of a split is too long");
	return tell_vendor(m, "/__split", rule, e);
}

/* To its end; of the sessions from `from` on, NULL = of the day alone. */
static int
launch(struct making *m, const char *name, const char *from, struct outcome *o, struct err *e)
{
	const struct job *job = catalogue_job(m->env->cat, name);
	struct launch l = { .job = job,
			    .as_of = m->env->as_of,
			    .as_of_given = true,
			    .gate = GATE_WARN,
			    .origin = "cli",
			    .reason = "incident" };
	struct runner *r;
	int handle = -1, rc = 0;

	if (!job)
		return err_set(e, ERR_INTERNAL, "no job is called %s", name);
	if (from)
		rc = params_set(&l.params, job->params, "start", from, e);
	if (rc == 0 && from)
		rc = params_set(&l.params, job->params, "end", m->day, e);
	r = runner_new(&m->conf, m->env->cat, m->env->sink, m->env->arg);
	if (rc == 0)
		handle = runner_start(r, &l, e);
	if (handle >= 0)
		runner_wait(r, handle, o);
	params_done(&l.params);
	runner_free(r);
	return handle < 0 ? -1 : 0;
}

static int
run(struct making *m, const struct incident_step *s, struct err *e)
{
	struct outcome o;

	if (launch(m, s->text, s->all ? m->first : NULL, &o, e) < 0)
		return -1;
	return o.state == s->ends
		       ? 0
		       : err_set(e, ERR_INTERNAL, "%s ended %s, not %s: %s", s->text,
				 run_state_name(o.state), run_state_name(s->ends), o.err.text);
}

/* Until the child waits for our transaction; -1 when it ended before (*child is 0 then), or never
 * did. */
static int
await_held(struct making *m, pid_t *child, struct err *e)
{
	int64_t end = clock_mono_ms() + HELD_MS;

	while (clock_mono_ms() < end) {
		ROWS_AUTO r = db_query(m->db, Q_INCIDENT_HELD, NULL, e);

		if (!r)
			return -1;
		if (rows_bool(r, 0, 0))
			return 0;
		if (waitpid(*child, NULL, WNOHANG) != 0) {
			*child = 0;
			return err_set(e, ERR_INTERNAL, "it ended before it could be killed");
		}
		db_wait(m->db, -1, LOOK_MS);
	}
	return err_set(e, ERR_INTERNAL, "it did not come to the rows that hold it up");
}

/* Nobody may take up a run before it has been silent for a while (abandoned_ms). */
static int
await_abandoned(struct making *m, const char *job, struct err *e)
{
	int64_t end = clock_mono_ms() + m->conf.abandoned_ms + HELD_MS;
	struct run_filter f = { .job = job, .limit = 1 };

	while (clock_mono_ms() < end) {
		struct run_list list = { NULL, 0 };
		bool gone;

		if (ledger_runs(m->db, &m->conf, &f, &list, e) < 0)
			return -1;
		gone = list.n == 1 && list.at[0].state == RUN_ABANDONED;
		run_list_done(&list);
		if (gone)
			return 0;
		db_wait(m->db, -1, LOOK_MS);
	}
	return err_set(e, ERR_INTERNAL, "its run is not abandoned");
}

/* The rows that the child is to write are gone for us but not for it: it stops at them, what it
 * wrote before is committed. */
static int
kill_halfway(struct making *m, const struct incident_step *s, struct err *e)
{
	pid_t child;
	int rc;

	if (db_begin(m->db, e) < 0 || change(m, s->query, e) < 0)
		return -1;
	child = fork();
	if (child < 0)
		return err_errno(e, ERR_INTERNAL, errno, "fork");
	if (child == 0) {
		struct err own = ERR_INIT;
		struct outcome o;

		_exit(launch(m, s->text, m->before, &o, &own) < 0);
	}
	rc = await_held(m, &child, e);
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	if (rc < 0 || db_commit(m->db, e) < 0)
		return -1;
	return await_abandoned(m, s->text, e);
}

static int
step(struct making *m, const struct incident_step *s, struct err *e)
{
	switch (s->act) {
	case INCIDENT_SQL:
		return change(m, s->query, e);
	case INCIDENT_FAULT:
		return tell_vendor(m, "/__fault", s->text, e);
	case INCIDENT_SPLIT:
		return split_share(m, s->query, e);
	case INCIDENT_RUN:
		return run(m, s, e);
	default:
		return kill_halfway(m, s, e) < 0 ? err_wrap(e, "killing %s", s->text) : 0;
	}
}

/* What an earlier incident downloaded is not of this vendor any more. */
static int
empty_cache(const char *path, struct err *e)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int rc = 0;

	if (!dir)
		return errno == ENOENT ? 0 : err_errno(e, ERR_CONFIG, errno, path);
	while (rc == 0 && (entry = readdir(dir)))
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0 && errno != EISDIR && errno != EPERM)
			rc = err_errno(e, ERR_CONFIG, errno, entry->d_name);
	closedir(dir);
	return rc;
}

int
incident_make(const struct incident *in, const struct incident_env *env, struct err *e)
{
	struct making m = { .env = env, .conf = *env->conf };
	char cache[CACHE_MAX];
	int rc;

	if (!fmt_buf(cache, sizeof(cache), "%s-incident", env->conf->cache_dir))
		return err_set(e, ERR_CONFIG, "%s: the path is too long", env->conf->cache_dir);
	if (*env->conf->cache_dir && empty_cache(cache, e) < 0)
		return -1;
	if (*env->conf->cache_dir)
		m.conf.cache_dir = cache;
	m.conf.retry_base_ms = m.conf.bulk_retry_ms = 0;
	date_iso(env->as_of, m.day);
	date_iso(calendar_prev(env->as_of), m.before);
	m.db = db_open(&m.conf, "fintra incident", NULL, e);
	if (!m.db)
		return -1;
	rc = check_private(&m, e);
	if (rc == 0)
		rc = find_first(&m, e);
	for (const struct incident_step *s = in->steps; rc == 0 && !s->last; s++)
		rc = step(&m, s, e);
	db_close(m.db);
	return rc < 0 ? err_wrap(e, "incident %s", in->name) : 0;
}
