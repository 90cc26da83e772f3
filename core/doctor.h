/* The checks of `fintra doctor`: each fills one finding; two tables of them, one that needs nothing
 * and one that needs the database. */
#ifndef FINTRA_CORE_DOCTOR_H
#define FINTRA_CORE_DOCTOR_H

#include "core/headless.h"
#include "core/pool_mode.h"
#include "core/relations.h"

enum finding_state { FINDING_OK, FINDING_WARN, FINDING_FAIL, FINDING_UNKNOWN };
enum finding_fix { FIX_NONE, FIX_MKDIR, FIX_PRIVATE /* chmod 600 */ };

struct finding {
	enum finding_state state;
	char text[900];
	char todo[300]; /* "" = nothing */
	enum finding_fix fix;
	char path[1024]; /* of the fix */
};

struct doctor {
	struct app *app;
	bool net;
	bool configured;      /* app->conf is filled */
	struct err conf_err;  /* why not */
	struct err key_err;   /* cls set: the key cannot be read */
	struct err alert_err; /* the same of the token of [alert] */
	struct db *db;	      /* NULL when it does not answer */
	struct err db_err;    /* why not */
	struct relations rel; /* n = 0: not known */
	struct err rel_err;
	struct database_facts facts; /* *database = '\0': not known */
};

struct doctor_check {
	const char *name;
	void (*run)(struct doctor *d, struct finding *f);
};

extern const struct doctor_check doctor_local[], doctor_alert[], doctor_db[]; /* name NULL ends */

/* All return nothing: they fill state, text and todo. */
void finding_set(struct finding *f, enum finding_state s, const char *fmt, ...) PRINTF_FMT(3, 4);
void finding_todo(struct finding *f, const char *fmt, ...) PRINTF_FMT(2, 3);

/* Thresholds: bytes free on a disk; our clock minus the server's. */
enum finding_state doctor_space(int64_t free_bytes);
enum finding_state doctor_skew(int64_t ms);

/* Lines of crontabs that call fintra, each with secrets masked. */
void doctor_cron(struct doctor *d, struct finding *f);
void doctor_mask(const char *line, struct str *out);
void doctor_undelivered(struct doctor *d, struct finding *f);
void doctor_terminal(struct doctor *d, struct finding *f);
void doctor_locale(struct doctor *d, struct finding *f);

#endif
