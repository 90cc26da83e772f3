#include "core/cluster.h"

#include <errno.h>
#include <glob.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_CEILING = 1024, SOCKET_CEILING = 90, OUTPUT_CEILING = 16384 };

static char *
joined(const char *dir, const char *name)
{
	struct str s;

	str_init(&s, PATH_CEILING);
	str_fmt(&s, "%s/%s", dir, name);
	return str_take(&s);
}

char *
cluster_home(const char *asked)
{
	if (asked && *asked)
		return mem_dup(asked);
	if (geteuid() == 0)
		return mem_dup("/var/lib/fintra/demo");
	const char *data = getenv("XDG_DATA_HOME");
	if (data && *data == '/')
		return joined(data, "fintra/demo");
	return joined(str_or(getenv("HOME"), "/tmp"), ".local/share/fintra/demo");
}

/* Newest server installation that Debian's layout or PATH shows. */
static char *
find_bin(struct err *e)
{
	glob_t g;
	char *found = NULL;

	if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &g) == 0) {
		if (g.gl_pathc > 0) {
			found = mem_dup(g.gl_pathv[g.gl_pathc - 1]);
			*strrchr(found, '/') = '\0';
		}
		globfree(&g);
	}
	if (!found)
		err_set(e, ERR_CONFIG,
			"no PostgreSQL server is installed: apt-get install postgresql");
	return found;
}

static int
make_dir(const char *path, const struct proc_user *user, mode_t mode, struct err *e)
{
	char part[PATH_CEILING];

	for (const char *p = strchr(path + 1, '/');; p = strchr(p + 1, '/')) {
		size_t n = p ? (size_t)(p - path) : strlen(path);
		if (!fmt_buf(part, sizeof(part), "%.*s", (int)n, path))
			return err_set(e, ERR_CONFIG, "path too long: %s", path);
		if (mkdir(part, p ? 0755 : mode) < 0 && errno != EEXIST)
			return err_errno(e, ERR_CONFIG, errno, part);
		if (!p)
			break;
	}
	if (user->set && chown(path, user->uid, user->gid) < 0)
		return err_errno(e, ERR_CONFIG, errno, path);
	return 0;
}

/* PostgreSQL refuses root: its package's own user, else nobody. */
static int
choose_user(struct cluster *c, struct err *e)
{
	if (geteuid() != 0)
		return 0;
	struct passwd *pw = getpwnam("postgres");
	if (!pw)
		pw = getpwnam("nobody");
	if (!pw)
		return err_set(
			e, ERR_CONFIG,
			"no unprivileged user (postgres, nobody) to run the demo's database");
	c->user = (struct proc_user){ true, pw->pw_uid, pw->pw_gid };
	return 0;
}

static int
tool(const struct cluster *c, const char *const *argv, struct err *e)
{
	STR_AUTO out = { 0 };
	int code = 0;

	str_init(&out, OUTPUT_CEILING);
	if (proc_run(argv, &c->user, &out, &code, e) < 0)
		return -1;
	if (code != 0)
		return err_set(e, ERR_DB, "%s ended with %d: %.400s", argv[0], code, str_c(&out));
	return 0;
}

/* The private database is filled and broken at will: nothing of the environment may lead the
 * server's tools, or this process, to another one. */
static void
forget_other_servers(void)
{
	static const char *const names[] = { "PGHOST",	      "PGHOSTADDR", "PGPORT",
					     "PGUSER",	      "PGDATABASE", "PGSERVICE",
					     "PGSSLMODE",     "PGOPTIONS",  "PGDATA",
					     "PGSERVICEFILE", "PGPASSFILE", "PGPASSWORD" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unsetenv(names[i]);
}

static int
init_once(struct cluster *c, const char *data, struct err *e)
{
	char *version = joined(data, "PG_VERSION");
	char *initdb = joined(c->bin, "initdb");
	const char *argv[] = { initdb,	    "-D",    data, "-U",   "fintra",
			       "-A",	    "trust", "-E", "UTF8", "--locale=C.UTF-8",
			       "--no-sync", NULL };
	int r = access(version, F_OK) == 0 ? 0 : tool(c, argv, e);

	free(version);
	free(initdb);
	return r;
}

static int
start_server(struct cluster *c, const char *data, struct err *e)
{
	STR_AUTO opts = { 0 };
	char *pg_ctl = joined(c->bin, "pg_ctl");
	char *log = joined(c->dir, "postgresql.log");
	const char *status[] = { pg_ctl, "-D", data, "status", NULL };
	int code = 0, r = 0;

	str_init(&opts, PATH_CEILING);
	str_fmt(&opts,
		"-c listen_addresses='' -c unix_socket_directories='%s' -c shared_buffers=256MB "
		"-c max_wal_size=2GB -c synchronous_commit=off",
		c->socket);
	const char *start[] = { pg_ctl, "-D", data,	    "-w",    "-l",
				log,	"-o", str_c(&opts), "start", NULL };
	if (proc_run(status, &c->user, NULL, &code, e) < 0)
		r = -1;
	else if (code != 0) {
		r = tool(c, start, e);
		c->started = r == 0;
	}
	free(pg_ctl);
	free(log);
	return r;
}

static int
create_database(struct cluster *c, struct err *e)
{
	STR_AUTO out = { 0 };
	char *createdb = joined(c->bin, "createdb");
	const char *argv[] = { createdb, "-h", c->socket, "-U", "fintra", "fintra", NULL };
	int code = 0;

	str_init(&out, OUTPUT_CEILING);
	int r = proc_run(argv, &c->user, &out, &code, e);
	if (r == 0 && code != 0 && !strstr(str_c(&out), "already exists"))
		r = err_set(e, ERR_DB, "createdb: %.400s", str_c(&out));
	free(createdb);
	return r;
}

int
cluster_start(struct cluster *c, const char *dir, struct err *e)
{
	*c = (struct cluster){ .dir = mem_dup(dir) };
	c->socket = joined(dir, "socket");
	if (strlen(c->socket) > SOCKET_CEILING)
		return err_set(e, ERR_CONFIG,
			       "%s: too long for a Unix socket: set demo_dir to a shorter path",
			       dir);
	if (!(c->bin = find_bin(e)) || choose_user(c, e) < 0)
		return -1;
	char *data = joined(dir, "pg");
	int r = make_dir(dir, &c->user, 0700, e);
	if (r == 0)
		r = make_dir(data, &c->user, 0700, e);
	forget_other_servers();
	if (r == 0)
		r = make_dir(c->socket, &c->user, 0700, e);
	if (r == 0)
		r = init_once(c, data, e);
	if (r == 0)
		r = start_server(c, data, e);
	if (r == 0)
		r = create_database(c, e);
	free(data);
	return r < 0 ? err_wrap(e, "private database in %s", dir) : 0;
}

char *
cluster_conninfo(const struct cluster *c)
{
	struct str s;

	str_init(&s, PATH_CEILING);
	str_fmt(&s, "host=%s dbname=fintra user=fintra", c->socket);
	return str_take(&s);
}

void
cluster_stop(struct cluster *c)
{
	if (c->started) {
		struct err e = ERR_INIT;
		char *pg_ctl = joined(c->bin, "pg_ctl");
		char *data = joined(c->dir, "pg");
		const char *argv[] = { pg_ctl, "-D", data, "-w", "-m", "fast", "stop", NULL };
		int code = 0;
		if (proc_run(argv, &c->user, NULL, &code, &e) < 0 || code != 0)
			fprintf(stderr, "fintra: the demo's database did not stop: %s\n", e.text);
		free(pg_ctl);
		free(data);
	}
	free(c->dir);
	free(c->bin);
	free(c->socket);
	*c = (struct cluster){ .dir = NULL };
}
