/* The question before a plan is carried out: all that yes will start. */
#include "tui/fix.h"

#include "core/num.h"
#include "tui/view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 70, COLUMNS = 66, NARROW_COLUMNS = 56, NAME_LINES = 3, AND_MORE = 12 };

/* The plan of `fintra plan TARGET`; owned, NULL fills *e. */
static struct why *
plan_of(const struct model *m, const char *target, struct err *e)
{
	struct why *w;

	if (!m->s->fresh) {
		err_set(e, ERR_USAGE, "nothing is measured yet");
		return NULL;
	}
	w = mem_zalloc(sizeof(*w));
	if (plan_build(m->cat, &m->s->fresh->f, *target ? target : NULL, w, e) == 0)
		return w;
	why_done(w);
	free(w);
	return NULL;
}

static void
keep(const struct why *w, const char *target, struct date as_of, struct fix_plan *p)
{
	*p = (struct fix_plan){ .n = w->plan_n, .as_of = as_of };
	str_copy(p->target, sizeof(p->target), target);
	for (size_t i = 0; i < w->plan_n; i++) {
		const struct why_step *s = &w->plan[i];

		p->step[i].job = s->job;
		p->step[i].launchable = s->launchable;
		p->step[i].resume = s->resume;
		str_copy(p->step[i].command, sizeof(p->step[i].command), s->command);
	}
}

/* On as many lines as they need; what has no room is counted.  Returns the number of lines. */
static size_t
name_steps(const struct fix_plan *p, size_t columns, char line[][160])
{
	size_t at = 0, len = 0;

	for (size_t i = 0; i < p->n; i++) {
		bool last_line = at + 1 == NAME_LINES, last = i + 1 == p->n;
		char name[120];

		fmt_buf(name, sizeof(name), "%s%s%s", p->step[i].job->name,
			p->step[i].launchable ? "" : " (not from here)", last ? "" : ",");
		if (len > 0 &&
		    len + 1 + strlen(name) > columns - (last_line && !last ? AND_MORE : 0)) {
			if (last_line) {
				fmt_buf(line[at] + len, 160 - len, " and %zu more", p->n - i);
				break;
			}
			at++;
			len = 0;
		}
		fmt_buf(line[at] + len, 160 - len, "%s%s", len ? " " : "", name);
		len = strlen(line[at]);
	}
	return at + 1;
}

static void
ask(const struct model *m, const struct fix_plan *p, const struct input *in, struct action *out)
{
	size_t n, size = sizeof(out->detail[0]);
	bool resumes = false;
	char iso[DATE_BUF];

	for (size_t i = 0; i < p->n; i++)
		resumes = resumes || p->step[i].resume;
	out->intent = DO_OPEN;
	out->open = &view_confirm;
	out->then = DO_FIX;
	out->key = in->key;
	out->plan = p;
	fmt_buf(out->text, sizeof(out->text), "Run the whole plan, %zu step%s, for %s?", p->n,
		num_s((int64_t)p->n), *p->target ? p->target : "the product");
	n = name_steps(p, m->w < WIDE ? NARROW_COLUMNS : COLUMNS, out->detail);
	fmt_buf(out->detail[n++], size, "as of %s, gates strict%s", date_iso(p->as_of, iso),
		resumes ? "; what is resumed: as before" : "");
	str_copy(out->detail[n++], size, "each once; a step that fails ends it");
	fmt_buf(out->detail[n], size, "the same by: fintra fix%s%s", *p->target ? " " : "",
		p->target);
}

static const struct why_step *
under_way(const struct why *w)
{
	for (size_t i = 0; i < w->plan_n; i++)
		if (w->plan[i].under_way)
			return &w->plan[i];
	return NULL;
}

void
view_ask_fix(const struct model *m, const char *target, struct fix_plan *p, const struct input *in,
	     struct action *out)
{
	const char *why_not = model_why_read_only(m);
	struct err e = ERR_INIT;
	struct why *w = why_not ? NULL : plan_of(m, target, &e);
	const struct why_step *busy = w ? under_way(w) : NULL;

	if (why_not) {
		view_message(out, LVL_WARN, "launching is off: %s", why_not);
	} else if (!w) {
		view_message(out, LVL_WARN, "%s", e.text);
	} else if (w->plan_n == 0) {
		view_message(out, LVL_INFO, "%s", w->text);
	} else if (busy) {
		view_message(out, LVL_INFO, "run %" PRId64 " of %s is under way: wait for it",
			     busy->under_way, busy->job->name);
	} else {
		keep(w, target, m->s->fresh->f.as_of, p);
		ask(m, p, in, out);
	}
	if (w)
		why_done(w);
	free(w);
}
