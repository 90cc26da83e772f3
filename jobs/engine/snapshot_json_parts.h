/* Columns of snapshot_json.h that have a file of their own.  Each is owned: json_free(), or NULL
 * for SQL NULL. */
#ifndef FINTRA_JOBS_ENGINE_SNAPSHOT_JSON_PARTS_H
#define FINTRA_JOBS_ENGINE_SNAPSHOT_JSON_PARTS_H

#include "core/json.h"
#include "jobs/engine/snapshot_json.h"

typedef struct json *snapshot_part(const struct snapshot_view *v);

/* snapshot_json_quality.c */
snapshot_part snapshot_json_fgos, snapshot_json_position, snapshot_json_verdict;
/* snapshot_json_returns.c */
snapshot_part snapshot_json_ifs, snapshot_json_ifs_fy, snapshot_json_relative, snapshot_json_growth;

/* {"status":"pending","reason":...}; reason is a code. */
struct json *snapshot_json_pending(const char *reason);
void snapshot_json_codes(struct json *o, const char *key, const struct codes *c);
/* null for DATE_NONE. */
void snapshot_json_date(struct json *o, const char *key, struct date d);

#endif
