/* Reading the ledger, and what any process may write into it: the wish that a run stops. */
#include "core/ledger.h"

#include "core/audit.h"
#include "core/num.h"
#include "core/vec.h"

#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

enum { ID_TEXT = 24, PASSWD_BUF = 4096, LIMIT_DEFAULT = 200 };

static const char *const state_names[] = {
	[RUN_QUEUED] = "queued",   [RUN_RUNNING] = "running",	  [RUN_SUCCESS] = "success",
	[RUN_PARTIAL] = "partial", [RUN_FAILURE] = "failure",	  [RUN_CANCELLED] = "cancelled",
	[RUN_SKIPPED] = "skipped", [RUN_ABANDONED] = "abandoned", [RUN_LOST] = "lost",
};

const char *
run_state_name(enum run_state s)
{
	return state_names[s];
}

bool
run_state_parse(const char *s, enum run_state *out)
{
	for (size_t i = 0; i < ARRAY_LEN(state_names); i++)
		if (str_same(s, state_names[i])) {
			*out = (enum run_state)i;
			return true;
		}
	return false;
}

bool
run_state_ended(enum run_state s)
{
	return s != RUN_QUEUED && s != RUN_RUNNING;
}

bool
run_state_resumable(enum run_state s)
{
	return s == RUN_CANCELLED || s == RUN_ABANDONED || s == RUN_LOST;
}

int
ledger_exit_code(const struct run_info *r)
{
	static const int by_state[ARRAY_LEN(state_names)] = {
		[RUN_PARTIAL] = 4,   [RUN_FAILURE] = 1, [RUN_CANCELLED] = 130,
		[RUN_ABANDONED] = 1, [RUN_LOST] = 1,
	};

	return r->exit_code ? r->exit_code : by_state[r->state];
}

void
run_list_done(struct run_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->at[i].reason);
		free(l->at[i].params);
		free(l->at[i].error);
		free(l->at[i].result);
	}
	free(l->at);
	*l = (struct run_list){ .n = 0 };
}

static const char *
id_text(int64_t v, char buf[ID_TEXT])
{
	fmt_buf(buf, ID_TEXT, "%" PRId64, v);
	return buf;
}

static void
copy_col(char *dst, size_t n, const struct rows *r, int row, int col)
{
	str_copy(dst, n, str_or(rows_text(r, row, col), ""));
}

/* read, inserted, updated, unchanged, rejected, skipped, errors from `col` on. */
static struct tally
tally_of(const struct rows *r, int row, int col)
{
	return (struct tally){ rows_int(r, row, col),	  rows_int(r, row, col + 1),
			       rows_int(r, row, col + 2), rows_int(r, row, col + 3),
			       rows_int(r, row, col + 4), rows_int(r, row, col + 5),
			       rows_int(r, row, col + 6) };
}

/* Columns as listed by the query ledger_runs. */
static void
fill_run(struct run_info *i, const struct rows *r, int row)
{
	*i = (struct run_info){ .id = rows_int(r, row, 0), .parent = rows_int(r, row, 1) };
	copy_col(i->job, sizeof(i->job), r, row, 2);
	if (!run_state_parse(rows_text(r, row, 3), &i->state))
		i->state = RUN_LOST;
	i->epoch = (int)rows_int(r, row, 4);
	i->as_of = rows_date(r, row, 5);
	copy_col(i->who, sizeof(i->who), r, row, 6);
	copy_col(i->host, sizeof(i->host), r, row, 7);
	copy_col(i->origin, sizeof(i->origin), r, row, 8);
	i->pid = (int)rows_int(r, row, 9);
	copy_col(i->gate, sizeof(i->gate), r, row, 10);
	i->reason = mem_dup(rows_text(r, row, 11));
	i->params = mem_dup(rows_text(r, row, 12));
	i->error = mem_dup(rows_text(r, row, 13));
	i->result = mem_dup(rows_text(r, row, 14));
	copy_col(i->err_class, sizeof(i->err_class), r, row, 15);
	copy_col(i->sqlstate, sizeof(i->sqlstate), r, row, 16);
	i->http = (int)rows_int(r, row, 17);
	i->exit_code = (int)rows_int(r, row, 18);
	copy_col(i->phase, sizeof(i->phase), r, row, 19);
	i->done = rows_int(r, row, 20);
	i->total = rows_int(r, row, 21);
	i->created_ms = rows_int(r, row, 22);
	i->started_ms = rows_int(r, row, 23);
	i->ended_ms = rows_int(r, row, 24);
	i->beat_ms = rows_int(r, row, 25);
	i->counts = tally_of(r, row, 26);
	copy_col(i->taint, sizeof(i->taint), r, row, 33);
	copy_col(i->build, sizeof(i->build), r, row, 34);
	copy_col(i->waits_for, sizeof(i->waits_for), r, row, 35);
}

int
ledger_runs(struct db *db, const struct conf *conf, const struct run_filter *f,
	    struct run_list *out, struct err *e)
{
	char stale[ID_TEXT], id[ID_TEXT], since[ID_TEXT], limit[ID_TEXT], parent[ID_TEXT];
	const char *args[] = { id_text(conf->abandoned_ms, stale),
			       id_text(f->id, id),
			       f->job,
			       f->state,
			       f->user,
			       f->active_only ? "t" : "f",
			       id_text(f->since_ms, since),
			       id_text(f->limit > 0 ? f->limit : LIMIT_DEFAULT, limit),
			       id_text(f->parent, parent) };
	ROWS_AUTO r = db_query(db, Q_LEDGER_RUNS, args, e);

	*out = (struct run_list){ .n = 0 };
	if (!r)
		return -1;
	out->n = (size_t)rows_count(r);
	out->at = mem_zalloc(out->n * sizeof(*out->at));
	for (size_t i = 0; i < out->n; i++)
		fill_run(&out->at[i], r, (int)i);
	return 0;
}

int
ledger_find(struct db *db, const struct conf *conf, const struct catalogue *cat, const char *what,
	    struct run_list *out, struct err *e)
{
	struct run_filter f = { .limit = 1 };
	const struct job *job = catalogue_job(cat, what);

	*out = (struct run_list){ .n = 0 };
	if (job)
		f.job = job->name;
	else if (!num_parse_i64(what, strlen(what), &f.id) || f.id <= 0)
		return err_set(e, ERR_USAGE, "%s is neither a run nor a job", what);
	if (ledger_runs(db, conf, &f, out, e) < 0)
		return -1;
	if (out->n)
		return 0;
	run_list_done(out);
	return job ? err_set(e, ERR_USAGE, "%s has not run yet", job->name)
		   : err_set(e, ERR_USAGE, "there is no run %s", what);
}

int
ledger_units(struct db *db, int64_t run, struct unit_list *out, struct err *e)
{
	char id[ID_TEXT];
	const char *args[] = { id_text(run, id) };
	ROWS_AUTO r = db_query(db, Q_LEDGER_UNITS, args, e);

	*out = (struct unit_list){ .n = 0 };
	if (!r)
		return -1;
	out->n = (size_t)rows_count(r);
	out->at = mem_zalloc(out->n * sizeof(*out->at));
	for (int i = 0; i < rows_count(r); i++) {
		copy_col(out->at[i].unit, sizeof(out->at[i].unit), r, i, 0);
		copy_col(out->at[i].state, sizeof(out->at[i].state), r, i, 1);
		out->at[i].attempts = (int)rows_int(r, i, 2);
		out->at[i].counts = tally_of(r, i, 3);
		out->at[i].ended_ms = rows_int(r, i, 10);
	}
	return 0;
}

int
ledger_inputs(struct db *db, int64_t run, struct input_list *out, struct err *e)
{
	char id[ID_TEXT];
	const char *args[] = { id_text(run, id) };
	ROWS_AUTO r = db_query(db, Q_LEDGER_INPUTS, args, e);

	*out = (struct input_list){ .n = 0 };
	if (!r)
		return -1;
	out->n = (size_t)rows_count(r);
	out->at = mem_zalloc(out->n * sizeof(*out->at));
	for (int i = 0; i < rows_count(r); i++) {
		copy_col(out->at[i].table, sizeof(out->at[i].table), r, i, 0);
		out->at[i].as_of = rows_date(r, i, 1);
		out->at[i].rows = rows_text(r, i, 2) ? rows_int(r, i, 2) : -1;
	}
	return 0;
}

void
event_list_done(struct event_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		event_done(&l->at[i]);
	free(l->at);
	*l = (struct event_list){ .n = 0 };
}

/* {"a": 1} -> "a": 1; NULL for nothing. */
static char *
members(const char *json)
{
	size_t n = json ? strlen(json) : 0;

	return n > 2 && json[0] == '{' ? mem_ndup(json + 1, n - 2) : NULL;
}

int
ledger_events(struct db *db, int64_t run, int64_t after, int limit, struct event_list *out,
	      struct err *e)
{
	char id[ID_TEXT], from[ID_TEXT], max[ID_TEXT];
	const char *args[] = { id_text(run, id), id_text(after, from), id_text(limit, max) };
	ROWS_AUTO r = db_query(db, Q_LEDGER_EVENTS, args, e);

	*out = (struct event_list){ .n = 0 };
	if (!r)
		return -1;
	out->n = (size_t)rows_count(r);
	out->at = mem_zalloc(out->n * sizeof(*out->at));
	for (int i = 0; i < rows_count(r); i++) {
		struct event *ev = &out->at[i];

		ev->run = run;
		ev->seq = rows_int(r, i, 0);
		ev->ts_ms = rows_int(r, i, 1);
		if (!level_parse(rows_text(r, i, 2), &ev->lvl))
			ev->lvl = LVL_INFO;
		copy_col(ev->ev, sizeof(ev->ev), r, i, 3);
		copy_col(ev->job, sizeof(ev->job), r, i, 4);
		copy_col(ev->unit, sizeof(ev->unit), r, i, 5);
		ev->msg = mem_dup(rows_text(r, i, 6));
		ev->data = members(rows_text(r, i, 7));
	}
	return 0;
}

/* "{1,2}" */
static void
array_of(struct str *s, const int64_t *v, size_t n)
{
	char text[ID_TEXT];

	str_init(s, (size_t)EVENT_RUNS * ID_TEXT + 2);
	for (size_t i = 0; i < n; i++)
		str_fmt(s, "%s%s", i ? "," : "{", id_text(v[i], text));
	str_putc(s, '}');
}

int
ledger_events_of(struct db *db, const int64_t *runs, const int64_t *after, size_t n, int limit,
		 struct event_list *out, struct err *e)
{
	char max[ID_TEXT], letters[ID_TEXT];
	STR_AUTO ids = { 0 }, from = { 0 };

	*out = (struct event_list){ .n = 0 };
	if (n == 0)
		return 0;
	array_of(&ids, runs, n);
	array_of(&from, after, n);
	const char *args[] = { str_c(&ids), str_c(&from), id_text(limit, max),
			       id_text(EVENT_LETTERS, letters) };
	ROWS_AUTO r = db_query(db, Q_LEDGER_EVENTS_OF, args, e);

	if (!r)
		return -1;
	out->n = (size_t)rows_count(r);
	out->at = mem_zalloc(out->n * sizeof(*out->at));
	for (int i = 0; i < rows_count(r); i++) {
		struct event *ev = &out->at[i];

		ev->run = rows_int(r, i, 0);
		ev->seq = rows_int(r, i, 1);
		ev->ts_ms = rows_int(r, i, 2);
		if (!level_parse(rows_text(r, i, 3), &ev->lvl))
			ev->lvl = LVL_INFO;
		copy_col(ev->unit, sizeof(ev->unit), r, i, 4);
		ev->msg = mem_dup(rows_text(r, i, 5));
	}
	return 0;
}

static int
put_request(struct db *db, int64_t run, const char *level, const char *who, const char *reason,
	    struct err *e)
{
	char id[ID_TEXT];
	const char *args[] = { id_text(run, id), level, who };

	struct audit_entry a = { .run = run,
				 .who = who,
				 .action = str_same(level, "abort") ? "cancel-now" : "cancel",
				 .reason = reason };

	if (db_exec(db, Q_LEDGER_REQUEST, args, NULL, e) < 0 || audit_put(db, &a, e) < 0)
		return -1;
	return db_exec(db, Q_LEDGER_NOTIFY, args, NULL, e);
}

/* Only the raw state counts here: a run that seems abandoned may still read the request. */
int
ledger_request_cancel(struct db *db, int64_t run, enum cancel_level level, const char *who,
		      const char *reason, struct err *e)
{
	char id[ID_TEXT];
	const char *args[] = { id_text(run, id) };
	ROWS_AUTO r = db_query(db, Q_RUN_STATE, args, e);
	enum run_state state;

	if (!r)
		return -1;
	if (!rows_count(r))
		return err_set(e, ERR_USAGE, "there is no run %s", id);
	if (!run_state_parse(rows_text(r, 0, 1), &state) || run_state_ended(state))
		return err_set(e, ERR_USAGE, "run %s has ended (%s)", id, rows_text(r, 0, 1));
	if (db_begin(db, e) < 0)
		return -1;
	if (put_request(db, run, level == CANCEL_ABORT ? "abort" : "drain", who, reason, e) < 0) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, e);
}

void
ledger_identity(char who[64], char host[64])
{
	char buf[PASSWD_BUF];
	struct passwd pw, *found = NULL;

	if (getpwuid_r(geteuid(), &pw, buf, sizeof(buf), &found) == 0 && found)
		str_copy(who, 64, pw.pw_name);
	else
		fmt_buf(who, 64, "uid %ld", (long)geteuid());
	if (gethostname(host, 64) < 0)
		str_copy(host, 64, "unknown");
	host[63] = '\0';
}
