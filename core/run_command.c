/* A job of the old system as a child process: its lines become ours, its end becomes the run's. */
#include "core/clock.h"
#include "core/conf_secret.h"
#include "core/old.h"
#include "core/proc.h"
#include "core/run_private.h"
#include "core/text.h"
#include "core/words.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 4096, LINES_MAX = 20000, LOOK_MS = 100, KILLED_MS = 1000, LAST_LINE = 300 };

struct stream {
	int *fd;
	enum level lvl;
	struct str line;
	size_t cut; /* bytes of the line that did not fit */
};

struct child {
	struct job_ctx *c;
	struct proc_group group;
	struct stream stream[2];
	int64_t lines;
	char last[LAST_LINE]; /* of what it wrote, errors preferred */
	bool last_is_error;
	int64_t began, told_at, ended_at; /* monotonic; 0 = not yet */
	bool timed_out, killed, left_behind;
};

/* Outside text for log and error: no secret of ours, no byte that a terminal acts upon. */
static void
clean_line(const struct conf *conf, const struct str *raw, struct str *out)
{
	STR_AUTO masked = { 0 };

	str_init(&masked, LINE_BYTES * 4);
	conf_mask(conf, str_c(raw), raw->len, &masked);
	text_clean(out, str_c(&masked), masked.len);
}

static void
end_line(struct child *k, struct stream *s)
{
	bool error = s->lvl > LVL_INFO;
	STR_AUTO text = { 0 };

	if (s->line.len == 0)
		return;
	str_init(&text, LINE_BYTES * 16);
	clean_line(k->c->conf, &s->line, &text);
	if (s->cut)
		str_fmt(&text, " ... (%zu bytes more)", s->cut);
	if (error || !k->last_is_error)
		str_copy(k->last, sizeof(k->last), str_c(&text));
	k->last_is_error = k->last_is_error || error;
	if (k->lines < LINES_MAX)
		run_log(k->c, s->lvl, "%s", str_c(&text));
	run_progress(k->c, ++k->lines);
	str_clear(&s->line);
	s->cut = 0;
}

/* A carriage return ends a line, too: progress bars repaint theirs. */
static void
take(struct child *k, struct stream *s, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n' || p[i] == '\r')
			end_line(k, s);
		else if (str_putc(&s->line, p[i]) < 0)
			s->cut++;
	}
}

static void
drain_stream(struct child *k, struct stream *s)
{
	char buf[16384];
	ssize_t n;

	if (*s->fd < 0)
		return;
	do {
		n = read(*s->fd, buf, sizeof(buf));
		if (n > 0)
			take(k, s, buf, (size_t)n);
	} while (n == (ssize_t)sizeof(buf) || (n < 0 && errno == EINTR));
	if (n > 0 || (n < 0 && errno == EAGAIN))
		return;
	close(*s->fd);
	*s->fd = -1;
	end_line(k, s);
}

static void
tell(struct child *k, int sig)
{
	if (sig == SIGKILL ? k->killed : k->told_at != 0)
		return;
	if (!k->told_at)
		k->told_at = clock_mono_ms();
	k->killed = sig == SIGKILL;
	run_log(k->c, LVL_WARN, "%s to the command and its children",
		sig == SIGKILL ? "SIGKILL" : "SIGTERM");
	proc_group_kill(&k->group, sig);
}

/* What cancel and timeout ask of the child; the pacer turns a drain that lasts too long into an
 * abort. */
static void
stop_if_asked(struct child *k, int64_t timeout_ms)
{
	enum cancel_level level = cancel_level(k->c->cancel);
	int64_t now = clock_mono_ms();

	if (timeout_ms && !k->told_at && now - k->began > timeout_ms) {
		k->timed_out = true;
		tell(k, SIGTERM);
	}
	if (level == CANCEL_DRAIN)
		tell(k, SIGTERM);
	if (level == CANCEL_ABORT || (k->timed_out && now - k->told_at > k->c->conf->drain_ms))
		tell(k, SIGKILL);
}

/* True once there is nothing left to wait for: the child has ended, and nobody holds its output. */
static bool
is_over(struct child *k)
{
	int64_t now = clock_mono_ms();

	if (!k->ended_at && proc_group_ended(&k->group))
		k->ended_at = now;
	if (!k->ended_at)
		return false;
	if (*k->stream[0].fd < 0 && *k->stream[1].fd < 0)
		return true;
	k->left_behind = now - k->ended_at > (k->killed ? KILLED_MS : k->c->conf->drain_ms);
	return k->left_behind;
}

static void
follow(struct child *k, int64_t timeout_ms)
{
	for (;;) {
		bool raised = cancel_asked(k->c->cancel);
		struct pollfd p[] = { { .fd = *k->stream[0].fd, .events = POLLIN },
				      { .fd = *k->stream[1].fd, .events = POLLIN },
				      { .fd = raised ? -1 : k->c->cancel->fd, .events = POLLIN } };

		stop_if_asked(k, timeout_ms);
		if (is_over(k))
			break;
		poll(p, ARRAY_LEN(p), LOOK_MS);
		for (size_t i = 0; i < 2; i++)
			if (p[i].revents)
				drain_stream(k, &k->stream[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		drain_stream(k, &k->stream[i]);
		end_line(k, &k->stream[i]);
	}
	if (k->left_behind && !k->killed)
		run_log(k->c, LVL_WARN, "the command has left processes behind: they are killed");
	if (k->lines > LINES_MAX)
		run_log(k->c, LVL_WARN, "%lld more lines are not kept",
			(long long)(k->lines - LINES_MAX));
}

static int
conclude(struct child *k, int code, struct err *e)
{
	const char *said = *k->last ? ": " : "";

	run_result_int(k->c, "exit", code);
	if (k->timed_out)
		return err_set(e, ERR_TIMEOUT, "the command did not end in time%s%s", said,
			       k->last);
	if (k->told_at) {
		if (run_check(k->c, e) == 0 || e->cls == ERR_CANCELLED)
			err_set(e, ERR_CANCELLED, "the command was %s%s%s",
				k->killed ? "killed" : "stopped", said, k->last);
		return -1;
	}
	if (code > 128 && code - 128 < 32)
		return err_set(e, ERR_INTERNAL, "the command ended by signal %d%s%s", code - 128,
			       said, k->last);
	if (code != 0)
		return err_set(e, ERR_INTERNAL, "the command ended with exit code %d%s%s", code,
			       said, k->last);
	return 0;
}

static int
run_child(struct job_ctx *c, const struct conf_job *j, const struct word_list *words, struct err *e)
{
	struct proc_spec spec = { .argv = (const char *const *)(const void *)words->word.at,
				  .directory = *j->directory ? j->directory : NULL,
				  .forgotten = conf_secret_variables };
	struct child k = { .c = c, .began = clock_mono_ms() };
	int code;

	if (proc_group_start(&spec, &k.group, e) < 0)
		return -1;
	run_phase(c, "command", 0);
	k.stream[0] = (struct stream){ .fd = &k.group.out, .lvl = LVL_INFO };
	k.stream[1] = (struct stream){ .fd = &k.group.err, .lvl = LVL_WARN };
	str_init(&k.stream[0].line, LINE_BYTES);
	str_init(&k.stream[1].line, LINE_BYTES);
	follow(&k, j->timeout_ms);
	code = proc_group_end(&k.group);
	str_done(&k.stream[0].line);
	str_done(&k.stream[1].line);
	return conclude(&k, code, e);
}

static void
announce(struct job_ctx *c, const struct conf_job *j, const struct word_list *words)
{
	char who[64], host[64], source[80];
	STR_AUTO line = { 0 };

	ledger_identity(who, host);
	fmt_buf(source, sizeof(source), "command %s", host);
	old_begin(c, source);
	str_init(&line, LINE_BYTES);
	for (size_t i = 0; i + 1 < words->word.n; i++) {
		str_puts(&line, i ? " " : "");
		words_quote(&line, words->word.at[i]);
	}
	run_log(c, LVL_INFO, "%s$ %s%s%s%s", c->dry_run ? "dry run: would run " : "", str_c(&line),
		*j->directory ? " (in " : "", j->directory, *j->directory ? ")" : "");
}

int
run_by_command(struct job_ctx *c, struct err *e)
{
	const struct conf_job *j = conf_job_find(c->conf, c->job->name);
	struct word_list words;
	int rc;

	if (!j)
		return err_set(e, ERR_CONFIG, "job %s has no section in the configuration",
			       c->job->name);
	if (old_command_words(c, j, &words, e) < 0)
		return -1;
	announce(c, j, &words);
	rc = c->dry_run ? 0 : run_child(c, j, &words, e);
	words_done(&words);
	return rc;
}
