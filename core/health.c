/* Evaluates the checks, adds one per table, and remembers since when each is in its state, how it
 * stood each session, and who has acknowledged it. */
#include "core/health.h"

#include "core/calendar.h"
#include "core/json.h"
#include "core/vec.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_ = 80, DAY_BYTES = 1 << 18 };

static const struct {
	const char *name;
	int rank;
} check_states[] = {
	[CHECK_OK] = { "ok", 0 },
	[CHECK_WARNING] = { "warning", 1 },
	[CHECK_UNKNOWN] = { "unknown", 2 },
	[CHECK_CRITICAL] = { "critical", 3 },
};

const char *
check_state_name(enum check_state s)
{
	return check_states[s].name;
}

int
check_state_rank(enum check_state s)
{
	return check_states[s].rank;
}

bool
check_state_parse(const char *s, enum check_state *out)
{
	for (size_t i = 0; i < ARRAY_LEN(check_states); i++)
		if (str_same(s, check_states[i].name)) {
			*out = (enum check_state)i;
			return true;
		}
	return false;
}

const struct check_result *
health_find(const struct health *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (str_same(h->at[i].name, name))
			return &h->at[i];
	return NULL;
}

int
check_exit_code(enum check_state s)
{
	return s == CHECK_OK ? 0 : s == CHECK_WARNING ? 1 : s == CHECK_CRITICAL ? 2 : 3;
}

enum check_state
check_of_table(const struct table_status *s)
{
	switch (s->state) {
	case TABLE_FRESH:
		return CHECK_OK;
	case TABLE_DUE:
	case TABLE_PARTIAL:
		return CHECK_WARNING;
	case TABLE_UNKNOWN:
		return CHECK_UNKNOWN;
	default:
		return CHECK_CRITICAL;
	}
}

static int
eval_check(const struct check_env *env, const struct check *c, struct check_result *r,
	   struct err *e)
{
	struct err own = ERR_INIT;

	memset(r, 0, sizeof(*r));
	r->name = c->name;
	r->title = c->title;
	r->means = c->means;
	r->table = c->table;
	r->because = c->because;
	r->quiet = c->quiet;
	r->strict = CHECK_UNKNOWN;
	if (c->eval(env, r, &own) == 0)
		return 0;
	if (own.disconnected || own.cls == ERR_CANCELLED) {
		*e = own;
		return err_wrap(e, "check %s", c->name);
	}
	r->state = CHECK_UNKNOWN;
	str_copy(r->value, sizeof(r->value), own.text);
	return 0;
}

/* "TABLE_fresh" names live as long as the catalogue's table: they are kept once, behind the
 * results. */
static void
table_check(const struct check_env *env, const struct table_status *s, char *name,
	    struct check_result *r)
{
	char have[DATE_BUF], want[DATE_BUF], as_of[DATE_BUF];

	memset(r, 0, sizeof(*r));
	fmt_buf(name, NAME_MAX_, "%s_fresh", s->table->name);
	r->name = name;
	r->table = s->table->name;
	r->strict = CHECK_UNKNOWN;
	r->state = check_of_table(s);
	r->idle = !s->writer;
	if (s->coverage >= 0)
		r->figure = NUM(s->coverage * 100);
	if (s->state == TABLE_UNKNOWN)
		str_copy(r->value, sizeof(r->value), s->detail);
	else
		fmt_buf(r->value, sizeof(r->value), "%s %s", date_iso(s->have, have),
			s->state == TABLE_FRESH ? "fresh" : s->detail);
	fmt_buf(r->bound, sizeof(r->bound), "%s, coverage >= %.0f%%", date_iso(s->want, want),
		s->floor * 100);
	if (s->state == TABLE_MIXED && s->table->mend)
		fmt_buf(r->remedy[0], sizeof(r->remedy[0]), "fintra backfill %s %s", s->table->mend,
			str_or(s->table->mend_options, ""));
	else if (r->state != CHECK_OK && s->writer)
		fmt_buf(r->remedy[0], sizeof(r->remedy[0]), "fintra run %s --as-of %s",
			s->writer->name, date_iso(env->as_of, as_of));
}

static void
recall_since(struct health *h, const struct rows *r)
{
	for (size_t i = 0; i < h->n; i++)
		for (int k = 0; k < rows_count(r); k++)
			if (str_same(h->at[i].name, rows_text(r, k, 0)) &&
			    str_same(check_state_name(h->at[i].state), rows_text(r, k, 1)))
				h->at[i].since_ms = rows_int(r, k, 2);
}

static void
keep_since(const struct check_env *env, struct health *h)
{
	struct err e = ERR_INIT;

	for (size_t i = 0; i < h->n; i++) {
		char ms[NUM_BUF];

		if (h->at[i].since_ms)
			continue;
		const char *args[] = { h->at[i].name, check_state_name(h->at[i].state),
				       num_int(env->now_ms, ms) };
		if (db_exec(env->db, Q_HEALTH_SINCE_SET, args, NULL, &e) < 0)
			return;
		h->at[i].since_ms = env->now_ms;
	}
}

/* How each check stands at the end of this session, as far as it is known now. */
static void
keep_day(const struct check_env *env, const struct health *h)
{
	char day[DATE_BUF], ms[NUM_BUF];
	struct json *all = json_new_array();
	struct err e = ERR_INIT;
	STR_AUTO text = { 0 };

	for (size_t i = 0; i < h->n; i++) {
		struct json *o = json_new_object();

		json_set_text(o, "name", h->at[i].name);
		json_set_text(o, "state", check_state_name(h->at[i].state));
		json_set_num(o, "figure", h->at[i].figure);
		json_set_text(o, "value", h->at[i].value);
		json_push(all, o);
	}
	str_init(&text, DAY_BYTES);
	json_print(all, &text);
	json_free(all);
	const char *args[] = { date_iso(env->as_of, day), num_int(env->now_ms, ms), str_c(&text) };
	(void)!db_exec(env->db, Q_HEALTH_DAY_SET, args, NULL, &e);
}

/* A check that has recovered needs its ack no more: the next time it fails is news. */
static void
end_acks(const struct check_env *env, struct health *h)
{
	bool allowed = h->acks.n > 0 && notice_allowed(env->db);

	for (size_t i = 0; allowed && i < h->n; i++) {
		struct notice_wish w = { .kind = NOTICE_ACK,
					 .end = true,
					 .target = h->at[i].name,
					 .now_ms = env->now_ms,
					 .by_itself = true };
		struct err e = ERR_INIT;

		if (h->at[i].ack && h->at[i].state == CHECK_OK && notice_do(env->db, &w, &e) == 0)
			h->at[i].ack = NULL;
	}
}

static void
recall_acks(const struct check_env *env, struct health *h)
{
	struct err e = ERR_INIT;

	if (notice_read(env->db, NOTICE_ACK, env->now_ms, NOTICE_MOST, &h->acks, &e) < 0)
		str_copy(h->ack_error, sizeof(h->ack_error), e.text);
	for (size_t i = 0; i < h->n; i++) {
		struct check_result *r = &h->at[i];
		enum check_state then;

		r->ack = notice_find(&h->acks, r->name);
		/* One that has got worse since is not what was acknowledged. */
		r->acked = r->ack && r->state != CHECK_OK &&
			   check_state_parse(r->ack->state, &then) &&
			   check_state_rank(r->state) <= check_state_rank(then);
	}
}

/* A look at another session, or a role that may only read, leaves what is remembered as it is. */
static void
remember(const struct check_env *env, struct health *h)
{
	struct err e = ERR_INIT;
	ROWS_AUTO known = db_query(env->db, Q_HEALTH_SINCE, NULL, &e);

	if (!known || !date_eq(env->as_of, calendar_published(env->now_ms, PUBLISH_LAG_MIN)))
		return;
	recall_since(h, known);
	ROWS_AUTO may = db_query(env->db, Q_HEALTH_SINCE_ALLOWED, NULL, &e);
	if (may && rows_bool(may, 0, 0))
		keep_since(env, h);
	if (may && rows_bool(may, 0, 1))
		keep_day(env, h);
	end_acks(env, h);
}

static void
sum_up(struct health *h)
{
	h->bad = h->acked = 0;
	h->worst = CHECK_OK;
	for (size_t i = 0; i < h->n; i++) {
		const struct check_result *r = &h->at[i];

		if (r->idle || r->acked) {
			h->acked += !r->idle;
			continue;
		}
		h->bad += r->state != CHECK_OK;
		if (check_state_rank(r->state) > check_state_rank(h->worst))
			h->worst = r->state;
	}
}

int
health_measure(const struct check_env *env, struct health *out, struct err *e)
{
	size_t checks = 0, tables = env->fresh->n;

	memset(out, 0, sizeof(*out));
	while (env->cat->checks[checks].name)
		checks++;
	size_t room = checks + tables;
	/* One block: results, then the names of the generated ones. */
	out->at = mem_zalloc(room * sizeof(*out->at) + tables * NAME_MAX_);
	char *names = (char *)(out->at + room);
	for (size_t i = 0; i < checks; i++) {
		if (eval_check(env, &env->cat->checks[i], &out->at[out->n++], e) < 0) {
			health_done(out);
			return -1;
		}
	}
	for (size_t i = 0; i < tables; i++)
		if (env->fresh->at[i].table->coverage)
			table_check(env, &env->fresh->at[i], names + i * NAME_MAX_,
				    &out->at[out->n++]);
	recall_acks(env, out);
	remember(env, out);
	sum_up(out);
	return 0;
}

void
health_done(struct health *h)
{
	free(h->at);
	notice_list_done(&h->acks);
	h->at = NULL;
	h->n = 0;
}
