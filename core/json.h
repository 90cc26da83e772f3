/* JSON through cJSON: typed getters, and building for output.  The only file that includes cJSON.
 */
#ifndef FINTRA_CORE_JSON_H
#define FINTRA_CORE_JSON_H

#include "core/err.h"
#include "core/num.h"
#include "core/str.h"

struct json; /* a value inside a tree; the root is owned: json_free() */

/* Whole text is one value, nothing behind it but blanks; no NUL (\u0000 either), valid UTF-8,
 * depth <= 64.  NULL fills *e (ERR_DATA). */
struct json *json_parse(const char *p, size_t n, struct err *e) MUST_CHECK;
void json_free(struct json *root);

bool json_is_array(const struct json *j);
bool json_is_object(const struct json *j);
bool json_is_bool(const struct json *j);
bool json_is_true(const struct json *j);
bool json_is_null(const struct json *j); /* a JSON null, not an absent one */
size_t json_len(const struct json *array);
const struct json *json_at(const struct json *array, size_t i);
/* Walks an array or object in linear time (json_at counts from the start); NULL at the end. */
const struct json *json_first(const struct json *j);
const struct json *json_next(const struct json *j);
const struct json *json_get(const struct json *obj,
			    const char *key);			/* NULL if absent or JSON null */
const char *json_text(const struct json *obj, const char *key); /* NULL unless a string */
struct num json_num(const struct json *obj, const char *key);	/* numbers, or text holding one */
struct num json_as_num(const struct json *j);
const char *json_as_text(const struct json *j);
bool json_bool(const struct json *obj, const char *key, bool dflt);
/* Members of an object by position; *key borrowed. */
const struct json *json_member(const struct json *obj, size_t i, const char **key);

struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_null(void);
struct json *json_new_bool(bool v);
struct json *json_new_num(struct num v); /* shortest text; absent or not finite = null */
void json_set_text(struct json *obj, const char *key, const char *v); /* NULL gives null */
void json_set_int(struct json *obj, const char *key, int64_t v);
void json_set_num(struct json *obj, const char *key, struct num v); /* json_new_num() */
void json_set_bool(struct json *obj, const char *key, bool v);
void json_set_null(struct json *obj, const char *key);
void json_set(struct json *obj, const char *key, struct json *v); /* v consumed */
void json_push(struct json *array, struct json *v);		  /* v consumed */
void json_push_text(struct json *array, const char *v);
struct json *json_take(struct json *obj, const char *key); /* out of it: owned; or NULL */
void json_print(const struct json *j, struct str *out);	   /* one line, appended */

#endif
