#include "tests/support.h"

#include "core/str.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS_MAX = 60, ANSWER_MAX = 256 * 1024 * 1024 };

static struct {
	pid_t pid; /* 0 = none */
	char url[64];
	int port;
} fake;

static NORETURN void
give_up(const char *why)
{
	fprintf(stderr, "support_fake: %s\n", why);
	exit(1);
}

void
support_fake_stop(void)
{
	if (fake.pid == 0)
		return;
	kill(fake.pid, SIGTERM);
	waitpid(fake.pid, NULL, 0);
	fake.pid = 0;
}

static NORETURN void
become_fake(const char *const *args, int out)
{
	const char *argv[ARGS_MAX + 4];
	char path[1024];
	size_t n = 0;

	fmt_buf(path, sizeof(path), "%s/fakefmp", str_or(getenv("BUILD"), "build"));
	argv[n++] = path;
	argv[n++] = "--with-parent";
	for (; args && *args && n < ARGS_MAX; args++)
		argv[n++] = *args;
	argv[n] = NULL;
	dup2(out, STDOUT_FILENO);
	execv(path, (char *const *)(void *)argv);
	fprintf(stderr, "support_fake: cannot run %s\n", path);
	_exit(127);
}

const char *
support_fake(const char *const *args)
{
	static bool at_exit;
	int fd[2];
	size_t n = 0;

	support_fake_stop();
	if (pipe(fd) < 0)
		give_up("no pipe");
	fake.pid = fork();
	if (fake.pid == 0)
		become_fake(args, fd[1]);
	close(fd[1]);
	if (!at_exit)
		atexit(support_fake_stop);
	at_exit = true;
	while (n < sizeof(fake.url) - 1 && read(fd[0], fake.url + n, 1) == 1 && fake.url[n] != '\n')
		n++;
	fake.url[n] = '\0';
	close(fd[0]);
	const char *colon = strrchr(fake.url, ':');
	if (fake.pid < 0 || !colon || n < 10)
		give_up("fakefmp did not start");
	fake.port = (int)strtol(colon + 1, NULL, 10);
	return fake.url;
}

static int
connect_to_fake(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)fake.port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		give_up("cannot connect to fakefmp");
	return fd;
}

char *
support_fake_get(const char *path)
{
	char buf[65536];
	struct str answer;
	ssize_t n;
	int fd = connect_to_fake();
	STR_AUTO ask = { 0 };

	str_init(&ask, 16384);
	str_init(&answer, ANSWER_MAX);
	str_fmt(&ask, "GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\napikey: support\r\n\r\n", path);
	if (write(fd, str_c(&ask), ask.len) != (ssize_t)ask.len)
		give_up("cannot write to fakefmp");
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		str_put(&answer, buf, (size_t)n);
	close(fd);
	const char *body = strstr(str_c(&answer), "\r\n\r\n");
	char *copy = mem_dup(body ? body + 4 : "");
	str_done(&answer);
	return copy;
}
