#include "core/err.h"

#include "core/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_GATE = 3, EXIT_EMPTY = 6, EXIT_TIMEOUT = 124, EXIT_SIGINT = 130 };
/* sysexits.h gives the rest; the numbers are promised in console.md, so they stand here. */
enum {
	X_USAGE = 64,
	X_DATA = 65,
	X_UNAVAILABLE = 69,
	X_BUSY = 75,
	X_PROTOCOL = 76,
	X_PERM = 77,
	X_CONFIG = 78
};

static const struct {
	const char *name;
	int code;
} classes[ERR_CLASS_COUNT] = {
	[ERR_NONE] = { "NONE", 0 },
	[ERR_USAGE] = { "USAGE", X_USAGE },
	[ERR_CONFIG] = { "CONFIG", X_CONFIG },
	[ERR_AUTH] = { "AUTH", X_CONFIG },
	[ERR_PLAN] = { "PLAN", X_PERM },
	[ERR_PERMISSION] = { "PERMISSION", X_PERM },
	[ERR_QUOTA] = { "QUOTA", X_UNAVAILABLE },
	[ERR_NETWORK] = { "NETWORK", X_UNAVAILABLE },
	[ERR_PROTOCOL] = { "PROTOCOL", X_PROTOCOL },
	[ERR_DATA] = { "DATA", X_DATA },
	[ERR_EMPTY] = { "EMPTY", EXIT_EMPTY },
	[ERR_NOT_READY] = { "NOT_READY", 0 },
	[ERR_DB] = { "DB", 1 },
	[ERR_DB_TIMEOUT] = { "DB_TIMEOUT", EXIT_TIMEOUT },
	[ERR_TIMEOUT] = { "TIMEOUT", EXIT_TIMEOUT },
	[ERR_LOCK] = { "LOCK", X_BUSY },
	[ERR_GATE] = { "GATE", EXIT_GATE },
	[ERR_CANCELLED] = { "CANCELLED", EXIT_SIGINT },
	[ERR_LOST] = { "LOST", 1 },
	[ERR_INTERNAL] = { "INTERNAL", 1 },
};

int
err_set(struct err *e, enum err_class cls, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX +
		  4]; /* the arguments may point into e->text; 4 more, so that a cut shows */
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	e->cls = cls;
	e->disconnected = false;
	e->http = 0;
	e->sqlstate[0] = '\0';
	str_copy(e->text, sizeof(e->text), text);
	return -1;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX + 4];
	STR_AUTO s = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	str_init(&s, sizeof(text) + sizeof(e->text) + 2);
	str_puts(&s, text);
	str_puts(&s, ": ");
	str_puts(&s, e->text);
	str_copy(e->text, sizeof(e->text), str_c(&s));
	return -1;
}

int
err_errno(struct err *e, enum err_class cls, int num, const char *what)
{
	char reason[128];

	if (strerror_r(num, reason, sizeof(reason)) != 0)
		snprintf(reason, sizeof(reason), "error %d", num);
	return err_set(e, cls, "%s: %s", what, reason);
}

const char *
err_class_name(enum err_class cls)
{
	return cls < ERR_CLASS_COUNT ? classes[cls].name : "INTERNAL";
}

enum err_class
err_class_parse(const char *name)
{
	for (size_t i = 0; i < ERR_CLASS_COUNT; i++)
		if (str_same(classes[i].name, name))
			return (enum err_class)i;
	return ERR_NONE;
}

int
err_exit_code(const struct err *e)
{
	if (e->cls == ERR_DB && e->disconnected)
		return X_UNAVAILABLE;
	return e->cls < ERR_CLASS_COUNT ? classes[e->cls].code : 1;
}
