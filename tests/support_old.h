/* The old system, as far as its routes go: GET /api/cron/JOB with a bearer secret on 127.0.0.1,
 * served by a thread of the suite.  One scripted answer at a time. */
#ifndef FINTRA_TESTS_SUPPORT_OLD_H
#define FINTRA_TESTS_SUPPORT_OLD_H

#include "tests/support.h"

#define OLD_SECRET "CANARYsecret0123456789"

enum old_way {
	OLD_WHOLE,  /* answers and closes */
	OLD_CUT,    /* half of the announced body, then closes */
	OLD_HANGUP, /* takes the request and closes without a word */
	OLD_HOLDS   /* answers only once old_release() was called, or the caller has gone */
};

struct old_script {
	int status;
	const char *body;
	enum old_way way;
	const char *lock_on; /* conninfo: the route takes the session lock `lock_key`, as fmp-bulk
				does */
	int64_t lock_key;
};

/* Starts it at the first call; its base URL. */
const char *old_start(void);
void old_answers(const struct old_script *s); /* from the next request on; texts are borrowed */
void old_release(void);
int old_requests(void);		    /* since old_answers() */
int old_left(void);		    /* callers that went away before the answer */
const char *old_last_request(void); /* the head of the last one; static */
bool old_await_requests(int n);	    /* false after 20 s */
bool old_await_left(int n);

#endif
