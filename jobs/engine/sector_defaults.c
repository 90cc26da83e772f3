#include "jobs/engine/sector_defaults.h"

#include "core/str.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct sector_defaults table[] = {
	{ "Technology", .15, .60, .15, .30 },
	{ "Healthcare", .12, .65, .12, .40 },
	{ "Financial Services", .08, .45, .18, 1.50 },
	{ "Financial", .08, .45, .18, 1.50 },
	{ "Consumer Cyclical", .10, .35, .06, .60 },
	{ "Consumer Defensive", .12, .30, .05, .50 },
	{ "Energy", .06, .25, .08, .70 },
	{ "Utilities", .05, .40, .10, 1.20 },
	{ "Industrials", .09, .28, .07, .55 },
	{ "Real Estate", .04, .50, .12, 1.80 },
	{ "Basic Materials", .07, .22, .06, .45 },
	{ "Communication Services", .08, .55, .12, .80 },
	{ "_default", .10, .40, .08, .60 },
};

enum { SECTORS = ARRAY_LEN(table), DEFAULT = SECTORS - 1, NAME_MAX_ = 64 };

static bool
contains(const char *text, const char *part)
{
	size_t n = strlen(part);

	for (; *text; text++)
		if (strncasecmp(text, part, n) == 0)
			return true;
	return false;
}

static const struct sector_defaults *
find(const char *name)
{
	for (size_t i = 0; i < SECTORS; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	for (size_t i = 0; i < SECTORS; i++)
		if (strcasecmp(table[i].name, name) == 0)
			return &table[i];
	for (size_t i = 0; i < SECTORS; i++)
		if (contains(table[i].name, name) || contains(name, table[i].name))
			return &table[i];
	return &table[DEFAULT];
}

const struct sector_defaults *
sector_defaults(const char *sector)
{
	char name[NAME_MAX_];
	size_t n;

	if (!sector)
		return &table[DEFAULT];
	while (isspace((unsigned char)*sector))
		sector++;
	str_copy(name, sizeof(name), sector);
	n = strlen(name);
	while (n > 0 && isspace((unsigned char)name[n - 1]))
		name[--n] = '\0';
	return n == 0 ? &table[DEFAULT] : find(name);
}
