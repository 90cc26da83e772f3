/* The catalogue as the configuration makes it, and the words of a command. */
#include "core/clock.h"
#include "core/old.h"
#include "jobs/catalogue.h"
#include "tests/unit/suite.h"

static void
set(struct conf *c, const char *section, const char *name, const char *value)
{
	struct err e = ERR_INIT;

	c->line++;
	if (conf_set(c, section, name, value, &e) < 0)
		fail_msg("%s", e.text);
}

static void
plain(struct conf *c)
{
	struct err e = ERR_INIT;

	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	if (conf_load(c, "/dev/null", &e) < 0)
		fail_msg("%s", e.text);
	c->line = 0;
}

static size_t
count(const struct job *const *jobs)
{
	size_t n = 0;

	while (jobs[n])
		n++;
	return n;
}

static void
nothing_configured(void **state)
{
	struct conf c;
	struct composed made;
	struct err e = ERR_INIT;

	(void)state;
	plain(&c);
	assert_int_equal(catalogue_compose(&fintra_catalogue, &c, &made, &e), 0);
	assert_int_equal(count(made.cat.jobs), count(fintra_catalogue.jobs));
	for (size_t i = 0; fintra_catalogue.jobs[i]; i++)
		assert_ptr_equal(made.cat.jobs[i], fintra_catalogue.jobs[i]);
	assert_null(catalogue_job(&made.cat, "backfill-sector-pe"));
	catalogue_compose_done(&made);
	conf_done(&c);
}

static void
runners_join_in_order(void **state)
{
	struct conf c;
	struct composed made;
	struct err e = ERR_INIT;
	const struct job *j;

	(void)state;
	plain(&c);
	set(&c, "old", "base_url", "https://old.example.com/");
	set(&c, "job fmp-bulk", "runner", "http");
	set(&c, "job backfill-sector-pe", "runner", "command");
	set(&c, "job backfill-sector-pe", "command", "npx tsx x.ts");
	set(&c, "job sync-universe", "runner", "http");
	assert_int_equal(catalogue_compose(&fintra_catalogue, &c, &made, &e), 0);
	assert_int_equal(count(made.cat.jobs), count(fintra_catalogue.jobs) + 1);
	j = catalogue_job(&made.cat, "fmp-bulk");
	assert_int_equal(j->runner, RUNNER_HTTP);
	assert_ptr_equal(j->run, run_by_http);
	assert_non_null(strstr(j->help, "https://old.example.com/api/cron/fmp-bulk"));
	assert_true(old_locks_itself(j));
	assert_ptr_equal(catalogue_writer(&made.cat, "fintra_snapshots"), j);
	assert_ptr_equal(catalogue_source(&made.cat, "fintra_snapshots"), j);
	j = made.cat.jobs[0];
	assert_string_equal(j->name, "sync-universe");
	assert_int_equal(j->runner, RUNNER_HTTP);
	assert_int_equal(j->flags & JOB_USES_API, 0);
	assert_false(old_locks_itself(j));
	j = catalogue_job(&made.cat, "sector-pe");
	assert_ptr_equal(j->run, run_by_command);
	assert_non_null(catalogue_job(&made.cat, "performance-bulk")->run);
	catalogue_compose_done(&made);
	conf_done(&c);
}

static void
refuse(const char *section, const char *name, const char *value, const char *says)
{
	struct conf c;
	struct composed made;
	struct err e = ERR_INIT;

	plain(&c);
	c.line = 6;
	set(&c, section, name, value);
	assert_int_equal(catalogue_compose(&fintra_catalogue, &c, &made, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	if (!strstr(e.text, says) || !strstr(e.text, "/dev/null:7: "))
		fail_msg("%s", e.text);
	catalogue_compose_done(&made);
	conf_done(&c);
}

static void
mistakes_name_their_line(void **state)
{
	(void)state;
	refuse("job fmp-bluk", "runner", "http", "no job is called \"fmp-bluk\"; near: fmp-bulk");
	refuse("table prices_dialy", "floor", "90",
	       "no table \"prices_dialy\"; near: prices_daily");
	refuse("job fmp-bulk", "runner", "http", "base_url in [old]");
	refuse("job fmp-bulk", "runner", "command", "needs command");
	refuse("job backfill-sector-pe", "runner", "native", "not in this build");
	refuse("job backfill-sector-pe", "timeout", "2h", "not in this build");
	refuse("job sync-universe", "timeout", "2h", "timeout needs runner");
	refuse("job sync-universe", "command", "x", "command needs runner = command");
	refuse("job sync-universe", "directory", "/x", "directory needs runner = command");
	refuse("job sync-universe", "url", "https://x/", "url needs runner = http");
}

/* Joined by '|', or the error. */
static const char *
words(const char *command, const char *const *params)
{
	static char text[512];
	static const struct param_def defs[] = {
		{ .name = "start", .type = PARAM_DATE },
		{ .name = "skip_download", .type = PARAM_BOOL },
		{ .name = NULL },
	};
	const struct job job = { .name = "j", .params = defs };
	struct conf_job j = { .name = (char[]){ "j" }, .command = mem_dup(command) };
	struct params p = { .n = 0 };
	struct job_ctx c = { .job = &job, .params = &p, .as_of = date_of(2026, 2, 2) };
	struct err e = ERR_INIT;
	struct word_list w;

	text[0] = '\0';
	for (; params && *params; params += 2)
		if (params_set(&p, defs, params[0], params[1], &e) < 0)
			fail_msg("%s", e.text);
	if (old_command_words(&c, &j, &w, &e) < 0) {
		str_copy(text, sizeof(text), e.text);
	} else {
		for (size_t i = 0; w.word.at[i]; i++)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				 i ? "|" : "", w.word.at[i]);
		words_done(&w);
	}
	params_done(&p);
	free(j.command);
	return text;
}

static void
parameters_take_their_places(void **state)
{
	(void)state;
	assert_string_equal(words("npx  tsx 'a b.ts' \"$HOME\"x", NULL),
			    "npx|tsx|a b.ts|$HOMEx|--date|2026-02-02");
	assert_string_equal(words("x", NAMES("ticker", "brk-b", "skip_download", "1", "limit", "5",
					     "dry_run", "1", "force", "0")),
			    "x|--date|2026-02-02|--ticker|BRK-B|--skip-download|--limit|5");
	assert_string_equal(
		words("x {start} --day={date} {limit} end", NAMES("start", "2026-01-05")),
		"x|2026-01-05|--day=2026-02-02|end");
	assert_string_equal(words("x {from}", NAMES("start", "2026-01-05")), "x|2026-01-05");
	assert_non_null(strstr(words("x {date}", NAMES("limit", "5")), "no place for limit"));
	assert_non_null(strstr(words("x {nonsense}", NULL), "{nonsense} is none"));
	assert_string_equal(words("x {not-one} {}", NULL), "x|{not-one}|{}|--date|2026-02-02");
	assert_non_null(strstr(words("{ticker}", NULL), "nothing is left"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_configured),
		cmocka_unit_test(runners_join_in_order),
		cmocka_unit_test(mistakes_name_their_line),
		cmocka_unit_test(parameters_take_their_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
