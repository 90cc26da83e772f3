/* What Health and Audit show besides the live snapshot; see tui/look.h. */
#ifndef FINTRA_TUI_LOOK_DESK_H
#define FINTRA_TUI_LOOK_DESK_H

#include "core/report.h"
#include "tui/look.h"

enum { LOOK_DAYS = 20 /* sessions */, LOOK_AUDITED = 250 /* lines */ };

struct check_day { /* how a check stood at the end of a session */
	char name[NOTICE_NAME];
	struct date as_of;
	enum check_state state;
	struct num figure;
};
struct days_part { /* by name, each oldest first */
	LOOK_HEAD;
	VEC(struct check_day) day;
};

struct audit_part { /* newest first */
	LOOK_HEAD;
	struct audit_list l;
};

struct told_part { /* how each of these begins */
	LOOK_HEAD;
};
struct alerts_part {
	LOOK_HEAD;
	struct report text;
};

struct moved_part {
	LOOK_HEAD;
	char days[LOOK_NAME]; /* as they were asked for */
	struct date from, to;
	struct report text;
};

/* The newest, NULL = not read yet. */
const struct days_part *look_days(const struct model *m);
const struct audit_part *look_audit(const struct model *m);
const struct alerts_part *look_alerts(const struct model *m);
const struct moved_part *look_moved(const struct model *m);

#endif
