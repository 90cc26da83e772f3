#include "tests/support_night.h"

#include "core/calendar.h"
#include "core/clock.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS_MAX = 14, SETTING = 600 };

static const char *prepared; /* conninfo */
static char said[1 << 16];

static void
set(const char *section, const char *name, const char *value)
{
	struct err e = ERR_INIT;

	if (conf_set(&ground.conf, section, name, value, &e) < 0)
		fail_msg("%s", e.text);
}

void
night_use(const char *conninfo)
{
	ground.conninfo = conninfo;
	set("db", "conninfo", conninfo);
}

void
night_is(const char *day)
{
	char path[64];
	struct date d;

	if (!date_parse(day, &d))
		fail_msg("%s is no day", day);
	(void)fmt_buf(path, sizeof(path), "/__today?date=%s", day);
	free(support_fake_get(path));
	clock_rehearse(calendar_ny_to_utc_ms(d, 20 * 60));
}

void
night_load(const char *day)
{
	night_is(day);
	ground_forget(&ground);
	(void)NIGHT(0, "run", "sync-universe");
	(void)NIGHT(0, "backfill", "ticker-full", "--all");
}

void
night_open(void)
{
	static const char *const market[] = { "--clean", "--tickers", "80",    "--years",    "6",
					      "--seed",	 "4",	      "--end", "2025-07-15", NULL };

	ground_open(&ground, "night");
	set("fmp", "base_url", support_fake(market));
	prepared = ground.conninfo;
	night_load(NIGHT_EVE);
}

void
night_close(void)
{
	ground_close(&ground);
}

void
night_fresh(const char *name)
{
	ground_fault(NULL);
	ground_forget(&ground);
	night_use(support_db_copy(name, prepared));
	night_is(NIGHT_EVE);
}

void
night_empty(const char *name)
{
	night_use(support_db(name, true));
}

void
night_vendor(bool up)
{
	static char url[200];

	if (!*url)
		str_copy(url, sizeof(url), ground.conf.base_url);
	set("fmp", "base_url", up ? url : "http://127.0.0.1:9");
}

static void
setting(char out[SETTING], const char *name, const char *value)
{
	(void)fmt_buf(out, SETTING, "%s=%s", name, value);
}

const char *
night(int code, const char *const *words)
{
	static const char *const plain[] = { "FINTRA_FMP_API_KEY=k",
					     "FINTRA_FMP_PART_PAUSE_MS=0",
					     "FINTRA_FMP_DAY_PAUSE_MS=0",
					     "FINTRA_FMP_REQUESTS_PER_MIN=0",
					     "FINTRA_FMP_RETRY_BASE_MS=0",
					     "FINTRA_FMP_RETRY_MAX_MS=0",
					     "FINTRA_FMP_BULK_RETRY_MS=0",
					     "FINTRA_SEC_USER_AGENT=fintra tests ops@example.com",
					     "FINTRA_SEC_REQUESTS_PER_S=1000",
					     "HOME=/nonexistent",
					     "XDG_CONFIG_HOME=/nonexistent" };
	char path[300], set_to[5][SETTING], time[CLOCK_BUF];
	const char *argv[WORDS_MAX + 2] = { path }, *env[ARRAY_LEN(plain) + 6];
	struct support_out out;
	size_t n = 0;

	(void)fmt_buf(path, sizeof(path), "%s/fintra", str_or(getenv("BUILD"), "build"));
	setting(set_to[0], "FINTRA_DB_CONNINFO", ground.conninfo);
	setting(set_to[1], "FINTRA_FMP_BASE_URL", ground.conf.base_url);
	setting(set_to[2], "FINTRA_PATHS_CACHE_DIR", ground.cache);
	setting(set_to[3], "FINTRA_RUN_REHEARSE_NOW", clock_iso(clock_wall_ms(), time));
	setting(set_to[4], "FINTRA_SEC_BASE_URL", ground.conf.base_url);
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		env[n++] = plain[i];
	for (size_t i = 0; i < ARRAY_LEN(set_to); i++)
		env[n++] = set_to[i];
	env[n] = NULL;
	for (size_t i = 0; words[i] && i < WORDS_MAX; i++)
		argv[i + 1] = words[i];
	support_exec(argv, env, &out);
	(void)fmt_buf(said, sizeof(said), "%s%s", out.out, out.err);
	if (out.code != code)
		fail_msg("%s %s: exit %d, not %d\n%s", words[0], words[1], out.code, code, said);
	support_out_done(&out);
	return said;
}

void
night_steps(const char *job, const char *status, const char *want)
{
	char sql[500], got[1024];

	(void)fmt_buf(sql, sizeof(sql),
		      "SELECT coalesce(string_agg(x ->> 'step', ' ' ORDER BY n), '') FROM "
		      "fintra_ops.run, jsonb_array_elements(result -> 'steps') WITH ORDINALITY "
		      "AS s (x, n) WHERE id = (SELECT max(id) FROM fintra_ops.run WHERE job = "
		      "'%s') AND x ->> 'status' = '%s'",
		      job, status);
	ground_text(&ground, sql, got, sizeof(got));
	assert_string_equal(got, want);
}
