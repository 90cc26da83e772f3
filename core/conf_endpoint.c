#include "core/conf_endpoint.h"

#include <stdlib.h>
#include <string.h>

static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./{}";

static bool
path_ok(const char *p)
{
	return p[0] == '/' && p[strspn(p, letters)] == '\0' && !strstr(p, "..");
}

int
conf_endpoint_set(struct conf *c, const char *endpoint, const char *name, const char *value,
		  struct err *e)
{
	struct conf_endpoint *at = NULL;

	if (!str_same(name, "path"))
		return err_set(e, ERR_CONFIG, "endpoint %s: unknown key \"%s\" (path)", endpoint,
			       name);
	if (!path_ok(endpoint) || !path_ok(value))
		return err_set(
			e, ERR_CONFIG,
			"endpoint %s: path \"%s\": both begin with / and hold letters, digits "
			"and -_./{} only",
			endpoint, value);
	for (size_t i = 0; i < c->nendpoints; i++)
		if (str_same(c->endpoints[i].name, endpoint))
			at = &c->endpoints[i];
	if (!at) {
		c->endpoints =
			mem_realloc(c->endpoints, (c->nendpoints + 1) * sizeof(*c->endpoints));
		at = &c->endpoints[c->nendpoints++];
		*at = (struct conf_endpoint){ .name = mem_dup(endpoint) };
	}
	free(at->path);
	at->path = mem_dup(value);
	return 0;
}

const char *
conf_endpoint_path(const struct conf *c, const char *endpoint)
{
	for (size_t i = 0; i < c->nendpoints; i++)
		if (str_same(c->endpoints[i].name, endpoint))
			return c->endpoints[i].path;
	return NULL;
}

void
conf_endpoints_done(struct conf *c)
{
	for (size_t i = 0; i < c->nendpoints; i++) {
		free(c->endpoints[i].name);
		free(c->endpoints[i].path);
	}
	free(c->endpoints);
	c->endpoints = NULL;
	c->nendpoints = 0;
}
