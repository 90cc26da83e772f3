#include "tui/sideways.h"

enum { STEP = 10 };

bool
sideways_move(int *skip, enum act act, int room, int longest)
{
	int most = longest > room ? longest - room : 0, to = *skip;

	switch (act) {
	case ACT_LEFT:
		to -= room > 1 ? room / 2 : 1;
		break;
	case ACT_RIGHT:
		to += room > 1 ? room / 2 : 1;
		break;
	case ACT_LEFT_STEP:
		to -= STEP;
		break;
	case ACT_RIGHT_STEP:
		to += STEP;
		break;
	case ACT_LEFT_END:
		to = 0;
		break;
	case ACT_RIGHT_END:
		to = most;
		break;
	default:
		return false;
	}
	*skip = to > most ? most : to < 0 ? 0 : to;
	return true;
}

int
sideways_used(const struct canvas *c)
{
	int used = c->w;

	while (used > 0 && canvas_at(c, used - 1, 0)->cp == ' ' &&
	       canvas_at(c, used - 1, 0)->cols > 0)
		used--;
	return used;
}
