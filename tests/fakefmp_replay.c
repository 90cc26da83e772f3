/* Recorded answers: a directory of real files as they lie in the project's data, else a flat
 * directory of responses. */
#include "tests/fakefmp.h"

#include "core/num.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PATH_BUF = 1024 };

bool
fake_slurp(const char *path, struct str *out)
{
	char buf[65536];
	gzFile f = gzopen(path, "rb");
	int n;

	if (!f)
		return false;
	while ((n = gzread(f, buf, sizeof(buf))) > 0)
		str_put(out, buf, (size_t)n);
	gzclose(f);
	return true;
}

static bool
file_answer(const char *path, struct fake_answer *a)
{
	fake_set(a, 200, "text/csv", "");
	return fake_slurp(path, &a->body);
}

/* First rows of a recorded bulk answer, when `dir` is the folder that they lie in. */
static bool
head_answer(const char *dir, const char *name, struct fake_answer *a)
{
	char path[PATH_BUF];

	return fmt_buf(path, sizeof(path), "%s/%s.head.csv", dir, name) && file_answer(path, a);
}

/* First line of the first file of the folder whose name starts with `prefix` and ends in .csv. */
static bool
header_of_any(const char *dir, const char *prefix, struct fake_answer *a)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool found = false;
	char path[PATH_BUF];

	while (d && !found && (e = readdir(d))) {
		const char *dot = strrchr(e->d_name, '.');

		if (!str_starts(e->d_name, prefix) || !dot || strcmp(dot, ".csv") != 0)
			continue;
		found = fmt_buf(path, sizeof(path), "%s/%s", dir, e->d_name) &&
			file_answer(path, a);
	}
	if (d)
		closedir(d);
	if (found)
		a->body.len = strcspn(str_c(&a->body), "\r\n");
	if (found && a->body.p)
		a->body.p[a->body.len] = '\0';
	return found;
}

static void
replay_eod(const char *dir, struct date today, const struct fake_req *q, struct fake_answer *a)
{
	char path[PATH_BUF], iso[DATE_BUF], *text = fake_param(q, "date");
	struct date d;
	bool ok = text && date_parse(text, &d);

	free(text);
	if (!ok) {
		fake_set(a, 400, "application/json",
			 "Query Error: Invalid or missing query parameter - date");
		return;
	}
	fmt_buf(path, sizeof(path), "%s/prices/eod-bulk/%d/eod_%s.csv", dir, date_year(d),
		date_iso(d, iso));
	if (date_cmp(d, today) > 0 || !file_answer(path, a))
		fake_set(a, 200, "text/csv",
			 "\"symbol\",\"date\",\"open\",\"low\",\"high\",\"close\",\"adjClose\","
			 "\"volume\"");
}

/* "/stable/NAME-bulk": fmp-shape/NAME-bulk.csv, ..._YEAR_PERIOD.csv, or profile's part 0. */
static bool
replay_bulk(const char *dir, const struct fake_req *q, struct fake_answer *a)
{
	char path[PATH_BUF], folder[PATH_BUF];
	const char *name = q->path + strlen("/stable/");
	char *year = fake_param(q, "year"), *period = fake_param(q, "period");
	char *part = fake_param(q, "part");
	bool profile = strcmp(name, "profile-bulk") == 0, found = true;

	fmt_buf(folder, sizeof(folder), "%s/fmp-shape", dir);
	if (profile)
		fmt_buf(path, sizeof(path), "%s/profile-bulk_part0.csv", folder);
	else if (year && period)
		fmt_buf(path, sizeof(path), "%s/%s_%s_%s.csv", folder, name, year, period);
	else
		fmt_buf(path, sizeof(path), "%s/%s.csv", folder, name);
	if (profile && (!part || strcmp(part, "0") != 0))
		fake_set(a, 400, "application/json",
			 "Query Error: Invalid or missing query parameter - part");
	else
		found = file_answer(path, a) || head_answer(dir, name, a) ||
			header_of_any(folder, name, a);
	free(year);
	free(period);
	free(part);
	return found;
}

/* "2018-07-18,63.03,63.23,62.75,62.99,62.99,1201916" */
static bool
hist_line(const char *p, size_t n, struct hist *h)
{
	double *const into[] = { &h->open, &h->high, &h->low, &h->close, &h->adj, &h->volume };

	if (n < 11 || !date_parse_n(p, 10, &h->d))
		return false;
	p += 10;
	n -= 10;
	for (size_t i = 0; i < ARRAY_LEN(into); i++) {
		size_t len;

		if (n == 0 || *p != ',')
			return false;
		p++;
		n--;
		len = 0;
		while (len < n && p[len] != ',' && p[len] != '\r')
			len++;
		if (!num_parse(p, len, into[i]))
			*into[i] = 0;
		p += len;
		n -= len;
	}
	h->adj_factor = h->close > 0 ? h->adj / h->close : 1;
	return true;
}

static void
replay_history(const char *dir, struct date today, const char *symbol, const struct fake_req *q,
	       struct fake_answer *a)
{
	char path[PATH_BUF];
	STR_AUTO text = { 0 };
	struct hist *row = NULL;
	size_t n = 0, cap = 0;

	str_init(&text, FAKE_BODY_MAX);
	fmt_buf(path, sizeof(path), "%s/prices/by-ticker/%s.csv.gz", dir, symbol);
	if (!strchr(symbol, '/') && !fake_slurp(path, &text)) {
		fmt_buf(path, sizeof(path), "%s/prices/by-ticker/%s.csv", dir, symbol);
		fake_slurp(path, &text);
	}
	for (const char *p = str_c(&text); *p;) {
		size_t len = strcspn(p, "\n");
		struct hist h = { .d = DATE_NONE };

		if (hist_line(p, len, &h) && date_cmp(h.d, today) <= 0) {
			if (n == cap)
				row = mem_realloc(row, (cap = cap * 2 + 512) * sizeof(*row));
			row[n++] = h;
		}
		p += len + (p[len] == '\n');
	}
	for (size_t i = 0; i < n / 2; i++) { /* the file is newest first */
		struct hist h = row[i];

		row[i] = row[n - 1 - i];
		row[n - 1 - i] = h;
	}
	fake_history(q, symbol, row, n, a);
	free(row);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "b=2&a=1" -> "a=1&b=2"; owned. */
static char *
sorted_query(const char *query)
{
	char *part[64] = { NULL };
	size_t n = 0;
	struct str out;

	for (const char *p = query; *p && n < ARRAY_LEN(part);) {
		size_t len = strcspn(p, "&");

		part[n++] = mem_ndup(p, len);
		p += len + (p[len] == '&');
	}
	qsort(part, n, sizeof(*part), by_text);
	str_init(&out, PATH_BUF);
	for (size_t i = 0; i < n; i++) {
		str_fmt(&out, "%s%s", i ? "&" : "", part[i]);
		free(part[i]);
	}
	return out.p ? str_take(&out) : mem_dup("");
}

static void
status_beside(const char *body_path, struct fake_answer *a)
{
	char path[PATH_BUF];
	size_t len = strlen(body_path) - strlen(".body");
	STR_AUTO text = { 0 };

	str_init(&text, 64);
	if (fmt_buf(path, sizeof(path), "%.*s.status", (int)len, body_path) &&
	    fake_slurp(path, &text))
		a->status = (int)strtol(str_c(&text), NULL, 10);
}

/* DIR/responses/_stable_x?a=1&b=2.body, or without the query. */
static bool
replay_response(const char *dir, const struct fake_req *q, struct fake_answer *a)
{
	char path[PATH_BUF], flat[256], *query = sorted_query(q->query);
	bool found;

	str_copy(flat, sizeof(flat), q->path);
	for (char *p = flat; *p; p++)
		if (*p == '/')
			*p = '_';
	found = fmt_buf(path, sizeof(path), "%s/responses/%s?%s.body", dir, flat, query) &&
		file_answer(path, a);
	if (!found)
		found = fmt_buf(path, sizeof(path), "%s/responses/%s.body", dir, flat) &&
			file_answer(path, a);
	free(query);
	if (!found)
		return false;
	if (filings_host(q->path))
		a->type = "text/html";
	if (a->body.len > 0 && strchr("[{", a->body.p[0]))
		a->type = "application/json";
	status_beside(path, a);
	return true;
}

bool
serve_replay(const char *dir, struct date today, const struct fake_req *q, struct fake_answer *a)
{
	char v3[24] = "", *symbol;
	const char *end = strrchr(q->path, '-');

	if (replay_response(dir, q, a))
		return true;
	if (strstr(q->path, ".."))
		return false;
	if (replay_ratios(dir, q, a) || filings_replay(dir, q, a))
		return true;
	if (strcmp(q->path, "/stable/eod-bulk") == 0) {
		replay_eod(dir, today, q, a);
		return true;
	}
	if (str_starts(q->path, "/stable/") && end && strcmp(end, "-bulk") == 0)
		return replay_bulk(dir, q, a);
	if (strcmp(q->path, "/stable/splits") == 0 || strcmp(q->path, "/stable/dividends") == 0) {
		fake_set(a, 200, "application/json", "[]");
		return true;
	}
	if (replay_company(dir, q, a))
		return true;
	if (!fake_history_path(q->path, v3))
		return false;
	symbol = v3[0] ? mem_dup(v3) : fake_param(q, "symbol");
	if (symbol)
		replay_history(dir, today, symbol, q, a);
	else
		fake_set(a, 400, "application/json",
			 "Query Error: Invalid or missing query parameter - symbol");
	free(symbol);
	return true;
}

/* The exchange is the quoted cell right before ,"INDUSTRY": found by its known short codes. */
const char *
replay_exchange(const char *dir, const char *symbol)
{
	static const char *const codes[] = { "NASDAQ", "NYSE", "AMEX", "TSX" };
	char path[PATH_BUF], want[64], code[16];
	const char *found = "";
	STR_AUTO text = { 0 };

	str_init(&text, FAKE_BODY_MAX);
	fmt_buf(path, sizeof(path), "%s/fmp-shape/profile-bulk_part0.csv", dir);
	fmt_buf(want, sizeof(want), "\n\"%s\",", symbol);
	if (!fake_slurp(path, &text))
		return "";
	const char *line = strstr(str_c(&text), want);
	if (!line)
		return "";
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		const char *hit;

		fmt_buf(code, sizeof(code), ",\"%s\",", codes[i]);
		hit = strstr(line, code);
		if (hit && hit < line + 1 + strcspn(line + 1, "\n"))
			found = codes[i];
	}
	return found;
}
