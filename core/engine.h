/* A financial engine as `fintra engine NAME` shows it: one JSON value in, one out.  The figures
 * come from the same pure function that the jobs call. */
#ifndef FINTRA_CORE_ENGINE_H
#define FINTRA_CORE_ENGINE_H

#include "core/err.h"
#include "core/json.h"

/* `in` is an object, borrowed.  *out is owned: json_free(); it may be a JSON null, number, array or
 * object.  -1 leaves *out alone: ERR_DATA naming the key without which the engine cannot go on;
 * other keys that are absent or of another type count as null. */
typedef int engine_run(const struct json *in, struct json **out, struct err *e);

struct engine {
	const char *name, *title;
	engine_run *run; /* any thread */
};

#endif
