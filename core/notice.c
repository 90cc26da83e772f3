#include "core/notice.h"

#include "core/audit.h"
#include "core/calendar.h"
#include "core/clock.h"
#include "core/ledger.h"
#include "core/num.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000, UNTIL_TEXT = 48 };

/* The words of the ledger: of what is left, and of its end. */
static const struct {
	const char *name, *end, *undone;
} kinds[] = {
	[NOTICE_ACK] = { "ack", "ack-clear", "is not acknowledged" },
	[NOTICE_PAUSE] = { "pause", "unpause", "is not paused" },
	[NOTICE_NOTE] = { "note", "", "" },
};

void
notice_list_done(struct notice_list *l)
{
	free(l->at);
	*l = (struct notice_list){ NULL, 0 };
}

static void
copy_col(char *dst, size_t n, const struct rows *r, int row, int col)
{
	str_copy(dst, n, str_or(rows_text(r, row, col), ""));
}

int
notice_read(struct db *db, enum notice_kind kind, int64_t now_ms, int limit,
	    struct notice_list *out, struct err *e)
{
	char now[NUM_BUF], most[NUM_BUF];
	const char *args[] = { kinds[kind].name, num_int(now_ms, now), num_int(limit, most) };
	ROWS_AUTO r = db_query(db, Q_NOTICE_LIST, args, e);

	*out = (struct notice_list){ NULL, 0 };
	if (!r)
		return -1;
	out->n = (size_t)rows_count(r);
	out->at = mem_zalloc((out->n + 1) * sizeof(*out->at));
	for (int i = 0; i < rows_count(r); i++) {
		struct notice *t = &out->at[i];

		t->id = rows_int(r, i, 0);
		copy_col(t->target, sizeof(t->target), r, i, 1);
		copy_col(t->state, sizeof(t->state), r, i, 2);
		copy_col(t->who, sizeof(t->who), r, i, 3);
		copy_col(t->host, sizeof(t->host), r, i, 4);
		copy_col(t->words, sizeof(t->words), r, i, 5);
		t->at_ms = rows_int(r, i, 6);
		t->until_ms = rows_int(r, i, 7);
	}
	return 0;
}

const struct notice *
notice_find(const struct notice_list *l, const char *target)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_same(l->at[i].target, target))
			return &l->at[i];
	return NULL;
}

static int
check_wish(const struct notice_wish *w, struct err *e)
{
	const char *words = str_or(w->words, "");

	if (w->end)
		return 0;
	if (words[strspn(words, " \t")] == '\0')
		return err_set(e, ERR_USAGE,
			       w->kind == NOTICE_NOTE ? "the note is empty"
						      : "say why: --reason TEXT");
	if (strlen(words) >= NOTICE_WORDS || !text_utf8_ok(words, strlen(words)))
		return err_set(e, ERR_USAGE, "%s: at most %d bytes of UTF-8, it has %zu",
			       w->kind == NOTICE_NOTE ? "the note" : "the reason", NOTICE_WORDS - 1,
			       strlen(words));
	if (w->until_ms && w->until_ms <= w->now_ms)
		return err_set(e, ERR_USAGE, "the time until which it shall hold is over already");
	return 0;
}

/* Without a word on rights the server's answer is no help. */
static int
refused(struct err *e)
{
	if (e->cls != ERR_PERMISSION)
		return -1;
	return err_wrap(e, "nothing was recorded: this needs a role with SELECT, UPDATE, INSERT on "
			   "fintra_ops.notice and INSERT on fintra_ops.audit");
}

static int
put(struct db *db, const struct notice_wish *w, struct err *e)
{
	char who[64], host[64], now[NUM_BUF], until[NUM_BUF], tty[AUDIT_TTY];
	char text[UNTIL_TEXT], detail[UNTIL_TEXT + 8];
	const char *args[] = { kinds[w->kind].name,
			       str_or(w->target, ""),
			       w->state,
			       who,
			       host,
			       w->words,
			       num_int(w->now_ms, now),
			       num_int(w->until_ms, until),
			       audit_tty(tty),
			       detail };

	ledger_identity(who, host);
	if (w->kind != NOTICE_NOTE)
		fmt_buf(detail, sizeof(detail), "until %s",
			notice_until_text(w->kind, w->until_ms, text, sizeof(text)));
	else
		args[9] = NULL;
	return db_exec(db, Q_NOTICE_PUT, args, NULL, e);
}

static int
end(struct db *db, const struct notice_wish *w, struct err *e)
{
	char who[64], host[64], now[NUM_BUF], tty[AUDIT_TTY];
	const char *args[] = { kinds[w->kind].name,
			       w->target,
			       who,
			       host,
			       num_int(w->now_ms, now),
			       kinds[w->kind].end,
			       w->words,
			       audit_tty(tty),
			       w->by_itself ? "the check is ok again" : NULL };
	int64_t rows;

	ledger_identity(who, host);
	if (db_exec(db, Q_NOTICE_END, args, &rows, e) < 0)
		return -1;
	if (rows == 0 && !w->by_itself)
		return err_set(e, ERR_USAGE, "%s %s", w->target, kinds[w->kind].undone);
	return 0;
}

int
notice_do(struct db *db, const struct notice_wish *w, struct err *e)
{
	if (check_wish(w, e) < 0)
		return -1;
	if ((w->end ? end(db, w, e) : put(db, w, e)) < 0)
		return refused(e);
	return 0;
}

bool
notice_allowed(struct db *db)
{
	struct err e = ERR_INIT;
	ROWS_AUTO r = db_query(db, Q_NOTICE_ALLOWED, NULL, &e);

	return r && rows_bool(r, 0, 0);
}

/* The next time that a clock in New York shows hh:mm. */
static bool
next_clock(const char *text, int64_t now_ms, int64_t *out)
{
	unsigned h, m;
	int end = 0, minutes;
	struct date d = calendar_ny_date(now_ms, &minutes);

	if (sscanf(text, "%2u:%2u%n", &h, &m, &end) != 2 || text[end] || end < 4 ||
	    text[end - 3] != ':' || h > 23 || m > 59)
		return false;
	if ((int)(h * 60 + m) <= minutes)
		d.days++;
	*out = calendar_ny_to_utc_ms(d, (int)(h * 60 + m));
	return true;
}

int
notice_until(const char *text, int64_t now_ms, int64_t *out, struct err *e)
{
	int64_t span = span_parse(text);
	struct date d;
	STR_AUTO s = { 0 };

	if (span > 0) {
		*out = now_ms + span;
		return 0;
	}
	if (date_parse(text, &d))
		*out = calendar_ny_to_utc_ms(d, 0);
	else if (!next_clock(text, now_ms, out) && clock_parse(text, out) < 0) {
		str_init(&s, ERR_TEXT_MAX / 2);
		text_clean(&s, text, strlen(text));
		return err_set(e, ERR_USAGE,
			       "until %s is no span (2h, 3d), time in New York (06:00), date or "
			       "time of RFC 3339",
			       str_c(&s));
	}
	if (*out <= now_ms)
		return err_set(e, ERR_USAGE, "until %s: that is over already", text);
	return 0;
}

const char *
notice_until_text(enum notice_kind kind, int64_t until_ms, char *buf, size_t n)
{
	char iso[DATE_BUF];
	int minutes;
	struct date d;

	if (until_ms == 0) {
		str_copy(buf, n, kind == NOTICE_ACK ? "it is ok again" : "it is taken back");
		return buf;
	}
	d = calendar_ny_date(until_ms, &minutes);
	fmt_buf(buf, n, "%s %s %02d:%02d NY", date_dow(d), date_iso(d, iso), minutes / 60,
		minutes % 60);
	return buf;
}
