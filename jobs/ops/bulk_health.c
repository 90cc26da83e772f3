/* fmp-debug/bulk-health: do the vendor's bulk sets answer, with how many rows, and are the columns
 * there (jobs.md 2.27).  Asks for the whole of each, keeps nothing. */
#include "jobs/jobs.h"

#include "core/num.h"
#include "jobs/common.h"
#include "jobs/ops/bulk_sets.h"

#include <string.h>

enum { SAYS_MAX = 400, CHECK_EVERY = 1000 };

struct health {
	struct job_ctx *c;
	struct bulk_period p;
	const struct bulk_set *set; /* at work */
	struct tally t;		    /* of the set */
	struct date newest;
	int64_t asked, refused;
	struct err first; /* of the first set that did not answer */
};

static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct health *h = arg;
	size_t n = row->cell[1].len;
	struct date d;

	h->t.read++;
	if (row->number % CHECK_EVERY == 0 && run_check(h->c, e) < 0)
		return -1;
	if (row->bad) {
		reject_row(h->c, &h->t, row->bad, row, 0);
		return 0;
	}
	const char *p = h->set->by_period ? cell_trim(row->cell[1].p, &n) : "";

	if (n == 10 && date_parse_n(p, n, &d) &&
	    (!date_is_set(h->newest) || date_cmp(d, h->newest) > 0))
		h->newest = d;
	return 0;
}

/* "header ok, 3 rows unusable, newest 2025-12-31; cached copy 12 min old" */
static void
say(struct health *h, const struct err *e)
{
	char field[40], title[80], day[DATE_BUF];
	int64_t age = bulk_set_cached_min(h->c, h->set, &h->p);
	STR_AUTO s = { 0 };

	str_init(&s, SAYS_MAX * 4);
	if (e) {
		str_fmt(&s, "%s: %s", e->http || e->cls == ERR_NETWORK ? "refused" : "unusable",
			e->text);
	} else {
		str_puts(&s, "header ok");
		if (h->t.rejected > 0)
			str_fmt(&s, ", %lld row%s unusable", (long long)h->t.rejected,
				num_s(h->t.rejected));
		if (date_is_set(h->newest))
			str_fmt(&s, ", newest %s", date_iso(h->newest, day));
	}
	if (age >= 0)
		str_fmt(&s, "; cached copy %lld min old", (long long)age);
	else
		str_puts(&s, "; no cached copy");
	fmt_buf(field, sizeof(field), "%s_says", h->set->name);
	run_result_text(h->c, field, str_c(&s));
	bulk_set_title(h->set, &h->p, title, sizeof(title));
	if (e)
		run_log(h->c, LVL_ERROR, "%s: %s", title, str_c(&s));
	else
		run_log(h->c, LVL_INFO, "%s: %lld row%s, %s", title, (long long)h->t.read,
			num_s(h->t.read), str_c(&s));
}

static int
read_fetched(struct health *h, const struct cache_file *f, struct err *e)
{
	if (run_looks(h->c))
		return 0;
	if (csv_read_file(f->path, h->set->columns, h->set->n, on_row, h, NULL, e) < 0)
		return err_wrap(e, "%s (status %d, \"%.100s\")", h->set->path, f->resp.status,
				f->resp.head);
	if (h->t.read == 0)
		return err_set(e, ERR_EMPTY, "%s: a header and no row (status %d)", h->set->path,
			       f->resp.status);
	return 0;
}

static int
read_set(struct health *h, struct err *e)
{
	CACHE_AUTO f = CACHE_FILE_INIT;
	int rc = bulk_set_fetch(h->c, h->set, &h->p, &f, e);

	if (rc == 0)
		rc = read_fetched(h, &f, e);
	cache_drop(&f);
	return rc;
}

/* -1 when no further set needs to be asked for: the key is refused, or somebody said stop. */
static int
look_at(struct health *h, const struct bulk_set *set, struct err *e)
{
	h->set = set;
	h->t = (struct tally){ 0 };
	h->newest = DATE_NONE;
	h->asked++;
	*e = (struct err)ERR_INIT;
	int rc = read_set(h, e);

	run_tally(h->c, &h->t);
	if (rc < 0 && e->cls == ERR_CANCELLED)
		return -1;
	say(h, rc < 0 ? e : NULL);
	if (rc == 0) {
		run_result_int(h->c, set->name, h->t.read);
		return 0;
	}
	run_result_null(h->c, set->name);
	h->refused++;
	if (h->first.cls == ERR_NONE)
		h->first = *e;
	return e->cls == ERR_AUTH ? -1 : 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct health h = { .c = c, .p = bulk_period_of(c), .first = ERR_INIT };

	cache_sweep(c);
	run_phase(c, "ask", 6);
	for (const struct bulk_set *s = bulk_sets; s->name; s++) {
		if (look_at(&h, s, e) < 0)
			return -1;
		if (s->in_parts) /* which has phases of its own */
			run_phase(c, "ask", 6);
		run_progress(c, h.asked);
	}
	if (h.refused == h.asked) {
		*e = h.first;
		return -1;
	}
	run_count_error(c, h.refused);
	return 0;
}

static const struct param_def params[] = {
	BULK_PERIOD_PARAMS,
	{ 0 },
};

const struct job job_bulk_health = {
	.name = "fmp-debug/bulk-health",
	.title = "Do the vendor's bulk sets answer",
	.layer = LAYER_OPS,
	.cadence = ON_DEMAND,
	.flags = JOB_USES_API,
	.params = params,
	.phases = NAMES("ask"),
	.help = "Downloads profiles, the three statements, ratios and key metrics, counts their "
		"rows, looks for the columns that the pipeline cannot do without and says how "
		"old the copy in the cache is.  Writes and keeps nothing.  PARTIAL when some set "
		"does not answer.",
	.run = run,
};
