/* Typed vector.  VEC(int) v = {0};  vec_push(&v, 3);  v.at[0];  vec_done(&v);  Elements are not
 * freed. */
#ifndef FINTRA_CORE_VEC_H
#define FINTRA_CORE_VEC_H

#include "core/str.h"

#include <stdlib.h>

#define VEC(T)                 \
	struct {               \
		T *at;         \
		size_t n, cap; \
	}

#define vec_reserve(v, want)                                                         \
	do {                                                                         \
		size_t want_ = (want);                                               \
		if ((v)->cap < want_) {                                              \
			(v)->cap = want_ + want_ / 2 + 8;                            \
			(v)->at = mem_realloc((v)->at, (v)->cap * sizeof(*(v)->at)); \
		}                                                                    \
	} while (0)

#define vec_push(v, x)                      \
	do {                                \
		vec_reserve(v, (v)->n + 1); \
		(v)->at[(v)->n++] = (x);    \
	} while (0)

#define vec_done(v)                    \
	do {                           \
		free((v)->at);         \
		(v)->at = NULL;        \
		(v)->n = (v)->cap = 0; \
	} while (0)

#endif
