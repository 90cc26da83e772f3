/* What the old system's answer means: its routes mix `ok` and `success`, and several failures come
 * with HTTP 200.  No I/O. */
#ifndef FINTRA_CORE_OLD_ANSWER_H
#define FINTRA_CORE_OLD_ANSWER_H

#include "core/job.h"

enum old_verdict {
	OLD_SUCCESS,
	OLD_PARTIAL,
	OLD_SKIPPED, /* nothing to do */
	OLD_BUSY,    /* another run of it holds the lock */
	OLD_FAILURE
};

struct old_answer {
	enum old_verdict verdict;
	enum err_class cls;  /* unless SUCCESS or PARTIAL */
	bool may_run;	     /* nobody knows whether the job still works there */
	struct tally counts; /* below 0: the answer does not tell; errors: 0 */
	char text[600];	     /* why, cleaned; "" = nothing to add */
	struct json *body;   /* owned: json_free(); NULL unless a JSON object */
};

/* `whole`: the end of the body is known, so that it is not one that was cut. */
void old_answer_read(int status, const char *body, size_t n, bool whole, struct old_answer *out);

#endif
