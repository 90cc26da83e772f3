/* A small database in which every table that this build writes is fresh for Monday 2026-02-02. */
#ifndef FINTRA_TESTS_SUPPORT_READY_H
#define FINTRA_TESTS_SUPPORT_READY_H

#include "core/freshness.h"

/* 20 stocks T01..T20 of two sectors, 6 sessions of prices, all windows; built by SQL of its own. */
void support_ready(const char *conninfo);
void support_sql(const char *conninfo, const char *sql); /* several statements; dies on an error */
/* Freshness of fintra's own catalogue; `now` is RFC 3339.  freshness_done() it. */
void support_fresh(const char *conninfo, const char *as_of, const char *now, struct freshness *f);
struct date support_date(const char *iso);
int64_t support_ms(const char *rfc3339);

#endif
