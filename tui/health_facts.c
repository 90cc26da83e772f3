#include "tui/health.h"

#include "core/cli.h"
#include "core/num.h"
#include "tui/look_desk.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 16 };

const void *
health_key(const struct model *m, const struct check_result *r)
{
	const struct table *t = r->table ? catalogue_table(m->cat, r->table) : NULL;
	char own[NOTICE_NAME];

	/* The name of a table's own check is made anew each time; the table's is not. */
	if (t && fmt_buf(own, sizeof(own), "%s_fresh", t->name) && str_same(own, r->name))
		return t;
	return r->name;
}

const struct check_result *
health_of(const struct model *m, const void *key)
{
	const struct health_part *h = m->s->health;

	for (size_t i = 0; h && key && i < h->h.n; i++)
		if (health_key(m, &h->h.at[i]) == key)
			return &h->h.at[i];
	return NULL;
}

enum style
health_state_text(const struct check_result *r, char buf[16])
{
	if (r->idle) {
		str_copy(buf, 16, "-");
		return ST_DIM;
	}
	fmt_buf(buf, 16, "%s%s", theme_check_word(r->state), r->acked ? " A" : "");
	return r->acked ? ST_NOTE : theme_check(r->state);
}

static char
level(double v, double low, double high)
{
	static const char marks[] = "_.-^";
	size_t most = sizeof(marks) - 2;

	if (high <= low)
		return '-';
	return marks[(size_t)((v - low) / (high - low) * (double)most + 0.5)];
}

static char
state_mark(enum check_state s)
{
	return s == CHECK_OK ? '.' : s == CHECK_WARNING ? 'W' : s == CHECK_CRITICAL ? 'C' : '?';
}

/* The last `room` days of the check: first..end of the part. */
static void
days_of(const struct days_part *p, const char *name, size_t room, size_t *first, size_t *end)
{
	*first = 0;
	while (*first < p->day.n && !str_same(p->day.at[*first].name, name))
		(*first)++;
	*end = *first;
	while (*end < p->day.n && str_same(p->day.at[*end].name, name))
		(*end)++;
	if (*end - *first > room)
		*first = *end - room;
}

void
health_history(const struct model *m, const struct check_result *r, size_t room, char *buf,
	       size_t n)
{
	const struct days_part *p = look_days(m);
	double low = 0, high = 0;
	size_t first, end, len = 0;
	bool any = false;

	if (!p || p->error[0]) {
		fmt_buf(buf, n, "? %s", p ? p->error : "not read yet");
		return;
	}
	days_of(p, r->name, room < n ? room : n - 1, &first, &end);
	if (first == end) {
		str_copy(buf, n, "not recorded");
		return;
	}
	for (size_t i = first; i < end; i++) {
		struct num f = p->day.at[i].figure;

		low = f.has && (!any || f.v < low) ? f.v : low;
		high = f.has && (!any || f.v > high) ? f.v : high;
		any = any || f.has;
	}
	for (size_t i = first; i < end; i++) {
		const struct check_day *d = &p->day.at[i];

		buf[len++] = !any	     ? state_mark(d->state)
			     : d->figure.has ? level(d->figure.v, low, high)
					     : '?';
	}
	buf[len] = '\0';
}

/* Besides the session, which the form has by itself: the command bar fills in the others. */
static bool
has_options(char *const *word, size_t n)
{
	for (size_t i = 3; i < n; i++)
		if (str_starts(word[i], "--") && !str_same(word[i], "--as-of"))
			return true;
	return false;
}

/* The first remedy, as its command would be typed. */
static void
ask_remedy(const struct model *m, const struct check_result *r, const struct input *in,
	   struct action *out)
{
	char line[sizeof(r->remedy[0])], *word[WORDS];
	struct err e = ERR_INIT;
	const struct job *job;
	int64_t run = 0;
	size_t n = 0;

	str_copy(line, sizeof(line), r->remedy[0]);
	if (cli_split(line, word, WORDS, &n, &e) < 0 || n < 3) {
		view_message(out, LVL_INFO, "%s has no remedy to launch", r->name);
		return;
	}
	job = catalogue_job(m->cat, word[2]);
	(void)!num_parse_i64(word[2], strlen(word[2]), &run);
	if (str_same(word[1], "unpause"))
		notice_ask_pause(m, job, in, out);
	else if (str_same(word[1], "resume"))
		view_ask_resume(m, model_run(m, run), in, out);
	else if (has_options(word, n))
		view_ask_command(r->remedy[0], out);
	else
		view_ask_form(m, job, out);
}

void
health_act(const struct model *m, const struct check_result *r, const struct input *in,
	   struct action *out)
{
	switch (in->act) {
	case ACT_LAUNCH:
		ask_remedy(m, r, in, out);
		break;
	case ACT_WHY:
	case ACT_IMPACT:
		if (r->table)
			view_ask_tree(m, r->table, in->act == ACT_IMPACT, out);
		else
			view_message(out, LVL_INFO, "%s is about no table", r->name);
		break;
	case ACT_ACK:
		notice_ask_ack(m, r, in, out);
		break;
	case ACT_NOTE:
		notice_ask_note(m, in, out);
		break;
	default:
		break;
	}
}
