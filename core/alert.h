/* Alerts: one per root cause.  What is wrong is derived from freshness, checks and ledger
 * (alert_cause.c, pure), compared with what each channel has been told (alert_state.c, in schema
 * fintra_ops), and sent (alert_send.c).  Times are wall clock ms.  No secret is in any text. */
#ifndef FINTRA_CORE_ALERT_H
#define FINTRA_CORE_ALERT_H

#include "core/health.h"
#include "core/job_runs.h"
#include "core/report.h"

enum { ALERT_KEY = 96, ALERT_TEXT = 800, ALERT_PRINT = 64, ALERT_REMEDY = 160 };

struct alert_cause {
	char key[ALERT_KEY]; /* "table:prices_daily", "check:fintra_snapshots", "job:NAME" */
	enum check_state severity;
	char print[ALERT_PRINT]; /* equal as long as there is nothing new to tell */
	char text[ALERT_TEXT];
	char remedy[ALERT_REMEDY]; /* command, "" = none */
	bool acked;		   /* somebody has acknowledged every check that shows it */
	bool failed;		   /* by a run that failed, which tells more than the table */
	int rank;		   /* of the worst table, 0 = none */
	int waiting;		   /* other tables that are not fresh because of it */
	char waiting_names[160];
	int checks, checks_acked;
};
struct alert_causes {
	struct alert_cause *at; /* owned: alert_causes_done() */
	size_t n, room;
	/* Keys that can be told neither open nor recovered: their table waits for the next
	 * session's data. */
	char (*open_question)[ALERT_KEY];
	size_t n_questions;
};
/* What the causes are derived from; all borrowed. */
struct alert_view {
	const struct freshness *fresh;
	const struct health *health;
	const struct job_runs_list *runs;
};
void alert_causes_find(const struct alert_view *v, struct alert_causes *out);
void alert_causes_done(struct alert_causes *c);
const struct alert_cause *alert_causes_get(const struct alert_causes *c, const char *key);

/* What the ledger remembers of a cause. */
struct alert_row {
	char key[ALERT_KEY];
	bool open;
	enum check_state severity;
	char print[ALERT_PRINT], text[ALERT_TEXT], remedy[ALERT_REMEDY];
	int64_t first_ms, ended_ms;
	bool acked;
	int64_t ack_ended_ms; /* 0 = no ack has ended while it was open */
};
enum delivery_state { DELIVERY_SENDING, DELIVERY_SENT, DELIVERY_FAILED };
struct alert_delivery {
	char key[ALERT_KEY], channel[16];
	enum delivery_state state;
	char print[ALERT_PRINT]; /* last told and not told the end of; "" = nothing */
	int64_t sent_ms, tried_ms;
	char error[300];
};
struct alert_book {
	struct alert_row *row; /* owned: alert_book_done() */
	size_t n_rows;
	struct alert_delivery *delivery;
	size_t n_deliveries;
};
int alert_book_read(struct db *db, struct alert_book *out, struct err *e) MUST_CHECK;
void alert_book_done(struct alert_book *b);
const struct alert_row *alert_book_open(const struct alert_book *b, const char *key); /* or NULL */
const char *alert_delivery_word(const struct alert_delivery *d); /* "sent" "sending" "failed" */
const struct alert_delivery *alert_book_delivery(const struct alert_book *b, const char *key,
						 const char *channel);
/* Makes the rows say what the causes say; within the caller's transaction. */
int alert_book_put(struct db *db, const struct alert_causes *causes, int64_t now_ms,
		   struct err *e) MUST_CHECK;

enum alert_news {
	ALERT_NOTHING,
	ALERT_NEW,
	ALERT_CHANGED,
	ALERT_STILL, /* the time to repeat it has come, or its ack has ended */
	ALERT_RECOVERED,
	ALERT_TEST
};
const char *alert_news_name(enum alert_news n); /* "new" "changed" "still" "recovered" "test" */
enum { ALERT_CLAIM_MS = 600000 };		/* a process that takes longer to send has died */
/* What a channel is still to be told.  `d` NULL = it has never been told anything of it. */
enum alert_news alert_decide(const struct alert_row *a, const struct alert_delivery *d,
			     int64_t now_ms, int64_t repeat_ms);

struct alert_message {
	enum alert_news news;
	const struct alert_row *about; /* borrowed */
	int64_t now_ms;
	const struct cancel *cancel; /* borrowed; once raised, no answer is waited for; or NULL */
};
/* For people: several lines, cleaned. */
void alert_text(const struct alert_message *m, struct str *out);
/* The same as one JSON object. */
void alert_json(const struct alert_message *m, struct str *out);

struct alert_channel {
	const char *name; /* NULL ends the table */
	bool (*configured)(const struct conf *conf);
	/* 0 once it has arrived; error texts hold no secret. */
	int (*send)(const struct conf *conf, const struct alert_message *m, struct err *e);
};
extern const struct alert_channel alert_channels[];
/* "{telegram,hook}" of those that are configured, as an array of SQL, with "ping"; how many. */
int alert_configured(const struct conf *conf, struct str *out);
/* One line on what is missing, or NULL. */
const char *alert_incomplete(const struct conf *conf);

/* Deadman's switch: ping_url with what became of a run.  No ping without ping_url. */
enum alert_ping { PING_START, PING_SUCCESS, PING_FAIL, PING_LOG };
int alert_ping(const struct conf *conf, enum alert_ping what, int64_t run,
	       struct err *e) MUST_CHECK;

struct alert_outcome {
	int channels; /* configured ones */
	int open, sent, failed;
	char error[320]; /* of the last that failed: "telegram: ..." */
};
/* Looks, remembers, sends what is to be sent.  Two processes at once send nothing twice.  -1: it
 * could not be looked at; what could not be sent is in *out and in the ledger. */
int alert_occasion(struct db *db, const struct conf *conf, const struct catalogue *cat,
		   struct alert_outcome *out, struct err *e) MUST_CHECK;
/* The causes now, their texts masked; no alert is written. */
int alert_look(struct db *db, const struct conf *conf, const struct catalogue *cat,
	       struct alert_causes *out, struct err *e) MUST_CHECK;
/* The same from what is measured already. */
int alert_look_at(struct db *db, const struct conf *conf, const struct catalogue *cat,
		  struct alert_view *view, struct alert_causes *out, struct err *e) MUST_CHECK;
/* Lines on each cause: since when, remedy, deliveries; then what is about no cause. */
void alert_report(const struct alert_causes *c, const struct alert_book *b, struct report *out);
enum { ALERT_CHANNELS = 4 };
struct alert_tried {
	const char *channel;
	bool failed, unnoted; /* unnoted: it could not be recorded */
	struct err err;
};
/* Sends a test message by every configured channel, until cancelled (may be NULL), and records it;
 * how many there are.  *note: the last not recorded. */
int alert_test(struct db *db, const struct conf *conf, const struct cancel *cancel,
	       struct alert_tried out[ALERT_CHANNELS], struct err *note);
/* Records whether something that is about no cause has reached a channel. */
int alert_note(struct db *db, const char *channel, const char *error, struct err *e) MUST_CHECK;

#endif
