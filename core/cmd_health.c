/* fintra health (alias check). */
#include "core/clock.h"
#include "core/commands.h"
#include "core/health.h"
#include "core/vec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { UNKNOWN_EXIT = 3 };

const struct cli_option health_options[] = {
	{ "strict", 0, NULL,
	  "let the seed's literal rules decide where a check has one; an ack excuses nothing" },
	{ "nagios", 0, NULL, "one plugin line and perfdata" },
	{ "alert", 0, NULL, "tell the configured channels what is new, for a crontab line" },
	{ NULL, 0, NULL, NULL },
};

struct shown { /* the results asked for, and what they add up to */
	VEC(const struct check_result *) r;
	bool strict;
	enum check_state worst;
	int bad, acked;
};

static enum check_state
state_of(const struct shown *s, const struct check_result *r)
{
	return s->strict && r->has_strict ? r->strict : r->state;
}

/* What an operator has acknowledged is no news: it is told, and does not raise the exit code. */
static bool
excused(const struct shown *s, const struct check_result *r)
{
	return r->acked && !s->strict;
}

/* A check that is named counts even when no job of this build writes its table. */
static int
choose(const struct health *h, const struct cli *cli, struct shown *s, struct err *e)
{
	for (size_t k = 0; k < cli->narg; k++) {
		const struct check_result *r = command_check(h, cli->arg[k], e);

		if (!r)
			return -1;
		vec_push(&s->r, r);
	}
	for (size_t i = 0; i < h->n && cli->narg == 0; i++)
		vec_push(&s->r, &h->at[i]);
	for (size_t i = 0; i < s->r.n; i++) {
		enum check_state st = state_of(s, s->r.at[i]);

		if (s->r.at[i]->idle && cli->narg == 0)
			continue;
		if (excused(s, s->r.at[i])) {
			s->acked++;
			continue;
		}
		s->bad += st != CHECK_OK;
		if (check_state_rank(st) > check_state_rank(s->worst))
			s->worst = st;
	}
	return 0;
}

static struct json *
json_check(const struct shown *s, const struct check_result *r)
{
	struct json *o = json_new_object(), *strict = json_new_object(), *remedy = json_new_array();

	json_set_text(o, "name", r->name);
	json_set_text(o, "state", check_state_name(state_of(s, r)));
	json_set_text(o, "value", r->value);
	json_set_text(o, "bound", r->bound);
	json_set_text(strict, "state", check_state_name(r->has_strict ? r->strict : CHECK_UNKNOWN));
	json_set_text(strict, "value", r->has_strict ? r->strict_value : NULL);
	json_set(o, "strict", strict);
	for (size_t i = 0; i < ARRAY_LEN(r->remedy); i++)
		if (*r->remedy[i])
			json_push_text(remedy, r->remedy[i]);
	json_set(o, "remedy", remedy);
	json_set_time(o, "since", r->since_ms);
	json_set_bool(o, "counts", !r->idle);
	json_set_bool(o, "acknowledged", r->acked);
	json_set(o, "ack", r->ack ? json_notice(r->ack) : json_new_null());
	return o;
}

static void
print_json(const struct shown *s)
{
	struct json *o = json_new_object(), *checks = json_new_array();

	json_set_int(o, "v", 1);
	json_set_text(o, "state", check_state_name(s->worst));
	for (size_t i = 0; i < s->r.n; i++)
		json_push(checks, json_check(s, s->r.at[i]));
	json_set(o, "checks", checks);
	out_json(o);
}

static const char *
word_of(enum check_state s)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return words[check_exit_code(s)];
}

/* The plugin line: the word, what is bad, then 'label'=value;warn;crit;min;max. */
static void
print_nagios(const struct shown *s, const struct freshness *f)
{
	STR_AUTO line = { 0 }, clean = { 0 };

	str_init(&line, 1 << 16);
	str_fmt(&line, "FINTRA %s - %d of %zu checks bad", word_of(s->worst), s->bad, s->r.n);
	if (s->acked)
		str_fmt(&line, ", %d acknowledged", s->acked);
	for (size_t i = 0; i < s->r.n; i++) {
		enum check_state st = state_of(s, s->r.at[i]);

		if (st != CHECK_OK && !s->r.at[i]->idle)
			str_fmt(&line, ", %s %s%s (%s)", s->r.at[i]->name, check_state_name(st),
				excused(s, s->r.at[i]) ? " A" : "", s->r.at[i]->value);
	}
	for (char *p = line.p; p && *p; p++)
		if (*p == '|')
			*p = '/'; /* it would end the text */
	str_fmt(&line, " | 'bad'=%d;0;;0;%zu 'acknowledged'=%d", s->bad, s->r.n, s->acked);
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].writer && f->at[i].coverage >= 0)
			str_fmt(&line, " '%s_coverage'=%.1f%%;;%.0f:;0;100", f->at[i].table->name,
				f->at[i].coverage * 100, f->at[i].floor * 100);
	printf("%s\n", out_clean(&clean, str_c(&line)));
}

static void
print_ack(const struct check_result *r)
{
	STR_AUTO who = { 0 }, why = { 0 };
	char until[80];

	printf("          %s by %s until %s: %s\n",
	       r->acked		      ? "acknowledged"
	       : r->state == CHECK_OK ? "was acknowledged"
				      : "worse than what was acknowledged",
	       out_clean(&who, r->ack->who),
	       notice_until_text(NOTICE_ACK, r->ack->until_ms, until, sizeof(until)),
	       out_clean(&why, r->ack->words));
}

static void
print_check(const struct shown *s, const struct check_result *r, bool color)
{
	static const int severity[] = { 1, 2, 3, 2 };
	enum check_state st = state_of(s, r);
	char since[CLOCK_BUF];
	STR_AUTO value = { 0 };

	printf(" %s%-8s%s%c %-32s %s  (want %s)%s%s\n",
	       out_sgr(color, severity[check_exit_code(st)]), word_of(st), out_sgr(color, 0),
	       r->acked ? 'A' : ' ', r->name, out_clean(&value, r->value), r->bound,
	       st != CHECK_OK ? "  since " : "",
	       st == CHECK_OK ? ""
	       : r->since_ms  ? clock_iso(r->since_ms, since)
			      : "unknown");
	if (r->ack)
		print_ack(r);
	if (r->has_strict && r->strict != r->state)
		printf("          strict: %s, %s\n", check_state_name(r->strict), r->strict_value);
	for (size_t k = 0; k < ARRAY_LEN(r->remedy) && st != CHECK_OK; k++)
		if (*r->remedy[k])
			printf("          $ %s\n", r->remedy[k]);
}

static void
print_text(const struct app *app, const struct shown *s, bool all)
{
	bool color = out_color(app, stdout);
	size_t idle = 0;

	printf("%s: %d bad", word_of(s->worst), s->bad);
	if (s->acked)
		printf(", %d acknowledged", s->acked);
	printf("\n");
	for (size_t i = 0; i < s->r.n; i++)
		if (all || !s->r.at[i]->idle)
			print_check(s, s->r.at[i], color);
	for (size_t i = 0; i < s->r.n && !all; i++)
		if (s->r.at[i]->idle)
			printf("%s%s",
			       idle++ ? ", "
				      : " not counted, no job of this build writes their tables: ",
			       s->r.at[i]->name);
	if (idle)
		printf("\n");
}

const struct check_result *
command_check(const struct health *h, const char *name, struct err *e)
{
	const struct check_result *r = health_find(h, name);
	const char **words, *near;
	STR_AUTO s = { 0 };

	if (r)
		return r;
	words = mem_alloc((h->n + 1) * sizeof(*words));
	for (size_t i = 0; i < h->n; i++)
		words[i] = h->at[i].name;
	near = cli_nearest(name, words, h->n);
	free(words);
	err_set(e, ERR_USAGE, "there is no check %s%s%s%s", out_clean(&s, name),
		near ? "; did you mean " : "", str_or(near, ""), near ? "?" : "");
	return NULL;
}

int
command_health(const struct app *app, struct db *db, struct freshness *f, struct health *h,
	       struct err *e)
{
	struct check_env env = {
		.db = db, .conf = &app->conf, .cat = app->cat, .fresh = f, .now_ms = clock_wall_ms()
	};

	if (app_as_of(app, &env.as_of, e) < 0)
		return -1;
	if (freshness_measure(db, &app->conf, app->cat, env.as_of, env.now_ms, f, e) < 0)
		return -1;
	return health_measure(&env, h, e);
}

int
cmd_health(struct app *app)
{
	struct cli cli;
	struct freshness f = { .n = 0 };
	struct health h = { .n = 0 };
	struct shown s = { .worst = CHECK_OK };
	struct err e = ERR_INIT;
	DB_AUTO db = NULL;
	STR_AUTO clean = { 0 };
	int rc = UNKNOWN_EXIT;

	if (command_parse(app, &cli, false, 0, CLI_MAX, &e) == 0)
		db = app_look(app, &e);
	s.strict = cli_has(&cli, "strict");
	if (e.cls != ERR_USAGE && cli_has(&cli, "alert") && !app->g.cron)
		alerts_after(app, true);
	if (!db || command_health(app, db, &f, &h, &e) < 0 || choose(&h, &cli, &s, &e) < 0) {
		app_fail(&e, NULL);
		if (cli_has(&cli, "nagios"))
			printf("FINTRA UNKNOWN - %s\n", err_class_name(e.cls));
	} else {
		rc = check_exit_code(s.worst);
		if (*h.ack_error && h.n)
			fprintf(stderr, "fintra: acknowledgements are not known: %s\n",
				out_clean(&clean, h.ack_error));
		if (app->g.json)
			print_json(&s);
		else if (cli_has(&cli, "nagios"))
			print_nagios(&s, &f);
		else if (!(app->g.cron && rc == 0))
			print_text(app, &s, cli.narg > 0 || app->g.verbose);
	}
	vec_done(&s.r);
	health_done(&h);
	freshness_done(&f);
	return rc;
}
