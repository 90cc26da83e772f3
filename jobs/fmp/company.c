#include "jobs/fmp/company.h"

#include "core/json.h"

#include <string.h>

enum { BODY_MAX = 4 << 20, EMPLOYEES_DIGITS = 24 };

static const char path[] = "/stable/profile";

/* All of them: one that is gone would empty a column of every row that is stored. */
const struct csv_column company_columns[COMPANY_COLUMNS] = {
	[COMPANY_SYMBOL] = { "symbol|ticker", true },
	[COMPANY_NAME] = { "companyName", true },
	[COMPANY_DESCRIPTION] = { "description", true },
	[COMPANY_SECTOR] = { "sector", true },
	[COMPANY_INDUSTRY] = { "industry", true },
	[COMPANY_COUNTRY] = { "country", true },
	[COMPANY_WEBSITE] = { "website", true },
	[COMPANY_CEO] = { "ceo", true },
	[COMPANY_EMPLOYEES] = { "fullTimeEmployees", true },
};

/* "164,000": a whole number that the column can hold, else unknown. */
static int64_t
employees_of(const struct csv_cell *cell)
{
	char digits[EMPLOYEES_DIGITS];
	size_t len = cell->len, n = 0;
	const char *p = cell_trim(cell->p, &len);
	int64_t v;

	for (size_t i = 0; i < len && n < sizeof(digits); i++)
		if (p[i] != ',')
			digits[n++] = p[i];
	if (n == sizeof(digits) || !num_parse_i64(digits, n, &v) || v < 0 || v > INT32_MAX)
		return -1;
	return v;
}

bool
company_decode(const struct csv_row *row, struct company *p)
{
	const struct csv_cell *cell = row->cell;

	if (!ticker_normal(cell[COMPANY_SYMBOL].p, cell[COMPANY_SYMBOL].len, p->ticker))
		return false;
	for (int i = COMPANY_NAME; i <= COMPANY_CEO; i++) {
		p->text[i].len = cell[i].len;
		p->text[i].p = cell_text(cell[i].p, &p->text[i].len);
	}
	if (p->text[COMPANY_DESCRIPTION].p)
		p->text[COMPANY_DESCRIPTION] = cell[COMPANY_DESCRIPTION];
	p->employees = employees_of(&cell[COMPANY_EMPLOYEES]);
	return true;
}

/* json_get() cannot tell a member that is null from one that is not there. */
static bool
has_member(const struct json *obj, const char *name, size_t n)
{
	const char *key;

	for (size_t i = 0; i < json_len(obj); i++) {
		json_member(obj, i, &key);
		if (strlen(key) == n && strncmp(key, name, n) == 0)
			return true;
	}
	return false;
}

/* The first of "a|b" that the object has, as a name; NULL when it has none. */
static const char *
member_of(const struct json *obj, const char *names, char name[64])
{
	for (;;) {
		size_t n = strcspn(names, "|");

		if (n < 64 && has_member(obj, names, n)) {
			memcpy(name, names, n);
			name[n] = '\0';
			return name;
		}
		if (names[n] == '\0')
			return NULL;
		names += n + 1;
	}
}

/* The object as a row of the bulk file, so that one rule judges both. */
struct laid_out {
	struct csv_cell cell[COMPANY_COLUMNS];
	char buf[COMPANY_COLUMNS][NUM_BUF];
};

static int
lay_out(const struct json *obj, struct laid_out *out, struct err *e)
{
	char name[64];

	for (int i = 0; i < COMPANY_COLUMNS; i++) {
		const char *names = company_columns[i].names;

		if (!member_of(obj, names, name))
			return err_set(e, ERR_PROTOCOL, "a profile without the member \"%s\"",
				       names);
		out->cell[i] = cell_of_json(json_get(obj, name), out->buf[i]);
		if (!out->cell[i].p)
			out->cell[i] = (struct csv_cell){ "", 0 };
	}
	return 0;
}

static int
is_about(const struct json *obj, const char *ticker, struct err *e)
{
	const char *symbol = json_text(obj, "symbol");
	char own[TICKER_BUF];

	if (!symbol || (ticker_normal(symbol, strlen(symbol), own) && strcmp(own, ticker) == 0))
		return 0;
	return err_set(e, ERR_DATA, "the answer is about %.40s", symbol);
}

/* *obj = the profile, NULL when the vendor has none; inside *root, which is owned by the caller. */
static int
parse(const struct str *body, const char *ticker, struct json **root, const struct json **obj,
      struct err *e)
{
	*obj = NULL;
	*root = json_parse(str_c(body), body->len, e);
	if (!*root)
		return -1;
	if (!json_is_array(*root))
		return err_set(e, ERR_PROTOCOL, "not a list");
	*obj = json_first(*root);
	if (*obj && !json_is_object(*obj))
		return err_set(e, ERR_PROTOCOL, "a list of something else than profiles");
	return *obj ? is_about(*obj, ticker, e) : 0;
}

int
company_get(struct job_ctx *c, const char *ticker, csv_row_fn *fn, void *arg, bool *known,
	    struct err *e)
{
	const struct http_arg args[] = { { "symbol", ticker }, { NULL, NULL } };
	const struct http_req q = { .path = path, .args = args, .kind = HTTP_JSON };
	struct http_resp resp;
	struct json *root = NULL;
	const struct json *obj = NULL;
	struct laid_out out;
	STR_AUTO body = { 0 };

	*known = false;
	str_init(&body, BODY_MAX);
	if (http_get_mem(c->http, &q, &body, &resp, e) < 0)
		return -1;
	if (resp.empty)
		return 0;
	int rc = parse(&body, ticker, &root, &obj, e);

	if (rc == 0 && obj)
		rc = lay_out(obj, &out, e);
	if (rc < 0)
		err_wrap(e, "%s (status %d, \"%.120s\")", path, resp.status, resp.head);
	*known = rc == 0 && obj;
	if (*known)
		rc = fn(arg, &(struct csv_row){ .cell = out.cell, .number = 1 }, e);
	json_free(root);
	return rc;
}
