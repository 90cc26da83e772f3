/* What moved in the product between two snapshot dates: the sections of catalogue.diff. */
#ifndef FINTRA_CORE_MOVED_H
#define FINTRA_CORE_MOVED_H

#include "core/catalogue.h"
#include "core/db.h"
#include "core/json.h"
#include "core/report.h"

enum { MOVED_ROWS = 20 /* of a list, unless told */ };

struct moved {
	struct date from, to; /* from before to */
	int64_t rows;	      /* of a list, at most */
	struct report text;
	struct json *json; /* without "v"; owned: moved_done() */
};

/* "DATE1 DATE2" in any order -> from and to; ERR_USAGE. */
int moved_dates(struct moved *m, const char *one, const char *other, struct err *e) MUST_CHECK;
/* The last two dates with snapshots up to as_of. */
int moved_last(struct db *db, const struct section *s, struct date as_of, struct moved *m,
	       struct err *e) MUST_CHECK;
/* ERR_USAGE with the nearest date when one has no snapshots. */
int moved_read(struct db *db, const struct section *s, struct moved *m, struct err *e) MUST_CHECK;
void moved_done(struct moved *m);

#endif
