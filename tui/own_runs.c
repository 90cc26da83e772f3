/* The runs of this console: launched, gone on with, asked to stop, answered, ended. */
#include "tui/console.h"

/* Of a run that is gone on with the ledger knows. */
static bool
is_diff(const struct console *k, const struct launch *l)
{
	return l->resume ? view_run_diff(model_run(&k->m, l->resume))
			 : params_bool(&l->params, "diff");
}

/* What the next epoch of a run needs comes from its row in the ledger. */
void
console_go_on(struct console *k, const struct action *a)
{
	struct launch l = { .job = a->job, .as_of = a->as_of, .as_of_given = true };
	struct err e = ERR_INIT;
	struct own_run own = { .job = a->job };

	l.review = review_ask; /* should it be one with --diff */
	l.review_arg = &k->reviews;
	l.gate = GATE_WARN;
	l.origin = "console";
	l.resume = a->run;
	own.diff = is_diff(k, &l);
	own.handle = runner_start(k->runner, &l, &e);
	if (own.handle < 0) {
		console_message(k, LVL_ERROR, "run %lld not resumed: %s", (long long)a->run,
				e.text);
		return;
	}
	vec_push(&k->own, own);
	console_message(k, LVL_INFO, "run %lld goes on", (long long)a->run);
	feed_refresh(k->feed);
}

void
console_launch(struct console *k, const struct launch *l)
{
	struct launch with_review = *l;
	struct err e = ERR_INIT;
	struct own_run own = { .job = l->job, .diff = is_diff(k, l) };

	with_review.review = review_ask;
	with_review.review_arg = &k->reviews;
	own.handle = runner_start(k->runner, &with_review, &e);
	if (own.handle < 0) {
		console_message(k, LVL_ERROR, "%s not started: %s", l->job->name, e.text);
		return;
	}
	vec_push(&k->own, own);
	console_message(k, LVL_INFO, "%s started", l->job->name);
	feed_refresh(k->feed);
}

/* Our own runs hear it at once, without the database; all others through the ledger. */
void
console_cancel(struct console *k, int64_t run, enum cancel_level level)
{
	bool own = false;

	for (size_t i = 0; i < k->own.n; i++)
		if (!k->own.at[i].ended && runner_run_id(k->runner, k->own.at[i].handle) == run) {
			runner_cancel(k->runner, k->own.at[i].handle, level);
			k->own.at[i].told = true;
			own = true;
		}
	feed_cancel(k->feed, run, level, own);
	console_message(k, LVL_INFO, "run %lld: %s", (long long)run,
			level == CANCEL_ABORT ? "abort" : "draining");
}

int
console_diffs(const struct console *k)
{
	int n = 0;

	for (size_t i = 0; i < k->own.n; i++)
		n += k->own.at[i].diff && !k->own.at[i].ended && !k->own.at[i].told;
	return n;
}

/* The page of what was answered goes on with the next one, or closes. */
void
console_answer(struct console *k, int64_t run, bool keep)
{
	bool answered = reviews_answer(&k->reviews, run, keep);

	console_take_reviews(k);
	if (console_top(k)->ops == &view_review) {
		console_pop(k);
		if (view_review_of(&k->m, 0))
			console_push(k, &view_review, NULL);
	}
	if (!answered)
		console_message(k, LVL_WARN, "run %lld waits for no answer any more",
				(long long)run);
	else
		console_message(k, LVL_INFO, "run %lld: %s", (long long)run,
				keep ? "writing the rows" : "thrown away, nothing is written");
}

static bool
has_review(const struct review_list *l, int64_t run)
{
	for (size_t i = 0; i < l->at.n; i++)
		if (l->at.at[i].run == run)
			return true;
	return false;
}

void
console_take_reviews(struct console *k)
{
	struct review_list now = { 0 }, before = k->open_reviews;

	if (!reviews_take(&k->reviews, &k->review_serial, &now))
		return;
	k->open_reviews = now;
	k->dirty = true;
	for (size_t i = 0; i < now.at.n; i++)
		if (!has_review(&before, now.at.at[i].run))
			console_message(k, LVL_WARN, "a diff waits for an answer (V): run %lld %s",
					(long long)now.at.at[i].run, now.at.at[i].job);
	review_list_done(&before);
}

void
console_show_review(struct console *k)
{
	if (view_review_of(&k->m, 0))
		console_push(k, &view_review, NULL);
	else
		console_message(k, LVL_INFO, "no diff waits for an answer: r, then diff");
}

/* Of a diff that ended well: what became of its rows. */
static const char *
review_words(enum review_end end)
{
	static const char *const words[] = {
		[REVIEW_KEPT] = "rows written",
		[REVIEW_DROPPED] = "nothing written",
		[REVIEW_EMPTY] = "nothing would change",
		[REVIEW_LATE] = "no answer, nothing written",
		[REVIEW_STOPPED] = "nothing written",
		[REVIEW_NONE] = "",
	};

	return str_or(words[end], "");
}

static void
say_ending(struct console *k, const struct own_run *r)
{
	const struct outcome *o = &r->outcome;
	enum level l = o->state == RUN_SUCCESS || o->state == RUN_SKIPPED ? LVL_INFO
		       : o->state == RUN_FAILURE || o->run == 0		  ? LVL_ERROR
									  : LVL_WARN;
	const char *why = o->err.cls != ERR_NONE ? o->err.text
			  : o->why[0]		 ? o->why
						 : review_words(reviews_past(&k->reviews, o->run));

	if (o->run == 0)
		console_message(k, LVL_ERROR, "%s refused: %s", r->job->name, why);
	else
		console_message(k, l, "run %lld %s: %s%s%s", (long long)o->run, r->job->name,
				run_state_name(o->state), why[0] ? ": " : "", why);
}

void
console_poll_runs(struct console *k)
{
	for (size_t i = 0; i < k->own.n; i++) {
		struct own_run *r = &k->own.at[i];

		if (r->ended || !runner_poll(k->runner, r->handle, &r->outcome))
			continue;
		r->ended = true;
		say_ending(k, r);
		console_fix_goes_on(k);
		feed_refresh(k->feed);
	}
	if (k->m.own_runs != runner_active(k->runner))
		k->dirty = true;
	k->m.own_runs = runner_active(k->runner);
}
