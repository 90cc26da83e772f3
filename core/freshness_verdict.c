/* From measured tables to states that depend on others, layers, first cause and verdict.  No
 * database. */
#include "core/calendar.h"
#include "core/freshness.h"
#include "core/num.h"

#include <inttypes.h>
#include <string.h>

enum { PHRASE_MAX = 128, DEPTH_MAX = 16 };

static const struct {
	const char *name;
	char letter;
	int rank;
} states[] = {
	[TABLE_FRESH] = { "fresh", '.', 0 },	 [TABLE_DUE] = { "due", 'd', 1 },
	[TABLE_UNKNOWN] = { "unknown", '?', 2 }, [TABLE_PARTIAL] = { "partial", 'P', 3 },
	[TABLE_LATE] = { "late", 'L', 4 },	 [TABLE_BLOCKED] = { "blocked", 'B', 5 },
	[TABLE_MIXED] = { "mixed", 'M', 6 },	 [TABLE_STALE] = { "stale", 'S', 7 },
	[TABLE_EMPTY] = { "empty", 'E', 8 },
};

const char *
table_state_name(enum table_state s)
{
	return states[s].name;
}

char
table_state_letter(enum table_state s)
{
	return states[s].letter;
}

int
table_state_rank(enum table_state s)
{
	return states[s].rank;
}

const char *
table_status_phrase(const struct table_status *s, char *buf, size_t n)
{
	char have[DATE_BUF], with[DATE_BUF];
	int behind = date_is_set(s->have) && date_is_set(s->want)
			     ? calendar_sessions_between(s->have, s->want)
			     : 0;
	int minutes = 0;

	calendar_ny_date(s->deadline_ms, &minutes);
	date_iso(s->have, have);
	switch (s->state) {
	case TABLE_DUE:
		fmt_buf(buf, n, "due %02d:%02d NY", minutes / 60, minutes % 60);
		break;
	case TABLE_LATE:
		fmt_buf(buf, n, "late 1 session");
		break;
	case TABLE_STALE:
		if (date_is_set(s->have))
			fmt_buf(buf, n, "stale %d session%s", behind, num_s(behind));
		else
			fmt_buf(buf, n, "stale: of no known session");
		break;
	case TABLE_PARTIAL:
		fmt_buf(buf, n, "partial: %.1f%% of %s", s->coverage * 100, s->basis);
		break;
	case TABLE_MIXED:
		if (s->mixed_text[0])
			fmt_buf(buf, n, "mixed: %s", s->mixed_text);
		else if (date_is_set(s->mixed_with) && !date_eq(s->mixed_with, s->have))
			fmt_buf(buf, n, "mixed: %s with %s of %s", have, s->mixed_table,
				date_iso(s->mixed_with, with));
		else
			fmt_buf(buf, n, "mixed: %s with values that %s no longer has", have,
				s->mixed_table);
		break;
	case TABLE_BLOCKED:
		fmt_buf(buf, n, "blocked by %s", s->blocked_by);
		break;
	case TABLE_UNKNOWN:
		fmt_buf(buf, n, "unknown: %s", s->detail);
		break;
	default:
		str_copy(buf, n, states[s->state].name);
	}
	return buf;
}

void
table_status_want(const struct table_status *s, struct str *out)
{
	char have[DATE_BUF], want[DATE_BUF];

	date_iso(s->have, have);
	str_fmt(out, "%s has %s, needs %s (%s)", s->table->name,
		s->state == TABLE_UNKNOWN ? "?"
		: date_is_set(s->have)	  ? have
					  : "nothing",
		date_iso(s->want, want), table_state_name(s->state));
	if (date_eq(s->have, s->want) && s->coverage >= 0 && s->coverage < s->floor)
		str_fmt(out, ": coverage %.1f%%, %" PRId64 " of %" PRId64 " (%s), needs %.1f%%",
			s->coverage * 100, s->num, s->den, s->basis, s->floor * 100);
}

static const struct table_status *
ith_of(const struct freshness *f, const struct table_status *s, const char *const *names, size_t i)
{
	bool known = names == s->inputs;

	for (size_t k = 0; names[k]; k++) {
		const struct table_status *in = freshness_find(f, names[k]);

		if (in && in->source && in != s && (known || in->writer || !s->writer) && i-- == 0)
			return in;
	}
	return NULL;
}

const struct table_status *
freshness_input(const struct freshness *f, const struct table_status *s, size_t i)
{
	const char *names[INPUTS_MAX + 1];

	if (s->table->view_of)
		return i == 0 ? freshness_find(f, s->table->view_of) : NULL;
	if (s->inputs[0])
		return ith_of(f, s, s->inputs, i);
	if (!s->source)
		return NULL;
	job_inputs(s->source, NULL, NULL, names);
	return ith_of(f, s, names, i);
}

/* What is behind could not be made while an input was not there.  Rows that are missing (partial,
 * empty) need an input that lacks rows, too: a late one was whole the day before. */
bool
freshness_explains(const struct table_status *in, const struct table_status *s)
{
	if (s->table->view_of && s->state != TABLE_UNKNOWN)
		return s->state != TABLE_FRESH && in->state != TABLE_FRESH;
	switch (s->state) {
	case TABLE_UNKNOWN:
	case TABLE_FRESH:
		return false;
	case TABLE_EMPTY:
		return in->state == TABLE_EMPTY;
	case TABLE_PARTIAL:
		return in->state == TABLE_EMPTY || in->state == TABLE_PARTIAL;
	default:
		return in->state != TABLE_FRESH;
	}
}

const struct table_status *
freshness_first_cause(const struct freshness *f, const struct table_status *s)
{
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		const struct table_status *in, *next = NULL;

		for (size_t i = 0; (in = freshness_input(f, s, i)); i++)
			if (freshness_explains(in, s) &&
			    (!next || states[in->state].rank > states[next->state].rank))
				next = in;
		if (!next)
			break;
		s = next;
	}
	return s;
}

static bool
is_behind(enum table_state s)
{
	return s == TABLE_DUE || s == TABLE_LATE || s == TABLE_STALE;
}

/* A table that waits for an input which is itself merely due is due: nothing is wrong yet.  An
 * input that could not be measured may be fresh: it does not block. */
static void
judge_blocked(struct freshness *f, struct table_status *s)
{
	const struct table_status *in, *worst = NULL;

	if (!is_behind(s->state))
		return;
	for (size_t i = 0; (in = freshness_input(f, s, i)); i++)
		if (in->state != TABLE_FRESH && in->state != TABLE_UNKNOWN &&
		    (!worst || states[in->state].rank > states[worst->state].rank))
			worst = in;
	if (!worst || (worst->state == TABLE_DUE && s->state == TABLE_DUE))
		return;
	s->state = TABLE_BLOCKED;
	str_copy(s->blocked_by, sizeof(s->blocked_by), worst->table->name);
}

static void
add_to_layer(struct layer_status *l, const struct table_status *s)
{
	bool worse = states[s->state].rank > states[l->state].rank;

	l->n_tables++;
	if (!s->writer) {
		if (l->n_counting == 0 && worse)
			l->state = s->state;
		return;
	}
	if (l->n_counting == 0)
		l->state = TABLE_FRESH;
	if (l->n_counting++ == 0 || date_cmp(s->have, l->have) < 0)
		l->have = s->have;
	l->n_fresh += s->state == TABLE_FRESH;
	if (states[s->state].rank > states[l->state].rank)
		l->state = s->state;
	if (s->coverage >= 0 && (l->coverage < 0 || s->coverage < l->coverage))
		l->coverage = s->coverage;
	if (s->deadline_ms > l->deadline_ms)
		l->deadline_ms = s->deadline_ms;
}

static void
judge_layers(struct freshness *f)
{
	for (size_t i = 0; i < LAYER_COUNT; i++) {
		memset(&f->layer[i], 0, sizeof(f->layer[i]));
		f->layer[i].state = TABLE_FRESH;
		f->layer[i].have = DATE_NONE;
		f->layer[i].coverage = -1;
	}
	for (size_t i = 0; i < f->n; i++) {
		int layer = f->at[i].table->layer;

		if (layer >= 0 && layer < LAYER_COUNT)
			add_to_layer(&f->layer[layer], &f->at[i]);
	}
}

struct count {
	int counting, bad, due, unknown, broken;
	const struct table_status *worst;
};

static struct count
count_tables(const struct freshness *f)
{
	struct count c = { 0, 0, 0, 0, 0, NULL };

	for (size_t i = 0; i < f->n; i++) {
		const struct table_status *s = &f->at[i];

		if (!s->writer)
			continue;
		c.counting++;
		if (s->state == TABLE_FRESH)
			continue;
		c.bad++;
		c.due += s->state == TABLE_DUE;
		c.unknown += s->state == TABLE_UNKNOWN;
		if (!c.worst || states[s->state].rank > states[c.worst->state].rank)
			c.worst = s;
	}
	c.broken = c.bad - c.due - c.unknown;
	return c;
}

static const char *
verdict_word(int code)
{
	static const char *const words[] = { "READY", "NOT READY YET", "NOT READY", "UNKNOWN" };

	return words[code];
}

static void
judge_verdict(struct freshness *f)
{
	char day[DATE_BUF], cause[PHRASE_MAX], worst[PHRASE_MAX] = "", rest[64] = "";
	struct count c = count_tables(f);
	int others;

	f->ready = c.counting > 0 && c.bad == 0;
	f->exit_code = c.broken ? 2 : c.unknown || c.counting == 0 ? 3 : c.due ? 1 : 0;
	f->cause = c.worst ? freshness_first_cause(f, c.worst) : NULL;
	date_iso(f->as_of, day);
	if (!f->cause) {
		fmt_buf(f->verdict, sizeof(f->verdict), "%s for %s: %d table%s fresh, %d not built",
			verdict_word(f->exit_code), day, c.counting, num_s(c.counting),
			(int)f->n - c.counting);
		return;
	}
	others = c.bad - 1 - (c.worst != f->cause);
	if (c.worst != f->cause) {
		char phrase[PHRASE_MAX];

		fmt_buf(worst, sizeof(worst), " -> %s %s", c.worst->table->name,
			table_status_phrase(c.worst, phrase, sizeof(phrase)));
	}
	if (others > 0)
		fmt_buf(rest, sizeof(rest), "%s %d %stable%s not fresh", *worst ? "," : " ->",
			others, *worst ? "more " : "", num_s(others));
	fmt_buf(f->verdict, sizeof(f->verdict), "%s for %s: %s %s%s%s", verdict_word(f->exit_code),
		day, f->cause->table->name, table_status_phrase(f->cause, cause, sizeof(cause)),
		worst, rest);
}

void
freshness_judge(struct freshness *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct table_status *s = &f->at[i];

		judge_blocked(f, s);
		if (s->state != TABLE_UNKNOWN)
			table_status_phrase(s, s->detail, sizeof(s->detail));
	}
	judge_layers(f);
	judge_verdict(f);
}
