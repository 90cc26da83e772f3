/* A stack of views over a hand-built model, fed with keys and compared with stored screens:
 * tests/screens/NAME_WxH.screen.  FINTRA_SCREENS_WRITE=1 writes them afresh: then read them. */
#ifndef FINTRA_TESTS_SUPPORT_SCENE_H
#define FINTRA_TESTS_SUPPORT_SCENE_H

#include "tests/support_model.h"
#include "tui/view.h"

enum { SCENE_SIZES = 4 };

struct scene_size {
	int w, h;
};
extern const struct scene_size scene_sizes[SCENE_SIZES]; /* 80x24 first */

struct scene {
	struct model m;
	struct view stack[4];
	size_t depth;
	struct canvas c;
	struct action last; /* what the last key led to */
};

void scene_begin(struct scene *s, enum support_morning which, struct scene_size z);
/* What the model shows, to be changed: nobody else has it. */
struct snapshot *scene_snapshot(struct scene *s);
void scene_open(struct scene *s, const struct view_ops *ops, const struct action *how);
void scene_key(struct scene *s, int key);
void scene_type(struct scene *s, const char *keys);
void scene_enter(struct scene *s, const char *keys); /* types them, then Enter */
void scene_compare(struct scene *s, const char *name);
void scene_end(struct scene *s);

#endif
