#include "core/http_impl.h"

#include "core/clock.h"
#include "core/secret.h"
#include "core/text.h"

#include <string.h>

void
http_put_arg(struct str *url, const char *name, const char *value)
{
	str_putc(url, strchr(str_c(url), '?') ? '&' : '?');
	http_percent_encode(url, name);
	str_putc(url, '=');
	http_percent_encode(url, value);
}

static struct xfer *
new_xfer(const struct http_call *q, const struct cancel *cancel)
{
	STR_AUTO header = { 0 };
	struct xfer *x;

	str_init(&header, 2048);
	if (q->json)
		str_puts(&header, "Content-Type: application/json");
	else if (*str_or(q->bearer, ""))
		str_fmt(&header, "Authorization: Bearer %s", q->bearer);
	x = xfer_new(header.len ? str_c(&header) : NULL, 0, cancel);
	secret_wipe(header.p, header.len);
	if (q->json)
		xfer_post(x, q->json);
	return x;
}

/* What curl says may quote the other side. */
static int
broken(const struct http_call *q, const struct answer *a, const struct sink *s, struct err *e)
{
	static const enum err_class classes[] = {
		[XFER_NETWORK] = ERR_NETWORK, [XFER_CUT] = ERR_NETWORK,
		[XFER_TLS] = ERR_NETWORK,     [XFER_CONFIG] = ERR_CONFIG,
		[XFER_SINK] = ERR_NETWORK,    [XFER_CANCELLED] = ERR_CANCELLED,
	};
	char span[CLOCK_BUF];
	STR_AUTO why = { 0 };

	str_init(&why, 1024);
	if (a->end == XFER_CANCELLED)
		return err_set(e, ERR_CANCELLED, "cancelled");
	if (a->timed_out && a->sent)
		return err_set(e, ERR_TIMEOUT, "no answer within %s",
			       clock_span(q->timeout_ms, span));
	if (a->end == XFER_SINK)
		return err_set(e, ERR_DATA, "the answer %s", s->why);
	text_clean(&why, a->reason, strlen(a->reason));
	return err_set(e, classes[a->end], "%s", why.len ? str_c(&why) : "the answer was cut off");
}

int
http_call(const struct http_call *q, const struct cancel *cancel, struct str *body,
	  struct http_called *r, struct err *e)
{
	struct sink s = { .mem = body, .cap = HTTP_JSON_CAP };
	struct xfer *x = new_xfer(q, cancel);
	struct answer a;
	int rc = 0;

	str_clear(body);
	xfer_get(x, q->url, q->timeout_ms, &s, &a);
	*r = (struct http_called){ .status = a.status, .sent = a.sent, .framed = a.framed };
	str_copy(r->redirect, sizeof(r->redirect), a.target);
	if (a.end == XFER_DONE && s.cut)
		a.end = XFER_CUT;
	if (a.end != XFER_DONE)
		rc = broken(q, &a, &s, e);
	sink_done(&s);
	xfer_free(x);
	return rc;
}
