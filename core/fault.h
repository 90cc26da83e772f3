/* Places where tests break a run: FAULT("run.before_commit") is false in the normal build, whose
 * binary has no trace of it.  With -DFINTRA_FAULTS the environment FINTRA_FAULT="point=action[:ms]"
 * picks one point: pause waits ms, kill ends the process with SIGKILL, fail makes FAULT() true. */
#ifndef FINTRA_CORE_FAULT_H
#define FINTRA_CORE_FAULT_H

#ifdef FINTRA_FAULTS

#include "core/str.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline bool
fault_hit(const char *point)
{
	const char *spec = getenv("FINTRA_FAULT"), *act;
	size_t n = strlen(point);
	long ms = 1000;
	struct timespec t;

	if (!spec || strncmp(spec, point, n) != 0 || spec[n] != '=')
		return false;
	act = spec + n + 1;
	if (strchr(act, ':'))
		ms = strtol(strchr(act, ':') + 1, NULL, 10);
	if (str_starts(act, "kill"))
		raise(SIGKILL);
	t = (struct timespec){ ms / 1000, ms % 1000 * 1000000 };
	if (str_starts(act, "pause"))
		nanosleep(&t, NULL);
	return str_starts(act, "fail");
}
#define FAULT(point) fault_hit(point)

#else
#define FAULT(point) (false)
#endif

#endif
