/* Where we run: terminal, locale, crontabs. */
#include "core/doctor.h"
#include "core/num.h"
#include "core/proc.h"

#include <dirent.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_MAX = 1 << 20, LINES_BYTES = 760, PATH_BYTES = 1024 };

/* Compiled terminfo entries lie under the first letter, on some systems under its hex code. */
static bool
entry_in(const char *dir, const char *term)
{
	char path[PATH_BYTES];

	if (!dir || !*dir)
		return false;
	return (fmt_buf(path, sizeof(path), "%s/%c/%s", dir, term[0], term) &&
		access(path, R_OK) == 0) ||
	       (fmt_buf(path, sizeof(path), "%s/%x/%s", dir, (unsigned char)term[0], term) &&
		access(path, R_OK) == 0);
}

static bool
term_known(const char *term)
{
	static const char *const dirs[] = { "/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo",
					    "/usr/lib/terminfo", "/usr/local/share/terminfo" };
	const char *home = getenv("HOME");
	char own[PATH_BYTES];
	bool known;

	if (strchr(term, '/'))
		return false;
	known = entry_in(getenv("TERMINFO"), term) ||
		(home && fmt_buf(own, sizeof(own), "%s/.terminfo", home) && entry_in(own, term));
	for (size_t i = 0; i < ARRAY_LEN(dirs) && !known; i++)
		known = entry_in(dirs[i], term);
	return known;
}

void
doctor_terminal(struct doctor *d, struct finding *f)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (!term || !*term) {
		finding_set(f, isatty(1) ? FINDING_WARN : FINDING_OK,
			    "TERM is not set: commands work, the console does not");
		if (f->state != FINDING_OK)
			finding_todo(f, "export TERM=xterm-256color, or what the terminal is");
	} else if (!term_known(term)) {
		finding_set(f, FINDING_WARN, "TERM=%s is not known on this machine", term);
		finding_todo(f,
			     "install its terminfo (ncurses-term), or export TERM=xterm-256color");
	} else if (str_same(term, "dumb")) {
		finding_set(f, FINDING_WARN, "TERM=dumb: no console, no colours");
	} else {
		finding_set(f, FINDING_OK, "TERM=%s is known%s", term,
			    (no && *no) || d->app->conf.mono ? ", colours are off" : "");
	}
}

static const char *
locale_asked(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *v = getenv(names[i]);

		if (v && *v)
			return v;
	}
	return "";
}

void
doctor_locale(struct doctor *d, struct finding *f)
{
	const char *asked = locale_asked();
	locale_t l = newlocale(LC_CTYPE_MASK, "", (locale_t)0);

	(void)d;
	if (l == (locale_t)0) {
		finding_set(f, FINDING_WARN, "locale %s is not installed", asked);
		finding_todo(f, "export LC_ALL=C.UTF-8, or generate it (locale-gen)");
		return;
	}
	if (str_same(nl_langinfo_l(CODESET, l), "UTF-8")) {
		finding_set(f, FINDING_OK, "%s, UTF-8", asked);
	} else {
		finding_set(f, FINDING_WARN, "%s%swithout UTF-8: names that are not ASCII suffer",
			    asked, *asked ? " " : "no locale is set, ");
		finding_todo(f, "export LC_ALL=C.UTF-8");
	}
	freelocale(l);
}

/* Of a shell word: quoted, or up to a blank. */
static size_t
value_length(const char *s)
{
	const char *end = *s == '\'' || *s == '"' ? strchr(s + 1, *s) : NULL;

	return end ? (size_t)(end - s) + 1 : strcspn(s, " \t");
}

/* Values of KEY=, PASSWORD=, SECRET= and TOKEN=, and the password of a URI. */
void
doctor_mask(const char *line, struct str *out)
{
	static const char *const names[] = { "KEY=", "PASSWORD=", "SECRET=", "TOKEN=",
					     "key=", "password=", "secret=", "token=" };

	while (*line) {
		const char *host = str_starts(line, "://") ? line + 3 : NULL;
		size_t user = host ? strcspn(host, ":@/ \t") : 0;
		size_t word = 0;

		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			if (str_starts(line, names[i]))
				word = strlen(names[i]);
		if (host && host[user] == ':' && host[user + strcspn(host + user, "@ \t")] == '@') {
			str_put(out, line, 3 + user + 1);
			str_puts(out, "***");
			line = host + user + strcspn(host + user, "@");
		} else if (word) {
			str_put(out, line, word);
			str_puts(out, "***");
			line += word;
			line += value_length(line);
		} else {
			str_putc(out, *line++);
		}
	}
}

struct crontabs {
	struct str lines; /* found */
	struct str dark;  /* what could not be read, and why */
	int n;
};

static void
take_lines(struct crontabs *c, char *text)
{
	char *save = NULL;

	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		l += strspn(l, " \t");
		if (*l == '#' || !strstr(l, "fintra"))
			continue;
		str_puts(&c->lines, c->n++ ? "; " : "");
		doctor_mask(l, &c->lines);
	}
}

static void
read_user(struct crontabs *c)
{
	const char *const argv[] = { "crontab", "-l", NULL };
	struct err e = ERR_INIT;
	STR_AUTO out = { 0 };
	int code;

	str_init(&out, OUTPUT_MAX);
	if (proc_run(argv, NULL, &out, &code, &e) < 0)
		return; /* no crontab program, so no crontab of ours */
	if (code == 0) {
		char *text = mem_dup(str_c(&out));

		take_lines(c, text);
		free(text);
	} else if (!strstr(str_c(&out), "no crontab for")) {
		str_fmt(&c->dark, "%scrontab -l: %.*s", c->dark.len ? "; " : "",
			(int)strcspn(str_c(&out), "\n"), str_c(&out));
	}
}

static void
read_file(struct crontabs *c, const char *path)
{
	FILE *file = fopen(path, "re");
	struct err e = ERR_INIT;
	char *text;
	size_t n;

	if (!file) {
		if (errno == ENOENT)
			return;
		err_errno(&e, ERR_CONFIG, errno, path);
		str_fmt(&c->dark, "%s%s", c->dark.len ? "; " : "", e.text);
		return;
	}
	text = mem_zalloc(OUTPUT_MAX + 1);
	n = fread(text, 1, OUTPUT_MAX, file);
	text[n] = '\0';
	fclose(file);
	take_lines(c, text);
	free(text);
}

static void
read_system(struct crontabs *c)
{
	DIR *dir = opendir("/etc/cron.d");
	struct dirent *entry;
	char path[PATH_BYTES];

	read_file(c, "/etc/crontab");
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    fmt_buf(path, sizeof(path), "/etc/cron.d/%s", entry->d_name))
			read_file(c, path);
	if (dir)
		closedir(dir);
}

void
doctor_cron(struct doctor *d, struct finding *f)
{
	struct crontabs c = { .n = 0 };

	(void)d;
	str_init(&c.lines, LINES_BYTES);
	str_init(&c.dark, LINES_BYTES);
	read_user(&c);
	read_system(&c);
	if (c.dark.len)
		finding_set(f, FINDING_UNKNOWN, "%s%s%s", str_c(&c.dark), c.n ? "; found: " : "",
			    str_c(&c.lines));
	else if (c.n)
		finding_set(f, FINDING_OK, "%d line%s: %s%s", c.n, num_s(c.n), str_c(&c.lines),
			    c.lines.overflow ? " ..." : "");
	else
		finding_set(f, FINDING_OK, "no line calls fintra");
	str_done(&c.lines);
	str_done(&c.dark);
}
