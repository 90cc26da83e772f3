#include "tests/support_recorded.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SQL_MAX = 8192 };

bool
recorded_open(const char *database)
{
	static const char *const part[] = { "fmp-shape", "prices" };
	const char *real = support_real(".");
	char path[600], to[300];

	ground_open(&ground, database);
	for (size_t i = 0; real && i < ARRAY_LEN(part); i++) {
		(void)fmt_buf(path, sizeof(path), "%s/%s", real, part[i]);
		(void)fmt_buf(to, sizeof(to), "%s/%s", ground.dir, part[i]);
		assert_int_equal(symlink(path, to), 0);
	}
	return real != NULL;
}

void
run_ok(const struct job *job, const char *as_of, const char *param, const char *more)
{
	struct outcome o = GROUND_RUN(&ground, job, as_of, param, more, NULL);

	if (o.state != RUN_SUCCESS)
		fail_msg("%s at %s: %s", job->name, as_of, o.err.text);
}

long
compare(const char *what, const char *mine, const char *other, const char *key)
{
	char sql[SQL_MAX], *got;
	long cells = 0;
	int end = 0;

	(void)fmt_buf(
		sql, sizeof(sql),
		"WITH m AS (%s), o AS (%s) SELECT concat_ws(' ', count(*) FILTER (WHERE m "
		"IS NULL), count(*) FILTER (WHERE o IS NULL), sum(x.cells), sum(x.differ)) "
		"FROM m FULL JOIN o USING (%s) CROSS JOIN LATERAL (SELECT count(*) AS cells, "
		"count(*) FILTER (WHERE CASE WHEN a.value ~ '^-?[0-9.]+(e-?[0-9]+)?$' AND b.value "
		"~ "
		"'^-?[0-9.]+(e-?[0-9]+)?$' THEN abs(a.value::numeric - b.value::numeric) > 1e-9 * "
		"greatest(1, abs(a.value::numeric)) ELSE a.value IS DISTINCT FROM b.value "
		"END) AS differ FROM jsonb_each_text(to_jsonb(m)) a FULL JOIN "
		"jsonb_each_text(to_jsonb(o)) b USING (key)) x",
		mine, other, key);
	got = ground_psql(&ground, sql);
	printf("INFO: %s: %s (missing here, missing there, cells compared, cells that differ)\n",
	       what, got);
	if (sscanf(got, "0 0 %ld 0%n", &cells, &end) != 1 || end != (int)strlen(got))
		fail_msg("%s: %s", what, got);
	free(got);
	return cells;
}
