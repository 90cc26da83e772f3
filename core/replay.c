#include "core/replay.h"

#include "core/json.h"

#include <string.h>

struct reading {
	const struct answer_reader *reader;
	struct date day;
	struct replayed *out;
};

static const struct answer_reader *
reader_of(const struct answer_reader *readers, const char *path)
{
	for (; readers && readers->path; readers++)
		if (str_same(readers->path, path))
			return readers;
	return NULL;
}

/* The day that was asked for stands in the request: "...?date=2026-02-02&...". */
static struct date
day_of(const char *url, struct date as_of)
{
	const char *at = strstr(url, "date=");
	struct date d;

	return at && date_parse_n(at + 5, strcspn(at + 5, "&"), &d) ? d : as_of;
}

static void
count_reason(struct replayed *out, const char *why, int64_t row)
{
	size_t i = 0;

	out->rejected++;
	while (i < out->nreasons && strncmp(out->reason[i].why, why, REPLAY_REASON - 1) != 0)
		i++;
	if (i == REPLAY_REASONS)
		return;
	if (i == out->nreasons) {
		str_copy(out->reason[i].why, REPLAY_REASON, why);
		out->reason[i].first = row;
		out->nreasons++;
	}
	out->reason[i].n++;
}

static int
take_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct reading *r = arg;
	const char *why = row->bad;

	(void)e;
	r->out->rows++;
	if (!why && r->reader && r->reader->judge)
		why = r->reader->judge(row, r->day);
	if (why)
		count_reason(r->out, why, row->number);
	return 0;
}

/* Which of the wanted columns the header lacks, whatever the rows say. */
static void
look_at_header(const struct answer_reader *reader, const char *header, struct replayed *out)
{
	struct str list;

	str_init(&list, sizeof(out->lacking) - 1);
	out->found = 0;
	for (size_t i = 0; reader && i < reader->n; i++) {
		const char *names = reader->columns[i].names;
		bool has = false;

		for (size_t n; *names && !has; names += n + (names[n] == '|')) {
			n = strcspn(names, "|");
			for (const char *h = header; *h && !has;) {
				size_t len = strcspn(h, ",");

				has = len == n && strncmp(h, names, n) == 0;
				h += len + (h[len] == ',');
			}
		}
		out->found += has;
		if (!has)
			str_fmt(&list, "%s%s%s", list.len ? ", " : "", reader->columns[i].names,
				reader->columns[i].required ? " (mandatory)" : "");
	}
	str_copy(out->lacking, sizeof(out->lacking), str_c(&list));
	str_done(&list);
}

/* Of a body that was kept in part the last line is half. */
static size_t
whole_lines(const struct evidence *v)
{
	size_t n = v->nbody;

	if (v->bytes > (int64_t)v->nbody)
		while (n > 0 && v->body[n - 1] != '\n')
			n--;
	return n;
}

static void
read_csv(const struct evidence *v, struct reading *r)
{
	const struct answer_reader *reader = r->reader;
	struct csv_reader *csv =
		csv_open(reader ? reader->columns : NULL, reader ? reader->n : 0, take_row, r);
	struct err *e = &r->out->refused, unused = ERR_INIT;
	int rc = csv_feed(csv, v->body, whole_lines(v), e);

	/* A part of a file may end inside quotes. */
	if (rc == 0 && csv_finish(csv, r->out->cut ? &unused : e) == 0)
		r->out->others = csv_unknown(csv);
	look_at_header(reader, csv_header(csv), r->out);
	csv_close(csv);
}

static void
read_json(const struct evidence *v, struct replayed *out)
{
	struct json *root;

	if (out->cut)
		return; /* half a tree cannot be read */
	root = json_parse(v->body, v->nbody, &out->refused);
	if (root)
		out->rows = (int64_t)json_len(root);
	json_free(root);
}

void
replay(const struct answer_reader *readers, const struct evidence *v, struct date as_of,
       struct replayed *out)
{
	struct reading r = { reader_of(readers, v->endpoint), day_of(v->url, as_of), out };
	bool csv = str_same(v->format, "csv"), empty = false;
	struct http_req q = { .path = v->endpoint, .kind = csv ? HTTP_CSV : HTTP_JSON };

	*out = (struct replayed){ .refused = ERR_INIT };
	out->known = r.reader != NULL;
	out->wanted = r.reader ? r.reader->n : 0;
	out->cut = v->bytes > (int64_t)v->nbody;
	if (http_verdict(&q, v->status, v->body, v->nbody, &empty, &out->refused) < 0)
		return;
	if (empty)
		err_set(&out->refused, ERR_EMPTY, "the answer is empty");
	else if (csv)
		read_csv(v, &r);
	else
		read_json(v, out);
	if (out->refused.cls == ERR_NONE && csv && out->rows == 0)
		err_set(&out->refused, ERR_EMPTY, "a header and no row");
}
