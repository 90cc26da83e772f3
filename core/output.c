/* How results reach stdout: JSON lines, colours, cleaned text. */
#include "core/cancel.h"
#include "core/clock.h"
#include "core/commands.h"
#include "core/num.h"
#include "core/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_ = 64 << 20, TEXT_MAX = 1 << 20, ANSWER = 16, ANSWER_POLL_MS = 100 };

/* What a terminal may act upon although JSON lets it stand: DEL, C1, bidi controls, line
 * separators. */
static bool
must_escape(uint32_t cp)
{
	return (cp >= 0x7f && cp <= 0x9f) || (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200e || cp == 0x200f || cp == 0x061c ||
	       cp == 0x2028 || cp == 0x2029;
}

void
out_json_line(const char *line)
{
	size_t n = strlen(line);
	STR_AUTO s = { 0 };

	str_init(&s, LINE_MAX_);
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t k = text_decode(line + i, n - i, &cp);

		if (must_escape(cp))
			str_fmt(&s, "\\u%04x", (unsigned)cp);
		else
			str_put(&s, line + i, k);
		i += k;
	}
	fprintf(stdout, "%s\n", str_c(&s));
}

void
out_json(struct json *j)
{
	STR_AUTO s = { 0 };

	str_init(&s, LINE_MAX_);
	json_print(j, &s);
	json_free(j);
	out_json_line(str_c(&s));
}

const char *
out_clean(struct str *s, const char *text)
{
	str_init(s, TEXT_MAX);
	text_clean(s, text, strlen(text));
	return str_c(s);
}

const char *
out_size(int64_t bytes, char buf[OUT_SIZE_BUF])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double v = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		fmt_buf(buf, OUT_SIZE_BUF, "%d B", (int)bytes);
		return buf;
	}
	for (; v >= 1024 && i + 1 < ARRAY_LEN(units); i++)
		v /= 1024;
	fmt_buf(buf, OUT_SIZE_BUF, "%.1f %s", v, units[i]);
	return buf;
}

static void
print_line(const struct report_line *l)
{
	STR_AUTO label = { 0 };
	STR_AUTO text = { 0 };
	const char *words = out_clean(&text, l->text);

	if (l->title)
		printf("%s\n", words);
	else if (l->label)
		printf("  %-18s %s\n", out_clean(&label, l->label), words);
	else
		printf("  %s\n", words);
}

void
out_report(const struct report *r)
{
	for (size_t i = 0; i < r->line.n; i++)
		print_line(&r->line.at[i]);
}

bool
out_can_ask(void)
{
	return isatty(0);
}

/* Something to read, or nothing more to wait for: whoever asks holds locks that the night needs. */
static bool
await_answer(const struct app *app, const struct cancel *cancel)
{
	struct pollfd in = { .fd = 0, .events = POLLIN };
	int64_t most = (int64_t)app->conf.answer_s * 1000, until = clock_mono_ms() + most;
	char span[CLOCK_BUF];

	while (poll(&in, 1, ANSWER_POLL_MS) <= 0) {
		if (cancel_asked(cancel))
			return false;
		if (clock_mono_ms() < until)
			continue;
		fprintf(stderr, "\nfintra: nobody has answered for %s: no\n",
			clock_span(most, span));
		return false;
	}
	return true;
}

bool
out_agreed(const struct app *app, bool yes, const char *what)
{
	return out_agreed_until(app, yes, what, NULL);
}

bool
out_agreed_until(const struct app *app, bool yes, const char *what, const struct cancel *cancel)
{
	char answer[ANSWER];

	if (yes)
		return true;
	if (app->g.no_input || !out_can_ask()) {
		fprintf(stderr, "fintra: not done without --yes: %s\n", what);
		return false;
	}
	fflush(stdout);
	fprintf(stderr, "%s? [y/N] ", what);
	if (cancel && !await_answer(app, cancel))
		return false;
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

bool
out_color(const struct app *app, FILE *f)
{
	const char *term = getenv("TERM");
	const char *no = getenv("NO_COLOR");

	if (str_same(app->g.color, "always"))
		return true;
	if (str_same(app->g.color, "never") || (no && *no))
		return false;
	return isatty(fileno(f)) && term && *term && strcmp(term, "dumb") != 0;
}

const char *
out_sgr(bool color, int severity)
{
	static const char *const codes[] = { "\033[0m", "\033[32m", "\033[33m", "\033[31m" };

	return color ? codes[severity] : "";
}

void
json_set_date(struct json *o, const char *key, struct date d)
{
	char buf[DATE_BUF];

	json_set_text(o, key, date_is_set(d) ? date_iso(d, buf) : NULL);
}

void
json_set_time(struct json *o, const char *key, int64_t ms)
{
	char buf[CLOCK_BUF];

	json_set_text(o, key, ms ? clock_iso(ms, buf) : NULL);
}

static void
set_raw(struct json *o, const char *key, const char *text)
{
	struct err e = ERR_INIT;
	struct json *v = text ? json_parse(text, strlen(text), &e) : NULL;

	if (v)
		json_set(o, key, v);
	else
		json_set_null(o, key);
}

static struct json *
units_of(struct db *db, int64_t run)
{
	struct json *a = json_new_array();
	struct unit_list l = { NULL, 0 };
	struct err e = ERR_INIT;

	if (ledger_units(db, run, &l, &e) < 0)
		return a;
	for (size_t i = 0; i < l.n; i++) {
		struct json *o = json_new_object();

		json_set_text(o, "unit", l.at[i].unit);
		json_set_text(o, "state", l.at[i].state);
		json_set_int(o, "attempts", l.at[i].attempts);
		json_set(o, "counts", json_counts(&l.at[i].counts));
		json_set_time(o, "ended", l.at[i].ended_ms);
		json_push(a, o);
	}
	free(l.at);
	return a;
}

static struct json *
inputs_of(struct db *db, int64_t run)
{
	struct json *a = json_new_array();
	struct input_list l = { NULL, 0 };
	struct err e = ERR_INIT;

	if (ledger_inputs(db, run, &l, &e) < 0)
		return a;
	for (size_t i = 0; i < l.n; i++) {
		struct json *o = json_new_object();

		json_set_text(o, "table", l.at[i].table);
		json_set_date(o, "as_of", l.at[i].as_of);
		json_set_int(o, "rows", l.at[i].rows);
		json_push(a, o);
	}
	free(l.at);
	return a;
}

struct json *
json_run(struct db *db, const struct run_info *r)
{
	struct json *o = json_new_object();

	json_set_int(o, "run", r->id);
	if (r->parent)
		json_set_int(o, "parent", r->parent);
	else
		json_set_null(o, "parent");
	json_set_text(o, "job", r->job);
	json_set_text(o, "state", run_state_name(r->state));
	json_set_date(o, "as_of", r->as_of);
	if (r->ended_ms && r->started_ms)
		json_set_int(o, "duration_ms", r->ended_ms - r->started_ms);
	else
		json_set_null(o, "duration_ms");
	json_set(o, "counts", json_counts(&r->counts));
	if (r->error)
		json_set_text(o, "error", r->error);
	if (*r->err_class)
		json_set_text(o, "err", r->err_class);
	if (run_state_ended(r->state))
		json_set_int(o, "exit_code", ledger_exit_code(r));
	json_set_text(o, "who", r->who);
	json_set_text(o, "host", r->host);
	json_set_text(o, "origin", r->origin);
	json_set_int(o, "pid", r->pid);
	json_set_int(o, "epoch", r->epoch);
	json_set_text(o, "gate", r->gate);
	json_set_text(o, "build", r->build);
	json_set_text(o, "reason", r->reason);
	json_set_text(o, "taint", *r->taint ? r->taint : NULL);
	if (!run_state_ended(r->state) && *r->waits_for)
		json_set_text(o, "waits_for", r->waits_for);
	set_raw(o, "params", r->params);
	set_raw(o, "result", r->result);
	json_set_time(o, "created", r->created_ms);
	json_set_time(o, "started", r->started_ms);
	json_set_time(o, "ended", r->ended_ms);
	if (db) {
		json_set(o, "units", units_of(db, r->id));
		json_set(o, "inputs", inputs_of(db, r->id));
	}
	return o;
}

static void
upper(char *dst, size_t n, const char *src)
{
	str_copy(dst, n, src);
	for (char *p = dst; *p; p++)
		*p = (char)toupper((unsigned char)*p);
}

void
out_run_summary(const char *job, const struct outcome *o, struct str *out)
{
	char state[16], day[DATE_BUF], span[CLOCK_BUF];
	STR_AUTO why = { 0 };

	upper(state, sizeof(state), run_state_name(o->state));
	str_fmt(out, "%s %s run %" PRId64 " as-of %s in %s: ", state, job, o->run,
		date_iso(o->as_of, day), clock_span(o->duration_ms, span));
	tally_put(&o->counts, ' ', out);
	if (o->err.cls != ERR_NONE)
		str_fmt(out, " - %s: %s", err_class_name(o->err.cls), out_clean(&why, o->err.text));
	else if (o->state == RUN_SUCCESS && o->exit_code != 0) /* a check that found something */
		str_fmt(out, " - exit %d%s%s", o->exit_code, *o->why ? ": " : "",
			out_clean(&why, o->why));
	else
		str_fmt(out, "%s%s", *o->why ? " - " : "", out_clean(&why, o->why));
}

void
out_run_outcome(const struct run_info *r, struct outcome *o)
{
	*o = (struct outcome){ .run = r->id,
			       .state = r->state,
			       .exit_code = ledger_exit_code(r),
			       .counts = r->counts,
			       .as_of = r->as_of,
			       .err = ERR_INIT };
	if (r->started_ms && r->ended_ms)
		o->duration_ms = r->ended_ms - r->started_ms;
	o->err.cls = err_class_parse(r->err_class);
	str_copy(o->err.text, sizeof(o->err.text), str_or(r->error, ""));
	str_copy(o->why, sizeof(o->why), r->taint);
}
