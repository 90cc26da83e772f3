#include "jobs/fmp/filings.h"

#include "core/calendar.h"
#include "core/json.h"
#include "core/map.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 25 << 20, LINK_MAX = 400, RAW_MAX = 4096 };

static const char report_path[] = "/stable/financial-reports-json";

/* Fields of a row, and how many rows of the page have them. */
enum field { F_SYMBOL, F_FORM, F_FILED, F_LINK, FIELDS };

static const struct {
	const char *name, *other; /* the first one present wins */
} fields[FIELDS] = {
	[F_SYMBOL] = { "symbol", "ticker" },
	[F_FORM] = { "formType", "type" },
	[F_FILED] = { "filingDate", "fillingDate" },
	[F_LINK] = { "finalLink", "link" },
};

struct reader {
	struct job_ctx *c;
	const struct filing_list *list;
	struct filing_page *out;
	struct tally *t;
	struct map *seen;
	int64_t present[FIELDS];
};

static const char *
field(const struct json *row, enum field f)
{
	const char *v = json_text(row, fields[f].name);

	return v && *v ? v : json_text(row, fields[f].other);
}

/* "2024-03-01 22:47:48", a New York wall time; -1 when it is none. */
static int64_t
accepted(const char *s)
{
	struct date d;
	int h, m, sec = 0;

	if (!s || strlen(s) < 16 || !date_parse_n(s, 10, &d) || !calendar_covers(d) ||
	    s[13] != ':' || strspn(s + 11, "0123456789:") != strlen(s + 11))
		return -1;
	h = (int)strtol(s + 11, NULL, 10);
	m = (int)strtol(s + 14, NULL, 10);
	if (strlen(s) == 19)
		sec = (int)strtol(s + 17, NULL, 10);
	if (h > 23 || m > 59 || sec > 60)
		return -1;
	return calendar_ny_to_utc_ms(d, h * 60 + m) + sec * INT64_C(1000);
}

static bool
link_ok(const char *link)
{
	size_t n = strlen(link);

	for (const char *p = link; *p; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return n <= LINK_MAX && (str_starts(link, "https://") || str_starts(link, "http://"));
}

/* The form itself or its amendment. */
static bool
form_ok(const char *form, const char *want)
{
	size_t n = strlen(want);

	return strncmp(form, want, n) == 0 && (!form[n] || strcmp(form + n, "/A") == 0);
}

/* NULL, or why the row cannot be used. */
static const char *
decode(const struct reader *r, const struct json *row, struct filing *f)
{
	const char *symbol = field(row, F_SYMBOL), *filed = field(row, F_FILED);
	const char *link = field(row, F_LINK), *final = json_text(row, "finalLink");
	struct date day;

	if (!symbol || !ticker_normal(symbol, strlen(symbol), f->ticker))
		return "symbol is missing or unusable";
	if (!link || !link_ok(link))
		return "link is missing or unusable";
	f->accepted_ms = accepted(json_text(row, "acceptedDate"));
	day = f->accepted_ms >= 0 ? calendar_ny_date(f->accepted_ms, &(int){ 0 }) : DATE_NONE;
	if (!filed || strlen(filed) < 10 || !date_parse_n(filed, 10, &f->filed))
		f->filed = day;
	if (!date_is_set(f->filed))
		return "date is missing or unreadable";
	if (!date_is_set(day))
		day = f->filed;
	if (date_cmp(day, r->list->from) < 0 || date_cmp(day, r->list->to) > 0)
		return "dated outside the range asked for";
	f->document = final && *final && http_is_document(final);
	return NULL;
}

static void
refuse(struct reader *r, const char *why, const struct json *row)
{
	STR_AUTO raw = { 0 };

	str_init(&raw, RAW_MAX);
	json_print(row, &raw);
	r->t->rejected++;
	run_reject(r->c, why, str_c(&raw), raw.len);
}

static void
take(struct reader *r, const struct json *row)
{
	struct filing f = { .accepted_ms = -1 };
	const char *form = field(row, F_FORM), *why;
	char key[LINK_MAX + TICKER_BUF + 2];
	size_t before = map_count(r->seen);

	r->t->read++;
	for (int i = 0; i < FIELDS; i++)
		r->present[i] += field(row, (enum field)i) != NULL;
	if (form && !form_ok(form, r->list->form)) {
		r->t->skipped++;
		return;
	}
	str_copy(f.form, sizeof(f.form), str_or(form, r->list->form));
	why = decode(r, row, &f);
	if (why) {
		refuse(r, why, row);
		return;
	}
	fmt_buf(key, sizeof(key), "%s %s", f.ticker, field(row, F_LINK));
	if (map_add(r->seen, key, strlen(key)) < before) {
		r->t->skipped++;
		return;
	}
	f.link = mem_dup(field(row, F_LINK));
	vec_push(&r->out->rows, f);
}

static int
check_fields(const struct reader *r, struct err *e)
{
	for (int i = 0; r->out->sent > 0 && i < FIELDS; i++)
		if (r->present[i] == 0)
			return err_set(e, ERR_PROTOCOL, "%s: no row has \"%s\"; nothing is stored",
				       r->list->path, fields[i].name);
	return 0;
}

static int
each_row(struct reader *r, const struct str *body, struct err *e)
{
	struct json *root = json_parse(str_c(body), body->len, e);
	int rc = 0;

	if (!root)
		return err_wrap(e, "%s", r->list->path);
	if (!json_is_array(root))
		rc = err_set(e, ERR_PROTOCOL, "%s: not a list", r->list->path);
	for (const struct json *row = rc == 0 ? json_first(root) : NULL; row;
	     row = json_next(row)) {
		r->out->sent++;
		take(r, row);
	}
	json_free(root);
	return rc == 0 ? check_fields(r, e) : rc;
}

int
filings_fetch(struct job_ctx *c, const struct filing_list *list, int page, struct filing_page *out,
	      struct tally *t, struct err *e)
{
	char a[DATE_BUF], b[DATE_BUF], p[16], n[16];
	struct http_arg args[6] = { { "from", date_iso(list->from, a) },
				    { "to", date_iso(list->to, b) },
				    { "page", p },
				    { "limit", n } };
	const struct http_req q = { .path = list->path, .args = args, .kind = HTTP_JSON };
	struct reader r = { .c = c, .list = list, .out = out, .t = t };
	struct http_resp resp;
	STR_AUTO body = { 0 };
	int rc;

	fmt_buf(p, sizeof(p), "%d", page);
	fmt_buf(n, sizeof(n), "%d", list->limit);
	if (list->ask_form)
		args[4] = (struct http_arg){ "formType", list->form };
	str_init(&body, BODY_MAX);
	out->sent = 0;
	if (run_check(c, e) < 0 || http_get_mem(c->http, &q, &body, &resp, e) < 0)
		return -1;
	if (resp.empty)
		return 0;
	r.seen = map_new();
	for (size_t i = 0; i < out->rows.n; i++) {
		char key[LINK_MAX + TICKER_BUF + 2];

		fmt_buf(key, sizeof(key), "%s %s", out->rows.at[i].ticker, out->rows.at[i].link);
		map_add(r.seen, key, strlen(key));
	}
	rc = each_row(&r, &body, e);
	map_free(r.seen);
	return rc;
}

void
filing_page_done(struct filing_page *p)
{
	for (size_t i = 0; i < p->rows.n; i++)
		free(p->rows.at[i].link);
	vec_done(&p->rows);
	p->sent = 0;
}

/* "Sep. 27, 2025", "May 31, 2025". */
static struct date
named_day(const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[DATE_BUF], month[4] = "";
	const char *at;
	char *end;
	long day, year;
	struct date d = DATE_NONE;

	str_copy(month, sizeof(month), s);
	at = strlen(month) == 3 ? strstr(months, month) : NULL;
	if (!at || (at - months) % 3 != 0)
		return DATE_NONE;
	s += strcspn(s, " ");
	day = strtol(s, &end, 10);
	year = *end == ',' ? strtol(end + 1, &end, 10) : 0;
	if (day < 1 || day > 31 || year < 1900 || year > 2199)
		return DATE_NONE;
	fmt_buf(iso, sizeof(iso), "%04ld-%02d-%02ld", year, (int)(at - months) / 3 + 1, day);
	return date_parse(iso, &d) ? d : DATE_NONE;
}

/* The cover page is the first section; its "items" begin with the day that the period ends. */
static struct date
period_of(const struct json *report)
{
	const struct json *section = json_first(report);

	while (section && !json_is_array(section))
		section = json_next(section);
	for (const struct json *line = section ? json_first(section) : NULL; line;
	     line = json_next(line)) {
		const struct json *items = json_get(line, "items");
		const char *first = items ? json_as_text(json_first(items)) : NULL;

		if (first)
			return named_day(first);
	}
	return DATE_NONE;
}

static int
read_report(const struct str *body, int asked, struct report *out, struct err *e)
{
	struct json *root = json_parse(str_c(body), body->len, e);
	const struct json *report = root;
	struct num year;

	if (!root)
		return err_wrap(e, "%s", report_path);
	if (json_is_array(root))
		report = json_first(root);
	if (report && json_is_object(report)) {
		year = json_num(report, "year");
		out->found = true;
		out->year = year.has ? (int)year.v : asked;
		out->period = period_of(report);
	}
	json_free(root);
	return 0;
}

/* A miss is an error object with status 200. */
int
report_fetch(struct job_ctx *c, const char *ticker, int year, struct report *out, struct err *e)
{
	char y[16];
	const struct http_arg args[] = {
		{ "symbol", ticker }, { "year", y }, { "period", "FY" }, { NULL, NULL }
	};
	const struct http_req q = { .path = report_path, .args = args, .kind = HTTP_JSON };
	struct http_resp resp;
	STR_AUTO body = { 0 };

	*out = (struct report){ .period = DATE_NONE };
	fmt_buf(y, sizeof(y), "%d", year);
	str_init(&body, BODY_MAX);
	if (run_check(c, e) < 0)
		return -1;
	if (http_get_mem(c->http, &q, &body, &resp, e) < 0) {
		if (e->cls != ERR_DATA || e->http != 200 || !strstr(resp.head, "No Data"))
			return -1;
		*e = (struct err)ERR_INIT;
		return 0;
	}
	return resp.empty ? 0 : read_report(&body, year, out, e);
}
