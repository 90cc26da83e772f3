/* What is wrong now and who was told of it, as lines; and the test message. */
#include "core/alert.h"
#include "core/clock.h"
#include "core/http.h"

#include <string.h>

const struct alert_row *
alert_book_open(const struct alert_book *b, const char *key)
{
	for (size_t i = 0; i < b->n_rows; i++)
		if (b->row[i].open && str_same(b->row[i].key, key))
			return &b->row[i];
	return NULL;
}

const char *
alert_delivery_word(const struct alert_delivery *d)
{
	return d->state == DELIVERY_FAILED    ? "failed"
	       : d->state == DELIVERY_SENDING ? "sending"
					      : "sent";
}

static void
add_deliveries(const struct alert_book *b, const char *key, struct report *out)
{
	char at[CLOCK_BUF];

	for (size_t i = 0; i < b->n_deliveries; i++) {
		const struct alert_delivery *d = &b->delivery[i];

		if (str_same(d->key, key))
			report_add(
				out, d->state == DELIVERY_FAILED ? REPORT_WARN : REPORT_PLAIN, NULL,
				"         %s %s %s%s%s", d->channel, alert_delivery_word(d),
				clock_iso(d->state == DELIVERY_SENT ? d->sent_ms : d->tried_ms, at),
				*d->error ? ": " : "", d->error);
	}
}

void
alert_report(const struct alert_causes *c, const struct alert_book *b, struct report *out)
{
	static const enum report_tone tone[] = { REPORT_GOOD, REPORT_WARN, REPORT_BAD,
						 REPORT_WARN };
	char since[CLOCK_BUF];

	if (c->n == 0)
		report_add(out, REPORT_GOOD, NULL, "nothing is wrong");
	for (size_t i = 0; i < c->n; i++) {
		const struct alert_cause *k = &c->at[i];
		const struct alert_row *a = alert_book_open(b, k->key);

		report_add(out, tone[k->severity], NULL, "%-8s%c %s: %s",
			   check_state_name(k->severity), k->acked ? 'A' : ' ', k->key, k->text);
		if (a)
			report_add(out, REPORT_DIM, NULL, "         since %s",
				   clock_iso(a->first_ms, since));
		if (*k->remedy)
			report_add(out, REPORT_PLAIN, NULL, "         $ %s", k->remedy);
		add_deliveries(b, k->key, out);
	}
	add_deliveries(b, "", out);
}

int
alert_test(struct db *db, const struct conf *conf, const struct cancel *cancel,
	   struct alert_tried out[ALERT_CHANNELS], struct err *note)
{
	static const struct alert_row about = { .key = "test",
						.open = true,
						.text = "this is a test, nothing is wrong" };
	struct alert_message m = { ALERT_TEST, &about, clock_wall_ms(), cancel };
	int n = 0;

	http_global_init();
	for (const struct alert_channel *c = alert_channels; c->name && !cancel_asked(cancel);
	     c++) {
		struct alert_tried *t = &out[n];

		if (n == ALERT_CHANNELS || !c->configured(conf))
			continue;
		*t = (struct alert_tried){ .channel = c->name, .err = ERR_INIT };
		t->failed = c->send(conf, &m, &t->err) < 0;
		if (alert_note(db, c->name, t->failed ? t->err.text : NULL, note) < 0)
			t->unnoted = true;
		n++;
	}
	return n;
}
