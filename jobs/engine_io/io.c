#include "jobs/engine_io/io.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IO_ELEMENT_MAX = 512 };

const struct json *
io_array(const struct json *in, const char *key, struct err *e)
{
	const struct json *a = json_get(in, key);

	if (json_is_array(a))
		return a;
	err_set(e, ERR_DATA, "%s is not an array", key);
	return NULL;
}

double *
io_numbers(const struct json *in, const char *key, size_t *n, struct err *e)
{
	const struct json *a = io_array(in, key, e);
	double *v;

	*n = 0;
	if (!a)
		return NULL;
	v = mem_alloc((json_len(a) + 1) * sizeof(*v));
	for (const struct json *j = json_first(a); j; j = json_next(j)) {
		struct num x = json_as_num(j);

		if (!x.has) {
			free(v);
			err_set(e, ERR_DATA, "%s: value %zu is no number", key, *n + 1);
			return NULL;
		}
		v[(*n)++] = x.v;
	}
	return v;
}

int
io_need_date(const struct json *in, const char *key, struct date *out, struct err *e)
{
	const char *text = json_text(in, key);

	if (text && date_parse(text, out))
		return 0;
	return err_set(e, ERR_DATA, "%s is not a date (YYYY-MM-DD)", key);
}

int
io_int(const struct json *in, const char *key)
{
	struct num n = json_num(in, key);

	return n.has && n.v == floor(n.v) && n.v > INT_MIN && n.v < INT_MAX ? (int)n.v : 0;
}

int
io_code(const struct json *in, const char *key, const char *const *names, int n)
{
	const char *text = json_text(in, key);

	for (int i = 0; i < n; i++)
		if (text && str_same(names[i], text))
			return i;
	return -1;
}

void
io_settle(void *base, size_t n, size_t size, int (*order)(const void *a, const void *b))
{
	char *at = base, *last = at + (n - 1) * size, one[IO_ELEMENT_MAX];
	char *place = last;

	assert(size <= sizeof(one));
	while (place > at && order(place - size, last) > 0)
		place -= size;
	if (place == last)
		return;
	memcpy(one, last, size);
	memmove(place + size, place, (size_t)(last - place));
	memcpy(place, one, size);
}

void
io_read(const struct json *in, const struct io_field *f, size_t n, void *into)
{
	for (size_t i = 0; i < n; i++) {
		struct num v = json_num(in, f[i].key);

		memcpy((char *)into + f[i].at, &v, sizeof(v));
	}
}

void
io_write(struct json *out, const struct io_field *f, size_t n, const void *from)
{
	for (size_t i = 0; i < n; i++) {
		struct num v;

		memcpy(&v, (const char *)from + f[i].at, sizeof(v));
		json_set_num(out, f[i].key, v);
	}
}

bool
io_benchmark(const struct json *j, struct benchmark *out)
{
	static const struct io_field points[] = {
		{ "p10", offsetof(struct benchmark, p10) },
		{ "p25", offsetof(struct benchmark, p25) },
		{ "p50", offsetof(struct benchmark, p50) },
		{ "p75", offsetof(struct benchmark, p75) },
		{ "p90", offsetof(struct benchmark, p90) },
	};

	memset(out, 0, sizeof(*out));
	if (!json_is_object(j))
		return false;
	io_read(j, points, ARRAY_LEN(points), out);
	out->sample_size = io_int(j, "sample_size");
	out->confidence = benchmark_confidence_find(json_text(j, "confidence"));
	return true;
}

void
io_benchmarks(const struct json *j, struct benchmark_set *out)
{
	memset(out, 0, sizeof(*out));
	for (int m = 0; j && m < METRIC_ALL; m++) {
		struct benchmark b;

		if (io_benchmark(json_get(j, metric_name((enum metric)m)), &b))
			benchmark_put(out, (enum metric)m, &b);
	}
}

void
io_horizons(const struct json *j, struct horizons *out)
{
	*out = (struct horizons){ .given = json_is_array(j) };
	for (const struct json *h = out->given ? json_first(j) : NULL; h; h = json_next(h))
		horizons_add(out, json_as_text(h));
}

void
io_set_codes(struct json *out, const char *key, const struct codes *c)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < c->n; i++)
		json_push_text(a, c->at[i]);
	json_set(out, key, a);
}
