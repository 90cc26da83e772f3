/* From what was measured to what is to be told: each thing that is wrong counts for the first cause
 * behind it.  A cause has the name of the first table that its job writes, whether the job failed,
 * never ran or left the table incomplete: it is one problem, and one message.  No database. */
#include "core/alert.h"

#include "core/calendar.h"
#include "core/num.h"

#include <stdlib.h>
#include <string.h>

enum { WAITING_NAMED = 4, PHRASE = 160 };

static const struct job_runs *
bad_run_of(const struct alert_view *v, const struct job *job)
{
	for (size_t i = 0; i < v->runs->n; i++)
		if (v->runs->at[i].job == job && v->runs->at[i].bad)
			return &v->runs->at[i];
	return NULL;
}

static void
own_key_of_job(const struct job *job, char out[ALERT_KEY])
{
	bool table = job->writes && job->writes[0];

	fmt_buf(out, ALERT_KEY, "%s:%s", table ? "table" : "job",
		table ? job->writes[0] : job->name);
}

/* When the vendor refuses the key, every job that asks him fails: that is one cause. */
static void
key_of_job(const struct alert_view *v, const struct job *job, char out[ALERT_KEY])
{
	const struct job_runs *bad = bad_run_of(v, job);

	if (bad && str_same(bad->bad_class, err_class_name(ERR_AUTH)))
		str_copy(out, ALERT_KEY, "vendor:key");
	else
		own_key_of_job(job, out);
}

static void
key_of_table(const struct alert_view *v, const struct table_status *s, char out[ALERT_KEY])
{
	if (s->writer)
		key_of_job(v, s->writer, out);
	else
		fmt_buf(out, ALERT_KEY, "table:%s", s->table->name);
}

static void
key_of_check(const struct check_result *r, char out[ALERT_KEY])
{
	fmt_buf(out, ALERT_KEY, "check:%s", str_or(r->table, r->name));
}

const struct alert_cause *
alert_causes_get(const struct alert_causes *c, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_same(c->at[i].key, key))
			return &c->at[i];
	return NULL;
}

static struct alert_cause *
cause(struct alert_causes *c, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_same(c->at[i].key, key))
			return &c->at[i];
	if (c->n == c->room) {
		c->room = c->room ? c->room * 2 : 16;
		c->at = mem_realloc(c->at, c->room * sizeof(*c->at));
	}
	memset(&c->at[c->n], 0, sizeof(*c->at));
	str_copy(c->at[c->n].key, ALERT_KEY, key);
	return &c->at[c->n++];
}

static void
leave_open(struct alert_causes *c, const char *key)
{
	c->open_question = mem_realloc(c->open_question, (c->n_questions + 1) * ALERT_KEY);
	str_copy(c->open_question[c->n_questions++], ALERT_KEY, key);
}

static void
add_text(struct alert_cause *k, const char *text)
{
	char all[ALERT_TEXT];

	(void)fmt_buf(all, sizeof(all), "%s%s%s", k->text, *k->text ? "; " : "", text);
	str_copy(k->text, sizeof(k->text), all);
}

static void
worst(struct alert_cause *k, enum check_state severity)
{
	if (check_state_rank(severity) > check_state_rank(k->severity))
		k->severity = severity;
}

static void
count_ack(const struct alert_view *v, struct alert_cause *k, const char *table)
{
	char name[ALERT_KEY];
	const struct check_result *r;

	fmt_buf(name, sizeof(name), "%s_fresh", table);
	r = health_find(v->health, name);
	if (!r || r->state == CHECK_OK)
		return;
	k->checks++;
	k->checks_acked += r->acked;
}

/* A run that was refused because an input was not ready is no cause of its own. */
static bool
gated(const struct alert_view *v, const struct job_runs *j)
{
	const char *names[INPUTS_MAX + 1];

	if (!str_same(j->bad_class, err_class_name(ERR_GATE)))
		return false;
	job_inputs(j->job, NULL, NULL, names);
	for (size_t i = 0; names[i]; i++) {
		const struct table_status *in = freshness_find(v->fresh, names[i]);

		if (in && in->state != TABLE_FRESH)
			return true;
	}
	return false;
}

static void
add_failure(const struct alert_view *v, const struct job_runs *j, struct alert_causes *out)
{
	char key[ALERT_KEY], own[ALERT_KEY], day[DATE_BUF], text[ALERT_TEXT];
	struct alert_cause *k;

	key_of_job(v, j->job, key);
	own_key_of_job(j->job, own);
	if (!str_same(own, key))
		leave_open(out, own); /* wrong for another reason now, not right again */
	if (gated(v, j)) {
		leave_open(out, key);
		return;
	}
	k = cause(out, key);
	worst(k, CHECK_CRITICAL);
	(void)fmt_buf(text, sizeof(text), "%s %s (run %lld for %s)%s%s", j->job->name,
		      str_same(j->bad_state, "failure") ? "failed" : j->bad_state,
		      (long long)j->bad, date_iso(j->bad_as_of, day), *j->bad_error ? ": " : "",
		      j->bad_error);
	add_text(k, text);
	fmt_buf(k->print, sizeof(k->print), "%s %s", j->bad_state, j->bad_class);
	fmt_buf(k->remedy, sizeof(k->remedy), "fintra run %s --as-of %s", j->job->name, day);
	for (size_t i = 0; !k->failed && j->job->writes && j->job->writes[i]; i++)
		count_ack(v, k, j->job->writes[i]);
	k->failed = true;
}

static void
add_missed(const struct alert_view *v, const struct table_status *s, struct alert_cause *k)
{
	struct missed_run m;
	char text[PHRASE], session[DATE_BUF], day[DATE_BUF];
	int minutes;

	if (!job_run_missed(v->fresh, s, v->runs, &m))
		return;
	date_iso(calendar_ny_date(m.deadline_ms, &minutes), day);
	fmt_buf(text, sizeof(text), "%s has not run for %s, its deadline was %s %02d:%02d NY",
		s->writer->name, date_iso(m.session, session), day, minutes / 60, minutes % 60);
	add_text(k, text);
}

static void
add_root(const struct alert_view *v, const struct table_status *s, struct alert_causes *out)
{
	char key[ALERT_KEY], phrase[PHRASE], text[PHRASE + 64], day[DATE_BUF];
	struct alert_cause *k;

	key_of_table(v, s, key);
	k = cause(out, key);
	worst(k, check_of_table(s));
	fmt_buf(text, sizeof(text), "%s %s", s->table->name,
		table_status_phrase(s, phrase, sizeof(phrase)));
	add_text(k, text);
	if (k->failed)
		return;
	if (k->rank == 0)
		add_missed(v, s, k);
	if (table_state_rank(s->state) > k->rank) {
		k->rank = table_state_rank(s->state);
		str_copy(k->print, sizeof(k->print), table_state_name(s->state));
	}
	if (s->writer && !*k->remedy)
		fmt_buf(k->remedy, sizeof(k->remedy), "fintra run %s --as-of %s", s->writer->name,
			date_iso(v->fresh->as_of, day));
	count_ack(v, k, s->table->name);
}

/* Nothing is wrong with a table that is merely due, so it is nobody's cause. */
static const struct table_status *
root_of(const struct alert_view *v, const struct table_status *s)
{
	const struct table_status *root = freshness_first_cause(v->fresh, s);

	return root->state == TABLE_DUE ? s : root;
}

static void
add_waiting(const struct alert_view *v, const struct table_status *s, struct alert_causes *out)
{
	const struct table_status *root = root_of(v, s);
	char key[ALERT_KEY], own[ALERT_KEY];
	size_t len;
	struct alert_cause *k;

	key_of_table(v, root, key);
	key_of_table(v, s, own);
	if (root == s || str_same(key, own))
		return;
	leave_open(out, own); /* it is wrong still, if for another reason than it was told */
	k = cause(out, key);
	len = strlen(k->waiting_names);
	if (k->waiting++ < WAITING_NAMED)
		(void)fmt_buf(k->waiting_names + len, sizeof(k->waiting_names) - len, "%s%s",
			      len ? ", " : "", s->table->name);
}

static bool
is_wrong(const struct table_status *s)
{
	return s->writer && s->state != TABLE_FRESH && s->state != TABLE_DUE;
}

static void
add_tables(const struct alert_view *v, struct alert_causes *out)
{
	const struct freshness *f = v->fresh;

	for (size_t i = 0; i < f->n; i++) {
		const struct table_status *root =
			is_wrong(&f->at[i]) ? root_of(v, &f->at[i]) : NULL;
		bool told = false;
		char key[ALERT_KEY];

		for (size_t k = 0; root && k < i; k++)
			told = told || (is_wrong(&f->at[k]) && root_of(v, &f->at[k]) == root);
		if (root && !told)
			add_root(v, root, out);
		if (f->at[i].writer && f->at[i].state == TABLE_DUE) {
			key_of_table(v, &f->at[i], key);
			leave_open(out, key);
		}
	}
	for (size_t i = 0; i < f->n; i++)
		if (is_wrong(&f->at[i]))
			add_waiting(v, &f->at[i], out);
}

/* True when the state of that table says enough of the check. */
static bool
told_by(const struct alert_view *v, const char *table, const struct check_result *r,
	struct alert_causes *out)
{
	const struct table_status *s = table ? freshness_find(v->fresh, table) : NULL;
	char key[ALERT_KEY];

	if (!s || s->state == TABLE_FRESH)
		return false;
	key_of_check(r, key);
	leave_open(out, key);
	return true;
}

static void
add_check(const struct alert_view *v, const struct check_result *r, struct alert_causes *out)
{
	char key[ALERT_KEY], text[PHRASE * 2];
	struct alert_cause *k;

	if (r->idle || r->quiet || told_by(v, r->table, r, out) || told_by(v, r->because, r, out) ||
	    r->state == CHECK_OK)
		return;
	key_of_check(r, key);
	k = cause(out, key);
	worst(k, r->state);
	str_copy(k->print, sizeof(k->print), check_state_name(k->severity));
	fmt_buf(text, sizeof(text), "%s %s (want %s)", r->name, r->value, r->bound);
	add_text(k, text);
	if (!*k->remedy)
		str_copy(k->remedy, sizeof(k->remedy), r->remedy[0]);
	k->checks++;
	k->checks_acked += r->acked;
}

static void
finish(struct alert_cause *k)
{
	char text[PHRASE * 2], print[ALERT_PRINT];

	k->acked = k->checks > 0 && k->checks_acked == k->checks;
	str_copy(print, sizeof(print), k->print);
	(void)fmt_buf(k->print, sizeof(k->print), "%s: %.40s", check_state_name(k->severity),
		      print);
	if (k->waiting == 0)
		return;
	fmt_buf(text, sizeof(text), "%d table%s wait%s for it: %s%s", k->waiting, num_s(k->waiting),
		k->waiting == 1 ? "s" : "", k->waiting_names,
		k->waiting > WAITING_NAMED ? ", ..." : "");
	add_text(k, text);
}

void
alert_causes_find(const struct alert_view *v, struct alert_causes *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < v->runs->n; i++)
		if (v->runs->at[i].bad)
			add_failure(v, &v->runs->at[i], out);
	add_tables(v, out);
	for (size_t i = 0; i < v->health->n; i++)
		add_check(v, &v->health->at[i], out);
	for (size_t i = 0; i < out->n; i++)
		finish(&out->at[i]);
}

void
alert_causes_done(struct alert_causes *c)
{
	free(c->at);
	free(c->open_question);
	*c = (struct alert_causes){ .at = NULL };
}
