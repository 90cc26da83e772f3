/* Appends whole lines to the log file; the file is reopened by the next writer, not by the signal
 * handler. */
#include "core/log.h"

#include "core/clock.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1 << 20 };

struct log {
	char *path;
	atomic_bool stale;    /* reopen before the next line */
	pthread_mutex_t lock; /* guards all below */
	int fd;
	bool failed;
	int64_t dropped;
};

static int
open_file(const char *path, struct err *e)
{
	/* Not blocking: a pipe without a reader must not hold up the run. */
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int fd = open(path, flags, 0600);
	struct stat st;

	if (fd < 0)
		return err_errno(e, ERR_CONFIG, errno, path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0 &&
	    (st.st_uid != geteuid() || fchmod(fd, 0600) < 0)) {
		close(fd);
		return err_set(e, ERR_CONFIG, "%s: log file of another user, open to others", path);
	}
	return fd;
}

struct log *
log_open(const char *path, struct err *e)
{
	int fd = open_file(path, e);
	struct log *l;

	if (fd < 0) {
		err_wrap(e, "log file");
		return NULL;
	}
	l = mem_zalloc(sizeof(*l));
	l->path = mem_dup(path);
	l->fd = fd;
	atomic_init(&l->stale, false);
	pthread_mutex_init(&l->lock, NULL);
	return l;
}

void
log_close(struct log *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	pthread_mutex_destroy(&l->lock);
	free(l->path);
	free(l);
}

static void
render(const struct event *ev, struct str *line)
{
	char ts[CLOCK_BUF];

	str_fmt(line, "%s run %" PRId64 " %c %s%s%s  ", clock_iso(ev->ts_ms, ts), ev->run,
		level_letter(ev->lvl), ev->job, *ev->unit ? " " : "", ev->unit);
	text_clean(line, str_or(ev->msg, ""), strlen(str_or(ev->msg, "")));
	if (line->overflow)
		str_puts(line, "(line too long)");
	str_putc(line, '\n');
}

/* A line is one write(), so that lines of several processes do not mix. */
static int
put_line(struct log *l, const struct str *line, struct err *e)
{
	ssize_t n;

	if (atomic_exchange(&l->stale, false)) {
		if (l->fd >= 0)
			close(l->fd);
		l->fd = open_file(l->path, e);
	}
	if (l->fd < 0)
		return -1;
	do
		n = write(l->fd, str_c(line), line->len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)line->len)
		return 0;
	return err_errno(e, ERR_CONFIG, n < 0 ? errno : ENOSPC, l->path);
}

int
log_write(struct log *l, const struct event *ev, struct err *e)
{
	bool first;
	int rc;
	STR_AUTO line = { 0 };

	str_init(&line, LINE_MAX_BYTES);
	render(ev, &line);
	pthread_mutex_lock(&l->lock);
	rc = put_line(l, &line, e);
	first = rc < 0 && !l->failed;
	l->failed = rc < 0;
	if (rc < 0)
		l->dropped++;
	pthread_mutex_unlock(&l->lock);
	return first ? -1 : 0;
}

int64_t
log_dropped(struct log *l)
{
	int64_t n;

	pthread_mutex_lock(&l->lock);
	n = l->dropped;
	pthread_mutex_unlock(&l->lock);
	return n;
}

void
log_reopen(struct log *l)
{
	atomic_store(&l->stale, true);
}
