/* healthcheck-fmp-bulk: are there snapshots of the day (jobs.md 2.27).  A check: it ends SUCCESS
 * whatever it finds, with exit code 2 when somebody must look. */
#include "jobs/jobs.h"

#include "core/run.h"

enum { EXIT_CRITICAL = 2 }; /* as `health` */

static void
answer(struct job_ctx *c, const char *reason, struct date last)
{
	char day[DATE_BUF];

	run_result_json(c, "ok", json_new_bool(!reason));
	run_result_json(c, "alert", json_new_bool(reason != NULL));
	if (reason)
		run_result_text(c, "reason", reason);
	if (date_is_set(last))
		run_result_text(c, "last_run", date_iso(last, day));
}

static void
alert(struct job_ctx *c, struct date last)
{
	char want[DATE_BUF], have[DATE_BUF], why[160];

	date_iso(c->as_of, want);
	if (date_is_set(last))
		fmt_buf(why, sizeof(why),
			"the newest snapshots are of %s, not of %s: fintra run fmp-bulk --as-of %s",
			date_iso(last, have), want, want);
	else
		fmt_buf(why, sizeof(why),
			"there has never been a snapshot: fintra run fmp-bulk --as-of %s", want);
	run_log(c, LVL_WARN, "%s", why);
	run_finding(c, EXIT_CRITICAL, why);
}

static int
run(struct job_ctx *c, struct err *e)
{
	run_phase(c, "look", 1);
	ROWS_AUTO r = db_query(c->db, Q_HEALTHCHECK_NEWEST, NULL, e);

	if (!r)
		return -1;
	struct date last = rows_date(r, 0, 0);
	bool any = date_is_set(last), stale = any && date_cmp(last, c->as_of) < 0;

	run_tally(c, &(struct tally){ .read = rows_int(r, 0, 1) });
	run_input(c, "fintra_snapshots", last, rows_int(r, 0, 1));
	if (!any || stale)
		alert(c, last);
	answer(c, !any ? "never_ran" : stale ? "stale" : NULL, last);
	run_progress(c, 1);
	return 0;
}

const struct job job_healthcheck = {
	.name = "healthcheck-fmp-bulk",
	.title = "Are there snapshots of the day",
	.layer = LAYER_OPS,
	.cadence = ON_DEMAND,
	.after = NAMES("fmp-bulk"),
	.reads = NAMES("fintra_snapshots"),
	.mild = NAMES("fintra_snapshots"), /* what is not there is what it is to tell */
	.phases = NAMES("look"),
	.help = "Compares the newest snapshot date with the as-of date.  The run ends SUCCESS, "
		"with "
		"exit code 0 when the snapshots are of that date or later, and 2 when there are "
		"none or they are older; result.reason is then never_ran or stale.",
	.run = run,
};
