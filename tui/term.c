#include "tui/term.h"

#include "core/str.h"
#include "core/text.h"
#include "tui/keymap.h"
#include "tui/rescue.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

/* Its own struct has the name of ours. */
#define term curses_term
#include <term.h>
#undef term

/* curses.h and term.h define macros for everything; these two collide with our words. */
#undef lines
#undef columns

enum { PASTE_BEGIN = KEY_MAX + 1, PASTE_END, ESCAPE_WAIT_MS = 25 };

struct term {
	SCREEN *screen;
	struct canvas shown; /* what the terminal shows */
	bool repaint, mono, utf8, pasting, gone, away;
	struct termios shell; /* settings of the ordinary screen, while away */
	struct capture *errors;
};

static void
send(const char *s)
{
	/* Private modes that a terminal does not know are ignored by it. */
	(void)!write(STDOUT_FILENO, s, strlen(s));
}

/* Strings that undo what curses and we have set, known before anything can crash. */
static void
prepare_rescue(void)
{
	static const char *const names[] = { "sgr0", "op", "rmkx", "cnorm", "rmcup" };
	struct str undo;

	str_init(&undo, RESCUE_MAX);
	str_puts(&undo, "\033[?2004l");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char name[8];
		const char *s;

		str_copy(name, sizeof(name), names[i]);
		s = tigetstr(name);
		/* Without the padding, "$<5>": no terminal of this century waits. */
		for (; s && s != (const char *)-1 && *s; s++) {
			if (s[0] == '$' && s[1] == '<' && strchr(s, '>'))
				s = strchr(s, '>');
			else
				str_putc(&undo, *s);
		}
	}
	rescue_arm(STDOUT_FILENO, str_c(&undo), undo.len);
	str_done(&undo);
}

static void
start_colors(struct term *t)
{
	if (!has_colors())
		t->mono = true;
	if (t->mono)
		return;
	start_color();
	use_default_colors();
	for (unsigned i = 0; i < ST_COUNT; i++) {
		struct look l = theme_look(i);

		init_pair((short)(i + 1), l.fg, l.bg);
	}
}

static void
enter_modes(void)
{
	raw();
	noecho();
	nonl();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	curs_set(0);
	send("\033[?2004h");
}

static bool
can_address_cursor(struct err *e)
{
	int status = 0;
	char cup[] = "cup";
	const char *name = getenv("TERM"), *s;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(e, ERR_USAGE, "stdin or stdout is no terminal");
		return false;
	}
	if (!name || !*name || setupterm(NULL, STDOUT_FILENO, &status) != OK) {
		err_set(e, ERR_USAGE, "terminal \"%s\" is unknown here", str_or(name, ""));
		return false;
	}
	s = tigetstr(cup);
	del_curterm(cur_term); /* newterm() makes its own */
	if (!s || s == (const char *)-1) {
		err_set(e, ERR_USAGE, "terminal \"%s\" cannot address its cursor", name);
		return false;
	}
	return true;
}

struct term *
term_open(bool mono, struct err *e)
{
	struct term *t;

	setlocale(LC_CTYPE, "");
	if (!can_address_cursor(e))
		return NULL;
	/* Exported by some shells, and then wrong after the first resize. */
	unsetenv("LINES");
	unsetenv("COLUMNS");
	rescue_keep(STDIN_FILENO);
	t = mem_zalloc(sizeof(*t));
	t->screen = newterm(NULL, stdout, stdin);
	if (!t->screen) {
		free(t);
		err_set(e, ERR_USAGE, "the terminal cannot be set up");
		return NULL;
	}
	t->mono = mono;
	t->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	set_escdelay(ESCAPE_WAIT_MS);
	define_key("\033[200~", PASTE_BEGIN);
	define_key("\033[201~", PASTE_END);
	prepare_rescue();
	enter_modes();
	start_colors(t);
	canvas_init(&t->shown, 0, 0);
	t->repaint = true;
	t->errors = capture_start();
	return t;
}

void
term_close(struct term *t)
{
	if (!t)
		return;
	if (!t->gone &&
	    t->away) { /* a second endwin() would move the cursor over what was printed */
		tcsetattr(STDIN_FILENO, TCSADRAIN, &t->shell);
	} else if (!t->gone) {
		send("\033[?2004l");
		endwin();
	}
	rescue_disarm();
	capture_stop(t->errors);
	delscreen(t->screen);
	canvas_done(&t->shown);
	free(t);
}

void
term_abandon(struct term *t)
{
	t->gone = true;
	rescue_disarm();
}

int
term_fd(const struct term *t)
{
	return t->gone ? -1 : STDIN_FILENO;
}

void
term_size(const struct term *t, int *w, int *h)
{
	(void)t;
	getmaxyx(stdscr, *h, *w);
}

void
term_resized(struct term *t)
{
	struct winsize ws;

	if (t->gone || t->away || ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0)
		return;
	resizeterm(ws.ws_row > 0 ? ws.ws_row : 24, ws.ws_col > 0 ? ws.ws_col : 80);
	t->repaint = true;
}

void
term_redraw(struct term *t)
{
	t->repaint = true;
}

static attr_t
attributes(const struct term *t, struct look l)
{
	unsigned bits = t->mono ? l.mono : l.attrs;
	attr_t a = A_NORMAL;

	if (bits & LOOK_BOLD)
		a |= A_BOLD;
	if (bits & LOOK_DIM)
		a |= A_DIM;
	if (bits & LOOK_REVERSE)
		a |= A_REVERSE;
	if (bits & LOOK_UNDERLINE)
		a |= A_UNDERLINE;
	return a;
}

/* Where this C library and our own table disagree about a width, the cell shows a '?' of the right
 * size: a row must never shift. */
static wchar_t
terminal_form(const struct term *t, const struct cell *c)
{
	if (c->cp < 0x7f)
		return (wchar_t)c->cp;
	if (!t->utf8)
		return (wchar_t)canvas_ascii(c->cp);
	return wcwidth((wchar_t)c->cp) == c->cols ? (wchar_t)c->cp : L'?';
}

static void
put_cell(struct term *t, int x, int y, const struct cell *c)
{
	unsigned base = c->style & (ST_SELECTED - 1);
	wchar_t text[2] = { terminal_form(t, c), 0 };
	cchar_t cc;

	setcchar(&cc, text, attributes(t, theme_look(c->style)), t->mono ? 0 : (short)(base + 1),
		 NULL);
	mvadd_wch(y, x, &cc);
	if (c->cols == 2 && text[0] == (wchar_t)canvas_ascii(c->cp))
		mvaddch(y, x + 1, ' ');
}

void
term_draw(struct term *t, const struct canvas *c)
{
	int w, h;

	if (t->gone || t->away)
		return;
	term_size(t, &w, &h);
	if (t->shown.w != c->w || t->shown.h != c->h || t->repaint) {
		canvas_resize(&t->shown, c->w, c->h);
		erase();
		clearok(curscr, TRUE);
		t->repaint = false;
	}
	for (int y = 0; y < c->h && y < h; y++)
		for (int x = 0; x < c->w && x < w; x++) {
			const struct cell *now = canvas_at(c, x, y),
					  *was = canvas_at(&t->shown, x, y);

			if (now->cols > 0 && memcmp(now, was, sizeof(*now)) != 0)
				put_cell(t, x, y, now);
		}
	memcpy(t->shown.at, c->at, (size_t)c->w * (size_t)c->h * sizeof(*c->at));
	refresh();
}

bool
term_copy(struct term *t, const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = strlen(text);
	STR_AUTO out = { 0 };

	if (n > TERM_COPY_MAX || str_same(getenv("TERM"), "linux"))
		return false;
	str_init(&out, (size_t)TERM_COPY_MAX * 2);
	str_puts(&out, "\033]52;c;");
	for (size_t i = 0; i < n; i += 3) {
		unsigned v = 0;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (i + k < n ? (unsigned char)text[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			str_putc(&out, i + k > n ? '=' : digits[v >> (18 - 6 * k) & 63]);
	}
	str_puts(&out, "\a");
	if (!t->gone)
		send(str_c(&out));
	return true;
}

static int
translate(wint_t k, bool special)
{
	static const struct {
		wint_t curses;
		int ours;
	} keys[] = {
		{ KEY_UP, TK_UP },
		{ KEY_DOWN, TK_DOWN },
		{ KEY_LEFT, TK_LEFT },
		{ KEY_RIGHT, TK_RIGHT },
		{ KEY_SLEFT, TK_SHIFT_LEFT },
		{ KEY_SRIGHT, TK_SHIFT_RIGHT },
		{ KEY_PPAGE, TK_PGUP },
		{ KEY_NPAGE, TK_PGDN },
		{ KEY_HOME, TK_HOME },
		{ KEY_END, TK_END },
		{ KEY_ENTER, TK_ENTER },
		{ KEY_BTAB, TK_BACKTAB },
		{ KEY_BACKSPACE, TK_BACKSPACE },
		{ KEY_F(1), TK_F1 },
		{ KEY_F(3), TK_F3 },
		{ KEY_F(4), TK_F4 },
		{ KEY_F(5), TK_F5 },
		{ KEY_F(6), TK_F6 },
		{ KEY_F(9), TK_F9 },
		{ KEY_F(10), TK_F10 },
	};

	if (!special)
		return k == '\r' || k == '\n' ? TK_ENTER
		       : k == '\t'	      ? TK_TAB
		       : k == 27	      ? TK_ESC
		       : k == 8 || k == 127   ? TK_BACKSPACE
					      : (int)k;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].curses == k)
			return keys[i].ours;
	return TK_OTHER;
}

bool
term_read(struct term *t, int *key, bool *pasted)
{
	wint_t k;
	int rc;

	while (!t->gone && !t->away && (rc = get_wch(&k)) != ERR) {
		if (rc == KEY_CODE_YES && (k == PASTE_BEGIN || k == PASTE_END)) {
			t->pasting = k == PASTE_BEGIN;
			continue;
		}
		if (rc == KEY_CODE_YES && k == KEY_RESIZE)
			continue; /* the loop hears of it from SIGWINCH */
		*key = translate(k, rc == KEY_CODE_YES);
		*pasted = t->pasting;
		return true;
	}
	return false;
}

void
term_drop_input(struct term *t)
{
	if (!t->gone && !t->away)
		flushinp();
}

void
term_suspend(struct term *t)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old;
	sigset_t stop, before;

	if (t->gone || t->away)
		return;
	send("\033[?2004l");
	endwin();
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigaction(SIGTSTP, &dfl, &old);
	kill(0, SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &stop, &before); /* stops here, goes on with SIGCONT */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGTSTP, &old, NULL);
	refresh();
	enter_modes();
	term_resized(t);
}

void
term_leave(struct term *t)
{
	struct termios quiet;

	if (t->gone || t->away)
		return;
	send("\033[?2004l");
	endwin();
	t->away = true;
	if (tcgetattr(STDIN_FILENO, &t->shell) < 0)
		return;
	quiet = t->shell;
	quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	quiet.c_cc[VMIN] = 0; /* a read never waits */
	quiet.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
}

void
term_return(struct term *t)
{
	if (t->gone || !t->away)
		return;
	t->away = false;
	refresh(); /* curses takes the terminal again with its own settings */
	enter_modes();
	term_resized(t);
	t->repaint = true;
}

void
term_print(struct term *t, const char *text, size_t n)
{
	while (!t->gone && t->away && n > 0) {
		ssize_t k = write(STDOUT_FILENO, text, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return;
		text += k;
		n -= (size_t)k;
	}
}

bool
term_any_key(struct term *t)
{
	char keys[256];
	bool any = false;

	while (!t->gone && t->away && read(STDIN_FILENO, keys, sizeof(keys)) > 0)
		any = true;
	return any;
}

int
term_stderr_fd(const struct term *t)
{
	return capture_fd(t->errors);
}

bool
term_stderr_line(struct term *t, char *buf, size_t n)
{
	return capture_line(t->errors, buf, n);
}
