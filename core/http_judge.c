/* What an answer means: fmp.md section 2, faults.md F23-F28, F37-F39.  Status first, then first
 * bytes. */
#include "core/http_impl.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Anywhere in the first KB, upper and lower case alike. */
static bool
head_has(const struct sink *s, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= s->nhead; i++)
		if (strncasecmp(s->head + i, word, len) == 0)
			return true;
	return false;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* First byte that says something, behind a byte order mark and blanks. */
static size_t
first_byte(const struct sink *s)
{
	size_t i = 0;

	if (s->nhead >= 3 && memcmp(s->head, "\xef\xbb\xbf", 3) == 0)
		i = 3;
	while (i < s->nhead && blank(s->head[i]))
		i++;
	return i;
}

/* "[]", "{}" or nothing at all. */
static bool
says_nothing(const struct sink *s)
{
	size_t i = first_byte(s), end = s->nhead;

	if (s->out > HTTP_HEAD)
		return false;
	while (end > i && blank(s->head[end - 1]))
		end--;
	return i == end || (end - i == 2 && (memcmp(s->head + i, "[]", 2) == 0 ||
					     memcmp(s->head + i, "{}", 2) == 0));
}

/* {"Error Message": or a short object with "message" or "error" first. */
static bool
error_object(const struct sink *s)
{
	static const char *const keys[] = { "\"Error Message\"", "\"message\"", "\"error\"" };
	size_t i = first_byte(s);

	if (i >= s->nhead || s->head[i] != '{')
		return false;
	for (i++; i < s->nhead && blank(s->head[i]); i++)
		continue;
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		size_t len = strlen(keys[k]);

		if (i + len <= s->nhead && strncasecmp(s->head + i, keys[k], len) == 0)
			return true;
	}
	return head_has(s, keys[0]);
}

static void
refuse(struct verdict *v, enum err_class cls, const char *what, const char *next)
{
	v->cls = cls;
	v->what = what;
	v->next = next;
}

static void
again(struct verdict *v, enum err_class cls, const char *what, const char *next)
{
	refuse(v, cls, what, next);
	v->retry = true;
	v->throttled = cls == ERR_QUOTA;
	v->down = cls == ERR_NETWORK;
}

static void
judge_limit(const struct sink *s, struct verdict *v)
{
	/* A spent monthly volume does not come back within minutes. */
	if (head_has(s, "Bandwidth Limit")) {
		refuse(v, ERR_QUOTA, "the plan's bandwidth is used up",
		       "wait for the next period or raise the plan");
		return;
	}
	again(v, ERR_QUOTA, "the vendor's request limit is reached",
	      "run it again later, or raise the plan");
}

/* Any status but 200, 204 and the one that ends a list of parts. */
static void
judge_refusal(const struct answer *a, const struct sink *s, struct verdict *v)
{
	if (a->status == 401)
		refuse(v, ERR_AUTH, "the vendor refuses the API key",
		       "check FINTRA_FMP_API_KEY or api_key_file");
	else if (a->status == 402 || a->status == 403)
		refuse(v, ERR_PLAN, "not in the vendor's plan of this key",
		       head_has(s, "Legacy Endpoint") ? "this path is retired: use its /stable form"
						      : "raise the plan or leave this out");
	else if (a->status == 404)
		refuse(v, ERR_DATA, "the vendor has no such path", "check base_url");
	else if (a->status == 429)
		judge_limit(s, v);
	else if (a->status >= 500)
		again(v, ERR_NETWORK, "the vendor's server fails", "run it again later");
	else if (a->status >= 300 && a->status < 400)
		refuse(v, ERR_DATA, "a redirect", "check base_url");
	else
		refuse(v, ERR_DATA, "the vendor rejects the request", "");
}

/* Only asked when nothing but the end of the connection marks the end of the body. */
static bool
looks_ended(const struct http_req *q, const struct sink *s)
{
	return s->last == '\n' || (q->kind == HTTP_JSON && (s->last == ']' || s->last == '}'));
}

/* Status 200: the vendor says refusals with it, too. */
static void
judge_body(const struct http_req *q, const struct answer *a, const struct sink *s,
	   struct verdict *v)
{
	size_t i = first_byte(s);
	char c = i < s->nhead ? s->head[i] : '\0';
	bool csv = q->kind == HTTP_CSV;

	if (says_nothing(s)) {
		v->empty = true;
	} else if (c == '<') {
		refuse(v, ERR_DATA, "HTML instead of data",
		       "a proxy or an outage page stands between: open the address by hand");
	} else if (c == '{' && (csv || error_object(s))) {
		if (head_has(s, "Limit Reach"))
			judge_limit(s, v);
		else
			refuse(v, ERR_DATA, "an error object instead of data", "");
	} else if (c == '[' && csv) {
		refuse(v, ERR_DATA, "a JSON list instead of CSV", "");
	} else if (!csv && c != '[' && c != '{') {
		refuse(v, ERR_DATA, "not JSON", "");
	} else if (!a->framed && !s->z && !looks_ended(q, s)) {
		again(v, ERR_NETWORK, "probably cut: neither length nor chunks, and no end of line",
		      "run it again");
	}
}

/* What the host of the documents says instead of one; it blocks an address for minutes, and each
 * further request prolongs that. */
static void
judge_doc_refusal(const struct answer *a, const struct sink *s, struct verdict *v)
{
	if (head_has(s, "Undeclared Automated Tool"))
		refuse(v, ERR_CONFIG, "the host does not know who asks",
		       "set user_agent in [sec] to the application's name and a contact address");
	else if (a->status == 429)
		again(v, ERR_QUOTA, "the host's request limit is reached",
		      "run it again in ten minutes, or lower requests_per_s in [sec]");
	else if (a->status == 403)
		refuse(v, ERR_QUOTA, "the host refuses requests from here",
		       "run it again in ten minutes; check user_agent and requests_per_s in [sec]");
	else if (a->status == 404)
		refuse(v, ERR_DATA, "the host has no such document", "");
	else if (a->status >= 500)
		again(v, ERR_NETWORK, "the host's server fails", "run it again later");
	else if (a->status >= 300 && a->status < 400)
		refuse(v, ERR_DATA, "a redirect", "check base_url in [sec]");
	else
		refuse(v, ERR_DATA, "the host rejects the request", "");
}

/* Pictures and archives under the name of a text. */
static bool
looks_binary(const struct sink *s)
{
	static const char *const magic[] = { "\xff\xd8\xff", "\x89PNG", "GIF8", "%PDF-",
					     "PK\x03\x04" };

	for (size_t i = 0; i < ARRAY_LEN(magic); i++)
		if (s->nhead >= strlen(magic[i]) &&
		    memcmp(s->head, magic[i], strlen(magic[i])) == 0)
			return true;
	return memchr(s->head, '\0', s->nhead) != NULL;
}

static void
judge_doc(const struct answer *a, const struct sink *s, struct verdict *v)
{
	size_t i = first_byte(s);

	if (head_has(s, "Undeclared Automated Tool"))
		judge_doc_refusal(a, s, v);
	else if (head_has(s, "Request Rate Threshold"))
		refuse(v, ERR_QUOTA, "the host's request limit is reached",
		       "run it again in ten minutes, or lower requests_per_s in [sec]");
	else if (i == s->nhead && s->out <= HTTP_HEAD)
		refuse(v, ERR_DATA, "an empty document", "");
	else if (looks_binary(s))
		refuse(v, ERR_DATA, "not a text but a picture or archive", "");
	else if (s->head[i] == '{' ||
		 (s->head[i] == '[' && i + 1 < s->nhead && strchr("{]\"", s->head[i + 1])))
		refuse(v, ERR_DATA, "JSON instead of a document", "check base_url in [sec]");
	else if (!a->framed && !s->z && s->last != '\n' && s->last != '>')
		again(v, ERR_NETWORK, "probably cut: neither length nor chunks, and no end of line",
		      "run it again");
}

/* Our own reasons to stop come before the server's: a body we cut has a status, too. */
void
judge(const struct http_req *q, const struct answer *a, const struct sink *s, struct verdict *v)
{
	*v = (struct verdict){ .cls = ERR_NONE, .what = "", .next = "" };
	if (a->end == XFER_CANCELLED)
		refuse(v, ERR_CANCELLED, "cancelled", "");
	else if (a->end == XFER_CONFIG)
		refuse(v, ERR_CONFIG, a->reason, "check base_url");
	else if (a->end == XFER_TLS)
		refuse(v, ERR_NETWORK, a->reason,
		       "the server's certificate is not trusted: check the clock, the "
		       "certificates of this machine and base_url");
	else if (s->bad != ERR_NONE && s->bad_retry)
		again(v, s->bad, s->why, "run it again");
	else if (s->bad != ERR_NONE)
		refuse(v, s->bad, s->why, "");
	else if (a->end == XFER_NETWORK || a->end == XFER_CUT)
		again(v, ERR_NETWORK, a->reason, "check the network, then run it again");
	else if (q->end_status != 0 && a->status == q->end_status)
		v->end = true;
	else if (a->status == 204)
		v->empty = true;
	else if (a->status != 200 && q->kind == HTTP_DOC)
		judge_doc_refusal(a, s, v);
	else if (a->status != 200)
		judge_refusal(a, s, v);
	else if (s->cut)
		again(v, ERR_NETWORK, "the gzip data end early", "run it again");
	else if (q->kind == HTTP_DOC)
		judge_doc(a, s, v);
	else
		judge_body(q, a, s, v);
}

int
http_verdict(const struct http_req *q, int status, const char *body, size_t n, bool *empty,
	     struct err *e)
{
	struct answer a = { .end = XFER_DONE, .status = status, .framed = true };
	struct sink s = { .out = (int64_t)n, .raw = (int64_t)n };
	struct verdict v;

	s.nhead = n < HTTP_HEAD ? n : HTTP_HEAD;
	memcpy(s.head, body, s.nhead);
	s.last = n > 0 ? body[n - 1] : '\0';
	judge(q, &a, &s, &v);
	*empty = v.empty;
	if (v.cls == ERR_NONE)
		return 0;
	return err_set(e, v.cls, "HTTP %d, %s", status, v.what);
}
