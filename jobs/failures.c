#include "jobs/failures.h"

#include "jobs/common.h"

enum { REFUSED_MAX = 3 };

/* A plan may lack some symbols; one that lacks all of them ends the run, and so does an answer that
 * has changed its form. */
static bool
stops(const struct failures *f, const struct err *e)
{
	if (e->cls == ERR_PLAN || e->cls == ERR_PROTOCOL)
		return f->in_a_row >= REFUSED_MAX;
	return trouble_stops(e, f->in_a_row);
}

bool
failures_note(struct job_ctx *c, struct failures *f, const char *item, struct err *e)
{
	err_wrap(e, "%s", item);
	f->failed++;
	f->in_a_row++;
	if (f->first.cls == ERR_NONE)
		f->first = *e;
	if (stops(f, e))
		return true;
	run_log(c, LVL_ERROR, "%s", e->text);
	return false;
}

int
failures_conclude(struct job_ctx *c, const struct failures *f, int64_t good, struct err *e)
{
	if (f->failed > 0 && good == 0) {
		*e = f->first;
		return -1;
	}
	run_count_error(c, f->failed);
	return 0;
}
