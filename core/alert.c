/* An occasion to alert: look, compare with what is known, tell the difference. */
#include "core/alert.h"

#include "core/calendar.h"
#include "core/clock.h"
#include "core/conf_secret.h"
#include "core/http.h"
#include "core/num.h"
#include "core/vec.h"

#include <stdlib.h>
#include <string.h>

/* Next to that of migrations; the job locks hash into 0..2147483646. */
static const char *const lock_key[] = { "4848484848484849" };

struct errand { /* one message for one channel, claimed */
	const struct alert_channel *channel;
	const struct alert_row *about;
	enum alert_news news;
};
struct occasion {
	struct db *db;
	const struct conf *conf;
	int64_t now_ms;
	struct alert_causes causes;
	struct alert_book book;
	VEC(struct errand) errands;
	struct alert_outcome *out;
};

/* What a run or a server said may hold a secret, and these texts are kept and sent. */
static void
mask(const struct conf *conf, struct alert_causes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		STR_AUTO clean = { 0 };

		str_init(&clean, ALERT_TEXT * 2);
		conf_mask(conf, c->at[i].text, strlen(c->at[i].text), &clean);
		str_copy(c->at[i].text, sizeof(c->at[i].text), str_c(&clean));
	}
}

int
alert_look_at(struct db *db, const struct conf *conf, const struct catalogue *cat,
	      struct alert_view *view, struct alert_causes *out, struct err *e)
{
	struct job_runs_list runs = { NULL, 0 };
	int rc = job_runs_read(db, conf, cat, &runs, e);

	memset(out, 0, sizeof(*out));
	if (rc == 0) {
		view->runs = &runs;
		alert_causes_find(view, out);
		mask(conf, out);
	}
	view->runs = NULL;
	free(runs.at);
	return rc;
}

int
alert_look(struct db *db, const struct conf *conf, const struct catalogue *cat,
	   struct alert_causes *out, struct err *e)
{
	struct freshness f = { .n = 0 };
	struct health h = { .n = 0 };
	struct alert_view view = { .fresh = &f, .health = &h };
	int64_t now = clock_wall_ms();
	struct check_env env = { .db = db, .conf = conf, .cat = cat, .fresh = &f, .now_ms = now };
	int rc = -1;

	memset(out, 0, sizeof(*out));
	/* Of the session that is due now, whatever day the command before was about. */
	env.as_of = calendar_published(now, PUBLISH_LAG_MIN);
	if (freshness_measure(db, conf, cat, env.as_of, now, &f, e) == 0 &&
	    health_measure(&env, &h, e) == 0)
		rc = alert_look_at(db, conf, cat, &view, out, e);
	health_done(&h);
	freshness_done(&f);
	return rc;
}

static int
claim(struct occasion *o, const struct alert_row *a, const struct alert_channel *c, struct err *e)
{
	struct errand job = { .channel = c, .about = a };
	char now[NUM_BUF];

	/* What can be told neither open nor recovered is not told at all. */
	if (a->open && !alert_causes_get(&o->causes, a->key))
		return 0;
	job.news = alert_decide(a, alert_book_delivery(&o->book, a->key, c->name), o->now_ms,
				span_parse(o->conf->alert.repeat));
	if (job.news == ALERT_NOTHING)
		return 0;
	vec_push(&o->errands, job);
	const char *args[] = { a->key, c->name, num_int(o->now_ms, now),
			       job.news == ALERT_RECOVERED ? "true" : "false" };
	return db_exec(o->db, Q_ALERT_CLAIM, args, NULL, e);
}

/* What is to be sent is claimed in the transaction that says so: another process that looks a
 * moment later sees it on its way. */
static int
decide(struct occasion *o, struct err *e)
{
	if (alert_book_put(o->db, &o->causes, o->now_ms, e) < 0 ||
	    alert_book_read(o->db, &o->book, e) < 0)
		return -1;
	for (const struct alert_channel *c = alert_channels; c->name; c++) {
		if (!c->configured(o->conf))
			continue;
		o->out->channels++;
		for (size_t i = 0; i < o->book.n_rows; i++)
			if (claim(o, &o->book.row[i], c, e) < 0)
				return -1;
	}
	for (size_t i = 0; i < o->book.n_rows; i++)
		o->out->open += o->book.row[i].open;
	return 0;
}

static int
look_and_decide(struct occasion *o, const struct catalogue *cat, struct err *e)
{
	if (alert_look(o->db, o->conf, cat, &o->causes, e) < 0 || db_begin(o->db, e) < 0)
		return -1;
	o->now_ms = clock_wall_ms();
	if (decide(o, e) < 0) {
		db_rollback(o->db);
		return -1;
	}
	return db_commit(o->db, e);
}

int
alert_note(struct db *db, const char *channel, const char *error, struct err *e)
{
	char now[NUM_BUF];
	const char *failed[] = { "", channel, num_int(clock_wall_ms(), now), error };

	return error ? db_exec(db, Q_ALERT_FAILED, failed, NULL, e)
		     : db_exec(db, Q_ALERT_FORGIVE, &channel, NULL, e);
}

static int
mark(struct occasion *o, const struct errand *j, const char *error, struct err *e)
{
	char now[NUM_BUF];
	const char *print = j->news == ALERT_RECOVERED ? NULL : j->about->print;
	const char *args[] = { j->about->key, j->channel->name, num_int(clock_wall_ms(), now),
			       error ? error : print };

	if (error)
		return db_exec(o->db, Q_ALERT_FAILED, args, NULL, e);
	if (db_exec(o->db, Q_ALERT_SENT, args, NULL, e) < 0)
		return -1;
	return db_exec(o->db, Q_ALERT_FORGIVE, &j->channel->name, NULL, e);
}

/* A channel that refuses one message is not tried with the others: they would wait as long. */
static int
run_errands(struct occasion *o, struct err *e)
{
	const struct alert_channel *broken = NULL;
	struct err why = ERR_INIT;

	for (size_t i = 0; i < o->errands.n; i++) {
		const struct errand *j = &o->errands.at[i];
		struct alert_message m = { j->news, j->about, o->now_ms, NULL };

		if (j->channel != broken && j->channel->send(o->conf, &m, &why) < 0) {
			broken = j->channel;
			(void)fmt_buf(o->out->error, sizeof(o->out->error), "%s: %.280s",
				      broken->name, why.text);
		}
		o->out->sent += j->channel != broken;
		o->out->failed += j->channel == broken;
		if (mark(o, j, j->channel == broken ? why.text : NULL, e) < 0)
			return -1;
	}
	return 0;
}

int
alert_occasion(struct db *db, const struct conf *conf, const struct catalogue *cat,
	       struct alert_outcome *out, struct err *e)
{
	struct occasion o = { .db = db, .conf = conf, .out = out };
	struct err ignored = ERR_INIT;
	ROWS_AUTO held = db_query(db, Q_ALERT_LOCK, lock_key, e);
	int rc;

	memset(out, 0, sizeof(*out));
	if (!held)
		return err_wrap(e, "waiting for the process that looks for alerts now");
	http_global_init();
	rc = look_and_decide(&o, cat, e);
	/* If this fails, the end of the session does it. */
	rows_free(db_query(db, Q_ALERT_UNLOCK, lock_key, &ignored));
	if (rc == 0)
		rc = run_errands(&o, e);
	vec_done(&o.errands);
	alert_book_done(&o.book);
	alert_causes_done(&o.causes);
	return rc;
}
