/* Filings of the synthetic market: the two lists, the yearly reports, and the documents that the
 * lists name, all from the same chance.  A document's path says whose it is and of which session.
 */
#include "tests/fakefmp.h"
#include "tests/fakefmp_market.h"

#include "core/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SALT_8K = 0x8b,
	SALT_10K = 0x10b,
	CIK = 1000000,
	ONE_IN = 21,		 /* sessions between the 8-Ks of a company */
	ANNUAL = 500000,	 /* number of an annual report, besides its session */
	LIST_MAX = 1000,	 /* the vendor's own ceiling */
	LATE_MIN = 17 * 60 + 30, /* accepted after that: filed the next session */
	LINK_BUF = 160
};

#define ARCHIVES "/Archives/edgar/data/"

/* One filing, of a company and a session. */
struct paper {
	const struct stock *s;
	int session;
	bool annual;
	int fiscal_year; /* of annual ones */
	uint64_t h;
};

bool
filings_host(const char *path)
{
	return str_starts(path, "/Archives/");
}

bool
filings_admit(const struct fake_req *q, struct fake_answer *a)
{
	if (q->key) {
		fake_set(a, 400, "text/html", "<html>an API key has no business here</html>\n");
		return false;
	}
	if (q->agent && strchr(q->agent, '@'))
		return true;
	fake_set(a, 403, "text/html",
		 "<!DOCTYPE html><html><head><title>SEC.gov | Your Request Originates from an "
		 "Undeclared Automated Tool</title></head><body>Please declare your traffic by "
		 "updating your user agent</body></html>\n");
	return false;
}

static bool
files(const struct stock *s)
{
	return s->kind <= KIND_ADR;
}

static bool
has_8k(const struct market *m, const struct stock *s, int session, struct paper *p)
{
	*p = (struct paper){ .s = s, .session = session };
	p->h = market_hash(m->o.seed ^ SALT_8K, (uint64_t)s->id, (uint64_t)session);
	return files(s) && market_listed(s, session) && p->h % ONE_IN == 0;
}

static struct date
fiscal_end(const struct stock *s, int year)
{
	static const int month[] = { 12, 9, 6 }, day[] = { 31, 30, 30 };

	return date_of(year, month[s->id % 3], day[s->id % 3]);
}

/* The report on a fiscal year; every fourth company files some. */
static bool
has_10k(const struct market *m, const struct stock *s, int year, struct paper *p)
{
	struct date due;

	*p = (struct paper){ .s = s, .annual = true, .fiscal_year = year };
	p->h = market_hash(m->o.seed ^ SALT_10K, (uint64_t)s->id, (uint64_t)year);
	due = date_add_days(fiscal_end(s, year), 55 + (int)(p->h % 20));
	p->session = market_session(m, due);
	return files(s) && s->id % 4 == 0 && p->session > 0 &&
	       date_cmp(due, m->day[m->nsessions - 1]) <= 0 && market_listed(s, p->session);
}

static void
link_of(const struct market *m, const struct paper *p, char out[LINK_BUF])
{
	int cik = CIK + p->s->id, year = date_year(m->day[p->session]) % 100;
	const char *file = p->annual ? "annual.htm" : "form8-k.htm";

	if (p->h % 7 == 1)
		file = p->annual ? "annual.txt" : "form8-k.txt";
	if (!p->annual && p->h % 13 == 0)
		file = "ex99-1.jpg";
	fmt_buf(out, LINK_BUF, "https://www.sec.gov" ARCHIVES "%d/%010d%02d%06d/%s", cik, cik, year,
		p->session + (p->annual ? ANNUAL : 0), file);
}

static void
put_row(struct str *out, const struct market *m, const struct paper *p, const char *class)
{
	int minutes = 16 * 60 + 5 + (int)(p->h >> 20) % 360;
	struct date day = m->day[p->session];
	struct date filed = minutes > LATE_MIN ? calendar_next(day) : day;
	char link[LINK_BUF], a[DATE_BUF], b[DATE_BUF];

	link_of(m, p, link);
	str_fmt(out,
		"%s{\"symbol\":\"%s%s\",\"cik\":\"%010d\",\"filingDate\":\"%s 00:00:00\","
		"\"acceptedDate\":\"%s %02d:%02d:%02d\",\"formType\":\"%s\",",
		out->len > 1 ? "," : "", p->s->symbol, class, CIK + p->s->id, date_iso(filed, a),
		date_iso(day, b), minutes / 60, minutes % 60, (int)(p->h % 60),
		p->annual ? "10-K" : "8-K");
	if (!p->annual)
		str_puts(out, "\"hasFinancials\":null,");
	str_fmt(out, "\"link\":\"%.*s-index.htm\",\"finalLink\":\"%s\"}",
		(int)(strrchr(link, '/') - link), link, link);
}

/* Where the page is: rows before `from` and behind `to` are counted only. */
struct window {
	long from, to, at;
	struct date first, last;
};

static void
put_paper(struct str *out, struct window *w, const struct market *m, const struct paper *p)
{
	static const char *const class[] = { "", "WW" };

	/* Some companies have a second security, and the list a second row. */
	for (int i = 0; i < (p->s->id % 17 == 0 ? 2 : 1); i++, w->at++)
		if (w->at >= w->from && w->at < w->to)
			put_row(out, m, p, class[i]);
}

static long
number(const struct fake_req *q, const char *name, long dflt)
{
	char *text = fake_param(q, name);
	long v = text ? strtol(text, NULL, 10) : dflt;

	free(text);
	return v;
}

static struct date
day(const struct fake_req *q, const char *name, struct date dflt)
{
	char *text = fake_param(q, name);
	struct date d;

	if (!text || !date_parse(text, &d))
		d = dflt;
	free(text);
	return d;
}

static struct window
window(const struct fake_req *q, struct date today)
{
	long limit = number(q, "limit", 100);
	struct window w = { .first = day(q, "from", date_add_days(today, -90)),
			    .last = day(q, "to", today) };

	limit = limit < 1 || limit > LIST_MAX ? LIST_MAX : limit;
	w.from = number(q, "page", 0) * limit;
	w.to = w.from + limit;
	if (date_cmp(w.last, today) > 0)
		w.last = today;
	return w;
}

/* Newest first, as the vendor does. */
static void
serve_list(const struct market *m, struct date today, bool annual, const struct fake_req *q,
	   struct fake_answer *a)
{
	struct window w = window(q, today);
	struct paper p;

	fake_set(a, 200, "application/json", "[");
	for (int day_no = market_session(m, w.last);
	     day_no >= 0 && date_cmp(m->day[day_no], w.first) >= 0 && w.at < w.to; day_no--) {
		int year = date_year(m->day[day_no]);

		for (size_t i = 0; i < m->n; i++) {
			if (!annual && has_8k(m, &m->stock[i], day_no, &p))
				put_paper(&a->body, &w, m, &p);
			for (int y = year - 1; annual && y <= year; y++)
				if (has_10k(m, &m->stock[i], y, &p) && p.session == day_no)
					put_paper(&a->body, &w, m, &p);
		}
	}
	str_putc(&a->body, ']');
}

static const char *const months[] = { "Jan.", "Feb.", "Mar.", "Apr.", "May",  "Jun.",
				      "Jul.", "Aug.", "Sep.", "Oct.", "Nov.", "Dec." };

static const struct stock *
company(const struct market *m, const char *symbol)
{
	char plain[24];
	size_t n = strlen(symbol);
	const struct stock *s = market_find(m, symbol);

	if (s || n < 3 || n >= sizeof(plain) || strcmp(symbol + n - 2, "WW") != 0)
		return s;
	fmt_buf(plain, sizeof(plain), "%.*s", (int)(n - 2), symbol);
	return market_find(m, plain);
}

static void
serve_report(const struct market *m, struct date today, const struct fake_req *q,
	     struct fake_answer *a)
{
	char *symbol = fake_param(q, "symbol");
	int year = (int)number(q, "year", 0), y, month, dom;
	const struct stock *s = symbol ? company(m, symbol) : NULL;
	struct paper p;

	if (!s || year < 1996 || !has_10k(m, s, year, &p) ||
	    date_cmp(m->day[p.session], today) > 0) {
		fake_set(a, 200, "application/json",
			 "{\"Error Message\":\"No Data for this symbol or invalid API call\"}");
		free(symbol);
		return;
	}
	fake_set(a, 200, "application/json", "");
	date_split(fiscal_end(s, year), &y, &month, &dom);
	str_fmt(&a->body,
		"{\"symbol\":\"%s\",\"period\":\"FY\",\"year\":\"%d\",\"Cover Page\":[{\"Cover "
		"Page "
		"- USD ($)\":[\"12 Months Ended\",\"\",\"\"]},{\"items\":[\"%s %d, "
		"%d\",\"\",\"\"]},"
		"{\"Entity Information [Line Items]\":[\"\",\"\",\"\"]}],\"CONSOLIDATED STATEMENTS "
		"OF OPER\":[{\"items\":[\"%s %d, %d\"]},{\"Net sales\":[%d]}]}",
		symbol, year, months[month - 1], dom, y, months[month - 1], dom, y,
		1000 + s->id % 977);
	free(symbol);
}

/* A heading as filers write it: five ways to part its two words. */
static const char *
parted(uint64_t h)
{
	static const char *const way[] = { "Item ", "ITEM&nbsp;", "Item&#160;",
					   "It<span>em</span> ", "<b>Item</b>\xa0" };

	return way[h % ARRAY_LEN(way)];
}

static void
event_page(const struct paper *p, bool html, struct str *out)
{
	static const char *const item[] = {
		"1.01", "1.02", "2.01", "5.02", "8.01", "7.01", "2.02"
	};

	str_puts(out, html ? "<html><head><title>8-K</title></head><body>\n<p>FORM 8-K</p>\n"
			   : "FORM 8-K\n\n");
	str_fmt(out, html ? "<p>%s, caf\xe9 and offices</p>\n" : "%s, caf\xe9 and offices\n\n",
		p->s->symbol);
	for (int i = 0; i < 2; i++)
		str_fmt(out,
			html ? "<p>%s%s&nbsp; What has happened.</p>\n"
			     : "%s%s What has happened.\n\n",
			html ? parted(p->h >> (8 + 8 * i)) : "Item ",
			item[(p->h >> (24 + 8 * i)) % ARRAY_LEN(item)]);
	str_puts(out,
		 html ? "<p>Item 9.01 Exhibits.</p></body></html>\n" : "Item 9.01 Exhibits.\n");
}

static void
annual_page(const struct paper *p, bool html, struct str *out)
{
	static const struct {
		const char *number, *title;
	} item[] = { { "1", "Business" },
		     { "1A", "Risk Factors" },
		     { "2", "Properties" },
		     { "7", "Management's Discussion" },
		     { "8", "Financial Statements" } };
	static const char *const text[] = {
		"We depend on a limited number of suppliers in China and Mexico.",
		"A single supplier feeds our manufacturing in the United States.",
		"We buy from multiple suppliers in Canada and the EU.", "We sell software."
	};
	const char *open = html ? "<p>" : "", *close = html ? "</p>\n" : "\n\n";

	str_puts(out, html ? "<html><head><title>10-K</title></head><body>\n<table>\n" : "");
	for (size_t i = 0; i < ARRAY_LEN(item); i++)
		str_fmt(out, html ? "<tr><td>Item %s.</td><td>%s</td></tr>\n" : "Item %s. %s\n",
			item[i].number, item[i].title);
	str_puts(out, html ? "</table>\n" : "\n");
	for (size_t i = 0; i < ARRAY_LEN(item); i++) {
		str_fmt(out, "%s%s%s. %s%s", open, html ? parted(p->h >> (8 + i)) : "ITEM ",
			item[i].number, item[i].title, close);
		for (int k = 0; k < 6; k++)
			str_fmt(out, "%sThis part of the synthetic report number %d says little.%s",
				open, p->s->id, close);
		str_fmt(out, "%s%s%s", open, text[(p->h >> (16 + i)) % ARRAY_LEN(text)], close);
	}
	if (p->h % 3)
		str_puts(out, html ? "</body></html>\n" : "");
}

/* "/Archives/edgar/data/CIK/ACCESSION/FILE" back to its filing. */
static bool
paper_at(const struct market *m, const char *path, struct paper *p)
{
	char tail[64], link[LINK_BUF];
	long cik, number_of;
	char *end;
	bool found = false;

	cik = strtol(path + strlen(ARCHIVES), &end, 10);
	if (*end != '/' || strlen(end) < 20)
		return false;
	fmt_buf(tail, sizeof(tail), "%.6s", end + 13);
	number_of = strtol(tail, NULL, 10);
	for (size_t i = 0; i < m->n && !found; i++) {
		const struct stock *s = &m->stock[i];

		if (s->id != cik - CIK)
			continue;
		if (number_of < ANNUAL)
			found = number_of < m->nsessions && has_8k(m, s, (int)number_of, p);
		else if (number_of - ANNUAL < m->nsessions)
			for (int y = date_year(m->day[number_of - ANNUAL]), k = 1; k >= 0 && !found;
			     k--)
				found = has_10k(m, s, y - k, p) && p->session == number_of - ANNUAL;
	}
	if (found)
		link_of(m, p, link);
	return found && str_same(strstr(link, ARCHIVES), path);
}

static bool
serve_document(const struct market *m, struct date today, const struct fake_req *q,
	       struct fake_answer *a)
{
	struct paper p;
	bool html = strstr(q->path, ".htm") != NULL;

	if (!str_starts(q->path, ARCHIVES) || !paper_at(m, q->path, &p) ||
	    date_cmp(m->day[p.session], today) > 0) {
		fake_set(a, 404, "text/html", "<html><title>404 Not Found</title></html>\n");
		return true;
	}
	if (strstr(q->path, ".jpg")) {
		fake_set(a, 200, "image/jpeg", "\xff\xd8\xff\xe0 a picture");
		return true;
	}
	fake_set(a, 200, html ? "text/html; charset=ISO-8859-1" : "text/plain; charset=ISO-8859-1",
		 "");
	if (p.annual)
		annual_page(&p, html, &a->body);
	else
		event_page(&p, html, &a->body);
	return true;
}

bool
filings_market(const struct market *m, struct date today, const struct fake_req *q,
	       struct fake_answer *a)
{
	bool events = strcmp(q->path, "/stable/sec-filings-8k") == 0;

	if (filings_host(q->path))
		return serve_document(m, today, q, a);
	if (events || strcmp(q->path, "/stable/sec-filings-search/form-type") == 0)
		serve_list(m, today, !events, q, a);
	else if (strcmp(q->path, "/stable/financial-reports-json") == 0)
		serve_report(m, today, q, a);
	else
		return false;
	return true;
}

static bool
file_body(const char *path, struct fake_answer *a)
{
	char buf[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		return false;
	fake_set(a, 200, "application/json", "");
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_put(&a->body, buf, n);
	fclose(f);
	return true;
}

/* What was recorded: one page of a list, the beginning of one report. */
bool
filings_replay(const char *dir, const struct fake_req *q, struct fake_answer *a)
{
	char path[512];
	char *symbol;
	bool found = false;

	if (strcmp(q->path, "/stable/sec-filings-8k") == 0) {
		fmt_buf(path, sizeof(path), "%s/fmp/json/sec-filings-8k_2024-03.head.json", dir);
		found = file_body(path, a);
		if (found && number(q, "page", 0) > 0)
			fake_set(a, 200, "application/json", "[]");
	} else if (strcmp(q->path, "/stable/financial-reports-json") == 0) {
		symbol = fake_param(q, "symbol");
		fmt_buf(path, sizeof(path),
			"%s/fmp/json/financial-reports-json_%s_%ld_FY.head.json", dir,
			str_or(symbol, ""), number(q, "year", 0));
		found = file_body(path, a);
		free(symbol);
	}
	return found;
}
