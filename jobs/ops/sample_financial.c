/* fmp-debug/sample-financial: the first statements of a file as the vendor sends them (jobs.md
 * 2.27). */
#include "jobs/jobs.h"

#include "core/num.h"
#include "jobs/common.h"
#include "jobs/ops/bulk_sets.h"

#include <string.h>

enum { SAMPLES = 5, CELL_MAX = 64 };

struct sample {
	struct job_ctx *c;
	const char *ticker; /* only this one, or NULL */
	int64_t most, found;
	struct tally t;
	struct json *rows; /* owned until it is the run's result */
};

static void
set_cell(struct json *obj, const char *name, const struct csv_cell *cell)
{
	size_t n = cell->len;
	const char *p = cell_text(cell->p, &n);
	char text[CELL_MAX];

	if (p)
		fmt_buf(text, sizeof(text), "%.*s", (int)(n < CELL_MAX ? n : CELL_MAX - 1), p);
	json_set_text(obj, name, p ? text : NULL);
}

static void
keep(struct sample *s, const struct csv_row *row)
{
	static const struct {
		const char *name;
		int at;
	} shown[] = { { "symbol", SET_SYMBOL },
		      { "date", SET_DATE },
		      { "period", SET_PERIOD },
		      { "revenue", SET_REVENUE },
		      { "netIncome", SET_NET } };
	struct json *obj = json_new_object();
	STR_AUTO line = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		set_cell(obj, shown[i].name, &row->cell[shown[i].at]);
	str_init(&line, CELL_MAX * 16);
	json_print(obj, &line);
	run_log(s->c, LVL_INFO, "%s", str_c(&line));
	json_push(s->rows, obj);
	s->found++;
}

static int
on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct sample *s = arg;
	char ticker[TICKER_BUF];
	const struct csv_cell *symbol = &row->cell[SET_SYMBOL];

	(void)e;
	s->t.read++;
	if (row->bad)
		reject_row(s->c, &s->t, row->bad, row, 0);
	else if (s->found < s->most &&
		 (!s->ticker || (ticker_normal(symbol->p, symbol->len, ticker) &&
				 strcmp(ticker, s->ticker) == 0)))
		keep(s, row);
	return 0;
}

static int
read_file(struct sample *s, const struct bulk_period *p, struct err *e)
{
	CACHE_AUTO f = CACHE_FILE_INIT;
	const struct bulk_set *set = bulk_set_income;

	if (bulk_set_fetch(s->c, set, p, &f, e) < 0)
		return -1;
	if (run_looks(s->c))
		return 0;
	if (csv_read_file(f.path, set->columns, set->n, on_row, s, NULL, e) < 0)
		return err_wrap(e, "%s (status %d, \"%.100s\")", set->path, f.resp.status,
				f.resp.head);
	return 0;
}

static int
run(struct job_ctx *c, struct err *e)
{
	struct bulk_period p = bulk_period_of(c);
	struct sample s = { .c = c,
			    .ticker = params_text(c->params, "ticker"),
			    .most = params_int(c->params, "limit", 0),
			    .rows = json_new_array() };
	char title[80];

	if (s.most == 0)
		s.most = SAMPLES;
	bulk_set_title(bulk_set_income, &p, title, sizeof(title));
	run_phase(c, "read", 0);
	int rc = read_file(&s, &p, e);

	run_tally(c, &s.t);
	run_result_text(c, "file", title);
	run_result_int(c, "rows", s.t.read);
	run_result_json(c, "sample", s.rows);
	if (rc == 0 && s.found == 0 && !run_looks(c))
		return err_set(e, ERR_EMPTY, "%s has no row%s%s (%lld row%s)", title,
			       s.ticker ? " of " : "", str_or(s.ticker, ""), (long long)s.t.read,
			       num_s(s.t.read));
	return rc;
}

static const struct param_def params[] = {
	BULK_PERIOD_PARAMS,
	{ 0 },
};

const struct job job_sample_financial = {
	.name = "fmp-debug/sample-financial",
	.title = "Statements as the vendor sends them",
	.layer = LAYER_OPS,
	.cadence = ON_DEMAND,
	.flags = JOB_USES_API,
	.params = params,
	.phases = NAMES("read"),
	.help = "Shows symbol, period, revenue and net income of the first five rows (--limit) of "
		"a file of income statements, or of one --ticker, word for word.  Writes and "
		"keeps nothing.",
	.run = run,
};
