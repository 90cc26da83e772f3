/* What the suites of company-profile-bulk share: the vendor's answers written by hand. */
#ifndef FINTRA_TESTS_SUPPORT_PROFILES_H
#define FINTRA_TESTS_SUPPORT_PROFILES_H

#include "tests/support_layer2.h"

/* A part of the bulk file: HEADER ROW("AAA", "Oil,w,d,c,Energy,US,1") */
#define HEADER                                                                                \
	"symbol,companyName,currency,exchangeFullName,exchange,industry,website,description," \
	"ceo,sector,country,fullTimeEmployees,isEtf,isAdr,isFund\n"
#define PART0 "/stable/profile-bulk?part=0"
#define REST ",false,false,false\n"
#define ROW(ticker, rest) ticker "," ticker " Inc,USD,X,NYSE," rest REST
/* All but the symbol of a single answer. */
#define MEMBERS(name)                                                                              \
	"\"companyName\":\"" name "\",\"description\":\"d\",\"sector\":\"Energy\",\"industry\":"   \
	"\"Oil\",\"country\":\"US\",\"website\":\"w\",\"ceo\":\"c\",\"fullTimeEmployees\":\"1,234" \
	"\""

/* AAA's stored row, as one text: a query. */
extern const char profiles_row[];

/* Parameters as "name=value" or NULL. */
struct outcome profiles_load(const char *a, const char *b);
/* What the vendor answers when it is asked for one ticker. */
void profiles_single(const char *ticker, const char *members);

#endif
