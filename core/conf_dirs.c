/* The directory of downloads, that the configuration or the XDG variables name. */
#include "core/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Creates every missing part of the path, private to us. */
static int
make_path(char *path, struct err *e)
{
	struct stat st;

	for (char *p = path + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return err_errno(e, ERR_CONFIG, errno, path);
		*p = c;
		if (c == '\0')
			break;
	}
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_set(e, ERR_CONFIG, "%s is not a directory", path);
	return 0;
}

char *
conf_cache_path(const struct conf *c, struct err *e)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	STR_AUTO path = { 0 };

	str_init(&path, 4000);
	if (*str_or(c->cache_dir, "")) {
		str_puts(&path, c->cache_dir);
	} else if (base && *base == '/') { /* a relative one is ignored, says the XDG standard */
		str_fmt(&path, "%s/fintra", base);
	} else if (home && *home) {
		str_fmt(&path, "%s/.cache/fintra", home);
	} else {
		err_set(e, ERR_CONFIG, "neither XDG_CACHE_HOME nor HOME is set");
		return NULL;
	}
	if (path.overflow || path.len == 0) {
		err_set(e, ERR_CONFIG, "path too long");
		return NULL;
	}
	return str_take(&path);
}

char *
conf_cache_dir(const struct conf *c, struct err *e)
{
	char *path = conf_cache_path(c, e);

	if (path && make_path(path, e) == 0)
		return path;
	free(path);
	return NULL;
}
