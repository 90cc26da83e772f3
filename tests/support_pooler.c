#include "tests/support_pooler.h"

#include "core/str.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENTS = 32, HEAD = 5, PID_AT = 5, MESSAGE_MAX = 1 << 20 };

struct pooler {
	int listener;
	bool shared;
	char server[108]; /* socket of the real one */
	int shared_fd;	  /* -1 until the first client has come */
	struct {
		int fd, server;
	} client[CLIENTS];
	int n;
	struct str hello; /* the server's answer to a start: told to every client of a shared one */
};

static NORETURN void
die(const char *what)
{
	perror(what);
	exit(70);
}

static int
socket_at(const char *path, bool listening)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	str_copy(a.sun_path, sizeof(a.sun_path), path);
	if (fd < 0)
		die("socket");
	if (listening) {
		unlink(path);
		if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, CLIENTS) < 0)
			die(path);
	} else if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		die(path);
	}
	return fd;
}

static bool
take(int fd, void *into, size_t n)
{
	char *p = into;

	while (n > 0) {
		ssize_t k = read(fd, p, n);

		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static void
give(int fd, const void *from, size_t n)
{
	const char *p = from;

	while (n > 0) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			return;
		p += k;
		n -= (size_t)k;
	}
}

static uint32_t
number(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* One whole message appended; its type, 0 at the end of the stream. */
static char
message(int fd, struct str *into)
{
	unsigned char head[HEAD];
	char body[8192];
	uint32_t left;

	if (!take(fd, head, HEAD))
		return 0;
	str_put(into, head, HEAD);
	for (left = number(head + 1) - 4; left > 0;) {
		uint32_t k = left < sizeof(body) ? left : (uint32_t)sizeof(body);

		if (!take(fd, body, k))
			return 0;
		str_put(into, body, k);
		left -= k;
	}
	return (char)head[0];
}

/* Up to ReadyForQuery; process ids are replaced on the way. */
static bool
until_ready(int fd, struct str *into)
{
	for (;;) {
		size_t at = into->len;
		char type = message(fd, into);

		if (type == 'K')
			for (int i = 0; i < 4; i++)
				into->p[at + PID_AT + (size_t)i] = (char)(0x7f - i);
		if (type == 0 || type == 'Z')
			return type == 'Z';
	}
}

/* The start packet has no type; of a shared server only the first one reaches it. */
static void
welcome(struct pooler *p, int fd)
{
	unsigned char head[4];
	char rest[8192];
	struct str own;
	int server;

	if (!take(fd, head, 4) || number(head) > sizeof(rest) || !take(fd, rest, number(head) - 4))
		die("start packet");
	server = p->shared && p->shared_fd >= 0 ? p->shared_fd : socket_at(p->server, false);
	str_init(&own, MESSAGE_MAX);
	if (server != p->shared_fd) {
		give(server, head, 4);
		give(server, rest, number(head) - 4);
		until_ready(server, &own);
		str_clear(&p->hello);
		str_put(&p->hello, own.p, own.len);
	}
	if (p->shared)
		p->shared_fd = server;
	give(fd, p->hello.p, p->hello.len);
	p->client[p->n].fd = fd;
	p->client[p->n++].server = server;
	str_done(&own);
}

static void
forget(struct pooler *p, int i)
{
	close(p->client[i].fd);
	if (!p->shared)
		close(p->client[i].server);
	p->client[i] = p->client[--p->n];
}

/* What the client says up to Sync or a simple query, then the whole answer: clients take turns. */
static void
serve(struct pooler *p, int i)
{
	struct str s;
	char type;

	str_init(&s, MESSAGE_MAX);
	do
		type = message(p->client[i].fd, &s);
	while (type && type != 'S' && type != 'Q' && type != 'X');
	if (type == 0 || type == 'X') {
		forget(p, i);
	} else {
		give(p->client[i].server, s.p, s.len);
		str_clear(&s);
		until_ready(p->client[i].server, &s);
		give(p->client[i].fd, s.p, s.len);
	}
	str_done(&s);
}

static void *
pooler_main(void *arg)
{
	struct pooler *p = arg;

	for (;;) {
		struct pollfd fds[CLIENTS + 1] = { { .fd = p->listener, .events = POLLIN } };
		int n = p->n;

		for (int i = 0; i < n; i++)
			fds[i + 1] = (struct pollfd){ .fd = p->client[i].fd, .events = POLLIN };
		if (poll(fds, (nfds_t)n + 1, -1) < 0)
			continue;
		for (int i = n - 1; i >= 0; i--)
			if (fds[i + 1].revents)
				serve(p, i);
		if (fds[0].revents && p->n < CLIENTS)
			welcome(p, accept(p->listener, NULL, NULL));
	}
	return NULL;
}

/* Value of host= in the conninfo, which here is a directory. */
static void
socket_of(const char *conninfo, char out[108])
{
	const char *host = strstr(conninfo, "host=");

	if (!host)
		die("support_pooler: no host= in the conninfo");
	host += 5;
	fmt_buf(out, 108, "%.*s/.s.PGSQL.5432", (int)strcspn(host, " "), host);
}

static char made[8][108];

static void
clean_up(void)
{
	for (size_t i = 0; i < ARRAY_LEN(made) && *made[i]; i++) {
		unlink(made[i]);
		*strrchr(made[i], '/') = '\0';
		rmdir(made[i]);
	}
}

const char *
support_pooler(const char *conninfo, bool shared)
{
	static char info[700];
	struct pooler *p = mem_zalloc(sizeof(*p));
	char dir[] = "/tmp/fintra-pool.XXXXXX", path[108];
	static size_t n;
	pthread_t thread;

	if (n == ARRAY_LEN(made) || !mkdtemp(dir))
		die(dir);
	fmt_buf(path, sizeof(path), "%s/.s.PGSQL.5432", dir);
	if (n == 0)
		atexit(clean_up);
	str_copy(made[n++], sizeof(made[0]), path);
	socket_of(conninfo, p->server);
	str_init(&p->hello, MESSAGE_MAX);
	p->shared = shared;
	p->shared_fd = -1;
	p->listener = socket_at(path, true);
	if (pthread_create(&thread, NULL, pooler_main, p) != 0)
		die("thread");
	pthread_detach(thread);
	fmt_buf(info, sizeof(info), "%s host=%s", conninfo, dir); /* the last host counts */
	return info;
}
