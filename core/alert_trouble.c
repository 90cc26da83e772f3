/* What was told is kept in one file per trouble, what it is a trouble of, and channel in the cache
 * directory, so that a line of a crontab that fails every quarter of an hour does not tell so every
 * time, and another line, of another database, does not tell that it is over. */
#include "core/alert_trouble.h"

#include "core/clock.h"
#include "core/conf_secret.h"
#include "core/http.h"
#include "core/num.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4000, TEXT = 64 };

/* since 0 = it is over; told 0 = nothing has arrived yet. */
struct memory {
	int fd;
	int64_t since_ms, told_ms;
};

/* FNV-1a: of any length, and nothing of it can be read in a file's name. */
static uint64_t
digest(const char *text)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3;
	return h;
}

static int
memory_path(const struct conf *conf, const struct alert_trouble *t, const char *channel,
	    struct str *path, struct err *e)
{
	STR_AUTO dir = { 0 };

	str_init(&dir, PATH_BYTES);
	str_init(path, PATH_BYTES * 2);
	if (conf_cache_path(conf, &dir, e) < 0)
		return -1;
	return str_fmt(path, "%s/alert-%s-%016" PRIx64 "-%s", str_c(&dir), t->key, digest(t->of),
		       channel);
}

/* Whoever holds it tells; another process has nothing to do.  Freed by close(). */
static bool
lock(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_SETLK, &whole) == 0;
}

static void
recall(struct memory *m)
{
	char text[TEXT + 1] = "", *rest = text;

	if (pread(m->fd, text, TEXT, 0) <= 0)
		return;
	m->since_ms = strtoll(rest, &rest, 10);
	m->told_ms = strtoll(rest, &rest, 10);
}

/* 1: there is none, or another process works on it; else m->fd is owned: close(). */
static int
memory_open(const char *path, int flags, struct memory *m, struct err *e)
{
	*m = (struct memory){ .fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600) };
	if (m->fd < 0)
		return !flags && (errno == ENOENT || errno == ENOTDIR)
			       ? 1
			       : err_errno(e, ERR_CONFIG, errno, path);
	if (!lock(m->fd)) {
		close(m->fd);
		return 1;
	}
	recall(m);
	return 0;
}

/* Of one length, so that what could be written before the message can be written after it. */
static int
keep(const struct memory *m, struct err *e)
{
	char text[TEXT];

	fmt_buf(text, sizeof(text), "%020" PRId64 " %020" PRId64 "\n", m->since_ms, m->told_ms);
	if (pwrite(m->fd, text, strlen(text), 0) == (ssize_t)strlen(text))
		return 0;
	return err_errno(e, ERR_INTERNAL, errno, "it cannot be kept that this was told");
}

static int
send(const struct conf *conf, const struct alert_channel *c, const struct alert_trouble *t,
     const struct memory *m, enum alert_news news, const char *why, struct err *e)
{
	struct alert_row about = { .open = news != ALERT_RECOVERED,
				   .severity = CHECK_CRITICAL,
				   .first_ms = m->since_ms,
				   .remedy = "fintra doctor" };
	struct alert_message msg = { news, &about, clock_wall_ms(), NULL };

	STR_AUTO clean = { 0 };

	str_init(&clean, ALERT_TEXT * 2);
	conf_mask(conf, str_or(why, ""), strlen(str_or(why, "")), &clean);
	str_copy(about.key, sizeof(about.key), t->key);
	about.ended_ms = msg.now_ms;
	if (why)
		(void)fmt_buf(about.text, sizeof(about.text), "%s: %.700s", t->is, str_c(&clean));
	else
		str_copy(about.text, sizeof(about.text), t->was);
	return c->send(conf, &msg, e);
}

/* What cannot be remembered is not sent: it would be sent for ever. */
static int
tell_open(const struct conf *conf, const struct alert_channel *c, const struct alert_trouble *t,
	  const char *why, struct memory *m, struct err *e)
{
	int64_t now = clock_wall_ms();
	enum alert_news news = m->since_ms && m->told_ms ? ALERT_STILL : ALERT_NEW;

	if (news == ALERT_STILL && now - m->told_ms < span_parse(conf->alert.repeat))
		return 1;
	if (news == ALERT_NEW)
		*m = (struct memory){ m->fd, m->since_ms ? m->since_ms : now, 0 };
	if (keep(m, e) < 0 || send(conf, c, t, m, news, why, e) < 0)
		return -1;
	m->told_ms = now;
	return keep(m, e);
}

static int
tell_over(const struct conf *conf, const struct alert_channel *c, const struct alert_trouble *t,
	  struct memory *m, struct err *e)
{
	bool told = m->since_ms && m->told_ms;

	if (told && send(conf, c, t, m, ALERT_RECOVERED, NULL, e) < 0)
		return -1;
	m->since_ms = m->told_ms = 0;
	return keep(m, e) < 0 ? -1 : !told;
}

/* `why` NULL: it is over. */
static int
tell(const struct conf *conf, const struct alert_channel *c, const struct alert_trouble *t,
     const char *why, struct err *e)
{
	struct memory m;
	STR_AUTO path = { 0 };
	int rc;

	if (memory_path(conf, t, c->name, &path, e) < 0)
		return -1;
	rc = memory_open(str_c(&path), why ? O_CREAT : 0, &m, e);
	if (rc != 0)
		return rc;
	rc = why	  ? tell_open(conf, c, t, why, &m, e)
	     : m.since_ms ? tell_over(conf, c, t, &m, e)
			  : 1;
	close(m.fd);
	return rc;
}

void
alert_trouble(const struct conf *conf, const struct alert_trouble *t, const char *why,
	      struct alert_outcome *out)
{
	struct err e = ERR_INIT;

	/* Where it cannot be made, every channel says below why it is not told. */
	if (why)
		free(conf_cache_dir(conf, &e));
	http_global_init();
	for (const struct alert_channel *c = alert_channels; c->name; c++) {
		int rc = c->configured(conf) ? tell(conf, c, t, why, &e) : 1;

		out->sent += rc == 0;
		out->failed += rc < 0;
		if (rc < 0)
			(void)fmt_buf(out->error, sizeof(out->error), "%s: %.280s", c->name,
				      e.text);
	}
}
