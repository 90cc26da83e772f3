#include "core/params.h"

#include "core/cli.h"
#include "core/json.h"
#include "core/num.h"
#include "core/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TICKER_MAX = 20, VALUE_MAX = 4096 };

const struct param_def params_common[] = {
	{ .name = "ticker", .type = PARAM_TICKER, .help = "only this ticker" },
	{ .name = "limit",
	  .type = PARAM_INT,
	  .help = "only the first N tickers in alphabetical order; 0 = all",
	  .max = INT64_C(1000000000) },
	{ .name = "dry_run", .type = PARAM_BOOL, .help = "compute and log, write nothing" },
	{ .name = "force",
	  .type = PARAM_BOOL,
	  .help = "run although it is done; publish although a guard objects" },
};
/* Of a launch where somebody is asked: not over HTTP, and not of every job. */
static const struct param_def launch_diff = { .name = "diff",
					      .type = PARAM_BOOL,
					      .help = "show what would change, then ask" };
const size_t params_common_count = ARRAY_LEN(params_common);

void
params_done(struct params *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->at[i].value);
	p->n = 0;
}

void
params_copy(struct params *to, const struct params *from)
{
	*to = *from;
	for (size_t i = 0; i < to->n; i++)
		to->at[i].value = mem_dup(from->at[i].value);
}

/* Equal when hyphens and underscores are the same sign. */
static bool
same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

/* On the command line the ledger's "start" and "end" are --from and --to. */
static const char *
alias(const char *name)
{
	if (str_same(name, "from"))
		return "start";
	return str_same(name, "to") ? "end" : name;
}

static const struct param_def *
find_in(const struct param_def *defs, const char *name)
{
	for (; defs && defs->name; defs++)
		if (same_name(defs->name, name))
			return defs;
	return NULL;
}

const struct param_def *
params_find(const struct param_def *defs, const char *name)
{
	const struct param_def *d = find_in(defs, name);

	if (!d)
		d = find_in(defs, alias(name));
	for (size_t i = 0; i < params_common_count && !d; i++)
		if (same_name(params_common[i].name, name))
			d = &params_common[i];
	return d || !same_name(launch_diff.name, name) ? d : &launch_diff;
}

static int
check_int(const struct param_def *d, const char *value, struct str *out, struct err *e)
{
	bool open_ended = d->min == 0 && d->max == 0;
	int64_t v;

	if (!num_parse_i64(value, strlen(value), &v))
		return err_set(e, ERR_USAGE, "%s: \"%s\" is not a whole number", d->name, value);
	if (!open_ended && (v < d->min || v > d->max))
		return err_set(e, ERR_USAGE, "%s: %s is not within %" PRId64 "..%" PRId64, d->name,
			       value, d->min, d->max);
	return str_fmt(out, "%" PRId64, v);
}

static int
check_bool(const struct param_def *d, const char *value, struct str *out, struct err *e)
{
	static const char *const yes[] = { "", "1", "true", "yes", NULL };
	static const char *const no[] = { "0", "false", "no", NULL };

	if (str_has(yes, value))
		return str_puts(out, "1");
	if (str_has(no, value))
		return str_puts(out, "0");
	return err_set(e, ERR_USAGE, "%s: \"%s\" is not true or false", d->name, value);
}

static int
check_ticker(const struct param_def *d, const char *value, struct str *out, struct err *e)
{
	size_t n = strlen(value);

	for (size_t i = 0; i < n && i < TICKER_MAX; i++) {
		char c = (char)toupper((unsigned char)value[i]);

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && !strchr(".^=-", c))
			return err_set(e, ERR_USAGE, "%s: \"%s\" is not a ticker", d->name, value);
		str_putc(out, c);
	}
	if (n == 0 || n > TICKER_MAX)
		return err_set(e, ERR_USAGE, "%s: \"%s\" is not a ticker (1 to 20 characters)",
			       d->name, value);
	return 0;
}

/* Is word[0..n) one of "a|b|c"? */
static bool
among(const char *choices, const char *word, size_t n)
{
	for (const char *p = choices; *p;) {
		size_t len = strcspn(p, "|");

		if (len == n && strncmp(p, word, n) == 0)
			return true;
		p += len + (p[len] == '|');
	}
	return false;
}

/* "YTD", or a count and D, W, M or Y. */
static bool
is_window(const char *w, size_t n)
{
	size_t digits = strspn(w, "0123456789");

	if (n == 3 && memcmp(w, "YTD", 3) == 0)
		return true;
	return digits > 0 && digits <= 3 && digits + 1 == n && *w != '0' &&
	       strchr("DWMY", w[digits]);
}

static int
check_windows(const struct param_def *d, const char *value, struct str *out, struct err *e)
{
	for (const char *p = value; *p; p++)
		str_putc(out, (char)toupper((unsigned char)*p));
	for (const char *p = str_c(out);;) {
		size_t n = strcspn(p, ",");

		if (d->choices ? n == 0 || !among(d->choices, p, n) : !is_window(p, n))
			return err_set(e, ERR_USAGE, "%s: \"%.*s\" is not a window%s%s", d->name,
				       (int)n, p, d->choices ? ", one of " : "",
				       str_or(d->choices, ""));
		if (p[n] == '\0')
			return 0;
		p += n + 1;
	}
}

static int
check_value(const struct param_def *d, const char *value, struct str *out, struct err *e)
{
	struct date day;

	switch (d->type) {
	case PARAM_INT:
		return check_int(d, value, out, e);
	case PARAM_BOOL:
		return check_bool(d, value, out, e);
	case PARAM_TICKER:
		return check_ticker(d, value, out, e);
	case PARAM_WINDOWS:
		return check_windows(d, value, out, e);
	case PARAM_DATE:
		if (!date_parse(value, &day))
			return err_set(e, ERR_USAGE, "%s: \"%s\" is not a date (YYYY-MM-DD)",
				       d->name, value);
		break;
	case PARAM_CHOICE:
		if (!among(d->choices, value, strlen(value)))
			return err_set(e, ERR_USAGE, "%s: \"%s\" is none of %s", d->name, value,
				       d->choices);
		break;
	case PARAM_TEXT:
		break;
	}
	return str_puts(out, value);
}

static int
unknown(const struct param_def *defs, const char *name, struct err *e)
{
	const char *words[PARAMS_MAX], *near;
	size_t n = 0;

	for (; defs && defs->name && n < PARAMS_MAX; defs++)
		words[n++] = defs->name;
	for (size_t i = 0; i < params_common_count && n < PARAMS_MAX; i++)
		words[n++] = params_common[i].name;
	near = cli_nearest(name, words, n);
	if (near)
		return err_set(e, ERR_USAGE, "unknown parameter \"%s\"; did you mean \"%s\"?", name,
			       near);
	return err_set(e, ERR_USAGE, "unknown parameter \"%s\"", name);
}

int
params_set(struct params *p, const struct param_def *defs, const char *name, const char *value,
	   struct err *e)
{
	const struct param_def *d = params_find(defs, name);
	STR_AUTO out = { 0 };
	size_t i;

	str_init(&out, VALUE_MAX);
	if (!d)
		return unknown(defs, name, e);
	if (!value && d->type != PARAM_BOOL)
		return err_set(e, ERR_USAGE, "%s: needs a value", d->name);
	if (check_value(d, str_or(value, ""), &out, e) < 0)
		return out.overflow ? err_set(e, ERR_USAGE, "%s: value too long", d->name) : -1;
	for (i = 0; i < p->n && p->at[i].def != d; i++)
		;
	if (i == PARAMS_MAX)
		return err_set(e, ERR_USAGE, "more than %d parameters", PARAMS_MAX);
	if (i == p->n)
		p->at[p->n++].def = d;
	else
		free(p->at[i].value);
	p->at[i].value = str_take(&out);
	return 0;
}

const char *
params_text(const struct params *p, const char *name)
{
	for (size_t i = 0; p && i < p->n; i++)
		if (same_name(p->at[i].def->name, name))
			return p->at[i].value;
	return NULL;
}

int64_t
params_int(const struct params *p, const char *name, int64_t dflt)
{
	const char *s = params_text(p, name);
	int64_t v;

	return s && num_parse_i64(s, strlen(s), &v) ? v : dflt;
}

bool
params_bool(const struct params *p, const char *name)
{
	return str_same(params_text(p, name), "1");
}

struct date
params_date(const struct params *p, const char *name)
{
	struct date d;

	date_parse(params_text(p, name), &d);
	return d;
}

/* Places of the parameters in order of name. */
static void
sorted(const struct params *p, size_t order[PARAMS_MAX])
{
	for (size_t i = 0; i < p->n; i++) {
		size_t at = i;

		for (; at > 0 && strcmp(p->at[order[at - 1]].def->name, p->at[i].def->name) > 0;
		     at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

void
params_json(const struct params *p, struct str *out)
{
	struct json *obj = json_new_object();
	size_t order[PARAMS_MAX];

	sorted(p, order);
	for (size_t i = 0; i < p->n; i++)
		json_set_text(obj, p->at[order[i]].def->name, p->at[order[i]].value);
	json_print(obj, out);
	json_free(obj);
}

static int
set_member(struct params *p, const struct param_def *defs, const char *key, const struct json *v,
	   struct err *e)
{
	struct num n = json_as_num(v);
	char buf[NUM_BUF];

	if (json_as_text(v))
		return params_set(p, defs, key, json_as_text(v), e);
	if (n.has)
		return params_set(p, defs, key, num_text(n.v, buf), e);
	if (json_is_bool(v))
		return params_set(p, defs, key, json_is_true(v) ? "1" : "0", e);
	return err_set(e, ERR_USAGE, "%s: neither text, number nor boolean", key);
}

int
params_from_json(struct params *p, const struct param_def *defs, const char *json, struct err *e)
{
	struct json *root = json_parse(json, strlen(json), e);
	const char *key;
	int rc = 0;

	p->n = 0;
	if (!root)
		return -1;
	if (!json_is_object(root))
		rc = err_set(e, ERR_DATA, "parameters are not a JSON object");
	for (size_t i = 0; rc == 0 && i < json_len(root); i++) {
		const struct json *v = json_member(root, i, &key);

		rc = set_member(p, defs, key, v, e);
	}
	json_free(root);
	if (rc < 0)
		params_done(p);
	return rc;
}

static void
put_option(struct str *out, const char *name)
{
	if (str_same(name, "start"))
		name = "from";
	else if (str_same(name, "end"))
		name = "to";
	str_puts(out, " --");
	for (; *name; name++)
		str_putc(out, *name == '_' ? '-' : *name);
}

void
params_command(const struct params *p, struct str *out)
{
	for (size_t i = 0; i < p->n; i++) {
		bool flag = p->at[i].def->type == PARAM_BOOL;

		if (flag && !str_same(p->at[i].value, "1"))
			continue; /* a flag that is off is one that is not given */
		put_option(out, p->at[i].def->name);
		if (flag)
			continue;
		str_putc(out, ' ');
		words_quote(out, p->at[i].value);
	}
}
