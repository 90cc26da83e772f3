/* The directories that the configuration or the XDG variables name. */
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

static char *
directory(const char *given, const char *variable, const char *below_home, const char *tail,
	  struct err *e)
{
	const char *base = getenv(variable), *home = getenv("HOME");
	STR_AUTO path = { 0 };

	str_init(&path, 4000);
	if (given && *given) {
		str_puts(&path, given);
	} else if (base &&
		   *base == '/') { /* a relative one is to be ignored, says the XDG standard */
		str_fmt(&path, "%s/%s", base, tail);
	} else if (home && *home) {
		str_fmt(&path, "%s/%s/%s", home, below_home, tail);
	} else {
		err_set(e, ERR_CONFIG, "neither %s nor HOME is set", variable);
		return NULL;
	}
	if (path.overflow || path.len == 0) {
		err_set(e, ERR_CONFIG, "path too long");
		return NULL;
	}
	if (make_path(path.p, e) < 0)
		return NULL;
	return str_take(&path);
}

char *
conf_cache_dir(const struct conf *c, struct err *e)
{
	return directory(c->cache_dir, "XDG_CACHE_HOME", ".cache", "fintra", e);
}

char *
conf_demo_dir(const struct conf *c, struct err *e)
{
	return directory(c->demo_dir, "XDG_DATA_HOME", ".local/share", "fintra/demo", e);
}
