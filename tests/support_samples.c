#include "tests/support_samples.h"

#include "core/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char table[] = "tests/data/samples.tsv";

/* The next field of the line; *p stands behind it. */
static void
take(char **p, char *out, size_t n)
{
	size_t len = strcspn(*p, "\t\n");

	assert_true(len > 0 && len < n);
	(void)fmt_buf(out, n, "%.*s", (int)len, *p);
	*p += len + ((*p)[len] != '\0');
}

static int64_t
take_number(char **p)
{
	char text[24], *end;
	int64_t v;

	take(p, text, sizeof(text));
	v = strtoll(text, &end, 10);
	assert_int_equal(*end, '\0');
	return v;
}

static void
read_sample(char *line, struct sample *s)
{
	take(&line, s->file, sizeof(s->file));
	take(&line, s->reader, sizeof(s->reader));
	take(&line, s->verdict, sizeof(s->verdict));
	s->code = (int)take_number(&line);
	s->read = take_number(&line);
	s->stored = take_number(&line);
	s->skipped = take_number(&line);
	s->rejected = take_number(&line);
	take(&line, s->cells, sizeof(s->cells));
}

size_t
samples_load(struct sample at[SAMPLES_MAX])
{
	char line[1200];
	FILE *f = fopen(table, "r");
	size_t n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == '#' || str_starts(line, "file\t"))
			continue;
		assert_true(n < SAMPLES_MAX);
		read_sample(line, &at[n++]);
	}
	(void)fclose(f);
	return n;
}

int
sample_cells(const struct sample *s, sample_cell_fn *fn)
{
	char copy[sizeof(s->cells)], *p = copy, *end;
	int n = 0;

	str_copy(copy, sizeof(copy), s->cells);
	for (; p; p = end ? end + 2 : NULL, n++) {
		end = strstr(p, "; ");
		if (end)
			*end = '\0';
		fn(s, p);
	}
	return n;
}
