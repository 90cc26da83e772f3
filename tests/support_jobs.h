/* The ground on which a job's suite stands: a fresh database, a stand-in that replays bodies
 * written by the test, an empty cache, and the real runner over the jobs of layers 0 and 1. */
#ifndef FINTRA_TESTS_SUPPORT_JOBS_H
#define FINTRA_TESTS_SUPPORT_JOBS_H

#include "core/runner.h"
#include "tests/support.h"

struct ground {
	const char *conninfo;
	char dir[128]; /* of the replayed bodies; removed by ground_close() */
	char cache[160];
	struct conf conf;
};

/* The clock is set to 2026-02-03 01:00 UTC (2 February, 20:00 in New York). `name` is the
 * database's. */
void ground_open(struct ground *g, const char *name);
void ground_close(struct ground *g);
/* An empty database, no bodies, no faults, an empty cache. */
void ground_reset(struct ground *g, const char *name);
void ground_forget(struct ground *g); /* empties the cache */
/* Puts a file into the cache as a download of `q` would. */
void ground_keep(struct ground *g, const char *key, const struct http_req *q, const char *text);
/* What the stand-in answers for "/stable/x?a=1&b=2" (parameters in order of name). */
void ground_body(struct ground *g, const char *request, int status, const char *text);
/* "path=/stable/eod-bulk,kind=status-401"; NULL: none any more. */
void ground_fault(const char *rule);
int64_t ground_requests(void);		/* so far */
int64_t ground_asked(const char *path); /* of them, for this path */
/* Runs the job as the operator would; parameters as "name=value". */
struct outcome ground_run(struct ground *g, const struct job *job, const char *as_of,
			  const char *const *params);
/* GROUND_RUN(&g, &job, "2026-02-02", "limit=5", NULL) */
#define GROUND_RUN(g, job, as_of, ...) \
	ground_run(g, job, as_of, (const char *const[]){ __VA_ARGS__ })
/* Goes on with a run of this database. */
struct outcome ground_resume(struct ground *g, int64_t run);
/* First cell of a query. */
int64_t ground_int(const struct ground *g, const char *sql);
void ground_sql(const struct ground *g, const char *sql);
void ground_text(const struct ground *g, const char *sql, char *buf, size_t n);
/* One sum over every row of the data tables. */
void ground_sum(const struct ground *g, char sum[64]);
/* Rows written, changed or removed in the data tables since the cluster counts: the server's
 * figure. */
int64_t ground_tuples(const struct ground *g);
/* Names, sizes and contents of the cache directory as one text; owned: free(). */
char *ground_cache(const struct ground *g);
/* Runs a script through psql (for \copy); the last line of its output, owned: free(). */
char *ground_psql(const struct ground *g, const char *script);
/* The recorded file as the stand-in's answer to a request; false after saying SKIP. */
bool ground_real_body(struct ground *g, const char *request, int status, const char *name);

#endif
