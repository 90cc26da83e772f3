#include "core/secret.h"

#include "core/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MASK_MIN = 6 };

/* The compiler may not drop these stores. */
void
secret_wipe(void *p, size_t n)
{
	volatile char *v = p;

	while (n-- > 0)
		*v++ = 0;
}

bool
secret_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static int
check_file(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(e, ERR_CONFIG, errno, path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONFIG, "%s is not a regular file", path);
	if (st.st_uid != geteuid())
		return err_set(e, ERR_CONFIG, "%s belongs to another user", path);
	if ((st.st_mode & 077) != 0)
		return err_set(e, ERR_CONFIG,
			       "%s is open to group or others (mode %03o): chmod 600", path,
			       (unsigned)(st.st_mode & 0777));
	return 0;
}

static ssize_t
read_all(int fd, char *buf, size_t max)
{
	size_t len = 0;

	while (len < max) {
		ssize_t n = read(fd, buf + len, max - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static char *
read_text(int fd, const char *path, size_t max, struct err *e)
{
	char *buf = mem_zalloc(max + 2), *text = NULL;
	ssize_t n = read_all(fd, buf, max + 1);
	size_t start, len;

	if (n < 0) {
		err_errno(e, ERR_CONFIG, errno, path);
	} else if ((size_t)n > max) {
		err_set(e, ERR_CONFIG, "%s is longer than %zu bytes", path, max);
	} else {
		start = strspn(buf, " \t\r\n");
		len = strlen(buf + start);
		while (len > 0 && strchr(" \t\r\n", buf[start + len - 1]))
			len--;
		if (len > 0)
			text = mem_ndup(buf + start, len);
		else
			err_set(e, ERR_CONFIG, "%s is empty", path);
	}
	secret_wipe(buf, max + 2);
	free(buf);
	return text;
}

char *
secret_read(const char *path, bool strict, size_t max, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (strict ? O_NOFOLLOW : 0));
	char *text = NULL;

	if (fd < 0) {
		err_errno(e, ERR_CONFIG, errno, path);
		return NULL;
	}
	if (!strict || check_file(fd, path, e) == 0)
		text = read_text(fd, path, max, e);
	close(fd);
	return text;
}

bool
secret_printable(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

void
secret_mask(struct str *out, const char *in, size_t n, const char *secret)
{
	size_t len = strlen(secret);

	for (size_t i = 0; i < n;) {
		if (len >= MASK_MIN && n - i >= len && memcmp(in + i, secret, len) == 0) {
			str_puts(out, "***");
			i += len;
		} else {
			str_putc(out, in[i++]);
		}
	}
}

void
secret_free(char *s)
{
	if (s)
		secret_wipe(s, strlen(s));
	free(s);
}
