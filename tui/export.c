#include "tui/export.h"

#include "core/calendar.h"
#include "core/sheet.h"
#include "tui/layout.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A page that scrolls is drawn on a screen that is tall enough for all of it. */
enum { PAGE_W = 160, PAGE_H = 400, PAGE_BYTES = 4 << 20 };

enum { PATH_LONGEST = 160 /* as the question whether to overwrite can show it */ };

struct export
{
	char path[PATH_LONGEST];
};

void
export_name(const struct view *v, const struct model *m, char *buf, size_t n)
{
	char title[40], hms[CLOCK_BUF], iso[DATE_BUF];
	int minutes;
	struct date day = m->ny ? calendar_ny_date(m->now_ms, &minutes)
				: (struct date){ (int32_t)(m->now_ms / 86400000) };

	str_copy(title, sizeof(title), v->ops->title);
	for (char *p = title; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	view_clock(m, m->now_ms, hms);
	date_iso(day, iso);
	fmt_buf(buf, n, "fintra-%s-%.4s%.2s%.2s-%.2s%.2s%.2s.txt", title, iso, iso + 5, iso + 8,
		hms, hms + 3, hms + 6);
}

/* Without the empty part of a page that is shorter. */
static size_t
squeeze(const char *drawn, struct str *out)
{
	size_t lines = 0, empty = 0;

	while (*drawn) {
		size_t n = strcspn(drawn, "\n");

		empty = n > 0 ? 0 : empty + 1;
		if (empty < 2) {
			str_put(out, drawn, n);
			str_putc(out, '\n');
			lines++;
		}
		drawn += n + (drawn[n] == '\n');
	}
	return lines;
}

static size_t
page_text(const struct view *v, const struct model *m, struct str *out)
{
	struct model tall = *m;
	struct canvas c;
	STR_AUTO drawn = { 0 };
	size_t lines;

	tall.w = m->w > PAGE_W ? m->w : PAGE_W;
	tall.h = m->h > PAGE_H ? m->h : PAGE_H;
	canvas_init(&c, tall.w, tall.h);
	canvas_clear(&c);
	v->ops->draw(v, &tall, &c, (struct rect){ 0, 0, tall.w, tall.h });
	str_init(&drawn, PAGE_BYTES);
	canvas_export(&c, &drawn);
	lines = squeeze(str_c(&drawn), out);
	canvas_done(&c);
	return lines;
}

int
export_text(const struct view *v, const struct model *m, const char *path, struct str *out,
	    size_t *lines, struct err *e)
{
	enum sheet_format f = sheet_format_of(path);
	struct sheet s;
	int rc;

	if (!v->ops->sheet && f != SHEET_TXT)
		return err_set(e, ERR_USAGE, "%s is no list: name a file that ends in .txt",
			       v->ops->title);
	if (!v->ops->sheet) {
		*lines = page_text(v, m, out);
		return 0;
	}
	v->ops->sheet(v, m, &s);
	*lines = sheet_rows(&s);
	rc = sheet_write(&s, v->ops->title, f, out);
	sheet_done(&s);
	return rc < 0 ? err_set(e, ERR_USAGE, "it is too long for one file") : 0;
}

static bool
is_list(const struct view *v)
{
	return v->below && v->below->ops->sheet;
}

static void
draw(const struct view *v, const struct model *m, struct canvas *c, struct rect r)
{
	const struct export *s = v->state;
	struct rect box = layout_popup(r, 70, 5);
	char title[60];

	(void)m;
	fmt_buf(title, sizeof(title), "Export %s", v->below ? v->below->ops->title : "");
	canvas_frame(c, box, title);
	canvas_fmt(c, SPAN(box.x + 2, box.y + 1, box.w - 4), ST_BOLD, "file: %s_", s->path);
	canvas_put(c, SPAN(box.x + 2, box.y + 3, box.w - 4), ST_DIM,
		   is_list(v) ? "text, or CSV or JSON by its ending; Tab changes it"
			      : "the whole page as text");
}

/* .txt, .csv, .json in turn. */
static void
next_format(struct export *s)
{
	static const char *const ends[] = {
		[SHEET_TXT] = ".csv", [SHEET_CSV] = ".json", [SHEET_JSON] = ".txt"
	};
	enum sheet_format f = sheet_format_of(s->path);
	char *dot = strrchr(s->path, '.');
	bool known = dot && (f != SHEET_TXT || str_same(dot, ".txt"));
	size_t stem = known ? (size_t)(dot - s->path) : strlen(s->path);

	if (stem + strlen(".json") < sizeof(s->path))
		str_copy(s->path + stem, sizeof(s->path) - stem, ends[f]);
}

static void
take(const struct export *s, struct action *out)
{
	const char *home = getenv("HOME");

	out->intent = DO_EXPORT;
	if (s->path[0] == '~' && s->path[1] == '/' && home)
		fmt_buf(out->detail[0], sizeof(out->detail[0]), "%s%s", home, s->path + 1);
	else
		str_copy(out->detail[0], sizeof(out->detail[0]), s->path);
}

static void
handle(struct view *v, const struct model *m, const struct input *in, struct action *out)
{
	struct export *s = v->state;

	(void)m;
	if (in->act == ACT_BACK)
		out->intent = DO_BACK;
	else if (in->act == ACT_OPEN && s->path[0])
		take(s, out);
	else if (in->act == ACT_COMPLETE && is_list(v))
		next_format(s);
	else if (in->key == TK_BACKSPACE)
		view_erase(s->path);
	else
		view_type(s->path, sizeof(s->path), in->key);
}

static void
init(struct view *v, const struct model *m, const struct action *how)
{
	struct export *s = v->state;

	(void)how;
	if (v->below)
		export_name(v->below, m, s->path, sizeof(s->path));
}

static unsigned
screen(const struct view *v)
{
	(void)v;
	return SCREEN_EXPORT;
}

static bool
wants_text(const struct view *v)
{
	(void)v;
	return true;
}

const struct view_ops view_export = {
	.title = "Export",
	.screen = screen,
	.state_size = sizeof(struct export),
	.popup = true,
	.init = init,
	.draw = draw,
	.handle = handle,
	.wants_text = wants_text,
};
