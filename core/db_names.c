#include "core/db_names.h"

#include "queries.h"

#include <ctype.h>
#include <string.h>

/* Tables of the ledger that are read also where there is none: they are empty there. */
static const struct {
	const char *from, *to;
	enum query body;
} ledger[] = {
	{ "fintra_ops.run", "no_ledger_run", Q_NO_LEDGER_RUN },
	{ "fintra_ops.beat", "no_ledger_beat", Q_NO_LEDGER_BEAT },
	{ "fintra_ops.input", "no_ledger_input", Q_NO_LEDGER_INPUT },
	{ "fintra_ops.unit", "no_ledger_unit", Q_NO_LEDGER_UNIT },
	{ "fintra_ops.event", "no_ledger_event", Q_NO_LEDGER_EVENT },
	{ "fintra_ops.evidence", "no_ledger_evidence", Q_NO_LEDGER_EVIDENCE },
	{ "fintra_ops.flag", "no_ledger_flag", Q_NO_LEDGER_FLAG },
	{ "fintra_ops.check_since", "no_ledger_check_since", Q_NO_LEDGER_CHECK_SINCE },
	{ "fintra_ops.check_day", "no_ledger_check_day", Q_NO_LEDGER_CHECK_DAY },
	{ "fintra_ops.notice", "no_ledger_notice", Q_NO_LEDGER_NOTICE },
	{ "fintra_ops.audit", "no_ledger_audit", Q_NO_LEDGER_AUDIT },
	{ "fintra_ops.alert", "no_ledger_alert", Q_NO_LEDGER_ALERT },
	{ "fintra_ops.delivery", "no_ledger_delivery", Q_NO_LEDGER_DELIVERY },
};

static void
add(struct alias *out, size_t *n, const char *from, const char *to)
{
	out[(*n)++] = (struct alias){ .from = from, .to = to };
}

size_t
names_resolve(const struct names_found *f, struct alias *out)
{
	size_t n = 0;

	if (!f->company_profiles && f->company_profile)
		add(out, &n, "company_profiles", "company_profile");
	if (!f->fmp_peers && f->stock_peers)
		add(out, &n, "fmp_peers", "stock_peers");
	if (f->industry_benchmarks && !f->benchmarks_have_metric) {
		add(out, &n, "industry_benchmarks", "industry_metric_benchmarks");
		if (!f->industry_alpha)
			add(out, &n, "industry_alpha", "industry_benchmarks");
	}
	for (size_t i = 0; i < ARRAY_LEN(ledger) && !f->ledger; i++)
		out[n++] = (struct alias){ ledger[i].from, ledger[i].to,
					   queries[ledger[i].body].text };
	return n;
}

static bool
word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* Length of what is not to be looked into: a literal, a quoted name, a comment; 0 = none here. */
static size_t
opaque(const char *s)
{
	const char *end = NULL;
	size_t closing = 1;

	if (*s == '\'' || *s == '"') {
		end = strchr(s + 1, *s);
	} else if (s[0] == '-' && s[1] == '-') {
		end = strchr(s, '\n');
	} else if (s[0] == '/' && s[1] == '*') {
		end = strstr(s + 2, "*/");
		closing = 2;
	} else {
		return 0;
	}
	return end ? (size_t)(end - s) + closing : strlen(s);
}

/* The alias that begins here and ends at the end of a word. */
static const struct alias *
match(const char *s, const struct alias *a, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(a[i].from);

		if (strncmp(s, a[i].from, len) == 0 && !word_char(s[len]))
			return &a[i];
	}
	return NULL;
}

/* `used` gets a bit per alias that occurs; with `out` NULL nothing is written. */
static void
replace(const char *sql, const struct alias *a, size_t n, struct str *out, unsigned *used)
{
	const char *s = sql;

	while (*s) {
		const struct alias *hit = NULL;
		size_t len = opaque(s);

		if (len == 0 && word_char(*s)) {
			hit = match(s, a, n);
			while (!hit && word_char(s[len]))
				len++;
		}
		if (hit) {
			*used |= 1U << (hit - a);
			len = strlen(hit->from);
		}
		len = len ? len : 1;
		if (out && hit)
			str_puts(out, hit->to);
		else if (out)
			str_put(out, s, len);
		s += len;
	}
}

void
names_rewrite(const char *sql, const struct alias *a, size_t n, struct str *out)
{
	static const char with[] = "WITH ";
	bool has_with = strncmp(sql, with, sizeof(with) - 1) == 0, first = true;
	unsigned used = 0;

	replace(sql, a, n, NULL, &used);
	for (size_t i = 0; i < n; i++) {
		if (!(used & 1U << i) || !a[i].body)
			continue;
		str_fmt(out, "%s%s AS (%s)", first ? with : ", ", a[i].to, a[i].body);
		first = false;
	}
	if (!first)
		str_puts(out, has_with ? ", " : "\n");
	replace(sql + (has_with && !first ? sizeof(with) - 1 : 0), a, n, out, &used);
}
