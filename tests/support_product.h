/* The whole product of a small synthetic market, made by the real binary from the stand-in's bytes:
 * something to break and to repair. */
#ifndef FINTRA_TESTS_SUPPORT_PRODUCT_H
#define FINTRA_TESTS_SUPPORT_PRODUCT_H

#include "tests/pty.h"
#include "tests/support_cli.h"

#define PRODUCT_DAY "2026-02-02"

/* Starts the stand-in and fills a database with layers 0-5 as of PRODUCT_DAY, READY; its conninfo.
 * Takes some seconds: once per suite. */
const char *product_open(void);
/* The same from the bytes that the stand-in sends now, with downloads of its own. */
const char *product_anew(const char *name);
/* Through the stand-in's door, e.g. "/__split?clear=1". */
void product_vendor(const char *path);
/* A database of its own with the same rows, ledger included. */
const char *product_copy(const char *name);
/* The binary with the stand-in as vendor; `more` may change that.  Returns the exit code. */
int product_run(const char *conninfo, const char *const *more, const char *const *args,
		struct support_out *out);
/* The same for what is done in this process; owned: conf_done(). */
void product_conf(const char *conninfo, const char *const *more, struct conf *out);
/* The same on a pseudo-terminal, where it may ask.  Owned: pty_free(). */
struct pty *product_pty(const char *conninfo, const char *const *args);
/* Ends with `code`, stdout or stderr holds `says`. */
void product_expect(const char *conninfo, const char *const *args, int code, const char *says);
/* "table rows sum" of every data table, as `db checksum` tells; owned: free(). */
char *product_sums(const char *conninfo);

/* Rows of fintra_ops.run. */
int64_t product_runs(const char *info);
/* product_sums() are these now. */
void product_same_as(const char *info, const char *sums);
/* No sectors of PRODUCT_DAY and no windows at all: two steps to repair. */
void product_break_windows(const char *info);

#endif
