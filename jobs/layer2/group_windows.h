/* Window returns of groups of tickers (sectors, industries): which are wanted, where each came
 * from, and their way into the stage table. */
#ifndef FINTRA_JOBS_LAYER2_GROUP_WINDOWS_H
#define FINTRA_JOBS_LAYER2_GROUP_WINDOWS_H

#include "core/map.h"
#include "core/run.h"
#include "core/vec.h"
#include "jobs/engine/window.h"

struct group_need {
	bool wanted[WIN_COUNT];
	struct num value[WIN_COUNT];
	const char *source[WIN_COUNT]; /* static text: of the value */
};

struct group_windows {
	struct map *name;
	VEC(struct group_need) need; /* beside `name` */
};

/* Canonical windows of one group from its daily returns, oldest first. */
typedef void group_rule_fn(void *arg, const struct window_day *d, size_t n,
			   struct num out[WIN_COUNT]);

struct group_rule {
	group_rule_fn *fn;
	void *arg;
	const char *source;
};

void group_windows_init(struct group_windows *g);
void group_windows_done(struct group_windows *g);
/* Finds or adds; a new one wants every canonical window.  Valid until the next call. */
struct group_need *group_windows_need(struct group_windows *g, const char *name);
/* Wanted windows without a value; their groups as a text[] literal into `out` (may be NULL). */
int64_t group_windows_gaps(const struct group_windows *g, struct str *out);
/* Values of wanted windows. */
int64_t group_windows_values(const struct group_windows *g);
/* Rows (name, date, return) in that order: fills the gaps of each name by the rule.  The number of
 * gaps filled. */
int64_t group_windows_fill(struct group_windows *g, const struct rows *r,
			   const struct group_rule *rule);
/* Inside a transaction: the wanted values into a new stage_group_windows. */
int group_windows_stage(const struct group_windows *g, struct db *db, struct err *e) MUST_CHECK;

#endif
