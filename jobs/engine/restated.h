/* What it means that the vendor states stored closes otherwise than before: a split or dividend
 * multiplies every close before its ex-date by one factor, a correction changes one bar.  Pure: no
 * I/O, no clock. */
#ifndef FINTRA_JOBS_ENGINE_RESTATED_H
#define FINTRA_JOBS_ENGINE_RESTATED_H

#include <stdbool.h>
#include <stddef.h>

struct restated_bar {
	double was, sent;	    /* adjusted close, above zero */
	double was_half, sent_half; /* half a unit of their last decimal place */
	bool raw;		    /* the raw close differs, too */
};

enum restated {
	RESTATED_CORRECTION, /* one bar, with all its prices */
	RESTATED_FACTOR,     /* every bar by the same factor */
	RESTATED_UNEVEN	     /* several bars by several factors */
};

/* n > 0 bars of one ticker that differ.  `named`: the vendor names a split or dividend that fits.
 * *factor is that of the most exact bar; it means nothing for a correction. */
enum restated restated_judge(const struct restated_bar *bar, size_t n, bool named, double *factor);

#endif
