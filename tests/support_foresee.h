/* Figures of `plan` beside those of the run that it speaks of, on the product of support_product.h.
 */
#ifndef FINTRA_TESTS_SUPPORT_FORESEE_H
#define FINTRA_TESTS_SUPPORT_FORESEE_H

#include "core/job.h"
#include "core/json.h"
#include "tests/support_product.h"

enum { ARGS = 16 };

struct figures {
	int64_t units, calls, rows; /* -1 = unknown */
	bool units_exact, calls_exact;
	char command[400], why[200];
};

extern const char *foresee_product; /* its conninfo */
extern char foresee_stock[24];	    /* an active one */
extern const char *foresee_cache;   /* setting of another cache; NULL = the product's */

int foresee_set_up(void **state);
/* Each launch some seconds after the one before: a file from the future is not taken. */
void foresee_tick(void);
/* The binary as of the last tick; its exit code. */
int foresee_fintra(const char *info, const char *const *more, const char *const *args,
		   struct support_out *out);
/* What it prints, owned: json_free(). */
struct json *foresee_json(const char *info, const char *const *more, const char *const *args,
			  int code);
struct figures foresee_step(const struct json *plan, size_t i);
/* plan --json WORDS: its first step. */
struct figures foresee_first(const char *info, const char *const *more, const char *const *words);
int64_t foresee_requests(void); /* that the stand-in was sent so far */
int64_t foresee_last_run(const char *info, const char *job);
/* An expression over the run's row r. */
int64_t foresee_of_run(const char *info, int64_t run, const char *what);
/* Units that the ledger has, requests since `asked`, rows written or found equal. */
struct figures foresee_did(const char *info, int64_t run, int64_t asked);
/* Unknown units, other figures than an exact one, estimates that are half as much off, and rows
 * that are a tenth off go to *wrong. */
void foresee_compare(const char *name, const struct figures *said, const struct figures *was,
		     struct str *wrong);
/* plan, then the launch that it names; rows that can be known must be. */
void foresee_and_run(const char *info, const char *const *more, const char *name,
		     const struct job *job, const char *const *args, struct str *wrong);
/* And so many exact figures were compared at least. */
void foresee_none_wrong(struct str *wrong, int least);
/* The words, NULL behind them; of "--ticker" alone that of foresee_stock. */
const char *const *foresee_with_stock(const char *const *args, const char *out[ARGS]);

#endif
