/* A job of the old system over HTTP: one GET, which lasts as long as the job does. */
#include "core/clock.h"
#include "core/old.h"
#include "core/old_answer.h"
#include "core/run_private.h"
#include "core/secret.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

enum {
	URL_MAX = 4096,
	BODY_MAX = 25 << 20,
	ANSWER_KEPT = 32 << 10,
	LINES_MAX = 2000,
	LINE_SHOWN = 4096
};

static void
put_params(const struct job_ctx *c, struct str *url)
{
	char day[DATE_BUF];

	http_put_arg(url, "date", date_iso(c->as_of, day));
	for (size_t i = 0; i < c->params->n; i++)
		if (!str_same(c->params->at[i].def->name, "dry_run"))
			http_put_arg(url, c->params->at[i].def->name, c->params->at[i].value);
}

/* One text of the answer as a line of the run's log. */
static void
put_line(struct job_ctx *c, enum level lvl, const struct json *v)
{
	STR_AUTO raw = { 0 }, clean = { 0 };

	str_init(&raw, BODY_MAX);
	str_init(&clean, LINE_SHOWN * 8);
	if (json_as_text(v))
		str_puts(&raw, json_as_text(v));
	else
		json_print(v, &raw);
	text_clean(&clean, str_c(&raw), raw.len < LINE_SHOWN ? raw.len : LINE_SHOWN);
	run_log(c, lvl, "%s", str_c(&clean));
}

static void
put_lines(struct job_ctx *c, enum level lvl, const struct json *list)
{
	size_t n = 0;

	if (!list || !json_is_array(list))
		return;
	for (const struct json *v = json_first(list); v && n < LINES_MAX; v = json_next(v), n++)
		put_line(c, lvl, v);
	if (json_len(list) > n)
		run_log(c, LVL_WARN, "%zu more lines of the answer are not shown",
			json_len(list) - n);
}

/* The answer as it came, in the log and in the run's result; whole lists of tickers are not kept.
 */
static void
keep_answer(struct job_ctx *c, const struct old_answer *a)
{
	STR_AUTO text = { 0 };
	struct err e = ERR_INIT;
	struct json *copy;

	if (!a->body)
		return;
	put_lines(c, LVL_INFO, json_get(a->body, "log"));
	put_lines(c, LVL_WARN, json_get(a->body, "errors"));
	str_init(&text, ANSWER_KEPT);
	json_print(a->body, &text);
	copy = text.overflow ? NULL : json_parse(str_c(&text), text.len, &e);
	run_log(c, LVL_INFO, "answer: %.2000s",
		copy ? str_c(&text) : "too long to be kept, its counts are below");
	if (!copy)
		return;
	pthread_mutex_lock(&c->run->lock);
	json_set(c->run->result, "answer", copy);
	pthread_mutex_unlock(&c->run->lock);
}

static int
conclude(struct job_ctx *c, const char *host, const struct old_answer *a, struct err *e)
{
	struct run *r = c->run;

	pthread_mutex_lock(&r->lock);
	r->sum = a->counts;
	pthread_mutex_unlock(&r->lock);
	switch (a->verdict) {
	case OLD_SUCCESS:
		return 0;
	case OLD_PARTIAL:
		if (*a->text || a->counts.errors == 0)
			run_taint(c, *a->text ? a->text : "the old system says so");
		return 0;
	case OLD_BUSY:
		r->refused = true;
		return err_set(e, ERR_LOCK, "%s refused it: %s", host, a->text);
	case OLD_SKIPPED:
		return err_set(e, ERR_NOT_READY, "%s skipped it: %s", host, a->text);
	case OLD_FAILURE:
		break;
	}
	return err_set(e, a->cls, "%s: %s%s", host, a->text,
		       a->may_run ? "; the job may still be running there" : "");
}

/* The other side may echo the secret: nothing of the body goes anywhere before this. */
static int
understand(struct job_ctx *c, const char *host, const struct str *body,
	   const struct http_called *got, struct err *e)
{
	struct old_answer a;
	STR_AUTO masked = { 0 };
	int rc;

	str_init(&masked, BODY_MAX);
	secret_mask(&masked, str_c(body), body->len, c->conf->old_secret);
	old_answer_read(got->status, str_c(&masked), masked.len, got->framed, &a);
	run_result_int(c, "http", got->status);
	keep_answer(c, &a);
	rc = conclude(c, host, &a, e);
	if (rc < 0)
		e->http = got->status;
	json_free(a.body);
	return rc;
}

static int
call(struct job_ctx *c, const struct conf_job *j, const char *url, const char *host, struct err *e)
{
	struct http_call q = { .url = url,
			       .bearer = c->conf->old_secret,
			       .timeout_ms = j->timeout_ms };
	struct http_called got;
	STR_AUTO body = { 0 };
	char phase[40];

	str_init(&body, BODY_MAX);
	fmt_buf(phase, sizeof(phase), "answer of %.29s", host);
	run_phase(c, phase, 0);
	if (http_call(&q, c->cancel, &body, &got, e) == 0)
		return understand(c, host, &body, &got, e);
	return err_wrap(e, "%s%s", host,
			got.sent ? " (the job may still be running there)"
				 : " (the job was not started)");
}

int
run_by_http(struct job_ctx *c, struct err *e)
{
	const struct conf_job *j = conf_job_find(c->conf, c->job->name);
	char host[128], source[160];
	STR_AUTO url = { 0 };

	if (!j)
		return err_set(e, ERR_CONFIG, "job %s has no section in the configuration",
			       c->job->name);
	str_init(&url, URL_MAX);
	old_url(c->conf, j, &url);
	old_host(str_c(&url), host, sizeof(host));
	put_params(c, &url);
	if (url.overflow)
		return err_set(e, ERR_USAGE, "the parameters are too long for a URL");
	fmt_buf(source, sizeof(source), "http %s", host);
	old_begin(c, source);
	run_log(c, LVL_INFO, "%sGET %s (%s)", c->dry_run ? "dry run: would call " : "", str_c(&url),
		*str_or(c->conf->old_secret, "") ? "with the bearer secret" : "without a secret");
	return c->dry_run ? 0 : call(c, j, str_c(&url), host, e);
}
