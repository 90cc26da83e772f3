#include "tui/plain.h"

#include "core/num.h"
#include "core/text.h"
#include "tui/logpane.h"

#include <string.h>

enum { PLAIN_BYTES = 64 << 20, PLAIN_FIRST = 2000 /* lines that are there already */ };

bool
plain_is_on(const struct console *k)
{
	return k->plain.pane != NULL;
}

static void
put_head(const struct console *k, struct str *out)
{
	const struct logpane *p = k->plain.pane;
	const struct run_info *r = model_run(&k->m, p->run);

	str_fmt(out, "-- run %lld %s", (long long)p->run, r ? r->job : "");
	if (p->min > LVL_DEBUG)
		str_fmt(out, ", level >= %s", level_name(p->min));
	if (p->filter.re) {
		str_puts(out, ", filter ");
		text_clean(out, p->filter.text, strlen(p->filter.text));
	}
	str_puts(out, ": any key goes back to the screen --\n");
}

/* Nothing is left out without a word. */
static void
put_missing(struct str *out, int64_t n, const char *where)
{
	char buf[NUM_BUF];

	if (n > 0)
		str_fmt(out, "-- %s line%s %s --\n", num_group(n, buf), num_s(n), where);
}

static void
put_line(const struct console *k, const struct log_line *l, struct str *out)
{
	char hms[CLOCK_BUF];

	str_fmt(out, "%s %c ", view_clock(&k->m, l->ts_ms, hms), level_letter(l->lvl));
	text_clean(out, l->text, strlen(l->text));
	str_putc(out, '\n');
}

static void
put_lines(struct console *k, struct str *out)
{
	const struct log_part *log = logpane_log(k->plain.pane, &k->m);
	struct index_list v = logpane_lines(k->plain.pane, log);
	size_t from = 0;

	while (from < v.n && log->line.at[v.at[from]]->seq <= k->plain.seq)
		from++;
	if (k->plain.seq == 0 && v.n > PLAIN_FIRST) {
		from = v.n - PLAIN_FIRST;
		put_missing(out, (int64_t)from, "before: X exports them");
	}
	if (k->plain.seq > 0 && log && log->line.n > 0)
		put_missing(out, log->line.at[0]->seq - k->plain.seq - 1,
			    "came too fast for this view: fintra logs prints them");
	for (size_t i = from; i < v.n; i++)
		put_line(k, log->line.at[v.at[i]], out);
	if (log && log->line.n > 0)
		k->plain.seq = log->line.at[log->line.n - 1]->seq;
	vec_done(&v);
}

/* A log that stands still because nobody can read it must not look like a quiet one. */
static void
put_connection(struct console *k, struct str *out)
{
	enum conn_state now = k->snap->conn;

	if (now == k->plain.conn)
		return;
	k->plain.conn = now;
	if (now == CONN_UP)
		str_puts(out, "-- connected again --\n");
	else if (now == CONN_DOWN) {
		str_puts(out, "-- no database: ");
		text_clean(out, k->snap->conn_error, strlen(k->snap->conn_error));
		str_puts(out, " --\n");
	}
}

void
plain_draw(struct console *k)
{
	STR_AUTO out = { 0 };

	str_init(&out, PLAIN_BYTES);
	put_connection(k, &out);
	put_lines(k, &out);
	term_print(k->term, str_c(&out), out.len);
}

void
plain_begin(struct console *k, const struct logpane *pane)
{
	STR_AUTO out = { 0 };

	k->plain = (struct plain){ .pane = pane, .conn = k->snap->conn };
	term_leave(k->term);
	str_init(&out, PLAIN_BYTES);
	put_head(k, &out);
	term_print(k->term, str_c(&out), out.len);
	k->dirty = true;
}

void
plain_end(struct console *k)
{
	if (!plain_is_on(k))
		return;
	k->plain.pane = NULL;
	term_return(k->term);
	k->dirty = true;
}
