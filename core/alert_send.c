/* What a message says, and the channels that carry it. */
#include "core/alert.h"
#include "core/clock.h"
#include "core/conf_secret.h"
#include "core/http.h"
#include "core/json.h"
#include "core/ledger.h"
#include "core/proc.h"
#include "core/text.h"
#include "core/words.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 4000, BODY_MAX = 64 << 10, URL_MAX = 1024, LOOK_MS = 50, SAID = 200 };

static const char *
headline(const struct alert_message *m)
{
	static const char *const open[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	if (m->news == ALERT_TEST)
		return "TEST";
	return m->news == ALERT_RECOVERED ? "RECOVERED" : open[m->about->severity];
}

void
alert_text(const struct alert_message *m, struct str *out)
{
	const struct alert_row *a = m->about;
	char who[64], host[64], span[CLOCK_BUF], at[CLOCK_BUF];

	ledger_identity(who, host);
	str_fmt(out, "FINTRA %s on %s%s: ", headline(m), host,
		m->news == ALERT_STILL	   ? ", still"
		: m->news == ALERT_CHANGED ? ", changed"
					   : "");
	if (m->news == ALERT_RECOVERED)
		str_fmt(out, "%s is right again after %s; it was: ", a->key,
			clock_span(a->ended_ms - a->first_ms, span));
	text_clean(out, a->text, strlen(a->text));
	if (m->news == ALERT_RECOVERED || m->news == ALERT_TEST)
		return;
	str_fmt(out, "\nsince %s", clock_iso(a->first_ms, at));
	if (*a->remedy)
		str_fmt(out, "\n$ %s", a->remedy);
}

void
alert_json(const struct alert_message *m, struct str *out)
{
	const struct alert_row *a = m->about;
	char who[64], host[64];
	STR_AUTO message = { 0 };
	struct json *o = json_new_object();

	ledger_identity(who, host);
	str_init(&message, BODY_MAX);
	alert_text(m, &message);
	json_set_int(o, "v", 1);
	json_set_text(o, "event", alert_news_name(m->news));
	json_set_text(o, "key", a->key);
	json_set_text(o, "severity", check_state_name(a->severity));
	json_set_text(o, "cause", a->text);
	json_set_text(o, "remedy", *a->remedy ? a->remedy : NULL);
	char at[CLOCK_BUF];
	json_set_text(o, "since", clock_iso(a->first_ms, at));
	json_set_text(o, "ended", m->news == ALERT_RECOVERED ? clock_iso(a->ended_ms, at) : NULL);
	json_set_text(o, "ts", clock_iso(m->now_ms, at));
	json_set_text(o, "host", host);
	json_set_text(o, "message", str_c(&message));
	json_print(o, out);
	json_free(o);
}

/* What the other side or curl said may hold anything, our own URL included. */
static int
clean_error(const struct conf *conf, struct err *e)
{
	char what[ERR_TEXT_MAX];
	STR_AUTO masked = { 0 }, clean = { 0 };

	str_copy(what, sizeof(what), e->text);
	str_init(&masked, ERR_TEXT_MAX * 2);
	str_init(&clean, ERR_TEXT_MAX * 8);
	conf_mask(conf, what, strlen(what), &masked);
	text_clean(&clean, str_c(&masked), masked.len);
	return err_set(e, e->cls, "%s", str_c(&clean));
}

static bool
has_telegram(const struct conf *conf)
{
	return *str_or(conf->alert.token, "") && *str_or(conf->alert.chat_id, "");
}

/* {"ok":false,"error_code":401,"description":"Unauthorized"} */
static int
judge_telegram(int status, const struct str *body, struct err *e)
{
	struct err bad = ERR_INIT;
	struct json *j = json_parse(str_c(body), body->len, &bad);
	const char *says = j ? json_text(j, "description") : NULL;
	int rc = 0;

	if (status == 401 || status == 404)
		rc = err_set(e, ERR_AUTH,
			     "%d %s: the token is refused; see telegram_token_file in [alert]",
			     status, str_or(says, "no reason given"));
	else if (status != 200 || !j || !json_bool(j, "ok", false))
		rc = err_set(e, ERR_NETWORK, "%d %s", status,
			     str_or(says, "without Telegram's own answer"));
	json_free(j);
	return rc;
}

static int
send_telegram(const struct conf *conf, const struct alert_message *m, struct err *e)
{
	struct json *o = json_new_object();
	struct http_called got;
	STR_AUTO url = { 0 }, text = { 0 }, body = { 0 }, answer = { 0 };
	int rc;

	str_init(&url, URL_MAX);
	str_init(&text, TEXT_MAX);
	str_init(&body, BODY_MAX);
	str_init(&answer, BODY_MAX);
	alert_text(m, &text);
	json_set_text(o, "chat_id", conf->alert.chat_id);
	json_set_text(o, "text", str_c(&text));
	json_print(o, &body);
	json_free(o);
	str_fmt(&url, "%s/bot%s/sendMessage", conf->alert.base_url, conf->alert.token);
	struct http_call q = { .url = str_c(&url),
			       .timeout_ms = (int64_t)conf->alert.timeout_s * 1000,
			       .json = str_c(&body) };
	rc = http_call(&q, m->cancel, &answer, &got, e);
	if (rc == 0)
		rc = judge_telegram(got.status, &answer, e);
	return rc < 0 ? clean_error(conf, e) : 0;
}

static bool
has_hook(const struct conf *conf)
{
	const char *words = str_or(conf->alert.hook, "");

	return words[strspn(words, " \t")] != '\0';
}

static void
take(int *fd, struct str *said)
{
	char buf[1024];
	ssize_t n;

	if (*fd < 0)
		return;
	n = read(*fd, buf, sizeof(buf));
	if (n > 0 && said->len < SAID)
		str_put(said, buf, (size_t)n < SAID - said->len ? (size_t)n : SAID - said->len);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	close(*fd);
	*fd = -1;
}

/* The end of the command itself counts: who holds its output longer is not waited for. */
static int
follow(struct proc_group *g, int64_t limit_ms, const struct cancel *cancel, struct str *said,
       bool *late)
{
	int64_t began = clock_mono_ms();

	*late = false;
	while (!proc_group_ended(g) && !cancel_asked(cancel)) {
		struct pollfd p[] = { { .fd = g->out, .events = POLLIN },
				      { .fd = g->err, .events = POLLIN } };

		*late = clock_mono_ms() - began > limit_ms;
		if (*late)
			break;
		poll(p, ARRAY_LEN(p), LOOK_MS);
		take(&g->out, said);
		take(&g->err, said);
	}
	take(&g->out, said);
	take(&g->err, said);
	return proc_group_end(g);
}

static int
run_hook(const struct conf *conf, const struct proc_spec *spec, const struct cancel *cancel,
	 struct err *e)
{
	struct proc_group g;
	STR_AUTO said = { 0 };
	bool late;
	int code;

	if (proc_group_start(spec, &g, e) < 0)
		return -1;
	str_init(&said, SAID);
	code = follow(&g, (int64_t)conf->alert.timeout_s * 1000, cancel, &said, &late);
	const char *text = str_c(&said);
	if (late)
		return err_set(e, ERR_TIMEOUT, "the command did not end within %d s%s%s",
			       conf->alert.timeout_s, *text ? ": " : "", text);
	if (code != 0)
		return err_set(e, ERR_INTERNAL, "the command ended with exit code %d%s%s", code,
			       *text ? ": " : "", text);
	return 0;
}

static int
send_hook(const struct conf *conf, const struct alert_message *m, struct err *e)
{
	const struct alert_row *a = m->about;
	struct word_list words;
	char key[ALERT_KEY + 32], event[48], severity[48];
	STR_AUTO body = { 0 }, text = { 0 };
	int rc;

	if (words_split(conf->alert.hook, &words) < 0) /* conf_load() has looked */
		return err_set(e, ERR_CONFIG, "alert.hook: a quote is not closed");
	vec_push(&words.word, NULL);
	str_init(&body, BODY_MAX);
	str_init(&text, BODY_MAX);
	alert_json(m, &body);
	str_puts(&text, "FINTRA_ALERT_TEXT=");
	alert_text(m, &text);
	fmt_buf(key, sizeof(key), "FINTRA_ALERT_KEY=%s", a->key);
	fmt_buf(event, sizeof(event), "FINTRA_ALERT_EVENT=%s", alert_news_name(m->news));
	fmt_buf(severity, sizeof(severity), "FINTRA_ALERT_SEVERITY=%s",
		check_state_name(a->severity));
	const char *const added[] = { key, event, severity, str_c(&text), NULL };
	struct proc_spec spec = { .argv = (const char *const *)(const void *)words.word.at,
				  .forgotten = conf_secret_variables,
				  .added = added,
				  .input = str_c(&body) };
	rc = run_hook(conf, &spec, m->cancel, e);
	words_done(&words);
	return rc < 0 ? clean_error(conf, e) : 0;
}

const struct alert_channel alert_channels[] = {
	{ "telegram", has_telegram, send_telegram },
	{ "hook", has_hook, send_hook },
	{ NULL, NULL, NULL },
};

int
alert_configured(const struct conf *conf, struct str *out)
{
	int n = 0;

	str_putc(out, '{');
	for (const struct alert_channel *c = alert_channels; c->name; c++)
		if (c->configured(conf))
			str_fmt(out, "%s%s", n++ ? "," : "", c->name);
	if (*str_or(conf->alert.ping_url, ""))
		str_fmt(out, "%sping", n ? "," : "");
	str_putc(out, '}');
	return n;
}

const char *
alert_incomplete(const struct conf *conf)
{
	bool token = *str_or(conf->alert.token, ""), chat = *str_or(conf->alert.chat_id, "");

	if (token && !chat)
		return "Telegram has a token, but no chat: set telegram_chat_id in [alert]";
	if (chat && !token)
		return "Telegram has a chat, but no token: set telegram_token_file in [alert]";
	return NULL;
}

int
alert_ping(const struct conf *conf, enum alert_ping what, int64_t run, struct err *e)
{
	static const char *const ends[] = { "/start", "", "/fail", "/log" };
	size_t len = strlen(conf->alert.ping_url);
	char rid[48];
	struct http_called got;
	STR_AUTO url = { 0 }, answer = { 0 };
	struct http_call q = { .timeout_ms = (int64_t)conf->alert.timeout_s * 1000 };
	int rc;

	if (len == 0)
		return 0;
	str_init(&url, URL_MAX);
	str_init(&answer, BODY_MAX);
	while (len > 0 && conf->alert.ping_url[len - 1] == '/')
		len--;
	str_put(&url, conf->alert.ping_url, len);
	str_puts(&url, ends[what]);
	/* The number of the run in the form that a ping's receiver asks for. */
	fmt_buf(rid, sizeof(rid), "00000000-0000-0000-0000-%012" PRId64, run);
	if (run)
		http_put_arg(&url, "rid", rid);
	q.url = str_c(&url);
	rc = http_call(&q, NULL, &answer, &got, e);
	if (rc == 0 && (got.status < 200 || got.status > 299))
		rc = err_set(e, ERR_NETWORK, "answered %d", got.status);
	return rc < 0 ? clean_error(conf, e) : 0;
}
