/* What the Ticker screen shows: one ticker as the feed read it. */
#ifndef FINTRA_TUI_TICKER_H
#define FINTRA_TUI_TICKER_H

#include "tui/look.h"

struct ticker_part { /* error: there is no such ticker, too */
	LOOK_HEAD;
	char symbol[TICKER_MAX + 1];
	struct ticker_look look;
};

/* The newest of this ticker, NULL = not read yet. */
const struct ticker_part *look_ticker(const struct model *m, const char *symbol);

#endif
