/* For the look thread: audit, alerts and their test message, what moved. */
#include "tui/feed_internal.h"
#include "tui/look_desk.h"

#include "core/alert.h"
#include "core/moved.h"

#include <string.h>

/* From what the slow thread has measured, so that nothing is measured twice; but with --as-of that
 * is another day. */
static int
find_causes(struct worker *w, struct alerts_part *p, struct alert_causes *out, struct err *e)
{
	const struct app *app = w->feed->app;
	struct snapshot *s;
	int rc;

	if (date_is_set(app->g.as_of))
		return alert_look(w->db, &app->conf, app->cat, out, e);
	s = feed_now(w->feed);
	if (!s->fresh || !s->health) {
		rc = err_set(e, ERR_DB, "the tables are not measured yet");
	} else {
		struct alert_view view = { .fresh = &s->fresh->f, .health = &s->health->h };

		p->measured_ms = s->fresh->measured_ms;
		rc = alert_look_at(w->db, &app->conf, app->cat, &view, out, e);
	}
	part_unref(&s->part);
	return rc;
}

int
feed_alerts_read(struct worker *w, const char *name, void *part, struct err *e)
{
	struct alerts_part *p = part;
	struct alert_causes causes = { .at = NULL };
	struct alert_book book = { .row = NULL };
	int rc = -1;

	(void)name;
	if (find_causes(w, p, &causes, e) == 0 && alert_book_read(w->db, &book, e) == 0) {
		alert_report(&causes, &book, &p->text);
		rc = 0;
	}
	alert_book_done(&book);
	alert_causes_done(&causes);
	return rc;
}

bool
feed_alerts_asked(struct feed *f)
{
	bool asked;

	pthread_mutex_lock(&f->lock);
	asked = f->alert_test;
	pthread_mutex_unlock(&f->lock);
	return asked;
}

void
feed_alerts_test(struct worker *w)
{
	struct feed *f = w->feed;
	struct alert_tried tried[ALERT_CHANNELS];
	struct err note = ERR_INIT;
	bool asked, bad = false;
	STR_AUTO said = { 0 };
	int n;

	pthread_mutex_lock(&f->lock);
	asked = f->alert_test;
	f->alert_test = false;
	pthread_mutex_unlock(&f->lock);
	if (!asked)
		return;
	if (!w->db) {
		feed_note(f, LVL_ERROR, "no test message was sent: the database does not answer");
		return;
	}
	str_init(&said, 1000);
	n = alert_test(w->db, &f->app->conf, &f->stop, tried, &note);
	for (int i = 0; i < n; i++) {
		bad = bad || tried[i].failed;
		(void)str_fmt(&said, "%s%s: %s%.160s", i ? "; " : "", tried[i].channel,
			      tried[i].failed ? "NOT sent: " : "sent", tried[i].err.text);
	}
	if (note.cls != ERR_NONE)
		(void)str_fmt(&said, "; not recorded: %.160s", note.text);
	feed_note(f, bad || n == 0 ? LVL_ERROR : LVL_INFO, "test message: %s",
		  n ? str_c(&said) : "no channel is set in [alert]");
}

int
feed_audit_read(struct worker *w, const char *name, void *part, struct err *e)
{
	(void)name;
	return audit_read(w->db, NULL, 0, LOOK_AUDITED, &((struct audit_part *)part)->l, e);
}

/* Two days, or the last two. */
static int
days_of(struct worker *w, const char *name, struct moved *m, struct err *e)
{
	const struct app *app = w->feed->app;
	char one[LOOK_NAME], *other;
	struct date as_of;

	str_copy(one, sizeof(one), name);
	other = strchr(one, ' ');
	if (other)
		*other++ = '\0';
	if (other)
		return moved_dates(m, one, other, e);
	return app_as_of(app, &as_of, e) < 0 ? -1 : moved_last(w->db, app->cat->diff, as_of, m, e);
}

int
feed_moved_read(struct worker *w, const char *name, void *part, struct err *e)
{
	const struct app *app = w->feed->app;
	struct moved_part *p = part;
	struct moved m = { .rows = MOVED_ROWS };
	int rc = days_of(w, name, &m, e);

	str_copy(p->days, sizeof(p->days), name);
	if (rc == 0)
		rc = moved_read(w->db, app->cat->diff, &m, e);
	p->from = m.from;
	p->to = m.to;
	p->text = m.text;
	json_free(m.json);
	return rc;
}
