#include "core/post.h"

#include <string.h>

struct json *
posts_split(const char *result, struct str *rest)
{
	struct err unused = ERR_INIT;
	struct json *all = result ? json_parse(result, strlen(result), &unused) : NULL;
	struct json *posts = all ? json_take(all, "posts") : NULL;

	if (!posts)
		str_puts(rest, str_or(result, ""));
	else if (json_first(all))
		json_print(all, rest);
	json_free(all);
	return posts;
}

bool
post_is_trouble(const struct json *post)
{
	const char *verdict = json_text(post, "verdict");

	return !str_same(verdict, "ok") && !str_same(verdict, "first");
}
