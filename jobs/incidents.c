/* The known troubles of the pipeline: those of the report's section 8 and those that the demo makes
 * besides.  Remedies are what `fintra plan` says; a test holds the two together. */
#include "jobs/catalogue.h"

#define STEPS(...) ((const struct incident_step[]){ __VA_ARGS__, { .last = true } })
#define SQL(name)                                  \
	{                                          \
		.act = INCIDENT_SQL, .query = name \
	}
#define VENDOR(rule)                                \
	{                                           \
		.act = INCIDENT_FAULT, .text = rule \
	}
#define VENDOR_WELL                   \
	{                             \
		.act = INCIDENT_FAULT \
	}
#define SPLIT(name)                                  \
	{                                            \
		.act = INCIDENT_SPLIT, .query = name \
	}
#define RUN(job, how)                                         \
	{                                                     \
		.act = INCIDENT_RUN, .text = job, .ends = how \
	}
#define RUN_ALL(job, how)                                                  \
	{                                                                  \
		.act = INCIDENT_RUN, .text = job, .ends = how, .all = true \
	}
#define KILL(job, name)                                          \
	{                                                        \
		.act = INCIDENT_KILL, .text = job, .query = name \
	}

#define DO(job) "fintra run " job " --as-of DATE"
#define SNAPSHOTS DO("fmp-bulk"), DO("compute-ranks"), DO("market-state-bulk")
#define RETURNS                                                      \
	DO("performance-bulk"), DO("sector-performance-aggregator"), \
		DO("industry-performance-aggregator"),               \
		DO("industry-performance-windows-aggregator"),       \
		DO("performance-windows-aggregator"), DO("industry-benchmarks-aggregator")
#define SNAPSHOTS_MADE                                                   \
	RUN("fmp-bulk", RUN_SUCCESS), RUN("compute-ranks", RUN_SUCCESS), \
		RUN("market-state-bulk", RUN_SUCCESS)

const struct incident fintra_incidents[] = {
	{ .name = "scatter-zero",
	  .title = "the scatter chart shows all points at x = 0",
	  .symptom = "no snapshot of the day has relative_vs_sector_1y, though performance_windows "
		     "has rows: scatter_data has no points, fintra_snapshots is mixed",
	  .cause = "the snapshots were made while performance_windows was empty; it was filled "
		   "later, and they were not made again",
	  .diagnose = NAMES("fintra health snapshots_relative_1y scatter_data",
			    "fintra why fintra_snapshots", "fintra scatter"),
	  .remedy = NAMES(SNAPSHOTS),
	  .seed = true,
	  .yesterday = true,
	  .steps = STEPS(SQL(Q_INCIDENT_NO_WINDOWS), SNAPSHOTS_MADE,
			 RUN_ALL("backfill-performance-windows", RUN_SUCCESS)) },
	{ .name = "sector-stale",
	  .title = "performance_windows has benchmarks of the session before",
	  .symptom = "sector_performance is a session behind and performance_windows is mixed",
	  .cause = "sector_performance has no rows of the day: performance-windows-aggregator "
		   "fails, and a backfill took the benchmarks of the nearest session",
	  .diagnose = NAMES("fintra health sector_performance_stale sector_windows_dates_agree",
			    "fintra why performance_windows"),
	  .remedy = NAMES(DO("sector-performance-aggregator"), DO("performance-windows-aggregator"),
			  DO("industry-benchmarks-aggregator"), SNAPSHOTS),
	  .seed = true,
	  .yesterday = true,
	  .steps = STEPS(SQL(Q_INCIDENT_NO_SECTORS),
			 RUN("backfill-performance-windows", RUN_SUCCESS), SNAPSHOTS_MADE) },
	{ .name = "duplicate-key",
	  .title = "a backfill fails with \"duplicate key violation\"",
	  .symptom = "SQLSTATE 23505 in the log of a backfill of the old system",
	  .cause = "it inserted rows that were there already; here every job removes duplicates of "
		   "a batch and writes by upsert, so that it may run twice",
	  .diagnose = NAMES("fintra logs backfill-performance-windows"),
	  .remedy = NAMES("fintra backfill performance-windows --as-of DATE"),
	  .seed = true },
	{ .name = "windows-empty",
	  .title = "performance_windows is empty",
	  .symptom =
		  "performance_windows_empty is critical, and the snapshots made since lack their "
		  "relative returns",
	  .cause = "the table was emptied, or never filled",
	  .diagnose = NAMES("fintra health performance_windows_empty snapshots_pct_missing",
			    "fintra why performance_windows"),
	  .remedy = NAMES("fintra backfill backfill-performance-windows --from FIRST --to LAST",
			  DO("performance-windows-aggregator"), SNAPSHOTS),
	  .yesterday = true,
	  .steps = STEPS(SQL(Q_INCIDENT_NO_WINDOWS), SNAPSHOTS_MADE) },
	{ .name = "half-feed",
	  .title = "the vendor's file of the day has half of the tickers",
	  .symptom = "prices-daily-bulk failed (guard, exit 65), prices_daily is a session behind "
		     "and all that is made from it is blocked",
	  .cause = "the file was not complete when it was read; nothing of it was stored",
	  .diagnose = NAMES("fintra why prices_daily", "fintra logs prices-daily-bulk",
			    "fintra show prices-daily-bulk --evidence"),
	  .remedy = NAMES(DO("prices-daily-bulk"), RETURNS, SNAPSHOTS),
	  .yesterday = true,
	  .steps = STEPS(SQL(Q_INCIDENT_BEFORE_PRICES),
			 VENDOR("path=/stable/eod-bulk,kind=half-rows"),
			 RUN("prices-daily-bulk", RUN_FAILURE), VENDOR_WELL) },
	{ .name = "throttled-200",
	  .title = "the vendor refuses with status 200",
	  .symptom = "valuation-bulk failed (QUOTA, exit 69), datos_valuacion is a session behind "
		     "and benchmarks and snapshots are blocked",
	  .cause = "\"Limit Reach\" came with status 200 in the place of a file; it was known for "
		   "what "
		   "it is and nothing was stored",
	  .diagnose = NAMES("fintra why datos_valuacion", "fintra show valuation-bulk --evidence"),
	  .remedy = NAMES(DO("valuation-bulk"), DO("sector-benchmarks"),
			  DO("industry-benchmarks-aggregator"), DO("sector-pe-aggregator"),
			  DO("industry-pe-aggregator"), SNAPSHOTS),
	  .yesterday = true,
	  .steps = STEPS(SQL(Q_INCIDENT_BEFORE_VALUATIONS),
			 VENDOR("path=/stable/ratios-ttm-bulk,kind=limit-200"),
			 RUN("valuation-bulk", RUN_FAILURE), VENDOR_WELL) },
	{ .name = "split",
	  .title = "a share was split and its history is on two footings",
	  .symptom = "prices_daily is mixed and names the ticker; means leave it out",
	  .cause =
		  "the vendor restated the share's prices, and its history could not be read again "
		  "in the same run",
	  .diagnose = NAMES("fintra health prices_daily_fresh", "fintra why prices_daily"),
	  .remedy = NAMES("fintra backfill backfill-ticker-full --restated", RETURNS, SNAPSHOTS),
	  .steps = STEPS(SPLIT(Q_INCIDENT_SHARE_TO_SPLIT), SQL(Q_INCIDENT_BEFORE_NIGHT),
			 VENDOR("path=/stable/historical-price-eod/*,kind=limit-200"),
			 RUN("master-all", RUN_PARTIAL), VENDOR_WELL) },
	{ .name = "killed-backfill",
	  .title = "a backfill was killed half way",
	  .symptom = "runs_lost names a run that is abandoned; performance_windows has the session "
		     "before and not the day",
	  .cause = "the process of backfill-performance-windows was killed after its first date; "
		   "the second one was rolled back whole",
	  .diagnose = NAMES("fintra health runs_lost", "fintra show backfill-performance-windows",
			    "fintra why performance_windows"),
	  .remedy = NAMES(DO("performance-windows-aggregator"), SNAPSHOTS, "fintra resume RUN"),
	  .yesterday = true,
	  .steps = STEPS(SQL(Q_INCIDENT_NO_WINDOWS_BEFORE),
			 KILL("backfill-performance-windows", Q_INCIDENT_NO_WINDOWS_OF_THE_DAY)) },
	{ .name = NULL },
};
