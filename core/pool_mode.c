#include "core/pool_mode.h"

/* A pooler that hands its servers out in turn shows itself by the second round. */
enum { ROUNDS = 4 };

const char *
pool_mode_name(enum pool_mode m)
{
	static const char *const names[] = { "direct", "session", "transaction", "unknown" };

	return names[m];
}

static int
backend(struct db *db, int *pid, struct err *e)
{
	ROWS_AUTO r = db_query(db, Q_POOL_BACKEND, NULL, e);

	if (!r)
		return -1;
	*pid = (int)rows_int(r, 0, 0);
	return 0;
}

/* Two connections that are both open never share a server process where each keeps its own. */
static int
tell_apart(struct db *a, struct db *b, enum pool_mode *out, struct err *e)
{
	int first_a = 0, first_b = 0, pid_a, pid_b;

	*out = POOL_SESSION;
	for (int i = 0; i < ROUNDS && *out == POOL_SESSION; i++) {
		if (backend(a, &pid_a, e) < 0 || backend(b, &pid_b, e) < 0)
			return -1;
		if (i == 0) {
			first_a = pid_a;
			first_b = pid_b;
		}
		if (pid_a == pid_b || pid_a != first_a || pid_b != first_b)
			*out = POOL_TRANSACTION;
	}
	return 0;
}

int
pool_mode_detect(const struct conf *conf, struct db *db, enum pool_mode *out, struct err *e)
{
	DB_AUTO other = NULL;
	bool pooled;
	int pid;

	*out = POOL_UNKNOWN;
	if (db_pooled(db, &pooled, e) < 0)
		return -1;
	if (pooled) {
		*out = POOL_TRANSACTION;
		return 0;
	}
	if (db_server_pid(db, &pid, e) < 0)
		return -1;
	/* A pooler makes up the process id that it tells its clients. */
	if (pid == db_pid(db)) {
		*out = POOL_DIRECT;
		return 0;
	}
	other = db_open(conf, "fintra pool probe", NULL, e);
	return other ? tell_apart(db, other, out, e) : -1;
}
