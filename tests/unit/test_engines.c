/* Expected values: golden vectors of the original engines (FINTRA_REAL_DATA/../engines), compared
 * as engines.md section 0 says: figures that are whole, texts, booleans and nulls exactly, others
 * to 1e-9 of the larger of 1 and the two. */
#include "core/engine.h"
#include "jobs/catalogue.h"
#include "tests/unit/suite.h"

#include <dirent.h>
#include <math.h>

enum { ENGINES_MAX = 64 };

static const char suffix[] = ".jsonl";

static void
vectors_path(char *buf, size_t n, const char *name, const char *end)
{
	assert_true(fmt_buf(buf, n, "%s/../engines/%s%s", support_real_dir(), name, end));
}

static bool
same_number(double a, double b)
{
	if (b == floor(b))
		return a == b;
	return fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

static bool same(const struct json *got, const struct json *want, long *values);

static bool
same_members(const struct json *got, const struct json *want, long *values)
{
	if (json_len(got) != json_len(want))
		return false;
	for (size_t i = 0; i < json_len(want); i++) {
		const char *key, *other;
		const struct json *w = json_member(want, i, &key), *g = NULL;

		for (size_t k = 0; k < json_len(got) && !g; k++) {
			const struct json *m = json_member(got, k, &other);

			g = strcmp(key, other) == 0 ? m : NULL;
		}
		if (!g || !same(g, w, values))
			return false;
	}
	return true;
}

static bool
same_elements(const struct json *got, const struct json *want, long *values)
{
	const struct json *g = json_first(got);

	if (json_len(got) != json_len(want))
		return false;
	for (const struct json *w = json_first(want); w; w = json_next(w), g = json_next(g))
		if (!same(g, w, values))
			return false;
	return true;
}

static bool
same(const struct json *got, const struct json *want, long *values)
{
	const char *text = json_as_text(want);
	struct num n = json_as_num(want);

	if (json_is_object(want))
		return json_is_object(got) && same_members(got, want, values);
	if (json_is_array(want))
		return json_is_array(got) && same_elements(got, want, values);
	++*values;
	if (json_is_bool(want))
		return json_is_bool(got) && json_is_true(got) == json_is_true(want);
	if (text)
		return str_same(json_as_text(got), text);
	if (n.has)
		return !json_as_text(got) && json_as_num(got).has &&
		       same_number(json_as_num(got).v, n.v);
	return json_is_null(got);
}

static void
check_vector(const struct engine *g, long line, const struct json *vector, long *values)
{
	const struct json *out = json_get(vector, "out");
	struct json *got = NULL, *null = json_new_null();
	struct err e = ERR_INIT;
	STR_AUTO a = { 0 }, b = { 0 };

	if (g->run(json_get(vector, "in"), &got, &e) < 0)
		fail_msg("%s line %ld: %s", g->name, line, e.text);
	str_init(&a, 1 << 20);
	str_init(&b, 1 << 20);
	if (!same(got, out ? out : null, values)) {
		json_print(got, &a);
		json_print(out ? out : null, &b);
		fail_msg("%s line %ld: got %s want %s", g->name, line, str_c(&a), str_c(&b));
	}
	json_free(got);
	json_free(null);
}

static void
test_engine(void **state)
{
	const struct engine *g = *state;
	char path[4096], *line = NULL;
	size_t cap = 0;
	long vectors = 0, values = 0;
	struct err e = ERR_INIT;
	FILE *f;

	vectors_path(path, sizeof(path), g->name, suffix);
	f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "SKIP: no %s\n", path);
		skip();
	}
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
		struct json *j = json_parse(line, (size_t)n, &e);

		assert_non_null(j);
		check_vector(g, ++vectors, j, &values);
		json_free(j);
	}
	free(line);
	(void)fclose(f);
	assert_true(vectors > 0 && values >= vectors);
	printf("INFO: %s: %ld vectors, %ld values compared\n", g->name, vectors, values);
}

/* Whatever stands under a key, an engine answers or names the key. */
static void
mistype(const struct engine *g, const char *line, const char *key, const char *value)
{
	struct err e = ERR_INIT;
	struct json *vector = json_parse(line, strlen(line), &e), *in = json_take(vector, "in"),
		    *out = NULL;

	json_free(json_take(in, key));
	json_set(in, key, json_parse(value, strlen(value), &e));
	if (g->run(in, &out, &e) == 0) {
		assert_non_null(out);
		json_free(out);
	} else if (!strstr(e.text, key)) {
		fail_msg("%s, %s = %s: %s", g->name, key, value, e.text);
	}
	json_free(in);
	json_free(vector);
}

static void
mistype_all(const struct engine *g, const char *line)
{
	static const char *const values[] = { "null", "true",	"\"x\"",	 "[]",
					      "{}",   "-1e308", "[[], 1, null]", "[\"5Y\"]" };
	struct err e = ERR_INIT;
	struct json *vector = json_parse(line, strlen(line), &e);
	const struct json *in = json_get(vector, "in");
	const char *key;

	assert_non_null(vector);
	for (size_t i = 0; json_member(in, i, &key); i++)
		for (size_t v = 0; v < ARRAY_LEN(values); v++)
			mistype(g, line, key, values[v]);
	json_free(vector);
}

static void
mistyped_inputs_are_answered(void **state)
{
	char path[4096], *line = NULL;
	size_t cap = 0;
	int engines = 0;

	(void)state;
	for (const struct engine *g = fintra_engines; g->name; g++) {
		FILE *f;

		vectors_path(path, sizeof(path), g->name, suffix);
		f = fopen(path, "r");
		if (!f)
			continue;
		for (int i = 0; i < 5 && getline(&line, &cap, f) > 0; i++)
			mistype_all(g, line);
		(void)fclose(f);
		engines++;
	}
	free(line);
	if (engines == 0)
		skip();
}

static bool
has_engine(const char *name, size_t n)
{
	for (const struct engine *g = fintra_engines; g->name; g++)
		if (strlen(g->name) == n && memcmp(g->name, name, n) == 0)
			return true;
	return false;
}

static void
every_vector_file_has_an_engine(void **state)
{
	char path[4096];
	struct dirent *d;
	DIR *dir;

	(void)state;
	vectors_path(path, sizeof(path), "", "");
	dir = opendir(path);
	if (!dir) {
		fprintf(stderr, "SKIP: no %s\n", path);
		skip();
	}
	while ((d = readdir(dir)) != NULL) {
		size_t n = strlen(d->d_name), tail = strlen(suffix);

		if (n > tail && strcmp(d->d_name + n - tail, suffix) == 0 &&
		    !has_engine(d->d_name, n - tail))
			fail_msg("%s has no engine", d->d_name);
	}
	closedir(dir);
}

int
main(void)
{
	struct CMUnitTest tests[ENGINES_MAX + 2];
	size_t n = 0;

	memset(tests, 0, sizeof(tests));
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(every_vector_file_has_an_engine);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(mistyped_inputs_are_answered);
	for (const struct engine *g = fintra_engines; g->name && n < ARRAY_LEN(tests); g++, n++) {
		tests[n].name = g->name;
		tests[n].test_func = test_engine;
		tests[n].initial_state = (void *)(uintptr_t)g;
	}
	return _cmocka_run_group_tests("engines", tests, n, NULL, NULL);
}
