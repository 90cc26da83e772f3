/* The incidents of `fintra demo --incident` on copies of a whole product: each is seen, explained
 * and repaired, and the tables are then what they were.  Expected: the report's sections 7 and 8,
 * jobs.md 4, console.md 5; the words are written down by hand. */
#include "core/incident.h"
#include "jobs/catalogue.h"
#include "tests/support_product.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BEFORE "2026-01-30"
#define NOT_READY "NOT READY for " PRODUCT_DAY ": "

enum { SAYS = 5, COMMAND_MAX = 200 };

/* How long until a run that is silent is given up: short, in the proportion of the default. */
static const char *const quick[] = { "FINTRA_RUN_HEARTBEAT_MS=500", "FINTRA_RUN_FENCE_MS=4500",
				     "FINTRA_RUN_ABANDONED_MS=6000", NULL };
static const char *today, *both; /* products of one session and of two */

static const struct expected {
	const char *name, *status, *health[SAYS], *why;
	const char *run; /* of the newest run that failed or vanished: job, state, class, exit */
} expected[] = {
	{ "scatter-zero",
	  NOT_READY "fintra_snapshots mixed: ",
	  { "CRITICAL  snapshots_pct_missing            100.0%",
	    "CRITICAL  scatter_data                     0 points",
	    "lack the relative return 1Y that performance_windows has" },
	  "fintra_snapshots is MIXED. First cause: fintra_snapshots mixed: ",
	  NULL },
	{ "sector-stale",
	  NOT_READY "sector_performance late 1 session -> performance_windows mixed: " PRODUCT_DAY
		    " with sector_performance of " BEFORE,
	  { "CRITICAL  sector_performance_stale         " BEFORE "  (want " PRODUCT_DAY ")",
	    "CRITICAL  sector_windows_dates_agree       windows " PRODUCT_DAY
	    ", benchmarks " BEFORE },
	  "First cause: sector_performance late 1 session",
	  NULL },
	{ "windows-empty",
	  NOT_READY "performance_windows empty",
	  { "CRITICAL  performance_windows_empty        0 rows",
	    "CRITICAL  snapshots_pct_missing            100.0%",
	    "CRITICAL  performance_windows_populated    0 rows",
	    "CRITICAL  scatter_data                     0 points" },
	  "performance_windows is EMPTY. First cause: performance_windows empty",
	  NULL },
	{ "half-feed",
	  NOT_READY "prices_daily late 1 session -> datos_performance blocked by prices_daily, ",
	  { "CRITICAL  prices_daily_fresh               " BEFORE " late 1 session",
	    "CRITICAL  snapshots_pct_missing            no snapshots for " PRODUCT_DAY },
	  "First cause: prices_daily late 1 session",
	  "prices-daily-bulk failure DATA 65" },
	{ "throttled-200",
	  NOT_READY
	  "datos_valuacion late 1 session -> sector_benchmarks blocked by datos_valuacion, ",
	  { "CRITICAL  datos_valuacion_fresh            " BEFORE " late 1 session",
	    "CRITICAL  sector_benchmarks_fresh          " BEFORE " blocked by datos_valuacion" },
	  "First cause: datos_valuacion late 1 session",
	  "valuation-bulk failure QUOTA 69" },
	{ "split",
	  NOT_READY "prices_daily mixed: 1 ticker on two footings: ",
	  { "CRITICAL  prices_daily_fresh               " PRODUCT_DAY
	    " mixed: 1 ticker on two footings: ",
	    "split 2:1 on " PRODUCT_DAY, "$ fintra backfill backfill-ticker-full --restated" },
	  "prices_daily is MIXED. First cause: prices_daily mixed: 1 ticker on two footings: ",
	  NULL },
	{ "killed-backfill",
	  NOT_READY "performance_windows late 1 session",
	  { "WARNING   runs_lost                        1  (want 0 in 7 days)",
	    "CRITICAL  performance_windows_stale        " BEFORE },
	  "performance_windows is LATE. First cause: performance_windows late 1 session",
	  "backfill-performance-windows running - -" },
};

static void
must(const char *info, const char *const *args)
{
	struct support_out out;

	if (product_run(info, NULL, args, &out) != 0)
		fail_msg("%s %s: exit %d\n%s%s", args[0], args[1], out.code, out.out, out.err);
	support_out_done(&out);
}

static int
set_up(void **state)
{
	const char *base = product_open();

	(void)state;
	today = support_db_copy("t_today", base);
	must(base, NAMES("run", "valuation-bulk", "--as-of", BEFORE));
	must(base, NAMES("run", "layer:2-4", "--as-of", BEFORE, "--gate", "warn"));
	product_expect(base, NAMES("status"), 0, "READY for " PRODUCT_DAY);
	both = base;
	return 0;
}

static void
quiet(void *arg, const struct event *ev)
{
	(void)arg;
	(void)ev;
}

static void
make(const char *name, const char *info)
{
	struct incident_env env = { .cat = &fintra_catalogue, .sink = quiet };
	const struct incident *in;
	struct conf conf;
	struct err e = ERR_INIT;

	assert_true(date_parse(PRODUCT_DAY, &env.as_of));
	in = incident_find(&fintra_catalogue, name, true, &e);
	assert_non_null(in);
	product_conf(info, quick, &conf);
	env.conf = &conf;
	if (incident_make(in, &env, &e) < 0)
		fail_msg("%s", e.text);
	conf_done(&conf);
}

static void
says(const char *info, const char *const *args, int code, const char *const *words)
{
	struct support_out out;

	product_run(info, quick, args, &out);
	if (code >= 0 && out.code != code)
		fail_msg("%s: exit %d, not %d\n%s%s", args[0], out.code, code, out.out, out.err);
	for (; *words; words++)
		if (!strstr(out.out, *words))
			fail_msg("%s does not say \"%s\"\n%s%s", args[0], *words, out.out, out.err);
	support_out_done(&out);
}

/* Sums of all tables but cron_state, which tells which jobs ran: an incident's runs stand there. */
static char *
sums(const char *info)
{
	char *text = product_sums(info), *line = strstr(text, "cron_state");

	assert_non_null(line);
	*line = '\0';
	return text;
}

/* The playbook's remedy, for these days and this run. */
static void
command_of(const char *info, const char *words, char *out)
{
	char run[24];
	const struct {
		const char *name, *value;
	} of[] = {
		{ "DATE", PRODUCT_DAY }, { "FIRST", BEFORE }, { "LAST", BEFORE }, { "RUN", run }
	};

	fmt_buf(run, sizeof(run), "%lld",
		(long long)support_psql_int(info, "SELECT max(id) FROM fintra_ops.run"));
	str_copy(out, COMMAND_MAX, words);
	for (size_t i = 0; i < ARRAY_LEN(of); i++) {
		char *at = strstr(out, of[i].name), *rest;

		if (!at)
			continue;
		rest = mem_dup(at + strlen(of[i].name));
		fmt_buf(at, COMMAND_MAX - (size_t)(at - out), "%s%s", of[i].value, rest);
		free(rest);
	}
}

static void
plan_is_the_remedy(const char *info, const char *name)
{
	struct err e = ERR_INIT;
	const struct incident *in = incident_find(&fintra_catalogue, name, false, &e);
	char want[COMMAND_MAX];
	struct support_out out;
	size_t n = 0;

	assert_non_null(in);
	assert_int_equal(product_run(info, quick, NAMES("--json", "plan"), &out), 10);
	struct json *plan = json_parse(out.out, strlen(out.out), &e);
	const struct json *steps = json_get(plan, "steps");
	for (; in->remedy[n]; n++) {
		command_of(info, in->remedy[n], want);
		assert_string_equal(json_text(json_at(steps, n), "command"), want);
	}
	assert_int_equal(json_len(steps), n);
	json_free(plan);
	support_out_done(&out);
}

/* The history that knew of the split is not the one of before: else equality would prove nothing.
 */
static void
was_restated(const char *known)
{
	char *plain = sums(today), *line = strstr(plain, "\nprices_daily ");

	assert_non_null(line);
	line[1 + strcspn(line + 1, "\n")] = '\0';
	assert_non_null(strstr(known, "\nprices_daily "));
	assert_null(strstr(known, line));
	free(plain);
}

/* A database that never was in trouble: it has the rows of the session before, or knew of the split
 * from the beginning, where the incident does. */
static const char *
undisturbed_by(const struct incident *in)
{
	if (in->yesterday)
		return both;
	assert_string_equal(in->name, "split");
	return product_anew("t_split_known");
}

static void
play(const struct expected *x)
{
	struct err e = ERR_INIT;
	const struct incident *in = incident_find(&fintra_catalogue, x->name, true, &e);
	const char *info = support_db_copy("t_incident", in && in->yesterday ? both : today);
	char *before, *after, *run;

	assert_non_null(in);
	make(x->name, info);
	says(info, NAMES("status"), 2, NAMES(x->status));
	says(info, NAMES("health"), 2, x->health);
	says(info, NAMES("why"), 0, NAMES(x->why));
	run = support_psql(info, "SELECT concat_ws(' ', job, state, coalesce(err_class, '-'), "
				 "coalesce(exit_code::text, '-')) FROM fintra_ops.run WHERE state "
				 "NOT IN ('success', 'partial') ORDER BY id DESC LIMIT 1");
	assert_string_equal(run, str_or(x->run, ""));
	plan_is_the_remedy(info, x->name);
	says(info, NAMES("fix", "--yes"), 0,
	     NAMES("the product is repaired; READY for " PRODUCT_DAY));
	says(info, NAMES("status"), 0, NAMES("READY for " PRODUCT_DAY));
	says(info, NAMES("health"), 0, NAMES("OK: 0 bad"));
	says(info, NAMES("fix"), 0, NAMES("nothing to do"));
	after = sums(info);
	before = sums(undisturbed_by(in));
	assert_string_equal(after, before);
	if (str_same(x->name, "split"))
		was_restated(before);
	product_vendor("/__split?clear=1");
	free(run);
	free(before);
	free(after);
}

#define PLAY(i)                            \
	static void play_##i(void **state) \
	{                                  \
		(void)state;               \
		play(&expected[i]);        \
	}
PLAY(0)
PLAY(1)
PLAY(2)
PLAY(3)
PLAY(4)
PLAY(5)
PLAY(6)

/* Every incident of the table is played above. */
static void
all_are_played(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct incident *i = fintra_incidents; i->name; i++)
		if (i->steps)
			assert_string_equal(i->name, expected[n++].name);
	assert_int_equal(n, ARRAY_LEN(expected));
}

static void
never_a_real_database(void **state)
{
	char dir[] = "/tmp/fintra-incident-XXXXXX", path[100];

	(void)state;
	product_expect(today, NAMES("--db", today, "demo", "--incident", "split"), 64,
		       "an incident breaks the demo's own database and no other");
	product_expect(today, NAMES("demo", "--incident", "splt"), 64,
		       "there is no incident called splt; did you mean split?");
	product_expect(today, NAMES("demo", "--incident", "duplicate-key"), 64,
		       "there is no incident called duplicate-key");
	assert_non_null(mkdtemp(dir));
	fmt_buf(path, sizeof(path), "%s/pg", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	fmt_buf(path, sizeof(path), "%s/pg/PG_VERSION", dir);
	fclose(fopen(path, "w"));
	product_expect(today, NAMES("demo", "--dir", dir, "--incident", "split"), 64,
		       "holds a database that is not the demo's");
	unlink(path);
	fmt_buf(path, sizeof(path), "%s/pg", dir);
	rmdir(path);
	assert_int_equal(rmdir(dir), 0); /* nothing was put there */
	product_expect(today, NAMES("status"), 0, "READY");
}

static void
playbook_tells(void **state)
{
	(void)state;
	product_expect(today, NAMES("demo", "--list"), 0, "half-feed ");
	product_expect(today, NAMES("playbook"), 0, "duplicate-key    a backfill fails with");
	product_expect(today, NAMES("playbook", "sector-stale"), 0,
		       "To repair it (fintra fix does the same, each step once):\n"
		       "  fintra run sector-performance-aggregator --as-of DATE\n"
		       "  fintra run performance-windows-aggregator --as-of DATE\n");
	product_expect(today, NAMES("playbook", "windows-empty"), 0, "--from FIRST --to LAST\n");
	product_expect(today, NAMES("playbook", "windows-empty"), 0,
		       " FIRST, LAST, DATE: fintra plan shows these commands filled in.\n");
	product_expect(today, NAMES("playbook", "killed-backfill"), 0,
		       " DATE, RUN: fintra plan shows these commands filled in.\n");
	product_expect(today, NAMES("playbook", "sector-stal"), 64, "did you mean sector-stale?");
	product_expect(today, NAMES("--json", "playbook", "duplicate-key"), 0,
		       "\"remedy\":[\"fintra backfill performance-windows --as-of DATE\"],"
		       "\"report\":true,\"practice\":false,\"v\":1}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ "scatter_zero", play_0, NULL, NULL, NULL },
		{ "sector_stale", play_1, NULL, NULL, NULL },
		{ "windows_empty", play_2, NULL, NULL, NULL },
		{ "half_feed", play_3, NULL, NULL, NULL },
		{ "throttled_200", play_4, NULL, NULL, NULL },
		{ "split", play_5, NULL, NULL, NULL },
		{ "killed_backfill", play_6, NULL, NULL, NULL },
		cmocka_unit_test(all_are_played),
		cmocka_unit_test(never_a_real_database),
		cmocka_unit_test(playbook_tells),
	};

	return cmocka_run_group_tests_name("incidents", tests, set_up, NULL);
}
