#include "core/cli.h"
#include "tests/unit/suite.h"

static const struct cli_option table[] = {
	{ "ticker", 't', "SYM", "only this ticker" },
	{ "limit", 0, "N", "first N tickers" },
	{ "quiet", 'q', NULL, "say less" },
	{ "verbose", 'v', NULL, "say more" },
	{ "a-rather-long-option", 0, "VALUE", "wraps" },
	{ NULL, 0, NULL, NULL },
};

/* Splits "a b c" into argv[1..]; the texts live until the next call. */
static int
parse(struct cli *c, bool unknown, const char *line, struct err *e)
{
	static char text[256], *argv[32];
	int argc = 0;
	char *rest;

	snprintf(text, sizeof(text), "fintra %s", line);
	for (char *p = strtok_r(text, " ", &rest); p; p = strtok_r(NULL, " ", &rest))
		argv[argc++] = p;
	return cli_parse(c, table, unknown, argc, argv, e);
}

static void
parsed(struct cli *c, bool unknown, const char *line)
{
	struct err e = ERR_INIT;

	if (parse(c, unknown, line, &e) < 0)
		fail_msg("%s: %s", line, e.text);
}

static void
refuse(const char *line, bool unknown, const char *part)
{
	struct err e = ERR_INIT;
	struct cli c;

	assert_int_equal(parse(&c, unknown, line, &e), -1);
	assert_int_equal(e.cls, ERR_USAGE);
	if (!strstr(e.text, part))
		fail_msg("\"%s\" does not mention \"%s\"", e.text, part);
}

static void
all_spellings(void **state)
{
	static const char *const lines[] = { "run --ticker AAPL x", "run --ticker=AAPL x",
					     "run -t AAPL x",	    "run -tAAPL x",
					     "-qtAAPL run x",	    "--ticker B run x -t AAPL" };
	struct cli c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		parsed(&c, false, lines[i]);
		assert_string_equal(cli_value(&c, "ticker"), "AAPL");
		assert_int_equal(c.narg, 2);
		assert_string_equal(c.arg[0], "run");
		assert_string_equal(c.arg[1], "x");
	}
}

static void
flags_and_ends(void **state)
{
	struct cli c;

	(void)state;
	parsed(&c, false, "-qv --limit -5 -- --quiet -x");
	assert_true(cli_has(&c, "quiet") && cli_has(&c, "verbose"));
	assert_false(cli_has(&c, "ticker"));
	assert_null(cli_value(&c, "quiet"));
	assert_null(cli_value(&c, "ticker"));
	assert_string_equal(cli_value(&c, "limit"), "-5");
	assert_int_equal(c.narg, 2);
	assert_string_equal(c.arg[0], "--quiet");
	parsed(&c, false, "logs -");
	assert_string_equal(c.arg[1], "-");
}

static void
unknown_ones_are_kept_on_request(void **state)
{
	struct cli c;

	(void)state;
	parsed(&c, true, "run --dry-run --from 2018-07-18 --step=week -q --last");
	assert_true(cli_has(&c, "dry-run"));
	assert_null(cli_value(&c, "dry-run"));
	assert_string_equal(cli_value(&c, "from"), "2018-07-18");
	assert_string_equal(cli_value(&c, "step"), "week");
	assert_true(cli_has(&c, "quiet") && cli_has(&c, "last"));
	assert_int_equal(c.narg, 1);
}

static void
refuses(void **state)
{
	char many[256] = "";

	(void)state;
	refuse("--limti 5", false, "did you mean --limit");
	refuse("--nothing-like-it", false, "unknown option --nothing-like-it");
	refuse("--limit", false, "needs a value");
	refuse("-t", false, "needs a value");
	refuse("--quiet=1", false, "takes no value");
	refuse("-x", true, "unknown option -x");
	for (int i = 0; i < 24; i++)
		strncat(many, "-qv ", sizeof(many) - strlen(many) - 1);
	strncat(many, "-q", sizeof(many) - strlen(many) - 1);
	refuse(many, false, "more than 48 options");
}

static void
nearest(void **state)
{
	static const char *const words[] = { "status", "run", "runs", "health", "plan" };

	(void)state;
	assert_string_equal(cli_nearest("stauts", words, 5), "status");
	assert_string_equal(cli_nearest("helth", words, 5), "health");
	assert_string_equal(cli_nearest("run", words, 5), "run");
	assert_null(cli_nearest("backfill", words, 5));
	assert_null(cli_nearest("xyz", words, 5));
	assert_null(cli_nearest("", words, 5));
}

static void
help_text(void **state)
{
	STR_AUTO s = { 0 };

	(void)state;
	str_init(&s, 2000);
	cli_help_options(table, &s);
	assert_string_equal(str_c(&s), "  -t, --ticker SYM          only this ticker\n"
				       "      --limit N             first N tickers\n"
				       "  -q, --quiet               say less\n"
				       "  -v, --verbose             say more\n"
				       "      --a-rather-long-option VALUE\n"
				       "                            wraps\n");
}

static void
test_split_like_a_shell(void **state)
{
	static const struct {
		const char *line;
		const char *want[5];
	} cases[] = {
		{ "", { NULL } },
		{ "  run  sync-universe ", { "run", "sync-universe" } },
		{ "a 'b c'd \"e 'f\"", { "a", "b cd", "e 'f" } },
		{ "a\\ b '\\' \"\\\"\"", { "a b", "\\", "\"" } },
		{ "--reason='' x", { "--reason=", "x" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_INIT;
		char line[80], *word[5];
		size_t n, want = 0;

		str_copy(line, sizeof(line), cases[i].line);
		assert_int_equal(cli_split(line, word, 5, &n, &e), 0);
		while (want < 5 && cases[i].want[want])
			want++;
		assert_int_equal(n, want);
		for (size_t k = 0; k < n; k++)
			assert_string_equal(word[k], cases[i].want[k]);
	}
}

static void
test_split_refuses_open_quotes_and_too_many(void **state)
{
	struct err e = ERR_INIT;
	char open[] = "run 'x", many[] = "a b c", *word[2];
	size_t n;

	(void)state;
	assert_int_equal(cli_split(open, word, 2, &n, &e), -1);
	assert_non_null(strstr(e.text, "quote"));
	assert_int_equal(cli_split(many, word, 2, &n, &e), -1);
	assert_int_equal(e.cls, ERR_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_spellings),
		cmocka_unit_test(flags_and_ends),
		cmocka_unit_test(unknown_ones_are_kept_on_request),
		cmocka_unit_test(refuses),
		cmocka_unit_test(nearest),
		cmocka_unit_test(help_text),
		cmocka_unit_test(test_split_like_a_shell),
		cmocka_unit_test(test_split_refuses_open_quotes_and_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
