#include "tests/support_product.h"

#include "core/job.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ENVS = 20, ARGS = 16 };

static const char *base;
static char url[120], sec[120], cache[200];

static void
must(const char *db, const char *const *more, const char *const *args)
{
	struct support_out out;
	int code = product_run(db, more, args, &out);

	if (code != 0)
		fail_msg("%s %s: exit %d\n%s%s", args[0], str_or(args[1], ""), code, out.out,
			 out.err);
	support_out_done(&out);
}

static const char *
make(const char *name, const char *const *more)
{
	const char *db = support_db(name, true);

	must(db, more, NAMES("run", "sync-universe"));
	must(db, more,
	     NAMES("run", "prices-daily-bulk", "--from", "2020-11-02", "--to", PRODUCT_DAY));
	must(db, more, NAMES("run", "layer:0-5"));
	product_expect(db, NAMES("status"), 0, "READY for " PRODUCT_DAY);
	return db;
}

const char *
product_open(void)
{
	const char *vendor = support_fake(NAMES("--clean", "--tickers", "90", "--seed", "7",
						"--start", "2020-11-02", "--end", PRODUCT_DAY));

	fmt_buf(url, sizeof(url), "FINTRA_FMP_BASE_URL=%s", vendor);
	fmt_buf(sec, sizeof(sec), "FINTRA_SEC_BASE_URL=%s", vendor);
	fmt_buf(cache, sizeof(cache), "FINTRA_PATHS_CACHE_DIR=%s/product-cache-%d",
		str_or(getenv("RUN_DIR"), "/tmp"), (int)getpid());
	base = make("t_product", NULL);
	return base;
}

const char *
product_anew(const char *name)
{
	char own[240];

	fmt_buf(own, sizeof(own), "%s-%s", cache, name);
	return make(name, NAMES(own));
}

void
product_vendor(const char *path)
{
	free(support_fake_get(path));
}

const char *
product_copy(const char *name)
{
	return support_db_copy(name, base);
}

/* One of `list` has the name of `setting`. */
static bool
names(const char *const *list, const char *setting)
{
	size_t n = strcspn(setting, "=") + 1;

	for (; list && *list; list++)
		if (strncmp(*list, setting, n) == 0)
			return true;
	return false;
}

/* NULL ends. */
static void
fill_env(const char *const *more, const char *env[ENVS])
{
	const char *const own[] = {
		url,
		sec,
		cache,
		"FINTRA_FMP_API_KEY=key",
		"FINTRA_SEC_USER_AGENT=fintra tests ops@example.com",
		"FINTRA_SEC_REQUESTS_PER_S=1000",
		"FINTRA_FMP_DAY_PAUSE_MS=0",
		"FINTRA_FMP_PART_PAUSE_MS=0",
		"FINTRA_FMP_REQUESTS_PER_MIN=0",
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (!names(more, own[i]))
			env[n++] = own[i];
	for (; more && *more && n + 1 < ENVS; more++)
		env[n++] = *more;
	env[n] = NULL;
}

int
product_run(const char *conninfo, const char *const *more, const char *const *args,
	    struct support_out *out)
{
	const char *env[ENVS];

	fill_env(more, env);
	return bin_run_env(conninfo, env, args, out);
}

struct pty *
product_pty(const char *conninfo, const char *const *args)
{
	char db[600];
	const char *argv[ARGS + 2] = { support_fintra() }, *env[ENVS];
	size_t n = 0;

	fill_env(NULL, env);
	while (env[n])
		n++;
	fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", conninfo);
	env[n++] = db;
	env[n++] = CLI_NOW;
	env[n++] = "NO_COLOR=1";
	env[n++] = "HOME=/nonexistent";
	env[n++] = "XDG_CONFIG_HOME=/nonexistent";
	env[n] = NULL;
	for (size_t i = 0; args[i] && i < ARGS; i++)
		argv[i + 1] = args[i];
	return pty_start(argv, env, 120, 60);
}

void
product_conf(const char *conninfo, const char *const *more, struct conf *out)
{
	const char *env[ENVS];
	struct err e = ERR_INIT;

	fill_env(more, env);
	for (size_t i = 0; env[i]; i++) {
		char *name = mem_dup(env[i]), *value = strchr(name, '=');

		*value++ = '\0';
		setenv(name, value, 1);
		free(name);
	}
	setenv("FINTRA_DB_CONNINFO", conninfo, 1);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	if (conf_load(out, NULL, &e) < 0)
		fail_msg("%s", e.text);
}

void
product_expect(const char *conninfo, const char *const *args, int code, const char *says)
{
	struct support_out out;

	product_run(conninfo, NULL, args, &out);
	if (out.code != code || (!strstr(out.err, says) && !strstr(out.out, says)))
		fail_msg("%s %s: exit %d, not \"%s\"\n%s%s", args[0], str_or(args[1], ""), out.code,
			 says, out.out, out.err);
	support_out_done(&out);
}

char *
product_sums(const char *conninfo)
{
	struct support_out out;
	char *text;

	if (product_run(conninfo, NULL, NAMES("db", "checksum"), &out) != 0)
		fail_msg("db checksum: %s", out.err);
	text = mem_dup(out.out);
	support_out_done(&out);
	return text;
}

int64_t
product_runs(const char *info)
{
	return support_psql_int(info, "SELECT count(*) FROM fintra_ops.run");
}

void
product_same_as(const char *info, const char *sums)
{
	char *now = product_sums(info);

	assert_string_equal(now, sums);
	free(now);
}

void
product_break_windows(const char *info)
{
	free(support_psql(info, "DELETE FROM sector_performance WHERE performance_date = "
				"'" PRODUCT_DAY "'"));
	free(support_psql(info, "DELETE FROM performance_windows"));
}
