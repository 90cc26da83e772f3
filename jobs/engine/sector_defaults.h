/* What is usual in a sector where no benchmark says so (engines.md 9.6).  Pure. */
#ifndef FINTRA_JOBS_ENGINE_SECTOR_DEFAULTS_H
#define FINTRA_JOBS_ENGINE_SECTOR_DEFAULTS_H

struct sector_defaults {
	const char *name;
	double roic, gross_margin, net_margin, debt_to_equity; /* fractions; D/E a ratio */
};

/* By name: exact, then in any case, then the first of which one name contains the other; else, and
 * for NULL or blanks, those of no sector.  Never NULL; static. */
const struct sector_defaults *sector_defaults(const char *sector);

#endif
