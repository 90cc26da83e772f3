/* validation: are the snapshots and the statistics consistent (jobs.md 2.27).  Four checks in
 * order; the first that fails is the last. */
#include "jobs/jobs.h"

#include "core/run.h"

enum { EXIT_FAILED = 1, NAMES_MAX = 200, SAYS_MAX = 360 };
enum { COL_ROWS, COL_BAD, COL_NAMES, COL_LEAST, COL_GREATEST };

enum outcome_of { GOOD, WARNING, FAILED };
static const char *const outcome_names[] = { "ok", "warning", "failure" };

struct look {
	const char *name;
	enum query query;    /* $1 as-of date */
	enum outcome_of bad; /* what a wrong row is */
	const char *counts;  /* what its rows are */
	const char *wrong;   /* what is wrong about them */
	double greatest;     /* a warning when the greatest figure is below it; 0 = none */
};

static const struct look looks[] = {
	{ "no_future_data", Q_VALIDATION_FUTURE, FAILED, "newest snapshots",
	  "made from a period that ends after them", 0 },
	{ "coverage", Q_VALIDATION_COVERAGE, WARNING, "tickers", "with fewer than 30 snapshots",
	  0 },
	{ "sample_size", Q_VALIDATION_SAMPLES, WARNING, "rows of sector_stats",
	  "of fewer than 10 companies", 0 },
	{ "fgos_scores", Q_VALIDATION_SCORES, FAILED, "FGOS scores", "outside 0 to 100", 40 },
};

struct validation {
	struct job_ctx *c;
	struct json *checks; /* owned until they are the run's result */
	int warnings;
	char failed[SAYS_MAX];
};

/* Without rows nothing is known, which is not good. */
static enum outcome_of
judge(const struct look *l, const struct rows *r, char says[SAYS_MAX])
{
	int64_t rows = rows_int(r, 0, COL_ROWS), bad = rows_int(r, 0, COL_BAD);
	struct num greatest = rows_num(r, 0, COL_GREATEST);
	char names[NAMES_MAX], figure[NUM_BUF];

	if (rows == 0) {
		fmt_buf(says, SAYS_MAX, "there are no %s", l->counts);
		return WARNING;
	}
	if (bad > 0) {
		str_copy(names, sizeof(names), str_or(rows_text(r, 0, COL_NAMES), ""));
		fmt_buf(says, SAYS_MAX, "%lld of %lld %s: %s (%s%s)", (long long)bad,
			(long long)rows, l->counts, l->wrong, names, bad > 5 ? ", ..." : "");
		return l->bad;
	}
	if (greatest.has && greatest.v < l->greatest) {
		fmt_buf(says, SAYS_MAX, "the greatest of %lld %s is %s, below %g", (long long)rows,
			l->counts, num_text(greatest.v, figure), l->greatest);
		return WARNING;
	}
	fmt_buf(says, SAYS_MAX, "%lld %s, none %s", (long long)rows, l->counts, l->wrong);
	return GOOD;
}

static void
keep(struct validation *v, const struct look *l, enum outcome_of o, const struct rows *r,
     const char *says)
{
	struct json *j = json_new_object();

	json_set_text(j, "name", l->name);
	json_set_text(j, "state", outcome_names[o]);
	json_set_int(j, "rows", rows_int(r, 0, COL_ROWS));
	json_set_int(j, "bad", rows_int(r, 0, COL_BAD));
	json_set_num(j, "min", rows_num(r, 0, COL_LEAST));
	json_set_num(j, "max", rows_num(r, 0, COL_GREATEST));
	json_set_text(j, "says", says);
	json_push(v->checks, j);
}

static int
check(struct validation *v, const struct look *l, struct err *e)
{
	char day[DATE_BUF], says[SAYS_MAX], why[SAYS_MAX + 40];
	const char *args[] = { date_iso(v->c->as_of, day) };
	ROWS_AUTO r = db_query(v->c->db, l->query, args, e);

	if (!r)
		return err_wrap(e, "%s could not be checked", l->name);
	enum outcome_of o = judge(l, r, says);

	keep(v, l, o, r, says);
	run_tally(v->c, &(struct tally){ .read = rows_int(r, 0, COL_ROWS) });
	run_log(v->c,
		o == GOOD      ? LVL_INFO
		: o == WARNING ? LVL_WARN
			       : LVL_ERROR,
		"%s: %s, %s", l->name, outcome_names[o], says);
	fmt_buf(why, sizeof(why), "%s: %s", l->name, says);
	if (o == WARNING) {
		v->warnings++;
		run_taint(v->c, why);
	} else if (o == FAILED) {
		str_copy(v->failed, sizeof(v->failed), why);
	}
	return 0;
}

static int
check_all(struct validation *v, struct err *e)
{
	if (run_looks(v->c)) /* the checks are all it does */
		return 0;
	run_phase(v->c, "check", ARRAY_LEN(looks));
	for (size_t i = 0; i < ARRAY_LEN(looks) && !*v->failed; i++) {
		if (run_check(v->c, e) < 0 || check(v, &looks[i], e) < 0)
			return -1;
		run_progress(v->c, (int64_t)i + 1);
	}
	return 0;
}

static int
conclude(struct validation *v, struct err *e)
{
	char text[80];

	if (*v->failed) {
		run_result_text(v->c, "error", v->failed);
		run_finding(v->c, EXIT_FAILED, v->failed);
		return err_set(e, ERR_DATA, "%s", v->failed);
	}
	fmt_buf(text, sizeof(text), "%zu checks, %d warning%s", ARRAY_LEN(looks), v->warnings,
		num_s(v->warnings));
	run_result_text(v->c, "message", text);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct validation v = { .c = c, .checks = json_new_array() };
	int rc = check_all(&v, e);

	run_result_json(c, "ok", json_new_bool(rc == 0 && !*v.failed));
	run_result_json(c, "checks", v.checks);
	return rc < 0 ? -1 : conclude(&v, e);
}

const struct job job_validation = {
	.name = "validation",
	.title = "Consistency of snapshots and statistics",
	.layer = LAYER_OPS,
	.cadence = ON_DEMAND,
	.after = NAMES("sector-benchmarks", "fmp-bulk"),
	.reads = NAMES("fintra_snapshots", "datos_financieros", "sector_stats"),
	.mild = NAMES("fintra_snapshots", "datos_financieros", "sector_stats"),
	.phases = NAMES("check"),
	.help = "Four checks up to the as-of date: no snapshot is made from a period that ends "
		"later; every ticker has 30 snapshots; statistics are of 10 companies at least; "
		"FGOS scores lie within 0 to 100 and reach 40.  Ends 0, with warnings PARTIAL (4), "
		"with a failure 1, which is the last check made.",
	.run = run,
};
