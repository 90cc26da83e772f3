#include "jobs/layer3/pe_rows.h"

#include "core/num.h"
#include "jobs/layer2/asset_date.h"

static const char phase[] = "aggregate";

struct pe_run {
	struct job_ctx *c;
	const struct pe_kind *kind;
	struct date day; /* of the valuations */
	char date[DATE_BUF];
	int64_t rows, tickers, thin;
};

static int
write_rows(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	struct pe_run *p = arg;
	char least[NUM_BUF], now[NUM_BUF];
	const char *args[] = { p->date, num_int(p->kind->least, least), num_int(c->now_ms, now) };
	ROWS_AUTO r = db_query(c->db, p->kind->write, args, e);

	if (!r)
		return -1;
	p->rows = rows_int(r, 0, 0);
	p->tickers = rows_int(r, 0, 3);
	p->thin = rows_int(r, 0, 4);
	*t = (struct tally){ .read = p->tickers,
			     .inserted = rows_int(r, 0, 1),
			     .updated = rows_int(r, 0, 2) };
	t->unchanged = p->rows - t->inserted - t->updated;
	return 0;
}

static int
find_day(struct pe_run *p, struct err *e)
{
	char as_of[DATE_BUF];
	const char *args[] = { date_iso(p->c->as_of, as_of) };
	ROWS_AUTO r = db_query(p->c->db, Q_PE_ROWS_NEWEST, args, e);

	if (!r)
		return -1;
	p->day = rows_date(r, 0, 0);
	date_iso(p->day, p->date);
	if (!date_is_set(p->day))
		return err_set(e, ERR_EMPTY,
			       "datos_valuacion has no row of twelve months up to %s: fintra run "
			       "valuation-bulk --as-of %s",
			       as_of, as_of);
	if (date_cmp(p->day, p->c->as_of) < 0)
		run_log(p->c, LVL_WARN,
			"the newest valuations are of %s: %s is written for that day", p->date,
			p->kind->table);
	return 0;
}

static void
report(const struct pe_run *p)
{
	struct job_ctx *c = p->c;

	if (p->rows == 0)
		run_log(c, LVL_WARN,
			"%s: none of the %s has %d active stocks with a positive ratio", p->date,
			p->kind->groups, p->kind->least);
	if (p->thin > 0)
		run_log(c, LVL_INFO,
			"%lld %s have fewer than %d active stocks with a positive "
			"ratio: no row",
			(long long)p->thin, p->kind->groups, p->kind->least);
	run_input(c, "datos_valuacion", p->day, p->tickers);
	run_result_text(c, "date", p->date);
	run_result_int(c, "processed", p->rows);
	run_result_json(c, "errors", json_new_array()); /* one statement: all or nothing */
}

int
pe_rows_run(struct job_ctx *c, const struct pe_kind *kind, struct err *e)
{
	struct pe_run p = { .c = c, .kind = kind };

	if (params_text(c->params, "ticker"))
		return err_set(e, ERR_USAGE, "one company cannot make %s: give no ticker",
			       kind->group);
	run_phase(c, phase, 0);
	if (asset_date_universe(c, NULL, e) < 0 || find_day(&p, e) < 0)
		return -1;
	if (!run_unit_done(c, p.date) && run_transaction(c, p.date, write_rows, &p, e) < 0)
		return err_wrap(e, "%s at %s", kind->table, p.date);
	report(&p);
	return 0;
}
