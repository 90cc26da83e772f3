#include "core/report.h"

enum { REPORT_TEXT = 64 << 10 };

static void push(struct report *r, struct report_line line, const char *fmt, va_list ap)
	PRINTF_FMT(3, 0);

static void
push(struct report *r, struct report_line line, const char *fmt, va_list ap)
{
	struct str text;

	str_init(&text, REPORT_TEXT);
	if (str_vfmt(&text, fmt, ap) < 0)
		str_puts(&text, "(too long to show)");
	line.text = str_take(&text);
	vec_push(&r->line, line);
}

void
report_title(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	push(r, (struct report_line){ .title = true }, fmt, ap);
	va_end(ap);
}

void
report_add(struct report *r, enum report_tone tone, const char *label, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	push(r, (struct report_line){ .tone = tone, .label = mem_dup(label) }, fmt, ap);
	va_end(ap);
}

void
report_done(struct report *r)
{
	for (size_t i = 0; i < r->line.n; i++) {
		free(r->line.at[i].label);
		free(r->line.at[i].text);
	}
	vec_done(&r->line);
}
