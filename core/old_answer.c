#include "core/old_answer.h"

#include "core/text.h"

#include <math.h>
#include <string.h>

enum { SHOWN = 300 };
#define COUNT_MOST 1e15

/* What a status other than 2xx means. */
static const struct {
	int from, to;
	enum old_verdict verdict;
	enum err_class cls;
	bool may_run;
	const char *next;
} statuses[] = {
	{ 401, 401, OLD_FAILURE, ERR_PERMISSION, false,
	  "set secret_file in [old] or FINTRA_OLD_SECRET to the old system's CRON_SECRET" },
	{ 403, 403, OLD_FAILURE, ERR_PERMISSION, false,
	  "the secret is not the one that this route wants" },
	{ 404, 405, OLD_FAILURE, ERR_CONFIG, false,
	  "no such route: check url of the job or base_url in [old]" },
	{ 409, 409, OLD_BUSY, ERR_LOCK, false, "it runs there already" },
	{ 423, 423, OLD_BUSY, ERR_LOCK, false, "it runs there already" },
	{ 429, 429, OLD_FAILURE, ERR_QUOTA, false, "try again later" },
	{ 300, 399, OLD_FAILURE, ERR_CONFIG, false,
	  "it redirects, and the secret goes nowhere else" },
	{ 400, 499, OLD_FAILURE, ERR_USAGE, false, "" },
	{ 502, 504, OLD_FAILURE, ERR_NETWORK, true, "" },
	{ 500, 599, OLD_FAILURE, ERR_INTERNAL, false, "" },
	{ 0, 999, OLD_FAILURE, ERR_PROTOCOL, false, "" },
};

static const char *const read_names[] = {
	"rows_read",	      "read", "processed", "tickers_processed", "industries_processed",
	"tickers_considered", NULL
};
static const char *const inserted_names[] = { "rows_inserted", "inserted", NULL };
static const char *const updated_names[] = { "rows_updated", "updated", NULL };
static const char *const unchanged_names[] = { "rows_unchanged", "unchanged", NULL };
static const char *const rejected_names[] = { "rows_rejected", "rejected", NULL };
static const char *const skipped_names[] = { "rows_skipped", "skipped", "windows_skipped", NULL };
static const char *const error_names[] = { "errors",	    "failures",	    "failed",
					   "failed_chunks", "failedChunks", NULL };
static const char *const total_names[] = { "total", "total_tickers", NULL };

/* A count, or the length of a list of them; -1 when it is neither. */
static int64_t
count_of(const struct json *v)
{
	struct num n;

	if (!v)
		return -1;
	if (json_is_array(v))
		return (int64_t)json_len(v);
	n = json_as_num(v);
	return n.has && n.v >= 0 && n.v <= COUNT_MOST && n.v == floor(n.v) ? (int64_t)n.v : -1;
}

/* The first of the names, at the top or in one of the usual places. */
static int64_t
find_count(const struct json *root, const char *const *names)
{
	static const char *const places[] = { "stats", "data", "counts", "result", "summary" };
	const struct json *at = root;

	for (size_t p = 0; p <= ARRAY_LEN(places); p++) {
		for (size_t i = 0; at && json_is_object(at) && names[i]; i++) {
			int64_t v = count_of(json_get(at, names[i]));

			if (v >= 0)
				return v;
		}
		at = p < ARRAY_LEN(places) ? json_get(root, places[p]) : NULL;
	}
	return -1;
}

static bool
is_false(const struct json *o, const char *key)
{
	const struct json *v = json_get(o, key);

	return v && json_is_bool(v) && !json_is_true(v);
}

static bool
is_word(const struct json *o, const char *const *words)
{
	const char *s = json_text(o, "status");

	return s && str_has(words, s);
}

static bool
says_failed(const struct json *o)
{
	static const char *const words[] = {
		"error", "failed", "failure", "FAILED", "ERROR", NULL
	};

	return is_false(o, "ok") || is_false(o, "success") || is_word(o, words);
}

/* Steps of an orchestrator that report a failure of their own. */
static int64_t
failed_steps(const struct json *root)
{
	const struct json *steps = json_get(root, "steps");
	int64_t n = 0;

	if (!steps || !json_is_array(steps))
		return 0;
	for (const struct json *s = json_first(steps); s; s = json_next(s))
		n += json_is_object(s) && (says_failed(s) || json_text(s, "error"));
	return n;
}

/* "error", plain or as an object with a message. */
static const char *
error_text(const struct json *root)
{
	const struct json *v = json_get(root, "error");

	if (v && json_is_object(v))
		return json_text(v, "message");
	return json_text(root, "error");
}

static void
say(struct old_answer *a, const char *text)
{
	STR_AUTO clean = { 0 };

	str_init(&clean, 16 << 10);
	text_clean(&clean, text, strnlen(text, SHOWN));
	str_copy(a->text, sizeof(a->text), str_c(&clean));
}

static void
read_counts(const struct json *root, struct tally *t)
{
	t->read = find_count(root, read_names);
	t->inserted = find_count(root, inserted_names);
	t->updated = find_count(root, updated_names);
	t->unchanged = find_count(root, unchanged_names);
	t->rejected = find_count(root, rejected_names);
	t->skipped = find_count(root, skipped_names);
	t->errors = find_count(root, error_names);
	if (t->errors < 0)
		t->errors = 0;
	t->errors += failed_steps(root);
}

static void
fail(struct old_answer *a, enum err_class cls, const char *text)
{
	a->verdict = OLD_FAILURE;
	a->cls = cls;
	say(a, text);
}

static void
judge_skipped(struct old_answer *a, const char *reason)
{
	a->verdict = strstr(reason, "lock") ? OLD_BUSY : OLD_SKIPPED;
	a->cls = a->verdict == OLD_BUSY ? ERR_LOCK : ERR_NOT_READY;
	say(a, *reason ? reason : "nothing to do");
}

/* An object that came with a status of success. */
static void
judge_object(struct old_answer *a)
{
	static const char *const partial[] = { "partial", "PARTIAL", NULL };
	static const char *const skipped[] = { "skipped", "SKIPPED", NULL };
	const char *error = error_text(a->body);
	const char *why = str_or(error, str_or(json_text(a->body, "message"),
					       str_or(json_text(a->body, "reason"), "")));
	const struct tally *t = &a->counts;
	int64_t total = find_count(a->body, total_names);
	bool some = t->read > t->errors || t->inserted > 0 || t->updated > 0;

	if (json_bool(a->body, "skipped", false) || is_word(a->body, skipped)) {
		judge_skipped(a, str_or(json_text(a->body, "reason"), why));
	} else if (says_failed(a->body) && (error || !t->errors || !some)) {
		fail(a, ERR_INTERNAL, *why ? why : "it says that it failed, not why");
	} else if (error && !json_bool(a->body, "ok", false) &&
		   !json_bool(a->body, "success", false)) {
		fail(a, ERR_INTERNAL, error);
	} else if (t->errors > 0 && total > 0 && t->errors >= total) {
		fail(a, ERR_INTERNAL, "all of its parts failed");
	} else if (t->errors > 0 || error || is_word(a->body, partial)) {
		a->verdict = OLD_PARTIAL;
		say(a, t->errors > 0 ? str_or(error, "") : why);
	}
}

static void
judge_status(struct old_answer *a, int status, const char *body, size_t n)
{
	const char *why = a->body ? error_text(a->body) : NULL;
	char text[SHOWN + 200];
	size_t i = 0;

	while (status < statuses[i].from || status > statuses[i].to)
		i++;
	if (a->body && !why)
		why = json_text(a->body, "message");
	fmt_buf(text, sizeof(text), "HTTP %d%s%.*s%s%s", status, n || why ? ": " : "",
		why ? SHOWN / 2 : (int)(n < SHOWN / 2 ? n : SHOWN / 2), why ? why : body,
		*statuses[i].next ? ".  Next: " : "", statuses[i].next);
	fail(a, statuses[i].cls, text);
	a->verdict = statuses[i].verdict;
	a->may_run = statuses[i].may_run;
}

void
old_answer_read(int status, const char *body, size_t n, bool whole, struct old_answer *out)
{
	struct err e = ERR_INIT;

	*out = (struct old_answer){ .counts = { -1, -1, -1, -1, -1, -1, 0 } };
	out->body = json_parse(body, n, &e);
	if (out->body && !json_is_object(out->body)) {
		json_free(out->body);
		out->body = NULL;
	}
	if (status < 200 || status > 299) {
		judge_status(out, status, body, n);
	} else if (out->body) {
		read_counts(out->body, &out->counts);
		judge_object(out);
	} else if (!whole && n > 0) {
		fail(out, ERR_NETWORK, "the answer was cut off");
		out->may_run = true;
	} else {
		STR_AUTO text = { 0 };

		str_init(&text, SHOWN + 100);
		str_fmt(&text, "HTTP %d without a JSON object: how the job ended is unknown%s%.*s",
			status, n ? "; it begins: " : "", (int)(n < 100 ? n : 100), body);
		fail(out, ERR_PROTOCOL, str_c(&text));
	}
}
