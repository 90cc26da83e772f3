/* How the secrets of a configuration are kept out of texts and children. */
#ifndef FINTRA_CORE_CONF_SECRET_H
#define FINTRA_CORE_CONF_SECRET_H

#include "core/conf.h"

/* One of them alone; a failure leaves none. */
int conf_load_api_key(struct conf *c, struct err *e) MUST_CHECK;
int conf_load_old_secret(struct conf *c, struct err *e) MUST_CHECK;
int conf_load_alert_token(struct conf *c, struct err *e) MUST_CHECK;
/* Appends `in` with every secret of ours as ***; *out must allow it. */
void conf_mask(const struct conf *c, const char *in, size_t n, struct str *out);
/* Variables of the environment that may hold one: children do not inherit them.  NULL ends. */
extern const char *const conf_secret_variables[];

#endif
