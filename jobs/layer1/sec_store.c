#include "jobs/layer1/sec_store.h"

#include "jobs/engine/filing_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAX = 512, COLUMNS = 5 };

/* The five columns that differ from row to row, as array literals. */
struct columns {
	struct str literal[COLUMNS];
};

static void
lay_out(const struct filing *const *filings, size_t n, struct columns *cols)
{
	const char **word = mem_zalloc((n + 1) * sizeof(*word));
	char(*date)[DATE_BUF] = mem_alloc((n + 1) * sizeof(*date));
	char(*when)[24] = mem_alloc((n + 1) * sizeof(*when));

	for (size_t i = 0; i < n; i++) {
		date_iso(filings[i]->filed, date[i]);
		when[i][0] = '\0';
		if (filings[i]->accepted_ms >= 0)
			fmt_buf(when[i], sizeof(when[i]), "%" PRId64, filings[i]->accepted_ms);
	}
	for (int k = 0; k < COLUMNS; k++) {
		for (size_t i = 0; i < n; i++) {
			const char *const cell[COLUMNS] = { filings[i]->ticker, filings[i]->form,
							    filings[i]->link, date[i], when[i] };

			word[i] = cell[k];
		}
		str_init(&cols->literal[k], (n + 1) * ROW_MAX);
		words_array(word, &cols->literal[k]);
	}
	free(word);
	free(date);
	free(when);
}

int
sec_filings_store(struct job_ctx *c, const struct filing *const *filings, size_t n, int fiscal_year,
		  bool parsed, struct tally *t, struct err *e)
{
	struct columns cols;
	char year[16], now[24];
	const char *args[8] = { NULL };
	int rc;

	lay_out(filings, n, &cols);
	for (int k = 0; k < COLUMNS; k++)
		args[k] = str_c(&cols.literal[k]);
	fmt_buf(year, sizeof(year), "%d", fiscal_year);
	fmt_buf(now, sizeof(now), "%" PRId64, c->now_ms);
	args[5] = fiscal_year > 0 ? year : NULL;
	args[6] = parsed ? "t" : "f";
	args[7] = now;
	rc = run_merge(c, Q_SEC_FILINGS_MERGE, args, t, e);
	for (int k = 0; k < COLUMNS; k++)
		str_done(&cols.literal[k]);
	return rc < 0 ? err_wrap(e, "sec_filings") : 0;
}

int
sec_document(struct job_ctx *c, const char *link, struct str *plain, struct err *e)
{
	struct http_resp resp;
	STR_AUTO body = { 0 };

	str_init(&body, HTTP_DOC_MAX);
	if (run_check(c, e) < 0 || http_get_document(c->http, link, &body, &resp, e) < 0)
		return -1;
	str_done(plain);
	str_init(plain, 2 * body.len + 2);
	filing_plain(str_c(&body), body.len, plain);
	return 0;
}

void
sec_warn_agent(struct job_ctx *c)
{
	if (!*str_or(c->conf->sec_user_agent, ""))
		run_log(c, LVL_WARN,
			"user_agent in [sec] is not set: the SEC may refuse who does not name an "
			"application and a contact address");
}

static int
nothing(struct job_ctx *c, void *arg, struct tally *t, struct err *e)
{
	const struct tally *given = arg;

	(void)c;
	(void)e;
	*t = *given;
	return 0;
}

int
sec_decide(struct job_ctx *c, const char *unit, const struct tally *t, struct err *e)
{
	struct tally copy = *t;

	return run_transaction(c, unit, nothing, &copy, e);
}
