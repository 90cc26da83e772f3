#include "core/evidence.h"

#include "core/map.h"
#include "core/num.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_TOLD = 8 };

void
evidence_done(struct evidence_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->at[i].url);
		free(l->at[i].why);
		free(l->at[i].header);
		free(l->at[i].body);
	}
	free(l->at);
	*l = (struct evidence_list){ NULL, 0 };
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c - 'a' + 10;
}

static char *
unhex(const char *hex, size_t *n)
{
	char *out;

	*n = strlen(hex) / 2;
	out = mem_alloc(*n + 1);
	for (size_t i = 0; i < *n; i++)
		out[i] = (char)(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
	out[*n] = '\0';
	return out;
}

static char *
copy_or_null(const char *s)
{
	return s ? mem_dup(s) : NULL;
}

static void
fill(struct evidence *v, const struct rows *r, int i)
{
	str_copy(v->endpoint, sizeof(v->endpoint), rows_text(r, i, 0));
	str_copy(v->kind, sizeof(v->kind), rows_text(r, i, 1));
	v->at_ms = rows_int(r, i, 2);
	v->url = mem_dup(rows_text(r, i, 3));
	str_copy(v->format, sizeof(v->format), rows_text(r, i, 4));
	v->status = (int)rows_int(r, i, 5);
	v->why = copy_or_null(rows_text(r, i, 6));
	v->bytes = rows_int(r, i, 7);
	v->body = unhex(rows_text(r, i, 8), &v->nbody);
	v->header = copy_or_null(rows_text(r, i, 9));
	str_copy(v->fingerprint, sizeof(v->fingerprint), str_or(rows_text(r, i, 10), ""));
}

int
evidence_load(struct db *db, int64_t run, int body_max, struct evidence_list *out, struct err *e)
{
	char id[NUM_BUF], most[NUM_BUF];
	const char *args[] = { num_int(run, id), num_int(body_max, most) };

	*out = (struct evidence_list){ NULL, 0 };
	ROWS_AUTO r = db_query(db, Q_EVIDENCE_OF, args, e);

	if (!r && str_same(e->sqlstate, "42P01")) { /* an older ledger, not migrated yet */
		*e = (struct err)ERR_INIT;
		return 0;
	}
	if (!r)
		return -1;
	out->n = (size_t)rows_count(r);
	out->at = mem_zalloc((out->n + 1) * sizeof(*out->at));
	for (size_t i = 0; i < out->n; i++)
		fill(&out->at[i], r, (int)i);
	return 0;
}

/* By the reader that the jobs use, so that quotes and byte order marks are no differences. */
bool
evidence_header(const char *body, size_t n, struct str *names)
{
	struct csv_reader *r = csv_open(NULL, 0, NULL, NULL);
	const char *end = memchr(body, '\n', n);
	struct err unused = ERR_INIT;
	bool ok = n > 0 && csv_feed(r, body, end ? (size_t)(end - body) : n, &unused) == 0 &&
		  csv_feed(r, "\n", 1, &unused) == 0 && csv_header(r)[0];

	if (ok)
		str_puts(names, csv_header(r));
	csv_close(r);
	return ok;
}

void
evidence_fingerprint(const char *names, char out[20])
{
	uint64_t sum = 14695981039346656037u;

	for (; *names; names++)
		sum = (sum ^ (unsigned char)*names) * 1099511628211u;
	fmt_buf(out, 20, "%016" PRIx64, sum);
}

/* Walks the names: 1 and the next one, or 0. */
static bool
next_name(const char **at, const char **name, size_t *n)
{
	if (!**at)
		return false;
	*name = *at;
	*n = strcspn(*at, ",");
	*at += *n + ((*at)[*n] == ',');
	return true;
}

static struct map *
names_of(const char *names)
{
	struct map *m = map_new();
	const char *name;
	size_t n;

	while (next_name(&names, &name, &n))
		if (map_find(m, name, n) == MAP_NONE)
			map_add(m, name, n);
	return m;
}

/* The names of `list` that `known` lacks. */
static void
put_lacking(struct str *out, const char *word, const char *list, const struct map *known)
{
	const char *name;
	size_t n, told = 0;

	while (next_name(&list, &name, &n)) {
		if (map_find(known, name, n) != MAP_NONE)
			continue;
		if (told < NAMES_TOLD)
			str_fmt(out, "%s%.*s", told ? ", " : word, (int)n, name);
		told++;
	}
	if (told > NAMES_TOLD)
		str_fmt(out, " and %zu more", told - NAMES_TOLD);
}

void
evidence_compare(const char *before, const char *now, struct str *out)
{
	struct map *was = names_of(before), *is = names_of(now);
	size_t start = out->len, place = 1, n;
	const char *name;

	put_lacking(out, "added ", now, was);
	put_lacking(out, out->len > start ? "; gone " : "gone ", before, is);
	if (out->len == start && strcmp(before, now) != 0) {
		const char *a = before, *b = now;

		while (*a && strcspn(a, ",") == strcspn(b, ",") &&
		       strncmp(a, b, strcspn(a, ",")) == 0) {
			next_name(&a, &name, &n);
			next_name(&b, &name, &n);
			place++;
		}
		str_fmt(out, "order changed: column %zu is now %.*s", place, (int)strcspn(b, ","),
			b);
	}
	map_free(was);
	map_free(is);
}
