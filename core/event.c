#include "core/event.h"

#include "core/clock.h"
#include "core/json.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const names[] = { "debug", "info", "warn", "error" };

const char *
level_name(enum level l)
{
	return (size_t)l < ARRAY_LEN(names) ? names[l] : "error";
}

char
level_letter(enum level l)
{
	return (size_t)l < ARRAY_LEN(names) ? "diWE"[l] : 'E';
}

bool
level_parse(const char *s, enum level *l)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcasecmp(s, names[i]) == 0) {
			*l = (enum level)i;
			return true;
		}
	}
	return false;
}

void
event_done(struct event *ev)
{
	free(ev->msg);
	free(ev->data);
	ev->msg = ev->data = NULL;
}

void
event_copy(struct event *to, const struct event *from)
{
	*to = *from;
	to->msg = mem_dup(from->msg);
	to->data = mem_dup(from->data);
}

void
event_line(const struct event *ev, int ny, struct str *out)
{
	const char *msg = str_or(ev->msg, "");
	char when[CLOCK_BUF];

	str_fmt(out, "%s %c ", clock_hms(ev->ts_ms, ny, when), level_letter(ev->lvl));
	text_clean(out, ev->job, strlen(ev->job));
	str_puts(out, "  ");
	text_clean(out, msg, strlen(msg));
}

void
event_json(const struct event *ev, struct str *out)
{
	struct json *o = json_new_object();
	char when[CLOCK_BUF];
	STR_AUTO text = { 0 };

	json_set_int(o, "v", 1);
	json_set_text(o, "ts", clock_iso(ev->ts_ms, when));
	json_set_text(o, "lvl", level_name(ev->lvl));
	json_set_int(o, "run", ev->run);
	json_set_int(o, "seq", ev->seq);
	json_set_text(o, "job", ev->job);
	if (ev->unit[0])
		json_set_text(o, "unit", ev->unit);
	json_set_text(o, "ev", ev->ev);
	json_set_text(o, "msg", str_or(ev->msg, ""));
	str_init(&text, out->max);
	json_print(o, &text);
	json_free(o);
	if (text.len == 0)
		return;
	str_put(out, text.p, text.len - 1);
	if (ev->data && *ev->data)
		str_fmt(out, ",%s", ev->data);
	str_putc(out, '}');
}
