/* The error value: class, exit code and text, on the caller's stack.
 * A fallible call returns 0 or -1 (or a pointer or NULL) and fills *e.  The text is built where the
 * fact is known, context is put in front on the way up, and whoever handles it logs it once. */
#ifndef FINTRA_CORE_ERR_H
#define FINTRA_CORE_ERR_H

#include "core/attr.h"

#include <stdbool.h>

enum err_class {
	ERR_NONE,
	ERR_USAGE,	/* exit 64 */
	ERR_CONFIG,	/* exit 78 */
	ERR_AUTH,	/* exit 78: the vendor refuses the key */
	ERR_PLAN,	/* exit 77: 402 / 403 on something mandatory */
	ERR_PERMISSION, /* exit 77 */
	ERR_QUOTA,	/* exit 69: 429 until the deadline */
	ERR_NETWORK,	/* exit 69 */
	ERR_PROTOCOL,	/* exit 76: a mandatory column or field is gone */
	ERR_DATA,	/* exit 65: the vendor sent something that is not what was asked for */
	ERR_EMPTY,	/* exit 6: no rows where rows are required */
	ERR_NOT_READY,	/* exit 0, run SKIPPED: the feed is not published yet */
	ERR_DB,		/* exit 69 when not connected, else 1 */
	ERR_DB_TIMEOUT, /* exit 124 */
	ERR_TIMEOUT,	/* exit 124: something other than the database took too long */
	ERR_LOCK,	/* exit 75 */
	ERR_GATE,	/* exit 3 */
	ERR_CANCELLED,	/* exit 130 */
	ERR_LOST,	/* exit 1: own lock or epoch is gone */
	ERR_INTERNAL,	/* exit 1 */
	ERR_CLASS_COUNT
};

enum { ERR_TEXT_MAX = 1024 };

struct err {
	enum err_class cls;
	bool disconnected; /* ERR_DB: the connection is gone or was never made */
	int http;	   /* status of the answer, 0 if none */
	char sqlstate[6];  /* "" if none */
	char text[ERR_TEXT_MAX];
};

#define ERR_INIT                           \
	{                                  \
		ERR_NONE, false, 0, "", "" \
	}

/* Replaces *e.  Text over the limit is cut.  Returns -1 always. */
int err_set(struct err *e, enum err_class cls, const char *fmt, ...) PRINTF_FMT(3, 4);
/* Puts "context: " before the text; class stays.  Returns -1 always. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF_FMT(2, 3);
/* From errno value `num`: "what: reason". Returns -1. */
int err_errno(struct err *e, enum err_class cls, int num, const char *what);
/* "CONFIG", "DB_TIMEOUT", ...: the word of `err.class` in events. */
const char *err_class_name(enum err_class cls);
/* The same back; ERR_NONE when it is none of them. */
enum err_class err_class_parse(const char *name);
/* Process exit code of console.md section 5. */
int err_exit_code(const struct err *e);

#endif
