/* Lines are turned into JSON when they come, so that a flush only joins texts, and the queue's size
 * is what will be sent. */
#include "core/outbox.h"

#include "core/clock.h"
#include "core/text.h"

#include <inttypes.h>
#include <string.h>

enum { SIDE_BYTES = 16 << 20, STATEMENT_BYTES = 64 << 20, STATEMENT_LINES = 2000, ID_TEXT = 24 };

static void
items_init(struct outbox_items *it)
{
	*it = (struct outbox_items){ .bytes = 0 };
	str_init(&it->reject, SIDE_BYTES);
	str_init(&it->input, SIDE_BYTES);
	str_init(&it->flag, SIDE_BYTES);
	str_init(&it->evidence, SIDE_BYTES);
}

static void
items_done(struct outbox_items *it)
{
	for (size_t i = 0; i < it->event.n; i++)
		free(it->event.at[i]);
	vec_done(&it->event);
	str_done(&it->reject);
	str_done(&it->input);
	str_done(&it->flag);
	str_done(&it->evidence);
}

void
outbox_init(struct outbox *o)
{
	*o = (struct outbox){ .seq = 0 };
	pthread_mutex_init(&o->lock, NULL);
	items_init(&o->items);
}

void
outbox_done(struct outbox *o)
{
	items_done(&o->items);
	pthread_mutex_destroy(&o->lock);
}

/* The ledger takes UTF-8 only; text that is not is made visible. */
static void
set_text(struct json *obj, const char *key, const char *s, size_t n)
{
	STR_AUTO clean = { 0 };

	str_init(&clean, n * 12 + 1);
	if (text_utf8_ok(s, n))
		str_put(&clean, s, n);
	else
		text_clean(&clean, s, n);
	json_set_text(obj, key, str_c(&clean));
}

static char *
print_object(struct json *obj)
{
	struct str out;

	str_init(&out, STATEMENT_BYTES);
	json_print(obj, &out);
	json_free(obj);
	return str_take(&out);
}

static char *
event_object(const struct event *ev)
{
	struct json *j = json_new_object();

	json_set_int(j, "seq", ev->seq);
	json_set_int(j, "ts", ev->ts_ms);
	json_set_text(j, "lvl", level_name(ev->lvl));
	json_set_text(j, "ev", ev->ev);
	json_set_text(j, "job", ev->job);
	json_set_text(j, "unit", ev->unit);
	set_text(j, "msg", ev->msg, strlen(ev->msg));
	json_set_text(j, "data", ev->data);
	return print_object(j);
}

/* Many at once, so that a flood of lines does not move the queue for each.  With the lock held. */
static void
make_room(struct outbox *o, size_t n)
{
	size_t gone = 0;

	if (o->items.bytes + n <= OUTBOX_BYTES)
		return;
	while (gone < o->items.event.n && o->items.bytes + n > OUTBOX_BYTES / 8 * 7) {
		o->items.bytes -= strlen(o->items.event.at[gone]);
		free(o->items.event.at[gone++]);
	}
	o->items.event.n -= gone;
	memmove(o->items.event.at, o->items.event.at + gone,
		o->items.event.n * sizeof(o->items.event.at[0]));
	o->dropped += (int64_t)gone;
}

void
outbox_event(struct outbox *o, struct event *ev)
{
	char *text;

	pthread_mutex_lock(&o->lock);
	ev->seq = ++o->seq;
	text = event_object(ev);
	make_room(o, strlen(text));
	vec_push(&o->items.event, text);
	o->items.bytes += strlen(text);
	pthread_mutex_unlock(&o->lock);
}

void
outbox_continue(struct outbox *o, int64_t seq, int64_t reject_seq)
{
	pthread_mutex_lock(&o->lock);
	o->seq = seq;
	o->reject_seq = reject_seq;
	pthread_mutex_unlock(&o->lock);
}

int64_t
outbox_next_seq(struct outbox *o)
{
	int64_t seq;

	pthread_mutex_lock(&o->lock);
	seq = ++o->seq;
	pthread_mutex_unlock(&o->lock);
	return seq;
}

/* With the lock held.  Consumes obj. */
static void
put_side(struct str *list, struct json *obj)
{
	char *text = print_object(obj);

	str_fmt(list, "%s%s", list->len ? "," : "", text);
	free(text);
}

void
outbox_reject(struct outbox *o, const char *reason, const char *raw, size_t n)
{
	struct json *j;

	pthread_mutex_lock(&o->lock);
	if (o->reject_seq < OUTBOX_REJECTS) {
		j = json_new_object();
		json_set_int(j, "seq", ++o->reject_seq);
		set_text(j, "reason", reason, strlen(reason));
		set_text(j, "raw", raw, n < OUTBOX_RAW ? n : OUTBOX_RAW);
		put_side(&o->items.reject, j);
	}
	pthread_mutex_unlock(&o->lock);
}

void
outbox_input(struct outbox *o, const char *table, struct date as_of, int64_t rows)
{
	char day[DATE_BUF];
	struct json *j = json_new_object();

	json_set_text(j, "table_name", table);
	json_set_text(j, "as_of", date_is_set(as_of) ? date_iso(as_of, day) : NULL);
	if (rows >= 0)
		json_set_int(j, "n_rows", rows);
	pthread_mutex_lock(&o->lock);
	json_set_int(j, "seq", ++o->order);
	put_side(&o->items.input, j);
	pthread_mutex_unlock(&o->lock);
}

void
outbox_flag(struct outbox *o, const char *ticker, const char *kind, struct date on,
	    const char *detail)
{
	char day[DATE_BUF];
	struct json *j = json_new_object();

	set_text(j, "ticker", ticker, strlen(ticker));
	json_set_text(j, "kind", kind);
	json_set_text(j, "flagged_on", date_iso(on, day));
	if (detail)
		set_text(j, "detail", detail, strlen(detail));
	pthread_mutex_lock(&o->lock);
	json_set_int(j, "seq", ++o->order);
	put_side(&o->items.flag, j);
	pthread_mutex_unlock(&o->lock);
}

void
outbox_evidence(struct outbox *o, struct json *row)
{
	pthread_mutex_lock(&o->lock);
	json_set_int(row, "seq", ++o->order);
	put_side(&o->items.evidence, row);
	pthread_mutex_unlock(&o->lock);
}

bool
outbox_empty(struct outbox *o)
{
	bool empty;

	pthread_mutex_lock(&o->lock);
	empty = !o->items.event.n && !o->items.reject.len && !o->items.input.len &&
		!o->items.flag.len && !o->items.evidence.len;
	pthread_mutex_unlock(&o->lock);
	return empty;
}

static int
write_list(struct db *db, enum query q, const char *const ids[2], const char *list, struct err *e)
{
	STR_AUTO array = { 0 };

	str_init(&array, STATEMENT_BYTES);
	if (str_fmt(&array, "[%s]", list) < 0)
		return err_set(e, ERR_INTERNAL, "too much for one statement of the ledger");
	const char *args[] = { ids[0], ids[1], str_c(&array) };

	if (q != Q_KEEPER_EVENTS)
		return db_exec(db, q, args, NULL, e) < 0 ? -1 : 1;
	ROWS_AUTO r = db_query(db, q, args, e);

	return r ? rows_int(r, 0, 0) == 1 : -1;
}

static int
write_events(struct outbox_items *it, struct db *db, const char *const ids[2], struct err *e)
{
	int rc = 1;

	while (it->event.n && rc == 1) {
		size_t n = it->event.n < STATEMENT_LINES ? it->event.n : STATEMENT_LINES;
		STR_AUTO list = { 0 };

		str_init(&list, STATEMENT_BYTES);
		for (size_t i = 0; i < n; i++)
			str_fmt(&list, "%s%s", i ? "," : "", it->event.at[i]);
		rc = write_list(db, Q_KEEPER_EVENTS, ids, str_c(&list), e);
		if (rc < 0)
			break;
		for (size_t i = 0; i < n; i++)
			free(it->event.at[i]);
		it->event.n -= n;
		memmove(it->event.at, it->event.at + n, it->event.n * sizeof(it->event.at[0]));
	}
	return rc;
}

static int
write_side(struct str *list, enum query q, struct db *db, const char *const ids[2], struct err *e)
{
	if (!list->len)
		return 1;
	if (write_list(db, q, ids, str_c(list), e) < 0)
		return -1;
	str_clear(list);
	return 1;
}

/* Back in front of what has come since.  With the lock held; consumes `it`. */
static void
put_back(struct outbox *o, struct outbox_items *it)
{
	struct str *from[] = { &it->reject, &it->input, &it->flag, &it->evidence };
	struct str *to[] = { &o->items.reject, &o->items.input, &o->items.flag,
			     &o->items.evidence };

	for (size_t i = 0; i < o->items.event.n; i++)
		vec_push(&it->event, o->items.event.at[i]);
	vec_done(&o->items.event);
	o->items.event.at = it->event.at;
	o->items.event.n = it->event.n;
	o->items.event.cap = it->event.cap;
	o->items.bytes = 0;
	for (size_t i = 0; i < o->items.event.n; i++)
		o->items.bytes += strlen(o->items.event.at[i]);
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		if (from[i]->len)
			str_fmt(to[i], "%s%s", to[i]->len ? "," : "", str_c(from[i]));
		str_done(from[i]);
	}
	make_room(o, 0);
}

/* The gap line goes where the lines are missing: before the oldest one that is left. */
static int
write_gap(int64_t lost, const char *first, struct db *db, int64_t run, int epoch, struct err *e)
{
	struct event ev = { .run = run, .lvl = LVL_WARN, .ev = "warn", .job = "" };
	char msg[80];
	struct json *j;

	if (!lost || !first)
		return 1;
	fmt_buf(msg, sizeof(msg), "%" PRId64 " log lines are missing here: the queue was full",
		lost);
	j = json_parse(first, strlen(first), e);
	if (!j)
		return -1;
	ev.seq = (int64_t)json_num(j, "seq").v - 1;
	str_copy(ev.job, sizeof(ev.job), str_or(json_text(j, "job"), ""));
	json_free(j);
	ev.ts_ms = clock_wall_ms();
	ev.msg = msg;
	return outbox_write_one(db, run, epoch, &ev, e);
}

int
outbox_flush(struct outbox *o, struct db *db, int64_t run, int epoch, struct err *e)
{
	char run_text[ID_TEXT], epoch_text[ID_TEXT];
	const char *ids[2] = { run_text, epoch_text };
	struct outbox_items it;
	int64_t lost;
	int rc;

	fmt_buf(run_text, sizeof(run_text), "%" PRId64, run);
	fmt_buf(epoch_text, sizeof(epoch_text), "%d", epoch);
	pthread_mutex_lock(&o->lock);
	it = o->items;
	items_init(&o->items);
	lost = o->dropped;
	o->dropped = 0;
	pthread_mutex_unlock(&o->lock);
	rc = write_gap(lost, it.event.n ? it.event.at[0] : NULL, db, run, epoch, e);
	if (rc == 1)
		rc = write_events(&it, db, ids, e);
	if (rc == 1 && (write_side(&it.reject, Q_KEEPER_REJECTS, db, ids, e) < 0 ||
			write_side(&it.input, Q_KEEPER_INPUTS, db, ids, e) < 0 ||
			write_side(&it.flag, Q_KEEPER_FLAGS, db, ids, e) < 0 ||
			write_side(&it.evidence, Q_KEEPER_EVIDENCE, db, ids, e) < 0))
		rc = -1;
	if (rc < 0 && e->disconnected) {
		pthread_mutex_lock(&o->lock);
		put_back(o, &it);
		o->dropped += lost;
		pthread_mutex_unlock(&o->lock);
		return rc;
	}
	items_done(&it);
	return rc;
}

int
outbox_write_one(struct db *db, int64_t run, int epoch, const struct event *ev, struct err *e)
{
	char run_text[ID_TEXT], epoch_text[ID_TEXT];
	const char *ids[2] = { run_text, epoch_text };
	char *text = event_object(ev);
	int rc;

	fmt_buf(run_text, sizeof(run_text), "%" PRId64, run);
	fmt_buf(epoch_text, sizeof(epoch_text), "%d", epoch);
	rc = write_list(db, Q_KEEPER_EVENTS, ids, text, e);
	free(text);
	return rc;
}
