/* Troubles that no ledger can remember: it cannot be reached, or nothing says where it is. */
#ifndef FINTRA_CORE_ALERT_TROUBLE_H
#define FINTRA_CORE_ALERT_TROUBLE_H

#include "core/alert.h"

struct alert_trouble {
	const char *key, *is, *was; /* "database", "the ledger cannot be used", ... */
	const char *of;		    /* which one: each is told for itself */
};
/* Tells each channel that it is so, and again after `repeat`; why NULL: that it is over, where that
 * was told.  Adds to *out. */
void alert_trouble(const struct conf *conf, const struct alert_trouble *t, const char *why,
		   struct alert_outcome *out);

#endif
