/* The ledger's side of alerts: rows of causes, and what each channel was told. */
#include "core/alert.h"

#include "core/num.h"

#include <stdlib.h>
#include <string.h>

static void
copy(char *dst, size_t n, const struct rows *r, int row, int col)
{
	str_copy(dst, n, str_or(rows_text(r, row, col), ""));
}

static enum delivery_state
delivery_state(const char *s)
{
	return str_same(s, "sent")     ? DELIVERY_SENT
	       : str_same(s, "failed") ? DELIVERY_FAILED
				       : DELIVERY_SENDING;
}

static void
fill_row(struct alert_row *a, const struct rows *r, int i)
{
	copy(a->key, sizeof(a->key), r, i, 0);
	a->open = rows_bool(r, i, 1);
	if (!check_state_parse(rows_text(r, i, 2), &a->severity))
		a->severity = CHECK_UNKNOWN;
	copy(a->print, sizeof(a->print), r, i, 3);
	copy(a->text, sizeof(a->text), r, i, 4);
	copy(a->remedy, sizeof(a->remedy), r, i, 5);
	a->first_ms = rows_int(r, i, 6);
	a->ended_ms = rows_int(r, i, 7);
	a->acked = rows_bool(r, i, 8);
	a->ack_ended_ms = rows_int(r, i, 9);
}

static void
fill_delivery(struct alert_delivery *d, const struct rows *r, int i)
{
	copy(d->key, sizeof(d->key), r, i, 0);
	copy(d->channel, sizeof(d->channel), r, i, 1);
	d->state = delivery_state(rows_text(r, i, 2));
	copy(d->print, sizeof(d->print), r, i, 3);
	d->sent_ms = rows_int(r, i, 4);
	d->tried_ms = rows_int(r, i, 5);
	copy(d->error, sizeof(d->error), r, i, 6);
}

int
alert_book_read(struct db *db, struct alert_book *out, struct err *e)
{
	ROWS_AUTO r = db_query(db, Q_ALERT_ROWS, NULL, e);
	ROWS_AUTO d = r ? db_query(db, Q_ALERT_DELIVERIES, NULL, e) : NULL;

	*out = (struct alert_book){ .row = NULL };
	if (!d)
		return -1;
	out->n_rows = (size_t)rows_count(r);
	out->n_deliveries = (size_t)rows_count(d);
	out->row = mem_zalloc((out->n_rows + 1) * sizeof(*out->row));
	out->delivery = mem_zalloc((out->n_deliveries + 1) * sizeof(*out->delivery));
	for (size_t i = 0; i < out->n_rows; i++)
		fill_row(&out->row[i], r, (int)i);
	for (size_t i = 0; i < out->n_deliveries; i++)
		fill_delivery(&out->delivery[i], d, (int)i);
	return 0;
}

void
alert_book_done(struct alert_book *b)
{
	free(b->row);
	free(b->delivery);
	*b = (struct alert_book){ .row = NULL };
}

const struct alert_delivery *
alert_book_delivery(const struct alert_book *b, const char *key, const char *channel)
{
	for (size_t i = 0; i < b->n_deliveries; i++)
		if (str_same(b->delivery[i].key, key) && str_same(b->delivery[i].channel, channel))
			return &b->delivery[i];
	return NULL;
}

static bool
questioned(const struct alert_causes *c, const char *key)
{
	for (size_t i = 0; i < c->n_questions; i++)
		if (str_same(c->open_question[i], key))
			return true;
	return false;
}

static int
end_gone(struct db *db, const struct alert_causes *causes, const char *now, struct err *e)
{
	struct alert_book b;
	int rc = alert_book_read(db, &b, e);

	for (size_t i = 0; rc == 0 && i < b.n_rows; i++) {
		const char *args[] = { b.row[i].key, now };

		if (b.row[i].open && !alert_causes_get(causes, b.row[i].key) &&
		    !questioned(causes, b.row[i].key))
			rc = db_exec(db, Q_ALERT_END, args, NULL, e);
	}
	alert_book_done(&b);
	return rc;
}

int
alert_book_put(struct db *db, const struct alert_causes *causes, int64_t now_ms, struct err *e)
{
	char now[NUM_BUF];

	num_int(now_ms, now);
	for (size_t i = 0; i < causes->n; i++) {
		const struct alert_cause *k = &causes->at[i];
		const char *args[] = {
			k->key,	 check_state_name(k->severity), k->print,
			k->text, *k->remedy ? k->remedy : NULL, k->acked ? "true" : "false",
			now
		};

		if (db_exec(db, Q_ALERT_PUT, args, NULL, e) < 0)
			return -1;
	}
	return end_gone(db, causes, now, e);
}

const char *
alert_news_name(enum alert_news n)
{
	static const char *const names[] = { "nothing", "new",	     "changed",
					     "still",	"recovered", "test" };

	return names[n];
}

enum alert_news
alert_decide(const struct alert_row *a, const struct alert_delivery *d, int64_t now_ms,
	     int64_t repeat_ms)
{
	bool told = d && *d->print;

	if (d && d->state == DELIVERY_SENDING && now_ms - d->tried_ms < ALERT_CLAIM_MS)
		return ALERT_NOTHING;
	/* Its sender may have died behind the message: who was told hears the end, too. */
	if (!a->open)
		return told || (d && d->state == DELIVERY_SENDING) ? ALERT_RECOVERED
								   : ALERT_NOTHING;
	if (a->acked)
		return ALERT_NOTHING;
	if (!told)
		return ALERT_NEW;
	if (!str_same(d->print, a->print))
		return ALERT_CHANGED;
	if (now_ms - d->sent_ms >= repeat_ms || a->ack_ended_ms > d->sent_ms)
		return ALERT_STILL;
	return ALERT_NOTHING;
}
