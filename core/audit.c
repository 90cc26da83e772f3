#include "core/audit.h"

#include "core/ledger.h"
#include "core/num.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

int
audit_put(struct db *db, const struct audit_entry *a, struct err *e)
{
	char who[64], host[64], run[NUM_BUF], tty[AUDIT_TTY];

	ledger_identity(who, host);
	const char *args[] = { str_or(a->who, who), host,	   num_int(a->run, run),
			       a->action,	    a->target,	   a->detail,
			       a->reason,	    audit_tty(tty) };
	return db_exec(db, Q_AUDIT_PUT, args, NULL, e);
}

const char *
audit_tty(char buf[AUDIT_TTY])
{
	return ttyname_r(STDIN_FILENO, buf, AUDIT_TTY) == 0 ? buf : NULL;
}

void
audit_list_done(struct audit_list *l)
{
	free(l->at);
	*l = (struct audit_list){ NULL, 0 };
}

static void
copy_col(char *dst, size_t n, const struct rows *r, int row, int col)
{
	str_copy(dst, n, str_or(rows_text(r, row, col), ""));
}

static void
fill(struct audit_line *l, const struct rows *r, int i)
{
	l->id = rows_int(r, i, 0);
	l->at_ms = rows_int(r, i, 1);
	copy_col(l->who, sizeof(l->who), r, i, 2);
	copy_col(l->host, sizeof(l->host), r, i, 3);
	copy_col(l->role, sizeof(l->role), r, i, 4);
	copy_col(l->tty, sizeof(l->tty), r, i, 5);
	l->run = rows_int(r, i, 6);
	copy_col(l->action, sizeof(l->action), r, i, 7);
	copy_col(l->target, sizeof(l->target), r, i, 8);
	copy_col(l->reason, sizeof(l->reason), r, i, 9);
	copy_col(l->detail, sizeof(l->detail), r, i, 10);
	copy_col(l->run_state, sizeof(l->run_state), r, i, 11);
}

int
audit_read(struct db *db, const char *user, int64_t since_ms, int limit, struct audit_list *out,
	   struct err *e)
{
	char since[NUM_BUF], most[NUM_BUF];
	const char *args[] = { user, num_int(since_ms, since), num_int(limit, most) };
	ROWS_AUTO r = db_query(db, Q_AUDIT_LIST, args, e);

	*out = (struct audit_list){ NULL, 0 };
	if (!r)
		return -1;
	out->n = (size_t)rows_count(r);
	out->at = mem_zalloc((out->n + 1) * sizeof(*out->at));
	for (size_t i = 0; i < out->n; i++)
		fill(&out->at[i], r, (int)i);
	return 0;
}

void
audit_phrase(const struct audit_line *l, char *buf, size_t n)
{
	char run[40] = "";

	if (l->run)
		fmt_buf(run, sizeof(run), " (run %" PRId64 "%s%s)", l->run,
			*l->run_state ? " " : "", l->run_state);
	fmt_buf(buf, n, "%s%s%s%s%s%s", l->action, *l->target ? " " : "", l->target, run,
		*l->detail ? ": " : "", l->detail);
}
