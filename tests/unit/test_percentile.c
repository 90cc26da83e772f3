/* Expected values: golden vectors of the original engines (FINTRA_REAL_DATA/../engines) and figures
 * worked out by hand. */
#include "core/json.h"
#include "core/str.h"
#include "jobs/engine/percentile.h"
#include "tests/unit/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static struct percentile_points
points_of(const struct json *j)
{
	static const char *const names[PERCENTILE_POINTS] = { "p10", "p25", "p50", "p75", "p90" };
	struct percentile_points p;

	for (int i = 0; i < PERCENTILE_POINTS; i++)
		p.at[i] = json_num(j, names[i]);
	return p;
}

static void
golden_vectors(void **state)
{
	const char *real = str_or(getenv("FINTRA_REAL_DATA"), "../shared/data/real");
	char path[4096], *line = NULL;
	struct err e = ERR_INIT;
	size_t cap = 0;
	int n = 0;

	(void)state;
	fmt_buf(path, sizeof(path), "%s/../engines/valuation_percentile.jsonl", real);
	FILE *f = fopen(path, "r");

	if (!f) {
		fprintf(stderr, "SKIP: no %s\n", path);
		skip();
	}
	for (ssize_t len; (len = getline(&line, &cap, f)) > 0; n++) {
		struct json *j = json_parse(line, (size_t)len, &e);
		const struct json *in = json_get(j, "in");
		struct num want = json_num(j, "out"), value = json_num(in, "value");
		struct percentile_points p = points_of(json_get(in, "points"));
		struct num got = percentile_of(value.v, &p);

		assert_int_equal(got.has, want.has);
		if (got.has && fabs(got.v - want.v) > 1e-9)
			fail_msg("vector %d: %.17g is not %.17g", n, got.v, want.v);
		json_free(j);
	}
	free(line);
	fclose(f);
	assert_int_equal(n, 60);
	printf("INFO: valuation_percentile.jsonl: %d vectors\n", n);
}

static void
by_hand(void **state)
{
	const struct percentile_points whole = { { NUM(10), NUM(20), NUM(30), NUM(30), NUM(40) } };
	const struct percentile_points one = { { NUM_NONE, NUM_NONE, NUM(5), NUM_NONE, NUM_NONE } };
	const struct percentile_points equal = { { NUM_NONE, NUM(7), NUM(7), NUM_NONE, NUM_NONE } };

	(void)state;
	assert_true(percentile_of(15, &whole).v == 17.5);
	assert_true(percentile_of(30, &whole).v == 50); /* of two points the one reached first */
	assert_true(percentile_of(36, &whole).v == 84);
	assert_true(percentile_of(-100, &whole).v == 0);
	assert_true(percentile_of(100, &whole).v == 100);
	assert_false(percentile_of(5, &one).has);
	assert_true(percentile_of(9, &equal).v == 25);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_vectors),
		cmocka_unit_test(by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
