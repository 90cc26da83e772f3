#include "tui/app.h"

#include "core/alert.h"
#include "core/clock.h"
#include "core/commands.h"
#include "tui/console.h"
#include "tui/plain.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Called on a run's thread.  The screen learns of log lines from the ledger, like those of any run;
 * only a beginning or an end is worth waking up for. */
static void
on_event(void *arg, const struct event *ev)
{
	const struct console *k = arg;

	if (str_starts(ev->ev, "run."))
		(void)!write(k->wake, &(uint64_t){ 1 }, sizeof(uint64_t));
}

static bool
loopback(const char *url)
{
	const char *host = url ? strstr(url, "://") : NULL;

	return host && (str_starts(host, "://127.") || str_starts(host, "://localhost") ||
			str_starts(host, "://[::1]"));
}

static void
block_signals(struct console *k, sigset_t *before)
{
	static const int ours[] = { SIGWINCH, SIGTERM, SIGINT,	SIGHUP,
				    SIGTSTP,  SIGCONT, SIGUSR1, SIGUSR2 };
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		sigaddset(&set, ours[i]);
	/* Before any thread starts, so that none of them is interrupted. */
	pthread_sigmask(SIG_BLOCK, &set, before);
	k->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void
take_snapshot(struct console *k)
{
	part_unref(&k->snap->part);
	k->snap = feed_take(k->feed);
	k->m.s = k->snap;
	if (k->snap->note_serial != k->note_serial) {
		k->note_serial = k->snap->note_serial;
		console_message(k, k->snap->note_level, "%s", k->snap->note);
	}
	console_fix_measured(k);
	k->dirty = true;
}

static void
tick(struct console *k)
{
	struct err e = ERR_INIT;

	take_snapshot(k);
	k->m.now_ms = clock_wall_ms();
	k->m.silent_ms = feed_silent_ms(k->feed);
	if (app_as_of(k->app, &k->m.as_of, &e) < 0)
		k->m.as_of = DATE_NONE;
	if (k->m.message[0] && clock_mono_ms() > k->message_until_ms)
		k->m.message[0] = '\0';
	if (console_top(k)->ops == &view_runs)
		k->seen_ms = k->m.now_ms;
	k->m.new_errors = model_count_failed_since(k->snap, k->seen_ms);
	console_poll_runs(k);
	console_take_reviews(k);
	if (k->m.draining && k->m.own_runs == 0)
		k->quit = true;
	if (k->abort_at_ms && clock_mono_ms() > k->abort_at_ms)
		runner_cancel_all(k->runner, CANCEL_ABORT);
	k->dirty = true;
}

static void
take_signals(struct console *k)
{
	struct signalfd_siginfo s;

	while (read(k->signals, &s, sizeof(s)) == sizeof(s)) {
		if (s.ssi_signo == SIGWINCH || s.ssi_signo == SIGCONT)
			term_resized(k->term);
		else if (s.ssi_signo == SIGTSTP)
			console_key(k, TK_CTRL('z'), false);
		else if (s.ssi_signo == SIGTERM || s.ssi_signo == SIGINT || s.ssi_signo == SIGHUP)
			k->signal = (int)s.ssi_signo;
		k->dirty = true;
	}
}

static void
take_keys(struct console *k)
{
	bool pasted;
	int key;

	if (plain_is_on(k) && term_any_key(k->term))
		plain_end(k);
	while (!k->quit && term_read(k->term, &key, &pasted)) {
		console_key(k, key, pasted);
		if (k->drop_input) {
			k->drop_input = false;
			term_drop_input(k->term);
		}
	}
}

static void
take_stderr(struct console *k)
{
	char line[200];

	while (term_stderr_line(k->term, line, sizeof(line)))
		console_message(k, LVL_WARN, "%s", line);
}

/* Of the topmost view that knows, as with follow(); popups speak for the view below. */
static void
follow_more(struct console *k)
{
	int64_t more[LOG_MORE] = { 0 }, detail = 0;
	size_t i = k->depth;

	while (i > 1 && k->stack[i - 1].ops->popup)
		i--;
	if (k->stack[i - 1].ops->follow_more)
		k->stack[i - 1].ops->follow_more(&k->stack[i - 1], more);
	if (k->stack[i - 1].ops->detail)
		detail = k->stack[i - 1].ops->detail(&k->stack[i - 1]);
	if (memcmp(more, k->following_more, sizeof(more)) != 0)
		feed_follow_more(k->feed, more);
	if (detail != k->detail)
		feed_detail(k->feed, detail);
	memcpy(k->following_more, more, sizeof(more));
	k->detail = detail;
}

static void
follow(struct console *k)
{
	int64_t want = 0;

	for (size_t i = k->depth; i > 0; i--)
		if (k->stack[i - 1].ops->follow) {
			want = k->stack[i - 1].ops->follow(&k->stack[i - 1], &k->m);
			break;
		}
	if (want != k->following)
		feed_follow(k->feed, want);
	k->following = want;
	follow_more(k);
}

static void
look(struct console *k)
{
	struct wish want = { .what = LOOK_NONE };

	for (size_t i = k->depth; i > 0; i--)
		if (k->stack[i - 1].ops->look || !k->stack[i - 1].ops->popup) {
			if (k->stack[i - 1].ops->look)
				k->stack[i - 1].ops->look(&k->stack[i - 1], &want);
			break;
		}
	if (want.what == LOOK_TICKER)
		str_copy(k->m.ticker, sizeof(k->m.ticker), want.name);
	if (want.what != k->looking.what || !str_same(want.name, k->looking.name))
		feed_look(k->feed, &want);
	k->looking = want;
}

static void
draw(struct console *k)
{
	k->dirty = false;
	if (plain_is_on(k)) {
		plain_draw(k);
		return;
	}
	term_size(k->term, &k->m.w, &k->m.h);
	if (k->canvas.w != k->m.w || k->canvas.h != k->m.h)
		canvas_resize(&k->canvas, k->m.w, k->m.h);
	view_draw_stack(k->stack, k->depth, &k->m, &k->canvas);
	term_draw(k->term, &k->canvas);
}

static void
loop(struct console *k)
{
	uint64_t n;

	while (!k->quit && !k->signal) {
		struct pollfd p[] = {
			{ .fd = term_fd(k->term), .events = POLLIN },
			{ .fd = feed_fd(k->feed), .events = POLLIN },
			{ .fd = k->wake, .events = POLLIN },
			{ .fd = k->signals, .events = POLLIN },
			{ .fd = term_stderr_fd(k->term), .events = POLLIN },
		};

		if (k->dirty)
			draw(k);
		if (poll(p, ARRAY_LEN(p), 1000 - (int)(clock_wall_ms() % 1000)) < 0 &&
		    errno != EINTR)
			break;
		if (p[3].revents)
			take_signals(k);
		if (p[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			k->signal = SIGHUP;
		if (p[1].revents)
			take_snapshot(k);
		if (p[2].revents)
			(void)!read(k->wake, &n, sizeof(n));
		if (p[4].revents)
			take_stderr(k);
		if (p[0].revents & POLLIN && !k->signal)
			take_keys(k);
		if (k->m.now_ms / 1000 != clock_wall_ms() / 1000 || p[2].revents)
			tick(k);
		follow(k);
		look(k);
	}
}

static void
name_channels(const struct conf *conf, struct model *m)
{
	for (const struct alert_channel *c = alert_channels; c->name; c++) {
		size_t n = strlen(m->channels);

		if (c->configured(conf))
			fmt_buf(m->channels + n, sizeof(m->channels) - n, "%s%s", n ? ", " : "",
				c->name);
	}
	m->incomplete = alert_incomplete(conf);
}

static void
begin(struct console *k)
{
	struct app *app = k->app;

	k->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	k->feed = feed_new(app);
	k->runner = runner_new(&app->conf, app->cat, on_event, k);
	k->snap = feed_take(k->feed);
	fmt_buf(k->command, sizeof(k->command), "fintra%s%s", app->g.conf_path ? " -c " : "",
		str_or(app->g.conf_path, ""));
	k->m = (struct model){ .s = k->snap, .cat = app->cat, .read_only = app->g.read_only };
	k->m.glyphs = plot_glyphs_here();
	k->m.command = k->command;
	k->m.history = &k->history;
	k->m.said = &k->said;
	reviews_init(&k->reviews, k->wake, app->conf.answer_s * 1000);
	k->m.reviews = &k->open_reviews;
	k->m.ny = !str_same(app->conf.time_zone, "utc");
	k->m.refresh_ms = app->conf.refresh_ms;
	k->m.as_of_given = date_is_set(app->g.as_of);
	name_channels(&app->conf, &k->m);
	if (getenv("FINTRA_DEMO") || loopback(app->conf.base_url))
		k->m.label = "SYNTHETIC DATA";
	k->seen_ms = clock_wall_ms();
	canvas_init(&k->canvas, 0, 0);
	view_open(&k->stack[0], &view_overview, NULL, &k->m, NULL);
	k->depth = 1;
	tick(k);
}

static int
finish(struct console *k)
{
	int sig = k->signal;

	if (sig == SIGHUP) {
		term_abandon(k->term);
		term_close(k->term);
		console_hang_up(k);
	} else {
		term_close(k->term);
		if (runner_active(k->runner) > 0) {
			fprintf(stderr, "fintra: %d run(s) end at their next checkpoint\n",
				runner_active(k->runner));
			console_drain(k);
		}
	}
	feed_free(k->feed);
	runner_free(k->runner);
	console_resume_elsewhere(k);
	if (k->parked.ops)
		view_close(&k->parked);
	while (k->depth > 0)
		view_close(&k->stack[--k->depth]);
	canvas_done(&k->canvas);
	part_unref(&k->snap->part);
	vec_done(&k->own);
	review_list_done(&k->open_reviews);
	reviews_done(&k->reviews);
	close(k->wake);
	close(k->signals);
	return sig ? 128 + sig : 0;
}

/* No terminal to draw on: the facts as lines, and why. */
static int
plain(struct app *app, const struct err *e)
{
	static char status[] = "status";
	char *argv[] = { status, NULL };

	fprintf(stderr, "fintra: no console: %s; here is the status\n", e->text);
	app->argc = 1;
	app->argv = argv;
	app->g.color = "never";
	return cmd_status(app);
}

int
console_main(struct app *app)
{
	struct console k = { .app = app };
	struct err e = ERR_INIT;
	const char *no_color = getenv("NO_COLOR");
	struct date as_of;
	sigset_t before;
	int rc;

	if (app_as_of(app, &as_of, &e) < 0)
		return app_fail(&e, NULL);
	block_signals(&k, &before);
	k.term = term_open(
		app->conf.mono || (no_color && *no_color) || str_same(app->g.color, "never"), &e);
	if (!k.term) {
		close(k.signals);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		return plain(app, &e);
	}
	begin(&k);
	loop(&k);
	rc = finish(&k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}
