/* Benchmarks of groups of companies (sectors, industries): the figures of all companies come in by
 * one query, are kept by group and metric, and the groups' figures go into one stage table. */
#ifndef FINTRA_JOBS_LAYER3_BENCHMARK_ROWS_H
#define FINTRA_JOBS_LAYER3_BENCHMARK_ROWS_H

#include "core/map.h"
#include "core/run.h"
#include "jobs/engine/sector_stats.h"

struct values {
	double *at;
	size_t n, cap;
};

struct benchmark_group {
	struct values of[METRIC_COUNT];		  /* newest figures */
	struct values stat[SECTOR_STATS_METRICS]; /* newest figures that are there */
	int64_t tickers;
};

enum benchmark_kind { BENCHMARK_OF_SECTOR, BENCHMARK_OF_INDUSTRY };

struct benchmark_rows {
	struct job_ctx *c;
	enum benchmark_kind kind;
	const char *everyone; /* a group of all companies besides; NULL = none */
	struct map *name;
	struct benchmark_group *group; /* beside `name` */
	size_t cap;
	int64_t tickers, groupless;
	int64_t financials, valuations; /* tickers with a figure of these */
	/* By benchmark_rows_stage(). */
	int64_t made, thin, low; /* rows; metrics with too few values; rows of low confidence */
	int64_t groups_low;	 /* groups with such a row */
};

void benchmark_rows_init(struct benchmark_rows *b, struct job_ctx *c, enum benchmark_kind kind,
			 const char *everyone);
void benchmark_rows_done(struct benchmark_rows *b);
/* Inside a transaction; forgets what was read before.  ERR_EMPTY when no active stock has a figure
 * of its statements. */
int benchmark_rows_read(struct benchmark_rows *b, struct err *e) MUST_CHECK;
/* Inside the same transaction: the benchmarks into a new stage_benchmarks, dated as_of. */
int benchmark_rows_stage(struct benchmark_rows *b, struct err *e) MUST_CHECK;
/* Records what was read as inputs of this run; rows are companies with figures. */
int benchmark_rows_inputs(const struct benchmark_rows *b, struct err *e) MUST_CHECK;

#endif
