/* The words of a filed document, and what they say: pure, linear in its size, whatever it holds. */
#ifndef FINTRA_JOBS_ENGINE_FILING_TEXT_H
#define FINTRA_JOBS_ENGINE_FILING_TEXT_H

#include "core/str.h"

/* HTML or plain text, UTF-8 or ISO-8859-1, as readable UTF-8, appended to *out, which must allow
 * 2 n + 2 bytes.  A tag that only marks words up vanishes, so that "It<b>em</b>" is one word;
 * the end of a cell becomes a blank, the end of a paragraph, row or line break a line end.
 * Entities that are blanks are blanks.  Scripts, styles, comments and hidden XBRL are left out.
 * A document that is cut anywhere gives the words it has. */
void filing_plain(const char *p, size_t n, struct str *out);

/* What an 8-K reports. */
struct filing_event {
	const char *item, *type, *category; /* "5.02", "management_change", "GOVERNANCE" */
	int priority;			    /* 1 first */
};
/* The most important item of an 8-K's plain text, the first of equals; NULL = none of them. */
const struct filing_event *filing_event_find(const char *plain, size_t n);
/* By its number; NULL = none of them. */
const struct filing_event *filing_event_named(const char *item);

enum filing_place {
	PLACE_CHINA,
	PLACE_EU,
	PLACE_UNITED_STATES,
	PLACE_MEXICO,
	PLACE_CANADA,
	PLACES
};
extern const char *const filing_places[PLACES + 1]; /* their names, NULL at the end */

struct filing_signals {			    /* of a 10-K */
	const char *supplier_concentration; /* high, medium, low */
	bool single_source;
	bool place[PLACES];
	const char *environmental; /* high, low */
	char obligations[40];	   /* an amount as the text has it, without commas; "" = none */
};
/* From items 1, 1A, 7 and 2 of a 10-K's plain text; false: it has no text under these headings. */
bool filing_signals_find(const char *plain, size_t n, struct filing_signals *out);

#endif
