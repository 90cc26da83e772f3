#include "tui/tables.h"

#include "core/headless.h"
#include "core/num.h"
#include "tui/jobs.h"

const struct table_status *
table_status_of(const struct model *m, const struct table *t)
{
	return m->s->fresh ? freshness_find(&m->s->fresh->f, t->name) : NULL;
}

enum style
table_state_cell(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	const struct table_status *s = table_status_of(m, t);

	if (!s) {
		str_copy(buf, TABLE_TEXT, m->s->fresh_error[0] ? "? unknown" : "? not yet");
		return ST_WARN;
	}
	fmt_buf(buf, TABLE_TEXT, "%c %s", table_state_letter(s->state), table_state_name(s->state));
	/* What no job of this build writes does not count. */
	return s->writer ? theme_table(s->state) : ST_DIM;
}

enum style
table_have_cell(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	const struct table_status *s = table_status_of(m, t);
	char iso[DATE_BUF];

	str_copy(buf, TABLE_TEXT, !s || s->state == TABLE_UNKNOWN ? "?" : date_iso(s->have, iso));
	return ST_NORMAL;
}

enum style
table_rows_cell(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	const struct table_status *s = table_status_of(m, t);
	char n[NUM_BUF];

	str_copy(buf, TABLE_TEXT, !s || s->rows < 0 ? "?" : num_group(s->rows, n));
	return ST_NORMAL;
}

enum style
table_cover_cell(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	const struct table_status *s = table_status_of(m, t);

	if (!s)
		str_copy(buf, TABLE_TEXT, "?");
	else if (s->coverage < 0)
		str_copy(buf, TABLE_TEXT, "-");
	else
		fmt_buf(buf, TABLE_TEXT, "%.1f%%", s->coverage * 100);
	return s && s->coverage >= 0 && s->coverage < s->floor ? ST_WARN : ST_NORMAL;
}

/* The planner's estimate, marked as one. */
enum style
table_about_cell(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	const struct table_size *s = look_table(m, t);
	char n[NUM_BUF];

	if (!s)
		str_copy(buf, TABLE_TEXT, "?");
	else if (!s->kind || s->kind == 'v')
		str_copy(buf, TABLE_TEXT, "-");
	else if (s->n_about < 0)
		str_copy(buf, TABLE_TEXT, "unknown");
	else
		fmt_buf(buf, TABLE_TEXT, "~%s", num_group(s->n_about, n));
	return ST_DIM;
}

/* The same where there is room for the reason. */
enum style
table_about_text(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	enum style st = table_about_cell(m, t, buf);

	if (str_same(buf, "unknown"))
		str_copy(buf, TABLE_TEXT, "unknown, never analyzed");
	return st;
}

enum style
table_size_cell(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	const struct table_size *s = look_table(m, t);
	char size[24];

	if (!s)
		str_copy(buf, TABLE_TEXT, "?");
	else if (!s->kind)
		str_copy(buf, TABLE_TEXT, "missing");
	else if (s->kind == 'v')
		str_copy(buf, TABLE_TEXT, "view");
	else if (!s->readable)
		str_copy(buf, TABLE_TEXT, "no right");
	else
		str_copy(buf, TABLE_TEXT, s->bytes < 0 ? "-" : look_bytes(s->bytes, size));
	return s && (!s->kind || !s->readable) ? ST_BAD : ST_NORMAL;
}

enum style
table_run_cell(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	const struct job *job = NULL;
	const struct job_stat *s = look_writer(m, t, &job);
	const struct jobs_part *p = look_jobs(m);
	char when[CLOCK_BUF];

	if (s)
		fmt_buf(buf, TABLE_TEXT, "%lld %s %s", (long long)s->good,
			job_when(m, s->good_ms, when), s->good_who);
	else if (!p || p->error[0] || str_same(m->s->ledger_why, no_ledger_text))
		str_copy(buf, TABLE_TEXT, "? not known");
	else
		str_copy(buf, TABLE_TEXT, "- none in the ledger");
	return s ? ST_NORMAL : ST_DIM;
}

enum style
table_detail_cell(const struct model *m, const struct table *t, char buf[TABLE_TEXT])
{
	const struct table_status *s = table_status_of(m, t);
	char phrase[160];

	if (!s)
		str_copy(buf, TABLE_TEXT,
			 m->s->fresh_error[0] ? m->s->fresh_error : "not measured yet");
	else if (!s->writer)
		str_copy(buf, TABLE_TEXT, "no job of this build writes it: does not count");
	else if (s->state == TABLE_UNKNOWN)
		str_copy(buf, TABLE_TEXT, s->detail);
	else if (s->state == TABLE_FRESH)
		str_copy(buf, TABLE_TEXT, s->run[0] ? s->run : "fresh");
	else
		fmt_buf(buf, TABLE_TEXT, "%s%s%s", table_status_phrase(s, phrase, sizeof(phrase)),
			s->run[0] ? ", its job " : "", s->run);
	return s && s->writer ? theme_table(s->state) : ST_DIM;
}

void
table_act(const struct model *m, const struct table *t, const struct input *in, struct action *out)
{
	const struct job *writer = catalogue_writer(m->cat, t->name), *last = NULL;
	const struct job_stat *s = look_writer(m, t, &last);

	switch (in->act) {
	case ACT_LAUNCH:
		if (writer)
			view_ask_form(m, writer, out);
		else
			view_message(out, LVL_WARN, "no job of this build writes %s", t->name);
		break;
	case ACT_BACKFILL:
		view_ask_backfill(m, NULL, t, out);
		break;
	case ACT_PAUSE:
		notice_ask_pause(m, writer, in, out);
		break;
	case ACT_LOG:
	case ACT_LOG_ADD:
		view_ask_log(s ? s->good : 0, t->name, out);
		out->add = in->act == ACT_LOG_ADD;
		break;
	case ACT_WHY:
	case ACT_IMPACT:
		view_ask_tree(m, t->name, in->act == ACT_IMPACT, out);
		break;
	default:
		break;
	}
}
