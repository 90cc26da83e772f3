/* Parameters of a job: definitions in the job's row, values checked against them. */
#ifndef FINTRA_CORE_PARAMS_H
#define FINTRA_CORE_PARAMS_H

#include "core/date.h"
#include "core/err.h"
#include "core/str.h"

#include <stdint.h>

enum param_type {
	PARAM_TEXT,
	PARAM_INT,
	PARAM_BOOL,
	PARAM_DATE,
	PARAM_CHOICE,
	PARAM_TICKER,
	PARAM_WINDOWS
};

struct param_def {
	const char *name; /* as in the ledger and over HTTP: "dry_run"; option "--dry-run" */
	enum param_type type;
	const char *choices; /* PARAM_CHOICE: "session|week|month" */
	const char *dflt;    /* shown in help and form; NULL = none */
	const char *help;
	int64_t min, max; /* PARAM_INT */
};

/* ticker, limit, dry_run, force: every job has them (and `diff`, which no list shows). */
extern const struct param_def params_common[];
extern const size_t params_common_count;

enum { PARAMS_MAX = 24 };

struct params {
	struct {
		const struct param_def *def;
		char *value;
	} at[PARAMS_MAX];
	size_t n;
};

void params_done(struct params *p);
void params_copy(struct params *to, const struct params *from); /* `to` uninitialised */
/* Finds `name` (hyphens or underscores; "from" and "to" also find "start" and "end") among `defs`
 * (NULL-name terminated, may be NULL) and the common ones; NULL if unknown. */
const struct param_def *params_find(const struct param_def *defs, const char *name);
/* Checks and normalises the value (ticker upper-cased, bool to 1/0; NULL is allowed for a bool and
 * means 1).  ERR_USAGE names the parameter.  min = max = 0 of an integer: no bounds. */
int params_set(struct params *p, const struct param_def *defs, const char *name, const char *value,
	       struct err *e) MUST_CHECK;
/* NULL when not given (defaults are applied by the typed getters' caller). */
const char *params_text(const struct params *p, const char *name);
int64_t params_int(const struct params *p, const char *name, int64_t dflt);
bool params_bool(const struct params *p, const char *name);
struct date params_date(const struct params *p, const char *name); /* DATE_NONE when not given */
/* {"name":"value",...} in order of name. */
void params_json(const struct params *p, struct str *out);
/* *p is overwritten; on failure it is empty. */
int params_from_json(struct params *p, const struct param_def *defs, const char *json,
		     struct err *e) MUST_CHECK;
/* " --limit 5 --force" as typed on the command line, values quoted for a shell where needed. */
void params_command(const struct params *p, struct str *out);

#endif
