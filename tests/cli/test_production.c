/* Beside production: fintra on a database that it did not create, for a role that may only read,
 * through a transaction-mode pooler, and with the ledger added beside it.  What is there is told by
 * plain SQL in tests/support_production.c; what the server counted proves that nothing was
 * written. */
#include "core/json.h"
#include "tests/support_console.h"
#include "tests/support_production.h"

#include "core/clock.h"

#include <setjmp.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:00:00Z"
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

enum { ARGS = 12 };

static char binary[512];
static const char *owner, *reader;
static int64_t writes, relations;

static void
fintra(const char *info, const char *const *args, struct support_out *out)
{
	char db[600];
	const char *argv[ARGS + 2] = { binary };
	const char *env[] = { NOW, "NO_COLOR", "HOME=/nonexistent", "XDG_CONFIG_HOME=/nonexistent",
			      db,  NULL };

	fmt_buf(db, sizeof(db), "FINTRA_DB_CONNINFO=%s", info);
	for (size_t i = 0; args[i] && i < ARGS; i++)
		argv[i + 1] = args[i];
	support_exec(argv, env, out);
}

static void
expect(const char *info, const char *const *args, int code, const char *says)
{
	struct support_out out;

	fintra(info, args, &out);
	if (out.code != code || (says && !strstr(out.out, says) && !strstr(out.err, says)))
		print_error("%s: exit %d\n%s%s\n", args[0], out.code, out.out, out.err);
	assert_int_equal(out.code, code);
	if (says)
		assert_true(strstr(out.out, says) || strstr(out.err, says));
	support_out_done(&out);
}

static int
group_setup(void **state)
{
	(void)state;
	fmt_buf(binary, sizeof(binary), "%s/fintra", str_or(getenv("BUILD"), "build"));
	owner = support_production("t_production");
	reader = support_production_reader(owner);
	writes = support_production_writes(owner);
	relations = support_production_relations(owner);
	return 0;
}

static void
untouched(void)
{
	assert_int_equal(support_production_writes(owner), writes);
	assert_int_equal(support_production_relations(owner), relations);
}

/* "table state as_of rows" of one table of `status --json`, "" when it is not there. */
static void
table_line(const char *name, char *buf, size_t n)
{
	struct support_out out;
	struct err e = ERR_INIT;
	struct json *j;

	buf[0] = '\0';
	fintra(reader, WORDS("status", "--json"), &out);
	j = json_parse(out.out, strlen(out.out), &e);
	assert_non_null(j);
	const struct json *layers = json_get(j, "layers");
	for (size_t l = 0; l < json_len(layers); l++) {
		const struct json *tables = json_get(json_at(layers, l), "tables");

		for (size_t i = 0; i < json_len(tables); i++) {
			const struct json *t = json_at(tables, i);
			struct num rows = json_num(t, "rows");

			if (str_same(json_text(t, "name"), name))
				fmt_buf(buf, n, "%s %s %g", json_text(t, "state"),
					str_or(json_text(t, "as_of"), "-"), rows.has ? rows.v : -1);
		}
	}
	json_free(j);
	support_out_done(&out);
}

static void
expect_table(const char *name, const char *want)
{
	char line[200];

	table_line(name, line, sizeof(line));
	assert_string_equal(line, want);
}

/* Counts as tests/support_production.c made them: 44 companies, 11 sectors, 7 windows, 2 versions.
 */
static void
looks_by_the_names_that_are_there(void **state)
{
	(void)state;
	expect_table("fintra_universe", "fresh 2026-02-02 44");
	expect_table("prices_daily", "fresh 2026-02-02 44");
	expect_table("sector_performance", "fresh 2026-02-02 77");
	expect_table("performance_windows", "fresh 2026-02-02 308");
	expect_table("company_profiles", "fresh 2026-01-31 -1");
	expect_table("fmp_peers", "fresh 2026-01-31 43");
	expect_table("fintra_snapshots", "fresh 2026-02-02 88");
	untouched();
}

static void
says_what_is_missing(void **state)
{
	(void)state;
	expect_table("industry_benchmarks", "unknown - -1");
	expect_table("sec_filings", "unknown - -1");
	expect_table("industry_classification", "fresh 2026-02-02 11");
	expect(reader, WORDS("status", "--as-of", "2026-02-03"), 3,
	       "no ledger records its runs; newest row 2026-02-02");
	expect(reader, WORDS("status", "-v"), 0, "no table sec_filings here");
	expect(reader, WORDS("runs"), 0, "no ledger");
	expect(reader, WORDS("audit"), 0, "no ledger");
	expect(reader, WORDS("notes"), 0, "no ledger");
	expect(reader, WORDS("ack", "--list"), 0, "no ledger");
	expect(reader, WORDS("pause", "--list", "--json"), 0, "\"ledger\":false");
	expect(reader, WORDS("runs", "--json"), 0, "\"ledger\":false");
	expect(reader, WORDS("health", "performance_windows_empty"), 0, NULL);
	expect(reader, WORDS("health", "snapshots_pct_missing"), 0, "0.0% (v2 44, v3 44)");
	expect(reader, WORDS("health", "snapshots_relative_1y"), 0, "88 of 88 (v2 44, v3 44)");
	expect(reader, WORDS("why"), 0, NULL);
	expect(reader, WORDS("why", "fintra_snapshots"), 0, "fintra_snapshots");
	expect(reader, WORDS("impact", "prices_daily"), 0, "performance_windows");
	expect(reader, WORDS("plan"), 0, NULL);
	expect(reader, WORDS("plan", "performance-bulk", "--gate", "warn", "--json"), 10,
	       "\"units\":1,\"units_exact\":true,\"rows\":null,\"calls\":0,");
	expect(reader, WORDS("plan", "fmp-bulk", "--gate", "warn", "--json"), 10,
	       "\"units\":1,\"units_exact\":true");
	expect(reader, WORDS("tables", "company_profiles"), 0, "public.company_profile ");
	expect(reader, WORDS("db", "status"), 0, "foreign");
	expect(reader, WORDS("doctor"), 1, "company_profile");
	expect(reader, WORDS("db", "checksum", "company_profiles"), 0, "44");
	untouched();
}

static void
refuses_to_launch(void **state)
{
	(void)state;
	expect(reader, WORDS("run", "sector-performance-aggregator"), 77, "no ledger");
	expect(owner, WORDS("run", "sector-performance-aggregator"), 77, "db init --adopt");
	expect(reader, WORDS("cancel", "1"), 77, "no ledger");
	expect(reader, WORDS("ack", "runs_lost", "--reason", "x"), 77, "no ledger");
	expect(reader, WORDS("pause", "sync-universe", "--reason", "x"), 77, "no ledger");
	expect(reader, WORDS("note", "x"), 77, "no ledger");
	expect(owner, WORDS("db", "init"), 78, "did not create");
	expect(owner, WORDS("db", "migrate"), 78, "did not create");
	expect(owner, WORDS("db", "init", "--adopt", "--read-only"), 77, "--read-only");
	untouched();
}

static void
console_looks_and_says_why_not(void **state)
{
	struct console_test t;

	(void)state;
	console_open_on(&t, reader, NULL);
	console_env(&t, NOW);
	console_start(&t, 120, 40);
	SEE(&t, " ro ");
	SEE(&t, "2026-02-02");
	assert_true(pty_wait_row(t.pty, 1, "READY", CONSOLE_WAIT_MS));
	SEE(&t, "100.0% week "); /* profiles have a week, not an hour */
	static const struct {
		const char *keys, *says;
	} screens[] = {
		{ "2", "this database has no ledger" },
		{ "3", "no ledger" },
		{ "4", "fintra > Logs" },
		{ "6", "fintra > Health" },
		{ "A", "Audit: not known: this database has no ledger" },
		{ "8", "fintra > Tables" },
		{ "1:tables company_profiles\r", "Tables > company_profiles" },
		{ "0", "Sessions of ours" },
		{ "1:why fintra_snapshots\r", "fintra > Why fintra_snapshots" },
		{ "1:impact prices_daily\r", "fintra > Impact of prices_daily" },
		{ "1r", "no ledger" },
	};

	for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
		pty_send(t.pty, screens[i].keys);
		SEE(&t, screens[i].says);
	}
	pty_send(t.pty, "Q");
	assert_int_equal(pty_wait_exit(t.pty, CONSOLE_WAIT_MS), 0);
	console_close(&t);
	untouched();
}

/* pgbouncer in transaction mode on a port of its own, as an unprivileged user when we are root. */
struct pooler {
	pid_t pid;
	char dir[64], info[300];
};

static bool
installed(const char *program)
{
	struct support_out out;
	int code = support_exec(WORDS("which", program), NULL, &out);

	support_out_done(&out);
	return code == 0;
}

static void
write_file(const char *dir, const char *name, const char *text)
{
	char path[200];
	FILE *f;

	fmt_buf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The value of key=... in a connection string; the last one counts. */
static void
part(const char *info, const char *key, char *buf, size_t n)
{
	char find[40];

	fmt_buf(find, sizeof(find), "%s=", key);
	buf[0] = '\0';
	for (const char *s = info; (s = strstr(s, find)); s++)
		fmt_buf(buf, n, "%.*s", (int)strcspn(s + strlen(find), " "), s + strlen(find));
}

static void
pooler_open(struct pooler *p, const char *info, const char *ignored)
{
	char ini[1500], host[200], user[64], database[100], socket[200];
	int64_t end = clock_mono_ms() + 10000;

	part(info, "host", host, sizeof(host));
	part(info, "user", user, sizeof(user));
	part(info, "dbname", database, sizeof(database));
	str_copy(p->dir, sizeof(p->dir), "/tmp/fintra-pooler-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	fmt_buf(ini, sizeof(ini),
		"[databases]\n%s = host=%s user=%s dbname=%s\n[pgbouncer]\npool_mode = "
		"transaction\n"
		"listen_addr =\nunix_socket_dir = %s\nauth_type = any\nauth_file = %s/users\n"
		"pidfile = %s/pid\n%s%s\n",
		database, host, user, database, p->dir, p->dir, p->dir,
		ignored ? "ignore_startup_parameters = " : "", str_or(ignored, ""));
	write_file(p->dir, "ini", ini);
	write_file(p->dir, "users", "");
	assert_int_equal(chmod(p->dir, 0777), 0);
	fmt_buf(ini, sizeof(ini), "%s/ini", p->dir);
	p->pid = fork();
	if (p->pid == 0) {
		(void)!freopen("/dev/null", "w", stderr);
		if (geteuid() == 0)
			execlp("pgbouncer", "pgbouncer", "-u", "nobody", "-q", ini, (char *)NULL);
		else
			execlp("pgbouncer", "pgbouncer", "-q", ini, (char *)NULL);
		_exit(127);
	}
	fmt_buf(socket, sizeof(socket), "%s/.s.PGSQL.6432", p->dir);
	while (access(socket, F_OK) != 0) {
		assert_true(clock_mono_ms() < end);
		poll(NULL, 0, 20);
	}
	fmt_buf(p->info, sizeof(p->info), "host=%s port=6432 user=%s dbname=%s", p->dir, user,
		database);
}

static void
pooler_close(struct pooler *p)
{
	struct support_out out;

	kill(p->pid, SIGTERM);
	waitpid(p->pid, NULL, 0);
	support_exec(WORDS("rm", "-rf", p->dir), NULL, &out);
	support_out_done(&out);
}

static void
through_a_pooler(const char *ignored)
{
	struct pooler p;

	pooler_open(&p, reader, ignored);
	expect(p.info, WORDS("status"), 0, "READY");
	expect(p.info, WORDS("health", "performance_windows_empty"), 0, NULL);
	expect(p.info, WORDS("why"), 0, NULL);
	pooler_close(&p);
	pooler_open(&p, owner, ignored);
	expect(p.info, WORDS("run", "sector-performance-aggregator"), 77, NULL);
	pooler_close(&p);
	untouched();
}

static void
pooler_that_refuses_settings(void **state)
{
	(void)state;
	if (!installed("pgbouncer")) {
		print_message("SKIP: pgbouncer is not installed\n");
		skip();
	}
	through_a_pooler(NULL);
}

static void
pooler_that_ignores_settings(void **state)
{
	(void)state;
	if (!installed("pgbouncer")) {
		print_message("SKIP: pgbouncer is not installed\n");
		skip();
	}
	through_a_pooler("options,extra_float_digits");
}

/* With our ledger: a job runs, its own table alone is written, and nothing else came to be. */
static void
adopts_and_launches(void **state)
{
	const char *info = support_production("t_adopted");
	struct pooler p;
	int64_t public_before =
		support_psql_int(info, "SELECT count(*) FROM pg_class WHERE relnamespace = "
				       "'public'::regnamespace");

	(void)state;
	expect(info, WORDS("db", "init", "--adopt"), 0, "schema version");
	expect(info, WORDS("db", "init", "--adopt"), 0, "0 migrations");
	assert_int_equal(support_psql_int(info,
					  "SELECT count(*) FROM pg_class WHERE relnamespace = "
					  "'public'::regnamespace"),
			 public_before);
	free(support_psql(info, "DELETE FROM sector_performance WHERE sector = 'Energy'"));
	int64_t before =
		support_psql_int(info, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM "
				       "pg_stat_user_tables WHERE schemaname = 'public' AND "
				       "relname <> 'sector_performance'");
	expect(info,
	       WORDS("run", "sector-performance-aggregator", "--as-of", PRODUCTION_DAY, "--force"),
	       0, "SUCCESS");
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM sector_performance WHERE "
						"performance_date = '2026-02-02'"),
			 77);
	support_production_writes(info);
	assert_int_equal(
		support_psql_int(info, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM "
				       "pg_stat_user_tables WHERE schemaname = 'public' AND "
				       "relname NOT IN ('sector_performance', 'cron_state')"),
		before);
	expect(info, WORDS("runs"), 0, "success");
	if (installed("pgbouncer")) {
		pooler_open(&p, info, NULL);
		expect(p.info, WORDS("runs"), 0, "success");
		expect(p.info, WORDS("run", "sector-performance-aggregator"), 77,
		       "transaction-mode pooler");
		pooler_close(&p);
	}
}

/* Production has no datos_financieros.fcf_cagr (schema.md 4): the other metrics are made, the
 * missing one is named with what to do, and the run is no whole success.  44 companies of 11
 * sectors have two figures: two rows for each sector and for General. */
static void
works_without_a_column(void **state)
{
	static const char *const jobs[] = { "sector-benchmarks", "industry-benchmarks-aggregator",
					    "fmp-bulk" };
	const char *info = support_production("t_no_column");
	struct support_out out;

	(void)state;
	expect(info, WORDS("db", "init", "--adopt"), 0, NULL);
	free(support_psql(info, "UPDATE datos_financieros SET roic = 0.1, revenue_cagr = 0.2"));
	free(support_psql(info, "CREATE TABLE industry_metric_benchmarks (LIKE sector_benchmarks "
				"INCLUDING ALL)"));
	free(support_psql(info, "ALTER TABLE industry_metric_benchmarks RENAME sector TO "
				"industry"));
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		expect(info, WORDS("run", jobs[i], "--as-of", PRODUCTION_DAY, "--force"), 4,
		       "datos_financieros has no column fcf_cagr here");
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM sector_benchmarks WHERE "
						"sample_size IN (4, 44) AND metric IN ('roic', "
						"'revenue_cagr')"),
			 24);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM sector_benchmarks WHERE "
						"metric = 'fcf_cagr'"),
			 0);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM fintra_snapshots WHERE "
						"engine_version = 'fintra-local-v1' AND "
						"relative_vs_sector_1y = 0"),
			 44);
	free(support_psql(info, "ALTER TABLE datos_financieros ADD COLUMN fcf_cagr numeric"));
	free(support_psql(info, "UPDATE datos_financieros SET fcf_cagr = 0.3"));
	fintra(info, WORDS("run", "sector-benchmarks", "--as-of", PRODUCTION_DAY, "--force"), &out);
	assert_int_equal(out.code, 0);
	assert_null(strstr(out.err, "no column"));
	support_out_done(&out);
	assert_int_equal(support_psql_int(info, "SELECT count(*) FROM sector_benchmarks WHERE "
						"metric = 'fcf_cagr' AND p50 = 0.3"),
			 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_by_the_names_that_are_there),
		cmocka_unit_test(says_what_is_missing),
		cmocka_unit_test(refuses_to_launch),
		cmocka_unit_test(console_looks_and_says_why_not),
		cmocka_unit_test(pooler_that_refuses_settings),
		cmocka_unit_test(pooler_that_ignores_settings),
		cmocka_unit_test(adopts_and_launches),
		cmocka_unit_test(works_without_a_column),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
