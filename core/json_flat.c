#include "core/json_flat.h"

#include "core/json.h"

#include <string.h>

static void put_members(const struct json *j, struct str *out);

static void
put_value(const struct json *j, struct str *out)
{
	const char *text = json_as_text(j);
	bool object = json_is_object(j);

	if (text) {
		str_puts(out, text);
	} else if (object || json_is_array(j)) {
		str_putc(out, object ? '{' : '[');
		put_members(j, out);
		str_putc(out, object ? '}' : ']');
	} else {
		json_print(j, out);
	}
}

static void
put_members(const struct json *j, struct str *out)
{
	const char *key = NULL;
	size_t i = 0;

	for (const struct json *v = json_first(j); v; v = json_next(v), i++) {
		if (i > 0)
			str_puts(out, ", ");
		if (json_is_object(j) && json_member(j, i, &key))
			str_fmt(out, "%s: ", key);
		put_value(v, out);
	}
}

void
json_flat(const char *text, struct str *out)
{
	struct err e = ERR_INIT;
	struct json *j = json_parse(text, strlen(text), &e);

	if (j && json_is_object(j))
		put_members(j, out);
	else
		str_puts(out, text);
	json_free(j);
}
