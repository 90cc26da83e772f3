#include "core/json.h"

#include "core/text.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

/* struct json is cJSON under another name, so that no other file sees the library. */

enum { DEPTH_MAX = 64 };

static void
set_hooks(void)
{
	cJSON_Hooks hooks = { mem_alloc, free };

	cJSON_InitHooks(&hooks);
}

static void
init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_hooks);
}

static cJSON *
node(struct json *j)
{
	return (cJSON *)j;
}

static const cJSON *
peek(const struct json *j)
{
	return (const cJSON *)j;
}

/* What cJSON lets through and faults.md T5 does not: NUL, control bytes in texts, deep nesting. */
struct scan {
	int depth;
	bool text;
};

static const char *
scan_text(struct scan *s, const char *p, size_t left, size_t *used)
{
	*used = 1;
	if ((unsigned char)*p < 0x20)
		return "control byte in a text";
	if (*p == '"')
		s->text = false;
	if (*p != '\\' || left < 2)
		return NULL;
	*used = 2;
	if (left >= 6 && memcmp(p, "\\u0000", 6) == 0)
		return "NUL in a text";
	return NULL;
}

static const char *
scan(const char *p, size_t n)
{
	struct scan s = { 0, false };
	const char *bad;
	size_t used;

	if (!text_utf8_ok(p, n))
		return "bad UTF-8 or NUL byte";
	for (size_t i = 0; i < n; i += used) {
		used = 1;
		if (s.text) {
			bad = scan_text(&s, p + i, n - i, &used);
			if (bad)
				return bad;
		} else if (p[i] == '"') {
			s.text = true;
		} else if (p[i] == '[' || p[i] == '{') {
			if (++s.depth > DEPTH_MAX)
				return "nested deeper than 64";
		} else if (p[i] == ']' || p[i] == '}') {
			s.depth--;
		}
	}
	return NULL;
}

struct json *
json_parse(const char *p, size_t n, struct err *e)
{
	const char *bad = scan(p, n), *end = NULL;
	cJSON *root;

	if (bad) {
		err_set(e, ERR_DATA, "JSON: %s", bad);
		return NULL;
	}
	init();
	root = cJSON_ParseWithLengthOpts(p, n, &end, 0);
	if (!root) {
		err_set(e, ERR_DATA, "JSON: not valid at byte %td of %zu", end ? end - p : 0, n);
		return NULL;
	}
	while (end < p + n && strchr(" \t\r\n", *end))
		end++;
	if (end < p + n) {
		err_set(e, ERR_DATA, "JSON: something follows the value at byte %td", end - p);
		cJSON_Delete(root);
		return NULL;
	}
	return (struct json *)root;
}

void
json_free(struct json *root)
{
	cJSON_Delete(node(root));
}

bool
json_is_array(const struct json *j)
{
	return cJSON_IsArray(peek(j));
}

bool
json_is_object(const struct json *j)
{
	return cJSON_IsObject(peek(j));
}

bool
json_is_bool(const struct json *j)
{
	return cJSON_IsBool(peek(j));
}

bool
json_is_true(const struct json *j)
{
	return cJSON_IsTrue(peek(j));
}

bool
json_is_null(const struct json *j)
{
	return cJSON_IsNull(peek(j));
}

size_t
json_len(const struct json *array)
{
	return array ? (size_t)cJSON_GetArraySize(peek(array)) : 0;
}

const struct json *
json_first(const struct json *j)
{
	return j ? (const struct json *)peek(j)->child : NULL;
}

const struct json *
json_next(const struct json *j)
{
	return j ? (const struct json *)peek(j)->next : NULL;
}

const struct json *
json_at(const struct json *array, size_t i)
{
	const struct json *j = json_first(array);

	while (j && i-- > 0)
		j = json_next(j);
	return j;
}

const struct json *
json_get(const struct json *obj, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(peek(obj), key);

	return !v || cJSON_IsNull(v) ? NULL : (const struct json *)v;
}

const char *
json_as_text(const struct json *j)
{
	return cJSON_GetStringValue(peek(j));
}

struct num
json_as_num(const struct json *j)
{
	const cJSON *v = peek(j);
	double x;

	if (!v)
		return NUM_NONE;
	/* Raw: a number of our own (json_set_num); overflow to infinity is no value. */
	if (cJSON_IsString(v) || cJSON_IsRaw(v))
		return num_parse(v->valuestring, strlen(v->valuestring), &x) ? NUM(x) : NUM_NONE;
	if (!cJSON_IsNumber(v) || !isfinite(v->valuedouble))
		return NUM_NONE;
	return NUM(v->valuedouble);
}

const char *
json_text(const struct json *obj, const char *key)
{
	return json_as_text(json_get(obj, key));
}

struct num
json_num(const struct json *obj, const char *key)
{
	return json_as_num(json_get(obj, key));
}

bool
json_bool(const struct json *obj, const char *key, bool dflt)
{
	const struct json *j = json_get(obj, key);

	return json_is_bool(j) ? json_is_true(j) : dflt;
}

const struct json *
json_member(const struct json *obj, size_t i, const char **key)
{
	const struct json *j = json_at(obj, i);

	*key = j ? peek(j)->string : NULL;
	return j;
}

struct json *
json_new_object(void)
{
	init();
	return (struct json *)cJSON_CreateObject();
}

struct json *
json_new_array(void)
{
	init();
	return (struct json *)cJSON_CreateArray();
}

struct json *
json_new_bool(bool v)
{
	init();
	return (struct json *)cJSON_CreateBool(v);
}

struct json *
json_new_null(void)
{
	init();
	return (struct json *)cJSON_CreateNull();
}

struct json *
json_new_num(struct num v)
{
	char buf[NUM_BUF];

	if (!v.has || !isfinite(v.v))
		return json_new_null();
	init();
	return (struct json *)cJSON_CreateRaw(num_text(v.v, buf));
}

void
json_set(struct json *obj, const char *key, struct json *v)
{
	cJSON_AddItemToObject(node(obj), key, node(v));
}

void
json_set_text(struct json *obj, const char *key, const char *v)
{
	json_set(obj, key, (struct json *)(v ? cJSON_CreateString(v) : cJSON_CreateNull()));
}

void
json_set_int(struct json *obj, const char *key, int64_t v)
{
	char buf[NUM_BUF];

	/* Raw text: a double would round integers over 2^53. */
	if (fmt_buf(buf, sizeof(buf), "%" PRId64, v))
		json_set(obj, key, (struct json *)cJSON_CreateRaw(buf));
}

void
json_set_num(struct json *obj, const char *key, struct num v)
{
	json_set(obj, key, json_new_num(v));
}

void
json_set_bool(struct json *obj, const char *key, bool v)
{
	json_set(obj, key, (struct json *)cJSON_CreateBool(v));
}

void
json_set_null(struct json *obj, const char *key)
{
	json_set(obj, key, json_new_null());
}

struct json *
json_take(struct json *obj, const char *key)
{
	return (struct json *)cJSON_DetachItemFromObjectCaseSensitive(node(obj), key);
}

void
json_push(struct json *array, struct json *v)
{
	cJSON_AddItemToArray(node(array), node(v));
}

void
json_push_text(struct json *array, const char *v)
{
	json_push(array, (struct json *)cJSON_CreateString(v));
}

/* cJSON escapes C0 only.  DEL, C1 and bidi controls stand in texts alone, so escaping them here
 * keeps the value and the terminal that shows the line (faults.md T7). */
static void
put_escaped(struct str *out, const char *p, size_t n)
{
	size_t run = 0, len;
	uint32_t cp;

	for (size_t i = 0; i < n; i += len) {
		len = text_decode(p + i, n - i, &cp);
		if (!text_is_active(cp) && (cp != 0xFFFD || len == 3))
			continue;
		str_put(out, p + run, i - run);
		str_fmt(out, "\\u%04x", cp);
		run = i + len;
	}
	str_put(out, p + run, n - run);
}

void
json_print(const struct json *j, struct str *out)
{
	char *text = cJSON_PrintUnformatted(peek(j));

	if (!text)
		return;
	put_escaped(out, text, strlen(text));
	free(text);
}
