#include "tui/notice.h"

#include "core/num.h"
#include "tui/view.h"

#include <string.h>

enum { COUNT_TEXT = 48 };

const struct notice *
notice_pause_of(const struct model *m, const struct job *job)
{
	return job && m->s->standing ? notice_find(&m->s->standing->pauses, job->name) : NULL;
}

void
notice_phrase(enum notice_kind kind, const struct notice *n, char *buf, size_t size)
{
	char until[64];

	fmt_buf(buf, size, "by %s until %s: %s", n->who,
		notice_until_text(kind, n->until_ms, until, sizeof(until)), n->words);
}

/* Runs of the session shown that went through a gate by force: each job's newest, and what runs. */
static int
forced_gates(const struct model *m)
{
	const struct runs_part *p = m->s->runs;
	int n = 0;

	for (size_t i = 0; p && i < p->l.n; i++) {
		const struct run_info *r = &p->l.at[i];
		bool newest = true;

		for (size_t k = 0; k < i && newest; k++)
			newest = !str_same(p->l.at[k].job, r->job) ||
				 !date_eq(p->l.at[k].as_of, r->as_of);
		/* One whose inputs were fresh all the same forced nothing, which its end tells. */
		n += newest && str_same(r->gate, "off") && date_eq(r->as_of, m->as_of) &&
		     (!run_state_ended(r->state) || r->taint[0]);
	}
	return n;
}

static void
count(bool brief, char letter, const char *word, int64_t n, bool unknown, struct str *out)
{
	char figure[NUM_BUF] = "?";

	if (n == 0 && !unknown)
		return;
	if (!unknown)
		num_int(n, figure);
	if (brief)
		str_fmt(out, "%s%c%s", out->len ? " " : "", letter, figure);
	else
		str_fmt(out, "%s%s %s", out->len ? "  " : "", figure, word);
}

void
notice_counts(const struct model *m, bool brief, char *buf, size_t n)
{
	const struct standing_part *p = m->s->standing;
	const struct health_part *h = m->s->health;
	int forced = forced_gates(m);
	STR_AUTO out = { 0 };

	str_init(&out, n - 1);
	count(brief, 'P', "paused", p ? (int64_t)p->pauses.n : 0, p && p->error[0], &out);
	count(brief, 'A', "acknowledged", h ? (int64_t)h->h.acks.n : 0, h && h->h.ack_error[0],
	      &out);
	count(brief, 'F', forced == 1 ? "forced gate" : "forced gates", forced, false, &out);
	str_copy(buf, n, str_c(&out));
}

static bool
may_write(const struct model *m, struct action *out)
{
	const char *why = model_why_read_only(m);

	if (why)
		view_message(out, LVL_WARN, "nothing can be recorded, read only: %s", why);
	return !why;
}

/* The way back, with what is taken back before one's eyes. */
static void
ask_end(const struct notice_call *c, const struct notice *n, const struct input *in,
	struct action *out)
{
	char until[64];

	*out = (struct action){ .intent = DO_OPEN, .open = &view_confirm, .then = DO_NOTICE };
	out->key = in->key;
	out->notice = *c;
	out->notice.end = true;
	fmt_buf(out->text, sizeof(out->text),
		c->kind == NOTICE_ACK ? "Take the acknowledgement of %s back?"
				      : "Let %s be started again?",
		c->target);
	fmt_buf(out->detail[0], sizeof(out->detail[0]), "by %s until %s", n->who,
		notice_until_text(c->kind, n->until_ms, until, sizeof(until)));
	fmt_buf(out->detail[1], sizeof(out->detail[1]), "reason: %s", n->words);
}

static void
ask_form(const struct notice_call *c, const struct input *in, const char *about, struct action *out)
{
	*out = (struct action){ .intent = DO_OPEN, .open = &view_notice, .key = in->key };
	out->notice = *c;
	str_copy(out->text, sizeof(out->text), about);
}

void
notice_ask_ack(const struct model *m, const struct check_result *r, const struct input *in,
	       struct action *out)
{
	struct notice_call c = { .kind = NOTICE_ACK };
	char about[240];

	if (!r) {
		view_message(out, LVL_WARN, "no check is selected");
		return;
	}
	if (!may_write(m, out))
		return;
	str_copy(c.target, sizeof(c.target), r->name);
	str_copy(c.state, sizeof(c.state), check_state_name(r->state));
	fmt_buf(about, sizeof(about), "%s, %s (want %s)", c.state, r->value, r->bound);
	if (r->state == CHECK_OK)
		view_message(out, LVL_INFO, "%s is ok: there is nothing to acknowledge", r->name);
	else if (r->ack && r->acked)
		ask_end(&c, r->ack, in, out);
	else
		ask_form(&c, in, about, out);
}

void
notice_ask_pause(const struct model *m, const struct job *job, const struct input *in,
		 struct action *out)
{
	struct notice_call c = { .kind = NOTICE_PAUSE };
	const struct notice *n = notice_pause_of(m, job);

	if (!job) {
		view_message(out, LVL_WARN, "no job of this build is selected");
		return;
	}
	if (!may_write(m, out))
		return;
	str_copy(c.target, sizeof(c.target), job->name);
	if (n)
		ask_end(&c, n, in, out);
	else
		ask_form(&c, in, "nobody can start it then: no cron, shell, console, orchestrator",
			 out);
}

void
notice_ask_note(const struct model *m, const struct input *in, struct action *out)
{
	struct notice_call c = { .kind = NOTICE_NOTE };

	if (may_write(m, out))
		ask_form(&c, in, "for who comes next; it stays with its time and your name", out);
}

void
notice_confirm_pause(const struct model *m, const struct notice_call *c, const struct input *in,
		     struct action *out)
{
	const struct job *job = catalogue_job(m->cat, c->target);
	bool writes = job && job->writes && job->writes[0];
	char until[64];

	*out = (struct action){ .intent = DO_OPEN, .open = &view_confirm, .then = DO_NOTICE };
	out->key = in->key;
	out->notice = *c;
	fmt_buf(out->text, sizeof(out->text), "Pause %s?", c->target);
	fmt_buf(out->detail[0], sizeof(out->detail[0]), "until %s; runs under way go on",
		notice_until_text(NOTICE_PAUSE, c->until_ms, until, sizeof(until)));
	fmt_buf(out->detail[1], sizeof(out->detail[1]), "cron skips it in silence%s%s",
		writes ? "; stays as it is: " : "", writes ? job->writes[0] : "");
	fmt_buf(out->detail[2], sizeof(out->detail[2]), "reason: %s", c->words);
}
