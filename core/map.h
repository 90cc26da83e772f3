/* Set of byte strings, each with a dense number 0..n-1 in order of first insertion: keep the values
 * in an array beside it.  Not thread safe; several threads
 * may look into one that nobody adds to. */
#ifndef FINTRA_CORE_MAP_H
#define FINTRA_CORE_MAP_H

#include <stddef.h>

#define MAP_NONE ((size_t)-1)

struct map *map_new(void); /* owned: map_free() */
void map_free(struct map *m);
size_t map_find(const struct map *m, const char *key, size_t len); /* MAP_NONE when absent */
size_t map_add(struct map *m, const char *key, size_t len); /* finds or inserts; copies the key */
size_t map_count(const struct map *m);
const char *map_key(const struct map *m, size_t i); /* borrowed until map_free(); NUL-terminated */

#endif
