#include "tests/support_foresee.h"

#include "core/num.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

const char *foresee_product;
char foresee_stock[24]; /* an active one */
static int compared, estimates, unknown;

/* Each launch some seconds after the one before: a file from the future is not taken. */
static char clock_now[60];
const char *foresee_cache; /* NULL = the product's */

void
foresee_tick(void)
{
	static int seconds = 1200;

	seconds += 20;
	fmt_buf(clock_now, sizeof(clock_now), "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:%02d:%02dZ",
		seconds / 60, seconds % 60);
}

int
foresee_fintra(const char *info, const char *const *more, const char *const *args,
	       struct support_out *out)
{
	const char *env[ARGS] = { clock_now };
	size_t n = 1;

	if (foresee_cache)
		env[n++] = foresee_cache;
	for (; more && *more && n + 1 < ARGS; more++)
		env[n++] = *more;
	return product_run(info, env, args, out);
}

struct json *
foresee_json(const char *info, const char *const *more, const char *const *args, int code)
{
	struct support_out out;
	struct err e = ERR_INIT;
	struct json *j;

	if (foresee_fintra(info, more, args, &out) != code)
		fail_msg("%s %s: exit %d, not %d\n%s%s", args[1], str_or(args[2], ""), out.code,
			 code, out.out, out.err);
	j = json_parse(out.out, strlen(out.out), &e);
	if (!j)
		fail_msg("%s: %s", e.text, out.out);
	support_out_done(&out);
	return j;
}

static int64_t
known(const struct json *o, const char *name)
{
	struct num n = json_num(o, name);

	return n.has ? (int64_t)n.v : -1;
}

struct figures
foresee_step(const struct json *plan, size_t i)
{
	const struct json *s = json_at(json_get(plan, "steps"), i);
	struct figures f = { .units = known(s, "units"),
			     .calls = known(s, "calls"),
			     .rows = known(s, "rows"),
			     .units_exact = json_bool(s, "units_exact", false),
			     .calls_exact = json_bool(s, "calls_exact", false) };

	assert_non_null(s);
	str_copy(f.command, sizeof(f.command), str_or(json_text(s, "command"), ""));
	str_copy(f.why, sizeof(f.why), str_or(json_text(s, "unknown"), ""));
	return f;
}

/* plan --json WORDS: its first step. */
struct figures
foresee_first(const char *info, const char *const *more, const char *const *words)
{
	const char *args[ARGS] = { "--json", "plan" };
	struct json *j;
	struct figures f;

	for (size_t i = 0; words[i] && i + 3 < ARGS; i++)
		args[i + 2] = words[i];
	j = foresee_json(info, more, args, 10);
	f = foresee_step(j, 0);
	json_free(j);
	return f;
}

int64_t
foresee_requests(void)
{
	char *text = support_fake_get("/__stats");
	struct err e = ERR_INIT;
	struct json *j = json_parse(text, strlen(text), &e);
	int64_t n = (int64_t)json_num(j, "requests").v;

	json_free(j);
	free(text);
	return n;
}

int64_t
foresee_last_run(const char *info, const char *job)
{
	char sql[200];

	fmt_buf(sql, sizeof(sql),
		"SELECT coalesce(max(id), 0) FROM fintra_ops.run WHERE job = '%s'", job);
	return support_psql_int(info, sql);
}

int64_t
foresee_of_run(const char *info, int64_t run, const char *what)
{
	char sql[300];

	fmt_buf(sql, sizeof(sql), "SELECT %s FROM fintra_ops.run r WHERE r.id = %lld", what,
		(long long)run);
	return support_psql_int(info, sql);
}

/* Units that the ledger has, requests that the stand-in was sent, rows written or found equal. */
struct figures
foresee_did(const char *info, int64_t run, int64_t asked)
{
	return (struct figures){
		.units = foresee_of_run(
			info, run,
			"(SELECT count(*) FROM fintra_ops.unit u WHERE u.run_id = r.id)"),
		.calls = foresee_requests() - asked,
		.rows = foresee_of_run(info, run, "rows_inserted + rows_updated + rows_unchanged")
	};
}

/* Of whom the vendor alone knows how much there is: parts of the profiles, rows of a file, filings.
 */
static const char *const of_the_vendor[] = {
	"sync-universe",   "company-profile-bulk",  "valuation-bulk",
	"financials-bulk", "sec-10k-ingest",	    "sec-8k-ingest",
	"fmp-batch",	   "fmp-debug/bulk-health", NULL
};

static bool
may_guess(const char *name)
{
	for (size_t i = 0; of_the_vendor[i]; i++)
		if (strncmp(name, of_the_vendor[i], strlen(of_the_vendor[i])) == 0)
			return true;
	return false;
}

/* What an estimate may be off. */
static bool
is_near(int64_t a, int64_t b)
{
	return 2 * (a > b ? a : b) <= 3 * (a > b ? b : a);
}

static void
one_figure(const char *name, const char *what, int64_t said, bool exact, int64_t was,
	   struct str *wrong)
{
	if (said < 0) {
		unknown++;
		if (!may_guess(name))
			str_fmt(wrong, "%s: %s are unknown\n", name, what);
		printf("INFO: %s: %s unknown, were %lld\n", name, what, (long long)was);
	} else if (!exact) {
		estimates++;
		if (!may_guess(name))
			str_fmt(wrong, "%s: %s are an estimate\n", name, what);
		if (!is_near(said, was))
			str_fmt(wrong, "%s: %s ~%lld, were %lld\n", name, what, (long long)said,
				(long long)was);
		printf("INFO: %s: %s ~%lld, were %lld\n", name, what, (long long)said,
		       (long long)was);
	} else {
		compared++;
		if (said != was)
			str_fmt(wrong, "%s: %s %lld, were %lld\n", name, what, (long long)said,
				(long long)was);
	}
}

/* Either the job counts them itself, or the ledger has good runs with these parameters. */
static bool
rows_are_known(const char *info, const struct job *job, int64_t run)
{
	static const char *const count_them[] = { "performance-bulk", "fmp-bulk",
						  "market-state-bulk", NULL };

	if (strcmp(job->name, "sec-8k-ingest") == 0) /* as many as the vendor has */
		return false;
	return str_has(count_them, job->name) ||
	       foresee_of_run(info, run,
			      "(SELECT count(*) FROM fintra_ops.run o WHERE o.job = r.job AND "
			      "o.id < r.id AND o.params = r.params AND o.state IN ('success', "
			      "'partial'))") > 0;
}

void
foresee_compare(const char *name, const struct figures *said, const struct figures *was,
		struct str *wrong)
{
	int64_t off = llabs(said->rows - was->rows);

	if (said->units < 0)
		str_fmt(wrong, "%s: no forecast of its units: %s\n", name, said->why);
	one_figure(name, "units", said->units, said->units_exact, was->units, wrong);
	one_figure(name, "calls", said->calls, said->calls_exact, was->calls, wrong);
	if (said->rows < 0) {
		unknown++;
		printf("INFO: %s: rows unknown, were %lld\n", name, (long long)was->rows);
		return;
	}
	compared++;
	if (10 * off > was->rows)
		str_fmt(wrong, "%s: rows %lld, were %lld\n", name, (long long)said->rows,
			(long long)was->rows);
}

/* plan, then the launch that it names. */
void
foresee_and_run(const char *info, const char *const *more, const char *name, const struct job *job,
		const char *const *args, struct str *wrong)
{
	const char *plan[ARGS] = { job->name }, *run[ARGS] = { "run", job->name };
	struct figures said, was;
	struct support_out out;
	size_t n = 0;

	if (job->flags & JOB_BACKFILL)
		run[0] = "backfill";
	for (; args[n]; n++)
		plan[n + 1] = run[n + 2] = args[n];
	plan[n + 1] = run[n + 2] = "--gate";
	plan[n + 2] = run[n + 3] = "warn";

	int64_t before = foresee_last_run(info, job->name), asked = foresee_requests();

	foresee_tick();
	said = foresee_first(info, more, plan);
	if (foresee_requests() != asked || foresee_last_run(info, job->name) != before)
		str_fmt(wrong, "%s: plan asked the vendor or left a run\n", name);
	foresee_fintra(info, more, run, &out);
	if (out.code != 0 && out.code != 4)
		str_fmt(wrong, "%s: exit %d\n%s", name, out.code, out.err);
	support_out_done(&out);

	int64_t id = foresee_last_run(info, job->name);

	if (id == before) {
		str_fmt(wrong, "%s: no run\n", name);
		return;
	}
	was = foresee_did(info, id, asked);
	if (was.calls != foresee_of_run(info, id, "coalesce((r.result ->> 'calls')::bigint, 0)"))
		str_fmt(wrong, "%s: the ledger and the stand-in count other requests\n", name);
	if (said.rows < 0 && rows_are_known(info, job, id))
		str_fmt(wrong, "%s: rows are unknown\n", name);
	foresee_compare(name, &said, &was, wrong);
}

void
foresee_none_wrong(struct str *wrong, int least)
{
	printf("INFO: %d figures compared, %d estimates, %d unknown\n", compared, estimates,
	       unknown);
	if (compared < least)
		str_fmt(wrong, "%d figures were compared, not %d\n", compared, least);
	compared = estimates = unknown = 0;
	if (wrong->len)
		fail_msg("%s", str_c(wrong));
}

const char *const *
foresee_with_stock(const char *const *args, const char *out[ARGS])
{
	for (size_t i = 0; i < ARGS; i++)
		out[i] = NULL;
	for (size_t i = 0; args[i]; i++)
		out[i] = args[i];
	if (out[0] && strcmp(out[0], "--ticker") == 0 && !out[1])
		out[1] = foresee_stock;
	return out;
}

int
foresee_set_up(void **state)
{
	char *t;

	(void)state;
	foresee_tick();
	foresee_product = product_open();
	t = support_psql(foresee_product,
			 "SELECT ticker FROM fintra_snapshots ORDER BY ticker LIMIT 1");
	str_copy(foresee_stock, sizeof(foresee_stock), t);
	free(t);
	return 0;
}
