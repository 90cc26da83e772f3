/* The jobs of the old system, run from here: called over HTTP, or started as a command.  What such
 * a job reads and writes is its own business; ledger, locks, log and ending are ours. */
#ifndef FINTRA_CORE_OLD_H
#define FINTRA_CORE_OLD_H

#include "core/job.h"
#include "core/words.h"

job_run run_by_http, run_by_command;

/* "GET https://host/api/cron/NAME" or the command, for people. */
void old_describe(const struct conf *conf, const struct conf_job *j, struct str *out);
/* The route, without parameters. */
void old_url(const struct conf *conf, const struct conf_job *j, struct str *out);
/* "host:port" of a URL. */
void old_host(const char *url, char *host, size_t n);

/* Its route takes the job lock itself, for the day and whatever the ticker, so that we may not hold
 * it during the call. */
bool old_locks_itself(const struct job *job);

/* The command's words with the run's parameters: where a word has {date} or {PARAMETER}, its value
 * (a word whose parameter is not given falls away); a command without any such place gets --date
 * DATE and
 * --NAME VALUE at its end.  NULL ends the list; words_done() it.  ERR_USAGE for a parameter without
 * a place. */
int old_command_words(const struct job_ctx *c, const struct conf_job *j, struct word_list *out,
		      struct err *e) MUST_CHECK;

/* What every run of such a job does first: counts are unknown, the ledger is told the source. */
void old_begin(struct job_ctx *c, const char *source);

#endif
