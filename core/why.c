/* The tree of a table's inputs, and the shortest list of commands that repairs what is broken in
 * it. */
#include "core/why.h"

#include "core/cli.h"
#include "core/vec.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16, NAMES_MAX = 96 };

static struct why_node *
build_node(const struct freshness *f, const struct table_status *s, int depth)
{
	struct why_node *node = mem_zalloc(sizeof(*node));
	VEC(struct why_node *) kids = { 0 };
	const struct table_status *in;

	node->status = s;
	node->cause = s->state != TABLE_FRESH;
	for (size_t i = 0; depth < DEPTH_MAX && (in = freshness_input(f, s, i)); i++) {
		vec_push(&kids, build_node(f, in, depth + 1));
		if (in->state != TABLE_FRESH)
			node->cause = false;
	}
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

static bool
writes_broken(const struct why_node *node, const struct job *job)
{
	const struct table_status *s = node->status;

	if (s->state != TABLE_FRESH && s->writer &&
	    (s->writer == job || (s->state == TABLE_PARTIAL && !(job->flags & JOB_BACKFILL) &&
				  str_has(job->writes, s->table->name))))
		return true;
	for (size_t i = 0; i < node->n; i++)
		if (writes_broken(node->child[i], job))
			return true;
	return false;
}

/* Canonical order is the order of the catalogue: causes come before what they spoil.  A second
 * writer of a table (the one that fills gaps) is named only when the date is right and rows are
 * missing. */
static void
build_plan(const struct catalogue *cat, const struct freshness *f, struct why *w)
{
	char as_of[DATE_BUF];

	for (size_t i = 0; cat->jobs[i] && w->plan_n < ARRAY_LEN(w->plan); i++)
		if (writes_broken(w->root, cat->jobs[i]))
			fmt_buf(w->plan[w->plan_n++], sizeof(w->plan[0]),
				"fintra run %s --as-of %s", cat->jobs[i]->name,
				date_iso(f->as_of, as_of));
}

static bool
depends_on(const struct freshness *f, const struct table_status *s,
	   const struct table_status *cause, int depth)
{
	const struct table_status *in;

	if (s == cause)
		return true;
	for (size_t i = 0; depth < DEPTH_MAX && (in = freshness_input(f, s, i)); i++)
		if (depends_on(f, in, cause, depth + 1))
			return true;
	return false;
}

/* The last table in order that is broken for the verdict's cause: its plan repairs the whole chain.
 */
static const struct table_status *
default_target(const struct freshness *f)
{
	const struct table_status *found = f->cause;

	for (size_t i = 0; i < f->n && f->cause; i++)
		if (f->at[i].writer && f->at[i].state != TABLE_FRESH &&
		    depends_on(f, &f->at[i], f->cause, 0))
			found = &f->at[i];
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].writer && !f->cause)
			found = &f->at[i];
	return found ? found : &f->at[0];
}

static int
unknown_target(const struct catalogue *cat, const struct freshness *f, const char *target,
	       struct err *e)
{
	const char *words[NAMES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < f->n && n < NAMES_MAX; i++)
		words[n++] = f->at[i].table->name;
	for (size_t i = 0; cat->jobs[i] && n < NAMES_MAX; i++)
		words[n++] = cat->jobs[i]->name;
	const char *near = cli_nearest(target, words, n);
	return err_set(e, ERR_USAGE, "no table or job is called %s%s%s%s", target,
		       near ? " (did you mean " : "", str_or(near, ""), near ? "?)" : "");
}

static const struct table_status *
find_target(const struct catalogue *cat, const struct freshness *f, const char *target,
	    struct err *e)
{
	const struct table_status *s;
	const struct job *job;

	if (!target)
		return default_target(f);
	s = freshness_find(f, target);
	job = s ? NULL : catalogue_job(cat, target);
	if (job && job->writes && job->writes[0])
		s = freshness_find(f, job->writes[0]);
	if (!s)
		unknown_target(cat, f, target, e);
	return s;
}

static void
sentence(const struct freshness *f, struct why *w)
{
	const struct table_status *s = w->root->status, *cause = freshness_first_cause(f, s);
	char word[16], phrase[128];

	if (s->state == TABLE_FRESH) {
		fmt_buf(w->text, sizeof(w->text), "%s is fresh", s->table->name);
		return;
	}
	str_copy(word, sizeof(word), table_state_name(s->state));
	for (char *p = word; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	if (!s->writer)
		fmt_buf(w->text, sizeof(w->text), "%s is %s; no job of this build writes it",
			s->table->name, word);
	else
		fmt_buf(w->text, sizeof(w->text), "%s is %s. First cause: %s %s", s->table->name,
			word, cause->table->name,
			table_status_phrase(cause, phrase, sizeof(phrase)));
}

int
why_build(const struct catalogue *cat, const struct freshness *f, const char *target,
	  struct why *out, struct err *e)
{
	const struct table_status *s = find_target(cat, f, target, e);

	memset(out, 0, sizeof(*out));
	if (!s)
		return -1;
	out->root = build_node(f, s, 0);
	build_plan(cat, f, out);
	sentence(f, out);
	return 0;
}

void
why_done(struct why *w)
{
	free_node(w->root);
	w->root = NULL;
}
