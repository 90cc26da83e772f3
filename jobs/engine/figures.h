/* Arithmetic that the engines share (engines.md 0), and the words they share.  Pure: no I/O. */
#ifndef FINTRA_JOBS_ENGINE_FIGURES_H
#define FINTRA_JOBS_ENGINE_FIGURES_H

#include "core/num.h"

/* R(x) of engines.md: half goes up, also below zero. */
double half_up(double x);
double clamp_to(double x, double low, double high);
double clamp_score(double x); /* to 0..100 */

/* n >= 1 for all of them. */
double mean_of(const double *v, size_t n);
double deviation_of(const double *v, size_t n); /* of the population: divided by n */
void sort_of(double *v, size_t n);		/* ascending */
double median_of(double *v, size_t n);		/* leaves v sorted */
double min_of(const double *v, size_t n);
double max_of(const double *v, size_t n);

struct weighted {
	struct num v;
	double weight;
};
/* Over those that are there: sum(weight * v) / sum(weight); absent if none is. */
struct num weighted_mean(const struct weighted *w, size_t n);

/* Codes that an engine gives as a list; texts are static. */
enum { CODES_MAX = 8 };
struct codes {
	const char *at[CODES_MAX];
	size_t n;
};
void codes_add(struct codes *c, const char *code);

/* Of a confidence. */
enum trust { TRUST_LOW, TRUST_MEDIUM, TRUST_HIGH, TRUST_COUNT };
const char *trust_name(enum trust t); /* "Low", "Medium", "High" */
int trust_find(const char *name);     /* -1 when it is none */
/* The label of FGOS and Valuation: below 40 Low, to 70 Medium, above High. */
enum trust trust_of(double percent);

enum degree { DEGREE_LOW, DEGREE_MEDIUM, DEGREE_HIGH, DEGREE_COUNT };
const char *degree_name(enum degree d); /* "low", "medium", "high" */

#endif
