/* Documents that the vendor's lists of filings name by address.  The address comes from outside:
 * only its path is used, and only when it is a plain one, so that no list can make this program ask
 * any host but the configured one. */
#include "core/http_impl.h"

#include <string.h>
#include <strings.h>

static bool
ends_as_document(const char *path, size_t len)
{
	static const char *const endings[] = { ".htm", ".html", ".txt" };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t n = strlen(endings[i]);

		if (len > n && strncasecmp(path + len - n, endings[i], n) == 0)
			return true;
	}
	return false;
}

/* What stands behind the host, NULL when the address is not http(s)://HOST/PATH. */
static const char *
path_of(const char *address)
{
	static const char *const schemes[] = { "https://", "http://" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		const char *host = address + strlen(schemes[i]);
		size_t n;

		if (strncasecmp(address, schemes[i], strlen(schemes[i])) != 0)
			continue;
		n = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 ".-:");
		return n > 0 && host[n] == '/' ? host + n : NULL;
	}
	return NULL;
}

bool
http_is_document(const char *address)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/-._~";
	const char *path = address ? path_of(address) : NULL;
	size_t len;

	if (!path || strstr(path, "/../"))
		return false;
	len = strlen(path);
	return strspn(path, plain) == len && ends_as_document(path, len);
}

int
http_get_document(struct http *h, const char *address, struct str *body, struct http_resp *r,
		  struct err *e)
{
	struct http_req q = { .kind = HTTP_DOC };

	*r = (struct http_resp){ 0 };
	if (!http_is_document(address))
		return err_set(e, ERR_USAGE, "%.200s is not the address of a document",
			       str_or(address, "(nothing)"));
	q.path = path_of(address);
	return http_get_mem(h, &q, body, r, e);
}
