/* compute-ranks: the place of each company within its sector and its industry (jobs.md 2.23).  The
 * rule is that of jobs/engine/sector_rank.h, set-wise: both are held by the same vectors. */
#include "jobs/jobs.h"

#include "core/run.h"

struct ranks {
	struct date day; /* of the snapshots that are ranked */
	bool industries;
	int64_t sector, industry; /* ranked rows */
};

static int
find_day(struct job_ctx *c, struct ranks *k, struct err *e)
{
	char day[DATE_BUF], have[DATE_BUF];
	const char *args[] = { date_iso(c->as_of, day) };
	ROWS_AUTO r = db_query(c->db, Q_COMPUTE_RANKS_DATE, args, e);

	if (!r)
		return -1;
	k->day = rows_date(r, 0, 0);
	k->industries = rows_bool(r, 0, 1);
	if (!date_is_set(k->day))
		return err_set(e, ERR_EMPTY,
			       "fintra_snapshots has none up to %s: fintra run fmp-bulk --as-of %s",
			       day, day);
	if (!date_eq(k->day, c->as_of))
		run_log(c, LVL_WARN, "no snapshots of %s yet: those of %s are ranked", day,
			date_iso(k->day, have));
	if (!k->industries)
		run_log(c, LVL_INFO,
			"fintra_snapshots has no columns for industry ranks: sectors only");
	return 0;
}

static int
rank_all(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct ranks *k = arg;
	char day[DATE_BUF];
	const char *args[] = { date_iso(k->day, day) };
	ROWS_AUTO r = db_query(c->db, k->industries ? Q_COMPUTE_RANKS : Q_COMPUTE_RANKS_OF_SECTORS,
			       args, e);

	if (!r)
		return -1;
	*t = (struct tally){ .read = rows_int(r, 0, 0), .updated = rows_int(r, 0, 1) };
	t->unchanged = t->read - t->updated;
	k->sector = rows_int(r, 0, 2);
	k->industry = rows_int(r, 0, 3);
	return 0;
}

/* What an earlier epoch of this run has written. */
static int
count_ranks(struct job_ctx *c, const char *day, struct ranks *k, struct err *e)
{
	ROWS_AUTO r = db_query(c->db, Q_POST_RANKS_STORED, &day, e);

	if (!r)
		return -1;
	k->sector = rows_int(r, 0, 0);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct ranks k = { .day = DATE_NONE };
	char day[DATE_BUF];

	if (params_text(c->params, "ticker") || params_int(c->params, "limit", 0) > 0)
		return err_set(e, ERR_USAGE,
			       "ranks are of whole sectors: leave out ticker and limit");
	run_phase(c, "rank", 1);
	if (find_day(c, &k, e) < 0)
		return -1;
	if (run_unit_done(c, date_iso(k.day, day)) ? count_ranks(c, day, &k, e) < 0
						   : run_transaction(c, day, rank_all, &k, e) < 0)
		return err_wrap(e, "ranks of %s", day);
	run_progress(c, 1);
	run_result_text(c, "date", day);
	run_result_int(c, "ranked", k.sector);
	run_result_int(c, "ranked_in_industry", k.industry);
	return 0;
}

const struct job job_compute_ranks = {
	.name = "compute-ranks",
	.title = "Ranks within sector and industry",
	.layer = 5,
	.phase = 4,
	.step = 20,
	.cadence = DAILY,
	.flags = JOB_COMPLETES,
	.after = NAMES("fmp-bulk"),
	.reads = NAMES("fintra_snapshots"),
	.writes = NAMES("fintra_snapshots"),
	.phases = NAMES("rank"),
	.help = "Orders the newest snapshots up to the as-of date within each sector and each "
		"industry: leaders before followers before laggards, then pressure, then FGOS.  "
		"Snapshots without IFS or FGOS lose their rank.",
	.posts = POSTS(
		{ "ranks_stored", Q_POST_RANKS_STORED, .kind = POST_REPORTED, .reported = "ranked",
		  .fails = true },
		{ "ranks_with_gaps", Q_POST_RANKS_WITH_GAPS, .kind = POST_AT_MOST, .fails = true }),
	.run = run,
};
