#include "core/map.h"

#include "core/str.h"
#include "core/vec.h"

#include <string.h>

/* Short chains: each further entry is a cache miss. */
#define HASH_BKT_CAPACITY_THRESH 2U
#define uthash_malloc(n) mem_alloc(n)
#include <uthash.h>

struct entry {
	UT_hash_handle hh;
	size_t number;
	char key[];
};

struct map {
	struct entry *head;
	VEC(struct entry *) order;
};

struct map *
map_new(void)
{
	return mem_zalloc(sizeof(struct map));
}

void
map_free(struct map *m)
{
	if (!m)
		return;
	HASH_CLEAR(hh, m->head);
	for (size_t i = 0; i < m->order.n; i++)
		free(m->order.at[i]);
	vec_done(&m->order);
	free(m);
}

size_t
map_find(const struct map *m, const char *key, size_t len)
{
	struct entry *found = NULL;

	HASH_FIND(hh, m->head, key, len, found);
	return found ? found->number : MAP_NONE;
}

size_t
map_add(struct map *m, const char *key, size_t len)
{
	size_t number = map_find(m, key, len);
	struct entry *n;

	if (number != MAP_NONE)
		return number;
	n = mem_zalloc(sizeof(*n) + len + 1);
	memcpy(n->key, key, len);
	n->number = m->order.n;
	HASH_ADD(hh, m->head, key[0], len, n);
	vec_push(&m->order, n);
	return n->number;
}

size_t
map_count(const struct map *m)
{
	return m->order.n;
}

const char *
map_key(const struct map *m, size_t i)
{
	return m->order.at[i]->key;
}
