#include "core/job.h"

static const struct {
	const char *name;
	size_t offset;
} counts[] = {
	{ "read", offsetof(struct tally, read) },
	{ "inserted", offsetof(struct tally, inserted) },
	{ "updated", offsetof(struct tally, updated) },
	{ "unchanged", offsetof(struct tally, unchanged) },
	{ "rejected", offsetof(struct tally, rejected) },
	{ "skipped", offsetof(struct tally, skipped) },
	{ "errors", offsetof(struct tally, errors) },
};

static int64_t
count_at(const struct tally *t, size_t i)
{
	return *(const int64_t *)(const void *)((const char *)t + counts[i].offset);
}

void
tally_put(const struct tally *t, char joint, struct str *out)
{
	char n[NUM_BUF];

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		str_fmt(out, "%s%s%c%s", i ? " " : "", counts[i].name, joint,
			num_count(count_at(t, i), n));
}

struct json *
json_counts(const struct tally *t)
{
	struct json *o = json_new_object();

	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		if (count_at(t, i) < 0)
			json_set_null(o, counts[i].name);
		else
			json_set_int(o, counts[i].name, count_at(t, i));
	}
	return o;
}
