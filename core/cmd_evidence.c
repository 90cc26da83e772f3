/* fintra show RUN --evidence, fintra replay RUN. */
#include "core/clock.h"
#include "core/commands.h"
#include "core/ledger.h"
#include "core/replay.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void
print_body(const struct evidence *v)
{
	const char *p = v->body, *end = v->body + v->nbody;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = nl ? (size_t)(nl - p) : (size_t)(end - p);
		STR_AUTO line = { 0 };

		str_init(&line, 4 * HTTP_KEPT);
		text_clean(&line, p, n > 0 && p[n - 1] == '\r' ? n - 1 : n);
		printf("  | %s\n", str_c(&line));
		p += n + 1;
	}
}

static void
print_evidence(const struct evidence *v)
{
	char when[CLOCK_BUF], n[NUM_BUF];
	STR_AUTO url = { 0 }, why = { 0 }, names = { 0 };

	printf("%-8s %s  HTTP %d  %s  %s bytes\n", v->kind, out_clean(&url, v->url), v->status,
	       clock_iso(v->at_ms, when), num_group(v->bytes, n));
	if (v->why)
		printf("  why: %s\n", out_clean(&why, v->why));
	if (v->header)
		printf("  fingerprint %s: %s\n", v->fingerprint, out_clean(&names, v->header));
	if ((int64_t)v->nbody < v->bytes && str_same(v->kind, "refused"))
		printf("  its first %zu bytes:\n", v->nbody);
	if (str_same(v->kind, "refused"))
		print_body(v);
}

static struct json *
json_evidence(const struct evidence *v)
{
	struct json *o = json_new_object();
	STR_AUTO body = { 0 };

	json_set_text(o, "kind", v->kind);
	json_set_text(o, "endpoint", v->endpoint);
	json_set_text(o, "url", v->url);
	json_set_text(o, "format", v->format);
	json_set_int(o, "status", v->status);
	json_set_time(o, "at", v->at_ms);
	json_set_text(o, "why", v->why);
	json_set_int(o, "bytes", v->bytes);
	json_set_int(o, "kept", (int64_t)v->nbody);
	json_set_text(o, "header", v->header);
	json_set_text(o, "fingerprint", *v->fingerprint ? v->fingerprint : NULL);
	str_init(&body, 12 * HTTP_KEPT);
	if (text_utf8_ok(v->body, v->nbody) && !memchr(v->body, '\0', v->nbody))
		str_put(&body, v->body, v->nbody);
	else
		text_clean(&body, v->body, v->nbody);
	json_set_text(o, "body", str_c(&body));
	return o;
}

int
show_evidence(const struct app *app, struct db *db, const struct run_info *r)
{
	struct evidence_list l;
	struct err e = ERR_INIT;
	int rc = evidence_load(db, r->id, HTTP_KEPT, &l, &e);

	if (rc == 0 && app->g.json) {
		struct json *o = json_new_object(), *list = json_new_array();

		json_set_int(o, "v", 1);
		json_set_int(o, "run", r->id);
		for (size_t i = 0; i < l.n; i++)
			json_push(list, json_evidence(&l.at[i]));
		json_set(o, "evidence", list);
		out_json(o);
	} else if (rc == 0) {
		for (size_t i = 0; i < l.n; i++)
			print_evidence(&l.at[i]);
		if (l.n == 0)
			printf("run %" PRId64 " kept no answer of the vendor\n", r->id);
	}
	evidence_done(&l);
	return rc < 0 ? app_fail(&e, NULL) : 0;
}

static void
print_replayed(const struct evidence *v, const struct replayed *p)
{
	char n[NUM_BUF];
	STR_AUTO url = { 0 }, then = { 0 }, text = { 0 }, lacking = { 0 };
	bool taken = p->refused.cls == ERR_NONE;

	printf("%s\n  then: %s\n", out_clean(&url, v->url),
	       out_clean(&then, str_or(v->why, "taken")));
	printf("  now:  %s\n", taken ? "taken" : out_clean(&text, p->refused.text));
	if (p->wanted > 0)
		printf("  columns: %zu of %zu wanted, %zu others%s%s\n", p->found, p->wanted,
		       p->others, *p->lacking ? "; lacking " : "", out_clean(&lacking, p->lacking));
	if (p->rows > 0 || p->rejected > 0)
		printf("  rows read: %s%s\n", num_group(p->rows, n),
		       p->cut ? " (only a part of the body was kept)" : "");
	for (size_t i = 0; i < p->nreasons; i++) {
		STR_AUTO why = { 0 };

		printf("  rejected %s, first in row %" PRId64 ": %s\n",
		       num_group(p->reason[i].n, n), p->reason[i].first,
		       out_clean(&why, p->reason[i].why));
	}
}

static struct json *
json_replayed(const struct evidence *v, const struct replayed *p)
{
	struct json *o = json_new_object(), *reasons = json_new_object();
	bool taken = p->refused.cls == ERR_NONE;

	json_set_text(o, "endpoint", v->endpoint);
	json_set_text(o, "url", v->url);
	json_set_text(o, "then", v->why);
	json_set_bool(o, "taken", taken);
	json_set_text(o, "class", taken ? NULL : err_class_name(p->refused.cls));
	json_set_text(o, "error", taken ? NULL : p->refused.text);
	json_set_int(o, "columns", (int64_t)p->found);
	json_set_int(o, "wanted", (int64_t)p->wanted);
	json_set_text(o, "lacking", *p->lacking ? p->lacking : NULL);
	json_set_int(o, "rows", p->rows);
	json_set_bool(o, "part", p->cut);
	for (size_t i = 0; i < p->nreasons; i++)
		json_set_int(reasons, p->reason[i].why, p->reason[i].n);
	json_set(o, "rejected", reasons);
	return o;
}

/* The exit code of the first refusal that still holds. */
static int
replay_all(const struct app *app, const struct run_info *r, const struct evidence_list *l)
{
	struct json *list = json_new_array(), *o;
	int code = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct replayed p = { .refused = ERR_INIT };

		if (!str_same(l->at[i].kind, "refused"))
			continue;
		replay(app->cat->readers, &l->at[i], r->as_of, &p);
		if (code == 0 && p.refused.cls != ERR_NONE)
			code = err_exit_code(&p.refused);
		if (app->g.json)
			json_push(list, json_replayed(&l->at[i], &p));
		else
			print_replayed(&l->at[i], &p);
	}
	if (app->g.json) {
		o = json_new_object();
		json_set_int(o, "v", 1);
		json_set_int(o, "run", r->id);
		json_set(o, "replay", list);
		out_json(o);
	} else {
		json_free(list);
	}
	return code;
}

int
cmd_replay(struct app *app)
{
	struct cli cli;
	struct run_list runs = { NULL, 0 };
	struct evidence_list l = { NULL, 0 };
	struct err e = ERR_INIT;
	DB_AUTO db = NULL;
	int code;

	if (command_parse(app, &cli, false, 1, 1, &e) < 0)
		return app_fail(&e, "fintra help replay");
	db = app_look(app, &e);
	if (!db || ledger_find(db, &app->conf, app->cat, cli.arg[0], &runs, &e) < 0 ||
	    evidence_load(db, runs.at[0].id, HTTP_KEPT, &l, &e) < 0)
		code = app_fail(&e, NULL);
	else if (l.n == 0 || !str_same(l.at[0].kind, "refused")) /* refusals stand first */
		code = (err_set(&e, ERR_EMPTY, "run %" PRId64 " kept no refused answer",
				runs.at[0].id),
			app_fail(&e, NULL));
	else
		code = replay_all(app, &runs.at[0], &l);
	evidence_done(&l);
	run_list_done(&runs);
	return code;
}
