/* fintra engine on the real binary: vectors of the original engines through stdin, and what is said
 * about lines and names that cannot be used. */
#include "core/engine.h"
#include "jobs/catalogue.h"
#include "tests/support_cli.h"

#include <setjmp.h>

#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* Two lines by hand from engines.md 2.4: 0.3 lies in (p50, p75], so raw is 75, at medium 0.95 of
 * it; without a value there is no score. */
#define LINE_75                                                                                \
	"{\"in\":{\"value\":0.3,\"benchmark\":{\"p10\":0,\"p25\":0.1,\"p50\":0.2,\"p75\":0.3," \
	"\"p90\":0.4,\"sample_size\":12,\"confidence\":\"medium\"}}}\n"
#define ANSWER_75                                                                   \
	"{\"out\":{\"effective\":71.25,\"raw\":75,\"weight\":1,\"sample_size\":12," \
	"\"low_confidence\":false}}\n"
#define LINE_NULL "{\"in\":{\"value\":null}}\n"
#define ANSWER_NULL "{\"out\":null}\n"

/* The file on standard input of `fintra engine NAME`. */
static void
ask(const char *name, const char *file, struct support_out *out)
{
	const char *argv[] = {
		"sh", "-c", "exec \"$0\" engine \"$1\" <\"$2\"", support_fintra(), name, file, NULL
	};

	support_exec(argv, NULL, out);
}

static void
ask_text(const char *name, const char *text, struct support_out *out)
{
	char path[] = "/tmp/fintra-engine.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	ask(name, path, out);
	unlink(path);
}

static void
a_line_gives_a_line(void **state)
{
	struct support_out out;

	(void)state;
	ask_text("metric_score", LINE_75 LINE_NULL, &out);
	assert_string_equal(out.out, ANSWER_75 ANSWER_NULL);
	assert_string_equal(out.err, "");
	assert_int_equal(out.code, 0);
	support_out_done(&out);
	ask_text("metric_score", "", &out);
	assert_string_equal(out.out, "");
	assert_int_equal(out.code, 0);
	support_out_done(&out);
}

static void
a_broken_line_is_told_and_passed(void **state)
{
	struct support_out out;

	(void)state;
	ask_text("metric_score", LINE_75 "{\"in\":{\n" LINE_NULL "{\"out\":1}\n", &out);
	assert_int_equal(out.code, 65);
	assert_int_equal(strncmp(out.out, ANSWER_75 "{\"error\":\"line 2: JSON: ",
				 strlen(ANSWER_75 "{\"error\":\"line 2: JSON: ")),
			 0);
	assert_non_null(strstr(out.out, ANSWER_NULL
			       "{\"error\":\"line 4: \\\"in\\\" is not an object\"}\n"));
	support_out_done(&out);
}

/* The ceiling is 1 MiB: a line over it is answered, and the one behind it read as usual. */
static void
a_long_line_is_refused(void **state)
{
	struct support_out out;
	size_t n = 1 << 20;
	char *text = malloc(n + 2 + sizeof(LINE_NULL));

	(void)state;
	assert_non_null(text);
	memset(text, ' ', n + 1);
	memcpy(text, "{\"in\":{}}", strlen("{\"in\":{}}"));
	memcpy(text + n, "\n" LINE_NULL, sizeof("\n" LINE_NULL));
	ask_text("metric_score", text, &out);
	assert_string_equal(out.out, ANSWER_NULL ANSWER_NULL);
	support_out_done(&out);
	memcpy(text + n, " \n" LINE_NULL, sizeof(" \n" LINE_NULL));
	ask_text("metric_score", text, &out);
	assert_string_equal(out.out, "{\"error\":\"line 1: longer than 1 MiB\"}\n" ANSWER_NULL);
	assert_int_equal(out.code, 65);
	support_out_done(&out);
	free(text);
}

static void
vectors_through_the_binary(void **state)
{
	char path[PATH_SIZE], *line = NULL;
	const char *answers;
	struct support_out out;
	struct err e = ERR_INIT;
	size_t cap = 0;
	long lines = 0;
	FILE *f;

	(void)state;
	assert_true(fmt_buf(path, sizeof(path), "%s/../engines/metric_score.jsonl",
			    support_real_dir()));
	f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "SKIP: no %s\n", path);
		skip();
	}
	ask("metric_score", path, &out);
	assert_int_equal(out.code, 0);
	answers = out.out;
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0; lines++) {
		size_t len = strcspn(answers, "\n");
		struct json *want = json_parse(line, (size_t)n, &e),
			    *got = json_parse(answers, len, &e);
		struct num w, g;

		assert_true(want && got);
		w = json_num(json_get(want, "out"), "effective");
		g = json_num(json_get(got, "out"), "effective");
		assert_int_equal(w.has, g.has);
		assert_true(fabs(w.v - g.v) <= 1e-9 * fmax(1, fabs(w.v)));
		json_free(want);
		json_free(got);
		answers += len + 1;
	}
	assert_true(lines > 0);
	assert_string_equal(answers, "");
	free(line);
	(void)fclose(f);
	support_out_done(&out);
}

static void
names(void **state)
{
	struct support_out out;
	struct json *j;

	(void)state;
	bin_expect(NULL, NAMES("engine", "metric_scor"), 64, "did you mean metric_score?");
	bin_expect(NULL, NAMES("engine", "xyzzy"), 64, "there is no engine xyzzy");
	bin_expect(NULL, NAMES("engine", "metric_score", "fgos"), 64, "usage");
	bin_run(NULL, NAMES("engine"), &out);
	assert_int_equal(out.code, 0);
	for (const struct engine *g = fintra_engines; g->name; g++)
		if (!strstr(out.out, g->name) || !strstr(out.out, g->title))
			fail_msg("the list lacks %s", g->name);
	support_out_done(&out);
	bin_expect(NULL, NAMES("engine", "--list"), 0, "metric_score");
	j = bin_json(NULL, NAMES("engine", "--json"), 0);
	for (size_t i = 0; fintra_engines[i].name; i++)
		assert_string_equal(json_text(json_at(json_get(j, "engines"), i), "name"),
				    fintra_engines[i].name);
	json_free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_gives_a_line),
		cmocka_unit_test(a_broken_line_is_told_and_passed),
		cmocka_unit_test(a_long_line_is_refused),
		cmocka_unit_test(vectors_through_the_binary),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("cmd_engine", tests, NULL, NULL);
}
