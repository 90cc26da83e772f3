#include "core/str.h"
#include "tests/support.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

const char *
support_real_dir(void)
{
	return str_or(getenv("FINTRA_REAL_DATA"), "../shared/data/real");
}

const char *
support_real(const char *name)
{
	static char full[PATH_MAX];
	char path[512];

	fmt_buf(path, sizeof(path), "%s/%s", support_real_dir(), name);
	if (realpath(path, full))
		return full;
	fprintf(stderr, "SKIP: no real data at %s (FINTRA_REAL_DATA)\n", path);
	return NULL;
}

char *
support_real_text(const char *name)
{
	char buf[4096];
	const char *path = support_real(name);
	FILE *f = path ? fopen(path, "r") : NULL;
	struct str s;
	size_t n;

	if (!f)
		return NULL;
	str_init(&s, (size_t)64 << 20);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_put(&s, buf, n);
	fclose(f);
	str_c(&s);
	return str_take(&s);
}
