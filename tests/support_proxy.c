#include "tests/support_proxy.h"

#include "core/str.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PAIRS = 32 };

struct proxy {
	pthread_t thread;
	int listener, port, wake[2];
	struct sockaddr_un server;
	int end[PAIRS][2]; /* client, server; -1 = free; of the thread */
};

static void
die(const char *what)
{
	perror(what);
	exit(70);
}

static void
let_go(struct proxy *p, int i)
{
	for (int k = 0; k < 2; k++) {
		if (p->end[i][k] >= 0)
			close(p->end[i][k]);
		p->end[i][k] = -1;
	}
}

static void
take_client(struct proxy *p)
{
	int client = accept(p->listener, NULL, NULL), i = 0;
	int server = socket(AF_UNIX, SOCK_STREAM, 0);

	while (i < PAIRS && p->end[i][0] >= 0)
		i++;
	if (i == PAIRS || client < 0 || server < 0)
		die("proxy");
	p->end[i][0] = client;
	p->end[i][1] = server;
	if (connect(server, (struct sockaddr *)&p->server, sizeof(p->server)) < 0)
		let_go(p, i);
}

/* Whether both ends are still there. */
static bool
relay(int from, int to)
{
	char buf[16384];
	ssize_t n = read(from, buf, sizeof(buf));

	for (ssize_t done = 0, w; done < n; done += w) {
		w = send(to, buf + done, (size_t)(n - done), MSG_NOSIGNAL);
		if (w < 0)
			return false;
	}
	return n > 0;
}

/* 's' silent, 'a' speaks again, 'c' cut, 'q' end: whether to go on. */
static bool
obey(struct proxy *p, bool *silent)
{
	char order;

	if (read(p->wake[0], &order, 1) != 1 || order == 'q')
		return false;
	if (order == 'c')
		for (int i = 0; i < PAIRS; i++)
			let_go(p, i);
	else
		*silent = order == 's';
	return true;
}

static void *
serve(void *arg)
{
	struct proxy *p = arg;
	bool silent = false;

	for (;;) {
		struct pollfd at[2 + 2 * PAIRS] = { { .fd = p->wake[0], .events = POLLIN },
						    { .fd = p->listener, .events = POLLIN } };

		for (int i = 0; i < 2 * PAIRS; i++)
			at[2 + i] = (struct pollfd){ .fd = p->end[i / 2][i % 2], .events = POLLIN };
		if (poll(at, silent ? 1 : 2 + 2 * PAIRS, -1) < 0)
			die("proxy: poll");
		if (at[0].revents) {
			if (!obey(p, &silent))
				return NULL;
			continue; /* what else was there may be gone */
		}
		for (int i = 0; i < 2 * PAIRS; i++)
			if (at[2 + i].revents && p->end[i / 2][0] >= 0 &&
			    !relay(p->end[i / 2][i % 2], p->end[i / 2][1 - i % 2]))
				let_go(p, i / 2);
		if (at[1].revents)
			take_client(p);
	}
}

struct proxy *
proxy_open(const char *socket_path)
{
	struct proxy *p = mem_zalloc(sizeof(*p));
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	for (int i = 0; i < PAIRS; i++)
		p->end[i][0] = p->end[i][1] = -1;
	p->server.sun_family = AF_UNIX;
	str_copy(p->server.sun_path, sizeof(p->server.sun_path), socket_path);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(p->listener, (struct sockaddr *)&a, len) < 0 || listen(p->listener, PAIRS) < 0 ||
	    getsockname(p->listener, (struct sockaddr *)&a, &len) < 0 || pipe(p->wake) < 0)
		die("proxy");
	p->port = ntohs(a.sin_port);
	if (pthread_create(&p->thread, NULL, serve, p) != 0)
		die("proxy: thread");
	return p;
}

int
proxy_port(const struct proxy *p)
{
	return p->port;
}

static void
tell(struct proxy *p, char order)
{
	if (write(p->wake[1], &order, 1) != 1)
		die("proxy: order");
}

void
proxy_silence(struct proxy *p, bool silent)
{
	tell(p, silent ? 's' : 'a');
}

void
proxy_cut(struct proxy *p)
{
	tell(p, 'c');
}

void
proxy_close(struct proxy *p)
{
	tell(p, 'q');
	pthread_join(p->thread, NULL);
	for (int i = 0; i < PAIRS; i++)
		let_go(p, i);
	close(p->listener);
	close(p->wake[0]);
	close(p->wake[1]);
	free(p);
}
