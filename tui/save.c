#include "tui/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_LONGEST = 4096 };

static int
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return -1;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

/* Consumes fd.  A disk that is full may tell only at the end. */
static enum saved
fill(int fd, const char *path, const struct str *text, struct err *e)
{
	int rc = write_all(fd, str_c(text), text->len), why = errno;

	if (close(fd) < 0 && rc == 0) {
		rc = -1;
		why = errno;
	}
	if (rc == 0)
		return SAVE_DONE;
	unlink(path);
	err_errno(e, ERR_USAGE, why, path);
	return SAVE_FAILED;
}

static enum saved
save_over(const char *path, const struct str *text, struct err *e)
{
	char temp[PATH_LONGEST];
	int fd;

	if (!fmt_buf(temp, sizeof(temp), "%s.XXXXXX", path)) {
		err_set(e, ERR_USAGE, "the name is too long");
		return SAVE_FAILED;
	}
	fd = mkstemp(temp); /* 0600, whatever the old file was */
	if (fd < 0) {
		err_errno(e, ERR_USAGE, errno, path);
		return SAVE_FAILED;
	}
	if (fill(fd, temp, text, e) != SAVE_DONE)
		return SAVE_FAILED;
	if (rename(temp, path) == 0)
		return SAVE_DONE;
	err_errno(e, ERR_USAGE, errno, path);
	unlink(temp);
	return SAVE_FAILED;
}

enum saved
save_file(const char *path, const struct str *text, bool replace, struct err *e)
{
	int fd;

	if (replace)
		return save_over(path, text, e);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fill(fd, path, text, e);
	if (errno == EEXIST)
		return SAVE_EXISTS;
	err_errno(e, ERR_USAGE, errno, path);
	return SAVE_FAILED;
}
