#include "tests/support_phone.h"

#include "core/str.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUESTS = 64, BYTES = 16384 };

static struct {
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t change;
	char got[REQUESTS][BYTES];
	int n, rang, listener, hang;
	char url[64];
} phone = { .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER };

static void
die(const char *what)
{
	perror(what);
	exit(70);
}

/* Head and body; the length is what the sender declares. */
static void
read_request(int fd, char *buf)
{
	size_t n = 0, want = BYTES;
	ssize_t k;

	while (n < want && n + 1 < BYTES && (k = recv(fd, buf + n, BYTES - 1 - n, 0)) > 0) {
		const char *end, *len;

		n += (size_t)k;
		buf[n] = '\0';
		end = strstr(buf, "\r\n\r\n");
		len = strstr(buf, "Content-Length: ");
		if (end)
			want = (size_t)(end + 4 - buf) + (len ? strtoul(len + 16, NULL, 10) : 0);
	}
}

static void
keep(const char *raw)
{
	const char *body = strstr(raw, "\r\n\r\n");
	size_t line = strcspn(raw, "\r");

	pthread_mutex_lock(&phone.lock);
	phone.rang++;
	while (phone.hang)
		pthread_cond_wait(&phone.change, &phone.lock);
	if (phone.n < REQUESTS)
		snprintf(phone.got[phone.n++], BYTES, "%.*s\n%s", (int)line, raw,
			 body ? body + 4 : "");
	pthread_mutex_unlock(&phone.lock);
}

/* Telegram's words to a token that it does not know. */
static void
reply(int fd, const char *raw)
{
	bool bot = strncmp(raw, "POST /bot", 9) == 0;
	bool ok = !bot || strstr(raw, "/bot" PHONE_TOKEN "/sendMessage");
	const char *body =
		!bot ? "OK"
		: ok ? "{\"ok\":true,\"result\":{\"message_id\":1}}"
		     : "{\"ok\":false,\"error_code\":401,\"description\":\"Unauthorized\"}";
	char text[512];
	int n = snprintf(text, sizeof(text),
			 "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
			 ok ? "200 OK" : "401 Unauthorized", strlen(body), body);

	if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		perror("phone: reply");
}

static void *
answer(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char *raw = mem_zalloc(BYTES);

	read_request(fd, raw);
	keep(raw);
	reply(fd, raw);
	free(raw);
	close(fd);
	return NULL;
}

static void *
serve(void *arg)
{
	for (;;) {
		int fd = accept(phone.listener, NULL, NULL);
		pthread_t t;

		if (fd >= 0 && pthread_create(&t, NULL, answer, (void *)(intptr_t)fd) == 0)
			pthread_detach(t);
	}
	return arg;
}

const char *
phone_start(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	pthread_t t;

	if (phone.url[0])
		return phone.url;
	phone.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (phone.listener < 0 || bind(phone.listener, (struct sockaddr *)&a, len) < 0 ||
	    listen(phone.listener, 32) < 0 ||
	    getsockname(phone.listener, (struct sockaddr *)&a, &len) < 0)
		die("phone");
	snprintf(phone.url, sizeof(phone.url), "http://127.0.0.1:%d", ntohs(a.sin_port));
	if (pthread_create(&t, NULL, serve, NULL) != 0)
		die("phone: thread");
	pthread_detach(t);
	return phone.url;
}

void
phone_clear(void)
{
	pthread_mutex_lock(&phone.lock);
	phone.n = phone.rang = 0;
	pthread_mutex_unlock(&phone.lock);
}

void
phone_hang(int hang)
{
	pthread_mutex_lock(&phone.lock);
	phone.hang = hang;
	pthread_cond_broadcast(&phone.change);
	pthread_mutex_unlock(&phone.lock);
}

int
phone_count(void)
{
	int n;

	pthread_mutex_lock(&phone.lock);
	n = phone.n;
	pthread_mutex_unlock(&phone.lock);
	return n;
}

int
phone_rang(void)
{
	int n;

	pthread_mutex_lock(&phone.lock);
	n = phone.rang;
	pthread_mutex_unlock(&phone.lock);
	return n;
}

const char *
phone_got(int i)
{
	const char *text;

	pthread_mutex_lock(&phone.lock); /* what came before is whole now and stays */
	text = phone.got[i];
	pthread_mutex_unlock(&phone.lock);
	return text;
}
