#include "tests/pty.h"

#include "core/clock.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

enum { RAW_MAX = 64 << 20, COLS_MAX = 512 };

struct pty {
	int fd;
	pid_t pid; /* 0 once waited for */
	int status;
	VTerm *vt;
	VTermScreen *screen;
	struct str raw;
	bool alternate, cursor;
	char row[COLS_MAX * 4 + 1];
};

static int
on_property(VTermProp prop, VTermValue *val, void *user)
{
	struct pty *p = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		p->alternate = val->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		p->cursor = val->boolean;
	return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_property };

static NORETURN void
become(const char *const *argv, const char *const *env)
{
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	for (; env && *env; env++) {
		const char *eq = strchr(*env, '=');
		char name[64];

		if (!eq) {
			unsetenv(*env);
			continue;
		}
		fmt_buf(name, sizeof(name), "%.*s", (int)(eq - *env), *env);
		setenv(name, eq + 1, 1);
	}
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	fprintf(stderr, "pty: cannot run %s\n", argv[0]);
	_exit(127);
}

struct pty *
pty_start(const char *const *argv, const char *const *env, int w, int h)
{
	struct winsize ws = { .ws_row = (unsigned short)h, .ws_col = (unsigned short)w };
	struct pty *p = mem_zalloc(sizeof(*p));

	p->pid = forkpty(&p->fd, NULL, NULL, &ws);
	if (p->pid < 0) {
		perror("forkpty");
		exit(70);
	}
	if (p->pid == 0)
		become(argv, env);
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
	fcntl(p->fd, F_SETFD, FD_CLOEXEC);
	str_init(&p->raw, RAW_MAX);
	p->vt = vterm_new(h, w);
	vterm_set_utf8(p->vt, 1);
	p->screen = vterm_obtain_screen(p->vt);
	vterm_screen_set_callbacks(p->screen, &callbacks, p);
	vterm_screen_enable_altscreen(p->screen, 1);
	vterm_screen_reset(p->screen, 1);
	return p;
}

static void
reap(struct pty *p, int flags)
{
	if (p->pid > 0 && waitpid(p->pid, &p->status, flags) == p->pid)
		p->pid = 0;
}

void
pty_hang_up(struct pty *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

void
pty_free(struct pty *p)
{
	if (!p)
		return;
	if (p->pid > 0)
		kill(p->pid, SIGKILL);
	reap(p, 0);
	pty_hang_up(p);
	vterm_free(p->vt);
	str_done(&p->raw);
	free(p);
}

pid_t
pty_pid(const struct pty *p)
{
	return p->pid;
}

/* True when something came. */
static bool
pump(struct pty *p, int ms)
{
	struct pollfd fd = { .fd = p->fd, .events = POLLIN };
	char buf[65536];
	ssize_t n;

	if (poll(&fd, 1, ms) <= 0)
		return false;
	n = read(p->fd, buf, sizeof(buf));
	if (n <= 0) {
		/* The program is gone or going: no more output will come. */
		if (n < 0 && errno != EAGAIN && ms > 0)
			poll(NULL, 0, ms < 10 ? ms : 10);
		return false;
	}
	str_put(&p->raw, buf, (size_t)n);
	vterm_input_write(p->vt, buf, (size_t)n);
	return true;
}

void
pty_send(struct pty *p, const char *bytes)
{
	size_t n = strlen(bytes);

	while (n > 0) {
		ssize_t k = write(p->fd, bytes, n);

		if (k > 0) {
			bytes += k;
			n -= (size_t)k;
		} else {
			pump(p, 10);
		}
	}
}

void
pty_resize(struct pty *p, int w, int h)
{
	struct winsize ws = { .ws_row = (unsigned short)h, .ws_col = (unsigned short)w };

	/* What the program wrote for the old size belongs on the old screen. */
	while (pump(p, 0))
		;
	vterm_set_size(p->vt, h, w);
	ioctl(p->fd, TIOCSWINSZ, &ws);
}

void
pty_signal(struct pty *p, int sig)
{
	if (p->pid > 0)
		kill(p->pid, sig);
}

static void
put_cell(struct str *out, const VTermScreenCell *cell)
{
	if (cell->chars[0] == 0)
		str_putc(out, ' ');
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++) {
		uint32_t c = cell->chars[i];
		char b[4];

		if (c < 0x80) {
			str_putc(out, (char)c);
		} else if (c < 0x800) {
			b[0] = (char)(0xc0 | c >> 6);
			b[1] = (char)(0x80 | (c & 63));
			str_put(out, b, 2);
		} else if (c < 0x10000) {
			b[0] = (char)(0xe0 | c >> 12);
			b[1] = (char)(0x80 | (c >> 6 & 63));
			b[2] = (char)(0x80 | (c & 63));
			str_put(out, b, 3);
		} else {
			str_putc(out, '?');
		}
	}
}

const char *
pty_row(struct pty *p, int row)
{
	int rows, cols;
	STR_AUTO s = { 0 };

	str_init(&s, sizeof(p->row) - 1);
	vterm_get_size(p->vt, &rows, &cols);
	for (int x = 0; row < rows && x < cols;) {
		VTermScreenCell cell;

		if (!vterm_screen_get_cell(p->screen, (VTermPos){ row, x }, &cell))
			break;
		put_cell(&s, &cell);
		x += cell.width > 0 ? cell.width : 1;
	}
	fmt_buf(p->row, sizeof(p->row), "%s", str_c(&s));
	for (size_t n = strlen(p->row); n > 0 && p->row[n - 1] == ' '; n--)
		p->row[n - 1] = '\0';
	return p->row;
}

char *
pty_screen(struct pty *p)
{
	struct str s;
	int rows, cols;

	str_init(&s, 1 << 20);
	vterm_get_size(p->vt, &rows, &cols);
	for (int y = 0; y < rows; y++) {
		str_puts(&s, pty_row(p, y));
		str_putc(&s, '\n');
	}
	return str_take(&s);
}

static bool
shows(struct pty *p, const char *text)
{
	char *s = pty_screen(p);
	bool found = strstr(s, text) != NULL;

	free(s);
	return found;
}

/* On failure the screen goes to stderr: it says more than the assertion. */
static bool
wait_for(struct pty *p, int row, const char *text, bool present, int ms)
{
	int64_t end = clock_mono_ms() + ms;
	char *s;

	do {
		bool found = row < 0 ? shows(p, text) : strstr(pty_row(p, row), text) != NULL;

		if (found == present)
			return true;
		pump(p, 20);
	} while (clock_mono_ms() < end);
	s = pty_screen(p);
	fprintf(stderr, "pty: waited %d ms for \"%s\" to %s; the screen:\n%s\n", ms, text,
		present ? "appear" : "go", s);
	free(s);
	return false;
}

bool
pty_wait_text(struct pty *p, const char *text, int ms)
{
	return wait_for(p, -1, text, true, ms);
}

bool
pty_wait_gone(struct pty *p, const char *text, int ms)
{
	return wait_for(p, -1, text, false, ms);
}

bool
pty_wait_row(struct pty *p, int row, const char *text, int ms)
{
	return wait_for(p, row, text, true, ms);
}

int
pty_wait_exit(struct pty *p, int ms)
{
	int64_t end = clock_mono_ms() + ms;

	do {
		if (p->fd >= 0)
			pump(p, 10);
		else
			poll(NULL, 0, 10);
		reap(p, WNOHANG);
	} while (p->pid > 0 && clock_mono_ms() < end);
	while (p->fd >= 0 && pump(p, 0))
		;
	if (p->pid > 0)
		return -1;
	return WIFEXITED(p->status) ? WEXITSTATUS(p->status) : 128 + WTERMSIG(p->status);
}

void
pty_pump(struct pty *p, int ms)
{
	int64_t end = clock_mono_ms() + ms;

	while (clock_mono_ms() < end)
		pump(p, 10);
}

bool
pty_alternate(const struct pty *p)
{
	return p->alternate;
}

bool
pty_cursor(const struct pty *p)
{
	return p->cursor;
}

bool
pty_echoes(const struct pty *p)
{
	struct termios tio;

	return tcgetattr(p->fd, &tio) == 0 &&
	       (tio.c_lflag & (ECHO | ICANON | ISIG)) == (ECHO | ICANON | ISIG);
}

const struct str *
pty_raw(const struct pty *p)
{
	return &p->raw;
}

/* Length of the sequence at raw[0] == ESC when it is one of ours, else 0. */
static size_t
our_sequence(const char *raw, size_t n)
{
	size_t i = 2;

	if (n < 2)
		return n; /* cut by the end of the capture */
	if (strchr("=>78M", raw[1]))
		return 2;
	if (strchr("()", raw[1]))
		return n > 2 && strchr("B0", raw[2]) ? 3 : 0;
	if (raw[1] != '[')
		return 0;
	while (i < n && strchr("0123456789;?", raw[i]))
		i++;
	if (i >= n)
		return n;
	/* Move, erase, insert, delete, colour, scroll region, modes; 't' only as xterm's title
	 * stack. */
	if (raw[i] == 't')
		return str_starts(raw + 2, "22;0;0t") || str_starts(raw + 2, "23;0;0t") ? i + 1 : 0;
	return strchr("ABCDGHJKLMPSTXZ@abdefhlmr", raw[i]) ? i + 1 : 0;
}

const char *
pty_foreign(const char *raw, size_t n)
{
	static char why[120];

	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = text_decode(raw + i, n - i, &cp);
		bool bidi = (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);

		if (cp == 27)
			len = our_sequence(raw + i, n - i);
		if (len > 0 && cp != 0xfffd && !bidi && !(cp >= 0x7f && cp < 0xa0) &&
		    (cp >= 0x20 || strchr("\r\n\b\t\033", (int)cp))) {
			i += len;
			continue;
		}
		fmt_buf(why, sizeof(why), "at byte %zu: U+%04X, then %02x %02x %02x", i,
			(unsigned)cp, i + 1 < n ? (unsigned char)raw[i + 1] : 0,
			i + 2 < n ? (unsigned char)raw[i + 2] : 0,
			i + 3 < n ? (unsigned char)raw[i + 3] : 0);
		return why;
	}
	return NULL;
}
