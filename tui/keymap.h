/* The one table of keys: dispatch, footer and help all come from it. */
#ifndef FINTRA_TUI_KEYMAP_H
#define FINTRA_TUI_KEYMAP_H

#include "tui/canvas.h"
#include "tui/keys.h"

enum { BINDING_KEYS = 4 };

struct binding {
	unsigned screens;
	enum act act;
	int keys[BINDING_KEYS]; /* 0 ends */
	const char *label;	/* of the keys, for help: "j Down" */
	const char *footer;	/* "1Over": key and word for the bottom line; NULL = not there */
	const char *help;
};

extern const struct binding keymap[];
extern const size_t keymap_count;

const struct binding *keymap_find(unsigned screen, int key); /* NULL = not bound there */
void keymap_footer(struct canvas *c, struct span at, unsigned screen);

#endif
