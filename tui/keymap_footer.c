/* What is made of the key table: the key that was pressed, and the bottom line with the keys of the
 * screen that fit. */
#include "tui/keymap.h"

#include <string.h>

enum { OVERVIEW_SOME = 80, OVERVIEW_ALL = 110 /* columns: screens that keep their words */ };

/* What must be there however narrow the screen is: help, the way back, and where one begins at
 * night, the keys that start and stop a run. */
static bool
always_there(unsigned screen, const struct binding *b)
{
	return b->act == ACT_HELP || b->act == ACT_BACK ||
	       (screen == SCREEN_OVERVIEW && (b->act == ACT_LAUNCH || b->act == ACT_DRAIN));
}

/* Where there is no room for all keys, those of the screens lose their words; on the overview,
 * which has them all, the last ones only, as long as it is not too narrow for anything else. */
static const char *
word_of(unsigned screen, const struct binding *b, bool narrow, bool some)
{
	bool number = b->label[0] >= '0' && b->label[0] <= '9';
	bool last = b->label[0] == '0' || b->label[0] >= '8';

	if (!(b->screens & screen) || !b->footer)
		return "";
	return narrow && number && (last || !some) ? b->label : b->footer;
}

static int
columns_of(const char *word)
{
	return *word ? (int)strlen(word) + 1 : 0;
}

void
keymap_footer(struct canvas *c, struct span at, unsigned screen)
{
	int x = 1, kept = 0, all = 0;
	bool narrow, some = screen == SCREEN_OVERVIEW && at.w >= OVERVIEW_SOME;

	for (size_t i = 0; i < keymap_count; i++) {
		int cols = columns_of(word_of(screen, &keymap[i], false, some));

		all += cols;
		kept += always_there(screen, &keymap[i]) ? cols : 0;
	}
	narrow = all > at.w && (screen != SCREEN_OVERVIEW || at.w < OVERVIEW_ALL);
	for (size_t i = 0; i < keymap_count; i++) {
		const char *word = word_of(screen, &keymap[i], narrow, some);
		int cols = columns_of(word);

		kept -= always_there(screen, &keymap[i]) ? cols : 0;
		/* The last blank may fall off the end. */
		if (cols == 0 || x + cols + kept > at.w + 1)
			continue;
		canvas_put(c, SPAN(at.x + x, at.y, cols - 1), ST_KEY, word);
		x += cols;
	}
}

const struct binding *
keymap_find(unsigned screen, int key)
{
	for (size_t i = 0; i < keymap_count; i++) {
		if (!(keymap[i].screens & screen))
			continue;
		for (size_t k = 0; k < BINDING_KEYS && keymap[i].keys[k]; k++)
			if (keymap[i].keys[k] == key)
				return &keymap[i];
	}
	return NULL;
}
