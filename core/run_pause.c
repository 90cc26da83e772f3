#include "core/run_pause.h"

#include "core/notice.h"
#include "core/run_private.h"

int
run_check_pause(struct run *r, struct err *e)
{
	struct notice_list l;
	const struct notice *n;
	char until[64];

	/* Not known is not "not paused". */
	if (notice_read(r->ledger, NOTICE_PAUSE, r->began_wall, NOTICE_MOST, &l, e) < 0)
		return err_wrap(e, "whether %s is paused", r->job->name);
	n = notice_find(&l, r->job->name);
	if (n) {
		r->paused = true;
		err_set(e, ERR_LOCK, "paused by %s until %s: %s; fintra unpause %s", n->who,
			notice_until_text(NOTICE_PAUSE, n->until_ms, until, sizeof(until)),
			n->words, r->job->name);
	}
	notice_list_done(&l);
	return n ? -1 : 0;
}
