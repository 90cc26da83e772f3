/* Configuration: one table of keys (conf_keys) drives parsing, `fintra.conf.example`, its test and
 * help. Order of precedence: options, environment FINTRA_<SECTION>_<KEY>, the file, built-in
 * defaults. File: ini, "[section]" then "key = value".  Sections "table NAME" override a row of the
 * table catalogue. */
#ifndef FINTRA_CORE_CONF_H
#define FINTRA_CORE_CONF_H

#include "core/conf_alert.h"
#include "core/err.h"
#include "core/str.h"

#include <stdatomic.h>
#include <stdint.h>

struct conf_table { /* [table NAME]: what design.md section 7 lets an operator change */
	char *name;
	int line;	  /* of the file, for errors found once the catalogue is known */
	int deadline_min; /* minutes after New York midnight of the next day; -1 = catalogue's */
	double floor;	  /* 0..1; < 0 = catalogue's */
};

enum job_runner { RUNNER_NATIVE, RUNNER_HTTP, RUNNER_COMMAND };

struct conf_job { /* [job NAME]: who does the work */
	char *name;
	int line;
	enum job_runner runner;
	char *url;	    /* of http; "" = [old] base_url + /api/cron/NAME */
	char *command;	    /* of command: words, quotes keep blanks, no shell; "" = none */
	char *directory;    /* where it runs; "" = where fintra runs */
	int64_t timeout_ms; /* 0 = none */
};

struct conf {
	/* [db] */
	char *conninfo; /* "" = PG* variables, service file, passfile */
	int statement_timeout_s, lock_timeout_s, connect_timeout_s;
	int64_t connections; /* working connections per process, <= 6 */
	/* [fmp] */
	char *base_url;
	char *api_key; /* from FINTRA_FMP_API_KEY or api_key_file; wiped by conf_done() */
	char *api_key_file;
	int json_timeout_s;
	int bulk_timeout_s;
	int attempts;
	int retry_base_ms; /* 400; tests 0 */
	int retry_max_ms;
	int retry_after_max_s; /* 900 */
	int bulk_interval_ms;  /* -1: 30,000, and 0 for a stand-in on loopback */
	int bulk_retry_ms;     /* 2000: 429 on a bulk path waits n x this at least */
	int part_pause_ms;     /* 500 */
	int day_pause_ms;      /* 500 */
	int requests_per_min;  /* 300: of a job that asks ticker by ticker; 0 = no limit */
	int stall_s;	       /* 30: slower than 1 KiB/s for that long = abort */
	int min_profile_rows;  /* 1000: fewer is a warning */
	/* [sec]: the host of documents; agent "" = fintra/VERSION */
	char *sec_base_url, *sec_user_agent;
	int sec_requests_per_s, sec_timeout_s;
	/* [run] */
	int batch_rows;		     /* rows of one transaction */
	int batch_pause_ms;	     /* rest between batches, for a busy database */
	int workers;		     /* parallel readers of a job, 0 = by processors */
	int reloads;		     /* prices-daily-bulk: histories of one run */
	int perf_memory_mb;	     /* performance-bulk: prices kept in memory */
	int statement_companies;     /* financials-bulk: of one pass over the quarters */
	int heartbeat_ms;	     /* 5000 */
	int abandoned_ms;	     /* 60000 */
	int fence_ms;		     /* 45000: a run that cannot beat that long stops itself */
	int drain_ms;		     /* 10000 */
	int answer_s;		     /* 900: how long --diff waits for an answer */
	int progress_ms;	     /* 5000 */
	double asset_date_min_share; /* 0.10 */
	double outlier_cap;	     /* 10000 percent points, 0 = off */
	double guard_rows, guard_tickers, guard_exchange; /* G1: 0.90, 0.95, 0.80 */
	char *rehearse_now;				  /* "" or RFC 3339 */
	/* [paths] */
	char *cache_dir; /* "" = $XDG_CACHE_HOME/fintra */
	char *log_file;	 /* "" = none besides the ledger */
	char *demo_dir;	 /* "" = cluster_home() */
	/* [console] */
	int refresh_ms;
	char *time_zone; /* ny | utc */
	bool mono;
	char *on_hangup;       /* hand-over | drain */
	char *old_base_url;    /* [old]: the system whose jobs a runner launches; "" = none */
	char *old_secret_file; /* of the bearer secret */
	char *old_secret;      /* wiped by conf_done() */
	struct conf_alert alert;
	/* [job NAME] */
	struct conf_job *jobs;
	size_t njobs;
	/* [table NAME] */
	struct conf_table *tables;
	size_t ntables;
	struct conf_endpoint *endpoints; /* conf_endpoint.h */
	size_t nendpoints;
	char *path; /* the file that was read, "" if none */
	/* Set by the first connection that met our own names, ledger and session: later ones need
	 * not look.  NULL = each looks. */
	atomic_bool *ours;
	int line; /* being read, 0 = none */
};

/* CONF_SECRET: a text that error messages never repeat.  CONF_INT64: the field is an int64_t. */
enum conf_type { CONF_TEXT, CONF_INT, CONF_REAL, CONF_BOOL, CONF_SECRET, CONF_INT64 };

struct conf_key {
	const char *section, *name;
	enum conf_type type;
	size_t offset; /* into struct conf */
	const char *dflt, *help;
	double min, max;     /* of numbers */
	const char *choices; /* of texts: "ny|utc"; NULL = any */
};

extern const struct conf_key conf_keys[];
extern const size_t conf_key_count;

/* Defaults, then the file, then the environment.  `path` NULL: $XDG_CONFIG_HOME/fintra/fintra.conf,
 * then /etc/fintra/fintra.conf, none is no error; a named file must exist.  The API key comes from
 * FINTRA_FMP_API_KEY, else fmp.api_key_file, else $CREDENTIALS_DIRECTORY/fmp_api_key, the old
 * system's secret and the Telegram token in the same way; their files must be 0600 and ours.
 * ERR_CONFIG names file, line, key.  On failure *c holds nothing that must be freed. */
int conf_load(struct conf *c, const char *path, struct err *e) MUST_CHECK;
/* The same in two steps: all but the key; then the key, whose failure leaves the rest as it is. */
int conf_load_keyless(struct conf *c, const char *path, struct err *e) MUST_CHECK;
int conf_load_key(struct conf *c, struct err *e) MUST_CHECK;
/* The file that conf_load() reads, "" when there is none; does not look inside. */
void conf_file_path(const char *path, struct str *out);
/* One value, checked; sections "table NAME", "job NAME", "endpoint PATH" too. */
int conf_set(struct conf *c, const char *section, const char *name, const char *value,
	     struct err *e) MUST_CHECK;
void conf_done(struct conf *c);
/* The directory, created 0700 when missing (owned: free()); below, its name alone. */
char *conf_cache_dir(const struct conf *c, struct err *e) MUST_CHECK;
int conf_cache_path(const struct conf *c, struct str *out, struct err *e) MUST_CHECK;
/* Every missing part of it, private to us. */
int conf_make_path(const char *path, struct err *e) MUST_CHECK;
const struct conf_table *conf_table_find(const struct conf *c, const char *name);

/* conf_job.c */
const struct conf_job *conf_job_find(const struct conf *c, const char *name);
int conf_job_set(struct conf *c, const char *job, const char *name, const char *value,
		 struct err *e) MUST_CHECK;
void conf_jobs_done(struct conf *c);
bool conf_url_ok(const char *url); /* https, or http to this machine's loopback */
/* "PATH:LINE" of a section of the file, for an error's context. */
void conf_place(const struct conf *c, int line, struct str *out);

#endif
