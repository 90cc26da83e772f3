#include "core/http_impl.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEADERS_MAX = 256 * 1024, CONNECT_MS = 10000, STALL_BYTES = 1024, POLL_MS = 1000 };

struct xfer {
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	const struct cancel *cancel;
	struct sink *sink; /* of the attempt under way */
	struct answer *answer;
	char curl_says[CURL_ERROR_SIZE];
};

/* curl itself maps localhost to the loopback addresses without asking DNS. */
static bool
loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (str_starts(host, "127.") && strspn(host, "0123456789.") == strlen(host));
}

/* The named part of a URL; owned: curl_free().  NULL if there is none. */
static char *
url_part(const char *url, CURLUPart part)
{
	CURLU *u = curl_url();
	char *got = NULL;

	if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK)
		if (curl_url_get(u, part, &got, 0) != CURLUE_OK)
			got = NULL;
	curl_url_cleanup(u);
	return got;
}

bool
http_is_loopback(const char *base_url)
{
	char *host = url_part(base_url, CURLUPART_HOST);
	bool yes = host && loopback(host);

	curl_free(host);
	return yes;
}

bool
xfer_base_ok(const char *base_url)
{
	char *scheme = url_part(base_url, CURLUPART_SCHEME);
	char *host = url_part(base_url, CURLUPART_HOST);
	char *user = url_part(base_url, CURLUPART_USER);
	char *query = url_part(base_url, CURLUPART_QUERY);
	bool ok = scheme && host && !user && !query &&
		  (strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && loopback(host)));

	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_free(query);
	return ok;
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct xfer *x = arg;

	return sink_write(x->sink, p, size * n) ? size * n : 0;
}

/* Value of "Name: value\r\n" without blanks, or NULL. */
static const char *
header_value(const char *line, size_t n, const char *name, char *buf, size_t max)
{
	size_t len = strlen(name);

	if (n <= len || line[len] != ':' || strncasecmp(line, name, len) != 0)
		return NULL;
	for (len++; len < n && isspace((unsigned char)line[len]); len++)
		continue;
	while (n > len && isspace((unsigned char)line[n - 1]))
		n--;
	if (n - len >= max)
		n = len + max - 1;
	memcpy(buf, line + len, n - len);
	buf[n - len] = '\0';
	return buf;
}

/* Only the host: the rest of a redirect may carry anything. */
static void
note_target(struct answer *a, const char *location)
{
	char *host = url_part(location, CURLUPART_HOST);

	str_copy(a->target, sizeof(a->target), host ? host : location);
	curl_free(host);
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct xfer *x = arg;
	struct answer *a = x->answer;
	char buf[256];

	n *= size;
	a->header_bytes += n;
	if (a->header_bytes > HEADERS_MAX) {
		str_copy(a->reason, sizeof(a->reason), "endless headers");
		return 0;
	}
	/* A new status line (after 100 Continue) starts the judgement of the framing anew. */
	if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
		a->framed = n > 6 && p[5] >= '2';
	else if (header_value(p, n, "Content-Length", buf, sizeof(buf)))
		a->framed = true;
	else if (header_value(p, n, "Transfer-Encoding", buf, sizeof(buf)))
		a->framed = a->framed || strcasecmp(buf, "chunked") == 0;
	else if (header_value(p, n, "Location", buf, sizeof(buf)))
		note_target(a, buf);
	else if (header_value(p, n, "Content-Encoding", buf, sizeof(buf)) &&
		 (strcasecmp(buf, "gzip") == 0 || strcasecmp(buf, "x-gzip") == 0))
		sink_gzip(x->sink);
	return n;
}

static void
set_options(struct xfer *x, int stall_s)
{
	CURL *c = x->easy;

	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, x->headers);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "fintra/" FINTRA_VERSION);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https,http");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, ""); /* nor the environment's */
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)stall_s);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 128L * 1024);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->curl_says);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
}

struct xfer *
xfer_new(const char *header, int stall_s, const struct cancel *cancel)
{
	struct xfer *x = mem_zalloc(sizeof(*x));

	x->cancel = cancel;
	x->multi = curl_multi_init();
	x->easy = curl_easy_init();
	x->headers = curl_slist_append(NULL, "Accept-Encoding: gzip");
	if (header)
		x->headers = curl_slist_append(x->headers, header);
	if (x->easy)
		set_options(x, stall_s);
	return x;
}

void
xfer_set_agent(struct xfer *x, const char *agent)
{
	if (x->easy)
		curl_easy_setopt(x->easy, CURLOPT_USERAGENT, agent);
}

void
xfer_post(struct xfer *x, const char *body)
{
	if (x->easy)
		curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, body);
}

void
xfer_free(struct xfer *x)
{
	if (!x)
		return;
	curl_easy_cleanup(x->easy);
	curl_multi_cleanup(x->multi);
	for (struct curl_slist *l = x->headers; l; l = l->next)
		for (volatile char *p = l->data; *p; p++)
			*p = 0;
	curl_slist_free_all(x->headers);
	free(x);
}

/* TLS trouble does not pass by itself; everything unnamed might. */
static enum xfer_end
end_of(CURLcode rc)
{
	switch (rc) {
	case CURLE_OK:
		return XFER_DONE;
	case CURLE_PARTIAL_FILE:
		return XFER_CUT;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_FAILED_INIT:
		return XFER_CONFIG;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return XFER_TLS;
	default:
		return XFER_NETWORK;
	}
}

/* Runs the transfer; false when aborted.  The token's descriptor wakes the wait; once it is
 * readable for a mere drain it would wake it for ever, so then its level is looked at ten times a
 * second. */
static bool
drive(struct xfer *x, CURLcode *rc)
{
	int running = 1, queued;
	CURLMsg *msg;

	for (;;) {
		enum cancel_level level = x->cancel ? cancel_level(x->cancel) : CANCEL_NONE;
		bool watch = x->cancel && x->cancel->fd >= 0 && level == CANCEL_NONE;
		struct curl_waitfd fd = { .fd = watch ? x->cancel->fd : -1,
					  .events = CURL_WAIT_POLLIN };

		if (level == CANCEL_ABORT)
			return false;
		if (curl_multi_perform(x->multi, &running) != CURLM_OK || !running)
			break;
		curl_multi_poll(x->multi, watch ? &fd : NULL, watch ? 1 : 0,
				watch || !x->cancel ? POLL_MS : POLL_MS / 10, NULL);
	}
	msg = curl_multi_info_read(x->multi, &queued);
	*rc = msg && msg->msg == CURLMSG_DONE ? msg->data.result : CURLE_FAILED_INIT;
	return true;
}

/* curl reports our own refusal of bytes as a write error. */
static void
collect(struct xfer *x, CURLcode rc, struct answer *a)
{
	curl_off_t after = 0;
	long status = 0;

	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &after);
	a->status = (int)status;
	a->retry_after_s = after;
	a->timed_out = rc == CURLE_OPERATION_TIMEDOUT;
	a->end = end_of(rc);
	if (rc == CURLE_WRITE_ERROR && x->sink->bad != ERR_NONE)
		a->end = XFER_SINK;
	else if (a->end != XFER_DONE && !a->reason[0])
		str_copy(a->reason, sizeof(a->reason),
			 x->curl_says[0] ? x->curl_says : curl_easy_strerror(rc));
}

void
xfer_get(struct xfer *x, const char *url, int64_t limit_ms, struct sink *s, struct answer *a)
{
	CURLcode rc = CURLE_OK;
	long sent = 0;

	*a = (struct answer){ .end = XFER_CONFIG };
	x->sink = s;
	x->answer = a;
	x->curl_says[0] = '\0';
	if (!x->easy || !x->multi) {
		str_copy(a->reason, sizeof(a->reason), "no curl handle could be had");
		return;
	}
	curl_easy_setopt(x->easy, CURLOPT_URL, url);
	curl_easy_setopt(x->easy, CURLOPT_TIMEOUT_MS, (long)limit_ms);
	curl_multi_add_handle(x->multi, x->easy);
	bool whole = drive(x, &rc);
	if (whole)
		collect(x, rc, a);
	else
		a->end = XFER_CANCELLED;
	curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &sent);
	a->sent = sent > 0;
	curl_multi_remove_handle(x->multi, x->easy);
	sink_end(s);
}

void
http_global_init(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}
