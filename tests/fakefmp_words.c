#include "tests/fakefmp_market.h"

#include "core/str.h"

#include <string.h>

static const char *const sectors[WORDS_SECTORS] = {
	"Basic Materials",
	"Communication Services",
	"Consumer Cyclical",
	"Consumer Defensive",
	"Energy",
	"Financial Services",
	"Healthcare",
	"Industrials",
	"Real Estate",
	"Technology",
	"Utilities",
};

static const char *const industries[WORDS_SECTORS][8] = {
	{ "Chemicals - Specialty", "Gold", "Steel", "Copper", "Agricultural Inputs",
	  "Construction Materials", "Paper, Lumber & Forest Products" },
	{ "Telecommunications Services", "Entertainment", "Internet Content & Information",
	  "Advertising Agencies", "Broadcasting", "Publishing" },
	{ "Specialty Retail", "Apparel - Retail", "Auto - Parts", "Restaurants",
	  "Residential Construction", "Leisure", "Travel Services", "Auto - Manufacturers" },
	{ "Packaged Foods", "Household & Personal Products", "Beverages - Non-Alcoholic",
	  "Discount Stores", "Education & Training Services", "Tobacco" },
	{ "Oil & Gas Exploration & Production", "Oil & Gas Midstream",
	  "Oil & Gas Equipment & Services", "Oil & Gas Refining & Marketing", "Uranium" },
	{ "Banks - Regional", "Banks - Diversified", "Asset Management",
	  "Insurance - Property & Casualty", "Financial - Capital Markets", "Insurance - Life",
	  "Shell Companies" },
	{ "Biotechnology", "Medical - Devices", "Drug Manufacturers - General",
	  "Medical - Diagnostics & Research", "Medical - Healthcare Plans",
	  "Drug Manufacturers - Specialty & Generic" },
	{ "Aerospace & Defense", "Industrial - Machinery", "Engineering & Construction",
	  "Railroads", "Airlines, Airports & Air Services", "Waste Management", "Trucking" },
	{ "REIT - Retail", "REIT - Industrial", "REIT - Office", "REIT - Residential",
	  "Real Estate - Services", "REIT - Mortgage" },
	{ "Software - Infrastructure", "Software - Application", "Semiconductors",
	  "Computer Hardware", "Information Technology Services", "Communication Equipment",
	  "Electronic Gaming & Multimedia" },
	{ "Regulated Electric", "Regulated Gas", "Regulated Water", "Renewable Utilities",
	  "Independent Power Producers", "Diversified Utilities" },
};

static const char *const first_words[] = {
	"Aldgate",   "Brightwater", "Calder",	 "Dunmore",  "Eastlake",  "Fairhaven", "Granite",
	"Harbor",    "Ironbridge",  "Juniper",	 "Keystone", "Lakeshore", "Meridian",  "Northgate",
	"Oakmont",   "Pinecrest",   "Quarry",	 "Redwood",  "Summit",	  "Tamarack",  "Union",
	"Vanguard",  "Westfield",   "Yarrow",	 "Zenith",   "Arbor",	  "Beacon",    "Copperhill",
	"Delta",     "Evergreen",   "Foxglove",	 "Glenwood", "Hartwell",  "Inland",    "Jasper",
	"Kestrel",   "Lodestar",    "Mayfield",	 "Nordic",   "Orchard",	  "Prairie",   "Quantum",
	"Ridgeway",  "Sterling",    "Thornbury", "Upland",   "Valley",	  "Windsor",   "Zürich",
	"Señora",    "Ångström",    "Øresund",	 "Łódź",     "Café Noir", "Müller",    "O'Brien",
	"São Luís",  "D'Angelo",    "AT&B",	 "Crème",    "東方",	  "Škofja",    "Âge d'Or",
	"Twelve 12",
};

static const char *const second_words[] = {
	"Therapeutics", "Holdings",	"Energy",      "Bancorp",   "Systems",	 "Industries",
	"Materials",	"Pharma",	"Networks",    "Foods",	    "Realty",	 "Resources",
	"Software",	"Devices",	"Capital",     "Logistics", "Media",	 "Semiconductor",
	"Utilities",	"Insurance",	"Aerospace",   "Retail",    "Chemicals", "Partners",
	"Labs",		"Motors",	"Diagnostics", "Power",	    "Water",	 "Financial",
	"Technologies", "Construction", "Brands",      "Mining",    "Telecom",	 "Properties",
	"Health",	"Solutions",	"Marine",      "Optics",
};

static const char *const forms[] = { ", Inc.",	     " Corporation", " plc",   " Co.",
				     " Group, Ltd.", " N.V.",	     ", L.P.", " Trust" };

const char *
words_sector(int i)
{
	return sectors[i % WORDS_SECTORS];
}

const char *
words_industry(int sector, unsigned i)
{
	const char *const *list = industries[sector % WORDS_SECTORS];
	unsigned n = 0;

	while (n < ARRAY_LEN(industries[0]) && list[n])
		n++;
	return list[i % n];
}

char *
words_name(unsigned i, bool hostile)
{
	const char *a = first_words[i % ARRAY_LEN(first_words)];
	const char *b = second_words[i / ARRAY_LEN(first_words) % ARRAY_LEN(second_words)];
	const char *form = forms[(i / 3) % ARRAY_LEN(forms)];
	unsigned lap = i / (unsigned)(ARRAY_LEN(first_words) * ARRAY_LEN(second_words));
	struct str s;

	str_init(&s, 256);
	if (i % 50 == 3)
		str_fmt(&s, "The \"%s\" %s%s", a, b, form);
	else
		str_fmt(&s, "%s %s%s", a, b, form);
	if (lap > 0)
		str_fmt(&s, " %u", lap + 1);
	if (hostile && i % 5 == 1)
		str_puts(&s, " \x1b]0;owned\x07\x1b[31m\xe2\x80\xae%n%s");
	return str_take(&s);
}

/* Letters of a number, shuffled by a multiplier without common factor with 26. */
static void
letters(unsigned long long v, int len, char *out)
{
	unsigned long long span = 1;

	for (int i = 0; i < len; i++)
		span *= 26;
	v = v * 104729 % span;
	for (int i = 0; i < len; i++, v /= 26)
		out[i] = (char)('A' + v % 26);
	out[len] = '\0';
}

/* Unique per i: 3 letters for every third of the first 15,000, else 4; some class shares; and two
 * that look like a missing value and a boolean. */
void
words_symbol(unsigned i, char out[24])
{
	static const char *const traps[] = { "NA", "TRUE" };
	char base[8];

	if (i >= 1 && i <= ARRAY_LEN(traps)) {
		str_copy(out, 24, traps[i - 1]);
		return;
	}
	letters(i, i % 3 == 0 && i < 15000 ? 3 : i < 400000 ? 4 : 5, base);
	if (strcmp(base, "SPY") == 0 || strcmp(base, "TRUE") == 0)
		base[0] = 'Q';
	fmt_buf(out, 24, "%s%s", base, i % 61 == 5 ? "-B" : "");
}
