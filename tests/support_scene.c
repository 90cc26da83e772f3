#include "tests/support_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct scene_size scene_sizes[SCENE_SIZES] = {
	{ 80, 24 }, { 120, 40 }, { 60, 15 }, { 160, 48 }
};

static char *
read_all(const char *path)
{
	struct str s;
	char buf[4096];
	size_t n;
	FILE *f = fopen(path, "r");

	str_init(&s, 1 << 20);
	while (f && (n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_put(&s, buf, n);
	if (f)
		fclose(f);
	str_puts(&s, "");
	return s.p ? str_take(&s) : mem_dup("");
}

static const char *
next_line(const char *p, char *buf, size_t n)
{
	size_t len = strcspn(p, "\n");

	fmt_buf(buf, n, "%.*s", (int)len, p);
	return p + len + (p[len] == '\n');
}

static void
print_diff(const char *name, const char *want, const char *got)
{
	char a[1024], b[1024];

	fprintf(stderr, "%s differs (- stored, + drawn):\n", name);
	for (int i = 1; *want || *got; i++) {
		want = next_line(want, a, sizeof(a));
		got = next_line(got, b, sizeof(b));
		if (strcmp(a, b) != 0)
			fprintf(stderr, "%3d - %s\n    + %s\n", i, a, b);
	}
}

static void
compare(const char *name, const struct canvas *c)
{
	char path[256];
	STR_AUTO got = { 0 };
	char *want;

	str_init(&got, 1 << 20);
	canvas_export(c, &got);
	assert_false(got.overflow);
	fmt_buf(path, sizeof(path), "tests/screens/%s_%dx%d.screen", name, c->w, c->h);
	if (getenv("FINTRA_SCREENS_WRITE")) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(str_c(&got), f);
		fclose(f);
		return;
	}
	want = read_all(path);
	if (strcmp(want, str_c(&got)) != 0) {
		print_diff(path, want, str_c(&got));
		free(want);
		fail();
	}
	free(want);
}

void
scene_begin(struct scene *s, enum support_morning which, struct scene_size z)
{
	memset(s, 0, sizeof(*s));
	s->m = support_model(which);
	s->m.w = z.w;
	s->m.h = z.h;
	canvas_init(&s->c, z.w, z.h);
	view_open(&s->stack[s->depth++], &view_overview, NULL, &s->m, NULL);
}

struct snapshot *
scene_snapshot(struct scene *s)
{
	return (struct snapshot *)(uintptr_t)s->m.s;
}

void
scene_open(struct scene *s, const struct view_ops *ops, const struct action *how)
{
	view_open(&s->stack[s->depth], ops, &s->stack[s->depth - 1], &s->m, how);
	s->depth++;
}

void
scene_key(struct scene *s, int key)
{
	struct view *v = &s->stack[s->depth - 1];
	const struct binding *b = keymap_find(v->ops->screen(v), key);
	struct input in = { key, b ? b->act : ACT_NONE, false };

	s->last = (struct action){ .intent = DO_NOTHING };
	v->ops->handle(v, &s->m, &in, &s->last);
}

void
scene_type(struct scene *s, const char *keys)
{
	for (; *keys; keys++)
		scene_key(s, (unsigned char)*keys);
}

void
scene_enter(struct scene *s, const char *keys)
{
	scene_type(s, keys);
	scene_key(s, TK_ENTER);
}

void
scene_compare(struct scene *s, const char *name)
{
	view_draw_stack(s->stack, s->depth, &s->m, &s->c);
	compare(name, &s->c);
}

void
scene_end(struct scene *s)
{
	while (s->depth > 0)
		view_close(&s->stack[--s->depth]);
	canvas_done(&s->c);
	support_model_done(&s->m);
}
