/* The tree of a table's inputs or products, and the first causes in it.  Commands: why_plan.c. */
#include "core/why_internal.h"

#include "core/cli.h"
#include "core/num.h"
#include "core/vec.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 160 };

/* The i-th table made from `s`. */
static const struct table_status *
product(const struct freshness *f, const struct table_status *s, size_t i)
{
	for (size_t k = 0; k < f->n; k++) {
		const struct table_status *in;

		for (size_t j = 0; (in = freshness_input(f, &f->at[k], j)) && in != s; j++)
			;
		if (in && i-- == 0)
			return &f->at[k];
	}
	return NULL;
}

static size_t
place(const struct freshness *f, const struct table_status *s)
{
	return (size_t)(s - f->at);
}

bool
why_is_cause(const struct freshness *f, const struct table_status *s)
{
	const struct table_status *in;

	for (size_t i = 0; (in = freshness_input(f, s, i)); i++)
		if (freshness_explains(in, s))
			return false;
	return s->state != TABLE_FRESH;
}

/* Each table with all below it is shown once; a cycle ends the same way. */
static struct why_node *
build_node(const struct freshness *f, const struct table_status *s, bool down, bool *seen)
{
	struct why_node *node = mem_zalloc(sizeof(*node));
	VEC(struct why_node *) kids = { 0 };
	const struct table_status *next;

	node->status = s;
	node->cause = why_is_cause(f, s);
	node->again = seen[place(f, s)];
	seen[place(f, s)] = true;
	for (size_t i = 0; (next = down ? product(f, s, i) : freshness_input(f, s, i)); i++) {
		if (node->again) /* said only where something is left out */
			return node;
		vec_push(&kids, build_node(f, next, down, seen));
	}
	node->again = false;
	node->child = kids.at;
	node->n = kids.n;
	return node;
}

static void
free_node(struct why_node *node)
{
	if (!node)
		return;
	for (size_t i = 0; i < node->n; i++)
		free_node(node->child[i]);
	free(node->child);
	free(node);
}

void
why_mark(const struct freshness *f, const struct table_status *s, bool *broken)
{
	const struct table_status *in;

	if (broken[place(f, s)])
		return;
	broken[place(f, s)] = s->state != TABLE_FRESH;
	for (size_t i = 0; (in = freshness_input(f, s, i)); i++)
		if (in->state != TABLE_FRESH)
			why_mark(f, in, broken);
}

/* Targets of "everything": what counts, is not fresh, and is made into nothing else of that kind.
 */
static bool
is_top(const struct freshness *f, const struct table_status *s)
{
	const struct table_status *p;

	if (!s->writer || s->state == TABLE_FRESH)
		return false;
	for (size_t i = 0; (p = product(f, s, i)); i++)
		if (p->writer && p->state != TABLE_FRESH)
			return false;
	return true;
}

static int
unknown_target(const struct catalogue *cat, const struct freshness *f, const char *target,
	       struct err *e)
{
	const char *words[NAMES_MAX];
	const struct job *const *jobs = cat->known ? cat->known : cat->jobs;
	size_t n = 0;

	for (size_t i = 0; i < f->n && n < NAMES_MAX; i++)
		words[n++] = f->at[i].table->name;
	for (size_t i = 0; jobs[i] && n < NAMES_MAX; i++)
		words[n++] = jobs[i]->name;
	const char *near = cli_nearest(target, words, n);
	return err_set(e, ERR_USAGE, "no table or job is called %s%s%s%s", target,
		       near ? " (did you mean " : "", str_or(near, ""), near ? "?)" : "");
}

const struct job *
why_known_job(const struct catalogue *cat, const char *name)
{
	const struct job *job = catalogue_job(cat, name);

	for (size_t i = 0; !job && cat->known && cat->known[i]; i++)
		if (str_same(cat->known[i]->name, name))
			job = cat->known[i];
	return job;
}

const struct table_status *
why_target(const struct catalogue *cat, const struct freshness *f, const char *target,
	   struct err *e)
{
	const struct table_status *s = freshness_find(f, target);
	const struct job *job = s ? NULL : why_known_job(cat, target);

	if (job && job->writes && job->writes[0])
		s = freshness_find(f, job->writes[0]);
	else if (job)
		err_set(e, ERR_USAGE, "%s writes no table", target);
	if (!s && !job)
		unknown_target(cat, f, target, e);
	return s;
}

static void
put_causes(const struct why *w, struct str *out)
{
	char phrase[128];

	if (w->n_causes == 0)
		return;
	str_puts(out, w->n_causes > 1 ? ". First causes: " : ". First cause: ");
	for (size_t i = 0; i < w->n_causes; i++) {
		const struct table_status *s = w->cause[i];

		if (out->len + 160 > out->max && i + 1 < w->n_causes) {
			str_fmt(out, " and %zu more", w->n_causes - i);
			return;
		}
		str_fmt(out, "%s%s %s", i ? ", " : "", s->table->name,
			table_status_phrase(s, phrase, sizeof(phrase)));
	}
}

static void
put_state(const struct table_status *s, struct str *out)
{
	str_fmt(out, "%s is ", s->table->name);
	for (const char *p = table_state_name(s->state); *p; p++)
		str_putc(out, s->state == TABLE_FRESH ? *p : (char)toupper((unsigned char)*p));
}

static void
sentence(const struct freshness *f, struct why *w)
{
	const struct table_status *s = w->root->status;
	char day[DATE_BUF];
	int counting = 0;
	STR_AUTO out = { 0 };

	str_init(&out, sizeof(w->text) - 1);
	for (size_t i = 0; i < f->n; i++)
		counting += f->at[i].writer != NULL;
	if (!s && w->n_causes == 0)
		str_fmt(&out,
			"everything is fresh for %s: %d table%s; %d that no job of this build "
			"writes do not count",
			date_iso(f->as_of, day), counting, num_s(counting), (int)f->n - counting);
	else if (!s)
		str_fmt(&out, "%zu table%s not fresh", w->root->n,
			w->root->n == 1 ? " is" : "s are");
	else
		put_state(s, &out);
	if (s && s->state == TABLE_FRESH && w->n_causes)
		str_puts(&out, ", but not all that it is made from");
	put_causes(w, &out);
	if (s && !s->writer && s->state != TABLE_FRESH)
		str_fmt(&out, "; no job of this build writes %s", s->table->name);
	str_copy(w->text, sizeof(w->text), str_c(&out));
}

static void
find_causes(const struct freshness *f, const bool *broken, struct why *w)
{
	for (size_t i = 0; i < f->n && w->n_causes < WHY_CAUSES; i++)
		if (broken[i] && why_is_cause(f, &f->at[i]))
			w->cause[w->n_causes++] = &f->at[i];
}

/* One root over all tops; a single one is the root itself. */
static struct why_node *
build_all(const struct freshness *f, bool *seen, bool *broken)
{
	struct why_node *root = mem_zalloc(sizeof(*root));
	VEC(struct why_node *) kids = { 0 };

	for (size_t i = 0; i < f->n; i++) {
		if (!is_top(f, &f->at[i]))
			continue;
		why_mark(f, &f->at[i], broken);
		vec_push(&kids, build_node(f, &f->at[i], false, seen));
	}
	root->child = kids.at;
	root->n = kids.n;
	if (kids.n == 1) {
		struct why_node *only = kids.at[0];

		free(root->child);
		free(root);
		return only;
	}
	return root;
}

int
why_build(const struct catalogue *cat, const struct freshness *f, const char *target,
	  struct why *out, struct err *e)
{
	const struct table_status *s = NULL;
	bool *seen, *broken;

	memset(out, 0, sizeof(*out));
	if (target && !(s = why_target(cat, f, target, e)))
		return -1;
	seen = mem_zalloc(f->n + 1);
	broken = mem_zalloc(f->n + 1);
	if (s) {
		why_mark(f, s, broken);
		out->root = build_node(f, s, false, seen);
	} else {
		out->root = build_all(f, seen, broken);
	}
	find_causes(f, broken, out);
	why_add_steps(cat, f, broken, out);
	sentence(f, out);
	free(seen);
	free(broken);
	return 0;
}

static void
impact_sentence(const struct freshness *f, const bool *seen, struct why *w)
{
	const struct table_status *s = w->root->status;
	size_t made = 0, bad = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (!seen[i] || &f->at[i] == s)
			continue;
		made++;
		bad += f->at[i].state != TABLE_FRESH;
	}
	if (made == 0)
		fmt_buf(w->text, sizeof(w->text), "nothing is made from %s", s->table->name);
	else
		fmt_buf(w->text, sizeof(w->text), "%zu table%s made from %s, %zu not fresh", made,
			made == 1 ? " is" : "s are", s->table->name, bad);
}

int
impact_build(const struct catalogue *cat, const struct freshness *f, const char *target,
	     struct why *out, struct err *e)
{
	const struct table_status *s;
	bool *seen, *broken;

	memset(out, 0, sizeof(*out));
	out->down = true;
	s = why_target(cat, f, target, e);
	if (!s)
		return -1;
	seen = mem_zalloc(f->n + 1);
	broken = mem_zalloc(f->n + 1);
	out->root = build_node(f, s, true, seen);
	impact_sentence(f, seen, out);
	for (size_t i = 0; i < f->n; i++)
		broken[i] = seen[i] && f->at[i].state != TABLE_FRESH;
	find_causes(f, broken, out);
	why_add_steps(cat, f, broken, out);
	free(seen);
	free(broken);
	return 0;
}

void
why_done(struct why *w)
{
	free_node(w->root);
	w->root = NULL;
}
