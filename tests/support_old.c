#include "tests/support_old.h"

#include "core/clock.h"
#include "core/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 8192, WAIT_MS = 20000 };

static struct {
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t change;
	struct old_script script;
	char head[HEAD_MAX];
	int requests, left, listener;
	bool released;
	char url[64];
} old = { .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER };

static void
die(const char *what)
{
	perror(what);
	exit(70);
}

static void
send_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			return;
		p += k;
		n -= (size_t)k;
	}
}

static void
reply(int fd, int status, const char *body, bool cut)
{
	STR_AUTO text = { 0 };
	size_t n = strlen(body);

	str_init(&text, n + 512);
	str_fmt(&text,
		"HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
		"Connection: close\r\n\r\n%.*s",
		status, n, (int)(cut ? n / 2 : n), body);
	send_all(fd, str_c(&text), text.len);
}

static bool
read_head(int fd, char head[HEAD_MAX])
{
	size_t n = 0;

	while (n + 1 < HEAD_MAX) {
		ssize_t k = recv(fd, head + n, HEAD_MAX - 1 - n, 0);

		if (k <= 0)
			return false;
		n += (size_t)k;
		head[n] = '\0';
		if (strstr(head, "\r\n\r\n"))
			return true;
	}
	return false;
}

/* False when the caller has gone first. */
static bool
hold(int fd)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		bool released;

		pthread_mutex_lock(&old.lock);
		released = old.released;
		pthread_mutex_unlock(&old.lock);
		if (released)
			return true;
		if (poll(&p, 1, 10) > 0)
			return false;
	}
}

static void
work(int fd, const struct old_script *s)
{
	if (s->way == OLD_HANGUP)
		return;
	if (s->way == OLD_HOLDS && !hold(fd)) {
		pthread_mutex_lock(&old.lock);
		old.left++;
		pthread_cond_broadcast(&old.change);
		pthread_mutex_unlock(&old.lock);
		return;
	}
	reply(fd, s->status, s->body, s->way == OLD_CUT);
}

/* As the original's fmp-bulk: a lock that is held is an answer, not an error. */
static void
work_locked(int fd, const struct old_script *s)
{
	struct db *db = support_open(s->lock_on);
	struct err e = ERR_INIT;
	char sql[80];

	fmt_buf(sql, sizeof(sql), "SELECT pg_try_advisory_lock(%lld)", (long long)s->lock_key);
	struct rows *r = db_query_sql(db, sql, NULL, 0, &e);
	if (r && rows_bool(r, 0, 0))
		work(fd, s);
	else
		reply(fd, 200, "{\"ok\":true,\"skipped\":true,\"reason\":\"lock_held\"}", false);
	rows_free(r);
	db_close(db);
}

static void *
serve_one(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char head[HEAD_MAX];
	struct old_script s;

	if (read_head(fd, head)) {
		pthread_mutex_lock(&old.lock);
		s = old.script;
		str_copy(old.head, sizeof(old.head), head);
		old.requests++;
		pthread_cond_broadcast(&old.change);
		pthread_mutex_unlock(&old.lock);
		if (!strstr(head, "\r\nAuthorization: Bearer " OLD_SECRET "\r\n"))
			reply(fd, 401, "{\"error\":\"Unauthorized\"}", false);
		else if (s.lock_on)
			work_locked(fd, &s);
		else
			work(fd, &s);
	}
	shutdown(fd, SHUT_RDWR);
	close(fd);
	return NULL;
}

static void *
serve(void *arg)
{
	(void)arg;
	for (;;) {
		int fd = accept(old.listener, NULL, NULL);
		pthread_t t;

		if (fd < 0)
			continue;
		if (pthread_create(&t, NULL, serve_one, (void *)(intptr_t)fd) == 0)
			pthread_detach(t);
		else
			close(fd);
	}
	return NULL;
}

const char *
old_start(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	pthread_t t = { 0 };

	if (*old.url)
		return old.url;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	old.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (old.listener < 0 || bind(old.listener, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(old.listener, 16) < 0 ||
	    getsockname(old.listener, (struct sockaddr *)&at, &n) < 0 ||
	    pthread_create(&t, NULL, serve, NULL) != 0)
		die("support_old");
	pthread_detach(t);
	fmt_buf(old.url, sizeof(old.url), "http://127.0.0.1:%d", (int)ntohs(at.sin_port));
	return old.url;
}

void
old_answers(const struct old_script *s)
{
	pthread_mutex_lock(&old.lock);
	old.script = *s;
	old.requests = old.left = 0;
	old.released = false;
	old.head[0] = '\0';
	pthread_mutex_unlock(&old.lock);
}

void
old_release(void)
{
	pthread_mutex_lock(&old.lock);
	old.released = true;
	pthread_mutex_unlock(&old.lock);
}

static int
look(const int *at)
{
	int n;

	pthread_mutex_lock(&old.lock);
	n = *at;
	pthread_mutex_unlock(&old.lock);
	return n;
}

static bool
await(const int *at, int n)
{
	int64_t end = clock_mono_ms() + WAIT_MS;

	while (look(at) < n) {
		if (clock_mono_ms() > end)
			return false;
		poll(NULL, 0, 5);
	}
	return true;
}

int
old_requests(void)
{
	return look(&old.requests);
}

int
old_left(void)
{
	return look(&old.left);
}

bool
old_await_requests(int n)
{
	return await(&old.requests, n);
}

bool
old_await_left(int n)
{
	return await(&old.left, n);
}

const char *
old_last_request(void)
{
	static char copy[HEAD_MAX];

	pthread_mutex_lock(&old.lock);
	str_copy(copy, sizeof(copy), old.head);
	pthread_mutex_unlock(&old.lock);
	return copy;
}
