/* Keys -> views -> intents, and what they do. */
#include "tui/console.h"
#include "tui/export.h"
#include "tui/plain.h"
#include "tui/save.h"

#include "core/clock.h"
#include "core/num.h"
#include "core/sheet.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { EXPORT_MAX = 256 << 20 };

/* The same again, one after the other, is one message. */
static void
remember_message(struct console *k)
{
	struct message_log *s = &k->said;
	struct message *m = s->n > 0 ? &s->at[(s->n - 1) % MESSAGES] : NULL;

	if (!m || !str_same(m->text, k->m.message))
		m = &s->at[s->n++ % MESSAGES];
	m->ms = clock_wall_ms();
	m->level = k->m.message_level;
	str_copy(m->text, sizeof(m->text), k->m.message);
}

void
console_message(struct console *k, enum level l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(k->m.message, sizeof(k->m.message), fmt, ap);
	va_end(ap);
	k->m.message_level = l;
	remember_message(k);
	k->message_until_ms = clock_mono_ms() + MESSAGE_MS;
	k->dirty = true;
}

struct view *
console_top(struct console *k)
{
	return &k->stack[k->depth - 1];
}

/* The logs are kept with their panes, filters and marks. */
void
console_pop(struct console *k)
{
	struct view *v = console_top(k);

	if (k->depth == 1)
		return;
	k->depth--;
	k->dirty = true;
	if (!v->ops->again) {
		view_close(v);
		return;
	}
	k->parked = *v;
	*v = (struct view){ 0 };
}

static void perform(struct console *k, const struct action *a);

/* Opens a view that there is one of: from the stack, from where it was kept, or anew. */
static void
push_again(struct console *k, const struct view_ops *ops, const struct action *how)
{
	struct action out = { .intent = DO_NOTHING };
	size_t i = k->depth;

	while (i > 0 && k->stack[i - 1].ops != ops)
		i--;
	while (i > 0 && k->depth > i)
		console_pop(k);
	if (i == 0) {
		const struct view *below = console_top(k);

		k->stack[k->depth] = k->parked;
		k->stack[k->depth++].below = below;
		k->parked = (struct view){ 0 };
	}
	if (how)
		ops->again(console_top(k), &k->m, how, &out);
	perform(k, &out);
}

void
console_push(struct console *k, const struct view_ops *ops, const struct action *how)
{
	bool below = false;

	k->dirty = true;
	for (size_t i = 0; i < k->depth && ops->again; i++)
		below |= k->stack[i].ops == ops;
	if (k->depth >= (ops->popup ? STACK_MAX : STACK_PAGES) && !below) {
		console_message(k, LVL_WARN, "too many pages are open: q leads back");
		return;
	}
	if (below || (ops->again && k->parked.ops == ops)) {
		push_again(k, ops, how);
		return;
	}
	view_open(&k->stack[k->depth], ops, console_top(k), &k->m, how);
	k->depth++;
	k->drop_input = ops == &view_confirm || ops == &view_leave;
}

/* The command bar gives way to what it opens; under a question it stays. */
static void
open_view(struct console *k, const struct view_ops *ops, const struct action *a)
{
	struct view *top = console_top(k), v;

	if (top->ops != &view_bar || ops == &view_confirm) {
		console_push(k, ops, a);
		return;
	}
	view_open(&v, ops, top->below, &k->m, a);
	view_close(top);
	*top = v;
	k->dirty = true;
}

static void
remember(struct console *k, const char *line)
{
	struct bar_history *h = &k->history;

	if (h->n > 0 && str_same(h->at[h->n - 1], line))
		return;
	if (h->n == BAR_HISTORY)
		memmove(h->at[0], h->at[1], --h->n * sizeof(h->at[0]));
	str_copy(h->at[h->n++], BAR_LINE, line);
}

static void
to_root(struct console *k)
{
	while (k->depth > 1)
		console_pop(k);
}

/* A terminal that has no clipboard gets a file, under a name that stays the same. */
static void
copy(struct console *k, const char *text)
{
	STR_AUTO path = { 0 };
	STR_AUTO body = { 0 };
	struct err e = ERR_INIT;

	if (term_copy(k->term, text)) {
		console_message(k, LVL_INFO, "copied: %s", text);
		return;
	}
	str_init(&path, 4000);
	str_init(&body, SIZE_MAX / 2);
	str_puts(&body, text);
	str_putc(&body, '\n');
	if (conf_cache_path(&k->app->conf, &path, &e) == 0 &&
	    conf_make_path(str_c(&path), &e) == 0 && str_puts(&path, "/copied.txt") == 0 &&
	    save_file(str_c(&path), &body, true, &e) == SAVE_DONE)
		console_message(k, LVL_INFO, "no clipboard for it here: it is in %s", str_c(&path));
	else
		console_message(k, LVL_WARN, "not copied: %s", e.text);
}

static void
copy_row(struct console *k)
{
	const struct view *v = console_top(k);
	struct sheet s;
	STR_AUTO row = { 0 };

	if (!v->ops->sheet)
		return;
	v->ops->sheet(v, &k->m, &s);
	str_init(&row, TERM_COPY_MAX);
	sheet_row(&s, s.selected, &row);
	sheet_done(&s);
	if (row.len > 0)
		copy(k, str_c(&row));
}

/* False: the view's own business. */
static bool
copy_command(struct console *k)
{
	const char *words = console_top(k)->ops->command;
	char line[300];

	if (!words)
		return false;
	fmt_buf(line, sizeof(line), "%s %s", k->command, words);
	copy(k, line);
	return true;
}

static void
ask_overwrite(struct console *k, const char *path)
{
	struct action how = { .then = DO_EXPORT_OVER };

	str_copy(how.text, sizeof(how.text), "This file is there already. Overwrite it?");
	str_copy(how.detail[0], sizeof(how.detail[0]), path);
	console_push(k, &view_confirm, &how);
}

/* Of the view on top: the prompt has gone.  The disk is waited for; an export is at most some
 * 20 MB. */
static void
export_to(struct console *k, const char *path, bool over)
{
	STR_AUTO text = { 0 };
	struct err e = ERR_INIT;
	enum saved rc = SAVE_FAILED;
	char n[NUM_BUF];
	size_t lines;

	str_init(&text, EXPORT_MAX);
	if (export_text(console_top(k), &k->m, path, &text, &lines, &e) == 0)
		rc = save_file(path, &text, over, &e);
	if (rc == SAVE_EXISTS)
		ask_overwrite(k, path);
	else if (rc == SAVE_DONE)
		console_message(k, LVL_INFO, "%s line%s in %s", num_group((int64_t)lines, n),
				num_s((int64_t)lines), path);
	else
		console_message(k, LVL_ERROR, "not exported: %s", e.text);
}

static void
ask_quit(struct console *k, int key)
{
	struct action how = { .key = key, .may_hand_over = console_may_hand_over(k) };
	int diffs = console_diffs(k);
	size_t n = 0;

	console_poll_runs(k); /* between two steps of a plan the next one begins first */
	if (runner_active(k->runner) == 0) {
		k->quit = true;
		return;
	}
	fmt_buf(how.text, sizeof(how.text), "%d run%s of this console %s under way.",
		runner_active(k->runner), num_s(runner_active(k->runner)),
		runner_active(k->runner) == 1 ? "is" : "are");
	if (diffs > 0)
		fmt_buf(how.detail[n++], sizeof(how.detail[0]),
			"%d diff%s not answered: leaving is a no, nothing is written.", diffs,
			num_s(diffs));
	if (k->fix.on)
		str_copy(how.detail[n], sizeof(how.detail[n]),
			 "A plan is under way: of its steps only the present one goes on.");
	console_push(k, &view_leave, &how);
}

static void dispatch(struct console *k, const struct input *in);

static void
send_test(struct console *k)
{
	feed_alert_test(k->feed);
	console_message(k, LVL_INFO, "the test message is on its way ...");
}

static void
perform(struct console *k, const struct action *a)
{
	if (a->typed[0])
		remember(k, a->typed);
	switch (a->intent) {
	case DO_NOTHING:
		break;
	case DO_BACK:
		console_pop(k);
		break;
	case DO_QUIT:
		if (console_top(k)->ops == &view_bar)
			console_pop(k);
		ask_quit(k, a->key);
		break;
	case DO_DRAIN_AND_QUIT:
	case DO_HAND_OVER_AND_QUIT:
		console_begin_drain(k,
				    a->intent == DO_DRAIN_AND_QUIT ? LEAVE_DRAIN : LEAVE_HAND_OVER);
		break;
	case DO_RESUME:
		console_go_on(k, a);
		break;
	case DO_COPY:
		copy(k, a->copy);
		break;
	case DO_PLAIN:
		plain_begin(k, a->pane);
		break;
	case DO_NOTICE:
		feed_notice(k->feed, &a->notice);
		if (console_top(k)->ops == &view_notice || console_top(k)->ops == &view_bar)
			console_pop(k);
		break;
	case DO_FIX:
		console_fix(k, a->plan);
		break;
	case DO_ALERT_TEST:
		send_test(k);
		break;
	case DO_KEEP:
	case DO_DISCARD:
		console_answer(k, a->run, a->intent == DO_KEEP);
		break;
	case DO_EXPORT:
		console_pop(k);
		export_to(k, a->detail[0], false);
		break;
	case DO_EXPORT_OVER:
		export_to(k, a->detail[0], true);
		break;
	case DO_OPEN:
		open_view(k, a->open, a);
		break;
	case DO_CANCEL:
		console_cancel(k, a->run, a->level);
		break;
	case DO_GATES:
		feed_gates(k->feed, a->job, a->as_of);
		break;
	case DO_FORM:
		open_view(k, &view_launch, a);
		feed_gates(k->feed, a->job, a->as_of);
		break;
	case DO_LAUNCH:
		console_launch(k, a->launch);
		console_pop(k);
		break;
	case DO_START:
		console_launch(k, a->launch);
		break;
	case DO_ACT:
		console_pop(k);
		dispatch(k, &(struct input){ .key = a->key, .act = a->act });
		break;
	case DO_MESSAGE:
		console_message(k, a->severity, "%s", a->text);
		break;
	}
}

static void
suspend(struct console *k)
{
	if (runner_active(k->runner) > 0)
		console_message(
			k, LVL_WARN,
			"not suspended: runs of this console are under way (they would lose "
			"their locks)");
	else
		term_suspend(k->term);
	k->dirty = true;
}

/* The next step of the ladder; a configured interval may stand between two. */
static void
change_interval(struct console *k, bool longer)
{
	static const int steps[] = { 500, 1000, 2000, 5000, 10000, 30000, 60000 };
	size_t n = ARRAY_LEN(steps), i = 0;

	while (i + 1 < n && (longer ? steps[i] <= k->m.refresh_ms : steps[i + 1] < k->m.refresh_ms))
		i++;
	k->m.refresh_ms = steps[i];
	feed_interval(k->feed, steps[i]);
	console_message(k, LVL_INFO, "tables and checks are measured every %.3gs at most",
			steps[i] / 1000.0);
}

/* The screens that have a number. */
static bool
to_screen(struct console *k, enum act act)
{
	static const struct {
		enum act act;
		const struct view_ops *ops;
	} screens[] = {
		{ ACT_OVERVIEW, NULL },	      { ACT_JOBS, &view_jobs },
		{ ACT_RUNS, &view_runs },     { ACT_TABLES, &view_tables },
		{ ACT_SYSTEM, &view_system }, { ACT_TICKER, &view_ticker },
		{ ACT_HEALTH, &view_health }, { ACT_AUDIT, &view_audit },
		{ ACT_ALERTS, &view_alerts },
	};

	const struct view *from = console_top(k);
	struct action how = { .intent = DO_OPEN };

	for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
		if (screens[i].act != act)
			continue;
		if (from->ops->ticker)
			(void)from->ops->ticker(from, &k->m, how.detail[0]);
		to_root(k);
		if (screens[i].ops)
			console_push(k, screens[i].ops, &how);
		return true;
	}
	return false;
}

/* What every screen does alike; false = the view's own business. */
static bool
global(struct console *k, const struct input *in)
{
	const struct view *from;
	struct action how;

	switch (in->act) {
	case ACT_LOGS:
		how = (struct action){ .run = k->following, .act = ACT_LOGS };
		to_root(k);
		console_push(k, &view_log, &how);
		return true;
	case ACT_HELP:
		console_push(k, &view_help, NULL);
		return true;
	case ACT_COPY_ROW:
		copy_row(k);
		return true;
	case ACT_COPY_COMMAND:
		return copy_command(k);
	case ACT_PLAYBOOK:
		how = (struct action){ .act = ACT_PLAYBOOK };
		from = console_top(k);
		if (from->ops->about)
			(void)from->ops->about(from, &k->m, how.text);
		console_push(k, &view_playbook, &how);
		return true;
	case ACT_MESSAGES:
		console_push(k, &view_messages, NULL);
		return true;
	case ACT_REVIEW:
		console_show_review(k);
		return true;
	case ACT_SLOWER:
	case ACT_FASTER:
		change_interval(k, in->act == ACT_SLOWER);
		return true;
	case ACT_EXPORT:
		console_push(k, &view_export, NULL);
		return true;
	case ACT_COMMAND:
		console_push(k, &view_bar, NULL);
		return true;
	case ACT_QUIT:
		ask_quit(k, in->key);
		return true;
	case ACT_REFRESH:
		feed_refresh(k->feed);
		console_message(k, LVL_INFO, "measuring again");
		return true;
	case ACT_REDRAW:
		term_redraw(k->term);
		return true;
	case ACT_SUSPEND:
		suspend(k);
		return true;
	default:
		return to_screen(k, in->act);
	}
}

static void
dispatch(struct console *k, const struct input *in)
{
	struct view *v = console_top(k);
	struct action out = { .intent = DO_NOTHING, .key = in->key };
	bool typing = v->ops->wants_text && v->ops->wants_text(v);

	if ((!typing || in->act == ACT_REDRAW || in->act == ACT_SUSPEND) && global(k, in))
		return;
	v->ops->handle(v, &k->m, in, &out);
	if ((v->ops == &view_confirm || v->ops == &view_leave) && out.intent != DO_NOTHING) {
		console_pop(k);
		if (out.intent == DO_BACK)
			return;
	}
	perform(k, &out);
	/* What the bar asked about is done. */
	if (console_top(k)->ops == &view_bar &&
	    (out.intent == DO_CANCEL || out.intent == DO_ALERT_TEST || out.intent == DO_RESUME ||
	     out.intent == DO_FIX))
		console_pop(k);
}

void
console_key(struct console *k, int key, bool pasted)
{
	const struct view *v = console_top(k);
	const struct binding *b = pasted ? NULL : keymap_find(v->ops->screen(v), key);
	struct input in = { key, b ? b->act : ACT_NONE, pasted };

	k->dirty = true;
	if (plain_is_on(k)) {
		plain_end(k);
		return;
	}
	if (k->m.draining && in.act == ACT_QUIT) {
		runner_cancel_all(k->runner, CANCEL_ABORT);
		console_message(k, LVL_WARN, "aborting what still runs");
		return;
	}
	dispatch(k, &in);
}
