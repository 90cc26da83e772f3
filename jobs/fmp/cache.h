/* The download cache: a body enters it only after the job has read the whole of it and found it
 * good, so that neither a refusal nor a broken or half-filled file is ever kept.  Until then a run
 * may hold what it has fetched, for itself alone: taken up again, it does not ask for it twice.
 * Beside each file lies its seal (size, FNV-1a sum of 64-bit words, time, URL without key); a file
 * that does not fit its seal is fetched again.  The sum tells damage, not malice: who can write the
 * directory could write any seal. */
#ifndef FINTRA_JOBS_FMP_CACHE_H
#define FINTRA_JOBS_FMP_CACHE_H

#include "core/job.h"

#include <stdio.h>

struct cache_file {
	char *path;    /* owned: read the body here */
	bool reused;   /* it was in the cache; `path` is the kept file */
	int64_t at_ms; /* of a reused one: when it was fetched */
	bool kept;     /* by cache_keep(): `path` is the kept file now */
	bool held;     /* by cache_hold(), now or before this run was taken up again */
	bool looked;   /* by a look ahead, which writes no file: one at `path` is another's */
	bool empty;    /* the vendor answered with nothing ("", "[]", "{}") */
	bool end;      /* the answer was the request's end_status: there is no body */
	char *final;   /* owned: where cache_keep() puts it */
	char *url;     /* owned: without key */
	struct http_resp resp;
};

#define CACHE_FILE_INIT      \
	{                    \
		.path = NULL \
	}
#define CACHE_ANY_AGE INT64_MAX

/* The file `key` that this run holds, whatever its age; or the cached one when it is younger than
 * max_age_ms (reused).  Both only when they fit their seal; else false. */
bool cache_find(struct job_ctx *c, const char *key, const struct http_req *q, int64_t max_age_ms,
		struct cache_file *f);
/* Downloads into a temporary file of the cache directory.  Nothing is kept until cache_keep(). */
int cache_fetch(struct job_ctx *c, const char *key, const struct http_req *q, struct cache_file *f,
		struct err *e) MUST_CHECK;
/* Names for a temporary file under `key` that the caller writes at f->path. */
int cache_new(struct job_ctx *c, const char *key, const struct http_req *q, struct cache_file *f,
	      struct err *e) MUST_CHECK;
/* Removes what killed processes left behind; once per run. */
void cache_sweep(struct job_ctx *c);
/* A new file, ours alone (0600), in place of whatever was at `path`; NULL leaves errno. */
FILE *cache_create(const char *path);
/* The temporary file becomes the cached one, and f->path leads there.  Failing is no fault of the
 * run: logged, not returned. */
void cache_keep(struct job_ctx *c, struct cache_file *f);
/* What was read to its end and makes sense stays for a later process of this run alone, until it is
 * kept, dropped, or days old.  Failing is no fault of the run. */
void cache_hold(struct job_ctx *c, struct cache_file *f);
/* Removes what is held: it is not needed any more, or was found to be of no use. */
void cache_drop(struct cache_file *f);
/* The same when the job's trouble lies in the file: what a later process would only meet again. */
void cache_drop_for(struct cache_file *f, const struct err *e);
/* Frees; removes the temporary file unless it was kept or is held. */
void cache_done(struct cache_file *f);

#define CACHE_AUTO CLEANUP(cache_done) struct cache_file

#endif
