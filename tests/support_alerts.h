/* A product whose alerts go to a listener that counts, and what their suites ask of both. */
#ifndef FINTRA_TESTS_SUPPORT_ALERTS_H
#define FINTRA_TESTS_SUPPORT_ALERTS_H

#include "tests/support_phone.h"
#include "tests/support_product.h"

/* 07:00 in New York, every deadline of PRODUCT_DAY is over; and nine hours later, before the next
 * session is published. */
#define ALERTS_MORNING "FINTRA_RUN_REHEARSE_NOW=2026-02-03T12:00:00Z"
#define ALERTS_LATER "FINTRA_RUN_REHEARSE_NOW=2026-02-03T21:00:00Z"

int alerts_set_up(void **state);   /* product and listener, once per suite */
const char *alerts_base_url(void); /* "FINTRA_ALERT_TELEGRAM_BASE_URL=..." of the listener */
const char *alerts_ping_url(void); /* "FINTRA_ALERT_PING_URL=..." */
/* fintra health --alert with Telegram configured, then `more` (environment, may be NULL); no secret
 * may show. */
void alerts_look(const char *info, const char *const *more);
/* The same for any words: ends with `code`, stdout or stderr holds `text`. */
void alerts_says(const char *info, const char *const *more, const char *const *args, int code,
		 const char *text);
void alerts_came(int n); /* exactly so many messages have come */
void alerts_holds(int i, const char *text);
void alerts_lacks(int i, const char *text);
/* sector_performance is of the session before. */
void alerts_break_sectors(const char *info);

#endif
