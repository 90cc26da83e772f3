#include "tests/support_jobs.h"

#include "core/clock.h"
#include "jobs/catalogue.h"
#include "jobs/fmp/cache.h"
#include "jobs/jobs.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const layer_names[LAYER_COUNT] = { "0", "1", "2", "3", "4", "5", "6" };

static NORETURN void
die(const char *what, const char *why)
{
	fprintf(stderr, "test support: %s: %s\n", what, why);
	exit(70);
}

static void
must(int rc, const struct err *e)
{
	if (rc < 0)
		die("configuration", e->text);
}

static void
empty_dir(const char *path, bool keep)
{
	char name[512];
	DIR *d = opendir(path);
	struct dirent *ent;

	while (d && (ent = readdir(d))) {
		if (strcmp(ent->d_name, ".") == 0 || strcmp(ent->d_name, "..") == 0)
			continue;
		fmt_buf(name, sizeof(name), "%s/%s", path, ent->d_name);
		if (unlink(name) < 0)
			empty_dir(name, false);
	}
	if (d)
		closedir(d);
	if (!keep)
		rmdir(path);
}

static void
configure(struct ground *g, const char *base)
{
	static const char *const zero[] = { "retry_base_ms", "retry_max_ms", "bulk_retry_ms",
					    "part_pause_ms", "day_pause_ms", "requests_per_min" };
	struct err e = ERR_INIT;
	char path[200];
	FILE *f;

	fmt_buf(path, sizeof(path), "%s/fintra.conf", g->dir);
	f = fopen(path, "w");
	if (!f)
		die(path, "cannot be written");
	fclose(f);
	setenv("FINTRA_FMP_API_KEY", "canary-key-0123456789", 1);
	must(conf_load(&g->conf, path, &e), &e);
	must(conf_set(&g->conf, "fmp", "base_url", base, &e), &e);
	must(conf_set(&g->conf, "paths", "cache_dir", g->cache, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(zero); i++)
		must(conf_set(&g->conf, "fmp", zero[i], "0", &e), &e);
	must(conf_set(&g->conf, "fmp", "stall_s", "1", &e), &e);
	must(conf_set(&g->conf, "sec", "base_url", base, &e), &e);
	must(conf_set(&g->conf, "sec", "user_agent", "fintra tests ops@example.com", &e), &e);
	must(conf_set(&g->conf, "sec", "requests_per_s", "1000", &e), &e);
}

static void
use_database(struct ground *g, const char *name)
{
	struct err e = ERR_INIT;

	g->conninfo = support_db(name, true);
	must(conf_set(&g->conf, "db", "conninfo", g->conninfo, &e), &e);
}

void
ground_open(struct ground *g, const char *name)
{
	const char *args[] = { "--replay", g->dir, NULL };
	char path[200];
	int64_t now;

	*g = (struct ground){ 0 };
	str_copy(g->dir, sizeof(g->dir), "/tmp/fintra-test-XXXXXX");
	if (!mkdtemp(g->dir))
		die(g->dir, "cannot be made");
	fmt_buf(g->cache, sizeof(g->cache), "%s/cache", g->dir);
	fmt_buf(path, sizeof(path), "%s/responses", g->dir);
	mkdir(path, 0700);
	http_global_init();
	if (clock_parse("2026-02-03T01:00:00Z", &now) == 0)
		clock_rehearse(now);
	configure(g, support_fake(args));
	use_database(g, name);
}

void
ground_close(struct ground *g)
{
	support_fake_stop();
	empty_dir(g->dir, false);
	conf_done(&g->conf);
}

void
ground_reset(struct ground *g, const char *name)
{
	char path[200];

	fmt_buf(path, sizeof(path), "%s/responses", g->dir);
	empty_dir(path, true);
	empty_dir(g->cache, true);
	ground_fault(NULL);
	use_database(g, name);
}

void
ground_forget(struct ground *g)
{
	empty_dir(g->cache, true);
}

static void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		die(path, "cannot be written");
}

void
ground_keep(struct ground *g, const char *key, const struct http_req *q, const char *text)
{
	static const struct job job = { .name = "kept" };
	struct job_ctx c = {
		.job = &job, .conf = &g->conf, .as_of = DATE_NONE, .now_ms = clock_wall_ms()
	};
	struct err e = ERR_INIT;
	CACHE_AUTO f = CACHE_FILE_INIT;

	must(cache_new(&c, key, q, &f, &e), &e);
	put_file(f.path, text);
	cache_keep(&c, &f);
	if (!f.kept)
		die(key, "cannot be kept");
}

void
ground_body(struct ground *g, const char *request, int status, const char *text)
{
	char path[400], number[16];
	size_t at;

	fmt_buf(path, sizeof(path), "%s/responses/%s", g->dir, request);
	at = strlen(g->dir) + strlen("/responses/");
	for (char *p = path + at; *p && *p != '?'; p++)
		if (*p == '/')
			*p = '_';
	at = strlen(path);
	fmt_buf(path + at, sizeof(path) - at, ".body");
	put_file(path, text);
	fmt_buf(path + at, sizeof(path) - at, ".status");
	fmt_buf(number, sizeof(number), "%d", status);
	put_file(path, number);
}

void
ground_fault(const char *rule)
{
	char path[300];

	free(support_fake_get("/__fault?clear=1"));
	if (!rule)
		return;
	fmt_buf(path, sizeof(path), "/__fault?rule=%s", rule);
	char *answer = support_fake_get(path);

	if (strstr(answer, "not understood"))
		die("fault", rule);
	free(answer);
}

int64_t
ground_requests(void)
{
	char *stats = support_fake_get("/__stats");
	const char *at = strstr(stats, "\"requests\":");
	int64_t n = at ? strtoll(at + strlen("\"requests\":"), NULL, 10) : -1;

	free(stats);
	return n;
}

int64_t
ground_asked(const char *path)
{
	char *stats = support_fake_get("/__stats"), key[120];

	(void)fmt_buf(key, sizeof(key), "\"%s\":", path);
	const char *at = strstr(stats, key);
	int64_t n = at ? strtoll(at + strlen(key), NULL, 10) : 0;

	free(stats);
	return n;
}

static struct outcome
launch(struct ground *g, const struct launch *l)
{
	const struct catalogue cat = { .jobs = fintra_catalogue.jobs,
				       .tables = fintra_tables,
				       .layer_names = layer_names,
				       .build = "test" };
	struct err e = ERR_INIT;
	struct outcome out;
	struct runner *r = runner_new(&g->conf, &cat, NULL, NULL);
	int handle = runner_start(r, l, &e);

	if (handle < 0)
		die("runner", e.text);
	runner_wait(r, handle, &out);
	runner_free(r);
	return out;
}

struct outcome
ground_run(struct ground *g, const struct job *job, const char *as_of, const char *const *params)
{
	struct launch l = { .job = job, .as_of_given = true, .gate = GATE_WARN, .origin = "cli" };
	struct err e = ERR_INIT;
	struct outcome out;

	if (!date_parse(as_of, &l.as_of))
		die("as-of", as_of);
	for (; *params; params++) {
		char name[32];
		const char *eq = strchr(*params, '=');

		fmt_buf(name, sizeof(name), "%.*s", (int)(eq - *params), *params);
		must(params_set(&l.params, job->params, name, eq + 1, &e), &e);
	}
	out = launch(g, &l);
	params_done(&l.params);
	return out;
}

struct outcome
ground_resume(struct ground *g, int64_t run)
{
	struct launch l = { .resume = run, .gate = GATE_WARN, .origin = "cli" };

	return launch(g, &l);
}

int64_t
ground_int(const struct ground *g, const char *sql)
{
	return support_psql_int(g->conninfo, sql);
}

void
ground_text(const struct ground *g, const char *sql, char *buf, size_t n)
{
	char *text = support_psql(g->conninfo, sql);

	str_copy(buf, n, text);
	free(text);
}

void
ground_sql(const struct ground *g, const char *sql)
{
	DB_AUTO db = support_open(g->conninfo);
	struct err e = ERR_INIT;

	if (db_exec_sql(db, sql, &e) < 0)
		die(sql, e.text);
}

/* The data tables of layers 0, 1, 3 and 4. */
static const char *const summed[] = {
	"fintra_universe",
	"industry_classification",
	"asset_industry_map",
	"prices_daily",
	"datos_financieros",
	"company_profiles",
	"datos_dividendos",
	"datos_valuacion",
	"fmp_peers",
	"sec_filings",
	"fintra_sec_structural_signals",
	"fintra_sec_event_signals",
	"sector_benchmarks",
	"sector_stats",
	"industry_benchmarks",
	"industry_alpha",
	"sector_pe",
	"industry_pe",
	"fintra_snapshots",
};

/* Without the columns that say when a row was written. */
void
ground_sum(const struct ground *g, char sum[64])
{
	struct str sql;

	str_init(&sql, 8192);
	for (size_t i = 0; i < ARRAY_LEN(summed); i++)
		str_fmt(&sql,
			"%s(SELECT string_agg(r, chr(10) ORDER BY r COLLATE \"C\") FROM (SELECT "
			"(to_jsonb(x) - '{id,created_at,updated_at}'::text[])::text AS r FROM %s "
			"x) y)",
			i ? ", chr(9), " : "SELECT md5(concat(", summed[i]);
	str_puts(&sql, "))");
	ground_text(g, str_c(&sql), sum, 64);
	str_done(&sql);
}

int64_t
ground_tuples(const struct ground *g)
{
	support_counted(g->conninfo);
	return ground_int(g, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint "
			     "FROM pg_stat_user_tables WHERE schemaname = 'public' "
			     "AND relname <> 'cron_state'");
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *
ground_cache(const struct ground *g)
{
	char *name[256], path[512], buf[4096];
	size_t n = 0, got;
	DIR *d = opendir(g->cache);
	struct dirent *ent;
	struct str s;

	str_init(&s, (size_t)64 << 20);
	str_puts(&s, "cache:");
	while (d && (ent = readdir(d)))
		if (ent->d_name[0] != '.' && n < ARRAY_LEN(name))
			name[n++] = mem_dup(ent->d_name);
	if (d)
		closedir(d);
	qsort(name, n, sizeof(name[0]), by_name);
	for (size_t i = 0; i < n; i++) {
		fmt_buf(path, sizeof(path), "%s/%s", g->cache, name[i]);
		FILE *f = fopen(path, "r");

		str_fmt(&s, "\n== %s\n", name[i]);
		while (f && (got = fread(buf, 1, sizeof(buf), f)) > 0)
			str_put(&s, buf, got);
		if (f)
			fclose(f);
		free(name[i]);
	}
	return str_take(&s);
}

char *
ground_psql(const struct ground *g, const char *script)
{
	char path[200];
	struct support_out out;

	fmt_buf(path, sizeof(path), "%s/script.sql", g->dir);
	put_file(path, script);
	const char *argv[] = { "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", g->conninfo,
			       "-f",   path,	NULL };

	if (support_exec(argv, NULL, &out) != 0)
		die("psql", out.err);
	size_t n = strlen(out.out);

	while (n > 0 && out.out[n - 1] == '\n')
		out.out[--n] = '\0';
	char *line = strrchr(out.out, '\n');
	char *last = mem_dup(line ? line + 1 : out.out);

	support_out_done(&out);
	return last;
}

bool
ground_real_body(struct ground *g, const char *request, int status, const char *name)
{
	char *text = support_real_text(name);
	bool is_there = text != NULL;

	if (is_there)
		ground_body(g, request, status, text);
	free(text);
	return is_there;
}
