/* Sections [endpoint PATH]: another path for an endpoint of the vendor, for keys that still have
 * the retired ones. */
#ifndef FINTRA_CORE_CONF_ENDPOINT_H
#define FINTRA_CORE_CONF_ENDPOINT_H

#include "core/conf.h"

struct conf_endpoint {
	char *name; /* as the jobs know it: "/stable/historical-price-eod/full" */
	char *path; /* "/api/v3/historical-price-full/{symbol}": {x} takes the argument x */
};

int conf_endpoint_set(struct conf *c, const char *endpoint, const char *name, const char *value,
		      struct err *e) MUST_CHECK;
/* The configured path, or NULL: the endpoint's own. */
const char *conf_endpoint_path(const struct conf *c, const char *endpoint);
void conf_endpoints_done(struct conf *c);

#endif
