#include "core/pattern.h"

#include "core/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* A common expression takes a line of a log some hundred steps.  What needs more than MATCH_STEPS
 * is a runaway; it is stopped on each line, and for good after so many lines. */
enum { MATCH_STEPS = 50000, MATCH_HEAP_KIB = 4096, RUNAWAYS = 16 };
enum { JIT_STACK_MIN = 32 << 10, JIT_STACK_MAX = 1 << 20 };

struct pattern {
	char *literal; /* owned; NULL = an expression */
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	pcre2_jit_stack *stack;
	int runaways;
};

static int
fold(char c)
{
	return tolower((unsigned char)c);
}

const char *
pattern_literal(const char *text, const char *needle)
{
	int first = fold(needle[0]);

	if (!first)
		return NULL;
	for (; *text; text++) {
		size_t i = 1;

		if (fold(*text) != first)
			continue;
		while (needle[i] && fold(text[i]) == fold(needle[i]))
			i++;
		if (!needle[i])
			return text;
	}
	return NULL;
}

static pcre2_code *
compile(const char *text, char *why, size_t n)
{
	uint32_t flags =
		PCRE2_CASELESS | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	PCRE2_SIZE where;
	int code;
	pcre2_code *re =
		pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, flags, &code, &where, NULL);
	PCRE2_UCHAR words[160];

	if (!re) {
		if (pcre2_get_error_message(code, words, sizeof(words)) < 0)
			words[sizeof(words) - 1] = '\0';
		fmt_buf(why, n, "%s at %zu", (char *)words, (size_t)where + 1);
		return NULL;
	}
	(void)pcre2_jit_compile(re, PCRE2_JIT_COMPLETE); /* without it it is only slower */
	return re;
}

struct pattern *
pattern_new(const char *text, char *why, size_t n)
{
	struct pattern *p;
	pcre2_code *code;

	if (!strpbrk(text, "\\^$.[]|()?*+{}")) {
		p = mem_zalloc(sizeof(*p));
		p->literal = mem_dup(text);
		return p;
	}
	code = compile(text, why, n);
	if (!code)
		return NULL;
	p = mem_zalloc(sizeof(*p));
	p->code = code;
	p->match = pcre2_match_data_create_from_pattern(code, NULL);
	p->limits = pcre2_match_context_create(NULL);
	if (!p->match || !p->limits) {
		pattern_free(p);
		fmt_buf(why, n, "no memory for it");
		return NULL;
	}
	p->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	pcre2_jit_stack_assign(p->limits, NULL, p->stack); /* NULL: its own small one */
	pcre2_set_match_limit(p->limits, MATCH_STEPS);
	pcre2_set_heap_limit(p->limits, MATCH_HEAP_KIB);
	return p;
}

void
pattern_free(struct pattern *p)
{
	if (!p)
		return;
	free(p->literal);
	pcre2_match_data_free(p->match);
	pcre2_match_context_free(p->limits);
	pcre2_jit_stack_free(p->stack);
	pcre2_code_free(p->code);
	free(p);
}

bool
pattern_gave_up(const struct pattern *p)
{
	return p->runaways >= RUNAWAYS;
}

static int
find_literal(const struct pattern *p, const char *text, size_t from, size_t *at, size_t *end)
{
	const char *found = pattern_literal(text + from, p->literal);

	if (!found)
		return 0;
	*at = (size_t)(found - text);
	*end = *at + strlen(p->literal);
	return 1;
}

int
pattern_find(struct pattern *p, const char *text, size_t from, size_t *at, size_t *end)
{
	const PCRE2_SIZE *place;
	int rc;

	if (p->literal)
		return find_literal(p, text, from, at, end);
	if (pattern_gave_up(p))
		return -1;
	rc = pcre2_match(p->code, (PCRE2_SPTR)text, strlen(text), from, 0, p->match, p->limits);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0) {
		p->runaways++;
		return -1;
	}
	place = pcre2_get_ovector_pointer(p->match);
	/* \K in a lookahead can put the beginning behind the end. */
	*at = place[0] < place[1] ? place[0] : place[1];
	*end = place[1];
	return 1;
}
