#include "core/map.h"
#include "tests/unit/suite.h"

static void
numbers_are_dense(void **state)
{
	struct map *m = map_new();
	char key[16];

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		int n = snprintf(key, sizeof(key), "T%zu", i);

		assert_int_equal(map_add(m, key, (size_t)n), i);
	}
	assert_int_equal(map_count(m), 20000);
	for (size_t i = 0; i < 20000; i += 7) {
		int n = snprintf(key, sizeof(key), "T%zu", i);

		assert_int_equal(map_find(m, key, (size_t)n), i);
		assert_string_equal(map_key(m, i), key);
	}
	map_free(m);
}

static void
adding_again_finds(void **state)
{
	struct map *m = map_new();

	(void)state;
	assert_int_equal(map_find(m, "AAPL", 4), MAP_NONE);
	assert_int_equal(map_add(m, "AAPL", 4), 0);
	assert_int_equal(map_add(m, "MSFT", 4), 1);
	assert_int_equal(map_add(m, "AAPL", 4), 0);
	assert_int_equal(map_find(m, "AAP", 3), MAP_NONE);
	assert_int_equal(map_count(m), 2);
	map_free(m);
}

static void
keys_are_bytes(void **state)
{
	struct map *m = map_new();

	(void)state;
	assert_int_equal(map_add(m, "a\0b", 3), 0);
	assert_int_equal(map_add(m, "a\0c", 3), 1);
	assert_int_equal(map_add(m, "", 0), 2);
	assert_int_equal(map_find(m, "a\0c", 3), 1);
	assert_int_equal(map_find(m, "", 0), 2);
	map_free(m);
	map_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_dense),
		cmocka_unit_test(adding_again_finds),
		cmocka_unit_test(keys_are_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
