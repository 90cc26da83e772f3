#include "tui/rescue.h"

#include "core/attr.h"
#include "core/str.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { ALT_STACK = 64 * 1024, KEPT_MAX = 64 * 1024 };

/* A signal handler can reach nothing but statics; one terminal at a time, so one of these. */
static struct {
	atomic_bool armed;
	int tty, out, real_stderr;
	struct termios settings;
	bool has_settings, at_exit;
	char seq[RESCUE_MAX];
	size_t n;
} rescue = { .real_stderr = -1 };

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT };

/* Async-signal-safe, and does its work once. */
static void
restore(void)
{
	bool armed = true;

	if (!atomic_compare_exchange_strong(&rescue.armed, &armed, false))
		return;
	(void)!write(rescue.out, rescue.seq, rescue.n);
	if (rescue.has_settings)
		tcsetattr(rescue.tty, TCSANOW, &rescue.settings);
	if (rescue.real_stderr >= 0)
		dup2(rescue.real_stderr, STDERR_FILENO);
}

/* SA_RESETHAND has put the default action back: the second raise takes it, with core and exit
 * status. */
static void
crashed(int sig)
{
	restore();
	raise(sig);
}

void
rescue_keep(int fd)
{
	rescue.tty = fd;
	rescue.has_settings = tcgetattr(fd, &rescue.settings) == 0;
}

void
rescue_arm(int fd, const char *seq, size_t n)
{
	struct sigaction sa = { .sa_handler = crashed,
				.sa_flags = SA_RESETHAND | SA_NODEFER | SA_ONSTACK };
	stack_t alt = { .ss_sp = mem_alloc(ALT_STACK), .ss_size = ALT_STACK };

	rescue.out = fd;
	rescue.n = n < RESCUE_MAX ? n : RESCUE_MAX;
	memcpy(rescue.seq, seq, rescue.n);
	atomic_store(&rescue.armed, true);
	/* An overflow of the stack is a crash too; the other threads' stacks have their own guard
	 * pages. */
	sigaltstack(&alt, NULL);
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &sa, NULL);
	mem_on_abort(restore);
	if (!rescue.at_exit)
		atexit(restore);
	rescue.at_exit = true;
}

void
rescue_disarm(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	stack_t off = { .ss_flags = SS_DISABLE }, old;

	atomic_store(&rescue.armed, false);
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &dfl, NULL);
	mem_on_abort(NULL);
	if (sigaltstack(&off, &old) == 0)
		free(old.ss_sp);
}

struct capture {
	int read_fd, write_fd, real;
	struct str kept; /* all of it, for the end */
	size_t given;	 /* of kept, in lines handed out */
};

struct capture *
capture_start(void)
{
	struct capture *c;
	int fds[2];

	if (!isatty(STDERR_FILENO) || pipe(fds) < 0)
		return NULL;
	c = mem_zalloc(sizeof(*c));
	str_init(&c->kept, KEPT_MAX);
	c->read_fd = fds[0];
	c->write_fd = fds[1];
	for (int i = 0; i < 2; i++) {
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
		fcntl(fds[i], F_SETFL, O_NONBLOCK); /* a full pipe must not stop a library */
	}
	c->real = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(c->write_fd, STDERR_FILENO);
	rescue.real_stderr = c->real;
	return c;
}

int
capture_fd(const struct capture *c)
{
	return c ? c->read_fd : -1;
}

static void
drain(struct capture *c)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(c->read_fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			str_put(&c->kept, buf, (size_t)n);
}

bool
capture_line(struct capture *c, char *buf, size_t n)
{
	const char *from, *end;
	size_t len;

	if (!c)
		return false;
	drain(c);
	from = str_c(&c->kept) + c->given;
	end = memchr(from, '\n', c->kept.len - c->given);
	if (!end)
		return false;
	len = (size_t)(end - from);
	c->given += len + 1;
	if (len >= n)
		len = n - 1;
	memcpy(buf, from, len);
	buf[len] = '\0';
	return true;
}

void
capture_stop(struct capture *c)
{
	if (!c)
		return;
	drain(c);
	rescue.real_stderr = -1;
	dup2(c->real, STDERR_FILENO);
	(void)!write(STDERR_FILENO, str_c(&c->kept), c->kept.len);
	close(c->read_fd);
	close(c->write_fd);
	close(c->real);
	str_done(&c->kept);
	free(c);
}
